//! The tests that stand in a pack.
//!
//! The whole pack reads each text. [`compare`] sets what was found beside what
//! is expected, [`blame`] says which rules are behind a difference, [`rewrite`]
//! turns what was found into edits of the rule file.

mod blame;
mod clauses;
mod compare;
mod coverage;
mod rewrite;
#[cfg(test)]
mod tests;

pub use coverage::untested;
pub use rewrite::{Rewrite, apply};

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::config::RunError;
use super::pool::Pool;
use crate::check::{CheckedCase, CheckedPack, CheckedTest};
use crate::doc::Document;
use crate::engine::{CandidateReport, ExtractConfig, Extractor, Scratch};
use crate::program::Program;

/// Which tests run.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only tests whose name holds this text.
    pub name: Option<String>,
}

/// What came of one text of a test.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// The name of the test.
    pub test: String,
    /// `file:line` of the text.
    pub place: String,
    /// The text without its markup.
    pub text: String,
    /// What differs; empty where the test holds.
    pub differences: Vec<Difference>,
    /// What is expected beside what was found; empty where the test holds.
    pub rows: Vec<Row>,
    /// Where the test does not hold: how its text would have to be written.
    pub rewrite: Option<Rewrite>,
    /// The rules behind what was found, as `file:rule`, sorted; empty where
    /// the text states what must not be found.
    pub made_by: Vec<Arc<str>>,
}

impl CaseOutcome {
    /// Whether what is expected was found.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One difference between what a test expects and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// On which side it is.
    pub kind: DifferenceKind,
    /// The span, relation or chain.
    pub what: String,
    /// The rules behind it.
    pub why: Vec<String>,
}

/// On which side a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Expected, not found.
    Missing,
    /// Found, not expected.
    Extra,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DifferenceKind::Missing => write!(f, "- expected {}", self.what),
            DifferenceKind::Extra => write!(f, "+ found    {}", self.what),
        }
    }
}

/// A line of a test as it is written, beside the same as it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What is expected.
    pub expected: Option<Marked>,
    /// What was found.
    pub found: Option<Marked>,
}

/// A text with parts that stand out. It can be pasted into a rule file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// The text, on one line.
    pub text: String,
    /// Bytes of what differs from the other side.
    pub marks: Vec<Range<usize>>,
}

/// Runs the tests of a pack, in their order.
#[must_use]
pub fn run_tests(pack: &CheckedPack, program: &Program, filter: &Filter) -> Vec<CaseOutcome> {
    let extractor = extractor(program);
    let mut scratch = extractor.scratch();
    let cases = cases(pack, filter);
    cases.into_iter().map(|(test, case)| run_case(test, case, program, &extractor, &mut scratch)).collect()
}

/// Runs the tests of a pack in parallel. The outcomes are in the order of the
/// tests and the same for any number of threads; 0 means one for each core.
///
/// # Errors
///
/// If the threads cannot be started.
pub fn run_tests_in_parallel(
    pack: &CheckedPack,
    program: &Program,
    filter: &Filter,
    threads: usize,
) -> Result<Vec<CaseOutcome>, RunError> {
    let pool = Pool::new(threads)?;
    if pool.is_alone() {
        return Ok(run_tests(pack, program, filter));
    }
    let extractor = extractor(program);
    let cases = cases(pack, filter);
    let run = |scratch: &mut Scratch, (test, case): (&CheckedTest, &CheckedCase)| {
        run_case(test, case, program, &extractor, scratch)
    };
    Ok(pool.install(|| cases.into_par_iter().map_init(|| extractor.scratch(), run).collect()))
}

fn extractor(program: &Program) -> Extractor<'_> {
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    Extractor::with_config(program, config)
}

fn cases<'p>(pack: &'p CheckedPack, filter: &Filter) -> Vec<(&'p CheckedTest, &'p CheckedCase)> {
    let wanted =
        |test: &&CheckedTest| filter.name.as_ref().is_none_or(|part| test.name.contains(part.as_str()));
    let tests = pack.tests.iter().filter(wanted);
    tests.flat_map(|test| test.cases.iter().map(move |case| (test, case))).collect()
}

fn run_case(
    test: &CheckedTest,
    case: &CheckedCase,
    program: &Program,
    extractor: &Extractor<'_>,
    scratch: &mut Scratch,
) -> CaseOutcome {
    let extraction = extractor.extract(&Document::new("test", case.text.as_str()), scratch);
    let compared = compare::compare(test, case, &extraction, program);
    let differences = blame::differences(&compared, case, &extraction, program);
    let fails = !differences.is_empty();
    CaseOutcome {
        test: test.name.clone(),
        place: case.place.clone(),
        text: case.text.clone(),
        differences,
        rows: if fails { compared.rows(case) } else { Vec::new() },
        made_by: coverage::made_by(case, &extraction, program),
        rewrite: fails.then(|| Rewrite::new(case, compared)),
    }
}
