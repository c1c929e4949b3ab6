//! `cargo xtask bench --curves`: how time and memory grow with phrases, rules,
//! threads, and the length of documents. On lists from a seed, which can be as
//! long as is asked for, everywhere the same.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::generate::Amount;
use super::lists::{Lists, Text};
use super::packs::Size;
use super::runs::{Job, Measured, median};
use super::svg::{Chart, Panel};
use super::{Bench, Plan, USUAL, beyond};

/// Where the charts lie.
const FOLDER: &str = "docs/curves";

/// One curve: what was measured at each point.
struct Curve {
    /// The name of its file.
    file: &'static str,
    title: &'static str,
    along: &'static str,
    /// What is measured by the clock, and not in seconds of all threads.
    by_clock: bool,
    points: Vec<Point>,
}

struct Point {
    along: f64,
    /// Seconds for each MB of text, without the start.
    seconds: f64,
    /// MB, at most.
    memory: f64,
    /// Seconds to start.
    start: f64,
}

/// Measures all curves, writes the charts, and says the figures as tables.
pub(super) fn run(plan: Plan, folder: &Path, program: String) -> Result<String> {
    let amount = match plan.quick {
        true => Amount { phrases: 100_000, rules: 500, text: 2_000_000 },
        false => Amount { phrases: 5_000_000, rules: 5_000, text: 10_000_000 },
    };
    let name = if plan.quick { "curves-quick" } else { "curves" };
    let lists = Lists::made(&folder.join("data").join(name), amount)?;
    let bench = Bench { plan, lists, folder: folder.join(name), program, bare: None };
    fs::create_dir_all(&bench.folder)?;
    fs::create_dir_all(FOLDER)?;
    let mut said = bench.head();
    for measure in [Bench::over_phrases, Bench::over_rules, Bench::over_threads, Bench::over_length] {
        let curve = measure(&bench, amount)?;
        // A quick look overwrites nothing.
        let charts = if bench.plan.quick { bench.folder.clone() } else { PathBuf::from(FOLDER) };
        fs::write(charts.join(curve.file), curve.chart().svg())?;
        let table = curve.table();
        eprintln!("{table}");
        said.push_str(&table);
    }
    Ok(said.trim_end().to_owned())
}

/// Powers of ten from `first`, and the last.
fn steps(first: usize, last: usize) -> Vec<usize> {
    let mut steps: Vec<usize> =
        std::iter::successors(Some(first), |step| Some(step * 10)).take_while(|step| *step < last).collect();
    steps.push(last);
    steps
}

impl Bench {
    fn over_phrases(&self, most: Amount) -> Result<Curve> {
        let points = steps(1_000, most.phrases).into_iter().map(|phrases| {
            let job = self.ours(Size { phrases, ..USUAL }, 1)?;
            self.point(phrases as f64, &job, &self.lists.w2, false)
        });
        let points = points.collect::<Result<_>>()?;
        let title = "Phrases, beside 100 expressions and 100 token patterns";
        Ok(Curve { file: "phrases.svg", title, along: "phrases", by_clock: false, points })
    }

    fn over_rules(&self, most: Amount) -> Result<Curve> {
        let points = steps(10, 2 * most.rules).into_iter().map(|rules| {
            let size = Size { phrases: 1_000, regexes: rules / 2, patterns: rules / 2 };
            self.point(rules as f64, &self.ours(size, 1)?, &self.lists.w2, false)
        });
        let points = points.collect::<Result<_>>()?;
        let title = "Rules, half expressions and half token patterns, beside 1,000 phrases";
        Ok(Curve { file: "rules.svg", title, along: "rules", by_clock: false, points })
    }

