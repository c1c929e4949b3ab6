//! The tests that stand in a pack.

use std::fmt;

use crate::check::{CheckedCase, CheckedPack, CheckedTest, ExpectedSpan};
use crate::doc::{Annotations, Document, Mention};
use crate::engine::{CandidateReport, ExtractConfig, Extractor, Scratch};
use crate::program::Program;
use crate::text::{OffsetUnit, Span, UnitIndex};

/// Which tests run.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only tests whose name holds this text.
    pub name: Option<String>,
}

/// What came of one text of a test.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// The name of the test.
    pub test: String,
    /// `file:line` of the text.
    pub place: String,
    /// The text without its markup.
    pub text: String,
    /// What differs; empty where the test holds.
    pub differences: Vec<Difference>,
}

/// One difference between what a test expects and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Expected, not found.
    Missing(String),
    /// Found, not expected.
    Extra(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => write!(f, "- expected {what}"),
            Self::Extra(what) => write!(f, "+ found    {what}"),
        }
    }
}

/// Runs the tests of a pack, in their order.
#[must_use]
pub fn run_tests(pack: &CheckedPack, program: &Program, filter: &Filter) -> Vec<CaseOutcome> {
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(program, config);
    let mut scratch = extractor.scratch();
    let wanted =
        |test: &&CheckedTest| filter.name.as_ref().is_none_or(|part| test.name.contains(part.as_str()));
    let mut outcomes = Vec::new();
    for test in pack.tests.iter().filter(wanted) {
        for case in &test.cases {
            outcomes.push(run_case(test, case, program, &extractor, &mut scratch));
        }
    }
    outcomes
}

fn run_case(
    test: &CheckedTest,
    case: &CheckedCase,
    program: &Program,
    extractor: &Extractor<'_>,
    scratch: &mut Scratch,
) -> CaseOutcome {
    let (text, place) = match case {
        CheckedCase::Expect { text, place, .. } | CheckedCase::None { text, place } => (text, place),
    };
    let extraction = extractor.extract(&Document::new("test", text.as_str()), scratch);
    let found = &extraction.annotations;
    let differences = match case {
        CheckedCase::Expect { spans, relations, .. } => {
            let mut differences = compare_spans(text, spans, found, program);
            let names: Vec<&str> =
                relations.iter().map(|(id, _)| &*program.relations[usize::from(id.0)].name).collect();
            let expected: Vec<String> = relations
                .iter()
                .zip(&names)
                .map(|((_, args), name)| format!("{name}(\"{}\")", args.join("\", \"")))
                .collect();
            let got: Vec<String> = found
                .relations
                .iter()
                .filter(|relation| names.contains(&&*relation.label))
                .map(|relation| {
                    let texts: Vec<&str> = relation
                        .args
                        .iter()
                        .map(|arg| found.mention(arg.mention).span().slice(text).unwrap_or(""))
                        .collect();
                    format!("{}(\"{}\")", relation.label, texts.join("\", \""))
                })
                .collect();
            differences.extend(compare(expected, got));
            differences
        }
        CheckedCase::None { .. } => {
            let by_rule = |rule: Option<&std::sync::Arc<str>>| match (&test.rule, rule) {
                (Some(wanted), Some(rule)) => wanted == rule,
                (Some(_), None) => false,
                (None, _) => true,
            };
            let mut got: Vec<String> = found
                .mentions
                .iter()
                .filter(|mention| by_rule(mention.rule.as_ref()))
                .map(|mention| describe(mention, text))
                .collect();
            got.extend(
                found.relations.iter().filter(|r| by_rule(r.rule.as_ref())).map(|r| r.label.to_string()),
            );
            // An internal type is seen by its candidates alone.
            got.extend(extraction.candidates.iter().filter(|c| c.stays()).filter_map(|candidate| {
                let info = program.type_info(candidate.label);
                let is_its = test.rule.is_some() && by_rule(Some(&program.origin(candidate.rule).id));
                let shown = candidate.span.slice(text).unwrap_or("");
                (is_its && !info.public).then(|| format!("[{shown}]({})", info.name))
            }));
            got.into_iter().map(Difference::Extra).collect()
        }
    };
    CaseOutcome { test: test.name.clone(), place: place.clone(), text: text.clone(), differences }
}

fn describe(mention: &Mention, text: &str) -> String {
    let value = mention.value.as_ref().map_or(String::new(), |value| format!(" = \"{value}\""));
    let shown = mention.span().slice(text).unwrap_or("");
    format!("[{shown}]({}{value}) at {}", mention.label, place(text, mention.span()))
}

/// A span in code points, as everywhere that people see one.
fn place(text: &str, span: Span) -> Span {
    let units = UnitIndex::new(text, OffsetUnit::Chars);
    Span::new(units.from_byte(span.start), units.from_byte(span.end))
}

fn compare_spans(
    text: &str,
    expected: &[ExpectedSpan],
    found: &Annotations,
    program: &Program,
) -> Vec<Difference> {
    let matches = |span: &ExpectedSpan, mention: &Mention| {
        mention.span() == span.span
            && mention.label == program.type_info(span.label).name
            && span
                .value
                .as_ref()
                .is_none_or(|value| mention.value.as_ref().map_or("", |value| value.as_str()) == value)
    };
    let mut differences = Vec::new();
    for span in expected {
        if !found.mentions.iter().any(|mention| matches(span, mention)) {
            let value = span.value.as_ref().map_or(String::new(), |value| format!(" = \"{value}\""));
            let shown = span.span.slice(text).unwrap_or("");
            let label = &program.type_info(span.label).name;
            let place = place(text, span.span);
            differences.push(Difference::Missing(format!("[{shown}]({label}{value}) at {place}")));
        }
    }
    for mention in &found.mentions {
        if !expected.iter().any(|span| matches(span, mention)) {
            differences.push(Difference::Extra(describe(mention, text)));
        }
    }
    differences
}

/// What is only on one side, each as often as it is there.
fn compare(mut expected: Vec<String>, got: Vec<String>) -> Vec<Difference> {
    let mut extra = Vec::new();
    for item in got {
        match expected.iter().position(|wanted| *wanted == item) {
            Some(at) => {
                expected.remove(at);
            }
            None => extra.push(Difference::Extra(item)),
        }
    }
    expected.into_iter().map(Difference::Missing).chain(extra).collect()
}
