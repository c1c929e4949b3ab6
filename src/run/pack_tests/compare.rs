//! What is expected of a text beside what was found in it.

use std::sync::Arc;

use super::clauses::{ClausePair, Linked};
use super::{Marked, Row};
use crate::check::{CheckedCase, CheckedTest, Expectation, ExpectedSpan};
use crate::doc::{Annotations, Mention};
use crate::engine::Extraction;
use crate::program::Program;
use crate::syntax::markup::{Mark, write};

/// Both sides of a test.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    /// The spans that are expected, each with whether it was found.
    pub(super) expected: Vec<(Mark, bool)>,
    /// The public spans that were found.
    pub(super) found: Vec<FoundMark>,
    /// The clauses.
    pub(super) clauses: Vec<ClausePair>,
    /// After `none`: whether something was found that must not be.
    pub(super) none_fails: bool,
    /// Internal spans that `none` rules out, as text.
    pub(super) internal: Vec<String>,
}

/// A span that was found, with those facts that the test looks at.
#[derive(Clone, Debug)]
pub(super) struct FoundMark {
    pub(super) mark: Mark,
    /// Whether it is as expected.
    pub(super) holds: bool,
    pub(super) rule: Option<Arc<str>>,
}

pub(super) fn compare(
    test: &CheckedTest,
    case: &CheckedCase,
    extraction: &Extraction,
    program: &Program,
) -> Comparison {
    let found = &extraction.annotations;
    let linked = Linked::new(&case.text, found, program);
    match &case.expects {
        Expectation::Nothing => nothing(test, case, extraction, program, &linked),
        Expectation::Result { spans, clauses } => {
            let labels: Vec<Arc<str>> =
                spans.iter().map(|span| program.type_info(span.label).name.clone()).collect();
            let expected: Vec<(&ExpectedSpan, &str)> =
                spans.iter().zip(labels.iter().map(|label| &**label)).collect();
            compare_spans(&expected, found, linked.pairs(clauses))
        }
    }
}

fn nothing(
    test: &CheckedTest,
    case: &CheckedCase,
    extraction: &Extraction,
    program: &Program,
    linked: &Linked<'_>,
) -> Comparison {
    let found = &extraction.annotations;
    let is_its = |rule: Option<&Arc<str>>| match &test.rule {
        Some(wanted) => rule == Some(wanted),
        None => true,
    };
    let mut compared = compare_spans(&[], found, Vec::new());
    for mark in &mut compared.found {
        mark.holds = !is_its(mark.rule.as_ref());
    }
    let relations = found.relations.iter().filter(|relation| is_its(relation.rule.as_ref()));
    let events = found.events.iter().filter(|event| is_its(event.rule.as_ref()));
    let labels = relations.map(|relation| &*relation.label).chain(events.map(|event| &*event.label));
    let labels: Vec<&str> = labels.collect();
    // Of a type that is named all relations are stated; those of others hold.
    compared.clauses = linked.relations_of(|label| labels.contains(&label));
    for clause in &mut compared.clauses {
        clause.holds = !is_its(clause.found.as_ref().and_then(|found| found.rule.as_ref()));
    }
    // An internal type is seen by its candidates alone.
    compared.internal.extend(extraction.candidates.iter().filter(|c| c.stays()).filter_map(|candidate| {
        let info = program.type_info(candidate.label);
        let is_its = test.rule.is_some() && is_its(Some(&program.origin(candidate.rule).id));
        let shown = candidate.span.slice(&case.text).unwrap_or("");
        (is_its && !info.public).then(|| format!("[{shown}]({})", info.name))
    }));
    let marks_hold = compared.found.iter().all(|mark| mark.holds);
    let clauses_hold = compared.clauses.iter().all(|clause| clause.holds);
    compared.none_fails = !(marks_hold && clauses_hold && compared.internal.is_empty());
    compared
}

