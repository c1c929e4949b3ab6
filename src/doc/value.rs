//! [`Value`]: what a mention stands for.

use std::fmt;
use std::sync::Arc;

/// The normal value of a mention, written `scheme:body`, such as
/// `iso8601:2025-03-17`, `number:8` or `money:4500000000000 VND`.
///
/// ```
/// use spanwright::doc::Value;
/// let value = Value::from("docid:resolution/18-NQ/TW");
/// assert_eq!(value.scheme(), Some("docid"));
/// assert_eq!(value.body(), "resolution/18-NQ/TW");
/// assert_eq!(Value::from("plain").scheme(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(Arc<str>);

impl Value {
    /// The whole value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the first colon.
    #[must_use]
    pub fn scheme(&self) -> Option<&str> {
        self.0.split_once(':').map(|(scheme, _)| scheme)
    }

    /// What stands after the first colon, or all of it.
    #[must_use]
    pub fn body(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(_, body)| body)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self(text)
    }
}

impl From<Value> for Arc<str> {
    fn from(value: Value) -> Self {
        value.0
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
