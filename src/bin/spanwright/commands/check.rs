//! `spanwright check`

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use spanwright::diag::{Format, Report, Style, fixed, render, sarif};

use super::{count, needs_sources, summary};
use crate::args::{CheckArgs, CheckFormat, Global};
use crate::exit::Outcome;

/// Fixes may uncover each other; no pack needs more rounds.
const MOST_ROUNDS: usize = 10;

pub(crate) fn run(args: &CheckArgs, global: &Global) -> anyhow::Result<Outcome> {
    if let Some(id) = &args.explain {
        return super::explain::code(id);
    }
    let format = match args.format {
        CheckFormat::Full => Format::Full,
        CheckFormat::Short => Format::Short,
        CheckFormat::Json => Format::Json,
        CheckFormat::Sarif => Format::Sarif,
    };
    let mut reports = Vec::new();
    for folder in &args.packs {
        let report = if args.fix { fix(folder, global)? } else { check(folder, global)? };
        if format != Format::Sarif {
            let style = match anstream::AutoStream::choice(&std::io::stdout()) {
                anstream::ColorChoice::Never => Style::Plain,
                _ => Style::Color,
            };
            write!(std::io::stdout().lock(), "{}", render(&report, format, style))?;
        }
        if !global.quiet {
            let fixable = report.diagnostics.iter().filter(|problem| !problem.fix.is_empty()).count();
            let hint = match fixable {
                0 => String::new(),
                n => format!(
                    " ({} mended by `--fix`)",
                    if n == 1 { "1 is".to_owned() } else { format!("{n} are") }
                ),
            };
            anstream::eprintln!("spanwright: {}: {}{hint}", folder.display(), summary(&report));
        }
        reports.push(report);
    }
    if format == Format::Sarif {
        let all: Vec<&Report> = reports.iter().collect();
        write!(std::io::stdout().lock(), "{}", sarif(&all))?;
    }
    let broken = reports.iter().any(Report::has_errors);
    let warned = args.strict && reports.iter().any(|report| !report.diagnostics.is_empty());
    Ok(match (broken, warned) {
        (true, _) => Outcome::Refused,
        (false, true) => Outcome::DoesNotHold,
        (false, false) => Outcome::Holds,
    })
}

fn check(folder: &Path, global: &Global) -> anyhow::Result<Report> {
    needs_sources(folder)?;
    let (pack, mut report) = spanwright::syntax::load_with(folder, global.max_nesting, &|_| None)?;
    let _ = spanwright::check::check_with(&pack, &mut report, global.checks());
    Ok(report)
}

/// Mends what has one right answer; returns what is left.
fn fix(folder: &Path, global: &Global) -> anyhow::Result<Report> {
    let mut report = check(folder, global)?;
    for _ in 0..MOST_ROUNDS {
        let files = fixed(&report);
        if files.is_empty() {
            break;
        }
        for file in files {
            let name = &report.sources.file(file.file).name;
            super::write_to(Path::new(name), |out| Ok(out.write_all(file.text.as_bytes())?))
                .with_context(|| name.clone())?;
            if !global.quiet {
                anstream::eprintln!("spanwright: {name}: mended {}", count(file.problems as u64, "problem"));
            }
        }
        report = check(folder, global)?;
    }
    Ok(report)
}
