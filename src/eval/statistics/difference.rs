//! Is the difference between two systems more than chance?
//!
//! The paired randomization test: under the null hypothesis the two outputs of
//! a document might as well be swapped. Gold is the same on both sides, so a
//! micro figure depends on two whole numbers, the true positives and the
//! predictions; the exact distribution over all 2ⁿ swaps is a convolution over
//! these two (after Zmigrod, Vieira and Cotterell 2022).

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::random::Draws;
use crate::eval::Counts;

/// Which figure is compared. 0/0 counts 0 here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// TP / predictions
    Precision,
    /// TP / gold
    Recall,
    /// 2TP / (predictions + gold)
    F1,
}

/// How a p value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Over all swaps.
    Exact,
    /// Over so many random swaps: (c + 1) / (samples + 1).
    MonteCarlo {
        /// How many.
        samples: u32,
    },
}

/// Which differences count as at least as large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Of either sign.
    Two,
    /// In favour of B.
    Greater,
    /// In favour of A.
    Less,
}

/// A difference of B against A, and how likely chance makes one as large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The figure of B minus that of A.
    pub value: f64,
    /// The two-sided p value.
    pub p: f64,
    /// How it was found.
    pub method: Method,
    /// Documents whose counts differ between A and B.
    pub differing: usize,
}

/// The smallest two-sided p that so many differing documents allow: 2^(1−m).
#[must_use]
pub fn least_p(differing: usize) -> f64 {
    (0.5f64).powi(differing as i32).min(0.5) * 2.0
}

/// Cells times documents that the exact test may touch.
const WORK: u64 = 400_000_000;
/// Random swaps where the exact test would touch more.
const SWAPS: u32 = 9_999;
/// What rounding may do to equal differences.
const SLACK: f64 = 1e-12;

/// Tests the difference of B against A. `a[i]` and `b[i]` are the counts of
/// document i, with as many in gold.
///
/// Exact while the lattice of sums is small, which holds for some hundred
/// documents that differ; by chance after that. Where gold differs between the
/// sides only the random swaps are right, and are taken.
#[must_use]
pub fn test_difference(a: &[Counts], b: &[Counts], statistic: Statistic, seed: u64) -> Difference {
    let differing: Vec<usize> = (0..a.len().min(b.len())).filter(|&i| a[i] != b[i]).collect();
    let value = value(sum(b), statistic) - value(sum(a), statistic);
    let exact = exact(a, b, statistic, Side::Two);
    let (p, method) = match exact {
        Some(p) => (p, Method::Exact),
        None => (monte_carlo(a, b, statistic, SWAPS, seed), Method::MonteCarlo { samples: SWAPS }),
    };
    Difference { value, p, method, differing: differing.len() }
}

fn sum(counts: &[Counts]) -> Counts {
    counts.iter().fold(Counts::default(), |mut sum, counts| {
        sum.add(*counts);
        sum
    })
}

fn value(counts: Counts, statistic: Statistic) -> f64 {
    match statistic {
        Statistic::Precision => counts.precision(),
        Statistic::Recall => counts.recall(),
        Statistic::F1 => counts.f1(),
    }
    .unwrap_or(0.0)
}

/// The same from whole numbers that may come from any swap.
fn of(tp: i64, predicted: i64, gold: i64, statistic: Statistic) -> f64 {
    let (above, below) = match statistic {
        Statistic::Precision => (tp, predicted),
        Statistic::Recall => (tp, gold),
        Statistic::F1 => (2 * tp, predicted + gold),
    };
    if below == 0 { 0.0 } else { above as f64 / below as f64 }
}

/// The exact p; nothing where gold differs or the lattice is too large.
pub(super) fn exact(a: &[Counts], b: &[Counts], statistic: Statistic, side: Side) -> Option<f64> {
    if a.len() != b.len() || a.iter().zip(b).any(|(a, b)| a.gold() != b.gold()) {
        return None;
    }
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let deltas: Vec<(i64, i64)> = a
        .iter()
        .zip(b)
        .map(|(a, b)| (signed(b.tp) - signed(a.tp), signed(b.predicted()) - signed(a.predicted())))
        .filter(|delta| *delta != (0, 0))
        .collect();
    let lattice = Lattice::over(&deltas)?;
    let (a, b) = (sum(a), sum(b));
    let gold = signed(a.gold());
    let difference = |(x, y): (i64, i64)| {
        let swapped_a = of(signed(a.tp) + x, signed(a.predicted()) + y, gold, statistic);
        let swapped_b = of(signed(b.tp) - x, signed(b.predicted()) - y, gold, statistic);
        swapped_b - swapped_a
    };
    let observed = difference((0, 0));
    let is_as_large = |found: f64| match side {
        Side::Two => found.abs() >= observed.abs() - SLACK,
        Side::Greater => found >= observed - SLACK,
        Side::Less => found <= observed + SLACK,
    };
    let p: f64 = lattice.cells().filter(|(place, _)| is_as_large(difference(*place))).map(|(_, p)| p).sum();
    Some(p.min(1.0))
}

