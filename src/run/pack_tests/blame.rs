//! Which rules are behind a difference.

use super::clauses::ClausePair;
use super::compare::Comparison;
use super::{Difference, DifferenceKind};
use crate::check::{CheckedCase, Expectation, ExpectedArg, ExpectedClause};
use crate::doc::schema::Order;
use crate::engine::{Candidate, CandidateId, Extraction, Fate, Step};
use crate::program::Program;
use crate::syntax::markup::Mark;
use crate::text::{OffsetUnit, Span, UnitIndex};

/// So many candidates are named for a span that is missing.
const MOST_CANDIDATES: usize = 3;

/// All that differs, with the rules behind it.
pub(super) fn differences(
    compared: &Comparison,
    case: &CheckedCase,
    extraction: &Extraction,
    program: &Program,
) -> Vec<Difference> {
    let blame = Blame { text: &case.text, extraction, program };
    let is_none = matches!(case.expects, Expectation::Nothing);
    if is_none && !compared.none_fails {
        return Vec::new();
    }
    let mut differences = Vec::new();
    let mut add = |kind, what, why| differences.push(Difference { kind, what, why });
    for (mark, _) in compared.expected.iter().filter(|(_, holds)| !holds) {
        add(DifferenceKind::Missing, blame.mark(mark), blame.missing(mark));
    }
    for found in compared.found.iter().filter(|found| !found.holds) {
        let why = found.rule.iter().map(|rule| format!("made by {rule}")).collect();
        add(DifferenceKind::Extra, blame.mark(&found.mark), why);
    }
    for internal in &compared.internal {
        add(DifferenceKind::Extra, internal.clone(), vec!["an internal span of the rule".to_owned()]);
    }
    for (index, pair) in compared.clauses.iter().enumerate().filter(|(_, pair)| !pair.holds) {
        if let Some((_, expected)) = &pair.expected {
            add(DifferenceKind::Missing, bare(expected), blame.clause(case, index, pair));
        }
    }
    // A clause `=> no REL` in place of one that fails is advice, not a find.
    for found in compared.clauses.iter().filter(|pair| !pair.holds).filter_map(|pair| pair.found.as_ref()) {
        if !found.text.starts_with("=> no ") {
            let why = found.rule.iter().map(|rule| format!("made by {rule}")).collect();
            add(DifferenceKind::Extra, bare(&found.text), why);
        }
    }
    differences
}

/// A relation without its arrow; other clauses as they are.
fn bare(clause: &str) -> String {
    match clause.strip_prefix("=> ") {
        Some(relation) if relation.ends_with(')') => relation.to_owned(),
        _ => clause.to_owned(),
    }
}

struct Blame<'a> {
    text: &'a str,
    extraction: &'a Extraction,
    program: &'a Program,
}

