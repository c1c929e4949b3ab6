//! `spanwright runs`

use serde_json::Value;
use spanwright::report::{Look, run_json, run_table, runs_table, summary_json};

use super::{history, write_to};
use crate::args::{CompareFormat, RunsArgs, RunsCommand};
use crate::exit::Outcome;
use crate::terminal::look_of;

pub(crate) fn run(args: &RunsArgs) -> anyhow::Result<Outcome> {
    let flag = args.store.as_deref();
    match &args.command {
        RunsCommand::List { gold, number, format } => {
            let store = history::required(flag)?;
            let mut runs = store.list()?;
            let mut looks = store.looks()?;
            if let Some(gold) = gold {
                runs.retain(|run| run.gold.starts_with(gold.as_str()));
                looks.retain(|fingerprint, _| fingerprint.starts_with(gold.as_str()));
            }
            runs.truncate(number.unwrap_or(usize::MAX));
            let text = match format {
                CompareFormat::Table => runs_table(&runs, &looks, look_of("-".as_ref())),
                CompareFormat::Markdown => runs_table(&runs, &looks, Look::Markdown),
                CompareFormat::Json => {
                    let runs: Vec<Value> = runs.iter().map(summary_json).collect();
                    format!("{:#}\n", serde_json::json!({"runs": runs, "looks": looks}))
                }
            };
            write_to("-".as_ref(), |out| Ok(out.write_all(text.as_bytes())?))?;
        }
        RunsCommand::Show { run, format } => {
            let store = history::required(flag)?;
            let id = store.find(run)?;
            let summary = store.summary(&id)?;
            let scores: Value = serde_json::from_str(&store.scores(&id)?)?;
            let text = match format {
                CompareFormat::Table => run_table(&summary, &scores, look_of("-".as_ref())),
                CompareFormat::Markdown => run_table(&summary, &scores, Look::Markdown),
                CompareFormat::Json => format!("{:#}\n", run_json(&summary, &scores)),
            };
            write_to("-".as_ref(), |out| Ok(out.write_all(text.as_bytes())?))?;
        }
        RunsCommand::Rm { runs } => {
            let mut store = history::required(flag)?;
            let ids = runs.iter().map(|run| store.find(run)).collect::<Result<Vec<_>, _>>()?;
            store.remove(&ids)?;
        }
        RunsCommand::Export { run, output } => {
            let store = history::required(flag)?;
            let id = store.find(run)?;
            history::export(&store, &id, output)?;
        }
    }
    Ok(Outcome::Holds)
}
