//! [`Prepared`]: a text with its tokens.

use std::ops::Range;

use super::sentence::split;
use super::token::{Class, Token};
use super::tokenize::tokenize;
use crate::text::Span;

/// A text with its tokens, lines and sentences.
#[derive(Clone, Debug)]
pub struct Prepared<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    is_given: bool,
}

impl<'t> Prepared<'t> {
    /// Cuts a text. O(n).
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self::reuse(text, Vec::new())
    }

    /// Cuts a text into a buffer that another text has left behind.
    #[must_use]
    pub fn reuse(text: &'t str, mut buffer: Vec<Token>) -> Self {
        buffer.clear();
        // Of natural text a token takes four to six bytes with the space about it; a
        // list that has to grow is twice as long.
        buffer.reserve(text.len() / 4 + 8);
        tokenize(text, &mut buffer);
        split(text, &mut buffer);
        Self { text, tokens: buffer, is_given: false }
    }

    /// Takes the tokens that came with a text. A token is what its span says,
    /// be it two words; lines and sentences are found as ever. Spans that are empty,
    /// or lie outside the text or before the end of one before them, are left out. O(n).
    ///
    /// ```
    /// use spanwright::prep::Prepared;
    /// use spanwright::text::Span;
    /// let prepared = Prepared::with_tokens("Hà Giang\nspoke", &[Span::new(0, 9), Span::new(10, 15)]);
    /// assert_eq!(prepared.tokens().len(), 2);
    /// assert_eq!(prepared.lines(), [0..1, 1..2]);
    /// ```
    #[must_use]
    pub fn with_tokens(text: &'t str, spans: &[Span]) -> Self {
        let mut tokens = Vec::with_capacity(spans.len());
        let mut end = 0;
        for span in spans.iter().filter(|span| span.start < span.end) {
            if let Some(form) = span.slice(text).filter(|_| span.start >= end) {
                tokens.push(Token { start: span.start, end: span.end, class: Class::of_form(form) });
                end = span.end;
            }
        }
        split(text, &mut tokens);
        Self { text, tokens, is_given: true }
    }

    /// Hands the buffer back.
    #[must_use]
    pub fn into_buffer(self) -> Vec<Token> {
        self.tokens
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The tokens in text order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether the tokens came with the text, and may be cut anywhere.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.is_given
    }

    /// The lines that hold a token, as ranges of tokens.
    #[must_use]
    pub fn lines(&self) -> Vec<Range<u32>> {
        self.stretches(Class::LINE_START)
    }

    /// The sentences, as ranges of tokens.
    #[must_use]
    pub fn sentences(&self) -> Vec<Range<u32>> {
        self.stretches(Class::SENTENCE_START)
    }

    fn stretches(&self, begins: Class) -> Vec<Range<u32>> {
        let mut stretches: Vec<Range<u32>> = Vec::new();
        for (index, _) in (0..).zip(&self.tokens).filter(|(_, token)| token.class.contains(begins)) {
            if let Some(last) = stretches.last_mut() {
                last.end = index;
            }
            stretches.push(index..index);
        }
        if let Some(last) = stretches.last_mut() {
            last.end = self.tokens.len() as u32;
        }
        stretches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens with L and S where a line or sentence begins, l and s where it ends.
    fn shown(prepared: &Prepared<'_>) -> Vec<String> {
        let marks = [
            (Class::LINE_START, 'L'),
            (Class::SENTENCE_START, 'S'),
            (Class::LINE_END, 'l'),
            (Class::SENTENCE_END, 's'),
        ];
        let token = |token: &Token| {
            let marks = marks.iter().filter(|(class, _)| token.class.contains(*class)).map(|(_, mark)| *mark);
            format!("{} {}", token.span().slice(prepared.text()).unwrap_or("?"), marks.collect::<String>())
        };
        prepared.tokens().iter().map(token).collect()
    }

    #[test]
    fn tokens_that_came_with_a_text_are_taken_as_they_are() {
        let text = "Ha Giang spoke. He\nleft\u{2028}it";
        let spans = [(0, 8), (9, 14), (14, 15), (16, 18), (19, 23), (26, 28)].map(|(a, b)| Span::new(a, b));
        let prepared = Prepared::with_tokens(text, &spans);
        let expected = ["Ha Giang LS", "spoke ", ". s", "He Sls", "left LSls", "it LSls"];
        assert_eq!(shown(&prepared), expected);
        assert!(prepared.is_given() && !Prepared::new(text).is_given());
        assert_eq!(
            (prepared.lines(), prepared.sentences()),
            (vec![0..4, 4..5, 5..6], vec![0..3, 3..4, 4..5, 5..6])
        );
        assert_eq!(prepared.into_buffer().len(), 6);
    }

    #[test]
    fn of_tokens_out_of_order_or_place_those_are_taken_that_can_be() {
        let spans = [(2, 5), (4, 9), (0, 3), (8, 10), (12, 9), (9, 9), (9, 12), (12, 99)]
            .map(|(start, end)| Span { start, end });
        let prepared = Prepared::with_tokens("Hà Giang xy", &spans);
        let taken: Vec<(u32, u32)> = prepared.tokens().iter().map(|token| (token.start, token.end)).collect();
        assert_eq!(taken, [(4, 9), (9, 12)]);
    }
}
