//! The schemes of SemEval 2013, task 9, by the best alignment.

use smallvec::SmallVec;

use super::Pair;
use super::align::iou;
use super::assignment::assign;
use super::counts::{divide, harmonic};
use crate::doc::{Fragments, Mention};
use crate::text::Span;

/// The counts of one scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scheme {
    /// Pairs that are right.
    pub correct: u64,
    /// Overlapping pairs that are not.
    pub incorrect: u64,
    /// Overlapping pairs that are half right.
    pub partial: u64,
    /// Gold without a pair.
    pub missed: u64,
    /// Predictions without a pair.
    pub spurious: u64,
}

impl Scheme {
    /// How many gold holds.
    #[must_use]
    pub const fn possible(&self) -> u64 {
        self.correct + self.incorrect + self.partial + self.missed
    }

    /// How many are predicted.
    #[must_use]
    pub const fn actual(&self) -> u64 {
        self.correct + self.incorrect + self.partial + self.spurious
    }

    /// (correct + ½ partial) / actual
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        divide(self.credit(), self.actual() as f64)
    }

    /// (correct + ½ partial) / possible
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        divide(self.credit(), self.possible() as f64)
    }

    /// The harmonic mean; undefined where both sides are empty.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        if self.possible() + self.actual() == 0 {
            return None;
        }
        harmonic(self.precision().unwrap_or(0.0), self.recall().unwrap_or(0.0))
    }

    /// The rates of MUC: what is not right, by its kind.
    #[must_use]
    pub fn muc(&self) -> Muc {
        let wrong = self.incorrect + self.spurious + self.missed;
        let rate = |above: u64, below: u64| divide(above as f64, below as f64);
        Muc {
            undergeneration: rate(self.missed, self.possible()),
            overgeneration: rate(self.spurious, self.actual()),
            substitution: rate(self.incorrect, self.correct + self.incorrect),
            error: rate(wrong, self.correct + wrong),
        }
    }

    fn credit(&self) -> f64 {
        self.correct as f64 + 0.5 * self.partial as f64
    }

    pub(super) fn add(&mut self, other: Self) {
        self.correct += other.correct;
        self.incorrect += other.incorrect;
        self.partial += other.partial;
        self.missed += other.missed;
        self.spurious += other.spurious;
    }
}

/// The rates of MUC (Chinchor and Sundheim 1993).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Muc {
    /// Missed / possible
    pub undergeneration: Option<f64>,
    /// Spurious / actual
    pub overgeneration: Option<f64>,
    /// Incorrect / (correct + incorrect)
    pub substitution: Option<f64>,
    /// (Incorrect + spurious + missed) / (correct + incorrect + spurious + missed)
    pub error: Option<f64>,
}

/// Precision, recall and F1 as GATE reports them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gate {
    /// Same span and label.
    pub strict: [Option<f64>; 3],
    /// Overlap with the same label.
    pub lenient: [Option<f64>; 3],
    /// The means of the two.
    pub average: [Option<f64>; 3],
}

/// The four schemes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Semeval {
    /// Same span and label.
    pub strict: Scheme,
    /// Same span.
    pub exact: Scheme,
    /// Same span, overlap counts half.
    pub partial: Scheme,
    /// Overlap with the same label.
    pub type_: Scheme,
}

impl Semeval {
    pub(super) fn add(&mut self, other: &Self) {
        self.strict.add(other.strict);
        self.exact.add(other.exact);
        self.partial.add(other.partial);
        self.type_.add(other.type_);
    }

    /// The view of GATE: strict, lenient, and their average.
    #[must_use]
    pub fn gate(&self) -> Gate {
        let figures = |scheme: &Scheme| [scheme.precision(), scheme.recall(), scheme.f1()];
        let (strict, lenient) = (figures(&self.strict), figures(&self.type_));
        let mean = |at: usize| Some((strict[at]? + lenient[at]?) / 2.0);
        Gate { strict, lenient, average: [mean(0), mean(1), mean(2)] }
    }
}

/// Adds one document.
pub(super) fn document(pair: &Pair<'_>, min_overlap: f64, scores: &mut Semeval) {
    let (gold, predicted) = (ordered(&pair.gold.mentions), ordered(&pair.predicted.mentions));
    let same_span = |g: &Mention, p: &Mention| g.fragments == p.fragments;
    let same_label = |g: &Mention, p: &Mention| g.label == p.label;
    let overlaps = |g: &Mention, p: &Mention| {
        overlap(&g.fragments, &p.fragments)
            && (min_overlap == 0.0 || iou(pair.text, &g.fragments, &p.fragments) >= min_overlap)
    };
    let scheme = |group: &Group<'_>, is_correct: &dyn Fn(&Mention, &Mention) -> bool| {
        scheme(group, &overlaps, is_correct)
    };
    for group in components(&gold, &predicted) {
        scores.strict.add(scheme(&group, &|g, p| same_span(g, p) && same_label(g, p)));
        let exact = scheme(&group, &same_span);
        scores.exact.add(exact);
        scores.partial.add(Scheme { incorrect: 0, partial: exact.incorrect, ..exact });
        scores.type_.add(scheme(&group, &same_label));
    }
}

/// Mentions in text order. Repetitions stay: of two equal predictions one is
/// spurious here.
fn ordered(mentions: &[Mention]) -> Vec<&Mention> {
    let mut ordered: Vec<&Mention> = mentions.iter().collect();
    ordered.sort_by_key(|mention| (mention.span(), &mention.label));
    ordered
}

