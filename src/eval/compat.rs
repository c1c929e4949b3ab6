//! The figures of other scorers, to the last digit, for comparison with what
//! was published. They are not the definitions of this crate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Counts, Scheme, Semeval};
use crate::doc::Annotations;
use crate::text::Span;

/// A span as these scorers know it: half-open, in any unit, without fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flat {
    /// The first unit.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The label.
    pub label: Arc<str>,
}

impl Flat {
    fn overlap(&self, other: &Self) -> u32 {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }

    fn is_at(&self, other: &Self) -> bool {
        (self.start, self.end) == (other.start, other.end)
    }
}

/// What nervaluate 1.2.1 counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nervaluate {
    /// Over all labels.
    pub overall: Semeval,
    /// The matching run again within each label.
    pub types: BTreeMap<Arc<str>, Semeval>,
}

impl Nervaluate {
    /// Adds one document. The order of both lists counts, as it does there;
    /// where `tags` is given, other labels are left out.
    pub fn add(&mut self, gold: &[Flat], predicted: &[Flat], tags: Option<&[&str]>) {
        let is_listed = |flat: &&Flat| tags.is_none_or(|tags| tags.contains(&&*flat.label));
        let gold: Vec<&Flat> = gold.iter().filter(is_listed).collect();
        let predicted: Vec<&Flat> = predicted.iter().filter(is_listed).collect();
        add(&mut self.overall, &greedy(&gold, &predicted));
        let labels: BTreeSet<&Arc<str>> = gold.iter().chain(&predicted).map(|flat| &flat.label).collect();
        for label in labels {
            let of = |all: &[&'_ Flat]| -> Vec<Flat> {
                all.iter().filter(|flat| flat.label == *label).map(|flat| (*flat).clone()).collect()
            };
            let (gold, predicted) = (of(&gold), of(&predicted));
            let counted = greedy(&gold.iter().collect::<Vec<_>>(), &predicted.iter().collect::<Vec<_>>());
            add(self.types.entry(label.clone()).or_default(), &counted);
        }
    }
}

fn add(sum: &mut Semeval, other: &Semeval) {
    sum.strict.add(other.strict);
    sum.exact.add(other.exact);
    sum.partial.add(other.partial);
    sum.type_.add(other.type_);
}

/// Each prediction, in its order, takes the first gold left that is correct,
/// else the first that overlaps enough.
fn greedy(gold: &[&Flat], predicted: &[&Flat]) -> Semeval {
    let first = |is: &dyn Fn(&Flat, &Flat) -> bool| {
        scheme(gold, predicted, &|prediction, free| free.iter().copied().find(|&at| is(gold[at], prediction)))
    };
    let nearest = |prediction: &Flat, free: &[usize]| {
        let fits = |at: &&usize| gold[**at].label == prediction.label && enough(gold[**at], prediction);
        let distance = |at: &&usize| {
            gold[**at].start.abs_diff(prediction.start) + gold[**at].end.abs_diff(prediction.end)
        };
        free.iter().filter(fits).min_by_key(distance).copied()
    };
    let exact = first(&|g, p| g.is_at(p));
    Semeval {
        strict: first(&|g, p| g.is_at(p) && g.label == p.label),
        exact,
        partial: Scheme { incorrect: 0, partial: exact.incorrect, ..exact },
        type_: scheme(gold, predicted, &nearest),
    }
}

/// Whether a prediction covers a hundredth of gold: less is no overlap there.
fn enough(gold: &Flat, prediction: &Flat) -> bool {
    let common = gold.overlap(prediction);
    common > 0 && u64::from(common) * 100 >= u64::from(gold.end - gold.start)
}

