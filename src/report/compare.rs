//! A comparison of two sets of predictions, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::{Value, json as object};

use super::tables::{Look, block, figure, heading, toned};
use super::tone::{Tone, tone_of};
use crate::doc::{Annotations, Mention, MentionId};
use crate::eval::{Change, ChangeKind, Compared, Comparison, Difference, Interval, Method, Pair, least_p};
use crate::syntax::USES;
use crate::text::{LineIndex, OffsetUnit, Span, UnitIndex};

/// A comparison with what it is a comparison of.
#[derive(Debug)]
pub struct CompareReport<'a> {
    /// What A is.
    pub a: &'a str,
    /// What B is.
    pub b: &'a str,
    /// Gold and the predictions of A.
    pub pairs: &'a [Pair<'a>],
    /// The predictions of B.
    pub predictions_b: &'a [&'a Annotations],
    /// A hash over gold.
    pub gold_fingerprint: &'a str,
    /// What differs.
    pub comparison: &'a Comparison,
    /// Headline figures.
    pub figures: &'a [Compared],
    /// F1 by label.
    pub types: &'a [Compared],
    /// Rules and files of the packs that differ, where both sides are packs.
    pub rules: Option<&'a [RuleChange]>,
    /// How many changes are shown; the rest is counted.
    pub show: usize,
}

/// A rule, or a further file of a pack, that differs between A and B.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// `file:rule`, or the name of a file.
    pub id: String,
    /// `added`, `removed` or `changed`.
    pub what: &'static str,
    /// The lets through which a rule changed whose own text did not.
    pub through: Vec<String>,
}

impl RuleChange {
    /// What differs between the parts of two packs.
    #[must_use]
    pub fn between(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<Self> {
        let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        let change = |id: &String| {
            let (what, through) = match (a.get(id), b.get(id)) {
                (None, _) => ("added", Vec::new()),
                (_, None) => ("removed", Vec::new()),
                (Some(a), Some(b)) if a != b => ("changed", changed_lets(a, b)),
                _ => return None,
            };
            Some(Self { id: id.clone(), what, through })
        };
        names.into_iter().filter_map(change).collect()
    }
}

/// The lets that differ below two rules with the same text; none where the texts
/// differ themselves.
fn changed_lets(a: &str, b: &str) -> Vec<String> {
    let parts = |text: &str| -> Vec<String> { text.split(USES).map(str::to_owned).collect() };
    let (a, b) = (parts(a), parts(b));
    if a[0] != b[0] {
        return Vec::new();
    }
    let names: std::collections::BTreeSet<&str> = a
        .iter()
        .chain(&b)
        .filter(|line| !(a.contains(line) && b.contains(line)))
        .filter_map(|line| line.split(' ').next())
        .collect();
    names.into_iter().map(str::to_owned).collect()
}

fn rule(mention: Option<&Mention>) -> Option<&str> {
    mention?.rule.as_deref()
}

/// What a rule of one side won and lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ledger {
    fixed: u64,
    broken: u64,
    new_wrong: u64,
    removed_wrong: u64,
}

/// What is told of a rule of B, and of one of A.
const RULES: [&str; 5] = ["", "right in B", "wrong in B", "right in A", "wrong in A"];

impl Ledger {
    fn cells(&self) -> Vec<String> {
        [self.fixed, self.new_wrong, self.broken, self.removed_wrong].map(|n| n.to_string()).to_vec()
    }
}

