//! [`Reading`]s of a match: what its bindings stand for, and how many may be tried.

use std::cell::Cell;
use std::cmp::Reverse;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use crate::doc::schema::BindingId;
use crate::text::Span;

use super::candidate::CandidateId;

/// What a binding stands for in one reading of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) enum Bound {
    /// It took no part.
    #[default]
    Nothing,
    /// An existing span.
    Span(CandidateId),
    /// Tokens.
    Tokens(u32, u32),
    /// The span that the match makes, by its index among them, and its tokens.
    Made(u32, u32, u32),
}

/// One reading of a match: for each binding one of the things it was bound to.
pub(super) type Reading = SmallVec<[Bound; 8]>;

/// What a binding stands for in a reading.
pub(super) fn get(reading: &Reading, binding: BindingId) -> Bound {
    reading.get(usize::from(binding.0)).copied().unwrap_or_default()
}

/// Readings of one match that are tried; a rule that binds, or joins, more is cut short.
const MOST_READINGS: usize = 1 << 12;
/// Pairs of spans that are looked at for one match; then it is cut short too.
const MOST_LOOKS: usize = 1 << 13;
/// Readings that are tried for each token of a line, of all matches there together,
/// beyond those of one.
const READINGS_A_TOKEN: usize = 1 << 6;
/// Pairs of spans that are looked at in the same way.
const LOOKS_A_TOKEN: usize = 1 << 8;

/// What may be tried for one rule in one line: for each match so much, and for all of them
/// together no more than in proportion to the line.
pub(super) struct Budget {
    readings: Cell<usize>,
    looks: Cell<usize>,
    looks_of_match: Cell<usize>,
}

impl Budget {
    /// What may be tried in a line, from its first token to one past its last.
    pub(super) fn new((first, last): (u32, u32)) -> Self {
        let tokens = last.saturating_sub(first) as usize;
        Self {
            readings: Cell::new(MOST_READINGS + READINGS_A_TOKEN * tokens),
            looks: Cell::new(MOST_LOOKS + LOOKS_A_TOKEN * tokens),
            looks_of_match: Cell::new(0),
        }
    }

    /// Begins with the next match.
    pub(super) fn next_match(&self) {
        self.looks_of_match.set(self.looks.get().min(MOST_LOOKS));
    }

    /// Runs a question, and gives back what that took off if the answer was yes: what is
    /// asked again then takes it off again.
    pub(super) fn ask(&self, question: impl FnOnce() -> bool) -> bool {
        let before = (self.looks.get(), self.looks_of_match.get());
        let answer = question();
        if answer {
            self.looks.set(before.0);
            self.looks_of_match.set(before.1);
        }
        answer
    }

    /// Whether one more pair of spans may be looked at; takes it off.
    pub(super) fn look(&self) -> bool {
        let left = self.looks_of_match.get();
        if left > 0 {
            self.looks_of_match.set(left - 1);
            self.looks.set(self.looks.get() - 1);
        }
        left > 0
    }

    /// How many readings may be tried.
    pub(super) fn readings(&self) -> usize {
        self.readings.get().min(MOST_READINGS)
    }

    /// Takes off readings that are.
    pub(super) fn tries(&self, readings: usize) {
        self.readings.set(self.readings.get().saturating_sub(readings));
    }
}

/// Readings in their order, each once: a few are compared, more are hashed.
#[derive(Default)]
pub(super) struct Distinct {
    few: Vec<Reading>,
    many: IndexSet<Reading, FxBuildHasher>,
}

/// Readings that are compared one by one.
const FEW: usize = 8;

impl Distinct {
    pub(super) fn insert(&mut self, reading: Reading) {
        if self.many.is_empty() && self.few.len() < FEW {
            if !self.few.contains(&reading) {
                self.few.push(reading);
            }
            return;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(reading);
    }

    pub(super) fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }
}

impl IntoIterator for Distinct {
    type Item = Reading;
    type IntoIter = std::iter::Chain<std::vec::IntoIter<Reading>, indexmap::set::IntoIter<Reading>>;

    fn into_iter(self) -> Self::IntoIter {
        self.few.into_iter().chain(self.many)
    }
}

