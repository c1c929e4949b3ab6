//! `cargo xtask fuzz`: runs the fuzz targets one after the other, and keeps what they find.
//!
//! It needs cargo-fuzz, which finds libFuzzer in the compiler, and no nightly compiler: the one that
//! is there is told to take its flags.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

pub const USAGE: &str = "cargo xtask fuzz [TARGET…] [--seconds N] [--sanitizer none|address] [--logs DIR]
                       each target for so long (60); finds go to fuzz/regressions";

/// Megabytes above which a fuzzer's memory counts as a find.
const MEMORY: u32 = 2048;
/// Seconds after which an input counts as a find.
const TIMEOUT: u32 = 10;
/// The most bytes of an input.
const LONGEST: u32 = 4096;

struct Request {
    targets: Vec<String>,
    seconds: u32,
    sanitizer: String,
    logs: PathBuf,
}

pub fn run(args: &[String]) -> Result<String> {
    let request = request(args, targets()?)?;
    fs::create_dir_all(&request.logs)?;
    let mut finds = Vec::new();
    for target in &request.targets {
        build(target, &request.sanitizer)?;
        let outcome = fuzz(target, &request)?;
        println!("{}", outcome.line);
        finds.extend(outcome.finds);
    }
    if !finds.is_empty() {
        bail!("{} finds\n{}", finds.len(), finds.join("\n"));
    }
    Ok("no finds".to_owned())
}

/// The targets, in the order in which the manifest has them.
fn targets() -> Result<Vec<String>> {
    let manifest: toml::Table = fs::read_to_string("fuzz/Cargo.toml").context("fuzz/Cargo.toml")?.parse()?;
    let bins = manifest.get("bin").and_then(|bins| bins.as_array()).context("fuzz/Cargo.toml: no [[bin]]")?;
    let name = |bin: &toml::Value| bin.get("name").and_then(|name| name.as_str()).map(str::to_owned);
    Ok(bins.iter().filter_map(name).collect())
}

fn request(args: &[String], known: Vec<String>) -> Result<Request> {
    let mut request = Request {
        targets: Vec::new(),
        seconds: 60,
        sanitizer: "none".to_owned(),
        logs: PathBuf::from("fuzz/logs"),
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value; {USAGE}"));
        match arg.as_str() {
            "--seconds" => request.seconds = value()?.parse().context("--seconds")?,
            "--sanitizer" => request.sanitizer.clone_from(value()?),
            "--logs" => request.logs = value()?.into(),
            name if known.iter().any(|target| target == name) => request.targets.push(name.to_owned()),
            other => bail!("`{other}` is no target; there are {}", known.join(", ")),
        }
    }
    if request.targets.is_empty() {
        request.targets = known;
    }
    Ok(request)
}

/// A command of cargo-fuzz, with optimisation and with the checks of a debug build.
fn cargo_fuzz(verb: &str, target: &str, sanitizer: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.env("RUSTC_BOOTSTRAP", "1");
    command.args(["fuzz", verb, "--release", "--debug-assertions", "--sanitizer", sanitizer, target]);
    command
}

fn build(target: &str, sanitizer: &str) -> Result<()> {
    let status = cargo_fuzz("build", target, sanitizer).status().context("cargo fuzz")?;
    if !status.success() {
        bail!("`{target}` cannot be built; is there cargo-fuzz? `cargo install cargo-fuzz --locked`");
    }
    Ok(())
}

/// What a run of one target gave.
struct Outcome {
    line: String,
    finds: Vec<String>,
}

fn fuzz(target: &str, request: &Request) -> Result<Outcome> {
    let fuzz = std::env::current_dir()?.join("fuzz");
    let corpus = fuzz.join("corpus").join(target);
    let artifacts = fuzz.join("artifacts").join(target);
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder)?;
    }
    // The first folder is added to, the others are only read.
    let mut folders = vec![corpus, fuzz.join("seeds").join(target), fuzz.join("regressions").join(target)];
    folders.retain(|folder| folder.is_dir());
    let dictionary = fuzz.join("dictionaries").join(format!("{target}.dict"));
    let before = names(&artifacts)?;
    let log = request.logs.join(format!("{target}.log"));
    let file = File::create(&log).with_context(|| log.display().to_string())?;
    let mut command = cargo_fuzz("run", target, &request.sanitizer);
    command.args(folders).arg("--");
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    command
        .arg(format!("-max_total_time={}", request.seconds))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-max_len={LONGEST}"))
        .args(["-report_slow_units=2", "-print_final_stats=1"])
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file);
    let status = command.status().context("cargo fuzz")?;
    let told = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let mut finds = Vec::new();
    let mut slow = 0;
    for name in names(&artifacts)?.difference(&before) {
        if name.starts_with("slow-unit") {
            slow += 1;
            continue;
        }
        finds.push(keep(&artifacts.join(name), name, &fuzz.join("regressions").join(target), &told)?);
    }
    if !status.success() && finds.is_empty() {
        bail!("`{target}` ended with {status}, and left no input: see {}", log.display());
    }
    Ok(Outcome { line: line(target, &told, slow), finds })
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Puts an input that broke something into a folder, with a note of what it broke.
fn keep(file: &Path, name: &str, folder: &Path, log: &str) -> Result<String> {
    fs::create_dir_all(folder)?;
    let short: String = name.chars().take(name.find('-').unwrap_or(0) + 11).collect();
    let why = reason(log);
    fs::copy(file, folder.join(&short))?;
    fs::write(folder.join(format!("{short}.why")), format!("{why}\n"))?;
    Ok(format!("  {}: {}", folder.join(short).display(), why.lines().next().unwrap_or("")))
}

