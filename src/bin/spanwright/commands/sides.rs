//! Gold and predictions: what `score`, `compare` and `agree` read.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use rayon::prelude::*;
use spanwright::doc::{Annotations, Document};
use spanwright::engine::Extractor;
use spanwright::eval::{Bootstrap, sort_symmetric};
use spanwright::io::{JsonlWriter, ReadConfig, Record, read_all};
use spanwright::program::Saved;
use spanwright::run::extract_all;
use spanwright::text::OffsetUnit;

use super::{Loaded, history, load_pack, open};
use crate::args::{CompareArgs, Global, ResamplingArgs};

/// The records behind a path.
pub(crate) fn read(path: &Path, config: ReadConfig) -> anyhow::Result<Vec<Record>> {
    Ok(read_all(open(&[path.to_path_buf()], None, config)?)?)
}

/// Documents that are all labelled, each id once.
pub(crate) fn read_gold(path: &Path, config: ReadConfig) -> anyhow::Result<Vec<Record>> {
    let gold = read(path, config)?;
    if let Some(bare) = gold.iter().find(|record| !record.annotated) {
        bail!(
            "{}: gold without labels: a document of gold has an `.ann` file or `entities`",
            bare.document.id
        );
    }
    Ok(gold)
}

/// What a pack finds in the texts of gold.
pub(crate) fn extracted(pack: &Loaded, gold: &[Record], threads: usize) -> anyhow::Result<Vec<Record>> {
    let documents: Vec<Document> = gold.iter().map(|record| record.document.clone()).collect();
    let annotations = extract_all(&documents, &Extractor::new(&pack.program), threads)?;
    let record = |(document, annotations)| Record { document, annotations, annotated: true };
    Ok(documents.into_iter().zip(annotations).map(record).collect())
}

/// Gives predictions the ids of gold where no id agrees but the texts do, one
/// after the other: files of columns have no ids but the names of the files.
pub(crate) fn name_alike(gold: &[Record], predicted: &mut [Record]) {
    let ids: HashSet<&str> = gold.iter().map(|record| record.document.id.as_str()).collect();
    let apart = predicted.iter().all(|record| !ids.contains(record.document.id.as_str()));
    let same = gold.len() == predicted.len()
        && gold.iter().zip(&*predicted).all(|(g, p)| g.document.text == p.document.text);
    if apart && same {
        for (gold, predicted) in gold.iter().zip(predicted) {
            predicted.document.id.clone_from(&gold.document.id);
        }
    }
}

/// Records as they are joined.
pub(crate) fn sides(records: &[Record]) -> Vec<(&str, &str, &Annotations)> {
    records.iter().map(|r| (r.document.id.as_str(), r.document.text.as_str(), &r.annotations)).collect()
}

/// A hash over gold: ids, texts, and everything that is scored.
pub(crate) fn fingerprint(gold: &[Record]) -> String {
    let mut hasher = blake3::Hasher::new();
    record_hashes(gold).iter().for_each(|hash| {
        hasher.update(hash.as_bytes());
    });
    hasher.finalize().to_hex().to_string()
}

/// Id and hash of each document of gold.
pub(crate) fn document_fingerprints(gold: &[Record]) -> Vec<(String, String)> {
    let ids = gold.iter().map(|record| record.document.id.clone());
    ids.zip(record_hashes(gold).iter().map(|hash| hash.to_hex().to_string())).collect()
}

fn record_hashes(gold: &[Record]) -> Vec<blake3::Hash> {
    gold.par_iter().map(|record| record_hash(&record.document, &record.annotations)).collect()
}

/// A hash over one document of gold.
fn record_hash(document: &Document, side: &Annotations) -> blake3::Hash {
    let mut line = Vec::with_capacity(document.text.len() + 48 * side.mentions.len());
    JsonlWriter { offsets: OffsetUnit::Bytes }.write(document, side, &mut line);
    blake3::hash(&line)
}

/// The relation types whose direction does not count: those that the packs
/// declare symmetric, and those of a flag.
pub(crate) fn symmetric<'a>(flags: &[String], packs: impl IntoIterator<Item = &'a Loaded>) -> Vec<String> {
    let declared = packs.into_iter().flat_map(|pack| &pack.program.relations);
    let names = declared.filter(|relation| relation.symmetric).map(|relation| relation.name.to_string());
    let mut all: Vec<String> = names.chain(flags.iter().cloned()).collect();
    all.sort();
    all.dedup();
    all
}

/// What is scored of annotations, and how it is read.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// The relation types whose direction does not count.
    pub(crate) symmetric: Vec<String>,
    /// The labels of mentions; all where none is named.
    pub(crate) labels: Vec<String>,
}

impl Scope {
    /// Puts the arguments of symmetric relations into one order, and leaves out
    /// what is not scored.
    pub(crate) fn apply(&self, side: &mut Annotations) {
        let names: Vec<&str> = self.symmetric.iter().map(String::as_str).collect();
        if !names.is_empty() {
            sort_symmetric(side, &names);
        }
        if !self.labels.is_empty() {
            side.retain_mentions(|mention| self.scores(&mention.label));
        }
    }

    fn scores(&self, label: &str) -> bool {
        self.labels.is_empty() || self.labels.iter().any(|known| known == label)
    }

