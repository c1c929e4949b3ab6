use super::difference::{exact, monte_carlo};
use super::packed::Packed;
use super::*;
use crate::eval::Counts;

fn counts(all: &[(u64, u64, u64)]) -> Vec<Counts> {
    all.iter().map(|&(tp, fp, fn_)| Counts { tp, fp, fn_ }).collect()
}

#[test]
fn one_document_says_nothing_about_the_spread() {
    let figures = [|sums: &[f64]| Some(sums[0])];
    assert_eq!(Bootstrap::default().intervals(&[1.0], 1, &figures), [None]);
}

#[test]
fn an_undefined_resample_counts_nought_and_is_counted() {
    // One of two documents has predictions: a quarter of the resamples has none.
    let precision = |sums: &[f64]| (sums[1] > 0.0).then(|| sums[0] / sums[1]);
    let found = Bootstrap::default().intervals(&[1.0, 1.0, 0.0, 0.0], 2, &[precision])[0].unwrap();
    assert!((2_300..2_700).contains(&found.undefined), "{found:?}");
    assert_eq!((found.low, found.high), (0.0, 1.0));
}

#[test]
fn three_documents_that_differ_never_reach_a_twentieth() {
    let a = counts(&[(5, 5, 5), (5, 5, 5), (5, 5, 5)]);
    let b = counts(&[(10, 0, 0), (10, 0, 0), (10, 0, 0)]);
    let found = test_difference(&a, &b, Statistic::F1, 1);
    assert_eq!((found.p, found.differing, found.method), (0.25, 3, Method::Exact));
    assert_eq!(least_p(3), 0.25);
    assert_eq!((least_p(0), least_p(1)), (1.0, 1.0));
}

#[test]
fn chance_comes_near_to_the_exact_p_and_is_never_nought() {
    let a = counts(&[(3, 2, 4), (6, 1, 1), (2, 3, 2), (4, 0, 4), (1, 5, 2), (7, 2, 1)]);
    let b = counts(&[(5, 1, 2), (6, 3, 1), (3, 1, 1), (5, 1, 3), (2, 5, 1), (7, 0, 1)]);
    let p = exact(&a, &b, Statistic::F1, Side::Two).unwrap();
    let near = monte_carlo(&a, &b, Statistic::F1, 9_999, 7);
    assert!((p - near).abs() < 0.02, "{p} {near}");
    let far = counts(&[(0, 9, 9); 30]);
    let all = counts(&[(9, 0, 0); 30]);
    assert!(monte_carlo(&far, &all, Statistic::F1, 99, 7) > 0.0);
}

#[test]
fn gold_that_differs_has_no_exact_test() {
    let (a, b) = (counts(&[(1, 0, 0), (2, 0, 1)]), counts(&[(1, 0, 1), (1, 0, 1)]));
    let found = test_difference(&a, &b, Statistic::Recall, 1);
    assert!(matches!(found.method, Method::MonteCarlo { .. }));
}

#[test]
fn all_swaps_of_rows_agree_with_the_lattice() {
    let a = counts(&[(3, 2, 4), (6, 1, 1), (2, 3, 2), (4, 0, 4), (1, 5, 2)]);
    let b = counts(&[(5, 1, 2), (6, 3, 1), (3, 1, 1), (5, 1, 3), (2, 5, 1)]);
    let rows = |side: &[Counts]| -> Vec<f64> {
        side.iter().flat_map(|c| [c.tp as f64, c.fp as f64, c.fn_ as f64]).collect()
    };
    let f1 = |c: &[f64]| Some(2.0 * c[0] / (2.0 * c[0] + c[1] + c[2]));
    let found = swap_rows(&rows(&a), &rows(&b), 3, 1, f1);
    let exact = test_difference(&a, &b, Statistic::F1, 1);
    assert!((found.p - exact.p).abs() < 1e-12 && (found.value - exact.value).abs() < 1e-12);
}

proptest::proptest! {
    /// Packed rows sum to what plain ones do, fractions and large numbers included.
    #[test]
    fn packed_rows_sum_as_plain_ones(
        width in 1usize..20,
        numbers in proptest::collection::vec((0u32..3, 0u32..70_000), 20..400),
        picks in proptest::collection::vec(0usize..1000, 0..300),
    ) {
        // Some columns are nought, some hold counts, some halves, some large counts.
        let n = numbers.len() / width;
        let number = |(at, &(kind, n)): (usize, &(u32, u32))| match at % width % 4 {
            0 => 0.0,
            1 => f64::from(n % 300),
            2 => f64::from(n) / f64::from(kind + 1),
            _ => f64::from(n),
        };
        let rows: Vec<f64> = numbers[..n * width].iter().enumerate().map(number).collect();
        let picks: Vec<usize> = picks.into_iter().filter(|_| n > 0).map(|pick| pick % n).collect();
        let mut plain = vec![0.0; width];
        for &pick in &picks {
            plain.iter_mut().zip(&rows[pick * width..]).for_each(|(sum, value)| *sum += value);
        }
        let mut packed = vec![1.0];
        Packed::new(&rows, width).sum(picks.into_iter(), &mut packed);
        proptest::prop_assert_eq!(packed, plain);
    }
}

