//! [`html`]: scores as one page that needs nothing else.
//!
//! The page is made from a template (`page.html`) with the style and the script
//! in it; `charts` lays the drawings, `documents` cuts texts at the ends of
//! spans. Everything can be read without the script, which adds filters, keys and
//! the arcs of relations. The same scores give the same bytes.

mod charts;
mod documents;

use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;

use super::tables::figure;
use super::{ScoreReport, Unit};
use crate::eval::{Class, Counts, Figure, Measure};

/// An earlier score against the same gold.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PastScore {
    /// What it is called.
    pub id: String,
    /// When it was saved, in RFC 3339.
    pub at: String,
    /// What predicted.
    pub name: String,
    /// F1 of entities.
    pub f1: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

/// Why the page could not be made: the template and what fills it do not fit.
#[derive(Debug, thiserror::Error)]
#[error("the page cannot be made: {0}")]
pub struct HtmlError(String);

/// Documents that are drawn; those with the most mistakes come first where there
/// are more.
const DRAWN: usize = 200;

/// The scores as a page; `history` holds earlier scores, the oldest first.
///
/// # Errors
///
/// Never for scores of this crate; a template that does not fit is a mistake here.
pub fn html(report: &ScoreReport<'_>, history: &[PastScore]) -> Result<String, HtmlError> {
    let wrong = |error: minijinja::Error| HtmlError(format!("{error:#}"));
    let mut environment = Environment::new();
    environment.add_template("page.html", include_str!("page.html")).map_err(wrong)?;
    let scores = report.scores;
    let interval_of = |measure: &Measure| {
        let of =
            |headline: &&crate::eval::Headline| headline.measure == *measure && headline.figure == Figure::F1;
        report.headlines.iter().find(of).and_then(|headline| headline.interval)
    };
    let by_type = |types: &std::collections::BTreeMap<std::sync::Arc<str>, Counts>,
                   measure: Option<fn(std::sync::Arc<str>) -> Measure>| {
        let row = |(label, counts): (&std::sync::Arc<str>, &Counts)| {
            let interval = measure.and_then(|measure| interval_of(&measure(label.clone())));
            Counted::new(label, *counts, interval.map(|interval| (interval.low, interval.high)))
        };
        types.iter().map(row).collect::<Vec<_>>()
    };
    let entities = by_type(&scores.entities.types, Some(Measure::EntityType));
    let documents = documents::documents(report, DRAWN);
    let page = environment.get_template("page.html").map_err(wrong)?;
    page.render(context! {
        style => include_str!("page.css"),
        script => include_str!("page.js"),
        version => env!("CARGO_PKG_VERSION"),
        name => report.pack.map_or_else(|| "predictions".to_owned(), |pack| format!("{} {}", pack.name, pack.version)),
        pack_fingerprint => report.pack.map(|pack| pack.fingerprint),
        gold_fingerprint => report.gold_fingerprint,
        documents_in_gold => report.documents,
        gold_mentions => scores.entities.micro.gold(),
        found_mentions => scores.entities.micro.predicted(),
        unit => match report.unit { Unit::Document => "documents", Unit::Line => "lines (too narrow)" },
        warnings => Serde(&report.errors.warnings),
        headlines => Serde(headlines(report)),
        chart_types => charts::bars(&entities),
        chart_scatter => charts::scatter(&entities),
        chart_history => charts::history(history),
        tables => Serde([
            ("Entities: same span and type", entities, Counted::new("micro", scores.entities.micro, None)),
            (
                "Relations, strict",
                by_type(&scores.relations.types, Some(Measure::RelationType)),
                Counted::new("micro", scores.relations.strict, None),
            ),
            (
                "Values: span, type and value",
                by_type(&scores.values.types, None),
                Counted::new("together", scores.values.joint, None),
            ),
        ]),
        semeval => Serde(schemes(report)),
        coreference => Serde(coreference(report)),
        classes => Serde(classes(report)),
        relation_classes => Serde(relation_classes(report)),
        confusion => Serde(confusion(report)),
        rules => Serde(report.rules.map(rules)),
        review => Serde(report.review.map(|review| self::review(report, review))),
        legend => Serde(documents.legend),
        shown => documents.shown.len(),
        left => documents.left,
        documents => Serde(documents.shown),
    })
    .map_err(wrong)
}

/// A row of counts and figures.
#[derive(Clone, Debug, Serialize)]
struct Counted {
    name: String,
    gold: u64,
    found: u64,
    right: u64,
    wrong: u64,
    missed: u64,
    p: String,
    r: String,
    f1: String,
    #[serde(skip)]
    figures: [Option<f64>; 3],
    #[serde(skip)]
    interval: Option<(f64, f64)>,
}

impl Counted {
    fn new(name: &str, counts: Counts, interval: Option<(f64, f64)>) -> Self {
        let figures = [counts.precision(), counts.recall(), counts.f1()];
        let [p, r, f1] = figures.map(figure);
        Self {
            name: name.to_owned(),
            gold: counts.gold(),
            found: counts.predicted(),
            right: counts.tp,
            wrong: counts.fp,
            missed: counts.fn_,
            p,
            r,
            f1,
            figures,
            interval,
        }
    }
}

#[derive(Serialize)]
struct HeadlineRow {
    name: String,
    value: String,
    interval: String,
    drawing: String,
}

