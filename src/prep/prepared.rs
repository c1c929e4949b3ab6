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
        // Of natural text a token takes four to six bytes with the space about it; a
        // list that has to grow is twice as long.
        Self::reuse(text, Vec::with_capacity(text.len() / 4 + 8))
    }

    /// Cuts a text into a buffer that another text has left behind.
    #[must_use]
    pub fn reuse(text: &'t str, mut buffer: Vec<Token>) -> Self {
        buffer.clear();
        tokenize(text, &mut buffer);
        split(text, &mut buffer);
        Self { text, tokens: buffer, is_given: false }
    }

    /// Takes the tokens that came with a text. A token is what its span says,
    /// be it two words; lines and sentences are found as ever. O(n).
    #[must_use]
    pub fn with_tokens(text: &'t str, spans: &[Span]) -> Self {
        let mut tokens = Vec::with_capacity(spans.len());
        let mut at = 0;
        for (index, span) in spans.iter().enumerate() {
            let Some(form) = span.slice(text) else { continue };
            let mut class = Class::of_form(form);
            let between = text.get(at..span.start as usize).unwrap_or("");
            if index == 0 || between.contains(['\n', '\r']) {
                class.insert(Class::LINE_START);
                if let Some(last) = tokens.last_mut() {
                    let last: &mut Token = last;
                    last.class.insert(Class::LINE_END);
                }
            }
            tokens.push(Token { start: span.start, end: span.end, class });
            at = span.end as usize;
        }
        if let Some(last) = tokens.last_mut() {
            last.class.insert(Class::LINE_END);
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
        for (index, token) in self.tokens.iter().enumerate() {
            if token.class.contains(begins) {
                stretches.push(index as u32..index as u32);
            }
            if let Some(last) = stretches.last_mut() {
                last.end = index as u32 + 1;
            }
        }
        stretches
    }
}