    /// The same for many. How many mentions of each label are left out comes back.
    pub(crate) fn apply_to_all(&self, records: &mut [Record]) -> BTreeMap<String, u64> {
        let mut left_out: BTreeMap<String, u64> = BTreeMap::new();
        for record in records {
            for mention in record.annotations.mentions.iter().filter(|m| !self.scores(&m.label)) {
                *left_out.entry(mention.label.to_string()).or_insert(0) += 1;
            }
            self.apply(&mut record.annotations);
        }
        left_out
    }

    /// Refuses a label that neither side has: it is likely misspelt.
    pub(crate) fn check(&self, sides: [&[Record]; 2]) -> anyhow::Result<()> {
        let mentions = || sides.into_iter().flatten().flat_map(|record| &record.annotations.mentions);
        match self.labels.iter().find(|label| !mentions().any(|mention| *mention.label == ***label)) {
            Some(unknown) => {
                let known: std::collections::BTreeSet<&str> = mentions().map(|m| &*m.label).collect();
                let known: Vec<&str> = known.into_iter().collect();
                bail!("neither side has a label `{unknown}`: there are {}", known.join(", "));
            }
            None => Ok(()),
        }
    }
}

/// With more documents than this fewer resamples are drawn: the limits no
/// longer move in the digits that are shown.
const MANY: usize = 2_000;

/// How intervals over so many documents are drawn.
pub(crate) fn bootstrap(args: ResamplingArgs, documents: usize) -> Bootstrap {
    let usual = if documents > MANY { 1_000 } else { 10_000 };
    Bootstrap { samples: args.samples.unwrap_or(usual), seed: args.seed }
}

/// Predictions, and the pack that made them, if one did.
pub(crate) struct Side {
    pub(crate) name: String,
    pub(crate) pack: Option<Loaded>,
    /// What the pack consists of, be it there or kept with a run.
    pub(crate) parts: Option<BTreeMap<String, String>>,
    pub(crate) records: Vec<Record>,
}

/// What both sides of a comparison are read with.
pub(crate) struct Setting<'a> {
    pub(crate) gold: &'a [Record],
    pub(crate) fingerprint: &'a str,
    pub(crate) config: ReadConfig,
    pub(crate) args: &'a CompareArgs,
    pub(crate) global: &'a Global,
}

/// What `A` or `B` of a comparison names. Nothing comes back from a broken
/// pack; its problems have been shown.
pub(crate) fn side(what: &str, setting: &Setting<'_>) -> anyhow::Result<Option<Side>> {
    let Setting { gold, fingerprint, config, args, global } = *setting;
    let path = PathBuf::from(what);
    let from_pack = |folder: &Path| -> anyhow::Result<Option<Side>> {
        let Some(pack) = load_pack(folder, global)? else { return Ok(None) };
        let records = extracted(&pack, gold, args.threads)?;
        let parts = Some(pack.parts.clone());
        Ok(Some(Side { name: what.to_owned(), pack: Some(pack), parts, records }))
    };
    if path.join("pack.toml").is_file() || Saved::is_at(&path) {
        return from_pack(&path);
    }
    let is_path = what == "-" || path.exists() || what.contains(['*', '?', '[']);
    if !is_path && let Some((store, id)) = history::run_called(what, args.store.as_deref())? {
        if !args.force {
            history::same_gold(&store, &id, gold, fingerprint)?;
        }
        let name = format!("run {id} ({})", store.summary(&id)?.name);
        let (parts, mut records) = (store.parts(&id)?, history::records(&store, &id)?);
        if args.force {
            history::only_of(gold, &mut records);
        }
        return Ok(Some(Side { name, pack: None, parts, records }));
    }
    if !is_path && let Some((revision, folder)) = what.split_once(':') {
        let exported = tempfile::tempdir()?;
        let folder = export(revision, Path::new(folder), exported.path())?;
        if !folder.join("pack.toml").is_file() {
            bail!("{what}: there is no `pack.toml` in that folder of that revision");
        }
        return from_pack(&folder);
    }
    let mut records = read(&path, config).with_context(|| {
        format!("`{what}` is no pack (a folder with `pack.toml`, or a saved program) and no run, and as predictions")
    })?;
    name_alike(gold, &mut records);
    Ok(Some(Side { name: what.to_owned(), pack: None, parts: None, records }))
}

/// Writes a revision of the repository around the working folder into `to`; the
/// place of `folder` in it comes back. Neither the index nor the working tree of
/// the repository is touched.
fn export(revision: &str, folder: &Path, to: &Path) -> anyhow::Result<PathBuf> {
    if revision.starts_with('-') {
        bail!("`{revision}` is no revision");
    }
    let git = |args: &[&str]| -> anyhow::Result<String> {
        let output = Command::new("git")
            .args(args)
            .env("GIT_INDEX_FILE", to.join(".index"))
            .output()
            .context("the program `git`, which revisions need, cannot be run")?;
        if !output.status.success() {
            bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let inside = git(&["rev-parse", "--show-prefix"])?;
    let top = git(&["rev-parse", "--show-toplevel"])?;
    git(&["read-tree", revision]).with_context(|| format!("`{revision}` as a revision"))?;
    let prefix = format!("--prefix={}/", to.display());
    git(&["-C", &top, "checkout-index", "--all", &prefix])?;
    Ok(to.join(inside).join(folder))
}
