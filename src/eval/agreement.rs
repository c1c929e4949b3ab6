//! Agreement of annotators: F1 between each two, and kappa on aligned spans.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet as HashSet;

use super::align::align;
use super::counts::divide;
use super::exact::{by_type, count};
use super::{Annotations, Counts, Pair};
use crate::doc::Fragments;

/// How far two annotators agree. F1 is symmetric: neither is gold.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    /// Spans with labels that both have, or one of them.
    pub micro: Counts,
    /// The same by label.
    pub types: BTreeMap<Arc<str>, Counts>,
    /// Spans, whatever the label.
    pub spans: Counts,
    /// Overlapping spans with one label.
    pub overlap: Counts,
    /// Labels of spans that are aligned.
    pub kappa: Kappa,
}

/// Cohen's kappa: agreement beyond chance, over a pool of items.
#[derive(Clone, Debug, Default)]
pub struct Kappa {
    /// How often the one said this and the other that.
    pub table: BTreeMap<(Arc<str>, Arc<str>), u64>,
}

impl Kappa {
    /// Items in the pool.
    #[must_use]
    pub fn pool(&self) -> u64 {
        self.table.values().sum()
    }

    /// The share on which both say the same.
    #[must_use]
    pub fn observed(&self) -> Option<f64> {
        let same: u64 = self.table.iter().filter(|((a, b), _)| a == b).map(|(_, n)| n).sum();
        divide(same as f64, self.pool() as f64)
    }

    /// (observed − expected) / (1 − expected); undefined for an empty pool, and
    /// where both always say one and the same.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let (mut left, mut right): (BTreeMap<&str, u64>, BTreeMap<&str, u64>) = Default::default();
        for ((a, b), n) in &self.table {
            *left.entry(a).or_insert(0) += n;
            *right.entry(b).or_insert(0) += n;
        }
        let pool = self.pool() as f64;
        let expected: f64 =
            left.iter().map(|(label, n)| *n as f64 * right.get(label).copied().unwrap_or(0) as f64).sum();
        let expected = divide(expected, pool * pool)?;
        divide(self.observed()? - expected, 1.0 - expected)
    }

    /// The same for one label against all others.
    #[must_use]
    pub fn of(&self, label: &str) -> Self {
        let plain = |name: &Arc<str>| -> Arc<str> { if **name == *label { name.clone() } else { "".into() } };
        let mut table = BTreeMap::new();
        for ((a, b), n) in &self.table {
            *table.entry((plain(a), plain(b))).or_insert(0) += n;
        }
        Self { table }
    }
}

