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
    /// Whether the order of the arguments means nothing.
    pub symmetric: bool,
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

/// How a token stands to a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The place of a rule in its pack: phases in order, then the order of the
/// files. The last resort of every ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);