impl CompareReport<'_> {
    fn mention(side: &Annotations, id: Option<MentionId>) -> Option<&Mention> {
        id.map(|id| side.mention(id))
    }

    fn sides(&self, change: &Change) -> [Option<&Mention>; 3] {
        let pair = &self.pairs[change.document];
        [
            Self::mention(pair.gold, change.gold),
            Self::mention(pair.predicted, change.a),
            Self::mention(self.predictions_b[change.document], change.b),
        ]
    }

    /// For each rule what it won and lost from A to B.
    fn ledger(&self) -> BTreeMap<String, Ledger> {
        let mut ledger: BTreeMap<String, Ledger> = BTreeMap::new();
        for change in &self.comparison.changes {
            let [gold, a, b] = self.sides(change);
            let is_right = |mention: Option<&Mention>| match (gold, mention) {
                (Some(gold), Some(mention)) => {
                    gold.fragments == mention.fragments && gold.label == mention.label
                }
                _ => false,
            };
            let mut add = |rule: Option<&str>, count: fn(&mut Ledger)| {
                if let Some(rule) = rule {
                    count(ledger.entry(rule.to_owned()).or_default());
                }
            };
            if is_right(b) {
                add(rule(b), |ledger| ledger.fixed += 1);
            } else {
                add(rule(b), |ledger| ledger.new_wrong += 1);
            }
            if is_right(a) {
                add(rule(a), |ledger| ledger.broken += 1);
            } else {
                add(rule(a), |ledger| ledger.removed_wrong += 1);
            }
        }
        ledger
    }

    /// The comparison as text, for a terminal or in Markdown.
    #[must_use]
    pub fn text(&self, look: Look) -> String {
        let mut out = String::new();
        let documents = self.pairs.len();
        let noun = if documents == 1 { "document" } else { "documents" };
        heading(
            &mut out,
            look,
            &format!("{} (A) against {} (B) on {documents} {noun} of gold", self.a, self.b),
        );
        self.verdict(&mut out, look);
        heading(&mut out, look, "Figures, 95 % intervals, and two-sided p of the difference");
        let figures = self.figures.iter().map(|compared| (tone_of(compared.interval), row(compared)));
        toned(&mut out, look, &FIGURES, figures.collect());
        heading(&mut out, look, "Entities by label, F1; p adjusted by Holm over the labels");
        let types = self.types.iter().map(|compared| (tone_of(compared.interval), type_row(compared)));
        toned(&mut out, look, &TYPES, types.collect());
        heading(&mut out, look, "Mentions that changed");
        let kinds = ChangeKind::ALL
            .map(|kind| (tone(kind), vec![kind.name().to_owned(), self.comparison.count(kind).to_string()]));
        toned(&mut out, look, &["", "mentions"], kinds.to_vec());
        if let Some(churn) = self.comparison.churn() {
            let _ = writeln!(
                out,
                "Churn: {} of {} predictions stand on one side only ({:.1} %).",
                self.comparison.moved,
                self.comparison.predictions,
                100.0 * churn
            );
        }
        self.rule_tables(&mut out, look);
        self.changes(&mut out, look);
        out
    }

    /// What can be said, in words.
    fn verdict(&self, out: &mut String, look: Look) {
        let Some(headline) = self.figures.iter().find(|compared| is_primary(compared)) else { return };
        let difference = &headline.difference;
        let size = difference.value.abs();
        let mut words = match difference.value {
            value if value > 0.0 => format!("B is better than A in F1 of entities by {size:.4}"),
            value if value < 0.0 => format!("B is worse than A in F1 of entities by {size:.4}"),
            _ => "A and B have the same F1 of entities".to_owned(),
        };
        if let Some(interval) = headline.interval {
            let _ = write!(words, ", interval {:+.4} to {:+.4}", interval.low, interval.high);
        }
        let _ = write!(words, ", p = {} ({}).", p(difference.p), method(difference));
        let _ = writeln!(out, "{}", Tone::Strong.paint(look, &words));
        let least = least_p(difference.differing);
        if difference.differing == 0 {
            let _ = writeln!(out, "No document differs in its counts.");
        } else if least > 0.05 {
            let _ = writeln!(
                out,
                "Only {} documents differ: the smallest p that they allow is {}, so chance cannot be ruled out at 0.05 whatever the difference.",
                difference.differing,
                p(least)
            );
        }
        match self.pairs.len() {
            1 => {
                let _ = writeln!(out, "One document says nothing about the spread: there is no interval.");
            }
            n if n < 20 => {
                let _ = writeln!(out, "{n} documents are few: intervals from fewer than 20 are rough.");
            }
            _ => {}
        }
    }

    fn rule_tables(&self, out: &mut String, look: Look) {
        let ledger = self.ledger();
        if let Some(rules) = self.rules.filter(|rules| !rules.is_empty()) {
            let of = |what: &str| rules.iter().filter(|change| change.what == what).count();
            let title = format!(
                "Parts of the packs: {} added, {} removed, {} changed",
                of("added"),
                of("removed"),
                of("changed")
            );
            heading(out, look, &title);
            // Packs of other names have little in common; a list of all says nothing.
            let rows: Vec<Vec<String>> = rules
                .iter()
                .take(self.show)
                .map(|change| {
                    let through = match change.through.as_slice() {
                        [] => String::new(),
                        lets => format!(" through {}", lets.join(", ")),
                    };
                    let mut row = vec![change.id.clone(), format!("{}{through}", change.what)];
                    row.extend(ledger.get(&change.id).map_or_else(Vec::new, Ledger::cells));
                    row
                })
                .collect();
            block(out, look, &["", "", RULES[1], RULES[2], RULES[3], RULES[4]], rows);
            more(out, rules.len(), self.show);
        }
        if !ledger.is_empty() {
            heading(out, look, "Rules behind the changes: of B what it found anew, of A what went");
            let mut rows: Vec<(&String, &Ledger)> = ledger.iter().collect();
            let weight =
                |ledger: &Ledger| ledger.fixed + ledger.broken + ledger.new_wrong + ledger.removed_wrong;
            rows.sort_by_key(|(rule, ledger)| (std::cmp::Reverse(weight(ledger)), *rule));
            let count = rows.len();
            let cells = |(rule, ledger): (&String, &Ledger)| {
                std::iter::once(rule.clone()).chain(ledger.cells()).collect()
            };
            block(out, look, &RULES, rows.into_iter().take(self.show).map(cells).collect());
            more(out, count, self.show);
        }
    }

    fn changes(&self, out: &mut String, look: Look) {
        let changes = &self.comparison.changes;
        if changes.is_empty() || self.show == 0 {
            return;
        }
        heading(out, look, "Each change");
        if look == Look::Markdown {
            out.push_str("```text\n");
        }
        for change in changes.iter().take(self.show) {
            let pair = &self.pairs[change.document];
            let [gold, a, b] = self.sides(change);
            let Some(shown) = gold.or(b).or(a) else { continue };
            let title = format!("{} {}", place(pair, shown), change.kind.name());
            let _ = writeln!(out, "{}", tone(change.kind).paint(look, &title));
            let _ = writeln!(out, "    {}", context(pair.text, shown.span()));
            for (name, mention) in [("gold", gold), ("A", a), ("B", b)] {
                if let Some(mention) = mention {
                    let rule = mention.rule.as_deref().map_or(String::new(), |rule| format!("  by {rule}"));
                    let _ = writeln!(out, "    {name:<4} {}{rule}", quoted(pair.text, mention));
                }
            }
        }
        if look == Look::Markdown {
            out.push_str("```\n");
        }
        more(out, changes.len(), self.show);
    }

    /// Writes the comparison as JSON; every change is in it. The changes are
    /// written one by one: there can be millions.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub fn write_json(&self, mut out: impl std::io::Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")
    }
}

