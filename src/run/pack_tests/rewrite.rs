//! What was found, as edits of the rule file.

use super::clauses::ClausePair;
use super::compare::Comparison;
use crate::check::{CaseSource, CheckedCase, Expectation};
use crate::diag::Edit;
use crate::syntax::markup::{Mark, remark, write};
use crate::text::{FileId, Span};

/// How the text of a test would have to be written for the test to hold.
#[derive(Clone, Debug)]
pub struct Rewrite {
    source: CaseSource,
    text: String,
    /// The marks, where they differ from what is written.
    marks: Option<Vec<Mark>>,
    clauses: Vec<ClausePair>,
}

impl Rewrite {
    pub(super) fn new(case: &CheckedCase, compared: Comparison) -> Self {
        let same = compared.expected.iter().all(|(_, holds)| *holds)
            && compared.found.iter().all(|found| found.holds)
            && matches!(case.expects, Expectation::Result { .. });
        Self {
            source: case.source,
            text: case.text.clone(),
            marks: (!same).then(|| compared.marks()),
            clauses: compared.clauses,
        }
    }

    /// The file that changes.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.source.file
    }

    /// The changes of the file, whose text is given, in its order. Characters
    /// of the text stay as they are written; what lies around stays too.
    #[must_use]
    pub fn edits(&self, source: &str) -> Vec<Edit> {
        let CaseSource { file, literal, whole } = self.source;
        let mut edits = Vec::new();
        let mut change = |span, text| edits.push(Edit { file, span, text });
        if let Some(marks) = &self.marks {
            let written = literal.slice(source).and_then(|literal| remark(literal, marks));
            change(whole, written.unwrap_or_else(|| write(&self.text, marks).text));
        }
        let mut end = whole.end;
        let mut gap = " ";
        for pair in &self.clauses {
            match (&pair.expected, &pair.found) {
                (Some((span, expected)), Some(found)) => {
                    if *expected != found.text {
                        change(*span, found.text.clone());
                    }
                }
                (Some((span, _)), None) => change(removed(*span, source), String::new()),
                (None, _) => {}
            }
            if let Some((span, _)) = &pair.expected {
                gap = gap_before(*span, end, source);
                end = span.end;
            }
        }
        for found in
            self.clauses.iter().filter(|pair| pair.expected.is_none()).filter_map(|p| p.found.as_ref())
        {
            change(Span::new(end, end), format!("{gap}{}", found.text));
        }
        edits
    }
}

/// What stands between a clause and what comes before it, if it is white space.
fn gap_before(clause: Span, before: u32, source: &str) -> &str {
    let gap = Span::new(before, clause.start).slice(source).unwrap_or("");
    if gap.is_empty() || !gap.trim().is_empty() { " " } else { gap }
}

/// A clause with the white space before it, unless its line would then end
/// where a comment ends.
fn removed(clause: Span, source: &str) -> Span {
    let before = source.get(..clause.start as usize).unwrap_or("");
    let after = source.get(clause.end as usize..).unwrap_or("");
    let kept = before.trim_end();
    let ends_line = after.trim_start_matches([' ', '\t']).starts_with(['\r', '\n']);
    if before[kept.len()..].contains('\n') && !ends_line {
        return clause;
    }
    Span::new(kept.len() as u32, clause.end)
}

/// A text after edits that stand in its order and do not overlap. One that
/// does not fit is left out.
#[must_use]
pub fn apply(source: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        let Some(kept) = source.get(at..range.start) else { continue };
        if source.get(range.clone()).is_none() {
            continue;
        }
        out.push_str(kept);
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(&source[at..]);
    out
}
