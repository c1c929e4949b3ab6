//! Conditions on whole spans, and on what a match bound.

use std::borrow::Cow;
use std::cell::Cell;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use smallvec::{SmallVec, smallvec};

use crate::doc::schema::{BindingId, FoldFlags, NumberField, SpanRelation, TextField};
use crate::prep::{Class, fold};
use crate::program::{Side, SpanCheck, SpanTest, Where};
use crate::text::Span;

use super::candidate::{Candidate, CandidateId};
use super::lattice::{Laid, Letters};

/// What a binding stands for in one reading of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
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

/// Readings of one match that joins may make.
const MOST_JOINED: usize = 1 << 14;

/// Readings in their order, each once: a few are compared, more are hashed.
#[derive(Default)]
struct Distinct {
    few: Vec<Reading>,
    many: IndexSet<Reading, FxBuildHasher>,
}

/// Readings that are compared one by one.
const FEW: usize = 8;

impl Distinct {
    fn insert(&mut self, reading: Reading) {
        if self.many.is_empty() && self.few.len() < FEW {
            if !self.few.contains(&reading) {
                self.few.push(reading);
            }
            return;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(reading);
    }

    fn len(&self) -> usize {
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

/// One reading of a match: for each binding one of the things it was bound to.
pub(super) type Reading = SmallVec<[Bound; 8]>;

/// Whether a span meets the test of a pattern; what its text decides is asked once.
pub(super) fn span_meets(check: &SpanCheck, id: CandidateId, letters: &Letters<'_>) -> bool {
    let candidate = &letters.candidates[id.index()];
    let ask = || span_passes(&check.test, candidate, letters);
    match check.text {
        None => ask(),
        Some(number) => {
            let said = (id, candidate.span, slice(candidate.span, letters));
            letters.answers.borrow_mut().meets(said, number, ask)
        }
    }
}

/// Whether a span meets a condition.
fn span_passes(test: &SpanTest, candidate: &Candidate, letters: &Letters<'_>) -> bool {
    match test {
        SpanTest::Any => true,
        SpanTest::Not(inner) => !span_passes(inner, candidate, letters),
        SpanTest::And(list) => list.iter().all(|part| span_passes(part, candidate, letters)),
        SpanTest::Or(list) => list.iter().any(|part| span_passes(part, candidate, letters)),
        SpanTest::Flag(_) | SpanTest::Number(..) => {
            place_passes(test, candidate.span, candidate.tokens, letters)
        }
        SpanTest::Text(field, check) => check.passes(&candidate_text(candidate, *field, letters)),
    }
}

/// Conditions that only need to know where a span stands.
fn place_passes(test: &SpanTest, span: Span, (first, last): (u32, u32), letters: &Letters<'_>) -> bool {
    match test {
        SpanTest::Flag(flag) => (first..last).all(|token| letters.has(token as usize, Class::of(*flag))),
        SpanTest::Number(field, test) => match field {
            NumberField::Len => test.holds(slice(span, letters).chars().count() as i64),
            NumberField::Tokens => test.holds(i64::from(last - first)),
            NumberField::Line => {
                let line = letters.line_of(first) as i64 + 1;
                test.holds(line) || test.holds(line - 1 - letters.lines.len() as i64)
            }
        },
        SpanTest::Any => true,
        SpanTest::Not(inner) => !place_passes(inner, span, (first, last), letters),
        SpanTest::And(list) => list.iter().all(|part| place_passes(part, span, (first, last), letters)),
        SpanTest::Or(list) => list.iter().any(|part| place_passes(part, span, (first, last), letters)),
        SpanTest::Text(field, check) => check.passes(&place_text(span, *field, letters)),
    }
}

fn slice<'a>(span: Span, letters: &Letters<'a>) -> &'a str {
    span.slice(letters.text).unwrap_or("")
}

/// A text of a stretch of the document that is no span of any type.
fn place_text<'a>(span: Span, field: TextField, letters: &Letters<'a>) -> Cow<'a, str> {
    let text = slice(span, letters);
    match field {
        TextField::Text => fold(text, FoldFlags::default()),
        TextField::Lower => fold(text, FoldFlags { case: true, marks: false }),
        TextField::Fold => fold(text, FoldFlags { case: true, marks: true }),
        TextField::Shape => crate::prep::shape(&fold(text, FoldFlags::default())).into(),
        TextField::Kind | TextField::Value | TextField::Feature(_) | TextField::Column(_) => {
            Cow::Borrowed("")
        }
    }
}

