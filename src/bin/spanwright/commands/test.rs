//! `spanwright test`

mod text;
mod update;

use std::fmt::Write as _;

use anyhow::bail;
use spanwright::report::{Suite, case_json, junit};
use spanwright::run::{CaseOutcome, Filter, run_tests_in_parallel, untested};

use self::text::Screen;
use super::{load_sources, write_to};
use crate::args::{Global, TestArgs, TestFormat, Update};
use crate::exit::Outcome;

pub(crate) fn run(args: &TestArgs, global: &Global) -> anyhow::Result<Outcome> {
    let update = if args.accept { Some(Update::All) } else { args.update };
    if update.is_some() && (args.format != TestFormat::Text || args.output.as_os_str() != "-") {
        bail!("`--update` shows what it changes: leave `--format` and `--output` out");
    }
    let screen = Screen::of(&args.output);
    let (mut holds, mut refused) = (true, false);
    let mut suites: Vec<Suite> = Vec::new();
    let mut shown = String::new();
    for folder in &args.packs {
        let name = folder.display().to_string();
        let Some(pack) = load_sources(folder, global)? else {
            refused = true;
            suites.push(Suite { name, outcomes: None });
            continue;
        };
        let filter = Filter { name: args.filter.clone() };
        let outcomes = run_tests_in_parallel(&pack.checked, &pack.program, &filter, args.threads)?;
        if let Some(which) = update {
            holds &= update::update(&name, &outcomes, &pack.sources, which, screen)?;
            continue;
        }
        holds &= outcomes.iter().all(CaseOutcome::holds);
        let mut notes = String::new();
        let total = pack.checked.rules.len();
        let mut summary = summary(&outcomes, args.filter.as_deref());
        // With a filter most rules are without a test, and that says nothing.
        let left = if args.filter.is_none() { untested(&pack.checked, &outcomes) } else { Vec::new() };
        if !left.is_empty() {
            let _ = write!(summary, ", {} of {total} rules without a test", left.len());
        }
        if args.untested {
            for rule in left {
                let _ = writeln!(notes, "{}: {}", folder.join(&rule.place).display(), rule.name);
            }
        }
        let _ = writeln!(notes, "{name}: {summary}");
        match args.format {
            TestFormat::Text => {
                for outcome in outcomes.iter().filter(|outcome| !outcome.holds()) {
                    shown.push_str(&text::failure(outcome, folder, screen));
                }
                shown.push_str(&notes);
            }
            TestFormat::Json => {
                for outcome in &outcomes {
                    shown.push_str(&case_json(&name, outcome));
                    shown.push('\n');
                }
            }
            TestFormat::Junit => {}
        }
        if args.format != TestFormat::Text && !global.quiet {
            anstream::eprint!("{notes}");
        }
        suites.push(Suite { name, outcomes: Some(outcomes) });
    }
    if args.format == TestFormat::Junit {
        shown = junit(&suites);
    }
    if update.is_none() {
        write_to(&args.output, |out| Ok(out.write_all(shown.as_bytes())?))?;
    }
    Ok(match (refused, holds) {
        (true, _) => Outcome::Refused,
        (false, true) => Outcome::Holds,
        (false, false) => Outcome::DoesNotHold,
    })
}

/// `2 of 3 texts hold`
fn summary(outcomes: &[CaseOutcome], filter: Option<&str>) -> String {
    let passed = outcomes.iter().filter(|outcome| outcome.holds()).count();
    match filter {
        _ if !outcomes.is_empty() => format!("{passed} of {} texts hold", outcomes.len()),
        Some(part) => format!("no test whose name holds `{part}`"),
        None => "no tests".to_owned(),
    }
}
