//! A test that fails, for people: expected and found side by side.

use std::fmt::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use spanwright::run::{CaseOutcome, DifferenceKind, Marked, Row};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width where no terminal says another.
const WIDTH: usize = 100;

/// Where text is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    /// Its width in columns.
    width: usize,
    /// Whether it takes colour.
    color: bool,
}

impl Screen {
    /// Standard output for `-`, else a file.
    pub(crate) fn of(output: &Path) -> Self {
        if output.as_os_str() != "-" {
            return Self { width: WIDTH, color: false };
        }
        let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let color = !matches!(anstream::AutoStream::choice(&std::io::stdout()), anstream::ColorChoice::Never);
        Self { width: stated.or_else(terminal).unwrap_or(WIDTH), color }
    }

    /// A text in a colour, where there are colours.
    pub(crate) fn paint(self, text: &str, color: AnsiColor) -> String {
        let style = Style::new().fg_color(Some(color.into()));
        if self.color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Everything about a test that fails.
pub(crate) fn failure(outcome: &CaseOutcome, folder: &Path, screen: Screen) -> String {
    let mut out = format!("{}: test {} fails\n", folder.join(&outcome.place).display(), outcome.test);
    let side = |side: fn(&Row) -> Option<&Marked>| {
        outcome.rows.iter().filter_map(side).map(|side| side.text.width()).max().unwrap_or(0)
    };
    let left = side(|row| row.expected.as_ref()).max("expected".len());
    if left + side(|row| row.found.as_ref()).max("found".len()) + 5 <= screen.width {
        columns(&outcome.rows, left, screen, &mut out);
    } else {
        let expected = outcome.rows.iter().filter_map(|row| row.expected.as_ref());
        stacked("expected", expected, AnsiColor::Red, screen, &mut out);
        let found = outcome.rows.iter().filter_map(|row| row.found.as_ref());
        stacked("found", found, AnsiColor::Green, screen, &mut out);
    }
    for difference in &outcome.differences {
        let color = match difference.kind {
            DifferenceKind::Missing => AnsiColor::Red,
            DifferenceKind::Extra => AnsiColor::Green,
        };
        let _ = writeln!(out, "  {}", screen.paint(&difference.to_string().replace('\n', "\\n"), color));
        for why in &difference.why {
            let _ = writeln!(out, "      {}", why.replace('\n', "\\n"));
        }
    }
    out.push('\n');
    out
}

fn columns(rows: &[Row], left: usize, screen: Screen, out: &mut String) {
    let _ = writeln!(out, "  expected{}   found", " ".repeat(left - "expected".len()));
    for row in rows {
        let empty = Marked::default();
        let expected = row.expected.as_ref().unwrap_or(&empty);
        let found = row.found.as_ref().unwrap_or(&empty);
        let gap = " ".repeat(left - expected.text.width());
        let shown = painted(expected, AnsiColor::Red, screen);
        let line = format!("  {shown}{gap}   {}", painted(found, AnsiColor::Green, screen));
        let _ = writeln!(out, "{}", line.trim_end());
        let line = format!("  {:left$}   {}", underline(expected), underline(found));
        if !line.trim().is_empty() {
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }
}

fn stacked<'a>(
    head: &str,
    sides: impl Iterator<Item = &'a Marked>,
    color: AnsiColor,
    screen: Screen,
    out: &mut String,
) {
    let _ = writeln!(out, "  {head}");
    for side in sides {
        let _ = writeln!(out, "    {}", painted(side, color, screen));
        let line = underline(side);
        if !line.is_empty() {
            let _ = writeln!(out, "    {line}");
        }
    }
}

fn is_marked(side: &Marked, byte: usize) -> bool {
    side.marks.iter().any(|range| range.contains(&byte))
}

/// `^` under what differs.
fn underline(side: &Marked) -> String {
    let mut line = String::new();
    for (at, c) in side.text.char_indices() {
        let sign = if is_marked(side, at) { "^" } else { " " };
        line.push_str(&sign.repeat(c.width().unwrap_or(0)));
    }
    line.truncate(line.trim_end().len());
    line
}

/// The text with what differs in colour.
fn painted(side: &Marked, color: AnsiColor, screen: Screen) -> String {
    let mut out = String::new();
    let mut run = String::new();
    let mut in_mark = false;
    for (at, c) in side.text.char_indices() {
        if is_marked(side, at) != in_mark {
            out.push_str(&if in_mark { screen.paint(&run, color) } else { run.clone() });
            run.clear();
            in_mark = !in_mark;
        }
        run.push(c);
    }
    out.push_str(&if in_mark { screen.paint(&run, color) } else { run });
    out
}
