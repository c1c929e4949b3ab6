use super::*;
use crate::doc::{Arg, Mention};
use crate::text::Span;

/// Mentions as start, end, label; relations as type, from, to.
fn side(mentions: &[(u32, u32, &str)], relations: &[(&str, u32, u32)], chains: &[&[u32]]) -> Annotations {
    let mention = |(at, (start, end, label)): (usize, &(u32, u32, &str))| {
        Mention::new(format!("T{at}"), *label, Span::new(*start, *end))
    };
    let relation = |(at, (label, from, to)): (usize, &(&str, u32, u32))| {
        let arg = |role: &str, id| Arg { role: role.into(), mention: MentionId(id) };
        let args = [arg("from", *from), arg("to", *to)].into_iter().collect();
        Relation { id: format!("R{at}").into(), label: (*label).into(), args, rule: None }
    };
    Annotations {
        mentions: mentions.iter().enumerate().map(mention).collect(),
        relations: relations.iter().enumerate().map(relation).collect(),
        chains: chains.iter().map(|chain| chain.iter().map(|id| MentionId(*id)).collect()).collect(),
        ..Annotations::default()
    }
}

fn scored(gold: &Annotations, predicted: &Annotations) -> Relations {
    let pair = Pair { id: "x", text: "0123456789012345678901234567890123456789", gold, predicted };
    let mut scores = Relations::default();
    document(&pair, &mut scores, &mut DocumentScore::default());
    scores
}

fn classes(scores: &Relations) -> Vec<(&'static str, u64, u64)> {
    scores.classes.iter().map(|(class, counts)| (class.name(), counts.gold, counts.predicted)).collect()
}

const MENTIONS: [(u32, u32, &str); 3] = [(0, 4, "PER"), (6, 10, "ORG"), (12, 15, "LOC")];

#[test]
fn a_reversed_relation_is_a_class_of_its_own() {
    let gold = side(&MENTIONS, &[("WORKS", 0, 1)], &[]);
    let predicted = side(&MENTIONS, &[("WORKS", 1, 0)], &[]);
    let scores = scored(&gold, &predicted);
    assert_eq!(scores.strict, Counts { tp: 0, fp: 1, fn_: 1 });
    assert_eq!((scores.pairs.tp, scores.pairs_undirected.tp), (0, 1));
    assert_eq!(classes(&scores), [("reversed", 1, 1)]);
}

#[test]
fn the_direction_of_a_symmetric_type_does_not_count() {
    let mut gold = side(&MENTIONS, &[("MET", 0, 1)], &[]);
    let mut predicted = side(&MENTIONS, &[("MET", 1, 0)], &[]);
    sort_symmetric(&mut gold, &["MET"]);
    sort_symmetric(&mut predicted, &["MET"]);
    assert_eq!(scored(&gold, &predicted).strict.tp, 1);
}

#[test]
fn looser_readings_forgive_labels_boundaries_and_other_mentions_of_a_chain() {
    let gold = side(&[(0, 4, "PER"), (6, 10, "ORG"), (20, 23, "PER")], &[("WORKS", 0, 1)], &[&[0, 2]]);
    let other_label = side(&[(0, 4, "PER"), (6, 10, "LOC")], &[("WORKS", 0, 1)], &[]);
    let scores = scored(&gold, &other_label);
    assert_eq!((scores.strict.tp, scores.boundaries.tp, scores.relaxed.tp), (0, 1, 0));
    assert_eq!(classes(&scores), [("label of an argument", 1, 1)]);
    let longer = side(&[(0, 5, "PER"), (6, 10, "ORG")], &[("WORKS", 0, 1)], &[]);
    let scores = scored(&gold, &longer);
    assert_eq!((scores.strict.tp, scores.boundaries.tp, scores.relaxed.tp), (0, 0, 1));
    assert_eq!(classes(&scores), [("boundary of an argument", 1, 1)]);
    let same_person = side(&[(20, 23, "PER"), (6, 10, "ORG")], &[("WORKS", 0, 1)], &[]);
    let scores = scored(&gold, &same_person);
    assert_eq!((scores.strict.tp, scores.coreferent.tp), (0, 1));
}

#[test]
fn a_missing_argument_is_told_apart_from_a_missing_relation() {
    let gold = side(&MENTIONS, &[("WORKS", 0, 1), ("IN", 1, 2)], &[]);
    let predicted = side(&MENTIONS[..2], &[], &[]);
    let scores = scored(&gold, &predicted);
    assert_eq!(classes(&scores), [("missed with an argument", 1, 0), ("missed", 1, 0)]);
    assert_eq!(scores.arguments_found, Counts { tp: 0, fp: 0, fn_: 1 });
    let typed = scored(&gold, &side(&MENTIONS, &[("LEADS", 0, 1), ("IN", 1, 2)], &[]));
    assert_eq!(classes(&typed), [("correct", 1, 1), ("type", 1, 1)]);
    let invented = scored(&gold, &side(&[(0, 4, "PER"), (30, 34, "ORG")], &[("WORKS", 0, 1)], &[]));
    assert_eq!(invented.classes[&RelationClass::ArgumentSpurious], SideCounts { gold: 0, predicted: 1 });
}

#[test]
fn what_could_be_found_is_counted_where_both_sides_have_the_arguments() {
    let gold = side(&[(0, 1, "A"), (2, 3, "B"), (4, 5, "C")], &[("R", 0, 1), ("R", 1, 0), ("R", 0, 2)], &[]);
    let predicted = side(
        &[(0, 1, "A"), (2, 3, "B"), (4, 5, "D")],
        &[("R", 0, 1), ("Q", 1, 0), ("Q", 0, 0), ("R", 0, 2)],
        &[],
    );
    let scores = scored(&gold, &predicted);
    assert_eq!(scores.strict, Counts { tp: 1, fp: 3, fn_: 2 });
    // The third of gold has an argument that was not found, the last prediction one that is not gold.
    assert_eq!(scores.arguments_found, Counts { tp: 1, fp: 2, fn_: 1 });
}
