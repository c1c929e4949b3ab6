//! The table of cuts.

use spanwright::prep::{Prepared, Token, tokenize};

use crate::root;

#[test]
fn texts_are_cut_as_the_table_says() {
    let table = std::fs::read_to_string(root("tests/fixtures/tokenize/cuts.tsv")).unwrap();
    let mut rows = 0;
    for row in table.lines().filter(|row| !row.starts_with('#')) {
        let (text, expected) = row.split_once('\t').unwrap();
        let mut tokens: Vec<Token> = Vec::new();
        tokenize(text, &mut tokens);
        let got: Vec<&str> = tokens.iter().map(|token| token.span().slice(text).unwrap()).collect();
        assert_eq!(got.join("|"), expected, "{text}");
        rows += 1;
    }
    assert!(rows >= 20);
}

fn sentences(text: &str) -> Vec<String> {
    let prepared = Prepared::new(text);
    let sentence = |range: &std::ops::Range<u32>| {
        let tokens = &prepared.tokens()[range.start as usize..range.end as usize];
        text[tokens[0].start as usize..tokens[tokens.len() - 1].end as usize].to_owned()
    };
    prepared.sentences().iter().map(sentence).collect()
}

#[test]
fn abbreviations_and_initials_end_no_sentence() {
    let text =
        "Mr. Nhat spoke to A. Nguyen. Resolution No. 18 holds! \"Why?\" It was 7 p.m. there.\nNew line";
    assert_eq!(
        sentences(text),
        [
            "Mr. Nhat spoke to A. Nguyen.",
            "Resolution No. 18 holds!",
            "\"Why?\"",
            "It was 7 p.m. there.",
            "New line"
        ]
    );
}

#[test]
fn stops_of_several_signs_end_a_sentence_and_dashes_do_not() {
    for (text, expected) in [
        ("He left... Then she did.", vec!["He left...", "Then she did."]),
        ("He left .. then she – Lan – did.", vec!["He left .. then she – Lan – did."]),
        ("He left.. Then -- at 7 -- she did", vec!["He left..", "Then -- at 7 -- she did"]),
        ("Did he? Yes! 好。 (He did.) So", vec!["Did he?", "Yes!", "好。", "(He did.)", "So"]),
        ("A – B — C", vec!["A – B — C"]),
    ] {
        assert_eq!(sentences(text), expected, "{text}");
    }
}
