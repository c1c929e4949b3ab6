//! Many documents: read, extract, write; in parallel, in order, in bounded
//! memory. And the tests of a pack.

mod batches;
mod pack_tests;

pub use batches::{OnError, Output, Progress, RunConfig, RunError, RunSummary, extract_all, run};
pub use pack_tests::{CaseOutcome, Difference, Filter, run_tests};
