//! [`decimal`]: numbers as text, with no allocation.

/// The digits of the longest number.
pub(crate) const MOST_DIGITS: usize = 10;

/// A number in digits of ASCII, which lie in the buffer. O(digits).
#[inline]
pub(crate) fn decimal(mut number: u32, buffer: &mut [u8; MOST_DIGITS]) -> &[u8] {
    let mut at = MOST_DIGITS;
    loop {
        at -= 1;
        buffer[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    &buffer[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        for number in [0, 7, 10, u32::MAX, 1_000_200] {
            assert_eq!(decimal(number, &mut [0; MOST_DIGITS]), number.to_string().as_bytes());
        }
    }
}
