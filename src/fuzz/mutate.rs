//! [`texts`]: seeds side by side, then changed.

use std::sync::Arc;

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::corpus::Corpus;
use super::shrink::Shrinking;

/// No text is longer, in bytes.
pub(super) const LONGEST: usize = 1 << 16;

/// Pieces that a text begins with, at most.
const PIECES: usize = 12;
/// Changes, at most.
const CHANGES: usize = 6;

/// Texts made of a corpus. They shrink to small texts.
///
/// Half of the texts stay short, so that one odd thing meets another. None is
/// longer than 64 KiB.
pub fn texts(corpus: &Arc<Corpus>) -> impl Strategy<Value = String> + Sync + use<> {
    let pieces = prop_oneof![
        3 => prop::collection::vec(piece(corpus), 1..4),
        2 => prop::collection::vec(piece(corpus), 0..PIECES),
    ];
    let changes = prop::collection::vec(change(corpus), 0..CHANGES);
    Shrinking((pieces, changes).prop_map(|(pieces, changes)| {
        let mut text = pieces.concat();
        for change in changes {
            truncate(&mut text, LONGEST);
            change.make(&mut text);
        }
        truncate(&mut text, LONGEST);
        text
    }))
}

/// A piece of a text.
fn piece(corpus: &Arc<Corpus>) -> impl Strategy<Value = String> + use<> {
    let corpus = corpus.clone();
    let seed = (any::<u32>(), any::<u32>(), length())
        .prop_map(move |(seed, at, len)| window(corpus.pick(seed), at, len).to_owned());
    prop_oneof![
        8 => seed,
        2 => "[A-Za-z]{1,8}",
        2 => "[ -~]{1,12}",
        2 => "[0-9]{1,4}([.,/:-][0-9]{1,3}){0,2}",
        2 => prop::sample::select(vec![" ", "\n", "\n\n", "\r\n", "\r", "\t", ". ", ", ", "-", "'", "\u{200b}"])
            .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

/// How many characters of a seed are taken: a few, many, all.
fn length() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 1..6usize, 4 => 6..80usize, 2 => Just(2000usize)]
}

/// A stretch of `len` characters that begins at a part of the text.
fn window(text: &str, at: u32, len: usize) -> &str {
    // A seed that is wanted whole is taken from its beginning.
    let start = if len >= text.len() { 0 } else { place(text, at) };
    let rest = &text[start..];
    rest.char_indices().nth(len).map_or(rest, |(end, _)| &rest[..end])
}

