//! The headline figures with their intervals, and the differences of two
//! systems with theirs.

use std::sync::Arc;

use super::statistics::{
    Bootstrap, Difference, Figure, Interval, Measure, Statistic, Sums, holm, swap_rows, test_difference,
};
use super::{Comparison, Counts, DocumentScore};

/// A figure with its interval.
#[derive(Clone, Debug)]
pub struct Headline {
    /// What is measured.
    pub measure: Measure,
    /// Which figure of it.
    pub figure: Figure,
    /// The figure; nothing where it is undefined.
    pub value: Option<f64>,
    /// Its interval; nothing where there are fewer than two documents.
    pub interval: Option<Interval>,
}

/// A figure of A and B, and their difference.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What is measured.
    pub measure: Measure,
    /// Which figure of it.
    pub figure: Figure,
    /// The figure of A and its interval.
    pub a: (Option<f64>, Option<Interval>),
    /// The figure of B and its interval.
    pub b: (Option<f64>, Option<Interval>),
    /// The interval of the difference, from the same resamples on both sides.
    pub interval: Option<Interval>,
    /// The difference B − A with its p value; undefined figures count 0.
    pub difference: Difference,
    /// The p value adjusted for its family (Holm), where it is one of many.
    pub adjusted: Option<f64>,
}

/// What every report shows with an interval.
fn headline_measures() -> Vec<(Measure, Figure)> {
    use Figure::{F1, Precision, Recall};
    use Measure::{Coreference, Entities, EntityMacro, Events, Relations, Values};
    vec![
        (Entities, Precision),
        (Entities, Recall),
        (Entities, F1),
        (EntityMacro, F1),
        (Relations, Precision),
        (Relations, Recall),
        (Relations, F1),
        (Values, F1),
        (Events, F1),
        (Coreference, F1),
    ]
}

/// The headline figures that are defined, and F1 by type, with intervals.
#[must_use]
pub fn headlines(documents: &[DocumentScore], bootstrap: Bootstrap) -> Vec<Headline> {
    let sums = Sums::new(documents, &[]);
    let total = sums.total();
    let types = |of: fn(&DocumentScore) -> Vec<&Arc<str>>, measure: fn(Arc<str>) -> Measure| {
        let labels: std::collections::BTreeSet<&Arc<str>> = documents.iter().flat_map(of).collect();
        labels.into_iter().map(|label| (measure(label.clone()), Figure::F1)).collect::<Vec<_>>()
    };
    let mut measures = headline_measures();
    measures.extend(types(|document| document.entity_types.keys().collect(), Measure::EntityType));
    measures.extend(types(|document| document.relation_types.keys().collect(), Measure::RelationType));
    measures.retain(|(measure, figure)| sums.value(&total, measure, *figure).is_some());
    let sums = &sums;
    let figures: Vec<_> = measures
        .iter()
        .map(|(measure, figure)| move |row: &[f64]| sums.value(row, measure, *figure))
        .collect();
    let intervals = bootstrap.intervals(&sums.rows, sums.width, &figures);
    let headline = |((measure, figure), interval): (&(Measure, Figure), Option<Interval>)| Headline {
        measure: measure.clone(),
        figure: *figure,
        value: sums.value(&total, measure, *figure),
        interval,
    };
    measures.iter().zip(intervals).map(headline).collect()
}

/// The headline figures of A and B side by side; those that neither has are
/// left out.
#[must_use]
pub fn compared(comparison: &Comparison, bootstrap: Bootstrap) -> Vec<Compared> {
    side_by_side(comparison, headline_measures(), bootstrap)
}

/// F1 of each label of A and B, with p values adjusted over the labels.
#[must_use]
pub fn compared_types(comparison: &Comparison, bootstrap: Bootstrap) -> Vec<Compared> {
    let labels = comparison.by_label().into_keys();
    let measures = labels.map(|label| (Measure::EntityType(label), Figure::F1)).collect();
    let mut compared = side_by_side(comparison, measures, bootstrap);
    let p: Vec<f64> = compared.iter().map(|compared| compared.difference.p).collect();
    for (compared, adjusted) in compared.iter_mut().zip(holm(&p)) {
        compared.adjusted = Some(adjusted);
    }
    compared
}

