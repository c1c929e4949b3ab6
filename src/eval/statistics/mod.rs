//! How sure a score is: intervals, tests of a difference, many tests at once.
//!
//! The sampling unit is the document: mentions of one document are no
//! independent draws.

mod bootstrap;
mod difference;
mod many;
mod packed;
mod random;
mod sums;
mod swaps;

pub use bootstrap::{Bootstrap, Interval, quantile};
pub use difference::{Difference, Method, Side, Statistic, least_p, test_difference};
pub use many::{benjamini_hochberg, bonferroni, holm};
pub use random::Draws;
pub use sums::{Figure, Measure, Sums};
pub use swaps::swap_rows;

#[cfg(test)]
mod tests;
