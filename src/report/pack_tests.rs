//! Outcomes of the tests of packs: JUnit XML and JSON Lines.

use std::fmt::Write;

use serde_json::{Value, json};

use super::junit::{Case, Group, document};
use crate::run::{CaseOutcome, DifferenceKind, Marked, Row};

/// The outcomes of one pack.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The pack as the user named it.
    pub name: String,
    /// The outcomes; none for a pack that is broken.
    pub outcomes: Option<Vec<CaseOutcome>>,
}

/// JUnit XML, as build servers read it: a suite for each pack, a case for each
/// text. It holds no times, so that equal outcomes give equal bytes.
#[must_use]
pub fn junit(suites: &[Suite]) -> String {
    let group = |suite: &Suite| {
        let cases = match &suite.outcomes {
            Some(outcomes) => outcomes.iter().map(|outcome| case(outcome, &suite.name)).collect(),
            None => vec![Case {
                name: "pack".to_owned(),
                class: suite.name.clone(),
                error: Some("the pack is broken".to_owned()),
                ..Case::default()
            }],
        };
        Group { name: suite.name.clone(), cases }
    };
    document(&suites.iter().map(group).collect::<Vec<_>>())
}

fn case(outcome: &CaseOutcome, pack: &str) -> Case {
    let (file, line) = split(&outcome.place);
    let mut case = Case {
        name: format!("{} at {}", outcome.test, outcome.place),
        class: pack.to_owned(),
        place: Some((format!("{}/{file}", pack.trim_end_matches('/')), line.to_owned())),
        ..Case::default()
    };
    if outcome.holds() {
        return case;
    }
    let message: Vec<String> = outcome.differences.iter().map(ToString::to_string).collect();
    let mut details = String::new();
    let (expected, found) = sides(outcome);
    for (name, side) in [("expected", expected), ("found", found)] {
        let _ = writeln!(details, "{name}\n  {}", side.join("\n  "));
    }
    for difference in &outcome.differences {
        let _ = writeln!(details, "{difference}");
        for why in &difference.why {
            let _ = writeln!(details, "    {why}");
        }
    }
    case.failure = Some((message.join("; "), "difference", details));
    case
}

/// One text of a test as a JSON object, without a line break.
#[must_use]
pub fn case_json(pack: &str, outcome: &CaseOutcome) -> String {
    let (file, line) = split(&outcome.place);
    let (expected, found) = sides(outcome);
    let differences: Vec<Value> = outcome
        .differences
        .iter()
        .map(|difference| {
            let kind = match difference.kind {
                DifferenceKind::Missing => "missing",
                DifferenceKind::Extra => "extra",
            };
            json!({"kind": kind, "what": difference.what, "why": difference.why})
        })
        .collect();
    json!({
        "pack": pack, "test": outcome.test, "file": file, "line": line.parse::<u64>().ok(),
        "holds": outcome.holds(), "text": outcome.text,
        "expected": expected, "found": found, "differences": differences,
    })
    .to_string()
}

/// The lines of both sides; none where the test holds.
fn sides(outcome: &CaseOutcome) -> (Vec<&str>, Vec<&str>) {
    let lines = |side: fn(&Row) -> Option<&Marked>| {
        outcome.rows.iter().filter_map(side).map(|side| side.text.as_str()).collect()
    };
    (lines(|row| row.expected.as_ref()), lines(|row| row.found.as_ref()))
}

/// `file:line` in its parts.
fn split(place: &str) -> (&str, &str) {
    place.rsplit_once(':').unwrap_or((place, ""))
}
