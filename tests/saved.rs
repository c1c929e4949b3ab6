//! Saved programs: they find what their sources find, and broken ones are refused.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;
use spanwright::check::CheckedPack;
use spanwright::doc::{Annotations, Document};
use spanwright::engine::{CandidateReport, ExtractConfig, Extraction, Extractor};
use spanwright::io::{JsonlWriter, ReadConfig, Record, read_all};
use spanwright::program::{LoadConfig, LoadError, Program, Saved};

use crate::{cases, root};

fn checked(folder: &std::path::Path) -> Option<CheckedPack> {
    let (pack, mut report) = spanwright::syntax::load(folder).ok()?;
    spanwright::check::check(&pack, &mut report)
}

/// Every pack of the repository that can run, by its name.
fn packs() -> BTreeMap<String, (CheckedPack, Program)> {
    let mut packs = BTreeMap::new();
    for folder in ["rules", "tests/console/packs", "tests/fixtures/packs", "tests/fixtures/extract"] {
        for case in cases(folder) {
            let Some(checked) = checked(&case) else { continue };
            let program = spanwright::compile::compile(&checked);
            packs.insert(case.strip_prefix(root("")).unwrap().display().to_string(), (checked, program));
        }
    }
    assert!(packs.len() > 20, "only {} packs", packs.len());
    packs
}

fn bytes(program: Program) -> (Program, Vec<u8>) {
    let saved = Saved { program, ..Saved::default() };
    let mut bytes = Vec::new();
    saved.write(&mut bytes).unwrap();
    (saved.program, bytes)
}

fn load(bytes: &[u8]) -> Result<Program, LoadError> {
    Saved::from_bytes(bytes, LoadConfig::default()).map(|saved| saved.program)
}

fn extracted(program: &Program, document: &Document) -> Extraction {
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(program, config);
    extractor.extract(document, &mut extractor.scratch())
}

fn lines(document: &Document, found: &Annotations) -> String {
    let mut out = Vec::new();
    JsonlWriter::default().write(document, found, &mut out);
    String::from_utf8(out).unwrap()
}

/// Both find the same, candidates that did not stay included, and tell the same of it.
fn assert_same(name: &str, program: &Program, loaded: &Program, document: &Document) {
    let (wanted, found) = (extracted(program, document), extracted(loaded, document));
    assert_eq!(
        lines(document, &wanted.annotations),
        lines(document, &found.annotations),
        "{name}: {:?}",
        document.text
    );
    assert_eq!(format!("{:?}", wanted.candidates), format!("{:?}", found.candidates), "{name}");
    let told = |program: &Program| format!("{:?}", Extractor::new(program).explain(document, None));
    if document.text.len() < 400 {
        assert_eq!(told(program), told(loaded), "{name}: {:?}", document.text);
    }
}

fn gold() -> Vec<Document> {
    let paths: Vec<PathBuf> = vec![root("gold")];
    let inputs = spanwright::io::Inputs::find(&paths, None).unwrap();
    let records: Vec<Record> =
        read_all(spanwright::io::Source::new(inputs, None, ReadConfig::default())).unwrap();
    records.into_iter().map(|record| record.document).collect()
}

#[test]
fn a_saved_program_finds_what_its_sources_find() {
    let gold = gold();
    assert!(!gold.is_empty());
    for (name, (checked, program)) in packs() {
        let (program, bytes) = bytes(program);
        let loaded = load(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(loaded.fingerprint(), program.fingerprint(), "{name}");
        assert_eq!(self::bytes(loaded).1, bytes, "{name}: written again, it is the same");
        let loaded = load(&bytes).unwrap();
        let texts = checked.tests.iter().flat_map(|test| &test.cases).map(|case| case.text.as_str());
        let texts = texts.map(|text| Document::new("test", text));
        let in_gold = name.starts_with("rules/").then_some(&gold).into_iter().flatten().cloned();
        for document in texts.chain(in_gold) {
            assert_same(&name, &program, &loaded, &document);
        }
    }
}

/// A text of words that packs know, and of others.
fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "Ha Giang",
        "Hà Giang",
        "Minister",
        "Mr",
        "Tran Van A",
        "the",
        "of",
        "12",
        "March",
        "2025",
        "No.",
        "18-NQ/TW",
        "percent",
        "billion",
        "US$",
        "(",
        ")",
        ",",
        ".",
        "not",
        "province",
        "Acme",
        "Corp.",
        "\n",
        "\r\n",
        "\t",
        "said",
        "Chairman",
    ]);
    let piece = prop_oneof![4 => known.prop_map(str::to_owned), 1 => "[a-zA-ZàđĐ0-9.,()\n-]{1,6}"];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

