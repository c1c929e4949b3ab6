//! The tree of a rule pack as it was written: names unresolved, places kept.

pub use crate::doc::schema::{Anchor, Direction, Overlap, SpanRelation, Standing};
use crate::text::{FileId, Span};

/// A piece of a source file with its place in that file.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// What was written.
    pub node: T,
    /// Where, as a byte range of the file.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a place on something.
    pub const fn new(node: T, span: Span) -> Self {
        Self { node, span }
    }
}

/// A name with its place.
pub type Name = Spanned<String>;

/// A rule pack as written.
#[derive(Clone, Debug, Default)]
pub struct RulePack {
    /// What `pack.toml` says.
    pub manifest: Manifest,
    /// The rule files in the order of their phases.
    pub files: Vec<RuleFile>,
    /// `# allow W014: reason` comments of all files.
    pub allowances: Vec<Allowance>,
    /// The files `tests/*.span`, in the order of their names. Only tests may
    /// stand in them.
    pub test_files: Vec<RuleFile>,
}

/// `pack.toml` as written.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// The file itself.
    pub file: Option<FileId>,
    /// `pack.name`.
    pub name: String,
    /// `pack.version`.
    pub version: String,
    /// `pack.language`.
    pub language: Option<String>,
    /// `pack.phases`: each phase is one file or a list of files.
    pub phases: Vec<Vec<Name>>,
    /// `pack.include`: folders outside the pack whose files it may name.
    pub include: Vec<Name>,
    /// `pack.columns`: what the tokens of its documents bring with them.
    pub columns: Vec<Name>,
    /// `[entities]`, in the order of the file.
    pub entities: Vec<EntityDecl>,
    /// `[relations]`, in the order of the file.
    pub relations: Vec<RelationDecl>,
    /// `[events]`, in the order of the file.
    pub events: Vec<EventDecl>,
    /// `resolve.order`: the steps that decide which of two spans stays.
    pub order: Vec<Name>,
    /// `resolve.exclusive`: groups of types whose spans compete.
    pub exclusive: Vec<Vec<Name>>,
    /// `rules.off`: names and tags of rules that do not run.
    pub off: Vec<Name>,
}

/// One line of `[entities]`.
#[derive(Clone, Debug)]
pub struct EntityDecl {
    /// The type.
    pub name: Name,
    /// The type that it is a kind of.
    pub is: Option<Name>,
    /// Whether only its kinds make spans.
    pub is_abstract: bool,
    /// What it means.
    pub doc: String,
    /// The colour that reports use.
    pub color: Option<String>,
}

/// One line of `[relations]`.
#[derive(Clone, Debug)]
pub struct RelationDecl {
    /// The type.
    pub name: Name,
    /// Types that the first argument may have.
    pub from: Vec<Name>,
    /// Types that the second argument may have.
    pub to: Vec<Name>,
    /// Whether the order of the arguments means nothing.
    pub symmetric: bool,
    /// What it means.
    pub doc: String,
}

/// One line of `[events]`.
#[derive(Clone, Debug)]
pub struct EventDecl {
    /// The type; also that of the spans that trigger it.
    pub name: Name,
    /// The roles in order, each with the types that may play it.
    pub roles: Vec<(Name, Vec<Name>)>,
    /// Roles that may be left open.
    pub optional: Vec<Name>,
    /// What it means.
    pub doc: String,
    /// The colour that reports use.
    pub color: Option<String>,
}

/// One `.span` file.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// The file.
    pub file: FileId,
    /// Its name in `pack.toml`, or `tests/name.span`.
    pub name: String,
    /// The phase that it belongs to, from 0; for tests, one past the last.
    pub phase: usize,
    /// What it holds, in order.
    pub items: Vec<Item>,
    /// Names that stand in items with a mistake, which `items` leaves out:
    /// that nothing makes them is no mistake of its own.
    pub lost: Vec<String>,
}

/// `# allow W014: reason`: a warning that is meant to stand, on this line or
/// the next one that is no comment.
#[derive(Clone, Debug)]
pub struct Allowance {
    /// The file.
    pub file: FileId,
    /// The number or name of the code.
    pub code: Name,
    /// Why.
    pub reason: String,
    /// The first byte of the line that it speaks of, and one past the last.
    pub line: Span,
    /// The comment.
    pub span: Span,
}

/// One item of a rule file.
#[derive(Clone, Debug)]
pub enum Item {
    /// `gazetteer`
    Gazetteer(Gazetteer),
    /// `regex`
    Regex(Regex),
    /// `let`
    Let(Let),
    /// `rule`
    Rule(Rule),
    /// `drop`
    Drop(Drop),
    /// `context`
    Context(Context),
    /// `link`
    Link(Link),
    /// `test`
    Test(Test),
}

