//! What is worked out about the patterns of a program before it runs: which
//! questions a token answers by its kind, and where matches may begin.

use std::collections::BTreeSet;

use indexmap::IndexSet;

use super::{
    First, Inst, KindBuilder, NO_JOIN, Opening, Openings, PatternProgram, PatternTest, Pc, PredicateId,
    Program, SpanCheck, SpanTest, TextTestId, TokenRule, TokenTest, Way,
};
use crate::doc::schema::{Anchor, TextField, TypeId};
use crate::prep::Class;

impl Program {
    /// Works out what is not kept of a program: of its patterns, and of all rules
    /// together. To be called when everything else is there. O(size of the rules).
    pub fn prepare(&mut self) {
        let mut kinds = KindBuilder::default();
        let mut texts = TextTests::default();
        let mut base = 0;
        for phase in &mut self.phases {
            for rules in [&mut phase.rules, &mut phase.drops] {
                rules.prepare(base, &mut kinds, &mut texts);
                base += rules.rules().len() as u32;
            }
            for context in &mut phase.contexts {
                for rule in std::iter::once(&mut context.cue).chain(&mut context.stops) {
                    rule.prepare(&mut kinds, &mut texts);
                }
            }
        }
        self.kinds = kinds.finish();
        self.text_tests = texts.len();
        self.openings = Openings::new(&self.phases, self.kinds.len());
    }
}

/// Tests that the text of a span decides, as they are written; equal ones once.
pub(super) type TextTests = IndexSet<String>;

impl SpanTest {
    /// Whether the text of a span alone decides the test.
    fn is_of_text(&self) -> bool {
        match self {
            Self::Not(inner) => inner.is_of_text(),
            Self::And(list) | Self::Or(list) => list.iter().all(Self::is_of_text),
            Self::Text(field, _) => {
                matches!(field, TextField::Text | TextField::Lower | TextField::Fold | TextField::Shape)
            }
            Self::Any | Self::Flag(_) | Self::Number(..) => false,
        }
    }
}

impl TokenRule {
    pub(super) fn prepare(&mut self, kinds: &mut KindBuilder, texts: &mut TextTests) {
        let program = &mut self.pattern;
        let mut number = |check: &mut SpanCheck| {
            let mut number = |test| TextTestId(texts.insert_full(format!("{test:?}")).0 as u32);
            check.text = check.test.is_of_text().then(|| number(&check.test));
        };
        for inst in &mut program.insts {
            if let Inst::Span { test: Some(check), .. } = inst {
                number(check);
            }
        }
        self.condition.iter_mut().for_each(|condition| condition.checks(&mut number));
        for test in &mut program.tests {
            test.kind = kinds.number(&test.whole);
            test.rest = test.whole.beyond_kind().map(Box::new);
        }
        program.first = first(program, program.start, kinds);
        heads(program, kinds);
        joins(program);
        self.opening = opening(program, kinds);
        let needed = self.needs.iter().filter_map(|at| self.requires.get(*at as usize));
        for (place, needed) in self.opening.needed.iter_mut().zip(needed) {
            let forms = needed.forms.iter().copied().map(TokenTest::Form);
            let test = kinds.number(&TokenTest::one(forms.collect()));
            *place = Some(test);
            let near = &mut self.opening.near;
            *near = near.or_else(|| Some((test, reach(&self.pattern, &needed.forms)?)));
        }
        let needed = self.requires.iter().filter(|needed| needed.forms.is_empty());
        self.opening.spans =
            needed.map(|needed| (needed.types.clone(), consumes(&self.pattern, &needed.types))).collect();
    }
}

