//! Saved runs, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json as object};

use super::tables::{Look, block, figure, heading};
use crate::store::Summary;

/// Digits of a fingerprint that tables show.
const SHORT: usize = 12;

/// Runs as a table, with how often their gold was looked at.
#[must_use]
pub fn runs_table(runs: &[Summary], looks: &BTreeMap<String, u64>, look: Look) -> String {
    let mut out = String::new();
    let row = |run: &Summary| {
        let f = &run.figures;
        let interval = f.low.zip(f.high).map(|(low, high)| format!("{low:.4} to {high:.4}"));
        vec![
            run.id.clone(),
            run.at.clone(),
            run.name.clone(),
            short(&run.gold),
            figure(f.precision),
            figure(f.recall),
            figure(f.f1),
            interval.unwrap_or_else(|| "–".to_owned()),
            figure(f.relations),
            run.note.clone().unwrap_or_default(),
        ]
    };
    let columns = ["run", "saved", "what", "gold", "P", "R", "F1", "interval", "relations F1", "note"];
    block(&mut out, look, &columns, runs.iter().map(row).collect());
    for (gold, n) in looks {
        let times = if *n == 1 { "once".to_owned() } else { format!("{n} times") };
        let _ = writeln!(out, "Gold {} was looked at {times}.", short(gold));
    }
    out
}

/// One run as tables: what it is, and its figures as they were.
#[must_use]
pub fn run_table(run: &Summary, scores: &Value, look: Look) -> String {
    let mut out = String::new();
    heading(&mut out, look, &format!("Run {}, saved {}", run.id, run.at));
    let facts = [
        ("what", run.name.clone()),
        ("pack", run.pack.as_deref().map_or_else(|| "–".to_owned(), short)),
        ("gold", format!("{} ({})", run.gold_path, short(&run.gold))),
        ("program", run.program.clone()),
        ("settings", run.settings.clone()),
        ("note", run.note.clone().unwrap_or_default()),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    for (name, value) in facts {
        let _ = writeln!(out, "{name}: {value}");
    }
    heading(&mut out, look, "In short, with 95 % intervals");
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let row = |entry: &Value| {
        let bounds =
            entry["interval"].as_array().and_then(|b| Some((b.first()?.as_f64()?, b.get(1)?.as_f64()?)));
        vec![
            format!("{} {}", text(&entry["measure"]), text(&entry["figure"])),
            figure(entry["value"].as_f64()),
            bounds.map_or_else(|| "–".to_owned(), |(low, high)| format!("{low:.4} to {high:.4}")),
        ]
    };
    let figures = scores["intervals"]["figures"].as_array();
    block(&mut out, look, &["", "", "interval"], figures.into_iter().flatten().map(row).collect());
    out
}

/// A run without its predictions, as JSON.
#[must_use]
pub fn run_json(run: &Summary, scores: &Value) -> Value {
    let mut value = summary_json(run);
    value["scores"] = scores.clone();
    value
}

/// What a run is, as JSON.
#[must_use]
pub fn summary_json(run: &Summary) -> Value {
    let f = &run.figures;
    let settings: Value = serde_json::from_str(&run.settings).unwrap_or(Value::Null);
    object!({
        "id": run.id, "at": run.at, "spanwright": run.program, "name": run.name, "pack": run.pack,
        "gold": {"path": run.gold_path, "fingerprint": run.gold}, "settings": settings, "note": run.note,
        "figures": {
            "precision": f.precision, "recall": f.recall, "f1": f.f1,
            "interval": f.low.zip(f.high).map(|(low, high)| [low, high]), "relations_f1": f.relations,
        },
    })
}

fn short(fingerprint: &str) -> String {
    fingerprint.chars().take(SHORT).collect()
}
