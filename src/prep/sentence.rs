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
        let mut line = index == 0;
        if let Some(before) = index.checked_sub(1) {
            let (Token { end, class, .. }, start) = (tokens[before], tokens[index].start);
            // What holds a letter or a digit neither ends a sentence nor closes one.
            has_ended = class.contains(Class::PUNCT) && ends_or_closes(text, tokens, before, has_ended);
            line = breaks_line(text, end, start);
        }
        if !line && !has_ended {
            continue;
        }
        let sentence = line || may_begin(text, tokens, index);
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
#[inline(always)]
fn breaks_line(text: &str, from: u32, to: u32) -> bool {
    // Nearly every gap is nothing or one space.
    let is_plain = to == from || to - from == 1 && text.as_bytes()[from as usize] == b' ';
    !is_plain && text[from as usize..to as usize].contains(['\n', '\r', '\u{2028}', '\u{2029}'])
}

/// Whether a sentence has ended with the sign at `at`, which may only close
/// one that had ended before.
fn ends_or_closes(text: &str, tokens: &[Token], at: usize, had_ended: bool) -> bool {
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
