//! `cargo xtask count`: instructions of whole runs, as valgrind counts them.
//!
//! Seconds say little on a machine that others share; the number of instructions
//! is nearly the same in every run. Each job runs on one document and on a text;
//! the first is what it takes to start, the difference, divided by the bytes, what
//! a byte of text takes. None may be more than `benches/instructions.toml` has,
//! within a tolerance. What has become less is told: written down, it holds the
//! gain. It fails no check, for the compiler may lay out one part better because
//! of a change to another.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::bench::build;
use crate::bench::lists::Lists;
use crate::bench::packs::{self, Size};

/// Usage.
pub(crate) const USAGE: &str = "cargo xtask count [--update] instructions to start and a byte of text, against benches/instructions.toml";

const KEPT: &str = "benches/instructions.toml";
/// The share by which a count may be above what is kept, and below it without a word.
const TOLERANCE: f64 = 0.03;

/// What is kept.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// The compiler that built what was counted: another gives other counts.
    compiler: String,
    counts: BTreeMap<String, Counts>,
}

/// Instructions of one job.
#[derive(Clone, Copy, Deserialize, Serialize)]
struct Counts {
    /// On one document, in millions.
    start: f64,
    /// For each further byte of text.
    byte: f64,
}

/// Counts all jobs, and compares or keeps what comes out.
pub(crate) fn run(args: &[String]) -> Result<String> {
    let update = match args {
        [] => false,
        [flag] if flag == "--update" => true,
        other => bail!("unknown arguments {other:?}\nusage: {USAGE}"),
    };
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Ok("instructions were not counted: there is no valgrind here".to_owned());
    }
    let compiler = Command::new("rustc").arg("--version").output().context("rustc")?;
    let compiler = String::from_utf8_lossy(&compiler.stdout).trim().to_owned();
    let kept: Option<Kept> = match fs::read_to_string(KEPT) {
        Ok(text) => Some(toml::from_str(&text).context(KEPT)?),
        Err(_) => None,
    };
    if let (Some(kept), false) = (&kept, update)
        && kept.compiler != compiler
    {
        return Ok(format!(
            "instructions were not counted: {KEPT} is of {}, and this is {compiler}; write it anew with --update",
            kept.compiler
        ));
    }
    build(&["--package", "spanwright"], None)?;
    let counts = count()?;
    if update {
        fs::write(KEPT, toml::to_string(&Kept { compiler, counts })?)?;
        return Ok(format!("{KEPT} is written"));
    }
    let kept = kept.with_context(|| format!("{KEPT} is missing: write it with --update"))?;
    compare(&kept.counts, &counts)
}

/// Says how counts differ from those that are kept; an error where one does too much.
fn compare(kept: &BTreeMap<String, Counts>, counts: &BTreeMap<String, Counts>) -> Result<String> {
    let (mut table, mut wrong) = (String::new(), 0);
    if !kept.keys().eq(counts.keys()) {
        bail!("{KEPT} has other jobs than are counted: write it anew with --update");
    }
    for (name, now) in counts {
        let before = kept[name];
        for (what, before, now) in
            [("millions to start", before.start, now.start), ("a byte of text", before.byte, now.byte)]
        {
            let change = now / before - 1.0;
            let mark = match change {
                more if more > TOLERANCE => "  <- more",
                less if less < -TOLERANCE => "  <- less: cargo xtask count --update keeps it",
                _ => "",
            };
            wrong += usize::from(change > TOLERANCE);
            writeln!(
                table,
                "{name:<10} {what:<18} {before:>10.2} {now:>10.2} {:>+7.1} %{mark}",
                change * 100.0
            )?;
        }
    }
    if wrong > 0 {
        bail!(
            "more than {} % more instructions:\n{table}if that is meant, write them down: cargo xtask count --update",
            TOLERANCE * 100.0
        );
    }
    Ok(table)
}

fn count() -> Result<BTreeMap<String, Counts>> {
    let folder = Path::new("target/count");
    let lists = Lists::small(&folder.join("data"))?;
    // Packs are made anew: the lists may have changed with the program that makes them.
    let packs = folder.join("packs");
    if packs.is_dir() {
        fs::remove_dir_all(&packs)?;
    }
    let size = |phrases, regexes, patterns| Size { phrases, regexes, patterns };
    let sized = [
        ("phrases", size(10_000, 0, 0)),
        ("regexes", size(0, 100, 0)),
        ("patterns", size(0, 0, 100)),
        ("all", size(10_000, 100, 100)),
    ];
    let mut jobs: Vec<(&str, String)> = Vec::new();
    for (name, size) in sized {
        jobs.push((name, packs::write(&lists, &packs, size)?.display().to_string()));
    }
    jobs.push(("politics", "rules/vn-politics".to_owned()));
    let mut counts = BTreeMap::new();
    for (name, pack) in jobs {
        let text = &lists.w1;
        let (one, all) = (instructions(&pack, &text.one)?, instructions(&pack, &text.path)?);
        let further = text.bytes as f64 - first_bytes(&text.one)?;
        // Digits that say nothing would make every update a change.
        let round = |number: f64| (number * 100.0).round() / 100.0;
        let byte = round((all - one) / further);
        counts.insert(name.to_owned(), Counts { start: round(one / 1e6), byte });
    }
    Ok(counts)
}

fn first_bytes(one: &Path) -> Result<f64> {
    let record: serde_json::Value = serde_json::from_str(&fs::read_to_string(one)?)?;
    Ok(record["text"].as_str().context("a record without text")?.len() as f64)
}

fn instructions(pack: &str, text: &Path) -> Result<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .args([
            "target/release/spanwright",
            "extract",
            "--threads",
            "1",
            "-q",
            "-o",
            "target/count/out.jsonl",
        ])
        .args(["--pack", pack])
        .arg(text)
        .output()
        .context("valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("valgrind: {said}");
    }
    let line =
        said.lines().find_map(|line| line.split_once("I   refs:")).context("valgrind counts nothing")?;
    Ok(line.1.trim().replace(',', "").parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of one job that took a hundred and then so many.
    fn told(start: f64, byte: f64) -> Result<String> {
        let one = |start, byte| BTreeMap::from([("job".to_owned(), Counts { start, byte })]);
        compare(&one(100.0, 100.0), &one(start, byte))
    }

    #[test]
    fn more_instructions_fail_and_fewer_are_told() {
        assert!(!told(102.9, 97.1).unwrap().contains("<-"));
        assert!(told(100.0, 96.0).unwrap().contains("-4.0 %  <- less"));
        for (start, byte) in [(104.0, 100.0), (90.0, 104.0)] {
            assert!(told(start, byte).unwrap_err().to_string().contains("+4.0 %  <- more"));
        }
    }

    #[test]
    fn jobs_that_are_not_kept_are_an_error() {
        let counts = BTreeMap::from([("new".to_owned(), Counts { start: 1.0, byte: 1.0 })]);
        assert!(compare(&BTreeMap::new(), &counts).is_err());
    }
}
