//! [`Watch`]: the trace behind explanations.

use rustc_hash::FxHashMap;

use crate::doc::schema::{BindingId, FeatureId, PlaceId, RelationTypeId, RuleId, TypeId};
use crate::program::{BindingUse, Inst, Program, TokenRule};
use crate::text::Span;

use super::candidate::CandidateId;
use super::describe::{describe, failing, type_names};
use super::explain::{Capture, Derivation, End, Expected, MOST_EXPECTED, NearMiss};
use super::lattice::Letters;
use super::note::Note;
use super::trace::{Stop, Trace};

/// A question in tokens and candidates.
pub(super) enum Goal {
    Span { labels: Vec<TypeId>, tokens: (u32, u32) },
    Relation { relation: RelationTypeId, args: Vec<Vec<CandidateId>>, places: Vec<(u32, u32)> },
}

/// How near an attempt came: what is larger is nearer.
type Nearness = (u32, u32, u32, u32);

/// Watches a document at work.
pub(super) struct Watch<'p> {
    program: &'p Program,
    goal: Option<Goal>,
    /// The rule at work, if it could make what is asked for.
    rule: Option<(RuleId, Vec<Asked>)>,
    /// The names of its bindings.
    names: Vec<String>,
    facts: Vec<PlaceId>,
    start: u32,
    looking: u32,
    matched: Span,
    captures: Vec<Capture>,
    best: FxHashMap<RuleId, (Nearness, NearMiss)>,
    tried: FxHashMap<RuleId, bool>,
    pub(super) derivations: FxHashMap<CandidateId, Derivation>,
    pub(super) set: Vec<(CandidateId, Option<FeatureId>, RuleId)>,
}

/// A binding that would make the span that is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Asked(BindingId);

impl<'p> Watch<'p> {
    pub(super) fn new(program: &'p Program, goal: Option<Goal>) -> Self {
        Self {
            program,
            goal,
            rule: None,
            names: Vec::new(),
            facts: Vec::new(),
            start: 0,
            looking: 0,
            matched: Span::default(),
            captures: Vec::new(),
            best: FxHashMap::default(),
            tried: FxHashMap::default(),
            derivations: FxHashMap::default(),
            set: Vec::new(),
        }
    }

    /// The best attempts, the nearest first.
    pub(super) fn near_misses(&mut self) -> Vec<NearMiss> {
        let mut near: Vec<(Nearness, NearMiss)> = self.best.drain().map(|(_, best)| best).collect();
        for (rule, _) in self.tried.drain().filter(|(_, came)| !came) {
            let miss = NearMiss { rule, matched: Span::default(), end: End::NeverTried };
            near.push(((0, 0, 0, 0), miss));
        }
        near.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.rule.cmp(&y.rule)));
        near.into_iter().map(|(_, miss)| miss).collect()
    }

    /// How near an attempt came that stands before `token`.
    fn nearness(&self, notes: &[Note], token: u32) -> Nearness {
        let advance = token.abs_diff(self.start);
        match (&self.goal, &self.rule) {
            (Some(Goal::Span { tokens: (first, last), .. }), Some((_, asked))) => {
                let opened = |note: &Note| matches!(note, Note::Open(id, at) if at == first && asked.contains(&Asked(*id)));
                let closed = |note: &Note| matches!(note, Note::Close(id, at) if at == last && asked.contains(&Asked(*id)));
                let opened = notes.iter().any(opened);
                let whole = opened && notes.iter().any(closed);
                let covered = token.min(*last).saturating_sub(self.start.max(*first));
                (u32::from(whole), covered, u32::from(opened), advance)
            }
            (Some(Goal::Relation { args, places, .. }), Some(_)) => {
                let bound = |ids: &Vec<CandidateId>| {
                    notes.iter().any(|note| matches!(note, Note::Span(_, id) if ids.contains(id)))
                };
                let passed = places.iter().filter(|(first, last)| self.start <= *first && *last <= token);
                let bound = args.iter().filter(|ids| bound(ids)).count() as u32;
                (bound, passed.count() as u32, 0, advance)
            }
            _ => (0, 0, 0, 0),
        }
    }

    /// Whether the attempt that began at `start` could be about what is asked.
    fn concerns(&self, token: u32) -> bool {
        let (low, high) = (self.start.min(token), self.start.max(token));
        match &self.goal {
            Some(Goal::Span { tokens: (first, last), .. }) => low < *last && high >= *first,
            Some(Goal::Relation { places, .. }) => {
                places.iter().any(|(first, last)| low < *last && high >= *first)
            }
            None => false,
        }
    }

    fn record(&mut self, nearness: Nearness, miss: NearMiss) {
        let better = self.best.get(&miss.rule).is_none_or(|(known, _)| nearness > *known);
        if better {
            self.best.insert(miss.rule, (nearness, miss));
        }
    }

    fn captures_of(&self, notes: &[Note], letters: &Letters<'_>) -> Vec<Capture> {
        let mut captures = Vec::new();
        let mut open: Vec<(BindingId, u32)> = Vec::new();
        let name = |id: BindingId| self.names.get(usize::from(id.0)).cloned().unwrap_or_default();
        for note in notes {
            match *note {
                Note::Span(Some(id), candidate) => {
                    let span = letters.candidates[candidate.index()].span;
                    captures.push(Capture { name: name(id), span });
                }
                Note::Span(None, _) => {}
                Note::Open(id, token) => open.push((id, token)),
                Note::Close(id, end) => {
                    if let Some(at) = open.iter().rposition(|(known, _)| *known == id) {
                        let (_, start) = open.remove(at);
                        captures.push(Capture { name: name(id), span: letters.span_of(start, end) });
                    }
                }
            }
        }
        captures
    }
}

