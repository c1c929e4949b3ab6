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
                second: mention.id.to_string(),
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

#[cfg(test)]
mod tests {
    use super::super::{score, score_lines};
    use super::*;
    use crate::doc::{Arg, Mention, MentionId, Relation};
    use crate::text::Span as Place;

    const TEXT: &str = "one two\nthree\n\nfour five";

    /// Mentions of words as label and number of the word; relations between them.
    fn side(mentions: &[(&str, usize)], relations: &[(&str, u32, u32)]) -> Annotations {
        let places: Vec<(usize, &str)> =
            TEXT.split_whitespace().map(|word| (TEXT.find(word).unwrap_or(0), word)).collect();
        let mention = |(at, &(label, word)): (usize, &(&str, usize))| {
            let (start, word) = places[word];
            Mention::new(format!("T{at}"), label, Place::new(start as u32, (start + word.len()) as u32))
        };
        let arg = |role: &str, mention: u32| Arg { role: role.into(), mention: MentionId(mention) };
        let relation = |&(label, from, to): &(&str, u32, u32)| Relation {
            id: "R".into(),
            label: label.into(),
            args: [arg("from", from), arg("to", to)].into_iter().collect(),
            rule: None,
        };
        Annotations {
            mentions: mentions.iter().enumerate().map(mention).collect(),
            relations: relations.iter().map(relation).collect(),
            ..Annotations::default()
        }
    }

    fn counts(tp: u64, fp: u64, fn_: u64) -> Counts {
        Counts { tp, fp, fn_ }
    }

    #[test]
    fn each_line_that_holds_anything_has_its_counts() {
        let gold = side(&[("X", 0), ("Y", 1), ("X", 3), ("Y", 4)], &[("R", 0, 2), ("Q", 2, 3)]);
        let predicted = side(&[("X", 0), ("X", 1), ("X", 3), ("Y", 4)], &[("R", 0, 2), ("R", 2, 3)]);
        let pair = Pair { id: "d", text: TEXT, gold: &gold, predicted: &predicted };
        let rows = score_lines(&[pair]);
        assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["d:1", "d:4"]);
        assert_eq!((rows[0].entities, rows[1].entities), (counts(1, 1, 1), counts(2, 0, 0)));
        assert_eq!((rows[0].relations, rows[1].relations), (counts(1, 0, 0), counts(0, 1, 1)));
        let of = |types: &BTreeMap<Arc<str>, Counts>| -> Vec<(String, Counts)> {
            types.iter().map(|(label, counts)| (label.to_string(), *counts)).collect()
        };
        let named = |label: &str, counts| (label.to_owned(), counts);
        assert_eq!(of(&rows[0].entity_types), [named("X", counts(1, 1, 0)), named("Y", counts(0, 0, 1))]);
        assert_eq!(of(&rows[1].entity_types), [named("X", counts(1, 0, 0)), named("Y", counts(1, 0, 0))]);
        assert_eq!(of(&rows[0].relation_types), [named("R", counts(1, 0, 0))]);
        assert_eq!(of(&rows[1].relation_types), [named("Q", counts(0, 0, 1)), named("R", counts(0, 1, 0))]);
    }

    #[test]
    fn lines_and_documents_sum_to_the_same() {
        let gold = side(&[("X", 0), ("Y", 1), ("X", 2), ("Y", 4)], &[("R", 0, 2)]);
        let predicted = side(&[("X", 0), ("X", 1), ("X", 3), ("Y", 4)], &[]);
        let pairs = [("1", &gold, &predicted), ("2", &predicted, &gold), ("3", &gold, &gold)]
            .map(|(id, gold, predicted)| Pair { id, text: TEXT, gold, predicted });
        let scores = score(&pairs).unwrap();
        let mut sum = Counts::default();
        score_lines(&pairs).iter().for_each(|row| sum.add(row.entities));
        assert_eq!(sum, scores.entities.micro);
        assert_eq!(sum, counts(2 + 2 + 4, 2 + 2, 2 + 2));
        // Of X 4 of 7 are right on both sides, of Y 4 of 5.
        let means = [scores.entities.macro_average(), scores.entities.weighted_average()];
        for (mean, expected) in means.into_iter().zip([(4.0 / 7.0 + 0.8) / 2.0, (4.0 + 4.0) / 12.0]) {
            for share in [mean.precision, mean.recall, mean.f1] {
                assert!((share.unwrap() - expected).abs() < 1e-12, "{mean:?}, not {expected}");
            }
        }
    }

    #[test]
    fn a_mention_that_is_predicted_twice_counts_once_and_is_told() {
        let gold = side(&[("X", 0)], &[]);
        let predicted = side(&[("X", 0), ("X", 0), ("Y", 1), ("Y", 1), ("Y", 1)], &[]);
        // More documents than are scored in one go.
        let pair = || Pair { id: "d", text: TEXT, gold: &gold, predicted: &predicted };
        let pairs: Vec<Pair<'_>> = (0..200).map(|_| pair()).collect();
        let scores = score(&pairs).unwrap();
        assert_eq!(scores.duplicates, 600);
        assert_eq!(scores.entities.micro, counts(200, 200, 0));
        assert_eq!(scores.entities.types.len(), 2);
        let twice = Pair { id: "d", text: TEXT, gold: &predicted, predicted: &gold };
        let error = score(&[twice]).unwrap_err();
        let (document, first, second) = ("d".to_owned(), "T0".to_owned(), "T1".to_owned());
        assert_eq!(error, EvalError::DuplicateGold { document, first, second });
    }
}
