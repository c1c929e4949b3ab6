//! Figures by hand.

use super::*;

const fn counts(tp: u64, fp: u64, fn_: u64) -> Counts {
    Counts { tp, fp, fn_ }
}

#[track_caller]
fn near(got: Option<f64>, wanted: Option<f64>) {
    let is_near = match (got, wanted) {
        (Some(got), Some(wanted)) => (got - wanted).abs() < 1e-12,
        (got, wanted) => got == wanted,
    };
    assert!(is_near, "{got:?}, not {wanted:?}");
}

#[test]
fn figures_follow_from_counts_and_are_undefined_where_nothing_is_divided() {
    let third = 1.0 / 3.0;
    for (counts, precision, recall, f1, f2) in [
        (counts(3, 1, 2), Some(0.75), Some(0.6), Some(6.0 / 9.0), Some(15.0 / 24.0)),
        (counts(1, 2, 3), Some(third), Some(0.25), Some(2.0 / 7.0), Some(5.0 / 19.0)),
        (counts(4, 0, 0), Some(1.0), Some(1.0), Some(1.0), Some(1.0)),
        (counts(0, 2, 1), Some(0.0), Some(0.0), Some(0.0), Some(0.0)),
        (counts(0, 2, 0), Some(0.0), None, Some(0.0), Some(0.0)),
        (counts(0, 0, 2), None, Some(0.0), Some(0.0), Some(0.0)),
        (counts(0, 0, 0), None, None, None, None),
    ] {
        near(counts.precision(), precision);
        near(counts.recall(), recall);
        near(counts.f1(), f1);
        near(counts.f(1.0), f1);
        near(counts.f(2.0), f2);
        near(counts.f(0.0), counts.precision());
    }
}

#[test]
fn parts_sum_and_a_part_gives_way_to_another() {
    let mut sum = counts(7, 5, 3);
    sum.add(counts(20, 30, 40));
    assert_eq!(sum, counts(27, 35, 43));
    assert_eq!((sum.gold(), sum.predicted()), (70, 62));
    assert_eq!(sum.with_part(counts(20, 30, 40), counts(1, 2, 4)), counts(8, 7, 7));
}

#[test]
fn a_ratio_is_nothing_where_one_side_alone_holds_something_and_undefined_where_none_does() {
    let mut ratio = Ratio::default();
    assert_eq!((ratio.precision(), ratio.recall(), ratio.f1()), (None, None, None));
    ratio.add(Ratio { precision: (0.0, 0.0), recall: (0.0, 4.0), is_defined: true });
    assert_eq!((ratio.precision(), ratio.recall(), ratio.f1()), (Some(0.0), Some(0.0), Some(0.0)));
    ratio.add(Ratio { precision: (3.0, 4.0), recall: (2.0, 4.0), is_defined: true });
    ratio.add(Ratio { precision: (2.0, 6.0), recall: (2.0, 2.0), is_defined: false });
    assert_eq!(ratio, Ratio { precision: (5.0, 10.0), recall: (4.0, 10.0), is_defined: true });
    near(ratio.precision(), Some(0.5));
    near(ratio.recall(), Some(0.4));
    near(ratio.f1(), Some(4.0 / 9.0));
}

#[test]
fn means_are_over_the_types_that_gold_holds() {
    let types =
        |list: &[(&str, Counts)]| list.iter().map(|(label, counts)| (Arc::from(*label), *counts)).collect();
    // LOC: 3/4, 3/5, 6/9. ORG was missed; gold knows no MISC.
    let types: BTreeMap<Arc<str>, Counts> =
        types(&[("LOC", counts(3, 1, 2)), ("MISC", counts(0, 9, 0)), ("ORG", counts(0, 0, 3))]);
    let mean = macro_average(&types);
    near(mean.precision, Some(0.375));
    near(mean.recall, Some(0.3));
    near(mean.f1, Some(1.0 / 3.0));
    assert_eq!(mean.types, 2);
    // The same, 5 to 3.
    let mean = weighted_average(&types);
    near(mean.precision, Some(0.75 * 5.0 / 8.0));
    near(mean.recall, Some(3.0 / 8.0));
    near(mean.f1, Some(5.0 / 12.0));
    assert_eq!(mean.types, 2);
    assert_eq!(macro_average(&BTreeMap::new()), Averages::default());
    assert_eq!(weighted_average(&BTreeMap::new()), Averages::default());
}

#[test]
fn the_mean_of_documents_leaves_out_those_whose_f1_is_undefined() {
    let half = counts(1, 1, 1);
    for (documents, f1, deviation, n) in [
        (&[counts(2, 0, 0), counts(0, 0, 0), half][..], Some(0.75), Some(0.125_f64.sqrt()), 2),
        (&[counts(1, 0, 0), counts(0, 1, 0), half, half], Some(0.5), Some((1.0_f64 / 6.0).sqrt()), 4),
        (&[half], Some(0.5), None, 1),
        (&[counts(0, 0, 0)], None, None, 0),
    ] {
        let mean = DocumentAverage::over(documents.iter().copied());
        near(mean.f1, f1);
        near(mean.deviation, deviation);
        assert_eq!(mean.documents, n);
    }
}
