//! Rule files, `pack.toml` and gazetteers that others wrote.

use spanwright::check::{CheckedPack, check};
use spanwright::diag::{Format, Report, Style, fixed, render};
use spanwright::doc::{Annotations, Document};
use spanwright::engine::Extractor;
use spanwright::run::{Filter, run_tests};
use spanwright::syntax::{format, parse_pack};
use spanwright::text::FileId;

/// What a rule file of the target `rules` can name.
const MANIFEST: &str = r#"[pack]
name = "p"
version = "1"
phases = ["a.span"]
columns = ["pos"]
[entities]
AGENT = { abstract = true }
PERSON = { is = "AGENT" }
ORG = { is = "AGENT" }
LOC = {}
DATE = {}
NUM = {}
[relations]
R = { from = ["PERSON"], to = ["ORG", "LOC"] }
NEAR = { from = ["AGENT"], to = ["AGENT"], symmetric = true }
[events]
MEETING = { roles = { host = ["AGENT"], guest = ["AGENT"], date = ["DATE"] }, optional = ["date"] }
"#;
const GAZETTEER: &str = "phrase\tid\tvalue\nHà Giang\t7\tplace:7\nLan\t8\t\n";
/// What sound rules are run over where an input brings no text.
const TEXT: &str =
    "Mr. Lê Lan met the Party Committee of Hà Giang on 17/03/2025, No. 5 (x).\nLan: 27,300ha; “no”\r\n";

/// `rules`, and after `===` a text.
pub(super) fn rules(bytes: &[u8]) {
    let [rules, text] = super::parts(bytes);
    let (rules, text) = (super::text(rules), super::text(text));
    formats(&rules);
    let files = [("pack.toml", MANIFEST), ("a.span", &*rules), ("g.tsv", GAZETTEER), ("g.txt", "Lan\n# x\n")];
    if let Some(checked) = checked(&files) {
        runs(&checked, if text.is_empty() { TEXT } else { &text });
    }
}

/// `pack.toml`, and after `===` a rule file, a gazetteer and a text.
pub(super) fn manifest(bytes: &[u8]) {
    let [toml, rules, gazetteer, text] = super::parts(bytes).map(super::text);
    let files = [
        ("pack.toml", &*toml),
        ("a.span", &*rules),
        ("b.span", ""),
        ("g.tsv", &*gazetteer),
        ("g.txt", &*gazetteer),
        ("tests/a.span", "test a { none \"x\" }\n"),
    ];
    if let Some(checked) = checked(&files) {
        runs(&checked, if text.is_empty() { TEXT } else { &text });
    }
}

/// Reads and checks a pack: every problem lies in its file, and can be shown and mended.
pub(super) fn checked(files: &[(&str, &str)]) -> Option<CheckedPack> {
    let (pack, mut report) = parse_pack(files);
    let checked = check(&pack, &mut report);
    assert_eq!(checked.is_none(), report.has_errors(), "a pack is sound unless something is wrong with it");
    shows(&report);
    checked
}

fn shows(report: &Report) {
    for problem in &report.diagnostics {
        for label in std::iter::once(&problem.primary).chain(&problem.secondary) {
            let text = &report.sources.file(label.file).text;
            assert!(label.span.slice(text).is_some(), "{problem:?} points between characters");
        }
    }
    for style in [Style::Plain, Style::Color] {
        let full = render(report, Format::Full, style);
        assert_eq!(full.is_empty(), report.diagnostics.is_empty());
    }
    let count = report.diagnostics.len();
    assert_eq!(render(report, Format::Short, Style::Plain).lines().count(), count, "a line for each problem");
    for line in render(report, Format::Json, Style::Plain).lines() {
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(parsed.is_ok(), "{line} is no JSON");
    }
    let log: Result<serde_json::Value, _> =
        serde_json::from_str(&render(report, Format::Sarif, Style::Plain));
    assert!(log.is_ok(), "SARIF that is no JSON");
    let _ = fixed(report);
}

/// Formatting changes white space alone, and once.
fn formats(rules: &str) {
    let Ok(once) = format(FileId(0), rules) else { return };
    let ink =
        |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect() };
    assert_eq!(ink(&once), ink(rules), "formatting changed more than white space");
    assert_eq!(format(FileId(0), &once).as_deref(), Ok(&*once), "formatting twice changed it again");
}

/// Runs a sound pack over a text, and its tests.
fn runs(checked: &CheckedPack, text: &str) -> Annotations {
    let program = spanwright::compile::compile(checked);
    let _ = run_tests(checked, &program, &Filter::default());
    let extractor = Extractor::new(&program);
    let found = extractor.extract(&Document::new("x", text), &mut extractor.scratch()).annotations;
    for mention in &found.mentions {
        for span in &mention.fragments {
            let form = span.slice(text);
            assert!(
                form.is_some_and(|form| !form.trim().is_empty()),
                "{} {span:?} holds {form:?}",
                mention.label
            );
        }
    }
    found
}
