//! What is wrong with a rule pack: diagnostics as plain data, and their renderers.
//!
//! A mistake in a pack is never an `Err`: every stage of the front end pushes
//! [`Diagnostic`]s and goes on, so that one run reports all of them.

pub mod codes;
mod fix;
mod render;
mod sarif;

pub use codes::Code;
pub use fix::{Fixed, fixed};
pub use render::{Format, Style, render};
pub use sarif::log as sarif;

use crate::text::{FileId, SourceMap, Span};

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pack cannot be used.
    Error,
    /// The pack can be used, but something is probably not meant.
    Warning,
}

/// A stretch of a source file with a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// Byte range in that file.
    pub span: Span,
    /// What to say about it; may be empty.
    pub text: String,
}

/// One problem of a rule pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The code, with number and name.
    pub code: &'static Code,
    /// How bad it is.
    pub severity: Severity,
    /// The fact, in one line.
    pub title: String,
    /// The smallest wrong thing.
    pub primary: Label,
    /// What it clashes with.
    pub secondary: Vec<Label>,
    /// What to type instead.
    pub help: Vec<String>,
    /// Where there is one right answer: the edits that make it so.
    pub fix: Vec<Edit>,
}

/// A change of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// The bytes that go.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(code: &'static Code, title: impl Into<String>, file: FileId, span: Span) -> Self {
        Self::new(Severity::Error, code, title, file, span)
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: &'static Code, title: impl Into<String>, file: FileId, span: Span) -> Self {
        Self::new(Severity::Warning, code, title, file, span)
    }

    fn new(
        severity: Severity,
        code: &'static Code,
        title: impl Into<String>,
        file: FileId,
        span: Span,
    ) -> Self {
        Self {
            code,
            severity,
            title: title.into(),
            primary: Label { file, span, text: String::new() },
            secondary: Vec::new(),
            help: Vec::new(),
            fix: Vec::new(),
        }
    }

    /// Says something under the primary span.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a place that the primary one clashes with.
    #[must_use]
    pub fn secondary(mut self, file: FileId, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { file, span, text: text.into() });
        self
    }

    /// Adds advice: what to type.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds the edit that writes another name at the primary place, if there is one.
    #[must_use]
    pub fn renamed(self, name: Option<&str>) -> Self {
        let span = self.primary.span;
        match name {
            Some(name) => self.fix(span, name),
            None => self,
        }
    }

    /// Adds an edit that mends the problem, in the file of the primary place.
    /// Only where there is one right answer.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        let file = self.primary.file;
        self.fix.push(Edit { file, span, text: text.into() });
        self
    }
}

/// All problems of a pack, with the sources that they point into.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The files.
    pub sources: SourceMap,
    /// The problems, in source order after [`Report::sort`].
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Whether the pack cannot be used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }

    /// Puts the problems into source order, errors and warnings together.
    pub fn sort(&mut self) {
        self.diagnostics.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.primary.file, d.primary.span, d.code.id);
            key(a).cmp(&key(b)).then_with(|| a.title.cmp(&b.title))
        });
        self.diagnostics.dedup();
    }
}
