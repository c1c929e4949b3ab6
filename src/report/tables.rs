//! Scores as aligned tables, for a terminal or in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use comfy_table::{CellAlignment, Table, presets};

use super::tone::Tone;
use super::{ScoreReport, Unit};
use crate::eval::{Coreference, Counts, DocumentAverage, Headline, Measure, Scheme};

/// Which kind of table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Aligned text.
    Terminal,
    /// Aligned text with colour, for a terminal that takes it.
    Color,
    /// Markdown.
    Markdown,
}

const COUNTED: [&str; 9] = ["", "gold", "found", "right", "wrong", "missed", "P", "R", "F1"];

/// The scores as tables.
#[must_use]
pub fn table(report: &ScoreReport<'_>, look: Look) -> String {
    let scores = report.scores;
    let mut out = String::new();
    let of = report.pack.map_or("predictions".to_owned(), |pack| format!("{} {}", pack.name, pack.version));
    let documents = if report.documents == 1 {
        "1 document".to_owned()
    } else {
        format!("{} documents", report.documents)
    };
    heading(&mut out, look, &format!("{of} against {documents} of gold"));

    headlines(&mut out, look, report);
    heading(&mut out, look, "Entities: same span and type");
    let mut rows = by_type(&scores.entities.types);
    let macros = scores.entities.macro_average();
    rows.push(counted("micro", scores.entities.micro));
    rows.push(averaged(
        &format!("macro of {} types", macros.types),
        [macros.precision, macros.recall, macros.f1],
    ));
    let weighted = scores.entities.weighted_average();
    rows.push(averaged("weighted", [weighted.precision, weighted.recall, weighted.f1]));
    let by_document = DocumentAverage::over(scores.documents.iter().map(|document| document.entities));
    rows.push(averaged(
        &format!("mean of {} documents", by_document.documents),
        [None, None, by_document.f1],
    ));
    if let Some(beta) = report.beta {
        rows.push(averaged(&format!("F{beta}, micro"), [None, None, scores.entities.micro.f(beta)]));
    }
    rows.push(counted("unlabelled", scores.entities.unlabelled));
    block(&mut out, look, &COUNTED, rows);
    if let Some(deviation) = by_document.deviation {
        let _ = writeln!(out, "F1 of documents has a standard deviation of {deviation:.4}.");
    }
    super::errors::errors(&mut out, look, report.pairs, report.errors, report.examples);
    if !report.left_out.is_empty() {
        let one = |(label, (gold, found)): (&String, &(u64, u64))| {
            format!("{label} ({gold} of gold, {found} found)")
        };
        let labels: Vec<String> = report.left_out.iter().map(one).collect();
        let words = format!("Left out by --labels: {}.", labels.join(", "));
        let _ = writeln!(out, "{}", Tone::Careful.paint(look, &words));
    }
    if scores.duplicates > 0 {
        let _ = writeln!(out, "{} predictions repeat another and count once.", scores.duplicates);
    }

    heading(&mut out, look, "Relations, strict: same type, both arguments with span and type");
    let mut rows = by_type(&scores.relations.types);
    let macros = scores.relations.macro_average();
    rows.push(counted("micro", scores.relations.strict));
    rows.push(averaged(
        &format!("macro of {} types", macros.types),
        [macros.precision, macros.recall, macros.f1],
    ));
    rows.push(counted("boundaries", scores.relations.boundaries));
    rows.push(counted("relaxed", scores.relations.relaxed));
    rows.push(counted("coreferent", scores.relations.coreferent));
    rows.push(counted("pairs", scores.relations.pairs));
    rows.push(counted("pairs, undirected", scores.relations.pairs_undirected));
    rows.push(counted("arguments found", scores.relations.arguments_found));
    block(&mut out, look, &COUNTED, rows);
    super::errors::relation_classes(&mut out, look, &scores.relations);

    if scores.events.triggers.gold() + scores.events.triggers.predicted() > 0 {
        heading(&mut out, look, "Events: trigger, role and argument; triggers; whole frames");
        let mut rows = by_type(&scores.events.types);
        rows.push(counted("arguments", scores.events.arguments));
        rows.push(counted("triggers", scores.events.triggers));
        rows.push(counted("frames", scores.events.frames));
        block(&mut out, look, &COUNTED, rows);
    }

    heading(&mut out, look, "Values: of matching mentions, and span, type and value together");
    let mut rows = by_type(&scores.values.types);
    rows.push(counted("together", scores.values.joint));
    rows.push(vec![
        "given the span".to_owned(),
        (scores.values.right + scores.values.wrong).to_string(),
        String::new(),
        scores.values.right.to_string(),
        scores.values.wrong.to_string(),
        String::new(),
        figure(scores.values.accuracy()),
    ]);
    block(&mut out, look, &COUNTED, rows);
    if !scores.values.errors.is_empty() {
        let wrong: Vec<String> =
            scores.values.errors.iter().map(|(error, n)| format!("{n} {}", error.name())).collect();
        let _ = writeln!(out, "Wrong values given the span: {}.", wrong.join(", "));
    }

    let overlap = match report.config.min_overlap {
        0.0 => String::new(),
        least => format!("; an overlap is {least} of the union or more"),
    };
    heading(&mut out, look, &format!("SemEval schemes, by the best alignment{overlap}"));
    let schemes = [
        ("strict", &scores.semeval.strict),
        ("exact", &scores.semeval.exact),
        ("partial", &scores.semeval.partial),
        ("type", &scores.semeval.type_),
    ];
    let columns = ["", "correct", "incorrect", "partial", "missed", "spurious", "P", "R", "F1"];
    block(&mut out, look, &columns, schemes.iter().map(|(name, scheme)| schemed(name, scheme)).collect());

    heading(&mut out, look, "GATE and MUC views of the same alignment");
    let gate = scores.semeval.gate();
    let muc = scores.semeval.strict.muc();
    let of = |name: &str, figures: [Option<f64>; 3]| {
        std::iter::once(name.to_owned()).chain(figures.map(figure)).collect::<Vec<_>>()
    };
    let views = vec![of("strict", gate.strict), of("lenient", gate.lenient), of("average", gate.average)];
    block(&mut out, look, &["", "P", "R", "F1"], views);
    let _ = writeln!(
        out,
        "UND {}, OVG {}, SUB {}, ERR {} (strict scheme)",
        figure(muc.undergeneration),
        figure(muc.overgeneration),
        figure(muc.substitution),
        figure(muc.error)
    );

    if scores.coreference.b_cubed.is_defined {
        coreference(&mut out, look, &scores.coreference);
    }

    heading(&mut out, look, "Documents");
    let rows = scores
        .documents
        .iter()
        .map(|document| {
            let mut row = counted(&document.id, document.entities);
            let relations = document.relations;
            row.extend([relations.gold().to_string(), figure(relations.f1())]);
            row
        })
        .collect();
    let columns =
        ["", "entities", "found", "right", "wrong", "missed", "P", "R", "F1", "relations", "relations F1"];
    block(&mut out, look, &columns, rows);
    if let Some(rules) = report.rules {
        super::errors::rules(&mut out, look, rules);
    }
    if let Some(suspicions) = report.review {
        super::errors::review(&mut out, look, report.pairs, suspicions);
    }
    out
}

