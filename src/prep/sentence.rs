//! Lines and sentences, as marks on tokens.

use super::token::{Class, Token};

/// Marks the first and last token of each line and sentence. O(n).
///
/// `\n`, `\r\n`, a lone `\r` and U+2028, U+2029 end a line; the end of a line
/// ends a sentence. Within a line a sentence ends after `.`, `!`, `?` or `…`
/// with the quotes and brackets that close it, if what follows does not begin
/// with a small letter. The dot of an abbreviation (which the tokenizer leaves
/// in the token), and that of an initial, ends none.
pub fn split(text: &str, tokens: &mut [Token]) {
    // Whether a sentence has ended, but for the quotes and brackets that close it.
    let mut has_ended = false;
    for index in 0..tokens.len() {
        if let Some(before) = index.checked_sub(1) {
            has_ended = ends_or_closes(text, tokens, before, has_ended);
        }
        let line = index == 0 || breaks_line(text, tokens[index - 1].end, tokens[index].start);
        let sentence = line || (has_ended && may_begin(text, tokens, index));
        if line {
            // A quote that begins a line closes nothing on the line before.
            has_ended = false;
            tokens[index].class.insert(Class::LINE_START);
            mark_before(tokens, index, Class::LINE_END);
        }
        if sentence {
            tokens[index].class.insert(Class::SENTENCE_START);
            mark_before(tokens, index, Class::SENTENCE_END);
        }
    }
    let end = tokens.len();
    mark_before(tokens, end, Class::LINE_END);
    mark_before(tokens, end, Class::SENTENCE_END);
}

fn mark_before(tokens: &mut [Token], index: usize, class: Class) {
    if let Some(before) = index.checked_sub(1) {
        tokens[before].class.insert(class);
    }
}

/// Whether a line ends between two places.
#[inline]
fn breaks_line(text: &str, from: u32, to: u32) -> bool {
    // Nearly every gap is nothing or one space.
    match &text.as_bytes()[from as usize..to as usize] {
        [] | [b' '] => false,
        _ => text[from as usize..to as usize].contains(['\n', '\r', '\u{2028}', '\u{2029}']),
    }
}

/// Whether a sentence has ended with the token at `at`, which may only close
/// one that had ended before.
#[inline]
fn ends_or_closes(text: &str, tokens: &[Token], at: usize, had_ended: bool) -> bool {
    // What holds a letter or a digit does neither.
    if !tokens[at].class.contains(Class::PUNCT) {
        return false;
    }
    match &text[tokens[at].start as usize..tokens[at].end as usize] {
        "\"" | "'" | "”" | "’" | "»" | ")" | "]" => had_ended,
        "." => !follows_initial(text, tokens, at),
        "!" | "?" | "…" | "。" | "！" | "？" => true,
        dots => dots.len() > 1 && dots.bytes().all(|byte| byte == b'.'),
    }
}

/// Whether the token at `index`, which is not the first, may begin a sentence
/// after one that has ended.
fn may_begin(text: &str, tokens: &[Token], index: usize) -> bool {
    let next = &tokens[index];
    let form = &text[next.start as usize..next.end as usize];
    // What closes a quotation or bracket right after the stop still belongs to it.
    tokens[index - 1].end != next.start
        && !next.class.contains(Class::LOWER)
        && !form.starts_with([',', ';', ':', ')', ']'])
}

/// Whether the dot at `at` belongs to an initial: `A. Nguyen`.
fn follows_initial(text: &str, tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|index| &tokens[index]) else { return false };
    let form = &text[before.start as usize..before.end as usize];
    before.end == tokens[at].start && form.chars().count() == 1 && before.class.contains(Class::CAPITALIZED)
}
