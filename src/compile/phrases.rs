//! Gazetteers to tries and automata.

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::check::{CheckedGazetteer, Phrase};
use crate::doc::schema::{FoldFlags, RuleId};
use crate::prep::{Token, fold, tokenize};
use crate::program::{
    AnywhereBuilder, AnywherePhrases, PhraseEntry, PhraseTrie, PhraseTrieBuilder, Vocabulary,
};

use super::Compiler;

/// One vocabulary for each folding in use.
#[derive(Default)]
pub(super) struct VocabularyBuilder {
    foldings: Vec<(FoldFlags, Vocabulary)>,
}

impl VocabularyBuilder {
    fn index(&mut self, fold: FoldFlags) -> usize {
        if let Some(index) = self.foldings.iter().position(|(flags, _)| *flags == fold) {
            return index;
        }
        self.foldings.push((fold, Vocabulary::default()));
        self.foldings.len() - 1
    }

    pub(super) fn finish(self) -> Vec<(FoldFlags, Vocabulary)> {
        self.foldings
    }
}

/// Phrases that are cut while others are put into a trie, and those that one
/// thread cuts at a time.
const BATCH: usize = 1 << 14;
const PIECE: usize = 1 << 8;

/// The folded tokens of some phrases, one after the other.
#[derive(Default)]
struct Cut {
    text: String,
    /// Where each token ends.
    ends: Vec<u32>,
    /// For each phrase how many tokens it and those before it have.
    counts: Vec<u32>,
}

impl Cut {
    /// The tokens of each phrase.
    fn phrases(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        let starts = std::iter::once(0).chain(self.counts.iter().copied());
        starts.zip(&self.counts).map(|(first, &last)| {
            (first..last).map(|token| {
                let start = token.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
                &self.text[start as usize..self.ends[token as usize] as usize]
            })
        })
    }
}

/// Cuts and folds phrases on all threads.
fn cut(phrases: &[Phrase], flags: FoldFlags) -> Vec<Cut> {
    let piece = |phrases: &[Phrase]| {
        let (mut cut, mut tokens): (Cut, Vec<Token>) = Default::default();
        for phrase in phrases {
            tokens.clear();
            tokenize(&phrase.text, &mut tokens);
            for form in tokens.iter().filter_map(|token| token.span().slice(&phrase.text)) {
                cut.text.push_str(&fold(form, flags));
                cut.ends.push(cut.text.len() as u32);
            }
            cut.counts.push(cut.ends.len() as u32);
        }
        cut
    };
    phrases.par_chunks(PIECE).map(piece).collect()
}

/// The phrases of one phase: one trie, and one automaton, for each folding.
pub(super) fn phrases(
    gazetteers: &[CheckedGazetteer],
    compiler: &mut Compiler,
) -> (Vec<(usize, PhraseTrie)>, Vec<AnywherePhrases>) {
    let mut tries: Vec<(usize, PhraseTrieBuilder)> = Vec::new();
    let mut anywhere: IndexMap<FoldFlags, AnywhereBuilder> = IndexMap::new();
    for gazetteer in gazetteers {
        let rule = compiler.origin(&gazetteer.info, gazetteer.rank, vec![gazetteer.label]);
        if !compiler.is_on(rule) {
            continue;
        }
        if gazetteer.anywhere {
            let flags = gazetteer.fold;
            let builder = anywhere.entry(flags).or_insert_with(|| AnywhereBuilder::new(flags));
            let phrases = gazetteer.entries.iter();
            phrases.for_each(|phrase| {
                builder.insert(&fold(&phrase.text, flags), entry(gazetteer, rule, phrase))
            });
            continue;
        }
        let folding = compiler.vocabularies.index(gazetteer.fold);
        let at = tries.iter().position(|(index, _)| *index == folding).unwrap_or_else(|| {
            tries.push((folding, PhraseTrieBuilder::default()));
            tries.len() - 1
        });
        let vocabulary = &mut compiler.vocabularies.foldings[folding].1;
        let mut ids: Vec<u32> = Vec::new();
        let mut insert = |phrase: &Phrase, forms: &mut dyn Iterator<Item = &str>| {
            ids.clear();
            ids.extend(forms.map(|form| vocabulary.intern(form)));
            tries[at].1.insert(&ids, entry(gazetteer, rule, phrase));
        };
        // While the forms of some phrases are put in, those of the next are cut.
        let mut batches = gazetteer.entries.chunks(BATCH);
        let mut ready = batches.next().map(|batch| (batch, cut(batch, gazetteer.fold)));
        while let Some((batch, pieces)) = ready {
            let put = || {
                let cut = pieces.iter().flat_map(Cut::phrases);
                batch.iter().zip(cut).for_each(|(phrase, mut forms)| insert(phrase, &mut forms));
            };
            let next = || batches.next().map(|batch| (batch, cut(batch, gazetteer.fold)));
            ((), ready) = rayon::join(put, next);
        }
    }
    (
        tries.into_iter().map(|(folding, trie)| (folding, trie.finish())).collect(),
        anywhere.into_values().map(AnywhereBuilder::finish).collect(),
    )
}

/// What a phrase of a gazetteer says.
fn entry<'p>(gazetteer: &CheckedGazetteer, rule: RuleId, phrase: &'p Phrase) -> PhraseEntry<'p> {
    PhraseEntry { rule, label: gazetteer.label, value: phrase.value.as_deref(), features: &phrase.features }
}