impl Serialize for CompareReport<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counts: serde_json::Map<String, Value> = ChangeKind::ALL
            .iter()
            .map(|kind| (kind.name().to_owned(), self.comparison.count(*kind).into()))
            .collect();
        let ledger: serde_json::Map<String, Value> = self
            .ledger()
            .into_iter()
            .map(|(rule, l)| {
                let value = object!({
                    "right_b": l.fixed, "wrong_b": l.new_wrong, "right_a": l.broken, "wrong_a": l.removed_wrong,
                });
                (rule, value)
            })
            .collect();
        let parts = self.rules.map(|rules| {
            rules
                .iter()
                .map(|change| object!({"id": change.id, "what": change.what, "through": change.through}))
                .collect::<Vec<_>>()
        });
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("spanwright", env!("CARGO_PKG_VERSION"))?;
        map.serialize_entry("a", self.a)?;
        map.serialize_entry("b", self.b)?;
        let gold = object!({"documents": self.pairs.len(), "fingerprint": self.gold_fingerprint});
        map.serialize_entry("gold", &gold)?;
        map.serialize_entry("figures", &self.figures.iter().map(compared_json).collect::<Vec<_>>())?;
        map.serialize_entry("types", &self.types.iter().map(compared_json).collect::<Vec<_>>())?;
        map.serialize_entry("counts", &counts)?;
        map.serialize_entry("churn", &self.comparison.churn())?;
        map.serialize_entry("parts", &parts)?;
        map.serialize_entry("rules", &ledger)?;
        map.serialize_entry("changes", &EachChange(self))?;
        map.end()
    }
}

