//! The best pairing, against all pairings of small sides.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::doc::Annotations;
use crate::text::Span;

/// Characters of one, two and three bytes.
const TEXT: &str = "Hà Nội và Đồng Văn, ở Hà Giang";

/// Characters from..to of the text.
fn place(from: usize, to: usize) -> Span {
    let byte = |at| TEXT.char_indices().nth(at).map_or(TEXT.len(), |(byte, _)| byte) as u32;
    Span::new(byte(from), byte(to))
}

fn side(mentions: impl IntoIterator<Item = (Fragments, &'static str)>) -> Annotations {
    let mention = |(at, (fragments, label)): (usize, (Fragments, &str))| Mention {
        fragments,
        ..Mention::new(format!("T{at}"), label, Span::default())
    };
    Annotations {
        mentions: mentions.into_iter().enumerate().map(mention).collect(),
        ..Annotations::default()
    }
}

/// What is to be as large as can be, first things first: equal pairs, pairs that
/// overlap under one label, of equal span, that overlap, and their overlap over
/// their union.
type Worth = ([usize; 4], f64);

fn worth(pairs: &[(&Mention, &Mention)]) -> Worth {
    let characters = |mention: &Mention| -> BTreeSet<usize> {
        mention
            .fragments
            .iter()
            .flat_map(|part| part.range())
            .filter(|at| TEXT.is_char_boundary(*at))
            .collect()
    };
    let mut worth = ([0; 4], 0.0);
    for (g, p) in pairs {
        let (label, span) = (g.label == p.label, g.fragments == p.fragments);
        for (count, holds) in worth.0.iter_mut().zip([label && span, label, span, true]) {
            *count += usize::from(holds);
        }
        let (g, p) = (characters(g), characters(p));
        worth.1 += g.intersection(&p).count() as f64 / g.union(&p).count() as f64;
    }
    worth
}

/// The most that any one-to-one pairing of overlapping mentions is worth.
fn best<'a>(
    gold: &'a [Mention],
    predicted: &[&'a Mention],
    pairs: &mut Vec<(&'a Mention, &'a Mention)>,
) -> Worth {
    let Some((first, rest)) = gold.split_first() else { return worth(pairs) };
    let mut most = best(rest, predicted, pairs);
    for (at, other) in predicted.iter().enumerate() {
        if first.fragments.iter().any(|a| other.fragments.iter().any(|b| a.overlaps(*b))) {
            let mut left = predicted.to_vec();
            left.remove(at);
            pairs.push((first, other));
            let found = best(rest, &left, pairs);
            pairs.pop();
            if found.0 > most.0 || (found.0 == most.0 && found.1 > most.1) {
                most = found;
            }
        }
    }
    most
}

fn sides() -> impl Strategy<Value = Annotations> {
    let any = (0usize..14, 1usize..6, prop::option::weighted(0.2, (1usize..3, 1usize..3)), 0usize..2);
    prop::collection::btree_set(any, 0..5).prop_map(|mentions| {
        side(mentions.into_iter().map(|(start, len, more, label)| {
            let end = start + len;
            let more = more.map(|(gap, len)| place(end + gap, end + gap + len));
            (std::iter::once(place(start, end)).chain(more).collect(), ["LOC", "ORG"][label])
        }))
    })
}

proptest! {
    #[test]
    fn no_other_pairing_is_worth_more(gold in sides(), predicted in sides()) {
        let alignment = align(&Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted });
        let pairs: Vec<(&Mention, &Mention)> = alignment
            .pairs
            .iter()
            .map(|pair| (gold.mention(pair.gold), predicted.mention(pair.predicted)))
            .collect();
        let others: Vec<&Mention> = predicted.mentions.iter().collect();
        let (got, most) = (worth(&pairs), best(&gold.mentions, &others, &mut Vec::new()));
        prop_assert_eq!(got.0, most.0);
        prop_assert!((got.1 - most.1).abs() < 1e-9, "{} where {} can be", got.1, most.1);
    }

    #[test]
    fn each_mention_is_paired_or_alone(gold in sides(), predicted in sides()) {
        let found = align(&Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted });
        let all = |side: &Annotations| (0..side.mentions.len() as u32).map(MentionId).collect::<Vec<_>>();
        let mut of_gold: Vec<MentionId> = found.pairs.iter().map(|pair| pair.gold).chain(found.missed).collect();
        of_gold.sort();
        prop_assert_eq!(of_gold, all(&gold));
        let paired = found.pairs.iter().map(|pair| pair.predicted);
        let mut of_predicted: Vec<MentionId> = paired.chain(found.spurious).collect();
        of_predicted.sort();
        prop_assert_eq!(of_predicted, all(&predicted));
    }
}

