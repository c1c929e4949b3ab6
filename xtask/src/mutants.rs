//! `cargo xtask mutants`: changes one thing in the code at a time, and tells
//! which changes no test notices.
//!
//! What cuts text, what scores and what resolves need little of the rest, so they
//! are put into a crate of their own with their tests, which builds in two seconds
//! where the whole takes a minute. `.cargo/mutants.toml` says which changes make no
//! difference.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

/// Usage, with the defaults.
pub(crate) const USAGE: &str = "cargo xtask mutants [FILE…] [-- ARGS]
                            changes of tokenizer, scores and resolving that no test notices; FILE is a part
                            of a path, such as `semeval`, ARGS are those of cargo-mutants (`--shard 0/4`)";

/// The modules of the small crate; what they need is among them.
const MODULES: [&str; 6] = ["text", "doc", "io", "prep", "value", "eval"];

/// The files of the engine in it.
const ENGINE: [&str; 3] = ["candidate.rs", "resolve.rs", "resolve/tests.rs"];

/// What resolving knows of a program, for the module itself needs all the rest.
const PROGRAM: &str = "\
use crate::doc::schema::{ItemInfo, Order, Rank, RuleId, TypeId};
#[derive(Debug, Default)]
pub struct Program { pub origins: Vec<Origin>, pub order: Vec<Order>, pub groups: Vec<u16> }
#[derive(Clone, Debug)]
pub struct Origin {
    pub id: std::sync::Arc<str>, pub info: ItemInfo, pub rank: Rank, pub makes: Vec<TypeId>, pub on: bool,
}
impl Program {
    pub fn origin(&self, rule: RuleId) -> &Origin { &self.origins[rule.0 as usize] }
}
";

/// Integration tests that ask nothing of other modules.
const TESTS: [&str; 5] = ["oracle", "oracle_iob", "oracle_significance", "property", "tokenize"];

/// Of the properties those.
const PROPERTIES: [&str; 2] = ["eval", "prep"];

/// What is changed in it.
const CHANGED: [&str; 9] = [
    "src/prep/fold.rs",
    "src/prep/tokenize.rs",
    "src/prep/plain_run.rs",
    "src/prep/sentence.rs",
    "src/prep/token.rs",
    "src/prep/prepared.rs",
    "src/engine/resolve.rs",
    "src/eval/*.rs",
    "src/eval/statistics/*.rs",
];

/// Tests that take seconds and hold times, not results.
const SKIPPED: &str = "time_linear";

/// A test that takes seconds, and the folder that it is for: the rest is changed without it.
const SLOW: (&str, &str) = ("intervals_are_those_of_the_reference", "src/eval/statistics/");

/// Where the small crate is put together.
const FOLDER: &str = "target/mutants";

/// Runs cargo-mutants over the small crate.
pub(crate) fn run(args: &[String]) -> Result<String> {
    let (files, more) = match args.iter().position(|arg| arg == "--") {
        Some(at) => (&args[..at], &args[at + 1..]),
        None => (args, &[][..]),
    };
    if let Some(flag) = files.iter().find(|file| file.starts_with('-')) {
        bail!("unknown argument `{flag}`\nusage: {USAGE}");
    }
    if !Command::new("cargo").args(["mutants", "--version"]).output()?.status.success() {
        bail!("cargo-mutants is not installed: cargo install cargo-mutants --locked");
    }
    let folder = PathBuf::from(FOLDER);
    small_crate(&folder)?;
    let is_asked = |path: &str| files.is_empty() || files.iter().any(|file| path.contains(file.as_str()));
    let chosen = changed(&folder)?.into_iter().filter(|path| is_asked(path)).collect::<Vec<_>>();
    let mut missed = Vec::new();
    let (slow, quick): (Vec<_>, Vec<_>) = chosen.iter().partition(|path| path.starts_with(SLOW.1));
    for (files, skipped) in [(slow, &[SKIPPED][..]), (quick, &[SKIPPED, SLOW.0])] {
        if files.is_empty() {
            continue;
        }
        let mut mutants = mutants(&folder, more);
        // The folder is made for this: nothing is lost in it, and what is built stays.
        mutants
            .arg("--in-place")
            .args(files.into_iter().flat_map(|path| ["-f", path]))
            .args(["--", "--all-targets", "--"])
            .args(skipped.iter().flat_map(|name| ["--skip", name]));
        missed.extend(outcome(mutants, &folder)?);
    }
    if chosen.is_empty() {
        bail!("no file is called `{}`", files.join("`, `"));
    }
    match missed.len() {
        0 => Ok("every change is noticed, or makes no difference".to_owned()),
        count => bail!("{count} changes are not noticed:\n{}", missed.join("\n")),
    }
}

/// The crate in a folder; what comes of it goes there too.
fn mutants(folder: &Path, more: &[String]) -> Command {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--no-shuffle", "--timeout", "20", "--dir"]).arg(folder);
    command.arg("-o").arg(folder).args(more);
    command.env("PROPTEST_RNG_SEED", "20250317").env("CARGO_PROFILE_DEV_DEBUG", "0");
    command
}

