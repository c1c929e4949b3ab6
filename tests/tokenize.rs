//! The table of cuts.

use spanwright::doc::schema::TokenFlag;
use spanwright::prep::{Class, Prepared, Token, shape, tokenize};

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

#[test]
fn forms_have_the_properties_of_the_table() {
    let table = std::fs::read_to_string(root("tests/fixtures/tokenize/classes.tsv")).unwrap();
    for row in table.lines().filter(|row| !row.starts_with("# ")) {
        let (form, expected) = row.split_once('\t').unwrap();
        assert_eq!(Class::of_form(form).names().collect::<Vec<_>>().join(" "), expected, "{form}");
    }
}

#[test]
fn each_property_is_a_bit_with_a_name() {
    let all = [
        Class::WORD,
        Class::NUMBER,
        Class::PUNCT,
        Class::SYMBOL,
        Class::CAPITALIZED,
        Class::ALL_CAPS,
        Class::LOWER,
        Class::MIXED,
        Class::LINE_START,
        Class::LINE_END,
        Class::SENTENCE_START,
        Class::SENTENCE_END,
    ];
    for (bit, class) in all.into_iter().enumerate() {
        assert_eq!(class.bits(), 1 << bit);
        assert_eq!(class.names().collect::<Vec<_>>(), [Class::NAMES[bit]]);
        let with = |other: Class| {
            let mut both = class;
            both.insert(other);
            both
        };
        assert!(all.into_iter().all(|other| with(other).contains(other) && with(other).contains(class)));
        assert_eq!(all.into_iter().filter(|other| class.contains(*other)).count(), 1);
    }
    for (flag, name) in [
        (TokenFlag::Word, "word"),
        (TokenFlag::Number, "number"),
        (TokenFlag::Punct, "punct"),
        (TokenFlag::Symbol, "symbol"),
        (TokenFlag::Capitalized, "capitalized"),
        (TokenFlag::AllCaps, "allcaps"),
        (TokenFlag::Lowercase, "lowercase"),
        (TokenFlag::Mixed, "mixed"),
        (TokenFlag::LineStart, "line-start"),
        (TokenFlag::LineEnd, "line-end"),
        (TokenFlag::SentenceStart, "sentence-start"),
    ] {
        assert_eq!(Class::of(flag).names().collect::<Vec<_>>(), [name]);
    }
}

#[test]
fn a_shape_keeps_four_of_a_run() {
    for (form, expected) in [
        ("Politburo", "Xxxxx"),
        ("UNESCO", "XXXX"),
        ("18-NQ/TW", "dd-XX/XX"),
        ("117/20245", "ddd/dddd"),
        ("ỦyBan", "XxXxx"),
        ("漢字", "xx"),
        ("aaaabbbbA", "xxxxX"),
        ("-----.", "----."),
        ("", ""),
    ] {
        assert_eq!(shape(form), expected, "{form}");
    }
}
