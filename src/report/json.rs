//! Scores as JSON: raw counts first, ratios derived, undefined as `null`.

use serde_json::{Map, Value, json as object};

use super::{ScoreReport, Unit};
use crate::eval::{Averages, Counts, DocumentAverage, Headline, Ratio, Scheme};

/// The scores as the JSON of `score --format json`.
#[must_use]
pub fn json(report: &ScoreReport<'_>) -> Value {
    let scores = report.scores;
    let types = |types: &std::collections::BTreeMap<std::sync::Arc<str>, Counts>| -> Map<String, Value> {
        types.iter().map(|(label, value)| (label.to_string(), counts(*value))).collect()
    };
    let by_document = DocumentAverage::over(scores.documents.iter().map(|document| document.entities));
    let (views, muc) = (scores.semeval.gate(), scores.semeval.strict.muc());
    let gate = |[p, r, f]: [Option<f64>; 3]| object!({"precision": p, "recall": r, "f1": f});
    let (blanc_p, blanc_r, blanc_f) = scores.coreference.blanc();
    let chains = scores.coreference.chains;
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
        "config": {
            "min_overlap": report.config.min_overlap,
            "value_tolerance": report.config.values.tolerance.to_string(),
            "coarser_dates": report.config.values.coarser_dates,
            "left_out": report.left_out.iter().map(|(label, (gold, predicted))| {
                (label.clone(), object!({"gold": gold, "predicted": predicted}))
            }).collect::<Map<_, _>>(),
        },
        "entities": {
            "micro": counts(scores.entities.micro),
            "macro": averages(scores.entities.macro_average()),
            "types": types(&scores.entities.types),
            "weighted": averages(scores.entities.weighted_average()),
            "documents": {"f1": by_document.f1, "deviation": by_document.deviation, "documents": by_document.documents},
            "f_beta": report.beta.map(|beta| object!({"beta": beta, "f": scores.entities.micro.f(beta)})),
            "unlabelled": {"micro": counts(scores.entities.unlabelled)},
            "semeval": {
                "strict": scheme(&scores.semeval.strict),
                "exact": scheme(&scores.semeval.exact),
                "partial": scheme(&scores.semeval.partial),
                "type": scheme(&scores.semeval.type_),
            },
            "gate": {
                "strict": gate(views.strict), "lenient": gate(views.lenient), "average": gate(views.average),
            },
            "muc": {
                "undergeneration": muc.undergeneration, "overgeneration": muc.overgeneration,
                "substitution": muc.substitution, "error": muc.error,
            },
            "duplicates_pred": scores.duplicates,
        },
        "errors": super::errors::errors_json(report.errors),
        "intervals": {
            "unit": match report.unit { Unit::Document => "document", Unit::Line => "line" },
            "level": 0.95,
            "figures": report.headlines.iter().map(headline).collect::<Vec<_>>(),
        },
        "relations": {
            "strict": {
                "micro": counts(scores.relations.strict),
                "macro": averages(scores.relations.macro_average()),
                "types": types(&scores.relations.types),
            },
            "boundaries": {"micro": counts(scores.relations.boundaries)},
            "relaxed": {"micro": counts(scores.relations.relaxed)},
            "coreferent": {"micro": counts(scores.relations.coreferent)},
            "pairs": {"micro": counts(scores.relations.pairs)},
            "pairs_undirected": {"micro": counts(scores.relations.pairs_undirected)},
            "arguments_found": {"micro": counts(scores.relations.arguments_found)},
            "classes": super::errors::relation_classes_json(&scores.relations),
        },
        "events": {
            "arguments": {"micro": counts(scores.events.arguments), "types": types(&scores.events.types)},
            "triggers": {"micro": counts(scores.events.triggers)},
            "frames": {"micro": counts(scores.events.frames)},
        },
        "values": {
            "micro": counts(scores.values.joint),
            "given_span": {
                "right": scores.values.right,
                "wrong": scores.values.wrong,
                "accuracy": scores.values.accuracy(),
                "classes": scores.values.errors.iter().map(|(error, n)| (error.name().to_owned(), (*n).into())).collect::<Map<_, Value>>(),
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
            "mentions": counts(scores.coreference.mentions),
            "chains": {
                "right": chains.right, "missing": chains.missing, "extra": chains.extra, "split": chains.split,
                "conflated": chains.conflated, "missing_mentions": chains.missing_mentions,
                "extra_mentions": chains.extra_mentions,
            },
        },
        "documents": documents,
        "rules": report.rules.map(super::errors::rules_json),
        "review": report.review.map(|suspicions| super::errors::review_json(report.pairs, suspicions)),
    })
}

fn headline(headline: &Headline) -> Value {
    object!({
        "measure": headline.measure.to_string(),
        "figure": headline.figure.to_string(),
        "value": headline.value,
        "interval": headline.interval.map(|interval| [interval.low, interval.high]),
        "undefined_resamples": headline.interval.map(|interval| interval.undefined),
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
