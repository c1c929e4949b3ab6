//! Records one after the other, and what they say.

use std::collections::HashSet;
use std::io::{self, BufRead, Read};
use std::path::Path;

use rayon::prelude::*;

use super::bytes::Line;
use super::error::{BadRecord, ReadError};
use super::record::{RawRecord, Record};
use super::swift::Names;
use super::tags::TagMode;
use super::{Inputs, Kind, brat, bytes, conll, jsonl, rejects, tokens};
use crate::doc::{Annotations, Document};
use crate::text::OffsetUnit;

/// How records are read. `Default` reads everything, in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ReadConfig {
    /// What offsets count where a record does not say.
    pub offsets: OffsetUnit,
    /// Whether annotations are read.
    pub annotations: Annotated,
    /// How the tags of columns are read.
    pub tags: TagMode,
    /// The most bytes that a record may have, unpacked.
    pub max_document: MaxDocument,
}

/// The most bytes that a record may have; a longer one is passed over without
/// being held in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxDocument(pub u64);

impl Default for MaxDocument {
    /// 1 GiB.
    fn default() -> Self {
        Self(1 << 30)
    }
}

/// Whether annotations are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Annotated {
    /// They are.
    #[default]
    Read,
    /// Only the text is.
    Ignore,
}

impl ReadConfig {
    /// Reads texts alone, whatever stands beside them.
    #[must_use]
    pub fn texts(offsets: OffsetUnit) -> Self {
        Self { offsets, annotations: Annotated::Ignore, ..Self::default() }
    }
}

/// The records of all inputs, in order. Holds one record at a time.
pub struct Source {
    inputs: std::vec::IntoIter<super::Input>,
    stdin: Option<Box<dyn Read + Send>>,
    lines: Option<Lines>,
    config: ReadConfig,
}

/// An open file of many records: JSON Lines, CoNLL-U, or columns.
struct Lines {
    file: String,
    stream: Box<dyn BufRead + Send>,
    line: u64,
    kind: Kind,
    /// The id of a document that has none.
    id: String,
    /// A line of the next document.
    ahead: Option<Vec<u8>>,
    /// Room that the next line is given to begin with, in bytes.
    usual: usize,
    /// The most bytes that a record may have.
    limit: u64,
}

/// The most room that a line is given before it is read.
const USUAL: usize = 1 << 16;

impl Source {
    /// The records of some inputs. `stdin` is what `-` reads.
    #[must_use]
    pub fn new(inputs: Inputs, stdin: Option<Box<dyn Read + Send>>, config: ReadConfig) -> Self {
        Self { inputs: inputs.files.into_iter(), stdin, lines: None, config }
    }

    /// Whether reading may have to wait for someone who writes: all but regular files.
    #[must_use]
    pub fn may_wait(&self) -> bool {
        let is_regular = |path: &Path| std::fs::metadata(path).is_ok_and(|found| found.is_file());
        self.inputs.as_slice().iter().any(|input| input.path.as_os_str() == "-" || !is_regular(&input.path))
    }

