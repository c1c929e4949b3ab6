//! Calendar dates, months, years, quarters, periods.

use super::words::ordinal;
use super::{CalendarDate, Context};
use crate::doc::Value;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A piece of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Month(i8),
    /// One or two digits.
    Small(i8),
    /// Four digits.
    Year(i16),
    /// `7th`
    Ordinal(i8),
    /// Hyphen, dash or `to`.
    To,
    /// `/`, `.` or `-` between digits without white space.
    Slash,
    /// `and`
    Quarter(i8),
}

/// Reads a date. Days come before months where both are numbers. A missing
/// year, and the month of a bare `7th`, come from the context.
pub(super) fn normalise(text: &str, context: &Context) -> Option<Value> {
    let pieces = pieces(text)?;
    let reader = Reader { context };
    reader.read(&pieces).map(|body| Value::from(format!("iso8601:{body}")))
}

fn pieces(text: &str) -> Option<Vec<Piece>> {
    let lower = text.trim().to_lowercase();
    let mut pieces = Vec::new();
    let mut rest = lower.as_str();
    while let Some(c) = rest.chars().next() {
        let len = match c {
            c if c.is_ascii_digit() => {
                let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                let ending =
                    ["st", "nd", "rd", "th"].iter().find(|ending| rest[digits..].starts_with(**ending));
                pieces.push(match (digits, ending) {
                    (1 | 2, Some(_)) => Piece::Ordinal(rest[..digits].parse().ok()?),
                    (1 | 2, None) => Piece::Small(rest[..digits].parse().ok()?),
                    (4, None) => Piece::Year(rest[..digits].parse().ok()?),
                    _ => return None,
                });
                digits + ending.map_or(0, |ending| ending.len())
            }
            c if c.is_alphabetic() => {
                let word = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
                word_piece(&rest[..word], &mut pieces)?;
                word
            }
            '/' | '.' => {
                // The dot of `Sept.` is none of the date.
                if c == '/' || matches!(pieces.last(), Some(Piece::Small(_))) {
                    pieces.push(Piece::Slash);
                }
                1
            }
            '-' | '–' | '—' | '‑' | '−' => {
                pieces.push(Piece::To);
                c.len_utf8()
            }
            ',' => 1,
            c if c.is_whitespace() => c.len_utf8(),
            _ => return None,
        };
        rest = &rest[len..];
    }
    Some(pieces)
}

fn word_piece(word: &str, pieces: &mut Vec<Piece>) -> Option<()> {
    let month = MONTHS
        .iter()
        .position(|month| *month == word || (word.len() >= 3 && word.len() <= 4 && month.starts_with(word)));
    if let Some(month) = month {
        pieces.push(Piece::Month(month as i8 + 1));
        return Some(());
    }
    match word {
        "to" | "until" | "through" | "and" => pieces.push(Piece::To),
        "of" | "the" | "in" | "day" | "month" | "year" | "from" => {}
        "quarter" => {
            let number = match pieces.pop() {
                Some(Piece::Ordinal(number) | Piece::Small(number)) => number,
                _ => return None,
            };
            pieces.push(Piece::Quarter(number));
        }
        "q" => {}
        other => pieces.push(Piece::Ordinal(i8::try_from(ordinal(other)?).ok()?)),
    }
    Some(())
}

struct Reader<'c> {
    context: &'c Context,
}

impl Reader<'_> {
    fn read(&self, pieces: &[Piece]) -> Option<String> {
        use Piece::{Month, Ordinal, Quarter, Slash, Small, To, Year};
        let anchor = self.context.anchor;
        let this_year = || anchor.map(|anchor| anchor.year);
        Some(match *pieces {
            [Year(year)] => format!("{year:04}"),
            [Year(from), To, Year(to)] | [Year(from), Slash, Year(to)] if from < to => {
                format!("{from:04}/{to:04}")
            }
            [Year(from), To, Small(to)] if i16::from(to) > from % 100 => {
                format!("{from:04}/{:04}", from - from % 100 + i16::from(to))
            }
            [Year(year), To, Small(month), To, Small(day)] => day_of(year, month, day)?,
            [Small(day) | Ordinal(day), Slash, Small(month), Slash, Year(year)]
            | [Small(day), To, Small(month), To, Year(year)]
            | [Small(day) | Ordinal(day), Month(month), Year(year)]
            | [Month(month), Small(day) | Ordinal(day), Year(year)] => day_of(year, month, day)?,
            [Small(day) | Ordinal(day), Month(month)]
            | [Month(month), Small(day) | Ordinal(day)]
            | [Small(day), Slash, Small(month)] => day_of(this_year()?, month, day)?,
            [Month(month), Year(year)] | [Small(month), Slash, Year(year)] => month_of(year, month)?,
            [Month(month)] => month_of(this_year()?, month)?,
            [Month(month), Small(from) | Ordinal(from), To, Small(to) | Ordinal(to)]
            | [Small(from) | Ordinal(from), To, Small(to) | Ordinal(to), Month(month)] => {
                days(this_year()?, month, from, month, to)?
            }
            [Month(month), Small(from) | Ordinal(from), To, Small(to) | Ordinal(to), Year(year)]
            | [Small(from) | Ordinal(from), To, Small(to) | Ordinal(to), Month(month), Year(year)]
            | [Small(from), To, Small(to), Slash, Small(month), Slash, Year(year)] => {
                days(year, month, from, month, to)?
            }
            [Month(first), Small(from) | Ordinal(from), To, Month(second), Small(to) | Ordinal(to)]
            | [Small(from) | Ordinal(from), Month(first), To, Small(to) | Ordinal(to), Month(second)] => {
                days(this_year()?, first, from, second, to)?
            }
            [
                Month(first),
                Small(from) | Ordinal(from),
                To,
                Month(second),
                Small(to) | Ordinal(to),
                Year(year),
            ]
            | [
                Small(from) | Ordinal(from),
                Month(first),
                To,
                Small(to) | Ordinal(to),
                Month(second),
                Year(year),
            ] => days(year, first, from, second, to)?,
            [Month(first), To, Month(second)] => months(this_year()?, first, second)?,
            [Month(first), To, Month(second), Year(year)] => months(year, first, second)?,
            [Quarter(quarter), Year(year)] => quarter_of(year, quarter)?,
            [Quarter(quarter)] => quarter_of(this_year()?, quarter)?,
            [Ordinal(day)] => {
                let anchor = anchor?;
                day_of(anchor.year, anchor.month, day)?
            }
            _ => return None,
        })
    }
}

fn day_of(year: i16, month: i8, day: i8) -> Option<String> {
    CalendarDate::new(year, month, day).map(|date| date.to_string())
}

fn month_of(year: i16, month: i8) -> Option<String> {
    CalendarDate::new(year, month, 1).map(|date| format!("{:04}-{:02}", date.year, date.month))
}

fn days(year: i16, first: i8, from: i8, second: i8, to: i8) -> Option<String> {
    let (from, to) = (CalendarDate::new(year, first, from)?, CalendarDate::new(year, second, to)?);
    (from < to).then(|| format!("{from}/{to}"))
}

fn months(year: i16, first: i8, second: i8) -> Option<String> {
    (first < second).then_some(())?;
    Some(format!("{}/{}", month_of(year, first)?, month_of(year, second)?))
}

fn quarter_of(year: i16, quarter: i8) -> Option<String> {
    (1..=4)
        .contains(&quarter)
        .then(|| format!("{year:04}-{:02}/{year:04}-{:02}", quarter * 3 - 2, quarter * 3))
}
