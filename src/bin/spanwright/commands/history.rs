//! The history of scores: where it is, what is kept, and how often one looked.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::json;
use spanwright::doc::{Annotations, Document};
use spanwright::eval::{Figure, Headline, Measure};
use spanwright::io::{Inputs, JsonlWriter, ReadConfig, Record, Source, read_all};
use spanwright::report::PastScore;
use spanwright::store::{Figures, NewRun, Store, StoreError};

use super::sides::document_fingerprints;
use super::write_to;
use crate::args::{Global, ScoreArgs};

/// The folder that holds the store.
const FOLDER: &str = ".spanwright";
const FILE: &str = "runs.db";

/// The folder of a flag, else the nearest `.spanwright` here or above.
fn folder(flag: Option<&Path>) -> Option<PathBuf> {
    if let Some(folder) = flag {
        return Some(folder.to_path_buf());
    }
    if Path::new(FOLDER).is_dir() {
        return Some(PathBuf::from(FOLDER));
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(FOLDER)).find(|folder| folder.is_dir())
}

/// The store, if there is one.
pub(crate) fn existing(flag: Option<&Path>) -> anyhow::Result<Option<Store>> {
    match folder(flag).map(|folder| folder.join(FILE)) {
        Some(path) if path.is_file() => Ok(Some(Store::open(&path)?)),
        _ => Ok(None),
    }
}

/// The store that must be there.
pub(crate) fn required(flag: Option<&Path>) -> anyhow::Result<Store> {
    match existing(flag)? {
        Some(store) => Ok(store),
        None => bail!("there are no runs here: `spanwright score … --save` keeps one"),
    }
}

/// The store, made where it is not there. Git is told to pass it over only where
/// the folder is by its name ours alone.
fn made(flag: Option<&Path>) -> anyhow::Result<Store> {
    let folder = folder(flag).unwrap_or_else(|| PathBuf::from(FOLDER));
    let shown = || folder.display().to_string();
    std::fs::create_dir_all(&folder).with_context(shown)?;
    let ignore = folder.join(".gitignore");
    if folder.file_name().is_some_and(|name| name == FOLDER) && !ignore.exists() {
        std::fs::write(&ignore, "*\n").with_context(|| ignore.display().to_string())?;
    }
    Ok(Store::create(&folder.join(FILE))?)
}

/// Now, in seconds; `SOURCE_DATE_EPOCH` stands for now where it is set, so that
/// what is made can be made again.
fn now() -> anyhow::Result<String> {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok();
    let second = match fixed {
        Some(text) => text.parse().context("SOURCE_DATE_EPOCH is no number of seconds")?,
        None => jiff::Timestamp::now().as_second(),
    };
    Ok(jiff::Timestamp::from_second(second).context("SOURCE_DATE_EPOCH")?.to_string())
}

/// Counts a look at a gold where there is a store, and says so. That it cannot be
/// counted is no failure.
pub(crate) fn look(flag: Option<&Path>, gold: &str, global: &Global) {
    let counted = || -> anyhow::Result<Option<(u64, String)>> {
        let Some(mut store) = existing(flag)? else { return Ok(None) };
        Ok(Some(store.look(gold, &now()?)?))
    };
    match counted() {
        _ if global.quiet => {}
        Ok(None | Some((1, _))) => {}
        Ok(Some((n, since))) => {
            let day = since.get(..10).unwrap_or(&since);
            anstream::eprintln!(
                "spanwright: look {n} at this gold since {day}: each look makes a lucky difference likelier"
            );
        }
        Err(error) => anstream::eprintln!("spanwright: this look at gold is not counted: {error:#}"),
    }
}

/// The runs against a gold, the oldest first; none where there is no store.
pub(crate) fn past(flag: Option<&Path>, gold: &str) -> anyhow::Result<Vec<PastScore>> {
    let Some(store) = existing(flag)? else { return Ok(Vec::new()) };
    let runs = store.list()?.into_iter().rev().filter(|run| run.gold == gold);
    let past = |run: spanwright::store::Summary| PastScore {
        id: run.id,
        at: run.at,
        name: run.name,
        f1: run.figures.f1,
        interval: run.figures.low.zip(run.figures.high),
    };
    Ok(runs.map(past).collect())
}

/// What is kept of `score`.
pub(crate) struct Kept<'a> {
    /// What predicted.
    pub(crate) name: String,
    pub(crate) pack: Option<(String, std::collections::BTreeMap<String, String>)>,
    /// Id and fingerprint of each document of gold.
    pub(crate) documents: Vec<(String, String)>,
    pub(crate) fingerprint: &'a str,
    /// The documents of gold, and what was predicted for each.
    pub(crate) predicted: Vec<(&'a Document, &'a Annotations)>,
    pub(crate) headlines: &'a [Headline],
    pub(crate) scores: String,
    pub(crate) symmetric: &'a [String],
}

