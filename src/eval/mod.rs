//! Scores of predictions against gold. Knows nothing of rules or files.
//!
//! `docs/evaluation.md` defines every figure. Counts come first; ratios are
//! derived from them, and are `None` where they are 0/0.
//!
//! ```
//! use spanwright::doc::{Annotations, Mention};
//! use spanwright::eval::{Pair, score};
//! use spanwright::text::Span;
//! let text = "Le Minh Hung in Ha Giang";
//! let side = |mentions: Vec<Mention>| Annotations { mentions, ..Annotations::default() };
//! let gold = side(vec![Mention::new("T1", "PERSON", Span::new(0, 12)), Mention::new("T2", "LOC", Span::new(16, 24))]);
//! let predicted = side(vec![Mention::new("T1", "PERSON", Span::new(0, 12))]);
//! let pair = Pair { id: "a", text, gold: &gold, predicted: &predicted };
//! let scores = score(&[pair])?;
//! assert_eq!(scores.entities.micro.precision(), Some(1.0));
//! assert_eq!(scores.entities.micro.recall(), Some(0.5));
//! # Ok::<(), spanwright::eval::EvalError>(())
//! ```

mod agreement;
mod align;
mod assignment;
mod attribution;
mod compare;
mod compat;
mod coreference;
mod counts;
mod doctor;
mod errors;
mod events;
mod exact;
mod join;
mod limit;
mod relations;
mod semeval;
mod significance;
mod statistics;
mod values;

pub use agreement::{Agreement, Kappa, agree};
pub use align::{Aligned, Alignment, Confusion, align};
pub use attribution::{Deeds, LeftOut, Proposed, RuleScore, Without, attribute};
pub use compare::{Change, ChangeKind, Comparison, compare};
pub use compat::{Flat, Nervaluate, Seqeval, equal_tags};
pub use coreference::{ChainErrors, Coreference};
pub use counts::{Averages, Counts, DocumentAverage, Ratio};
pub use doctor::{Suspicion, SuspicionKind, review};
pub use errors::{Class, ErrorAnalysis, ErrorItem, FixGain, Shift, analyse};
pub use events::Events;
pub use exact::Entities;
pub use join::{JoinError, MissingPrediction, join};
pub use limit::{Limit, Violation};
pub use relations::{RelationClass, Relations, SideCounts, sort_symmetric};
pub use semeval::{Gate, Muc, Scheme, Semeval};
pub use significance::{Compared, Headline, compared, compared_types, headlines};
pub use statistics::{
    Bootstrap, Difference, Draws, Figure, Interval, Measure, Method, Side, Statistic, Sums,
    benjamini_hochberg, bonferroni, holm, least_p, quantile, swap_rows, test_difference,
};
pub use values::{Tolerance, ValueError, ValueMatch, Values};

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::doc::Annotations;

/// One document with both sides.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The id of the document.
    pub id: &'a str,
    /// Its text.
    pub text: &'a str,
    /// What is right.
    pub gold: &'a Annotations,
    /// What was found.
    pub predicted: &'a Annotations,
}

/// Why gold cannot be scored against.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// Gold holds one mention twice.
    #[error("{document}: gold has two equal mentions, `{first}` and `{second}`: take one out")]
    DuplicateGold {
        /// The document.
        document: String,
        /// The ids.
        first: String,
        /// The ids.
        second: String,
    },
    /// A mention stands in two chains of one side.
    #[error("{document}: `{mention}` stands in two chains: a mention is of one thing")]
    TwoChains {
        /// The document.
        document: String,
        /// The id.
        mention: String,
    },
}

/// All figures of one comparison.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// Entities.
    pub entities: Entities,
    /// The four schemes of SemEval 2013.
    pub semeval: Semeval,
    /// Relations.
    pub relations: Relations,
    /// Events.
    pub events: Events,
    /// Normal values.
    pub values: Values,
    /// Chains.
    pub coreference: Coreference,
    /// Counts of each document.
    pub documents: Vec<DocumentScore>,
    /// Predictions that repeat another and count once.
    pub duplicates: u64,
}