/// Drops readings in which the span of a binding lies inside that of another reading which
/// is otherwise the same; `span` tells where something bound stands. O(n log n).
pub(super) fn outermost(
    readings: Vec<Reading>,
    binding: BindingId,
    span: impl Fn(Bound) -> Option<Span>,
) -> Vec<Reading> {
    if readings.len() < 2 {
        return readings;
    }
    let spans: Vec<Option<Span>> = readings.iter().map(|reading| span(get(reading, binding))).collect();
    let slot = usize::from(binding.0);
    let others = |at: usize| {
        let bound = readings[at].iter().enumerate();
        bound.filter(move |(index, _)| *index != slot).map(|(_, bound)| *bound)
    };
    // Those that are otherwise the same, and of them outer spans before inner ones.
    let mut order: Vec<usize> = (0..readings.len()).filter(|&at| spans[at].is_some()).collect();
    let place = |at: usize| spans[at].map(|span| (span.start, Reverse(span.end)));
    order.sort_by(|&a, &b| others(a).cmp(others(b)).then_with(|| place(a).cmp(&place(b))));
    let mut stays = vec![true; readings.len()];
    // What begins later and is not inside it ends later: it then reaches furthest.
    let mut furthest: Option<usize> = None;
    for at in order {
        let around = furthest.filter(|&outer| others(outer).eq(others(at))).and_then(|outer| spans[outer]);
        match (around, spans[at]) {
            (Some(outer), Some(inner)) if outer == inner => {}
            (Some(outer), Some(inner)) if outer.contains(inner) => stays[at] = false,
            _ => furthest = Some(at),
        }
    }
    let mut stays = stays.into_iter();
    readings.into_iter().filter(|_| stays.next().unwrap_or(true)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use smallvec::smallvec;

    use super::*;

    /// Each reading beside each other.
    fn plainly(readings: &[Reading], slot: usize, span: impl Fn(Bound) -> Option<Span>) -> Vec<Reading> {
        let same = |a: &Reading, b: &Reading| (0..a.len()).all(|at| at == slot || a[at] == b[at]);
        let covered = |reading: &Reading| {
            readings.iter().any(|other| match (span(other[slot]), span(reading[slot])) {
                (Some(outer), Some(inner)) => outer != inner && outer.contains(inner) && same(other, reading),
                _ => false,
            })
        };
        readings.iter().filter(|reading| !covered(reading)).cloned().collect()
    }

    proptest! {
        #[test]
        fn outermost_readings_are_those_of_a_look_at_all(
            readings in prop::collection::vec((0u32..2, 0u32..6, 0u32..5, 0u32..2), 0..12),
        ) {
            let bound = |from, len| if len == 0 { Bound::Nothing } else { Bound::Tokens(from, from + len) };
            let readings: Vec<Reading> = readings
                .into_iter()
                .map(|(left, from, len, right)| {
                    smallvec![Bound::Tokens(left, left + 1), bound(from, len), Bound::Tokens(right, right + 1)]
                })
                .collect();
            let span = |bound| match bound {
                Bound::Tokens(from, to) => Some(Span::new(from, to)),
                _ => None,
            };
            prop_assert_eq!(outermost(readings.clone(), BindingId(1), span), plainly(&readings, 1, span));
        }
    }

    #[test]
    fn a_match_and_a_line_may_look_so_often() {
        let budget = Budget::new((10, 110));
        let looks = || {
            budget.next_match();
            (0..).take_while(|_| budget.look()).count()
        };
        let all = MOST_LOOKS + 100 * LOOKS_A_TOKEN;
        let matches: Vec<usize> = std::iter::repeat_with(looks).take_while(|looks| *looks > 0).collect();
        assert_eq!(matches, [MOST_LOOKS, MOST_LOOKS, MOST_LOOKS, MOST_LOOKS, all - 4 * MOST_LOOKS]);
        assert_eq!(budget.readings(), MOST_READINGS);
        budget.tries(MOST_READINGS + 100 * READINGS_A_TOKEN - 1);
        assert_eq!(budget.readings(), 1);
        budget.tries(2);
        assert_eq!(budget.readings(), 0);
    }
}