/// The changes, made as they are written.
struct EachChange<'a>(&'a CompareReport<'a>);

impl Serialize for EachChange<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut units: Option<(usize, UnitIndex<'_>)> = None;
        serializer.collect_seq(self.0.comparison.changes.iter().map(|change| {
            let pair = &self.0.pairs[change.document];
            let known = units.take().filter(|(document, _)| *document == change.document);
            let (_, index) = units.insert(
                known.unwrap_or_else(|| (change.document, UnitIndex::new(pair.text, OffsetUnit::Chars))),
            );
            let [gold, a, b] =
                self.0.sides(change).map(|mention| mention.map(|m| MentionOut::new(m, pair, index)));
            ChangeOut { document: pair.id, kind: change.kind.name(), gold, a, b }
        }))
    }
}

#[derive(Serialize)]
struct ChangeOut<'a> {
    document: &'a str,
    kind: &'static str,
    gold: Option<MentionOut<'a>>,
    a: Option<MentionOut<'a>>,
    b: Option<MentionOut<'a>>,
}

/// A mention; `start` and `end` count code points.
#[derive(Serialize)]
struct MentionOut<'a> {
    id: &'a str,
    r#type: &'a str,
    start: u32,
    end: u32,
    text: Option<&'a str>,
    rule: Option<&'a str>,
}

impl<'a> MentionOut<'a> {
    fn new(mention: &'a Mention, pair: &Pair<'a>, units: &UnitIndex<'_>) -> Self {
        let span = mention.span();
        Self {
            id: &mention.id,
            r#type: &mention.label,
            start: units.from_byte(span.start),
            end: units.from_byte(span.end),
            text: span.slice(pair.text),
            rule: mention.rule.as_deref(),
        }
    }
}

const FIGURES: [&str; 8] = ["", "A", "interval", "B", "interval", "B − A", "interval", "p"];
const TYPES: [&str; 7] = ["", "A", "B", "B − A", "interval", "p", "adjusted"];

/// What a change is worth.
const fn tone(kind: ChangeKind) -> Tone {
    match kind {
        ChangeKind::Fixed | ChangeKind::RemovedFalsePositive => Tone::Good,
        ChangeKind::Broken | ChangeKind::NewFalsePositive => Tone::Bad,
        ChangeKind::Changed => Tone::Plain,
    }
}

fn is_primary(compared: &Compared) -> bool {
    compared.measure == crate::eval::Measure::Entities && compared.figure == crate::eval::Figure::F1
}

fn row(compared: &Compared) -> Vec<String> {
    let mut row = vec![format!("{} {}", compared.measure, compared.figure)];
    for (value, interval) in [compared.a, compared.b] {
        row.extend([figure(value), span(interval)]);
    }
    row.extend([
        format!("{:+.4}", compared.difference.value),
        span(compared.interval),
        p(compared.difference.p),
    ]);
    row
}

fn type_row(compared: &Compared) -> Vec<String> {
    vec![
        compared.measure.to_string(),
        figure(compared.a.0),
        figure(compared.b.0),
        format!("{:+.4}", compared.difference.value),
        span(compared.interval),
        p(compared.difference.p),
        compared.adjusted.map_or("–".to_owned(), p),
    ]
}

/// `0.8123–0.9012`
pub(super) fn span(interval: Option<Interval>) -> String {
    interval.map_or("–".to_owned(), |interval| format!("{:.4} to {:.4}", interval.low, interval.high))
}

