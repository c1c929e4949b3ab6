//! Laws of the scores.

use proptest::prelude::*;
use spanwright::doc::{Annotations, Arg, Mention, MentionId, Relation};
use spanwright::eval::{Pair, Scores, score};
use spanwright::text::Span;

const TEXT: &str = "0123456789012345678901234567890123456789";

fn side() -> impl Strategy<Value = Annotations> {
    prop::collection::btree_set((0..30u32, 1..8u32, 0..3usize), 0..10).prop_map(|spans| {
        let mention = |(index, (start, len, label)): (usize, (u32, u32, usize))| {
            Mention::new(format!("T{index}"), ["A", "B", "C"][label], Span::new(start, start + len))
        };
        let mut side = Annotations {
            mentions: spans.into_iter().enumerate().map(mention).collect(),
            ..Annotations::default()
        };
        for at in 1..side.mentions.len() as u32 {
            let arg = |role: &str, at| Arg { role: role.into(), mention: MentionId(at) };
            let args = [arg("from", at - 1), arg("to", at)].into_iter().collect();
            let label = if at % 2 == 0 { "R" } else { "S" }.into();
            side.relations.push(Relation { id: format!("R{at}").into(), label, args, rule: None });
        }
        let mut seen = std::collections::HashSet::new();
        let free: Vec<MentionId> = (0..side.mentions.len() as u32)
            .map(MentionId)
            .filter(|id| seen.insert(side.mention(*id).fragments.clone()))
            .collect();
        side.chains = free.chunks(3).filter(|chain| chain.len() > 1).map(<[MentionId]>::to_vec).collect();
        side
    })
}

fn scores(gold: &Annotations, predicted: &Annotations) -> Scores {
    score(&[Pair { id: "x", text: TEXT, gold, predicted }]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn swapping_the_sides_swaps_precision_and_recall(gold in side(), predicted in side()) {
        let (there, back) = (scores(&gold, &predicted), scores(&predicted, &gold));
        prop_assert_eq!(there.entities.micro.precision(), back.entities.micro.recall());
        prop_assert_eq!(there.relations.strict.recall(), back.relations.strict.precision());
        prop_assert_eq!(there.semeval.type_.correct, back.semeval.type_.correct);
        prop_assert_eq!(there.semeval.partial.missed, back.semeval.partial.spurious);
        prop_assert_eq!(there.entities.micro.f1(), back.entities.micro.f1());
        prop_assert_eq!(there.relations.strict.f1(), back.relations.strict.f1());
        for (label, counts) in &there.entities.types {
            let turned = back.entities.types[label];
            prop_assert_eq!((counts.precision(), counts.recall(), counts.f1()), (turned.recall(), turned.precision(), turned.f1()));
        }
        for (a, b) in [
            (there.semeval.strict, back.semeval.strict), (there.semeval.exact, back.semeval.exact),
            (there.semeval.partial, back.semeval.partial), (there.semeval.type_, back.semeval.type_),
        ] {
            prop_assert_eq!((a.precision(), a.recall(), a.f1()), (b.recall(), b.precision(), b.f1()));
        }
        let f1 = |scores: &Scores| scores.coreference.conll().unwrap_or(0.0);
        prop_assert!((f1(&there) - f1(&back)).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_mentions_means_nothing(gold in side(), predicted in side()) {
        let straight = scores(&gold, &predicted);
        let mut turned = predicted.clone();
        turned.mentions.reverse();
        turned.relations.clear();
        turned.chains.clear();
        let got = scores(&gold, &turned);
        prop_assert_eq!(straight.entities.micro, got.entities.micro);
        prop_assert_eq!(straight.semeval, got.semeval);
    }

    #[test]
    fn rows_by_type_sum_to_micro_and_figures_stay_in_bounds(gold in side(), predicted in side()) {
        let scores = scores(&gold, &predicted);
        for (types, micro) in [
            (&scores.entities.types, scores.entities.micro),
            (&scores.relations.types, scores.relations.strict),
        ] {
            let mut sum = spanwright::eval::Counts::default();
            types.values().for_each(|counts| sum.add(*counts));
            prop_assert_eq!(sum, micro);
        }
        for figure in [
            scores.entities.micro.f1(), scores.semeval.partial.f1(), scores.relations.strict.f1(),
            scores.coreference.conll(), scores.coreference.blanc().2, scores.coreference.lea.f1(),
        ].into_iter().flatten() {
            prop_assert!((0.0..=1.0 + 1e-9).contains(&figure));
        }
    }

    #[test]
    fn a_side_against_itself_is_right(side in side()) {
        let scores = scores(&side, &side);
        prop_assert_eq!(scores.entities.micro.fp + scores.entities.micro.fn_, 0);
        prop_assert_eq!(scores.semeval.strict.correct, scores.entities.micro.tp);
        prop_assert!(scores.coreference.conll().is_none_or(|conll| (conll - 1.0).abs() < 1e-9));
    }
}
