//! Readers: what is read can be written and read again, what is not can be set aside.

use std::collections::HashSet;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine};
use spanwright::doc::{Annotations, Document};
use spanwright::io::{
    Annotated, BadRecord, BratFolder, Inputs, JsonlWriter, MaxDocument, RawRecord, ReadConfig, Record,
    Source, TagMode, format, parse, read_all, reject_line,
};
use spanwright::text::{OffsetUnit, Span};

const UNITS: [OffsetUnit; 3] = [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16];
/// The most bytes of a record: few, so that a packed input cannot fill the memory of a fuzzer.
const MOST: u64 = 1 << 20;

pub(super) fn jsonl(bytes: &[u8]) {
    for offsets in UNITS {
        for annotations in [Annotated::Read, Annotated::Ignore] {
            let config = ReadConfig { offsets, annotations, ..config() };
            for record in read("jsonl", bytes, config) {
                match record {
                    Ok(record) => {
                        sound(&record);
                        written_again(&record);
                    }
                    Err(bad) => set_aside(&bad, config),
                }
            }
        }
    }
    same_in_pieces("jsonl", bytes);
    the_plain_way(bytes);
}

/// `.txt`, and after `===` the `.ann`.
pub(super) fn brat(bytes: &[u8]) {
    let [text, lines] = super::parts(bytes);
    let mut reject = serde_json::json!({"file": "doc.txt", "line": 1, "id": "doc", "format": "brat"});
    for (name, bytes) in [("raw", text), ("raw_ann", lines)] {
        match std::str::from_utf8(bytes) {
            Ok(text) => reject[name] = text.into(),
            Err(_) => reject[format!("{name}_base64")] = BASE64_STANDARD.encode(bytes).into(),
        }
    }
    for record in read("rejects", reject.to_string().as_bytes(), config()) {
        match record {
            Ok(record) => {
                sound(&record);
                let folder = Folder::new();
                let again = folder.written(&record.document, &record.annotations);
                assert_eq!(again, record, "brat, written and read again");
                if !has_a_role_twice(&record) {
                    written_again(&without_brat(&record));
                }
            }
            Err(bad) => set_aside(&bad, config()),
        }
    }
}

pub(super) fn conllu(bytes: &[u8]) {
    columns("conllu", bytes, config());
}

pub(super) fn conll(bytes: &[u8]) {
    for tags in [TagMode::Repair, TagMode::Iob2, TagMode::Iobes] {
        columns("conll", bytes, ReadConfig { tags, ..config() });
    }
}

fn columns(name: &'static str, bytes: &[u8], config: ReadConfig) {
    for record in read(name, bytes, config) {
        match record {
            Ok(record) => {
                sound(&record);
                assert!(record.document.tokens.is_some(), "columns without tokens");
                // Columns of tags bring their own tokens, of which JSON Lines tell nothing; those of
                // CoNLL-U come back, but for the column that stands for another.
                let again = read_one(line(&record, OffsetUnit::Chars));
                assert_eq!(again.document.text, record.document.text);
                assert_eq!(again.annotations, record.annotations, "columns, written and read again");
                if name == "conllu" {
                    let mut tokens = record.document.tokens;
                    if let Some(tokens) = &mut tokens {
                        tokens.columns.shift_remove("pos");
                    }
                    assert_eq!(again.document.tokens, tokens, "tokens, written and read again");
                }
            }
            Err(bad) => set_aside(&bad, config),
        }
    }
    same_in_pieces(name, bytes);
}

pub(super) fn rejects(bytes: &[u8]) {
    for record in read("rejects", bytes, config()) {
        match record {
            Ok(record) => sound(&record),
            Err(bad) => set_aside(&bad, config()),
        }
    }
    same_in_pieces("rejects", bytes);
}

fn config() -> ReadConfig {
    ReadConfig { max_document: MaxDocument(MOST), ..ReadConfig::default() }
}

/// Bytes that come so many at a time.
struct Pieces(Cursor<Vec<u8>>, usize);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = buffer.len().min(self.1);
        self.0.read(&mut buffer[..len])
    }
}

