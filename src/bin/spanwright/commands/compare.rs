//! `spanwright compare`

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, bail};
use spanwright::doc::Annotations;
use spanwright::eval::{Compared, Figure, Measure, Pair, compare, compared, compared_types, join};
use spanwright::io::ReadConfig;
use spanwright::report::{CompareReport, Gate, Look, RuleChange, compare_junit};
use spanwright::text::{OffsetUnit, UnitIndex};

use super::sides::{Scope, Setting, bootstrap, fingerprint, read_gold, side, sides, symmetric};
use super::{history, write_to};
use crate::args::{CompareArgs, ComparisonFormat, Global};
use crate::exit::Outcome;
use crate::terminal::look_of;

pub(crate) fn run(args: &CompareArgs, global: &Global) -> anyhow::Result<Outcome> {
    let config = ReadConfig { offsets: args.offsets, tags: args.tags.into(), ..ReadConfig::default() };
    let mut gold = read_gold(&args.gold, config)?;
    let fingerprint = fingerprint(&gold);
    let setting = Setting { gold: &gold, fingerprint: &fingerprint, config, args, global };
    let of = |what: &str| side(what, &setting);
    let (Some(mut a), Some(mut b)) = (of(&args.a)?, of(&args.b)?) else { return Ok(Outcome::Refused) };
    let symmetric = symmetric(&args.symmetric, [&a, &b].into_iter().filter_map(|side| side.pack.as_ref()));
    let scope = Scope { symmetric, labels: args.labels.clone() };
    scope.check([&gold, &b.records])?;
    for records in [&mut gold, &mut a.records, &mut b.records] {
        scope.apply_to_all(records);
    }
    let nothing = Annotations::default();
    let (of_gold, of_a, of_b) = (sides(&gold), sides(&a.records), sides(&b.records));
    let missing = args.missing.into();
    let pairs = join(&of_gold, &of_a, missing, &nothing).with_context(|| a.name.clone())?;
    let of_b = join(&of_gold, &of_b, missing, &nothing).with_context(|| b.name.clone())?;
    let predictions_b: Vec<&Annotations> = of_b.iter().map(|pair| pair.predicted).collect();
    let comparison = compare(&pairs, &predictions_b)?;
    history::look(args.store.as_deref(), &fingerprint, global);
    let bootstrap = bootstrap(args.resampling, pairs.len());
    let figures = compared(&comparison, bootstrap);
    let types = compared_types(&comparison, bootstrap);
    let rules = a.parts.as_ref().zip(b.parts.as_ref()).map(|(a, b)| RuleChange::between(a, b));
    let report = CompareReport {
        a: &a.name,
        b: &b.name,
        pairs: &pairs,
        predictions_b: &predictions_b,
        gold_fingerprint: &fingerprint,
        comparison: &comparison,
        figures: &figures,
        types: &types,
        rules: rules.as_deref(),
        show: args.show,
    };
    let mut gates: Vec<Gate> =
        args.no_worse_than.iter().map(|margin| no_worse_than(*margin, &figures)).collect();
    if let Some(file) = &args.must_pass {
        gates.extend(must_pass(file, &pairs, &predictions_b)?);
    }
    write_to(&args.output, |out| {
        match args.format {
            ComparisonFormat::Table => out.write_all(report.text(look_of(&args.output)).as_bytes())?,
            ComparisonFormat::Markdown => out.write_all(report.text(Look::Markdown).as_bytes())?,
            ComparisonFormat::Junit => out.write_all(compare_junit(&report, &gates).as_bytes())?,
            ComparisonFormat::Json => report.write_json(out)?,
        }
        Ok(())
    })?;
    for problem in gates.iter().filter_map(|gate| gate.problem.as_ref()) {
        anstream::eprintln!("spanwright: {problem}");
    }
    Ok(if gates.iter().all(Gate::holds) { Outcome::Holds } else { Outcome::DoesNotHold })
}

/// Whether the interval of the difference stays above the margin; without an
/// interval the difference itself.
fn no_worse_than(margin: f64, figures: &[Compared]) -> Gate {
    let primary =
        |compared: &&Compared| compared.measure == Measure::Entities && compared.figure == Figure::F1;
    let problem = figures.iter().find(primary).and_then(|compared| {
        let (least, what) = match compared.interval {
            Some(interval) => (interval.low, "the interval of B − A reaches down to"),
            None => (compared.difference.value, "there is no interval, and B − A is"),
        };
        let is_worse = least <= -margin;
        is_worse.then(|| format!("--no-worse-than {margin} does not hold: {what} {least:+.4}"))
    });
    Gate { name: format!("--no-worse-than {margin}"), problem }
}

/// For each mention of a list, whether B finds it.
fn must_pass(file: &Path, pairs: &[Pair<'_>], b: &[&Annotations]) -> anyhow::Result<Vec<Gate>> {
    let shown = file.display();
    let list = std::fs::read_to_string(file).with_context(|| shown.to_string())?;
    let mut gates = Vec::new();
    for (number, line) in (1..).zip(list.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, start, end, label] = columns[..] else {
            bail!("{shown}:{number}: a line is DOCUMENT, START, END and TYPE with tabs between");
        };
        let Some(at) = pairs.iter().position(|pair| pair.id == id) else {
            bail!("{shown}:{number}: gold has no document `{id}`");
        };
        let units = UnitIndex::new(pairs[at].text, OffsetUnit::Chars);
        let byte = |text: &str| text.parse().ok().and_then(|place| units.to_byte(place));
        let (Some(start), Some(end)) = (byte(start), byte(end)) else {
            bail!("{shown}:{number}: `{start}` to `{end}` is no place in `{id}`");
        };
        let found: HashSet<(u32, u32, &str)> =
            b[at].mentions.iter().map(|m| (m.span().start, m.span().end, &*m.label)).collect();
        let text = pairs[at].text.get(start as usize..end as usize).unwrap_or("").replace(['\n', '\r'], " ");
        let mention = format!("{label} \"{text}\" in {id}");
        let problem = (!found.contains(&(start, end, label)))
            .then(|| format!("{shown}:{number}: B does not find {mention}"));
        gates.push(Gate { name: format!("{shown}:{number}: {mention}"), problem });
    }
    Ok(gates)
}
