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
    for index in 0..tokens.len() {
        let line =
            index == 0 || breaks_line(&text[tokens[index - 1].end as usize..tokens[index].start as usize]);
        let sentence = line || (index > 0 && ends_sentence(text, tokens, index));
        if line {
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

fn breaks_line(gap: &str) -> bool {
    // Nearly every gap is nothing or one space.
    !gap.is_empty() && gap != " " && gap.contains(['\n', '\r', '\u{2028}', '\u{2029}'])
}

/// Whether a sentence ends before the token at `index`.
fn ends_sentence(text: &str, tokens: &[Token], index: usize) -> bool {
    let form = |token: &Token| &text[token.start as usize..token.end as usize];
    let next = &tokens[index];
    // What closes a quotation or bracket right after the stop still belongs to it.
    if tokens[index - 1].end == next.start {
        return false;
    }
    if next.class.contains(Class::LOWER) || form(next).starts_with([',', ';', ':', ')', ']']) {
        return false;
    }
    let mut at = index;
    while let Some(before) = at.checked_sub(1) {
        at = before;
        match form(&tokens[at]) {
            "\"" | "'" | "”" | "’" | "»" | ")" | "]" => {}
            "." => return !follows_initial(text, tokens, at),
            "!" | "?" | "…" | "。" | "！" | "？" => return true,
            dots => return dots.len() > 1 && dots.bytes().all(|byte| byte == b'.'),
        }
    }
    false
}

/// Whether the dot at `at` belongs to an initial: `A. Nguyen`.
fn follows_initial(text: &str, tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|index| &tokens[index]) else { return false };
    let form = &text[before.start as usize..before.end as usize];
    before.end == tokens[at].start && form.chars().count() == 1 && before.class.contains(Class::CAPITALIZED)
}