fn source(name: &'static str, bytes: &[u8], piece: usize, config: ReadConfig) -> Source {
    let inputs = Inputs::find(&[PathBuf::from("-")], format(name)).expect("standard input");
    Source::new(inputs, Some(Box::new(Pieces(Cursor::new(bytes.to_vec()), piece))), config)
}

/// Every record of some bytes.
fn read(name: &'static str, bytes: &[u8], config: ReadConfig) -> Vec<Result<Record, Box<BadRecord>>> {
    source(name, bytes, usize::MAX, config)
        .map(|raw| raw.map_err(Box::new).and_then(|raw| parse(raw, config)))
        .collect()
}

/// The records that are found do not hang on how the bytes come, and a limit passes over those that
/// are longer, and no others.
fn same_in_pieces(name: &'static str, bytes: &[u8]) {
    let shown = |raw: Result<RawRecord, BadRecord>| match raw {
        Ok(raw) => format!("{}:{} {:?} {:?}", raw.file, raw.line, raw.bytes, raw.annotations),
        Err(bad) => format!("{bad}"),
    };
    let all = |piece, most| -> Vec<String> {
        let config = ReadConfig { max_document: MaxDocument(most), ..config() };
        source(name, bytes, piece, config).map(shown).collect()
    };
    let (at_once, in_pieces) = (all(usize::MAX, MOST), all(7, MOST));
    match at_once.split_last() {
        // How much comes out of damaged compression before the damage hangs on how it is read.
        Some((last, records)) if last.contains("cannot be read") => {
            assert_eq!(in_pieces.last(), Some(last), "read in pieces of 7 bytes");
            let both = records.iter().zip(&in_pieces[..in_pieces.len() - 1]);
            both.for_each(|(one, other)| assert_eq!(other, one, "read in pieces of 7 bytes"));
        }
        _ => assert_eq!(in_pieces, at_once, "read in pieces of 7 bytes"),
    }
    let _ = all(1, 16);
    let _ = read_all(source(name, bytes, 4096, config()));
}

/// A line with a member that nobody knows goes the way of all JSON, and says the same.
fn the_plain_way(bytes: &[u8]) {
    for raw in source("jsonl", bytes, usize::MAX, config()).flatten() {
        let Ok(swift) = parse(raw.clone(), config()) else { continue };
        let trimmed = raw.bytes.trim_ascii_end();
        let Some(open) = trimmed.strip_suffix(b"}") else { continue };
        let mut plain = raw.clone();
        plain.bytes = [open, b",\"~\":0}"].concat();
        match parse(plain, config()) {
            Ok(mut record) => {
                record.document.extra.shift_remove("~");
                assert_eq!(record, swift, "a further member changes the others");
            }
            Err(bad) => panic!("with a further member the line is wrong: {bad}"),
        }
    }
}

/// Whatever was read lies in the text, between characters.
fn sound(record: &Record) {
    let text = &record.document.text;
    let lies = |span: &Span| !span.is_empty() && span.slice(text).is_some();
    let annotations = &record.annotations;
    for mention in &annotations.mentions {
        assert!(!mention.fragments.is_empty() && mention.fragments.iter().all(lies), "{mention:?}");
        let apart = mention.fragments.windows(2).all(|pair| pair[0].end <= pair[1].start);
        assert!(apart, "fragments overlap: {mention:?}");
    }
    let known = annotations.mentions.len();
    let args = annotations.relations.iter().flat_map(|relation| &relation.args).map(|arg| arg.mention);
    let triggers = annotations.events.iter().map(|event| event.trigger);
    for id in args.chain(triggers).chain(annotations.chains.iter().flatten().copied()) {
        assert!(id.index() < known, "mention {} of {known}", id.0);
    }
    let Some(tokens) = &record.document.tokens else { return };
    let mut at = 0;
    for span in &tokens.spans {
        assert!(span.start >= at && lies(span), "token {span:?} of {text:?}");
        at = span.end;
    }
    assert!(tokens.columns.values().all(|column| column.len() == tokens.spans.len()));
}

