//! `spanwright extract`

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, bail};
use spanwright::engine::{ExtractConfig, Extractor};
use spanwright::io::{BratFolder, JsonlWriter, ReadConfig};
use spanwright::run::{OnError, Output, RunConfig, RunSummary, run as run_all};

use super::{count, load_program, open, write_to};
use crate::args::{ExtractArgs, Global, OnErrorArg, OutputFormat};
use crate::exit::{Interrupted, Outcome};
use crate::terminal::Bar;

pub(crate) fn run(args: &ExtractArgs, global: &Global) -> anyhow::Result<Outcome> {
    if args.format == OutputFormat::Brat && args.output.as_os_str() == "-" {
        bail!("brat standoff is pairs of files: name a folder with `-o FOLDER`");
    }
    if args.rejects.is_some() && args.on_error == OnErrorArg::Stop {
        bail!("`--rejects` keeps records that are set aside: say `--on-error skip` too");
    }
    let Some(program) = load_program(&args.pack, &args.selection, global)? else {
        return Ok(Outcome::Refused);
    };
    let read = ReadConfig::texts(args.offsets);
    let source = open(&args.paths, args.input_format.map(|format| format.name()), read)?;
    let config = ExtractConfig { max_candidates: args.max_candidates, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(&program, config);
    let on_error = match args.on_error {
        OnErrorArg::Stop => OnError::Stop,
        OnErrorArg::Skip => OnError::Skip,
    };
    let config = RunConfig { read, threads: args.threads, on_error };
    let mut rejects = match &args.rejects {
        Some(path) => {
            let file = File::create(path).with_context(|| path.display().to_string())?;
            Some(BufWriter::new(file))
        }
        None => None,
    };
    let rejects_to = rejects.as_mut().map(|file| file as &mut dyn Write);
    let bar = Bar::new(global);
    let summary = match args.format {
        OutputFormat::Brat => {
            let folder =
                BratFolder::create(&args.output).with_context(|| args.output.display().to_string())?;
            whole(run_all(source, &extractor, config, Output::Brat(folder), rejects_to, &bar)?, global)?
        }
        OutputFormat::Jsonl => write_to(&args.output, |out| {
            let writer = JsonlWriter { offsets: args.offsets };
            whole(run_all(source, &extractor, config, Output::Lines(out, writer), rejects_to, &bar)?, global)
        })?,
    };
    drop(bar);
    if let Some(mut file) = rejects {
        file.flush().context("the file of records that were set aside")?;
    }
    if !global.quiet {
        anstream::eprintln!("spanwright: {}", describe(&summary));
    }
    Ok(if summary.set_aside > 0 { Outcome::DoesNotHold } else { Outcome::Holds })
}

/// Passes on what a run did; an error if it was interrupted, so that no part
/// of a result takes the name of the whole.
fn whole(summary: RunSummary, global: &Global) -> anyhow::Result<RunSummary> {
    if !summary.stopped {
        return Ok(summary);
    }
    if !global.quiet {
        anstream::eprintln!("spanwright: interrupted after {}", describe(&summary));
    }
    Err(Interrupted.into())
}

/// `8 documents, 1 mention, 0 relations`
fn describe(summary: &RunSummary) -> String {
    let mut parts = vec![
        count(summary.documents, "document"),
        count(summary.mentions, "mention"),
        count(summary.relations, "relation"),
    ];
    if summary.set_aside > 0 {
        parts.push(format!("{} set aside", count(summary.set_aside, "record")));
    }
    if summary.truncated > 0 {
        parts.push(format!("{} cut short by a limit", count(summary.truncated, "document")));
    }
    parts.join(", ")
}
