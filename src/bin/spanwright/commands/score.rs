//! `spanwright score`

use std::collections::BTreeMap;

use spanwright::doc::Annotations;
use spanwright::eval::{
    Limit, ScoreConfig, Scores, ValueMatch, analyse, headlines, join, review, score_lines, score_with,
};
use spanwright::io::ReadConfig;
use spanwright::report::{Gate, Look, PackInfo, ScoreReport, Unit, html, json, score_junit, table};

use super::attribution::by_rule;
use super::compat::as_other;
use super::history::{self, Kept};
use super::sides::{
    Scope, bootstrap, document_fingerprints, extracted, fingerprint, name_alike, read, read_gold, sides,
    symmetric,
};
use super::{load_selected, write_to};
use crate::args::{Global, ScoreArgs, ScoreFormat, UnitArg};
use crate::exit::Outcome;
use crate::terminal::look_of;

pub(crate) fn run(args: &ScoreArgs, global: &Global) -> anyhow::Result<Outcome> {
    let config = ReadConfig { offsets: args.offsets, tags: args.tags.into(), ..ReadConfig::default() };
    let pack = match &args.pack {
        Some(folder) => match load_selected(folder, &args.selection, global)? {
            Some(pack) => Some(pack),
            None => return Ok(Outcome::Refused),
        },
        None => None,
    };
    let mut gold = read_gold(&args.gold, config)?;
    let mut predicted = match (&pack, &args.pred) {
        (Some(pack), _) => extracted(pack, &gold, args.threads)?,
        (None, Some(path)) => read(path, config)?,
        (None, None) => Vec::new(),
    };
    name_alike(&gold, &mut predicted);
    let fingerprint = fingerprint(&gold);
    let documents = if args.save { document_fingerprints(&gold) } else { Vec::new() };
    let scope = Scope { symmetric: symmetric(&args.symmetric, pack.as_ref()), labels: args.labels.clone() };
    scope.check([&gold, &predicted])?;
    let mut left_out: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    scope.apply_to_all(&mut gold).into_iter().for_each(|(label, n)| left_out.entry(label).or_default().0 = n);
    scope
        .apply_to_all(&mut predicted)
        .into_iter()
        .for_each(|(label, n)| left_out.entry(label).or_default().1 = n);
    let nothing = Annotations::default();
    let pairs = join(&sides(&gold), &sides(&predicted), args.missing.into(), &nothing)?;
    let config = ScoreConfig {
        min_overlap: args.min_overlap,
        values: ValueMatch {
            tolerance: args.value_tolerance.unwrap_or_default(),
            coarser_dates: args.coarser_dates,
        },
    };
    let scores = score_with(&pairs, config)?;
    if let Some(compat) = args.compat {
        if matches!(args.format, ScoreFormat::Html | ScoreFormat::Junit) {
            anyhow::bail!("--compat has no page and no JUnit: use --format table, markdown or json");
        }
        let text = as_other(compat, (args.format, &args.output), &pairs, &scores)?;
        write_to(&args.output, |out| Ok(out.write_all(text.as_bytes())?))?;
        return Ok(Outcome::Holds);
    }
    let errors = analyse(&pairs);
    let (unit, rows) = match args.unit {
        UnitArg::Document => (Unit::Document, None),
        UnitArg::Line => (Unit::Line, Some(score_lines(&pairs))),
    };
    let rows = rows.as_ref().unwrap_or(&scores.documents);
    let bootstrap = bootstrap(args.resampling, rows.len());
    let headlines = headlines(rows, bootstrap);
    let rules = match &pack {
        Some(pack) if args.by_rule => {
            Some(by_rule(pack, &scope, &gold, &pairs, (&scores, &errors), bootstrap)?)
        }
        _ => None,
    };
    let review = args.review_gold.then(|| review(&pairs, &errors));
    let report = ScoreReport {
        pack: pack.as_ref().map(|pack| PackInfo {
            name: pack.program.name(),
            version: pack.program.version(),
            fingerprint: pack.program.fingerprint(),
            order: &pack.program.order,
        }),
        documents: gold.len(),
        left_out: &left_out,
        config,
        gold_fingerprint: &fingerprint,
        scores: &scores,
        pairs: &pairs,
        headlines: &headlines,
        unit,
        errors: &errors,
        rules: rules.as_deref(),
        review: review.as_deref(),
        examples: args.examples,
        beta: args.beta,
    };
    let gates: Vec<Gate> = args.fail_under.iter().map(|limit| gate(limit, &scores)).collect();
    let text = match args.format {
        ScoreFormat::Table => table(&report, look_of(&args.output)),
        ScoreFormat::Markdown => table(&report, Look::Markdown),
        ScoreFormat::Json => format!("{:#}\n", json(&report)),
        ScoreFormat::Junit => score_junit(&report, &gates),
        ScoreFormat::Html => html(&report, &history::past(args.store.as_deref(), &fingerprint)?)?,
    };
    write_to(&args.output, |out| Ok(out.write_all(text.as_bytes())?))?;
    if args.save {
        let kept = Kept {
            name: match (&pack, &args.pred) {
                (Some(pack), _) => format!("{} {}", pack.program.name(), pack.program.version()),
                (None, path) => path.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
            },
            pack: pack.as_ref().map(|pack| (pack.program.fingerprint().to_owned(), pack.parts.clone())),
            documents,
            fingerprint: &fingerprint,
            predicted: gold
                .iter()
                .map(|record| &record.document)
                .zip(pairs.iter().map(|p| p.predicted))
                .collect(),
            headlines: &headlines,
            scores: json(&report).to_string(),
            symmetric: &scope.symmetric,
        };
        history::save(args, kept, global)?;
    }
    history::look(args.store.as_deref(), &fingerprint, global);
    for problem in gates.iter().filter_map(|gate| gate.problem.as_ref()) {
        anstream::eprintln!("spanwright: {problem}");
    }
    Ok(if gates.iter().all(Gate::holds) { Outcome::Holds } else { Outcome::DoesNotHold })
}

/// A limit as the exit status counts it.
fn gate(limit: &Limit, scores: &Scores) -> Gate {
    let problem = limit.check(scores).map(|violation| {
        let score = violation.score.map_or("undefined".to_owned(), |score| format!("{score:.4}"));
        format!("{limit} does not hold: it is {score}")
    });
    Gate { name: format!("--fail-under {limit}"), problem }
}