    fn open(&mut self, input: super::Input) -> Option<Result<RawRecord, BadRecord>> {
        let file =
            if input.path.as_os_str() == "-" { "stdin".to_owned() } else { input.path.display().to_string() };
        let stream = match (file.as_str(), input.path.as_os_str() == "-") {
            (_, true) => self.stdin.take().map_or_else(
                || Err(io::Error::new(io::ErrorKind::InvalidInput, "standard input is read twice")),
                bytes::unpacked,
            ),
            _ => bytes::open(&input.path),
        };
        let empty = |bytes| RawRecord {
            file: file.clone(),
            line: 1,
            bytes,
            annotations: None,
            fallback_id: input.id.clone(),
            kind: Kind::Text,
        };
        let fail = |source| {
            Some(Err(BadRecord {
                error: ReadError::Io { file: file.clone(), source },
                raw: empty(Vec::new()),
            }))
        };
        let mut stream = match stream {
            Ok(stream) => stream,
            Err(error) => return fail(error),
        };
        let kind = match input.kind {
            Some(kind) => kind,
            None => match stream.fill_buf() {
                Ok(head) if looks_like_json(head) => Kind::Jsonl,
                Ok(_) => Kind::Text,
                Err(error) => return fail(error),
            },
        };
        if matches!(kind, Kind::Jsonl | Kind::Rejects | Kind::Conllu | Kind::Conll) {
            let id = input.id.clone();
            let limit = self.config.max_document.0;
            self.lines = Some(Lines { file, stream, line: 0, kind, id, ahead: None, usual: 0, limit });
            return None;
        }
        let limit = self.config.max_document.0;
        let too_long = |file: &str, raw| {
            Some(Err(BadRecord { error: ReadError::TooLong { file: file.to_owned(), line: 1, limit }, raw }))
        };
        let mut raw = empty(Vec::new());
        match bytes::read(&mut *stream, limit) {
            Ok(Some(bytes)) => raw.bytes = bytes,
            Ok(None) => return too_long(&file, raw),
            Err(error) => return fail(error),
        }
        if let (Some(path), Annotated::Read) = (&input.annotations, self.config.annotations) {
            raw.kind = Kind::Brat;
            match bytes::open(path).and_then(|mut stream| bytes::read(&mut *stream, limit)) {
                Ok(Some(bytes)) => raw.annotations = Some(bytes),
                Ok(None) => return too_long(&path.display().to_string(), raw),
                Err(source) => {
                    let file = path.display().to_string();
                    return Some(Err(BadRecord { error: ReadError::Io { file, source }, raw }));
                }
            }
        }
        Some(Ok(raw))
    }
}

/// Whether the first thing in a stream is a JSON object.
fn looks_like_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let line = head.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    line.is_some_and(|line| {
        let line = line.trim_ascii();
        line.first() == Some(&b'{')
            && line.get(1).is_some_and(|&byte| matches!(byte, b'"' | b' ' | b'}' | b'\t'))
    })
}

impl Lines {
    fn next(&mut self) -> Option<Result<RawRecord, BadRecord>> {
        match self.kind {
            Kind::Jsonl => self.next_line(),
            Kind::Rejects => {
                let line = match self.next_line()? {
                    Ok(line) => line,
                    broken => return Some(broken),
                };
                Some(rejects::unwrap(&line.bytes).map_err(|reason| BadRecord {
                    error: ReadError::record(&line.file, line.line, reason),
                    raw: line,
                }))
            }
            _ => self.next_document(),
        }
    }

    fn too_long(&self, line: u64) -> ReadError {
        ReadError::TooLong { file: self.file.clone(), line, limit: self.limit }
    }

    /// The lines up to what begins the next document.
    fn next_document(&mut self) -> Option<Result<RawRecord, BadRecord>> {
        let mut bytes = self.ahead.take().unwrap_or_default();
        let first = self.line + u64::from(bytes.is_empty());
        let (mut has_words, mut is_too_long) = (false, false);
        loop {
            let start = bytes.len();
            let read = bytes::read_line(&mut *self.stream, &mut bytes, self.limit);
            if let Ok(Line::TooLong) = read {
                // Its other lines are passed over too.
                (has_words, is_too_long) = (true, true);
                bytes.clear();
                self.line += 1;
                continue;
            }
            let line = &bytes[start..];
            let is_columns = self.kind == Kind::Conll;
            let begins =
                if is_columns { conll::begins_document(line) } else { line.starts_with(b"# newdoc") };
            if begins && has_words {
                self.line += 1;
                self.ahead = Some(bytes.split_off(start));
                break;
            }
            has_words |= if is_columns {
                conll::holds_token(line)
            } else {
                !line.trim_ascii().is_empty() && !line.starts_with(b"#")
            };
            match read {
                Ok(Line::End) => break,
                Ok(_) => self.line += 1,
                Err(source) => {
                    let error = ReadError::Io { file: self.file.clone(), source };
                    self.stream = Box::new(io::empty());
                    return Some(Err(BadRecord { error, raw: self.document(bytes, first) }));
                }
            }
        }
        if !has_words {
            return None;
        }
        if is_too_long {
            return Some(Err(BadRecord {
                error: self.too_long(first),
                raw: self.document(Vec::new(), first),
            }));
        }
        Some(Ok(self.document(bytes, first)))
    }

