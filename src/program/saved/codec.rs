//! Values to bytes and back.
//!
//! Numbers take as many bytes as they need, texts that stand often stand once.
//! A reader refuses what it cannot mean: lists longer than the bytes that are
//! left, ids of what is not there, parts nested deeper than rules are. So broken
//! bytes cost no more memory than a small multiple of their number.

use std::sync::Arc;

use indexmap::IndexSet;
use regex::{Regex, RegexSet};
use rustc_hash::FxHashMap;

use crate::program::RegexUse;

/// The bytes mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

pub(super) type Taken<T> = Result<T, Broken>;

/// Parts may be nested so deep. Patterns and conditions of a pack stay below
/// half of it, however deep their rules may be nested.
const MOST_DEPTH: u32 = 400;

/// What can be put into bytes and taken out of them.
pub(super) trait Stored: Sized {
    /// Appends it.
    fn put(&self, to: &mut Writer);
    /// Reads it.
    fn take(from: &mut Reader<'_>) -> Taken<Self>;
}

/// Gathers bytes.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    /// Shared texts that have been written.
    shared: FxHashMap<Arc<str>, u64>,
    /// Every expression, once; what holds one has its number.
    pub(super) regexes: IndexSet<(RegexUse, String)>,
}

impl Writer {
    /// Seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(super) fn regex(&mut self, usage: RegexUse, regex: &Regex) {
        let number = self.regexes.insert_full((usage, regex.as_str().to_owned())).0;
        self.number(number as u64);
    }
}

/// How many there are of what ids stand for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) types: u32,
    pub(super) relations: u32,
    pub(super) features: u32,
    pub(super) columns: u32,
    pub(super) rules: u32,
    pub(super) predicates: u32,
    pub(super) vocabularies: u32,
    /// Of the rule that is being read.
    pub(super) bindings: u32,
}

/// Takes bytes apart.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    depth: u32,
    shared: Vec<Arc<str>>,
    pub(super) counts: Counts,
    /// The expressions behind their numbers.
    pub(super) regexes: Vec<(RegexUse, Regex)>,
    /// For each field of a form the expressions that are searched together.
    pub(super) sets: [Option<RegexSet>; 4],
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            depth: 0,
            shared: Vec::new(),
            counts: Counts::default(),
            regexes: Vec::new(),
            sets: Default::default(),
        }
    }

    pub(super) fn byte(&mut self) -> Taken<u8> {
        let (&first, rest) = self.bytes.split_first().ok_or(Broken)?;
        self.bytes = rest;
        Ok(first)
    }

    pub(super) fn number(&mut self) -> Taken<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Broken)
    }

    /// The length of a list, each item of which takes a byte at least.
    fn count(&mut self) -> Taken<usize> {
        let count = usize::try_from(self.number()?).map_err(|_| Broken)?;
        if count <= self.bytes.len() { Ok(count) } else { Err(Broken) }
    }

    /// An id of one of so many.
    pub(super) fn below(&mut self, count: u32) -> Taken<u32> {
        let number = u32::take(self)?;
        if number < count { Ok(number) } else { Err(Broken) }
    }

    pub(super) fn text(&mut self) -> Taken<&'b str> {
        let count = self.count()?;
        let (text, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        std::str::from_utf8(text).map_err(|_| Broken)
    }

    pub(super) fn regex(&mut self, usage: RegexUse) -> Taken<Regex> {
        let number = self.number()? as usize;
        let (found, regex) = self.regexes.get(number).ok_or(Broken)?;
        if *found == usage { Ok(regex.clone()) } else { Err(Broken) }
    }

    /// Reads what lies in a part.
    fn deeper<T>(&mut self, take: impl FnOnce(&mut Self) -> Taken<T>) -> Taken<T> {
        if self.depth == MOST_DEPTH {
            return Err(Broken);
        }
        self.depth += 1;
        let taken = take(self);
        self.depth -= 1;
        taken
    }

    /// That nothing is left.
    pub(super) fn end(&self) -> Taken<()> {
        if self.bytes.is_empty() { Ok(()) } else { Err(Broken) }
    }
}

macro_rules! numbers {
    ($($kind:ty)*) => {$(
        impl Stored for $kind {
            fn put(&self, to: &mut Writer) {
                to.number(u64::from(*self));
            }

            fn take(from: &mut Reader<'_>) -> Taken<Self> {
                from.number()?.try_into().map_err(|_| Broken)
            }
        }
    )*};
}

numbers!(u16 u32 u64);

impl Stored for i64 {
    /// Small numbers are short, whatever their sign.
    fn put(&self, to: &mut Writer) {
        to.number((self << 1 ^ self >> 63) as u64);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let number = from.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

impl Stored for i32 {
    fn put(&self, to: &mut Writer) {
        i64::from(*self).put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        i64::take(from)?.try_into().map_err(|_| Broken)
    }
}

impl Stored for bool {
    fn put(&self, to: &mut Writer) {
        to.bytes.push(u8::from(*self));
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Broken),
        }
    }
}

