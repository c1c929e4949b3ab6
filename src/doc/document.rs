//! [`Document`]: one text with its id.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::text::Span;

/// One text to be read. The text is never changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Names the document in its collection.
    pub id: String,
    /// The text, exactly as it came.
    pub text: String,
    /// What is known about the document, such as its `date`.
    pub meta: Map<String, Value>,
    /// The tokens that came with it, where it brings its own.
    pub tokens: Option<InputTokens>,
    /// Members of the input record that Spanwright does not know, carried
    /// through unchanged.
    pub extra: Map<String, Value>,
}

/// Tokens that came with a document, and what is known about each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InputTokens {
    /// Where they stand: in text order, apart from each other, none empty.
    pub spans: Vec<Span>,
    /// By name, such as `pos` and `lemma`: a value for each token, or none.
    pub columns: IndexMap<Arc<str>, Vec<Option<Arc<str>>>>,
}

impl Document {
    /// A document without metadata.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }
}
