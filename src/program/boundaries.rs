//! [`Loose`]: searches an expression with Unicode word boundaries in text that
//! is not ASCII.
//!
//! A lazily built automaton cannot tell a Unicode boundary beside a byte that is
//! not ASCII: it gives up there, and what takes over is many times slower. But
//! every match is one of the same expression without its boundaries too. So that
//! is what is searched, and only where a match of it begins the expression itself
//! is tried, from there alone. The plain version is the expression's own search.

use std::ops::Range;

use regex::Regex;
use regex_automata::{Anchored, Input, meta};
use regex_syntax::hir::Hir;

use super::gates::{is_word, unbounded};
use super::regexes::CACHE;

/// An expression without its boundaries, and with them.
#[derive(Debug)]
pub struct Loose {
    loose: meta::Regex,
    whole: meta::Regex,
}

/// So many places may be tried in vain before the plain search takes over; what
/// it would cost then is not worth much more looking.
const MOST_TRIES: usize = 32;

impl Loose {
    /// The expression, unless it has no Unicode boundary, or may match nothing.
    pub(super) fn new(source: &str) -> Option<Self> {
        let hir = regex_syntax::parse(source).ok()?;
        let properties = hir.properties();
        if properties.minimum_len().is_none_or(|least| least == 0)
            || !properties.look_set().iter().any(is_word)
        {
            return None;
        }
        let build = |hir: &Hir| {
            let config = meta::Config::new().nfa_size_limit(None).hybrid_cache_capacity(CACHE);
            meta::Builder::new().configure(config).build_from_hir(hir).ok()
        };
        Some(Self { loose: build(&unbounded(&hir))?, whole: build(&hir)? })
    }

    /// The leftmost match in a line that begins at `from` or later; `plain` is the
    /// same expression. O(n), as one search of `plain` is.
    pub(super) fn find_at(&self, line: &str, from: usize, plain: &Regex) -> Option<Range<usize>> {
        let mut from = from;
        for _ in 0..MOST_TRIES {
            let start = self.loose.find(Input::new(line).range(from..))?.start();
            let here = Input::new(line).range(start..).anchored(Anchored::Yes);
            if let Some(found) = self.whole.find(here) {
                return Some(found.range());
            }
            from = start + line[start..].chars().next().map_or(1, char::len_utf8);
        }
        plain.find_at(line, from).map(|found| found.range())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(source: &str, line: &str) -> Option<Vec<Range<usize>>> {
        let plain = Regex::new(source).ok()?;
        let loose = Loose::new(source)?;
        let (mut all, mut from) = (Vec::new(), 0);
        while let Some(found) = loose.find_at(line, from, &plain) {
            from = found.end;
            all.push(found);
        }
        Some(all)
    }

    fn texts<'l>(source: &str, line: &'l str) -> Vec<&'l str> {
        let found = found(source, line).expect("an expression with boundaries");
        found.into_iter().map(|found| &line[found]).collect()
    }

    #[test]
    fn boundaries_beside_other_letters_are_those_of_unicode() {
        assert_eq!(texts(r"\b[A-Z][a-z]+\b", "Hà Giang, Đà Nẵng"), ["Giang"]);
        assert_eq!(texts(r"\b\w+\b", "Hà Giang"), ["Hà", "Giang"]);
        assert_eq!(found(r"[a-z]+", "Hà Giang"), None);
    }

    #[test]
    fn tries_in_vain_come_to_an_end() {
        let line = format!("{} à ab", "aé".repeat(3 * MOST_TRIES));
        assert_eq!(texts(r"\b(?:a|é)b?\b", "aé a"), ["a"]);
        assert_eq!(texts(r"\ba\b|\bab\b", &line), ["ab"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn the_matches_are_those_of_a_plain_search(
            source in r"(\\b)?((a|b|\[a-c\]|é|\\w|\\d|\[\^a\]|\\s|\(ab\|c\)|\(é\|b\\b\)|\\B)([*+?]|\{1,2\}|\+\?)?){1,4}(\\b|\$)?",
            line in "[abcdé ’1]{0,16}",
        ) {
            if let Some(found) = found(&source, &line) {
                let plain = Regex::new(&source).expect("it was built before");
                let wanted: Vec<Range<usize>> = plain.find_iter(&line).map(|found| found.range()).collect();
                prop_assert_eq!(found, wanted);
            }
        }
    }
}
