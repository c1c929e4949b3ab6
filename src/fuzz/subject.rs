//! [`Subject`]: what laws are asked about.

use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use crate::doc::schema::FoldFlags;
use crate::doc::{Annotations, Document, Value};
use crate::engine::Extractor;
use crate::io::{Inputs, JsonlWriter, ReadConfig, Record, Source, read_all};
use crate::prep::{Folded, Prepared, Token, fold, fold_with_map, split, tokenize_plainly};
use crate::program::Program;
use crate::run::{Output, Progress, RunConfig, run};
use crate::text::{OffsetUnit, UnitIndex};
use crate::value::{Context, Normalizer};

/// What laws are asked about. The methods that are given are Spanwright as it
/// is without a pack; a test replaces one to see that its law notices.
pub trait Subject: Sync {
    /// The program, where there is one.
    fn program(&self) -> Option<&Program> {
        None
    }

    /// The tokens of a text, with the marks of lines and sentences.
    fn tokens(&self, text: &str) -> Vec<Token> {
        Prepared::new(text).tokens().to_vec()
    }

    /// The same without the short way for ASCII.
    fn tokens_plainly(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        tokenize_plainly(text, &mut tokens);
        split(text, &mut tokens);
        tokens
    }

    /// A folded text with the way back.
    fn fold_with_map<'t>(&self, text: &'t str, flags: FoldFlags) -> Folded<'t> {
        fold_with_map(text, flags)
    }

    /// A folded text.
    fn fold<'t>(&self, text: &'t str, flags: FoldFlags) -> Cow<'t, str> {
        fold(text, flags)
    }

    /// For each byte its offset in a unit, and the byte that this leads back to.
    fn offsets(&self, text: &str, unit: OffsetUnit, bytes: &[u32]) -> Vec<(u32, Option<u32>)> {
        let units = UnitIndex::new(text, unit);
        let there = |byte: &u32| units.from_byte(*byte);
        bytes.iter().map(|byte| (there(byte), units.to_byte(there(byte)))).collect()
    }

    /// The value of a text.
    fn value(&self, normalizer: &Normalizer, text: &str, context: &Context) -> Option<Value> {
        (normalizer.normalise)(text, context)
    }

    /// One line of JSON Lines.
    fn write(&self, document: &Document, annotations: &Annotations, offsets: OffsetUnit) -> Vec<u8> {
        let mut line = Vec::new();
        JsonlWriter { offsets }.write(document, annotations, &mut line);
        line
    }

    /// What a line of JSON Lines says.
    ///
    /// # Errors
    ///
    /// If it says nothing, or not one document.
    fn read(&self, line: Vec<u8>) -> Result<Record, String> {
        let mut records = read_all(source(Cursor::new(line), ReadConfig::default())?)
            .map_err(|error| format!("what was written cannot be read: {error}"))?;
        match (records.pop(), records.len()) {
            (Some(record), 0) => Ok(record),
            (_, others) => Err(format!("one document was written, and {others} more were read")),
        }
    }

    /// What is found in a document, with buffers that are new; nothing without
    /// a pack.
    fn extract(&self, document: &Document) -> Option<Annotations> {
        let program = self.program()?;
        let extractor = Extractor::new(program);
        Some(extractor.extract(document, &mut extractor.scratch()).annotations)
    }

    /// What a run makes of JSON Lines that come in pieces of at most so many
    /// bytes, on so many threads; nothing without a pack.
    ///
    /// # Errors
    ///
    /// If the run ends early.
    fn stream(&self, input: &[u8], piece: usize, threads: usize) -> Option<Result<Vec<u8>, String>> {
        let program = self.program()?;
        let pieces = Pieces { bytes: Cursor::new(input.to_vec()), piece };
        let config =
            RunConfig { read: ReadConfig::texts(OffsetUnit::Chars), threads, ..RunConfig::default() };
        let mut out = Vec::new();
        let ran = source(pieces, config.read).and_then(|source| {
            let output = Output::Lines(&mut out, JsonlWriter::default());
            run(source, &Extractor::new(program), config, output, None, &Unwatched)
                .map_err(|error| error.to_string())
        });
        Some(ran.map(|_| out))
    }
}

/// Spanwright as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Engine<'p> {
    program: Option<&'p Program>,
}

impl<'p> Engine<'p> {
    /// Tokenizer, folding, offsets, values, formats.
    #[must_use]
    pub fn without_pack() -> Self {
        Self::default()
    }

    /// The same, and extraction.
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        Self { program: Some(program) }
    }
}

impl Subject for Engine<'_> {
    fn program(&self) -> Option<&Program> {
        self.program
    }
}

/// JSON Lines in memory.
fn source(bytes: impl Read + Send + 'static, config: ReadConfig) -> Result<Source, String> {
    let inputs =
        Inputs::find(&[PathBuf::from("-")], crate::io::format("jsonl")).map_err(|error| error.to_string())?;
    Ok(Source::new(inputs, Some(Box::new(bytes)), config))
}

/// Bytes that come in small pieces.
struct Pieces {
    bytes: Cursor<Vec<u8>>,
    piece: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = buffer.len().min(self.piece);
        self.bytes.read(&mut buffer[..len])
    }
}

struct Unwatched;

impl Progress for Unwatched {
    fn advance(&self, _: u64, _: u64) {}

    fn warn(&self, _: &str) {}
}