/// How far two annotators agree on the same documents; `predicted` is the
/// second one. The pool of kappa is the pairs of spans that the alignment makes
/// of equal spans: what only one has marked is no item with two labels.
#[must_use]
pub fn agree(pairs: &[Pair<'_>]) -> Agreement {
    let mut agreement = Agreement::default();
    for pair in pairs {
        let labelled = |side: &'_ Annotations| -> HashSet<(Fragments, Arc<str>)> {
            side.mentions.iter().map(|m| (m.fragments.clone(), m.label.clone())).collect()
        };
        let (a, b) = (labelled(pair.gold), labelled(pair.predicted));
        agreement.micro.add(count(&a, &b));
        by_type(&a, &b, &mut agreement.types, |(_, label)| label);
        let bare = |all: &HashSet<(Fragments, Arc<str>)>| -> HashSet<Fragments> {
            all.iter().map(|(span, _)| span.clone()).collect()
        };
        agreement.spans.add(count(&bare(&a), &bare(&b)));
        let mut alike = 0;
        for both in align(pair).pairs {
            let (one, other) = (pair.gold.mention(both.gold), pair.predicted.mention(both.predicted));
            alike += u64::from(one.label == other.label);
            if one.fragments == other.fragments {
                *agreement.kappa.table.entry((one.label.clone(), other.label.clone())).or_insert(0) += 1;
            }
        }
        let alone = |n: usize| (n as u64).saturating_sub(alike);
        agreement.overlap.add(Counts { tp: alike, fp: alone(b.len()), fn_: alone(a.len()) });
    }
    agreement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::Mention;
    use crate::text::Span;

    #[test]
    fn kappa_is_what_a_hand_counts() {
        // Cohen's own table: 20 and 15 agreed, 5 and 10 not.
        let entry = |a: &str, b: &str, n: u64| ((Arc::from(a), Arc::from(b)), n);
        let table = [entry("y", "y", 20), entry("y", "n", 5), entry("n", "y", 10), entry("n", "n", 15)];
        let kappa = Kappa { table: table.into_iter().collect() };
        assert_eq!(kappa.observed(), Some(0.7));
        assert!((kappa.kappa().unwrap() - 0.4).abs() < 1e-12);
        assert!((kappa.of("y").kappa().unwrap() - 0.4).abs() < 1e-12);
    }

    #[test]
    fn one_label_against_all_others_is_a_table_of_two() {
        let entry = |a: &str, b: &str, n: u64| ((Arc::from(a), Arc::from(b)), n);
        let table = [
            entry("x", "x", 7),
            entry("x", "y", 1),
            entry("z", "x", 2),
            entry("y", "y", 3),
            entry("y", "z", 5),
        ];
        let kappa = Kappa { table: table.into_iter().collect() };
        // The one said x 8 times of 18, the other 9 times, both 7 times: 15 of 18 alike.
        let of_x = kappa.of("x");
        assert_eq!(of_x.observed(), Some(15.0 / 18.0));
        let expected = (8.0 * 9.0 + 10.0 * 9.0) / (18.0 * 18.0);
        assert!((of_x.kappa().unwrap() - (15.0 / 18.0 - expected) / (1.0 - expected)).abs() < 1e-12);
    }

    /// Mentions as label and place; all letters are one byte.
    fn side(mentions: &[(&str, u32, u32)]) -> Annotations {
        let mention = |(at, &(label, start, end)): (usize, &(&str, u32, u32))| {
            Mention::new(format!("T{at}"), label, Span::new(start, end))
        };
        Annotations { mentions: mentions.iter().enumerate().map(mention).collect(), ..Annotations::default() }
    }

    #[test]
    fn what_two_annotators_share_is_what_a_hand_counts() {
        let text = "a".repeat(60);
        // One span both name alike, one otherwise, one longer, one that only the second has,
        // and one with two labels of the first.
        let one = side(&[("X", 0, 5), ("Y", 6, 9), ("X", 12, 15), ("X", 30, 33), ("Z", 30, 33)]);
        let other = side(&[("X", 0, 5), ("X", 6, 9), ("X", 12, 16), ("Y", 20, 22), ("X", 30, 33)]);
        let pairs = [
            Pair { id: "1", text: &text, gold: &one, predicted: &other },
            Pair { id: "2", text: &text, gold: &one, predicted: &one },
        ];
        let agreement = agree(&pairs);
        let counts = |tp, fp, fn_| Counts { tp, fp, fn_ };
        assert_eq!(agreement.micro, counts(2 + 5, 3, 3));
        let of = |label: &str| agreement.types[label];
        assert_eq!((of("X"), of("Y"), of("Z")), (counts(2 + 3, 2, 1), counts(1, 1, 1), counts(1, 0, 1)));
        // Of spans without labels the first has four, the second five.
        assert_eq!(agreement.spans, counts(3 + 4, 2, 1));
        assert_eq!(agreement.overlap, counts(3 + 5, 2, 2));
        let said: Vec<_> = agreement.kappa.table.iter().map(|((a, b), n)| (&**a, &**b, *n)).collect();
        assert_eq!(said, [("X", "X", 2 + 3), ("Y", "X", 1), ("Y", "Y", 1), ("Z", "Z", 1)]);
        assert_eq!(agreement.kappa.pool(), 8);
    }

    #[test]
    fn one_label_alone_has_no_kappa() {
        let table = [((Arc::from("y"), Arc::from("y")), 3)].into_iter().collect();
        assert_eq!(Kappa { table }.kappa(), None);
    }
}
