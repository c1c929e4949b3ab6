//! From a match to what it proposes: spans, relations, features.

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::doc::Value;
use crate::doc::schema::{BindingId, FeatureId, Filter, FoldFlags, RuleId, TypeId};
use crate::prep::fold;
use crate::program::{BindingUse, Expr, HeadPlan, Part, Setter, TokenRule};
use crate::value::{self, Normalizer};

use super::candidate::{Candidate, CandidateId, Fate, Proposal};
use super::conditions::{Conditions, bound_text};
use super::lattice::Letters;
use super::note::Note;
use super::reading::{Bound, Budget, Reading, get};
use super::trace::Trace;

/// What the rules of one step propose, before anything is resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct Proposals {
    /// Spans; their ids follow on those of the document's candidates.
    pub(super) spans: Vec<Candidate>,
    /// Relations between new and old spans.
    pub(super) relations: Vec<Proposal>,
    /// Features and values for old spans.
    pub(super) updates: Vec<Update>,
    /// Spans that a drop takes back.
    pub(super) dropped: Vec<(CandidateId, RuleId)>,
    /// Whether some rule bound too much.
    pub(super) truncated: bool,
    /// Whether there was no room for more.
    pub(super) full: bool,
}

impl Proposals {
    /// The same with nothing in it, but with its room.
    pub(super) fn emptied(mut self) -> Self {
        self.spans.clear();
        self.relations.clear();
        self.updates.clear();
        self.dropped.clear();
        (self.truncated, self.full) = (false, false);
        self
    }
}

/// A feature or value that a rule gives to an old span.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub(super) span: CandidateId,
    pub(super) rule: RuleId,
    pub(super) feature: Option<FeatureId>,
    pub(super) value: Arc<str>,
}

/// What bindings were bound to, in the order of a match.
type Bindings = SmallVec<[(BindingId, Bound); 6]>;

/// A span that a match makes, before its conditions are known.
struct Made {
    label: TypeId,
    tokens: (u32, u32),
}

/// One rule at work in one line.
pub(super) struct Relate<'a, 'l> {
    pub(super) rule: &'a TokenRule,
    pub(super) phase: u16,
    pub(super) letters: &'a Letters<'l>,
    pub(super) range: (u32, u32),
    /// What may still be tried in the line.
    pub(super) budget: Budget,
    pub(super) context: &'a value::Context,
    pub(super) accepts: &'a dyn Fn(usize, usize, TypeId) -> bool,
    pub(super) may_stay_open: &'a dyn Fn(usize, usize) -> bool,
}

impl Relate<'_, '_> {
    /// Adds what a match proposes; says whether its conditions hold.
    pub(super) fn propose<T: Trace>(
        &self,
        (end, notes): (u32, &[Note]),
        out: &mut Proposals,
        trace: &mut T,
    ) -> bool {
        let (mut bound, mut made) = (Bindings::new(), SmallVec::new());
        self.collect(notes, &mut bound, &mut made);
        let mut first = Reading::new();
        let is_one_of_many = self.first_reading(&bound, &mut first);
        let conditions = Conditions::new(self.letters, self.range, &self.budget);
        let condition = self.rule.condition.as_ref();
        // Nearly all matches have one reading.
        if !T::ON && !is_one_of_many && condition.is_none_or(|condition| !condition.joins()) {
            let holds = condition.is_none_or(|condition| conditions.holds(condition, &first));
            out.truncated |= conditions.cut.get();
            if holds {
                self.take(notes, &made, std::slice::from_ref(&first), out, trace);
            }
            return holds;
        }
        if !T::ON
            && !is_one_of_many
            && condition.is_some_and(|condition| !conditions.may_hold(condition, &first))
        {
            out.truncated |= conditions.cut.get();
            return false;
        }
        let mut readings = match is_one_of_many {
            false => vec![first],
            true => self.readings(first, &bound, &mut out.truncated),
        };
        if T::ON {
            let budget = Budget::new(self.range);
            let asked = Conditions::new(self.letters, self.range, &budget);
            let refused = condition.and_then(|condition| asked.refused(condition, readings.clone()));
            trace.ends(end, notes, refused, self.letters);
        }
        if let Some(condition) = condition {
            readings = conditions.filter(condition, readings);
            out.truncated |= conditions.cut.get();
        }
        if !readings.is_empty() {
            self.take(notes, &made, &readings, out, trace);
        }
        !readings.is_empty()
    }