fn scheme(gold: &[&Flat], predicted: &[&Flat], correct: &dyn Fn(&Flat, &[usize]) -> Option<usize>) -> Scheme {
    let mut free: Vec<usize> = (0..gold.len()).collect();
    let mut scheme = Scheme::default();
    for prediction in predicted {
        let taken = if let Some(at) = correct(prediction, &free) {
            scheme.correct += 1;
            Some(at)
        } else if let Some(at) = free.iter().copied().find(|&at| enough(gold[at], prediction)) {
            scheme.incorrect += 1;
            Some(at)
        } else {
            scheme.spurious += 1;
            None
        };
        free.retain(|at| Some(*at) != taken);
    }
    scheme.missed = free.len() as u64;
    scheme
}

/// What seqeval 1.2.2 reports; 0/0 is 0 there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seqeval {
    /// Over all entities.
    pub micro: [f64; 3],
    /// The mean over labels of either side; undefined without a label.
    pub macro_average: Option<[f64; 3]>,
    /// The mean weighted by how many of each gold holds; 0 without gold.
    pub weighted: [f64; 3],
}

impl Seqeval {
    /// From the counts by label of flat entities.
    #[must_use]
    pub fn new(types: &BTreeMap<Arc<str>, Counts>) -> Self {
        let figures = |counts: Counts| {
            let harmonic = |p: f64, r: f64| if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
            let (p, r) = (counts.precision().unwrap_or(0.0), counts.recall().unwrap_or(0.0));
            [p, r, harmonic(p, r)]
        };
        let mean = |weight: &dyn Fn(Counts) -> f64| {
            let sum: f64 = types.values().map(|counts| weight(*counts)).sum();
            let of = |at: usize| types.values().map(|c| weight(*c) * figures(*c)[at]).sum::<f64>() / sum;
            (sum > 0.0).then(|| [of(0), of(1), of(2)])
        };
        let mut all = Counts::default();
        types.values().for_each(|counts| all.add(*counts));
        Self {
            micro: figures(all),
            macro_average: mean(&|_| 1.0),
            weighted: mean(&|counts| counts.gold() as f64).unwrap_or_default(),
        }
    }
}

/// How many tokens bear the same IOB2 tag on both sides, and how many there are:
/// what seqeval calls accuracy. `tokens` are in text order; nothing comes back
/// where a span does not begin and end with tokens, or spans overlap.
#[must_use]
pub fn equal_tags(tokens: &[Span], gold: &Annotations, predicted: &Annotations) -> Option<(u64, u64)> {
    let (gold, predicted) = (tags(tokens, gold)?, tags(tokens, predicted)?);
    let equal = gold.iter().zip(&predicted).filter(|(gold, predicted)| gold == predicted).count();
    Some((equal as u64, tokens.len() as u64))
}

/// The tag of each token: none outside, else the label and whether it begins there.
fn tags<'a>(tokens: &[Span], side: &'a Annotations) -> Option<Vec<Option<(&'a str, bool)>>> {
    let mut tags = vec![None; tokens.len()];
    let mut seen = FxHashSet::default();
    for mention in &side.mentions {
        let span = mention.span();
        if !seen.insert((span, &mention.label)) {
            continue;
        }
        let first = tokens.binary_search_by_key(&span.start, |token| token.start).ok()?;
        let last = tokens.binary_search_by_key(&span.end, |token| token.end).ok()?;
        for (at, tag) in tags.iter_mut().enumerate().take(last + 1).skip(first) {
            if tag.replace((&*mention.label, at == first)).is_some() {
                return None;
            }
        }
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_a_type_is_the_one_with_the_least_sum_of_distances() {
        let flat = |start, end| Flat { start, end, label: "A".into() };
        // The first lies at the same start and nine from the end, the second two from both.
        let gold = [flat(10, 29), flat(12, 22)];
        // What only the first overlaps finds it free.
        let predicted = [flat(10, 20), flat(24, 29)];
        let mut counted = Nervaluate::default();
        counted.add(&gold, &predicted, None);
        assert_eq!(counted.overall.type_, Scheme { correct: 2, ..Scheme::default() });
    }
}
