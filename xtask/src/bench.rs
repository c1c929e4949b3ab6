//! `cargo xtask bench`: the whole program on whole files, beside the bare
//! pipeline of `limits` and, where a Python has it, spaCy doing the same work.
//!
//! A shared machine is never quiet, so nothing here is a time alone: what is
//! compared runs in turn, and each figure is the median of the ratios of pairs,
//! with the least and the greatest of them. What it takes to start, measured
//! on a text of one document, is taken out.

mod agree;
mod curves;
mod generate;
pub(crate) mod lists;
pub(crate) mod packs;
mod runs;
mod svg;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use lists::{Lists, Text};
use packs::Size;
use runs::{Job, Measured, Pairs, paired, streamed};
use table::{Figure, Table};

/// Usage, with the defaults.
pub(crate) const USAGE: &str = "cargo xtask bench [--quick] [--runs N] [--lists FOLDER] [--python PYTHON]
                            time `extract` on the lists and texts of FOLDER (../shared/bench; without it,
                            on lists made from a seed), beside its bare pipeline and the spaCy of PYTHON
       cargo xtask bench --curves [--quick] [--runs N]
                            how time and memory grow, as charts in docs/curves";

/// What is asked for on the command line.
struct Plan {
    quick: bool,
    curves: bool,
    /// Pairs of runs a figure.
    runs: usize,
    lists: PathBuf,
    python: Option<String>,
}

impl Plan {
    fn read(args: &[String]) -> Result<Self> {
        let lists = PathBuf::from("../shared/bench");
        let mut plan = Self { quick: false, curves: false, runs: 0, lists, python: None };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
            match arg.as_str() {
                "--quick" => plan.quick = true,
                "--curves" => plan.curves = true,
                "--runs" => plan.runs = value()?.parse().context("--runs is a number")?,
                "--lists" => plan.lists = value()?.into(),
                "--python" => plan.python = Some(value()?.clone()),
                other => bail!("unknown argument `{other}`\nusage: {USAGE}"),
            }
        }
        if plan.runs == 0 {
            plan.runs = if plan.quick { 3 } else { 7 };
        }
        Ok(plan)
    }
}

/// The programs that are measured.
struct Bench {
    plan: Plan,
    lists: Lists,
    folder: PathBuf,
    program: String,
    bare: Option<String>,
}

/// Measures every figure and prints the table.
pub(crate) fn run(args: &[String]) -> Result<String> {
    let plan = Plan::read(args)?;
    let folder = PathBuf::from("target/bench");
    let program = "target/release/spanwright".to_owned();
    build(&["--package", "spanwright"], None)?;
    if plan.curves {
        return curves::run(plan, &folder, program);
    }
    let lists = Lists::find(&plan.lists, &folder.join("data"))?;
    let bare = bare_pipeline(&plan.lists)?;
    let bench = Bench { plan, lists, folder, program, bare };
    let mut table = Table::new(&bench.lists.origin, bench.plan.runs);
    bench.agreement(&mut table)?;
    bench.beside_the_bare_pipeline(&mut table)?;
    bench.threads(&mut table)?;
    bench.growth(&mut table)?;
    bench.start_and_memory(&mut table)?;
    bench.whole_pack(&mut table)?;
    bench.spacy(&mut table)?;
    Ok(table.markdown())
}

/// Builds a package in release mode; `folder` is where its workspace is.
pub(crate) fn build(args: &[&str], folder: Option<&Path>) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--quiet", "--locked"]).args(args);
    if let Some(folder) = folder {
        cargo.current_dir(folder);
    }
    if !cargo.status()?.success() {
        bail!("the release build fails: cargo build --release {}", args.join(" "));
    }
    Ok(())
}

/// Builds the bare pipeline, if it is there. Its own settings (the processor's
/// own instructions) hold only in its own folder.
fn bare_pipeline(lists: &Path) -> Result<Option<String>> {
    let source = lists.join("limits");
    if !source.join("Cargo.toml").is_file() {
        return Ok(None);
    }
    let target = std::env::current_dir()?.join("target/limits");
    build(&["--target-dir", &target.display().to_string()], Some(&source))?;
    Ok(Some(target.join("release/limits").display().to_string()))
}

