//! `spanwright fuzz`

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::json;
use spanwright::fuzz::{
    Corpus, Engine, Failure, FuzzConfig, FuzzReport, INVARIANTS, Invariant, Tried, Watch, fuzz,
};
use spanwright::io::{ReadConfig, parse};
use spanwright::report::{Fuzzed, Kept};
use spanwright::text::OffsetUnit;

use super::{Loaded, load_pack, open};
use crate::args::{ExplainFormat, FuzzArgs, Global, SECONDS};
use crate::exit::{Interrupted, Outcome};
use crate::terminal::Bar;

/// How many texts are tried where nothing is said.
const CASES: u64 = 1000;
/// How often it is looked whether a law takes too long.
const LOOK: Duration = Duration::from_millis(100);
/// How long the run may take to end once one did.
const GRACE: Duration = Duration::from_secs(1);

pub(crate) fn run(args: &FuzzArgs, global: &Global) -> anyhow::Result<Outcome> {
    if args.list {
        write(&list(args.format))?;
        return Ok(Outcome::Holds);
    }
    let invariants = chosen(args)?;
    let pack = match &args.pack {
        Some(folder) => match load_pack(folder, global)? {
            Some(pack) => Some(pack),
            None => return Ok(Outcome::Refused),
        },
        None => None,
    };
    let engine = pack.as_ref().map_or_else(Engine::without_pack, |pack| Engine::new(&pack.program));
    let watch = Watch::new((args.timeout > 0.0).then(|| Duration::from_secs_f64(args.timeout)));
    if let Some(path) = &args.replay {
        return replay(path, &invariants, (&engine, &watch), args);
    }
    let corpus = Arc::new(Corpus::new(seeds(args, pack.as_ref())?));
    let config = FuzzConfig {
        seed: args.seed,
        cases: args.cases.or(args.seconds.is_none().then_some(CASES)),
        time: args.seconds.map(Duration::from_secs),
        threads: args.threads,
        invariants,
    };
    let bar = Bar::counting(global, "texts");
    let fuzzed = |report: FuzzReport| {
        let (kept, trouble) = keep(&report, args);
        write(&show(&Fuzzed { report: &report, given: None, kept: &kept }, args.format))?;
        match trouble {
            Some(trouble) => Err(trouble),
            None if !report.holds() => Ok(Outcome::DoesNotHold),
            None if report.stopped => Err(Interrupted.into()),
            None => Ok(Outcome::Holds),
        }
    };
    let report = quietly(|| watched(&watch, &fuzzed, || fuzz(&engine, &corpus, &config, &bar, &watch)))?;
    drop(bar);
    fuzzed(watch.report().unwrap_or(report))
}

