//! The letters without which an expression cannot match.
//!
//! Where `[0-9]+ (?:tons|barrels)` matches, `tons` or `barrels` stands. Of all
//! that an expression requires, the letters that text holds least are chosen;
//! an expression that requires nothing rare has none.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind};

/// More alternatives than this are no longer rare together.
const MOST: usize = 32;
/// Letters below this many bits are in every other line.
const LEAST: u32 = 24;
/// The same within words: they cost less to look up.
const LEAST_IN_WORDS: u32 = 16;
/// Longer strings cost the search more than they spare.
const LONGEST: usize = 16;

/// Whether text holds some strings rarely.
pub(super) fn are_rare(strings: &[Box<[u8]>]) -> bool {
    rarity(strings) >= LEAST
}

/// For each string letters of ASCII in a row that it holds, or digits, if all have
/// some that are rare: whatever holds the string in ASCII text holds these within
/// one token. No text of ASCII has a string with other letters.
pub(super) fn words(strings: &[Box<[u8]>]) -> Option<Vec<Box<[u8]>>> {
    let rarest = |string: &[u8]| {
        let row = rarest_row(string)?;
        (rarity_of(row) >= LEAST_IN_WORDS).then(|| row.into())
    };
    strings.iter().filter(|string| string.is_ascii()).map(|string| rarest(string)).collect()
}

/// The same, or a sign, whichever is rarest, however common that is. Nothing where a
/// string has none of these; no text of ASCII has a string with other letters.
pub(super) fn tokens(strings: &[Box<[u8]>]) -> Option<Vec<Box<[u8]>>> {
    let rarest = |string: &[u8]| {
        // Of a row and a sign that are as rare, the sign: fewer strings have it.
        let signs = string.windows(1).filter(|sign| sign[0].is_ascii_punctuation());
        let held = rarest_row(string).into_iter().chain(signs).max_by_key(|held| rarity_of(held))?;
        (!held.is_empty()).then(|| held.into())
    };
    strings.iter().filter(|string| string.is_ascii()).map(|string| rarest(string)).collect()
}

/// Of letters in a row, and digits, the rarest, and of such the longest.
fn rarest_row(string: &[u8]) -> Option<&[u8]> {
    let letters = string.split(|byte| !byte.is_ascii_alphabetic());
    let rows = letters.chain(string.split(|byte| !byte.is_ascii_digit()));
    rows.max_by_key(|row| (rarity_of(row), row.len()))
}

/// Strings of which one stands in every match: of all that are, the rarest.
pub(super) fn required(hir: &Hir) -> Option<Vec<Box<[u8]>>> {
    let inner = match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
        HirKind::Repetition(repetition) if repetition.min == 0 => return None,
        HirKind::Repetition(repetition) => required(&repetition.sub),
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Alternation(parts) => {
            let parts = parts.iter().map(required).collect::<Option<Vec<_>>>();
            parts.map(|parts| parts.concat()).filter(|all| all.len() <= MOST)
        }
        HirKind::Concat(parts) => {
            let rests = (1..parts.len()).filter_map(|from| starts(&Hir::concat(parts[from..].to_vec())));
            rests.chain(parts.iter().filter_map(required)).max_by_key(|all| worth(all))
        }
    };
    inner.into_iter().chain(starts(hir)).max_by_key(|all| worth(all))
}

/// How good some strings are to look for, in bits: of twice as many, twice as many stand
/// in a text.
fn worth(strings: &[Box<[u8]>]) -> i64 {
    i64::from(rarity(strings)) - i64::from(strings.len().max(1).ilog2())
}

/// Strings of which every match of a part begins with one.
fn starts(hir: &Hir) -> Option<Vec<Box<[u8]>>> {
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_literal_len(LONGEST).limit_total(MOST);
    let found = extractor.extract(hir);
    let literals = found.literals()?.iter().map(|literal| Box::from(literal.as_bytes()));
    Some(literals.collect()).filter(|all: &Vec<_>| !all.is_empty())
}

/// How rare the commonest of some strings is.
fn rarity(strings: &[Box<[u8]>]) -> u32 {
    strings.iter().map(|string| rarity_of(string)).min().unwrap_or(0)
}

