//! The vocabulary that rules and engine share: types, ids, tests on tokens.

use std::sync::Arc;

/// The index of a type in the list of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u16);

/// The index of a relation type in the list of relation types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationTypeId(pub u16);

/// The index of a feature name in the list of feature names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeatureId(pub u16);

/// The index of a column in the list of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(pub u16);

/// The index of a binding in the bindings of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(pub u16);

/// A type of span.
#[derive(Clone, Debug)]
pub struct TypeInfo {
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is declared, and so written to the output.
    pub public: bool,
    /// Whether only its kinds make spans.
    pub is_abstract: bool,
    /// The type that it is a kind of.
    pub parent: Option<TypeId>,
    /// What it means.
    pub doc: String,
    /// The colour that reports use.
    pub color: Option<String>,
}

/// A type of relation.
#[derive(Clone, Debug)]
pub struct RelationInfo {
    /// Its name.
    pub name: Arc<str>,
    /// The roles in order: `from`, `to`.
    pub roles: Vec<Arc<str>>,
    /// For each role the types that may play it, kinds included.
    pub accepts: Vec<Vec<TypeId>>,
    /// For each role whether it may be left open.
    pub optional: Vec<bool>,
    /// Whether the order of the arguments means nothing.
    pub symmetric: bool,
    /// Whether it is an event: its first role is `trigger`.
    pub event: bool,
    /// What it means.
    pub doc: String,
}

/// What folds before two texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct FoldFlags {
    /// Case.
    pub case: bool,
    /// Diacritics, `đ` and the like included.
    pub marks: bool,
}

/// Which of two overlapping spans stays, as far as the rule has a say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Rank {
    /// Higher wins.
    pub priority: i32,
    /// Stays beside a span of its type that it covers or lies in.
    pub nested: bool,
    /// Replaces spans of its type from earlier steps.
    pub overrides: bool,
    /// The first value that it makes is the date of the document.
    pub anchor: bool,
}

/// A yes-or-no property of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenFlag {
    /// Letters, at least in part.
    Word,
    /// Digits.
    Number,
    /// Punctuation.
    Punct,
    /// A symbol.
    Symbol,
    /// The first letter is a capital.
    Capitalized,
    /// Two letters or more, all capitals.
    AllCaps,
    /// All letters are small.
    Lowercase,
    /// Capitals after small letters, or mixed otherwise.
    Mixed,
    /// First of its line.
    LineStart,
    /// Last of its line.
    LineEnd,
    /// First of its sentence.
    SentenceStart,
}

/// A text that a token or span has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextField {
    /// As written, canonical and typographic variants folded.
    Text,
    /// In small letters.
    Lower,
    /// In small letters, without diacritics.
    Fold,
    /// The shape: `X` for capitals, `x` for small letters, `d` for digits,
    /// runs cut after four.
    Shape,
    /// `word`, `number`, `punct` or `symbol`.
    Kind,
    /// The normal value of a span.
    Value,
    /// A feature of a span.
    Feature(FeatureId),
    /// What a column says about a token that came with the document.
    Column(ColumnId),
}

/// A number that a token or span has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberField {
    /// Length in code points.
    Len,
    /// Length in tokens; of a span.
    Tokens,
    /// Line, from 1; counted from the end where compared with a negative number.
    Line,
}

/// What a number must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberTest {
    /// This.
    Equal(i64),
    /// Less.
    Less(i64),
    /// More.
    Greater(i64),
}

impl NumberTest {
    /// Whether a number passes.
    #[must_use]
    pub const fn holds(self, number: i64) -> bool {
        match self {
            Self::Equal(wanted) => number == wanted,
            Self::Less(limit) => number < limit,
            Self::Greater(limit) => number > limit,
        }
    }
}

/// What changes a text in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Small letters.
    Lower,
    /// Capitals.
    Upper,
    /// Runs of white space become one hyphen.
    Hyphen,
    /// White space goes away.
    Squeeze,
    /// Diacritics go away.
    Unmark,
}

