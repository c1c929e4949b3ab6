//! Regular expressions over the text, behind one gate of literals.

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::Setter;
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
}

/// The regular expressions of one phase over one view of the text.
///
/// Each is searched alone, so that none hides the matches of another; the gate
/// says which are worth searching in a line: every match of an expression
/// begins with one of its literals.
#[derive(Debug, Default)]
pub struct RegexView {
    /// The expressions.
    pub regexes: Vec<TextRegex>,
    /// Literals that begin matches.
    pub gate: Option<AhoCorasick>,
    /// For each literal of the gate, the expressions that it opens.
    pub opens: Vec<Vec<u32>>,
    /// Expressions without such literals: always searched.
    pub ungated: Vec<u32>,
}

/// The regular expressions of one phase.
#[derive(Debug, Default)]
pub struct RegexBank {
    /// Over the text with canonical and typographic variants folded.
    pub plain: RegexView,
    /// Over the text without diacritics.
    pub unmarked: RegexView,
}
