//! [`Decimal`]: an exact decimal number, as reports write them.

use std::fmt;

/// An exact decimal: `digits` times ten to the minus `places`.
///
/// ```
/// use spanwright::value::Decimal;
/// let number = |text: &str| Decimal::parse(text).expect("a number");
/// assert_eq!(number("0.3").minus(number("0.2")).map(|left| left.to_string()).as_deref(), Some("0.1"));
/// assert_eq!(number("1,126.000").to_string(), "1126");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: i128,
    places: u32,
}

/// More digits than this are no amount.
const MOST_DIGITS: usize = 30;

impl Decimal {
    /// A whole number.
    #[must_use]
    pub const fn whole(number: i128) -> Self {
        Self { digits: number, places: 0 }
    }

    /// Reads `1,126`, `96.5`, `1.126.000`; a comma or dot before exactly three
    /// digits parts thousands where it is a comma, or stands more than once.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_number = text.starts_with(|c: char| c.is_ascii_digit())
            && text.ends_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',')
            && text.len() <= MOST_DIGITS;
        if !is_number {
            return None;
        }
        let groups = |mark: char| {
            text.split(mark).skip(1).all(|group| group.len() == 3 && group.parse::<u16>().is_ok())
        };
        let (commas, dots) = (text.matches(',').count(), text.matches('.').count());
        let plain = match (commas, dots) {
            (_, 0) if commas > 0 && groups(',') => text.replace(',', ""),
            (1, 0) => text.replace(',', "."),
            (_, 1) if commas > 0 && text.find('.') > text.rfind(',') => text.replace(',', ""),
            (0, 0 | 1) => text.to_owned(),
            (0, _) if groups('.') => text.replace('.', ""),
            (1, _) => text.replace('.', "").replace(',', "."),
            _ => return None,
        };
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        let digits = format!("{whole}{part}").parse().ok()?;
        Some(Self { digits, places: part.len() as u32 })
    }

    /// The product; nothing where it has too many digits.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(other.digits)?;
        Some(Self { digits, places: self.places + other.places })
    }

    /// The difference; nothing where it has too many digits.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { digits: other.digits.checked_neg()?, places: other.places })
    }

    /// It without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self { digits: self.digits.saturating_abs(), places: self.places }
    }

    /// Whether it is below nought.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The sum; nothing where it has too many digits.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let places = self.places.max(other.places);
        let scaled = |number: Self| number.digits.checked_mul(10i128.checked_pow(places - number.places)?);
        Some(Self { digits: scaled(self)?.checked_add(scaled(other)?)?, places })
    }

    /// One tenth of it.
    #[must_use]
    pub const fn tenth(self) -> Self {
        Self { digits: self.digits, places: self.places + 1 }
    }
}

impl fmt::Display for Decimal {
    /// Without trailing zeros after the point.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative() {
            f.write_str("-")?;
        }
        let text = format!("{:0>width$}", self.digits.unsigned_abs(), width = self.places as usize + 1);
        let (whole, part) = text.split_at(text.len() - self.places as usize);
        let part = part.trim_end_matches('0');
        if part.is_empty() { f.write_str(whole) } else { write!(f, "{whole}.{part}") }
    }
}
