//! Many documents: read, extract, write; in parallel, in order, in bounded
//! memory. And the tests of a pack.

mod config;
mod keeper;
mod pack_tests;
mod partial;
mod pool;
mod stream;
mod workers;

pub use config::{OnError, Output, Progress, RunConfig, RunError, RunSummary};
pub use pack_tests::{
    CaseOutcome, Difference, DifferenceKind, Filter, Marked, Rewrite, Row, apply, run_tests,
    run_tests_in_parallel, untested,
};
pub use partial::{Partial, ResumeError};
pub use stream::run;
pub use workers::extract_all;

#[cfg(test)]
mod tests;
