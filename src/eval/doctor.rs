//! [`review`]: where gold deserves a second look.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Class, ErrorAnalysis, Pair};
use crate::doc::MentionId;

/// Something in gold, or lacking in it, that may be a mistake of gold.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspicion {
    /// The index of the document among the pairs.
    pub document: usize,
    /// What is odd.
    pub kind: SuspicionKind,
    /// How likely gold is wrong, as far as counts tell: the share of the cases like
    /// this that speak against gold.
    pub weight: f64,
}

/// What is odd.
#[derive(Clone, Debug, PartialEq)]
pub enum SuspicionKind {
    /// A rule that is nearly always right predicts what gold lacks.
    Lacking {
        /// The prediction.
        predicted: MentionId,
        /// How often the rule is right.
        right: u64,
        /// How often it is wrong, this case included.
        wrong: u64,
    },
    /// Most mentions of this text bear another label.
    Label {
        /// The mention of gold.
        gold: MentionId,
        /// What most bear.
        usual: Arc<str>,
        /// How many bear it.
        of_usual: u64,
        /// How many mentions of gold have this text.
        of_all: u64,
    },
}

/// A rule that is right less often than this is not believed. With the case at hand
/// against it, it has to be right nine times.
const PRECISE: f64 = 0.9;
/// A label is usual for a text if so large a share of its mentions bear it.
const USUAL: f64 = 2.0 / 3.0;
/// Fewer mentions of a text say nothing.
const MENTIONS: u64 = 4;

