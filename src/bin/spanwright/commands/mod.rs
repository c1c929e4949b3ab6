//! One file a command, and what they share.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod extract;
pub(crate) mod man;
pub(crate) mod score;
pub(crate) mod test;
pub(crate) mod tokenize;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use spanwright::check::CheckedPack;
use spanwright::diag::{Format, Report, render};
use spanwright::io::{Inputs, ReadConfig, Source};
use spanwright::program::Program;

use crate::args::Global;
use crate::terminal::style_of_errors;

/// A pack that can run.
pub(crate) struct Loaded {
    pub(crate) checked: CheckedPack,
    pub(crate) program: Program,
}

/// Reads, checks and compiles a pack. Its problems are shown; nothing comes
/// back from a broken one.
pub(crate) fn load_pack(folder: &Path, global: &Global) -> anyhow::Result<Option<Loaded>> {
    let (pack, mut report) = spanwright::syntax::load(folder)?;
    let checked = spanwright::check::check(&pack, &mut report);
    let show = report.has_errors() || (global.verbose && !report.diagnostics.is_empty());
    if show {
        let text = render(&report, Format::Full, style_of_errors());
        anstream::eprint!("{text}");
        anstream::eprintln!("spanwright: {}: {}", folder.display(), summary(&report));
    }
    let Some(checked) = checked else { return Ok(None) };
    let program = spanwright::compile::compile(&checked);
    Ok(Some(Loaded { checked, program }))
}

/// `2 errors, 1 warning`
pub(crate) fn summary(report: &Report) -> String {
    let errors =
        report.diagnostics.iter().filter(|d| d.severity == spanwright::diag::Severity::Error).count();
    let warnings = report.diagnostics.len() - errors;
    let count = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        n => Some(format!("{n} {what}s")),
    };
    let parts: Vec<String> =
        [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    if parts.is_empty() { "no problems".to_owned() } else { parts.join(", ") }
}

/// The records behind paths; without paths those of a piped standard input.
pub(crate) fn open(paths: &[PathBuf], format: Option<&str>, config: ReadConfig) -> anyhow::Result<Source> {
    let piped = [PathBuf::from("-")];
    let paths = if !paths.is_empty() {
        paths
    } else if std::io::stdin().is_terminal() {
        bail!("no input: name files, folders or globs, or pipe text in");
    } else {
        &piped
    };
    let format = format.and_then(spanwright::io::format);
    let inputs = Inputs::find(paths, format)?;
    Ok(Source::new(inputs, Some(Box::new(std::io::stdin())), config))
}

/// Runs `write` over standard output, or over a file that appears whole or not
/// at all; `.gz` and `.zst` are packed.
pub(crate) fn write_to<T>(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    if path.as_os_str() == "-" {
        let mut out = std::io::BufWriter::with_capacity(1 << 18, std::io::stdout());
        let done = write(&mut out)?;
        out.flush()?;
        return Ok(done);
    }
    let shown = || format!("{}", path.display());
    if path.exists() && !path.is_file() {
        // A pipe or device is written as it is.
        let mut file = std::fs::OpenOptions::new().write(true).open(path).with_context(shown)?;
        return write(&mut file);
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".spanwright-").tempfile_in(folder).with_context(shown)?;
    let extension = path.extension().and_then(|end| end.to_str()).unwrap_or("");
    let done = {
        let buffered = std::io::BufWriter::with_capacity(1 << 18, file.as_file_mut());
        match extension {
            "gz" => {
                let mut packed = flate2::write::GzEncoder::new(buffered, flate2::Compression::default());
                let done = write(&mut packed)?;
                packed.finish()?.flush()?;
                done
            }
            "zst" => {
                let mut packed = zstd::Encoder::new(buffered, 3)?;
                let done = write(&mut packed)?;
                packed.finish()?.flush()?;
                done
            }
            _ => {
                let mut plain = buffered;
                let done = write(&mut plain)?;
                plain.flush()?;
                done
            }
        }
    };
    let permissions = std::fs::metadata(path).map(|meta| meta.permissions()).ok();
    let kept = file.persist(path).map_err(|error| error.error).with_context(shown)?;
    match permissions {
        Some(permissions) => kept.set_permissions(permissions)?,
        None => readable(&kept)?,
    }
    Ok(done)
}

/// Gives a new file the permissions that an ordinary one has.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
