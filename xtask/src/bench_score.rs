//! `cargo xtask bench-score`: scoring and comparing at scale, beside other
//! scorers on the same files.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// Usage, with the defaults.
pub(crate) const USAGE: &str = "cargo xtask bench-score [DOCUMENTS [PYTHON]]
                            time `score` and `compare` on generated files (100000 documents of 10
                            mentions), beside nervaluate and seqeval where PYTHON (python3) has them";

const WORDS: &[&str] = &[
    "the",
    "meeting",
    "province",
    "of",
    "reported",
    "budget",
    "and",
    "said",
    "resolution",
    "committee",
    "growth",
    "road",
    "farmers",
    "in",
    "plan",
    "review",
    "cadres",
    "training",
    "people",
    "quý",
    "đường",
    "year",
];
const NAMES: &[&str] = &["Nguyen", "Tran", "Giang", "Hà", "Lao", "Cai", "Pham", "Minh", "Vietnam", "Union"];
const LABELS: &[&str] = &["PERSON", "ORG", "LOC", "EVENT", "MONEY", "DATE"];

/// Numbers that are the same on every machine (SplitMix64).
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// A number below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

/// A mention in words: first, one past the last, label.
type InWords = (usize, usize, &'static str);

/// Ten mentions among some sixty words.
fn document(seed: &mut Seed) -> (Vec<&'static str>, Vec<InWords>) {
    let (mut words, mut gold) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        for _ in 0..2 + seed.below(5) {
            words.push(WORDS[seed.below(WORDS.len())]);
        }
        let first = words.len();
        for _ in 0..1 + seed.below(3) {
            words.push(NAMES[seed.below(NAMES.len())]);
        }
        gold.push((first, words.len(), LABELS[seed.below(LABELS.len())]));
    }
    (words, gold)
}

/// Gold as a system finds it that is right in `right` of 100 mentions. Spans stay
/// apart: seqeval knows no others.
fn system(gold: &[InWords], right: usize, seed: &mut Seed) -> Vec<InWords> {
    let mut found = Vec::new();
    for &(first, end, label) in gold {
        if seed.below(100) < right {
            found.push((first, end, label));
            continue;
        }
        match seed.below(4) {
            0 => {}
            1 => found.push((first, end, LABELS[seed.below(LABELS.len())])),
            2 => found.push((first - 1, end, label)),
            _ => found.push((first - 1, first, LABELS[seed.below(LABELS.len())])),
        }
    }
    found
}

fn line(id: usize, words: &[&str], mentions: &[InWords]) -> Value {
    let mut starts = Vec::with_capacity(words.len() + 1);
    let mut at = 0;
    for word in words {
        starts.push(at);
        at += word.chars().count() + 1;
    }
    let text = words.join(" ");
    let entities: Vec<Value> = (1..)
        .zip(mentions)
        .map(|(number, &(first, end, label))| {
            let stop = starts[end - 1] + words[end - 1].chars().count();
            json!({"id": format!("T{number}"), "type": label, "start": starts[first], "end": stop,
                   "text": words[first..end].join(" "), "value": null, "features": {}, "rule": null})
        })
        .collect();
    json!({"id": format!("d{id}"), "text": text, "meta": {}, "entities": entities, "relations": [], "chains": []})
}

/// Writes gold and the predictions of two systems, unless they are there.
fn generate(folder: &Path, documents: usize) -> Result<()> {
    let paths = ["gold", "a", "b"].map(|name| folder.join(format!("{name}.jsonl")));
    if paths.iter().all(|path| path.is_file()) {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    let open = |path: &PathBuf| std::fs::File::create(path).map(std::io::BufWriter::new);
    let [mut gold, mut a, mut b] = [open(&paths[0])?, open(&paths[1])?, open(&paths[2])?];
    let mut seed = Seed(7);
    for id in 0..documents {
        let (words, mentions) = document(&mut seed);
        writeln!(gold, "{}", line(id, &words, &mentions))?;
        writeln!(a, "{}", line(id, &words, &system(&mentions, 78, &mut seed)))?;
        writeln!(b, "{}", line(id, &words, &system(&mentions, 82, &mut seed)))?;
    }
    for mut file in [gold, a, b] {
        file.flush()?;
    }
    Ok(())
}

/// A finished run: seconds of wall time, peak memory in MB, and its output.
struct Run {
    seconds: f64,
    memory: f64,
    output: String,
}

/// Runs a command under `/usr/bin/time` where that is there.
fn timed(command: &[&str]) -> Result<Run> {
    let time = Path::new("/usr/bin/time");
    let mut run = if time.is_file() {
        let mut run = Command::new(time);
        run.arg("-f").arg("\npeak %M").args(command);
        run
    } else {
        let mut run = Command::new(command[0]);
        run.args(&command[1..]);
        run
    };
    let before = Instant::now();
    let output = run.output().with_context(|| command.join(" "))?;
    let seconds = before.elapsed().as_secs_f64();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        bail!("{}: {errors}", command.join(" "));
    }
    let peak =
        errors.lines().rev().find_map(|line| line.strip_prefix("peak ")).and_then(|kb| kb.parse().ok());
    let memory = peak.map_or(f64::NAN, |kb: f64| kb / 1024.0);
    Ok(Run { seconds, memory, output: String::from_utf8_lossy(&output.stdout).into_owned() })
}