impl Stored for String {
    fn put(&self, to: &mut Writer) {
        to.text(self);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        from.text().map(str::to_owned)
    }
}

impl Stored for Box<str> {
    fn put(&self, to: &mut Writer) {
        to.text(self);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        from.text().map(Self::from)
    }
}

/// Zero and the text where it stands first, then its number from one.
impl Stored for Arc<str> {
    fn put(&self, to: &mut Writer) {
        let next = to.shared.len() as u64 + 1;
        match to.shared.get(self) {
            Some(&number) => to.number(number),
            None => {
                to.shared.insert(self.clone(), next);
                to.number(0);
                to.text(self);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        match from.number()?.checked_sub(1) {
            Some(number) => from.shared.get(number as usize).cloned().ok_or(Broken),
            None => {
                let text = Self::from(from.text()?);
                from.shared.push(text.clone());
                Ok(text)
            }
        }
    }
}

impl<T: Stored> Stored for Option<T> {
    fn put(&self, to: &mut Writer) {
        self.is_some().put(to);
        if let Some(inner) = self {
            inner.put(to);
        }
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        bool::take(from)?.then(|| T::take(from)).transpose()
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn put(&self, to: &mut Writer) {
        to.number(self.len() as u64);
        self.iter().for_each(|item| item.put(to));
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let count = from.count()?;
        from.deeper(|from| (0..count).map(|_| T::take(from)).collect())
    }
}

impl<T: Stored> Stored for Box<[T]> {
    fn put(&self, to: &mut Writer) {
        to.number(self.len() as u64);
        self.iter().for_each(|item| item.put(to));
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        Vec::take(from).map(Vec::into_boxed_slice)
    }
}

impl<T: Stored> Stored for Box<T> {
    fn put(&self, to: &mut Writer) {
        (**self).put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        from.deeper(T::take).map(Self::new)
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn put(&self, to: &mut Writer) {
        self.0.put(to);
        self.1.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        Ok((A::take(from)?, B::take(from)?))
    }
}

/// Structs, by their fields in the order in which they are written here.
macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Stored for $name {
            fn put(&self, to: &mut Writer) {
                let Self { $($field),* } = self;
                $($field.put(to);)*
            }

            fn take(from: &mut Reader<'_>) -> Taken<Self> {
                Ok(Self { $($field: Stored::take(from)?),* })
            }
        }
    )*};
}

/// Enums, by the numbers that are written here; a name for each field.
macro_rules! enums {
    ($($name:ident { $($number:literal = $variant:ident { $($field:tt: $called:ident),* })* })*) => {$(
        impl Stored for $name {
            fn put(&self, to: &mut Writer) {
                match self {
                    $(Self::$variant { $($field: $called),* } => {
                        to.bytes.push($number);
                        $($called.put(to);)*
                    })*
                }
            }

            fn take(from: &mut Reader<'_>) -> Taken<Self> {
                Ok(match from.byte()? {
                    $($number => Self::$variant { $($field: Stored::take(from)?),* },)*
                    _ => return Err(Broken),
                })
            }
        }
    )*};
}

/// Ids of what a reader knows the number of.
macro_rules! ids {
    ($($name:ident of $counted:ident)*) => {$(
        impl Stored for $name {
            fn put(&self, to: &mut Writer) {
                to.number(u64::from(self.0));
            }

            fn take(from: &mut Reader<'_>) -> Taken<Self> {
                let id = from.below(from.counts.$counted)?;
                id.try_into().map(Self).map_err(|_| Broken)
            }
        }
    )*};
}

pub(super) use {enums, ids, structs};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_put_is_taken(
            numbers in prop::collection::vec(any::<u64>(), 0..9),
            signed in any::<i64>(),
            texts in prop::collection::vec("[aé]{0,3}", 0..9),
            some in any::<Option<bool>>(),
        ) {
            let shared: Vec<Arc<str>> = texts.iter().map(|text| Arc::from(text.as_str())).collect();
            let mut writer = Writer::default();
            (numbers.clone(), signed).put(&mut writer);
            (shared.clone(), (texts.clone(), some)).put(&mut writer);
            let mut reader = Reader::new(&writer.bytes);
            prop_assert_eq!(<(Vec<u64>, i64)>::take(&mut reader), Ok((numbers, signed)));
            prop_assert_eq!(<(Vec<Arc<str>>, _)>::take(&mut reader), Ok((shared, (texts, some))));
            prop_assert_eq!(reader.end(), Ok(()));
        }

        #[test]
        fn any_bytes_are_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = <Vec<(Arc<str>, Option<Box<i32>>)>>::take(&mut Reader::new(&bytes));
        }
    }
}
