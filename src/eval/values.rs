//! Normal values: which are the same, and how those differ that are not.
//!
//! A value is `scheme:body`. Bodies of `iso8601` are dates and times; others are
//! read by their shape, so that any tool's values can be compared: `120`, `6/6.5`
//! and `-3.5` are numbers and ranges of them, `2000000 VND` a number with a unit.
//! Everything else is text, the same only to the letter.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap as HashMap;

use super::Pair;
use super::counts::{Counts, divide};
use super::exact::add_types;
use crate::doc::{Annotations, Fragments, Mention, Value};
use crate::value::Decimal;

/// The scheme of dates and times.
const DATES: &str = "iso8601";

/// When two values are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ValueMatch {
    /// How far numbers may lie apart.
    pub tolerance: Tolerance,
    /// Whether dates are compared at the coarser of what the two sides say:
    /// `2025-03` is then the same as `2025-03-17`.
    pub coarser_dates: bool,
}

/// How far two numbers may lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// No further than this.
    Absolute(Decimal),
    /// No further than this share of the number of gold.
    Relative(Decimal),
}

impl Default for Tolerance {
    /// Numbers are the same where they are equal, however they are written: 8 and
    /// 8.0.
    fn default() -> Self {
        Self::Absolute(Decimal::whole(0))
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute(most) => write!(f, "{most}"),
            Self::Relative(share) => match share.times(Decimal::whole(100)) {
                Some(percent) => write!(f, "{percent}%"),
                None => write!(f, "{share} of it"),
            },
        }
    }
}

impl Tolerance {
    /// Reads `0.5`, or `1%` of the number of gold.
    ///
    /// # Errors
    ///
    /// A message that says what is asked for.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no tolerance: write a number such as `0.5`, or a share such as `1%`");
        match text.strip_suffix('%') {
            Some(share) => {
                Decimal::parse(share).map(|percent| Self::Relative(percent.tenth().tenth())).ok_or_else(wrong)
            }
            None => Decimal::parse(text).map(Self::Absolute).ok_or_else(wrong),
        }
    }

    fn allows(self, gold: Decimal, predicted: Decimal) -> bool {
        let apart = gold.minus(predicted).map(Decimal::abs);
        let allowed = match self {
            Self::Absolute(most) => Some(most),
            Self::Relative(share) => share.times(gold.abs()),
        };
        // What is too long to be computed is the same only where it is equal.
        match apart.zip(allowed).and_then(|(apart, allowed)| allowed.minus(apart)) {
            Some(rest) => !rest.is_negative(),
            None => gold == predicted,
        }
    }
}

/// How a value differs from that of gold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueError {
    /// There is none.
    Missing,
    /// It is of another scheme: a number for a date.
    Kind,
    /// The number is right, its unit is not.
    Unit,
    /// A date or time that says more, or less, than that of gold.
    Granularity,
    /// It is another one.
    Wrong,
}

impl ValueError {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Kind => "kind",
            Self::Unit => "unit",
            Self::Granularity => "granularity",
            Self::Wrong => "wrong",
        }
    }
}

impl ValueMatch {
    /// How the predicted value differs from that of gold; nothing where it is the
    /// same. O(length).
    ///
    /// ```
    /// use spanwright::doc::Value;
    /// use spanwright::eval::{ValueError, ValueMatch};
    /// let differ = |gold: &str, found: &str| ValueMatch::default().difference(&Value::from(gold), Some(&Value::from(found)));
    /// assert_eq!(differ("number:8", "number:8.0"), None);
    /// assert_eq!(differ("money:5 USD", "money:5 VND"), Some(ValueError::Unit));
    /// assert_eq!(differ("iso8601:2025-03-17", "iso8601:2025-03"), Some(ValueError::Granularity));
    /// ```
    #[must_use]
    pub fn difference(&self, gold: &Value, predicted: Option<&Value>) -> Option<ValueError> {
        let Some(predicted) = predicted else { return Some(ValueError::Missing) };
        if gold == predicted {
            return None;
        }
        if gold.scheme() != predicted.scheme() {
            return Some(ValueError::Kind);
        }
        let is_date = gold.scheme() == Some(DATES);
        let (gold, predicted) = (gold.body(), predicted.body());
        if is_date {
            let coarser = is_finer(gold, predicted) || is_finer(predicted, gold);
            return match (coarser, self.coarser_dates) {
                (true, true) => None,
                (true, false) => Some(ValueError::Granularity),
                (false, _) => Some(ValueError::Wrong),
            };
        }
        match Amount::parse(gold).zip(Amount::parse(predicted)) {
            Some((gold, predicted)) => self.amounts(&gold, &predicted),
            None => Some(ValueError::Wrong),
        }
    }