/// The counts of one document.
#[derive(Clone, Debug, Default)]
pub struct DocumentScore {
    /// Its id.
    pub id: String,
    /// Exact entities.
    pub entities: Counts,
    /// Strict relations.
    pub relations: Counts,
    /// Span, label and value together.
    pub values: Counts,
    /// Triggers with their roles and arguments.
    pub events: Counts,
    /// Exact entities by label.
    pub entity_types: BTreeMap<Arc<str>, Counts>,
    /// Strict relations by type.
    pub relation_types: BTreeMap<Arc<str>, Counts>,
    /// Chains.
    pub coreference: Coreference,
}

/// Scores documents, in parallel. O(n log n) in the mentions, plus the cube of the
/// largest group of overlapping spans. The number of threads changes nothing:
/// sums are taken in the order of the documents.
///
/// # Errors
///
/// If gold contradicts itself; the first such document is named.
pub fn score(pairs: &[Pair<'_>]) -> Result<Scores, EvalError> {
    score_with(pairs, ScoreConfig::default())
}

/// What counts as right where there is a choice. `Default` is what `spanwright
/// score` does without flags.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScoreConfig {
    /// The least overlap, in code points over those of the union, with which the
    /// SemEval schemes pair two spans; 0 means any.
    pub min_overlap: f64,
    /// Which values are the same.
    pub values: ValueMatch,
}

/// The same, with a say in what counts as right.
///
/// # Errors
///
/// If gold contradicts itself; the first such document is named.
pub fn score_with(pairs: &[Pair<'_>], config: ScoreConfig) -> Result<Scores, EvalError> {
    let some = |pairs: &[Pair<'_>]| score_some(pairs, config);
    let parts: Vec<Result<Scores, EvalError>> = pairs.par_chunks(CHUNK).map(some).collect();
    let mut scores = Scores::default();
    for part in parts {
        scores.add(part?);
    }
    Ok(scores)
}

/// Documents that one thread scores in one go.
const CHUNK: usize = 64;

fn score_some(pairs: &[Pair<'_>], config: ScoreConfig) -> Result<Scores, EvalError> {
    let mut scores = Scores::default();
    for pair in pairs {
        let mut document = exact::document(pair, config.values, &mut scores)?;
        relations::document(pair, &mut scores.relations, &mut document);
        document.events = events::document(pair, &mut scores.events);
        semeval::document(pair, config.min_overlap, &mut scores.semeval);
        coreference::document(pair, &mut document.coreference)?;
        scores.documents.push(document);
    }
    Ok(scores)
}

impl Scores {
    /// Adds the scores of further documents.
    fn add(&mut self, other: Self) {
        self.entities.add(&other.entities);
        self.semeval.add(&other.semeval);
        self.relations.add(&other.relations);
        self.events.add(&other.events);
        self.values.add(&other.values);
        // Quotients are summed one document at a time, whatever was scored in one go.
        other.documents.iter().for_each(|document| self.coreference.add(&document.coreference));
        self.documents.extend(other.documents);
        self.duplicates += other.duplicates;
    }
}

/// The four schemes of one document alone. Equal mentions of gold, which [`score`]
/// refuses, count apart here.
#[must_use]
pub fn schemes(pair: &Pair<'_>) -> Semeval {
    let mut scores = Semeval::default();
    semeval::document(pair, 0.0, &mut scores);
    scores
}

/// The counts of each line that holds anything, as rows for intervals where
/// there is one document only. Lines of one document are no independent draws:
/// such intervals are too narrow. Entities and relations alone are counted.
#[must_use]
pub fn score_lines(pairs: &[Pair<'_>]) -> Vec<DocumentScore> {
    pairs.iter().flat_map(exact::lines).collect()
}

#[cfg(test)]
mod tests;