/// The places of gold that deserve a second look, the likeliest first. `errors`
/// are those of the same pairs. O(n log n) in the mentions.
#[must_use]
pub fn review(pairs: &[Pair<'_>], errors: &ErrorAnalysis) -> Vec<Suspicion> {
    let mut found = lacking(pairs, errors);
    found.extend(labels(pairs));
    let place = |suspicion: &Suspicion| match suspicion.kind {
        SuspicionKind::Lacking { predicted, .. } => {
            pairs[suspicion.document].predicted.mention(predicted).span()
        }
        SuspicionKind::Label { gold, .. } => pairs[suspicion.document].gold.mention(gold).span(),
    };
    found.sort_by(|a, b| {
        b.weight.total_cmp(&a.weight).then(a.document.cmp(&b.document)).then_with(|| place(a).cmp(&place(b)))
    });
    found
}

fn lacking(pairs: &[Pair<'_>], errors: &ErrorAnalysis) -> Vec<Suspicion> {
    let rule_of = |document: usize, id: MentionId| pairs[document].predicted.mention(id).rule.as_deref();
    let mut rules: FxHashMap<&str, (u64, u64)> = FxHashMap::default();
    for item in &errors.items {
        let Some(rule) = item.predicted.and_then(|id| rule_of(item.document, id)) else { continue };
        let (right, wrong) = rules.entry(rule).or_default();
        if item.class == Class::Correct { *right += 1 } else { *wrong += 1 }
    }
    let suspicion = |item: &super::ErrorItem| {
        let predicted = item.predicted.filter(|_| item.class == Class::Spurious)?;
        let (right, wrong) = rules.get(rule_of(item.document, predicted)?).copied()?;
        let weight = right as f64 / (right + wrong) as f64;
        let kind = SuspicionKind::Lacking { predicted, right, wrong };
        (weight >= PRECISE).then_some(Suspicion { document: item.document, kind, weight })
    };
    errors.items.iter().filter_map(suspicion).collect()
}

fn labels(pairs: &[Pair<'_>]) -> Vec<Suspicion> {
    let surface = |pair: &Pair<'_>, id: usize| -> Option<String> {
        let mention = &pair.gold.mentions[id];
        let parts: Option<Vec<&str>> = mention.fragments.iter().map(|part| part.slice(pair.text)).collect();
        Some(parts?.join(" "))
    };
    let mut texts: FxHashMap<String, BTreeMap<Arc<str>, u64>> = FxHashMap::default();
    for pair in pairs {
        for id in 0..pair.gold.mentions.len() {
            if let Some(text) = surface(pair, id) {
                *texts.entry(text).or_default().entry(pair.gold.mentions[id].label.clone()).or_insert(0) += 1;
            }
        }
    }
    let mut found = Vec::new();
    for (document, pair) in pairs.iter().enumerate() {
        for (id, mention) in pair.gold.mentions.iter().enumerate() {
            let Some(of_text) = surface(pair, id).and_then(|text| texts.get(&text)) else { continue };
            let of_all: u64 = of_text.values().sum();
            let Some((usual, &of_usual)) = of_text.iter().max_by_key(|(_, n)| **n) else { continue };
            let weight = of_usual as f64 / of_all as f64;
            if *usual != mention.label && of_all >= MENTIONS && weight >= USUAL {
                let gold = MentionId(id as u32);
                let kind = SuspicionKind::Label { gold, usual: usual.clone(), of_usual, of_all };
                found.push(Suspicion { document, kind, weight });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{Annotations, Mention};
    use crate::eval::analyse;
    use crate::text::Span;

    const TEXT: &str = "Hue Hue Hue Hue Hue Hue Hue Hue";

    fn side(labels: &[Option<&str>], rule: Option<&str>) -> Annotations {
        let mention = |(at, label): (usize, &Option<&str>)| {
            let start = 4 * at as u32;
            let mut mention = Mention::new(format!("T{at}"), (*label)?, Span::new(start, start + 3));
            mention.rule = rule.map(Into::into);
            Some(mention)
        };
        Annotations {
            mentions: labels.iter().enumerate().filter_map(mention).collect(),
            ..Annotations::default()
        }
    }

    fn found(gold: &[Option<&str>], predicted: &[Option<&str>]) -> Vec<SuspicionKind> {
        let (gold, predicted) = (side(gold, None), side(predicted, Some("a:b")));
        let pair = Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted };
        let errors = analyse(&[pair]);
        review(&[pair], &errors).into_iter().map(|suspicion| suspicion.kind).collect()
    }

    #[test]
    fn what_a_precise_rule_finds_and_gold_lacks_is_listed() {
        // Six of seven is too few; of more the share would have to be nine in ten.
        let all = [Some("LOC"); 8];
        let mut gold = all;
        gold[7] = None;
        assert_eq!(found(&gold, &all), []);
        let long = "Hue ".repeat(12);
        let spans = |n: usize| Annotations {
            mentions: side(&vec![Some("LOC"); n], Some("a:b")).mentions,
            ..Annotations::default()
        };
        let (gold, predicted) = (spans(11), spans(12));
        let pair = Pair { id: "x", text: &long, gold: &gold, predicted: &predicted };
        let errors = analyse(&[pair]);
        let kind = SuspicionKind::Lacking { predicted: MentionId(11), right: 11, wrong: 1 };
        assert_eq!(review(&[pair], &errors)[0].kind, kind);
    }

    #[test]
    fn a_text_that_mostly_bears_another_label_is_listed() {
        let mut gold = [Some("LOC"); 8];
        gold[3] = Some("ORG");
        let kind = SuspicionKind::Label { gold: MentionId(3), usual: "LOC".into(), of_usual: 7, of_all: 8 };
        assert_eq!(found(&gold, &gold), [kind]);
        assert_eq!(found(&[Some("LOC"), Some("LOC"), Some("ORG")], &[]), [], "three mentions say nothing");
    }

    #[test]
    fn a_rule_is_believed_from_nine_of_ten_on() {
        let text = "Hue ".repeat(10);
        let all = side(&[Some("LOC"); 10], Some("a:b"));
        for (in_gold, wanted) in [(8, None), (9, Some(0.9))] {
            let gold = side(&vec![Some("LOC"); in_gold], None);
            let predicted = Annotations { mentions: all.mentions[..=in_gold].to_vec(), ..all.clone() };
            let pair = Pair { id: "x", text: &text, gold: &gold, predicted: &predicted };
            let weights: Vec<f64> = review(&[pair], &analyse(&[pair])).iter().map(|of| of.weight).collect();
            assert_eq!(weights, wanted.into_iter().collect::<Vec<_>>(), "{in_gold}");
        }
    }

    #[test]
    fn the_likeliest_comes_first_and_equal_ones_by_place() {
        let (loc, org) = (Some("LOC"), Some("ORG"));
        // Four of six of one text, exactly as many as it takes; three of four of another.
        let texts = ["Hue Hue Hue Hue Hue Hue", "Vin Vin Vin Vin"];
        let gold = [side(&[loc, org, loc, loc, org, loc], None), side(&[loc, loc, org, loc], None)];
        let none = side(&[], None);
        let pairs = [0, 1].map(|at| Pair { id: "x", text: texts[at], gold: &gold[at], predicted: &none });
        let found: Vec<_> = review(&pairs, &analyse(&pairs))
            .into_iter()
            .map(|found| match found.kind {
                SuspicionKind::Label { gold, usual, of_usual, of_all } => {
                    (found.document, gold.0, usual.to_string(), of_usual, of_all, found.weight)
                }
                SuspicionKind::Lacking { .. } => panic!("nothing was predicted"),
            })
            .collect();
        let usual = || "LOC".to_owned();
        assert_eq!(
            found,
            [(1, 2, usual(), 3, 4, 0.75), (0, 1, usual(), 4, 6, 4.0 / 6.0), (0, 4, usual(), 4, 6, 4.0 / 6.0),]
        );
    }
}
