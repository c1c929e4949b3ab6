//! Fixes: edits that mend problems, put into the texts of their files.

use std::collections::BTreeMap;

use super::{Edit, Report};
use crate::text::FileId;

/// A file with its fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The file.
    pub file: FileId,
    /// Its text with the edits.
    pub text: String,
    /// How many problems the edits mend.
    pub problems: usize,
}

/// The files of a report with all fixes that do not get in each other's way:
/// of two that change the same bytes, the first in source order is made. A
/// second run may find more to do.
#[must_use]
pub fn fixed(report: &Report) -> Vec<Fixed> {
    let mut files: BTreeMap<FileId, (Vec<&Edit>, usize)> = BTreeMap::new();
    for problem in &report.diagnostics {
        let clashes = |edit: &Edit| {
            let known = files.get(&edit.file).map_or(&[][..], |(edits, _)| edits.as_slice());
            known.iter().any(|other| {
                edit.span.start < other.span.end.max(other.span.start + 1)
                    && other.span.start < edit.span.end.max(edit.span.start + 1)
            })
        };
        if problem.fix.is_empty() || problem.fix.iter().any(clashes) {
            continue;
        }
        for edit in &problem.fix {
            files.entry(edit.file).or_default().0.push(edit);
        }
        files.entry(problem.fix[0].file).or_default().1 += 1;
    }
    let apply = |(file, (mut edits, problems)): (FileId, (Vec<&Edit>, usize))| {
        edits.sort_by_key(|edit| edit.span);
        let source = &report.sources.file(file).text;
        let (mut text, mut at) = (String::with_capacity(source.len()), 0);
        for edit in edits {
            text.push_str(source.get(at..edit.span.start as usize).unwrap_or(""));
            text.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        text.push_str(source.get(at..).unwrap_or(""));
        Fixed { file, text, problems }
    };
    files.into_iter().map(apply).collect()
}