#[test]
fn a_saved_program_finds_the_same_in_any_text() {
    let packs: Vec<(String, Program, Program)> = packs()
        .into_iter()
        .map(|(name, (_, program))| {
            let (program, bytes) = bytes(program);
            (name, program, load(&bytes).unwrap())
        })
        .collect();
    proptest!(ProptestConfig::with_cases(32), |(text in text(), at in 0..packs.len())| {
        let (name, program, loaded) = &packs[at];
        assert_same(name, program, loaded, &Document::new("x", text));
    });
}

/// A program with something of everything, in few bytes.
fn small() -> Vec<u8> {
    let checked = checked(&root("tests/console/packs/demo")).unwrap();
    let bytes = bytes(spanwright::compile::compile(&checked)).1;
    load(&bytes).unwrap();
    bytes
}

#[test]
fn a_program_that_is_cut_short_is_refused() {
    let whole = small();
    for end in 0..whole.len() {
        match load(&whole[..end]) {
            Err(LoadError::CutShort) if end > 0 => {}
            Err(LoadError::NotSaved) if end == 0 => {}
            other => panic!("{end} of {} bytes: {other:?}", whole.len()),
        }
    }
    let longer = [whole, vec![0]].concat();
    assert!(matches!(load(&longer), Err(LoadError::Damaged)));
}

#[test]
fn a_program_with_a_wrong_byte_is_refused() {
    let mut bytes = small();
    for at in 0..bytes.len() {
        let wrong = 1 << (at % 8);
        bytes[at] ^= wrong;
        let error = load(&bytes).err().unwrap_or_else(|| panic!("byte {at} is wrong and nothing said"));
        if at >= 12 {
            assert!(!matches!(error, LoadError::NotSaved | LoadError::OtherFormat), "byte {at}: {error}");
        }
        bytes[at] ^= wrong;
    }
}

#[test]
fn a_program_of_another_version_says_so() {
    let mut bytes = small();
    let count = u32::from_le_bytes(bytes[36..40].try_into().unwrap()) as usize;
    let end = 40 + count * 12;
    bytes[12..18].copy_from_slice(b"0.0.99");
    let sum = crc32fast::hash(&bytes[..end]);
    bytes[end..end + 4].copy_from_slice(&sum.to_le_bytes());
    let told = load(&bytes).unwrap_err().to_string();
    assert!(told.contains("of Spanwright 0.0.99") && told.contains("spanwright compile"), "{told}");
    bytes[8] = 99;
    let told = load(&bytes).unwrap_err().to_string();
    assert!(told.contains("format of another version") && told.contains("spanwright compile"), "{told}");
}

#[test]
fn what_is_no_saved_program_is_told_apart() {
    for bytes in [&b"[pack]\nname = \"x\"\n"[..], b"", b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        assert!(matches!(load(bytes), Err(LoadError::NotSaved)));
    }
}

#[test]
fn expressions_take_no_more_than_they_may() {
    let checked = checked(&root("rules/vn-politics")).unwrap();
    let (_, bytes) = bytes(spanwright::compile::compile(&checked));
    let tight = LoadConfig { max_program: 1 << 10 };
    assert!(matches!(Saved::from_bytes(&bytes, tight), Err(LoadError::TooLarge { limit: 1024 })));
}

#[test]
fn what_is_kept_besides_comes_back_and_is_left_where_only_the_program_is_asked_for() {
    let (program, bare) = bytes(spanwright::compile::compile(&checked(&root("rules/baseline")).unwrap()));
    let parts = BTreeMap::from([("a.span:x".to_owned(), "rule x {}".to_owned())]);
    let saved = Saved { program, parts: parts.clone(), texts: vec!["Hà Giang".to_owned()] };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    saved.write(&mut std::fs::File::create(&path).unwrap()).unwrap();
    assert!(Saved::is_at(&path) && !Saved::is_at(&root("rules/baseline/pack.toml")));
    let whole = Saved::open(&path, LoadConfig::default()).unwrap();
    assert_eq!((whole.parts, whole.texts), (parts, vec!["Hà Giang".to_owned()]));
    let alone = Program::open(&path, LoadConfig::default()).unwrap();
    assert_eq!(bytes(alone).1, bare);
}
