//! Folding: different spellings of one text become equal, and every place of
//! the folded text maps back to the original.
//!
//! Always folded: canonical equivalence (the result is NFC), full and half
//! width, typographic quotes, dashes and spaces, soft hyphens and joiners.
//! Case and diacritics on request.

use std::borrow::Cow;

use caseless::Caseless;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

use crate::doc::schema::FoldFlags;
use crate::text::Span;

/// A folded text with the way back.
#[derive(Clone, Debug)]
pub struct Folded<'t> {
    /// The folded text; borrowed where nothing changed.
    pub text: Cow<'t, str>,
    /// The way back.
    pub map: OffsetMap,
}

/// Where the folded text differs from the original. Empty for the identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetMap {
    edits: Vec<Edit>,
}

/// A run of the original and what it became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edit {
    original: Span,
    folded: Span,
}

impl OffsetMap {
    /// The stretch of the original behind a stretch of the folded text.
    ///
    /// Both are half-open byte ranges. A place inside a changed run widens to
    /// the whole run; characters that folding removed at either end stay
    /// outside. O(log n) in the changed runs.
    #[must_use]
    pub fn to_original(&self, span: Span) -> Span {
        let (start, end) = (self.start(span.start), self.end(span.end));
        Span::new(start, end.max(start))
    }

    fn start(&self, at: u32) -> u32 {
        // The last changed run that begins at or before `at`.
        let after = self.edits.partition_point(|edit| edit.folded.start <= at);
        match after.checked_sub(1).map(|index| self.edits[index]) {
            Some(edit) if at < edit.folded.end => edit.original.start,
            Some(edit) => edit.original.end + (at - edit.folded.end),
            None => at,
        }
    }

    fn end(&self, at: u32) -> u32 {
        // The last changed run that begins before `at`.
        let after = self.edits.partition_point(|edit| edit.folded.start < at);
        match after.checked_sub(1).map(|index| self.edits[index]) {
            Some(edit) if at <= edit.folded.end => edit.original.end,
            Some(edit) => edit.original.end + (at - edit.folded.end),
            None => at,
        }
    }
}

/// Folds a text. Borrowed where nothing changes. O(n).
///
/// ```
/// use spanwright::doc::schema::FoldFlags;
/// use spanwright::prep::fold;
/// let plain = FoldFlags::default();
/// assert_eq!(fold("People’s – ha\u{300}", plain), "People's - hà");
/// assert_eq!(fold("Đà Nẵng", FoldFlags { case: true, marks: true }), "da nang");
/// ```
#[must_use]
pub fn fold(text: &str, flags: FoldFlags) -> Cow<'_, str> {
    if text.is_ascii() {
        let changes = flags.case && text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if changes { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    fold_with_map(text, flags).text
}

/// Folds a text and keeps the way back. O(n).
///
/// ```
/// use spanwright::doc::schema::FoldFlags;
/// use spanwright::prep::fold_with_map;
/// use spanwright::text::Span;
/// let folded = fold_with_map("the bottle\u{ad}necks", FoldFlags::default());
/// assert_eq!(folded.text, "the bottlenecks");
/// assert_eq!(folded.map.to_original(Span::new(4, 15)), Span::new(4, 17));
/// ```
#[must_use]
pub fn fold_with_map(text: &str, flags: FoldFlags) -> Folded<'_> {
    if text.is_ascii() {
        return Folded { text: fold(text, flags), map: OffsetMap::default() };
    }
    let mut folder =
        Folder { text, flags, out: String::new(), copied: 0, edits: Vec::new(), buffer: String::new() };
    folder.run();
    folder.finish()
}

struct Folder<'t> {
    text: &'t str,
    flags: FoldFlags,
    out: String,
    /// How much of the original is in `out`.
    copied: usize,
    edits: Vec<Edit>,
    buffer: String,
}

