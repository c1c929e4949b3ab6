//! The parser's place in the lexemes, and how it reports and recovers.

use super::ast::{Name, Spanned};
use super::lexer::{Kind, Lexeme};
use crate::diag::{Diagnostic, codes};
use crate::text::{FileId, Span};

/// A part could not be read; the problem has been reported.
#[derive(Debug)]
pub(super) struct Reported;

/// What a part of the parser returns.
pub(super) type Parsed<T> = Result<T, Reported>;

/// Patterns, conditions and facts may be nested so deep.
const MOST_NESTING: u32 = 100;

/// The lexemes of one file with a place in them.
pub(super) struct Cursor<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    lexemes: &'a [Lexeme],
    at: usize,
    depth: u32,
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(
        file: FileId,
        text: &'a str,
        lexemes: &'a [Lexeme],
        problems: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self { file, text, lexemes, at: 0, depth: 0, problems }
    }

    pub(super) fn kind(&self) -> &'a Kind {
        &self.lexemes[self.at.min(self.lexemes.len() - 1)].kind
    }

    /// The lexeme after the current one.
    pub(super) fn second(&self) -> &'a Kind {
        &self.lexemes[(self.at + 1).min(self.lexemes.len() - 1)].kind
    }

    pub(super) fn span(&self) -> Span {
        self.lexemes[self.at.min(self.lexemes.len() - 1)].span
    }

    /// The lexeme before the current one.
    pub(super) fn last_span(&self) -> Span {
        self.lexemes[self.at.saturating_sub(1)].span
    }

    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.lexemes.len() - 1);
    }

    pub(super) fn is(&self, mark: &str) -> bool {
        matches!(self.kind(), Kind::Mark(found) if *found == mark)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.kind(), Kind::Name(found) if found == word)
    }

    /// Takes a mark if it is here.
    pub(super) fn take(&mut self, mark: &str) -> bool {
        let found = self.is(mark);
        if found {
            self.advance();
        }
        found
    }

    /// Takes a word if it is here.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, mark: &str) -> Parsed<Span> {
        if self.is(mark) {
            let span = self.span();
            self.advance();
            return Ok(span);
        }
        Err(self.unexpected(&format!("`{mark}`")))
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    pub(super) fn name(&mut self, what: &str) -> Parsed<Name> {
        if let Kind::Name(name) = self.kind() {
            let name = Spanned::new(name.clone(), self.span());
            self.advance();
            return Ok(name);
        }
        Err(self.unexpected(what))
    }

    pub(super) fn string(&mut self, what: &str) -> Parsed<Spanned<String>> {
        if let Kind::Text(text, false) = self.kind() {
            let text = Spanned::new(text.clone(), self.span());
            self.advance();
            return Ok(text);
        }
        Err(self.unexpected(what))
    }

    pub(super) fn number(&mut self, what: &str) -> Parsed<Spanned<i64>> {
        if let Kind::Number(number) = self.kind() {
            let number = Spanned::new(*number, self.span());
            self.advance();
            return Ok(number);
        }
        Err(self.unexpected(what))
    }

    /// A number that fits where counts stand.
    pub(super) fn count(&mut self, what: &str) -> Parsed<u32> {
        let number = self.number(what)?;
        u32::try_from(number.node).map_err(|_| {
            self.problems.push(
                Diagnostic::error(
                    &codes::NUMBER_TOO_LARGE,
                    "this number does not fit",
                    self.file,
                    number.span,
                )
                .help("write a number from 0 on"),
            );
            Reported
        })
    }

    /// Reports that something else stands here than what may.
    pub(super) fn unexpected(&mut self, expected: &str) -> Reported {
        let title = format!("expected {expected}, found {}", self.kind().describe());
        let diagnostic = Diagnostic::error(&codes::UNEXPECTED_TOKEN, title, self.file, self.span())
            .label(format!("expected {expected}"));
        self.problems.push(diagnostic);
        Reported
    }

    /// Reads a nested part, unless it is nested too deeply.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MOST_NESTING {
            let title = format!("nested more than {MOST_NESTING} deep");
            self.problems.push(
                Diagnostic::error(&codes::NESTED_TOO_DEEPLY, title, self.file, self.span())
                    .help("name the inner part with `let`"),
            );
            return Err(Reported);
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Skips to where the next item begins: a keyword at the start of a line,
    /// or right after a closing brace.
    pub(super) fn recover(&mut self, keywords: &[&str]) {
        self.depth = 0;
        loop {
            if *self.kind() == Kind::End {
                return;
            }
            let span = self.span();
            let before = &self.text[..span.start as usize];
            let begins_line = before.is_empty() || before.ends_with('\n');
            let after_brace = self.at > 0 && self.lexemes[self.at - 1].kind == Kind::Mark("}");
            let is_keyword = matches!(self.kind(), Kind::Name(name) if keywords.contains(&name.as_str()));
            if is_keyword && (begins_line || after_brace) {
                return;
            }
            self.advance();
        }
    }
}
