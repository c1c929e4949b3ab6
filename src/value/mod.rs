//! What a mention stands for: dates, times, numbers, shares, money, quantities.
//!
//! A normalizer takes the text of a mention and gives a value, `scheme:body`,
//! or refuses. Amounts are exact decimals; nothing is rounded.
//!
//! ```
//! use spanwright::value::{CalendarDate, Context, normalizer};
//! let context = Context { anchor: CalendarDate::parse("2025-03-17") };
//! let value = |name: &str, text: &str| {
//!     let found = (normalizer(name)?.normalise)(text, &context)?;
//!     Some(found.as_str().to_owned())
//! };
//! assert_eq!(value("date", "September 24").as_deref(), Some("iso8601:2025-09-24"));
//! assert_eq!(value("money", "US$1.18 billion").as_deref(), Some("money:1180000000 USD"));
//! assert_eq!(value("quantity", "two-and-a-half-day").as_deref(), Some("quantity:2.5 day"));
//! assert_eq!(value("date", "soon"), None);
//! ```

mod amount;
mod calendar;
mod date;
mod decimal;
mod time;
mod words;

pub use calendar::CalendarDate;
pub use decimal::Decimal;

use crate::doc::Value;

/// What a normalizer knows besides the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The date of the document: dates without a year take theirs from it.
    pub anchor: Option<CalendarDate>,
}

/// A normalizer with its name.
#[derive(Debug)]
pub struct Normalizer {
    /// What rules call it.
    pub name: &'static str,
    /// What it reads and gives.
    pub doc: &'static str,
    /// Gives the value of a text, or refuses.
    pub normalise: fn(&str, &Context) -> Option<Value>,
}

/// Every normalizer. A new one is a line here.
pub const NORMALIZERS: &[Normalizer] = &[
    Normalizer {
        name: "date",
        doc: "calendar dates, months, years, quarters and periods: `iso8601:2025-03-17`",
        normalise: date::normalise,
    },
    Normalizer { name: "time", doc: "clock times: `iso8601:T14:34`", normalise: time::normalise },
    Normalizer { name: "number", doc: "numbers and ranges: `number:8`", normalise: amount::number },
    Normalizer { name: "ordinal", doc: "first, 14th: `number:14`", normalise: amount::ordinal },
    Normalizer { name: "percent", doc: "shares: `number:6/6.5`", normalise: amount::percent },
    Normalizer {
        name: "money",
        doc: "amounts with a currency: `money:2000000 VND`",
        normalise: amount::money,
    },
    Normalizer {
        name: "quantity",
        doc: "amounts with a unit: `quantity:120 km`",
        normalise: amount::quantity,
    },
];

/// The normalizer of this name.
#[must_use]
pub fn normalizer(name: &str) -> Option<&'static Normalizer> {
    NORMALIZERS.iter().find(|normalizer| normalizer.name == name)
}

#[cfg(test)]
mod tests;