/// The figures that are not of one type.
fn headlines(report: &ScoreReport<'_>) -> Vec<HeadlineRow> {
    let is_whole = |headline: &&crate::eval::Headline| {
        !matches!(headline.measure, Measure::EntityType(_) | Measure::RelationType(_))
    };
    let row = |headline: &crate::eval::Headline| HeadlineRow {
        name: format!("{} {}", headline.measure, headline.figure),
        value: figure(headline.value),
        interval: super::compare::span(headline.interval),
        drawing: charts::whisker(headline.value, headline.interval.map(|i| (i.low, i.high))),
    };
    report.headlines.iter().filter(is_whole).map(row).collect()
}

fn schemes(report: &ScoreReport<'_>) -> Vec<Vec<String>> {
    let s = &report.scores.semeval;
    [("strict", &s.strict), ("exact", &s.exact), ("partial", &s.partial), ("type", &s.type_)]
        .map(|(name, scheme)| super::tables::schemed(name, scheme))
        .to_vec()
}

fn coreference(report: &ScoreReport<'_>) -> Vec<[String; 4]> {
    let c = &report.scores.coreference;
    let ratio = |name: &str, ratio: &crate::eval::Ratio| {
        [name.to_owned(), figure(ratio.precision()), figure(ratio.recall()), figure(ratio.f1())]
    };
    let (p, r, f) = c.blanc();
    vec![
        ratio("MUC", &c.muc),
        ratio("B³", &c.b_cubed),
        ratio("CEAF m", &c.ceaf_m),
        ratio("CEAF e", &c.ceaf_e),
        ["BLANC".to_owned(), figure(p), figure(r), figure(f)],
        ratio("LEA", &c.lea),
        ["CoNLL".to_owned(), String::new(), String::new(), figure(c.conll())],
        [
            "mentions".to_owned(),
            figure(c.mentions.precision()),
            figure(c.mentions.recall()),
            figure(c.mentions.f1()),
        ],
    ]
}

fn classes(report: &ScoreReport<'_>) -> Vec<[String; 5]> {
    let wrong = report.errors.classes.iter().filter(|(class, _)| **class != Class::Correct);
    wrong
        .map(|(class, weight)| {
            [
                class.name().to_owned(),
                weight.gold.to_string(),
                weight.predicted.to_string(),
                weight.share.map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share)),
                weight.gain.map_or_else(String::new, |gain| format!("{gain:+.4}")),
            ]
        })
        .collect()
}

fn relation_classes(report: &ScoreReport<'_>) -> Vec<[String; 3]> {
    let classes = report.scores.relations.classes.iter();
    classes.map(|(class, n)| [class.name().to_owned(), n.gold.to_string(), n.predicted.to_string()]).collect()
}

#[derive(Serialize)]
struct Matrix {
    columns: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
}

#[derive(Serialize)]
struct Cell {
    n: u64,
    /// How dark the cell is, in hundredths.
    shade: u64,
    right: bool,
}

/// Gold labels down, predicted ones across; `O` is nothing.
fn confusion(report: &ScoreReport<'_>) -> Matrix {
    let name = |label: &Option<std::sync::Arc<str>>| label.as_deref().unwrap_or("O").to_owned();
    let mut labels: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    for (gold, found) in report.errors.confusion.keys() {
        labels.extend([gold, found].into_iter().flatten().map(|label| label.to_string()));
    }
    let mut columns: Vec<String> = labels.into_iter().collect();
    columns.push("O".to_owned());
    let counts: std::collections::HashMap<(String, String), u64> =
        report.errors.confusion.iter().map(|((gold, found), n)| ((name(gold), name(found)), *n)).collect();
    let row = |gold: &String| {
        let of = |found: &String| counts.get(&(gold.clone(), found.clone())).copied().unwrap_or(0);
        let all: u64 = columns.iter().map(of).sum();
        let cell = |found: &String| {
            let n = of(found);
            Cell { n, shade: (100 * n).checked_div(all).unwrap_or(0), right: gold == found }
        };
        (gold.clone(), columns.iter().map(cell).collect())
    };
    Matrix { rows: columns.iter().map(row).collect(), columns: columns.clone() }
}

/// Where gold deserves a second look: place, why, and the text around.
fn review(report: &ScoreReport<'_>, suspicions: &[crate::eval::Suspicion]) -> Vec<[String; 3]> {
    let row = |suspicion: &crate::eval::Suspicion| super::errors::suspicion(report.pairs, suspicion);
    suspicions.iter().map(row).collect()
}

fn rules(rules: &[crate::eval::RuleScore]) -> Vec<Vec<String>> {
    let mut shown: Vec<&crate::eval::RuleScore> = rules.iter().filter(|rule| !rule.never_fired()).collect();
    shown.sort_by(|a, b| b.right.cmp(&a.right).then_with(|| a.id.cmp(&b.id)));
    let change = |value: f64| format!("{value:+.4}");
    let row = |rule: &&crate::eval::RuleScore| {
        let mut row = vec![rule.id.to_string()];
        row.extend([rule.proposed, rule.stayed, rule.right, rule.wrong, rule.unique].map(|n| n.to_string()));
        row.extend([figure(rule.precision()), super::compare::span(rule.interval)]);
        row.push(rule.without.map_or_else(String::new, |without| change(without.f1)));
        row.push(rule.without.map_or_else(String::new, |without| change(without.relations)));
        row
    };
    shown.iter().map(row).collect()
}

#[cfg(test)]
mod tests;