/// Does the work while another thread looks whether a law takes too long. What
/// hangs cannot be stopped: then `end` has what is known, and the process ends.
fn watched<T>(
    watch: &Watch,
    end: &(impl Fn(FuzzReport) -> anyhow::Result<Outcome> + Sync),
    work: impl FnOnce() -> T,
) -> T {
    let (done, is_done) = mpsc::channel::<()>();
    std::thread::scope(|threads| {
        threads.spawn(move || {
            let goes_on = |wait| is_done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout);
            while goes_on(LOOK) {
                // What only took long comes to its end by itself, given the time to.
                if watch.is_overdue()
                    && goes_on(GRACE)
                    && let Some(report) = watch.report()
                {
                    std::process::exit(crate::exit::report(end(report)).into());
                }
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// The laws that are asked about: all that say something, or those named.
fn chosen(args: &FuzzArgs) -> anyhow::Result<Vec<&'static Invariant>> {
    let has_pack = args.pack.is_some();
    if args.invariant.is_empty() {
        return Ok(INVARIANTS.iter().filter(|law| has_pack || !law.needs_pack).collect());
    }
    for name in &args.invariant {
        match INVARIANTS.iter().find(|law| law.name == *name) {
            Some(law) if law.needs_pack && !has_pack => {
                bail!("`{name}` is a law of extraction: name a rule pack with `--pack DIR`")
            }
            Some(_) => {}
            None => bail!("no law `{name}`: `spanwright fuzz --list` shows them"),
        }
    }
    Ok(INVARIANTS.iter().filter(|law| args.invariant.iter().any(|name| law.name == name)).collect())
}

fn list(format: ExplainFormat) -> String {
    let mut out = String::new();
    for law in INVARIANTS {
        match format {
            ExplainFormat::Text => {
                let pack = if law.needs_pack { "with --pack" } else { "" };
                out.push_str(format!("{:<17} {pack:<12} {}\n", law.name, law.doc).as_str());
            }
            ExplainFormat::Json => {
                let line = json!({"name": law.name, "doc": law.doc, "needs_pack": law.needs_pack});
                out.push_str(&format!("{line}\n"));
            }
        }
    }
    out
}

/// The texts of the user, and those of the tests of the pack.
fn seeds(args: &FuzzArgs, pack: Option<&Loaded>) -> anyhow::Result<Vec<String>> {
    let mut seeds = Vec::new();
    if !args.corpus.is_empty() {
        let config = ReadConfig::texts(OffsetUnit::default());
        for raw in open(&args.corpus, None, config)? {
            let record = parse(raw.map_err(|bad| bad.error)?, config).map_err(|bad| bad.error)?;
            seeds.push(record.document.text);
        }
        if seeds.iter().all(String::is_empty) {
            bail!("`--corpus` names no text that holds anything");
        }
    }
    seeds.extend(pack.into_iter().flat_map(|pack| pack.texts.iter().cloned()));
    Ok(seeds)
}

/// Tries the laws on one text.
fn replay(
    path: &Path,
    invariants: &[&'static Invariant],
    (engine, watch): (&Engine<'_>, &Watch),
    args: &FuzzArgs,
) -> anyhow::Result<Outcome> {
    let shown = path.display().to_string();
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).context("standard input")?;
    } else {
        bytes = std::fs::read(path).with_context(|| shown.clone())?;
    }
    let text = String::from_utf8(bytes).with_context(|| shown.clone())?;
    let mut report = FuzzReport {
        seed: args.seed,
        texts: 1,
        bytes: text.len() as u64,
        tried: invariants.iter().map(|&invariant| Tried { invariant, texts: 1, failure: None }).collect(),
        stopped: false,
    };
    watch.note(&report);
    let fuzzed = |report: FuzzReport| {
        write(&show(&Fuzzed { report: &report, given: Some(&shown), kept: &[] }, args.format))?;
        Ok(if report.holds() { Outcome::Holds } else { Outcome::DoesNotHold })
    };
    let try_all = || {
        for tried in &mut report.tried {
            let broken = watch.ask(tried.invariant, engine, &text, None).err();
            let shrunk_from = text.len();
            tried.failure =
                broken.map(|reason| Failure { case: None, text: text.clone(), reason, shrunk_from });
        }
    };
    quietly(|| watched(watch, &fuzzed, try_all));
    fuzzed(watch.report().unwrap_or(report))
}

/// Keeps each text that breaks a law, with what is to be known about it. What
/// cannot be kept is still shown.
fn keep(report: &FuzzReport, args: &FuzzArgs) -> (Vec<Kept>, Option<anyhow::Error>) {
    let (mut kept, mut trouble) = (Vec::new(), None);
    for tried in &report.tried {
        let (Some(failure), invariant) = (&tried.failure, tried.invariant.name) else { continue };
        let stem = format!("{invariant}-{}-{}", report.seed, failure.case.unwrap_or_default());
        let file = args.out.join(format!("{stem}.txt"));
        let mut again =
            vec!["spanwright".into(), "fuzz".into(), "--replay".into(), quoted(&file), "--invariant".into()];
        again.push(invariant.to_owned());
        if let Some(pack) = &args.pack {
            again.extend(["--pack".into(), quoted(pack)]);
        }
        if args.timeout != SECONDS {
            again.extend(["--timeout".into(), args.timeout.to_string()]);
        }
        let command = again.join(" ");
        let facts = json!({
            "invariant": invariant, "reason": failure.reason, "seed": report.seed, "case": failure.case,
            "shrunk_from": failure.shrunk_from, "pack": args.pack, "corpus": args.corpus, "command": command,
        });
        let written = std::fs::create_dir_all(&args.out)
            .and_then(|()| std::fs::write(&file, &failure.text))
            .and_then(|()| std::fs::write(file.with_extension("json"), format!("{facts:#}\n")));
        let name = written.is_ok().then(|| file.display().to_string());
        if let Err(error) = written {
            trouble = Some(anyhow::Error::new(error).context(file.display().to_string()));
        }
        kept.push(Kept { invariant, file: name, command });
    }
    (kept, trouble)
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+=@".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

fn show(fuzzed: &Fuzzed<'_>, format: ExplainFormat) -> String {
    match format {
        ExplainFormat::Text => fuzzed.text(),
        ExplainFormat::Json => format!("{}\n", fuzzed.json()),
    }
}

/// A panic breaks a law and is told as that; the usual message would only
/// stand between.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let done = work();
    std::panic::set_hook(usual);
    done
}

fn write(text: &str) -> anyhow::Result<()> {
    super::write_to(Path::new("-"), |out| Ok(out.write_all(text.as_bytes())?))
}
