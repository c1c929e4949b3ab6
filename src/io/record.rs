//! Records: before and after parsing.

use crate::doc::{Annotations, Document};

use super::Kind;

/// One record as it came.
#[derive(Clone, Debug)]
pub struct RawRecord {
    /// The file, as messages show it.
    pub file: String,
    /// The first line of the record, from 1.
    pub line: u64,
    /// The line, or the text of the document.
    pub bytes: Vec<u8>,
    /// The annotations that stand in a file of their own.
    pub annotations: Option<Vec<u8>>,
    /// The id that the document gets if it has none.
    pub(super) fallback_id: String,
    pub(super) kind: Kind,
}

/// A document with what its file says about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The document.
    pub document: Document,
    /// What is said about it.
    pub annotations: Annotations,
    /// Whether anything was said, be it nothing.
    pub annotated: bool,
}
