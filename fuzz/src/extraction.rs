//! Whole extraction: a pack that is put together from pieces, over a text.

use arbitrary::Unstructured;
use spanwright::check::{CheckedPack, check};
use spanwright::doc::{Annotations, Document};
use spanwright::engine::{CandidateReport, ExtractConfig, Extraction, Extractor};
use spanwright::fuzz::{Engine, INVARIANTS};
use spanwright::io::JsonlWriter;
use spanwright::program::Program;
use spanwright::run::extract_all;
use spanwright::syntax::parse_pack;

use super::{generate, pieces};

/// What chooses the pieces of a pack, and after `===` a text.
pub(super) fn holds(bytes: &[u8]) {
    let [choices, text] = super::parts(bytes);
    let text = super::text(text);
    let Some((generated, checked)) = pack(choices) else { return };
    let mut program = spanwright::compile::compile(&checked);
    let shown = || format!("{}---\n{}---\n{text:?}", generated.first, generated.second);
    laws(&program, &text, &shown);
    let document = document("x", &text);
    let plain = extracted(&program, &document);
    watched(&program, &document, &plain, &shown);
    threads(&program, &text, &shown);
    // Without the sieve every expression is searched in every line.
    for phase in &mut program.phases {
        phase.regexes.plain.sieve = None;
        phase.regexes.unmarked.sieve = None;
    }
    let found = extracted(&program, &document);
    assert_eq!(found.annotations, plain.annotations, "without the sieve\n{}", shown());
}

/// A sound pack, and how it is written.
pub(super) fn pack(choices: &[u8]) -> Option<(generate::Generated, CheckedPack)> {
    let generated = generate::pack(&mut Unstructured::new(choices)).ok()?;
    let files = [
        ("pack.toml", &*generated.toml),
        ("a.span", &generated.first),
        ("b.span", &generated.second),
        ("f.tsv", pieces::LIST),
    ];
    let (pack, mut report) = parse_pack(&files);
    let checked = check(&pack, &mut report)?;
    Some((generated, checked))
}

fn document(id: &str, text: &str) -> Document {
    let mut document = Document::new(id, text);
    document.meta.insert("date".to_owned(), "2025-03-17".into());
    document
}

fn extracted(program: &Program, document: &Document) -> Extraction {
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(program, config);
    extractor.extract(document, &mut extractor.scratch())
}

/// Every law about a pack but the one about streams, which takes long; `threads` stands for it.
fn laws(program: &Program, text: &str, shown: &dyn Fn() -> String) {
    let engine = Engine::new(program);
    for law in INVARIANTS.iter().filter(|law| law.name == "char-boundaries" || law.needs_pack) {
        if law.name == "same-output" {
            continue;
        }
        if let Err(reason) = law.check(&engine, text) {
            panic!("{}: {reason}\n{}", law.name, shown());
        }
    }
}

/// Watching tries every rule at every token, and finds the same.
fn watched(program: &Program, document: &Document, plain: &Extraction, shown: &dyn Fn() -> String) {
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let watched = Extractor::with_config(program, config).explain(document, None);
    assert_eq!(watched.annotations, plain.annotations, "watched\n{}", shown());
    if format!("{:?}", watched.candidates) != format!("{:?}", plain.candidates) {
        panic!("watched, other candidates: {:#?}\n{:#?}\n{}", watched.candidates, plain.candidates, shown());
    }
}

/// One thread and two, with buffers that have been used, write the same bytes.
fn threads(program: &Program, text: &str, shown: &dyn Fn() -> String) {
    let mut documents = vec![document("0", text)];
    let pieces = text.split_inclusive(['\n', ' ']).take(6).enumerate();
    documents.extend(pieces.map(|(index, piece)| document(&(index + 1).to_string(), piece)));
    let extractor = Extractor::new(program);
    let fresh: Vec<Annotations> = documents
        .iter()
        .map(|document| extractor.extract(document, &mut extractor.scratch()).annotations)
        .collect();
    let wanted = bytes(&documents, &fresh);
    for threads in [1, 2] {
        let found = extract_all(&documents, &extractor, threads).expect("threads");
        assert!(bytes(&documents, &found) == wanted, "other bytes on {threads} threads\n{}", shown());
    }
}

fn bytes(documents: &[Document], found: &[Annotations]) -> Vec<u8> {
    let mut out = Vec::new();
    for (document, found) in documents.iter().zip(found) {
        JsonlWriter::default().write(document, found, &mut out);
    }
    out
}
