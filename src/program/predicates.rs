//! Tests on the form of a token, answered once for each distinct form.

use regex::{RegexSet, RegexSetBuilder};
use rustc_hash::FxHashMap;

use crate::doc::schema::NumberTest;

/// The index of a test in [`Predicates`], and of its bit in a form's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PredicateId(pub u32);

/// A text that the form of a token alone decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormField {
    /// Canonical and typographic variants folded.
    Text,
    /// The same in small letters.
    Lower,
    /// In small letters, without diacritics.
    Fold,
    /// The shape.
    Shape,
}

impl FormField {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Text, Self::Lower, Self::Fold, Self::Shape];
}

/// All tests on forms. Literals cost one hash look-up a form however many they
/// are, regular expressions one pass of a joint automaton.
#[derive(Debug, Default)]
pub struct Predicates {
    /// How many bits an answer has.
    pub count: u32,
    /// For each field, the literals and the tests that they meet.
    pub literals: [FxHashMap<Box<str>, Vec<PredicateId>>; 4],
    /// For each field, the regular expressions with their tests, in order.
    pub regexes: [Option<(RegexSet, Vec<PredicateId>)>; 4],
    /// What each test says, as in the rules.
    pub descriptions: Vec<Box<str>>,
    /// Tests on the length in code points.
    pub lengths: Vec<(NumberTest, PredicateId)>,
}

impl Predicates {
    /// Words of 64 bits that an answer takes.
    #[must_use]
    pub fn words(&self) -> usize {
        self.count.div_ceil(64) as usize
    }

    /// Whether any test reads this field.
    #[must_use]
    pub fn reads(&self, field: FormField) -> bool {
        !self.literals[field as usize].is_empty() || self.regexes[field as usize].is_some()
    }
}

/// Expressions that are searched together, of any size.
///
/// # Errors
///
/// If one of them is none.
pub fn regex_set<S: AsRef<str>>(sources: impl IntoIterator<Item = S>) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(sources).size_limit(usize::MAX).build()
}
