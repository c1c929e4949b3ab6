//! `spanwright extract`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use spanwright::engine::{ExtractConfig, Extractor, Profile};
use spanwright::io::{BratFolder, Inputs, JsonlWriter, MaxDocument, ReadConfig, Source};
use spanwright::program::Program;
use spanwright::report::{Look, profile_table};
use spanwright::run::{OnError, Output, Partial, RunConfig, RunSummary, run as run_all};

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
    let source = open(&args.paths, args.input_format.map(|format| format.name()), read_config(args))?;
    let profile = args.profile.then(Arc::<Profile>::default);
    let config = ExtractConfig {
        max_candidates: Some(args.max_candidates),
        profile: profile.clone(),
        ..ExtractConfig::default()
    };
    let extractor = Extractor::with_config(&program, config);
    let Some(profile) = profile else { return all(args, global, &extractor, source) };
    let outcome = profile.watch(|| all(args, global, &extractor, source))?;
    anstream::eprint!("{}", profile_table(&profile.report(), &program, Look::Terminal));
    Ok(outcome)
}

fn read_config(args: &ExtractArgs) -> ReadConfig {
    ReadConfig { max_document: MaxDocument(args.max_document), ..ReadConfig::texts(args.offsets) }
}

/// Extracts from everything that was named.
fn all(
    args: &ExtractArgs,
    global: &Global,
    extractor: &Extractor<'_>,
    source: Source,
) -> anyhow::Result<Outcome> {
    let on_error = match args.on_error {
        OnErrorArg::Stop => OnError::Stop,
        OnErrorArg::Skip => OnError::Skip,
    };
    let read = read_config(args);
    let config = RunConfig { read, threads: args.threads, on_error };
    let writer = JsonlWriter { offsets: args.offsets };
    if args.resume {
        let mut partial = resumed(args, extractor.program())?;
        if !global.quiet && partial.records() > 0 {
            anstream::eprintln!("spanwright: going on after {}", describe(&partial.done()));
        }
        let bar = Bar::new(global);
        let done = run_all(source, extractor, config, Output::Partial(&mut partial, writer), None, &bar);
        drop(bar);
        let summary = done?;
        if summary.stopped {
            partial.keep(&RunSummary { stopped: false, ..summary })?;
        } else {
            partial.finish()?;
        }
        return ended(whole(summary, global)?, global);
    }
    let mut rejects = match &args.rejects {
        Some(path) => {
            let file = File::create(path).with_context(|| path.display().to_string())?;
            Some(BufWriter::new(file))
        }
        None => None,
    };
    let bar = Bar::new(global);
    // What was set aside is on the disk before the output takes its name.
    let go = |output: Output<'_>| {
        let rejects_to = rejects.as_mut().map(|file| file as &mut (dyn Write + Send));
        let done = run_all(source, extractor, config, output, rejects_to, &bar)?;
        if let Some(file) = &mut rejects {
            file.flush().context("cannot keep the records that were set aside")?;
        }
        whole(done, global)
    };
    let summary = match args.format {
        OutputFormat::Brat => {
            let folder =
                BratFolder::create(&args.output).with_context(|| args.output.display().to_string())?;
            go(Output::Brat(folder))?
        }
        OutputFormat::Jsonl => write_to(&args.output, |out| go(Output::Lines(out, writer)))?,
    };
    drop(bar);
    ended(summary, global)
}

/// Tells what a run did; that a record was set aside, or a document cut short,
/// is its exit status.
fn ended(summary: RunSummary, global: &Global) -> anyhow::Result<Outcome> {
    if !global.quiet {
        anstream::eprintln!("spanwright: {}", describe(&summary));
    }
    let lacks = summary.set_aside > 0 || summary.truncated > 0;
    Ok(if lacks { Outcome::DoesNotHold } else { Outcome::Holds })
}

/// The output of a run that can be gone on with.
fn resumed(args: &ExtractArgs, program: &Program) -> anyhow::Result<Partial> {
    let packed = args.output.extension().is_some_and(|end| end == "gz" || end == "zst");
    if args.output.as_os_str() == "-" || args.format != OutputFormat::Jsonl || packed {
        bail!("`--resume` goes on with a file of JSON Lines: name one with `-o`, neither packed nor brat");
    }
    if args.paths.is_empty() || args.paths.iter().any(|path| path.as_os_str() == "-") {
        bail!("`--resume` reads the input anew from its begin: name files, not standard input");
    }
    let format = args.input_format.and_then(|format| spanwright::io::format(format.name()));
    let mut inputs = blake3::Hasher::new();
    for input in Inputs::find(&args.paths, format)?.files {
        let meta = std::fs::metadata(&input.path).with_context(|| input.path.display().to_string())?;
        let since = meta.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        inputs.update(format!("{}\0{}\0{}\0", input.path.display(), meta.len(), since.as_nanos()).as_bytes());
    }
    let settings = [
        ("program", env!("CARGO_PKG_VERSION").to_owned()),
        ("pack", program.fingerprint().to_owned()),
        ("input", inputs.finalize().to_hex().to_string()),
        ("--input-format", format.map_or_else(String::new, |format| format.name.to_owned())),
        ("--offsets", args.offsets.name().to_owned()),
        ("--on-error", format!("{:?}", args.on_error)),
        ("--rejects", args.rejects.as_ref().map_or_else(String::new, |path| path.display().to_string())),
        ("--max-candidates", args.max_candidates.to_string()),
        ("--max-document", args.max_document.to_string()),
    ];
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let every = Duration::try_from_secs_f64(args.checkpoint).context("--checkpoint")?;
    Ok(Partial::open(&args.output, args.rejects.as_deref(), settings, every)?)
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