/// A record that was set aside, read again: whole, and wrong for the same reason.
fn set_aside(bad: &BadRecord, config: ReadConfig) {
    let line = reject_line(bad);
    assert_eq!(line.iter().filter(|&&byte| byte == b'\n').count(), 1, "one line a record");
    let said: serde_json::Value = serde_json::from_slice(&line).expect("a line of JSON");
    let kept = said.get("raw").is_some() || said.get("raw_base64").is_some();
    // What stands in rejects and is none names no format that it could be read as.
    if !kept || said["format"] == "rejects" {
        return;
    }
    let mut again =
        source("rejects", &line, usize::MAX, ReadConfig { max_document: MaxDocument(1 << 30), ..config });
    let raw = match (again.next(), again.next()) {
        (Some(Ok(raw)), None) => raw,
        (first, _) => panic!("{} came back as {first:?}", String::from_utf8_lossy(&line)),
    };
    assert_eq!((&raw.file, raw.line), (&bad.raw.file, bad.raw.line));
    assert_eq!((&raw.bytes, &raw.annotations), (&bad.raw.bytes, &bad.raw.annotations));
    match parse(raw, config) {
        Err(again) => assert_eq!(again.error.to_string(), bad.error.to_string()),
        Ok(_) => panic!("set aside, and read without a mistake: {}", bad.error),
    }
}

/// JSON Lines in every unit hold all of a record.
fn written_again(record: &Record) {
    for offsets in UNITS {
        let again = read_one(line(record, offsets));
        let wanted = Record { annotated: true, ..record.clone() };
        // Columns of tokens count in the unit of the line, as it is written.
        let same = again.document.id == wanted.document.id
            && again.document.text == wanted.document.text
            && again.document.meta == wanted.document.meta
            && again.document.tokens == wanted.document.tokens;
        assert!(same, "{:?}, written in {offsets:?} and read again: {:?}", wanted.document, again.document);
        assert_eq!(again.annotations, wanted.annotations, "written in {offsets:?} and read again");
        if record.document.tokens.is_none() {
            assert_eq!(again.document.extra, wanted.document.extra, "written in {offsets:?} and read again");
        }
    }
}

fn line(record: &Record, offsets: OffsetUnit) -> Vec<u8> {
    let mut line = Vec::new();
    JsonlWriter { offsets }.write(&record.document, &record.annotations, &mut line);
    line
}

fn read_one(line: Vec<u8>) -> Record {
    let config = ReadConfig { max_document: MaxDocument(1 << 30), ..config() };
    let mut records = read("jsonl", &line, config);
    match (records.pop(), records.pop()) {
        (Some(Ok(record)), None) => record,
        (last, _) => panic!("{} was read as {last:?}", String::from_utf8_lossy(&line)),
    }
}

/// What JSON Lines can hold of a record of brat.
fn without_brat(record: &Record) -> Record {
    let annotations = Annotations { attributes: Vec::new(), notes: Vec::new(), ..record.annotations.clone() };
    let mut record = Record { annotations, ..record.clone() };
    for event in &mut record.annotations.events {
        event.args.retain(|(_, target)| matches!(target, spanwright::doc::Target::Mention(_)));
    }
    record
}

/// Whether two arguments of one thing play one role: standoff can say that, a JSON object cannot.
fn has_a_role_twice(record: &Record) -> bool {
    let annotations = &record.annotations;
    let of_relations =
        annotations.relations.iter().map(|relation| relation.args.iter().map(|arg| &*arg.role).collect());
    let of_events =
        annotations.events.iter().map(|event| event.args.iter().map(|(role, _)| &**role).collect());
    of_relations.chain(of_events).any(|roles: Vec<&str>| {
        let mut seen = HashSet::new();
        roles.iter().any(|role| !seen.insert(*role))
    })
}

/// A folder that goes when it is done with.
struct Folder(tempfile::TempDir);

impl Folder {
    /// In memory where the system has such a place.
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self(folder.expect("a temporary folder"))
    }

    fn written(&self, document: &Document, annotations: &Annotations) -> Record {
        let folder = BratFolder::create(self.0.path()).expect("a folder");
        folder.write(document, annotations).expect("written");
        let inputs = Inputs::find(&[self.0.path().join("doc.txt")], None).expect("the file that was written");
        let mut records =
            read_all(Source::new(inputs, None, config())).expect("what was written can be read");
        records[0].document.id.clone_from(&document.id);
        records.remove(0)
    }
}
