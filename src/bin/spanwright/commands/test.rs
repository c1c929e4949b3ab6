//! `spanwright test`

use std::io::Write;

use spanwright::run::{Filter, run_tests};

use super::load_pack;
use crate::args::{Global, TestArgs};
use crate::exit::Outcome;

pub(crate) fn run(args: &TestArgs, global: &Global) -> anyhow::Result<Outcome> {
    let mut out = std::io::stdout().lock();
    let (mut holds, mut refused) = (true, false);
    for folder in &args.packs {
        let Some(pack) = load_pack(folder, global)? else {
            refused = true;
            continue;
        };
        let filter = Filter { name: args.filter.clone() };
        let outcomes = run_tests(&pack.checked, &pack.program, &filter);
        let failed: Vec<_> = outcomes.iter().filter(|outcome| !outcome.differences.is_empty()).collect();
        for outcome in &failed {
            writeln!(out, "{}: test {} fails", folder.join(&outcome.place).display(), outcome.test)?;
            writeln!(out, "  {}", outcome.text.replace('\n', "\n  "))?;
            for difference in &outcome.differences {
                writeln!(out, "    {difference}")?;
            }
            writeln!(out)?;
        }
        let passed = outcomes.len() - failed.len();
        let summary = match &args.filter {
            _ if !outcomes.is_empty() => format!("{passed} of {} texts hold", outcomes.len()),
            Some(part) => format!("no test whose name holds `{part}`"),
            None => "no tests".to_owned(),
        };
        writeln!(out, "{}: {summary}", folder.display())?;
        holds &= failed.is_empty();
    }
    Ok(match (refused, holds) {
        (true, _) => Outcome::Refused,
        (false, true) => Outcome::Holds,
        (false, false) => Outcome::DoesNotHold,
    })
}
