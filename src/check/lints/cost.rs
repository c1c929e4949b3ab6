//! Expressions that are slow: those whose automaton grows with the text.
//!
//! Expressions are searched by an automaton that makes its states when it meets
//! them. Most need some dozens, which last for all text. A counted repetition of
//! a wide class behind something frequent (`e.{0,300}q`) runs many times at once,
//! and nearly each byte leads to a set of counts that was not met before: every
//! byte is a new state, dozens of times as slow as a known one. How much the
//! states take over a sample text tells the two apart, the same on every machine.

use std::sync::OnceLock;

use regex_automata::Input;
use regex_automata::hybrid::dfa::{Config, DFA};
use regex_automata::nfa::thompson;

use super::super::Checker;
use crate::diag::{Diagnostic, codes};
use crate::text::Span;

/// KiB of the sample text.
const SAMPLE: usize = 16;

/// KiB of states for each KiB of text from which on an expression is slow. Those
/// of common expressions take less than one, those of slow ones hundreds.
const MOST: usize = 32;

/// Beyond that growth it is not counted.
const MOST_COUNTED: usize = 512;

/// Words as news has them, long and short ones.
const WORDS: &str = "the of and to in a for on with by at from that was were is be has will its this all new more
    said also after under over between party province district commune committee council people ministry minister
    secretary chair deputy member leader resolution directive report meeting session visit work plan project road
    bridge school hospital market export growth percent million billion tonnes hectares year month quarter week
    Monday March July Hanoi Ha Giang Nguyen Van Minh Zurich Quebec No. Mr. Co. (UN) e-mail www.news.org it's
    so-called 18-NQ/TW 17/3/2025 8:30 27,300 6.5% x joint quality size";

/// Text as it may come, always the same: sentences of those words and of numbers.
fn sample() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let (mut text, mut drawn, mut words) = (String::new(), 1u64, 0);
        let all: Vec<&str> = WORDS.split_whitespace().collect();
        while text.len() < SAMPLE << 10 {
            // Knuth's generator: any will do that is always the same.
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let high = (drawn >> 33) as usize;
            let word = all[high % all.len()];
            words += 1;
            match words % 14 {
                1 => text.push_str(&word.to_uppercase()),
                6 => text.push_str(&(high % 2000).to_string()),
                _ => text.push_str(word),
            }
            text.push_str(match words % 70 {
                0 => ".\n",
                at if at % 14 == 0 => ". ",
                at if at % 14 == 9 => ", ",
                _ => " ",
            });
        }
        text
    })
}

/// KiB of states that an expression makes for each KiB of the sample; at most
/// [`MOST_COUNTED`]. Nothing where it has none to search with. O(sample).
fn growth(source: &str) -> Option<usize> {
    let nfa = thompson::NFA::new(source).ok()?;
    // It gives up when it would have to forget states.
    let config = Config::new()
        .unicode_word_boundary(true)
        .cache_capacity((MOST_COUNTED * SAMPLE) << 10)
        .skip_cache_capacity_check(true)
        .minimum_cache_clear_count(Some(0));
    let automaton = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
    let mut cache = automaton.create_cache();
    let before = cache.memory_usage();
    for line in sample().lines() {
        let mut at = 0;
        while at <= line.len() {
            match automaton.try_search_fwd(&mut cache, &Input::new(line).range(at..)) {
                Ok(Some(found)) => at = found.offset().max(at + 1),
                Ok(None) => break,
                Err(_) => return Some(MOST_COUNTED),
            }
        }
    }
    Some((cache.memory_usage() - before) / (SAMPLE << 10))
}

impl Checker<'_> {
    /// Warns of an expression over text that is slow.
    pub(in crate::check) fn slow_regex(&mut self, source: &str, span: Span) {
        let Some(growth) = growth(source).filter(|growth| *growth >= MOST) else { return };
        let title = format!(
            "this regular expression is slow: its automaton grows by {growth} KiB with each KiB of text like news"
        );
        self.problem(Diagnostic::warning(&codes::SLOW_REGEX, title, self.file, span).help(
            "a repetition with a bound begins anew at each place where what stands before it matches: \
             lower the bound, name what it repeats more narrowly, or put something rare before it",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_counts_run_through_at_once_is_slow_and_nothing_else() {
        for slow in [r"(?:a|e|i).{0,300}(?:z|q)", r"[a-z]+.{0,60}Z", r"[aeiou].{0,30}z", r"[A-Z].{0,100}q"] {
            assert!(growth(slow).unwrap() >= MOST, "{slow}: {:?}", growth(slow));
        }
        for quick in [
            "Ministry",
            r"\b[A-Z][a-z]+\b",
            r"\b\w{3,30}\b",
            r"[^x]{0,500}y",
            r".*foo.*bar",
            r"(?:[a-z]+ ){5,40}Inc",
            r"\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+){1,5}",
            r"\bof\b.{10,80}\bin\b",
            r"https?://[^ ]+",
            r"\b\d{1,2}/\d{1,2}/\d{4}\b",
            r"(\w+) (\w+) (\w+) of",
        ] {
            assert!(growth(quick).unwrap() < MOST, "{quick}: {:?}", growth(quick));
        }
    }
}