#[test]
fn quantiles_lie_straight_between_values() {
    let values = [1.0, 2.0, 4.0];
    for (q, wanted) in [(0.0, 1.0), (0.25, 1.5), (0.5, 2.0), (0.75, 3.0), (0.9, 3.6), (1.0, 4.0)] {
        assert!((quantile(&values, q) - wanted).abs() < 1e-12, "{q}: {}", quantile(&values, q));
    }
    assert_eq!((quantile(&[], 0.5), quantile(&[5.0], 0.9)), (0.0, 5.0));
}

#[test]
fn p_values_of_a_family_are_adjusted_in_their_order() {
    let near = |got: Vec<f64>, wanted: [f64; 4]| {
        let apart = got.iter().zip(wanted).map(|(got, wanted)| (got - wanted).abs()).fold(0.0, f64::max);
        assert!(got.len() == 4 && apart < 1e-12, "{got:?} for {wanted:?}");
    };
    let p = [0.01, 0.04, 0.03, 0.5];
    near(bonferroni(&p), [0.04, 0.16, 0.12, 1.0]);
    // 0.03 times 3 is more than 0.04 times 2.
    near(holm(&p), [0.04, 0.09, 0.09, 0.5]);
    // 0.03 times 4/2 is more than 0.04 times 4/3.
    near(benjamini_hochberg(&p), [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5]);
    assert_eq!(holm(&[]), [0.0; 0]);
}

#[test]
fn one_sided_tests_count_the_swaps_of_their_side() {
    // In each of three documents B finds one more: only without a swap is it so far ahead.
    let (a, b) = (counts(&[(2, 1, 2); 3]), counts(&[(3, 0, 1); 3]));
    for (side, ahead, behind) in
        [(Side::Two, 0.25, 0.25), (Side::Greater, 0.125, 1.0), (Side::Less, 1.0, 0.125)]
    {
        let p = |a, b| exact(a, b, Statistic::F1, side).unwrap();
        assert!((p(&a, &b) - ahead).abs() < 1e-12, "{side:?}: {}", p(&a, &b));
        assert!((p(&b, &a) - behind).abs() < 1e-12, "{side:?}: {}", p(&b, &a));
    }
}

#[test]
fn what_would_touch_too_many_cells_has_no_exact_test() {
    let (a, b) = (counts(&[(0, 0, 1000); 1000]), counts(&[(1000, 0, 0); 1000]));
    assert_eq!(exact(&a, &b, Statistic::F1, Side::Two), None);
}

#[test]
fn random_swaps_of_documents_are_bits_of_draws() {
    // Groups of 64, 70 and 3 documents that differ alike, 4 in which gold does, and 5 that are the same.
    let groups = [
        (64, (1, 2, 3), (2, 2, 2)),
        (70, (2, 1, 2), (1, 1, 3)),
        (3, (0, 1, 9), (9, 0, 0)),
        (4, (1, 1, 1), (1, 0, 3)),
        (5, (1, 2, 3), (1, 2, 3)),
    ];
    let a = counts(&groups.iter().flat_map(|&(n, a, _)| vec![a; n]).collect::<Vec<_>>());
    let b = counts(&groups.iter().flat_map(|&(n, _, b)| vec![b; n]).collect::<Vec<_>>());
    let (seed, samples) = (5, 2_000u64);
    let triple = |c: &Counts| [c.tp, c.predicted(), c.gold()].map(|n| i64::try_from(n).unwrap());
    let delta = |at: usize| [0, 1, 2].map(|part| triple(&b[at])[part] - triple(&a[at])[part]);
    // One bit a document: groups by their delta, each with words of its own.
    let mut order: Vec<usize> = (0..a.len()).filter(|&at| a[at] != b[at]).collect();
    order.sort_by_key(|&at| delta(at));
    let mut place = vec![(0, 0); a.len()];
    let (mut words, mut last) = (0, None);
    for at in order {
        let (word, bit) = match last {
            Some((before, word, bit)) if before == delta(at) && bit < 63 => (word, bit + 1),
            _ => (words, 0),
        };
        words = word + 1;
        place[at] = (word, bit);
        last = Some((delta(at), word, bit));
    }
    let (draws, total) = (Draws::new(seed), |side: &[Counts]| {
        side.iter().map(triple).fold([0; 3], |all, one| [0, 1, 2].map(|part| all[part] + one[part]))
    });
    let f1 = |[tp, predicted, gold]: [i64; 3]| 2.0 * tp as f64 / (predicted + gold) as f64;
    let difference = |is_swapped: &dyn Fn(usize) -> bool| {
        let moved = (0..a.len()).filter(|&at| is_swapped(at)).map(delta);
        let moved = moved.fold([0; 3], |all, one| [0, 1, 2].map(|part| all[part] + one[part]));
        let (all_a, all_b) = (total(&a), total(&b));
        f1([0, 1, 2].map(|at| all_b[at] - moved[at])) - f1([0, 1, 2].map(|at| all_a[at] + moved[at]))
    };
    let observed = difference(&|_| false);
    let is_hit = |sample: &u64| {
        let coin = |at: usize| draws.bits(sample * words + place[at].0) >> place[at].1 & 1 == 1;
        difference(&coin).abs() >= observed.abs() - 1e-12
    };
    let hits = (0..samples).filter(is_hit).count();
    assert!((100..1_900).contains(&hits), "{hits}");
    let p = monte_carlo(&a, &b, Statistic::F1, samples as u32, seed);
    assert_eq!(p, (hits as f64 + 1.0) / (samples as f64 + 1.0));
}
