//! The figures as a table in Markdown.

use std::fmt::Write as _;
use std::process::Command;

use super::lists::Text;
use super::packs::Size;
use super::runs::{Measured, median};

/// One figure with what it must reach.
pub(super) struct Figure {
    name: String,
    values: Vec<f64>,
    floor: f64,
    aim: f64,
    unit: &'static str,
    /// Whether more is better.
    more: bool,
}

impl Figure {
    pub(super) fn at_least(name: &str, values: Vec<f64>, floor: f64, aim: f64, unit: &'static str) -> Self {
        Self { name: name.to_owned(), values, floor, aim, unit, more: true }
    }

    pub(super) fn at_most(name: &str, values: Vec<f64>, floor: f64, aim: f64, unit: &'static str) -> Self {
        Self { name: name.to_owned(), values, floor, aim, unit, more: false }
    }

    fn verdict(&self) -> &'static str {
        let value = median(self.values.iter().copied());
        let holds = |limit: f64| if self.more { value >= limit } else { value <= limit };
        match (holds(self.aim), holds(self.floor)) {
            (true, _) => "aim met",
            (false, true) => "floor met",
            (false, false) => "**missed**",
        }
    }
}

/// Everything that a benchmark says.
pub(super) struct Table {
    head: String,
    figures: Vec<Figure>,
    speeds: Vec<String>,
    notes: Vec<String>,
}

impl Table {
    pub(super) fn new(origin: &str, runs: usize) -> Self {
        let head = format!(
            "{} Medians of {runs} pairs of runs in turn, least and greatest\n\
             in brackets; MB of text; the time of a run on one document is taken out.",
            head(origin)
        );
        Self { head, figures: Vec::new(), speeds: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn figure(&mut self, figure: Figure) {
        eprintln!("{}: {}", figure.name, spread(&figure.values, figure.unit));
        self.figures.push(figure);
    }

    pub(super) fn note(&mut self, note: String) {
        eprintln!("{note}");
        self.notes.push(note);
    }

    /// A row of the runs themselves.
    pub(super) fn speed(
        &mut self,
        text: &Text,
        size: Size,
        threads: usize,
        who: &str,
        runs: &[Measured],
        bytes: usize,
    ) {
        let rate = |seconds: fn(&Measured) -> f64| {
            spread(&runs.iter().map(|run| bytes as f64 / 1e6 / seconds(run)).collect::<Vec<_>>(), "")
        };
        let middle = |of: fn(&Measured) -> f64| median(runs.iter().map(of));
        self.speeds.push(format!(
            "| {} | {size} | {threads} | {who} | {} | {} | {:.2} s | {:.0} MB |",
            text.name,
            rate(|run| run.cpu),
            rate(|run| run.wall),
            middle(|run| run.start),
            middle(|run| run.memory),
        ));
        if let Some(row) = self.speeds.last() {
            eprintln!("{row}");
        }
    }

    pub(super) fn markdown(&self) -> String {
        let mut out = format!("{}\n\n| figure | floor | aim | here | |\n|---|---|---|---|---|\n", self.head);
        for figure in &self.figures {
            let Figure { name, floor, aim, unit, .. } = figure;
            let here = spread(&figure.values, unit);
            let [floor, aim] = [floor, aim].map(|limit| (limit * 100.0).round() / 100.0);
            let _ = writeln!(out, "| {name} | {floor}{unit} | {aim}{unit} | {here} | {} |", figure.verdict());
        }
        out.push_str("\n| text | work | threads | program | MB/s per CPU second | MB/s by the clock | start | peak |\n");
        out.push_str("|---|---|---|---|---|---|---|---|\n");
        self.speeds.iter().for_each(|row| out.extend([row, "\n"]));
        out.push('\n');
        self.notes.iter().for_each(|note| out.extend(["- ", note, "\n"]));
        out.trim_end().to_owned()
    }
}

/// The median of some values; the least and the greatest where there are several.
fn spread(values: &[f64], unit: &str) -> String {
    let digits = |value: f64| {
        if value.abs() >= 100.0 {
            0
        } else if value.abs() >= 10.0 {
            1
        } else {
            2
        }
    };
    let show = |value: f64| format!("{value:.*}", digits(value));
    let middle = median(values.iter().copied());
    let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
    match values {
        [] => "–".to_owned(),
        [_] => format!("{}{unit}", show(middle)),
        _ => format!("{}{unit} ({}–{})", show(middle), show(least), show(most)),
    }
}

/// Lists, commit, date and machine.
pub(super) fn head(origin: &str) -> String {
    format!(
        "Lists: {origin}. Commit {}, {}, {} cores.",
        told(&["git", "describe", "--always", "--dirty"]),
        told(&["date", "+%F"]),
        std::thread::available_parallelism().map_or(0, usize::from),
    )
}

fn told(command: &[&str]) -> String {
    let output = Command::new(command[0]).args(&command[1..]).output();
    output.map_or_else(|_| "?".to_owned(), |said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}