    /// Adds what a match proposes in the readings that meet the conditions of the rule;
    /// there is one at least.
    fn take<T: Trace>(
        &self,
        notes: &[Note],
        made: &[Made],
        readings: &[Reading],
        out: &mut Proposals,
        trace: &mut T,
    ) {
        let spans = self.make(notes, made, readings, out);
        if T::ON {
            spans.iter().flatten().for_each(|id| trace.makes(*id, notes));
        }
        self.update(readings, out);
        self.heads(readings, &spans, out);
        self.drop(readings, out);
    }

    /// Adds what the bindings were bound to, in the order of the match, and the spans that
    /// it makes. Both, and readings, are large: they are filled where they lie.
    fn collect(&self, notes: &[Note], bound: &mut Bindings, made: &mut SmallVec<[Made; 2]>) {
        let mut open: SmallVec<[(BindingId, u32); 4]> = SmallVec::new();
        for note in notes {
            match *note {
                Note::Span(Some(binding), id) => bound.push((binding, Bound::Span(id))),
                Note::Span(None, _) => {}
                Note::Open(binding, token) => open.push((binding, token)),
                Note::Close(binding, end) => {
                    let Some(at) = open.iter().rposition(|(name, _)| *name == binding) else { continue };
                    let (_, start) = open.remove(at);
                    if start >= end {
                        continue;
                    }
                    let tokens = match self.rule.bindings[usize::from(binding.0)].kind {
                        BindingUse::Make(label) => {
                            made.push(Made { label, tokens: (start, end) });
                            Bound::Made(made.len() as u32 - 1, start, end)
                        }
                        BindingUse::Tokens | BindingUse::Span | BindingUse::Joined => {
                            Bound::Tokens(start, end)
                        }
                    };
                    bound.push((binding, tokens));
                }
            }
        }
    }

    /// Fills the reading in which each binding stands for the first that it was bound to;
    /// says whether some that is read was bound to more.
    fn first_reading(&self, bound: &Bindings, reading: &mut Reading) -> bool {
        reading.resize(self.rule.bindings.len(), Bound::Nothing);
        let mut is_one_of_many = false;
        for &(binding, bound) in bound {
            let index = usize::from(binding.0);
            match &mut reading[index] {
                free @ Bound::Nothing => *free = bound,
                _ => is_one_of_many |= self.rule.bindings[index].read,
            }
        }
        is_one_of_many
    }

    /// Every combination of what the bindings that are read were bound to, in the order
    /// of the text.
    fn readings(&self, first: Reading, bound: &Bindings, truncated: &mut bool) -> Vec<Reading> {
        let mut readings = vec![first];
        for (index, _) in self.rule.bindings.iter().enumerate().filter(|(_, binding)| binding.read) {
            let of_binding = bound.iter().filter(|(of, _)| usize::from(of.0) == index);
            let choices: SmallVec<[Bound; 4]> = of_binding.map(|(_, bound)| *bound).collect();
            if choices.len() < 2 {
                continue;
            }
            if readings.len() * choices.len() > self.budget.readings() {
                *truncated = true;
                readings.iter_mut().for_each(|reading| reading[index] = Bound::Nothing);
                continue;
            }
            let combine = |reading: &Reading| {
                let with = |choice: &Bound| {
                    let mut extended = reading.clone();
                    extended[index] = *choice;
                    extended
                };
                choices.iter().map(with).collect::<Vec<_>>()
            };
            readings = readings.iter().flat_map(combine).collect();
            self.budget.tries(readings.len());
        }
        readings
    }