impl Item {
    /// The name of the item; of a test the rule that it is about.
    #[must_use]
    pub fn name(&self) -> &Name {
        match self {
            Self::Gazetteer(item) => &item.name,
            Self::Regex(item) => &item.name,
            Self::Let(item) => &item.name,
            Self::Rule(item) => &item.name,
            Self::Drop(item) => &item.name,
            Self::Context(item) => &item.name,
            Self::Link(item) => &item.name,
            Self::Test(item) => &item.name,
        }
    }
}

/// What may stand between the head of an item and its body.
#[derive(Clone, Debug, Default)]
pub struct Modifiers {
    /// `priority N`; 0 where it is not written.
    pub priority: Option<Spanned<i32>>,
    /// `nested`
    pub nested: Option<Span>,
    /// `override`
    pub overrides: Option<Span>,
    /// `anchor`
    pub anchor: Option<Span>,
    /// `across lines`
    pub across_lines: Option<Span>,
    /// `overlap starts` or `overlap all`
    pub overlap: Option<Spanned<Overlap>>,
    /// `tag a, b`: names by which the item is switched off and on.
    pub tags: Vec<Name>,
}

/// `gazetteer name -> TYPE { … }`
#[derive(Clone, Debug)]
pub struct Gazetteer {
    /// Its name.
    pub name: Name,
    /// The type of the spans.
    pub label: Name,
    /// Priority and so on.
    pub modifiers: Modifiers,
    /// The phrases, in order.
    pub entries: Vec<GazetteerEntries>,
    /// `match fold-case, fold-marks, anywhere`
    pub fold: Vec<Name>,
    /// `set feature = …` and `value = …` (as the feature `value`).
    pub sets: Vec<Set>,
}

/// Where phrases come from.
#[derive(Clone, Debug)]
pub enum GazetteerEntries {
    /// One phrase in quotes.
    Inline(Spanned<String>),
    /// `file "path"`; the file id is missing where it could not be read.
    File(Spanned<String>, Option<FileId>),
}

/// `regex name -> TYPE { /…/ … }`
#[derive(Clone, Debug)]
pub struct Regex {
    /// Its name.
    pub name: Name,
    /// The type of the spans.
    pub label: Name,
    /// Priority and so on.
    pub modifiers: Modifiers,
    /// The expressions; each is a regex of its own.
    pub patterns: Vec<RegexLiteral>,
    /// `match fold-case, fold-marks`
    pub fold: Vec<Name>,
    /// `set feature = …` and `value = …` (as the feature `value`).
    pub sets: Vec<Set>,
}

/// `/…/` with its flags.
#[derive(Clone, Debug, PartialEq)]
pub struct RegexLiteral {
    /// What stands between the slashes, `\/` already turned into `/`.
    pub source: String,
    /// Letters after the closing slash: `i`, `x`.
    pub flags: String,
    /// The whole literal.
    pub span: Span,
}

/// `set name = expr`, `set x.name = expr` or `value = expr`.
#[derive(Clone, Debug)]
pub struct Set {
    /// The binding whose span gets the feature; none: the span that the item makes.
    pub target: Option<Name>,
    /// The feature; `value` is the normal value.
    pub feature: Name,
    /// What it is set to.
    pub value: Expr,
}

/// The right side of `set` and `value`.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A string with `{…}` in it.
    Template(Template),
    /// `column("name")`
    Column(Name),
    /// `date()`, `money("{amount}")`, …: a normalizer over its argument, or
    /// over the text of the span.
    Normalizer {
        /// Its name.
        name: Name,
        /// The argument.
        argument: Option<Template>,
    },
}

/// A string with `{…}` in it.
#[derive(Clone, Debug)]
pub struct Template {
    /// The whole string.
    pub span: Span,
    /// Its parts in order.
    pub parts: Vec<TemplatePart>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text that stays.
    Literal(String),
    /// `{name|filter|filter}`; the name may be `x.feature`.
    Field {
        /// The group, binding or feature.
        name: Name,
        /// The filters in order.
        filters: Vec<Name>,
    },
}

/// `let Name = pattern`
#[derive(Clone, Debug)]
pub struct Let {
    /// The name.
    pub name: Name,
    /// What it stands for.
    pub pattern: Pattern,
}

/// `rule name … { pattern where … set … => … }`
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Name,
    /// Priority and so on.
    pub modifiers: Modifiers,
    /// What it matches.
    pub pattern: Pattern,
    /// The conditions.
    pub condition: Option<Where>,
    /// `set` and `value`.
    pub sets: Vec<Set>,
    /// `=> TYPE(a, b)`
    pub heads: Vec<Head>,
    /// The whole item.
    pub span: Span,
}

