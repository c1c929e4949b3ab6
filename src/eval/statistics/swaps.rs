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
        let samples = samples(m);
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

/// How many random swaps are drawn where so many documents differ.
fn samples(differing: usize) -> u32 {
    if differing > MANY { FEWER_SAMPLES } else { SAMPLES }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_swaps_are_drawn_of_many_documents() {
        assert_eq!([ALL + 1, MANY, MANY + 1].map(samples), [SAMPLES, SAMPLES, FEWER_SAMPLES]);
    }

    #[test]
    fn random_swaps_are_those_of_the_draws() {
        // Twenty documents that differ, and two that do not.
        let a: Vec<f64> = (0..22).map(|at| f64::from(at % 5)).collect();
        let b: Vec<f64> =
            a.iter().zip(0..).map(|(a, at)| a + f64::from((at % 7 - 2) * i32::from(at > 1))).collect();
        let seed = 11;
        let difference = |is_swapped: &dyn Fn(usize) -> bool| -> f64 {
            let differing = a.iter().zip(&b).filter(|(a, b)| a != b).enumerate();
            differing.map(|(at, (a, b))| if is_swapped(at) { a - b } else { b - a }).sum()
        };
        let m = a.iter().zip(&b).filter(|(a, b)| a != b).count();
        let (observed, draws) = (difference(&|_| false), Draws::new(seed));
        let is_hit = |sample: &u32| {
            let coin = |at: usize| draws.coin(u64::from(*sample) * m as u64 + at as u64);
            difference(&coin).abs() >= observed.abs()
        };
        let hits = (0..SAMPLES).filter(is_hit).count();
        let found = swap_rows(&a, &b, 1, seed, |sums| Some(sums[0]));
        assert!(m > ALL && hits > 100 && hits < 9_900, "{m} {hits}");
        assert_eq!((found.value, found.differing), (observed, m));
        assert_eq!(found.method, Method::MonteCarlo { samples: SAMPLES });
        assert_eq!(found.p, (hits as f64 + 1.0) / 10_000.0);
    }

    #[test]
    fn documents_that_are_alike_count_on_both_sides() {
        // Shares of sums: what both sides share is in them.
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 0.0, 1.0], [1.0, 2.0, 3.0, 4.0, 1.0, 1.0]);
        let found = swap_rows(&a, &b, 2, 1, |sums| Some(sums[0] / sums[1]));
        assert!((found.value - (5.0 / 7.0 - 4.0 / 7.0)).abs() < 1e-12, "{found:?}");
        assert_eq!((found.p, found.method, found.differing), (1.0, Method::Exact, 1));
    }
}
