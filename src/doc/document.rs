//! [`Document`]: one text with its id.

use serde_json::{Map, Value};

/// One text to be read. The text is never changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Names the document in its collection.
    pub id: String,
    /// The text, exactly as it came.
    pub text: String,
    /// What is known about the document, such as its `date`.
    pub meta: Map<String, Value>,
    /// Members of the input record that Spanwright does not know, carried
    /// through unchanged.
    pub extra: Map<String, Value>,
}

impl Document {
    /// A document without metadata.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }
}
