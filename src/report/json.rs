//! Scores as JSON: raw counts first, ratios derived, undefined as `null`.

use serde_json::{Map, Value, json as object};

use super::ScoreReport;
use crate::eval::{Averages, Counts, Ratio, Scheme};

/// The scores as the JSON of `score --format json`.
#[must_use]
pub fn json(report: &ScoreReport<'_>) -> Value {
    let scores = report.scores;
    let types = |types: &std::collections::BTreeMap<std::sync::Arc<str>, Counts>| -> Map<String, Value> {
        types.iter().map(|(label, value)| (label.to_string(), counts(*value))).collect()
    };
    let (blanc_p, blanc_r, blanc_f) = scores.coreference.blanc();
    let pack = report.pack.map(|pack| {
        let order: Vec<&str> = pack.order.iter().map(|step| step.name()).chain(["rule"]).collect();
        object!({
            "name": pack.name, "version": pack.version, "fingerprint": pack.fingerprint, "order": order,
        })
    });
    let documents: Vec<Value> = scores
        .documents
        .iter()
        .map(|document| {
            object!({
                "id": document.id,
                "entities": bare(document.entities),
                "relations": bare(document.relations),
            })
        })
        .collect();
    object!({
        "spanwright": env!("CARGO_PKG_VERSION"),
        "pack": pack,
        "gold": {"documents": report.documents, "fingerprint": report.gold_fingerprint},
        "entities": {
            "micro": counts(scores.entities.micro),
            "macro": averages(scores.entities.macro_average()),
            "types": types(&scores.entities.types),
            "unlabelled": {"micro": counts(scores.entities.unlabelled)},
            "semeval": {
                "strict": scheme(&scores.semeval.strict),
                "exact": scheme(&scores.semeval.exact),
                "partial": scheme(&scores.semeval.partial),
                "type": scheme(&scores.semeval.type_),
            },
            "duplicates_pred": scores.duplicates,
        },
        "relations": {
            "strict": {
                "micro": counts(scores.relations.strict),
                "macro": averages(scores.relations.macro_average()),
                "types": types(&scores.relations.types),
            },
            "boundaries": {"micro": counts(scores.relations.boundaries)},
        },
        "values": {
            "micro": counts(scores.values.joint),
            "given_span": {
                "right": scores.values.right,
                "wrong": scores.values.wrong,
                "accuracy": scores.values.accuracy(),
            },
            "types": types(&scores.values.types),
        },
        "coreference": {
            "muc": ratio(&scores.coreference.muc),
            "b_cubed": ratio(&scores.coreference.b_cubed),
            "ceaf_m": ratio(&scores.coreference.ceaf_m),
            "ceaf_e": ratio(&scores.coreference.ceaf_e),
            "blanc": {"precision": blanc_p, "recall": blanc_r, "f1": blanc_f},
            "lea": ratio(&scores.coreference.lea),
            "conll": scores.coreference.conll(),
        },
        "documents": documents,
    })
}

fn bare(counts: Counts) -> Value {
    object!({"tp": counts.tp, "fp": counts.fp, "fn": counts.fn_})
}

fn counts(counts: Counts) -> Value {
    object!({
        "tp": counts.tp, "fp": counts.fp, "fn": counts.fn_,
        "precision": counts.precision(), "recall": counts.recall(), "f1": counts.f1(),
    })
}

fn averages(averages: Averages) -> Value {
    object!({
        "precision": averages.precision, "recall": averages.recall, "f1": averages.f1, "types": averages.types,
    })
}

fn ratio(ratio: &Ratio) -> Value {
    object!({"precision": ratio.precision(), "recall": ratio.recall(), "f1": ratio.f1()})
}

fn scheme(scheme: &Scheme) -> Value {
    object!({
        "correct": scheme.correct, "incorrect": scheme.incorrect, "partial": scheme.partial,
        "missed": scheme.missed, "spurious": scheme.spurious,
        "possible": scheme.possible(), "actual": scheme.actual(),
        "precision": scheme.precision(), "recall": scheme.recall(), "f1": scheme.f1(),
    })
}
