//! Rules that are always beaten: another rule matches all that they match,
//! makes the same type of it, and has the higher priority. Wherever the one
//! has a match, a match of the other begins with it or covers its beginning.
//!
//! Both patterns become automata over conditions. The search walks all ways
//! through the first and keeps the set of places where the second can stand;
//! it may follow a way of the second only where each token that meets the one
//! condition surely meets the other. So it may miss an inclusion, and never
//! claims one wrongly.

use std::collections::{BTreeSet, HashSet};

use super::super::{BindingKind, CheckedCondition, CheckedPattern, CheckedRule};
use super::contradiction::implies;
use crate::doc::schema::TypeId;

/// Patterns with more states than this are not compared.
const MOST_STATES: usize = 2000;
/// Pairs of places that one comparison looks at.
const MOST_PAIRS: usize = 10_000;

/// What one step of a pattern consumes.
#[derive(Clone, Copy)]
enum Letter<'p> {
    Token(&'p CheckedCondition),
    Span(&'p [TypeId], Option<&'p CheckedCondition>),
    /// Any token: a gap.
    Any,
}

#[derive(Default)]
struct State<'p> {
    silent: Vec<usize>,
    steps: Vec<(Letter<'p>, usize)>,
}

/// A pattern as an automaton; the last state that `build` returns accepts.
#[derive(Default)]
struct Automaton<'p> {
    states: Vec<State<'p>>,
    accepts: usize,
}

/// Whether look-around and places are left out: then the automaton matches
/// more than the pattern. Otherwise a pattern with them has no automaton.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Exact,
    Wider,
}

impl<'p> Automaton<'p> {
    fn of(pattern: &'p CheckedPattern, reading: Reading) -> Option<Self> {
        let mut automaton = Self::default();
        let start = automaton.state()?;
        automaton.accepts = automaton.build(pattern, start, reading)?;
        Some(automaton)
    }

    fn state(&mut self) -> Option<usize> {
        self.states.push(State::default());
        (self.states.len() <= MOST_STATES).then(|| self.states.len() - 1)
    }

    fn step(&mut self, letter: Letter<'p>, from: usize) -> Option<usize> {
        let to = self.state()?;
        self.states[from].steps.push((letter, to));
        Some(to)
    }

    /// Adds a pattern that begins at a state; returns where it ends.
    fn build(&mut self, pattern: &'p CheckedPattern, from: usize, reading: Reading) -> Option<usize> {
        match pattern {
            CheckedPattern::Token(condition, _) => self.step(Letter::Token(condition), from),
            CheckedPattern::Span(types, condition, _) => {
                self.step(Letter::Span(types, condition.as_ref()), from)
            }
            CheckedPattern::Bind(_, inner) => self.build(inner, from, reading),
            CheckedPattern::Sequence(parts) => {
                parts.iter().try_fold(from, |at, part| self.build(part, at, reading))
            }
            CheckedPattern::Alternation(parts) => {
                let join = self.state()?;
                for part in parts {
                    let end = self.build(part, from, reading)?;
                    self.states[end].silent.push(join);
                }
                Some(join)
            }
            CheckedPattern::Repeat { inner, min, max, .. } => {
                self.repeat(*min, *max, from, &mut |automaton, at| automaton.build(inner, at, reading))
            }
            CheckedPattern::Gap { min, max, .. } if reading == Reading::Wider => {
                self.repeat(*min, *max, from, &mut |automaton, at| automaton.step(Letter::Any, at))
            }
            CheckedPattern::Anchor(..) | CheckedPattern::Look { .. } if reading == Reading::Wider => {
                Some(from)
            }
            CheckedPattern::Gap { .. } | CheckedPattern::Anchor(..) | CheckedPattern::Look { .. } => None,
        }
    }

    fn repeat(
        &mut self,
        min: u32,
        max: Option<u32>,
        from: usize,
        inner: &mut dyn FnMut(&mut Self, usize) -> Option<usize>,
    ) -> Option<usize> {
        let mut at = from;
        for _ in 0..min {
            at = inner(self, at)?;
        }
        let done = self.state()?;
        match max {
            None => {
                // A state of its own, so that no way leads back past it.
                let head = self.state()?;
                self.states[at].silent.push(head);
                let end = inner(self, head)?;
                self.states[end].silent.push(head);
                self.states[head].silent.push(done);
            }
            Some(max) => {
                for _ in min..max {
                    self.states[at].silent.push(done);
                    at = inner(self, at)?;
                }
                self.states[at].silent.push(done);
            }
        }
        Some(done)
    }