impl<'t> Folder<'t> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let plain = bytes[at..].iter().take_while(|byte| byte.is_ascii()).count();
            // The last ASCII character may be the base of a combining mark.
            let end =
                if at + plain < bytes.len() { (at + plain).saturating_sub(1).max(at) } else { at + plain };
            if self.flags.case {
                self.lower_ascii(at, end);
            }
            at = end;
            let wide = self.wide_end(at);
            self.clusters(at, wide);
            at = wide;
        }
    }

    /// The end of the stretch that is put to the Unicode rules: up to an ASCII
    /// character that another one follows.
    fn wide_end(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = at;
        while end < bytes.len() {
            let both_ascii = bytes[end].is_ascii() && bytes.get(end + 1).is_none_or(u8::is_ascii);
            if both_ascii && end > at {
                break;
            }
            end += 1;
            while !self.text.is_char_boundary(end) {
                end += 1;
            }
        }
        end
    }

    fn lower_ascii(&mut self, start: usize, end: usize) {
        for at in start..end {
            let byte = self.text.as_bytes()[at];
            if byte.is_ascii_uppercase() {
                self.keep(at);
                self.out.push(byte.to_ascii_lowercase() as char);
                self.copied = at + 1;
            }
        }
    }

    fn clusters(&mut self, start: usize, end: usize) {
        let text = &self.text[start..end];
        let mut clusters = text.grapheme_indices(true);
        // Up to here all that is left vanishes, and nothing behind it meets what stands before.
        let mut known = 0;
        while let Some((offset, first)) = clusters.next() {
            let mut cluster = first;
            // What vanishes lets what stands behind it meet the letter before it.
            let mut ahead = clusters.clone();
            while offset >= known {
                let Some((at, next)) = ahead.next() else {
                    known = text.len();
                    break;
                };
                let vanishes = next.chars().all(|c| Replaced::new(c).next().is_none());
                if next.starts_with(meets) {
                    cluster = &text[offset..at + next.len()];
                    clusters = ahead.clone();
                } else if !vanishes {
                    known = at;
                }
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            fold_cluster(cluster, self.flags, &mut buffer);
            if buffer != cluster {
                self.replace(start + offset, cluster.len(), &buffer);
            }
            self.buffer = buffer;
        }
    }

    /// Copies the original up to `at`.
    fn keep(&mut self, at: usize) {
        if self.out.capacity() == 0 {
            self.out.reserve(self.text.len());
        }
        self.out.push_str(&self.text[self.copied..at]);
        self.copied = at;
    }

    fn replace(&mut self, at: usize, len: usize, by: &str) {
        self.keep(at);
        let start = self.out.len() as u32;
        self.out.push_str(by);
        self.copied = at + len;
        self.edits.push(Edit {
            original: Span::new(at as u32, self.copied as u32),
            folded: Span::new(start, self.out.len() as u32),
        });
    }

    fn finish(mut self) -> Folded<'t> {
        if self.copied == 0 {
            return Folded { text: Cow::Borrowed(self.text), map: OffsetMap::default() };
        }
        self.keep(self.text.len());
        Folded { text: Cow::Owned(self.out), map: OffsetMap { edits: self.edits } }
    }
}

/// Folds one character with its marks.
fn fold_cluster(cluster: &str, flags: FoldFlags, out: &mut String) {
    match lone(cluster).filter(|_| flags == FoldFlags::default()) {
        Some(c) => out.push(c),
        None => fold_in_full(cluster, flags, out),
    }
}

/// What a character becomes under the folding that is always on, where it stands alone, is
/// composed, and becomes one that is: so do nearly all.
fn lone(cluster: &str) -> Option<char> {
    let is_composed = |c: &char| is_nfc_quick(std::iter::once(*c)) == IsNormalized::Yes;
    let mut chars = cluster.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return None };
    match Replaced::new(c) {
        Replaced::Char(Some(by)) if is_composed(&c) && is_composed(&by) => Some(by),
        _ => None,
    }
}

fn fold_in_full(cluster: &str, flags: FoldFlags, out: &mut String) {
    let plain = cluster.nfc().flat_map(Replaced::new);
    if flags.marks {
        let unmarked = plain.nfd().filter(|c| !is_combining_mark(*c)).flat_map(bare);
        fold_case(unmarked, flags, out);
    } else {
        fold_case(plain, flags, out);
    }
}

fn fold_case(chars: impl Iterator<Item = char>, flags: FoldFlags, out: &mut String) {
    if flags.case {
        // `ŉ` folds to an apostrophe and a letter, and that apostrophe to the plain one.
        out.extend(chars.default_case_fold().flat_map(Replaced::new).nfc());
    } else {
        out.extend(chars.nfc());
    }
}

