//! Text to lexemes, with places. Never fails: what is wrong becomes a
//! diagnostic and the rest goes on.

use crate::diag::{Diagnostic, codes};
use crate::text::{FileId, Span};

/// A piece of a rule file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lexeme {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// The kinds of lexeme.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name or keyword; hyphens between letters belong to it.
    Name(String),
    /// A string, escapes resolved; whether `i` follows.
    Text(String, bool),
    /// `/…/flags`
    Regex(String, String),
    /// An integer.
    Number(i64),
    /// Punctuation.
    Mark(&'static str),
    /// The end of the file.
    End,
}

/// Punctuation, the longest first.
const MARKS: &[&str] = &[
    "(?<=", "(?<!", "(?=", "(?!", "...", "&&", "||", "->", "=>", "==", "!=", "(", ")", "[", "]", "{", "}",
    "<", ">", "=", "~", "&", "|", "!", ",", ":", ".", "?", "*", "+",
];

/// A rule file in pieces.
#[derive(Debug)]
pub(super) struct Lexed {
    /// The lexemes; the last is [`Kind::End`].
    pub(super) lexemes: Vec<Lexeme>,
    #[allow(dead_code, reason = "for tools that keep the layout of a file")]
    /// The comments, from `#` to the end of the line.
    pub(super) comments: Vec<Span>,
}

/// Cuts a rule file into lexemes and comments.
pub(super) fn lex(file: FileId, text: &str, problems: &mut Vec<Diagnostic>) -> Lexed {
    let mut lexer = Lexer { file, text, at: 0, problems, lexemes: Vec::new(), comments: Vec::new() };
    lexer.run();
    Lexed { lexemes: lexer.lexemes, comments: lexer.comments }
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    problems: &'a mut Vec<Diagnostic>,
    lexemes: Vec<Lexeme>,
    comments: Vec<Span>,
}

