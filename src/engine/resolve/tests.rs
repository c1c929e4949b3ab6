//! The order, case by case.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::doc::schema::{ItemInfo, PlaceId, Rank, RuleId, RuleKind, TypeId};
use crate::program::{Origin, Program};
use crate::text::Span;

/// A program with one rule for each rank.
fn program(ranks: &[Rank]) -> Program {
    let origin = |(index, rank): (usize, &Rank)| {
        let id: Arc<str> = format!("rule{index}").into();
        let info = ItemInfo { id: id.clone(), kind: RuleKind::Rule, place: PlaceId(0), tags: Vec::new() };
        Origin { id, info, rank: *rank, makes: Vec::new(), on: true }
    };
    Program {
        origins: ranks.iter().enumerate().map(origin).collect(),
        order: Order::DEFAULT.to_vec(),
        ..Program::default()
    }
}

fn candidate(start: u32, end: u32, label: u16, rule: u32) -> Candidate {
    Candidate::bare(Span::new(start, end), (start, end), TypeId(label), RuleId(rule))
}

/// The spans that stay after `fresh` old ones met the rest.
fn stay(ranks: &[Rank], old: &[Candidate], new: &[Candidate]) -> Vec<String> {
    let mut all = [old, new].concat();
    resolve(&mut all, old.len(), &program(ranks), &mut Contest::default());
    all.iter().filter(|c| c.stays()).map(|c| format!("{} by {}", c.span, c.rule.0)).collect()
}

const PLAIN: Rank = Rank { priority: 0, nested: false, overrides: false, anchor: false };

#[test]
fn the_higher_priority_beats_the_longer_span() {
    let ranks = [PLAIN, Rank { priority: 5, ..PLAIN }];
    assert_eq!(stay(&ranks, &[], &[candidate(0, 9, 0, 0), candidate(0, 3, 0, 1)]), ["0..3 by 1"]);
}

#[test]
fn the_longer_span_beats_the_earlier_one() {
    assert_eq!(stay(&[PLAIN], &[], &[candidate(0, 4, 0, 0), candidate(2, 9, 0, 0)]), ["2..9 by 0"]);
}

#[test]
fn of_equal_spans_the_first_rule_of_the_pack_stays() {
    assert_eq!(stay(&[PLAIN, PLAIN], &[], &[candidate(0, 4, 0, 1), candidate(0, 4, 0, 0)]), ["0..4 by 0"]);
}

#[test]
fn spans_of_different_types_do_not_compete() {
    assert_eq!(
        stay(&[PLAIN], &[], &[candidate(0, 4, 0, 0), candidate(2, 9, 1, 0)]),
        ["0..4 by 0", "2..9 by 0"]
    );
}

#[test]
fn a_span_that_lost_takes_nobody_with_it() {
    let spans = [candidate(0, 5, 0, 0), candidate(4, 7, 0, 0), candidate(6, 9, 0, 0)];
    assert_eq!(stay(&[PLAIN], &[], &spans), ["0..5 by 0", "6..9 by 0"]);
}

#[test]
fn a_new_span_that_covers_an_old_one_replaces_it() {
    assert_eq!(stay(&[PLAIN, PLAIN], &[candidate(2, 4, 0, 0)], &[candidate(0, 9, 0, 1)]), ["0..9 by 1"]);
}

#[test]
fn a_nested_rule_leaves_both() {
    let ranks = [PLAIN, Rank { nested: true, ..PLAIN }];
    let both = ["2..4 by 0", "0..9 by 1"];
    assert_eq!(stay(&ranks, &[candidate(2, 4, 0, 0)], &[candidate(0, 9, 0, 1)]), both);
    let inner = ["0..9 by 0", "2..4 by 1"];
    assert_eq!(stay(&ranks, &[candidate(0, 9, 0, 0)], &[candidate(2, 4, 0, 1)]), inner);
}

#[test]
fn a_new_span_that_crosses_equals_or_lies_in_an_old_one_loses() {
    for new in [candidate(3, 12, 0, 1), candidate(0, 9, 0, 1), candidate(2, 4, 0, 1)] {
        assert_eq!(stay(&[PLAIN, PLAIN], &[candidate(0, 9, 0, 0)], &[new]), ["0..9 by 0"]);
    }
}

#[test]
fn an_override_replaces_what_it_crosses() {
    let ranks = [PLAIN, Rank { overrides: true, ..PLAIN }];
    assert_eq!(stay(&ranks, &[candidate(0, 9, 0, 0)], &[candidate(3, 12, 0, 1)]), ["3..12 by 1"]);
}

