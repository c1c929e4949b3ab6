//! Agreement of annotators, for people and for programs.

use serde_json::{Map, Value, json as object};

use super::tables::{Look, block, figure, heading};
use crate::eval::Agreement;

/// How far each two annotators agree.
#[derive(Debug)]
pub struct AgreementReport<'a> {
    /// Documents that all annotators have.
    pub documents: usize,
    /// Each two, with their names.
    pub pairs: &'a [(String, String, Agreement)],
}

impl AgreementReport<'_> {
    /// The mean over the pairs of a figure, over those where it is defined.
    fn mean(&self, figure: impl Fn(&Agreement) -> Option<f64>) -> Option<f64> {
        let values: Vec<f64> = self.pairs.iter().filter_map(|(_, _, agreement)| figure(agreement)).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    }

    /// As text, for a terminal or in Markdown.
    #[must_use]
    pub fn text(&self, look: Look) -> String {
        let mut out = String::new();
        let noun = if self.documents == 1 { "document" } else { "documents" };
        heading(&mut out, look, &format!("Agreement on {} {noun}: F1, neither side is gold", self.documents));
        let row = |name: String, agreement: [Option<f64>; 4], pool: String| {
            let mut row = vec![name];
            row.extend(agreement.into_iter().map(figure));
            row.push(pool);
            row
        };
        let figures = |a: &Agreement| [a.micro.f1(), a.spans.f1(), a.overlap.f1(), a.kappa.kappa()];
        let mut rows: Vec<Vec<String>> = self
            .pairs
            .iter()
            .map(|(a, b, agreement)| {
                row(format!("{a} – {b}"), figures(agreement), agreement.kappa.pool().to_string())
            })
            .collect();
        if self.pairs.len() > 1 {
            let means = [0, 1, 2, 3].map(|at| self.mean(|agreement| figures(agreement)[at]));
            rows.push(row("mean".to_owned(), means, String::new()));
        }
        block(&mut out, look, &["", "span and label", "span", "overlap, label", "kappa", "pool"], rows);
        out.push_str("The pool of kappa is the equal spans; what only one has marked is not in it.\n");
        for (a, b, agreement) in self.pairs {
            heading(&mut out, look, &format!("{a} – {b}, by label"));
            let rows = agreement.types.iter().map(|(label, counts)| {
                vec![
                    label.to_string(),
                    counts.tp.to_string(),
                    counts.fn_.to_string(),
                    counts.fp.to_string(),
                    figure(counts.f1()),
                    figure(agreement.kappa.of(label).kappa()),
                ]
            });
            block(&mut out, look, &["", "both", "first only", "second only", "F1", "kappa"], rows.collect());
        }
        out
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let pairs: Vec<Value> = self
            .pairs
            .iter()
            .map(|(a, b, agreement)| {
                let types: Map<String, Value> = agreement
                    .types
                    .iter()
                    .map(|(label, counts)| {
                        let kappa = agreement.kappa.of(label).kappa();
                        let value = object!({
                            "both": counts.tp, "first_only": counts.fn_, "second_only": counts.fp,
                            "f1": counts.f1(), "kappa": kappa,
                        });
                        (label.to_string(), value)
                    })
                    .collect();
                object!({
                    "first": a, "second": b, "f1": agreement.micro.f1(), "spans_f1": agreement.spans.f1(),
                    "overlap_f1": agreement.overlap.f1(),
                    "kappa": {"value": agreement.kappa.kappa(), "observed": agreement.kappa.observed(),
                              "pool": agreement.kappa.pool(), "items": "equal spans"},
                    "types": types,
                })
            })
            .collect();
        object!({
            "spanwright": env!("CARGO_PKG_VERSION"), "documents": self.documents, "pairs": pairs,
            "mean": {"f1": self.mean(|a| a.micro.f1()), "kappa": self.mean(|a| a.kappa.kappa())},
        })
    }
}