fn coreference(out: &mut String, look: Look, c: &Coreference) {
    heading(out, look, "Coreference: mentions by span, chains as predicted");
    let (p, r, f) = c.blanc();
    let ratio = |name: &str, ratio: &crate::eval::Ratio| {
        vec![name.to_owned(), figure(ratio.precision()), figure(ratio.recall()), figure(ratio.f1())]
    };
    let rows = vec![
        ratio("MUC", &c.muc),
        ratio("B³", &c.b_cubed),
        ratio("CEAF m", &c.ceaf_m),
        ratio("CEAF e", &c.ceaf_e),
        vec!["BLANC".to_owned(), figure(p), figure(r), figure(f)],
        ratio("LEA", &c.lea),
        vec!["CoNLL".to_owned(), String::new(), String::new(), figure(c.conll())],
        vec![
            "mentions".to_owned(),
            figure(c.mentions.precision()),
            figure(c.mentions.recall()),
            figure(c.mentions.f1()),
        ],
    ];
    block(out, look, &["", "P", "R", "F1"], rows);
    let chains = c.chains;
    let kinds = [
        (chains.right, "right"),
        (chains.missing, "missing"),
        (chains.extra, "extra"),
        (chains.split, "split"),
        (chains.conflated, "conflated"),
    ];
    let words: Vec<String> = kinds.iter().map(|(n, what)| format!("{n} {what}")).collect();
    let _ = writeln!(
        out,
        "Chains: {}; in found ones {} mentions lack and {} are too many.",
        words.join(", "),
        chains.missing_mentions,
        chains.extra_mentions
    );
}

