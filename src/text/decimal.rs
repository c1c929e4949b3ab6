//! [`decimal`]: numbers as text, with no allocation.

/// The digits of the longest number.
pub(crate) const MOST_DIGITS: usize = 10;

/// The numbers below a hundred, of two digits each.
static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + number as u8 / 10, b'0' + number as u8 % 10];
        number += 1;
    }
    pairs
};

/// A number in digits of ASCII, which lie in the buffer. O(digits), two at a time.
#[inline]
pub(crate) fn decimal(mut number: u32, buffer: &mut [u8; MOST_DIGITS]) -> &[u8] {
    let mut at = MOST_DIGITS;
    while number >= 10 {
        at -= 2;
        [buffer[at], buffer[at + 1]] = PAIRS[(number % 100) as usize];
        number /= 100;
    }
    // Of an even number of digits none is left.
    if number > 0 || at == MOST_DIGITS {
        at -= 1;
        buffer[at] = b'0' + number as u8;
    }
    &buffer[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        let powers = (0..10).map(|digits| 10_u32.pow(digits));
        let all = powers.flat_map(|power| [power - 1, power, power + 7]).chain(0..1001);
        for number in all.chain([u32::MAX, 1_000_200]) {
            assert_eq!(decimal(number, &mut [0; MOST_DIGITS]), number.to_string().as_bytes());
        }
    }
}
