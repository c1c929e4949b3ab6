//! Patterns to instructions.

use crate::check::{CheckedCondition, CheckedPattern};
use crate::doc::schema::{BindingId, PlaceId, TypeId};
use crate::program::{
    First, Inst, NO_JOIN, Opening, Openings, PatternProgram, PatternTest, Pc, PredicateId, Requirement,
    TokenTest, Way,
};

use super::Compiler;
use super::predicates::{span_test, token_test};

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
    let mut program = builder.program;
    program.first = first(&program, program.start, compiler);
    heads(&mut program, compiler);
    joins(&mut program);
    program
}

/// What must stand on each way from a split.
fn heads(program: &mut PatternProgram, compiler: &mut Compiler) {
    for at in 0..program.insts.len() {
        let Inst::Split(one, other) = program.insts[at] else { continue };
        let [one, other] = [one, other].map(|way| {
            let head = first(program, way.to, compiler);
            let known = program.heads.iter().position(|known| *known == head);
            let index = known.unwrap_or(program.heads.len()) as u32;
            if known.is_none() {
                program.heads.push(head);
            }
            Way { head: index, ..way }
        });
        program.insts[at] = Inst::Split(one, other);
    }
}

/// Numbers the places to which several ways lead. Spans of several lengths, or
/// types, are several ways.
fn joins(program: &mut PatternProgram) {
    let mut ways = vec![0u32; program.insts.len()];
    let mut lead = |to: Pc, by: u32| ways[to as usize] = ways[to as usize].saturating_add(by);
    for inst in &program.insts {
        match inst {
            Inst::Match => {}
            Inst::Split(one, other) => [one, other].into_iter().for_each(|way| lead(way.to, 1)),
            Inst::Span { next, .. } => lead(*next, 2),
            Inst::Look { start, next, .. } => [start, next].into_iter().for_each(|to| lead(*to, 1)),
            Inst::Token { next, .. }
            | Inst::Gap { next }
            | Inst::SameSentence(next)
            | Inst::Assert(_, next)
            | Inst::Open(_, next)
            | Inst::Close(_, next) => lead(*next, 1),
        }
    }
    program.join_of = ways
        .into_iter()
        .map(|ways| {
            let is_join = ways > 1;
            program.joins += u32::from(is_join);
            if is_join { program.joins - 1 } else { NO_JOIN }
        })
        .collect();
}

/// Places that are looked through before anything is said to be possible.
const MOST_PLACES: usize = 128;

/// The places that consume something, or end the match, that can be reached from
/// some places without consuming anything; `None` if those are too many.
fn reached(program: &PatternProgram, from: &[Pc]) -> Option<Vec<Pc>> {
    let (mut seen, mut reached): (Vec<Pc>, Vec<Pc>) = (Vec::new(), Vec::new());
    let mut open = from.to_vec();
    while let Some(pc) = open.pop() {
        if seen.contains(&pc) {
            continue;
        }
        seen.push(pc);
        if seen.len() > MOST_PLACES {
            return None;
        }
        match &program.insts[pc as usize] {
            Inst::Token { .. } | Inst::Span { .. } | Inst::Gap { .. } | Inst::Match => reached.push(pc),
            Inst::Split(one, other) => open.extend([other.to, one.to]),
            Inst::SameSentence(next)
            | Inst::Open(_, next)
            | Inst::Close(_, next)
            | Inst::Assert(_, next)
            | Inst::Look { next, .. } => open.push(*next),
        }
    }
    Some(reached)
}

/// What may stand before a place.
fn first(program: &PatternProgram, from: Pc, compiler: &mut Compiler) -> First {
    let reached = reached(program, &[from]);
    let nothing = reached.as_ref().is_none_or(|places| ends(program, places));
    let places = reached.unwrap_or_default();
    let test = if nothing { TokenTest::Any } else { token(program, &places) };
    First { nothing, kind: compiler.predicates.of_kind(&test), types: types(program, &places) }
}

/// Whether a match ends at one of the places.
fn ends(program: &PatternProgram, places: &[Pc]) -> bool {
    places.iter().any(|&pc| matches!(program.insts[pc as usize], Inst::Match))
}

/// What a token must be that is consumed at one of the places.
fn token(program: &PatternProgram, places: &[Pc]) -> TokenTest {
    let mut tests: Vec<TokenTest> = Vec::new();
    for &pc in places {
        let test = match &program.insts[pc as usize] {
            Inst::Token { test, .. } => program.tests[*test as usize].whole.of_kind(),
            Inst::Gap { .. } => TokenTest::Any,
            _ => continue,
        };
        if !tests.contains(&test) {
            tests.push(test);
        }
    }
    TokenTest::one(tests)
}

