//! What came of a run of generated texts.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::fuzz::{FuzzReport, Tried};

/// A run with what is known about its failures besides.
#[derive(Clone, Debug)]
pub struct Fuzzed<'a> {
    /// The run.
    pub report: &'a FuzzReport,
    /// The text that was given, where none were drawn.
    pub given: Option<&'a str>,
    /// For each law that broke its name, the file that keeps the text, and the
    /// command that tries it again.
    pub kept: &'a [Kept],
}

/// Where a text that breaks a law is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The law.
    pub invariant: &'static str,
    /// The file; none where it was not written.
    pub file: Option<String>,
    /// The command that tries the text again.
    pub command: String,
}

/// Bytes of a text that are shown, at most.
const SHOWN: usize = 400;

impl Fuzzed<'_> {
    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let FuzzReport { seed, texts, bytes, tried, .. } = self.report;
        let laws = if tried.len() == 1 { "1 law".to_owned() } else { format!("{} laws", tried.len()) };
        let mut out = match self.given {
            Some(name) => format!("{laws} on {name} ({bytes} bytes)\n\n"),
            None => {
                let texts = if *texts == 1 { "1 text".to_owned() } else { format!("{texts} texts") };
                format!("{laws} on {texts} ({bytes} bytes), seed {seed}\n\n")
            }
        };
        let width = tried.iter().map(|tried| tried.invariant.name.len()).max().unwrap_or(0);
        for tried in tried {
            let outcome = if tried.failure.is_some() { "BROKEN" } else { "holds" };
            let _ = writeln!(out, "{outcome:<6}  {:<width$}  {}", tried.invariant.name, tried.invariant.doc);
        }
        for tried in tried {
            self.failure(tried, &mut out);
        }
        out
    }

    fn failure(&self, tried: &Tried, out: &mut String) {
        let Some(failure) = &tried.failure else { return };
        let name = tried.invariant.name;
        let _ = match failure.case {
            Some(case) => {
                let (from, to) = (failure.shrunk_from, failure.text.len());
                writeln!(out, "\n{name}: broken by text {case}, shrunk from {from} bytes to {to}")
            }
            None => writeln!(out, "\n{name}: broken"),
        };
        let _ = writeln!(out, "  text     {}", shown(&failure.text));
        let _ = writeln!(out, "  because  {}", cut(&failure.reason));
        if let Some(kept) = self.kept(name) {
            if let Some(file) = &kept.file {
                let _ = writeln!(out, "  kept in  {file}");
            }
            let _ = writeln!(out, "  again    {}", kept.command);
        }
    }

    fn kept(&self, name: &str) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.invariant == name)
    }

    /// One JSON object.
    #[must_use]
    pub fn json(&self) -> Value {
        let tried = |tried: &Tried| {
            let name = tried.invariant.name;
            let failure = tried.failure.as_ref().map(|failure| {
                let kept = self.kept(name);
                json!({
                    "case": failure.case,
                    "text": failure.text,
                    "reason": failure.reason,
                    "shrunk_from": failure.shrunk_from,
                    "file": kept.and_then(|kept| kept.file.as_deref()),
                    "command": kept.map(|kept| kept.command.as_str()),
                })
            });
            json!({
                "name": name, "doc": tried.invariant.doc, "texts": tried.texts,
                "holds": tried.failure.is_none(), "failure": failure,
            })
        };
        json!({
            "seed": if self.given.is_some() { Value::Null } else { self.report.seed.into() },
            "given": self.given,
            "texts": self.report.texts,
            "bytes": self.report.bytes,
            "holds": self.report.holds(),
            "stopped": self.report.stopped,
            "invariants": self.report.tried.iter().map(tried).collect::<Vec<_>>(),
        })
    }
}

/// A text on one line, with escapes for what cannot be seen.
fn shown(text: &str) -> String {
    let mut shown = String::from("\"");
    for c in text.chars() {
        if shown.len() > SHOWN {
            let _ = write!(shown, "\" and so on, {} bytes", text.len());
            return shown;
        }
        match c {
            '\'' => shown.push(c),
            // Quotes, white space other than the plain one, controls, marks, joiners.
            c => shown.extend(c.escape_debug()),
        }
    }
    shown.push('"');
    shown
}

/// A reason that is not endless.
fn cut(reason: &str) -> String {
    let line = reason.replace('\n', "\\n");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::{Failure, invariant};

    #[test]
    fn a_failure_shows_its_text_why_and_how_to_see_it_again() {
        let tried = |name: &str, failure| Tried { invariant: invariant(name).unwrap(), texts: 64, failure };
        let failure = Failure {
            case: Some(17),
            text: "a\u{301}\r\n\"ß\u{200b}".to_owned(),
            reason: "\"ß\" at 5..7 is in no token".to_owned(),
            shrunk_from: 311,
        };
        let report = FuzzReport {
            seed: 7,
            texts: 64,
            bytes: 4096,
            tried: vec![tried("tokens-tile", Some(failure)), tried("units", None)],
            stopped: false,
        };
        let kept = [Kept {
            invariant: "tokens-tile",
            file: Some("out/tokens-tile-7-17.txt".to_owned()),
            command: "spanwright fuzz --replay out/tokens-tile-7-17.txt --invariant tokens-tile".to_owned(),
        }];
        let fuzzed = Fuzzed { report: &report, given: None, kept: &kept };
        let wanted = r#"2 laws on 64 texts (4096 bytes), seed 7

BROKEN  tokens-tile  tokens stand in order, and only white space between them
holds   units        code points, UTF-16 units and bytes lead to each other

tokens-tile: broken by text 17, shrunk from 311 bytes to 11
  text     "a\u{301}\r\n\"ß\u{200b}"
  because  "ß" at 5..7 is in no token
  kept in  out/tokens-tile-7-17.txt
  again    spanwright fuzz --replay out/tokens-tile-7-17.txt --invariant tokens-tile
"#;
        assert_eq!(fuzzed.text(), wanted);
        let json = fuzzed.json();
        assert_eq!((&json["holds"], &json["seed"]), (&false.into(), &7.into()));
        let failure = &json["invariants"][0]["failure"];
        assert_eq!(failure["text"], "a\u{301}\r\n\"ß\u{200b}");
        assert_eq!(failure["file"], "out/tokens-tile-7-17.txt");
        assert_eq!(json["invariants"][1]["failure"], Value::Null);
    }

    #[test]
    fn endless_texts_and_reasons_are_cut() {
        assert!(shown(&"ß".repeat(9000)).ends_with("ß\" and so on, 18000 bytes"));
        assert!(cut(&"ß\n".repeat(9000)).len() < 1000);
    }
}
