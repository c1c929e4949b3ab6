//! Texts with marks as strings of a rule file.

use std::cmp::Reverse;
use std::ops::Range;

use super::{ESCAPED, Mark, parse};

/// A string of a rule file, quotes included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// The string as it stands in the file.
    pub(crate) text: String,
    /// For each mark its bytes there, from `[` to `)`.
    pub(crate) marks: Vec<Range<usize>>,
}

/// Writes a text with marks.
pub(crate) fn write(text: &str, marks: &[Mark]) -> Written {
    let pieces: Vec<(char, String)> = text.chars().map(|c| (c, in_text(c))).collect();
    let pieces: Vec<(char, &str)> = pieces.iter().map(|(c, piece)| (*c, piece.as_str())).collect();
    assemble(&pieces, marks)
}

/// Puts other marks into a string of a rule file. Its characters stay as they
/// are written. Nothing comes back where it is not the string of a test.
pub(crate) fn remark(literal: &str, marks: &[Mark]) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let (decoded, sources) = decode(inner)?;
    let read = parse(&decoded).ok()?;
    let mut pieces = Vec::with_capacity(read.chars.len());
    for (c, range) in read.text.chars().zip(&read.chars) {
        let source = sources[range.start].start..sources[range.end - 1].end;
        pieces.push((c, &inner[source]));
    }
    Some(assemble(&pieces, marks).text)
}

/// A string that means this text where no markup is read: an argument.
pub(crate) fn quoted(text: &str) -> String {
    let bare = |c| if matches!(c, '[' | ']') { c.to_string() } else { in_text(c) };
    format!("\"{}\"", text.chars().map(bare).collect::<String>())
}

/// A character of the text, escaped for markup and for the string.
fn in_text(c: char) -> String {
    match c {
        '\\' => r"\\\\".to_owned(),
        '[' | ']' => format!("\\{c}"),
        c => in_string(c),
    }
}

/// A character that markup leaves alone, escaped for the string.
fn in_string(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => r"\n".to_owned(),
        '\t' => r"\t".to_owned(),
        c if c.is_control() => format!("\\u{{{:x}}}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Pieces of text with marks between them. Where spans cross, `^` before a type
/// leaves open the brackets that were opened later.
fn assemble(pieces: &[(char, &str)], marks: &[Mark]) -> Written {
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order.sort_by_key(|&id| (marks[id].span.start, Reverse(marks[id].span.end), id));
    let mut next = order.into_iter().peekable();
    let mut writer = Writer {
        marks,
        out: "\"".to_owned(),
        ranges: vec![0..0; marks.len()],
        open: Vec::new(),
        ends_in_backslash: false,
    };
    let mut at = 0;
    for &(c, piece) in pieces {
        writer.close(at);
        while let Some(id) = next.next_if(|&id| marks[id].span.start <= at) {
            writer.open(id, at);
        }
        writer.push(piece);
        writer.ends_in_backslash = c == '\\' && piece != r"\\\\";
        at += c.len_utf8() as u32;
    }
    writer.close(at);
    for id in next {
        writer.open(id, at);
    }
    writer.close(u32::MAX);
    writer.out.push('"');
    Written { text: writer.out, marks: writer.ranges }
}

struct Writer<'m> {
    marks: &'m [Mark],
    out: String,
    ranges: Vec<Range<usize>>,
    /// The marks that are open, the last one innermost.
    open: Vec<usize>,
    /// Whether a backslash that is text stands at the end, written so that one
    /// of the escaped characters must not follow.
    ends_in_backslash: bool,
}

impl Writer<'_> {
    fn push(&mut self, piece: &str) {
        let bare = piece.strip_prefix('\\').unwrap_or(piece);
        if self.ends_in_backslash && bare.starts_with(ESCAPED) {
            self.out.push_str(r"\\");
        }
        self.ends_in_backslash = false;
        self.out.push_str(piece);
    }

    fn open(&mut self, id: usize, at: u32) {
        self.push("[");
        self.ranges[id] = self.out.len() - 1..self.out.len();
        self.open.push(id);
        if self.marks[id].span.is_empty() {
            self.close(at);
        }
    }

    /// Closes what ends here or before.
    fn close(&mut self, at: u32) {
        while let Some(place) = self.open.iter().rposition(|&id| self.marks[id].span.end <= at) {
            let id = self.open.remove(place);
            let mark = &self.marks[id];
            let levels = "^".repeat(self.open.len() - place);
            let label = format!("]({levels}{}{})", mark.label, facts(&mark.facts));
            self.push(&label);
            self.ranges[id].end = self.out.len();
        }
    }
}

/// ` = "value"`, or ` name="value" name="value"`
fn facts(facts: &[(String, String)]) -> String {
    if let [(name, value)] = facts
        && name == "value"
    {
        return format!(" = {}", fact(value));
    }
    facts.iter().map(|(name, value)| format!(" {name}={}", fact(value))).collect()
}

/// A value in quotes that are escaped for the string.
fn fact(value: &str) -> String {
    let mut out = r#"\""#.to_owned();
    for c in value.chars() {
        match c {
            '"' | '\\' => {
                out.push_str(r"\\\");
                out.push(c);
            }
            c => out.push_str(&in_string(c)),
        }
    }
    out.push_str(r#"\""#);
    out
}

/// What stands between the quotes of a string as the lexer reads it, and for
/// each of its characters where it comes from.
fn decode(inner: &str) -> Option<(String, Vec<Range<usize>>)> {
    let (mut decoded, mut sources) = (String::new(), Vec::new());
    let mut chars = inner.char_indices();
    while let Some((start, c)) = chars.next() {
        let c = match c {
            '\\' => match chars.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'u' => {
                    let digits = inner[start..].strip_prefix("\\u{")?.split_once('}')?.0;
                    chars.nth(digits.len() + 1);
                    char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
                }
                c @ ('[' | ']' | '{' | '}') => {
                    decoded.push('\\');
                    sources.push(start..start + 1);
                    decoded.push(c);
                    sources.push(start + 1..start + 2);
                    continue;
                }
                c => c,
            },
            c => c,
        };
        decoded.push(c);
        sources.push(start..chars.offset());
    }
    Some((decoded, sources))
}
