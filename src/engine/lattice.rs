//! The letters of one step: the tokens of a document and the spans over them.

use std::cell::RefCell;
use std::ops::Range;

use crate::doc::InputTokens;
use crate::doc::schema::{ColumnId, Standing, TypeId};
use crate::prep::{Class, Token};
use crate::program::{Program, TextCheck};
use crate::text::Span;

use super::answers::Answers;
use super::candidate::{Candidate, CandidateId};
use super::forms::FormId;
use super::kinds::KindId;

/// What stands where, while the rules of one step run.
///
/// Between two steps little changes, so little is done: what has gone is taken
/// out, and what is new is merged in.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    /// The spans in text order, of those that begin together the longest first.
    starting: Vec<Laid>,
    /// The same by where they end.
    ending: Vec<Laid>,
    /// For each token where the first span lies that begins, or ends, with it, plus
    /// one; 0 where there is none.
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// For each token and each standing a bit a type, of a span of which it stands so, in
    /// as many words as types take.
    standing: Vec<u64>,
    words: usize,
    /// What is new, while it is laid.
    fresh: Vec<Laid>,
    /// How many candidates have been laid.
    laid: usize,
    /// What is asked of it.
    asked: Asked,
}

/// What is asked of a lattice beside the spans that begin with a token; what is not, is
/// not kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// The spans that end with a token: only patterns that look back at spans ask for them.
    pub(super) ending: bool,
    /// How tokens stand to spans.
    pub(super) standing: bool,
}

/// A span of the lattice: what is asked of it most stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Laid {
    /// First token, and one past the last.
    pub(super) tokens: (u32, u32),
    pub(super) id: CandidateId,
    pub(super) label: TypeId,
}

impl Laid {
    fn first(&self) -> u32 {
        self.tokens.0
    }

    fn last(&self) -> u32 {
        self.tokens.1 - 1
    }

    /// The order of spans that begin together, and of all: the longest first.
    fn by_start(&self) -> u128 {
        self.by(self.tokens.0, !self.tokens.1)
    }

    /// The order of spans that end together, and of all: the longest first.
    fn by_end(&self) -> u128 {
        self.by(self.tokens.1, self.tokens.0)
    }

    /// A number for an order: one comparison instead of four.
    fn by(&self, one: u32, other: u32) -> u128 {
        let high = u64::from(one) << 32 | u64::from(other);
        u128::from(high) << 64 | u128::from(u64::from(self.label.0) << 32 | u64::from(self.id.0))
    }
}

impl Lattice {
    /// A lattice for spans of so many types.
    pub(super) fn new(types: usize, asked: Asked) -> Self {
        Self { words: types.div_ceil(64), asked, ..Self::default() }
    }

    /// Words that a bit for each type takes.
    #[inline]
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// Makes room for the tokens of a document; no span lies over them.
    pub(super) fn clear(&mut self, tokens: usize) {
        self.starting.clear();
        self.ending.clear();
        self.starts.clear();
        self.starts.resize(tokens, 0);
        self.ends.clear();
        if self.asked.ending {
            self.ends.resize(tokens, 0);
        }
        self.standing.clear();
        self.laid = 0;
    }

    /// Lays the spans that stay over the tokens. What was laid before may have gone
    /// since, but what had gone may not have come back: then the lattice is to be
    /// cleared. O(spans), and O(new spans log new spans).
    pub(super) fn build(&mut self, candidates: &[Candidate]) {
        self.fresh.clear();
        for (index, candidate) in candidates.iter().enumerate().skip(self.laid) {
            if candidate.stays() {
                let (tokens, label) = (candidate.tokens, candidate.label);
                self.fresh.push(Laid { tokens, id: CandidateId(index as u32), label });
            }
        }
        self.laid = candidates.len();
        let stays = |laid: &Laid| candidates[laid.id.index()].stays();
        let Self { starting, ending, starts, ends, fresh, asked, .. } = self;
        let has_gone = place(starting, starts, fresh, stays, Laid::first, Laid::by_start);
        if asked.ending {
            // The same ones have gone: mostly none.
            place(ending, ends, fresh, |laid| !has_gone || stays(laid), Laid::last, Laid::by_end);
        }
        if asked.standing {
            self.cover(has_gone);
        }
    }

