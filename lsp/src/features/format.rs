//! A rule file in the one style.

use lsp_types::{DocumentFormattingParams, Position, Range, TextEdit};
use spanwright::text::FileId;

use crate::positions::from_byte;
use crate::uris;
use crate::workspace::{Workspace, tidy};

/// The edit that formats a file; none where it has mistakes or is formatted.
pub(crate) fn of(workspace: &Workspace, params: &DocumentFormattingParams) -> Option<Vec<TextEdit>> {
    let path = tidy(&uris::to_path(&params.text_document.uri)?);
    if path.extension().is_none_or(|end| end != "span") {
        return None;
    }
    let text = workspace.open.get(&path)?;
    let formatted = spanwright::syntax::format(FileId(0), text).ok()?;
    if formatted == *text {
        return Some(Vec::new());
    }
    let end = from_byte(text, text.len() as u32, workspace.encoding);
    Some(vec![TextEdit::new(Range::new(Position::new(0, 0), end), formatted)])
}