    fn document(&self, bytes: Vec<u8>, line: u64) -> RawRecord {
        let fallback_id = if line <= 1 { self.id.clone() } else { format!("{}:{line}", self.id) };
        RawRecord { file: self.file.clone(), line, bytes, annotations: None, fallback_id, kind: self.kind }
    }

    /// The next line that is not blank.
    fn next_line(&mut self) -> Option<Result<RawRecord, BadRecord>> {
        loop {
            // Lines of one file are of like length: room for one spares growing.
            let mut bytes = Vec::with_capacity(self.usual);
            self.line += 1;
            let raw = |bytes| RawRecord {
                file: self.file.clone(),
                line: self.line,
                bytes,
                annotations: None,
                fallback_id: format!("{}:{}", self.file, self.line),
                kind: self.kind,
            };
            match bytes::read_line(&mut *self.stream, &mut bytes, self.limit) {
                Ok(Line::End) => return None,
                Ok(Line::Read) => {}
                Ok(Line::TooLong) => {
                    return Some(Err(BadRecord { error: self.too_long(self.line), raw: raw(Vec::new()) }));
                }
                Err(source) => {
                    let error = ReadError::Io { file: self.file.clone(), source };
                    // What follows cannot be found any more.
                    self.stream = Box::new(io::empty());
                    return Some(Err(BadRecord { error, raw: raw(bytes) }));
                }
            }
            while matches!(bytes.last(), Some(b'\n' | b'\r')) {
                bytes.pop();
            }
            if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            if !bytes.trim_ascii().is_empty() {
                self.usual = (bytes.len() + bytes.len() / 4).min(USUAL);
                return Some(Ok(raw(bytes)));
            }
        }
    }
}

impl Iterator for Source {
    type Item = Result<RawRecord, BadRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(lines) = &mut self.lines {
                match lines.next() {
                    Some(record) => return Some(record),
                    None => self.lines = None,
                }
            }
            let input = self.inputs.next()?;
            if let Some(record) = self.open(input) {
                return Some(record);
            }
        }
    }
}

/// Turns a record into a document with its annotations.
///
/// # Errors
///
/// If the record is broken: it comes back whole, with the place and the reason.
pub fn parse(raw: RawRecord, config: ReadConfig) -> Result<Record, Box<BadRecord>> {
    parse_sharing(raw, config, &mut Names::default())
}

