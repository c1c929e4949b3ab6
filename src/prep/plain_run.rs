//! [`PlainRun`]: how far ASCII letters and digits reach.

/// The ASCII letters and digits that stand at a place, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PlainRun {
    /// Bytes.
    pub(super) len: usize,
    /// How many are digits.
    pub(super) digits: usize,
    /// How many are capitals.
    pub(super) upper: usize,
}

impl PlainRun {
    /// Eight bytes at a time, each told apart in its eighth of a word: most words
    /// end within the first eight, and nothing has to wait to learn where.
    #[inline]
    pub(super) fn new(bytes: &[u8], start: usize) -> Self {
        const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
        const TOP: u64 = !LOW;
        let every = |byte: u8| u64::from_ne_bytes([byte; 8]);
        let mut run = Self::default();
        while let Some(eight) = bytes[start + run.len..].first_chunk() {
            let word = u64::from_le_bytes(*eight);
            // The top bit of each byte that is ASCII and between two bounds.
            let between = |word: u64, from: u8, to: u8| {
                let low = word & LOW;
                (low + every(0x80 - from)) & !(low + every(0x7F - to)) & !word & TOP
            };
            let (digits, upper) = (between(word, b'0', b'9'), between(word, b'A', b'Z'));
            let letters = between(word | every(0x20), b'a', b'z');
            let len = ((letters | digits) ^ TOP).trailing_zeros() as usize / 8;
            let inside = if len == 8 { u64::MAX } else { (1 << (len * 8)) - 1 };
            run.len += len;
            run.digits += (digits & inside).count_ones() as usize;
            run.upper += (upper & inside).count_ones() as usize;
            if len < 8 {
                return run;
            }
        }
        run.finish(bytes, start)
    }

    /// The same byte by byte, to the end.
    fn finish(mut self, bytes: &[u8], start: usize) -> Self {
        let rest = bytes[start + self.len..].iter();
        for byte in rest.take_while(|byte| byte.is_ascii_alphanumeric()) {
            self.len += 1;
            self.digits += usize::from(byte.is_ascii_digit());
            self.upper += usize::from(byte.is_ascii_uppercase());
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
