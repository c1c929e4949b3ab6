//! Where other scorers went wrong, each with the smallest case that shows it.
//!
//! The names are those of the programs, so that who knows a fault finds its test.

use std::sync::Arc;

use spanwright::doc::{Annotations, Event, Mention, MentionId, Target};
use spanwright::eval::{
    Class, Counts, Flat, MissingPrediction, Nervaluate, Pair, Scores, Statistic, analyse, join, score,
    test_difference,
};
use spanwright::io::{TagMode, entities};
use spanwright::text::Span;

use crate::console::Sandbox;

const TEXT: &str = "0123456789012345678901234567890123456789";

/// `LABEL 0-6`, `LABEL 0-3,5-6`.
fn side(spans: &[&str]) -> Annotations {
    let mention = |(at, text): (usize, &&str)| {
        let (label, places) = text.split_once(' ').unwrap();
        let fragment = |place: &str| {
            let (start, end) = place.split_once('-').unwrap();
            Span::new(start.parse().unwrap(), end.parse().unwrap())
        };
        let fragments = places.split(',').map(fragment).collect();
        Mention { fragments, ..Mention::new(format!("T{at}"), label, Span::default()) }
    };
    Annotations { mentions: spans.iter().enumerate().map(mention).collect(), ..Annotations::default() }
}

fn chained(spans: &[&str], chains: &[&[u32]]) -> Annotations {
    let chain = |chain: &&[u32]| chain.iter().copied().map(MentionId).collect();
    Annotations { chains: chains.iter().map(chain).collect(), ..side(spans) }
}

fn scored(sides: &[(Annotations, Annotations)]) -> Scores {
    score(&pairs(sides)).unwrap()
}

fn pairs(sides: &[(Annotations, Annotations)]) -> Vec<Pair<'_>> {
    sides.iter().map(|(gold, predicted)| Pair { id: "x", text: TEXT, gold, predicted }).collect()
}

fn one(gold: &[&str], predicted: &[&str]) -> Scores {
    scored(&[(side(gold), side(predicted))])
}

const fn counts(tp: u64, fp: u64, fn_: u64) -> Counts {
    Counts { tp, fp, fn_ }
}

#[test]
fn nervaluate_1_2_0_lost_partial_credit_with_a_second_document() {
    let right = || (side(&["A 0-6"]), side(&["A 0-6"]));
    let half = || (side(&["A 0-6"]), side(&["A 0-3"]));
    let scores = scored(&[right(), half()]);
    assert_eq!(scores.semeval.partial.precision(), Some(0.75));
    assert_eq!(scores.semeval.partial.recall(), Some(0.75));
    let mut same = Nervaluate::default();
    for (gold, predicted) in [("0-6", "0-6"), ("0-6", "0-3")] {
        let flat = |place: &str| {
            let (start, end) = place.split_once('-').unwrap();
            Flat { start: start.parse().unwrap(), end: end.parse().unwrap(), label: Arc::from("A") }
        };
        same.add(&[flat(gold)], &[flat(predicted)], None);
    }
    assert_eq!(same.overall.partial.precision(), Some(0.75));
}

#[test]
fn nervaluate_depends_on_the_order_of_its_lists() {
    for predicted in [["B 0-3", "A 0-6"], ["A 0-6", "B 0-3"]] {
        let scores = one(&["A 0-6"], &predicted);
        assert_eq!(scores.semeval.strict.correct, 1, "an earlier overlap takes what a later one matches");
        assert_eq!(scores.entities.micro, counts(1, 1, 0));
    }
}

#[test]
fn nervaluate_fails_on_a_first_document_without_entities() {
    let scores = scored(&[(side(&[]), side(&[])), (side(&["A 0-2"]), side(&["A 0-2"]))]);
    assert_eq!(scores.entities.micro, counts(1, 0, 0));
}

#[test]
fn nervaluate_counted_a_spurious_mention_for_every_type() {
    let scores = one(&["A 0-2", "B 4-6"], &["A 0-2", "C 8-9"]);
    assert_eq!(scores.entities.types["A"], counts(1, 0, 0));
    assert_eq!(scores.entities.types["B"], counts(0, 0, 1));
    assert_eq!(scores.entities.types["C"], counts(0, 1, 0));
}

#[test]
fn nervaluate_forgives_labels_that_nobody_listed() {
    let scores = one(&["A 0-2"], &["A 0-2", "INVENTED 4-6"]);
    assert_eq!(scores.entities.micro.precision(), Some(0.5));
}

