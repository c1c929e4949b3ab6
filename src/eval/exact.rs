//! Exact matching of entities.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::counts::{Averages, Counts, macro_average, weighted_average};
use super::relations::strict_items;
use super::{DocumentScore, EvalError, Pair, Scores, ValueMatch};
use crate::doc::{Annotations, Fragments};

/// Scores of entities.
#[derive(Clone, Debug, Default)]
pub struct Entities {
    /// Same fragments and label.
    pub micro: Counts,
    /// The same by label.
    pub types: BTreeMap<Arc<str>, Counts>,
    /// Same fragments, whatever the label.
    pub unlabelled: Counts,
}

impl Entities {
    pub(super) fn add(&mut self, other: &Self) {
        self.micro.add(other.micro);
        self.unlabelled.add(other.unlabelled);
        add_types(&mut self.types, &other.types);
    }

    /// Means over the labels that gold holds.
    #[must_use]
    pub fn macro_average(&self) -> Averages {
        macro_average(&self.types)
    }

    /// Means over the labels, weighted by how many of each gold holds.
    #[must_use]
    pub fn weighted_average(&self) -> Averages {
        weighted_average(&self.types)
    }
}

type Span<'a> = (&'a Fragments, &'a str);

/// Adds the counts of one document.
pub(super) fn document(
    pair: &Pair<'_>,
    values: ValueMatch,
    scores: &mut Scores,
) -> Result<DocumentScore, EvalError> {
    let gold = mentions(pair.gold);
    refuse_duplicates(pair)?;
    let predicted = mentions(pair.predicted);
    scores.duplicates += (pair.predicted.mentions.len() - predicted.len()) as u64;
    let mut document = DocumentScore { id: pair.id.to_owned(), ..DocumentScore::default() };
    document.entities = count(&gold, &predicted);
    by_type(&gold, &predicted, &mut document.entity_types, |(_, label)| label);
    let bare =
        |all: &HashSet<Span<'_>>| all.iter().map(|(span, _)| (*span).clone()).collect::<HashSet<Fragments>>();
    scores.entities.unlabelled.add(count(&bare(&gold), &bare(&predicted)));
    document.values = super::values::document(pair, values, &mut scores.values);
    scores.entities.micro.add(document.entities);
    add_types(&mut scores.entities.types, &document.entity_types);
    Ok(document)
}

/// The counts of each line that holds anything: of mentions by the line in which
/// they begin, of relations by that of their first argument.
pub(super) fn lines(pair: &Pair<'_>) -> Vec<DocumentScore> {
    let index = crate::text::LineIndex::new(pair.text);
    let mut lines: BTreeMap<usize, DocumentScore> = BTreeMap::new();
    let place = |fragments: &Fragments| index.line_of(fragments.first().map_or(0, |span| span.start));
    let (gold, predicted) = (mentions(pair.gold), mentions(pair.predicted));
    for item in gold.union(&predicted) {
        let counts = one(gold.contains(item), predicted.contains(item));
        let line = lines.entry(place(item.0)).or_default();
        line.entities.add(counts);
        line.entity_types.entry(Arc::from(item.1)).or_default().add(counts);
    }
    let (gold, predicted) = (strict_items(pair.gold), strict_items(pair.predicted));
    for item in gold.union(&predicted) {
        let counts = one(gold.contains(item), predicted.contains(item));
        let Some((_, first, _)) = item.1.first() else { continue };
        let line = lines.entry(place(first)).or_default();
        line.relations.add(counts);
        line.relation_types.entry(Arc::from(item.0)).or_default().add(counts);
    }
    let name = |(at, line)| DocumentScore { id: format!("{}:{}", pair.id, at + 1), ..line };
    lines.into_iter().map(name).collect()
}

fn one(in_gold: bool, predicted: bool) -> Counts {
    Counts { tp: u64::from(in_gold && predicted), fp: u64::from(!in_gold), fn_: u64::from(!predicted) }
}

pub(super) fn add_types(sums: &mut BTreeMap<Arc<str>, Counts>, types: &BTreeMap<Arc<str>, Counts>) {
    for (label, counts) in types {
        sums.entry(label.clone()).or_default().add(*counts);
    }
}

fn mentions(side: &Annotations) -> HashSet<Span<'_>> {
    side.mentions.iter().map(|mention| (&mention.fragments, &*mention.label)).collect()
}

fn refuse_duplicates(pair: &Pair<'_>) -> Result<(), EvalError> {
    let mut seen: HashMap<Span<'_>, &str> = HashMap::default();
    for mention in &pair.gold.mentions {
        if let Some(first) = seen.insert((&mention.fragments, &mention.label), &mention.id) {
            return Err(EvalError::DuplicateGold {
                document: pair.id.to_owned(),
                first: first.to_owned(),
                second: mention.id.clone(),
            });
        }
    }
    Ok(())
}

pub(super) fn count<T: Eq + Hash>(gold: &HashSet<T>, predicted: &HashSet<T>) -> Counts {
    let tp = gold.intersection(predicted).count() as u64;
    Counts { tp, fp: predicted.len() as u64 - tp, fn_: gold.len() as u64 - tp }
}

pub(super) fn by_type<T: Eq + Hash>(
    gold: &HashSet<T>,
    predicted: &HashSet<T>,
    types: &mut BTreeMap<Arc<str>, Counts>,
    label: impl Fn(&T) -> &str,
) {
    let mut add = |item: &T, counts: Counts| types.entry(Arc::from(label(item))).or_default().add(counts);
    for item in predicted {
        let tp = u64::from(gold.contains(item));
        add(item, Counts { tp, fp: 1 - tp, fn_: 0 });
    }
    for item in gold.difference(predicted) {
        add(item, Counts { fn_: 1, ..Counts::default() });
    }
}
