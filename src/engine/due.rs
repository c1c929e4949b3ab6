//! [`Due`]: the rules that a line calls, and where matches of each may begin.
//!
//! The plain version asks every rule of a step about every token of the line; a
//! watched extraction still does so, for it tells where rules stop. Both give
//! the same, which `tests/property/engine/rules.rs` holds.

use crate::doc::schema::TypeId;
use crate::program::{OnType, OpenRule, Openings, RuleSet, Tested, TokenRule};

use super::conditions::those_met;
use super::kinds::{KindId, KindTable};
use super::lattice::Letters;

/// The rules that are due in one line. Its buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// For each set of rules: a token, and a rule that may begin with it, from the end of the
    /// text to its beginning; rules that search across lines stand apart. Kinds never
    /// change, so one pass serves all phases.
    by_kind: [Vec<Vec<(u32, u32)>>; 2],
    /// A bit for each rule that the kinds of a line allow: a row for each line,
    /// and one for all of them.
    allowed: Vec<u64>,
    words: usize,
    /// The needs that are met in a line, while it is read.
    met: Vec<u64>,
    /// For each thing that rules need near the beginning of a match the next token that is
    /// it, while a document is read.
    next: Vec<u32>,
    /// For each type the place after the last token in the line with which a span of it
    /// begins; 0 where none does.
    last_of: Vec<u32>,
    /// The types of which one does.
    types: Vec<TypeId>,
    /// For each rule of the set the tokens that it may begin with.
    starts: Vec<Vec<u32>>,
    /// A bit for each rule that is due.
    rules: Vec<u64>,
    /// The rule whose turn it is.
    turn: usize,
    /// How far the lines of a set were read: hits by tokens that are left, and spans.
    reached: (usize, usize),
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
        if self.words == 0 {
            return;
        }
        self.allowed.resize((lines.len() + 1) * self.words, 0);
        self.next.clear();
        self.next.resize(openings.nears(), u32::MAX);
        for (line, &range) in lines.iter().enumerate().rev() {
            self.stretch(kinds, Stretch { range, line, is_whole: false }, table, openings);
        }
        let range = (0, kinds.len() as u32);
        self.stretch(kinds, Stretch { range, line: lines.len(), is_whole: true }, table, openings);
    }

    /// Notes which rules the kinds of a stretch of tokens allow, and where they may begin.
    fn stretch(
        &mut self,
        kinds: &[KindId],
        Stretch { range: (first, last), line, is_whole }: Stretch,
        table: &KindTable,
        openings: &Openings,
    ) {
        let kinds = &kinds[first as usize..last as usize];
        let allowed = &mut self.allowed[line * self.words..][..self.words];
        allowed.copy_from_slice(openings.that_search(is_whole));
        let is_empty = |words: &[u64]| words.iter().all(|word| *word == 0);
        if is_empty(allowed) {
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
        if is_empty(allowed) {
            return;
        }
        // From the last token to the first, so that of each word the next is known.
        for (at, &kind) in kinds.iter().enumerate().rev() {
            let token = first + at as u32;
            table.nears(kind).iter().for_each(|&near| self.next[near as usize] = token);
            for &(word, begins) in table.begins(kind) {
                let mut bits = begins & allowed[word as usize];
                if bits == 0 {
                    continue;
                }
                if let Some(&before) = at.checked_sub(1).and_then(|at| kinds.get(at)) {
                    bits &= table.allows(before, word, Openings::BEFORE);
                }
                // At the end of the line only rules match that ask for no more.
                bits &= match kinds.get(at + 1) {
                    Some(&next) => table.allows(next, word, Openings::FIRST + 1),
                    None => openings.free(Openings::FIRST + 1)[word as usize],
                };
                bits &= match kinds.get(at + 2) {
                    Some(&next) => table.allows(next, word, Openings::FIRST + 2),
                    None => openings.free(Openings::FIRST + 2)[word as usize],
                };
                while bits != 0 {
                    let OpenRule { set, rule, near, reach } =
                        openings.rule(word * 64 + bits.trailing_zeros());
                    if self.next[near as usize].wrapping_sub(token) <= reach {
                        self.by_kind[usize::from(is_whole)][set as usize].push((token, rule));
                    }
                    bits &= bits - 1;
                }
            }
        }
    }

    /// Begins with the first line of a set.
    pub(super) fn begin(&mut self, set: usize, is_whole: bool) {
        self.reached = (self.by_kind[usize::from(is_whole)][set].len(), 0);
    }

    /// Whether any rule of a set may be due anywhere.
    pub(super) fn is_any(&self, (set, rules): (usize, &RuleSet), is_whole: bool) -> bool {
        rules.begins_with_spans() || !self.by_kind[usize::from(is_whole)][set].is_empty()
    }

    /// Reads a stretch: every rule that may begin with a token or a span in it. Lines come
    /// in the order of the text after [`Due::begin`]. O(hits).
    pub(super) fn read(
        &mut self,
        (set, rules): (usize, &RuleSet),
        letters: &Letters<'_>,
        (table, openings): (&KindTable, &Openings),
        Stretch { range: (first, last), line, is_whole }: Stretch,
    ) {
        self.clear(rules);
        let by_kind = &self.by_kind[usize::from(is_whole)][set];
        let (tokens, spans) = &mut self.reached;
        let in_line = by_kind[..*tokens].iter().rev().take_while(|(token, _)| *token < last);
        for &(token, rule) in in_line {
            hit(&mut self.starts, &mut self.rules, rule, token);
            *tokens -= 1;
        }
        if !rules.asks_for_spans() {
            return;
        }
        self.types.drain(..).for_each(|label| self.last_of[usize::from(label.0)] = 0);
        self.last_of.resize(letters.lattice.words() * 64, 0);
        let allowed = &self.allowed[line * self.words..][..self.words];
        let in_line = letters.lattice.starting_from(*spans, (first, last));
        *spans = in_line.end;
        for laid in &letters.lattice.all()[in_line] {
            let last_of = &mut self.last_of[usize::from(laid.label.0)];
            if *last_of == 0 {
                self.types.push(laid.label);
            }
            *last_of = laid.tokens.0 + 1;
            let Some(OnType { free, asking, tested }) = rules.on_type(laid.label) else { continue };
            let (first, end) = laid.tokens;
            let may_follow = |word: usize| match end < last {
                true => table.allows(letters.kinds[end as usize], word as u32, Openings::AFTER),
                false => openings.free(Openings::AFTER)[word],
            };
            for &(word, rules) in free {
                let mut bits = rules & allowed[word] & may_follow(word);
                while bits != 0 {
                    let rule = word as u32 * 64 + bits.trailing_zeros() - openings.base(set);
                    hit(&mut self.starts, &mut self.rules, rule, first);
                    bits &= bits - 1;
                }
            }
            for &(rule, test) in asking {
                let (word, bit) = openings.bit(set, rule);
                if allowed[word] & may_follow(word) & bit != 0
                    && table.meets(letters.kinds[first as usize], test)
                {
                    hit(&mut self.starts, &mut self.rules, rule, first);
                }
            }
            for Tested { word, tests, rules: testing } in tested {
                let check = |bit| {
                    let asks = testing.iter().find(|(of, ..)| *of == bit);
                    asks.and_then(|(_, rule, pc)| rules.check(*rule, *pc))
                };
                let met = those_met((*word, *tests), laid.id, letters, check);
                for &(_, rule, _) in testing.iter().filter(|(test, ..)| met & test != 0) {
                    let (word, bit) = openings.bit(set, rule);
                    if allowed[word] & may_follow(word) & bit != 0 {
                        hit(&mut self.starts, &mut self.rules, rule, first);
                    }
                }
            }
        }
    }

    /// Makes every rule due at every token.
    pub(super) fn all(&mut self, rules: &RuleSet, (first, last): (u32, u32)) {
        self.clear(rules);
        for rule in 0..rules.rules().len() as u32 {
            (first..last).for_each(|token| hit(&mut self.starts, &mut self.rules, rule, token));
        }
    }

    fn clear(&mut self, rules: &RuleSet) {
        let rules = rules.rules().len();
        self.rules.clear();
        self.rules.resize(rules.div_ceil(64), 0);
        self.starts.resize_with(self.starts.len().max(rules), Vec::new);
    }

    /// The next rule that is due, in the order of the pack; see [`Due::starts`].
    pub(super) fn next(&mut self) -> Option<usize> {
        let word = self.rules.iter().position(|word| *word != 0)?;
        self.turn = word * 64 + self.rules[word].trailing_zeros() as usize;
        self.rules[word] &= self.rules[word] - 1;
        let starts = &mut self.starts[self.turn];
        // Tokens and spans are each in text order.
        if !starts.is_sorted_by(|one, next| one < next) {
            starts.sort_unstable();
            starts.dedup();
        }
        Some(self.turn)
    }

    /// The tokens with which matches of that rule may begin, in text order: none where the
    /// line lacks spans that the rule requires, and none behind the last one that a match
    /// has to hold.
    pub(super) fn starts(&self, rule: &TokenRule) -> &[u32] {
        let starts = self.starts.get(self.turn).map_or(&[][..], Vec::as_slice);
        let until = |(types, is_held): &(Vec<TypeId>, bool)| {
            let last = types.iter().map(|label| self.last_of.get(usize::from(label.0)).copied().unwrap_or(0));
            last.max().filter(|&last| last > 0).map_or(0, |last| if *is_held { last } else { u32::MAX })
        };
        let until = rule.opening.spans.iter().map(until).min().unwrap_or(u32::MAX);
        let beyond = starts.iter().rev().take_while(|&&start| start >= until).count();
        &starts[..starts.len() - beyond]
    }

    /// The same for every token.
    pub(super) fn all_starts(&self) -> &[u32] {
        self.starts.get(self.turn).map_or(&[], Vec::as_slice)
    }
}

/// Notes that a rule may begin with a token.
fn hit(starts: &mut [Vec<u32>], rules: &mut [u64], rule: u32, token: u32) {
    let (word, bit) = (rule as usize / 64, 1 << (rule % 64));
    let starts = &mut starts[rule as usize];
    if rules[word] & bit == 0 {
        rules[word] |= bit;
        starts.clear();
    }
    starts.push(token);
}