    /// All states that are reached without consuming anything.
    fn closure(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(state) = open.pop() {
            if reached.insert(state) {
                open.extend(&self.states[state].silent);
            }
        }
        reached
    }
}

/// Whether all that meets the one letter surely meets the other.
fn covers(some: Letter<'_>, all: Letter<'_>) -> bool {
    match (some, all) {
        (Letter::Token(some), Letter::Token(all)) => implies(some, all),
        (Letter::Any, Letter::Token(all)) => *all == CheckedCondition::Any,
        (Letter::Span(some, if_some), Letter::Span(all, if_all)) => {
            some.iter().all(|label| all.contains(label)) && (if_all.is_none() || if_some == if_all)
        }
        _ => false,
    }
}

/// Whether the wider pattern surely matches all that the narrower one matches.
fn included(narrow: &CheckedPattern, wide: &CheckedPattern) -> Option<bool> {
    let (narrow, wide) = (Automaton::of(narrow, Reading::Wider)?, Automaton::of(wide, Reading::Exact)?);
    let first = wide.closure([0]);
    let mut open: Vec<(usize, BTreeSet<usize>)> =
        narrow.closure([0]).into_iter().map(|state| (state, first.clone())).collect();
    let mut seen = HashSet::new();
    while let Some((state, places)) = open.pop() {
        if state == narrow.accepts && !places.contains(&wide.accepts) {
            return Some(false);
        }
        for &(letter, next) in &narrow.states[state].steps {
            let steps = places.iter().flat_map(|&place| &wide.states[place].steps);
            let reached = steps.filter(|(other, _)| covers(letter, *other)).map(|(_, to)| *to);
            let reached = wide.closure(reached);
            if reached.is_empty() {
                return Some(false);
            }
            for next in narrow.closure([next]) {
                if seen.insert((next, reached.clone())) {
                    open.push((next, reached.clone()));
                }
            }
            if seen.len() > MOST_PAIRS {
                return None;
            }
        }
    }
    Some(true)
}

/// The pattern of the one span that a rule makes, and its type; nothing for
/// rules that do more.
fn only_span(rule: &CheckedRule) -> Option<(TypeId, &CheckedPattern)> {
    let mut made = rule.bindings.iter().enumerate().filter_map(|(index, binding)| match binding.kind {
        BindingKind::Make(label) => Some((index, label)),
        BindingKind::Tokens | BindingKind::Span(_) | BindingKind::Joined(_) => None,
    });
    let ((index, label), None) = (made.next()?, made.next()) else { return None };
    let span = capture(&rule.pattern, index)?;
    (rule.heads.is_empty() && !rule.rank.nested && !rule.rank.overrides).then_some((label, span))
}

/// What the binding of this number holds, if it stands in the pattern once.
fn capture(pattern: &CheckedPattern, index: usize) -> Option<&CheckedPattern> {
    match pattern {
        CheckedPattern::Bind(id, inner) if usize::from(id.0) == index => Some(inner),
        CheckedPattern::Bind(_, inner) => capture(inner, index),
        CheckedPattern::Sequence(parts) => parts.iter().find_map(|part| capture(part, index)),
        CheckedPattern::Token(..)
        | CheckedPattern::Span(..)
        | CheckedPattern::Alternation(_)
        | CheckedPattern::Repeat { .. }
        | CheckedPattern::Gap { .. }
        | CheckedPattern::Anchor(..)
        | CheckedPattern::Look { .. } => None,
    }
}

/// Whether every span of a rule surely overlaps one of the other rule, of the
/// same type and of a higher priority.
pub(super) fn always_beaten(loser: &CheckedRule, winner: &CheckedRule) -> bool {
    // Asked of each pair of rules: the answer to most comes first.
    if winner.rank.priority <= loser.rank.priority {
        return false;
    }
    let (Some((label, narrow)), Some((other, wide))) = (only_span(loser), only_span(winner)) else {
        return false;
    };
    // The winner must match wherever its span could stand: no context.
    let is_whole = matches!(&winner.pattern, CheckedPattern::Bind(_, inner) if std::ptr::eq(&**inner, wide));
    label == other
        && is_whole
        && winner.condition.is_none()
        && (winner.across_lines || !loser.across_lines)
        && included(narrow, wide) == Some(true)
}
