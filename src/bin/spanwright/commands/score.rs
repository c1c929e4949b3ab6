//! `spanwright score`

use std::path::Path;

use spanwright::doc::{Annotations, Document};
use spanwright::engine::Extractor;
use spanwright::eval::{MissingPrediction, join, score};
use spanwright::io::{JsonlWriter, ReadConfig, Record, read_all};
use spanwright::report::{PackInfo, ScoreReport, json, markdown, table};
use spanwright::run::extract_all;

use super::{load_selected, open, write_to};
use crate::args::{Global, Missing, ScoreArgs, ScoreFormat};
use crate::exit::Outcome;

pub(crate) fn run(args: &ScoreArgs, global: &Global) -> anyhow::Result<Outcome> {
    let config = ReadConfig { offsets: args.offsets, ..ReadConfig::default() };
    let pack = match &args.pack {
        Some(folder) => match load_selected(folder, &args.selection, global)? {
            Some(pack) => Some(pack),
            None => return Ok(Outcome::Refused),
        },
        None => None,
    };
    let gold = read(&args.gold, config)?;
    if let Some(bare) = gold.iter().find(|record| !record.annotated) {
        anyhow::bail!(
            "{}: gold without labels: a document of gold has an `.ann` file or `entities`",
            bare.document.id
        );
    }
    let predicted = match (&pack, &args.pred) {
        (Some(pack), _) => {
            let documents: Vec<Document> = gold.iter().map(|record| record.document.clone()).collect();
            let annotations = extract_all(&documents, &Extractor::new(&pack.program), args.threads)?;
            let record = |(document, annotations)| Record { document, annotations, annotated: true };
            documents.into_iter().zip(annotations).map(record).collect()
        }
        (None, Some(path)) => read(path, config)?,
        (None, None) => Vec::new(),
    };
    let missing = match args.missing {
        Missing::Error => MissingPrediction::Error,
        Missing::Empty => MissingPrediction::Empty,
    };
    let nothing = Annotations::default();
    let pairs = join(&sides(&gold), &sides(&predicted), missing, &nothing)?;
    let scores = score(&pairs)?;
    let fingerprint = fingerprint(&gold);
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
    };
    let text = match args.format {
        ScoreFormat::Table => table(&report),
        ScoreFormat::Markdown => markdown(&report),
        ScoreFormat::Json => format!("{:#}\n", json(&report)),
    };
    write_to(&args.output, |out| Ok(out.write_all(text.as_bytes())?))?;
    let violations: Vec<_> = args.fail_under.iter().filter_map(|limit| limit.check(&scores)).collect();
    for violation in &violations {
        let score = violation.score.map_or("undefined".to_owned(), |score| format!("{score:.4}"));
        anstream::eprintln!("spanwright: {} does not hold: it is {score}", violation.limit);
    }
    Ok(if violations.is_empty() { Outcome::Holds } else { Outcome::DoesNotHold })
}

fn read(path: &Path, config: ReadConfig) -> anyhow::Result<Vec<Record>> {
    Ok(read_all(open(&[path.to_path_buf()], None, config)?)?)
}

fn sides(records: &[Record]) -> Vec<(&str, &str, &Annotations)> {
    records.iter().map(|r| (r.document.id.as_str(), r.document.text.as_str(), &r.annotations)).collect()
}

/// A hash over ids, texts and labels of gold.
fn fingerprint(gold: &[Record]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut line = Vec::new();
    for record in gold {
        line.clear();
        JsonlWriter::default().write(&record.document, &record.annotations, &mut line);
        hasher.update(&line);
    }
    hasher.finalize().to_hex().to_string()
}