    /// Notes how tokens stand to the spans: to all of them, where some have gone, or else
    /// to those that are new.
    fn cover(&mut self, has_gone: bool) {
        if has_gone {
            self.standing.clear();
        }
        let spans = if self.standing.is_empty() { &self.starting } else { &self.fresh };
        let row = self.words * STANDINGS;
        self.standing.resize(self.starts.len() * row, 0);
        for laid in spans {
            let (word, bit) = (usize::from(laid.label.0) / 64, 1 << (laid.label.0 % 64));
            let place = |standing| place_of(standing, word);
            let rows = &mut self.standing[laid.tokens.0 as usize * row..laid.tokens.1 as usize * row];
            rows.iter_mut().skip(place(Standing::In)).step_by(row).for_each(|types| *types |= bit);
            rows[place(Standing::Starts)] |= bit;
            let last = rows.len() - row;
            rows[last + place(Standing::Ends)] |= bit;
        }
    }

    /// How a token stands to spans: the types as bits, in words as [`place_of`] says.
    #[inline]
    pub(super) fn standings(&self, token: usize) -> &[u64] {
        let row = STANDINGS * self.words;
        self.standing.get(token * row..(token + 1) * row).unwrap_or(&[])
    }

    /// The spans that begin with a token, the longest first.
    #[inline]
    pub(super) fn starting(&self, token: usize) -> &[Laid] {
        group(&self.starts, &self.starting, token, Laid::first)
    }

    /// The spans that begin in a stretch of tokens, in text order. O(log spans + what
    /// is found).
    pub(super) fn starting_in(&self, first: u32, last: u32) -> &[Laid] {
        // Of a few tokens each is looked at.
        let from = match last.saturating_sub(first) < 8 {
            true => (first..last).find_map(|token| self.starts.get(token as usize)?.checked_sub(1)),
            false => Some(self.starting.partition_point(|laid| laid.tokens.0 < first) as u32),
        };
        let rest = from.map_or(&[][..], |from| &self.starting[from as usize..]);
        &rest[..rest.iter().take_while(|laid| laid.tokens.0 < last).count()]
    }

    /// The same by their places among all, when those before place `from` begin before
    /// the stretch. O(spans of the stretch).
    pub(super) fn starting_from(&self, from: usize, (first, last): (u32, u32)) -> Range<usize> {
        let before = |at: usize, token: u32| {
            at + self.starting[at..].iter().take_while(|laid| laid.tokens.0 < token).count()
        };
        let start = before(from, first);
        start..before(start, last)
    }

    /// All spans in text order.
    pub(super) fn all(&self) -> &[Laid] {
        &self.starting
    }

    /// The spans that end with a token, the longest first.
    #[inline]
    pub(super) fn ending(&self, token: usize) -> &[Laid] {
        group(&self.ends, &self.ending, token, Laid::last)
    }

    /// Whether a span of one of some types may lie around a token; yes where that was not
    /// noted.
    #[inline]
    pub(super) fn may_be_around(&self, token: u32, types: &[TypeId]) -> bool {
        self.standing.is_empty()
            || types.iter().any(|&label| self.stands(token as usize, Standing::In, label))
    }

    /// Whether a token stands so to a span of the type.
    #[inline]
    pub(super) fn stands(&self, token: usize, standing: Standing, label: TypeId) -> bool {
        let place = place_of(standing, usize::from(label.0) / 64);
        self.standings(token).get(place).is_some_and(|types| types >> (label.0 % 64) & 1 == 1)
    }
}

/// How many ways there are for a token to stand to a span.
const STANDINGS: usize = 3;

/// The place of a word of types among the [`Lattice::standings`] of a token.
#[inline]
pub(super) const fn place_of(standing: Standing, word: usize) -> usize {
    let column = match standing {
        Standing::In => 0,
        Standing::Starts => 1,
        Standing::Ends => 2,
    };
    word * STANDINGS + column
}

