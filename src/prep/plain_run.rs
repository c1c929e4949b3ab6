//! [`PlainRun`]: how far ASCII letters and digits reach, told eight bytes at a time.

/// Of eight bytes in a word those that are ASCII and between two bounds: the top bit of
/// each. The first byte is the lowest.
#[inline]
pub(crate) fn between(word: u64, from: u8, to: u8) -> u64 {
    const LOW: u64 = !TOP;
    let every = |byte: u8| u64::from_ne_bytes([byte; 8]);
    let low = word & LOW;
    (low + every(0x80 - from)) & !(low + every(0x7F - to)) & !word & TOP
}

/// The top bit of each of eight bytes.
const TOP: u64 = 0x8080_8080_8080_8080;

/// The ASCII letters and digits that stand at a place, and which of them there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PlainRun {
    /// Bytes.
    pub(super) len: usize,
    /// Whether any is a digit.
    pub(super) has_digits: bool,
    /// Whether any is a small letter.
    pub(super) has_small: bool,
    /// Whether the first is a capital.
    pub(super) opens_with_capital: bool,
    /// Whether a later one is.
    pub(super) has_capitals_inside: bool,
}

impl PlainRun {
    /// Whether any is a letter.
    pub(super) fn has_letters(&self) -> bool {
        self.has_small | self.opens_with_capital | self.has_capitals_inside
    }

    /// Eight bytes at a time, each told apart in its eighth of a word: most words
    /// end within the first eight, and nothing has to wait to learn where.
    #[inline]
    pub(super) fn new(bytes: &[u8], start: usize) -> Self {
        let mut run = Self::default();
        while let Some(eight) = bytes.get(start + run.len..).and_then(|rest| rest.first_chunk()) {
            let word = u64::from_le_bytes(*eight);
            let between = |from, to| between(word, from, to);
            let (digits, capitals, small) = (between(b'0', b'9'), between(b'A', b'Z'), between(b'a', b'z'));
            let outside = (digits | capitals | small) ^ TOP;
            // All bits below those of the first byte that is none of them.
            let inside = outside.wrapping_sub(1) & !outside;
            // The top bit of the first byte, where the run begins with it.
            let first = if run.len == 0 { 0x80 } else { 0 };
            run.has_digits |= digits & inside != 0;
            run.has_small |= small & inside != 0;
            run.opens_with_capital |= capitals & first != 0;
            run.has_capitals_inside |= capitals & inside & !first != 0;
            run.len += outside.trailing_zeros() as usize / 8;
            if outside != 0 {
                return run;
            }
        }
        run.finish(bytes, start)
    }

    /// The same byte by byte, to the end.
    fn finish(mut self, bytes: &[u8], start: usize) -> Self {
        let rest = bytes[start + self.len..].iter();
        for byte in rest.take_while(|byte| byte.is_ascii_alphanumeric()) {
            let is_capital = byte.is_ascii_uppercase();
            self.opens_with_capital |= is_capital && self.len == 0;
            self.has_capitals_inside |= is_capital && self.len > 0;
            self.has_digits |= byte.is_ascii_digit();
            self.has_small |= byte.is_ascii_lowercase();
            self.len += 1;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_bytes_at_a_time_count_what_one_at_a_time_does(
            text in "([a-zA-Z0-9]{0,9}\\PC){0,4}[@\\[`{/: a-zA-Z0-9]{0,20}",
        ) {
            let bytes = text.as_bytes();
            for start in 0..=bytes.len() {
                prop_assert_eq!(PlainRun::new(bytes, start), PlainRun::default().finish(bytes, start));
            }
        }

        #[test]
        fn any_bytes_are_counted_alike(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            prop_assert_eq!(PlainRun::new(&bytes, 0), PlainRun::default().finish(&bytes, 0));
        }
    }
}
