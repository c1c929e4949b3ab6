//! [`CheckedPack`]: what a rule pack means, every name resolved.

use std::sync::Arc;

pub use crate::doc::schema::{
    Anchor, BindingId, ColumnId, Direction, FeatureId, Filter, FoldFlags, ItemInfo, LinkMethod, NumberField,
    NumberTest, Order, Overlap, PlaceId, Rank, RelationInfo, RelationTypeId, RuleKind, SourcePlace,
    SpanRelation, Standing, TextField, TokenFlag, TypeId, TypeInfo,
};
use crate::text::{FileId, Span};

/// A rule pack without a mistake.
#[derive(Clone, Debug, Default)]
pub struct CheckedPack {
    /// `pack.name`
    pub name: String,
    /// `pack.version`
    pub version: String,
    /// blake3 over every file that has a say in what is extracted, hexadecimal:
    /// `pack.toml`, rule files and gazetteers, but not `tests/*.span`.
    pub fingerprint: String,
    /// Every type: declared ones in the order of `pack.toml`, then internal
    /// ones (lower case) in the order in which rules make them.
    pub types: Vec<TypeInfo>,
    /// Every relation type, in the order of `pack.toml`.
    pub relations: Vec<RelationInfo>,
    /// Names of features other than `value`.
    pub features: Vec<Arc<str>>,
    /// Names of the columns that tokens bring with them.
    pub columns: Vec<Arc<str>>,
    /// For each type the group in which its spans compete; equal numbers
    /// compete with each other.
    pub groups: Vec<u16>,
    /// The steps that decide which of two spans stays; the order of the rules
    /// decides last.
    pub order: Vec<Order>,
    /// Names and tags of items that do not run, as `pack.toml` states them.
    pub off: Vec<Arc<str>>,
    /// Places in the sources, by [`PlaceId`].
    pub places: Vec<SourcePlace>,
    /// The phases in order.
    pub phases: Vec<CheckedPhase>,
    /// The links in order.
    pub links: Vec<CheckedLink>,
    /// The tests in order, those of `tests/*.span` last.
    pub tests: Vec<CheckedTest>,
    /// Gazetteers, regexes, rules and drops, in the order of the files.
    pub rules: Vec<RulePlace>,
}

/// One phase.
#[derive(Clone, Debug, Default)]
pub struct CheckedPhase {
    /// Phrases.
    pub gazetteers: Vec<CheckedGazetteer>,
    /// Regular expressions over the text.
    pub regexes: Vec<CheckedRegex>,
    /// Token rules.
    pub rules: Vec<CheckedRule>,
    /// Rules that take back.
    pub drops: Vec<CheckedRule>,
    /// Cues that give features to the spans in their scope.
    pub contexts: Vec<CheckedContext>,
}

/// A gazetteer, its files read.
#[derive(Clone, Debug)]
pub struct CheckedGazetteer {
    /// Its name and place.
    pub info: ItemInfo,
    /// The type of the spans.
    pub label: TypeId,
    /// Priority and so on.
    pub rank: Rank,
    /// What folds.
    pub fold: FoldFlags,
    /// Whether phrases may begin and end inside tokens.
    pub anywhere: bool,
    /// The phrases.
    pub entries: Vec<Phrase>,
}

/// One phrase of a gazetteer.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    /// The text.
    pub text: Box<str>,
    /// Its normal value.
    pub value: Option<Box<str>>,
    /// Its features, in the order of their ids.
    pub features: Box<[(FeatureId, Box<str>)]>,
}

/// A regular expression over the text.
#[derive(Clone, Debug)]
pub struct CheckedRegex {
    /// Its name and place.
    pub info: ItemInfo,
    /// The type of the spans.
    pub label: TypeId,
    /// Priority and so on.
    pub rank: Rank,
    /// What folds.
    pub fold: FoldFlags,
    /// The expressions, flags written into them, each valid on its own.
    pub patterns: Vec<String>,
    /// Groups that are named like a type and make spans of it too.
    pub group_types: Vec<(String, TypeId)>,
    /// What the span gets.
    pub sets: Vec<CheckedSet>,
}

/// A rule over tokens and spans.
#[derive(Clone, Debug)]
pub struct CheckedRule {
    /// Its name and place.
    pub info: ItemInfo,
    /// Priority and so on.
    pub rank: Rank,
    /// Which of its matches may overlap.
    pub overlap: Overlap,
    /// Whether a match may cross the end of a line.
    pub across_lines: bool,
    /// What it matches, lets expanded.
    pub pattern: CheckedPattern,
    /// Everything that has a name or makes a span.
    pub bindings: Vec<Binding>,
    /// The conditions.
    pub condition: Option<CheckedWhere>,
    /// Where each part of the condition stands, if it is an [`CheckedWhere::And`].
    pub facts: Vec<PlaceId>,
    /// What the spans get.
    pub sets: Vec<CheckedSet>,
    /// The relations that a match makes.
    pub heads: Vec<CheckedHead>,
}