/// What a log says about the end of a fuzzer: a panic, or else the words of libFuzzer.
fn reason(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let panic = lines.iter().rposition(|line| line.contains("panicked at"));
    let told = panic.map(|at| {
        let of_panic = |line: &&&str| !line.starts_with("note: ") && !line.starts_with("==");
        lines[at + 1..].iter().take_while(of_panic).copied().collect::<Vec<_>>().join("\n")
    });
    let told = told.filter(|told| !told.trim().is_empty());
    told.or_else(|| {
        lines.iter().find(|line| line.contains("ERROR: libFuzzer")).map(|line| (*line).to_owned())
    })
    .unwrap_or_else(|| "the fuzzer ended".to_owned())
}

/// Figures of a run: what was executed, how fast, what was covered.
fn line(target: &str, log: &str, slow: usize) -> String {
    let figure = |name: &str| {
        let line = log.lines().rev().find(|line| line.starts_with(&format!("stat::{name}:")));
        line.and_then(|line| line.split_whitespace().last()).unwrap_or("?").to_owned()
    };
    let covered = log.lines().rev().find(|line| line.contains(" cov: ")).unwrap_or("");
    let word = |name: &str| {
        let mut words = covered.split_whitespace().skip_while(|word| *word != name);
        words.nth(1).unwrap_or("?").to_owned()
    };
    format!(
        "{target}: {} executions, {} a second; {} edges, {} features, corpus {}; {} MB; {slow} slow",
        figure("number_of_executed_units"),
        figure("average_exec_per_sec"),
        word("cov:"),
        word("ft:"),
        word("corp:"),
        figure("peak_rss_mb"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "#2\tINITED cov: 7 ft: 9 corp: 1/1b exec/s: 0 rss: 30Mb\n\
        #900\tNEW    cov: 81 ft: 120 corp: 14/2Kb lim: 4 exec/s: 450 rss: 31Mb\n\
        \n\
        thread '<unnamed>' panicked at src/readers.rs:9:1:\n\
        assertion failed: brat\n  left: 1\n\
        note: run with `RUST_BACKTRACE=1`\n\
        ==7== ERROR: libFuzzer: deadly signal\n\
        stat::number_of_executed_units: 900\n\
        stat::average_exec_per_sec:     450\n\
        stat::peak_rss_mb:              31\n";

    #[test]
    fn a_log_tells_what_was_done_and_what_broke() {
        assert_eq!(
            line("brat", LOG, 0),
            "brat: 900 executions, 450 a second; 81 edges, 120 features, corpus 14/2Kb; 31 MB; 0 slow"
        );
        assert_eq!(reason(LOG), "assertion failed: brat\n  left: 1");
        assert_eq!(
            reason("a\n==7== ERROR: libFuzzer: timeout after 10 seconds\n"),
            "==7== ERROR: libFuzzer: timeout after 10 seconds"
        );
    }

    #[test]
    fn a_find_is_kept_with_its_note() {
        let folder = std::env::temp_dir().join(format!("spanwright-xtask-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("input");
        fs::write(&file, b"\xff").expect("a file");
        let told = keep(&file, "crash-0123456789abcdef", &folder.join("brat"), LOG).expect("kept");
        assert!(told.ends_with("crash-0123456789: assertion failed: brat"), "{told}");
        assert_eq!(fs::read(folder.join("brat/crash-0123456789")).expect("the input"), b"\xff");
        let why = fs::read_to_string(folder.join("brat/crash-0123456789.why")).expect("the note");
        assert_eq!(why, "assertion failed: brat\n  left: 1\n");
        fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn names_of_targets_and_flags_are_told_apart() {
        let known = vec!["brat".to_owned(), "jsonl".to_owned()];
        let args = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let asked = request(&args("jsonl --seconds 7"), known.clone()).expect("a request");
        assert_eq!((asked.targets, asked.seconds), (vec!["jsonl".to_owned()], 7));
        assert_eq!(request(&[], known.clone()).expect("a request").targets, known);
        assert!(request(&args("xml"), known).is_err());
    }
}