fn compare_spans(
    expected: &[(&ExpectedSpan, &str)],
    found: &Annotations,
    clauses: Vec<ClausePair>,
) -> Comparison {
    let is_there = |(span, label): &(&ExpectedSpan, &str), mention: &Mention| {
        mention.span() == span.span && &*mention.label == *label
    };
    let matches = |span: &(&ExpectedSpan, &str), mention: &Mention| {
        is_there(span, mention) && span.0.facts.iter().all(|(name, value)| fact(mention, name) == value)
    };
    let missing = |span: &(&ExpectedSpan, &str)| !found.mentions.iter().any(|mention| matches(span, mention));
    let found_mark = |mention: &Mention| {
        let facts = |(span, _): &(&ExpectedSpan, &str)| -> Vec<(String, String)> {
            span.facts.iter().map(|(name, _)| (name.clone(), fact(mention, name).to_owned())).collect()
        };
        let same = expected.iter().find(|span| is_there(span, mention));
        // A span with other ends keeps telling what the test looked at.
        let near = || {
            let overlaps = |span: &&(&ExpectedSpan, &str)| {
                missing(span) && *mention.label == *span.1 && span.0.span.overlaps(mention.span())
            };
            let mut facts = expected.iter().find(overlaps).map(facts).unwrap_or_default();
            facts.retain(|(_, value)| !value.is_empty());
            facts
        };
        FoundMark {
            mark: Mark {
                span: mention.span(),
                label: mention.label.to_string(),
                facts: same.map_or_else(near, facts),
            },
            holds: expected.iter().any(|span| matches(span, mention)),
            rule: mention.rule.clone(),
        }
    };
    let expected_mark = |span: &(&ExpectedSpan, &str)| {
        let mark = Mark { span: span.0.span, label: span.1.to_owned(), facts: span.0.facts.clone() };
        (mark, !missing(span))
    };
    Comparison {
        expected: expected.iter().map(expected_mark).collect(),
        found: found.mentions.iter().map(found_mark).collect(),
        clauses,
        none_fails: false,
        internal: Vec::new(),
    }
}

/// The value or a feature of a mention; empty where there is none.
fn fact<'m>(mention: &'m Mention, name: &str) -> &'m str {
    if name == "value" {
        return mention.value.as_ref().map_or("", |value| value.as_str());
    }
    mention.features.iter().find(|(known, _)| **known == *name).map_or("", |(_, value)| value)
}

impl Comparison {
    /// The spans that were found, as marks.
    pub(super) fn marks(&self) -> Vec<Mark> {
        self.found.iter().map(|found| found.mark.clone()).collect()
    }

    /// Both sides, line by line.
    pub(super) fn rows(&self, case: &CheckedCase) -> Vec<Row> {
        let (marks, hold): (Vec<Mark>, Vec<bool>) = self.expected.iter().cloned().unzip();
        let mut expected = marked(&case.text, &marks, &hold);
        if matches!(case.expects, Expectation::Nothing) {
            expected.text.insert_str(0, "none ");
        }
        let hold: Vec<bool> = self.found.iter().map(|found| found.holds).collect();
        let found = marked(&case.text, &self.marks(), &hold);
        let line = |text: &str, holds: bool| Marked {
            text: text.to_owned(),
            marks: (!holds).then_some(0..text.len()).into_iter().collect(),
        };
        let clauses = self.clauses.iter().map(|pair| Row {
            expected: pair.expected.as_ref().map(|(_, text)| line(text, pair.holds)),
            found: pair.found.as_ref().map(|found| line(&found.text, pair.holds)),
        });
        [Row { expected: Some(expected), found: Some(found) }].into_iter().chain(clauses).collect()
    }
}

fn marked(text: &str, marks: &[Mark], hold: &[bool]) -> Marked {
    let written = write(text, marks);
    let differ = written.marks.into_iter().zip(hold).filter(|(_, holds)| !**holds);
    Marked { text: written.text, marks: differ.map(|(range, _)| range).collect() }
}
