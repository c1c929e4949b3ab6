//! `spanwright check`

use std::io::Write;

use spanwright::diag::{Format, Style, render};

use super::summary;
use crate::args::{CheckArgs, CheckFormat, Global};
use crate::exit::Outcome;

pub(crate) fn run(args: &CheckArgs, global: &Global) -> anyhow::Result<Outcome> {
    if let Some(id) = &args.explain {
        return super::explain::code(id);
    }
    let format = match args.format {
        CheckFormat::Full => Format::Full,
        CheckFormat::Short => Format::Short,
        CheckFormat::Json => Format::Json,
    };
    let mut broken = false;
    for folder in &args.packs {
        let (pack, mut report) = spanwright::syntax::load(folder)?;
        let _ = spanwright::check::check(&pack, &mut report);
        broken |= report.has_errors();
        let style = match anstream::AutoStream::choice(&std::io::stdout()) {
            anstream::ColorChoice::Never => Style::Plain,
            _ => Style::Color,
        };
        write!(std::io::stdout().lock(), "{}", render(&report, format, style))?;
        if !global.quiet {
            anstream::eprintln!("spanwright: {}: {}", folder.display(), summary(&report));
        }
    }
    Ok(if broken { Outcome::Refused } else { Outcome::Holds })
}