    fn amounts(&self, gold: &Amount<'_>, predicted: &Amount<'_>) -> Option<ValueError> {
        let near = gold.numbers.len() == predicted.numbers.len()
            && gold.numbers.iter().zip(&predicted.numbers).all(|(g, p)| self.tolerance.allows(*g, *p));
        match (near, gold.unit == predicted.unit) {
            (true, true) => None,
            (true, false) => Some(ValueError::Unit),
            (false, _) => Some(ValueError::Wrong),
        }
    }
}

/// `120 km`, `6/6.5`, `-3`: a number or a range, maybe with a unit.
struct Amount<'a> {
    numbers: Vec<Decimal>,
    unit: &'a str,
}

impl<'a> Amount<'a> {
    fn parse(body: &'a str) -> Option<Self> {
        let (numbers, unit) = body.split_once(' ').unwrap_or((body, ""));
        let number = |text: &str| match text.strip_prefix('-') {
            Some(text) => Decimal::parse(text).and_then(|number| Decimal::whole(0).minus(number)),
            None => Decimal::parse(text),
        };
        let numbers: Vec<Decimal> = numbers.split('/').map(number).collect::<Option<_>>()?;
        Some(Self { numbers, unit })
    }
}

/// Whether a date or time says all that another says, and more: `2025-03-17`
/// after `2025-03`, at both ends of a period.
fn is_finer(fine: &str, coarse: &str) -> bool {
    let goes_on = |fine: &str, coarse: &str| {
        fine.strip_prefix(coarse).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', 'T', ':']))
    };
    let (fines, coarses) = (fine.split('/'), coarse.split('/'));
    fine.len() > coarse.len()
        && fines.clone().count() == coarses.clone().count()
        && fines.zip(coarses).all(|(fine, coarse)| goes_on(fine, coarse))
}

/// Scores of normal values.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// On exactly matching mentions with a value in gold: right and wrong.
    pub right: u64,
    /// A different value, or none.
    pub wrong: u64,
    /// The wrong ones, by how they differ.
    pub errors: BTreeMap<ValueError, u64>,
    /// Fragments, label and value, over the mentions that have a value.
    pub joint: Counts,
    /// The same by label.
    pub types: BTreeMap<Arc<str>, Counts>,
}

impl Values {
    pub(super) fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        other.errors.iter().for_each(|(error, n)| *self.errors.entry(*error).or_insert(0) += n);
        self.joint.add(other.joint);
        add_types(&mut self.types, &other.types);
    }

    /// The share of right values among those compared.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        divide(self.right as f64, (self.right + self.wrong) as f64)
    }
}

type Key<'a> = (&'a Fragments, &'a str);

