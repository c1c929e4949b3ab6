//! Patterns over tokens and spans as programs for the matcher.

use indexmap::IndexSet;

use crate::doc::schema::{Anchor, BindingId, NumberTest, PlaceId, Standing, TypeId};

use super::{PredicateId, SpanTest};

/// The index of an instruction.
pub type Pc = u32;

/// One instruction. `next` is where the matcher goes on.
#[derive(Clone, Debug)]
pub enum Inst {
    /// Consumes one token that meets the test.
    Token {
        /// Index into [`PatternProgram::tests`].
        test: u32,
        /// Next instruction.
        next: Pc,
    },
    /// Consumes one span of one of the types that meets the test.
    Span {
        /// The types.
        types: Box<[TypeId]>,
        /// Further condition.
        test: Option<Box<SpanTest>>,
        /// What it is bound to.
        binding: Option<BindingId>,
        /// Next instruction.
        next: Pc,
    },
    /// Consumes any token that does not begin a sentence.
    Gap {
        /// Next instruction.
        next: Pc,
    },
    /// Goes on only where no sentence begins: the end of a gap.
    SameSentence(Pc),
    /// Tries the first, then the second.
    Split(Pc, Pc),
    /// A binding begins.
    Open(BindingId, Pc),
    /// A binding ends.
    Close(BindingId, Pc),
    /// Goes on only at such a place.
    Assert(Anchor, Pc),
    /// Goes on only where the part at `start` matches from here (or does not).
    Look {
        /// Where the part begins; it ends with [`Inst::Match`].
        start: Pc,
        /// Must not match.
        negative: bool,
        /// Next instruction.
        next: Pc,
    },
    /// Done.
    Match,
}

/// A compiled pattern.
#[derive(Clone, Debug, Default)]
pub struct PatternProgram {
    /// The instructions; the pattern begins at `start`.
    pub insts: Vec<Inst>,
    /// Which instructions run towards the start of the text (look-behind).
    pub backward: Vec<bool>,
    /// What each instruction was written as.
    pub places: Vec<PlaceId>,
    /// Where to begin.
    pub start: Pc,
    /// Tests on tokens.
    pub tests: Vec<TokenTest>,
    /// What a token must be for a match to begin there.
    pub first: First,
    /// For each instruction the index in `heads` of what must stand before it for
    /// the rest to match, where a [`Inst::Split`] leads to it.
    pub head_of: Vec<u32>,
    /// Those things, equal ones once.
    pub heads: Vec<First>,
    /// For each instruction its number among those to which several ways lead,
    /// or [`NO_JOIN`].
    pub join_of: Vec<u32>,
    /// How many of those there are.
    pub joins: u32,
}

impl PatternProgram {
    /// Works out what the matcher asks beforehand: of the fields only `insts`,
    /// `backward`, `places`, `start` and `tests` need to be there. O(instructions).
    pub fn finish(&mut self) {
        self.first = first(self, self.start);
        heads(self);
        joins(self);
    }
}

/// Stands for an instruction to which one way leads.
pub const NO_JOIN: u32 = u32::MAX;

/// A quick question to a token: may a match begin here, or go on? It may say yes
/// too often, never no wrongly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct First {
    /// No token is needed.
    pub nothing: bool,
    /// Any token will do.
    pub any: bool,
    /// One of these form tests is met: words of bits, as forms answer, each
    /// with its index; words without a bit are left out.
    pub forms: Vec<(u32, u64)>,
    /// All of one of these sets of class bits are there.
    pub classes: Vec<u32>,
    /// A span of one of these types begins.
    pub types: Vec<TypeId>,
}

/// A test on one token where it stands.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenTest {
    /// Always.
    Any,
    /// Not so.
    Not(Box<TokenTest>),
    /// All of them.
    And(Vec<TokenTest>),
    /// One of them.
    Or(Vec<TokenTest>),
    /// All of these class bits.
    Class(u32),
    /// The form meets the test.
    Form(PredicateId),
    /// Its line, from 1; negative numbers count from the end.
    Line(NumberTest),
    /// It stands so to a span of one of the types.
    Standing(Standing, Box<[TypeId]>),
    /// What a column says meets the check, by its index in
    /// [`Program::column_checks`](super::Program::column_checks).
    Column(u32),
}

/// What must stand before each place that a split leads to.
fn heads(program: &mut PatternProgram) {
    program.head_of = vec![0; program.insts.len()];
    let mut heads: IndexSet<First> = IndexSet::new();
    for at in 0..program.insts.len() {
        let Inst::Split(one, other) = program.insts[at] else { continue };
        for pc in [one, other] {
            program.head_of[pc as usize] = heads.insert_full(first(program, pc)).0 as u32;
        }
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
            Inst::Split(one, other) => [one, other].into_iter().for_each(|to| lead(*to, 1)),
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

/// What may stand before a place: everything that can be reached from it without
/// consuming anything.
fn first(program: &PatternProgram, from: Pc) -> First {
    let mut first = First::default();
    let mut seen: Vec<Pc> = Vec::new();
    let mut open = vec![from];
    while let Some(pc) = open.pop() {
        if seen.contains(&pc) {
            continue;
        }
        seen.push(pc);
        if seen.len() > MOST_PLACES {
            return First { nothing: true, any: true, ..First::default() };
        }
        match &program.insts[pc as usize] {
            Inst::Token { test, .. } => necessary(&program.tests[*test as usize], &mut first),
            Inst::Span { types, .. } => first.types.extend(types.iter().copied()),
            Inst::Gap { .. } => first.any = true,
            Inst::Match => first.nothing = true,
            Inst::Split(a, b) => open.extend([*a, *b]),
            Inst::SameSentence(next)
            | Inst::Open(_, next)
            | Inst::Close(_, next)
            | Inst::Assert(_, next)
            | Inst::Look { next, .. } => open.push(*next),
        }
    }
    first
}

/// Adds what a token that meets the test is at least.
fn necessary(test: &TokenTest, first: &mut First) {
    match test {
        TokenTest::Form(id) => {
            let (word, bit) = (id.0 / 64, 1 << (id.0 % 64));
            match first.forms.binary_search_by_key(&word, |(known, _)| *known) {
                Ok(at) => first.forms[at].1 |= bit,
                Err(at) => first.forms.insert(at, (word, bit)),
            }
        }
        TokenTest::Class(bits) => first.classes.push(*bits),
        TokenTest::Or(list) => list.iter().for_each(|part| necessary(part, first)),
        // A form is rarer than a class.
        TokenTest::And(list) => {
            let rarest = list.iter().find(|part| matches!(part, TokenTest::Form(_)));
            let rarest = rarest.or_else(|| list.iter().find(|part| matches!(part, TokenTest::Or(_))));
            match rarest.or_else(|| list.iter().find(|part| matches!(part, TokenTest::Class(_)))) {
                Some(part) => necessary(part, first),
                None => first.any = true,
            }
        }
        TokenTest::Any
        | TokenTest::Not(_)
        | TokenTest::Line(_)
        | TokenTest::Column(_)
        | TokenTest::Standing(..) => first.any = true,
    }
}