/// Saves a run and tells its id.
pub(crate) fn save(args: &ScoreArgs, kept: Kept<'_>, global: &Global) -> anyhow::Result<()> {
    let mut predictions = Vec::new();
    for (document, found) in kept.predicted {
        JsonlWriter::default().write(document, found, &mut predictions);
    }
    let of = |measure: Measure, figure: Figure| {
        kept.headlines.iter().find(|headline| headline.measure == measure && headline.figure == figure)
    };
    let value = |measure, figure| of(measure, figure).and_then(|headline| headline.value);
    let interval = of(Measure::Entities, Figure::F1).and_then(|headline| headline.interval);
    let settings = json!({
        "without": args.selection.without, "with": args.selection.with, "only": args.selection.only,
        "missing": format!("{:?}", args.missing).to_lowercase(), "tags": format!("{:?}", args.tags).to_lowercase(),
        "offsets": args.offsets.name(), "unit": format!("{:?}", args.unit).to_lowercase(),
        "samples": args.resampling.samples, "seed": args.resampling.seed, "symmetric": kept.symmetric,
        "labels": args.labels, "min_overlap": args.min_overlap,
        "value_tolerance": args.value_tolerance.unwrap_or_default().to_string(), "coarser_dates": args.coarser_dates,
    });
    let (pack, parts) = kept.pack.unzip();
    let run = NewRun {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        name: kept.name,
        pack,
        gold_path: args.gold.display().to_string(),
        gold: kept.fingerprint.to_owned(),
        settings: settings.to_string(),
        note: args.note.clone(),
        figures: Figures {
            precision: value(Measure::Entities, Figure::Precision),
            recall: value(Measure::Entities, Figure::Recall),
            f1: value(Measure::Entities, Figure::F1),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            relations: value(Measure::Relations, Figure::F1),
        },
        scores: kept.scores,
        documents: kept.documents,
        parts,
        predictions,
    };
    let id = made(args.store.as_deref())?.save(&run, &now()?)?;
    if !global.quiet {
        anstream::eprintln!("spanwright: saved as run {id}");
    }
    Ok(())
}

/// The run that a name may mean: hexadecimal digits, or `latest` and `latest~N`.
/// Nothing comes back for what is no run.
pub(crate) fn run_called(name: &str, flag: Option<&Path>) -> anyhow::Result<Option<(Store, String)>> {
    let is_hex = name.len() >= 4 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex && !name.starts_with("latest") {
        return Ok(None);
    }
    let Some(store) = existing(flag)? else { return Ok(None) };
    match store.find(name) {
        Ok(id) => Ok(Some((store, id))),
        Err(StoreError::Unknown { .. }) if is_hex => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The predictions of a run.
pub(crate) fn records(store: &Store, id: &str) -> anyhow::Result<Vec<Record>> {
    let lines = std::io::Cursor::new(store.predictions(id)?);
    let inputs = Inputs::find(&[PathBuf::from("-")], spanwright::io::format("jsonl"))?;
    let source = Source::new(inputs, Some(Box::new(lines)), ReadConfig::default());
    read_all(source).with_context(|| format!("run {id}"))
}

/// Refuses a run that was scored against another gold; documents that differ are
/// named.
pub(crate) fn same_gold(store: &Store, id: &str, gold: &[Record], fingerprint: &str) -> anyhow::Result<()> {
    let run = store.summary(id)?;
    if run.gold == fingerprint {
        return Ok(());
    }
    let now: std::collections::BTreeMap<String, String> = document_fingerprints(gold).into_iter().collect();
    let then: std::collections::BTreeMap<String, String> = store.documents(id)?.into_iter().collect();
    let all: std::collections::BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    let differ: Vec<&str> =
        all.into_iter().filter(|id| now.get(*id) != then.get(*id)).map(String::as_str).collect();
    let few = differ.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    let more = if differ.len() > 3 { format!(" and {} more", differ.len() - 3) } else { String::new() };
    let where_ =
        if differ.is_empty() { "the order of its documents".to_owned() } else { format!("{few}{more}") };
    bail!(
        "run {id} was scored against another gold, which differs in {where_}: score again, or pass `--force` to compare its predictions with the gold given"
    )
}

/// Leaves out what a run has for documents that gold lacks, and says so.
pub(crate) fn only_of(gold: &[Record], records: &mut Vec<Record>) {
    let ids: std::collections::HashSet<&str> =
        gold.iter().map(|record| record.document.id.as_str()).collect();
    let before = records.len();
    records.retain(|record| ids.contains(record.document.id.as_str()));
    if records.len() < before {
        let left = super::count((before - records.len()) as u64, "document");
        anstream::eprintln!("spanwright: {left} of the run that gold does not have: left out");
    }
}

/// Writes the predictions of a run as they were kept.
pub(crate) fn export(store: &Store, id: &str, to: &Path) -> anyhow::Result<()> {
    let lines = store.predictions(id)?;
    write_to(to, |out| Ok(out.write_all(&lines)?))
}