/// Takes out what does not stay, merges in what is new, and keeps for each token
/// where its spans lie. Says whether something was taken out.
fn place(
    spans: &mut Vec<Laid>,
    groups: &mut [u32],
    fresh: &mut [Laid],
    stays: impl Fn(&Laid) -> bool,
    token: impl Fn(&Laid) -> u32,
    key: impl Fn(&Laid) -> u128,
) -> bool {
    let before = spans.len();
    spans.retain(|laid| {
        let stays = stays(laid);
        if !stays {
            groups[token(laid) as usize] = 0;
        }
        stays
    });
    let has_gone = spans.len() < before;
    fresh.sort_unstable_by_key(&key);
    // From the back, so that each span is moved once.
    let mut old = spans.len();
    spans.extend_from_slice(fresh);
    let mut free = spans.len();
    for new in fresh.iter().rev() {
        while old > 0 && key(&spans[old - 1]) > key(new) {
            (old, free) = (old - 1, free - 1);
            spans[free] = spans[old];
        }
        free -= 1;
        spans[free] = *new;
    }
    // From the back, so that the first of each token has the last word.
    for (at, laid) in spans.iter().enumerate().rev() {
        groups[token(laid) as usize] = at as u32 + 1;
    }
    has_gone
}

/// The spans of one token.
#[inline]
fn group<'a>(groups: &[u32], spans: &'a [Laid], token: usize, of: impl Fn(&Laid) -> u32) -> &'a [Laid] {
    let Some(first) = groups.get(token).and_then(|first| first.checked_sub(1)) else { return &[] };
    let rest = &spans[first as usize..];
    let len = rest.iter().take_while(|laid| of(laid) as usize == token).count();
    &rest[..len]
}

/// A document as the matcher sees it.
#[derive(Clone, Copy)]
pub(super) struct Letters<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) forms: &'a [FormId],
    pub(super) kinds: &'a [KindId],
    pub(super) lines: &'a [(u32, u32)],
    pub(super) lattice: &'a Lattice,
    pub(super) candidates: &'a [Candidate],
    pub(super) columns: &'a Columns<'a>,
    pub(super) answers: &'a RefCell<Answers>,
}

/// What the tokens of a document bring with them, for the checks of a program.
#[derive(Debug, Default)]
pub(super) struct Columns<'a> {
    /// For each check the values of its column and the check itself.
    checks: Vec<(&'a [Option<std::sync::Arc<str>>], &'a TextCheck)>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(program: &'a Program, tokens: Option<&'a InputTokens>) -> Self {
        let values = |column: ColumnId| {
            let name = program.columns.get(usize::from(column.0))?;
            tokens?.columns.get(name).map(Vec::as_slice)
        };
        let check = |(column, check): &'a (ColumnId, TextCheck)| (values(*column).unwrap_or(&[]), check);
        Self { checks: program.column_checks.iter().map(check).collect() }
    }

    /// Whether the column of a check says of a token what the check wants.
    pub(super) fn passes(&self, check: u32, token: usize) -> bool {
        let Some((values, check)) = self.checks.get(check as usize) else { return false };
        values.get(token).and_then(Option::as_ref).is_some_and(|value| check.passes(value))
    }
}

