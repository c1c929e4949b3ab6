//! Scores in the way of other scorers.

use std::fmt::Write as _;

use serde_json::{Value, json as object};

use super::tables::{Look, block, heading};
use crate::eval::{Nervaluate, Scheme, Semeval, Seqeval};

/// The figures of nervaluate, as it names them; 0/0 is 0.
#[must_use]
pub fn nervaluate_json(found: &Nervaluate) -> Value {
    let scheme = |scheme: &Scheme| {
        object!({
            "correct": scheme.correct, "incorrect": scheme.incorrect, "partial": scheme.partial,
            "missed": scheme.missed, "spurious": scheme.spurious,
            "possible": scheme.possible(), "actual": scheme.actual(),
            "precision": scheme.precision().unwrap_or(0.0), "recall": scheme.recall().unwrap_or(0.0),
            "f1": scheme.f1().unwrap_or(0.0),
        })
    };
    let all = |all: &Semeval| {
        object!({
            "strict": scheme(&all.strict), "exact": scheme(&all.exact),
            "partial": scheme(&all.partial), "ent_type": scheme(&all.type_),
        })
    };
    let types: serde_json::Map<String, Value> =
        found.types.iter().map(|(label, of)| (label.to_string(), all(of))).collect();
    object!({"compat": "nervaluate 1.2.1", "overall": all(&found.overall), "by_type": types})
}

/// The same as tables.
#[must_use]
pub fn nervaluate(found: &Nervaluate, look: Look) -> String {
    let mut out = String::new();
    let columns = ["", "correct", "incorrect", "partial", "missed", "spurious", "precision", "recall", "f1"];
    let named = std::iter::once(("overall", &found.overall));
    for (name, all) in named.chain(found.types.iter().map(|(label, all)| (&**label, all))) {
        heading(&mut out, look, &format!("{name}, as nervaluate 1.2.1 counts"));
        let schemes = [
            ("ent_type", &all.type_),
            ("exact", &all.exact),
            ("partial", &all.partial),
            ("strict", &all.strict),
        ];
        let rows = schemes.map(|(name, s)| {
            let counts = [s.correct, s.incorrect, s.partial, s.missed, s.spurious].map(|n| n.to_string());
            let figures =
                [s.precision(), s.recall(), s.f1()].map(|figure| format!("{:.2}", figure.unwrap_or(0.0)));
            std::iter::once(name.to_owned()).chain(counts).chain(figures).collect()
        });
        block(&mut out, look, &columns, rows.to_vec());
    }
    out
}

/// What seqeval reports, with the label rows.
#[derive(Clone, Debug)]
pub struct SeqevalReport<'a> {
    /// The averages.
    pub averages: Seqeval,
    /// Label, precision, recall, F1, and how many gold holds.
    pub types: Vec<(&'a str, [f64; 3], u64)>,
    /// How many gold holds.
    pub support: u64,
    /// Tokens with equal tags, and all tokens, where the spans are of whole tokens.
    pub tokens: Option<(u64, u64)>,
}

impl SeqevalReport<'_> {
    /// As a table.
    #[must_use]
    pub fn text(&self, look: Look) -> String {
        let mut out = String::new();
        heading(&mut out, look, "As seqeval 1.2.2 reports: 0/0 is 0, macro over the labels of either side");
        let row = |name: &str, figures: [f64; 3], support: u64| {
            let figures = figures.map(|figure| format!("{figure:.4}"));
            std::iter::once(name.to_owned()).chain(figures).chain([support.to_string()]).collect::<Vec<_>>()
        };
        let mut rows: Vec<Vec<String>> =
            self.types.iter().map(|(label, figures, support)| row(label, *figures, *support)).collect();
        rows.push(row("micro avg", self.averages.micro, self.support));
        if let Some(figures) = self.averages.macro_average {
            rows.push(row("macro avg", figures, self.support));
        }
        rows.push(row("weighted avg", self.averages.weighted, self.support));
        block(&mut out, look, &["", "precision", "recall", "f1-score", "support"], rows);
        out
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let figures = |[p, r, f]: [f64; 3], support: u64| object!({"precision": p, "recall": r, "f1": f, "support": support});
        let types: serde_json::Map<String, Value> = self
            .types
            .iter()
            .map(|(label, all, support)| ((*label).to_owned(), figures(*all, *support)))
            .collect();
        object!({
            "compat": "seqeval 1.2.2", "by_type": types, "micro": figures(self.averages.micro, self.support),
            "macro": self.averages.macro_average.map(|all| figures(all, self.support)),
            "weighted": figures(self.averages.weighted, self.support),
            "token_accuracy": self.accuracy(),
        })
    }

    /// The share of tokens with equal tags.
    fn accuracy(&self) -> Option<f64> {
        self.tokens.filter(|(_, all)| *all > 0).map(|(equal, all)| equal as f64 / all as f64)
    }

    /// In the layout of `conlleval`; tokens and accuracy are left out where spans are
    /// not of whole tokens. Tags are those of the spans, so repaired ones count as
    /// they were repaired.
    #[must_use]
    pub fn conlleval(&self, found: u64, correct: u64, by_type: &[(&str, u64)]) -> String {
        let mut out = String::new();
        if let Some((_, all)) = self.tokens {
            let _ = write!(out, "processed {all} tokens with ");
        }
        let _ = writeln!(out, "{} phrases; found: {found} phrases; correct: {correct}.", self.support);
        let percent = |figures: [f64; 3]| figures.map(|figure| 100.0 * figure);
        let [p, r, f] = percent(self.averages.micro);
        if let Some(accuracy) = self.accuracy() {
            let _ = write!(out, "accuracy: {:6.2}%; ", 100.0 * accuracy);
        }
        let _ = writeln!(out, "precision: {p:6.2}%; recall: {r:6.2}%; FB1: {f:6.2}");
        for (label, figures, _) in &self.types {
            let [p, r, f] = percent(*figures);
            let n = by_type.iter().find(|(name, _)| name == label).map_or(0, |(_, n)| *n);
            let _ = writeln!(out, "{label:>17}: precision: {p:6.2}%; recall: {r:6.2}%; FB1: {f:6.2}  {n}");
        }
        out
    }
}
