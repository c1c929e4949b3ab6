//! How much memory a pack takes when it is compiled, and how much it may take.
//!
//! A rule of a few letters can ask for gigabytes: a repetition of a repetition,
//! a let that names another twice. What is counted here is what compiling makes
//! of patterns and expressions, roughly, and of phrases that are found anywhere;
//! other phrases grow no more than their files.

use regex_automata::nfa::thompson;

use super::patterns::{RuleScope, parts};
use super::{CheckedPattern, Checker};
use crate::diag::{Diagnostic, codes};
use crate::syntax::Nesting;
use crate::text::Span;

/// How a pack is checked. `Default` is what the program does without flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckConfig {
    /// The most bytes that patterns and expressions may take when compiled.
    pub max_program: u64,
    /// How deep rules may be nested; with lets written out three times as deep.
    pub max_nesting: Nesting,
}

impl Default for CheckConfig {
    /// 256 MiB, and a nesting of 100.
    fn default() -> Self {
        Self { max_program: 256 << 20, max_nesting: Nesting::default() }
    }
}

/// The most MiB that one expression may take.
pub(super) const MOST_MIB: usize = 10;

/// What one part of a pattern takes: an instruction with its place, and what is
/// known of it beforehand.
const PART: u64 = 128;

/// Why an expression cannot be compiled.
#[derive(Clone, Debug)]
pub(super) enum WrongRegex {
    /// It takes more than one may.
    TooLarge,
    /// It is none.
    Broken(String),
}

/// What the automaton of phrases that are found anywhere takes for their bytes, roughly.
pub(super) const fn of_phrases(bytes: usize) -> u64 {
    16 * bytes as u64
}

/// What is known of an expression that compiles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compiled {
    /// What it takes: it is compiled to match forwards and backwards.
    pub(super) bytes: u64,
    /// Whether it matches the empty text.
    pub(super) is_empty: bool,
}

/// Compiles an expression to see what comes of it.
pub(super) fn of_regex(source: &str) -> Result<Compiled, WrongRegex> {
    let built = regex::RegexBuilder::new(source).size_limit(MOST_MIB << 20).build();
    let regex = built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => WrongRegex::TooLarge,
        error => {
            let text = error.to_string();
            WrongRegex::Broken(text.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned())
        }
    })?;
    let nfa = thompson::NFA::new(source).map_or(0, |nfa| nfa.memory_usage());
    Ok(Compiled { bytes: 2 * nfa as u64, is_empty: regex.is_match("") })
}

impl Checker<'_> {
    /// Counts what a pattern takes, unless it was refused by itself.
    pub(super) fn grow_by(&mut self, pattern: &CheckedPattern, scope: &RuleScope, span: Span) {
        if !scope.is_too_large {
            self.grow((parts(pattern) as u64).saturating_mul(PART), span);
        }
    }

    /// Counts bytes of the compiled pack. The first thing that is too much is
    /// reported.
    pub(super) fn grow(&mut self, bytes: u64, span: Span) {
        let limit = self.config.max_program;
        let was_within = self.size <= limit;
        self.size = self.size.saturating_add(bytes);
        if was_within && self.size > limit {
            let title = format!("up to here the pack takes more than {} when compiled", shown(limit));
            self.problem(
                Diagnostic::error(&codes::PROGRAM_TOO_LARGE, title, self.file, span).help(
                    "lower the bounds of repetitions and write fewer lets into each other, or allow more with `--max-program`",
                ),
            );
        }
    }

    /// Whether more was written than a pack may take: what follows is not read.
    pub(super) fn is_full(&self) -> bool {
        self.size > self.config.max_program
    }
}

/// `256 MiB`
fn shown(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ => format!("{bytes} bytes"),
    }
}
