//! What kind of mistake each mention is, and what mending a kind would bring.
//!
//! The classes are disjoint: over gold and predictions together they sum to
//! |G| + |P|.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::align::{Aligned, Alignment, Confusion, align, confuse};
use super::{CHUNK, Counts, Pair};
use crate::doc::{Fragments, Mention, MentionId};
use crate::text::{OffsetUnit, UnitIndex};

/// What a gold mention, a prediction, or a pair of them is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Equal span and label.
    Correct,
    /// Same label, and the prediction holds more at one end or both.
    TooLong,
    /// Same label, and the prediction holds less.
    TooShort,
    /// Same label, more at one end and less at the other.
    Shifted,
    /// Same label, and the fragments in between differ.
    Fragments,
    /// Equal span, another label.
    Type,
    /// Overlap under another label.
    BoundaryAndType,
    /// Several predictions of the label stand for one gold mention.
    Split,
    /// One prediction stands for several gold mentions of the label.
    Merged,
    /// Missed within or around a mention that was found.
    Nested,
    /// Missed.
    Missed,
    /// Predicted where gold has nothing.
    Spurious,
    /// Predicted with a label that gold never has.
    UnknownLabel,
}

impl Class {
    /// All classes, in the order in which reports show them.
    pub const ALL: [Self; 13] = [
        Self::Correct,
        Self::TooLong,
        Self::TooShort,
        Self::Shifted,
        Self::Fragments,
        Self::Type,
        Self::BoundaryAndType,
        Self::Split,
        Self::Merged,
        Self::Nested,
        Self::Missed,
        Self::Spurious,
        Self::UnknownLabel,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::TooLong => "boundary: too long",
            Self::TooShort => "boundary: too short",
            Self::Shifted => "boundary: shifted",
            Self::Fragments => "boundary: fragments",
            Self::Type => "type",
            Self::BoundaryAndType => "boundary and type",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Nested => "missed, nested",
            Self::Missed => "missed",
            Self::Spurious => "spurious",
            Self::UnknownLabel => "spurious, label not in gold",
        }
    }
}

/// One mistake: a gold mention, a prediction, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorItem {
    /// The index of the pair among those analysed.
    pub document: usize,
    /// Its class.
    pub class: Class,
    /// The gold mention.
    pub gold: Option<MentionId>,
    /// The prediction.
    pub predicted: Option<MentionId>,
}

/// How far a prediction is off: code points by which its ends lie after those
/// of gold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// At its start.
    pub start: i64,
    /// At its end.
    pub end: i64,
}

/// How much a class weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FixGain {
    /// Gold mentions in it.
    pub gold: u64,
    /// Predictions in it.
    pub predicted: u64,
    /// Its share of all mistakes: of |G| + |P| without what is correct.
    pub share: Option<f64>,
    /// F1 if this class alone were mended, minus F1.
    pub gain: Option<f64>,
}

/// The mistakes of all documents.
#[derive(Clone, Debug, Default)]
pub struct ErrorAnalysis {
    /// Every item, correct ones included, by document and place.
    pub items: Vec<ErrorItem>,
    /// Count, share and gain by class; classes without an item are left out.
    pub classes: BTreeMap<Class, FixGain>,
    /// Aligned labels: gold, then predicted; `None` is nothing.
    pub confusion: Confusion,
    /// Shifts of pairs of one label that differ in span.
    pub shifts: BTreeMap<Shift, u64>,
    /// Signs that the two sides count or name differently, for people.
    pub warnings: Vec<String>,
}

