//! [`Sieve`]: which of many expressions may occur in a line, told by one pass.
//!
//! Searching each expression alone costs a pass over the line for each; a joint
//! search for the leftmost match lets expressions hide each other's matches.
//! The sieve runs one lazily built automaton that reports every expression of
//! which a match ends anywhere, and leaves the matches themselves to those
//! expressions, each alone. It may say yes too often, never no wrongly.

use std::fmt;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::{Input, PatternSet};

/// The automata of some expressions. Immutable; see [`SieveScratch`].
///
/// Two of them, for a lazily built automaton that tells Unicode word boundaries
/// gives up at the first byte that is not ASCII: over ASCII text a boundary is
/// one of ASCII, and classes need no other letters; in other lines boundaries
/// count as met.
pub struct Sieve {
    ascii: DFA,
    wide: DFA,
    count: usize,
}

impl fmt::Debug for Sieve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sieve").field("count", &self.count).finish_non_exhaustive()
    }
}

/// What one thread needs to run a [`Sieve`]: the states that it has built.
#[derive(Debug)]
pub struct SieveScratch {
    ascii: Cache,
    wide: Cache,
    found: PatternSet,
}

impl Sieve {
    /// A sieve of two automata with a pattern for each of `count` expressions.
    #[must_use]
    pub fn new(ascii: DFA, wide: DFA, count: usize) -> Self {
        Self { ascii, wide, count }
    }

    /// Fresh buffers for one thread.
    #[must_use]
    pub fn scratch(&self) -> SieveScratch {
        SieveScratch {
            ascii: self.ascii.create_cache(),
            wide: self.wide.create_cache(),
            found: PatternSet::new(self.count),
        }
    }

    /// The indices of the expressions that may occur in a line, ascending. O(n)
    /// once the automaton knows the states that the text leads to.
    pub fn open<'s>(&self, line: &str, scratch: &'s mut SieveScratch) -> impl Iterator<Item = usize> + 's {
        let SieveScratch { ascii, wide, found } = scratch;
        found.clear();
        let input = Input::new(line);
        let done = if line.is_ascii() {
            self.ascii.try_which_overlapping_matches(ascii, &input, found)
        } else {
            self.wide.try_which_overlapping_matches(wide, &input, found)
        };
        // It gives up only where it may have missed something.
        let all = if done.is_err() { self.count } else { 0 };
        let known = if done.is_err() { None } else { Some(found.iter().map(|id| id.as_usize())) };
        (0..all).chain(known.into_iter().flatten())
    }
}
