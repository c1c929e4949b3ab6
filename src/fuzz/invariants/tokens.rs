//! Laws of tokens, lines and sentences.

use super::first_difference;
use crate::fuzz::subject::Subject;
use crate::prep::{Class, Token};
use crate::text::Span;

/// White space, or the space of no width, which parts tokens too.
fn parts(c: char) -> bool {
    c.is_whitespace() || c == '\u{200b}'
}

pub(super) fn tile(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let mut at = 0;
    for token in subject.tokens(text) {
        let span = token.span();
        if span.is_empty() || span.start < at {
            return Err(format!("token {span} is empty, or overlaps what stands before {at}"));
        }
        only_space(text, Span::new(at, span.start))?;
        if span.slice(text).is_some_and(|form| form.contains(parts)) {
            return Err(format!("token {span} holds white space: {:?}", span.slice(text)));
        }
        at = span.end;
    }
    only_space(text, Span::new(at, text.len() as u32))
}

fn only_space(text: &str, gap: Span) -> Result<(), String> {
    match gap.slice(text) {
        Some(between) if between.chars().all(parts) => Ok(()),
        Some(between) => Err(format!("{between:?} at {gap} is in no token")),
        None => Err(format!("between two tokens, {gap} is no stretch of the text")),
    }
}

pub(super) fn boundaries(subject: &dyn Subject, text: &str) -> Result<(), String> {
    for token in subject.tokens(text) {
        if token.span().slice(text).is_none_or(str::is_empty) {
            return Err(format!("token {} does not stand between characters of the text", token.span()));
        }
    }
    let Some(found) = subject.extract(&super::extraction::document(text)) else { return Ok(()) };
    for mention in &found.mentions {
        for span in &mention.fragments {
            match span.slice(text) {
                None | Some("") => {
                    return Err(format!("{} {span} does not stand between characters", mention.label));
                }
                Some(form) if form.trim() != form => {
                    return Err(format!(
                        "{} {span} begins or ends with white space: {form:?}",
                        mention.label
                    ));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

pub(super) fn stretches(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let tokens = subject.tokens(text);
    let has = |at: usize, class: Class| tokens.get(at).is_some_and(|token| token.class.contains(class));
    for (at, token) in tokens.iter().enumerate() {
        let next_is_last = at + 1 == tokens.len();
        for (what, start, end) in [
            ("line", Class::LINE_START, Class::LINE_END),
            ("sentence", Class::SENTENCE_START, Class::SENTENCE_END),
        ] {
            if at == 0 && !has(0, start) {
                return Err(format!("the first token begins no {what}"));
            }
            if has(at, end) != (next_is_last || has(at + 1, start)) {
                return Err(format!(
                    "a {what} ends at token {at} and none begins behind it, or the other way"
                ));
            }
        }
        if has(at, Class::LINE_START) && !has(at, Class::SENTENCE_START) {
            return Err(format!("the line that begins at token {at} begins within a sentence"));
        }
        let before = at.checked_sub(1).map_or(0, |before| tokens[before].end);
        let gap = text.get(before as usize..token.start as usize).unwrap_or("");
        let breaks = at == 0 || gap.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
        if has(at, Class::LINE_START) != breaks {
            return Err(format!("whether a line begins at token {at} and what stands before it, {gap:?}"));
        }
    }
    Ok(())
}

pub(super) fn ascii_path(subject: &dyn Subject, text: &str) -> Result<(), String> {
    same_tokens("token", &subject.tokens(text), &subject.tokens_plainly(text))?;
    // The longest stretch of ASCII alone, and beside something that is not.
    let ascii = text.split(|c: char| !c.is_ascii()).max_by_key(|part| part.len()).unwrap_or("");
    same_tokens("token of the ASCII alone", &subject.tokens(ascii), &subject.tokens_plainly(ascii))?;
    let beside = format!("{ascii}\n漢");
    for flags in super::folding::FLAGS {
        let (short, long) = (subject.fold(ascii, flags), subject.fold(&beside, flags));
        if long.strip_suffix("\n漢") != Some(&*short) {
            return Err(format!("ASCII folds to {short:?} alone, and to {long:?} with a line behind it"));
        }
        let mapped = subject.fold_with_map(text, flags).text;
        if mapped != subject.fold(text, flags) {
            return Err(format!("with its map the text folds otherwise, to {mapped:?}"));
        }
    }
    Ok(())
}

fn same_tokens(what: &str, got: &[Token], wanted: &[Token]) -> Result<(), String> {
    if got == wanted {
        return Ok(());
    }
    let told = |tokens: &[Token]| -> Vec<String> {
        let told = |t: &Token| format!("{} {}", t.span(), t.class.names().collect::<Vec<_>>().join(" "));
        tokens.iter().map(told).collect()
    };
    first_difference(what, &told(got), &told(wanted))
}

/// A line that holds much of what rules care about; it ends like any line.
pub(super) const LINE: &str = "Mr. Đi, No. 5 “ra” (x).\n";

pub(super) fn line_before(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let shift = LINE.len() as u32;
    let moved = |token: &Token| Token { start: token.start + shift, end: token.end + shift, ..*token };
    let wanted: Vec<Token> = subject.tokens(text).iter().map(moved).collect();
    let both = subject.tokens(&format!("{LINE}{text}"));
    let first = both.partition_point(|token| token.start < shift);
    same_tokens("token behind the line", &both[first..], &wanted)
}
