//! SARIF 2.1.0: the exchange format of code scanning.

use serde_json::{Value as Json, json};

use super::{Diagnostic, Label, Report, Severity, codes};
use crate::text::SourceMap;

/// The problems of some packs as one log, in one line. Columns count code
/// points.
#[must_use]
pub fn log(reports: &[&Report]) -> String {
    let results: Vec<Json> = reports
        .iter()
        .flat_map(|report| report.diagnostics.iter().map(|problem| result(problem, &report.sources)))
        .collect();
    let used = |code: &&codes::Code| {
        reports.iter().any(|report| report.diagnostics.iter().any(|problem| problem.code == *code))
    };
    let rules: Vec<Json> = codes::all()
        .filter(used)
        .map(|code| {
            json!({"id": code.id, "name": code.name, "fullDescription": {"text": code.doc},
                   "shortDescription": {"text": code.name.replace('-', " ")}})
        })
        .collect();
    let driver = json!({"name": "spanwright", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    let run = json!({"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results});
    let log = json!({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]});
    format!("{log}\n")
}

fn result(problem: &Diagnostic, sources: &SourceMap) -> Json {
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut message = problem.title.clone();
    for help in &problem.help {
        message.push_str("; ");
        message.push_str(help);
    }
    let related: Vec<Json> = problem
        .secondary
        .iter()
        .map(|label| {
            let mut related = location(label, sources);
            related["message"] = json!({"text": label.text});
            related
        })
        .collect();
    let mut result = json!({
        "ruleId": problem.code.id, "level": level, "message": {"text": message},
        "locations": [location(&problem.primary, sources)], "relatedLocations": related,
    });
    if !problem.fix.is_empty() {
        let replacements = problem.fix.iter().map(|edit| {
            let label = Label { file: edit.file, span: edit.span, text: String::new() };
            let region = location(&label, sources)["physicalLocation"]["region"].clone();
            (edit.file, json!({"deletedRegion": region, "insertedContent": {"text": edit.text}}))
        });
        let changes: Vec<Json> = replacements
            .map(|(file, replacement)| {
                json!({"artifactLocation": {"uri": uri(&sources.file(file).name)}, "replacements": [replacement]})
            })
            .collect();
        result["fixes"] = json!([{"artifactChanges": changes}]);
    }
    result
}

fn location(label: &Label, sources: &SourceMap) -> Json {
    let file = sources.file(label.file);
    let (start, end) = (file.place(label.span.start), file.place(label.span.end));
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&file.name)},
        "region": {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column},
    }})
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                uri.push(byte as char)
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
