//! Outcomes of the tests of packs: JUnit XML and JSON Lines.

use std::fmt::Write;

use serde_json::{Value, json};

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
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    let mut body = String::new();
    for suite in suites {
        let name = escaped(&suite.name);
        let Some(outcomes) = &suite.outcomes else {
            (tests, errors) = (tests + 1, errors + 1);
            let _ = write!(
                body,
                "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
                 <testcase name=\"pack\" classname=\"{name}\">\n      \
                 <error message=\"the pack is broken\"/>\n    </testcase>\n  </testsuite>\n"
            );
            continue;
        };
        let failed = outcomes.iter().filter(|outcome| !outcome.holds()).count();
        (tests, failures) = (tests + outcomes.len(), failures + failed);
        let total = outcomes.len();
        let _ = writeln!(
            body,
            "  <testsuite name=\"{name}\" tests=\"{total}\" failures=\"{failed}\" errors=\"0\">"
        );
        for outcome in outcomes {
            body.push_str(&testcase(outcome, &suite.name));
        }
        body.push_str("  </testsuite>\n");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"spanwright\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"{errors}\">\n{body}</testsuites>\n"
    )
}

fn testcase(outcome: &CaseOutcome, pack: &str) -> String {
    let (file, line) = split(&outcome.place);
    let head = format!(
        "    <testcase name=\"{} at {}\" classname=\"{}\" file=\"{}\" line=\"{line}\"",
        escaped(&outcome.test),
        escaped(&outcome.place),
        escaped(pack),
        escaped(&format!("{}/{file}", pack.trim_end_matches('/'))),
    );
    if outcome.holds() {
        return format!("{head}/>\n");
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
    format!(
        "{head}>\n      <failure message=\"{}\" type=\"difference\">{}</failure>\n    </testcase>\n",
        escaped(&message.join("; ")),
        escaped(&details)
    )
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

/// A text for an attribute or element. Characters that XML 1.0 cannot hold
/// become U+FFFD; line breaks and tabs are kept by number.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_xml_cannot_hold_is_escaped_or_replaced() {
        assert_eq!(
            escaped("a<b> & \"c\"\n\u{1}\u{ffff}é"),
            "a&lt;b&gt; &amp; &quot;c&quot;&#10;\u{fffd}\u{fffd}é"
        );
    }
}
