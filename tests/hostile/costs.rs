//! Packs that are sound, or nearly, and written to take long.

use spanwright::check::{CheckedPack, check};
use spanwright::diag::{Format, Report, Style, render};
use spanwright::doc::Document;
use spanwright::engine::Extractor;
use spanwright::syntax::parse_pack;

const TOML: &str =
    "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nA = {}\nB = {}\n";

fn checked(rules: &str) -> (Option<CheckedPack>, Report) {
    let (pack, mut report) = parse_pack(&[("pack.toml", TOML), ("a.span", rules)]);
    let checked = check(&pack, &mut report);
    (checked, report)
}

fn codes(report: &Report) -> Vec<&str> {
    report.diagnostics.iter().map(|problem| problem.code.id).collect()
}

#[test]
fn token_tests_hold_that_are_too_large_for_one_set_of_the_usual_size() {
    let large = |letter: char| format!("k{{120000}}|w[{letter}o]rd");
    let rules = format!(
        "rule a {{ <A: [text ~ /{}/]> }}\nrule b {{ <B: [text ~ /{}/ & text ~ /{}/]> }}\n",
        large('a'),
        large('b'),
        large('c')
    );
    let (pack, report) = checked(&rules);
    assert_eq!(codes(&report), [""; 0]);
    let program = spanwright::compile::compile(&pack.unwrap());
    let extractor = Extractor::new(&program);
    let found =
        extractor.extract(&Document::new("x", "ward wird word"), &mut extractor.scratch()).annotations;
    let found: Vec<(&str, u32)> =
        found.mentions.iter().map(|mention| (&*mention.label, mention.span().start)).collect();
    assert_eq!(found, [("A", 0), ("A", 10), ("B", 10)]);
}

#[test]
fn of_a_line_that_is_too_long_to_be_shown_the_place_is_named() {
    let long = format!("{}rule a {{ <C: \"x\"> }}\n", " ".repeat(20_000));
    let (_, report) = checked(&format!("# one\n{long}rule b {{ <D: \"x\"> }}\n"));
    let shown = render(&report, Format::Full, Style::Plain);
    let shown: Vec<&str> = shown.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown[..2], ["error[E030]: unknown type `C`", "--> a.span:2:20011"]);
    assert!(shown.contains(&"--> a.span:3:11") && shown.contains(&"3 | rule b { <D: \"x\"> }"), "{shown:#?}");
    assert!(shown.iter().all(|line| line.len() < 200));
}