/// Median of the wall times of three runs, and the last run.
fn median(command: &[&str]) -> Result<(f64, Run)> {
    let mut runs = (0..3).map(|_| timed(command)).collect::<Result<Vec<Run>>>()?;
    let mut seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let last = runs.pop().context("no run")?;
    Ok((seconds[1], last))
}

/// Times the program and the other scorers on the same files; the counts of all
/// must agree.
pub(crate) fn run(args: &[String]) -> Result<String> {
    let documents: usize =
        args.first().map_or(Ok(100_000), |n| n.parse()).context("DOCUMENTS is a number")?;
    let python = args.get(1).map_or("python3", String::as_str);
    let folder = PathBuf::from("target/bench-score").join(documents.to_string());
    generate(&folder, documents)?;
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--quiet", "--package", "spanwright"])
        .status()?;
    if !built.success() {
        bail!("the release build fails");
    }
    let path = |name: &str| folder.join(name).display().to_string();
    let (gold, a, b) = (path("gold.jsonl"), path("a.jsonl"), path("b.jsonl"));
    let program = "target/release/spanwright";
    let score = [program, "score", "--gold", &gold, "--pred", &a, "--format", "json"];
    let strict =
        [program, "score", "--gold", &gold, "--pred", &a, "--format", "json", "--compat", "nervaluate"];
    let compare = [program, "compare", &a, &b, "--gold", &gold, "--format", "json"];
    let mut out = format!("{documents} documents, {} mentions of gold\n", documents * 10);
    let (seconds, whole) = median(&score)?;
    let scores: Value = serde_json::from_str(&whole.output).context("score --format json")?;
    let micro = &scores["entities"]["micro"];
    let _ = writeln!(out, "spanwright score, every figure: {seconds:.2} s, {:.0} MB", whole.memory);
    let (compat_seconds, compat) = median(&strict)?;
    let _ =
        writeln!(out, "spanwright score --compat nervaluate: {compat_seconds:.2} s, {:.0} MB", compat.memory);
    let (compare_seconds, compared) = median(&compare)?;
    let _ = writeln!(out, "spanwright compare: {compare_seconds:.2} s, {:.0} MB", compared.memory);
    for peer in ["nervaluate", "seqeval"] {
        let script = "xtask/src/score_peers.py";
        match timed(&[python, script, peer, &gold, &a]) {
            Err(error) => {
                let reason = format!("{error:#}");
                let last =
                    reason.lines().rev().find(|line| !line.trim().is_empty() && !line.starts_with("peak"));
                let _ = writeln!(out, "{peer}: passed over ({})", last.unwrap_or("no reason given"));
            }
            Ok(run) => {
                let peer_says: Value = serde_json::from_str(run.output.trim()).context(peer)?;
                let same =
                    (peer_says["f1"].as_f64().unwrap_or(-1.0) - micro["f1"].as_f64().unwrap_or(-2.0)).abs();
                if same > 1e-9 {
                    bail!("{peer} has F1 {}, spanwright {}", peer_says["f1"], micro["f1"]);
                }
                let alone = peer_says["seconds"].as_f64().unwrap_or(f64::NAN);
                let _ = writeln!(
                    out,
                    "{peer}: {:.1} s, {:.0} MB ({alone:.1} s of them scoring): {:.0} times `score`, same F1",
                    run.seconds,
                    run.memory,
                    run.seconds / seconds
                );
            }
        }
    }
    Ok(out.trim_end().to_owned())
}