    /// Makes the spans that some reading keeps; returns their ids.
    fn make(
        &self,
        notes: &[Note],
        made: &[Made],
        readings: &[Reading],
        out: &mut Proposals,
    ) -> SmallVec<[Option<CandidateId>; 2]> {
        if made.is_empty() {
            return SmallVec::new();
        }
        let stands_on: SmallVec<[_; 2]> = notes
            .iter()
            .filter_map(|note| match note {
                Note::Span(binding, id) => Some((*binding, *id)),
                Note::Open(..) | Note::Close(..) => None,
            })
            .collect();
        let mut ids = SmallVec::new();
        for (index, span) in made.iter().enumerate() {
            let is_this = |bound: &Bound| matches!(bound, Bound::Made(i, ..) if *i as usize == index);
            let read = readings.iter().find(|reading| reading.iter().any(is_this));
            // A span that no reading tells apart from the others goes with all.
            let reading = match read {
                Some(reading) => reading,
                None if self.is_read(span.label) => {
                    ids.push(None);
                    continue;
                }
                None => &readings[0],
            };
            let mut candidate = Candidate {
                span: self.letters.span_of(span.tokens.0, span.tokens.1),
                tokens: span.tokens,
                label: span.label,
                rule: self.rule.rule,
                phase: self.phase,
                value: None,
                pending: None,
                features: SmallVec::new(),
                stands_on: stands_on.clone(),
                fate: Fate::Stays,
            };
            for set in &self.rule.sets {
                let aims =
                    set.target.is_none_or(|target| reading.get(usize::from(target.0)).is_some_and(is_this));
                if aims {
                    self.set(set, reading, &mut candidate);
                }
            }
            ids.push(Some(CandidateId((self.letters.candidates.len() + out.spans.len()) as u32)));
            out.spans.push(candidate);
        }
        ids
    }

    fn is_read(&self, label: TypeId) -> bool {
        self.rule.bindings.iter().any(|binding| binding.read && binding.kind == BindingUse::Make(label))
    }

    /// What a context gives to a span in its scope.
    pub(super) fn give(&self, span: CandidateId, notes: &[Note], out: &mut Proposals) {
        let (mut bound, mut reading) = (Bindings::new(), Reading::new());
        self.collect(notes, &mut bound, &mut SmallVec::new());
        self.first_reading(&bound, &mut reading);
        for set in &self.rule.sets {
            self.update_one(set, span, &reading, out);
        }
    }

    fn set(&self, set: &Setter, reading: &Reading, candidate: &mut Candidate) {
        let whole = candidate.span;
        let fill = |part: &Part, out: &mut String| match part {
            Part::Literal(text) => out.push_str(text),
            Part::Group(..) => {}
            Part::Field(binding, field, filters) => {
                let bound = get(reading, *binding);
                out.push_str(&filtered(&bound_text(bound, *field, self.letters), filters));
            }
            Part::Whole(filters) => {
                let text = whole.slice(self.letters.text).unwrap_or("");
                out.push_str(&filtered(&fold(text, FoldFlags::default()), filters));
            }
        };
        assign(set, fill, self.context, candidate);
    }

    /// `set x.feature = …` where x is an old span.
    fn update(&self, readings: &[Reading], out: &mut Proposals) {
        for set in &self.rule.sets {
            let Some(target) = set.target else { continue };
            for reading in readings {
                if let Some(Bound::Span(span)) = reading.get(usize::from(target.0)).copied() {
                    self.update_one(set, span, reading, out);
                }
            }
        }
    }

    fn update_one(&self, set: &Setter, span: CandidateId, reading: &Reading, out: &mut Proposals) {
        let Candidate { span: place, tokens, label, rule, .. } = self.letters.candidates[span.index()];
        let mut copy = Candidate::bare(place, tokens, label, rule);
        self.set(set, reading, &mut copy);
        let pending = copy.pending.take().and_then(|pending| (pending.0.normalise)(&pending.1, self.context));
        let value = match set.feature {
            None => copy.value.or(pending).map(Arc::from),
            Some(feature) => copy.feature(feature).cloned(),
        };
        if let Some(value) = value {
            out.updates.push(Update { span, rule: self.rule.rule, feature: set.feature, value });
        }
    }

