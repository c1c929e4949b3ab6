//! Which rules of a pack are tested.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::CaseOutcome;
use crate::check::{CheckedCase, CheckedPack, Expectation, RulePlace};
use crate::engine::{Extraction, Fate};
use crate::program::Program;

/// The rules without a test, in the order of the files: no test is named after
/// them, and no text that holds has a span or relation of theirs in its result.
/// A `drop` needs a span that it took back.
#[must_use]
pub fn untested<'p>(pack: &'p CheckedPack, outcomes: &[CaseOutcome]) -> Vec<&'p RulePlace> {
    let named = pack.tests.iter().filter_map(|test| test.rule.as_ref());
    let seen = outcomes.iter().filter(|outcome| outcome.holds()).flat_map(|outcome| &outcome.made_by);
    let tested: BTreeSet<&Arc<str>> = named.chain(seen).collect();
    pack.rules.iter().filter(|rule| !tested.contains(&rule.id)).collect()
}

/// The rules behind the result of a text, internal spans included.
pub(super) fn made_by(case: &CheckedCase, extraction: &Extraction, program: &Program) -> Vec<Arc<str>> {
    if matches!(case.expects, Expectation::Nothing) {
        return Vec::new();
    }
    let spans = extraction.candidates.iter().filter_map(|candidate| match candidate.fate {
        Fate::Stays => Some(&program.origin(candidate.rule).id),
        Fate::Dropped(rule) => Some(&program.origin(rule).id),
        Fate::Lost { .. } | Fate::Replaced(_) => None,
    });
    let found = &extraction.annotations;
    let relations = found.relations.iter().filter_map(|relation| relation.rule.as_ref());
    let events = found.events.iter().filter_map(|event| event.rule.as_ref());
    let rules: BTreeSet<&Arc<str>> = spans.chain(relations).chain(events).collect();
    rules.into_iter().cloned().collect()
}
