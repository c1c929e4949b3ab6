//! Formatting changes white space alone, and once.

use proptest::prelude::*;
use spanwright::syntax::{format, parse_pack};
use spanwright::text::FileId;

use super::mutation::{LEXICON, RULES, changes, mutated};
use super::text;

/// Formats a text, and looks at what came out; tells whether it could be read.
fn holds(text: &str) -> Result<bool, TestCaseError> {
    let Ok(formatted) = format(FileId(0), text) else { return Ok(false) };
    prop_assert_eq!(ink(&formatted), ink(text), "{}", formatted);
    prop_assert_eq!(items(&formatted), items(text), "{}\n---\n{}", text, formatted);
    prop_assert_eq!(format(FileId(0), &formatted), Ok(formatted), "{}", text);
    Ok(true)
}

/// A text without its white space.
fn ink(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect()
}

/// The items of a rule file without their places.
fn items(text: &str) -> String {
    let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n";
    let (pack, _) = parse_pack(&[("pack.toml", toml), ("a.span", text)]);
    let places = regex::Regex::new(r"\b\d+\.\.\d+\b").unwrap();
    places.replace_all(&format!("{:?}", pack.files[0].items), "").into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn formatting_a_mutated_pack_changes_white_space_alone(rules in changes(), lexicon in changes()) {
        holds(&mutated(RULES, &rules))?;
        holds(&mutated(LEXICON, &lexicon))?;
    }

    #[test]
    fn white_space_and_comments_may_stand_anywhere(
        places in prop::collection::vec((any::<u16>(), 0usize..7), 1..20)
    ) {
        for file in [LEXICON, RULES] {
            let mut chars: Vec<String> = file.chars().map(String::from).collect();
            for &(place, filler) in &places {
                let at = usize::from(place) % chars.len();
                if chars[at].trim().is_empty() {
                    chars[at].push_str(["\n", "\n\n\n", " ", "\t\r\n", " # a\n", "\n# b\n", "\u{a0}\u{feff}"][filler]);
                }
            }
            // A line break in a string leaves no rule file.
            holds(&chars.concat())?;
        }
    }

    #[test]
    fn formatting_any_text_never_panics(text in text()) {
        holds(&text)?;
        holds(&format!("let A = \"{text}\" # {text}"))?;
    }
}

#[test]
fn what_is_mutated_can_be_formatted() {
    assert!(holds(RULES).unwrap() && holds(LEXICON).unwrap());
}