#[test]
fn seqeval_fails_where_there_is_no_entity() {
    let scores = one(&[], &[]);
    assert_eq!(scores.entities.micro.f1(), None);
    let sandbox = Sandbox::new();
    sandbox.write("empty.conll", "a O\nb O\n");
    for compat in [None, Some("seqeval"), Some("conlleval"), Some("nervaluate")] {
        let mut args = vec!["score", "--gold", "empty.conll", "--pred", "empty.conll", "--samples", "9"];
        args.extend(compat.iter().flat_map(|name| ["--compat", name]));
        let output = sandbox.spanwright(&args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn seqeval_strips_a_hyphen_from_the_end_of_a_label() {
    for mode in [TagMode::Repair, TagMode::Iob2] {
        assert_eq!(entities(&["B-X-", "I-X-"], mode).unwrap(), [(0, 2, "X-")], "{mode:?}");
    }
    assert_eq!(entities(&["S-X-"], TagMode::Iobes).unwrap(), [(0, 1, "X-")]);
}

#[test]
fn seqeval_counts_a_confused_type_on_one_side_only() {
    assert_eq!(one(&["A 0-2"], &["B 0-2"]).entities.micro, counts(0, 1, 1));
}

#[test]
fn conlleval_takes_two_entities_for_one() {
    // E- ends an entity whatever follows; B- begins one.
    assert_eq!(entities(&["B-X", "E-X", "B-X", "E-X"], TagMode::Iobes).unwrap(), [(0, 2, "X"), (2, 4, "X")]);
    // A tag that cannot go on is repaired where that is asked for, and only there.
    assert_eq!(entities(&["O", "I-X"], TagMode::Repair).unwrap(), [(1, 2, "X")]);
    assert_eq!(entities(&["O", "I-X"], TagMode::Iob2).unwrap(), []);
    assert_eq!(entities(&["B-X", "I-X"], TagMode::Iobes).unwrap(), []);
}

#[test]
fn spacy_forgives_predictions_that_cut_through_tokens() {
    // `01234…` is one token.
    assert_eq!(one(&["A 0-40"], &["A 0-40", "A 1-3"]).entities.micro, counts(1, 1, 0));
}

#[test]
fn neleval_tests_one_side_and_draws_without_a_seed() {
    let a: Vec<Counts> = vec![counts(1, 1, 1), counts(1, 0, 1), counts(0, 1, 2), counts(3, 1, 0)];
    let b: Vec<Counts> = vec![counts(2, 0, 0), counts(2, 0, 0), counts(1, 0, 1), counts(3, 0, 0)];
    let there = test_difference(&a, &b, Statistic::F1, 1);
    let back = test_difference(&b, &a, Statistic::F1, 2);
    assert_eq!(there.p, back.p, "the order of the two does not matter, nor does a seed");
    assert_eq!(there.value, -back.value);
    // All four documents are better: one swap pattern in sixteen, on each of two sides.
    assert_eq!(there.p, 2.0 / 16.0);
}

#[test]
fn neleval_leaves_out_rows_of_types_that_gold_lacks() {
    assert!(one(&["A 0-2"], &["B 4-6"]).entities.types.contains_key("B"));
}

#[test]
fn brateval_takes_more_fragments_than_gold_has_for_exact() {
    assert_eq!(one(&["A 0-2"], &["A 0-2,4-6"]).entities.micro, counts(0, 1, 1));
    assert_eq!(one(&["A 0-2,4-6"], &["A 0-2,4-6"]).entities.micro, counts(1, 0, 0));
    assert_eq!(one(&["A 0-2,4-6"], &["A 0-6"]).entities.micro, counts(0, 1, 1));
}

#[test]
fn brateval_passes_over_files_that_gold_lacks() {
    let nothing = Annotations::default();
    let of = |ids: &'static [&'static str]| -> Vec<(&'static str, &'static str, &Annotations)> {
        ids.iter().map(|id| (*id, TEXT, &nothing)).collect()
    };
    let joined = |gold: &'static [&'static str], predicted: &'static [&'static str]| {
        join(&of(gold), &of(predicted), MissingPrediction::Error, &nothing).map(|pairs| pairs.len())
    };
    assert_eq!(joined(&["a"], &["a"]), Ok(1));
    assert!(joined(&["a"], &["a", "b"]).unwrap_err().to_string().contains("`b`, which gold does not have"));
    assert!(joined(&["a", "b"], &["a"]).unwrap_err().to_string().contains("no prediction for `b`"));
    // Two documents of one name: neither may vanish.
    assert!(joined(&["a"], &["a", "a"]).unwrap_err().to_string().contains("two documents `a`"));
    assert!(joined(&["a", "a"], &["a"]).unwrap_err().to_string().contains("two documents `a`"));
}