/// Adds the values of one document; the joint counts come back. A mention that
/// gold has without a value asks for none, and none that is given is wrong.
pub(super) fn document(pair: &Pair<'_>, how: ValueMatch, values: &mut Values) -> Counts {
    let (gold, predicted) = (table(pair.gold), table(pair.predicted));
    let mut sum = Counts::default();
    let mut add = |label: &Arc<str>, counts: Counts| {
        sum.add(counts);
        values.types.entry(label.clone()).or_default().add(counts);
    };
    let (mut right, mut errors) = (0, BTreeMap::new());
    for (key, mention) in &gold {
        let Some(value) = &mention.value else { continue };
        let found = predicted.get(key);
        let error = found.map(|found| how.difference(value, found.value.as_ref()));
        match error {
            Some(None) => right += 1,
            Some(Some(error)) => *errors.entry(error).or_insert(0) += 1,
            None => {}
        }
        let tp = u64::from(error == Some(None));
        let fp = u64::from(tp == 0 && found.is_some_and(|found| found.value.is_some()));
        add(&mention.label, Counts { tp, fp, fn_: 1 - tp });
    }
    for (key, mention) in &predicted {
        if mention.value.is_some() && !gold.contains_key(key) {
            add(&mention.label, Counts { fp: 1, ..Counts::default() });
        }
    }
    values.right += right;
    values.wrong += errors.values().sum::<u64>();
    errors.into_iter().for_each(|(error, n)| *values.errors.entry(error).or_insert(0) += n);
    values.joint.add(sum);
    sum
}