/// What must stand on each way from a split.
fn heads(program: &mut PatternProgram, kinds: &mut KindBuilder) {
    let mut heads: IndexSet<First> = IndexSet::new();
    for at in 0..program.insts.len() {
        let Inst::Split(one, other) = program.insts[at] else { continue };
        let [one, other] = [one, other].map(|way| {
            let head = heads.insert_full(first(program, way.to, kinds)).0 as u32;
            Way { head, ..way }
        });
        program.insts[at] = Inst::Split(one, other);
    }
    program.heads = heads.into_iter().collect();
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
    program.joins = 0;
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

/// What is done with what must follow a match.
#[derive(Clone, Copy, PartialEq)]
enum Ahead {
    /// It is no part of the match.
    Skipped,
    /// It is followed like a part of it.
    Followed,
}

/// The places that consume something, or end the match, that can be reached from
/// some places without consuming anything; `None` if those are too many.
fn reached(program: &PatternProgram, from: &[Pc]) -> Option<Vec<Pc>> {
    reached_with(program, from, Ahead::Skipped)
}

fn reached_with(program: &PatternProgram, from: &[Pc], ahead: Ahead) -> Option<Vec<Pc>> {
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
            // What must follow a match is as good as the end of it.
            Inst::Look { start, negative: false, next }
                if ahead == Ahead::Followed
                    && !program.backward[*start as usize]
                    && program.is_over(*next) =>
            {
                open.push(*start);
            }
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
fn first(program: &PatternProgram, from: Pc, kinds: &mut KindBuilder) -> First {
    let reached = reached(program, &[from]);
    let nothing = reached.as_ref().is_none_or(|places| ends(program, places));
    let places = reached.unwrap_or_default();
    let test = if nothing { TokenTest::Any } else { token(program, &places) };
    First { nothing, kind: kinds.number(&test), types: types(program, &places) }
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

/// Those of some places that consume a span of a type, if all of them ask its text something;
/// none otherwise.
fn asked(program: &PatternProgram, places: &[Pc], label: TypeId) -> Vec<Pc> {
    let asks = |pc: &Pc| match &program.insts[*pc as usize] {
        Inst::Span { types, test, .. } if types.contains(&label) => {
            Some(test.as_ref().and_then(|check| check.text).map(|_| *pc))
        }
        _ => None,
    };
    places.iter().filter_map(asks).collect::<Option<Vec<Pc>>>().unwrap_or_default()
}

/// The types of the spans with one of which a match begins, if it begins with a token that is
/// the first of such a span.
fn started(program: &PatternProgram, places: &[Pc]) -> Option<Vec<TypeId>> {
    let of_place = |pc: &Pc| match &program.insts[*pc as usize] {
        Inst::Token { test, .. } => program.tests[*test as usize].whole.started(),
        _ => None,
    };
    let types = places.iter().map(of_place).collect::<Option<Vec<_>>>()?;
    let types: BTreeSet<TypeId> = types.into_iter().flatten().collect();
    (!types.is_empty()).then(|| types.into_iter().collect())
}

/// What stands where matches of a pattern begin.
fn opening(program: &PatternProgram, kinds: &mut KindBuilder) -> Opening {
    let (before, ahead) = looks(program);
    let before = before.map(|test| kinds.number(&test));
    let stands = (!ahead.is_empty()).then(|| kinds.number(&TokenTest::all(ahead.clone())));
    let Some(mut places) = reached(program, &[program.start]) else {
        return Opening { before, stands, tokens: Some([None; Openings::AHEAD]), ..Opening::default() };
    };
    let types = types(program, &places).into_iter().map(|label| (label, asked(program, &places, label)));
    let types: Vec<(TypeId, Vec<Pc>)> = types.collect();
    if let Some(types) = started(program, &places) {
        let stands = TokenTest::all(ahead.into_iter().chain([token(program, &places)]).collect());
        let stands = (stands != TokenTest::Any).then(|| kinds.number(&stands));
        let types = types.into_iter().map(|label| (label, Vec::new())).collect();
        return Opening { before, stands, types, ..Opening::default() };
    }
    let after = after(program, &places).map(|test| kinds.number(&test));
    let mut tokens = [None; Openings::AHEAD];
    for (at, wanted) in tokens.iter_mut().enumerate() {
        let is_span = |pc: &Pc| matches!(program.insts[*pc as usize], Inst::Span { .. });
        // From here on nothing is known: the match may be over, or spans go on.
        if ends(program, &places) || (at > 0 && places.iter().any(is_span)) {
            break;
        }
        let test = token(program, &places);
        if at == 0 && test == TokenTest::one(Vec::new()) {
            return Opening { before, stands, types, after, ..Opening::default() };
        }
        let test = if at == 0 { TokenTest::all(ahead.iter().cloned().chain([test]).collect()) } else { test };
        *wanted = (test != TokenTest::Any).then(|| kinds.number(&test));
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
    Opening { before, stands, tokens: Some(tokens), types, after, ..Opening::default() }
}

/// Tokens of a match that are looked through for a word that it needs.
const MOST_REACH: u32 = 32;

/// How many tokens may stand, in a match that begins with a token and what must follow it, before
/// the first that meets one of some tests on forms; `None` if that is not known.
fn reach(program: &PatternProgram, forms: &[PredicateId]) -> Option<u32> {
    let is_met = |test: u32| {
        let needed = program.tests[test as usize].whole.needed_forms();
        needed.is_some_and(|needed| needed.iter().all(|form| forms.contains(form)))
    };
    let mut places = reached_with(program, &[program.start], Ahead::Followed)?;
    for before in 0..MOST_REACH {
        let mut next = Vec::new();
        for pc in places {
            match &program.insts[pc as usize] {
                Inst::Token { test, .. } if is_met(*test) => {}
                Inst::Token { next: then, .. } | Inst::Gap { next: then } => next.push(*then),
                // Those matches do not begin with a token.
                Inst::Span { .. } if before == 0 => {}
                _ => return None,
            }
        }
        if next.is_empty() {
            return Some(before);
        }
        places = reached_with(program, &next, Ahead::Followed)?;
    }
    None
}

/// Whether every match consumes a span of one of some types.
fn consumes(program: &PatternProgram, types: &[TypeId]) -> bool {
    let mut seen = vec![false; program.insts.len()];
    let mut open = vec![program.start];
    while let Some(pc) = open.pop() {
        if std::mem::replace(&mut seen[pc as usize], true) {
            continue;
        }
        match &program.insts[pc as usize] {
            Inst::Match => return false,
            Inst::Span { types: consumed, .. } if consumed.iter().all(|label| types.contains(label)) => {}
            Inst::Split(one, other) => open.extend([one.to, other.to]),
            Inst::Token { next, .. }
            | Inst::Span { next, .. }
            | Inst::Gap { next }
            | Inst::SameSentence(next)
            | Inst::Open(_, next)
            | Inst::Close(_, next)
            | Inst::Assert(_, next)
            | Inst::Look { next, .. } => open.push(*next),
        }
    }
    true
}

/// What the token after a span must be that is consumed at one of the places; nothing
/// where any will do, where a span may follow, or where the match may be over.
fn after(program: &PatternProgram, places: &[Pc]) -> Option<TokenTest> {
    let behind = |pc: &Pc| match program.insts[*pc as usize] {
        Inst::Span { next, .. } => Some(next),
        _ => None,
    };
    let behind: Vec<Pc> = places.iter().filter_map(behind).collect();
    let follow = reached(program, &behind)?;
    let is_known = !behind.is_empty() && !ends(program, &follow) && types(program, &follow).is_empty();
    is_known.then(|| token(program, &follow)).filter(|test| *test != TokenTest::Any)
}

/// What the token before a match, and its first, must be for the looks around
/// and the anchors with which the pattern begins.
fn looks(program: &PatternProgram) -> (Option<TokenTest>, Vec<TokenTest>) {
    let (mut before, mut ahead) = (Vec::new(), Vec::new());
    let class = |class: Class| TokenTest::Class(class.bits());
    let mut pc = program.start;
    loop {
        pc = match &program.insts[pc as usize] {
            Inst::Look { start, negative, next } => {
                if let Some(test) = program.single(*start) {
                    let PatternTest { whole: test, .. } = &program.tests[test as usize];
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
            Inst::Assert(anchor, next) => {
                match anchor {
                    Anchor::LineStart => ahead.push(class(Class::LINE_START)),
                    Anchor::SentenceStart => ahead.push(class(Class::SENTENCE_START)),
                    Anchor::LineEnd => before.push(class(Class::LINE_END)),
                    Anchor::SentenceEnd => before.push(class(Class::SENTENCE_END)),
                }
                *next
            }
            Inst::Open(_, next) | Inst::SameSentence(next) => *next,
            _ => break,
        };
    }
    // No token stands at the end of a line: there a match may begin that consumes nothing.
    ((!before.is_empty()).then(|| TokenTest::all(before)), ahead)
}
