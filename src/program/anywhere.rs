//! [`AnywherePhrases`]: phrases that may begin and end inside tokens.
//!
//! Where a phrase may begin at any character, a step a token is of no use: a byte
//! automaton (Aho and Corasick, 1975) reads the folded text once and tells of
//! every phrase that ends at a byte.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use indexmap::IndexMap;

use super::entries::{EntriesBuilder, PhraseEntries, PhraseEntry};
use crate::doc::schema::FoldFlags;

/// The phrases of one phase and one folding that are looked for at every character.
#[derive(Debug)]
pub struct AnywherePhrases {
    fold: FoldFlags,
    /// The folded phrases, each once.
    pub(super) phrases: Vec<Box<str>>,
    /// For each phrase where its entries begin, and one more for the end.
    starts: Vec<u32>,
    entries: PhraseEntries,
    /// None if there are too many phrases for one: then nothing is found.
    automaton: Option<AhoCorasick>,
    /// Bytes of the longest phrase.
    longest: usize,
}

/// Gathers the phrases of [`AnywherePhrases`].
#[derive(Debug, Default)]
pub struct AnywhereBuilder {
    fold: FoldFlags,
    /// The number of each folded phrase.
    phrases: IndexMap<Box<str>, ()>,
    /// For each entry its phrase.
    ends: Vec<u32>,
    entries: EntriesBuilder,
}

/// Where a phrase begins and ends in a line, and its number.
pub type AnywhereMatch = (usize, usize, u32);

/// Matches that are put in order at a time, where phrases are short.
const BATCH: usize = 1 << 12;

impl AnywhereBuilder {
    /// Phrases that are folded so.
    #[must_use]
    pub fn new(fold: FoldFlags) -> Self {
        Self { fold, ..Self::default() }
    }

    /// Adds a phrase that is folded already; one of no character is none.
    pub fn insert(&mut self, folded: &str, entry: PhraseEntry<'_>) {
        if !folded.is_empty() {
            let number = self.phrases.insert_full(folded.into(), ()).0;
            self.ends.push(number as u32);
            self.entries.push(entry);
        }
    }