fn candidate_text<'a>(candidate: &'a Candidate, field: TextField, letters: &Letters<'a>) -> Cow<'a, str> {
    match field {
        TextField::Value => Cow::Borrowed(candidate.value.as_ref().map_or("", |value| value.as_str())),
        TextField::Feature(name) => Cow::Borrowed(candidate.feature(name).map_or("", |value| value)),
        TextField::Text
        | TextField::Lower
        | TextField::Fold
        | TextField::Shape
        | TextField::Kind
        | TextField::Column(_) => place_text(candidate.span, field, letters),
    }
}

/// A text of what is bound; empty where nothing is.
pub(super) fn bound_text<'a>(bound: Bound, field: TextField, letters: &Letters<'a>) -> Cow<'a, str> {
    match bound {
        Bound::Nothing => Cow::Borrowed(""),
        Bound::Span(id) => candidate_text(&letters.candidates[id.index()], field, letters),
        Bound::Tokens(first, last) | Bound::Made(_, first, last) => {
            place_text(letters.span_of(first, last), field, letters)
        }
    }
}

/// Where something bound stands: bytes and tokens.
fn place(bound: Bound, letters: &Letters<'_>) -> Option<(Span, (u32, u32))> {
    match bound {
        Bound::Nothing => None,
        Bound::Span(id) => {
            let candidate = &letters.candidates[id.index()];
            Some((candidate.span, candidate.tokens))
        }
        Bound::Tokens(first, last) | Bound::Made(_, first, last) => {
            Some((letters.span_of(first, last), (first, last)))
        }
    }
}

/// What a side of a condition may stand for.
struct Choice<'s> {
    bound: Bound,
    /// The binding that it fills, where that was free.
    name: Option<BindingId>,
    /// What it has to meet yet.
    test: Option<&'s SpanTest>,
}

/// The conditions of one rule at work in one line.
pub(super) struct Conditions<'a, 'l> {
    pub(super) letters: &'a Letters<'l>,
    /// First token, and one past the last, of the line: where joins look.
    pub(super) range: (u32, u32),
    /// Whether joins made more readings than are tried.
    pub(super) cut: Cell<bool>,
}

impl Conditions<'_, '_> {
    /// The same, part by part: which part of a conjunction no reading meets.
    pub(super) fn refused(&self, condition: &Where, mut readings: Vec<Reading>) -> Option<usize> {
        let parts = match condition {
            Where::And(list) => list.as_slice(),
            other => std::slice::from_ref(other),
        };
        for (index, part) in parts.iter().enumerate() {
            readings = self.filter(part, readings);
            if readings.is_empty() {
                return Some(index);
            }
        }
        None
    }

    /// The readings that meet the condition, with what it joins to them.
    pub(super) fn filter(&self, condition: &Where, readings: Vec<Reading>) -> Vec<Reading> {
        match condition {
            Where::And(list) => list.iter().fold(readings, |left, part| self.filter(part, left)),
            Where::Or(list) => {
                let mut any = Distinct::default();
                list.iter()
                    .flat_map(|part| self.filter(part, readings.clone()))
                    .for_each(|one| any.insert(one));
                any.into_iter().collect()
            }
            Where::Not(inner) => {
                let holds = |reading: &Reading| !self.filter(inner, vec![reading.clone()]).is_empty();
                readings.into_iter().filter(|reading| !holds(reading)).collect()
            }
            Where::Relation(left, relation, right) => {
                let mut all = Vec::new();
                for reading in &readings {
                    all.extend(self.join(reading, left, *relation, right));
                    if all.len() > MOST_JOINED {
                        all.truncate(MOST_JOINED);
                        self.cut.set(true);
                        break;
                    }
                }
                all
            }
            Where::Outermost(binding) => self.outermost(*binding, readings),
            Where::Is(binding, test) => {
                readings.into_iter().filter(|reading| self.is(get(reading, *binding), test)).collect()
            }
            Where::SameText(left, right) => {
                let text = |reading: &Reading, (binding, field): (BindingId, TextField)| {
                    bound_text(get(reading, binding), field, self.letters).into_owned()
                };
                readings.into_iter().filter(|reading| text(reading, *left) == text(reading, *right)).collect()
            }
        }
    }

