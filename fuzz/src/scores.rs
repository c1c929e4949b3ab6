//! Scores of sides that a fuzzer makes up: counts add up, and the sides can be swapped.

use arbitrary::{Result, Unstructured};
use spanwright::doc::{Annotations, Arg, Event, Mention, MentionId, Relation, Target, Value};
use spanwright::eval::{Counts, Pair, Scheme, ScoreConfig, Scores, analyse, review, score};
use spanwright::report::{Look, ScoreReport, json, table};
use spanwright::text::Span;

const TEXT: &str = "Lê Lan 📷 met the\nParty Committee of Hà Giang, 漢字; e\u{301}t عربى.";
const LABELS: [&str; 4] = ["PERSON", "ORG", "LOC", "đ\u{301} \"x\""];
const VALUES: [&str; 8] =
    ["number:8", "number:8.0", "iso8601:2025-03", "iso8601:2025-03-17", "x", "money:1 VND", "", "number:-0"];

/// A side: gold or predictions.
fn side(choices: &mut Unstructured<'_>) -> Result<Annotations> {
    let places: Vec<u32> = TEXT.char_indices().map(|(at, _)| at as u32).chain([TEXT.len() as u32]).collect();
    let last = places.len() - 1;
    let mut side = Annotations::default();
    for index in 0..choices.int_in_range(0..=9u8)? {
        let start = choices.int_in_range(0..=last - 1)?;
        let end = choices.int_in_range(start + 1..=(start + 8).min(last))?;
        let mut mention = Mention::new(
            format!("T{index}"),
            *choices.choose(&LABELS)?,
            Span::new(places[start], places[end]),
        );
        if choices.ratio(1u8, 5u8)? && end + 2 <= last {
            mention.fragments.push(Span::new(places[end + 1], places[end + 2]));
        }
        if choices.ratio(1u8, 2u8)? {
            mention.value = Some(Value::from(*choices.choose(&VALUES)?));
        }
        side.mentions.push(mention);
    }
    let Some(most) = (side.mentions.len() as u32).checked_sub(1) else { return Ok(side) };
    for index in 0..choices.int_in_range(0..=4u8)? {
        let mut arg = |role: &str| -> Result<Arg> {
            Ok(Arg { role: role.into(), mention: MentionId(choices.int_in_range(0..=most)?) })
        };
        let args = [arg("from")?, arg("to")?].into_iter().collect();
        let label = (*choices.choose(&["R", "S"])?).into();
        side.relations.push(Relation { id: format!("R{index}").into(), label, args, rule: None });
    }
    for index in 0..choices.int_in_range(0..=2u8)? {
        let trigger = MentionId(choices.int_in_range(0..=most)?);
        let target = match choices.int_in_range(0..=3u8)? {
            0 if index > 0 => Target::Event(0),
            1 if !side.relations.is_empty() => Target::Relation(0),
            2 => Target::Other("?".to_owned()),
            _ => Target::Mention(MentionId(choices.int_in_range(0..=most)?)),
        };
        side.events.push(Event {
            id: format!("E{index}").into(),
            label: "M".into(),
            trigger,
            args: vec![("host".into(), target)],
            rule: None,
        });
    }
    let mut free: Vec<MentionId> = (0..=most).map(MentionId).collect();
    for _ in 0..choices.int_in_range(0..=3u8)? {
        let len = choices.int_in_range(0..=free.len())?;
        side.chains.push(free.drain(..len).collect());
    }
    Ok(side)
}

