//! Records that were set aside, read again.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Deserialize;

use super::record::RawRecord;
use super::{Kind, format};

/// A line as [`reject_line`](super::reject_line) writes it.
#[derive(Deserialize)]
struct Reject {
    file: String,
    line: u64,
    #[serde(default)]
    id: String,
    #[serde(default)]
    format: String,
    raw: Option<String>,
    raw_base64: Option<String>,
    raw_ann: Option<String>,
    raw_ann_base64: Option<String>,
}

/// The record that a line keeps, with the place that it came from.
///
/// # Errors
///
/// If the line keeps none; a message says why.
pub(super) fn unwrap(line: &[u8]) -> Result<RawRecord, String> {
    let reject: Reject =
        serde_json::from_slice(line).map_err(|error| format!("no record that was set aside: {error}"))?;
    let kind = match format(&reject.format) {
        Some(format) if format.kind != Kind::Rejects => format.kind,
        _ => return Err(format!("`{}` is no format of a record", reject.format)),
    };
    let bytes = whole(reject.raw, reject.raw_base64)?;
    let Some(bytes) = bytes else {
        return Err(format!("the record was not kept: it stands in {} on line {}", reject.file, reject.line));
    };
    Ok(RawRecord {
        annotations: whole(reject.raw_ann, reject.raw_ann_base64)?,
        file: reject.file,
        line: reject.line,
        bytes,
        fallback_id: reject.id,
        kind,
    })
}

fn whole(text: Option<String>, packed: Option<String>) -> Result<Option<Vec<u8>>, String> {
    match (text, packed) {
        (Some(text), _) => Ok(Some(text.into_bytes())),
        (None, Some(packed)) => {
            BASE64_STANDARD.decode(packed).map(Some).map_err(|error| format!("broken base64: {error}"))
        }
        (None, None) => Ok(None),
    }
}
