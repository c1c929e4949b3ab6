//! [`compare`]: two sets of predictions for one gold, mention by mention.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::align::align;
use super::{Annotations, Counts, EvalError, Pair, Scores, score};
use crate::doc::{Fragments, Mention, MentionId};

/// What became of a mention from A to B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Wrong in A, right in B.
    Fixed,
    /// Right in A, wrong in B.
    Broken,
    /// A false positive of B alone.
    NewFalsePositive,
    /// A false positive of A alone.
    RemovedFalsePositive,
    /// Wrong in both, in another way.
    Changed,
}

impl ChangeKind {
    /// All kinds, in the order in which reports show them.
    pub const ALL: [Self; 5] =
        [Self::Fixed, Self::Broken, Self::NewFalsePositive, Self::RemovedFalsePositive, Self::Changed];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Broken => "broken",
            Self::NewFalsePositive => "new false positive",
            Self::RemovedFalsePositive => "removed false positive",
            Self::Changed => "changed",
        }
    }
}

/// One mention that differs between A and B.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The index of the document among the pairs.
    pub document: usize,
    /// What became of it.
    pub kind: ChangeKind,
    /// The gold mention it is about.
    pub gold: Option<MentionId>,
    /// What A has there.
    pub a: Option<MentionId>,
    /// What B has there.
    pub b: Option<MentionId>,
}

/// A and B against the same gold.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The scores of A.
    pub a: Scores,
    /// The scores of B.
    pub b: Scores,
    /// What differs, by document and place.
    pub changes: Vec<Change>,
    /// Predictions of A or B, each span and label once.
    pub predictions: u64,
    /// Those that stand on one side only.
    pub moved: u64,
}

impl Comparison {
    /// The share of all predictions that stand on one side only: how much
    /// changed, whatever it did to the score.
    #[must_use]
    pub fn churn(&self) -> Option<f64> {
        super::counts::divide(self.moved as f64, self.predictions as f64)
    }

    /// How often something of a kind happened.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> u64 {
        self.changes.iter().filter(|change| change.kind == kind).count() as u64
    }

    /// For each label of either side the counts of A and B by document.
    #[must_use]
    pub fn by_label(&self) -> BTreeMap<Arc<str>, (Vec<Counts>, Vec<Counts>)> {
        let labels = self.a.entities.types.keys().chain(self.b.entities.types.keys());
        let of = |scores: &Scores, label: &Arc<str>| -> Vec<Counts> {
            let counts = |document: &super::DocumentScore| document.entity_types.get(label).copied();
            scores.documents.iter().map(|document| counts(document).unwrap_or_default()).collect()
        };
        labels.map(|label| (label.clone(), (of(&self.a, label), of(&self.b, label)))).collect()
    }
}

/// Compares B with A. `pairs` holds gold and A; `b` the predictions of B in the
/// same order.
///
/// # Errors
///
/// If gold contradicts itself.
pub fn compare(pairs: &[Pair<'_>], b: &[&Annotations]) -> Result<Comparison, EvalError> {
    let of_b: Vec<Pair<'_>> = pairs.iter().zip(b).map(|(pair, b)| Pair { predicted: b, ..*pair }).collect();
    let mut comparison = Comparison { a: score(pairs)?, b: score(&of_b)?, ..Comparison::default() };
    let of_document = |(document, (a, b)): (usize, (&Pair<'_>, &Pair<'_>))| {
        let mut part = Comparison::default();
        changes(document, a, b, &mut part);
        part
    };
    let parts: Vec<Comparison> = pairs.par_iter().zip(&of_b).enumerate().map(of_document).collect();
    for part in parts {
        comparison.predictions += part.predictions;
        comparison.moved += part.moved;
        comparison.changes.extend(part.changes);
    }
    Ok(comparison)
}

type Key<'a> = (&'a Fragments, &'a str);

fn key(mention: &Mention) -> Key<'_> {
    (&mention.fragments, &mention.label)
}

