//! [`Recording`]: what each step of a document proposed, so that a rule can be
//! left out without reading the text again.
//!
//! What a rule proposes depends on the text and on what the steps before it left
//! standing. Without the rule, the steps before its own propose what they
//! proposed; its own step proposes the same but for the rule; and only the steps
//! after it have to look anew, with the phrases and expressions still in hand.
//! A rule of which nothing ever stood changes nothing: who loses at once holds
//! no other back. The result is that of a program compiled without the rule.

use rustc_hash::FxHashSet;

use crate::doc::schema::RuleId;
use crate::doc::{Annotations, Document};
use crate::prep::Prepared;
use crate::program::Phase;
use crate::value::CalendarDate;

use super::candidate::{Candidate, CandidateId, Fate};
use super::cascade::{Cascade, Extraction, Extractor, Scratch, prepare};
use super::lattice::Columns;
use super::relate::{Proposals, Update};
use super::scan::Views;
use super::trace::Untraced;

/// One document after an extraction, with all that was proposed on the way.
#[derive(Debug)]
pub struct Recording<'d> {
    document: &'d Document,
    prepared: Prepared<'d>,
    phases: Vec<Recorded>,
    /// The rules of which anything stood, at least for a while.
    active: FxHashSet<RuleId>,
}

/// What the steps of one phase proposed, before anything was resolved.
#[derive(Debug, Default)]
struct Recorded {
    /// The date that relative dates of the scan counted from.
    anchor: Option<CalendarDate>,
    scanned: Vec<Candidate>,
    rules: Proposals,
    dropped: Vec<(CandidateId, RuleId)>,
    contexts: Vec<Update>,
}

impl Recorded {
    /// Whether a rule belongs to a step of this phase, by what it proposed.
    fn is_home_of(&self, rule: RuleId) -> Option<Step> {
        let proposals = &self.rules;
        let by_rules = proposals.spans.iter().any(|span| span.rule == rule)
            || proposals.relations.iter().any(|relation| relation.rule == rule)
            || proposals.updates.iter().any(|update| update.rule == rule);
        if self.scanned.iter().any(|candidate| candidate.rule == rule) {
            Some(Step::Scan)
        } else if by_rules {
            Some(Step::Rules)
        } else if self.dropped.iter().any(|(_, by)| *by == rule) {
            Some(Step::Drops)
        } else if self.contexts.iter().any(|update| update.rule == rule) {
            Some(Step::Contexts)
        } else {
            None
        }
    }
}

/// The steps of a phase, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Scan,
    Rules,
    Drops,
    Contexts,
}

impl Extractor<'_> {
    /// Tags one document as [`Extractor::extract`] does, and keeps what every step
    /// proposed. The candidates are handed out whatever the config says.
    #[must_use]
    pub fn record<'d>(&self, document: &'d Document, scratch: &mut Scratch) -> (Extraction, Recording<'d>) {
        let prepared = prepare(document);
        let (tables, state) = self.begin((document, &prepared), scratch);
        let columns = Columns::new(self.program(), document.tokens.as_ref());
        let mut untraced = Untraced;
        let mut cascade = self.cascade(&prepared, &columns, (tables, state), &mut untraced);
        let mut phases = Vec::with_capacity(self.program().phases.len());
        let mut views = Views::default();
        for (index, phase) in self.program().phases.iter().enumerate() {
            phases.push(cascade.record(phase, index as u16, &mut views));
        }
        let annotations = self.annotations(&prepared, &columns, (tables, state));
        let (candidates, relations) =
            (std::mem::take(&mut state.candidates), std::mem::take(&mut state.relations));
        let truncated = state.truncated;
        let active = active(&candidates, &phases);
        drop(columns);
        let extraction = Extraction { annotations, candidates, proposals: relations, truncated };
        (extraction, Recording { document, prepared, phases, active })
    }

    /// What a recorded document gives without one of the rules; nothing where that
    /// is what it gives with it. The extractor must be the one that recorded.
    #[must_use]
    pub fn replay_without(
        &self,
        recording: &Recording<'_>,
        rule: RuleId,
        scratch: &mut Scratch,
    ) -> Option<Annotations> {
        let mut homes = recording.phases.iter().enumerate();
        let home = homes.find_map(|(index, phase)| Some((index, phase.is_home_of(rule)?)))?;
        if !recording.active.contains(&rule) {
            return None;
        }
        let Recording { document, prepared, phases, .. } = recording;
        let (tables, state) = self.begin((document, prepared), scratch);
        let columns = Columns::new(self.program(), document.tokens.as_ref());
        let mut untraced = Untraced;
        let mut cascade = self.cascade(prepared, &columns, (tables, state), &mut untraced);
        let mut views = Views::default();
        for (index, (phase, recorded)) in self.program().phases.iter().zip(phases).enumerate() {
            let without = Without { rule, home, at: index };
            cascade.replay(phase, recorded, &without, &mut views);
        }
        Some(self.annotations(prepared, &columns, (tables, state)))
    }
}

