//! Regular expressions over the text, behind one sieve.

use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use regex_automata::hybrid::dfa::Cache;
use regex_automata::nfa::thompson;

use super::boundaries::Loose;
use super::gates::sieve;
use super::starts::{Starts, Words};
use super::{Setter, Sieve};
use crate::doc::schema::{RuleId, TypeId};

/// What an expression is searched in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegexUse {
    /// The lines of a document.
    Text,
    /// The text of a token or span, or what a column says.
    Field,
}

/// Bytes that the lazy automaton of one expression may use for its states.
pub(super) const CACHE: usize = 8 << 20;

impl RegexUse {
    /// The expression, of any size: whoever hands it in has seen to that.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn build(self, source: &str) -> Result<Regex, regex::Error> {
        let mut builder = RegexBuilder::new(source);
        builder.size_limit(usize::MAX);
        match self {
            Self::Text => builder.dfa_size_limit(CACHE),
            Self::Field => &mut builder,
        }
        .build()
    }
}

/// The most MiB that one expression may take, whatever it is written as. What
/// `check` lets pass stays below half of it.
const MOST_MIB: usize = 20;

/// What an expression takes in bytes, roughly: it is compiled to match forwards
/// and backwards. Nothing comes back where it is too large, or none.
pub(super) fn memory(source: &str) -> Option<u64> {
    let config = thompson::Config::new().nfa_size_limit(Some(MOST_MIB << 20));
    let nfa = thompson::Compiler::new().configure(config).build(source).ok()?;
    Some(2 * nfa.memory_usage() as u64)
}

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
    /// The same for text that is not ASCII, made when there is some.
    pub loose: OnceLock<Option<Box<Loose>>>,
}

impl TextRegex {
    /// Every match in a line, as bytes of it: those of [`Regex::find_iter`].
    pub fn matches<'l>(
        &'l self,
        line: &'l str,
        mut way: Search<'l>,
    ) -> impl Iterator<Item = Range<usize>> + 'l {
        let loose = match way {
            Search::Wide => {
                self.loose.get_or_init(|| Loose::new(self.regex.as_str()).map(Box::new)).as_deref()
            }
            Search::Ascii | Search::Words { .. } => None,
        };
        let is_plain = loose.is_none() && !matches!(way, Search::Words { .. });
        let mut plain = is_plain.then(|| self.regex.find_iter(line));
        let (mut from, mut next) = (0, 0);
        std::iter::from_fn(move || {
            let found = match (&mut way, loose) {
                (Search::Words { starts, words, cache }, _) => {
                    starts.find_at((line, words), (&mut next, from), cache, &self.regex)?
                }
                (Search::Wide, Some(loose)) => loose.find_at(line, from, &self.regex)?,
                (Search::Wide, None) | (Search::Ascii, _) => plain.as_mut()?.next()?.range(),
            };
            from = found.end;
            Some(found)
        })
    }
}

/// How an expression is searched in a line.
#[derive(Debug)]
pub enum Search<'l> {
    /// The line is not ASCII.
    Wide,
    /// It is.
    Ascii,
    /// It is, and its words are known.
    Words {
        /// Where matches of the expression begin.
        starts: &'l Starts,
        /// The words.
        words: &'l Words,
        /// The states that were built for the expression.
        cache: &'l mut Option<Cache>,
    },
}

/// The regular expressions of one phase over one view of the text.
///
/// Each is searched alone, so that none hides the matches of another; the sieve
/// says which are worth searching in a line.
#[derive(Debug, Default)]
pub struct RegexView {
    /// The expressions.
    pub regexes: Vec<TextRegex>,
    /// For each of them where its matches begin, if that is known.
    pub starts: Vec<Option<Starts>>,
    /// Which of them may occur in a line; without it all are searched.
    pub sieve: Option<Sieve>,
}

impl RegexView {
    /// Builds the sieve of the expressions.
    pub fn finish(&mut self) {
        let sources = self.regexes.iter().map(|regex| regex.regex.as_str());
        let hirs = sources.map(|source| regex_syntax::parse(source).ok()).collect::<Option<Vec<_>>>();
        let hirs = hirs.filter(|hirs| !hirs.is_empty()).unwrap_or_default();
        self.starts = hirs.iter().map(Starts::new).collect();
        self.starts.resize_with(self.regexes.len(), || None);
        self.sieve = if hirs.is_empty() { None } else { sieve(&hirs, &self.starts) };
    }
}

/// The regular expressions of one phase.
#[derive(Debug, Default)]
pub struct RegexBank {
    /// Over the text with canonical and typographic variants folded.
    pub plain: RegexView,
    /// Over the text without diacritics.
    pub unmarked: RegexView,
}