/// Whether what a character becomes may be one with what stands before it: a
/// mark, or one of the few letters that compose backwards (Hangul, Kirat Rai).
fn meets(c: char) -> bool {
    let composes = |c| matches!(c, '\u{1160}'..='\u{11ff}' | '\u{16d67}');
    Replaced::new(c).next().is_some_and(|c| is_combining_mark(c) || composes(c))
}

/// What a character becomes under the folding that is always on.
enum Replaced {
    Char(Option<char>),
    Text(std::str::Chars<'static>),
}

impl Replaced {
    fn new(c: char) -> Self {
        match c {
            '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | 'ʹ' => Self::Char(Some('\'')),
            '“' | '”' | '„' | '‟' | '″' | '«' | '»' => Self::Char(Some('"')),
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '﹣' => Self::Char(Some('-')),
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                Self::Char(Some(' '))
            }
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => Self::Char(None),
            '…' => Self::Text("...".chars()),
            '\u{ff01}'..='\u{ff5e}' => Self::Char(char::from_u32(c as u32 - 0xff01 + 0x21)),
            '\u{ff61}'..='\u{ffee}' => Self::Char(std::iter::once(c).nfkc().next()),
            other => Self::Char(Some(other)),
        }
    }
}

impl Iterator for Replaced {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::Char(c) => c.take(),
            Self::Text(chars) => chars.next(),
        }
    }
}

/// A Latin letter that does not decompose as plain letters: `đ` as `d`.
fn bare(c: char) -> Replaced {
    let is_latin = matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    match deunicode::deunicode_char(c) {
        Some(text) if is_latin && c.is_alphabetic() => Replaced::Text(text.chars()),
        _ => Replaced::Char(Some(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, and for stretches of its fold those of the text behind them.
    type Case = (&'static str, &'static str, &'static [((u32, u32), (u32, u32))]);

    const CASES: [Case; 4] = [
        (
            "bottle\u{ad}necks x",
            "bottlenecks x",
            &[((0, 6), (0, 6)), ((6, 11), (8, 13)), ((0, 11), (0, 13)), ((12, 13), (14, 15))],
        ),
        ("a\u{ad}b—c", "ab-c", &[((0, 1), (0, 1)), ((1, 2), (3, 4)), ((2, 3), (4, 7)), ((3, 4), (7, 8))]),
        // A stretch of what one character became is that character.
        ("it…s", "it...s", &[((0, 2), (0, 2)), ((3, 4), (2, 5)), ((4, 6), (2, 6)), ((5, 6), (5, 6))]),
        ("A\u{300} e\u{301}n", "À én", &[((0, 2), (0, 3)), ((3, 5), (4, 7)), ((5, 6), (7, 8))]),
    ];

    #[test]
    fn each_stretch_of_the_fold_has_its_place_in_the_text() {
        for (text, plain, stretches) in CASES {
            let folded = fold_with_map(text, FoldFlags::default());
            assert_eq!(folded.text, plain);
            for &((start, end), (from, to)) in stretches {
                let original = folded.map.to_original(Span::new(start, end));
                assert_eq!(original, Span::new(from, to), "{start}..{end} of {plain:?}");
            }
        }
    }

    #[test]
    fn characters_that_stand_alone_fold_as_in_full() {
        let mut alone = 0;
        for c in '\0'..=char::MAX {
            let mut full = String::new();
            fold_in_full(c.encode_utf8(&mut [0; 4]), FoldFlags::default(), &mut full);
            if let Some(by) = lone(c.encode_utf8(&mut [0; 4])) {
                alone += 1;
                assert_eq!(full, by.to_string(), "{c:?}");
            }
        }
        assert!(alone > 1_000_000);
    }

    #[test]
    fn latin_letters_that_do_not_decompose_lose_their_marks_too() {
        let folded = |case| fold("Đà Nẵng, Łódź; ж", FoldFlags { case, marks: true }).into_owned();
        assert_eq!((folded(false).as_str(), folded(true).as_str()), ("Da Nang, Lodz; ж", "da nang, lodz; ж"));
    }
}