/// `=> TYPE(a, b)` or `=> TYPE(role: a, role: b)`
#[derive(Clone, Debug)]
pub struct Head {
    /// The relation type.
    pub label: Name,
    /// The arguments, each with its role where one is written.
    pub args: Vec<(Option<Name>, Name)>,
    /// From the type to the closing bracket.
    pub span: Span,
}

/// `drop name { pattern where … }`: takes back every span that is bound.
#[derive(Clone, Debug)]
pub struct Drop {
    /// Its name.
    pub name: Name,
    /// Its tags.
    pub tags: Vec<Name>,
    /// What it matches.
    pub pattern: Pattern,
    /// The conditions.
    pub condition: Option<Where>,
    /// The whole item.
    pub span: Span,
}

/// `context name { cue … scope … on … set … }`
#[derive(Clone, Debug)]
pub struct Context {
    /// Its name.
    pub name: Name,
    /// Its tags.
    pub tags: Vec<Name>,
    /// The cue.
    pub cue: Pattern,
    /// The direction: `forward`, `backward` or `both`.
    pub direction: Spanned<Direction>,
    /// `within N tokens`: how far the scope reaches at most.
    pub within: Option<Spanned<u32>>,
    /// What ends the scope.
    pub stops: Vec<Pattern>,
    /// The types that get the feature.
    pub on: Vec<Name>,
    /// What they get.
    pub sets: Vec<Set>,
}

/// `link name on TYPE, TYPE { by … }`
#[derive(Clone, Debug)]
pub struct Link {
    /// Its name.
    pub name: Name,
    /// Its tags.
    pub tags: Vec<Name>,
    /// The types whose mentions it joins.
    pub on: Vec<Name>,
    /// The ways in which two mentions may be of one thing.
    pub by: Vec<LinkBy>,
    /// `spread value`: every mention of a chain gets its fullest value.
    pub spread: Option<Span>,
}

/// One `by` of a link.
#[derive(Clone, Debug)]
pub struct LinkBy {
    /// `text`, `feature`, `abbreviation`, `last-part`, `number-prefix`.
    pub method: Name,
    /// The feature of `by feature "id"`.
    pub argument: Option<Name>,
    /// Options such as `fold-case`.
    pub fold: Vec<Name>,
}

/// `test name { … }`
#[derive(Clone, Debug)]
pub struct Test {
    /// The rule that it is about.
    pub name: Name,
    /// What must hold, in order.
    pub cases: Vec<TestCase>,
}

/// One text of a test.
#[derive(Clone, Debug)]
pub enum TestCase {
    /// `"[text](TYPE) …" => REL("a", "b") == ("a", "c")`
    Expect {
        /// The markup.
        markup: Spanned<String>,
        /// What is stated besides the spans, in order.
        clauses: Vec<TestClause>,
    },
    /// `none "text"`
    None {
        /// The text.
        text: Spanned<String>,
        /// From `none` to the end of the text.
        span: Span,
    },
}

/// What a test states besides spans.
#[derive(Clone, Debug)]
pub struct TestClause {
    /// What.
    pub kind: TestClauseKind,
    /// From the arrow to the last lexeme.
    pub span: Span,
}

/// The kinds of clause.
#[derive(Clone, Debug)]
pub enum TestClauseKind {
    /// `=> REL("a", "b")`
    Relation {
        /// The relation type.
        label: Name,
        /// The arguments.
        args: Vec<TestArg>,
    },
    /// `=> none`, or `=> no REL`: no relation at all, or none of this type.
    NoRelation(Option<Name>),
    /// `== ("a", "b")`: these spans are of one chain.
    Chain(Vec<TestArg>),
}

/// `"text"`, `role: "text"`, `"text"#2`: a marked span, by its text.
#[derive(Clone, Debug)]
pub struct TestArg {
    /// The role.
    pub role: Option<Name>,
    /// The text.
    pub text: Spanned<String>,
    /// Which of the marked spans with this text, from 1.
    pub number: Option<Spanned<u32>>,
}

/// A pattern with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// `"Working Group"`, `"comrade"i`: these tokens.
    Literal {
        /// The text between the quotes.
        text: String,
        /// Whether case is folded.
        fold_case: bool,
    },
    /// `/re/`: one token whose whole text matches.
    TokenRegex(RegexLiteral),
    /// `[…]`: one token.
    Token(Condition),
    /// A type or the name of a `let`, with `[feature = …]` after a type.
    Name(Name, Option<Condition>),
    /// `x=…`
    Bind(Name, Box<Pattern>),
    /// `<TYPE: …>`
    Make(Name, Box<Pattern>),
    /// One after the other.
    Sequence(Vec<Pattern>),
    /// `a | b`, tried in order.
    Alternation(Vec<Pattern>),
    /// `? * + {m,n}`, lazy with a further `?`.
    Repeat {
        /// What is repeated.
        inner: Box<Pattern>,
        /// At least so often.
        min: u32,
        /// At most so often.
        max: Option<u32>,
        /// As few as can be.
        lazy: bool,
    },
    /// `...` or `...{0,8}`: any tokens of the same sentence, as few as can be.
    Gap {
        /// At least so many tokens.
        min: u32,
        /// At most so many tokens.
        max: Option<u32>,
    },
    /// `^ $ ^s $s`
    Anchor(Anchor),
    /// `(?= ) (?! ) (?<= ) (?<! )`
    Look {
        /// After the place rather than before it.
        ahead: bool,
        /// Must not match.
        negative: bool,
        /// What is looked for.
        inner: Box<Pattern>,
    },
}

