//! Clock times.

use super::Context;
use crate::doc::Value;

/// `14:34`, `7.30am`, `4:30 p.m.`, `17h30`, `7h`, `8 o'clock`.
pub(super) fn normalise(text: &str, _: &Context) -> Option<Value> {
    let lower = text.trim().to_lowercase().replace('.', ":").replace(' ', "");
    let lower = lower.replace("a:m:", "am").replace("p:m:", "pm").replace("a:m", "am").replace("p:m", "pm");
    let lower =
        lower.replace("o'clock", "h").replace("o’clock", "h").replace("hours", "h").replace("hrs", "h");
    let (clock, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (lower.as_str(), None),
    };
    let (hour, minute) = clock.split_once([':', 'h', 'g']).unwrap_or((clock, ""));
    let bare = hour.len() == clock.len();
    let minute = minute.trim_end_matches(['m', '\'', 'h']);
    let is_number = |digits: &str| digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = |digits: &str| digits.parse::<u32>().ok().filter(|_| is_number(digits));
    let mut hour = number(hour)?;
    let minute = if minute.is_empty() { 0 } else { number(minute)? };
    match half {
        Some(half) if (1..=12).contains(&hour) => hour = hour % 12 + half,
        Some(_) => return None,
        // A bare number is no time.
        None if bare => return None,
        None => {}
    }
    // The end of a day is 24:00, and nothing comes after it.
    let is_time = minute < 60 && (hour < 24 || (hour, minute) == (24, 0));
    is_time.then(|| Value::from(format!("iso8601:T{hour:02}:{minute:02}")))
}
