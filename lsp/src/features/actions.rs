//! Quick fixes: the edits of diagnostics.

use std::collections::HashMap;

use lsp_types::{CodeAction, CodeActionKind, CodeActionParams, Range, TextEdit, Uri, WorkspaceEdit};

use super::diagnostics::diagnostic;
use crate::positions::range;
use crate::workspace::Workspace;

/// The fixes of the problems in a range.
pub(crate) fn of(workspace: &Workspace, params: &CodeActionParams) -> Vec<CodeAction> {
    let Some(place) = workspace.place(&params.text_document.uri, params.range.start) else {
        return Vec::new();
    };
    let Some(pack) = workspace.packs.get(&place.folder) else { return Vec::new() };
    let touches = |a: Range, b: Range| a.start <= b.end && b.start <= a.end;
    let problems = pack.report.diagnostics.iter().filter(|problem| {
        let here = range(pack.text(place.file), problem.primary.span, workspace.encoding);
        problem.primary.file == place.file && !problem.fix.is_empty() && touches(here, params.range)
    });
    let action = |problem: &spanwright::diag::Diagnostic| {
        // `Uri` has no cheaper key that the protocol would take.
        #[allow(clippy::mutable_key_type, reason = "the key is never changed")]
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for edit in &problem.fix {
            let location = workspace.location(pack, edit.file, edit.span)?;
            changes.entry(location.uri).or_default().push(TextEdit::new(location.range, edit.text.clone()));
        }
        let title = match problem.fix.first().map(|edit| edit.text.as_str()) {
            Some("") | None => format!("Take it out ({})", problem.code.id),
            Some(text) => format!("Write `{text}` ({})", problem.code.id),
        };
        Some(CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic(workspace, pack, problem)]),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: Some(true),
            ..CodeAction::default()
        })
    };
    problems.filter_map(action).collect()
}