/// Pairs the two sides of a group so that correct pairs, then overlapping pairs,
/// are as many as can be.
fn scheme(
    (gold, predicted): &Group<'_>,
    overlaps: &dyn Fn(&Mention, &Mention) -> bool,
    is_correct: &dyn Fn(&Mention, &Mention) -> bool,
) -> Scheme {
    let mut scheme = Scheme::default();
    // One more correct pair outweighs all overlaps of the group.
    let correct = 1.0 + gold.len().min(predicted.len()) as f64;
    let weight = |g: &Mention, p: &Mention| match (overlaps(g, p), is_correct(g, p)) {
        (true, true) => correct,
        (true, false) => 1.0,
        (false, _) => 0.0,
    };
    let mut pairs = 0;
    let mut count = |weight: f64| {
        pairs += 1;
        if weight == correct {
            scheme.correct += 1;
        } else {
            scheme.incorrect += 1;
        }
    };
    match (gold.as_slice(), predicted.as_slice()) {
        ([], _) | (_, []) => {}
        // Most groups are one mention of each side: there is nothing to choose.
        ([g], [p]) => {
            let weight = weight(g, p);
            if weight > 0.0 {
                count(weight);
            }
        }
        _ => {
            let weights: Vec<Vec<f64>> =
                gold.iter().map(|g| predicted.iter().map(|p| weight(g, p)).collect()).collect();
            for (row, column) in assign(&weights).into_iter().enumerate() {
                if let Some(column) = column {
                    count(weights[row][column]);
                }
            }
        }
    }
    scheme.missed = gold.len() as u64 - pairs;
    scheme.spurious = predicted.len() as u64 - pairs;
    scheme
}

type Group<'a> = (SmallVec<[&'a Mention; 2]>, SmallVec<[&'a Mention; 2]>);

/// Groups of mentions whose hulls overlap: no pair crosses two of them.
fn components<'a>(gold: &[&'a Mention], predicted: &[&'a Mention]) -> Vec<Group<'a>> {
    let mut all: Vec<(Span, bool, &'a Mention)> = gold.iter().map(|m| (m.span(), true, *m)).collect();
    all.extend(predicted.iter().map(|m| (m.span(), false, *m)));
    all.sort_by_key(|(span, is_gold, mention)| (*span, !is_gold, &mention.label));
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut end = 0;
    for (span, is_gold, mention) in all {
        if span.start >= end {
            groups.push((SmallVec::new(), SmallVec::new()));
        }
        end = end.max(span.end);
        if let Some(group) = groups.last_mut() {
            if is_gold { group.0.push(mention) } else { group.1.push(mention) }
        }
    }
    groups
}

fn overlap(a: &Fragments, b: &Fragments) -> bool {
    a.iter().any(|a| b.iter().any(|b| a.overlaps(*b)))
}

#[cfg(test)]
mod tests {
    use super::super::{ScoreConfig, schemes, score_with};
    use super::*;
    use crate::doc::Annotations;
    use crate::text::Span;

    #[test]
    fn the_rates_of_muc_are_what_a_hand_counts() {
        let scheme = Scheme { correct: 7, incorrect: 2, partial: 1, missed: 4, spurious: 5 };
        let muc = scheme.muc();
        assert_eq!(muc.undergeneration, Some(4.0 / 14.0));
        assert_eq!(muc.overgeneration, Some(5.0 / 15.0));
        assert_eq!(muc.substitution, Some(2.0 / 9.0));
        assert_eq!(muc.error, Some(11.0 / 18.0));
        let none = Muc { undergeneration: None, overgeneration: None, substitution: None, error: None };
        assert_eq!(Scheme::default().muc(), none);
    }

    #[test]
    fn the_view_of_gate_is_the_mean_of_strict_and_lenient() {
        let strict = Scheme { correct: 3, incorrect: 1, missed: 4, spurious: 0, partial: 0 };
        let type_ = Scheme { correct: 4, incorrect: 0, ..strict };
        let gate = Semeval { strict, type_, ..Semeval::default() }.gate();
        assert_eq!(gate.strict, [Some(0.75), Some(0.375), Some(0.5)]);
        assert_eq!(gate.lenient[..2], [Some(1.0), Some(0.5)]);
        assert_eq!(gate.average[..2], [Some(0.875), Some(0.4375)]);
        let f1 = (0.5 + gate.lenient[2].unwrap()) / 2.0;
        assert!((gate.average[2].unwrap() - f1).abs() < 1e-12);
        assert_eq!(Semeval::default().gate().average, [None; 3]);
    }

    fn side(mentions: &[(u32, u32)]) -> Annotations {
        let mention = |(at, &(start, end)): (usize, &(u32, u32))| {
            Mention::new(format!("T{at}"), "X", Span::new(start, end))
        };
        Annotations { mentions: mentions.iter().enumerate().map(mention).collect(), ..Annotations::default() }
    }

    #[test]
    fn spans_that_overlap_too_little_are_no_pair() {
        let text = "a".repeat(30);
        // Two of ten characters, five of ten, and all.
        let (gold, predicted) = (side(&[(0, 6), (10, 20), (22, 26)]), side(&[(4, 10), (10, 15), (22, 26)]));
        let pair = || Pair { id: "d", text: &text, gold: &gold, predicted: &predicted };
        let counts = |min_overlap: f64| {
            let config = ScoreConfig { min_overlap, ..ScoreConfig::default() };
            let partial = score_with(&[pair()], config).unwrap().semeval.partial;
            (partial.correct, partial.partial, partial.missed, partial.spurious)
        };
        assert_eq!(counts(0.0), (1, 2, 0, 0));
        assert_eq!(counts(0.2), (1, 2, 0, 0));
        assert_eq!(counts(0.5), (1, 1, 1, 1));
        assert_eq!(counts(0.6), (1, 0, 2, 2));
        assert_eq!(counts(1.0), (1, 0, 2, 2));
        assert_eq!(schemes(&pair()).partial.partial, 2);
    }
}
