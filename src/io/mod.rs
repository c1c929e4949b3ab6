//! Bytes to documents with annotations, and back.
//!
//! Reading has two halves. [`Source`] finds records cheaply, one after the
//! other: lines of JSON Lines, files of text. [`parse`] turns one record into a
//! document, on any thread. A record that cannot be read comes back whole in
//! [`BadRecord`], so that it can be set aside and the rest goes on.

mod brat;
mod bytes;
mod conll;
mod error;
mod inputs;
mod jsonl;
mod jsonl_writer;
mod record;
mod rejects;
mod source;
mod swift;
mod tags;
mod tokens;

pub use brat::BratFolder;
pub use error::{BadRecord, ReadError, reject_line};
pub use inputs::{Input, Inputs};
pub use jsonl_writer::JsonlWriter;
pub use record::{RawRecord, Record};
pub use source::{Annotated, MaxDocument, ReadConfig, Source, parse, read_all};
pub use tags::{TagMode, Tagged, entities};

/// A format that is read or written.
#[derive(Debug)]
pub struct Format {
    /// What flags call it.
    pub name: &'static str,
    /// Extensions of its files, without the dot.
    pub extensions: &'static [&'static str],
    /// What it is.
    pub doc: &'static str,
    /// Whether it can be written.
    pub writes: bool,
    kind: Kind,
}

/// How a format is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Jsonl,
    Brat,
    Conllu,
    Conll,
    Rejects,
}

impl Kind {
    /// What the format is called.
    pub(crate) fn name(self) -> &'static str {
        FORMATS.iter().find(|format| format.kind == self).map_or("", |format| format.name)
    }
}

/// Every format. A new one is a line here.
pub const FORMATS: &[Format] = &[
    Format {
        name: "jsonl",
        extensions: &["jsonl", "ndjson"],
        doc: "JSON Lines, one document a line",
        writes: true,
        kind: Kind::Jsonl,
    },
    Format {
        name: "brat",
        extensions: &["ann"],
        doc: "brat standoff: NAME.txt with NAME.ann",
        writes: true,
        kind: Kind::Brat,
    },
    Format {
        name: "conllu",
        extensions: &["conllu"],
        doc: "CoNLL-U: a word a line, with lemma, part of speech and so on",
        writes: false,
        kind: Kind::Conllu,
    },
    Format {
        name: "conll",
        extensions: &["conll", "iob", "bio"],
        doc: "columns of tokens and tags, as CoNLL-2003, IOB2 or IOBES",
        writes: false,
        kind: Kind::Conll,
    },
    Format {
        name: "rejects",
        extensions: &[],
        doc: "records that were set aside, as `--rejects` keeps them",
        writes: false,
        kind: Kind::Rejects,
    },
    Format {
        name: "text",
        extensions: &["txt"],
        doc: "plain text, one document a file",
        writes: false,
        kind: Kind::Text,
    },
];

/// The format of this name.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