/// A cue that gives features to the spans in its scope.
#[derive(Clone, Debug)]
pub struct CheckedContext {
    /// The cue: a rule without conditions.
    pub cue: CheckedRule,
    /// On which side the scope lies.
    pub direction: Direction,
    /// How many tokens it reaches at most.
    pub within: Option<u32>,
    /// What ends it.
    pub stops: Vec<CheckedRule>,
    /// The types of the spans that get the features, kinds included.
    pub on: Vec<TypeId>,
}

/// Something in a rule that has a name, makes a span, or both.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name; empty for a `<TYPE: …>` without one.
    pub name: String,
    /// What it is.
    pub kind: BindingKind,
}

/// What a binding stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum BindingKind {
    /// Whatever the pattern matches: one token or more.
    Tokens,
    /// An existing span of one of these types.
    Span(Vec<TypeId>),
    /// A span that the rule makes.
    Make(TypeId),
    /// A span of one of these types, found by a condition after `where`.
    Joined(Vec<TypeId>),
}

/// `=> TYPE(a, b)`; the arguments in the order of the roles.
#[derive(Clone, Debug)]
pub struct CheckedHead {
    /// The relation type.
    pub relation: RelationTypeId,
    /// The arguments; nothing where an optional role is left open.
    pub args: Vec<Option<BindingId>>,
}

/// A pattern, lets expanded and names resolved.
#[derive(Clone, Debug)]
pub enum CheckedPattern {
    /// One token.
    Token(CheckedCondition, PlaceId),
    /// One whole span of one of these types that meets the condition.
    Span(Vec<TypeId>, Option<CheckedCondition>, PlaceId),
    /// Binds, or makes a span of, what it matches.
    Bind(BindingId, Box<CheckedPattern>),
    /// One after the other.
    Sequence(Vec<CheckedPattern>),
    /// One of them, tried in order.
    Alternation(Vec<CheckedPattern>),
    /// Several times the same.
    Repeat {
        /// What is repeated.
        inner: Box<CheckedPattern>,
        /// At least so often.
        min: u32,
        /// At most so often.
        max: Option<u32>,
        /// As few as can be.
        lazy: bool,
    },
    /// Any tokens of the same sentence, as few as can be.
    Gap {
        /// At least so many.
        min: u32,
        /// At most so many.
        max: Option<u32>,
        /// Where it stands.
        place: PlaceId,
    },
    /// A place.
    Anchor(Anchor, PlaceId),
    /// Looks around without consuming.
    Look {
        /// After the place rather than before it.
        ahead: bool,
        /// Must not match.
        negative: bool,
        /// What is looked for; never holds a binding.
        inner: Box<CheckedPattern>,
        /// The most tokens that it can match.
        longest: u32,
        /// Where it stands.
        place: PlaceId,
    },
}

/// A condition on one token or one span.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckedCondition {
    /// Always.
    Any,
    /// Not so.
    Not(Box<CheckedCondition>),
    /// All of them.
    And(Vec<CheckedCondition>),
    /// One of them.
    Or(Vec<CheckedCondition>),
    /// A property of the token.
    Flag(TokenFlag),
    /// A text and what it must be.
    Text(TextField, TextTest),
    /// A number and what it must be.
    Number(NumberField, NumberTest),
    /// The token stands so to a span of one of these types.
    Standing(Standing, Vec<TypeId>),
}

/// What a text must be.
#[derive(Clone, Debug, PartialEq)]
pub enum TextTest {
    /// One of these.
    In(Vec<String>),
    /// Wholly matched by this regular expression (not yet anchored).
    Matches(String),
    /// This regular expression is found in it.
    Finds(String),
}

/// A condition after `where`.
#[derive(Clone, Debug)]
pub enum CheckedWhere {
    /// All of them, in order: what one binds, the next may use.
    And(Vec<CheckedWhere>),
    /// One of them.
    Or(Vec<CheckedWhere>),
    /// Not so.
    Not(Box<CheckedWhere>),
    /// How two spans stand.
    Relation {
        /// The left side.
        left: WhereOperand,
        /// How they stand.
        relation: SpanRelation,
        /// The right side.
        right: WhereOperand,
    },
    /// No other span of its types that stands so too covers it.
    Outermost(BindingId),
    /// A condition on a bound span or its text.
    Is(BindingId, CheckedCondition),
    /// Two texts are equal (or, negated, are not).
    SameText {
        /// The left binding and field.
        left: (BindingId, TextField),
        /// The right binding and field.
        right: (BindingId, TextField),
    },
}