    /// The phrases, ready to be looked for. O(bytes of all phrases), and slow for
    /// hundreds of thousands.
    #[must_use]
    pub fn finish(self) -> AnywherePhrases {
        let mut starts = vec![0; self.phrases.len() + 1];
        self.ends.iter().for_each(|phrase| starts[*phrase as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let entries = self.entries.finish(&self.ends, &starts);
        let phrases: Vec<Box<str>> = self.phrases.into_keys().collect();
        let patterns = phrases.iter().map(|phrase| phrase.as_bytes());
        // Of few phrases, be they long, a table of all bytes would be built: a kilobyte for each of theirs.
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        let mut builder = AhoCorasick::builder();
        let automaton = builder.kind(kind).match_kind(MatchKind::Standard).build(patterns).ok();
        let longest = phrases.iter().map(|phrase| phrase.len()).max().unwrap_or(0);
        AnywherePhrases { fold: self.fold, phrases, starts, entries, automaton, longest }
    }
}

impl AnywherePhrases {
    /// How text is folded that they are looked for in.
    #[must_use]
    pub fn fold(&self) -> FoldFlags {
        self.fold
    }

    /// What the phrases say, by the numbers of their entries.
    #[must_use]
    pub fn said(&self) -> &PhraseEntries {
        &self.entries
    }

    /// Shows every phrase with its entries. O(phrases).
    pub fn each(&self) -> impl Iterator<Item = (&str, Range<u32>)> {
        self.phrases.iter().zip(self.starts.windows(2)).map(|(phrase, ends)| (&**phrase, ends[0]..ends[1]))
    }

    /// At each character of a folded line the longest phrase of each gazetteer:
    /// where it lies, and its entry. `visit` is shown them in text order, and says
    /// whether to go on. O(bytes + matches × log of a batch), in memory of a batch
    /// and of what begins within the longest phrase; `open` is reused.
    pub fn find(
        &self,
        line: &str,
        open: &mut Vec<AnywhereMatch>,
        mut visit: impl FnMut(Range<usize>, u32) -> bool,
    ) {
        let Some(automaton) = &self.automaton else { return };
        open.clear();
        // Matches come in the order of their ends. One that begins before all that
        // can still come has its place.
        let mut most = BATCH;
        for found in automaton.find_overlapping_iter(line) {
            if open.len() >= most {
                let settled = found.end().saturating_sub(self.longest);
                open.sort_unstable();
                let count = open.partition_point(|&(start, ..)| start < settled);
                if !self.show(&open[..count], &mut visit) {
                    return;
                }
                open.drain(..count);
                most = BATCH.max(open.len() * 2);
            }
            open.push((found.start(), found.end(), found.pattern().as_u32()));
        }
        open.sort_unstable();
        self.show(open, &mut visit);
    }

    /// Shows sorted matches, but for those of which a longer one of the same
    /// gazetteer begins at the same place.
    fn show(&self, sorted: &[AnywhereMatch], visit: &mut impl FnMut(Range<usize>, u32) -> bool) -> bool {
        let entries = |phrase: u32| self.starts[phrase as usize]..self.starts[phrase as usize + 1];
        sorted.chunk_by(|one, next| one.0 == next.0).all(|at_one| {
            at_one.iter().enumerate().all(|(index, &(start, end, phrase))| {
                entries(phrase).all(|entry| {
                    let gazetteer = self.entries.kind(entry).0;
                    let longer = |&(_, _, other): &AnywhereMatch| {
                        entries(other).any(|other| self.entries.kind(other).0 == gazetteer)
                    };
                    at_one[index + 1..].iter().any(longer) || visit(start..end, entry)
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::doc::schema::{RuleId, TypeId};

    fn entry(rule: u32) -> PhraseEntry<'static> {
        PhraseEntry { rule: RuleId(rule), label: TypeId(0), value: None, features: &[] }
    }

    fn found(phrases: &[(String, u32)], line: &str) -> Vec<(usize, usize, u32)> {
        let mut builder = AnywhereBuilder::default();
        phrases.iter().for_each(|(phrase, rule)| builder.insert(phrase, entry(*rule)));
        let anywhere = builder.finish();
        let mut found = Vec::new();
        anywhere.find(line, &mut Vec::new(), |at, entry| {
            found.push((at.start, at.end, anywhere.said().kind(entry).0.0));
            true
        });
        found
    }

    /// At each character, for each gazetteer, the longest phrase that stands there.
    fn found_plainly(phrases: &[(String, u32)], line: &str) -> Vec<(usize, usize, u32)> {
        let mut found = Vec::new();
        for (start, _) in line.char_indices() {
            for (phrase, rule) in phrases {
                let stands = |phrase: &str| !phrase.is_empty() && line[start..].starts_with(phrase);
                let is_beaten = phrases
                    .iter()
                    .any(|(other, of)| of == rule && other.len() > phrase.len() && stands(other));
                if stands(phrase) && !is_beaten {
                    found.push((start, start + phrase.len(), *rule));
                }
            }
        }
        found
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_a_look_at_each_character_finds(
            phrases in prop::collection::vec(("[aé河]{0,4}", 0..3u32), 0..8),
            line in "[aé河 ]{0,24}",
            repeat in 1..300usize,
        ) {
            // Long enough to be shown in several batches.
            let line = line.repeat(repeat);
            let (mut found, mut plainly) = (found(&phrases, &line), found_plainly(&phrases, &line));
            prop_assert!(found.is_sorted_by_key(|&(start, ..)| start));
            found.sort_unstable();
            plainly.sort_unstable();
            prop_assert_eq!(found, plainly);
        }
    }

    #[test]
    fn who_has_enough_is_shown_no_more() {
        let mut builder = AnywhereBuilder::default();
        builder.insert("a", entry(0));
        builder.insert("aa", entry(1));
        let (anywhere, mut shown) = (builder.finish(), 0);
        anywhere.find(&"a".repeat(100_000), &mut Vec::new(), |_, _| {
            shown += 1;
            shown < 10
        });
        assert_eq!(shown, 10);
    }
}
