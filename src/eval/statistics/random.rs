//! Random numbers that do not depend on who asks first.

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Numbered draws from one seed: SplitMix64 as a function of the number, so that
/// any thread can take any draw.
///
/// ```
/// use spanwright::eval::Draws;
/// let draws = Draws::new(1234567);
/// assert_eq!(draws.bits(0), 6457827717110365317);
/// assert_eq!(draws.below(0, 10), draws.below(0, 10));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    seed: u64,
}

impl Draws {
    /// The draws of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// 64 random bits: draw `number`, from 0.
    #[must_use]
    pub const fn bits(self, number: u64) -> u64 {
        let mut z = self.seed.wrapping_add(number.wrapping_add(1).wrapping_mul(STEP));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, which must fit 32 bits.
    #[must_use]
    pub const fn below(self, number: u64, n: u64) -> usize {
        (((self.bits(number) >> 32) * n) >> 32) as usize
    }

    /// A fair coin.
    #[must_use]
    pub const fn coin(self, number: u64) -> bool {
        self.bits(number) >> 63 == 1
    }
}
