//! Values of flags.

use spanwright::syntax::Nesting;

/// Reads `4096`, `500MB`, `1.5GiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write bytes, or a number with KB, MB, GB, KiB, MiB or GiB");
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1u64,
        "kb" | "k" => 1_000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let bytes = number * unit as f64;
    if bytes >= 1.0 { Ok(bytes as u64) } else { Err("a size is 1 byte or more".to_owned()) }
}

/// The size of a document: spans count in 32 bits.
pub(super) fn document_size(text: &str) -> Result<u64, String> {
    match size(text)? {
        bytes if bytes < u64::from(u32::MAX) => Ok(bytes),
        _ => Err("a document has between 1 byte and 4 GiB".to_owned()),
    }
}

/// How many threads may be asked for: idle ones look for work at all the others,
/// so that a thousand are busy with that alone.
const MOST_THREADS: usize = 256;

/// How many threads.
pub(super) fn threads(text: &str) -> Result<usize, String> {
    let asked = text.parse().ok().filter(|threads| *threads <= MOST_THREADS);
    asked.ok_or_else(|| format!("threads are 0, which is one for each core, or 1 to {MOST_THREADS}"))
}

/// How deep rules may be nested.
pub(super) fn nesting(text: &str) -> Result<Nesting, String> {
    let depth = text.parse().ok().and_then(Nesting::new);
    depth.ok_or_else(|| format!("a nesting is a number from 1 to {}", Nesting::MOST))
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share is a number between 0 and 1, such as 0.5".to_owned()),
    }
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=1e9).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds, such as 60 or 0.5; 0 for no limit".to_owned()),
    }
}

pub(super) fn beta(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(beta) if beta.is_finite() && beta > 0.0 => Ok(beta),
        _ => Err("a beta is a number above 0, such as 0.5 or 2".to_owned()),
    }
}

pub(super) fn margin(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(margin) if (0.0..=1.0).contains(&margin) => Ok(margin),
        _ => Err("a margin is a number between 0 and 1, such as 0.01".to_owned()),
    }
}
