//! Every code has a case: a small pack with one kind of mistake, and what is
//! said about it.

use std::collections::BTreeSet;
use std::path::Path;

use spanwright::check::CheckConfig;
use spanwright::diag::{Format, Report, Style, codes, render};

use crate::{cases, expect};

/// All problems of a pack in a folder. A file `max-program` there states how many
/// bytes it may take.
fn problems(folder: &Path) -> Report {
    let (pack, mut report) = spanwright::syntax::load(folder).unwrap();
    let mut config = CheckConfig::default();
    if let Ok(limit) = std::fs::read_to_string(folder.join("max-program")) {
        config.max_program = limit.trim().parse().unwrap();
    }
    let _ = spanwright::check::check_with(&pack, &mut report, config);
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

/// The files of a case, by the names that the pack uses.
fn files(case: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !["expected.txt", "max-program"].contains(&name.as_str())
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            files.push((name, text));
        }
    }
    files
}

fn check(files: &[(String, String)]) -> Report {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (pack, mut report) = spanwright::syntax::parse_pack(&files);
    let _ = spanwright::check::check(&pack, &mut report);
    report
}

#[test]
fn what_has_one_right_answer_is_mended_by_it() {
    let mut mended = 0;
    for case in cases("tests/fixtures/diag") {
        let mut files = files(&case);
        let mut report = check(&files);
        for _ in 0..10 {
            let fixes = spanwright::diag::fixed(&report);
            if fixes.is_empty() {
                break;
            }
            for fix in fixes {
                let name = report.sources.file(fix.file).name.clone();
                let file = files.iter_mut().find(|(known, _)| *known == name).unwrap();
                assert_ne!(file.1, fix.text, "{}", case.display());
                file.1 = fix.text;
                mended += fix.problems;
            }
            report = check(&files);
        }
        let left: Vec<_> = report.diagnostics.iter().filter(|problem| !problem.fix.is_empty()).collect();
        assert!(left.is_empty(), "{}: {left:?}", case.display());
    }
    assert!(mended > 20, "only {mended} problems were mended");
}

#[test]
fn sarif_names_every_problem_and_its_place() {
    let report = problems(&crate::root("tests/fixtures/diag/E001-many-mistakes-in-one-run"));
    let log: serde_json::Value = serde_json::from_str(&spanwright::diag::sarif(&[&report])).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), report.diagnostics.len());
    for (result, problem) in results.iter().zip(&report.diagnostics) {
        assert_eq!(result["ruleId"], problem.code.id);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let place = report.sources.file(problem.primary.file).place(problem.primary.span.start);
        assert_eq!(
            (region["startLine"].as_u64(), region["startColumn"].as_u64()),
            (Some(place.line.into()), Some(place.column.into()))
        );
    }
}

/// The first full message of a code in its case.
fn example(id: &str) -> String {
    let of_code =
        |case: &std::path::PathBuf| case.file_name().unwrap().to_string_lossy().split('-').next() == Some(id);
    let case = cases("tests/fixtures/diag").into_iter().find(of_code).unwrap();
    let mut report = problems(&case);
    report.diagnostics.retain(|problem| problem.code.id == id);
    report.diagnostics.truncate(1);
    let folder = format!("{}/", case.display());
    render(&report, Format::Full, Style::Plain).replace(&folder, "").trim_end().to_owned()
}

#[test]
fn the_page_of_codes_is_what_the_code_says() {
    let mut page = String::from(
        "# Diagnostics\n\nEvery problem that `spanwright check` reports, with an example. This page is made from \
         the program:\n`spanwright explain CODE` shows the same words. Errors begin with E: the pack cannot run. \
         Warnings begin\nwith W: the pack runs, but something is probably not meant. A warning that is meant to \
         stand is allowed on its\nline, or on the line before it, with a reason: `# allow W003: both lists are kept \
         by others`.\n",
    );
    for code in codes::all() {
        page.push_str(&format!(
            "\n## {}: {}\n\n{}\n\n```text\n{}\n```\n",
            code.id,
            code.name,
            code.doc,
            example(code.id)
        ));
    }
    expect(&crate::root("docs/diagnostics.md"), &page);
}