pub(super) fn holds(bytes: &[u8]) {
    let mut choices = Unstructured::new(bytes);
    let Ok(sides) =
        (0..3).map(|_| Ok((side(&mut choices)?, side(&mut choices)?))).collect::<Result<Vec<_>>>()
    else {
        return;
    };
    let ids = ["a", "b", "c"];
    let pairs: Vec<Pair<'_>> = std::iter::zip(ids, &sides)
        .map(|(id, (gold, predicted))| Pair { id, text: TEXT, gold, predicted })
        .collect();
    let swapped: Vec<Pair<'_>> =
        pairs.iter().map(|pair| Pair { gold: pair.predicted, predicted: pair.gold, ..*pair }).collect();
    let (there, back) = (score(&pairs), score(&swapped));
    if let Ok(there) = &there {
        adds_up(there, &pairs);
        reported(there, &pairs);
    }
    if let (Ok(there), Ok(back)) = (&there, &back) {
        swaps(there, back);
    }
    for pair in &pairs {
        let itself = [Pair { predicted: pair.gold, ..*pair }];
        if let Ok(scores) = score(&itself) {
            right(&scores, pair.gold.chains.iter().any(|chain| chain.len() > 1));
        }
    }
}

/// Gold and predictions are what is counted; parts sum to the whole; shares lie between 0 and 1.
fn adds_up(scores: &Scores, pairs: &[Pair<'_>]) {
    let gold: usize = pairs.iter().map(|pair| pair.gold.mentions.len()).sum();
    let predicted: usize = pairs.iter().map(|pair| pair.predicted.mentions.len()).sum();
    let micro = scores.entities.micro;
    assert_eq!(micro.gold(), gold as u64, "tp + fn is gold");
    assert_eq!(micro.predicted() + scores.duplicates, predicted as u64, "tp + fp is what is predicted");
    let sum = |parts: &mut dyn Iterator<Item = Counts>| {
        let mut sum = Counts::default();
        parts.for_each(|part| sum.add(part));
        sum
    };
    assert_eq!(sum(&mut scores.entities.types.values().copied()), micro, "labels sum to all");
    assert_eq!(sum(&mut scores.documents.iter().map(|d| d.entities)), micro, "documents sum to all");
    let strict = scores.relations.strict;
    assert_eq!(sum(&mut scores.relations.types.values().copied()), strict, "types sum to all");
    assert_eq!(sum(&mut scores.documents.iter().map(|d| d.relations)), strict, "documents sum to all");
    let events = scores.events.arguments;
    assert_eq!(sum(&mut scores.events.types.values().copied()), events, "types of events sum to all");
    assert_eq!(sum(&mut scores.values.types.values().copied()), scores.values.joint, "values sum to all");
    let classes = scores.relations.classes.values();
    let (of_gold, of_found) = classes.fold((0, 0), |(g, p), counts| (g + counts.gold, p + counts.predicted));
    assert_eq!((of_gold, of_found), (strict.gold(), strict.predicted()), "classes sum to all relations");
    let schemes = &scores.semeval;
    for scheme in [schemes.strict, schemes.exact, schemes.partial, schemes.type_] {
        assert_eq!(scheme.possible(), gold as u64, "{scheme:?}");
        // Here a prediction that repeats another is one more.
        assert_eq!(scheme.actual(), predicted as u64, "{scheme:?}");
    }
    assert!(
        schemes.strict.correct <= schemes.exact.correct && schemes.strict.correct <= schemes.type_.correct
    );
    for share in shares(scores) {
        assert!((0.0..=1.0 + 1e-9).contains(&share), "a share of {share}");
    }
}

fn shares(scores: &Scores) -> Vec<f64> {
    let counts = [
        scores.entities.micro,
        scores.entities.unlabelled,
        scores.relations.strict,
        scores.relations.boundaries,
        scores.relations.relaxed,
        scores.relations.coreferent,
        scores.relations.pairs,
        scores.relations.pairs_undirected,
        scores.relations.arguments_found,
        scores.events.arguments,
        scores.events.triggers,
        scores.events.frames,
        scores.values.joint,
    ];
    let schemes = &scores.semeval;
    let chains = &scores.coreference;
    counts
        .iter()
        .flat_map(|counts| [counts.precision(), counts.recall(), counts.f1(), counts.f(2.0)])
        .chain([schemes.strict, schemes.exact, schemes.partial, schemes.type_].iter().flat_map(scheme_shares))
        .chain(
            [chains.muc, chains.b_cubed, chains.ceaf_m, chains.ceaf_e, chains.lea]
                .iter()
                .flat_map(|ratio| [ratio.precision(), ratio.recall(), ratio.f1()]),
        )
        .chain([
            chains.conll(),
            chains.blanc().0,
            chains.blanc().1,
            chains.blanc().2,
            scores.values.accuracy(),
        ])
        .flatten()
        .collect()
}

fn scheme_shares(scheme: &Scheme) -> [Option<f64>; 3] {
    [scheme.precision(), scheme.recall(), scheme.f1()]
}

/// Precision one way is recall the other.
fn swaps(there: &Scores, back: &Scores) {
    let turned = |counts: Counts| Counts { tp: counts.tp, fp: counts.fn_, fn_: counts.fp };
    for (what, there, back) in [
        ("entities", there.entities.micro, back.entities.micro),
        ("spans", there.entities.unlabelled, back.entities.unlabelled),
        ("relations", there.relations.strict, back.relations.strict),
        ("boundaries", there.relations.boundaries, back.relations.boundaries),
        ("pairs", there.relations.pairs, back.relations.pairs),
        ("undirected pairs", there.relations.pairs_undirected, back.relations.pairs_undirected),
        ("triggers", there.events.triggers, back.events.triggers),
        ("event arguments", there.events.arguments, back.events.arguments),
        ("frames", there.events.frames, back.events.frames),
    ] {
        assert_eq!(there, turned(back), "{what}, the sides swapped");
    }
    let (one, other) = (&there.semeval, &back.semeval);
    for (one, other) in [
        (one.strict, other.strict),
        (one.exact, other.exact),
        (one.partial, other.partial),
        (one.type_, other.type_),
    ] {
        let swapped = Scheme { missed: other.spurious, spurious: other.missed, ..other };
        assert_eq!(one, swapped, "SemEval, the sides swapped");
    }
    let (one, other) = (&there.coreference, &back.coreference);
    for (name, one, other) in [
        ("MUC", one.muc, other.muc),
        ("B³", one.b_cubed, other.b_cubed),
        ("CEAF-m", one.ceaf_m, other.ceaf_m),
        ("CEAF-e", one.ceaf_e, other.ceaf_e),
        ("LEA", one.lea, other.lea),
    ] {
        let near = |a: Option<f64>, b: Option<f64>| (a.unwrap_or(-1.0) - b.unwrap_or(-1.0)).abs() < 1e-9;
        assert!(near(one.precision(), other.recall()), "{name}: {one:?}, the sides swapped {other:?}");
        assert!(near(one.recall(), other.precision()), "{name}: {one:?}, the sides swapped {other:?}");
    }
}

/// A side against itself. Where no chain has a link, MUC has nothing to find.
fn right(scores: &Scores, has_links: bool) {
    for counts in [scores.entities.micro, scores.relations.strict, scores.events.frames, scores.values.joint]
    {
        assert_eq!((counts.fp, counts.fn_), (0, 0), "a side against itself");
    }
    assert_eq!(scores.semeval.strict.correct, scores.entities.micro.tp);
    let conll = scores.coreference.conll().filter(|_| has_links);
    assert!(conll.is_none_or(|conll| (conll - 1.0).abs() < 1e-9), "a side against itself: {conll:?}");
}

/// The report can be written in every form, and its JSON has no figure that is none.
fn reported(scores: &Scores, pairs: &[Pair<'_>]) {
    let errors = analyse(pairs);
    let suspicions = review(pairs, &errors);
    let left_out = std::collections::BTreeMap::new();
    let report = ScoreReport {
        pack: None,
        documents: pairs.len(),
        left_out: &left_out,
        config: ScoreConfig::default(),
        gold_fingerprint: "0",
        scores,
        pairs,
        headlines: &[],
        unit: Default::default(),
        errors: &errors,
        rules: None,
        review: Some(&suspicions),
        examples: 3,
        beta: Some(2.0),
    };
    for look in [Look::Terminal, Look::Color, Look::Markdown] {
        assert!(!table(&report, look).contains("NaN"));
    }
    let parsed: std::result::Result<serde_json::Value, _> = serde_json::from_str(&json(&report).to_string());
    assert!(parsed.is_ok());
}