/// How rare a string is, in bits. A guess: capitals and digits are rarer than small
/// letters, these than spaces; a digit beside another tells less, for most are of years.
fn rarity_of(string: &[u8]) -> u32 {
    let of_byte = |(at, byte): (usize, &u8)| match byte {
        b' ' => 0,
        b'a'..=b'z' => 4,
        b'.' | b',' | b'-' | b'\'' => 4,
        b'0'..=b'9' if at > 0 && string[at - 1].is_ascii_digit() => 6,
        b'0'..=b'9' => 10,
        _ => 12,
    };
    string.iter().enumerate().map(of_byte).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn found(source: &str) -> Vec<String> {
        let hir = regex_syntax::parse(source).expect("an expression");
        let found = required(&hir).filter(|found| are_rare(found)).unwrap_or_default();
        found.iter().map(|string| String::from_utf8_lossy(string).into_owned()).collect()
    }

    #[test]
    fn letters_in_a_row_stand_within_a_word() {
        let words = |strings: &[&str]| {
            let strings: Vec<Box<[u8]>> = strings.iter().map(|string| string.as_bytes().into()).collect();
            words(&strings).map(|all| {
                all.iter().map(|run| String::from_utf8_lossy(run).into_owned()).collect::<Vec<_>>()
            })
        };
        assert_eq!(
            words(&["Chairman of the ", " Ministry"]),
            Some(vec!["Chairman".into(), "Ministry".into()])
        );
        assert_eq!(words(&["19", "http://"]), Some(vec!["19".into(), "http".into()]));
        assert_eq!(words(&["Ministry", "no. "]), None);
    }

    #[test]
    fn a_token_holds_a_row_or_a_sign_of_each_string() {
        let held = |source: &str| {
            let hir = regex_syntax::parse(source).expect("an expression");
            let held: BTreeSet<String> = tokens(&required(&hir)?)?
                .iter()
                .map(|string| String::from_utf8_lossy(string).into_owned())
                .collect();
            Some(held.into_iter().collect::<Vec<_>>().join(" "))
        };
        for (source, wanted) in [
            (r"\b[0-9]+(?:\.[0-9]+)? ?%", Some("%")),
            (r"\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\b", Some("/")),
            (r"\b[0-9]{1,2}:[0-9]{2}\b", Some(":")),
            (r"\$ ?[0-9]+", Some("$")),
            (r"\b[0-9]+ km\b", Some("km")),
            (r"[a-z.]+@[a-z]+", Some("@")),
            (r"\b(?:Mr|Dr)\.? [A-Z]", Some("Dr Mr")),
            (r"\b[0-9]{1,2}(?:st|nd|rd|th) [A-Z]", Some("0 1 2 3 4 5 6 7 8 9")),
            (r"[A-Z][a-z]+ (?:Law|Code) (?:19|20)[0-9]{2}", Some("Code Law")),
            (
                r"(?:decree|decision|circular|notice|plan) (?:No\.|no\.) [0-9]+",
                Some("circular decision decree notice plan"),
            ),
            (r"[A-Z]{3,}", None),
            (r"\w+ \w+", None),
            (r"Hà \w+", Some("")),
            (r"(?:\bVND|\$|€) ?[0-9]", Some("$ VND")),
        ] {
            assert_eq!(held(source).as_deref(), wanted, "{source}");
        }
    }

    #[test]
    fn the_rarest_letters_that_must_stand_are_chosen() {
        assert_eq!(found(r"\b[0-9]{1,2}(?:st|nd|rd|th)? January(?:,? [0-9]{4})?\b"), [" January"]);
        assert_eq!(
            found(r"\b(?:Chairman|Secretary) of the [A-Z][a-z']+"),
            ["Chairman of the ", "Secretary of the"]
        );
        assert_eq!(found(r"\b(?:Province|Town)\b"), ["Province", "Town"]);
        assert_eq!(found(r"https?://[^ ]+"), ["https://", "http://"]);
        assert_eq!(found(r"([a-z]+ (?:Giang|Cao Bằng)\b)+"), ["Giang", "Cao Bằng"]);
        assert_eq!(found(r"(?:Giang|[A-Z]+)\b"), [""; 0]);
        assert_eq!(found(r"(?:Giang)? [0-9]+ of"), [""; 0]);
        assert_eq!(found(r"(?i)hà giang").len(), 32);
    }
}
