//! Regular expressions over the text, behind one sieve.

use regex::Regex;

use super::{Setter, Sieve};
use crate::doc::schema::{RuleId, TypeId};

/// One regular expression of a rule.
#[derive(Debug)]
pub struct TextRegex {
    /// The rule.
    pub rule: RuleId,
    /// The type of the spans.
    pub label: TypeId,
    /// The expression.
    pub regex: Regex,
    /// Groups that make spans too.
    pub group_types: Vec<(String, TypeId)>,
    /// What the span gets.
    pub sets: Vec<Setter>,
    /// Whether anything asks for its groups.
    pub reads_groups: bool,
}

/// The regular expressions of one phase over one view of the text.
///
/// Each is searched alone, so that none hides the matches of another; the sieve
/// says which are worth searching in a line.
#[derive(Debug, Default)]
pub struct RegexView {
    /// The expressions.
    pub regexes: Vec<TextRegex>,
    /// Which of them may occur in a line; without it all are searched.
    pub sieve: Option<Sieve>,
}

/// The regular expressions of one phase.
#[derive(Debug, Default)]
pub struct RegexBank {
    /// Over the text with canonical and typographic variants folded.
    pub plain: RegexView,
    /// Over the text without diacritics.
    pub unmarked: RegexView,
}
