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
    resolve(&mut all, old.len(), &program(ranks));
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
    resolve(&mut all, 0, &program);
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
    /// Old candidates that no new one overlaps are left out of the reckoning.
    #[test]
    fn who_meets_no_new_one_makes_no_difference(old in candidates(), new in candidates()) {
        let nested = Rank { nested: true, ..PLAIN };
        let ranks = [PLAIN, Rank { priority: 5, ..PLAIN }, nested, Rank { overrides: true, ..PLAIN }];
        let program = program(&ranks);
        let mut some = old;
        resolve(&mut some, 0, &program);
        let fresh = some.len();
        some.extend(new);
        let mut all = some.clone();
        resolve(&mut some, fresh, &program);
        decide((0..all.len()).collect(), &mut all, fresh, &program);
        let fates = |list: &[Candidate]| list.iter().map(|c| c.fate).collect::<Vec<Fate>>();
        prop_assert_eq!(fates(&some), fates(&all));
    }
}
