//! No text makes the front end panic, and what it accepts runs.

use proptest::prelude::*;
use spanwright::check::check;
use spanwright::doc::Document;
use spanwright::engine::Extractor;
use spanwright::run::{Filter, run_tests};
use spanwright::syntax::parse_pack;

use super::text;

const TOML: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nPERSON = {}\nORG = {}\n\
                    [relations]\nR = { from = [\"PERSON\"], to = [\"ORG\"] }\n";

fn fragment() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "rule a {",
        "}",
        "<PERSON:",
        ">",
        "\"Le\"",
        "\"x\"i",
        "[capitalized & word]",
        "[!in ORG]",
        "x=",
        "PERSON",
        "ORG",
        "|",
        "(",
        ")",
        "?",
        "*",
        "+?",
        "{2,4}",
        "...",
        "...{0,3}",
        "^",
        "$s",
        "(?=",
        "(?<!",
        "where",
        "x inside ORG",
        "x.text = \"a\"",
        "and",
        "not",
        "=> R(x, y)",
        "set x.f = \"{x|lower}\"",
        "value = date()",
        "priority 3",
        "nested",
        "gazetteer g -> ORG {",
        "regex n -> ORG {",
        "/[0-9]+/",
        "let Cap = [capitalized]\n",
        "Cap",
        "drop d {",
        "link l on ORG { by text }\n",
        "test t { \"[a](ORG)\" }\n",
        "test u { \"[a [b](^ORG f=\\\"x\\\") Le](PERSON)\"",
        "=> R(from: \"a b\"#1, \"a\")",
        "=> none",
        "=> no R",
        "== (\"Le\", \"Le\"#2)",
        "none \"Le\" }\n",
        "#",
        "\n",
        "match fold-marks",
        "file \"x.tsv\"",
        "overlap starts",
        "across lines",
        "anchor",
        "-",
        "\"",
        "/",
        "\\",
    ])
    .prop_map(|piece| format!("{piece} "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_rules_never_panic(pieces in prop::collection::vec(fragment(), 0..30), text in text()) {
        let rules = format!("gazetteer people -> PERSON {{ \"Le\" }}\n{}", pieces.concat());
        let (pack, mut report) = parse_pack(&[("pack.toml", TOML), ("a.span", &rules)]);
        let checked = check(&pack, &mut report);
        for format in [spanwright::diag::Format::Full, spanwright::diag::Format::Json] {
            let _ = spanwright::diag::render(&report, format, Default::default());
        }
        prop_assert_eq!(checked.is_none(), report.has_errors());
        if let Some(checked) = checked {
            let program = spanwright::compile::compile(&checked);
            let extractor = Extractor::new(&program);
            let _ = run_tests(&checked, &program, &Filter::default());
            let _ = extractor.extract(&Document::new("x", format!("Le {text} Le x")), &mut extractor.scratch());
        }
    }

    #[test]
    fn random_text_as_rules_never_panics(text in text(), toml in text()) {
        let (pack, mut report) = parse_pack(&[("pack.toml", TOML), ("a.span", &text)]);
        let _ = check(&pack, &mut report);
        let _ = spanwright::diag::render(&report, Default::default(), Default::default());
        let (pack, mut report) = parse_pack(&[("pack.toml", &toml), ("a.span", &text)]);
        let _ = check(&pack, &mut report);
        let _ = spanwright::diag::render(&report, Default::default(), Default::default());
    }
}