impl<'a> Lexer<'a> {
    fn run(&mut self) {
        while let Some(c) = self.peek() {
            let start = self.at;
            match c {
                '#' => self.comment(),
                c if c.is_whitespace() || c == '\u{feff}' => self.at += c.len_utf8(),
                '"' => self.string(),
                '“' | '”' if self.curly_string() => {}
                '/' if self.foreign_comment() => {}
                '/' => self.regex(),
                '\'' if self.foreign_string() => {}
                '^' | '$' => self.anchor(c),
                c if c.is_ascii_digit() => self.number(start),
                '-' if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                    self.at += 1;
                    self.number(start);
                }
                c if c.is_alphabetic() || c == '_' => self.name(),
                _ => self.mark(c),
            }
        }
        // Problems at the end of the file point to where something is missing.
        self.at = self.lexemes.last().map_or(self.at, |last| last.span.end as usize);
        self.push(Kind::End, self.at);
    }

    fn foreign(&mut self, title: &str, span: Span, right: &str) {
        self.problem(
            Diagnostic::error(&codes::FOREIGN, title, self.file, span)
                .help(format!("write {}", if right.len() < 40 { right } else { "double quotes" }))
                .fix(span, right),
        );
    }

    /// `// a comment`, alone on its line.
    fn foreign_comment(&mut self) -> bool {
        let line = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
        let is_comment = self.rest().starts_with("//") && self.text[line..self.at].trim().is_empty();
        if is_comment {
            let span = Span::new(self.at as u32, self.at as u32 + 2);
            self.foreign("comments begin with `#`", span, "#");
            self.comment();
        }
        is_comment
    }

    /// `'text'` on one line.
    fn foreign_string(&mut self) -> bool {
        let line = self.rest().split('\n').next().unwrap_or("");
        let Some(len) = line[1..].find('\'').filter(|&len| len > 0 && !line[1..=len].contains(['"', '\\']))
        else {
            return false;
        };
        let (start, text) = (self.at, line[1..=len].to_owned());
        self.at += len + 2;
        let span = Span::new(start as u32, self.at as u32);
        self.foreign("strings stand between double quotes", span, &format!("\"{text}\""));
        self.push(Kind::Text(text, false), start);
        true
    }

    fn comment(&mut self) {
        let start = self.at;
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        let end = start + self.text[start..self.at].trim_end().len();
        self.comments.push(Span::new(start as u32, end as u32));
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.lexemes.push(Lexeme { kind, span: Span::new(start as u32, self.at as u32) });
    }

    fn problem(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    fn name(&mut self) {
        let start = self.at;
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        loop {
            let rest = self.rest();
            self.at += rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let mut after = self.rest().chars();
            if after.next() != Some('-') || !after.next().is_some_and(char::is_alphabetic) {
                break;
            }
            self.at += 1;
        }
        self.push(Kind::Name(self.text[start..self.at].to_owned()), start);
    }

    fn number(&mut self, start: usize) {
        let rest = self.rest();
        self.at += rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = self.text[start..self.at].parse().unwrap_or_else(|_| {
            let span = Span::new(start as u32, self.at as u32);
            self.problems.push(
                Diagnostic::error(&codes::NUMBER_TOO_LARGE, "this number is too large", self.file, span)
                    .help("use a smaller number"),
            );
            0
        });
        self.push(Kind::Number(number), start);
    }

    fn anchor(&mut self, c: char) {
        let start = self.at;
        let after = &self.rest()[1..];
        let of_sentence = after.starts_with('s')
            && !after[1..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '=');
        self.at += if of_sentence { 2 } else { 1 };
        let mark = match (c, of_sentence) {
            ('^', false) => "^",
            ('^', true) => "^s",
            (_, false) => "$",
            (_, true) => "$s",
        };
        self.push(Kind::Mark(mark), start);
    }

    fn mark(&mut self, c: char) {
        let start = self.at;
        match MARKS.iter().find(|mark| self.rest().starts_with(**mark)) {
            Some(mark) => {
                self.at += mark.len();
                self.push(Kind::Mark(mark), start);
            }
            None => {
                self.at += c.len_utf8();
                let span = Span::new(start as u32, self.at as u32);
                let help = if matches!(c, '“' | '”' | '‘' | '’' | '\'') {
                    "strings stand between plain double quotes: \"…\""
                } else {
                    "take it out, or put it between quotes if it is text"
                };
                self.problem(
                    Diagnostic::error(
                        &codes::STRANGE_CHARACTER,
                        format!("`{c}` means nothing here"),
                        self.file,
                        span,
                    )
                    .help(help),
                );
            }
        }
    }

    /// Reads `“…”` as the string that it was meant to be, if it ends on its line.
    fn curly_string(&mut self) -> bool {
        let start = self.at;
        let open = '“'.len_utf8();
        let inner = &self.rest()[open..];
        let Some(end) = inner.find(['“', '”', '"', '\n']) else { return false };
        let Some(close) = inner[end..].chars().next().filter(|c| *c != '\n') else { return false };
        self.at += open + end + close.len_utf8();
        let span = Span::new(start as u32, self.at as u32);
        self.problem(
            Diagnostic::error(
                &codes::STRANGE_CHARACTER,
                "a string stands between straight quotes, not curly ones",
                self.file,
                span,
            )
            .help("write \"…\""),
        );
        self.push(Kind::Text(inner[..end].to_owned(), false), start);
        true
    }

    fn string(&mut self) {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                None | Some('\n') => {
                    let span = Span::new(start as u32, self.at as u32);
                    self.problem(
                        Diagnostic::error(
                            &codes::UNTERMINATED_STRING,
                            "this string does not end on its line",
                            self.file,
                            span,
                        )
                        .help("close it with `\"`; write a line break as `\\n`"),
                    );
                    break;
                }
                Some('"') => {
                    self.at += 1;
                    break;
                }
                Some('\\') => self.escape(&mut text),
                Some(c) => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        let folds = self.rest().starts_with('i')
            && !self.rest()[1..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        self.at += usize::from(folds);
        self.push(Kind::Text(text, folds), start);
        self.occurrence();
    }

    /// `#2` right after a string, before `,` or `)`: no comment, but which of
    /// several equal texts is meant.
    fn occurrence(&mut self) {
        let Some(rest) = self.rest().strip_prefix('#') else { return };
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if after.len() < rest.len() && after.trim_start().starts_with([',', ')']) {
            let start = self.at;
            self.at += 1;
            self.push(Kind::Mark("#"), start);
        }
    }

    fn escape(&mut self, text: &mut String) {
        let start = self.at;
        let mut chars = self.rest().chars().skip(1);
        let escaped = match chars.next() {
            Some(c @ ('"' | '\\' | '[' | ']' | '{' | '}')) => Some((c, 2)),
            Some('n') => Some(('\n', 2)),
            Some('t') => Some(('\t', 2)),
            Some('u') => self.unicode_escape(),
            _ => None,
        };
        match escaped {
            // Brackets stay escaped: in a test they are then plain text.
            Some((c @ ('[' | ']' | '{' | '}'), len)) => {
                text.push('\\');
                text.push(c);
                self.at += len;
            }
            Some((c, len)) => {
                text.push(c);
                self.at += len;
            }
            None => {
                self.at += 1;
                let len = self.peek().filter(|c| *c != '\n').map_or(0, char::len_utf8);
                let span = Span::new(start as u32, (self.at + len) as u32);
                self.problem(
                    Diagnostic::error(&codes::UNKNOWN_ESCAPE, "unknown escape in a string", self.file, span)
                        .help("known are \\\" \\\\ \\n \\t \\[ \\] \\{ \\} and \\u{…}; write \\\\ for a backslash"),
                );
            }
        }
    }

    fn unicode_escape(&self) -> Option<(char, usize)> {
        let digits = self.rest().strip_prefix("\\u{")?;
        let end =
            digits.find(|c: char| !c.is_ascii_hexdigit()).filter(|&end| digits[end..].starts_with('}'))?;
        let code = u32::from_str_radix(&digits[..end], 16).ok()?;
        Some((char::from_u32(code)?, end + 4))
    }

    fn regex(&mut self) {
        let start = self.at;
        self.at += 1;
        let mut source = String::new();
        let mut in_class = false;
        loop {
            match self.peek() {
                None | Some('\n') => {
                    let span = Span::new(start as u32, self.at as u32);
                    self.problem(
                        Diagnostic::error(
                            &codes::UNTERMINATED_REGEX,
                            "this regular expression does not end on its line",
                            self.file,
                            span,
                        )
                        .help("close it with `/`; write a slash inside it as `\\/`"),
                    );
                    break;
                }
                Some('/') if !in_class => {
                    self.at += 1;
                    break;
                }
                Some('\\') if self.rest()[1..].starts_with('/') => {
                    source.push('/');
                    self.at += 2;
                }
                Some('\\') => {
                    source.push('\\');
                    self.at += 1;
                    if let Some(c) = self.peek().filter(|c| *c != '\n') {
                        source.push(c);
                        self.at += c.len_utf8();
                    }
                }
                Some(c) => {
                    in_class = (in_class || c == '[') && c != ']';
                    source.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        let flags = self.rest();
        let len = flags.find(|c: char| !c.is_alphabetic()).unwrap_or(flags.len());
        self.at += len;
        self.push(Kind::Regex(source, flags[..len].to_owned()), start);
    }
}

impl Kind {
    /// How messages name it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Text(text, _) => format!("the string \"{}\"", shortened(text)),
            Self::Regex(source, _) => format!("the regular expression /{}/", shortened(source)),
            Self::Number(number) => format!("`{number}`"),
            Self::Mark(mark) => format!("`{mark}`"),
            Self::End => "the end of the file".to_owned(),
        }
    }
}

/// The start of a text, on one line.
fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}
