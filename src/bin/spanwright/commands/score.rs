//! `spanwright score`

use std::sync::Arc;

use spanwright::compile::{Selection, compile_selected};
use spanwright::doc::{Annotations, Document};
use spanwright::engine::{CandidateReport, ExtractConfig, Extractor};
use spanwright::eval::{
    Bootstrap, ErrorAnalysis, Flat, Nervaluate, Pair, Proposed, RuleScore, Scores, Seqeval, analyse,
    attribute, equal_tags, headlines, join, review, score, score_lines,
};
use spanwright::io::{ReadConfig, Record};
use spanwright::program::Program;
use spanwright::report::{
    Look, PackInfo, ScoreReport, SeqevalReport, Unit, html, json, markdown, nervaluate, nervaluate_json,
    table,
};
use spanwright::run::extract_all;
use spanwright::text::{OffsetUnit, Span, UnitIndex};

use super::history::{self, Kept};
use super::sides::{
    bootstrap, document_fingerprints, extracted, fingerprint, name_alike, read, read_gold, sides,
    sort_all_symmetric, symmetric,
};
use super::{Loaded, load_selected, write_to};
use crate::args::{Compat, Global, ScoreArgs, ScoreFormat, UnitArg};
use crate::exit::Outcome;

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
    let symmetric = symmetric(&args.symmetric, pack.as_ref());
    sort_all_symmetric(&mut gold, &symmetric);
    sort_all_symmetric(&mut predicted, &symmetric);
    let nothing = Annotations::default();
    let pairs = join(&sides(&gold), &sides(&predicted), args.missing.into(), &nothing)?;
    let scores = score(&pairs)?;
    if let Some(compat) = args.compat {
        if args.format == ScoreFormat::Html {
            anyhow::bail!("--compat has no page: use --format table, markdown or json");
        }
        let text = as_other(compat, args.format, &pairs, &scores)?;
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
            Some(by_rule(pack, args, &gold, &pairs, (&scores, &errors), bootstrap)?)
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
    let text = match args.format {
        ScoreFormat::Table => table(&report),
        ScoreFormat::Markdown => markdown(&report),
        ScoreFormat::Json => format!("{:#}\n", json(&report)),
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
            symmetric: &symmetric,
        };
        history::save(args, kept, global)?;
    }
    history::look(args.store.as_deref(), &fingerprint, global);
    let violations: Vec<_> = args.fail_under.iter().filter_map(|limit| limit.check(&scores)).collect();
    for violation in &violations {
        let score = violation.score.map_or("undefined".to_owned(), |score| format!("{score:.4}"));
        anstream::eprintln!("spanwright: {} does not hold: it is {score}", violation.limit);
    }
    Ok(if violations.is_empty() { Outcome::Holds } else { Outcome::DoesNotHold })
}

