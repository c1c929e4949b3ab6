//! Phrases that stand in several gazetteers.

use rustc_hash::FxHashMap;

use super::super::Checker;
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::TypeId;
use crate::syntax::ast::{Item, RulePack};
use crate::text::{FileId, Span};

/// Phrases in two gazetteers that are reported for one of them.
const MOST_SHARED: usize = 20;

/// Where a phrase was met.
#[derive(Clone, Copy)]
struct Met {
    gazetteer: u32,
    file: FileId,
    span: Span,
    /// Where the same phrase was met before that, or [`NOWHERE`].
    before: u32,
}

/// Stands for a place where nothing was met.
const NOWHERE: u32 = u32::MAX;

/// The phrases of all gazetteers so far, by a hash of their folded text: 64
/// bits tell millions of phrases apart, and a warning is no refusal.
#[derive(Default)]
pub(in crate::check) struct MetPhrases {
    /// How many gazetteers the pack has: one alone shares nothing.
    gazetteers: usize,
    /// Those that were met: name, type and step.
    met_in: Vec<(String, TypeId, u32)>,
    /// For each hash the last place in `met`.
    last: FxHashMap<u64, u32>,
    met: Vec<Met>,
    reported: usize,
}

impl MetPhrases {
    pub(in crate::check) fn new(pack: &RulePack) -> Self {
        let items = pack.files.iter().flat_map(|file| &file.items);
        let gazetteers = items.filter(|item| matches!(item, Item::Gazetteer(_))).count();
        Self { gazetteers, ..Self::default() }
    }

    /// Begins with another gazetteer; says whether it may share a phrase.
    pub(in crate::check) fn begin(&mut self, name: &str, label: TypeId, step: usize) -> bool {
        self.reported = 0;
        self.met_in.push((name.to_owned(), label, step as u32));
        self.gazetteers > 1
    }
}

impl Checker<'_> {
    /// Warns of a phrase that another gazetteer holds too: of one type the
    /// first always wins, in whatever phase; of two declared types both stay,
    /// if they are of one phase. Words of internal types may well stand in
    /// several lists.
    pub(in crate::check) fn shared_phrase(
        &mut self,
        (text, hash): (&str, u64),
        (file, span): (FileId, Span),
    ) {
        let gazetteer = self.met.met_in.len() as u32 - 1;
        let (_, label, step) = self.met.met_in[gazetteer as usize];
        let last = self.met.last.get(&hash).copied().unwrap_or(NOWHERE);
        let here = Met { gazetteer, file, span, before: last };
        let public = |label: TypeId| self.types.info(label).public;
        let (mut same, mut clash, mut is_new) = (None, None, true);
        let mut at = last;
        while at != NOWHERE {
            let met = self.met.met[at as usize];
            let (_, met_label, met_step) = self.met.met_in[met.gazetteer as usize];
            // Going back, the first that was met has the last word.
            if met_label == label {
                is_new = false;
                same = Some(met).filter(|met| met.gazetteer != gazetteer).or(same);
            } else if met_step == step && public(met_label) && public(label) {
                clash = Some(met);
            }
            at = met.before;
        }
        let met = same.or(clash);
        if is_new {
            self.met.last.insert(hash, self.met.met.len() as u32);
            self.met.met.push(here);
        }
        let Some(met) = met.filter(|_| self.met.reported < MOST_SHARED) else { return };
        let (name, met_label, _) = &self.met.met_in[met.gazetteer as usize];
        let clashes = *met_label != label;
        let (code, title, help) = if clashes {
            let types = (&self.types.info(*met_label).name, &self.types.info(label).name);
            (
                &codes::EQUAL_RANK,
                format!("\"{text}\" is `{}` in one gazetteer and `{}` in another", types.0, types.1),
                "take one out, or make the types exclusive in `pack.toml`",
            )
        } else {
            (&codes::PHRASE_IN_TWO, format!("\"{text}\" also stands in gazetteer `{name}`"), "take one out")
        };
        let diagnostic =
            Diagnostic::warning(code, title, file, span).secondary(met.file, met.span, "first").help(help);
        self.met.reported += 1;
        self.problem(diagnostic);
    }
}
