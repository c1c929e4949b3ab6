//! `spanwright agree`

use anyhow::{Context, bail};
use spanwright::doc::Annotations;
use spanwright::eval::{MissingPrediction, agree, join};
use spanwright::io::{ReadConfig, Record};
use spanwright::report::{AgreementReport, Look};

use super::sides::{name_alike, read_gold, sides};
use super::write_to;
use crate::args::{AgreeArgs, CompareFormat};
use crate::exit::Outcome;
use crate::terminal::look_of;

pub(crate) fn run(args: &AgreeArgs) -> anyhow::Result<Outcome> {
    let config = ReadConfig { offsets: args.offsets, tags: args.tags.into(), ..ReadConfig::default() };
    let mut annotators: Vec<(String, Vec<Record>)> = Vec::new();
    for path in &args.annotators {
        annotators.push((path.display().to_string(), read_gold(path, config)?));
    }
    if let Some(((_, first), others)) = annotators.split_first_mut() {
        others.iter_mut().for_each(|(_, records)| name_alike(first, records));
    }
    let all = |record: &Record| {
        let has = |other: &[Record]| other.iter().any(|o| o.document.id == record.document.id);
        annotators.iter().all(|(_, records)| has(records))
    };
    let common: Vec<String> =
        annotators[0].1.iter().filter(|record| all(record)).map(|r| r.document.id.clone()).collect();
    if common.is_empty() {
        bail!("the annotators have no document in common: documents are joined by their ids");
    }
    let left: usize = annotators.iter().map(|(_, records)| records.len() - common.len()).sum();
    if left > 0 {
        anstream::eprintln!("spanwright: {left} documents that not all annotators have are left out");
    }
    for (_, records) in &mut annotators {
        records.retain(|record| common.contains(&record.document.id));
    }
    let nothing = Annotations::default();
    let mut pairs = Vec::new();
    for (at, (first, a)) in annotators.iter().enumerate() {
        for (second, b) in &annotators[at + 1..] {
            let joined = join(&sides(a), &sides(b), MissingPrediction::Error, &nothing)
                .with_context(|| format!("{first} and {second}"))?;
            pairs.push((first.clone(), second.clone(), agree(&joined)));
        }
    }
    let report = AgreementReport { documents: common.len(), pairs: &pairs };
    let text = match args.format {
        CompareFormat::Table => report.text(look_of(&args.output)),
        CompareFormat::Markdown => report.text(Look::Markdown),
        CompareFormat::Json => format!("{:#}\n", report.json()),
    };
    write_to(&args.output, |out| Ok(out.write_all(text.as_bytes())?))?;
    Ok(Outcome::Holds)
}