impl Letters<'_> {
    /// The line of a token, from 0.
    pub(super) fn line_of(&self, token: u32) -> usize {
        self.lines.partition_point(|&(start, _)| start <= token).saturating_sub(1)
    }

    /// The sentence of a token: its first token, and one past the last.
    pub(super) fn sentence(&self, token: u32) -> (u32, u32) {
        let last = self.tokens.len() as u32;
        let starts = |&at: &u32| self.has(at as usize, Class::SENTENCE_START);
        (self.sentence_of(token), (token + 1..last).find(starts).unwrap_or(last))
    }

    /// The sentence of a token, by its first token.
    pub(super) fn sentence_of(&self, token: u32) -> u32 {
        let starts = |&at: &u32| self.has(at as usize, Class::SENTENCE_START);
        (0..=token).rev().find(starts).unwrap_or(0)
    }

    /// The bytes of a stretch of tokens.
    pub(super) fn span_of(&self, first: u32, last: u32) -> Span {
        match self.tokens.get(first as usize..last as usize) {
            Some([first, .., last]) => Span::new(first.start, last.end),
            Some([only]) => only.span(),
            _ => Span::default(),
        }
    }

    /// Whether a token has all these class bits.
    pub(super) fn has(&self, token: usize, class: Class) -> bool {
        self.tokens[token].class.contains(class)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::candidate::Fate;
    use super::*;
    use crate::doc::schema::RuleId;

    const TOKENS: usize = 12;
    const TYPES: usize = 3;

    fn candidate(first: u32, last: u32, label: u16) -> Candidate {
        Candidate::bare(Span::new(first * 2, last * 2), (first, last), TypeId(label), RuleId(0))
    }

    /// All that a lattice says.
    fn said(lattice: &Lattice) -> String {
        let ids = |laid: &[Laid]| laid.iter().map(|laid| laid.id.0).collect::<Vec<_>>();
        let tokens = 0..TOKENS;
        let at = tokens.map(|token| (ids(lattice.starting(token)), ids(lattice.ending(token))));
        let inside: Vec<bool> = (0..TOKENS * TYPES)
            .map(|n| lattice.stands(n / TYPES, Standing::In, TypeId((n % TYPES) as u16)))
            .collect();
        let middle = ids(lattice.starting_in(3, 9));
        format!("{:?} {middle:?} {inside:?}", at.collect::<Vec<_>>())
    }

    proptest! {
        /// Each step adds some spans and takes some away.
        #[test]
        fn what_is_laid_bit_by_bit_lies_as_what_is_laid_at_once(
            steps in prop::collection::vec(
                (
                    prop::collection::vec((0u32..8, 1u32..5, 0u16..3), 0..6),
                    prop::collection::vec(any::<prop::sample::Index>(), 0..4),
                ),
                1..6,
            )
        ) {
            let empty = || Lattice::new(TYPES, Asked { ending: true, standing: true });
            let mut lattice = empty();
            lattice.clear(TOKENS);
            let mut candidates: Vec<Candidate> = Vec::new();
            for (new, gone) in steps {
                let new = new.into_iter().map(|(first, len, label)| candidate(first, first + len, label));
                candidates.extend(new);
                if !candidates.is_empty() {
                    for index in gone {
                        let at = index.index(candidates.len());
                        candidates[at].fate = Fate::Dropped(RuleId(0));
                    }
                }
                lattice.build(&candidates);
                let mut afresh = empty();
                afresh.clear(TOKENS);
                afresh.build(&candidates);
                prop_assert_eq!(said(&lattice), said(&afresh));
                let staying = || candidates.iter().filter(|candidate| candidate.stays());
                let starts = |token| staying().filter(move |candidate| candidate.tokens.0 == token);
                let ends = |token| staying().filter(move |candidate| candidate.tokens.1 == token + 1);
                for token in 0..TOKENS {
                    prop_assert_eq!(lattice.starting(token).len(), starts(token as u32).count());
                    prop_assert_eq!(lattice.ending(token).len(), ends(token as u32).count());
                }
                let stands = |token: u32, standing, candidate: &Candidate| match standing {
                    Standing::In => (candidate.tokens.0..candidate.tokens.1).contains(&token),
                    Standing::Starts => candidate.tokens.0 == token,
                    Standing::Ends => candidate.tokens.1 == token + 1,
                };
                for (token, label) in (0..TOKENS as u32).flat_map(|token| (0..TYPES as u16).map(move |l| (token, TypeId(l)))) {
                    for standing in [Standing::In, Standing::Starts, Standing::Ends] {
                        let mut of_type = staying().filter(|candidate| candidate.label == label);
                        prop_assert_eq!(
                            lattice.stands(token as usize, standing, label),
                            of_type.any(|candidate| stands(token, standing, candidate))
                        );
                    }
                }
                for (first, last) in (0..=TOKENS as u32).flat_map(|last| (0..=last).map(move |first| (first, last))) {
                    let some = staying().filter(|candidate| (first..last).contains(&candidate.tokens.0));
                    let found = lattice.starting_in(first, last);
                    prop_assert_eq!(found.len(), some.count());
                    prop_assert!(found.iter().all(|laid| (first..last).contains(&laid.tokens.0)));
                }
                let all = lattice.starting_in(0, TOKENS as u32);
                prop_assert_eq!(all.len(), staying().count());
                prop_assert!(all.is_sorted_by_key(|laid| (laid.tokens.0, std::cmp::Reverse(laid.tokens.1))));
                prop_assert!(lattice.starting(TOKENS).is_empty() && lattice.starting_in(9, 9).is_empty());
            }
        }
    }
}
