//! Against reference outputs (`tests/oracle/README.md`), and against counts by hand.

use serde_json::Value;

use super::{ChainErrors, Chains, Coreference, add, document};
use crate::doc::{Annotations, Mention, MentionId};
use crate::eval::{Counts, EvalError, Pair};

fn chains(value: &Value, ids: &mut Vec<String>) -> Chains {
    let chain = |chain: &Value, ids: &mut Vec<String>| {
        let number = |id: &Value, ids: &mut Vec<String>| {
            let id = id.to_string();
            ids.iter().position(|known| *known == id).unwrap_or_else(|| {
                ids.push(id);
                ids.len() - 1
            })
        };
        chain.as_array().unwrap().iter().map(|id| number(id, ids)).collect()
    };
    value.as_array().unwrap().iter().map(|c| chain(c, ids)).collect()
}

#[test]
fn coreference_equals_the_reference_scorers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/coref_public.jsonl.gz");
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
    let mut checked = 0;
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let mut ids = Vec::new();
        let (gold, pred) = (chains(&record["gold"], &mut ids), chains(&record["pred"], &mut ids));
        let mut scores = Coreference::default();
        add(&gold, &pred, &mut scores);
        let expected = &record["expected"];
        let disputed = expected["scorch"]["disputed"].to_string();
        let blanc = scores.blanc();
        let rows = [
            ("muc", (scores.muc.precision(), scores.muc.recall(), scores.muc.f1())),
            ("b_cubed", (scores.b_cubed.precision(), scores.b_cubed.recall(), scores.b_cubed.f1())),
            ("ceaf_m", (scores.ceaf_m.precision(), scores.ceaf_m.recall(), scores.ceaf_m.f1())),
            ("ceaf_e", (scores.ceaf_e.precision(), scores.ceaf_e.recall(), scores.ceaf_e.f1())),
            ("blanc", blanc),
            ("lea", (scores.lea.precision(), scores.lea.recall(), scores.lea.f1())),
        ];
        for (name, (p, r, f)) in rows {
            if name == "blanc"
                && (disputed.contains("blanc") || record["disputed"].to_string().contains("blanc"))
            {
                continue;
            }
            let reference = if name == "lea" { &expected["lea"] } else { &expected["scorch"][name] };
            assert!(reference.is_object(), "no `{name}` in {expected}");
            for (key, got) in [("precision", p), ("recall", r), ("f1", f)] {
                let wanted = reference[key].as_f64().unwrap_or(0.0);
                let got = got.unwrap_or(0.0);
                assert!(
                    (got - wanted).abs() < 1e-9,
                    "{}: {name} {key} is {got}, not {wanted}\n{line}",
                    record["id"]
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 2000, "only {checked} figures");
}

/// The figures of one pair of clusterings.
fn scores(key: &[&[usize]], response: &[&[usize]]) -> Coreference {
    let chains = |side: &[&[usize]]| side.iter().map(|chain| chain.to_vec()).collect::<Chains>();
    let mut scores = Coreference::default();
    add(&chains(key), &chains(response), &mut scores);
    scores
}

#[test]
fn each_mistake_in_a_chain_is_told() {
    let key: [&[usize]; 7] = [&[0, 1, 2], &[3, 4], &[5, 6], &[7, 8], &[12, 13], &[14, 15, 16, 17], &[30, 31]];
    let response: [&[usize]; 7] =
        [&[0, 1], &[2, 9], &[3, 4, 5, 6], &[10, 11], &[12, 13], &[14, 21, 22], &[40, 41]];
    let scores = scores(&key, &response);
    let told = ChainErrors {
        // {12, 13}.
        right: 1,
        // {7, 8} and {30, 31}.
        missing: 2,
        // {10, 11} and {40, 41}.
        extra: 2,
        // {0, 1, 2}.
        split: 1,
        // {3, 4, 5, 6}.
        conflated: 1,
        // 15, 16 and 17.
        missing_mentions: 3,
        // 9, 21 and 22.
        extra_mentions: 3,
    };
    assert_eq!(scores.chains, told);
    assert_eq!(scores.mentions, Counts { tp: 10, fp: 7, fn_: 7 });
    // A chain that a larger one holds is not right, nor one that is found in part.
    let within = self::scores(&[&[0, 1]], &[&[0, 1, 2]]).chains;
    assert_eq!((within.right, within.extra_mentions, within.missing_mentions), (0, 1, 0));
    let part = self::scores(&[&[0, 1, 2]], &[&[0, 1]]).chains;
    assert_eq!((part.right, part.extra_mentions, part.missing_mentions), (0, 0, 1));
}

#[test]
fn the_mean_is_that_of_links_mentions_and_entities() {
    let found = scores(&[&[0, 1, 2]], &[&[0, 1]]);
    let near = |got: Option<f64>, wanted: f64| assert!(got.is_some_and(|got| (got - wanted).abs() < 1e-12));
    near(found.muc.f1(), 2.0 / 3.0);
    near(found.b_cubed.f1(), 8.0 / 13.0);
    near(found.ceaf_e.f1(), 4.0 / 5.0);
    near(found.conll(), (2.0 / 3.0 + 8.0 / 13.0 + 4.0 / 5.0) / 3.0);
    // Chains on one side alone are all wrong; without any there is nothing to score.
    let one: [&[usize]; 1] = [&[0, 1]];
    for (key, response) in [(&one[..], &[][..]), (&[], &one)] {
        let scores = scores(key, response);
        assert_eq!(
            (scores.b_cubed.f1(), scores.conll(), scores.blanc().2),
            (Some(0.0), Some(0.0), Some(0.0))
        );
    }
    assert_eq!((scores(&[], &[]).conll(), scores(&[], &[]).blanc()), (None, (None, None, None)));
    // Of pairs that corefer, and of pairs that do not, there may be none on either side.
    let pairs = |key, response| {
        let scores = scores(key, response);
        (scores.coreferent.f1(), scores.apart.f1())
    };
    assert_eq!(pairs(&[&[0]], &[&[0]]), (None, None));
    assert_eq!(pairs(&[&[0, 1]], &[&[0], &[1]]), (Some(0.0), Some(0.0)));
    assert_eq!(pairs(&[&[0], &[1]], &[&[0, 1]]), (Some(0.0), Some(0.0)));
}

#[test]
fn chains_are_those_of_annotations_without_empty_ones() {
    let mention =
        |id: &str, start: u32| Mention::new(id.to_owned(), "P", crate::text::Span::new(start, start + 1));
    let side = |chains: Vec<Vec<u32>>| Annotations {
        mentions: (0..4).map(|at| mention(&format!("T{at}"), at)).collect(),
        chains: chains.into_iter().map(|chain| chain.into_iter().map(MentionId).collect()).collect(),
        ..Annotations::default()
    };
    let scores = |gold: &Annotations, predicted: &Annotations| {
        let mut scores = Coreference::default();
        document(&Pair { id: "d", text: "abcd", gold, predicted }, &mut scores).map(|()| scores)
    };
    let (gold, predicted) = (side(vec![vec![0, 1], vec![], vec![2, 3]]), side(vec![vec![1, 0], vec![2]]));
    let found = scores(&gold, &predicted).unwrap();
    assert_eq!((found.chains.right, found.chains.missing_mentions, found.chains.missing), (1, 1, 0));
    assert_eq!(found.ceaf_e.recall.1, 2.0);
    let twice = scores(&side(vec![vec![0, 1], vec![1, 2]]), &predicted);
    assert!(matches!(twice, Err(EvalError::TwoChains { mention, .. }) if mention == "T1"));
}