#[test]
fn spans_stay_both_where_one_lies_in_the_other_and_one_rule_is_nested() {
    let nested = Rank { nested: true, ..PLAIN };
    let places = [
        ((0, 9), (2, 4), true),
        ((2, 4), (0, 9), true),
        ((0, 9), (0, 4), true),
        ((0, 9), (0, 9), false),
        ((0, 6), (4, 9), false),
    ];
    for ((a, b), (c, d), lies_in_the_other) in places {
        for ranks in [[PLAIN, PLAIN], [nested, PLAIN], [PLAIN, nested], [nested, nested]] {
            let is_nested = ranks[0].nested || ranks[1].nested;
            let ranks = [Rank { priority: 5, ..ranks[0] }, ranks[1]];
            let got = stay(&ranks, &[], &[candidate(a, b, 0, 0), candidate(c, d, 0, 1)]);
            let mut wanted = vec![format!("{a}..{b} by 0"), format!("{c}..{d} by 1")];
            wanted.truncate(if lies_in_the_other && is_nested { 2 } else { 1 });
            assert_eq!(got, wanted, "{ranks:?}");
        }
    }
}

/// What became of all candidates after `fresh` old ones met the rest.
fn fates(ranks: &[Rank], old: &[Candidate], new: &[Candidate]) -> Vec<String> {
    let mut all = [old, new].concat();
    resolve(&mut all, old.len(), &program(ranks), &mut Contest::default());
    let name = |c: &Candidate| format!("{} by {}", c.span, c.rule.0);
    let fate = |c: &Candidate| match c.fate {
        Fate::Stays => format!("{} stays", name(c)),
        Fate::Lost { to, by } => format!("{} lost to {}: {by:?}", name(c), name(&all[to.index()])),
        Fate::Replaced(by) => format!("{} replaced by {}", name(c), name(&all[by.index()])),
        Fate::Dropped(rule) => format!("{} dropped by {}", name(c), rule.0),
    };
    all.iter().map(fate).collect()
}

#[test]
fn a_span_that_lost_says_to_whom_and_by_which_step() {
    let ranks = [PLAIN, Rank { priority: 5, ..PLAIN }, PLAIN];
    for (winner, loser, wanted) in [
        (candidate(0, 3, 0, 1), candidate(0, 9, 0, 0), "0..9 by 0 lost to 0..3 by 1: By(Priority)"),
        (candidate(2, 9, 0, 0), candidate(0, 4, 0, 0), "0..4 by 0 lost to 2..9 by 0: By(Longest)"),
        (candidate(0, 4, 0, 0), candidate(2, 6, 0, 0), "2..6 by 0 lost to 0..4 by 0: By(Earliest)"),
        (candidate(0, 4, 0, 0), candidate(0, 4, 0, 2), "0..4 by 2 lost to 0..4 by 0: Rule"),
    ] {
        assert_eq!(fates(&ranks, &[], &[winner, loser])[1], wanted);
    }
    let earlier = fates(&ranks, &[candidate(0, 3, 0, 0)], &[candidate(2, 9, 0, 1)]);
    assert_eq!(earlier, ["0..3 by 0 stays", "2..9 by 1 lost to 0..3 by 0: Earlier"]);
}

#[test]
fn of_old_spans_that_beat_a_new_one_it_names_the_longest_from_the_left() {
    let ranks = [PLAIN, Rank { nested: true, ..PLAIN }];
    let mut old = [candidate(0, 9, 0, 1), candidate(0, 5, 0, 0), candidate(2, 5, 0, 1)];
    for _ in 0..old.len() {
        old.rotate_left(1);
        let got = fates(&ranks, &old, &[candidate(3, 4, 0, 0)]);
        assert_eq!(got[3], "3..4 by 0 lost to 0..9 by 1: Earlier");
    }
}

#[test]
fn what_stands_for_a_span_covers_it() {
    let lost = |to| Fate::Lost { to: CandidateId(to), by: Step::Rule };
    let fates = [
        (0, 9, Fate::Stays, Some(0)),
        (2, 5, lost(0), Some(0)),
        (3, 4, Fate::Replaced(CandidateId(1)), Some(0)),
        (5, 12, lost(0), None),
        (2, 4, Fate::Dropped(RuleId(0)), None),
        (3, 4, lost(4), None),
    ];
    let fated = |&(start, end, fate, _)| Candidate { fate, ..candidate(start, end, 0, 0) };
    let all: Vec<Candidate> = fates.iter().map(fated).collect();
    let got: Vec<Option<u32>> =
        (0..6).map(|id| standing(CandidateId(id), &all).map(|stands| stands.0)).collect();
    assert_eq!(got, fates.map(|(.., stands)| stands));
}

#[test]
fn the_order_of_proposals_does_not_matter() {
    let mut spans =
        vec![candidate(0, 5, 0, 0), candidate(4, 9, 0, 1), candidate(8, 20, 0, 0), candidate(1, 3, 0, 1)];
    let mut expected = stay(&[PLAIN, PLAIN], &[], &spans);
    expected.sort();
    for _ in 0..spans.len() {
        spans.rotate_left(1);
        let mut got = stay(&[PLAIN, PLAIN], &[], &spans);
        got.sort();
        assert_eq!(got, expected);
    }
}

