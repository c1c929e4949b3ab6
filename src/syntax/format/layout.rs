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
    fn written(mut self, pieces: &[Piece<'_>], breaks: bool) -> String {
        for (at, piece) in pieces.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| pieces.get(at));
            let after_open = before.and_then(nesting).is_some_and(|nesting| {
                matches!(nesting, Nesting::Open | Nesting::OpenBody)
            });
            let blank = piece.breaks > 1 && !after_open;
            match piece.setting {
                None if piece.breaks == 0 => self.text.push_str("  "),
                None => {
                    let next = pieces[at..].iter().find_map(|piece| piece.setting);
                    self.line(blank, self.indent_inside(next));
                }
                Some(setting) => {
                    let after_comment = before.is_some_and(|before| before.setting.is_none());
                    self.join(setting, breaks, piece.breaks > 0, after_comment, blank);
                }
            }
            self.text.push_str(piece.text);
            if let Some(setting) = piece.setting {
                self.pass(setting);
            }
        }
        self.text
    }

    /// Writes the white space before a lexeme.
    fn join(&mut self, setting: Setting, breaks: bool, broken: bool, after_comment: bool, blank: bool) {
        let closes = matches!(setting.nesting, Nesting::Close | Nesting::CloseBody);
        let begins_line = after_comment
            || breaks
                && match setting.joint {
                    _ if setting.nesting == Nesting::CloseBody => true,
                    Joint::Glued | Joint::Fixed => false,
                    Joint::Tight | Joint::Spaced => broken,
                    Joint::Clause { .. } => true,
                };
        if begins_line {
            let indent = match setting.nesting {
                Nesting::Close => self.open.last().copied().unwrap_or(0),
                Nesting::CloseBody => 0,
                _ => self.indent_inside(Some(setting)),
            };
            // A line that is broken only to give a clause its own has no blank before it.
            self.line(blank && !closes, indent);
        } else if !self.text.is_empty() && !matches!(setting.joint, Joint::Glued | Joint::Tight) {
            self.text.push(' ');
        }
    }

    /// The indentation of a line before or with this lexeme; a closing bracket
    /// counts to what it closes.
    fn indent_inside(&self, next: Option<Setting>) -> usize {
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