/// A side of a span relation.
#[derive(Clone, Debug)]
pub enum WhereOperand {
    /// A bound span.
    Binding(BindingId),
    /// Any span of these types.
    Any(Vec<TypeId>, Option<CheckedCondition>),
    /// Every span of these types, bound in turn.
    Join(BindingId, Vec<TypeId>, Option<CheckedCondition>),
}

/// `set x.feature = …`
#[derive(Clone, Debug)]
pub struct CheckedSet {
    /// The binding whose span gets it; none in regexes.
    pub target: Option<BindingId>,
    /// The feature; none for the normal value.
    pub feature: Option<FeatureId>,
    /// What it is set to.
    pub value: CheckedExpr,
}

/// The right side of a `set`.
#[derive(Clone, Debug)]
pub enum CheckedExpr {
    /// Parts, joined.
    Template(Vec<CheckedPart>),
    /// A normalizer, by its name in `value::NORMALIZERS`, over the joined
    /// parts, or over the text of the span where there are none.
    Normalizer(&'static str, Option<Vec<CheckedPart>>),
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum CheckedPart {
    /// Text that stays.
    Literal(String),
    /// The text of a group of the regex; empty where it did not take part.
    Group(String, Vec<Filter>),
    /// A text of a binding; empty where it did not take part.
    Field(BindingId, TextField, Vec<Filter>),
    /// The text of the whole span.
    Whole(Vec<Filter>),
}

/// A link: which mentions are of one thing.
#[derive(Clone, Debug)]
pub struct CheckedLink {
    /// Its name and place.
    pub info: ItemInfo,
    /// The types, kinds included.
    pub on: Vec<TypeId>,
    /// The ways.
    pub by: Vec<LinkMethod>,
    /// Whether the fullest value of a chain goes to all of it.
    pub spread_value: bool,
}

/// Where an item is written that makes or drops spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePlace {
    /// `file:name`
    pub id: Arc<str>,
    /// Its name.
    pub name: String,
    /// `file:line`
    pub place: String,
}

/// A test of the pack.
#[derive(Clone, Debug)]
pub struct CheckedTest {
    /// Its name.
    pub name: String,
    /// `file:line`
    pub place: String,
    /// `file:rule` of the rule with its name, where there is one.
    pub rule: Option<Arc<str>>,
    /// What must hold.
    pub cases: Vec<CheckedCase>,
}

/// One text of a test.
#[derive(Clone, Debug)]
pub struct CheckedCase {
    /// The text without its markup.
    pub text: String,
    /// `file:line`
    pub place: String,
    /// Where it is written.
    pub source: CaseSource,
    /// What must hold.
    pub expects: Expectation,
}

/// Where a text of a test is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseSource {
    /// The file.
    pub file: FileId,
    /// The string with its quotes.
    pub literal: Span,
    /// The string, with the `none` before it where there is one.
    pub whole: Span,
}

/// What must hold of a text.
#[derive(Clone, Debug)]
pub enum Expectation {
    /// The rule makes nothing.
    Nothing,
    /// These spans, and what the clauses say.
    Result {
        /// Every public span, in the order of the opening brackets.
        spans: Vec<ExpectedSpan>,
        /// What is stated besides, in order, and where it is written.
        clauses: Vec<(Span, ExpectedClause)>,
    },
}

/// A span that a test expects.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedSpan {
    /// Where.
    pub span: Span,
    /// Its type.
    pub label: TypeId,
    /// What the test states about it: `value` and features. An empty text
    /// means that there is none.
    pub facts: Vec<(String, String)>,
}

/// What a test states besides spans.
#[derive(Clone, Debug)]
pub enum ExpectedClause {
    /// This relation. Of its type the named ones are all.
    Relation(RelationTypeId, Vec<ExpectedArg>),
    /// No relation, or none of this type.
    NoRelation(Option<RelationTypeId>),
    /// These spans are of one chain.
    Chain(Vec<ExpectedArg>),
}

/// A marked span that a clause names by its text.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedArg {
    /// The role that it plays, by its index; 0 in chains.
    pub role: u8,
    /// The text.
    pub text: String,
    /// Which of the marked places with this text, from 1; none: any of them.
    pub number: Option<u32>,
    /// The places that are meant.
    pub places: Vec<Span>,
}

/// An expression with case folding written into it, so that its literals know of it.
pub(crate) fn cased(source: &str, fold_case: bool) -> String {
    if fold_case { format!("(?i:{source})") } else { source.to_owned() }
}