/// The same with an order and with groups of types.
fn stay_by(order: &[Order], groups: &[u16], new: &[Candidate]) -> Vec<String> {
    let program = Program { order: order.to_vec(), groups: groups.to_vec(), ..program(&[PLAIN, PLAIN]) };
    let mut all = new.to_vec();
    resolve(&mut all, 0, &program, &mut Contest::default());
    all.iter().filter(|c| c.stays()).map(|c| format!("{} by {}", c.span, c.rule.0)).collect()
}

#[test]
fn a_pack_may_state_its_own_order() {
    let spans = [candidate(0, 9, 0, 0), candidate(2, 4, 0, 1)];
    assert_eq!(stay_by(&[Order::Shortest], &[0], &spans), ["2..4 by 1"]);
    assert_eq!(stay_by(&[Order::Latest], &[0], &spans), ["2..4 by 1"]);
    assert_eq!(stay_by(&[Order::Earliest, Order::Shortest], &[0], &spans), ["0..9 by 0"]);
    // Where the stated steps do not decide, the first rule of the pack stays.
    assert_eq!(stay_by(&[Order::Priority], &[0], &spans), ["0..9 by 0"]);
}

#[test]
fn types_of_one_group_compete() {
    let spans = [candidate(0, 9, 0, 0), candidate(2, 4, 1, 1), candidate(2, 4, 2, 1)];
    assert_eq!(stay_by(&Order::DEFAULT, &[0, 1, 2], &spans), ["0..9 by 0", "2..4 by 1", "2..4 by 1"]);
    assert_eq!(stay_by(&Order::DEFAULT, &[0, 0, 2], &spans), ["0..9 by 0", "2..4 by 1"]);
    assert_eq!(stay_by(&Order::DEFAULT, &[0, 0, 0], &spans), ["0..9 by 0"]);
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let any = (0u32..30, 1u32..6, 0u16..2, 0u32..4);
    let any = any.prop_map(|(start, len, label, rule)| candidate(start, start + len, label, rule));
    prop::collection::vec(any, 0..25)
}

proptest! {
    #[test]
    fn a_span_overlaps_the_stretches_exactly_where_it_overlaps_a_span_of_them(
        spans in prop::collection::vec((0u32..40, 1u32..6), 0..8), start in 0u32..40, len in 1u32..6,
    ) {
        let spans: Vec<Span> = spans.into_iter().map(|(start, len)| Span::new(start, start + len)).collect();
        let span = Span::new(start, start + len);
        let wanted = spans.iter().any(|other| other.overlaps(span));
        let mut covered = spans;
        cover(&mut covered);
        prop_assert_eq!(overlaps(span, &covered), wanted);
    }

    #[test]
    fn fates_do_not_hang_on_the_order_of_the_list(old in candidates(), new in candidates()) {
        let nested = Rank { nested: true, ..PLAIN };
        let ranks = [PLAIN, Rank { priority: 5, ..PLAIN }, nested, Rank { overrides: true, ..PLAIN }];
        let mut old = old;
        resolve(&mut old, 0, &program(&ranks), &mut Contest::default());
        old.retain(Candidate::stays);
        let sorted = |mut fates: Vec<String>| { fates.sort(); fates };
        let reversed = |list: &[Candidate]| list.iter().rev().cloned().collect::<Vec<Candidate>>();
        let there = sorted(fates(&ranks, &old, &new));
        prop_assert_eq!(there, sorted(fates(&ranks, &reversed(&old), &reversed(&new))));
    }

    /// Old candidates that no new one overlaps are left out of the reckoning.
    #[test]
    fn who_meets_no_new_one_makes_no_difference(old in candidates(), new in candidates()) {
        let nested = Rank { nested: true, ..PLAIN };
        let ranks = [PLAIN, Rank { priority: 5, ..PLAIN }, nested, Rank { overrides: true, ..PLAIN }];
        let program = program(&ranks);
        let mut some = old;
        resolve(&mut some, 0, &program, &mut Contest::default());
        let fresh = some.len();
        some.extend(new);
        let mut all = some.clone();
        resolve(&mut some, fresh, &program, &mut Contest::default());
        let staying = all.iter().enumerate().filter(|(_, candidate)| candidate.stays());
        let keys = staying.map(|(index, candidate)| key(index, candidate, &program)).collect();
        decide(&mut Contest { keys, ..Contest::default() }, &mut all, fresh, &program);
        let fates = |list: &[Candidate]| list.iter().map(|c| c.fate).collect::<Vec<Fate>>();
        prop_assert_eq!(fates(&some), fates(&all));
    }
}