impl Recording<'_> {
    /// The rules without which the document would give something else, maybe: of
    /// which a span, relation, feature or drop stood, at least for a while.
    pub fn active(&self) -> impl Iterator<Item = RuleId> + '_ {
        self.active.iter().copied()
    }
}

fn active(candidates: &[Candidate], phases: &[Recorded]) -> FxHashSet<RuleId> {
    let stood = candidates.iter().filter(|candidate| !matches!(candidate.fate, Fate::Lost { .. }));
    let mut active: FxHashSet<RuleId> = stood.map(|candidate| candidate.rule).collect();
    for phase in phases {
        active.extend(phase.rules.relations.iter().map(|relation| relation.rule));
        active.extend(phase.rules.updates.iter().map(|update| update.rule));
        active.extend(phase.dropped.iter().map(|(_, rule)| *rule));
        active.extend(phase.contexts.iter().map(|update| update.rule));
    }
    active
}

/// A rule that is left out, its home, and the phase that is played.
struct Without {
    rule: RuleId,
    home: (usize, Step),
    at: usize,
}

impl Without {
    /// Whether a step has to look anew: what it sees may differ.
    fn is_after(&self, step: Step) -> bool {
        (self.at, step) > self.home
    }
}

impl<'t> Cascade<'_, 't, Untraced> {
    fn record(&mut self, phase: &Phase, index: u16, views: &mut Views<'t>) -> Recorded {
        let mut recorded = Recorded { anchor: self.state.context.anchor, ..Recorded::default() };
        let fresh = self.scan(phase, index, views);
        recorded.scanned = self.candidates()[fresh..].to_vec();
        self.settle(fresh);
        if !phase.rules.rules().is_empty() {
            recorded.rules = self.propose((Phase::set_numbers(usize::from(index)).0, &phase.rules), index);
            self.admit(recorded.rules.clone());
        }
        if !phase.drops.rules().is_empty() {
            recorded.dropped =
                self.propose((Phase::set_numbers(usize::from(index)).1, &phase.drops), index).dropped;
            self.take_back(&recorded.dropped);
        }
        if !phase.contexts.is_empty() {
            recorded.contexts = self.contexts(phase, index);
            self.update(&mut recorded.contexts.clone());
        }
        recorded
    }

    fn replay(&mut self, phase: &Phase, recorded: &Recorded, without: &Without, views: &mut Views<'t>) {
        let index = without.at as u16;
        let left_out = without.rule;
        // A scan reads the text alone, and relative dates count from the anchor.
        let fresh = if self.state.context.anchor == recorded.anchor {
            let fresh = self.candidates().len();
            self.candidates().extend(recorded.scanned.iter().cloned());
            fresh
        } else {
            self.scan(phase, index, views)
        };
        // What the rule proposed keeps its place, so that all ids stay what they
        // were; but it is gone before anyone sees it.
        let hide = |candidate: &mut Candidate| {
            if candidate.rule == left_out {
                candidate.fate = Fate::Dropped(left_out);
            }
        };
        self.candidates()[fresh..].iter_mut().for_each(hide);
        self.settle(fresh);
        if !phase.rules.rules().is_empty() {
            let mut proposals = if without.is_after(Step::Rules) {
                self.propose((Phase::set_numbers(usize::from(index)).0, &phase.rules), index)
            } else {
                recorded.rules.clone()
            };
            proposals.spans.iter_mut().for_each(hide);
            proposals.relations.retain(|relation| relation.rule != left_out);
            proposals.updates.retain(|update| update.rule != left_out);
            self.admit(proposals);
        }
        if !phase.drops.rules().is_empty() {
            let mut dropped = if without.is_after(Step::Drops) {
                self.propose((Phase::set_numbers(usize::from(index)).1, &phase.drops), index).dropped
            } else {
                recorded.dropped.clone()
            };
            dropped.retain(|(_, rule)| *rule != left_out);
            self.take_back(&dropped);
        }
        if !phase.contexts.is_empty() {
            let mut updates = if without.is_after(Step::Contexts) {
                self.contexts(phase, index)
            } else {
                recorded.contexts.clone()
            };
            updates.retain(|update| update.rule != left_out);
            self.update(&mut updates);
        }
    }
}
