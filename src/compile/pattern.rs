//! Patterns to instructions.

use crate::check::{CheckedCondition, CheckedPattern};
use crate::doc::schema::{BindingId, PlaceId};
use crate::program::{Inst, PatternProgram, PatternTest, Pc, Requirement, TokenTest, Way};

use super::Compiler;
use super::predicates::{span_check, token_test};

/// Compiles a pattern, from its end to its start: each piece is told where to
/// go on. `is_span` says which bindings stand for existing spans.
pub(super) fn program(
    pattern: &CheckedPattern,
    is_span: &dyn Fn(BindingId) -> bool,
    compiler: &mut Compiler,
) -> PatternProgram {
    let mut builder =
        Builder { program: PatternProgram::default(), is_span, compiler, backward: false, place: PlaceId(0) };
    let done = builder.push(Inst::Match);
    builder.program.start = builder.piece(pattern, None, done);
    builder.program
}

struct Builder<'a> {
    program: PatternProgram,
    is_span: &'a dyn Fn(BindingId) -> bool,
    compiler: &'a mut Compiler,
    backward: bool,
    /// Where what is compiled stands.
    place: PlaceId,
}

impl Builder<'_> {
    fn push(&mut self, inst: Inst) -> Pc {
        self.program.insts.push(inst);
        self.program.backward.push(self.backward);
        self.program.places.push(self.place);
        self.program.insts.len() as Pc - 1
    }

    /// Compiles `pattern` so that it goes on at `next`; spans in it are bound
    /// to `binding`. Returns where it begins.
    fn piece(&mut self, pattern: &CheckedPattern, binding: Option<BindingId>, next: Pc) -> Pc {
        match pattern {
            CheckedPattern::Token(condition, place) => {
                self.place = *place;
                let test = self.test(condition);
                self.push(Inst::Token { test, next })
            }
            CheckedPattern::Span(types, condition, place) => {
                self.place = *place;
                let test = condition.as_ref().map(|condition| Box::new(span_check(condition)));
                self.push(Inst::Span { types: types.as_slice().into(), test, binding, next })
            }
            CheckedPattern::Bind(id, inner) if (self.is_span)(*id) => self.piece(inner, Some(*id), next),
            CheckedPattern::Bind(id, inner) => {
                let close = self.push(Inst::Close(*id, next));
                let inner = self.piece(inner, None, close);
                self.push(Inst::Open(*id, inner))
            }
            CheckedPattern::Sequence(parts) => self.sequence(parts, binding, next),
            CheckedPattern::Alternation(parts) => {
                let starts: Vec<Pc> = parts.iter().map(|part| self.piece(part, binding, next)).collect();
                let mut starts = starts.into_iter().rev();
                let last = starts.next().unwrap_or(next);
                starts.fold(last, |rest, start| self.push(Inst::Split(Way::to(start), Way::to(rest))))
            }
            CheckedPattern::Repeat { inner, min, max, lazy } => {
                self.repeat(&mut |b, next| b.piece(inner, binding, next), *min, *max, *lazy, next)
            }
            CheckedPattern::Gap { min, max, place } => {
                self.place = *place;
                let next = self.push(Inst::SameSentence(next));
                self.repeat(&mut |b, next| b.push(Inst::Gap { next }), *min, *max, true, next)
            }
            CheckedPattern::Anchor(anchor, place) => {
                self.place = *place;
                self.push(Inst::Assert(*anchor, next))
            }
            CheckedPattern::Look { ahead, negative, inner, place, .. } => {
                let outer = std::mem::replace(&mut self.backward, !ahead);
                let done = self.push(Inst::Match);
                let start = self.piece(inner, None, done);
                self.backward = outer;
                self.place = *place;
                self.push(Inst::Look { start, negative: *negative, next })
            }
        }
    }

    /// In a look-behind the last part is met first.
    fn sequence(&mut self, parts: &[CheckedPattern], binding: Option<BindingId>, next: Pc) -> Pc {
        if self.backward {
            parts.iter().fold(next, |next, part| self.piece(part, binding, next))
        } else {
            parts.iter().rev().fold(next, |next, part| self.piece(part, binding, next))
        }
    }

    fn repeat(
        &mut self,
        inner: &mut dyn FnMut(&mut Self, Pc) -> Pc,
        min: u32,
        max: Option<u32>,
        lazy: bool,
        next: Pc,
    ) -> Pc {
        let split = |b: &mut Self, more: Pc, out: Pc| b.push(parting(more, out, lazy));
        let mut start = match max {
            None => {
                let head = self.push(parting(next, next, lazy));
                let body = inner(self, head);
                self.program.insts[head as usize] = parting(body, next, lazy);
                head
            }
            Some(max) => (min..max).fold(next, |rest, _| {
                let body = inner(self, rest);
                split(self, body, next)
            }),
        };
        for _ in 0..min {
            start = inner(self, start);
        }
        start
    }

    fn test(&mut self, condition: &CheckedCondition) -> u32 {
        let test = token_test(condition, &mut self.compiler.predicates);
        self.compiler.asks_standing |= asks_standing(&test);
        if let Some(known) = self.program.tests.iter().position(|other| other.whole == test) {
            return known as u32;
        }
        self.program.tests.push(PatternTest::new(test));
        self.program.tests.len() as u32 - 1
    }
}

/// Where a repeat goes on, or ends.
fn parting(more: Pc, out: Pc, lazy: bool) -> Inst {
    let (more, out) = (Way::to(more), Way::to(out));
    if lazy { Inst::Split(out, more) } else { Inst::Split(more, out) }
}

fn asks_standing(test: &TokenTest) -> bool {
    match test {
        TokenTest::Not(inner) => asks_standing(inner),
        TokenTest::And(list) | TokenTest::Or(list) => list.iter().any(asks_standing),
        TokenTest::Standing(..) => true,
        TokenTest::Any
        | TokenTest::Class(_)
        | TokenTest::Form(_)
        | TokenTest::Line(_)
        | TokenTest::Column(_) => false,
    }
}

/// What the line of every match holds, in the match or behind it: one of each requirement.
pub(super) fn requirements(pattern: &CheckedPattern, compiler: &mut Compiler) -> Vec<Requirement> {
    match pattern {
        CheckedPattern::Token(condition, _) => {
            let test = token_test(condition, &mut compiler.predicates);
            test.needed_forms().map(|forms| Requirement { forms, types: Vec::new() }).into_iter().collect()
        }
        CheckedPattern::Span(types, ..) => vec![Requirement { forms: Vec::new(), types: types.clone() }],
        CheckedPattern::Bind(_, inner) => requirements(inner, compiler),
        CheckedPattern::Sequence(parts) => {
            parts.iter().flat_map(|part| requirements(part, compiler)).collect()
        }
        CheckedPattern::Alternation(parts) => {
            let mut joined = Requirement::default();
            for part in parts {
                let Some(first) = requirements(part, compiler).into_iter().next() else {
                    return Vec::new();
                };
                joined.forms.extend(first.forms);
                joined.types.extend(first.types);
            }
            vec![joined]
        }
        CheckedPattern::Repeat { inner, min, .. } if *min > 0 => requirements(inner, compiler),
        // It stands in the line too, beyond the match.
        CheckedPattern::Look { ahead: true, negative: false, inner, .. } => requirements(inner, compiler),
        CheckedPattern::Repeat { .. }
        | CheckedPattern::Gap { .. }
        | CheckedPattern::Anchor(..)
        | CheckedPattern::Look { .. } => Vec::new(),
    }
}