/// The boundary before a part of the text: 0 is its beginning.
fn place(text: &str, at: u32) -> usize {
    let mut at = ((u64::from(at) * (text.len() as u64 + 1)) >> 32) as usize;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn truncate(text: &mut String, len: usize) {
    if text.len() > len {
        let mut end = len;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
}

/// A change of a text. Places are parts of its length.
#[derive(Clone, Debug)]
enum Change {
    /// Puts a piece in.
    Insert(u32, String),
    /// Puts a piece in place of a stretch.
    Splice(u32, usize, String),
    /// Takes a stretch out.
    Delete(u32, usize),
    /// Takes out what is behind a place.
    Truncate(u32),
    /// Puts a stretch there several times.
    Repeat(u32, usize, usize),
    /// Changes two stretches for each other.
    Swap(u32, u32, usize),
    /// Changes the case of a stretch.
    Case(u32, usize, Case),
    /// Brings a stretch into a normal form.
    Form(u32, usize, Form),
    /// Ends all lines so.
    Ends(&'static str),
}

#[derive(Clone, Copy, Debug)]
enum Case {
    Upper,
    Lower,
    /// The first small, the next large, and so on.
    Mixed,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

fn change(corpus: &Arc<Corpus>) -> impl Strategy<Value = Change> + use<> {
    let at = any::<u32>;
    let case = prop::sample::select(vec![Case::Upper, Case::Lower, Case::Mixed]);
    let form = prop::sample::select(vec![Form::Nfc, Form::Nfd, Form::Nfkc, Form::Nfkd]);
    let ends = prop::sample::select(vec!["\n", "\r\n", "\r", "\u{2028}", "\u{2029}", "\n\n", " "]);
    let times = prop_oneof![4 => 2..6usize, 1 => 6..400usize];
    prop_oneof![
        4 => (at(), piece(corpus)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        3 => (at(), length(), piece(corpus)).prop_map(|(at, len, piece)| Change::Splice(at, len, piece)),
        3 => (at(), length()).prop_map(|(at, len)| Change::Delete(at, len)),
        1 => at().prop_map(Change::Truncate),
        2 => (at(), length(), times).prop_map(|(at, len, times)| Change::Repeat(at, len, times)),
        2 => (at(), at(), length()).prop_map(|(a, b, len)| Change::Swap(a, b, len)),
        2 => (at(), length(), case).prop_map(|(at, len, case)| Change::Case(at, len, case)),
        2 => (at(), length(), form).prop_map(|(at, len, form)| Change::Form(at, len, form)),
        1 => ends.prop_map(Change::Ends),
    ]
}

impl Change {
    fn make(self, text: &mut String) {
        let stretch = |text: &str, at: u32, len: usize| {
            let start = place(text, at);
            let rest = &text[start..];
            start..start + rest.char_indices().nth(len).map_or(rest.len(), |(end, _)| end)
        };
        match self {
            Self::Insert(at, piece) => text.insert_str(place(text, at), &piece),
            Self::Splice(at, len, piece) => text.replace_range(stretch(text, at, len), &piece),
            Self::Delete(at, len) => text.replace_range(stretch(text, at, len), ""),
            Self::Truncate(at) => text.truncate(place(text, at)),
            Self::Repeat(at, len, times) => {
                let range = stretch(text, at, len);
                let times = times.min(LONGEST / range.len().max(1) + 1);
                text.replace_range(range.clone(), &text[range].repeat(times));
            }
            Self::Swap(a, b, len) => {
                let (first, second) = (stretch(text, a.min(b), len), stretch(text, a.max(b), len));
                if first.end <= second.start {
                    let parts = [&text[second.clone()], &text[first.end..second.start], &text[first.clone()]]
                        .concat();
                    text.replace_range(first.start..second.end, &parts);
                }
            }
            Self::Case(at, len, case) => {
                let range = stretch(text, at, len);
                let changed = match case {
                    Case::Upper => text[range.clone()].to_uppercase(),
                    Case::Lower => text[range.clone()].to_lowercase(),
                    Case::Mixed => mixed(&text[range.clone()]),
                };
                text.replace_range(range, &changed);
            }
            Self::Form(at, len, form) => {
                let range = stretch(text, at, len);
                let old = &text[range.clone()];
                let new: String = match form {
                    Form::Nfc => old.nfc().collect(),
                    Form::Nfd => old.nfd().collect(),
                    Form::Nfkc => old.nfkc().collect(),
                    Form::Nfkd => old.nfkd().collect(),
                };
                text.replace_range(range, &new);
            }
            Self::Ends(end) => *text = text.split(['\n', '\r']).collect::<Vec<_>>().join(end),
        }
    }
}

fn mixed(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    for (index, c) in text.chars().enumerate() {
        if index.is_multiple_of(2) {
            changed.extend(c.to_lowercase())
        } else {
            changed.extend(c.to_uppercase())
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_changes_what_it_says() {
        let half = 1 << 31;
        for (change, expected) in [
            (Change::Insert(half, "x".into()), "Hà Gxiang."),
            (Change::Splice(0, 2, "Bắc".into()), "Bắc Giang."),
            (Change::Delete(half, 2), "Hà Gng."),
            (Change::Truncate(half), "Hà G"),
            (Change::Repeat(0, 1, 3), "HHHà Giang."),
            (Change::Swap(0, half, 2), "ia GHàng."),
            (Change::Case(0, 20, Case::Upper), "HÀ GIANG."),
            (Change::Case(0, 20, Case::Mixed), "hÀ GiAnG."),
            (Change::Form(0, 20, Form::Nfd), "Ha\u{300} Giang."),
            (Change::Ends("\r"), "Hà Giang."),
        ] {
            let mut text = "Hà Giang.".to_owned();
            let shown = format!("{change:?}");
            change.make(&mut text);
            assert_eq!(text, expected, "{shown}");
        }
    }
}