/// The same for one record of many, which share names.
fn parse_sharing(raw: RawRecord, config: ReadConfig, names: &mut Names) -> Result<Record, Box<BadRecord>> {
    let RawRecord { file, line, bytes, annotations, fallback_id, kind } = raw;
    let whole = |bytes: Vec<u8>, annotations: Option<Vec<u8>>| RawRecord {
        file: file.clone(),
        line,
        bytes,
        annotations,
        fallback_id: fallback_id.clone(),
        kind,
    };
    // A record that was set aside may claim any line.
    let place = |at: u64| line.saturating_add(at - 1);
    let text = match bytes::text(bytes) {
        Ok(text) => text,
        Err((at, reason, bytes)) => {
            let error = ReadError::record(&file, place(at), reason);
            return Err(Box::new(BadRecord { error, raw: whole(bytes, annotations) }));
        }
    };
    if text.len() >= u32::MAX as usize {
        let error = ReadError::record(&file, line, "the document is longer than 4 GiB: cut it into several");
        return Err(Box::new(BadRecord { error, raw: whole(text.into_bytes(), annotations) }));
    }
    match kind {
        Kind::Text => Ok(Record {
            document: Document::new(fallback_id, text),
            annotations: Annotations::default(),
            annotated: false,
        }),
        // A line of rejects is unwrapped before it comes here.
        Kind::Jsonl | Kind::Rejects => jsonl::parse(&text, &fallback_id, config, names).map_err(|reason| {
            let error = ReadError::record(&file, line, reason);
            Box::new(BadRecord { error, raw: whole(text.into_bytes(), None) })
        }),
        Kind::Conllu => match tokens::from_conllu(&text, &fallback_id) {
            Ok(document) => Ok(Record { document, annotations: Annotations::default(), annotated: false }),
            Err((at, reason)) => {
                let error = ReadError::record(&file, place(at), reason);
                Err(Box::new(BadRecord { error, raw: whole(text.into_bytes(), None) }))
            }
        },
        Kind::Conll => conll::parse(&text, &fallback_id, config).map_err(|(at, reason)| {
            let error = ReadError::record(&file, place(at), reason);
            Box::new(BadRecord { error, raw: whole(text.into_bytes(), None) })
        }),
        Kind::Brat => {
            let lines = annotations.unwrap_or_default();
            let file_of_lines = Path::new(&file).with_extension("ann").display().to_string();
            match bytes::text(lines) {
                Err((at, reason, lines)) => {
                    let error = ReadError::record(&file_of_lines, at, reason);
                    Err(Box::new(BadRecord { error, raw: whole(text.into_bytes(), Some(lines)) }))
                }
                Ok(lines) => match brat::parse(&text, &lines) {
                    Ok(annotations) => Ok(Record {
                        document: Document::new(fallback_id, text),
                        annotations,
                        annotated: true,
                    }),
                    Err((at, reason)) => {
                        let error = ReadError::record(&file_of_lines, at, reason);
                        let raw = whole(text.into_bytes(), Some(lines.into_bytes()));
                        Err(Box::new(BadRecord { error, raw }))
                    }
                },
            }
        }
    }
}

/// Records that are parsed at a time, by all threads.
const BATCH: usize = 2048;

/// Reads everything into memory: what scoring needs. While some records are
/// parsed, in parallel, the next are read.
///
/// # Errors
///
/// At the first record that cannot be read, and at the second of one id.
pub fn read_all(mut source: Source) -> Result<Vec<Record>, ReadError> {
    let config = source.config;
    let mut ids = HashSet::new();
    let mut records: Vec<Record> = Vec::new();
    let mut batch = next_batch(&mut source);
    while !batch.is_empty() {
        let parse_batch = || -> Vec<(Place, Result<Record, ReadError>)> {
            batch
                .into_par_iter()
                .map_init(Names::default, |names, raw| {
                    let (place, raw) = match raw {
                        Ok(raw) => ((raw.file.clone(), raw.line), raw),
                        Err(bad) => return ((bad.raw.file.clone(), bad.raw.line), Err(bad.error)),
                    };
                    (place, parse_sharing(raw, config, names).map_err(|bad| bad.error))
                })
                .collect()
        };
        let (parsed, ahead) = rayon::join(parse_batch, || next_batch(&mut source));
        batch = ahead;
        for ((file, line), record) in parsed {
            let record = record?;
            if !ids.insert(record.document.id.clone()) {
                let reason = format!("a second document with the id `{}`", record.document.id);
                return Err(ReadError::record(&file, line, reason));
            }
            records.push(record);
        }
    }
    Ok(records)
}

/// The file and line of a record.
type Place = (String, u64);

fn next_batch(source: &mut Source) -> Vec<Result<RawRecord, BadRecord>> {
    source.by_ref().take(BATCH).collect()
}
