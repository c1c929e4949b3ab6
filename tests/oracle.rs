//! Scores against reference outputs: `tests/oracle/README.md`.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use serde_json::Value;
use spanwright::doc::{Annotations, Arg, Mention, MentionId, Relation};
use spanwright::eval::{
    Counts, DocumentAverage, Flat, Nervaluate, Pair, Scheme, Semeval, Seqeval, equal_tags, schemes, score,
};
use spanwright::text::{OffsetUnit, Span, UnitIndex};

use crate::root;

pub(crate) fn records(name: &str) -> Vec<Value> {
    let mut text = String::new();
    let file = std::fs::File::open(root("tests/oracle").join(name)).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn side(list: &Value, units: &UnitIndex<'_>) -> Annotations {
    let mention = |(index, item): (usize, &Value)| {
        let place = |key: &str| units.to_byte(item[key].as_u64().unwrap() as u32).unwrap();
        let span = Span::new(place("start"), place("end"));
        Mention::new(format!("T{index}"), item["label"].as_str().unwrap(), span)
    };
    let mentions = list.as_array().unwrap().iter().enumerate().map(mention).collect();
    Annotations { mentions, ..Annotations::default() }
}

/// Gold without repetitions: the references collapse them.
fn distinct(mut side: Annotations) -> Annotations {
    let mut seen = std::collections::HashSet::new();
    side.mentions.retain(|mention| seen.insert((mention.fragments.clone(), mention.label.clone())));
    side
}

fn same(name: &str, id: &Value, got: Option<f64>, wanted: &Value) {
    match (got, wanted.as_f64()) {
        (Some(got), Some(wanted)) => assert!((got - wanted).abs() < 1e-9, "{id} {name}: {got}, not {wanted}"),
        (None, None) => {}
        (got, _) => panic!("{id} {name}: {got:?}, not {wanted}"),
    }
}

#[test]
fn spans_score_as_the_references_say() {
    let mut checked = 0;
    for record in records("eval_public.jsonl.gz") {
        let text = record["text"].as_str().unwrap();
        let units = UnitIndex::new(text, OffsetUnit::Chars);
        let (gold, predicted) = (distinct(side(&record["gold"], &units)), side(&record["pred"], &units));
        let scores = score(&[Pair { id: "x", text, gold: &gold, predicted: &predicted }]).unwrap();
        let id = &record["id"];
        let counts = |name: &str, counts: Counts, wanted: &Value| {
            assert!(wanted.is_object(), "no {name} in {record}");
            for (key, got) in [("tp", counts.tp), ("fp", counts.fp), ("fn", counts.fn_)] {
                assert_eq!(Some(got), wanted[key].as_u64(), "{id} {name} {key}");
            }
        };
        counts("labelled", scores.entities.micro, &record["expected"]["set"]["labeled"]);
        counts("unlabelled", scores.entities.unlabelled, &record["expected"]["set"]["unlabeled"]);
        // The schemes were computed over the labels of `tags` alone.
        let tags: Vec<&str> = record["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let only = |mut side: Annotations| {
            side.mentions.retain(|mention| tags.contains(&&*mention.label));
            side
        };
        // Equal mentions of gold, a mistake elsewhere, count apart in the schemes.
        let (gold, predicted) = (only(side(&record["gold"], &units)), only(predicted));
        let found = schemes(&Pair { id: "x", text, gold: &gold, predicted: &predicted });
        let optimal = &record["expected"]["optimal"];
        let schemes: [(&str, &Scheme); 4] = [
            ("strict", &found.strict),
            ("exact", &found.exact),
            ("partial", &found.partial),
            ("ent_type", &found.type_),
        ];
        for (name, scheme) in schemes {
            let wanted = &optimal[name];
            let wanted = if wanted.is_object() { wanted } else { &optimal["overall"][name] };
            assert!(wanted.is_object(), "no {name} in {optimal}");
            for (key, got) in [
                ("correct", scheme.correct),
                ("incorrect", scheme.incorrect),
                ("partial", scheme.partial),
                ("missed", scheme.missed),
                ("spurious", scheme.spurious),
            ] {
                assert_eq!(Some(got), wanted[key].as_u64(), "{id} {name} {key}");
            }
            same(name, id, scheme.precision(), &wanted["precision"]);
            same(name, id, scheme.recall(), &wanted["recall"]);
            same(name, id, scheme.f1(), &wanted["f1"]);
            checked += 1;
        }
    }
    assert_eq!(checked, 1200);
}

#[test]
fn relations_score_as_the_references_say() {
    let mut checked = 0;
    for record in records("relations_public.jsonl.gz") {
        let text = "x".repeat(record["n_tokens"].as_u64().unwrap() as usize);
        let side = |entities: &Value, relations: &Value| {
            let mention = |(index, item): (usize, &Value)| {
                let place = |key: &str| item[key].as_u64().unwrap() as u32;
                let span = Span::new(place("token_start"), place("token_end"));
                Mention::new(format!("T{index}"), item["label"].as_str().unwrap(), span)
            };
            let relation = |(index, item): (usize, &Value)| {
                let arg = |role: &str, key: &str| Arg {
                    role: role.into(),
                    mention: MentionId(item[key].as_u64().unwrap() as u32),
                };
                Relation {
                    id: format!("R{index}").into(),
                    label: item["type"].as_str().or(item["label"].as_str()).unwrap().into(),
                    args: [arg("from", "head"), arg("to", "tail")].into_iter().collect(),
                    rule: None,
                }
            };
            Annotations {
                mentions: entities.as_array().unwrap().iter().enumerate().map(mention).collect(),
                relations: relations.as_array().unwrap().iter().enumerate().map(relation).collect(),
                ..Annotations::default()
            }
        };
        let gold = side(&record["gold_entities"], &record["gold_relations"]);
        let predicted = side(&record["pred_entities"], &record["pred_relations"]);
        let scores = score(&[Pair { id: "x", text: &text, gold: &gold, predicted: &predicted }]).unwrap();
        for (name, counts) in [
            ("strict", scores.relations.strict),
            ("boundaries", scores.relations.boundaries),
            ("pair", scores.relations.pairs),
            ("pair_undirected", scores.relations.pairs_undirected),
        ] {
            let wanted = &record["expected"][name];
            let wanted = if wanted["tp"].is_u64() { wanted } else { &wanted["micro"] };
            for (key, got) in [("tp", counts.tp), ("fp", counts.fp), ("fn", counts.fn_)] {
                assert_eq!(
                    Some(got),
                    wanted[key].as_u64(),
                    "{} {name} {key}: {}",
                    record["id"],
                    record["expected"]
                );
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 400);
}

/// The spans of one side in tokens or code points, in the order of the record.
fn flat(list: &Value, start: &str, end: &str) -> Vec<Flat> {
    let number = |item: &Value, key: &str| item[key].as_u64().unwrap() as u32;
    let flat = |item: &Value| Flat {
        start: number(item, start),
        end: number(item, end),
        label: item["label"].as_str().unwrap().into(),
    };
    list.as_array().unwrap().iter().map(flat).collect()
}

fn counted(id: &Value, name: &str, got: &Semeval, wanted: &Value) {
    for (key, scheme) in
        [("strict", &got.strict), ("exact", &got.exact), ("partial", &got.partial), ("ent_type", &got.type_)]
    {
        for (count, got) in [
            ("correct", scheme.correct),
            ("incorrect", scheme.incorrect),
            ("partial", scheme.partial),
            ("missed", scheme.missed),
            ("spurious", scheme.spurious),
            ("possible", scheme.possible()),
            ("actual", scheme.actual()),
        ] {
            assert_eq!(Some(got), wanted[key][count].as_u64(), "{id} {name} {key} {count}");
        }
        for (figure, got) in
            [("precision", scheme.precision()), ("recall", scheme.recall()), ("f1", scheme.f1())]
        {
            same(&format!("{name} {key} {figure}"), id, Some(got.unwrap_or(0.0)), &wanted[key][figure]);
        }
    }
}

#[test]
fn nervaluate_is_reproduced() {
    let mut checked = 0;
    for record in records("eval_public.jsonl.gz") {
        let tags: Vec<&str> = record["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let id = &record["id"];
        let expected = &record["expected"];
        let in_chars = match &expected["nervaluate_char"] {
            Value::Null => &expected["nervaluate"],
            other => other,
        };
        for (start, end, wanted) in
            [("token_start", "token_end", &expected["nervaluate"]), ("start", "end", in_chars)]
        {
            let mut found = Nervaluate::default();
            let side = |name: &str| flat(&record[name], start, end);
            found.add(&side("gold"), &side("pred"), Some(&tags));
            counted(id, start, &found.overall, &wanted["overall"]);
            let by_type = wanted["by_type"].as_object().unwrap();
            assert_eq!(by_type.len(), found.types.len(), "{id}");
            for (label, wanted) in by_type {
                counted(id, label, &found.types[label.as_str()], wanted);
            }
            checked += 1;
        }
    }
    assert!(checked >= 600, "only {checked}");
}

#[test]
fn seqeval_is_reproduced() {
    let mut checked = 0;
    for record in records("eval_public.jsonl.gz") {
        let wanted = &record["expected"]["seqeval"];
        if wanted.is_null() {
            continue;
        }
        let text = record["text"].as_str().unwrap();
        let units = UnitIndex::new(text, OffsetUnit::Chars);
        let (gold, predicted) = (distinct(side(&record["gold"], &units)), side(&record["pred"], &units));
        let scores = score(&[Pair { id: "x", text, gold: &gold, predicted: &predicted }]).unwrap();
        let found = Seqeval::new(&scores.entities.types);
        let (equal, all) = equal_tags(&tokens(&record, &units), &gold, &predicted).unwrap();
        same(
            "accuracy",
            &record["id"],
            (all > 0).then(|| equal as f64 / all as f64),
            &wanted["token_accuracy"],
        );
        let figures = ["precision", "recall", "f1"];
        for (at, figure) in figures.into_iter().enumerate() {
            let id = &record["id"];
            same(figure, id, Some(found.micro[at]), &wanted["micro"][figure]);
            same(figure, id, found.macro_average.map(|f| f[at]), &wanted["macro"][figure]);
            same(figure, id, Some(found.weighted[at]), &wanted["weighted"][figure]);
        }
        seqeval_by_type(&record["id"], &scores.entities.types, &wanted["by_type"]);
        checked += 1;
    }
    assert!(checked >= 200, "only {checked}");
}

/// The figures and the support of each label, as seqeval has them.
fn seqeval_by_type(id: &Value, types: &BTreeMap<Arc<str>, Counts>, wanted: &Value) {
    let wanted = wanted.as_object().unwrap();
    assert_eq!(
        types.keys().map(|label| &**label).collect::<Vec<_>>(),
        wanted
            .keys()
            .map(String::as_str)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>(),
        "{id}"
    );
    for (label, counts) in types {
        let alone = Seqeval::new(&[(label.clone(), *counts)].into_iter().collect()).micro;
        let wanted = &wanted[&**label];
        for (at, figure) in ["precision", "recall", "f1"].into_iter().enumerate() {
            same(&format!("{label} {figure}"), id, Some(alone[at]), &wanted[figure]);
        }
        assert_eq!(Some(counts.gold()), wanted["support"].as_u64(), "{id} {label}");
    }
}

/// The tokens of a record, in bytes.
fn tokens(record: &Value, units: &UnitIndex<'_>) -> Vec<Span> {
    let token = |token: &Value| {
        let place = |at: usize| units.to_byte(token[at].as_u64().unwrap() as u32).unwrap();
        Span::new(place(0), place(1))
    };
    record["tokens"].as_array().unwrap().iter().map(token).collect()
}

/// All records as one corpus: sums over documents, not means of ratios.
#[test]
fn a_corpus_scores_as_the_references_say() {
    let text = std::fs::read_to_string(root("tests/oracle/eval_public.corpus.json")).unwrap();
    let corpus: Value = serde_json::from_str(&text).unwrap();
    let id = &corpus["id"];
    let tags: Vec<&str> = corpus["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut found = Nervaluate::default();
    let mut sides: Vec<(String, bool, Annotations, Annotations)> = Vec::new();
    let (mut equal, mut all) = (0, 0);
    for record in records("eval_public.jsonl.gz") {
        let of = |name: &str| flat(&record[name], "token_start", "token_end");
        found.add(&of("gold"), &of("pred"), Some(&tags));
        let text = record["text"].as_str().unwrap().to_owned();
        let units = UnitIndex::new(&text, OffsetUnit::Chars);
        let (gold, predicted) = (distinct(side(&record["gold"], &units)), side(&record["pred"], &units));
        if record["flat"] == true {
            let tags = equal_tags(&tokens(&record, &units), &gold, &predicted).unwrap();
            (equal, all) = (equal + tags.0, all + tags.1);
        }
        sides.push((text, record["flat"] == true, gold, predicted));
    }
    assert_eq!(Some(sides.len() as u64), corpus["documents"].as_u64());
    counted(id, "overall", &found.overall, &corpus["nervaluate"]["overall"]);
    let by_type = corpus["nervaluate"]["by_type"].as_object().unwrap();
    assert_eq!(by_type.len(), found.types.len());
    for (label, wanted) in by_type {
        counted(id, label, &found.types[label.as_str()], wanted);
    }
    let pair = |(text, _, gold, predicted): &'_ (String, bool, Annotations, Annotations)| {
        // Every record is a document of its own; ids play no part in scores.
        score(&[Pair { id: "x", text, gold, predicted }]).unwrap()
    };
    let documents: Vec<_> = sides.iter().map(pair).collect();
    let mut micro = Counts::default();
    documents.iter().for_each(|document| micro.add(document.entities.micro));
    let wanted = &corpus["set_labeled_micro"];
    for (key, got) in [("tp", micro.tp), ("fp", micro.fp), ("fn", micro.fn_)] {
        assert_eq!(Some(got), wanted[key].as_u64(), "{key}");
    }
    let mean = DocumentAverage::over(documents.iter().map(|document| document.entities.micro));
    let wanted = &corpus["set_labeled_document_macro_f1"];
    assert_eq!(Some(mean.documents as u64), wanted["defined_documents"].as_u64());
    same("mean of documents", id, mean.f1, &wanted["mean"]);
    let pairs: Vec<Pair<'_>> = sides
        .iter()
        .filter(|(_, is_flat, ..)| *is_flat)
        .map(|(text, _, gold, predicted)| Pair { id: "x", text, gold, predicted })
        .collect();
    assert_eq!(Some(pairs.len() as u64), corpus["seqeval_flat_documents"].as_u64());
    let types = score(&pairs).unwrap().entities.types;
    let found = Seqeval::new(&types);
    seqeval_by_type(id, &types, &corpus["seqeval"]["by_type"]);
    same("accuracy", id, Some(equal as f64 / all as f64), &corpus["seqeval"]["token_accuracy"]);
    for (at, figure) in ["precision", "recall", "f1"].into_iter().enumerate() {
        same(figure, id, Some(found.micro[at]), &corpus["seqeval"]["micro"][figure]);
        same(figure, id, found.macro_average.map(|f| f[at]), &corpus["seqeval"]["macro"][figure]);
        same(figure, id, Some(found.weighted[at]), &corpus["seqeval"]["weighted"][figure]);
    }
}
