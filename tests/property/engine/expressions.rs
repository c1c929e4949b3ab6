//! Expressions and phrases: each finds what it finds alone.

use proptest::prelude::*;
use spanwright::doc::Document;
use spanwright::doc::schema::FoldFlags;
use spanwright::engine::Extractor;
use spanwright::prep::fold_with_map;
use spanwright::program::Program;
use spanwright::text::Span;

use super::{program, spans};

/// Expressions that are let in by tokens, by letters of a line, and by their shape.
const EXPRESSIONS: [&str; 7] = [
    r"\bMinistry of [A-Z][a-z]+",
    r"\b[0-9]+ (?:tonnes|barrels)\b",
    r"\b(?:Le )?(?:President|president)\b",
    r"https?://[^ ]+",
    r"\b[A-Z][a-z]+ (?:Co|Inc)\b",
    r"\bĐồng [a-z]+\b",
    r"(?:19|20)[0-9]{2}",
];

/// Whether the expression is searched in the text without marks.
fn is_unmarked(expression: usize) -> bool {
    expression >= EXPRESSIONS.len()
}

/// Each expression, over both views of the text, makes spans of a type of its own,
/// which overlap as they like.
fn expressions() -> Program {
    let twice = 0..2 * EXPRESSIONS.len();
    let types: String = twice.clone().map(|at| format!("T{at} = {{}}\n")).collect();
    let toml = format!("[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\n{types}");
    let rule = |at: usize| {
        let source = EXPRESSIONS[at % EXPRESSIONS.len()].replace('/', "\\/");
        let fold = if is_unmarked(at) { "match fold-marks" } else { "" };
        format!("regex r{at} -> T{at} {{ /{source}/ {fold} }}\n")
    };
    program(&[("pack.toml", &toml), ("a.span", &twice.map(rule).collect::<String>())]).unwrap()
}

fn lines_of_pieces() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "Ministry",
        "Ｍinistry of Trade",
        "Mi\u{ad}nistry of Trade",
        "Mini\u{301}stry of Trade",
        " of ",
        "Trade",
        "12 ",
        "tonnes",
        "barrels",
        "president",
        "Le ",
        "https://",
        "www.x.y",
        " Co",
        "Inc",
        "A",
        "a",
        "é",
        "\u{301}",
        "Đồng ",
        "Văn",
        ".",
        "@",
        "'",
        "\n",
        "\u{2028}",
        "\u{200b}",
        " ",
        "_",
    ]);
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

/// No end of one of these is its beginning, so that its matches never overlap.
const PHRASES: [&str; 6] = ["Ministry", "đồng vă", "n \u{f6}", "ade", "12 t", "河江"];

/// Each phrase as a gazetteer that matches anywhere, and as an expression.
fn phrases_twice(fold: &str) -> Program {
    let types: String = (0..PHRASES.len()).map(|at| format!("G{at} = {{}}\nR{at} = {{}}\n")).collect();
    let toml = format!("[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\n{types}");
    let both = |(at, phrase): (usize, &&str)| {
        // The text that an expression reads has no marks then; its letters must have none.
        let letters =
            spanwright::prep::fold(phrase, FoldFlags { case: false, marks: fold.contains("fold-marks") });
        let (anywhere, fold) = match fold {
            "" => ("match anywhere".to_owned(), String::new()),
            fold => (format!("match {fold}, anywhere"), format!("match {fold}")),
        };
        format!(
            "gazetteer g{at} -> G{at} {{ \"{phrase}\" {anywhere} }}\nregex r{at} -> R{at} {{ /{letters}/ {fold} }}\n"
        )
    };
    let rules: String = PHRASES.iter().enumerate().map(both).collect();
    program(&[("pack.toml", &toml), ("a.span", &rules)]).unwrap()
}

proptest! {
    #[test]
    fn a_phrase_is_found_anywhere_as_an_expression_of_its_letters_is(
        texts in prop::collection::vec(lines_of_phrases(), 1..4),
        fold in prop::sample::select(vec!["", "fold-marks", "fold-case", "fold-case, fold-marks"]),
    ) {
        let program = phrases_twice(fold);
        let extractor = Extractor::new(&program);
        let mut scratch = extractor.scratch();
        for text in texts {
            let found = extractor.extract(&Document::new("1", text.as_str()), &mut scratch).annotations;
            let of = |kind: char| {
                let found = spans(&found, 0).into_iter().filter_map(|(span, label)| {
                    label.strip_prefix(kind).map(|phrase| (span, phrase.to_owned()))
                });
                let mut found: Vec<_> = found.collect();
                found.sort();
                found
            };
            prop_assert_eq!(of('G'), of('R'), "in {:?}", text);
        }
    }
}

fn lines_of_phrases() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "Ministry",
        "ministry",
        "Mi",
        "nistry",
        "Đồng",
        "đô\u{300}ng",
        " ",
        "vă",
        "van",
        "VĂ",
        "n",
        "ö",
        "o\u{308}",
        "ade",
        "a",
        "de",
        "１2",
        "12",
        " t",
        "\u{a0}t",
        "河",
        "江",
        "\u{ad}",
        "\u{301}",
        "\n",
        "\r",
        "x",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_expression_finds_what_it_finds_alone(texts in prop::collection::vec(lines_of_pieces(), 1..4)) {
        let program = expressions();
        let extractor = Extractor::new(&program);
        let mut scratch = extractor.scratch();
        for text in texts {
            let found = extractor.extract(&Document::new("1", text.as_str()), &mut scratch).annotations;
            let mut found = spans(&found, 0);
            found.sort();
            let mut wanted = Vec::new();
            for at in 0..2 * EXPRESSIONS.len() {
                let folded = fold_with_map(&text, FoldFlags { case: false, marks: is_unmarked(at) });
                let regex = regex::Regex::new(EXPRESSIONS[at % EXPRESSIONS.len()]).unwrap();
                let mut start = 0;
                for line in folded.text.split(['\n', '\r']) {
                    for found in regex.find_iter(line) {
                        let place = Span::new((start + found.start()) as u32, (start + found.end()) as u32);
                        let place = folded.map.to_original(place);
                        // White space at the ends is no part of a span.
                        let found = place.slice(&text).unwrap();
                        let start = place.start + (found.len() - found.trim_start().len()) as u32;
                        let place = Span::new(start, start + found.trim().len() as u32);
                        wanted.push((place, format!("T{at}")));
                    }
                    start += line.len() + 1;
                }
            }
            wanted.sort();
            prop_assert_eq!(found, wanted, "in {:?}", text);
        }
    }
}
