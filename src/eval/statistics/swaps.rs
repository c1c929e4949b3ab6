//! The paired randomization test for figures that no small lattice holds, such
//! as a mean over types: all swaps where few documents differ, else random ones.

use rayon::prelude::*;

use super::difference::{Difference, Method};
use super::packed::Packed;
use super::random::Draws;

/// With so many documents that differ all swaps are tried.
const ALL: usize = 16;
const SAMPLES: u32 = 9_999;
/// With more documents that differ fewer random swaps are drawn.
const MANY: usize = 2_000;
const FEWER_SAMPLES: u32 = 999;
const SLACK: f64 = 1e-12;

/// Tests the difference of B against A in a figure of sums of rows; `a` and `b`
/// hold `width` numbers for each document. An undefined figure counts 0.
#[must_use]
pub fn swap_rows(
    a: &[f64],
    b: &[f64],
    width: usize,
    seed: u64,
    figure: impl Fn(&[f64]) -> Option<f64> + Sync,
) -> Difference {
    let rows: Vec<(&[f64], &[f64])> = a.chunks_exact(width).zip(b.chunks_exact(width)).collect();
    let (same, differing): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(a, b)| a == b);
    let m = differing.len();
    // The rows of A, then those of B; last what both share.
    let mut all: Vec<f64> = Vec::with_capacity((2 * m + 1) * width);
    differing.iter().for_each(|(a, _)| all.extend_from_slice(a));
    differing.iter().for_each(|(_, b)| all.extend_from_slice(b));
    let mut fixed = vec![0.0; width];
    same.iter().for_each(|(row, _)| fixed.iter_mut().zip(*row).for_each(|(sum, value)| *sum += value));
    all.extend(fixed);
    let table = Packed::new(&all, width);
    let value = |sums: &[f64]| figure(sums).unwrap_or(0.0);
    let difference = |is_swapped: &dyn Fn(usize) -> bool| {
        let mut sums = Vec::new();
        let of_a = |at: usize| if is_swapped(at) { m + at } else { at };
        table.sum((0..m).map(of_a).chain([2 * m]), &mut sums);
        let a = value(&sums);
        table.sum((0..m).map(|at| 2 * at + m - of_a(at)).chain([2 * m]), &mut sums);
        value(&sums) - a
    };
    let observed = difference(&|_| false);
    let is_as_large = |found: f64| found.abs() >= observed.abs() - SLACK;
    let (p, method) = if m <= ALL {
        let hits = (0..1u32 << m).into_par_iter();
        let hits = hits.filter(|swaps| is_as_large(difference(&|at| swaps >> at & 1 == 1))).count();
        (hits as f64 / f64::from(1u32 << m), Method::Exact)
    } else {
        let samples = if m > MANY { FEWER_SAMPLES } else { SAMPLES };
        let draws = Draws::new(seed);
        let hits = (0..samples).into_par_iter().filter(|sample| {
            let first = u64::from(*sample) * m as u64;
            is_as_large(difference(&|at| draws.coin(first + at as u64)))
        });
        let p = (hits.count() as f64 + 1.0) / (f64::from(samples) + 1.0);
        (p, Method::MonteCarlo { samples })
    };
    Difference { value: observed, p, method, differing: m }
}
