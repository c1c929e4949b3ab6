//! What the rules of a pack find in the gold of the workspace.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use spanwright::check::CheckedPack;
use spanwright::engine::Extractor;
use spanwright::io::{Inputs, ReadConfig, Record, Source, read_all};

/// More documents than this would keep an author waiting.
const MOST_DOCUMENTS: usize = 2000;

/// Mentions of each rule: right and wrong ones.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    pub(crate) documents: usize,
    rules: HashMap<String, (usize, usize)>,
}

impl Hits {
    /// Runs a pack over the folder `gold` of the first root that has one.
    pub(crate) fn count(roots: &[PathBuf], checked: &CheckedPack) -> Self {
        let Some(records) = roots.iter().find_map(|root| gold(root)) else { return Self::default() };
        let program = spanwright::compile::compile(checked);
        let extractor = Extractor::new(&program);
        let mut scratch = extractor.scratch();
        let mut hits = Self { documents: records.len(), ..Self::default() };
        for record in &records {
            let found = extractor.extract(&record.document, &mut scratch).annotations;
            for mention in &found.mentions {
                let right = record
                    .annotations
                    .mentions
                    .iter()
                    .any(|gold| gold.span() == mention.span() && gold.label == mention.label);
                let rule = mention.rule.as_deref().unwrap_or("").to_owned();
                let (good, bad) = hits.rules.entry(rule).or_default();
                *if right { good } else { bad } += 1;
            }
        }
        hits
    }

    /// Right and wrong mentions of a rule, by `file:rule`.
    pub(crate) fn of(&self, rule: &str) -> (usize, usize) {
        self.rules.get(rule).copied().unwrap_or_default()
    }
}

fn gold(root: &Path) -> Option<Vec<Record>> {
    let folder = root.join("gold");
    if !folder.is_dir() {
        return None;
    }
    let inputs = Inputs::find(&[folder], None).ok()?;
    let mut records = read_all(Source::new(inputs, None, ReadConfig::default())).ok()?;
    records.retain(|record| record.annotated);
    records.truncate(MOST_DOCUMENTS);
    (!records.is_empty()).then_some(records)
}
