//! Text to tree: the lexer and parser of `.span` files, and `pack.toml`.
//!
//! Reading never stops at a mistake: each is reported, and the next item goes
//! on, so that one run shows them all.

pub mod ast;
mod cases;
mod conditions;
mod cursor;
mod items;
mod lexer;
mod load;
mod manifest;
pub(crate) mod markup;
mod patterns;
pub(crate) mod suggest;
pub(crate) mod templates;

#[cfg(test)]
mod tests;

pub use load::{LoadError, load, parse_pack};
