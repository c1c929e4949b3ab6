//! Token rules: a pattern, conditions on what it bound, and what comes of it.

use std::sync::Arc;

use regex::Regex;

use crate::doc::schema::{
    BindingId, Direction, FeatureId, Filter, NumberField, NumberTest, Overlap, PlaceId, RelationTypeId,
    RuleId, SpanRelation, TextField, TokenFlag, TypeId,
};
use crate::value::Normalizer;

use super::{Opening, PatternProgram, PredicateId, SpanCheck};

/// A rule that runs.
#[derive(Debug)]
pub struct TokenRule {
    /// Its place in the pack.
    pub rule: RuleId,
    /// What it matches.
    pub pattern: PatternProgram,
    /// What a line must hold for the rule to have a chance: each of these.
    pub requires: Vec<Requirement>,
    /// Which of them is the rarest.
    pub rarest: Option<u32>,
    /// Those that only words can meet, by their index, the rarest first; at most
    /// [`Openings::REQUIRED`](super::Openings::REQUIRED).
    pub needs: Vec<u32>,
    /// What stands where matches begin; worked out by [`Program::prepare`](super::Program::prepare).
    pub opening: Opening,
    /// Which matches may overlap.
    pub overlap: Overlap,
    /// Whether a match may cross the end of a line.
    pub across_lines: bool,
    /// Everything that is bound.
    pub bindings: Vec<BindingInfo>,
    /// The condition on what is bound.
    pub condition: Option<Where>,
    /// Where the parts of the condition stand.
    pub facts: Vec<PlaceId>,
    /// What the spans get.
    pub sets: Vec<Setter>,
    /// The relations.
    pub heads: Vec<HeadPlan>,
}

/// A cue that gives features to the spans in its scope.
#[derive(Debug)]
pub struct ContextRule {
    /// The cue; its setters say what the spans get.
    pub cue: TokenRule,
    /// On which side the scope lies.
    pub direction: Direction,
    /// How many tokens it reaches at most.
    pub within: Option<u32>,
    /// What ends it.
    pub stops: Vec<TokenRule>,
    /// The types of the spans that get the features.
    pub on: Vec<TypeId>,
}

/// One of these stands in the line.
#[derive(Clone, Debug, Default)]
pub struct Requirement {
    /// A token whose form meets one of these tests.
    pub forms: Vec<PredicateId>,
    /// A span of one of these types.
    pub types: Vec<TypeId>,
}

/// A binding of a rule.
#[derive(Clone, Debug)]
pub struct BindingInfo {
    /// Its name; empty where it has none.
    pub name: Arc<str>,
    /// What it is.
    pub kind: BindingUse,
    /// Whether conditions, relations or values read it.
    pub read: bool,
}

/// What a binding stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingUse {
    /// Tokens.
    Tokens,
    /// An existing span.
    Span,
    /// A span that the rule makes.
    Make(TypeId),
    /// A span that a condition finds.
    Joined,
}

/// A relation that a match makes.
#[derive(Clone, Debug)]
pub struct HeadPlan {
    /// Its type.
    pub relation: RelationTypeId,
    /// What plays its roles; nothing where one is left open.
    pub args: Vec<Option<BindingId>>,
}

/// A condition on a whole span.
#[derive(Clone, Debug)]
pub enum SpanTest {
    /// Always.
    Any,
    /// Not so.
    Not(Box<SpanTest>),
    /// All of them.
    And(Vec<SpanTest>),
    /// One of them.
    Or(Vec<SpanTest>),
    /// Every token of it has this property.
    Flag(TokenFlag),
    /// A text of it.
    Text(TextField, TextCheck),
    /// A number of it.
    Number(NumberField, NumberTest),
}

/// What a text must be.
#[derive(Clone, Debug)]
pub enum TextCheck {
    /// One of these.
    In(Vec<Box<str>>),
    /// Found by this expression (anchored where the whole must match).
    Regex(Regex),
}

impl TextCheck {
    /// Whether the text passes.
    #[must_use]
    pub fn passes(&self, text: &str) -> bool {
        match self {
            Self::In(list) => list.iter().any(|item| &**item == text),
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

/// A condition on what a match bound.
#[derive(Clone, Debug)]
pub enum Where {
    /// All of them, in order.
    And(Vec<Where>),
    /// One of them.
    Or(Vec<Where>),
    /// Not so.
    Not(Box<Where>),
    /// How two spans stand.
    Relation(Side, SpanRelation, Side),
    /// No other that stands so covers it.
    Outermost(BindingId),
    /// A test on one span.
    Is(BindingId, SpanCheck),
    /// Two texts are equal.
    SameText((BindingId, TextField), (BindingId, TextField)),
}

impl Where {
    /// Whether more may come of it than that a reading meets it or not: whether it joins
    /// spans to a reading, or weighs readings against each other.
    #[must_use]
    pub fn joins(&self) -> bool {
        match self {
            Self::And(list) | Self::Or(list) => list.iter().any(Self::joins),
            Self::Relation(left, _, right) => {
                [left, right].iter().any(|side| matches!(side, Side::Any(Some(_), ..)))
            }
            Self::Outermost(_) => true,
            Self::Not(_) | Self::Is(..) | Self::SameText(..) => false,
        }
    }

    /// Shows every test on a span in it.
    pub(super) fn checks(&mut self, visit: &mut dyn FnMut(&mut SpanCheck)) {
        match self {
            Self::And(list) | Self::Or(list) => list.iter_mut().for_each(|part| part.checks(visit)),
            Self::Not(inner) => inner.checks(visit),
            Self::Relation(left, _, right) => {
                for side in [left, right] {
                    if let Side::Any(_, _, Some(check)) = side {
                        visit(check);
                    }
                }
            }
            Self::Is(_, check) => visit(check),
            Self::Outermost(_) | Self::SameText(..) => {}
        }
    }
}

/// One side of a relation between spans.
#[derive(Clone, Debug)]
pub enum Side {
    /// A bound span.
    Binding(BindingId),
    /// Any span of these types; bound to the name where there is one.
    Any(Option<BindingId>, Vec<TypeId>, Option<SpanCheck>),
}

/// `set x.feature = …`
#[derive(Clone, Debug)]
pub struct Setter {
    /// Whose; none in regexes: the span that the rule makes.
    pub target: Option<BindingId>,
    /// The feature; none for the normal value.
    pub feature: Option<FeatureId>,
    /// What.
    pub value: Expr,
}

/// What a feature is set to.
#[derive(Clone, Debug)]
pub enum Expr {
    /// Parts, joined.
    Template(Vec<Part>),
    /// A normalizer over the parts, or over the text of the span.
    Normalizer(&'static Normalizer, Option<Vec<Part>>),
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text that stays.
    Literal(Arc<str>),
    /// A group of the regex.
    Group(Arc<str>, Vec<Filter>),
    /// A text of a binding.
    Field(BindingId, TextField, Vec<Filter>),
    /// The text of the whole span.
    Whole(Vec<Filter>),
}
