//! [`align`]: which prediction stands for which gold mention.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Pair;
use super::assignment::assign;
use crate::doc::{Fragments, Mention, MentionId};

/// Gold and predictions of one document, paired as well as can be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alignment {
    /// Pairs, in the order of gold in the text.
    pub pairs: Vec<Aligned>,
    /// Gold that no prediction stands for.
    pub missed: Vec<MentionId>,
    /// Predictions that stand for nothing in gold. Repetitions are left out.
    pub spurious: Vec<MentionId>,
}

/// A gold mention and the prediction that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aligned {
    /// The index in gold.
    pub gold: MentionId,
    /// The index among the predictions.
    pub predicted: MentionId,
}

/// Pairs gold with predictions one to one, so that first the pairs of equal
/// span and label, then those that overlap under one label, then those of equal
/// span, then those that overlap, then the sum of their overlap over their union
/// are as large as can be. The order in which mentions are listed plays no part.
///
/// O(n log n) for equal mentions; for the rest the assignment of each group of
/// overlapping spans.
#[must_use]
pub fn align(pair: &Pair<'_>) -> Alignment {
    let (gold, predicted) = (ordered(&pair.gold.mentions), ordered(&pair.predicted.mentions));
    let mut alignment = Alignment::default();
    // Every best pairing holds all equal pairs: each mention has one equal at
    // most, and nothing outweighs such a pair.
    let mut by_key: HashMap<(&Fragments, &str), MentionId> = HashMap::with_capacity(predicted.len());
    for &(id, mention) in &predicted {
        by_key.entry((&mention.fragments, &mention.label)).or_insert(id);
    }
    let mut rest = Vec::new();
    for &(id, mention) in &gold {
        match by_key.remove(&(&mention.fragments, &*mention.label)) {
            Some(other) => alignment.pairs.push(Aligned { gold: id, predicted: other }),
            None => rest.push((id, mention)),
        }
    }
    let left: Vec<(MentionId, &Mention)> = predicted
        .iter()
        .filter(|(id, mention)| by_key.get(&(&mention.fragments, &*mention.label)) == Some(id))
        .copied()
        .collect();
    for (gold, predicted) in groups(&rest, &left) {
        align_group(pair.text, &gold, &predicted, &mut alignment);
    }
    let place = |id: &MentionId| order_key(pair.gold.mention(*id));
    alignment.pairs.sort_by(|a, b| place(&a.gold).cmp(&place(&b.gold)));
    alignment.missed.sort_by(|a, b| place(a).cmp(&place(b)));
    let place = |id: &MentionId| order_key(pair.predicted.mention(*id));
    alignment.spurious.sort_by(|a, b| place(a).cmp(&place(b)));
    alignment
}

fn order_key(mention: &Mention) -> (u32, u32, &str, &Fragments) {
    let span = mention.span();
    (span.start, span.end, &mention.label, &mention.fragments)
}

type Side<'a> = Vec<(MentionId, &'a Mention)>;

fn ordered(mentions: &[Mention]) -> Side<'_> {
    let mut ordered: Side<'_> = (0..).map(MentionId).zip(mentions).collect();
    ordered.sort_by(|a, b| order_key(a.1).cmp(&order_key(b.1)).then(a.0.cmp(&b.0)));
    ordered
}

/// Groups of mentions that hang together by overlaps between the sides.
fn groups<'a>(
    gold: &[(MentionId, &'a Mention)],
    predicted: &[(MentionId, &'a Mention)],
) -> Vec<(Side<'a>, Side<'a>)> {
    let mut all: Vec<(bool, usize, &Mention)> = Vec::with_capacity(gold.len() + predicted.len());
    all.extend(gold.iter().enumerate().map(|(at, (_, mention))| (true, at, *mention)));
    all.extend(predicted.iter().enumerate().map(|(at, (_, mention))| (false, at, *mention)));
    all.sort_by(|a, b| order_key(a.2).cmp(&order_key(b.2)).then(b.0.cmp(&a.0)));
    let mut groups: Vec<(Side<'a>, Side<'a>)> = Vec::new();
    let mut end = 0;
    for (is_gold, at, mention) in all {
        let span = mention.span();
        if span.start >= end {
            groups.push((Vec::new(), Vec::new()));
        }
        end = end.max(span.end);
        if let Some((of_gold, of_predicted)) = groups.last_mut() {
            if is_gold { of_gold.push(gold[at]) } else { of_predicted.push(predicted[at]) }
        }
    }
    groups
}

fn align_group(
    text: &str,
    gold: &[(MentionId, &Mention)],
    predicted: &[(MentionId, &Mention)],
    out: &mut Alignment,
) {
    let mut taken = vec![false; predicted.len()];
    // Each step of the order outweighs all pairs of the steps below it.
    let base = 2.0 + gold.len().min(predicted.len()) as f64;
    let weight = |g: &Mention, p: &Mention| {
        let share = iou(text, &g.fragments, &p.fragments);
        if share == 0.0 {
            return 0.0;
        }
        let same_label = f64::from(u8::from(g.label == p.label));
        let same_span = f64::from(u8::from(g.fragments == p.fragments));
        ((same_label * base + same_span) * base + 1.0) * base + share
    };
    let weights: Vec<Vec<f64>> =
        gold.iter().map(|(_, g)| predicted.iter().map(|(_, p)| weight(g, p)).collect()).collect();
    for (row, column) in assign(&weights).into_iter().enumerate() {
        match column {
            Some(column) => {
                taken[column] = true;
                out.pairs.push(Aligned { gold: gold[row].0, predicted: predicted[column].0 });
            }
            None => out.missed.push(gold[row].0),
        }
    }
    let alone = predicted.iter().zip(&taken).filter(|(_, taken)| !**taken);
    out.spurious.extend(alone.map(|((id, _), _)| *id));
}

/// Code points in common over code points in either.
pub(super) fn iou(text: &str, a: &Fragments, b: &Fragments) -> f64 {
    let length = |all: &Fragments| all.iter().map(|part| chars(text, part.start, part.end)).sum::<usize>();
    let common: usize = a
        .iter()
        .flat_map(|a| b.iter().map(move |b| (a.start.max(b.start), a.end.min(b.end))))
        .filter(|(start, end)| start < end)
        .map(|(start, end)| chars(text, start, end))
        .sum();
    let all = length(a) + length(b) - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

fn chars(text: &str, start: u32, end: u32) -> usize {
    text.get(start as usize..end as usize).map_or((end - start) as usize, |part| part.chars().count())
}

/// How often gold of one label was aligned to a prediction of another: gold
/// first. `None` is nothing, on either side.
pub type Confusion = BTreeMap<(Option<Arc<str>>, Option<Arc<str>>), u64>;

pub(super) fn confuse(pair: &Pair<'_>, alignment: &Alignment, confusion: &mut Confusion) {
    let gold = |id| Some(pair.gold.mention(id).label.clone());
    let predicted = |id| Some(pair.predicted.mention(id).label.clone());
    let mut add = |key| *confusion.entry(key).or_insert(0) += 1;
    alignment.pairs.iter().for_each(|both| add((gold(both.gold), predicted(both.predicted))));
    alignment.missed.iter().for_each(|id| add((gold(*id), None)));
    alignment.spurious.iter().for_each(|id| add((None, predicted(*id))));
}

#[cfg(test)]
mod tests;