/// Sorts every mention of both sides into a class, in parallel.
#[must_use]
pub fn analyse(pairs: &[Pair<'_>]) -> ErrorAnalysis {
    let labels: HashSet<&str> =
        pairs.iter().flat_map(|pair| pair.gold.mentions.iter().map(|m| &*m.label)).collect();
    let of_chunk = |(chunk, pairs): (usize, &[Pair<'_>])| {
        let (mut part, mut signs) = (ErrorAnalysis::default(), Signs::default());
        for (at, pair) in pairs.iter().enumerate() {
            add_document(CHUNK * chunk + at, pair, &labels, &mut part, &mut signs);
        }
        (part, signs)
    };
    let parts: Vec<(ErrorAnalysis, Signs)> = pairs.par_chunks(CHUNK).enumerate().map(of_chunk).collect();
    let (mut analysis, mut signs) = (ErrorAnalysis::default(), Signs::default());
    for (part, of_part) in parts {
        analysis.items.extend(part.items);
        part.confusion.into_iter().for_each(|(key, n)| *analysis.confusion.entry(key).or_insert(0) += n);
        part.shifts.into_iter().for_each(|(shift, n)| *analysis.shifts.entry(shift).or_insert(0) += n);
        signs.add(&of_part);
    }
    analysis.classes = weigh(&analysis.items);
    analysis.warnings = signs.warnings(&analysis.shifts);
    analysis
}

fn add_document(
    document: usize,
    pair: &Pair<'_>,
    labels: &HashSet<&str>,
    analysis: &mut ErrorAnalysis,
    signs: &mut Signs,
) {
    let alignment = align(pair);
    confuse(pair, &alignment, &mut analysis.confusion);
    for item in classify(document, pair, &alignment, &|label| labels.contains(label)) {
        if let (Some(gold), Some(predicted)) = (item.gold, item.predicted)
            && matches!(item.class, Class::TooLong | Class::TooShort | Class::Shifted)
        {
            let shift = shift(pair.text, pair.gold.mention(gold), pair.predicted.mention(predicted));
            *analysis.shifts.entry(shift).or_insert(0) += 1;
        }
        analysis.items.push(item);
    }
    signs.look(pair, &alignment);
}

/// Count, share and gain of each class.
fn weigh(items: &[ErrorItem]) -> BTreeMap<Class, FixGain> {
    let mut classes: BTreeMap<Class, FixGain> = BTreeMap::new();
    for item in items {
        let class = classes.entry(item.class).or_default();
        class.gold += u64::from(item.gold.is_some());
        class.predicted += u64::from(item.predicted.is_some());
    }
    let of = |class: &Class| classes.get(class).copied().unwrap_or_default();
    let correct = of(&Class::Correct);
    let all = classes.values().fold((0, 0), |sum, class| (sum.0 + class.gold, sum.1 + class.predicted));
    let counts = Counts { tp: correct.gold, fp: all.1 - correct.predicted, fn_: all.0 - correct.gold };
    let wrong = (counts.fp + counts.fn_) as f64;
    for (class, weight) in &mut classes {
        if *class == Class::Correct {
            continue;
        }
        weight.share = super::counts::divide((weight.gold + weight.predicted) as f64, wrong);
        let mended = Counts {
            tp: counts.tp + weight.gold,
            fp: counts.fp - weight.predicted,
            fn_: counts.fn_ - weight.gold,
        };
        weight.gain = mended.f1().zip(counts.f1()).map(|(mended, now)| mended - now);
    }
    classes
}

fn classify(
    document: usize,
    pair: &Pair<'_>,
    alignment: &Alignment,
    gold_has: &dyn Fn(&str) -> bool,
) -> Vec<ErrorItem> {
    let gold = |id: MentionId| pair.gold.mention(id);
    let predicted = |id: MentionId| pair.predicted.mention(id);
    let alike = |a: &Mention, b: &Mention| a.label == b.label && overlap(&a.fragments, &b.fragments);
    let mut items: Vec<ErrorItem> = Vec::new();
    let mut wrong_pairs: Vec<Aligned> = Vec::new();
    for both in &alignment.pairs {
        let class = compare(gold(both.gold), predicted(both.predicted));
        items.push(ErrorItem { document, class, gold: Some(both.gold), predicted: Some(both.predicted) });
        if class != Class::Correct {
            wrong_pairs.push(*both);
        }
    }
    // So far an item stands for each pair, in their order.
    let place: HashMap<MentionId, usize> =
        alignment.pairs.iter().enumerate().map(|(at, both)| (both.gold, at)).collect();
    let mut regroup = |both: &Aligned, class: Class| items[place[&both.gold]].class = class;
    let mut alone = Vec::new();
    for &id in &alignment.spurious {
        let mention = predicted(id);
        let split = wrong_pairs.iter().find(|both| {
            alike(gold(both.gold), mention) && alike(gold(both.gold), predicted(both.predicted))
        });
        let class = match split {
            Some(both) => {
                regroup(both, Class::Split);
                Class::Split
            }
            None if gold_has(&mention.label) => Class::Spurious,
            None => Class::UnknownLabel,
        };
        alone.push(ErrorItem { document, class, gold: None, predicted: Some(id) });
    }
    for &id in &alignment.missed {
        let mention = gold(id);
        let merged = wrong_pairs.iter().find(|both| {
            alike(mention, predicted(both.predicted)) && alike(gold(both.gold), predicted(both.predicted))
        });
        let found = |both: &Aligned| overlap(&gold(both.gold).fragments, &mention.fragments);
        let class = match merged {
            Some(both) => {
                regroup(both, Class::Merged);
                Class::Merged
            }
            None if alignment.pairs.iter().any(found) => Class::Nested,
            None => Class::Missed,
        };
        alone.push(ErrorItem { document, class, gold: Some(id), predicted: None });
    }
    items.append(&mut alone);
    let start = |item: &ErrorItem| {
        let mention = item.gold.map(gold).or_else(|| item.predicted.map(predicted));
        mention.map(|mention| (mention.span().start, mention.span().end))
    };
    items.sort_by_key(|item| (start(item), item.gold, item.predicted));
    items
}

/// The class of an aligned pair.
fn compare(gold: &Mention, predicted: &Mention) -> Class {
    let same_span = gold.fragments == predicted.fragments;
    match (same_span, gold.label == predicted.label) {
        (true, true) => return Class::Correct,
        (true, false) => return Class::Type,
        (false, false) => return Class::BoundaryAndType,
        (false, true) => {}
    }
    let (g, p) = (gold.span(), predicted.span());
    match (p.start.cmp(&g.start), p.end.cmp(&g.end)) {
        (std::cmp::Ordering::Equal, std::cmp::Ordering::Equal) => Class::Fragments,
        (start, end) if start.is_le() && end.is_ge() => Class::TooLong,
        (start, end) if start.is_ge() && end.is_le() => Class::TooShort,
        _ => Class::Shifted,
    }
}

fn overlap(a: &Fragments, b: &Fragments) -> bool {
    a.iter().any(|a| b.iter().any(|b| a.overlaps(*b)))
}

fn shift(text: &str, gold: &Mention, predicted: &Mention) -> Shift {
    let (g, p) = (gold.span(), predicted.span());
    Shift { start: distance(text, g.start, p.start), end: distance(text, g.end, p.end) }
}

/// Code points from one place to another.
fn distance(text: &str, from: u32, to: u32) -> i64 {
    let between = text.get(from.min(to) as usize..from.max(to) as usize);
    let count = between.map_or(i64::from(from.abs_diff(to)), |part| part.chars().count() as i64);
    if from <= to { count } else { -count }
}

/// What points to another way of counting or naming, not to bad predictions.
#[derive(Default)]
struct Signs {
    unequal: u64,
    case: u64,
    bytes: u64,
    utf16: u64,
}

/// Below so many unequal mentions nothing is said.
const FEW: u64 = 5;

impl Signs {
    fn add(&mut self, other: &Self) {
        self.unequal += other.unequal;
        self.case += other.case;
        self.bytes += other.bytes;
        self.utf16 += other.utf16;
    }

    fn look(&mut self, pair: &Pair<'_>, alignment: &Alignment) {
        let equal = |both: &&Aligned| {
            compare(pair.gold.mention(both.gold), pair.predicted.mention(both.predicted)) == Class::Correct
        };
        let unequal = alignment.pairs.iter().filter(|both| !equal(both));
        let gold: Vec<&Mention> = unequal
            .map(|both| both.gold)
            .chain(alignment.missed.iter().copied())
            .map(|id| pair.gold.mention(id))
            .collect();
        if gold.is_empty() {
            return;
        }
        self.unequal += gold.len() as u64;
        let (chars, utf16) =
            (UnitIndex::new(pair.text, OffsetUnit::Chars), UnitIndex::new(pair.text, OffsetUnit::Utf16));
        let plain = |label: &str| -> String {
            label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let by_span: HashMap<(u32, u32), &Mention> =
            pair.predicted.mentions.iter().map(|m| ((m.span().start, m.span().end), m)).collect();
        for mention in gold {
            let span = mention.span();
            let at = |start: Option<u32>, end: Option<u32>| by_span.get(&(start?, end?)).copied();
            let here = at(Some(span.start), Some(span.end));
            self.case += u64::from(here.is_some_and(|found| {
                found.label != mention.label && plain(&found.label) == plain(&mention.label)
            }));
            // Whoever writes bytes where code points are meant names the place
            // that many code points into the text.
            let nth = |n: u32| chars.to_byte(n);
            let units = |to: u32| utf16.from_byte(to);
            let same = |found: Option<&Mention>| found.is_some_and(|found| found.label == mention.label);
            self.bytes += u64::from(same(at(nth(span.start), nth(span.end))));
            self.utf16 += u64::from(same(at(nth(units(span.start)), nth(units(span.end)))));
        }
    }

    fn warnings(&self, shifts: &BTreeMap<Shift, u64>) -> Vec<String> {
        let mut warnings = Vec::new();
        let most = |n: u64| self.unequal >= FEW && n * 5 >= self.unequal * 4;
        let of = |n: u64| format!("{n} of {} mentions that differ", self.unequal);
        if most(self.case) {
            let text = "agree but for the case or punctuation of the label: rename the labels of one side";
            warnings.push(format!("{} {text}", of(self.case)));
        }
        if most(self.bytes) {
            let text = "would agree if the predictions counted bytes: pass `--offsets bytes`";
            warnings.push(format!("{} {text}", of(self.bytes)));
        } else if most(self.utf16) {
            let text = "would agree if the predictions counted UTF-16 units: pass `--offsets utf16`";
            warnings.push(format!("{} {text}", of(self.utf16)));
        }
        if let Some((shift, &n)) = shifts.iter().max_by_key(|(_, n)| **n)
            && most(n)
        {
            warnings.push(format!(
                "{} are off in the same way, start by {:+} and end by {:+}: do both sides count alike, from 0 to one past the end?",
                of(n),
                shift.start,
                shift.end
            ));
        }
        warnings
    }
}

#[cfg(test)]
mod tests;
