//! Do both programs find the same?
//!
//! What the bare pipeline finds is not always what was asked for: it cuts words
//! otherwise, and takes of a token pattern one match at each anchor. A span that only one of
//! them has must fall under one of the known reasons, or the benchmark stops.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A kind of work that both do.
pub(super) struct Part {
    pub(super) name: &'static str,
    /// The stages of the bare pipeline that do it alone.
    pub(super) stages: &'static str,
    /// What the types of its spans begin with, where a number follows.
    prefix: Option<char>,
}

/// The parts of the headline.
pub(super) const PARTS: &[Part] = &[
    Part { name: "phrases", stages: "jtgo", prefix: None },
    Part { name: "regular expressions", stages: "jro", prefix: Some('R') },
    Part { name: "token patterns", stages: "jtpo", prefix: Some('T') },
];

/// A span: start, end and, for phrases, its type.
type Span = (u64, u64, String);

/// The spans of each document, with how often each was found.
#[derive(Default)]
pub(super) struct Found(HashMap<String, BTreeMap<Span, u32>>);

impl Found {
    fn add(&mut self, document: &str, start: &Value, end: &Value, label: &str) -> Result<()> {
        let (start, end) = (start.as_u64().context("no start")?, end.as_u64().context("no end")?);
        let spans = self.0.entry(document.to_owned()).or_default();
        *spans.entry((start, end, label.to_owned())).or_default() += 1;
        Ok(())
    }

    /// How many spans a part found.
    pub(super) fn count(&self, part: &Part) -> u64 {
        let spans = self.0.values().flatten();
        spans.filter(|((_, _, label), _)| part.is_of(label)).map(|(_, times)| u64::from(*times)).sum()
    }
}

impl Part {
    fn is_of(&self, label: &str) -> bool {
        let letter = matches!(label, "R" | "T").then(|| label.chars().next()).flatten();
        letter == self.prefix
    }
}

/// Types that carry a number are of the parts that have no types in the lists.
fn general(label: &str) -> &str {
    match label.split_at_checked(1) {
        Some((letter @ ("R" | "T"), number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => letter,
        _ => label,
    }
}

fn records(path: &Path) -> Result<impl Iterator<Item = Result<Value>>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    Ok(BufReader::new(file).lines().map(|line| Ok(serde_json::from_str(&line?)?)))
}

/// What `extract --offsets bytes` wrote.
pub(super) fn ours(path: &Path) -> Result<Found> {
    let mut found = Found::default();
    for record in records(path)? {
        let record = record?;
        let id = record["id"].as_str().context("no id")?;
        for span in record["entities"].as_array().into_iter().flatten() {
            let label = span["type"].as_str().unwrap_or_default();
            found.add(id, &span["start"], &span["end"], general(label))?;
        }
    }
    Ok(found)
}

/// What the bare pipeline wrote.
pub(super) fn bare(path: &Path) -> Result<Found> {
    let mut found = Found::default();
    for record in records(path)? {
        let record = record?;
        let id = record["id"].as_str().context("no id")?;
        for span in record["spans"].as_array().into_iter().flatten() {
            found.add(id, &span["s"], &span["e"], span["t"].as_str().unwrap_or_default())?;
        }
    }
    Ok(found)
}

/// The reasons why one has a span that the other lacks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Overlap,
    Cut,
    None,
}

impl Reason {
    fn say(self) -> &'static str {
        match self {
            Self::Overlap => "touch a span of the other that begins or ends elsewhere",
            Self::Cut => {
                "stand where words are cut otherwise (dots, apostrophes, `_`, digits beside letters, signs)"
            }
            Self::None => "have no known reason",
        }
    }
}

/// Says how many spans of a part both have, and why one of them has more.
///
/// # Errors
///
/// If more than 1 in 1,000 spans have no reason to be found by one only.
pub(super) fn compare(part: &Part, ours: &Found, bare: &Found, text: &Path) -> Result<String> {
    let nothing = BTreeMap::new();
    let mut both = 0;
    let mut only: BTreeMap<(&str, Reason), u64> = BTreeMap::new();
    let mut example = String::new();
    for record in records(text)? {
        let record = record?;
        let (id, text) =
            (record["id"].as_str().unwrap_or_default(), record["text"].as_str().unwrap_or_default());
        let [ours, bare] = [ours, bare].map(|found| found.0.get(id).unwrap_or(&nothing));
        for (who, mine, theirs) in [("spanwright", ours, bare), ("the bare pipeline", bare, ours)] {
            for (span, times) in mine.iter().filter(|((_, _, label), _)| part.is_of(label)) {
                let shared = (*times).min(theirs.get(span).copied().unwrap_or(0));
                both += if who == "spanwright" { u64::from(shared) } else { 0 };
                if *times == shared {
                    continue;
                }
                let reason = reason(text, span, theirs, part);
                *only.entry((who, reason)).or_default() += u64::from(times - shared);
                if reason == Reason::None && example.is_empty() {
                    example = format!(", such as {span:?} of {id}");
                }
            }
        }
    }
    let unknown: u64 = only.iter().filter(|((_, reason), _)| *reason == Reason::None).map(|(_, n)| n).sum();
    let mut told = format!("{}: both find {both}", part.name);
    for ((who, reason), count) in &only {
        told.push_str(&format!("; only {who} {count} that {}", reason.say()));
    }
    if unknown * 1_000 > both {
        bail!("{told}{example}");
    }
    Ok(told)
}

fn reason(text: &str, (start, end, _): &Span, theirs: &BTreeMap<Span, u32>, part: &Part) -> Reason {
    let touches = theirs
        .keys()
        .any(|(other_start, other_end, label)| part.is_of(label) && other_start < end && start < other_end);
    if touches {
        return Reason::Overlap;
    }
    let (start, end) = (*start as usize, *end as usize);
    // A word may be cut otherwise in the span or next to it.
    let from = text[..start].char_indices().rev().nth(2).map_or(0, |(at, _)| at);
    let to = text[end..].char_indices().nth(3).map_or(text.len(), |(at, _)| end + at);
    let around: Vec<char> = text[from..to].chars().collect();
    let mixed = |pair: &[char]| {
        pair[0].is_ascii_digit() != pair[1].is_ascii_digit() && pair.iter().all(|c| c.is_alphanumeric())
    };
    let odd = |c: &char| matches!(c, '.' | '\'' | '_' | ',') || !c.is_ascii();
    if around.iter().any(odd) || around.windows(2).any(mixed) { Reason::Cut } else { Reason::None }
}