#[test]
fn bratutils_finds_no_spurious_mention() {
    let scores = one(&["A 0-2"], &["A 0-2", "A 4-6"]);
    assert_eq!(scores.entities.micro.precision(), Some(0.5));
    assert_eq!(scores.semeval.strict.spurious, 1);
}

#[test]
fn scorch_fails_where_no_mention_is_shared() {
    let scores =
        scored(&[(chained(&["A 0-1", "A 2-3"], &[&[0, 1]]), chained(&["A 4-5", "A 6-7"], &[&[0, 1]]))]);
    assert_eq!(scores.coreference.conll(), Some(0.0));
    let empty = scored(&[(side(&[]), chained(&["A 4-5", "A 6-7"], &[&[0, 1]]))]);
    assert_eq!(empty.coreference.blanc().2, Some(0.0), "one side empty is nought, not one");
    assert_eq!(scored(&[(side(&[]), side(&[]))]).coreference.conll(), None);
}

#[test]
fn coval_divides_by_entities_where_mentions_are_meant() {
    let chains = || chained(&["A 0-1", "A 2-3", "A 4-5", "A 6-7"], &[&[0, 1], &[2, 3]]);
    let same = scored(&[(chains(), chains())]);
    assert_eq!(same.coreference.ceaf_m.f1(), Some(1.0), "no more than 1");
    let conflated = chained(&["A 0-1", "A 2-3", "A 4-5", "A 6-7"], &[&[0, 1, 2, 3]]);
    assert_eq!(scored(&[(chains(), conflated)]).coreference.ceaf_m.f1(), Some(0.5));
}

#[test]
fn coval_takes_a_mention_in_two_clusters() {
    let twice = chained(&["A 0-1", "A 2-3", "A 4-5"], &[&[0, 1], &[1, 2]]);
    let once = chained(&["A 0-1", "A 2-3"], &[&[0, 1]]);
    for (gold, predicted) in [(&once, &twice), (&twice, &once)] {
        let pair = Pair { id: "x", text: TEXT, gold, predicted };
        assert!(score(&[pair]).unwrap_err().to_string().contains("two chains"));
    }
}

#[test]
fn coreference_eval_averages_over_shared_mentions() {
    // B³ recall counts the mention that was not found; MUC counts links, not pairs.
    let gold = chained(&["A 0-1", "A 2-3", "A 4-5", "A 6-7"], &[&[0, 1, 2, 3]]);
    let found = chained(&["A 0-1", "A 2-3", "A 4-5"], &[&[0, 1, 2]]);
    let scores = scored(&[(gold, found)]);
    assert_eq!(scores.coreference.b_cubed.recall(), Some(9.0 / 16.0));
    assert_eq!(scores.coreference.muc.recall(), Some(2.0 / 3.0));
}

#[test]
fn e2e_coref_drops_singletons_on_one_side() {
    let gold = chained(&["A 0-1", "A 2-3"], &[&[0, 1]]);
    let found = chained(&["A 0-1", "A 2-3", "A 4-5"], &[&[0, 1], &[2]]);
    assert_eq!(scored(&[(gold, found)]).coreference.ceaf_e.precision(), Some(0.5));
}

#[test]
fn the_perl_scorer_changed_its_input() {
    // Mentions that gold lacks are neither dropped from the predictions nor added to gold.
    let gold = chained(&["A 0-1", "A 2-3"], &[&[0, 1]]);
    let found = chained(&["A 0-1", "A 2-3", "A 4-5"], &[&[0, 1, 2]]);
    let scores = scored(&[(gold, found)]);
    assert_eq!(scores.coreference.b_cubed.precision(), Some(4.0 / 9.0));
    assert_eq!(scores.coreference.b_cubed.recall(), Some(1.0));
    assert_eq!(scores.coreference.mentions, counts(2, 1, 0));
}