/// The figures that count, with their intervals.
fn headlines(out: &mut String, look: Look, report: &ScoreReport<'_>) {
    heading(out, look, "In short, with 95 % intervals");
    let is_typed =
        |headline: &&Headline| !matches!(headline.measure, Measure::EntityType(_) | Measure::RelationType(_));
    let row = |headline: &Headline| {
        let name = format!("{} {}", headline.measure, headline.figure);
        vec![name, figure(headline.value), super::compare::span(headline.interval)]
    };
    block(out, look, &["", "", "interval"], report.headlines.iter().filter(is_typed).map(row).collect());
    let undefined =
        report.headlines.iter().filter_map(|headline| headline.interval).map(|i| i.undefined).max();
    if let Some(undefined) = undefined.filter(|n| *n > 0) {
        let _ = writeln!(out, "A figure was undefined in up to {undefined} resamples and counted 0 there.");
    }
    match (report.unit, report.documents) {
        (Unit::Line, _) => out.push_str(
            "Intervals resample lines, not documents: lines of one document resemble each other, so these are too narrow.\n",
        ),
        (Unit::Document, 0 | 1) => out.push_str(
            "One document says nothing about the spread: there is no interval. `--unit line` resamples its lines.\n",
        ),
        (Unit::Document, n @ 2..20) => {
            let words = format!("{n} documents are few: intervals from fewer than 20 are rough.");
            let _ = writeln!(out, "{}", Tone::Careful.paint(look, &words));
        }
        (Unit::Document, _) => {}
    }
}

pub(super) fn heading(out: &mut String, look: Look, text: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    match look {
        Look::Terminal | Look::Color => {
            let _ = writeln!(out, "{}", Tone::Strong.paint(look, text));
        }
        Look::Markdown => {
            let _ = writeln!(out, "### {text}\n");
        }
    }
}

pub(super) fn block(out: &mut String, look: Look, columns: &[&str], rows: Vec<Vec<String>>) {
    let plain = |row: Vec<String>| (if row[0] == "micro" { Tone::Strong } else { Tone::Plain }, row);
    toned(out, look, columns, rows.into_iter().map(plain).collect());
}

/// A table whose rows have tones.
pub(super) fn toned(out: &mut String, look: Look, columns: &[&str], rows: Vec<(Tone, Vec<String>)>) {
    let mut table = Table::new();
    table.load_style(match look {
        Look::Terminal | Look::Color => presets::NOTHING,
        Look::Markdown => presets::ASCII_MARKDOWN,
    });
    table.set_header(columns.iter().copied());
    let mut tones = vec![Tone::Faint];
    for (tone, mut row) in rows {
        row.resize(columns.len(), String::new());
        // A row is one line: its tone is that of the line.
        row.iter_mut().for_each(|cell| *cell = cell.replace(['\n', '\r'], " "));
        table.add_row(row);
        tones.push(tone);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let tones = tones.into_iter().chain(std::iter::repeat(Tone::Plain));
    for (line, tone) in table.to_string().lines().zip(tones) {
        let _ = writeln!(out, "{}", tone.paint(look, line.trim_end()));
    }
}

fn by_type(types: &BTreeMap<Arc<str>, Counts>) -> Vec<Vec<String>> {
    types.iter().map(|(label, counts)| counted(label, *counts)).collect()
}

fn counted(name: &str, counts: Counts) -> Vec<String> {
    let numbers = [counts.gold(), counts.predicted(), counts.tp, counts.fp, counts.fn_];
    let figures = [counts.precision(), counts.recall(), counts.f1()];
    std::iter::once(name.to_owned())
        .chain(numbers.iter().map(u64::to_string))
        .chain(figures.into_iter().map(figure))
        .collect()
}

fn averaged(name: &str, figures: [Option<f64>; 3]) -> Vec<String> {
    let mut row = vec![name.to_owned()];
    row.extend(std::iter::repeat_n(String::new(), 5));
    row.extend(figures.into_iter().map(figure));
    row
}

pub(super) fn schemed(name: &str, scheme: &Scheme) -> Vec<String> {
    let numbers = [scheme.correct, scheme.incorrect, scheme.partial, scheme.missed, scheme.spurious];
    let figures = [scheme.precision(), scheme.recall(), scheme.f1()];
    std::iter::once(name.to_owned())
        .chain(numbers.iter().map(u64::to_string))
        .chain(figures.into_iter().map(figure))
        .collect()
}

/// Four decimals; `–` where a figure is undefined.
pub(super) fn figure(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.4}"))
}
