//! Runs programs, in turn, and says what they took.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::beyond;
use super::lists::{Lists, Text};
use super::packs::Size;

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// Seconds by the clock.
    pub(super) wall: f64,
    /// Seconds of all threads.
    pub(super) cpu: f64,
    /// Peak memory in MB.
    pub(super) memory: f64,
    /// Seconds that a run on one document takes.
    pub(super) start: f64,
}

/// A command that reads `{text}`.
#[derive(Clone)]
pub(super) struct Job(Vec<String>);

impl Job {
    pub(super) fn new<'a>(command: impl IntoIterator<Item = &'a str>) -> Self {
        Self(command.into_iter().map(str::to_owned).collect())
    }

    pub(super) fn push(&mut self, argument: &str) {
        self.0.push(argument.to_owned());
    }

    /// Runs it on a file.
    pub(super) fn run(&self, text: &Path) -> Result<Measured> {
        self.start(&text.display().to_string(), |_| Ok(()))
    }

    fn start(
        &self,
        text: &str,
        feed: impl FnOnce(Option<std::process::ChildStdin>) -> Result<()>,
    ) -> Result<Measured> {
        let command: Vec<String> = self.0.iter().map(|part| part.replace("{text}", text)).collect();
        let mut timed = Command::new("/usr/bin/time");
        timed.args(["-f", "\nspent %e %U %S %M"]).args(&command).stdout(Stdio::null()).stderr(Stdio::piped());
        timed.stdin(if text == "-" { Stdio::piped() } else { Stdio::null() });
        let before = Instant::now();
        let mut child = timed.spawn().context("/usr/bin/time")?;
        feed(child.stdin.take())?;
        let output = child.wait_with_output()?;
        let wall = before.elapsed().as_secs_f64();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            bail!("{}: {errors}", command.join(" "));
        }
        let spent = errors.lines().rev().find_map(|line| line.strip_prefix("spent ")).context("no times")?;
        let numbers: Vec<f64> = spent.split(' ').filter_map(|number| number.parse().ok()).collect();
        let &[_, user, system, kilobytes] = numbers.as_slice() else { bail!("times are `{spent}`") };
        Ok(Measured { wall, cpu: user + system, memory: kilobytes / 1024.0, start: 0.0 })
    }
}

/// Runs a command on a text that comes `times` over from standard input.
pub(super) fn streamed(job: &Job, text: &Path, times: usize) -> Result<Measured> {
    let bytes = std::fs::read(text)?;
    job.start("-", |stdin| {
        let mut stdin = stdin.context("no standard input")?;
        for _ in 0..times {
            stdin.write_all(&bytes)?;
        }
        Ok(())
    })
}

/// Runs of two commands that took turns.
pub(super) struct Pairs {
    pub(super) first: Vec<Measured>,
    pub(super) second: Vec<Measured>,
}

impl Pairs {
    /// A ratio for each pair.
    pub(super) fn ratios(&self, ratio: impl Fn(&Measured, &Measured) -> f64) -> Vec<f64> {
        self.first.iter().zip(&self.second).map(|(first, second)| ratio(first, second)).collect()
    }
}

/// Runs two commands in turn.
pub(super) fn paired(first: &Job, second: &Job, text: &Text, runs: usize) -> Result<Pairs> {
    let [first, second] = in_turn([first, second], text, runs)?;
    Ok(Pairs { first, second })
}

/// Runs commands in turn, and the other way round in every other round; the first round
/// only warms up.
pub(super) fn in_turn<const N: usize>(
    jobs: [&Job; N],
    text: &Text,
    rounds: usize,
) -> Result<[Vec<Measured>; N]> {
    let mut all = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for turn in 0..N {
            let at = if round % 2 == 0 { turn } else { N - 1 - turn };
            let took = beyond(&jobs[at].run(&text.path)?, &jobs[at].run(&text.one)?);
            if round > 0 {
                all[at].push(took);
            }
        }
    }
    Ok(all)
}

/// The middle one.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What spaCy says of itself.
pub(super) struct Spacy {
    /// MB of text a second of CPU time.
    pub(super) speed: f64,
    version: String,
    start: f64,
    memory: f64,
    found: u64,
}

impl fmt::Display for Spacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { speed, version, start, memory, found } = self;
        write!(f, "{version}: {speed:.3} MB/s, build {start:.1} s, {memory:.0} MB, {found} found")
    }
}

/// Runs spaCy on the first `megabytes` of w2.
pub(super) fn spacy(python: &str, lists: &Lists, size: Size, megabytes: f64) -> Result<Spacy> {
    let paths = [lists.phrases(size.phrases)?, lists.regexes(size.regexes)?, lists.patterns(size.patterns)?];
    let script = PathBuf::from("xtask/src/bench/peer_spacy.py");
    let output = Command::new(python)
        .arg(script)
        .args([&lists.w2.path])
        .args(&paths)
        .arg(megabytes.to_string())
        .output()
        .context(python.to_owned())?;
    if !output.status.success() {
        bail!("{python}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let said: Value = serde_json::from_slice(&output.stdout).context("spaCy's answer")?;
    let number = |name: &str| said[name].as_f64().with_context(|| format!("spaCy says no `{name}`"));
    Ok(Spacy {
        speed: number("speed")?,
        version: said["version"].as_str().unwrap_or("?").to_owned(),
        start: number("start")?,
        memory: number("memory")?,
        found: number("found")? as u64,
    })
}