/// A way in which two mentions may be of one thing.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkMethod {
    /// The same text, folded.
    Text(FoldFlags),
    /// The same feature.
    Feature(FeatureId),
    /// The same normal value.
    Value,
    /// One stands in brackets right after the other: `Ministry of Finance (MOF)`;
    /// further mentions of either join.
    Abbreviation,
    /// One is the last part of exactly one longer one.
    LastPart,
    /// The value of one is the value of the other up to a `-` or `/`.
    NumberPrefix,
}

/// Which matches of one rule may overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Overlap {
    /// None: the search goes on where the match ended.
    #[default]
    None,
    /// One match at each start.
    Starts,
    /// Every distinct match.
    All,
}

/// A place without width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// `^`
    LineStart,
    /// `$`
    LineEnd,
    /// `^s`
    SentenceStart,
    /// `$s`
    SentenceEnd,
}

/// On which side of its cue the scope of a context lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// After it.
    Forward,
    /// Before it.
    Backward,
    /// On both sides.
    Both,
}

/// A step of the order that decides which of two spans stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The higher priority stays.
    Priority,
    /// The longer stays.
    Longest,
    /// The shorter stays.
    Shortest,
    /// What begins first stays.
    Earliest,
    /// What begins last stays.
    Latest,
}

impl Order {
    /// All steps with their names.
    pub const ALL: [(&str, Self); 5] = [
        ("priority", Self::Priority),
        ("longest", Self::Longest),
        ("shortest", Self::Shortest),
        ("earliest", Self::Earliest),
        ("latest", Self::Latest),
    ];

    /// The order of a pack that states none. The order of the rules in the
    /// pack decides last, always.
    pub const DEFAULT: [Self; 3] = [Self::Priority, Self::Longest, Self::Earliest];

    /// Its name in `pack.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, order)| *order == self).map_or("", |(name, _)| name)
    }
}

/// How a token stands to a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Inside it.
    In,
    /// First token of it.
    Starts,
    /// Last token of it.
    Ends,
}

/// How two spans stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanRelation {
    /// The left lies inside the right and is not the same.
    Inside,
    /// The right lies inside the left and is not the same.
    Contains,
    /// Nothing but white space stands between them, or they overlap.
    Touches,
    /// Both cover the same range.
    Equals,
    /// They share a token.
    Overlaps,
    /// The left ends before the right starts.
    Before,
    /// The left starts after the right ends.
    After,
    /// Both stand on one line.
    SameLine,
    /// Both stand in one sentence.
    SameSentence,
    /// At most so many tokens stand between them.
    WithinTokens(u32),
}

/// The index of a place in the sources of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(pub u32);

/// A place in the sources of a pack, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// The file, as the user would write it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What stands there.
    pub text: Arc<str>,
}

impl std::fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The kinds of item that make, change or join spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// `gazetteer`
    Gazetteer,
    /// `regex`
    Regex,
    /// `rule`
    Rule,
    /// `drop`
    Drop,
    /// `context`
    Context,
    /// `link`
    Link,
}

impl RuleKind {
    /// The keyword.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gazetteer => "gazetteer",
            Self::Regex => "regex",
            Self::Rule => "rule",
            Self::Drop => "drop",
            Self::Context => "context",
            Self::Link => "link",
        }
    }
}

/// What an item is called, and where it stands.
#[derive(Clone, Debug)]
pub struct ItemInfo {
    /// `file:name`, as the output shows it.
    pub id: Arc<str>,
    /// What it is.
    pub kind: RuleKind,
    /// Where its name stands.
    pub place: PlaceId,
    /// Names by which it is switched off and on.
    pub tags: Vec<Arc<str>>,
}

/// The place of a rule in its pack: phases in order, then the order of the
/// files. The last resort of every ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);