/// What the bare pipeline reached where the floors were set, on one core with w1, in MB/s,
/// and what it gained there by a second core. What a floor says in MB/s, or of threads,
/// means that share of it on another machine.
const BARE_W1: f64 = 85.0;
const BARE_GAIN: f64 = 1.8;

/// How many times over a text is read to see what a second thread gains: a run of half a
/// second is over before the second core is warm, and the bare pipeline gains less in it too.
const TIMES: usize = 5;

/// The work of the headline: phrases, regular expressions and token patterns.
const USUAL: Size = Size { phrases: 100_000, regexes: 100, patterns: 100 };

impl Bench {
    /// What the figures are of.
    fn head(&self) -> String {
        table::head(&self.lists.origin)
    }

    fn out(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// `extract` with a pack of this size.
    fn ours(&self, size: Size, threads: usize) -> Result<Job> {
        let pack = packs::write(&self.lists, &self.folder.join("packs"), size)?;
        Ok(self.with_pack(&pack.display().to_string(), threads))
    }

    fn with_pack(&self, pack: &str, threads: usize) -> Job {
        let threads = threads.to_string();
        let command = [&self.program, "extract", "{text}", "--pack", pack, "--threads", &threads, "-q", "-o"];
        Job::new(command.into_iter().chain([self.out("out.jsonl").as_str()]))
    }

    /// The bare pipeline with the same lists; `stages` are letters of its own.
    fn bare(&self, size: Size, threads: usize, stages: &str, out: &str) -> Result<Option<Job>> {
        let Some(program) = &self.bare else { return Ok(None) };
        let file = |what: &str, path: PathBuf| format!("{what}={}", path.display());
        Ok(Some(Job::new([
            program,
            "pipe",
            "text={text}",
            &file("gaz", self.lists.phrases(size.phrases)?),
            &file("set", self.lists.regexes(size.regexes)?),
            &file("pats", self.lists.patterns(size.patterns)?),
            &format!("stages={stages}"),
            &format!("threads={threads}"),
            "reps=1",
            "warm=0",
            &format!("out={}", self.out(out)),
        ])))
    }

    /// Both find the same, part by part, or the difference has a reason.
    fn agreement(&self, table: &mut Table) -> Result<()> {
        let (text, size) = (&self.lists.w2, USUAL);
        let mut ours = self.ours(size, 1)?;
        ours.push("--offsets");
        ours.push("bytes");
        ours.run(&text.path)?;
        let found = agree::ours(Path::new(&self.out("out.jsonl")))?;
        for part in agree::PARTS {
            let Some(job) = self.bare(size, 1, part.stages, "bare.jsonl")? else {
                table.note(format!(
                    "{}: {} found; no bare pipeline to compare with",
                    part.name,
                    found.count(part)
                ));
                continue;
            };
            job.run(&text.path)?;
            let bare = agree::bare(Path::new(&self.out("bare.jsonl")))?;
            table.note(agree::compare(part, &found, &bare, &text.path)?);
        }
        Ok(())
    }

    /// The usual work on a text with one thread and with two, and the bare pipeline likewise,
    /// in turn.
    fn one_and_two(&self, text: &Text) -> Result<(Pairs, Option<Pairs>)> {
        let (one, two) = (self.ours(USUAL, 1)?, self.ours(USUAL, 2)?);
        let bare = |threads| self.bare(USUAL, threads, "jtgrpo", "bare-out.jsonl");
        match (bare(1)?, bare(2)?) {
            (Some(bare), Some(bares)) => {
                let jobs = [&one, &bare, &two, &bares];
                let [one, bare, two, bares] = runs::in_turn(jobs, text, self.plan.runs)?;
                Ok((Pairs { first: one, second: two }, Some(Pairs { first: bare, second: bares })))
            }
            _ => Ok((self.pairs(&one, &two, text)?, None)),
        }
    }

    fn beside_the_bare_pipeline(&self, table: &mut Table) -> Result<()> {
        for text in [&self.lists.w2, &self.lists.w1] {
            let (ours, bares) = self.one_and_two(text)?;
            for (threads, ours, bare) in [
                (1, &ours.first, bares.as_ref().map(|bares| &bares.first)),
                (2, &ours.second, bares.as_ref().map(|bares| &bares.second)),
            ] {
                table.speed(text, USUAL, threads, "spanwright", ours, text.bytes);
                if let Some(bare) = bare {
                    table.speed(text, USUAL, threads, "bare pipeline", bare, text.bytes);
                }
            }
            if let Some(bares) = &bares {
                let ratio = bares.first.iter().zip(&ours.first).map(|(bare, ours)| bare.cpu / ours.cpu);
                let figure = format!("{USUAL}, one thread, against the bare pipeline, {}", text.name);
                table.figure(Figure::at_least(&figure, ratio.collect(), 0.5, 0.9, ""));
            }
        }
        Ok(())
    }

    /// What a second thread gains.
    fn threads(&self, table: &mut Table) -> Result<()> {
        for text in [&self.lists.w2, &self.lists.w1] {
            let text = &text.over(TIMES)?;
            let (ours, bares) = self.one_and_two(text)?;
            let gains = |pairs: &Pairs| pairs.ratios(|one, two| one.wall / two.wall);
            let share = bares.map(|bares| {
                gains(&ours).iter().zip(gains(&bares)).map(|(ours, bare)| ours / bare).collect()
            });
            let figure = format!("two threads against one, {} {TIMES} times over", text.name);
            table.figure(Figure::at_least(&figure, gains(&ours), 1.7, 1.9, " ×"));
            if let Some(share) = share {
                let figure = format!(
                    "the same, as a share of what the bare pipeline gains in the same run, {}",
                    text.name
                );
                table.figure(Figure::at_least(&figure, share, 1.7 / BARE_GAIN, 1.9 / BARE_GAIN, ""));
            }
        }
        Ok(())
    }

    /// What more phrases and more rules cost.
    fn growth(&self, table: &mut Table) -> Result<()> {
        let text = &self.lists.w2;
        let phrases = |phrases| Size { phrases, ..USUAL };
        let pairs = self.pairs(&self.ours(phrases(1_000_000), 1)?, &self.ours(phrases(1_000), 1)?, text)?;
        table.speed(text, phrases(1_000_000), 1, "spanwright", &pairs.first, text.bytes);
        table.speed(text, phrases(1_000), 1, "spanwright", &pairs.second, text.bytes);
        let ratio = pairs.ratios(|many, few| few.cpu / many.cpu);
        table.figure(Figure::at_least("1M phrases against 1k phrases, same rules", ratio, 0.5, 0.7, ""));
        let rules = |each| Size { phrases: 1_000, regexes: each, patterns: each };
        let pairs = self.pairs(&self.ours(rules(500), 1)?, &self.ours(rules(5), 1)?, text)?;
        table.speed(text, rules(500), 1, "spanwright", &pairs.first, text.bytes);
        table.speed(text, rules(5), 1, "spanwright", &pairs.second, text.bytes);
        let ratio = pairs.ratios(|many, few| few.cpu / many.cpu);
        table.figure(Figure::at_least(
            "1,000 rules (500 regex + 500 token) against 10",
            ratio,
            0.35,
            0.6,
            "",
        ));
        if !self.plan.quick {
            for each in [10, 100, 1_000] {
                for size in [
                    Size { phrases: 0, regexes: each, patterns: 0 },
                    Size { phrases: 0, regexes: 0, patterns: each },
                ] {
                    let job = self.ours(size, 1)?;
                    let pairs = self.pairs(&job, &job, text)?;
                    table.speed(text, size, 1, "spanwright", &pairs.first, text.bytes);
                }
            }
        }
        Ok(())
    }

    fn start_and_memory(&self, table: &mut Table) -> Result<()> {
        let million = self.ours(Size { phrases: 1_000_000, ..USUAL }, 1)?;
        let text = &self.lists.w2;
        let starts = (0..self.plan.runs).map(|_| Ok(million.run(&text.one)?.wall));
        let starts = starts.collect::<Result<Vec<f64>>>()?;
        table.figure(Figure::at_most("program start with 1M phrases from TSV", starts, 2.0, 1.0, " s"));
        let saved = self.out("million.saved");
        let pack =
            packs::write(&self.lists, &self.folder.join("packs"), Size { phrases: 1_000_000, ..USUAL })?;
        let pack = pack.display().to_string();
        Job::new([&self.program, "compile", &pack, "-o", &saved, "-q"]).run(&text.one)?;
        let job = self.with_pack(&saved, 1);
        let starts = (0..self.plan.runs).map(|_| Ok(job.run(&text.one)?.wall));
        let starts = starts.collect::<Result<Vec<f64>>>()?;
        table.figure(Figure::at_most("the same from a saved program", starts, 0.2, 0.05, " s"));
        let gigabyte = if self.plan.quick { 100_000_000 } else { 1_000_000_000 };
        let times = gigabyte / text.bytes + 1;
        let peak = streamed(&million, &text.path, times)?.memory;
        let figure = format!("memory with 1M phrases, streaming {} MB", times * text.bytes / 1_000_000);
        table.figure(Figure::at_most(&figure, vec![peak], 400.0, 250.0, " MB"));
        Ok(())
    }

    /// A pack with phases, relations, links and values.
    fn whole_pack(&self, table: &mut Table) -> Result<()> {
        if self.lists.are_made() {
            table
                .note("`rules/vn-politics` was not measured: what is made from a seed is no news".to_owned());
            return Ok(());
        }
        let text = &self.lists.w1;
        let job = self.with_pack("rules/vn-politics", 1);
        let bare = self.bare(USUAL, 1, "jtgrpo", "bare-out.jsonl")?;
        let pairs = self.pairs(&job, bare.as_ref().unwrap_or(&job), text)?;
        let speeds = pairs.first.iter().map(|run| text.bytes as f64 / 1e6 / run.cpu).collect();
        let figure =
            "relations, links and values of `rules/vn-politics` on news like the gold (w1), one thread";
        table.figure(Figure::at_least(figure, speeds, 15.0, 40.0, " MB/s"));
        if bare.is_some() {
            let share = pairs.ratios(|ours, bare| bare.cpu / ours.cpu);
            let figure = format!("the same, against the bare pipeline with {USUAL}");
            table.figure(Figure::at_least(&figure, share, 15.0 / BARE_W1, 40.0 / BARE_W1, ""));
        }
        Ok(())
    }

    /// The same lists in spaCy, on a part of the text, each time beside a run of ours.
    fn spacy(&self, table: &mut Table) -> Result<()> {
        let Some(python) = &self.plan.python else { return Ok(()) };
        let (text, ours) = (&self.lists.w2, self.ours(USUAL, 1)?);
        let megabytes = if self.plan.quick { 1.0 } else { 3.0 };
        let (mut slow, mut ratios) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let peer = runs::spacy(python, &self.lists, USUAL, megabytes)?;
            let [took] = runs::in_turn([&ours], text, 1)?;
            ratios.extend(took.iter().map(|run| text.bytes as f64 / 1e6 / run.cpu / peer.speed));
            slow.push(peer);
        }
        table.note(format!("spaCy: {}", slow.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")));
        table.figure(Figure::at_least(
            "the same against spaCy (tuned) doing the same work",
            ratios,
            150.0,
            300.0,
            " ×",
        ));
        Ok(())
    }

    fn pairs(&self, first: &Job, second: &Job, text: &Text) -> Result<Pairs> {
        paired(first, second, text, self.plan.runs)
    }
}

/// What a whole run took beyond its start.
fn beyond(whole: &Measured, start: &Measured) -> Measured {
    Measured {
        wall: whole.wall - start.wall,
        cpu: whole.cpu - start.cpu,
        memory: whole.memory,
        start: start.wall,
    }
}
