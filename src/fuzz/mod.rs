//! Texts that nobody would write, against laws that hold for every text.
//!
//! [`INVARIANTS`] are the laws. [`texts`] makes texts out of a [`Corpus`]:
//! pieces of its seeds set side by side, then changed. [`fuzz`] runs laws over
//! many of them and shrinks what breaks one to a small text. Each text is made
//! from the seed of the run and its own number alone, so a run is the same for
//! any number of threads, and one text of it can be made again.
//!
//! A law is asked about a [`Subject`], which is Spanwright itself in
//! [`Engine`]. A test may put something broken in its place.
//!
//! ```
//! use spanwright::fuzz::{Engine, INVARIANTS};
//! let engine = Engine::without_pack();
//! for law in INVARIANTS.iter().filter(|law| !law.needs_pack) {
//!     assert_eq!(law.check(&engine, "Hà Giang\r\n27,300ha"), Ok(()), "{}", law.name);
//! }
//! ```

mod corpus;
mod invariants;
mod mutate;
mod runner;
mod seeds;
mod shrink;
mod subject;
mod watch;

pub use corpus::Corpus;
pub use invariants::{INVARIANTS, Invariant, invariant};
pub use mutate::texts;
pub use runner::{Failure, FuzzConfig, FuzzReport, Tried, case, fuzz};
pub use subject::{Engine, Subject};
pub use watch::Watch;

#[cfg(test)]
mod tests;
