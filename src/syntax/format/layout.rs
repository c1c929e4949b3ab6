//! The pieces of one item in lines.

use super::Piece;
use super::joints::{Joint, Nesting, Setting};

/// Spaces of one step of indentation.
const STEP: usize = 2;

/// A body that was written on one line stays there up to this width.
const WIDTH: usize = 100;

/// An item as it is written, without a line break at its end.
pub(super) struct Laid {
    pub(super) text: String,
    /// Whether its body has several lines.
    pub(super) has_broken_body: bool,
}

/// Lays out an item. A body that was written on one line stays on it, if it
/// fits; else each clause has a line. The author's line breaks within clauses stay.
pub(super) fn lay_out(pieces: &[Piece<'_>]) -> Laid {
    let body = pieces.iter().position(|piece| nesting(piece) == Some(Nesting::OpenBody));
    let Some(body) = body else {
        return Laid { text: Writer::default().written(pieces, true), has_broken_body: false };
    };
    let inside = &pieces[body + 1..];
    let is_empty = inside.first().and_then(nesting) == Some(Nesting::CloseBody);
    let has_comments = pieces.iter().any(|piece| piece.setting.is_none());
    if !has_comments && (is_empty || inside.iter().all(|piece| piece.breaks == 0)) {
        let text = Writer::default().written(pieces, false);
        if is_empty || text.chars().count() <= WIDTH {
            return Laid { text, has_broken_body: false };
        }
    }
    Laid { text: Writer::default().written(pieces, true), has_broken_body: true }
}

fn nesting(piece: &Piece<'_>) -> Option<Nesting> {
    piece.setting.map(|setting| setting.nesting)
}

/// Whether a lexeme begins a line, in an item that may have several.
fn begins_line(setting: Setting, broken_by_author: bool) -> bool {
    match setting.joint {
        _ if setting.nesting == Nesting::CloseBody => true,
        Joint::Clause { .. } => true,
        Joint::Tight | Joint::Spaced => broken_by_author,
        Joint::Glued | Joint::Fixed => false,
    }
}

/// The lines of an item so far.
#[derive(Default)]
struct Writer {
    text: String,
    /// The indentation of the current line.
    indent: usize,
    /// The indentation of the lines on which the open brackets stand.
    open: Vec<usize>,
    in_body: bool,
    /// Whether the current clause hangs on a keyword.
    hangs: bool,
}

impl Writer {
    /// Writes all pieces, with line breaks or on one line.
    fn written(mut self, pieces: &[Piece<'_>], breaks: bool) -> String {
        let mut before: Option<&Piece<'_>> = None;
        for (at, piece) in pieces.iter().enumerate() {
            let opened = before.and_then(nesting);
            let blank = piece.breaks > 1 && !matches!(opened, Some(Nesting::Open | Nesting::OpenBody));
            match piece.setting {
                None if piece.breaks == 0 => self.text.push_str("  "),
                None => {
                    let next = pieces[at..].iter().find_map(|piece| piece.setting);
                    self.line(blank, self.indent_before(next));
                }
                Some(setting) => {
                    let after_comment = before.is_some_and(|before| before.setting.is_none());
                    if after_comment || breaks && begins_line(setting, piece.breaks > 0) {
                        self.line_with(setting, blank);
                    } else if before.is_some() && !matches!(setting.joint, Joint::Glued | Joint::Tight) {
                        self.text.push(' ');
                    }
                }
            }
            self.text.push_str(piece.text);
            if let Some(setting) = piece.setting {
                self.pass(setting);
            }
            before = Some(piece);
        }
        self.text
    }

    /// Begins a line with a lexeme.
    fn line_with(&mut self, setting: Setting, blank: bool) {
        match setting.nesting {
            Nesting::Close => self.line(false, self.open.last().copied().unwrap_or(0)),
            Nesting::CloseBody => self.line(false, 0),
            _ => self.line(blank, self.indent_before(Some(setting))),
        }
    }

    /// The indentation of a comment before this lexeme, or of the lexeme itself;
    /// a closing bracket counts as part of what it closes.
    fn indent_before(&self, next: Option<Setting>) -> usize {
        let is_clause = next.is_some_and(|next| {
            matches!(next.joint, Joint::Clause { .. }) || next.nesting == Nesting::CloseBody
        });
        match self.open.last() {
            Some(outer) => outer + STEP,
            None if self.in_body && self.hangs && !is_clause => 2 * STEP,
            None => STEP,
        }
    }

    fn line(&mut self, blank: bool, indent: usize) {
        self.text.push_str(if blank { "\n\n" } else { "\n" });
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.indent = indent;
    }

    /// Goes on after a lexeme.
    fn pass(&mut self, setting: Setting) {
        match setting.nesting {
            Nesting::Open => self.open.push(self.indent),
            Nesting::Close => drop(self.open.pop()),
            Nesting::OpenBody => self.in_body = true,
            Nesting::CloseBody | Nesting::Flat => {}
        }
        if let Joint::Clause { hangs } = setting.joint {
            self.hangs = hangs;
        }
    }
}
