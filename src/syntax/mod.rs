//! Text to tree: the lexer and parser of `.span` files, and `pack.toml`.
//!
//! Reading never stops at a mistake: each is reported, and the next item goes
//! on, so that one run shows them all.

mod allow;
pub mod ast;
mod cases;
mod conditions;
mod cursor;
mod format;
mod items;
mod lexer;
mod load;
mod manifest;
pub(crate) mod markup;
mod nesting;
mod parts;
mod patterns;
pub(crate) mod suggest;
pub(crate) mod templates;

#[cfg(test)]
mod tests;

pub use format::{format, format_with};
pub use items::KEYWORDS;
pub use load::{LoadError, load, load_with, parse_pack};
pub use nesting::Nesting;
pub use parts::{USES, parts};
