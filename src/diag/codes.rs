//! stub
/// A code.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// id
    pub id: &'static str,
    /// name
    pub name: &'static str,
    /// doc
    pub doc: &'static str,
}