/// The probability of each sum of (ΔTP, Δ predictions) over the swapped
/// documents, each swapped with probability ½.
struct Lattice {
    low: (i64, i64),
    rows: usize,
    columns: usize,
    mass: Vec<f64>,
}

impl Lattice {
    fn over(deltas: &[(i64, i64)]) -> Option<Self> {
        let range = |part: fn(&(i64, i64)) -> i64| {
            let low: i64 = deltas.iter().map(|delta| part(delta).min(0)).sum();
            let high: i64 = deltas.iter().map(|delta| part(delta).max(0)).sum();
            (low, usize::try_from(high - low + 1).unwrap_or(usize::MAX))
        };
        let ((low_x, rows), (low_y, columns)) = (range(|d| d.0), range(|d| d.1));
        let cells = (rows as u64).checked_mul(columns as u64)?;
        if cells.checked_mul(deltas.len().max(1) as u64)? > WORK {
            return None;
        }
        let mut lattice = Self { low: (low_x, low_y), rows, columns, mass: vec![0.0; rows * columns] };
        let zero = lattice.cell(0, 0);
        lattice.mass[zero] = 1.0;
        for (x, y) in deltas {
            let before = lattice.mass.clone();
            lattice.mass.iter_mut().for_each(|mass| *mass *= 0.5);
            let shift = x * columns as i64 + y;
            // Sums stay within the ranges, so no shift wraps into another row.
            for (from, mass) in before.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
                lattice.mass[(from as i64 + shift) as usize] += 0.5 * mass;
            }
        }
        Some(lattice)
    }

    fn cell(&self, x: i64, y: i64) -> usize {
        ((x - self.low.0) * self.columns as i64 + (y - self.low.1)) as usize
    }

    fn cells(&self) -> impl Iterator<Item = ((i64, i64), f64)> + '_ {
        let place =
            |at: usize| (self.low.0 + (at / self.columns) as i64, self.low.1 + (at % self.columns) as i64);
        debug_assert_eq!(self.mass.len(), self.rows * self.columns);
        self.mass
            .iter()
            .enumerate()
            .filter(|(_, mass)| **mass > 0.0)
            .map(move |(at, mass)| (place(at), *mass))
    }
}

/// The p of random swaps, never 0 (Phipson and Smyth 2010).
///
/// Documents whose counts differ in the same way may stand for each other: of a
/// group only the number that is swapped matters, and that is a count of random
/// bits, 64 at a time.
pub(super) fn monte_carlo(a: &[Counts], b: &[Counts], statistic: Statistic, samples: u32, seed: u64) -> f64 {
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let triple = |counts: &Counts| [signed(counts.tp), signed(counts.predicted()), signed(counts.gold())];
    let mut groups: BTreeMap<[i64; 3], u64> = BTreeMap::new();
    for (a, b) in a.iter().zip(b).filter(|(a, b)| a != b) {
        let (a, b) = (triple(a), triple(b));
        *groups.entry([0, 1, 2].map(|at| b[at] - a[at])).or_insert(0) += 1;
    }
    let (all_a, all_b) = (triple(&sum(a)), triple(&sum(b)));
    let difference = |moved: [i64; 3]| {
        let figure = |[tp, predicted, gold]: [i64; 3]| of(tp, predicted, gold, statistic);
        figure([0, 1, 2].map(|at| all_b[at] - moved[at])) - figure([0, 1, 2].map(|at| all_a[at] + moved[at]))
    };
    let observed = difference([0; 3]);
    let draws = Draws::new(seed);
    let words: u64 = groups.values().map(|n| n.div_ceil(64)).sum();
    let as_large = (0..samples).into_par_iter().filter(|sample| {
        let mut word = u64::from(*sample) * words;
        let mut moved = [0i64; 3];
        for (delta, &n) in &groups {
            let mut swapped = 0;
            for first in (0..n).step_by(64) {
                let bits = draws.bits(word);
                let used = if n - first < 64 { bits & ((1 << (n - first)) - 1) } else { bits };
                swapped += i64::from(used.count_ones());
                word += 1;
            }
            moved.iter_mut().zip(delta).for_each(|(moved, delta)| *moved += swapped * delta);
        }
        difference(moved).abs() >= observed.abs() - SLACK
    });
    (as_large.count() as f64 + 1.0) / (f64::from(samples) + 1.0)
}
