//! `# allow W014: reason` in comments.

use super::ast::{Allowance, Name};
use super::suggest::nearest;
use crate::diag::{Diagnostic, codes};
use crate::text::{FileId, Span};

/// The allowances among the comments of a file. One at the end of a line
/// speaks of that line, one that stands alone of the next line that is more
/// than a comment.
pub(super) fn allowances(
    file: FileId,
    text: &str,
    comments: &[Span],
    problems: &mut Vec<Diagnostic>,
) -> Vec<Allowance> {
    let mut found = Vec::new();
    for &span in comments {
        let Some(comment) = span.slice(text) else { continue };
        let body = comment.trim_start_matches('#').trim_start();
        let Some(rest) = body.strip_prefix("allow ") else { continue };
        let at = span.start + (comment.len() - rest.len()) as u32;
        let word = rest.split([':', ' ']).next().unwrap_or("");
        // A sentence that begins with the word `allow` is none.
        let is_code = word.starts_with(['W', 'E']) && word[1..].chars().all(|c| c.is_ascii_digit())
            || rest[word.len()..].starts_with(':');
        if word.is_empty() || !is_code {
            continue;
        }
        let code = Name::new(word.to_owned(), Span::new(at, at + word.len() as u32));
        let reason = rest[word.len()..].trim_start_matches(':').trim().to_owned();
        let problem = |title: String, help: String| {
            Diagnostic::error(&codes::BROKEN_ALLOWANCE, title, file, code.span).help(help)
        };
        let warnings = || codes::all().filter(|code| code.id.starts_with('W'));
        if !codes::all().any(|known| known.id == word || known.name == word) {
            let near = nearest(word, warnings().flat_map(|code| [code.id, code.name]));
            problems.push(problem(
                format!("no code `{word}`"),
                near.map_or_else(
                    || "`spanwright explain --codes` lists all codes".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            ));
        } else if !warnings().any(|known| known.id == word || known.name == word) {
            problems.push(problem(
                format!("`{word}` is an error: only warnings can be allowed"),
                "mend what it reports".to_owned(),
            ));
        } else if reason.is_empty() {
            problems.push(problem(
                "an allowance states its reason".to_owned(),
                format!("write `# allow {word}: why`"),
            ));
        } else {
            found.push(Allowance { file, line: line_of(text, span), code, reason, span });
        }
    }
    found
}

/// The lines of a table or of `pack.toml` that are comments.
pub(super) fn comment_lines(text: &str) -> Vec<Span> {
    let mut comments = Vec::new();
    // Most lists have none: they are not looked at line by line.
    let mut next = 0;
    for at in memchr::memchr_iter(b'#', text.as_bytes()) {
        if at < next {
            continue;
        }
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        next = text[at..].find('\n').map_or(text.len(), |end| at + end);
        if text[start..at].trim().is_empty() {
            comments.push(Span::new(at as u32, (at + text[at..next].trim_end().len()) as u32));
        }
    }
    comments
}

/// The line that a comment speaks of.
fn line_of(text: &str, comment: Span) -> Span {
    let start = text[..comment.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let end = |start: usize| text[start..].find('\n').map_or(text.len(), |at| start + at);
    let is_alone = text[start..comment.start as usize].trim().is_empty();
    let mut at = start;
    if is_alone {
        while at < text.len()
            && (text[at..end(at)].trim().is_empty() || text[at..].trim_start().starts_with('#'))
        {
            at = (end(at) + 1).min(text.len());
        }
    }
    Span::new(at as u32, end(at) as u32)
}