    fn heads(&self, readings: &[Reading], spans: &[Option<CandidateId>], out: &mut Proposals) {
        for reading in readings {
            for head in &self.rule.heads {
                let Some(args) = self.args(head, reading, spans) else { continue };
                let label = |id: CandidateId| match self.letters.candidates.get(id.index()) {
                    Some(old) => old.label,
                    None => out.spans[id.index() - self.letters.candidates.len()].label,
                };
                let relation = usize::from(head.relation.0);
                let fits =
                    args.iter().all(|&(role, id)| (self.accepts)(relation, usize::from(role), label(id)));
                if fits {
                    out.relations.push(Proposal { relation: head.relation, args, rule: self.rule.rule });
                }
            }
        }
    }

    /// What plays the roles of a head in one reading; nothing where a role
    /// that must be filled is not.
    fn args(
        &self,
        head: &HeadPlan,
        reading: &Reading,
        spans: &[Option<CandidateId>],
    ) -> Option<SmallVec<[(u8, CandidateId); 2]>> {
        let mut args = SmallVec::new();
        for (role, arg) in head.args.iter().enumerate() {
            let bound = arg.map_or(Bound::Nothing, |arg| get(reading, arg));
            let id = match bound {
                Bound::Span(id) => Some(id),
                Bound::Made(index, ..) => spans.get(index as usize).copied().flatten(),
                Bound::Nothing | Bound::Tokens(..) => None,
            };
            match id {
                Some(id) => args.push((role as u8, id)),
                None if (self.may_stay_open)(usize::from(head.relation.0), role) => {}
                None => return None,
            }
        }
        Some(args)
    }

    fn drop(&self, readings: &[Reading], out: &mut Proposals) {
        for reading in readings {
            for (index, bound) in reading.iter().enumerate() {
                if let (Bound::Span(id), BindingUse::Span) = (bound, &self.rule.bindings[index].kind) {
                    out.dropped.push((*id, self.rule.rule));
                }
            }
        }
    }
}

/// Gives a candidate a feature or value; values wait until it is known to stay.
pub(super) fn assign(
    set: &Setter,
    fill: impl Fn(&Part, &mut String),
    context: &value::Context,
    candidate: &mut Candidate,
) {
    let join = |parts: &[Part]| {
        let mut text = String::new();
        parts.iter().for_each(|part| fill(part, &mut text));
        text
    };
    let whole = || join(&[Part::Whole(Vec::new())]);
    match (&set.value, set.feature) {
        (Expr::Template(parts), None) => candidate.value = Some(Value::from(join(parts))),
        (Expr::Template(parts), Some(name)) => add_feature(candidate, name, join(parts).into()),
        (Expr::Normalizer(normalizer, parts), None) => {
            let input = parts.as_deref().map_or_else(whole, join);
            candidate.pending = Some(Box::new((*normalizer as &'static Normalizer, input)));
        }
        (Expr::Normalizer(normalizer, parts), Some(name)) => {
            let input = parts.as_deref().map_or_else(whole, join);
            if let Some(value) = (normalizer.normalise)(&input, context) {
                add_feature(candidate, name, value.as_str().into());
            }
        }
    }
}

/// Sets a feature, keeping them in the order of their ids.
pub(super) fn add_feature(candidate: &mut Candidate, name: FeatureId, value: Arc<str>) {
    match candidate.features.binary_search_by_key(&name, |(id, _)| *id) {
        Ok(at) => candidate.features[at].1 = value,
        Err(at) => candidate.features.insert(at, (name, value)),
    }
}

/// Applies the filters of a template to a text.
pub(super) fn filtered<'t>(text: &'t str, filters: &[Filter]) -> Cow<'t, str> {
    filters.iter().fold(Cow::Borrowed(text), |text, filter| match filter {
        Filter::Lower => text.to_lowercase().into(),
        Filter::Upper => text.to_uppercase().into(),
        Filter::Hyphen => text.split_whitespace().collect::<Vec<_>>().join("-").into(),
        Filter::Squeeze => text.split_whitespace().collect::<String>().into(),
        Filter::Unmark => fold(&text, FoldFlags { case: false, marks: true }).into_owned().into(),
    })
}
