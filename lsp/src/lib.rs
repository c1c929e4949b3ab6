//! A language server for rule packs, over the same library as `spanwright`.
//!
//! It reads packs as `spanwright check` does, with the texts that editors hold
//! in place of the files; what it shows are the diagnostics, types and rules
//! of the library. [`serve`] runs it over any connection.

#![forbid(unsafe_code)]

mod features;
mod hits;
mod occurrences;
mod positions;
mod server;
mod uris;
mod workspace;

pub use server::{ServeError, serve};
