//! JUnit XML, as build servers read it. It holds no times, so that equal outcomes
//! give equal bytes.

use std::fmt::Write;

use super::compare::{p, span};
use super::tables::figure;
use super::{CompareReport, ScoreReport};

/// One thing that holds or does not.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) class: String,
    /// The file that it stands in, and the line.
    pub(super) place: Option<(String, String)>,
    /// Why it does not hold: the message, its kind, and details.
    pub(super) failure: Option<(String, &'static str, String)>,
    /// What is worth reading though it holds.
    pub(super) note: Option<String>,
    /// What could not even be tried.
    pub(super) error: Option<String>,
}

/// Cases that belong together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) cases: Vec<Case>,
}

/// The whole document.
pub(super) fn document(groups: &[Group]) -> String {
    let failed = |group: &Group| group.cases.iter().filter(|case| case.failure.is_some()).count();
    let broken = |group: &Group| group.cases.iter().filter(|case| case.error.is_some()).count();
    let total = |count: &dyn Fn(&Group) -> usize| groups.iter().map(count).sum::<usize>();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"spanwright\" tests=\"{}\" \
         failures=\"{}\" errors=\"{}\">\n",
        total(&|group| group.cases.len()),
        total(&failed),
        total(&broken),
    );
    for group in groups {
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
            escaped(&group.name),
            group.cases.len(),
            failed(group),
            broken(group),
        );
        group.cases.iter().for_each(|case| case.write(&mut out));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

impl Case {
    fn write(&self, out: &mut String) {
        let _ = write!(
            out,
            "    <testcase name=\"{}\" classname=\"{}\"",
            escaped(&self.name),
            escaped(&self.class)
        );
        if let Some((file, line)) = &self.place {
            let _ = write!(out, " file=\"{}\" line=\"{}\"", escaped(file), escaped(line));
        }
        let inner = match (&self.failure, &self.error, &self.note) {
            (Some((message, kind, details)), ..) => format!(
                "<failure message=\"{}\" type=\"{kind}\">{}</failure>",
                escaped(message),
                escaped(details)
            ),
            (None, Some(message), _) => format!("<error message=\"{}\"/>", escaped(message)),
            (None, None, Some(note)) => format!("<system-out>{}</system-out>", escaped(note)),
            (None, None, None) => {
                out.push_str("/>\n");
                return;
            }
        };
        let _ = write!(out, ">\n      {inner}\n    </testcase>\n");
    }
}

/// Something that the exit status counts, and why it does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// What was asked for, as it was asked for.
    pub name: String,
    /// Why it does not hold; nothing where it does.
    pub problem: Option<String>,
}

impl Gate {
    /// Whether it holds.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.problem.is_none()
    }

    fn case(&self, class: &str) -> Case {
        let failure = self.problem.clone().map(|problem| (problem.clone(), "gate", problem));
        Case { name: self.name.clone(), class: class.to_owned(), failure, ..Case::default() }
    }
}

/// Gates first; then figures, which hold always and are there to be read. Their
/// names hold no numbers, so that a build server knows them again.
fn gates_and_figures(class: &str, gates: &[Gate], figures: Vec<(String, String)>) -> String {
    let figure = |(name, note)| Case { name, class: class.to_owned(), note: Some(note), ..Case::default() };
    document(&[
        Group { name: "gates".to_owned(), cases: gates.iter().map(|gate| gate.case(class)).collect() },
        Group { name: "figures".to_owned(), cases: figures.into_iter().map(figure).collect() },
    ])
}

/// Scores as JUnit XML: a case for each limit that must hold, and one for each
/// figure.
#[must_use]
pub fn score_junit(report: &ScoreReport<'_>, gates: &[Gate]) -> String {
    let figures = report.headlines.iter().map(|headline| {
        let value = format!("{}, interval {}", figure(headline.value), span(headline.interval));
        (format!("{} {}", headline.measure, headline.figure), value)
    });
    let class =
        report.pack.map_or("predictions".to_owned(), |pack| format!("{} {}", pack.name, pack.version));
    gates_and_figures(&class, gates, figures.collect())
}

/// A comparison as JUnit XML: a case for each gate, and one for each figure.
#[must_use]
pub fn compare_junit(report: &CompareReport<'_>, gates: &[Gate]) -> String {
    let figures = report.figures.iter().chain(report.types).map(|compared| {
        let value = format!(
            "A {}, B {}, B − A {:+.4}, interval {}, p {}",
            figure(compared.a.0),
            figure(compared.b.0),
            compared.difference.value,
            span(compared.interval),
            p(compared.difference.p),
        );
        (format!("{} {}", compared.measure, compared.figure), value)
    });
    gates_and_figures(&format!("{} against {}", report.a, report.b), gates, figures.collect())
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
