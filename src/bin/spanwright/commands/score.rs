//! `spanwright score`

use spanwright::doc::Annotations;
use spanwright::eval::{join, score};
use spanwright::io::ReadConfig;
use spanwright::report::{PackInfo, ScoreReport, json, markdown, table};

use super::sides::{extracted, fingerprint, read, read_gold, sides};
use super::{load_selected, write_to};
use crate::args::{Global, ScoreArgs, ScoreFormat};
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
    let gold = read_gold(&args.gold, config)?;
    let predicted = match (&pack, &args.pred) {
        (Some(pack), _) => extracted(pack, &gold, args.threads)?,
        (None, Some(path)) => read(path, config)?,
        (None, None) => Vec::new(),
    };
    let nothing = Annotations::default();
    let pairs = join(&sides(&gold), &sides(&predicted), args.missing.into(), &nothing)?;
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