pub(super) fn p(p: f64) -> String {
    if p < 0.0001 { format!("{p:.1e}") } else { format!("{p:.4}") }
}

fn method(difference: &Difference) -> String {
    match difference.method {
        Method::Exact => "exact paired randomization over documents".to_owned(),
        Method::MonteCarlo { samples } => {
            format!("paired randomization over documents, {samples} random swaps")
        }
    }
}

fn more(out: &mut String, all: usize, shown: usize) {
    if all > shown {
        let _ = writeln!(out, "… and {} more; `--show {all}` shows all.", all - shown);
    }
}

fn compared_json(compared: &Compared) -> Value {
    let interval = |interval: Option<Interval>| interval.map(|interval| [interval.low, interval.high]);
    let side = |(value, bounds): (Option<f64>, Option<Interval>)| object!({"value": value, "interval": interval(bounds)});
    object!({
        "measure": compared.measure.to_string(),
        "figure": compared.figure.to_string(),
        "a": side(compared.a),
        "b": side(compared.b),
        "difference": compared.difference.value,
        "interval": interval(compared.interval),
        "p": compared.difference.p,
        "p_adjusted": compared.adjusted,
        "method": match compared.difference.method { Method::Exact => "exact", Method::MonteCarlo { .. } => "monte_carlo" },
        "documents_that_differ": compared.difference.differing,
        "undefined_resamples": compared.interval.map(|interval| interval.undefined),
    })
}

/// `a03:12:5`
pub(super) fn place(pair: &Pair<'_>, mention: &Mention) -> String {
    let place = LineIndex::new(pair.text).place(pair.text, mention.span().start);
    format!("{}:{}:{}", pair.id, place.line, place.column)
}

/// `PERSON "Hau A Lenh"`
pub(super) fn quoted(text: &str, mention: &Mention) -> String {
    let surface = mention.span().slice(text).unwrap_or("").replace(['\n', '\r'], " ");
    format!("{} \"{surface}\"", mention.label)
}

/// Characters that are shown on either side of a span.
const AROUND: usize = 40;

/// A span in brackets with what stands around it, on one line.
pub(super) fn context(text: &str, span: Span) -> String {
    let before: Vec<char> =
        text.get(..span.start as usize).unwrap_or("").chars().rev().take(AROUND).collect();
    let after: String = text.get(span.end as usize..).unwrap_or("").chars().take(AROUND).collect();
    let before: String = before.into_iter().rev().collect();
    let line = format!("{before}[{}]{after}", span.slice(text).unwrap_or(""));
    line.replace(['\n', '\r', '\t'], " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::RuleChange;

    const TOML: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nX = {}\n";

    fn parts(rules: &str) -> std::collections::BTreeMap<String, String> {
        let (pack, report) = crate::syntax::parse_pack(&[("pack.toml", TOML), ("a.span", rules)]);
        crate::syntax::parts(&pack, &report.sources)
    }

    #[test]
    fn a_rule_changes_with_the_lets_below_it() {
        let rules = "let Inner = \"a\"\nlet Outer = (Inner \"b\")\nrule one { <X: Outer> }\nrule two { <X: \"c\"> }\n";
        let now = parts(&rules.replace("\"a\"", "\"z\""));
        let changes: Vec<(String, &str, String)> = RuleChange::between(&parts(rules), &now)
            .into_iter()
            .map(|change| (change.id, change.what, change.through.join(" ")))
            .collect();
        let of = |id: &str, through: &str| (format!("a.span:{id}"), "changed", through.to_owned());
        assert_eq!(changes, [of("Inner", ""), of("Outer", "Inner"), of("one", "Inner")]);
        let layout = rules.replace('{', "{\n  # a word\n ");
        assert_eq!(RuleChange::between(&parts(rules), &parts(&layout)), []);
        let own = parts(&rules.replace("<X: Outer>", "<X: Outer+>"));
        assert_eq!(RuleChange::between(&parts(rules), &own)[0].through, [""; 0]);
    }
}
