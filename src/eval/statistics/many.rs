//! Adjusted p values of a family of tests, in the order in which they came.

/// Each p times the size of the family.
#[must_use]
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    let size = p.len() as f64;
    p.iter().map(|p| (p * size).min(1.0)).collect()
}

/// Holm (1979): bounds the chance of any wrong rejection.
///
/// ```
/// assert_eq!(spanwright::eval::holm(&[0.01, 0.04]), [0.02, 0.04]);
/// ```
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut highest: f64 = 0.0;
    for (rank, at) in ranked(p).into_iter().enumerate() {
        highest = highest.max((p[at] * (p.len() - rank) as f64).min(1.0));
        adjusted[at] = highest;
    }
    adjusted
}

/// Benjamini and Hochberg (1995): bounds the share of wrong rejections.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![0.0; p.len()];
    let mut lowest: f64 = 1.0;
    for (rank, at) in ranked(p).into_iter().enumerate().rev() {
        lowest = lowest.min(p[at] * p.len() as f64 / (rank + 1) as f64);
        adjusted[at] = lowest;
    }
    adjusted
}

/// Indices from the smallest p up.
fn ranked(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    order
}
