//! Phrases that stand in several gazetteers of a phase.

use rustc_hash::FxHashMap;

use super::super::Checker;
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{FoldFlags, TypeId};
use crate::prep::fold;
use crate::syntax::ast::{Item, RulePack};
use crate::text::{FileId, Span};

/// Phrases in two gazetteers that are reported for one of them.
const MOST_SHARED: usize = 20;

/// Where a phrase was first met in a phase.
pub(in crate::check) struct Met {
    text: String,
    label: TypeId,
    gazetteer: u32,
    file: FileId,
    span: Span,
}

/// The phrases of the gazetteers of one step, by a hash of their folded text.
#[derive(Default)]
pub(in crate::check) struct MetPhrases {
    step: usize,
    /// For each phase how many gazetteers it has: one alone shares nothing.
    gazetteers: Vec<usize>,
    names: Vec<String>,
    met: FxHashMap<(FoldFlags, u64), Met>,
    reported: usize,
}

impl MetPhrases {
    pub(in crate::check) fn new(pack: &RulePack) -> Self {
        let mut gazetteers = vec![0; pack.manifest.phases.len()];
        for file in &pack.files {
            let here = file.items.iter().filter(|item| matches!(item, Item::Gazetteer(_))).count();
            gazetteers[file.phase] += here;
        }
        Self { gazetteers, ..Self::default() }
    }

    /// Begins with another gazetteer; says whether it may share a phrase.
    pub(in crate::check) fn begin(&mut self, step: usize, name: &str) -> bool {
        self.reported = 0;
        self.names.push(name.to_owned());
        if self.step != step {
            self.step = step;
            self.met.clear();
        }
        self.gazetteers.get(step / 2).is_some_and(|&count| count > 1)
    }
}

impl Checker<'_> {
    /// Warns of a phrase that another gazetteer of the step holds too. Words
    /// of internal types may well stand in several lists.
    pub(in crate::check) fn shared_phrase(
        &mut self,
        label: TypeId,
        (text, flags): (&str, FoldFlags),
        (file, span): (FileId, Span),
    ) {
        let key = fold(text, flags).into_owned();
        let hash = std::hash::BuildHasher::hash_one(&rustc_hash::FxBuildHasher, &key);
        let gazetteer = self.met.names.len() as u32;
        let Some(met) = self.met.met.get(&(flags, hash)) else {
            let met = Met { text: key, label, gazetteer, file, span };
            self.met.met.insert((flags, hash), met);
            return;
        };
        let public = |label: TypeId| self.types.info(label).public;
        let clashes = met.label != label && public(met.label) && public(label);
        let is_other = met.gazetteer != gazetteer && met.text == key;
        if !is_other || self.met.reported >= MOST_SHARED || !(met.label == label || clashes) {
            return;
        }
        let (code, title, help) = if clashes {
            let types = (&self.types.info(met.label).name, &self.types.info(label).name);
            (
                &codes::EQUAL_RANK,
                format!("\"{text}\" is `{}` in one gazetteer and `{}` in another", types.0, types.1),
                "take one out, or make the types exclusive in `pack.toml`",
            )
        } else {
            (
                &codes::PHRASE_IN_TWO,
                format!(
                    "\"{text}\" also stands in gazetteer `{}`",
                    self.met.names[met.gazetteer as usize - 1]
                ),
                "take one out",
            )
        };
        let diagnostic =
            Diagnostic::warning(code, title, file, span).secondary(met.file, met.span, "first").help(help);
        self.met.reported += 1;
        self.problem(diagnostic);
    }
}
