//! Positions of the protocol and bytes of a text.

use lsp_types::{Position, Range};
use spanwright::text::Span;

/// What the characters of a position count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Encoding {
    /// Units of UTF-16: what every client knows.
    #[default]
    Utf16,
    /// Bytes.
    Utf8,
}

impl Encoding {
    fn width(self, c: char) -> u32 {
        match self {
            Self::Utf16 => c.len_utf16() as u32,
            Self::Utf8 => c.len_utf8() as u32,
        }
    }
}

/// Where the lines of a text begin. A line ends with LF, CR LF or CR.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            starts.push(at + 1);
        }
    }
    starts
}

/// The byte at a position; past the end of a line, the end of the line.
pub(crate) fn to_byte(text: &str, position: Position, encoding: Encoding) -> u32 {
    let starts = line_starts(text);
    let Some(&start) = starts.get(position.line as usize) else { return text.len() as u32 };
    let end = starts.get(position.line as usize + 1).copied().unwrap_or(text.len());
    let line = text[start..end].trim_end_matches(['\n', '\r']);
    let mut units = 0;
    for (at, c) in line.char_indices() {
        if units >= position.character {
            return (start + at) as u32;
        }
        units += encoding.width(c);
    }
    (start + line.len()) as u32
}

/// The position of a byte.
pub(crate) fn from_byte(text: &str, byte: u32, encoding: Encoding) -> Position {
    let byte = (byte as usize).min(text.len());
    let starts = line_starts(text);
    let line = starts.partition_point(|&start| start <= byte) - 1;
    let before = text.get(starts[line]..byte).unwrap_or("");
    Position::new(line as u32, before.chars().map(|c| encoding.width(c)).sum())
}

/// The range of a span.
pub(crate) fn range(text: &str, span: Span, encoding: Encoding) -> Range {
    Range::new(from_byte(text, span.start, encoding), from_byte(text, span.end, encoding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let text = "a📷b\r\nHà\rx\n";
        for encoding in [Encoding::Utf16, Encoding::Utf8] {
            for (at, _) in text.char_indices().filter(|(_, c)| !"\r\n".contains(*c)) {
                let position = from_byte(text, at as u32, encoding);
                assert_eq!(to_byte(text, position, encoding), at as u32, "{position:?}");
            }
        }
        assert_eq!(from_byte(text, 5, Encoding::Utf16), Position::new(0, 3));
        assert_eq!(to_byte(text, Position::new(9, 9), Encoding::Utf16), text.len() as u32);
        assert_eq!(to_byte(text, Position::new(1, 9), Encoding::Utf16), 11);
    }
}