#[test]
fn evmeval_hangs_on_many_mentions_in_one_place() {
    let labels: Vec<String> = (0..150).map(|at| format!("L{at} {}-{}", at % 7, 20 + at % 11)).collect();
    let all: Vec<&str> = labels.iter().map(String::as_str).collect();
    let half: Vec<&str> = all.iter().rev().step_by(2).copied().collect();
    let mut gold = side(&all);
    for at in 0..150u32 {
        gold.events.push(Event {
            id: format!("E{at}").into(),
            label: "E".into(),
            trigger: MentionId(at),
            args: vec![("who".into(), Target::Mention(MentionId(149 - at)))],
            rule: None,
        });
    }
    let scores = scored(&[(gold.clone(), gold), (side(&all), side(&half))]);
    assert_eq!(scores.events.frames, counts(150, 0, 0));
    assert_eq!(scores.semeval.strict.correct, 150 + 75);
}

#[test]
fn presidio_counts_a_span_over_two_gold_twice() {
    let sides = [(side(&["A 0-3", "A 4-7"]), side(&["A 0-7"]))];
    let scores = scored(&sides);
    assert_eq!(scores.entities.micro, counts(0, 1, 2));
    assert_eq!(scores.semeval.type_.correct + scores.semeval.type_.missed, 2);
    assert_eq!(scores.semeval.type_.actual(), 1);
    // One prediction, two of gold: each is in one class, and the classes sum up.
    let errors = analyse(&pairs(&sides));
    let weight = &errors.classes[&Class::Merged];
    assert_eq!((weight.gold, weight.predicted), (2, 1));
}

#[test]
fn presidio_compares_strings_where_places_are_meant() {
    // The same text in another place is another span.
    assert_eq!(one(&["A 0-2"], &["A 10-12"]).semeval.partial.partial, 0);
}

#[test]
fn explainaboard_averages_over_a_class_that_is_not_there() {
    let scores = one(&["A 0-2", "B 4-6"], &["A 0-2", "C 8-9"]);
    let average = scores.entities.macro_average();
    assert_eq!(average.types, 2, "labels that gold holds");
    assert_eq!(average.f1, Some(0.5));
}

#[test]
fn eval4ner_reports_more_than_all() {
    // Three predictions over one gold, and three gold under one prediction.
    for (gold, predicted) in
        [(&["A 0-6"][..], &["A 0-6", "A 0-3", "A 3-6"][..]), (&["A 0-2", "A 2-4", "A 4-6"], &["A 0-6"])]
    {
        let scores = one(gold, predicted);
        let schemes = scores.semeval;
        for scheme in [schemes.strict, schemes.exact, schemes.partial, schemes.type_] {
            let figures = [scheme.precision(), scheme.recall(), scheme.f1()];
            assert!(figures.into_iter().flatten().all(|figure| (0.0..=1.0).contains(&figure)), "{scheme:?}");
        }
    }
}

#[test]
fn data_holds_discontinuous_spans_and_ends_before_starts() {
    let sandbox = Sandbox::new();
    let text = "first and second world war";
    sandbox.write("gold/d.txt", text);
    sandbox.write("gold/d.ann", "T1\tEVENT 0 5;17 26\tfirst world war\nT2\tEVENT 10 26\tsecond world war\n");
    let args =
        ["score", "--gold", "gold/d.txt", "--pred", "gold/d.txt", "--samples", "9", "--fail-under", "f1=1"];
    assert!(sandbox.spanwright(args).output().unwrap().status.success());
    for (line, why) in [
        ("T1\tEVENT 5 0\tfirst\n", "end"),
        ("T1\tEVENT 0 500\tfirst\n", "500"),
        ("T1\tEVENT 0 5\tworld\n", "world"),
    ] {
        sandbox.write("gold/d.ann", line);
        let output = sandbox.spanwright(args).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(why) && told.contains("d.ann:1"), "{told}");
    }
}

#[test]
fn reports_leave_open_which_relations_count() {
    let sandbox = Sandbox::new();
    let args = ["score", "--gold", "gold", "--pack", "packs/demo", "--samples", "9"];
    let output = String::from_utf8(sandbox.spanwright(args).output().unwrap().stdout).unwrap();
    for definition in [
        "Entities: same span and type",
        "Relations, strict: same type, both arguments with span and type",
        " boundaries ",
        "SemEval schemes, by the best alignment",
        "macro of 3 types",
    ] {
        assert!(output.contains(definition), "{definition}: {output}");
    }
}