impl Blame<'_> {
    /// `[text](TYPE = "value") at 4..11`
    fn mark(&self, mark: &Mark) -> String {
        let facts: String = match &mark.facts[..] {
            [(name, value)] if name == "value" => format!(" = \"{value}\""),
            facts => facts.iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect(),
        };
        self.shown(mark.span, &format!("{}{facts}", mark.label))
    }

    /// Places are in code points, as everywhere that people see one.
    fn shown(&self, span: Span, label: &str) -> String {
        let units = UnitIndex::new(self.text, OffsetUnit::Chars);
        let place = Span::new(units.from_byte(span.start), units.from_byte(span.end));
        format!("[{}]({label}) at {place}", span.slice(self.text).unwrap_or(""))
    }

    fn candidate(&self, candidate: &Candidate) -> String {
        self.shown(candidate.span, self.label(candidate))
    }

    fn label(&self, candidate: &Candidate) -> &str {
        &self.program.type_info(candidate.label).name
    }

    fn rule(&self, candidate: &Candidate) -> &str {
        &self.program.origin(candidate.rule).id
    }

    /// Why a span is not there: what became of the candidates for it, else
    /// which others stand in its place.
    fn missing(&self, mark: &Mark) -> Vec<String> {
        let candidates = &self.extraction.candidates;
        let exact: Vec<&Candidate> = candidates
            .iter()
            .filter(|candidate| candidate.span == mark.span && self.label(candidate) == mark.label)
            .collect();
        if let Some(stays) = exact.iter().find(|candidate| candidate.stays()) {
            return vec![format!("{} made the span, but a value or feature differs", self.rule(stays))];
        }
        if !exact.is_empty() {
            return self.some(exact.iter().map(|candidate| self.fate(candidate, "it")));
        }
        let same_type = candidates
            .iter()
            .filter(|candidate| candidate.span.overlaps(mark.span) && self.label(candidate) == mark.label);
        let (stay, lost): (Vec<&Candidate>, Vec<&Candidate>) = same_type.partition(|c| c.stays());
        let mut why: Vec<String> =
            stay.iter().map(|c| format!("{} made {} here", self.rule(c), self.candidate(c))).collect();
        why.extend(lost.iter().map(|c| self.fate(c, &self.candidate(c))));
        let others = candidates.iter().filter(|candidate| candidate.span == mark.span && candidate.stays());
        why.extend(others.map(|c| format!("{} made {}", self.rule(c), self.candidate(c))));
        if why.is_empty() {
            let text = mark.span.slice(self.text).unwrap_or("");
            why.push(format!("no rule proposed [{text}]({}) here", mark.label));
        }
        self.some(why.into_iter())
    }

    /// The first few, each once.
    fn some(&self, lines: impl Iterator<Item = String>) -> Vec<String> {
        let mut some: Vec<String> = Vec::new();
        for line in lines {
            if !some.contains(&line) {
                some.push(line);
            }
        }
        let further = some.len().saturating_sub(MOST_CANDIDATES);
        some.truncate(MOST_CANDIDATES);
        if further > 0 {
            some.push(format!("and {further} more"));
        }
        some
    }

    /// What became of a candidate that did not stay.
    fn fate(&self, candidate: &Candidate, what: &str) -> String {
        let rule = self.rule(candidate);
        let other = |id: CandidateId| match self.extraction.candidates.get(id.index()) {
            Some(other) => format!("{} of {}", self.candidate(other), self.rule(other)),
            None => "another".to_owned(),
        };
        match candidate.fate {
            Fate::Stays => format!("{rule} made {what}"),
            Fate::Lost { to, by } => {
                format!("{rule} proposed {what}, but {} {}", other(to), self.step(candidate, to, by))
            }
            Fate::Replaced(by) => format!("{rule} made {what}, but {} took its place", other(by)),
            Fate::Dropped(by) => {
                format!("{rule} made {what}, but the drop {} took it back", self.program.origin(by).id)
            }
        }
    }

    fn step(&self, loser: &Candidate, winner: CandidateId, step: Step) -> String {
        let priority = |candidate: &Candidate| self.program.origin(candidate.rule).rank.priority;
        match step {
            Step::Earlier => "stood there from an earlier step".to_owned(),
            Step::By(Order::Priority) => {
                let winner = self.extraction.candidates.get(winner.index());
                let winner = winner.map_or(0, priority);
                format!("has the higher priority ({winner} to {})", priority(loser))
            }
            Step::By(Order::Longest) => "is longer".to_owned(),
            Step::By(Order::Shortest) => "is shorter".to_owned(),
            Step::By(Order::Earliest) => "starts first".to_owned(),
            Step::By(Order::Latest) => "starts last".to_owned(),
            Step::Rule => "stands first in the pack".to_owned(),
        }
    }

    /// Why a clause does not hold.
    fn clause(&self, case: &CheckedCase, index: usize, pair: &ClausePair) -> Vec<String> {
        let Expectation::Result { clauses, .. } = &case.expects else { return Vec::new() };
        let absent = |args: &[ExpectedArg]| -> Vec<String> {
            let mentions = &self.extraction.annotations.mentions;
            let is_there = |arg: &ExpectedArg| mentions.iter().any(|m| arg.places.contains(&m.span()));
            let absent = args.iter().filter(|arg| !is_there(arg));
            absent.map(|arg| format!("no span reads \"{}\" there", arg.text)).collect()
        };
        match clauses.get(index).map(|(_, clause)| clause) {
            Some(ExpectedClause::Relation(_, args)) => {
                let mut why = absent(args);
                if why.is_empty() {
                    why.push("no rule relates these spans so".to_owned());
                }
                why
            }
            Some(ExpectedClause::Chain(args)) => {
                let mut why = absent(args);
                if why.is_empty() {
                    why.push(match &pair.found {
                        Some(found) => {
                            format!("of one chain are only {}", found.text.trim_start_matches("== "))
                        }
                        None => "no link joins any of them".to_owned(),
                    });
                }
                why
            }
            Some(ExpectedClause::NoRelation(_)) | None => Vec::new(),
        }
    }
}
