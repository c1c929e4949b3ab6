//! The markup of tests: `[text](TYPE)` to a text with marks, and back.
//!
//! Two layers of escapes meet here. The lexer resolves those of strings and
//! leaves `\[ \] \{ \}` alone; markup then resolves these and `\\`. What is
//! written passes through both, so that it reads back as it was.

mod write;

pub(crate) use write::{quoted, remark, write};

use std::ops::Range;

use crate::text::Span;

/// Characters that a backslash turns into text.
const ESCAPED: [char; 5] = ['\\', '[', ']', '{', '}'];

/// A marked span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Where, in the text without markup.
    pub(crate) span: Span,
    /// The type as written.
    pub(crate) label: String,
    /// What is stated about it: `value` and features, in order.
    pub(crate) facts: Vec<(String, String)>,
}

/// A text whose markup has been read.
#[derive(Clone, Debug)]
pub(crate) struct Markup {
    /// The text without its markup.
    pub(crate) text: String,
    /// The marks, in the order of their opening brackets.
    pub(crate) marks: Vec<Mark>,
    /// For each character of the text, which characters of the markup it was.
    chars: Vec<Range<usize>>,
}

/// Why markup cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) title: &'static str,
    pub(crate) help: &'static str,
}

/// Reads markup: the value of a string, as the lexer leaves it.
pub(crate) fn parse(markup: &str) -> Result<Markup, Broken> {
    let mut reader = Reader { chars: markup.chars().collect(), at: 0 };
    let mut read = Markup { text: String::new(), marks: Vec::new(), chars: Vec::new() };
    let mut open: Vec<usize> = Vec::new();
    while let Some(c) = reader.peek() {
        let start = reader.at;
        match c {
            '[' => {
                reader.at += 1;
                let start = read.text.len() as u32;
                open.push(read.marks.len());
                read.marks.push(Mark {
                    span: Span::new(start, start),
                    label: String::new(),
                    facts: Vec::new(),
                });
            }
            ']' => {
                reader.at += 1;
                if open.is_empty() {
                    let help = "write `\\]` for a bracket that is text";
                    return Err(Broken { title: "`]` without `[`", help });
                }
                let (levels, label, facts) = reader.label()?;
                let Some(place) = open.len().checked_sub(levels + 1) else {
                    let help = "each `^` stands for one open bracket that is left open";
                    return Err(Broken { title: "`^` without an open `[`", help });
                };
                let mark = &mut read.marks[open.remove(place)];
                mark.span.end = read.text.len() as u32;
                (mark.label, mark.facts) = (label, facts);
            }
            c => {
                reader.at += 1;
                let escaped = reader.peek().filter(|next| c == '\\' && ESCAPED.contains(next));
                reader.at += usize::from(escaped.is_some());
                read.text.push(escaped.unwrap_or(c));
                read.chars.push(start..reader.at);
            }
        }
    }
    if !open.is_empty() {
        let help = "write `\\[` for a bracket that is text";
        return Err(Broken { title: "`[` without `](TYPE)`", help });
    }
    Ok(read)
}

/// The text of an argument: escapes are resolved, brackets are text.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = chars.next_if(|next| c == '\\' && ESCAPED.contains(next));
        plain.push(escaped.unwrap_or(c));
    }
    plain
}

/// What stands between the brackets after a mark: how many open brackets it
/// passes over, the type, the facts.
type Label = (usize, String, Vec<(String, String)>);

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take_while(&mut self, mut is_part: impl FnMut(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&mut is_part) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    /// `(TYPE)`, `(TYPE = "value")`, `(TYPE name="value", name="value")`
    fn label(&mut self) -> Result<Label, Broken> {
        let broken = Broken { title: "`]` without `(TYPE)`", help: "write `[text](TYPE)`" };
        if !self.take('(') {
            return Err(broken);
        }
        self.take_while(char::is_whitespace);
        let levels = self.take_while(|c| c == '^').chars().count();
        let label = self.name();
        let mut facts = Vec::new();
        let mut name = "value".to_owned();
        loop {
            self.take_while(char::is_whitespace);
            if self.take('=') {
                self.take_while(char::is_whitespace);
                facts.push((std::mem::take(&mut name), self.value()?));
            } else if !facts.is_empty() || name != "value" {
                let help = "write `[text](TYPE name=\"value\")`";
                return Err(Broken { title: "a name without `= \"value\"` after `[text](TYPE`", help });
            }
            self.take_while(|c| c.is_whitespace() || c == ',');
            match self.peek() {
                Some(')') => {
                    self.at += 1;
                    return Ok((levels, label, facts));
                }
                Some(_) => name = self.name(),
                None => return Err(broken),
            }
            if name.is_empty() {
                return Err(broken);
            }
        }
    }

    fn name(&mut self) -> String {
        self.take_while(|c| !c.is_whitespace() && !matches!(c, '=' | ',' | ')' | '(' | '"' | '^'))
    }

    /// `"value"` with escapes, or a value without quotes.
    fn value(&mut self) -> Result<String, Broken> {
        if !self.take('"') {
            return Ok(self.take_while(|c| !c.is_whitespace() && c != ',' && c != ')'));
        }
        let mut value = String::new();
        loop {
            let Some(c) = self.peek() else {
                let help = "write `[text](TYPE = \"value\")`";
                return Err(Broken { title: "a value that does not end", help });
            };
            self.at += 1;
            if c == '"' {
                return Ok(value);
            }
            let escaped = self.peek().filter(|next| c == '\\' && (*next == '"' || ESCAPED.contains(next)));
            self.at += usize::from(escaped.is_some());
            value.push(escaped.unwrap_or(c));
        }
    }
}

#[cfg(test)]
mod tests;