fn table(side: &Annotations) -> HashMap<Key<'_>, &Mention> {
    side.mentions.iter().map(|mention| ((&mention.fragments, &*mention.label), mention)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(how: ValueMatch, gold: &str, found: &str) -> Option<ValueError> {
        how.difference(&Value::from(gold), Some(&Value::from(found)))
    }

    #[test]
    fn values_differ_in_one_way_each() {
        let exact = |gold: &str, found: &str| difference(ValueMatch::default(), gold, found);
        assert_eq!(exact("number:8", "number:8.00"), None);
        assert_eq!(exact("number:-8", "number:8"), Some(ValueError::Wrong));
        assert_eq!(exact("number:6/6.5", "number:6/6.50"), None);
        assert_eq!(exact("number:6/6.5", "number:6"), Some(ValueError::Wrong));
        assert_eq!(exact("number:6", "quantity:6"), Some(ValueError::Kind));
        assert_eq!(exact("quantity:120 km", "quantity:120 m"), Some(ValueError::Unit));
        assert_eq!(exact("quantity:120 km", "quantity:12 m"), Some(ValueError::Wrong));
        assert_eq!(exact("iso8601:2025-03-17", "iso8601:2025"), Some(ValueError::Granularity));
        assert_eq!(exact("iso8601:2025-03", "iso8601:2025-03-17"), Some(ValueError::Granularity));
        assert_eq!(
            exact("iso8601:2025-03/2025-04", "iso8601:2025-03-01/2025-04-02"),
            Some(ValueError::Granularity)
        );
        assert_eq!(exact("iso8601:2025-03", "iso8601:2025-04"), Some(ValueError::Wrong));
        assert_eq!(exact("docid:law/land", "docid:law/land-2024"), Some(ValueError::Wrong));
        assert_eq!(exact("a", "b"), Some(ValueError::Wrong));
        let gold = Value::from("number:8");
        assert_eq!(ValueMatch::default().difference(&gold, None), Some(ValueError::Missing));
    }

    #[test]
    fn numbers_may_lie_apart_and_dates_may_be_coarser() {
        let how = |tolerance: &str| ValueMatch {
            tolerance: Tolerance::parse(tolerance).unwrap(),
            coarser_dates: true,
        };
        // 0.3 − 0.2 is 0.1 in decimals, and more than that in binary fractions.
        assert_eq!(difference(how("0.1"), "number:0.3", "number:0.2"), None);
        assert_eq!(difference(how("0.1"), "number:0.3", "number:0.19"), Some(ValueError::Wrong));
        assert_eq!(difference(how("1%"), "money:1000 USD", "money:1010 USD"), None);
        assert_eq!(difference(how("1%"), "money:1000 USD", "money:1011 USD"), Some(ValueError::Wrong));
        assert_eq!(difference(how("1%"), "number:-1000", "number:-990"), None);
        assert_eq!(difference(how("0"), "iso8601:2025-03-17", "iso8601:2025-03"), None);
        assert_eq!(difference(how("0"), "iso8601:2025-03", "iso8601:2025-03-17T08:00"), None);
        assert_eq!(difference(how("0"), "iso8601:2025-03-17", "iso8601:2024"), Some(ValueError::Wrong));
        assert_eq!(how("2.5%").tolerance.to_string(), "2.5%");
        assert!(Tolerance::parse("much").unwrap_err().contains("1%"));
    }

    #[test]
    fn numbers_too_long_to_be_compared_are_the_same_only_if_equal() {
        let (long, small) = ("number:99999999999999999999999999999", "number:0.000000000000000000000000001");
        assert_eq!(difference(ValueMatch::default(), long, small), Some(ValueError::Wrong));
        assert_eq!(difference(ValueMatch::default(), long, long), None);
    }

    #[test]
    fn each_mistake_has_a_name() {
        use ValueError::{Granularity, Kind, Missing, Unit, Wrong};
        let names = [Missing, Kind, Unit, Granularity, Wrong].map(ValueError::name);
        assert_eq!(names, ["missing", "kind", "unit", "granularity", "wrong"]);
    }

    #[test]
    fn values_are_counted_once_each_and_summed_over_documents() {
        let side = |mentions: &[(u32, &str, Option<&str>)]| {
            let mention = |&(start, label, value): &(u32, &str, Option<&str>)| Mention {
                value: value.map(Value::from),
                ..Mention::new(format!("T{start}"), label, crate::text::Span::new(start, start + 1))
            };
            Annotations { mentions: mentions.iter().map(mention).collect(), ..Annotations::default() }
        };
        let gold = side(&[
            (0, "DATE", Some("iso8601:2025")),
            (1, "NUM", Some("number:8")),
            (2, "NUM", Some("number:9")),
            (3, "NUM", Some("number:10")),
            (4, "NUM", Some("number:11")),
            (5, "DATE", Some("iso8601:2025-03")),
            (6, "ORG", None),
            (7, "NUM", Some("number:12")),
        ]);
        let predicted = side(&[
            (0, "DATE", Some("iso8601:2025")),
            (1, "NUM", Some("number:8.0")),
            (2, "NUM", None),
            (3, "NUM", Some("number:1")),
            (4, "NUM", Some("number:1")),
            (5, "DATE", Some("iso8601:2025")),
            // Gold asks for no value here, and has no such mention there.
            (6, "ORG", Some("org:a")),
            (8, "NUM", Some("number:13")),
            (9, "NUM", None),
        ]);
        let mut values = Values::default();
        let pair = Pair { id: "d", text: "0123456789", gold: &gold, predicted: &predicted };
        let sum = document(&pair, ValueMatch::default(), &mut values);
        assert_eq!(sum, Counts { tp: 2, fp: 4, fn_: 5 });
        assert_eq!((values.right, values.wrong, values.joint), (2, 4, sum));
        assert_eq!(values.accuracy(), Some(2.0 / 6.0));
        let errors: Vec<(ValueError, u64)> = values.errors.iter().map(|(error, n)| (*error, *n)).collect();
        let (missing, granularity) = ((ValueError::Missing, 1), (ValueError::Granularity, 1));
        assert_eq!(errors, [missing, granularity, (ValueError::Wrong, 2)]);
        assert_eq!(values.types["NUM"], Counts { tp: 1, fp: 3, fn_: 4 });
        assert_eq!(values.types["DATE"], Counts { tp: 1, fp: 1, fn_: 1 });
        assert!(!values.types.contains_key("ORG"));

        let (mut sums, mut again) = (values.clone(), values.clone());
        for _ in 0..2 {
            sums.add(&values);
            document(&pair, ValueMatch::default(), &mut again);
        }
        assert_eq!(format!("{sums:?}"), format!("{again:?}"));
        assert_eq!((sums.right, sums.wrong, sums.joint.fn_, sums.types["NUM"].fp), (6, 12, 15, 9));
        assert_eq!(sums.errors[&ValueError::Wrong], 6);
    }
}
