//! Conditions on whole spans, and on what a match bound.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::ControlFlow;

use crate::doc::schema::{BindingId, FoldFlags, NumberField, SpanRelation, TextField};
use crate::prep::{Class, fold};
use crate::program::{Side, SpanCheck, SpanTest, Where};
use crate::text::Span;

use super::candidate::{Candidate, CandidateId};
use super::lattice::Letters;
use super::reading::{Bound, Budget, Distinct, Reading, get, outermost};

/// Whether a span meets the test of a pattern; what its text decides is asked once.
pub(super) fn span_meets(check: &SpanCheck, id: CandidateId, letters: &Letters<'_>) -> bool {
    let candidate = &letters.candidates[id.index()];
    let known = check.text.and_then(|number| letters.answers.borrow().known(id, candidate.span, number));
    known.unwrap_or_else(|| asked(check, id, letters))
}

/// The same where it is not known.
#[inline(never)]
fn asked(check: &SpanCheck, id: CandidateId, letters: &Letters<'_>) -> bool {
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

/// Which of some tests the text of a span meets, as bits: `check` tells them by their bits.
pub(super) fn those_met<'c>(
    (word, tests): (usize, u64),
    id: CandidateId,
    letters: &Letters<'_>,
    check: impl Fn(u64) -> Option<&'c SpanCheck>,
) -> u64 {
    let candidate = &letters.candidates[id.index()];
    let said = (id, candidate.span, slice(candidate.span, letters));
    let ask = |bit| check(bit).is_some_and(|check| span_passes(&check.test, candidate, letters));
    letters.answers.borrow_mut().those_met(said, (word, tests), ask)
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

/// Where something stands: bytes, and the tokens that it touches.
type Place = (Span, (u32, u32));

/// Where something bound stands.
fn place(bound: Bound, letters: &Letters<'_>) -> Option<Place> {
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
    test: Option<&'s SpanCheck>,
}

/// The tokens, of a stretch of them, with which a span may begin to which something else,
/// given the tokens that it touches, stands so. Never too few, and mostly far fewer than
/// the stretch has.
fn near((first, last): (u32, u32), relation: SpanRelation, stretch: (u32, u32)) -> (u32, u32) {
    let (from, to) = match relation {
        SpanRelation::Inside | SpanRelation::After => (0, first + 1),
        SpanRelation::Contains => (first, last),
        SpanRelation::Equals => (first, first + 1),
        SpanRelation::Touches | SpanRelation::Overlaps => (0, last + 1),
        // Both may touch one token.
        SpanRelation::Before => (last - 1, u32::MAX),
        SpanRelation::WithinTokens(most) => (0, last.saturating_add(most).saturating_add(1)),
        SpanRelation::SameLine | SpanRelation::SameSentence => (0, u32::MAX),
    };
    let from = from.max(stretch.0);
    (from, to.min(stretch.1).max(from))
}

/// How two places stand, as far as that is told without lines and sentences.
fn stand((a, at): Place, relation: SpanRelation, (b, bt): Place) -> bool {
    match relation {
        SpanRelation::Inside => b.contains(a) && a != b,
        SpanRelation::Contains => a.contains(b) && a != b,
        SpanRelation::Touches => a.overlaps(b) || at.1 == bt.0 || bt.1 == at.0,
        SpanRelation::Equals => a == b,
        SpanRelation::Overlaps => a.overlaps(b),
        SpanRelation::Before => a.end <= b.start,
        SpanRelation::After => b.end <= a.start,
        SpanRelation::SameLine | SpanRelation::SameSentence => true,
        SpanRelation::WithinTokens(most) => {
            let between = if at.1 <= bt.0 { bt.0 - at.1 } else { at.0.saturating_sub(bt.1) };
            between <= most
        }
    }
}

/// How the other of two stands to the one that stands so to it.
fn turned(relation: SpanRelation) -> SpanRelation {
    match relation {
        SpanRelation::Inside => SpanRelation::Contains,
        SpanRelation::Contains => SpanRelation::Inside,
        SpanRelation::Before => SpanRelation::After,
        SpanRelation::After => SpanRelation::Before,
        SpanRelation::Touches
        | SpanRelation::Equals
        | SpanRelation::Overlaps
        | SpanRelation::SameLine
        | SpanRelation::SameSentence
        | SpanRelation::WithinTokens(_) => relation,
    }
}

/// The conditions of one rule at work in one line.
pub(super) struct Conditions<'a, 'l> {
    letters: &'a Letters<'l>,
    /// First token, and one past the last, of the line: where joins look.
    range: (u32, u32),
    /// Whether there was more to look at than is.
    pub(super) cut: Cell<bool>,
    /// What may still be tried.
    budget: &'a Budget,
}

impl<'a, 'l> Conditions<'a, 'l> {
    /// Conditions on a match in a line, from its first token to one past its last.
    pub(super) fn new(letters: &'a Letters<'l>, range: (u32, u32), budget: &'a Budget) -> Self {
        budget.next_match();
        Self { letters, range, cut: Cell::new(false), budget }
    }

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
    pub(super) fn filter(&self, condition: &Where, mut readings: Vec<Reading>) -> Vec<Reading> {
        match condition {
            Where::And(list) => self.all(list, readings),
            Where::Or(list) if condition.joins() => {
                let mut any = Distinct::default();
                list.iter()
                    .flat_map(|part| self.filter(part, readings.clone()))
                    .for_each(|one| any.insert(one));
                any.into_iter().collect()
            }
            Where::Relation(left, relation, right) if condition.joins() => {
                let most = self.budget.readings();
                let mut all = Vec::new();
                for reading in &readings {
                    all.extend(self.join(reading, (left, *relation, right), most - all.len()));
                    if all.len() > most {
                        all.truncate(most);
                        self.cut.set(true);
                        break;
                    }
                }
                self.budget.tries(all.len());
                all
            }
            Where::Outermost(binding) => {
                outermost(readings, *binding, |bound| place(bound, self.letters).map(|(span, _)| span))
            }
            Where::Or(_) | Where::Not(_) | Where::Relation(..) | Where::Is(..) | Where::SameText(..) => {
                readings.retain(|reading| self.holds(condition, reading));
                readings
            }
        }
    }

    /// The readings that meet one condition after the other.
    fn all(&self, list: &[Where], readings: Vec<Reading>) -> Vec<Reading> {
        list.iter().fold(readings, |left, part| if left.is_empty() { left } else { self.filter(part, left) })
    }

    /// Whether the condition is met as far as the first part that joins something: where
    /// it is not, nothing is left of the reading, which is mostly so, and told with no copy.
    pub(super) fn may_hold(&self, condition: &Where, reading: &Reading) -> bool {
        let parts = match condition {
            Where::And(list) => list.as_slice(),
            other => std::slice::from_ref(other),
        };
        let joining = parts.iter().position(Where::joins).map_or(parts.len(), |at| at + 1);
        self.budget.ask(|| parts[..joining].iter().all(|part| self.holds(part, reading)))
    }

    /// Whether there is a way in which one reading meets the condition: the same as
    /// whether the filter leaves something of it, and mostly told with no copy.
    pub(super) fn holds(&self, condition: &Where, reading: &Reading) -> bool {
        match condition {
            Where::And(list) => {
                // What a part joins, those after it may ask for.
                let joining = list.iter().position(Where::joins).unwrap_or(list.len());
                let (before, rest) = list.split_at(joining);
                before.iter().all(|part| self.holds(part, reading))
                    && match rest {
                        [] => true,
                        [last] => self.holds(last, reading),
                        _ => !self.all(rest, vec![reading.clone()]).is_empty(),
                    }
            }
            Where::Or(list) => list.iter().any(|part| self.holds(part, reading)),
            Where::Not(inner) => !self.holds(inner, reading),
            Where::Relation(left, relation, right) => {
                self.pairs(reading, left, *relation, right, |_| ControlFlow::Break(())).is_break()
            }
            // No other reading is there to lie around it.
            Where::Outermost(_) => true,
            Where::Is(binding, test) => self.is(get(reading, *binding), test),
            Where::SameText(left, right) => {
                let text = |(binding, field): (BindingId, TextField)| {
                    bound_text(get(reading, binding), field, self.letters)
                };
                text(*left) == text(*right)
            }
        }
    }

    fn is(&self, bound: Bound, check: &SpanCheck) -> bool {
        match bound {
            Bound::Nothing => false,
            Bound::Span(id) => span_meets(check, id, self.letters),
            Bound::Tokens(first, last) | Bound::Made(_, first, last) => {
                place_passes(&check.test, self.letters.span_of(first, last), (first, last), self.letters)
            }
        }
    }

    /// Every way in which the two sides stand so, given a reading; one more than `most`
    /// tells that there are too many.
    fn join(
        &self,
        reading: &Reading,
        (left, relation, right): (&Side, SpanRelation, &Side),
        most: usize,
    ) -> Distinct {
        let mut found = Distinct::default();
        let _ = self.pairs(reading, left, relation, right, |pair| {
            let mut extended = reading.clone();
            for choice in pair {
                let slot = choice.name.and_then(|name| extended.get_mut(usize::from(name.0)));
                slot.into_iter().for_each(|slot| *slot = choice.bound);
            }
            // A side without a name asks only whether there is one.
            found.insert(extended);
            if found.len() > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        found
    }

    /// Shows what the two sides may stand for, given a reading, if it stands so and meets
    /// what is asked of it, until a break, or until so much was looked at that it is cut
    /// short.
    fn pairs<'s>(
        &'s self,
        reading: &'s Reading,
        left: &'s Side,
        relation: SpanRelation,
        right: &'s Side,
        mut visit: impl FnMut([&Choice<'s>; 2]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let line = Some(self.range);
        let right_is = self.settled(reading, right);
        let lefts = match right_is {
            None => line,
            Some(bound) => self.near(bound, turned(relation), left),
        };
        for one in self.choices(reading, left, lefts) {
            let rights = if right_is.is_some() { line } else { self.near(one.bound, relation, right) };
            for other in self.choices(reading, right, rights) {
                if !self.budget.look() {
                    self.cut.set(true);
                    return ControlFlow::Continue(());
                }
                if one.bound == other.bound || !self.stand(one.bound, relation, other.bound) {
                    continue;
                }
                // What they say takes longer to tell than where they stand.
                let pair = [&one, &other];
                if pair.iter().all(|choice| choice.test.is_none_or(|test| self.is(choice.bound, test))) {
                    visit(pair)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// What a side stands for, where that is settled.
    fn settled(&self, reading: &Reading, side: &Side) -> Option<Bound> {
        match side {
            Side::Binding(binding) => Some(get(reading, *binding)),
            Side::Any(name, ..) => {
                name.map(|name| get(reading, name)).filter(|bound| *bound != Bound::Nothing)
            }
        }
    }

    /// The tokens of the line with which a span of a side may begin to which something
    /// stands so; nothing where there is none.
    fn near(&self, bound: Bound, relation: SpanRelation, side: &Side) -> Option<(u32, u32)> {
        let tokens = match bound {
            Bound::Nothing => return None,
            Bound::Span(id) => self.letters.candidates[id.index()].tokens,
            Bound::Tokens(first, last) | Bound::Made(_, first, last) => (first, last),
        };
        if let (SpanRelation::Inside | SpanRelation::Equals, Side::Any(_, types, _)) = (relation, side)
            && !self.letters.lattice.may_be_around(tokens.0, types)
        {
            return None;
        }
        Some(near(tokens, relation, self.range))
    }

    /// What a side may stand for: one thing where that is settled, or else the spans
    /// that begin with some tokens and have one of its types, in text order.
    fn choices<'s>(
        &'s self,
        reading: &Reading,
        side: &'s Side,
        tokens: Option<(u32, u32)>,
    ) -> impl Iterator<Item = Choice<'s>> {
        let settled = self.settled(reading, side).map(|bound| Choice { bound, name: None, test: None });
        let (name, types, test, spans) = match (side, tokens) {
            (Side::Any(name, types, test), Some((first, last))) if settled.is_none() => {
                (*name, &types[..], test.as_ref(), self.letters.lattice.starting_in(first, last))
            }
            _ => (None, &[][..], None, &[][..]),
        };
        let of_type = spans.iter().filter(|laid| types.contains(&laid.label));
        let any = of_type.map(move |laid| Choice { bound: Bound::Span(laid.id), name, test });
        settled.into_iter().chain(any)
    }

    fn stand(&self, left: Bound, relation: SpanRelation, right: Bound) -> bool {
        let (Some(left), Some(right)) = (place(left, self.letters), place(right, self.letters)) else {
            return false;
        };
        let (a, b) = (left.1.0, right.1.0);
        match relation {
            SpanRelation::SameLine => self.letters.line_of(a) == self.letters.line_of(b),
            SpanRelation::SameSentence => self.letters.sentence_of(a) == self.letters.sentence_of(b),
            _ => stand(left, relation, right),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RELATIONS: [SpanRelation; 11] = [
        SpanRelation::Inside,
        SpanRelation::Contains,
        SpanRelation::Touches,
        SpanRelation::Equals,
        SpanRelation::Overlaps,
        SpanRelation::Before,
        SpanRelation::After,
        SpanRelation::SameLine,
        SpanRelation::SameSentence,
        SpanRelation::WithinTokens(0),
        SpanRelation::WithinTokens(2),
    ];

    /// The span, and the tokens that it touches, of tokens with gaps between some.
    fn touched(tokens: &[(u32, u32)], span: Span) -> Option<Place> {
        let first = tokens.partition_point(|token| token.1 <= span.start) as u32;
        let last = tokens.partition_point(|token| token.0 < span.end) as u32;
        (first < last).then_some((span, (first, last)))
    }

    proptest! {
        #[test]
        fn what_stands_so_is_looked_for(
            widths in prop::collection::vec((0u32..3, 1u32..4), 1..8),
            one in (0u32..20, 1u32..8),
            other in (0u32..20, 1u32..8),
            line in (0u32..4, 0u32..8),
        ) {
            let mut at = 0;
            let tokens: Vec<(u32, u32)> = widths
                .into_iter()
                .map(|(gap, width)| {
                    let start = at + gap;
                    at = start + width;
                    (start, at)
                })
                .collect();
            let place = |(start, len)| touched(&tokens, Span::new(start, start + len));
            let (Some(one), Some(other)) = (place(one), place(other)) else { return Ok(()) };
            let stretch = (line.0, line.0 + line.1);
            let begins = other.1.0;
            for relation in RELATIONS {
                prop_assert_eq!(stand(one, relation, other), stand(other, turned(relation), one));
                let (from, to) = near(one.1, relation, stretch);
                prop_assert!(stretch.0 <= from && from <= to && to <= stretch.1.max(from));
                if stand(one, relation, other) && (stretch.0..stretch.1).contains(&begins) {
                    prop_assert!((from..to).contains(&begins), "{:?} {:?} {:?}", one, relation, other);
                }
            }
        }
    }
}
