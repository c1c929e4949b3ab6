//! Why a record could not be read.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::json;

use super::RawRecord;

/// Why a record, or a whole input, could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A path names nothing.
    #[error("{path}: no such file or folder")]
    Missing {
        /// The path as given.
        path: String,
    },
    /// A glob matches nothing, or is broken.
    #[error("{glob}: {reason}")]
    Glob {
        /// The glob as given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The world failed.
    #[error("{file}: cannot be read: {source}")]
    Io {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A record is longer than is allowed. It is not kept in memory.
    #[error(
        "{file}:{line}: longer than {limit} bytes: cut it into several, or allow more with `--max-document`"
    )]
    TooLong {
        /// The file.
        file: String,
        /// The line on which it begins, from 1.
        line: u64,
        /// How many bytes are allowed.
        limit: u64,
    },
    /// A record is wrong.
    #[error("{file}:{line}: {reason}")]
    Record {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong, and what to do.
        reason: String,
    },
}

impl ReadError {
    pub(crate) fn record(file: &str, line: u64, reason: impl Into<String>) -> Self {
        Self::Record { file: file.to_owned(), line, reason: reason.into() }
    }
}

/// A record that could not be read, whole.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct BadRecord {
    /// Why.
    pub error: ReadError,
    /// The record as it came.
    pub raw: RawRecord,
}

/// One JSON line that keeps a bad record whole: `file`, `line`, `error`, `id`,
/// `format`, `raw` (or `raw_base64` where it is no UTF-8). Such lines can be read
/// again, as the format `rejects`. What is too long, or could not be read at all,
/// has no `raw`: it stays where it is.
#[must_use]
pub fn reject_line(bad: &BadRecord) -> Vec<u8> {
    let mut record = json!({
        "file": bad.raw.file,
        "line": bad.raw.line,
        "error": bad.error.to_string(),
        "id": bad.raw.fallback_id,
        "format": bad.raw.kind.name(),
    });
    if matches!(bad.error, ReadError::TooLong { .. } | ReadError::Io { .. }) {
        let mut line = record.to_string().into_bytes();
        line.push(b'\n');
        return line;
    }
    match std::str::from_utf8(&bad.raw.bytes) {
        Ok(text) => record["raw"] = text.into(),
        Err(_) => record["raw_base64"] = BASE64_STANDARD.encode(&bad.raw.bytes).into(),
    }
    if let Some(annotations) = &bad.raw.annotations {
        match std::str::from_utf8(annotations) {
            Ok(text) => record["raw_ann"] = text.into(),
            Err(_) => record["raw_ann_base64"] = BASE64_STANDARD.encode(annotations).into(),
        }
    }
    let mut line = record.to_string().into_bytes();
    line.push(b'\n');
    line
}
