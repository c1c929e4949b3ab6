//! Rule files in one style: only white space changes.
//!
//! [`joints`] says what may stand between two neighbouring lexemes, [`layout`]
//! puts the lexemes and comments of one item into lines. Neither knows the
//! tree: what the grammar gains is laid out without a change here.

mod joints;
mod layout;

#[cfg(test)]
mod tests;

use super::items::items;
use super::lexer::{Kind, Lexed, lex};
use super::nesting::Nesting;
use crate::diag::{Diagnostic, Severity};
use crate::text::{FileId, Span};
use joints::{Setting, settings};
use layout::{Laid, lay_out};

/// The text of a rule file in the one style. Lexemes and comments stay as they
/// are, byte for byte, and formatting twice changes nothing more.
///
/// # Errors
///
/// The problems of the file, if it cannot be read without an error. They point
/// into `file`.
///
/// ```
/// use spanwright::{syntax::format, text::FileId};
/// let text = "rule a{x=PERSON   where x inside ORG\n=>R( x,x )}";
/// assert_eq!(
///     format(FileId(0), text),
///     Ok("rule a {\n  x=PERSON\n  where x inside ORG\n  => R(x, x)\n}\n".to_owned()),
/// );
/// ```
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    format_with(file, text, Nesting::default())
}

/// The same with a nesting of one's own.
///
/// # Errors
///
/// The problems of the file, if it cannot be read without an error.
pub fn format_with(file: FileId, text: &str, max_nesting: Nesting) -> Result<String, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let starts = items(file, text, max_nesting, &mut problems).starts;
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(problems);
    }
    // What lexing finds has been found above.
    let lexed = lex(file, text, &mut Vec::new());
    Ok(File::default().written(&blocks(text, &lexed, &starts)))
}

/// A lexeme or comment.
struct Piece<'a> {
    text: &'a str,
    /// Line breaks before it.
    breaks: usize,
    /// How it joins what stands before it; nothing for a comment.
    setting: Option<Setting>,
}

/// What a file is made of.
enum Block<'a> {
    /// A comment between items.
    Comment(Piece<'a>),
    /// An item, with the line breaks before it.
    Item(usize, Laid),
}

/// Cuts a file into items and the comments between them.
fn blocks<'a>(text: &'a str, lexed: &Lexed, starts: &[u32]) -> Vec<Block<'a>> {
    let lexemes: Vec<_> = lexed.lexemes.iter().filter(|lexeme| lexeme.kind != Kind::End).cloned().collect();
    let mut comments = lexed.comments.iter().copied().peekable();
    let mut end = 0;
    let mut piece = |span: Span, setting| {
        let breaks = text[end..span.start as usize].matches('\n').count();
        end = span.end as usize;
        Piece { text: &text[span.range()], breaks, setting }
    };
    let mut blocks = Vec::new();
    let mut rest = lexemes.as_slice();
    let mut starts = starts.iter().skip(1);
    while !rest.is_empty() {
        let next = starts.next().copied().unwrap_or(u32::MAX);
        let (item, after) = rest.split_at(rest.partition_point(|lexeme| lexeme.span.start < next));
        rest = after;
        let mut pieces = Vec::new();
        for (lexeme, setting) in item.iter().zip(settings(item)) {
            while let Some(comment) = comments.next_if(|comment| comment.start < lexeme.span.start) {
                let comment = piece(comment, None);
                if pieces.is_empty() { blocks.push(Block::Comment(comment)) } else { pieces.push(comment) }
            }
            pieces.push(piece(lexeme.span, Some(setting)));
        }
        let breaks = pieces.first().map_or(0, |piece| piece.breaks);
        blocks.push(Block::Item(breaks, lay_out(&pieces)));
    }
    blocks.extend(comments.map(|comment| Block::Comment(piece(comment, None))));
    blocks
}

/// A file as it is written: its blocks with their line breaks.
#[derive(Default)]
struct File {
    text: String,
    /// Whether the last item has a body of several lines.
    after_body: bool,
}

impl File {
    fn written(mut self, blocks: &[Block<'_>]) -> String {
        for (at, block) in blocks.iter().enumerate() {
            match block {
                Block::Comment(comment) if comment.breaks == 0 && at > 0 => {
                    self.text.push_str("  ");
                    self.text.push_str(comment.text);
                }
                Block::Comment(comment) => {
                    self.line_break(comment.breaks, &blocks[at..]);
                    self.text.push_str(comment.text);
                }
                Block::Item(breaks, item) => {
                    self.line_break(*breaks, &blocks[at..]);
                    self.text.push_str(&item.text);
                    self.after_body = item.has_broken_body;
                }
            }
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
    }

    /// Begins a line, after a blank one if the author put one there or if it
    /// has to part two bodies.
    fn line_break(&mut self, breaks: usize, rest: &[Block<'_>]) {
        let parts = std::mem::take(&mut self.after_body) && parts_bodies(rest);
        if !self.text.is_empty() {
            self.text.push_str(if breaks > 1 || parts { "\n\n" } else { "\n" });
        }
    }
}

/// Whether a blank line belongs before all of this, because the next item has a
/// body of several lines and its author put no blank line between it and the
/// comments before it.
fn parts_bodies(rest: &[Block<'_>]) -> bool {
    for (at, block) in rest.iter().enumerate() {
        match block {
            Block::Comment(comment) if at > 0 && comment.breaks > 1 => return false,
            Block::Comment(_) => {}
            Block::Item(breaks, item) => return (at == 0 || *breaks < 2) && item.has_broken_body,
        }
    }
    false
}
