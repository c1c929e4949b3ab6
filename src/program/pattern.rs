//! Patterns over tokens and spans as programs for the matcher.

use crate::doc::schema::{Anchor, BindingId, NumberTest, PlaceId, Standing, TypeId};

use super::{KindTestId, PredicateId, SpanTest};

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
        test: Option<Box<SpanCheck>>,
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
    Split(Way, Way),
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

/// A test on a span that a pattern consumes, prepared.
#[derive(Clone, Debug)]
pub struct SpanCheck {
    /// As it was written.
    pub test: SpanTest,
    /// Its number, where the text of a span alone decides it; equal tests share one.
    pub text: Option<TextTestId>,
}

impl SpanCheck {
    /// A test as it is written, not yet prepared.
    #[must_use]
    pub fn new(test: SpanTest) -> Self {
        Self { test, text: None }
    }
}

/// The number of a test that the text of a span decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TextTestId(pub u32);

/// One way on from an [`Inst::Split`].
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Where it leads.
    pub to: Pc,
    /// What must stand there: an index into [`PatternProgram::heads`].
    pub head: u32,
}

impl Way {
    /// A way that nothing is known about yet.
    #[must_use]
    pub const fn to(to: Pc) -> Self {
        Self { to, head: 0 }
    }
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
    pub tests: Vec<PatternTest>,
    /// What must stand where a match begins.
    pub first: First,
    /// What must stand before the rest for it to match, on the ways from an
    /// [`Inst::Split`]; equal ones once.
    pub heads: Vec<First>,
    /// For each instruction its number among those to which several ways lead,
    /// or [`NO_JOIN`].
    pub join_of: Vec<u32>,
    /// How many of those there are.
    pub joins: u32,
}

impl PatternProgram {
    /// The test of a look around that is nothing but one token, as an index into
    /// [`PatternProgram::tests`].
    #[must_use]
    #[inline]
    pub fn single(&self, start: Pc) -> Option<u32> {
        match self.insts[start as usize] {
            Inst::Token { test, next } if matches!(self.insts[next as usize], Inst::Match) => Some(test),
            _ => None,
        }
    }

    /// Whether nothing more is consumed or asked from a place on.
    #[must_use]
    pub fn is_over(&self, mut pc: Pc) -> bool {
        while let Inst::Open(_, next) | Inst::Close(_, next) = self.insts[pc as usize] {
            pc = next;
        }
        matches!(self.insts[pc as usize], Inst::Match)
    }

    /// Whether a span is consumed towards the start of the text.
    #[must_use]
    pub fn looks_back_at_spans(&self) -> bool {
        let insts = self.insts.iter().zip(&self.backward);
        insts.into_iter().any(|(inst, backward)| *backward && matches!(inst, Inst::Span { .. }))
    }
}

/// Stands for an instruction to which one way leads.
pub const NO_JOIN: u32 = u32::MAX;

/// A test on a token, prepared.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternTest {
    /// As it was written.
    pub whole: TokenTest,
    /// What the kind of the token says.
    pub kind: KindTestId,
    /// What is left to ask where the kind is right.
    pub rest: Option<Box<TokenTest>>,
}

impl PatternTest {
    /// A test as it is written, not yet prepared.
    #[must_use]
    pub fn new(whole: TokenTest) -> Self {
        Self { whole, kind: KindTestId::default(), rest: None }
    }
}

/// A quick question to a place: may a match begin here, or go on? It may say yes
/// too often, never no wrongly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct First {
    /// No token is needed.
    pub nothing: bool,
    /// What a token must be.
    pub kind: KindTestId,
    /// Or a span of one of these types begins.
    pub types: Vec<TypeId>,
}

/// A test on one token where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
