//! Diagnostics as text: in full with the source underlined, in short, as JSON.

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use serde_json::json;

use super::{Diagnostic, Label, Report, Severity};
use crate::text::{SourceFile, SourceMap};

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// With the source line underlined, and help.
    #[default]
    Full,
    /// One line each: `file:line:column: error[E001]: title`.
    Short,
    /// One JSON object a line.
    Json,
    /// One SARIF 2.1.0 log, for code scanning.
    Sarif,
}

/// Whether the full format is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Style {
    /// Plain text.
    #[default]
    Plain,
    /// ANSI colours.
    Color,
}

/// Writes all diagnostics of a report, in their order.
#[must_use]
pub fn render(report: &Report, format: Format, style: Style) -> String {
    if format == Format::Sarif {
        return super::sarif::log(&[report]);
    }
    let mut out = String::new();
    for diagnostic in &report.diagnostics {
        match format {
            Format::Full => out.push_str(&full(diagnostic, &report.sources, style)),
            Format::Short => out.push_str(&short(diagnostic, &report.sources)),
            Format::Json | Format::Sarif => out.push_str(&record(diagnostic, &report.sources)),
        }
        out.push('\n');
    }
    out
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn short(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let file = sources.file(diagnostic.primary.file);
    let place = file.place(diagnostic.primary.span.start);
    let (severity, id) = (severity(diagnostic), diagnostic.code.id);
    format!(
        "{}:{}:{}: {severity}[{id}]: {}",
        file.name,
        place.line,
        place.column,
        one_line(&diagnostic.title)
    )
}

fn full(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (beside, elsewhere): (Vec<&Label>, Vec<&Label>) =
        diagnostic.secondary.iter().partition(|label| label.file == diagnostic.primary.file);
    let title = one_line(&diagnostic.title);
    let group = level.primary_title(title.as_str()).id(diagnostic.code.id);
    let mut labels = vec![(AnnotationKind::Primary, &diagnostic.primary)];
    labels.extend(beside.into_iter().map(|label| (AnnotationKind::Context, label)));
    let mut group = group.element(source(sources.file(diagnostic.primary.file), &labels));
    for label in elsewhere {
        group = group.element(source(sources.file(label.file), &[(AnnotationKind::Context, label)]));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Color => Renderer::styled(),
    };
    let mut text = renderer.render(&[group]).to_string();
    text.push('\n');
    text
}

/// The longest line, in bytes, that is shown with what is underlined in it.
const LONGEST: usize = 16 << 10;

/// A file from the first line to the last that labels point at. Lines before and
/// after are not looked at, so that many problems of a long file cost no more than
/// they are long; of a line that is too long to be shown its place is named.
fn source<'a>(file: &'a SourceFile, labels: &[(AnnotationKind, &'a Label)]) -> Element<'a> {
    let ranges: Vec<_> = labels.iter().map(|(_, label)| range(label, &file.text)).collect();
    let start = |at: usize| file.text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = |at: usize| file.text[at..].find('\n').map_or(file.text.len(), |found| at + found + 1);
    if ranges.iter().any(|range| end(range.end) - start(range.start) > LONGEST) {
        let place = file.place(labels[0].1.span.start);
        let origin = Origin::path(file.name.as_str()).line(place.line as usize);
        return origin.char_column(place.column as usize).into();
    }
    let from = ranges.iter().map(|range| start(range.start)).min().unwrap_or(0);
    let to = ranges.iter().map(|range| end(range.end)).max().unwrap_or(0);
    let annotations = labels.iter().zip(ranges).map(|((kind, label), range)| {
        kind.span(range.start - from..range.end - from).label(label.text.as_str())
    });
    Snippet::source(&file.text[from..to])
        .line_start(file.place(from as u32).line as usize)
        .path(file.name.as_str())
        .annotations(annotations)
        .into()
}

/// A title may quote what was written: control characters become visible.
fn one_line(title: &str) -> String {
    let mut line = String::with_capacity(title.len());
    for c in title.chars() {
        if c.is_control() { line.extend(c.escape_debug()) } else { line.push(c) }
    }
    line
}

/// The bytes of a label, inside the text and on character boundaries.
fn range(label: &Label, text: &str) -> std::ops::Range<usize> {
    let floor = |at: u32| {
        let at = (at as usize).min(text.len());
        (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
    };
    let start = floor(label.span.start);
    start..floor(label.span.end).max(start)
}

fn record(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = |label: &Label| {
        let file = sources.file(label.file);
        let (start, end) = (file.place(label.span.start), file.place(label.span.end));
        json!({
            "file": file.name, "line": start.line, "column": start.column,
            "end_line": end.line, "end_column": end.column,
            "start_byte": label.span.start, "end_byte": label.span.end, "label": label.text,
        })
    };
    json!({
        "code": diagnostic.code.id, "name": diagnostic.code.name, "severity": severity(diagnostic),
        "title": diagnostic.title, "primary": place(&diagnostic.primary),
        "secondary": diagnostic.secondary.iter().map(place).collect::<Vec<_>>(),
        "help": diagnostic.help,
        "fix": diagnostic.fix.iter().map(|edit| json!({
            "file": sources.file(edit.file).name, "start_byte": edit.span.start, "end_byte": edit.span.end,
            "text": edit.text,
        })).collect::<Vec<_>>(),
    })
    .to_string()
}
