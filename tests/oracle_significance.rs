//! Intervals and tests against reference outputs: `tests/oracle/README.md`.

use serde_json::Value;
use spanwright::eval::{
    Bootstrap, Counts, Draws, Statistic, benjamini_hochberg, bonferroni, holm, test_difference,
};

use crate::oracle::records;

fn side(list: &Value) -> Vec<Counts> {
    let number = |row: &Value, at: usize| row[at].as_u64().unwrap();
    let counts = |row: &Value| Counts { tp: number(row, 0), fp: number(row, 1), fn_: number(row, 2) };
    list.as_array().unwrap().iter().map(counts).collect()
}

fn near(id: &Value, name: &str, got: f64, wanted: &Value) {
    let wanted = wanted.as_f64().unwrap();
    assert!((got - wanted).abs() < 1e-9, "{id} {name}: {got}, not {wanted}");
}

const STATISTICS: [(&str, Statistic); 3] =
    [("precision", Statistic::Precision), ("recall", Statistic::Recall), ("f1", Statistic::F1)];

#[test]
fn the_test_of_a_difference_is_exact() {
    let mut checked = 0;
    for record in records("significance_public.jsonl.gz") {
        if record["A"].is_null() {
            continue;
        }
        let (a, b) = (side(&record["A"]), side(&record["B"]));
        for (name, statistic) in STATISTICS {
            let found = test_difference(&a, &b, statistic, 1);
            near(&record["id"], name, found.value, &record["observed"][name]["diff_B_minus_A"]);
            near(&record["id"], name, found.p, &record["randomization"]["exact"][name]["p_two_sided"]);
            checked += 1;
        }
    }
    assert!(checked >= 60, "only {checked}");
}

#[test]
fn intervals_are_those_of_the_reference() {
    let mut checked = 0;
    for record in records("significance_public.jsonl.gz") {
        if record["A"].is_null() || record["n_docs"].as_u64() < Some(2) {
            continue;
        }
        let (a, b) = (side(&record["A"]), side(&record["B"]));
        let rows: Vec<f64> = a
            .iter()
            .zip(&b)
            .flat_map(|(a, b)| [a.tp, a.fp, a.fn_, b.tp, b.fp, b.fn_].map(|n| n as f64))
            .collect();
        let reference = &record["bootstrap"]["monte_carlo"];
        let bootstrap = Bootstrap {
            samples: reference["R"].as_u64().unwrap() as u32,
            seed: reference["seed"].as_u64().unwrap(),
        };
        for (name, statistic) in STATISTICS {
            let value = move |c: &[f64]| {
                let (above, below) = match statistic {
                    Statistic::Precision => (c[0], c[0] + c[1]),
                    Statistic::Recall => (c[0], c[0] + c[2]),
                    Statistic::F1 => (2.0 * c[0], 2.0 * c[0] + c[1] + c[2]),
                };
                if below > 0.0 { above / below } else { 0.0 }
            };
            type Of = Box<dyn Fn(&[f64]) -> Option<f64> + Sync>;
            let figures: [Of; 3] = [
                Box::new(move |sums| Some(value(&sums[..3]))),
                Box::new(move |sums| Some(value(&sums[3..]))),
                Box::new(move |sums| Some(value(&sums[3..]) - value(&sums[..3]))),
            ];
            let found = bootstrap.intervals(&rows, 6, &figures);
            for (side, interval) in ["A", "B", "diff"].into_iter().zip(found) {
                let interval = interval.unwrap();
                near(&record["id"], side, interval.low, &reference[name][side][0]);
                near(&record["id"], side, interval.high, &reference[name][side][1]);
                let exact = &record["bootstrap"]["exact"][name][side];
                if exact.is_null() {
                    continue;
                }
                for (key, got) in [("low_bracket", interval.low), ("high_bracket", interval.high)] {
                    let bound = |at: usize| exact[key][at].as_f64().unwrap();
                    assert!(
                        bound(0) - 1e-9 <= got && got <= bound(1) + 1e-9,
                        "{} {name} {side} {key}",
                        record["id"]
                    );
                }
                checked += 1;
            }
        }
    }
    assert!(checked >= 100, "only {checked}");
}

#[test]
fn adjusted_p_values_are_those_of_the_reference() {
    for record in records("significance_public.jsonl.gz") {
        let Some(p) = record["p"].as_array() else { continue };
        let p: Vec<f64> = p.iter().map(|p| p.as_f64().unwrap()).collect();
        for (name, adjusted) in [
            ("bonferroni", bonferroni(&p)),
            ("holm", holm(&p)),
            ("benjamini_hochberg", benjamini_hochberg(&p)),
        ] {
            for (at, got) in adjusted.into_iter().enumerate() {
                near(&record["id"], name, got, &record[name][at]);
            }
        }
    }
}

#[test]
fn random_draws_are_those_of_the_reference() {
    let record = records("significance_public.jsonl.gz").into_iter().find(|r| r["kind"] == "rng").unwrap();
    let draws = Draws::new(record["seed"].as_u64().unwrap());
    for (at, wanted) in record["splitmix64_first_5"].as_array().unwrap().iter().enumerate() {
        assert_eq!(draws.bits(at as u64).to_string(), wanted.as_str().unwrap());
    }
    for (at, wanted) in record["bootstrap_index_n_10_first_10"].as_array().unwrap().iter().enumerate() {
        assert_eq!(Draws::new(42).below(at as u64, 10) as u64, wanted.as_u64().unwrap());
    }
    for (at, wanted) in record["swap_bits_seed_42_first_20"].as_array().unwrap().iter().enumerate() {
        assert_eq!(u64::from(Draws::new(42).coin(at as u64)), wanted.as_u64().unwrap());
    }
}
