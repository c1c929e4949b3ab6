//! `spanwright test`

use std::io::Write;

use spanwright::run::{Filter, run_tests};

use super::load_pack;
use crate::args::{Global, TestArgs};
use crate::exit::Outcome;

pub(crate) fn run(args: &TestArgs, global: &Global) -> anyhow::Result<Outcome> {
    let mut out = std::io::stdout().lock();
    let mut holds = true;
    for folder in &args.packs {
        let Some(pack) = load_pack(folder, global)? else { return Ok(Outcome::Refused) };
        let filter = Filter { name: args.filter.clone() };
        let outcomes = run_tests(&pack.checked, &pack.program, &filter);
        let failed: Vec<_> = outcomes.iter().filter(|outcome| !outcome.differences.is_empty()).collect();
        for outcome in &failed {
            writeln!(out, "{}: test {} fails", outcome.place, outcome.test)?;
            writeln!(out, "  {}", outcome.text.replace('\n', "\n  "))?;
            for difference in &outcome.differences {
                writeln!(out, "    {difference}")?;
            }
            writeln!(out)?;
        }
        if outcomes.is_empty() {
            writeln!(out, "{}: no tests", folder.display())?;
        } else {
            let passed = outcomes.len() - failed.len();
            writeln!(out, "{}: {passed} of {} texts hold", folder.display(), outcomes.len())?;
        }
        holds &= failed.is_empty();
    }
    Ok(if holds { Outcome::Holds } else { Outcome::DoesNotHold })
}
