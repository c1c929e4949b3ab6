//! The codes of diagnostics: number, name and explanation, in one place.
//!
//! Numbers are never reused. E001 to E029 come from reading, E030 to E099 from
//! checking, W001 on are warnings.

mod check;
mod syntax;

pub use check::*;
pub use syntax::*;

/// The kind of a problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `E012`
    pub id: &'static str,
    /// `duplicate-rule`
    pub name: &'static str,
    /// What it means and how to mend it, in a few sentences.
    pub doc: &'static str,
}

/// Every code, in the order of the numbers.
pub fn all() -> impl Iterator<Item = &'static Code> {
    syntax::ALL.iter().chain(check::ALL).copied()
}

/// Declares codes as statics, with a list of all of them.
macro_rules! codes {
    ($($constant:ident = $id:literal $name:literal $doc:literal;)*) => {
        $(#[doc = $doc] pub static $constant: super::Code = super::Code { id: $id, name: $name, doc: $doc };)*
        pub(super) static ALL: &[&super::Code] = &[$(&$constant),*];
    };
}
use codes;
