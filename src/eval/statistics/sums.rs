//! [`Sums`]: the counts of each document as rows that can be added up.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::eval::coreference::Coreference;
use crate::eval::counts::Ratio;
use crate::eval::{Counts, DocumentScore};

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Entities, exact, micro.
    Entities,
    /// Entities of one label.
    EntityType(Arc<str>),
    /// The mean over the labels that gold has.
    EntityMacro,
    /// Relations, strict, micro.
    Relations,
    /// Relations of one type.
    RelationType(Arc<str>),
    /// Span, label and value together.
    Values,
    /// Events: type, trigger, role and argument.
    Events,
    /// The CoNLL mean of coreference; its F1 alone is defined.
    Coreference,
}

/// Which figure of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Precision.
    Precision,
    /// Recall.
    Recall,
    /// F1.
    F1,
}

/// The counts of documents, a row each.
#[derive(Clone, Debug)]
pub struct Sums {
    entity_types: Vec<Arc<str>>,
    relation_types: Vec<Arc<str>>,
    /// The rows, one after the other.
    pub rows: Vec<f64>,
    /// Numbers in a row.
    pub width: usize,
}

/// Columns of the fixed measures: three each for entities, relations, values,
/// events; five for each of MUC, B³ and CEAF e.
const FIXED: usize = 12 + 15;

impl Sums {
    /// The rows of documents. Sides that are compared need the same columns:
    /// `types` holds the entity and relation types of both.
    #[must_use]
    pub fn new(documents: &[DocumentScore], others: &[DocumentScore]) -> Self {
        let types = |of: fn(&DocumentScore) -> Vec<&Arc<str>>| -> Vec<Arc<str>> {
            let all: BTreeSet<&Arc<str>> = documents.iter().chain(others).flat_map(of).collect();
            all.into_iter().cloned().collect()
        };
        let entity_types = types(|document| document.entity_types.keys().collect());
        let relation_types = types(|document| document.relation_types.keys().collect());
        let width = FIXED + 3 * (entity_types.len() + relation_types.len());
        let mut sums =
            Self { entity_types, relation_types, rows: Vec::with_capacity(width * documents.len()), width };
        documents.iter().for_each(|document| sums.push(document));
        sums
    }

    fn push(&mut self, document: &DocumentScore) {
        let triple = |counts: Counts| [counts.tp as f64, counts.fp as f64, counts.fn_ as f64];
        for counts in [document.entities, document.relations, document.values, document.events] {
            self.rows.extend(triple(counts));
        }
        let c = &document.coreference;
        for ratio in [c.muc, c.b_cubed, c.ceaf_e] {
            let defined = f64::from(u8::from(ratio.is_defined));
            self.rows.extend([ratio.precision.0, ratio.precision.1, ratio.recall.0, ratio.recall.1, defined]);
        }
        let of_entities = self.entity_types.iter().map(|label| document.entity_types.get(label));
        let of_relations = self.relation_types.iter().map(|label| document.relation_types.get(label));
        let counts = of_entities.chain(of_relations).map(|counts| counts.copied().unwrap_or_default());
        self.rows.extend(counts.flat_map(triple));
    }