impl Trace for Watch<'_> {
    const ON: bool = true;

    fn searches(&mut self, rule: &TokenRule, line: (u32, u32)) {
        self.names = rule.bindings.iter().map(|binding| binding.name.to_string()).collect();
        self.facts.clone_from(&rule.facts);
        self.looking = 0;
        self.rule = None;
        let on_line = |(first, last): (u32, u32)| line.0 <= first && last <= line.1;
        match &self.goal {
            Some(Goal::Span { labels, tokens }) if on_line(*tokens) => {
                let asked = rule.bindings.iter().enumerate().filter_map(|(index, binding)| {
                    let is_asked = matches!(binding.kind, BindingUse::Make(label) if labels.contains(&label));
                    is_asked.then_some(Asked(BindingId(index as u16)))
                });
                let asked: Vec<Asked> = asked.collect();
                self.rule = (!asked.is_empty()).then_some((rule.rule, asked));
            }
            Some(Goal::Relation { relation, places, .. }) if places.iter().any(|place| on_line(*place)) => {
                let relates = rule.heads.iter().any(|head| head.relation == *relation);
                self.rule = relates.then_some((rule.rule, Vec::new()));
            }
            _ => {}
        }
        if let Some((rule, _)) = &self.rule {
            self.tried.entry(*rule).or_insert(false);
        }
    }

    fn begins(&mut self, start: u32) {
        self.start = start;
        self.looking = 0;
    }

    fn looks(&mut self, inside: bool) {
        self.looking = if inside { self.looking + 1 } else { self.looking.saturating_sub(1) };
    }

    fn stops(&mut self, stop: Stop<'_, '_>) {
        let Some((rule, _)) = &self.rule else { return };
        let rule = *rule;
        if self.looking > 0 || !self.concerns(stop.token) {
            return;
        }
        self.tried.insert(rule, true);
        let nearness = self.nearness(stop.notes, stop.token);
        if self.best.get(&rule).is_some_and(|(known, _)| nearness < *known) {
            return;
        }
        let token = (stop.token < stop.last).then(|| stop.letters.tokens[stop.token as usize].span());
        let place = stop.pattern.places[stop.pc as usize];
        let failing = match &stop.pattern.insts[stop.pc as usize] {
            Inst::Token { test, .. } => {
                let test = &stop.pattern.tests[*test as usize].whole;
                match token {
                    Some(_) => failing(test, stop.token as usize, stop.letters, stop.forms, self.program),
                    None => vec![describe(test, self.program)],
                }
            }
            Inst::Span { types, .. } => vec![format!("no {} begins here", type_names(types, self.program))],
            Inst::Gap { .. } | Inst::SameSentence(_) => vec!["a gap ends with its sentence".to_owned()],
            Inst::Look { negative: true, .. } => vec!["what must not stand here does".to_owned()],
            Inst::Look { .. } => vec!["what must stand here does not".to_owned()],
            Inst::Assert(..) | Inst::Split(..) | Inst::Open(..) | Inst::Close(..) | Inst::Match => Vec::new(),
        };
        let (low, high) = (self.start.min(stop.token), self.start.max(stop.token));
        let matched = if low < high { stop.letters.span_of(low, high) } else { Span::default() };
        let expected = Expected { place, failing };
        if let Some((known, NearMiss { end: End::Stopped { token: at, expected: all }, .. })) =
            self.best.get_mut(&rule)
            && *known == nearness
        {
            // Another way to the same token.
            if *at == token && all.len() < MOST_EXPECTED && !all.contains(&expected) {
                all.push(expected);
            }
            return;
        }
        let end = End::Stopped { token, expected: vec![expected] };
        self.record(nearness, NearMiss { rule, matched, end });
    }

    fn ends(&mut self, end: u32, notes: &[Note], refused: Option<usize>, letters: &Letters<'_>) {
        self.matched = letters.span_of(self.start, end);
        self.captures = self.captures_of(notes, letters);
        let Some((rule, asked)) = &self.rule else { return };
        let rule = *rule;
        if !self.concerns(end) {
            return;
        }
        let made = |note: &Note| match note {
            Note::Open(id, at) if asked.contains(&Asked(*id)) => Some((*id, *at)),
            _ => None,
        };
        let instead = notes.iter().find_map(made).and_then(|(id, start)| {
            let closes = |note: &Note| match note {
                Note::Close(other, at) if *other == id => Some(*at),
                _ => None,
            };
            Some(letters.span_of(start, notes.iter().find_map(closes)?))
        });
        self.tried.insert(rule, true);
        let (whole, covered, opened, advance) = self.nearness(notes, end);
        let how = match (refused.and_then(|index| self.facts.get(index).copied()), instead) {
            (Some(fact), _) => End::Refused { fact },
            (None, Some(span)) => End::Instead(span),
            (None, None) => return,
        };
        // A match is nearer than a stop that came as far.
        self.record(
            (whole, covered, opened + 1, advance),
            NearMiss { rule, matched: self.matched, end: how },
        );
    }

    fn makes(&mut self, id: CandidateId, _notes: &[Note]) {
        let derivation = Derivation { matched: self.matched, captures: self.captures.clone() };
        self.derivations.insert(id, derivation);
    }

    fn sets(&mut self, id: CandidateId, feature: Option<FeatureId>, rule: RuleId) {
        self.set.push((id, feature, rule));
    }
}