    fn is(&self, bound: Bound, test: &SpanTest) -> bool {
        match bound {
            Bound::Nothing => false,
            Bound::Span(id) => span_passes(test, &self.letters.candidates[id.index()], self.letters),
            Bound::Tokens(first, last) | Bound::Made(_, first, last) => {
                place_passes(test, self.letters.span_of(first, last), (first, last), self.letters)
            }
        }
    }

    /// Every way in which the two sides stand so, given a reading; one more than may be
    /// tells that there are too many.
    fn join(&self, reading: &Reading, left: &Side, relation: SpanRelation, right: &Side) -> Distinct {
        let mut found = Distinct::default();
        let rights = self.choices(reading, right);
        for one in self.choices(reading, left) {
            for other in &rights {
                if one.bound == other.bound || !self.stand(one.bound, relation, other.bound) {
                    continue;
                }
                // What they say takes longer to tell than where they stand.
                if ![&one, other]
                    .iter()
                    .all(|choice| choice.test.is_none_or(|test| self.is(choice.bound, test)))
                {
                    continue;
                }
                let mut extended = reading.clone();
                for choice in [&one, other] {
                    let slot = choice.name.and_then(|name| extended.get_mut(usize::from(name.0)));
                    slot.into_iter().for_each(|slot| *slot = choice.bound);
                }
                // A side without a name asks only whether there is one.
                found.insert(extended);
                if found.len() > MOST_JOINED {
                    return found;
                }
            }
        }
        found
    }

    /// What a side may stand for: one thing where that is settled, or else the
    /// spans of the line that have one of its types, in text order.
    fn choices<'s>(&self, reading: &Reading, side: &'s Side) -> SmallVec<[Choice<'s>; 4]> {
        let settled = |bound| smallvec![Choice { bound, name: None, test: None }];
        match side {
            Side::Binding(binding) => settled(get(reading, *binding)),
            Side::Any(name, types, test) => match name.map(|name| get(reading, name)) {
                Some(bound) if bound != Bound::Nothing => settled(bound),
                _ => {
                    let (first, last) = self.range;
                    let in_line = self.letters.lattice.starting_in(first, last).iter();
                    let of_type = in_line.filter(|laid| types.contains(&laid.label));
                    let choice = |laid: &Laid| Choice {
                        bound: Bound::Span(laid.id),
                        name: *name,
                        test: test.as_ref(),
                    };
                    of_type.map(choice).collect()
                }
            },
        }
    }

    fn stand(&self, left: Bound, relation: SpanRelation, right: Bound) -> bool {
        let (Some((a, at)), Some((b, bt))) = (place(left, self.letters), place(right, self.letters)) else {
            return false;
        };
        match relation {
            SpanRelation::Inside => b.contains(a) && a != b,
            SpanRelation::Contains => a.contains(b) && a != b,
            SpanRelation::Touches => a.overlaps(b) || at.1 == bt.0 || bt.1 == at.0,
            SpanRelation::Equals => a == b,
            SpanRelation::Overlaps => a.overlaps(b),
            SpanRelation::Before => a.end <= b.start,
            SpanRelation::After => b.end <= a.start,
            SpanRelation::SameLine => self.letters.line_of(at.0) == self.letters.line_of(bt.0),
            SpanRelation::SameSentence => self.letters.sentence_of(at.0) == self.letters.sentence_of(bt.0),
            SpanRelation::WithinTokens(most) => {
                let between = if at.1 <= bt.0 { bt.0 - at.1 } else { at.0.saturating_sub(bt.1) };
                between <= most
            }
        }
    }

    /// Drops readings whose span lies inside that of another reading which is
    /// otherwise the same.
    fn outermost(&self, binding: BindingId, readings: Vec<Reading>) -> Vec<Reading> {
        let index = usize::from(binding.0);
        let span = |reading: &Reading| place(get(reading, binding), self.letters).map(|(span, _)| span);
        let same =
            |a: &Reading, b: &Reading| a.iter().zip(b).enumerate().all(|(at, (x, y))| at == index || x == y);
        let covered = |reading: &Reading| {
            readings.iter().any(|other| match (span(other), span(reading)) {
                (Some(outer), Some(inner)) => outer != inner && outer.contains(inner) && same(other, reading),
                _ => false,
            })
        };
        readings.iter().filter(|reading| !covered(reading)).cloned().collect()
    }
}

fn get(reading: &Reading, binding: BindingId) -> Bound {
    reading.get(usize::from(binding.0)).copied().unwrap_or_default()
}
