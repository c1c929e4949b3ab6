//! [`CalendarDate`]: a day that exists.

use std::fmt;

use jiff::civil::Date;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalendarDate {
    /// The year, from 1 to 9999.
    pub year: i16,
    /// The month, from 1.
    pub month: i8,
    /// The day, from 1.
    pub day: i8,
}

impl CalendarDate {
    /// The day, if the calendar has it.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        if year < 1 {
            return None;
        }
        Date::new(year, month, day).ok().map(|_| Self { year, month, day })
    }

    /// Reads `2025-03-17`; what follows the day, such as a time, is ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.get(..10)?.splitn(3, '-');
        let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let mut part = || parts.next().filter(is_number)?.parse::<i16>().ok();
        let (year, month, day) = (part()?, part()?, part()?);
        Self::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
    }
}

impl fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
