//! The paired randomization test for figures that no small lattice holds, such
//! as a mean over types: all swaps where few documents differ, else random ones.

use rayon::prelude::*;

use super::difference::{Difference, Method};
use super::random::Draws;

/// With so many documents that differ all swaps are tried.
const ALL: usize = 16;
const SAMPLES: u32 = 9_999;
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
    let mut fixed = vec![0.0; width];
    for (row, _) in &same {
        add(&mut fixed, row);
    }
    let value = |sums: &[f64]| figure(sums).unwrap_or(0.0);
    let difference = |is_swapped: &dyn Fn(usize) -> bool| {
        let (mut of_a, mut of_b) = (fixed.clone(), fixed.clone());
        for (at, (a, b)) in differing.iter().enumerate() {
            let (first, second) = if is_swapped(at) { (b, a) } else { (a, b) };
            add(&mut of_a, first);
            add(&mut of_b, second);
        }
        value(&of_b) - value(&of_a)
    };
    let observed = difference(&|_| false);
    let is_as_large = |found: f64| found.abs() >= observed.abs() - SLACK;
    let m = differing.len();
    let (p, method) = if m <= ALL {
        let hits = (0..1u32 << m).into_par_iter();
        let hits = hits.filter(|swaps| is_as_large(difference(&|at| swaps >> at & 1 == 1))).count();
        (hits as f64 / f64::from(1u32 << m), Method::Exact)
    } else {
        let draws = Draws::new(seed);
        let hits = (0..SAMPLES).into_par_iter().filter(|sample| {
            let first = u64::from(*sample) * m as u64;
            is_as_large(difference(&|at| draws.coin(first + at as u64)))
        });
        let p = (hits.count() as f64 + 1.0) / (f64::from(SAMPLES) + 1.0);
        (p, Method::MonteCarlo { samples: SAMPLES })
    };
    Difference { value: observed, p, method, differing: m }
}

fn add(sums: &mut [f64], row: &[f64]) {
    sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
}