    /// The sum of all rows.
    #[must_use]
    pub fn total(&self) -> Vec<f64> {
        let mut total = vec![0.0; self.width];
        for row in self.rows.chunks_exact(self.width) {
            total.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        total
    }

    /// A figure from sums of rows; nothing where it is undefined.
    #[must_use]
    pub fn value(&self, sums: &[f64], measure: &Measure, figure: Figure) -> Option<f64> {
        let at = |column: usize| counted(&sums[column..column + 3], figure);
        let typed = |types: &[Arc<str>], label: &Arc<str>, before: usize| {
            let index = types.iter().position(|known| known == label)?;
            at(FIXED + 3 * (before + index))
        };
        match measure {
            Measure::Entities => at(0),
            Measure::Relations => at(3),
            Measure::Values => at(6),
            Measure::Events => at(9),
            Measure::EntityType(label) => typed(&self.entity_types, label, 0),
            Measure::RelationType(label) => typed(&self.relation_types, label, self.entity_types.len()),
            Measure::EntityMacro => {
                let columns = (0..self.entity_types.len()).map(|index| FIXED + 3 * index);
                let held: Vec<f64> = columns
                    .filter(|&column| sums[column] + sums[column + 2] > 0.0)
                    .map(|column| at(column).unwrap_or(0.0))
                    .collect();
                (!held.is_empty()).then(|| held.iter().sum::<f64>() / held.len() as f64)
            }
            Measure::Coreference => {
                let ratio = |at: usize| Ratio {
                    precision: (sums[at], sums[at + 1]),
                    recall: (sums[at + 2], sums[at + 3]),
                    is_defined: sums[at + 4] > 0.0,
                };
                let (muc, b_cubed, ceaf_e) = (ratio(12), ratio(17), ratio(22));
                match figure {
                    Figure::F1 => Coreference { muc, b_cubed, ceaf_e, ..Coreference::default() }.conll(),
                    Figure::Precision | Figure::Recall => None,
                }
            }
        }
    }
}

fn counted(triple: &[f64], figure: Figure) -> Option<f64> {
    let (tp, fp, missed) = (triple[0], triple[1], triple[2]);
    let (above, below) = match figure {
        Figure::Precision => (tp, tp + fp),
        Figure::Recall => (tp, tp + missed),
        Figure::F1 => (2.0 * tp, 2.0 * tp + fp + missed),
    };
    (below > 0.0).then(|| above / below)
}

impl std::fmt::Display for Measure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Entities => f.write_str("entities"),
            Self::EntityType(label) | Self::RelationType(label) => f.write_str(label),
            Self::EntityMacro => f.write_str("entities, macro"),
            Self::Relations => f.write_str("relations"),
            Self::Values => f.write_str("values"),
            Self::Events => f.write_str("events"),
            Self::Coreference => f.write_str("coreference, CoNLL"),
        }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Precision => "P",
            Self::Recall => "R",
            Self::F1 => "F1",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(tp: u64, fp: u64, fn_: u64) -> Counts {
        Counts { tp, fp, fn_ }
    }

    /// Two documents, with all that is measured in the first, and a document that adds
    /// to some of it.
    fn documents() -> [DocumentScore; 2] {
        let types =
            |of: &[(&str, Counts)]| of.iter().map(|&(label, counts)| (label.into(), counts)).collect();
        let ratio = |precision, recall| Ratio { precision, recall, is_defined: true };
        let first = DocumentScore {
            id: "1".to_owned(),
            entities: counts(1, 1, 2),
            relations: counts(3, 1, 0),
            values: counts(2, 6, 8),
            events: counts(4, 1, 3),
            // Gold has no `B` and finds all of `C`.
            entity_types: types(&[
                ("A", counts(1, 0, 1)),
                ("B", counts(0, 5, 0)),
                ("C", counts(7, 1, 0)),
                ("D", counts(0, 0, 2)),
            ]),
            relation_types: types(&[("R", counts(1, 4, 0)), ("S", counts(2, 0, 6))]),
            coreference: Coreference {
                muc: ratio((1.0, 2.0), (1.0, 1.0)),
                b_cubed: ratio((1.0, 4.0), (2.0, 2.0)),
                ceaf_e: ratio((3.0, 4.0), (1.0, 4.0)),
                ..Coreference::default()
            },
        };
        let second = DocumentScore {
            entities: counts(1, 3, 0),
            entity_types: types(&[("A", counts(1, 1, 0))]),
            ..DocumentScore::default()
        };
        [first, second]
    }

    #[test]
    fn figures_come_from_sums_by_hand() {
        let documents = documents();
        let sums = Sums::new(&documents, &[]);
        let total = sums.total();
        let of = |measure: Measure| {
            [Figure::Precision, Figure::Recall, Figure::F1].map(|figure| sums.value(&total, &measure, figure))
        };
        let wanted = [
            (Measure::Entities, [2.0 / 6.0, 2.0 / 4.0, 4.0 / 10.0]),
            (Measure::Relations, [3.0 / 4.0, 1.0, 6.0 / 7.0]),
            (Measure::Values, [2.0 / 8.0, 2.0 / 10.0, 4.0 / 18.0]),
            (Measure::Events, [4.0 / 5.0, 4.0 / 7.0, 8.0 / 12.0]),
            (Measure::EntityType("A".into()), [2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0]),
            (Measure::EntityType("C".into()), [7.0 / 8.0, 1.0, 14.0 / 15.0]),
            (Measure::RelationType("R".into()), [1.0 / 5.0, 1.0, 2.0 / 6.0]),
            (Measure::RelationType("S".into()), [1.0, 2.0 / 8.0, 4.0 / 10.0]),
            // Over `A`, `C` and `D`, of which nothing was predicted.
            (
                Measure::EntityMacro,
                [(2.0 / 3.0 + 7.0 / 8.0) / 3.0, (2.0 / 3.0 + 1.0) / 3.0, (2.0 / 3.0 + 14.0 / 15.0) / 3.0],
            ),
        ];
        for (measure, wanted) in wanted {
            for (value, wanted) in of(measure.clone()).into_iter().zip(wanted) {
                assert!((value.unwrap() - wanted).abs() < 1e-12, "{measure}: {value:?} for {wanted}");
            }
        }
        assert_eq!(of(Measure::EntityType("E".into())), [None; 3]);
        // F1 of 1/2 and 1, of 1/4 and 1, of 3/4 and 1/4.
        let conll = (2.0 / 3.0 + 2.0 / 5.0 + 3.0 / 8.0) / 3.0;
        let [precision, recall, f1] = of(Measure::Coreference);
        assert!(precision.is_none() && recall.is_none() && (f1.unwrap() - conll).abs() < 1e-12, "{f1:?}");
    }

    #[test]
    fn what_neither_side_holds_has_no_figure() {
        let document = DocumentScore::default();
        let sums = Sums::new(&[document.clone(), document], &documents());
        let total = sums.total();
        for measure in [Measure::Entities, Measure::EntityMacro, Measure::Coreference] {
            assert_eq!(sums.value(&total, &measure, Figure::F1), None, "{measure}");
        }
    }

    #[test]
    fn measures_and_figures_have_names() {
        let measures = [
            (Measure::Entities, "entities"),
            (Measure::EntityType("ORG".into()), "ORG"),
            (Measure::EntityMacro, "entities, macro"),
            (Measure::Relations, "relations"),
            (Measure::RelationType("Leads".into()), "Leads"),
            (Measure::Values, "values"),
            (Measure::Events, "events"),
            (Measure::Coreference, "coreference, CoNLL"),
        ];
        measures.into_iter().for_each(|(measure, name)| assert_eq!(measure.to_string(), name));
        assert_eq!([Figure::Precision, Figure::Recall, Figure::F1].map(|f| f.to_string()), ["P", "R", "F1"]);
    }
}