fn side_by_side(
    comparison: &Comparison,
    mut measures: Vec<(Measure, Figure)>,
    bootstrap: Bootstrap,
) -> Vec<Compared> {
    let (of_a, of_b) = (&comparison.a.documents, &comparison.b.documents);
    let (a, b) = (Sums::new(of_a, of_b), Sums::new(of_b, of_a));
    // Both are ordered by type name, so their columns agree.
    let width = a.width;
    let (total_a, total_b) = (a.total(), b.total());
    let value = |sums: &[f64], measure: &Measure, figure: Figure| a.value(sums, measure, figure);
    measures.retain(|(measure, figure)| {
        value(&total_a, measure, *figure).is_some() || value(&total_b, measure, *figure).is_some()
    });
    let rows: Vec<f64> = a
        .rows
        .chunks_exact(width)
        .zip(b.rows.chunks_exact(width))
        .flat_map(|(a, b)| a.iter().chain(b).copied())
        .collect();
    type Of<'f> = Box<dyn Fn(&[f64]) -> Option<f64> + Sync + 'f>;
    let mut figures: Vec<Of<'_>> = Vec::with_capacity(3 * measures.len());
    for (measure, figure) in &measures {
        figures.push(Box::new(move |sums| value(&sums[..width], measure, *figure)));
        figures.push(Box::new(move |sums| value(&sums[width..], measure, *figure)));
        figures.push(Box::new(move |sums| {
            let of = |sums| value(sums, measure, *figure);
            match (of(&sums[..width]), of(&sums[width..])) {
                (None, None) => None,
                (a, b) => Some(b.unwrap_or(0.0) - a.unwrap_or(0.0)),
            }
        }));
    }
    let intervals = bootstrap.intervals(&rows, 2 * width, &figures);
    let seed = bootstrap.seed;
    let compare = |(at, (measure, figure)): (usize, &(Measure, Figure))| Compared {
        measure: measure.clone(),
        figure: *figure,
        a: (value(&total_a, measure, *figure), intervals[3 * at]),
        b: (value(&total_b, measure, *figure), intervals[3 * at + 1]),
        interval: intervals[3 * at + 2],
        difference: match counts_of(measure) {
            Some(of) => {
                let counts = |all: &[DocumentScore]| all.iter().map(of.as_ref()).collect::<Vec<_>>();
                test_difference(&counts(of_a), &counts(of_b), statistic(*figure), seed)
            }
            None => swap_rows(&a.rows, &b.rows, width, seed, |sums| value(sums, measure, *figure)),
        },
        adjusted: None,
    };
    measures.iter().enumerate().map(compare).collect()
}

const fn statistic(figure: Figure) -> Statistic {
    match figure {
        Figure::Precision => Statistic::Precision,
        Figure::Recall => Statistic::Recall,
        Figure::F1 => Statistic::F1,
    }
}

type CountsOf<'m> = Box<dyn Fn(&DocumentScore) -> Counts + 'm>;

