//! [`Trace`]: who watches the engine at work.
//!
//! The matcher reports where it begins, stops and ends; what a rule proposes
//! is reported with what it bound. The engine is generic over its watcher, so
//! that extraction, which watches nothing, pays nothing.

use crate::doc::schema::{FeatureId, RuleId};
use crate::program::{PatternProgram, Pc, TokenRule};

use super::candidate::CandidateId;
use super::forms::FormTable;
use super::lattice::Letters;
use super::note::Note;

/// An instruction that does not match before a token.
#[derive(Clone, Copy)]
pub(super) struct Stop<'a, 'l> {
    pub(super) pattern: &'a PatternProgram,
    pub(super) pc: Pc,
    pub(super) token: u32,
    /// One past the last token that the match may hold.
    pub(super) last: u32,
    /// What was noted on the way.
    pub(super) notes: &'a [Note],
    pub(super) letters: &'a Letters<'l>,
    pub(super) forms: &'a FormTable,
}

/// Watches the rules of a document at work. Every method does nothing unless
/// it is written anew.
pub(super) trait Trace {
    /// Whether anyone watches. Where not, the engine skips what only a watcher
    /// would see.
    const ON: bool;

    /// A rule begins to search a line: first token, and one past the last.
    fn searches(&mut self, _rule: &TokenRule, _line: (u32, u32)) {}

    /// An attempt begins before this token.
    fn begins(&mut self, _start: u32) {}

    /// A look-around begins, or ends: what stops inside it is no stop of the rule.
    fn looks(&mut self, _inside: bool) {}

    /// An attempt, or one way of it, goes no further.
    fn stops(&mut self, _stop: Stop<'_, '_>) {}

    /// A match ends; `refused` is the part of the condition that it does not meet.
    fn ends(&mut self, _end: u32, _notes: &[Note], _refused: Option<usize>, _letters: &Letters<'_>) {}

    /// A match that ended makes a span.
    fn makes(&mut self, _id: CandidateId, _notes: &[Note]) {}

    /// A rule gives a feature, or the value, to a span.
    fn sets(&mut self, _id: CandidateId, _feature: Option<FeatureId>, _rule: RuleId) {}
}

/// Nobody watches.
#[derive(Debug, Default)]
pub(super) struct Untraced;

impl Trace for Untraced {
    const ON: bool = false;
}