#[test]
fn overlap_over_union_is_of_characters() {
    let (ha_noi, noi_va, noi, va) = (place(0, 6), place(3, 9), place(3, 6), place(7, 9));
    let parts = |spans: &[Span]| spans.iter().copied().collect::<Fragments>();
    for (a, b, common, all) in [
        (parts(&[ha_noi]), parts(&[ha_noi]), 6, 6),
        (parts(&[ha_noi]), parts(&[noi]), 3, 6),
        (parts(&[ha_noi]), parts(&[noi_va]), 3, 9),
        (parts(&[noi]), parts(&[va]), 0, 5),
        (parts(&[place(0, 2), noi]), parts(&[ha_noi]), 5, 6),
        (parts(&[place(0, 2), va]), parts(&[place(1, 8)]), 2, 9),
    ] {
        let wanted = f64::from(common) / f64::from(all);
        assert_eq!((iou(TEXT, &a, &b), iou(TEXT, &b, &a)), (wanted, wanted), "{a:?} {b:?}");
    }
    // Spans of a text that is not at hand are measured in bytes; nothing shares nothing.
    assert_eq!(iou("", &parts(&[Span::new(0, 4)]), &parts(&[Span::new(2, 6)])), 2.0 / 6.0);
    assert_eq!(iou("", &parts(&[]), &parts(&[])), 0.0);
}

#[test]
fn labels_are_confused_where_pairs_differ_and_with_nothing_where_there_is_none() {
    let one = |from, to, label| (Fragments::from_slice(&[place(from, to)]), label);
    let gold = side([one(0, 6, "LOC"), one(10, 14, "LOC"), one(22, 30, "LOC"), one(7, 9, "ORG")]);
    let predicted = side([one(0, 6, "ORG"), one(10, 18, "ORG"), one(25, 30, "LOC"), one(20, 21, "LOC")]);
    let pair = Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted };
    let mut confusion = Confusion::new();
    confuse(&pair, &align(&pair), &mut confusion);
    let label = |label: &Option<Arc<str>>| label.as_deref().unwrap_or("nothing").to_owned();
    let got: BTreeMap<(String, String), u64> =
        confusion.iter().map(|((gold, predicted), n)| ((label(gold), label(predicted)), *n)).collect();
    let wanted = [("LOC", "LOC", 1), ("LOC", "ORG", 2), ("ORG", "nothing", 1), ("nothing", "LOC", 1)];
    assert_eq!(got, wanted.map(|(gold, predicted, n)| ((gold.into(), predicted.into()), n)).into());
}

/// Which of gold is paired with which prediction.
fn paired(gold: &[(usize, usize)], predicted: &[(usize, usize)]) -> Vec<(u32, u32)> {
    let side = |places: &[(usize, usize)], label| {
        side(places.iter().map(|&(from, to)| (std::iter::once(place(from, to)).collect(), label)))
    };
    let (gold, predicted) = (side(gold, "LOC"), side(predicted, "ORG"));
    let found = align(&Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted });
    let mut pairs: Vec<(u32, u32)> = found.pairs.iter().map(|pair| (pair.gold.0, pair.predicted.0)).collect();
    pairs.sort_unstable();
    pairs
}

#[test]
fn two_pairs_that_barely_overlap_are_more_than_one_that_nearly_agrees() {
    assert_eq!(paired(&[(10, 20), (19, 30)], &[(11, 20), (5, 11)]), [(0, 1), (1, 0)]);
}

#[test]
fn one_equal_span_is_more_than_two_that_overlap() {
    assert_eq!(paired(&[(10, 20), (19, 30)], &[(10, 20), (5, 11)]), [(0, 0)]);
}