/// What stands between `[` and `]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `[]`
    Any,
    /// `!c`
    Not(Box<Condition>),
    /// `a & b`
    And(Vec<Condition>),
    /// `a | b`
    Or(Vec<Condition>),
    /// `word`, `capitalized`, …
    Flag(Name),
    /// `text = "x"`
    Compare {
        /// The field.
        field: Name,
        /// The comparison.
        op: Spanned<CompareOp>,
        /// What it is compared with.
        value: Operand,
    },
    /// `in TYPE`, `starts TYPE`, `ends TYPE`
    Standing(Standing, Name),
}

/// `= != < > in ~`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`: equal, or the whole value matches.
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `in ("a", "b")`
    In,
    /// `~`: the regular expression is found anywhere.
    Finds,
}

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// `"x"`
    Text(Spanned<String>),
    /// `3`
    Number(Spanned<i64>),
    /// `/re/`
    Regex(RegexLiteral),
    /// `("a", "b")`
    List(Vec<Spanned<String>>, Span),
    /// `b.text` (only after `where`)
    Field(Name, Name),
}

/// What stands after `where`.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a pack has few conditions, and boxes would cloud the tree")]
pub enum Where {
    /// `a and b`
    And(Vec<Where>),
    /// `a or b`
    Or(Vec<Where>),
    /// `not a`
    Not(Box<Where>),
    /// `a inside b`
    Relation {
        /// What stands so.
        left: WhereSpan,
        /// How.
        relation: Spanned<SpanRelation>,
        /// To what.
        right: WhereSpan,
    },
    /// `g outermost`
    Outermost(Name),
    /// `x.value = "…"`; an assignment where x is a span that the rule makes.
    Compare {
        /// The binding.
        target: Name,
        /// Its field or feature.
        field: Name,
        /// The comparison.
        op: Spanned<CompareOp>,
        /// The right side.
        value: Operand,
    },
}

/// One side of a condition between spans.
#[derive(Clone, Debug)]
pub enum WhereSpan {
    /// A binding, or a type: any span of it.
    Name(Name, Option<Condition>),
    /// `g=ORG`: binds each span of the type for which the condition holds.
    Bind(Name, Name, Option<Condition>),
}

impl Where {
    /// Where it stands: from its first name to its last part.
    #[must_use]
    pub fn span(&self) -> Span {
        let cover = |list: &[Self]| match (list.first(), list.last()) {
            (Some(first), Some(last)) => first.span().cover(last.span()),
            _ => Span::default(),
        };
        match self {
            Self::And(list) | Self::Or(list) => cover(list),
            Self::Not(inner) => inner.span(),
            Self::Relation { left, relation, right } => left.span().cover(relation.span).cover(right.span()),
            Self::Outermost(name) => name.span,
            Self::Compare { target, field, op, value } => {
                let value = match value {
                    Operand::Text(text) => text.span,
                    Operand::Number(number) => number.span,
                    Operand::Regex(regex) => regex.span,
                    Operand::List(_, span) => *span,
                    Operand::Field(name, field) => name.span.cover(field.span),
                };
                target.span.cover(field.span).cover(op.span).cover(value)
            }
        }
    }
}

impl WhereSpan {
    fn span(&self) -> Span {
        match self {
            Self::Name(name, _) => name.span,
            Self::Bind(name, label, _) => name.span.cover(label.span),
        }
    }
}

impl Item {
    /// The name and the tags of an item that makes, changes or joins spans;
    /// nothing for lets and tests.
    #[must_use]
    pub fn name_and_tags(&self) -> Option<(&Name, &[Name])> {
        match self {
            Self::Gazetteer(item) => Some((&item.name, &item.modifiers.tags)),
            Self::Regex(item) => Some((&item.name, &item.modifiers.tags)),
            Self::Rule(item) => Some((&item.name, &item.modifiers.tags)),
            Self::Drop(item) => Some((&item.name, &item.tags)),
            Self::Context(item) => Some((&item.name, &item.tags)),
            Self::Link(item) => Some((&item.name, &item.tags)),
            Self::Let(_) | Self::Test(_) => None,
        }
    }
}