/// What each rule is worth. A rule is left out by running the pack without it
/// over the documents in which it did anything.
fn by_rule(
    pack: &Loaded,
    args: &ScoreArgs,
    gold: &[Record],
    pairs: &[Pair<'_>],
    results: (&Scores, &ErrorAnalysis),
    bootstrap: Bootstrap,
) -> anyhow::Result<Vec<RuleScore>> {
    let program = &pack.program;
    let documents: Vec<Document> = gold.iter().map(|record| record.document.clone()).collect();
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(program, config);
    let mut scratch = extractor.scratch();
    let mut proposed = Vec::with_capacity(documents.len());
    for document in &documents {
        proposed.push(proposals(program, &extractor.extract(document, &mut scratch).candidates));
    }
    let on: Vec<Arc<str>> =
        program.origins.iter().filter(|origin| origin.on).map(|origin| origin.id.clone()).collect();
    let without = |rule: &str| -> Option<Vec<Annotations>> {
        let mut off = args.selection.without.clone();
        off.push(rule.to_owned());
        let selection = Selection { on: args.selection.with.clone(), off, only: args.selection.only.clone() };
        let program = compile_selected(&pack.checked, &selection).ok()?;
        extract_all(&documents, &Extractor::new(&program), 1).ok()
    };
    Ok(attribute(pairs, &proposed, &on, results, bootstrap, &without)?)
}

fn proposals(program: &Program, candidates: &[spanwright::engine::Candidate]) -> Vec<Proposed> {
    candidates
        .iter()
        .map(|candidate| Proposed {
            rule: program.origin(candidate.rule).id.clone(),
            span: candidate.span,
            label: program.type_info(candidate.label).name.clone(),
            stays: candidate.stays(),
        })
        .collect()
}

/// The figures as another scorer reports them.
fn as_other(
    compat: Compat,
    format: ScoreFormat,
    pairs: &[Pair<'_>],
    scores: &Scores,
) -> anyhow::Result<String> {
    let look = if format == ScoreFormat::Markdown { Look::Markdown } else { Look::Terminal };
    if compat == Compat::Nervaluate {
        let mut found = Nervaluate::default();
        for pair in pairs {
            let units = UnitIndex::new(pair.text, OffsetUnit::Chars);
            let flat = |side: &Annotations| -> Vec<Flat> {
                let one = |mention: &spanwright::doc::Mention| {
                    let span = mention.span();
                    let (start, end) = (units.from_byte(span.start), units.from_byte(span.end));
                    Flat { start, end, label: mention.label.clone() }
                };
                side.mentions.iter().map(one).collect()
            };
            found.add(&flat(pair.gold), &flat(pair.predicted), None);
        }
        return Ok(match format {
            ScoreFormat::Json => format!("{:#}\n", nervaluate_json(&found)),
            ScoreFormat::Table | ScoreFormat::Markdown | ScoreFormat::Html => nervaluate(&found, look),
        });
    }
    for pair in pairs {
        refuse_overlaps(pair.id, pair.gold, "gold")?;
        refuse_overlaps(pair.id, pair.predicted, "the predictions")?;
    }
    let types = &scores.entities.types;
    let of_type = |counts: spanwright::eval::Counts| {
        Seqeval::new(&[(Arc::from(""), counts)].into_iter().collect()).micro
    };
    let report = SeqevalReport {
        averages: Seqeval::new(types),
        types: types.iter().map(|(label, counts)| (&**label, of_type(*counts), counts.gold())).collect(),
        support: scores.entities.micro.gold(),
        tokens: pairs.iter().try_fold((0, 0), |(equal, all), pair| {
            let (e, a) = equal_tags(&words(pair.text), pair.gold, pair.predicted)?;
            Some((equal + e, all + a))
        }),
    };
    let by_type: Vec<(&str, u64)> =
        types.iter().map(|(label, counts)| (&**label, counts.predicted())).collect();
    let micro = scores.entities.micro;
    Ok(match (compat, format) {
        (_, ScoreFormat::Json) => format!("{:#}\n", report.json()),
        (Compat::Conlleval, _) => report.conlleval(micro.predicted(), micro.tp, &by_type),
        (Compat::Seqeval | Compat::Nervaluate, _) => report.text(look),
    })
}

/// What stands between white space: the tokens of a text that came in columns.
fn words(text: &str) -> Vec<Span> {
    let first = text.as_ptr() as usize;
    let word = |word: &str| {
        let start = (word.as_ptr() as usize - first) as u32;
        Span::new(start, start + word.len() as u32)
    };
    text.split_whitespace().map(word).collect()
}

/// Tags in columns cannot hold spans that overlap.
fn refuse_overlaps(id: &str, side: &Annotations, name: &str) -> anyhow::Result<()> {
    let mut mentions: Vec<_> = side.mentions.iter().collect();
    mentions.sort_by_key(|mention| (mention.span().start, mention.span().end));
    let mut end = 0;
    for mention in mentions {
        if mention.span().start < end || mention.fragments.len() > 1 {
            anyhow::bail!(
                "{id}: `{}` in {name} overlaps another mention or has a gap: seqeval and conlleval know flat spans only; nervaluate takes these",
                mention.id
            );
        }
        end = mention.span().end;
    }
    Ok(())
}
