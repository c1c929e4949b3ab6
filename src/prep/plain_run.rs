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
/// The bit in which small letters of ASCII differ from capitals, of each of eight bytes.
pub(crate) const CASE: u64 = 0x2020_2020_2020_2020;

/// The ASCII letters and digits that stand at a place, and which of them there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PlainRun {
    /// Bytes.
    pub(super) len: usize,
    /// What there is among them, as bits: below [`PlainRun::KINDS`].
    pub(super) kinds: usize,
}

/// What eight bytes say: the top bit of each that is a digit, a capital, a small letter,
/// of those before the first that is none of them; and how many those are.
#[derive(Clone, Copy)]
struct Eight {
    digits: u64,
    capitals: u64,
    small: u64,
    len: usize,
}

impl Eight {
    #[inline]
    fn new(eight: [u8; 8]) -> Self {
        let word = u64::from_le_bytes(eight);
        let (digits, letters) = (between(word, b'0', b'9'), between(word | CASE, b'a', b'z'));
        let outside = (digits | letters) ^ TOP;
        // All bits below those of the first byte that is none of them.
        let inside = outside.wrapping_sub(1) & !outside;
        // The bit of the case, where the top bit is.
        let is_small = word << 2;
        Self {
            digits: digits & inside,
            capitals: letters & inside & !is_small,
            small: letters & inside & is_small,
            len: outside.trailing_zeros() as usize / 8,
        }
    }

    /// The kinds of the bytes; `first` is the top bit of the one with which the run begins.
    #[inline]
    fn kinds(self, first: u64) -> usize {
        let bit = |any: bool, kind: usize| usize::from(any) * kind;
        bit(self.capitals & first != 0, PlainRun::FIRST_CAPITAL)
            | bit(self.capitals & !first != 0, PlainRun::LATER_CAPITALS)
            | bit(self.small != 0, PlainRun::SMALL)
            | bit(self.digits != 0, PlainRun::DIGITS)
    }
}

impl PlainRun {
    /// The first is a capital.
    pub(super) const FIRST_CAPITAL: usize = 1;
    /// A later one is.
    pub(super) const LATER_CAPITALS: usize = 1 << 1;
    /// Some are small letters.
    pub(super) const SMALL: usize = 1 << 2;
    /// Some are digits.
    pub(super) const DIGITS: usize = 1 << 3;
    /// How many sets of kinds there are.
    pub(super) const KINDS: usize = 1 << 4;

    /// Eight bytes at a time, each told apart in its eighth of a word: most words
    /// end within the first eight, and nothing has to wait to learn where.
    #[inline]
    pub(super) fn new(bytes: &[u8], start: usize) -> Self {
        let Some(eight) = bytes.get(start..).and_then(|rest| rest.first_chunk()) else {
            return Self::default().finish(bytes, start);
        };
        let eight = Eight::new(*eight);
        let run = Self { len: eight.len, kinds: eight.kinds(0x80) };
        if run.len < 8 { run } else { run.go_on(bytes, start) }
    }

    /// The same for what follows the first eight.
    #[inline(never)]
    fn go_on(mut self, bytes: &[u8], start: usize) -> Self {
        while let Some(eight) = bytes.get(start + self.len..).and_then(|rest| rest.first_chunk()) {
            let eight = Eight::new(*eight);
            self.kinds |= eight.kinds(0);
            self.len += eight.len;
            if eight.len < 8 {
                return self;
            }
        }
        self.finish(bytes, start)
    }

    /// The same byte by byte, to the end.
    #[inline(never)]
    fn finish(mut self, bytes: &[u8], start: usize) -> Self {
        let rest = bytes[start + self.len..].iter();
        for byte in rest.take_while(|byte| byte.is_ascii_alphanumeric()) {
            self.kinds |= match byte {
                b'A'..=b'Z' if self.len == 0 => Self::FIRST_CAPITAL,
                b'A'..=b'Z' => Self::LATER_CAPITALS,
                b'0'..=b'9' => Self::DIGITS,
                _ => Self::SMALL,
            };
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
