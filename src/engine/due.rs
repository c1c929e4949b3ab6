//! [`Due`]: the rules that a line calls, and where matches of each may begin.
//!
//! The plain version asks every rule of a step about every token of the line; a
//! watched extraction still does so, for it tells where rules stop. Both give
//! the same, which `tests/property/engine.rs` holds.

use crate::doc::schema::TypeId;
use crate::program::{Openings, RuleSet, TokenRule};

use super::kinds::{KindId, KindTable};
use super::lattice::Letters;

/// The rules that are due in one line. Its buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// For each set of rules: a token, and a rule that may begin with it, in text
    /// order; rules that search across lines stand apart. Kinds never change, so
    /// one pass serves all phases.
    by_kind: [Vec<Vec<(u32, u32)>>; 2],
    /// A bit for each rule that the kinds of a line allow: a row for each line,
    /// and one for all of them.
    allowed: Vec<u64>,
    words: usize,
    /// The needs that are met in a line, while it is read.
    met: Vec<u64>,
    /// A bit for each type of which a span begins in the line.
    types: Vec<u64>,
    /// A rule and a token that it may begin with, in this order.
    hits: Vec<(u32, u32)>,
    /// How many of them are dealt with.
    done: usize,
    starts: Vec<u32>,
}

/// A stretch of tokens that rules search: a line, or all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// First token, and one past the last.
    pub(super) range: (u32, u32),
    /// The line, from 0; the number of lines for all of them.
    pub(super) line: usize,
    /// Whether it is all of them.
    pub(super) is_whole: bool,
}

impl Due {
    /// Reads a document. O((tokens + lines) × rules / 64) at worst, far less where
    /// lines do not hold what rules need.
    pub(super) fn document(
        &mut self,
        kinds: &[KindId],
        lines: &[(u32, u32)],
        table: &KindTable,
        openings: &Openings,
    ) {
        self.words = openings.words();
        for by_kind in &mut self.by_kind {
            by_kind.iter_mut().for_each(Vec::clear);
            by_kind.resize_with(openings.sets(), Vec::new);
        }
        self.allowed.clear();
        for &(first, last) in lines {
            self.stretch(&kinds[first as usize..last as usize], first, table, openings, false);
        }
        self.stretch(kinds, 0, table, openings, true);
    }

    /// Notes which rules the kinds of a stretch of tokens allow, and where they may begin.
    fn stretch(
        &mut self,
        kinds: &[KindId],
        first: u32,
        table: &KindTable,
        openings: &Openings,
        is_whole: bool,
    ) {
        let row = self.allowed.len();
        self.allowed.extend_from_slice(openings.that_search(is_whole));
        let allowed = &mut self.allowed[row..];
        if allowed.iter().all(|word| *word == 0) {
            return;
        }
        self.met.clear();
        (Openings::NEEDED..Openings::ROLES).for_each(|role| self.met.extend_from_slice(openings.free(role)));
        for &kind in kinds {
            table.needed(kind).iter().for_each(|&(word, bits)| self.met[word as usize] |= bits);
        }
        for met in self.met.chunks_exact(self.words) {
            allowed.iter_mut().zip(met).for_each(|(all, one)| *all &= one);
        }
        for (at, &kind) in kinds.iter().enumerate() {
            for &(word, begins) in table.begins(kind) {
                let mut bits = begins & allowed[word as usize];
                if bits == 0 {
                    continue;
                }
                if let Some(&before) = at.checked_sub(1).and_then(|at| kinds.get(at)) {
                    bits &= table.allows::<0>(before, word);
                }
                // At the end of the line only rules match that ask for no more.
                bits &= match kinds.get(at + 1) {
                    Some(&next) => table.allows::<1>(next, word),
                    None => openings.free(Openings::FIRST + 1)[word as usize],
                };
                bits &= match kinds.get(at + 2) {
                    Some(&next) => table.allows::<2>(next, word),
                    None => openings.free(Openings::FIRST + 2)[word as usize],
                };
                let (set, base) = openings.place(word);
                while bits != 0 {
                    let rule = base + bits.trailing_zeros();
                    self.by_kind[usize::from(is_whole)][set as usize].push((first + at as u32, rule));
                    bits &= bits - 1;
                }
            }
        }
    }

    /// Reads a stretch: every rule that may begin with a token or a span in it.
    /// O(hits log hits).
    pub(super) fn read(
        &mut self,
        (set, rules): (usize, &RuleSet),
        letters: &Letters<'_>,
        openings: &Openings,
        Stretch { range: (first, last), line, is_whole }: Stretch,
    ) {
        self.hits.clear();
        self.done = 0;
        let by_kind = &self.by_kind[usize::from(is_whole)][set];
        let from = by_kind.partition_point(|&(token, _)| token < first);
        let in_line = by_kind[from..].iter().take_while(|&&(token, _)| token < last);
        self.hits.extend(in_line.map(|&(token, rule)| (rule, token)));
        self.types.iter_mut().for_each(|word| *word = 0);
        let allowed = &self.allowed[line * self.words..][..self.words];
        for id in letters.lattice.starting_in(first, last, letters.candidates) {
            let candidate = &letters.candidates[id.index()];
            let (word, bit) = place(candidate.label);
            if self.types.len() <= word {
                self.types.resize(word + 1, 0);
            }
            self.types[word] |= bit;
            for &rule in rules.on_type(candidate.label) {
                let (word, bit) = openings.bit(set, rule);
                if allowed[word] & bit != 0 {
                    self.hits.push((rule, candidate.tokens.0));
                }
            }
        }
        self.hits.sort_unstable();
        self.hits.dedup();
    }

    /// Makes every rule due at every token.
    pub(super) fn all(&mut self, rules: &RuleSet, (first, last): (u32, u32)) {
        self.hits.clear();
        self.done = 0;
        let everywhere = (0..rules.rules().len() as u32).map(|rule| (first..last).map(move |at| (rule, at)));
        self.hits.extend(everywhere.flatten());
    }

    /// The next rule that is due, in the order of the pack; see [`Due::starts`].
    pub(super) fn next(&mut self) -> Option<usize> {
        let &(rule, _) = self.hits.get(self.done)?;
        self.starts.clear();
        let same = self.hits[self.done..].iter().take_while(|(other, _)| *other == rule);
        self.starts.extend(same.map(|&(_, token)| token));
        self.done += self.starts.len();
        Some(rule as usize)
    }

    /// The tokens with which matches of that rule may begin, in text order.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Whether spans begin in the line that the rule requires there.
    pub(super) fn allows(&self, rule: &TokenRule) -> bool {
        let is_there = |label: &TypeId| {
            let (word, bit) = place(*label);
            self.types.get(word).is_some_and(|types| types & bit != 0)
        };
        let needs = rule.requires.iter().filter(|needed| needed.forms.is_empty());
        needs.into_iter().all(|needed| needed.types.iter().any(is_there))
    }
}

/// The word of a type in words of bits, and its bit.
fn place(label: TypeId) -> (usize, u64) {
    (usize::from(label.0) / 64, 1 << (label.0 % 64))
}
