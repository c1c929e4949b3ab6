//! Percentile intervals by drawing documents with replacement (Efron 1979).

use rayon::prelude::*;

use super::packed::Packed;
use super::random::Draws;

/// Where a figure lies in 95 of 100 resamples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The 2.5 % quantile.
    pub low: f64,
    /// The 97.5 % quantile.
    pub high: f64,
    /// Resamples in which the figure was undefined and counted 0.
    pub undefined: u32,
}

/// How resamples are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// How many resamples.
    pub samples: u32,
    /// The seed of the draws.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { samples: 10_000, seed: 1 }
    }
}

impl Bootstrap {
    /// Intervals of figures that are computed from sums over documents.
    ///
    /// `rows` holds `width` numbers for each document. Each resample draws as
    /// many documents as there are, sums their rows, and hands the sums to each
    /// figure. The result does not depend on the number of threads.
    /// O(samples × documents × width); nothing comes back for fewer than two
    /// documents, which say nothing about the spread.
    #[must_use]
    pub fn intervals<F>(self, rows: &[f64], width: usize, figures: &[F]) -> Vec<Option<Interval>>
    where
        F: Fn(&[f64]) -> Option<f64> + Sync,
    {
        let n = rows.len().checked_div(width).unwrap_or(0);
        if n < 2 || self.samples == 0 {
            return vec![None; figures.len()];
        }
        let draws = Draws::new(self.seed);
        let table = Packed::new(rows, width);
        let resample = |sums: &mut Vec<f64>, sample: u32| -> Vec<Option<f64>> {
            let first = u64::from(sample) * n as u64;
            table.sum((0..n as u64).map(|at| draws.below(first + at, n as u64)), sums);
            figures.iter().map(|figure| figure(sums)).collect()
        };
        let drawn: Vec<Vec<Option<f64>>> =
            (0..self.samples).into_par_iter().map_init(Vec::new, resample).collect();
        let interval = |figure: usize| {
            let mut values: Vec<f64> = drawn.iter().map(|sample| sample[figure].unwrap_or(0.0)).collect();
            values.sort_unstable_by(f64::total_cmp);
            let undefined = drawn.iter().filter(|sample| sample[figure].is_none()).count() as u32;
            Interval { low: quantile(&values, 0.025), high: quantile(&values, 0.975), undefined }
        };
        (0..figures.len()).into_par_iter().map(|figure| Some(interval(figure))).collect()
    }
}

/// The quantile of sorted values between which one goes straight (type 7 of
/// Hyndman and Fan 1996); 0 for none.
#[must_use]
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = last as f64 * q;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}
