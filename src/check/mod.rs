//! From what was written to what was meant: names, types, relation arguments.

mod pack;

pub use pack::*;
