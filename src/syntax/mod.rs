//! Text to tree: the lexer and parser of `.span` files, and `pack.toml`.

pub mod ast;
