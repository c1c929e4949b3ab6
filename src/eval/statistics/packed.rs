//! [`Packed`]: rows of numbers that are summed over and over.
//!
//! Resampling adds up the same rows millions of times, in random order, so what
//! counts is how many bytes a row has. Most columns are nought everywhere (a
//! corpus without events) or small counts: the former are left out, the latter
//! stored in 16 bits. Sums of whole numbers are the same in any order and any
//! width; the columns that hold fractions are added as they are.

/// Columns of small whole numbers that are added at a time.
const LANES: usize = 8;

/// Rows, packed.
pub(super) struct Packed {
    width: usize,
    /// Columns that hold whole numbers below 2¹⁶.
    small: Vec<usize>,
    /// Columns that hold other numbers.
    other: Vec<usize>,
    /// Groups of lanes in a row of `counts`.
    groups: usize,
    counts: Vec<[u16; LANES]>,
    fractions: Vec<f64>,
}

impl Packed {
    /// Packs rows of `width` numbers.
    pub(super) fn new(rows: &[f64], width: usize) -> Self {
        let rows = || rows.chunks_exact(width);
        let is_small = |value: f64| value.fract() == 0.0 && (0.0..65_536.0).contains(&value);
        let (mut small, mut other) = (Vec::new(), Vec::new());
        for column in 0..width {
            if rows().all(|row| row[column] == 0.0) {
                continue;
            }
            let kept = if rows().all(|row| is_small(row[column])) { &mut small } else { &mut other };
            kept.push(column);
        }
        let groups = small.len().div_ceil(LANES);
        let (mut counts, mut fractions) = (Vec::new(), Vec::new());
        for row in rows() {
            for group in small.chunks(LANES) {
                let mut lanes = [0; LANES];
                for (lane, &column) in lanes.iter_mut().zip(group) {
                    *lane = row[column] as u16;
                }
                counts.push(lanes);
            }
            fractions.extend(other.iter().map(|&column| row[column]));
        }
        Self { width, small, other, groups, counts, fractions }
    }

    /// The sums of some rows, in columns as they were.
    pub(super) fn sum(&self, rows: impl Iterator<Item = usize>, sums: &mut Vec<f64>) {
        let mut counts = vec![[0u64; LANES]; self.groups];
        // 16-bit numbers cannot overflow 32 bits in so many additions.
        let mut part = vec![[0u32; LANES]; self.groups];
        let mut added = 0u32;
        let mut fractions = vec![0.0; self.other.len()];
        let mut carry = |part: &mut Vec<[u32; LANES]>| {
            for (sums, part) in counts.iter_mut().zip(part.iter_mut()) {
                sums.iter_mut().zip(part.iter()).for_each(|(sum, &n)| *sum += u64::from(n));
                *part = [0; LANES];
            }
        };
        for row in rows {
            let lanes = &self.counts[row * self.groups..][..self.groups];
            for (sums, lanes) in part.iter_mut().zip(lanes) {
                sums.iter_mut().zip(lanes).for_each(|(sum, &n)| *sum += u32::from(n));
            }
            let others = &self.fractions[row * self.other.len()..][..self.other.len()];
            fractions.iter_mut().zip(others).for_each(|(sum, value)| *sum += value);
            added += 1;
            if added == 1 << 16 {
                carry(&mut part);
                added = 0;
            }
        }
        carry(&mut part);
        sums.clear();
        sums.resize(self.width, 0.0);
        for (&column, &sum) in self.small.iter().zip(counts.iter().flatten()) {
            sums[column] = sum as f64;
        }
        for (&column, sum) in self.other.iter().zip(fractions) {
            sums[column] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_outgrow_no_number() {
        let mut sums = Vec::new();
        Packed::new(&[65_535.0], 1).sum(std::iter::repeat_n(0, 140_000), &mut sums);
        assert_eq!(sums, [65_535.0 * 140_000.0]);
    }
}
