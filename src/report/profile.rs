//! Where the time of a run went.

use std::fmt::Write as _;

use crate::doc::schema::RuleId;
use crate::engine::{ProfileReport, RuleTally, Stage};
use crate::program::{Program, RegexView, Requirement, RuleSet, TokenRule};

use super::tables::{Look, block, heading};

/// Rules that are shown.
const RULES: usize = 10;
/// Things that a reason names, at most.
const NAMED: usize = 2;
/// Characters of each that are shown.
const LONGEST: usize = 32;

/// The stages of a run and its dearest rules, each with what makes it dear.
#[must_use]
pub fn profile_table(report: &ProfileReport, program: &Program, look: Look) -> String {
    let all: u64 = report.stages.iter().map(|(_, looks)| looks).sum();
    let share = |looks: u64| format!("{:.1} %", 100.0 * looks as f64 / all.max(1) as f64);
    let by_rules = |stage: &Stage| stage.name().is_none();
    let in_rules: u64 = report.stages.iter().filter(|(stage, _)| by_rules(stage)).map(|(_, n)| n).sum();
    let mut stages: Vec<(&str, u64)> =
        report.stages.iter().filter_map(|&(stage, looks)| Some((stage.name()?, looks))).collect();
    stages.push(("rules at work", in_rules));
    stages.sort_by_key(|&(_, looks)| std::cmp::Reverse(looks));
    let mut out = String::new();
    let title =
        format!("{:.2} s by the clock, {all} looks at what the threads did", report.spent.as_secs_f64());
    heading(&mut out, look, &title);
    let rows = stages.into_iter().filter(|(_, looks)| *looks > 0);
    block(
        &mut out,
        look,
        &["stage", "time"],
        rows.map(|(name, n)| vec![name.to_owned(), share(n)]).collect(),
    );
    let rule = |&(stage, looks): &(Stage, u64)| match stage {
        Stage::Rule(rule) => Some((rule, looks)),
        _ => None,
    };
    let dearest: Vec<(RuleId, u64)> = report.stages.iter().filter_map(rule).take(RULES).collect();
    if dearest.is_empty() {
        return out;
    }
    heading(&mut out, look, "The dearest rules");
    let rows = dearest.into_iter().map(|(rule, looks)| {
        let RuleTally { lines, candidates, stayed } =
            report.rules.get(rule.0 as usize).copied().unwrap_or_default();
        let numbers = [lines, candidates, stayed].map(|number| number.to_string());
        let id = program.origin(rule).id.to_string();
        [id, share(looks)].into_iter().chain(numbers).chain([reason(rule, program)]).collect()
    });
    block(&mut out, look, &["rule", "time", "lines", "spans", "stayed", "why it is tried"], rows.collect());
    out
}

/// What a rule waits for before it is tried.
fn reason(rule: RuleId, program: &Program) -> String {
    let is_it = |candidate: &&TokenRule| candidate.rule == rule;
    for phase in &program.phases {
        let sets: [&RuleSet; 2] = [&phase.rules, &phase.drops];
        if let Some(found) = sets.iter().flat_map(|set| set.rules()).find(is_it) {
            return token_rule(found, program);
        }
        if phase.contexts.iter().any(|context| context.cue.rule == rule) {
            return "cue of a context: every line".to_owned();
        }
        if let Some(reason) =
            [&phase.regexes.plain, &phase.regexes.unmarked].into_iter().find_map(|v| regex(v, rule))
        {
            return reason.to_owned();
        }
    }
    String::new()
}

fn regex(view: &RegexView, rule: RuleId) -> Option<&'static str> {
    let at = view.regexes.iter().position(|regex| regex.rule == rule)?;
    Some(match &view.sieve {
        None => "an expression too large for the sieve: every line",
        Some(sieve) if sieve.waits_for_letters(at) => "rare letters of the expression in a line",
        Some(_) => "no rare letters in the expression: its shape in a line",
    })
}

fn token_rule(rule: &TokenRule, program: &Program) -> String {
    let rarest = rule.rarest.and_then(|at| rule.requires.get(at as usize));
    let Some(Requirement { forms, types }) = rarest else {
        return "nothing that must stand in it: every token".to_owned();
    };
    let form = |id: &crate::program::PredicateId| {
        program.predicates.descriptions.get(id.0 as usize).map_or_else(String::new, ToString::to_string)
    };
    let types = types.iter().map(|label| program.type_info(*label).name.to_string());
    let short = |thing: String| match thing.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &thing[..end]),
        None => thing,
    };
    let mut things: Vec<String> = forms.iter().map(form).chain(types).map(short).collect();
    things.dedup();
    let more = things.len().saturating_sub(NAMED);
    things.truncate(NAMED);
    let mut out = things.join(" or ");
    if more > 0 {
        let _ = write!(out, " or one of {more} more");
    }
    out.push_str(" in the line");
    out
}
