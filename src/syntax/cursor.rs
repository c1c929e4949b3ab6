//! The parser's place in the lexemes, and how it reports and recovers.

use super::ast::{Name, Spanned};
use super::lexer::{Kind, Lexeme};
use super::nesting::Nesting;
use super::suggest::nearest;
use crate::diag::{Diagnostic, codes};
use crate::text::{FileId, Span};

/// A part could not be read; the problem has been reported.
#[derive(Debug)]
pub(super) struct Reported;

/// What a part of the parser returns.
pub(super) type Parsed<T> = Result<T, Reported>;

/// Words that cannot name a let, a binding, a type or an item.
const RESERVED: [&str; 15] = [
    "gazetteer",
    "regex",
    "let",
    "rule",
    "drop",
    "context",
    "link",
    "test",
    "where",
    "set",
    "value",
    "match",
    "and",
    "or",
    "not",
];

/// The lexemes of one file with a place in them.
pub(super) struct Cursor<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    lexemes: &'a [Lexeme],
    at: usize,
    depth: u32,
    max_nesting: Nesting,
    /// Where the current item begins.
    item_start: u32,
    /// A word that ends patterns here, besides those that always do.
    pub(super) pattern_end: Option<&'static str>,
    /// Names that cannot be used; what follows from them is no mistake.
    pub(super) unusable: Vec<String>,
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(
        file: FileId,
        text: &'a str,
        lexemes: &'a [Lexeme],
        max_nesting: Nesting,
        problems: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            file,
            text,
            lexemes,
            at: 0,
            depth: 0,
            max_nesting,
            item_start: 0,
            pattern_end: None,
            unusable: Vec::new(),
            problems,
        }
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

    /// Takes a mark, or what other languages write for it: that is reported,
    /// and reading goes on as if the right mark stood there.
    pub(super) fn take_or(&mut self, mark: &str, foreign: &[&str]) -> bool {
        if self.take(mark) {
            return true;
        }
        let found = match self.kind() {
            Kind::Mark(found) => *found,
            Kind::Name(found) => found.as_str(),
            _ => return false,
        };
        if !foreign.contains(&found) {
            return false;
        }
        let title = format!("`{found}` is written `{mark}` here");
        self.problems.push(
            Diagnostic::error(&codes::FOREIGN, title, self.file, self.span())
                .help(format!("write `{mark}`"))
                .fix(self.span(), mark),
        );
        self.advance();
        true
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

    /// A name that the pack gives to something: no keyword, no hyphen. Others
    /// are reported, and reading goes on.
    pub(super) fn new_name(&mut self, what: &str) -> Parsed<Name> {
        let name = self.name(what)?;
        let mut problem = |title: String, help: String| {
            self.problems
                .push(Diagnostic::error(&codes::UNUSABLE_NAME, title, self.file, name.span).help(help));
        };
        if RESERVED.contains(&name.node.as_str()) {
            let title = format!("`{}` is a keyword and cannot be a name", name.node);
            problem(title, format!("choose another name, such as `{}_`", name.node));
        } else if name.node.contains('-') {
            let title = format!("`{}` is not a name: names have no hyphens", name.node);
            problem(title, format!("write `{}`", name.node.replace('-', "_")));
        } else {
            return Ok(name);
        }
        self.unusable.push(name.node.clone());
        Ok(name)
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
        u32::try_from(number.node).map_err(|_| self.unfit(number.span, "write a number from 0 to 4294967295"))
    }

    /// Reports a number that does not fit where it stands.
    pub(super) fn unfit(&mut self, span: Span, help: &str) -> Reported {
        let title = "this number does not fit here";
        self.problems.push(Diagnostic::error(&codes::NUMBER_TOO_LARGE, title, self.file, span).help(help));
        Reported
    }

    /// Reports that something else stands here than what may. Says nothing
    /// where a string or regular expression of the item has no end: all that
    /// comes after is guesswork.
    pub(super) fn unexpected(&mut self, expected: &str) -> Reported {
        let item = Span::new(self.item_start, self.span().end);
        if self.is_guesswork(item) {
            return Reported;
        }
        let title = format!("expected {expected}, found {}", self.kind().describe());
        let mut diagnostic = Diagnostic::error(&codes::UNEXPECTED_TOKEN, title, self.file, self.span())
            .label(if expected.len() < 60 {
                format!("expected {expected}")
            } else {
                "not expected here".to_owned()
            });
        // The words that `expected` names between backquotes.
        let words =
            expected.split('`').skip(1).step_by(2).filter(|word| word.starts_with(char::is_alphabetic));
        match self.kind() {
            Kind::Name(word) => {
                let near = nearest(word, words);
                diagnostic = diagnostic.renamed(near).help(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write {expected} here"),
                });
            }
            Kind::Text(_, true) => {
                diagnostic = diagnostic.help("take out the `i` after the string: it has no place here");
            }
            Kind::End => diagnostic = diagnostic.help("is a closing bracket or brace missing before this?"),
            Kind::Text(_, false) | Kind::Regex(..) | Kind::Number(_) | Kind::Mark(_) => {
                diagnostic = diagnostic.help(format!("write {expected} here"));
            }
        }
        self.problems.push(diagnostic);
        Reported
    }

    /// Whether a lexeme in this range is not what its author wrote.
    pub(super) fn is_guesswork(&self, range: Span) -> bool {
        let codes = [&codes::UNTERMINATED_STRING, &codes::UNTERMINATED_REGEX, &codes::NUMBER_TOO_LARGE];
        self.problems.iter().any(|problem| {
            let place = &problem.primary;
            codes.contains(&problem.code) && place.file == self.file && range.contains(place.span)
        })
    }

    /// Says that an item begins here.
    pub(super) fn begin_item(&mut self) {
        self.item_start = self.span().start;
        self.pattern_end = None;
    }

    /// Whether the current lexeme stands at the start of its line.
    pub(super) fn begins_line(&self) -> bool {
        let before = &self.text[..self.span().start as usize];
        before.is_empty() || before.ends_with(['\n', '\u{feff}'])
    }

    /// Whether `ruel a` stands here at the start of a line.
    pub(super) fn begins_misspelt(&self, keywords: &[&str]) -> bool {
        let Kind::Name(word) = self.kind() else { return false };
        self.begins_line()
            && matches!(self.second(), Kind::Name(_))
            && !keywords.contains(&word.as_str())
            && nearest(word, keywords.iter().copied()).is_some()
    }

    /// The names that stand in the current item, up to here.
    pub(super) fn names_so_far(&self) -> impl Iterator<Item = &'a str> {
        let first = self.lexemes.partition_point(|lexeme| lexeme.span.start < self.item_start);
        self.lexemes[first..self.at.max(first)].iter().filter_map(|lexeme| match &lexeme.kind {
            Kind::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Reads a nested part, unless it is nested too deeply.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.max_nesting.ends_at(self.depth) {
            let title = format!("nested more than {} deep", self.max_nesting);
            self.problems.push(
                Diagnostic::error(&codes::NESTED_TOO_DEEPLY, title, self.file, self.span())
                    .help("name the inner part with `let`, or allow more with `--max-nesting`"),
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
            let after_brace = self.at > 0 && self.lexemes[self.at - 1].kind == Kind::Mark("}");
            let is_keyword = matches!(self.kind(), Kind::Name(name) if keywords.contains(&name.as_str()));
            if is_keyword && (self.begins_line() || after_brace) || self.begins_misspelt(keywords) {
                return;
            }
            self.advance();
        }
    }
}
