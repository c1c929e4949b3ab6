//! The one style: cases in `fixtures/fmt/<case>/{in,out}.span`, and our own packs.

use std::path::{Path, PathBuf};

use spanwright::diag::{Report, render};
use spanwright::syntax::format;

use crate::{cases, expect, root};

fn formatted(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let mut report = Report::default();
    let id = report.sources.add(file.display().to_string(), text.as_str());
    format(id, &text).unwrap_or_else(|problems| {
        report.diagnostics = problems;
        panic!("{}", render(&report, Default::default(), Default::default()))
    })
}

#[test]
fn every_case_comes_out_as_expected_and_then_stays() {
    for case in cases("tests/fixtures/fmt") {
        let out = case.join("out.span");
        expect(&out, &formatted(&case.join("in.span")));
        expect(&out, &formatted(&out));
    }
}

#[test]
fn our_packs_are_formatted() {
    let mut files = Vec::new();
    rule_files(&root("rules"), &mut files);
    assert!(files.len() > 15, "found only {files:?}");
    for file in files {
        expect(&file, &formatted(&file));
    }
}

fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rule_files(&path, files);
        } else if path.extension().is_some_and(|end| end == "span") {
            files.push(path);
        }
    }
}

#[test]
fn a_file_with_errors_is_refused_with_all_of_them() {
    let mut report = Report::default();
    let text = "let A = (\nrule b { “x” }\nrule c { PERSON }\n";
    let id = report.sources.add("a.span", text);
    report.diagnostics = format(id, text).unwrap_err();
    let short = render(&report, spanwright::diag::Format::Short, Default::default());
    assert_eq!(short.lines().count(), 2, "{short}");
}
