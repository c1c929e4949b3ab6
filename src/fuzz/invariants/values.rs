//! The law of values: what a scheme promises, its body keeps.

use super::extraction::document;
use crate::doc::Value;
use crate::fuzz::subject::Subject;
use crate::value::{CalendarDate, Context, NORMALIZERS};

/// Tokens in a row that are put to the normalizers, at most.
const WINDOW: usize = 6;
/// Places of a text that are put to the normalizers, at most.
const PLACES: usize = 200;

pub(super) fn parse(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let context = Context { anchor: CalendarDate::new(2025, 3, 17) };
    let tokens = subject.tokens(text);
    let step = tokens.len() / PLACES + 1;
    let lines = text.split(['\n', '\r']).take(PLACES);
    let windows = (0..tokens.len()).step_by(step).flat_map(|first| {
        let last = (first + WINDOW).min(tokens.len());
        tokens[first..last].iter().map(move |token| (first, token))
    });
    let windows =
        windows.filter_map(|(first, last)| text.get(tokens[first].start as usize..last.end as usize));
    for piece in lines.chain(windows) {
        for normalizer in NORMALIZERS {
            if let Some(value) = subject.value(normalizer, piece, &context) {
                well_formed(&value).map_err(|why| format!("{} of {piece:?}: {why}", normalizer.name))?;
            }
        }
    }
    let Some(found) = subject.extract(&document(text)) else { return Ok(()) };
    for mention in &found.mentions {
        if let Some(value) = &mention.value {
            let rule = mention.rule.as_deref().unwrap_or("no rule");
            let why = |why| format!("{} {} by {rule}: {why}", mention.label, mention.span());
            well_formed(value).map_err(why)?;
        }
    }
    Ok(())
}

/// Whether the body of a value is what its scheme says. Other schemes are the
/// affair of a pack; but no value is empty.
fn well_formed(value: &Value) -> Result<(), String> {
    let body = value.body();
    let holds = match value.scheme() {
        Some("iso8601") => range(body, is_point),
        Some("number") => range(body, is_decimal),
        Some("money") => body.rsplit_once(' ').is_some_and(|(amount, code)| {
            range(amount, is_decimal) && code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
        }),
        Some("quantity") => body.split_once(' ').is_some_and(|(amount, unit)| {
            range(amount, is_decimal) && !unit.is_empty() && unit.trim() == unit
        }),
        Some(_) | None => !value.as_str().is_empty(),
    };
    if holds { Ok(()) } else { Err(format!("`{value}` is not well formed")) }
}

/// One thing, or two of a kind with `/` between.
fn range(body: &str, is_one: impl Fn(&str) -> Option<usize>) -> bool {
    match body.split_once('/') {
        None => is_one(body).is_some(),
        Some((from, to)) => is_one(from).is_some() && is_one(from) == is_one(to),
    }
}

/// A year, month, day or clock time; tells which, by its length.
fn is_point(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let holds = match text.len() {
        4 => digits(text),
        7 => CalendarDate::parse(&format!("{text}-01")).is_some(),
        10 => CalendarDate::parse(text).is_some_and(|date| date.to_string() == text),
        6 => {
            let clock = text.strip_prefix('T').and_then(|clock| clock.split_once(':'));
            clock.is_some_and(|(hour, minute)| {
                let both = digits(hour) && digits(minute) && hour.len() == 2;
                // The end of a day is 24:00.
                both && minute < "60" && (hour < "24" || (hour, minute) == ("24", "00"))
            })
        }
        _ => false,
    };
    holds.then_some(text.len())
}

/// Digits, with a point inside or not.
fn is_decimal(text: &str) -> Option<usize> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part)).then_some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_well_formed_or_not() {
        let wrong: Vec<&str> = [
            "iso8601:2025-03-17",
            "iso8601:2025-03/2025-06",
            "iso8601:2025",
            "iso8601:T14:34",
            "iso8601:T24:00",
            "number:6/6.5",
            "money:4500000000000 VND",
            "quantity:2.5 tonne/ha",
            "docid:resolution/18",
        ]
        .into_iter()
        .filter(|value| well_formed(&Value::from(*value)).is_err())
        .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let held: Vec<&str> = [
            "iso8601:2025-02-30",
            "iso8601:2025-3-17",
            "iso8601:2025/2025-06",
            "iso8601:T24:01",
            "iso8601:T07:60",
            "iso8601:",
            "number:1e5",
            "number:.5",
            "number:1/",
            "money:5 vnd",
            "money:5",
            "quantity:5 ",
            "quantity:x km",
            "",
        ]
        .into_iter()
        .filter(|value| well_formed(&Value::from(*value)).is_ok())
        .collect();
        assert!(held.is_empty(), "{held:?}");
    }
}
