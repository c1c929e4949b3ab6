//! The problems of a pack, file by file.

use std::collections::BTreeMap;
use std::path::Path;

use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
    PublishDiagnosticsParams,
};
use spanwright::diag;
use spanwright::text::FileId;

use crate::positions::range;
use crate::uris;
use crate::workspace::{Pack, Workspace, tidy};

/// What is to be published for a pack: every file of it, those without a
/// problem included, so that what was mended goes away.
pub(crate) fn of(workspace: &Workspace, folder: &Path) -> Vec<PublishDiagnosticsParams> {
    let Some(pack) = workspace.packs.get(folder) else {
        let uri = uris::from_path(&folder.join("pack.toml"));
        return uri.map(|uri| PublishDiagnosticsParams::new(uri, Vec::new(), None)).into_iter().collect();
    };
    let mut files: BTreeMap<FileId, Vec<Diagnostic>> =
        pack.report.sources.files().map(|(id, _)| (id, Vec::new())).collect();
    for problem in &pack.report.diagnostics {
        let shown = diagnostic(workspace, pack, problem);
        files.entry(problem.primary.file).or_default().push(shown);
    }
    let published = files.into_iter().filter_map(|(file, problems)| {
        let name = &pack.report.sources.file(file).name;
        let uri = uris::from_path(&tidy(Path::new(name)))?;
        Some(PublishDiagnosticsParams::new(uri, problems, None))
    });
    published.collect()
}

/// A problem as the protocol has it.
pub(crate) fn diagnostic(workspace: &Workspace, pack: &Pack, problem: &diag::Diagnostic) -> Diagnostic {
    let place =
        |label: &diag::Label| -> Option<Location> { workspace.location(pack, label.file, label.span) };
    let mut message = problem.title.clone();
    for help in &problem.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let related = problem.secondary.iter().filter_map(|label| {
        let message = if label.text.is_empty() { problem.title.clone() } else { label.text.clone() };
        Some(DiagnosticRelatedInformation { location: place(label)?, message })
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: range(pack.text(problem.primary.file), problem.primary.span, workspace.encoding),
        severity: Some(match problem.severity {
            diag::Severity::Error => DiagnosticSeverity::ERROR,
            diag::Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(problem.code.id.to_owned())),
        source: Some("spanwright".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}
