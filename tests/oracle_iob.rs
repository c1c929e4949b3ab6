//! Tags to entities against reference outputs: `tests/oracle/README.md`.

use serde_json::Value;
use spanwright::doc::{Annotations, Mention};
use spanwright::eval::{Pair, Seqeval, score};
use spanwright::io::{TagMode, entities};
use spanwright::text::Span;

use crate::oracle::records;

type Found = Vec<(usize, usize, String)>;

fn found(sentence: &Value, mode: TagMode) -> Found {
    let tags: Vec<&str> = sentence.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let owned = |(start, end, label): (usize, usize, &str)| (start, end, label.to_owned());
    entities(&tags, mode).unwrap().into_iter().map(owned).collect()
}

fn wanted(sentence: &Value) -> Found {
    let entity = |entity: &Value| {
        let number = |at: usize| entity[at].as_u64().unwrap() as usize;
        (number(0), number(1), entity[2].as_str().unwrap().to_owned())
    };
    sentence.as_array().unwrap().iter().map(entity).collect()
}

fn side(sentences: &[Found], lengths: &[usize]) -> Annotations {
    let mut side = Annotations::default();
    let mut first = 0;
    for (entities, length) in sentences.iter().zip(lengths) {
        for (start, end, label) in entities {
            let span = Span::new((first + start) as u32, (first + end) as u32);
            side.mentions.push(Mention::new(format!("T{}", side.mentions.len()), label.as_str(), span));
        }
        first += length;
    }
    side
}

#[test]
fn tags_are_read_and_scored_as_the_references_do() {
    let mut checked = 0;
    for record in records("iob_public.jsonl.gz") {
        let id = &record["id"];
        for (name, mode) in [("default", TagMode::Repair), ("strict_iob2", TagMode::Iob2)] {
            let expected = &record["expected"][name];
            let sides: Vec<(Annotations, usize)> = ["gold", "pred"]
                .iter()
                .map(|which| {
                    let sentences = record[format!("{which}_tags")].as_array().unwrap();
                    let reference = expected[format!("{which}_entities")].as_array().unwrap();
                    let read: Vec<Found> = sentences.iter().map(|sentence| found(sentence, mode)).collect();
                    let right: Vec<Found> = reference.iter().map(wanted).collect();
                    assert_eq!(read, right, "{id} {name} {which}");
                    let lengths: Vec<usize> = sentences.iter().map(|s| s.as_array().unwrap().len()).collect();
                    (side(&read, &lengths), lengths.iter().sum())
                })
                .collect();
            let text = "x".repeat(sides[0].1);
            let (gold, predicted) = (&sides[0].0, &sides[1].0);
            let scores = score(&[Pair { id: "x", text: &text, gold, predicted }]).unwrap();
            assert_eq!(Some(scores.entities.micro.tp), expected["tp"].as_u64(), "{id} {name}");
            let figures = Seqeval::new(&scores.entities.types);
            for (at, figure) in ["precision", "recall", "f1"].into_iter().enumerate() {
                let near = |average: &str, got: f64| {
                    let wanted = expected["scores"][average][figure].as_f64().unwrap_or(0.0);
                    assert!(
                        (got - wanted).abs() < 1e-9,
                        "{id} {name} {average} {figure}: {got}, not {wanted}"
                    );
                };
                near("micro", figures.micro[at]);
                near("macro", figures.macro_average.map_or(0.0, |all| all[at]));
                near("weighted", figures.weighted[at]);
            }
            checked += 1;
        }
    }
    assert!(checked >= 240, "only {checked}");
}
