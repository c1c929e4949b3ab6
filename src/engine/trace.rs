//! [`Trace`]: who watches the engine at work.
//!
//! The matcher reports where it begins, stops and ends; what a rule proposes
//! is reported with what it bound. The engine is generic over its watcher, so
//! that extraction, which watches nothing, pays nothing.

use crate::doc::schema::{FeatureId, RuleId};
use crate::program::{Pc, TokenRule};

use super::candidate::CandidateId;
use super::matcher::Note;

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

    /// The instruction does not match before this token; so much was noted on the way.
    fn stops(&mut self, _pc: Pc, _token: u32, _notes: &[Note]) {}

    /// A match ends; `refused` is the part of the condition that it does not meet.
    fn ends(&mut self, _end: u32, _notes: &[Note], _refused: Option<usize>) {}

    /// A match makes a span.
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
