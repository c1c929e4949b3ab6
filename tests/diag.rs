//! Every code has a case: a small pack with one kind of mistake, and what is
//! said about it.

use std::collections::BTreeSet;
use std::path::Path;

use spanwright::diag::{Format, Report, Style, codes, render};

use crate::{cases, expect};

/// All problems of a pack in a folder.
fn problems(folder: &Path) -> Report {
    let (pack, mut report) = spanwright::syntax::load(folder).unwrap();
    let _ = spanwright::check::check(&pack, &mut report);
    report
}

#[test]
fn each_broken_pack_gets_its_diagnostics() {
    for case in cases("tests/fixtures/diag") {
        let report = problems(&case);
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let code = name.split('-').next().unwrap();
        assert!(report.diagnostics.iter().any(|d| d.code.id == code), "{name}: no {code}");
        assert_eq!(report.has_errors(), code.starts_with('E') || report.has_errors(), "{name}");
        let folder = format!("{}/", case.display());
        let text = format!(
            "{}\n{}",
            render(&report, Format::Short, Style::Plain),
            render(&report, Format::Full, Style::Plain)
        );
        expect(&case.join("expected.txt"), &text.replace(&folder, ""));
    }
}

#[test]
fn every_code_has_a_case() {
    let tested: BTreeSet<String> = cases("tests/fixtures/diag")
        .iter()
        .map(|case| case.file_name().unwrap().to_string_lossy().split('-').next().unwrap().to_owned())
        .collect();
    let missing: Vec<&str> = codes::all().map(|code| code.id).filter(|id| !tested.contains(*id)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[test]
fn numbers_of_codes_are_not_used_twice() {
    let mut seen = BTreeSet::new();
    for code in codes::all() {
        assert!(seen.insert(code.id), "{} stands twice", code.id);
        assert!(code.doc.len() > 30, "{} is not explained", code.id);
    }
}

#[test]
fn five_mistakes_get_five_diagnostics() {
    let files = [
        (
            "pack.toml",
            "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nPERSON = {}\n",
        ),
        (
            "a.span",
            "rule one { <PERSN: \"a\"> }\n\
             rule two { <PERSON: [capitalised]> }\n\
             rule three { p=<PERSON: \"b\"> => HOLDS(p, q) }\n\
             regex four -> PERSON { /(/ }\n\
             rule five { <PERSON: \"c\"* > }\n",
        ),
    ];
    let (pack, mut report) = spanwright::syntax::parse_pack(&files);
    assert!(spanwright::check::check(&pack, &mut report).is_none());
    let found: Vec<&str> = report.diagnostics.iter().map(|d| d.code.id).collect();
    assert_eq!(found, ["E030", "E046", "E036", "E045", "E043"]);
}

#[test]
fn json_diagnostics_are_one_object_a_line() {
    let case = crate::root("tests/fixtures/diag/E030-unknown-type");
    let text = render(&problems(&case), Format::Json, Style::Plain);
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(record["primary"]["line"].as_u64().unwrap() > 0);
    }
}