    fn over_threads(&self, _: Amount) -> Result<Curve> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let size = Size { phrases: 10_000, ..USUAL };
        let points = (1..=cores.max(2))
            .map(|threads| self.point(threads as f64, &self.ours(size, threads)?, &self.lists.w2, true));
        let points = points.collect::<Result<_>>()?;
        let title = "Threads, with 10,000 phrases, 100 expressions and 100 token patterns";
        Ok(Curve { file: "threads.svg", title, along: "threads", by_clock: true, points })
    }

    fn over_length(&self, most: Amount) -> Result<Curve> {
        let job = self.ours(Size { phrases: 10_000, ..USUAL }, 1)?;
        let points = steps(1_000, most.text * 10).into_iter().map(|length| {
            let text = recut(&self.lists.w2, &self.folder, length, most.text.max(length))?;
            self.point(length as f64, &job, &text, false)
        });
        let points = points.collect::<Result<_>>()?;
        let title = "Length of documents, with 10,000 phrases, 100 expressions and 100 token patterns";
        Ok(Curve { file: "length.svg", title, along: "bytes of a document", by_clock: false, points })
    }

    /// Medians of runs.
    fn point(&self, along: f64, job: &Job, text: &Text, by_clock: bool) -> Result<Point> {
        let runs = (0..self.plan.runs.min(3))
            .map(|_| -> Result<Measured> { Ok(beyond(&job.run(&text.path)?, &job.run(&text.one)?)) });
        let runs = runs.collect::<Result<Vec<Measured>>>()?;
        let middle = |of: &dyn Fn(&Measured) -> f64| median(runs.iter().map(of));
        let seconds = middle(&|run| if by_clock { run.wall } else { run.cpu });
        Ok(Point {
            along,
            seconds: seconds / (text.bytes as f64 / 1e6),
            memory: middle(&|run| run.memory),
            start: middle(&|run| run.start),
        })
    }
}

/// The documents of a text put together, or cut, to documents of one length;
/// from the start again until there are enough bytes. Cut only where a line ends.
fn recut(text: &Text, folder: &Path, length: usize, total: usize) -> Result<Text> {
    let path = folder.join(format!("length-{length}.jsonl"));
    let one = folder.join("one.jsonl");
    let mut out = BufWriter::new(fs::File::create(&path)?);
    let (mut bytes, mut document, mut number) = (0, String::new(), 0);
    'all: loop {
        for line in BufReader::new(fs::File::open(&text.path)?).lines() {
            let record: Value = serde_json::from_str(&line?)?;
            for paragraph in record["text"].as_str().context("a record without text")?.lines() {
                document.extend([paragraph, "\n"]);
                if document.len() >= length {
                    bytes += document.len();
                    writeln!(out, "{}", json!({"id": format!("d{number}"), "text": document}))?;
                    number += 1;
                    document.clear();
                    if bytes >= total {
                        break 'all;
                    }
                }
            }
        }
    }
    out.flush()?;
    fs::write(&one, "{\"id\":\"one\",\"text\":\"One.\"}\n")?;
    Ok(Text { name: text.name, path, one, bytes })
}

impl Curve {
    fn chart(&self) -> Chart {
        let time = if self.by_clock { "seconds by the clock for each MB" } else { "CPU seconds for each MB" };
        let panel = |measure, of: fn(&Point) -> f64| Panel {
            measure,
            // On a busy machine the start can take longer than a short run: such a point says nothing.
            points: self
                .points
                .iter()
                .map(|point| (point.along, of(point)))
                .filter(|point| point.1 > 0.0)
                .collect(),
        };
        Chart {
            title: self.title.to_owned(),
            along: self.along,
            panels: vec![panel(time, |point| point.seconds), panel("MB of memory", |point| point.memory)],
        }
    }

    fn table(&self) -> String {
        let mut out = format!(
            "\n{}\n\n| {} | seconds for each MB | MB of memory | seconds to start |\n|---|---|---|---|\n",
            self.title, self.along
        );
        for Point { along, seconds, memory, start } in &self.points {
            let _ = writeln!(out, "| {along} | {seconds:.4} | {memory:.0} | {start:.2} |");
        }
        out
    }
}
