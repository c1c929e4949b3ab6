//! Scores, explanations, outcomes of tests and of generated texts, for people and for programs.

mod agreement;
mod compare;
mod compat;
mod errors;
mod explain;
#[cfg(feature = "fuzz")]
mod fuzz;
#[cfg(feature = "html")]
mod html;
mod json;
mod junit;
mod pack_tests;
mod profile;
#[cfg(feature = "store")]
mod runs;
mod tables;
mod tone;

pub use agreement::AgreementReport;
pub use compare::{CompareReport, RuleChange};
pub use compat::{SeqevalReport, nervaluate, nervaluate_json};
pub use explain::{Explained, FEW};
#[cfg(feature = "fuzz")]
pub use fuzz::{Fuzzed, Kept};
#[cfg(feature = "html")]
pub use html::{HtmlError, PastScore, html};
pub use json::json;
pub use junit::{Gate, compare_junit, score_junit};
pub use pack_tests::{Suite, case_json, junit};
pub use profile::profile_table;
#[cfg(feature = "store")]
pub use runs::{run_json, run_table, runs_table, summary_json};
pub use tables::{Look, table};

use std::collections::BTreeMap;

use crate::doc::schema::Order;
use crate::eval::{ErrorAnalysis, Headline, Pair, RuleScore, ScoreConfig, Scores, Suspicion};

/// Scores with what they are scores of.
#[derive(Clone, Copy, Debug)]
pub struct ScoreReport<'a> {
    /// The pack that predicted, if one did.
    pub pack: Option<PackInfo<'a>>,
    /// How many documents gold has.
    pub documents: usize,
    /// The labels that are not scored, with the mentions of gold and the
    /// predictions that bear them.
    pub left_out: &'a BTreeMap<String, (u64, u64)>,
    /// What counts as right.
    pub config: ScoreConfig,
    /// A hash over gold: ids, texts, labels.
    pub gold_fingerprint: &'a str,
    /// The scores.
    pub scores: &'a Scores,
    /// Gold and predictions, for examples.
    pub pairs: &'a [Pair<'a>],
    /// Figures with their intervals.
    pub headlines: &'a [Headline],
    /// What intervals resample.
    pub unit: Unit,
    /// Mistakes by class.
    pub errors: &'a ErrorAnalysis,
    /// What each rule is worth, where it was asked for.
    pub rules: Option<&'a [RuleScore]>,
    /// Where gold deserves a second look, where that was asked for.
    pub review: Option<&'a [Suspicion]>,
    /// How many mistakes of each class are shown.
    pub examples: usize,
    /// How much recall counts against precision in a further figure.
    pub beta: Option<f64>,
}

/// What intervals resample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Unit {
    /// Documents.
    #[default]
    Document,
    /// Lines that hold a mention: for one document, and too narrow.
    Line,
}

/// A pack as reports name it.
#[derive(Clone, Copy, Debug)]
pub struct PackInfo<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// A hash over its files.
    pub fingerprint: &'a str,
    /// The steps that decide which of two spans stays; the order of the rules
    /// decides last.
    pub order: &'a [Order],
}
