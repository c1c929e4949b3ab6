//! Against reference outputs: `tests/oracle/README.md`.

use serde_json::Value;

use super::{Chains, Coreference, add};

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
