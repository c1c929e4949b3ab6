//! Counts and what is derived from them.

use std::collections::BTreeMap;
use std::sync::Arc;

/// True positives, false positives, false negatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Predicted and in gold.
    pub tp: u64,
    /// Predicted, not in gold.
    pub fp: u64,
    /// In gold, not predicted.
    pub fn_: u64,
}

impl Counts {
    /// What is predicted that is right; undefined where nothing is predicted.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        divide(self.tp as f64, (self.tp + self.fp) as f64)
    }

    /// What is right that is predicted; undefined where gold is empty.
    #[must_use]
    pub fn recall(self) -> Option<f64> {
        divide(self.tp as f64, (self.tp + self.fn_) as f64)
    }

    /// 2TP / (2TP + FP + FN); undefined where both sides are empty.
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        divide(2.0 * self.tp as f64, (2 * self.tp + self.fp + self.fn_) as f64)
    }

    /// (1+β²)TP / ((1+β²)TP + β²FN + FP): recall counts β times as much as
    /// precision. Undefined where both sides are empty.
    #[must_use]
    pub fn f(self, beta: f64) -> Option<f64> {
        let square = beta * beta;
        let right = (1.0 + square) * self.tp as f64;
        divide(right, right + square * self.fn_ as f64 + self.fp as f64)
    }

    /// Adds the counts of another part.
    pub fn add(&mut self, other: Self) {
        self.tp += other.tp;
        self.fp += other.fp;
        self.fn_ += other.fn_;
    }

    /// The sum after `part` of it has become `other`. `part` is no more than the
    /// sum.
    #[must_use]
    pub const fn with_part(self, part: Self, other: Self) -> Self {
        Self {
            tp: self.tp - part.tp + other.tp,
            fp: self.fp - part.fp + other.fp,
            fn_: self.fn_ - part.fn_ + other.fn_,
        }
    }

    /// How many gold holds.
    #[must_use]
    pub const fn gold(self) -> u64 {
        self.tp + self.fn_
    }

    /// How many are predicted.
    #[must_use]
    pub const fn predicted(self) -> u64 {
        self.tp + self.fp
    }
}

/// A quotient; undefined where the divisor is 0.
pub(super) fn divide(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

/// Numerators and denominators of precision and recall, summed over documents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ratio {
    /// Numerator and denominator of precision.
    pub precision: (f64, f64),
    /// Numerator and denominator of recall.
    pub recall: (f64, f64),
    /// Whether either side holds anything.
    pub is_defined: bool,
}

impl Ratio {
    /// Precision; 0 where only the other side holds something.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        self.value(self.precision)
    }

    /// Recall; 0 where only the other side holds something.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        self.value(self.recall)
    }

    fn value(&self, (a, b): (f64, f64)) -> Option<f64> {
        self.is_defined.then(|| divide(a, b).unwrap_or(0.0))
    }

    /// The harmonic mean of the two.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        harmonic(self.precision()?, self.recall()?)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.precision.0 += other.precision.0;
        self.precision.1 += other.precision.1;
        self.recall.0 += other.recall.0;
        self.recall.1 += other.recall.1;
        self.is_defined |= other.is_defined;
    }
}

/// The harmonic mean; 0 where both are 0.
pub(super) fn harmonic(p: f64, r: f64) -> Option<f64> {
    Some(if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 })
}

/// Means over types.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Averages {
    /// The mean precision.
    pub precision: Option<f64>,
    /// The mean recall.
    pub recall: Option<f64>,
    /// The mean F1.
    pub f1: Option<f64>,
    /// How many types gold holds: what the means are over.
    pub types: usize,
}

/// Means over the types that gold holds. A type whose precision is undefined
/// (nothing predicted) counts 0: it was missed.
pub(super) fn macro_average(types: &BTreeMap<Arc<str>, Counts>) -> Averages {
    let held: Vec<&Counts> = types.values().filter(|counts| counts.gold() > 0).collect();
    let mean = |value: fn(Counts) -> Option<f64>| {
        let sum: f64 = held.iter().map(|counts| value(**counts).unwrap_or(0.0)).sum();
        divide(sum, held.len() as f64)
    };
    Averages {
        precision: mean(Counts::precision),
        recall: mean(Counts::recall),
        f1: mean(Counts::f1),
        types: held.len(),
    }
}

/// Means over the types, weighted by how many of each gold holds.
pub(super) fn weighted_average(types: &BTreeMap<Arc<str>, Counts>) -> Averages {
    let support: f64 = types.values().map(|counts| counts.gold() as f64).sum();
    let mean = |value: fn(Counts) -> Option<f64>| {
        let weigh = |counts: &Counts| counts.gold() as f64 * value(*counts).unwrap_or(0.0);
        divide(types.values().map(weigh).sum(), support)
    };
    Averages {
        precision: mean(Counts::precision),
        recall: mean(Counts::recall),
        f1: mean(Counts::f1),
        types: types.values().filter(|counts| counts.gold() > 0).count(),
    }
}

/// The mean F1 over documents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DocumentAverage {
    /// The mean over documents whose F1 is defined.
    pub f1: Option<f64>,
    /// The standard deviation of a sample; undefined for fewer than two.
    pub deviation: Option<f64>,
    /// How many documents the mean is over.
    pub documents: usize,
}

impl DocumentAverage {
    /// The mean over the counts of documents.
    pub fn over(counts: impl Iterator<Item = Counts>) -> Self {
        let all: Vec<f64> = counts.filter_map(Counts::f1).collect();
        let n = all.len() as f64;
        let f1 = divide(all.iter().sum(), n);
        let squares: f64 = all.iter().map(|f| (f - f1.unwrap_or(0.0)).powi(2)).sum();
        Self { f1, deviation: divide(squares, n - 1.0).map(f64::sqrt), documents: all.len() }
    }
}

#[cfg(test)]
mod tests;