fn table(side: &Annotations) -> HashMap<Key<'_>, MentionId> {
    let mut table = HashMap::with_capacity_and_hasher(side.mentions.len(), Default::default());
    for (id, mention) in (0..).map(MentionId).zip(&side.mentions) {
        table.entry(key(mention)).or_insert(id);
    }
    table
}

fn changes(document: usize, a: &Pair<'_>, b: &Pair<'_>, out: &mut Comparison) {
    let (gold, in_a, in_b) = (table(a.gold), table(a.predicted), table(b.predicted));
    let common = in_a.keys().filter(|key| in_b.contains_key(*key)).count();
    out.predictions += (in_a.len() + in_b.len() - common) as u64;
    out.moved += (in_a.len() + in_b.len() - 2 * common) as u64;
    if in_a.len() == common && in_b.len() == common {
        return;
    }
    let stands_for = |pair: &Pair<'_>| -> HashMap<MentionId, MentionId> {
        align(pair).pairs.into_iter().map(|both| (both.gold, both.predicted)).collect()
    };
    let (of_a, of_b) = (stands_for(a), stands_for(b));
    let mut told: [HashSet<MentionId>; 2] = Default::default();
    let mut found = Vec::new();
    for (id, mention) in (0..).map(MentionId).zip(&a.gold.mentions) {
        let (left, right) = (of_a.get(&id).copied(), of_b.get(&id).copied());
        let kind = match (in_a.contains_key(&key(mention)), in_b.contains_key(&key(mention))) {
            (true, true) => continue,
            (false, true) => ChangeKind::Fixed,
            (true, false) => ChangeKind::Broken,
            (false, false) => {
                let place = |pair: &Pair<'_>, id: Option<MentionId>| {
                    id.map(|id| pair.predicted.mention(id)).map(|m| (m.fragments.clone(), m.label.clone()))
                };
                if place(a, left) == place(b, right) {
                    continue;
                }
                ChangeKind::Changed
            }
        };
        told[0].extend(left);
        told[1].extend(right);
        found.push(Change { document, kind, gold: Some(id), a: left, b: right });
    }
    for (mine, others, told, kind) in [
        (&in_b, &in_a, &told[1], ChangeKind::NewFalsePositive),
        (&in_a, &in_b, &told[0], ChangeKind::RemovedFalsePositive),
    ] {
        for (key, &id) in mine {
            if gold.contains_key(key) || others.contains_key(key) || told.contains(&id) {
                continue;
            }
            let (left, right) =
                if kind == ChangeKind::NewFalsePositive { (None, Some(id)) } else { (Some(id), None) };
            found.push(Change { document, kind, gold: None, a: left, b: right });
        }
    }
    let place = |change: &Change| {
        let mention = change
            .gold
            .map(|id| a.gold.mention(id))
            .or_else(|| change.b.map(|id| b.predicted.mention(id)))
            .or_else(|| change.a.map(|id| a.predicted.mention(id)));
        mention.map(|mention| (mention.span().start, mention.span().end, mention.label.clone()))
    };
    found.sort_by_cached_key(|change| (place(change), change.kind));
    out.changes.append(&mut found);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn side(mentions: &[(u32, u32, &str)]) -> Annotations {
        let mention = |(at, (start, end, label)): (usize, &(u32, u32, &str))| {
            Mention::new(format!("T{at}"), *label, Span::new(*start, *end))
        };
        Annotations { mentions: mentions.iter().enumerate().map(mention).collect(), ..Annotations::default() }
    }

    #[test]
    fn a_score_that_stays_can_hide_what_moved() {
        let gold = side(&[(0, 2, "A"), (4, 6, "A"), (8, 10, "A")]);
        let a = side(&[(0, 2, "A"), (5, 6, "A"), (20, 22, "B")]);
        let b = side(&[(4, 6, "A"), (24, 26, "B"), (0, 1, "A")]);
        let pair = Pair { id: "x", text: "0123456789012345678901234567", gold: &gold, predicted: &a };
        let found = compare(&[pair], &[&b]).unwrap();
        assert_eq!(found.a.entities.micro, found.b.entities.micro);
        let kinds: Vec<&str> = found.changes.iter().map(|change| change.kind.name()).collect();
        assert_eq!(kinds, ["broken", "fixed", "removed false positive", "new false positive"]);
        assert_eq!(found.churn(), Some(1.0));
    }

    #[test]
    fn each_change_is_told_once() {
        let gold =
            side(&[(0, 2, "A"), (4, 6, "A"), (8, 10, "A"), (12, 14, "B"), (30, 32, "A"), (34, 36, "A")]);
        let a = side(&[
            (0, 2, "A"),
            (4, 5, "A"),
            (8, 10, "A"),
            (12, 14, "B"),
            (20, 22, "C"),
            (26, 28, "C"),
            (30, 32, "B"),
        ]);
        let b = side(&[
            (0, 2, "A"),
            (5, 6, "A"),
            (8, 10, "A"),
            (20, 22, "C"),
            (24, 26, "C"),
            (30, 32, "B"),
            (34, 36, "A"),
        ]);
        let text = "0123456789".repeat(4);
        let pair = |predicted| Pair { id: "x", text: &text, gold: &gold, predicted };
        // On the first document both sides say the same, but in another order.
        let turned = Annotations { mentions: a.mentions.iter().rev().cloned().collect(), ..a.clone() };
        let found = compare(&[pair(&a), pair(&a)], &[&turned, &b]).unwrap();
        let shown = |change: &Change| {
            assert_eq!(change.document, 1);
            let id = |id: Option<MentionId>| id.map(|id| id.0);
            (change.kind, id(change.gold), id(change.a), id(change.b))
        };
        assert_eq!(
            found.changes.iter().map(shown).collect::<Vec<_>>(),
            [
                (ChangeKind::Changed, Some(1), Some(1), Some(1)),
                (ChangeKind::Broken, Some(3), Some(3), None),
                (ChangeKind::NewFalsePositive, None, None, Some(4)),
                (ChangeKind::RemovedFalsePositive, None, Some(5), None),
                (ChangeKind::Fixed, Some(5), None, Some(6)),
            ]
        );
        assert_eq!(ChangeKind::ALL.map(|kind| found.count(kind)), [1; 5]);
        // Seven and seven on the first, of which none moved; ten on the second, of which six did.
        assert_eq!((found.predictions, found.moved), (17, 6));
        let labels = found.by_label();
        assert_eq!(labels.keys().map(|label| &**label).collect::<Vec<_>>(), ["A", "B", "C"]);
        let (of_a, of_b) = &labels["A"];
        assert_eq!(*of_a, [Counts { tp: 2, fp: 1, fn_: 3 }; 2]);
        assert_eq!(*of_b, [Counts { tp: 2, fp: 1, fn_: 3 }, Counts { tp: 3, fp: 1, fn_: 2 }]);
        let names = ["fixed", "broken", "new false positive", "removed false positive", "changed"];
        assert_eq!(ChangeKind::ALL.map(ChangeKind::name), names);
        let none = compare(&[], &[]).unwrap();
        assert_eq!((none.churn(), none.count(ChangeKind::Fixed)), (None, 0));
    }

    #[test]
    fn a_side_that_only_lacks_something_has_changed() {
        let (less, more) = (side(&[(0, 2, "A")]), side(&[(0, 2, "A"), (4, 6, "A")]));
        let text = "0123456789";
        let kinds = |a: &Annotations, b: &Annotations| {
            let found = compare(&[Pair { id: "x", text, gold: &more, predicted: a }], &[b]).unwrap();
            found.changes.iter().map(|change| change.kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&less, &more), [ChangeKind::Fixed]);
        assert_eq!(kinds(&more, &less), [ChangeKind::Broken]);
        assert_eq!(kinds(&less, &less), []);
    }
}