/// The changes that were missed. Status 2 says that there are some, 3 that some ran on and on.
fn outcome(mut command: Command, out: &Path) -> Result<Vec<String>> {
    let status = command.status().context("cargo mutants")?;
    match status.code() {
        Some(0 | 2 | 3) => {}
        _ => bail!("cargo mutants: {status}"),
    }
    match fs::read_to_string(out.join("mutants.out/missed.txt")) {
        Ok(missed) => Ok(missed.lines().map(str::to_owned).collect()),
        // With `--list` nothing is tried.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// The files behind the patterns of what is changed.
fn changed(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for pattern in CHANGED {
        match pattern.strip_suffix("/*.rs") {
            None => files.push(pattern.to_owned()),
            Some(place) => {
                for entry in fs::read_dir(folder.join(place))? {
                    let name = entry?.file_name().to_string_lossy().into_owned();
                    if name.ends_with(".rs") && name != "tests.rs" {
                        files.push(format!("{place}/{name}"));
                    }
                }
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Puts the small crate together, from what the project has now.
fn small_crate(folder: &Path) -> Result<()> {
    for part in ["src", "tests", ".cargo"] {
        let part = folder.join(part);
        if part.exists() {
            fs::remove_dir_all(part)?;
        }
    }
    for name in MODULES {
        for path in [format!("src/{name}"), format!("src/{name}.rs")] {
            copy(Path::new(&path), &folder.join(&path))?;
        }
    }
    let mods = |names: &[&str], public: &str| -> String {
        names.iter().map(|name| format!("{public}mod {name};\n")).collect()
    };
    for name in ENGINE {
        copy(&Path::new("src/engine").join(name), &folder.join("src/engine").join(name))?;
    }
    fs::write(folder.join("src/engine/mod.rs"), mods(&["candidate", "resolve"], "pub "))?;
    fs::write(folder.join("src/program.rs"), PROGRAM)?;
    let all = mods(&MODULES, "pub ") + &mods(&["engine", "program"], "pub ");
    fs::write(folder.join("src/lib.rs"), format!("#![allow(dead_code)]\n{all}"))?;
    for name in TESTS {
        copy(Path::new(&format!("tests/{name}.rs")), &folder.join(format!("tests/{name}.rs")))?;
    }
    for (path, names) in [("tests/main.rs", &TESTS[..]), ("tests/property/mod.rs", &PROPERTIES)] {
        let whole = fs::read_to_string(path)?;
        let rest = whole.lines().filter(|line| !line.starts_with("mod ") && !line.starts_with("//!"));
        let mut text = format!("#![allow(dead_code)]\n{}", mods(names, ""));
        rest.filter(|line| !line.starts_with("#![allow")).for_each(|line| {
            let _ = writeln!(text, "{line}");
        });
        fs::create_dir_all(folder.join(path).parent().unwrap_or(folder))?;
        fs::write(folder.join(path), text)?;
    }
    for name in PROPERTIES {
        let path = format!("tests/property/{name}.rs");
        copy(Path::new(&path), &folder.join(&path))?;
    }
    for data in ["tests/oracle", "tests/fixtures/tokenize", "tests/fixtures/value"] {
        copy(Path::new(data), &folder.join(data))?;
    }
    copy(Path::new(".cargo/mutants.toml"), &folder.join(".cargo/mutants.toml"))?;
    copy(Path::new("Cargo.lock"), &folder.join("Cargo.lock"))?;
    fs::write(folder.join("Cargo.toml"), manifest()?)?;
    Ok(())
}

/// The manifest of the small crate: what the library itself depends on.
fn manifest() -> Result<String> {
    let whole: Table = fs::read_to_string("Cargo.toml")?.parse()?;
    let table =
        |name: &str| whole.get(name).and_then(Value::as_table).context("Cargo.toml has no dependencies");
    let mut needed = table("dependencies")?.clone();
    needed.retain(|_, how| !how.get("optional").and_then(Value::as_bool).unwrap_or(false));
    let mut of_tests = table("dev-dependencies")?.clone();
    of_tests.retain(|name, _| matches!(name, "proptest" | "unicode-normalization"));
    of_tests.insert("similar".to_owned(), Value::String("3".to_owned()));
    let head = "[package]\nname = \"spanwright\"\nversion = \"0.1.0\"\nedition = \"2024\"\nautotests = false\n\
                [lib]\ndoctest = false\n[[test]]\nname = \"spanwright\"\npath = \"tests/main.rs\"\n\
                [profile.dev.package.\"*\"]\nopt-level = 2\n[workspace]\n";
    let mut manifest: Table = head.parse()?;
    manifest.insert("dependencies".to_owned(), Value::Table(needed));
    manifest.insert("dev-dependencies".to_owned(), Value::Table(of_tests));
    Ok(manifest.to_string())
}

/// Copies a file, or a folder with what it holds; what is not there is passed over.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.is_file() {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        fs::copy(from, to).with_context(|| from.display().to_string())?;
    }
    Ok(())
}