/// The counts behind a measure, where it has any.
fn counts_of(measure: &Measure) -> Option<CountsOf<'_>> {
    Some(match measure {
        Measure::Entities => Box::new(|document| document.entities),
        Measure::Relations => Box::new(|document| document.relations),
        Measure::Values => Box::new(|document| document.values),
        Measure::Events => Box::new(|document| document.events),
        Measure::EntityType(label) => {
            Box::new(move |document| document.entity_types.get(label).copied().unwrap_or_default())
        }
        Measure::RelationType(label) => {
            Box::new(move |document| document.relation_types.get(label).copied().unwrap_or_default())
        }
        Measure::EntityMacro | Measure::Coreference => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{Annotations, Mention};
    use crate::eval::statistics::Method;
    use crate::eval::{Pair, compare};
    use crate::text::Span;

    const TEXT: &str = "0123456789";
    const BOOTSTRAP: Bootstrap = Bootstrap { samples: 200, seed: 1 };

    fn side(starts: &[u32], label: &str) -> Annotations {
        let mention = |&start: &u32| Mention::new(format!("T{start}"), label, Span::new(start, start + 1));
        Annotations { mentions: starts.iter().map(mention).collect(), ..Annotations::default() }
    }

    /// Of four mentions in each document A finds two, and one that is none; B finds
    /// three.
    fn comparison(documents: usize) -> Comparison {
        let gold = side(&[0, 1, 2, 3], "P");
        let (a, b) = (side(&[0, 1, 9], "P"), side(&[0, 1, 2], "P"));
        let pair = |id| Pair { id, text: TEXT, gold: &gold, predicted: &a };
        let ids: Vec<String> = (0..documents).map(|at| at.to_string()).collect();
        let pairs: Vec<Pair<'_>> = ids.iter().map(|id| pair(id)).collect();
        compare(&pairs, &vec![&b; documents]).unwrap()
    }

    #[test]
    fn figures_stand_side_by_side_with_their_difference() {
        let compared = compared(&comparison(3), BOOTSTRAP);
        let figures: Vec<_> = compared.iter().map(|row| (row.measure.clone(), row.figure)).collect();
        use Measure::{Entities, EntityMacro};
        // What neither side has, such as relations, is left out.
        let wanted = [(Entities, Figure::Precision), (Entities, Figure::Recall), (Entities, Figure::F1)];
        assert_eq!(figures, [&wanted[..], &[(EntityMacro, Figure::F1)]].concat());
        for (row, (a, b)) in compared.iter().zip([
            (2.0 / 3.0, 1.0),
            (0.5, 0.75),
            (4.0 / 7.0, 6.0 / 7.0),
            (4.0 / 7.0, 6.0 / 7.0),
        ]) {
            let near =
                |got: f64, wanted: f64| assert!((got - wanted).abs() < 1e-12, "{got} for {wanted}: {row:?}");
            near(row.a.0.unwrap(), a);
            near(row.b.0.unwrap(), b);
            near(row.difference.value, b - a);
            // All documents are alike: so are all resamples.
            for (interval, value) in [(row.a.1, a), (row.b.1, b), (row.interval, b - a)] {
                near(interval.unwrap().low, value);
                near(interval.unwrap().high, value);
            }
            assert_eq!(row.adjusted, None);
        }
    }

    #[test]
    fn counts_are_compared_exactly_however_many_documents_there_are() {
        for row in compared(&comparison(60), BOOTSTRAP) {
            // Only as they stand, or all swapped, do they differ so much: 2 of 2⁶⁰ ways.
            let (exact, p) = (Method::Exact, 2f64.powi(-59));
            match row.measure {
                Measure::EntityMacro => assert_ne!(row.difference.method, exact),
                _ => assert_eq!((row.difference.method, row.difference.p), (exact, p), "{row:?}"),
            }
        }
    }

    #[test]
    fn a_side_that_has_nothing_is_compared_too() {
        let (gold, nothing) = (Annotations::default(), Annotations::default());
        let found = side(&[5], "Q");
        let pair = |id| Pair { id, text: TEXT, gold: &gold, predicted: &nothing };
        let comparison = compare(&[pair("1"), pair("2")], &[&found, &found]).unwrap();
        let rows = compared(&comparison, BOOTSTRAP);
        let precision = rows.iter().find(|row| row.figure == Figure::Precision).unwrap();
        assert_eq!((precision.a.0, precision.b.0), (None, Some(0.0)));
    }

    #[test]
    fn labels_are_adjusted_together() {
        let rows = compared_types(&comparison(3), BOOTSTRAP);
        assert_eq!(rows.len(), 1);
        assert_eq!((&rows[0].measure, rows[0].figure), (&Measure::EntityType("P".into()), Figure::F1));
        assert_eq!(rows[0].adjusted, Some(rows[0].difference.p));
        // Three documents differ, all in one way: 2 of 8 swaps are as far apart.
        assert!((rows[0].difference.p - 0.25).abs() < 1e-12, "{:?}", rows[0].difference);
    }

    #[test]
    fn headlines_are_what_is_defined_and_each_label() {
        let comparison = comparison(3);
        let rows = headlines(&comparison.a.documents, BOOTSTRAP);
        let told: Vec<_> = rows.iter().map(|row| (row.measure.clone(), row.figure, row.value)).collect();
        use Figure::{F1, Precision, Recall};
        use Measure::{Entities, EntityMacro, EntityType};
        let f1 = Some(4.0 / 7.0);
        let wanted = [
            (Entities, Precision, Some(2.0 / 3.0)),
            (Entities, Recall, Some(0.5)),
            (Entities, F1, f1),
            (EntityMacro, F1, f1),
            (EntityType("P".into()), F1, f1),
        ];
        assert_eq!(told, wanted);
        assert!(rows.iter().all(|row| row.interval.is_some_and(|interval| interval.low == interval.high)));
    }
}