/// The types of the spans that are consumed at one of the places.
fn types(program: &PatternProgram, places: &[Pc]) -> Vec<TypeId> {
    let mut all: Vec<TypeId> = Vec::new();
    for &pc in places {
        if let Inst::Span { types, .. } = &program.insts[pc as usize] {
            all.extend(types.iter().copied());
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// What stands where matches of a pattern begin.
pub(super) fn opening(program: &PatternProgram, compiler: &mut Compiler) -> Opening {
    let (before, ahead) = looks(program);
    let before = before.map(|test| compiler.predicates.of_kind(&test));
    let Some(mut places) = reached(program, &[program.start]) else {
        return Opening { before, tokens: Some([None; Openings::AHEAD]), types: Vec::new() };
    };
    let types = types(program, &places);
    let mut tokens = [None; Openings::AHEAD];
    for (at, wanted) in tokens.iter_mut().enumerate() {
        let is_span = |pc: &Pc| matches!(program.insts[*pc as usize], Inst::Span { .. });
        // From here on nothing is known: the match may be over, or spans go on.
        if ends(program, &places) || (at > 0 && places.iter().any(is_span)) {
            break;
        }
        let test = token(program, &places);
        if at == 0 && test == TokenTest::one(Vec::new()) {
            return Opening { before, tokens: None, types };
        }
        let test = if at == 0 { TokenTest::all(ahead.iter().cloned().chain([test]).collect()) } else { test };
        *wanted = (test != TokenTest::Any).then(|| compiler.predicates.of_kind(&test));
        let next: Vec<Pc> = places
            .iter()
            .filter_map(|&pc| match program.insts[pc as usize] {
                Inst::Token { next, .. } | Inst::Gap { next } => Some(next),
                _ => None,
            })
            .collect();
        match reached(program, &next) {
            Some(reached) => places = reached,
            None => break,
        }
    }
    Opening { before, tokens: Some(tokens), types }
}

/// What the token before a match, and its first, must be for the looks around
/// with which the pattern begins.
fn looks(program: &PatternProgram) -> (Option<TokenTest>, Vec<TokenTest>) {
    let (mut before, mut ahead) = (Vec::new(), Vec::new());
    let mut pc = program.start;
    loop {
        pc = match &program.insts[pc as usize] {
            Inst::Look { start, negative, single, next } => {
                if let Some(test) = single.map(|test| &program.tests[test as usize].whole) {
                    let side = if program.backward[*start as usize] { &mut before } else { &mut ahead };
                    // That no token meets what the kind alone cannot tell is no news.
                    match negative {
                        false => side.push(test.of_kind()),
                        true if test.is_of_kind() => side.push(TokenTest::Not(Box::new(test.clone()))),
                        true => {}
                    }
                }
                *next
            }
            Inst::Open(_, next) | Inst::Assert(_, next) | Inst::SameSentence(next) => *next,
            _ => break,
        };
    }
    // No token stands at the end of a line: there a match may begin that consumes nothing.
    ((!before.is_empty()).then(|| TokenTest::all(before)), ahead)
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
                let test = condition.as_ref().map(|condition| Box::new(span_test(condition)));
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
                let single = match self.program.insts[start as usize] {
                    Inst::Token { test, next } if next == done => Some(test),
                    _ => None,
                };
                self.push(Inst::Look { start, negative: *negative, single, next })
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
        let (kind, rest) = (self.compiler.predicates.of_kind(&test), test.beyond_kind().map(Box::new));
        self.program.tests.push(PatternTest { whole: test, kind, rest });
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

/// What every match of a pattern holds: one of each requirement.
pub(super) fn requirements(pattern: &CheckedPattern, compiler: &mut Compiler) -> Vec<Requirement> {
    match pattern {
        CheckedPattern::Token(condition, _) => {
            let test = token_test(condition, &mut compiler.predicates);
            forms(&test).map(|forms| Requirement { forms, types: Vec::new() }).into_iter().collect()
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
        CheckedPattern::Repeat { .. }
        | CheckedPattern::Gap { .. }
        | CheckedPattern::Anchor(..)
        | CheckedPattern::Look { .. } => Vec::new(),
    }
}

/// The form tests of which a token must meet one, if the test says so.
fn forms(test: &TokenTest) -> Option<Vec<PredicateId>> {
    match test {
        TokenTest::Form(id) => Some(vec![*id]),
        TokenTest::And(list) => list.iter().find_map(forms),
        TokenTest::Or(list) => list.iter().map(forms).collect::<Option<Vec<_>>>().map(|sets| sets.concat()),
        TokenTest::Any
        | TokenTest::Not(_)
        | TokenTest::Class(_)
        | TokenTest::Line(_)
        | TokenTest::Column(_)
        | TokenTest::Standing(..) => None,
    }
}
