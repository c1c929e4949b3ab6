//! Small packs over small texts: a folder each, `doc.txt` and `expected.jsonl`.

use spanwright::doc::Document;
use spanwright::engine::{CandidateReport, Cut, ExtractConfig, Extractor, Fate};
use spanwright::io::{Inputs, JsonlWriter, ReadConfig, Source, read_all};
use spanwright::program::Program;
use spanwright::text::OffsetUnit;

use crate::{cases, expect};

fn program(files: &[(&str, &str)]) -> Program {
    let (pack, mut report) = spanwright::syntax::parse_pack(files);
    let checked = spanwright::check::check(&pack, &mut report);
    let problems = spanwright::diag::render(&report, Default::default(), Default::default());
    spanwright::compile::compile(&checked.unwrap_or_else(|| panic!("{problems}")))
}

/// The paragraphs of `doc.txt`, or the records of `doc.jsonl` or `doc.conllu`.
fn documents(case: &std::path::Path) -> Vec<Document> {
    for name in ["doc.jsonl", "doc.conllu"] {
        let path = case.join(name);
        if path.exists() {
            let inputs = Inputs::find(&[path], None).unwrap();
            let source = Source::new(inputs, None, ReadConfig::default());
            return read_all(source).unwrap().into_iter().map(|record| record.document).collect();
        }
    }
    let text = std::fs::read_to_string(case.join("doc.txt")).unwrap();
    let paragraphs = text.trim_end().split("\n\n").enumerate();
    paragraphs.map(|(index, text)| Document::new((index + 1).to_string(), text)).collect()
}

#[test]
fn extract_fixtures() {
    for case in cases("tests/fixtures/extract") {
        let (pack, mut report) = spanwright::syntax::load(&case).unwrap();
        let checked = spanwright::check::check(&pack, &mut report);
        let problems = spanwright::diag::render(&report, Default::default(), Default::default());
        let program = spanwright::compile::compile(&checked.unwrap_or_else(|| panic!("{problems}")));
        let extractor = Extractor::new(&program);
        let mut scratch = extractor.scratch();
        let mut out = Vec::new();
        for document in documents(&case) {
            let found = extractor.extract(&document, &mut scratch).annotations;
            JsonlWriter { offsets: OffsetUnit::Chars }.write(&document, &found, &mut out);
        }
        expect(&case.join("expected.jsonl"), &String::from_utf8(out).unwrap());
    }
}

#[test]
fn a_candidate_knows_who_beat_it() {
    let program = program(&[
        ("pack.toml", "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nLOC = {}\n"),
        ("a.span", "gazetteer cities -> LOC { \"New York\" }\ngazetteer big -> LOC { \"New York City\" }\n"),
    ]);
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(&program, config);
    let document = Document::new("1", "in New York City today");
    let extraction = extractor.extract(&document, &mut extractor.scratch());
    let loser = extraction.candidates.iter().find(|candidate| !candidate.stays()).unwrap();
    let Fate::Lost { to, by } = loser.fate else { panic!("{:?}", loser.fate) };
    assert_eq!(format!("{by:?}"), "By(Longest)");
    assert_eq!(extraction.candidates[to.index()].span.slice(&document.text), Some("New York City"));
}

#[test]
fn a_limit_cuts_short_and_says_so() {
    let program = program(&[
        ("pack.toml", "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nW = {}\n"),
        ("a.span", "rule words { <W: [word]> }\nrule more { <W: [word] [word]> }\n"),
    ]);
    let config = ExtractConfig { max_candidates: Some(3), ..ExtractConfig::default() };
    let extractor = Extractor::with_config(&program, config);
    let document = Document::new("1", "one two three\nfour five six\nseven eight nine");
    let cut = extractor.extract(&document, &mut extractor.scratch()).truncated;
    assert_eq!(cut, Some(Cut::Candidates(3)));
}

#[test]
fn every_overlap_has_a_limit_that_is_told() {
    let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nNAME = {}\n";
    let program =
        program(&[("pack.toml", toml), ("a.span", "rule r overlap all { <NAME: [word]* [word] [word]*> }")]);
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(&program, config);
    let short = extractor.extract(&Document::new("1", "a ".repeat(50)), &mut extractor.scratch());
    assert_eq!((short.candidates.len(), short.truncated), (50 * 51 / 2, None));
    let long = extractor.extract(&Document::new("1", "a ".repeat(5_000)), &mut extractor.scratch());
    assert_eq!((long.candidates.len(), long.truncated), (10_000, Some(Cut::Matches)));
}

#[test]
fn groups_that_exclude_each_other_leave_one_span() {
    let toml =
        "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nNAME = {}\nSHIP = {}\n";
    let rules = "gazetteer a -> NAME { \"Le Loi\" }\ngazetteer b -> SHIP { \"Le Loi 2\" }\n";
    let both = program(&[("pack.toml", toml), ("a.span", rules)]);
    let one = program(&[
        ("pack.toml", &format!("{toml}[resolve]\nexclusive = [[\"NAME\", \"SHIP\"]]\n")),
        ("a.span", rules),
    ]);
    for (program, count) in [(&both, 2), (&one, 1)] {
        let extractor = Extractor::new(program);
        let found = extractor.extract(&Document::new("1", "the Le Loi 2"), &mut extractor.scratch());
        assert_eq!(found.annotations.mentions.len(), count);
    }
}
