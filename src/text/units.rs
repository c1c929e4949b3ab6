//! Offsets in other units, for the border only.

use std::str::FromStr;

/// What an offset counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OffsetUnit {
    /// Unicode code points: the default of every format.
    #[default]
    Chars,
    /// UTF-8 bytes.
    Bytes,
    /// UTF-16 code units, as JavaScript, Java and C# count.
    Utf16,
}

impl OffsetUnit {
    /// The name that flags and records use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chars => "chars",
            Self::Bytes => "bytes",
            Self::Utf16 => "utf16",
        }
    }
}

impl FromStr for OffsetUnit {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "chars" => Ok(Self::Chars),
            "bytes" => Ok(Self::Bytes),
            "utf16" => Ok(Self::Utf16),
            other => Err(format!("unknown unit `{other}`: use chars, bytes or utf16")),
        }
    }
}

/// Bytes between two checkpoints of a [`UnitIndex`].
const STRIDE: usize = 256;

/// Converts offsets of one text between bytes and another unit.
///
/// Built in O(n); each conversion counts in at most one stride of 256 bytes. For
/// ASCII text, and for bytes, nothing is stored and conversion is the identity.
///
/// ```
/// use spanwright::text::{OffsetUnit, UnitIndex};
/// let text = "Hà Giang 📷 province";
/// let chars = UnitIndex::new(text, OffsetUnit::Chars);
/// assert_eq!(chars.from_byte(4), 3);
/// assert_eq!(chars.to_byte(9), Some(10));
/// assert_eq!(chars.to_byte(99), None);
/// let utf16 = UnitIndex::new(text, OffsetUnit::Utf16);
/// assert_eq!(utf16.from_byte(14), 11);
/// assert_eq!(utf16.to_byte(10), None, "inside a surrogate pair");
/// ```
#[derive(Clone, Debug)]
pub struct UnitIndex<'t> {
    text: &'t str,
    unit: OffsetUnit,
    /// Units before the first boundary at or after each multiple of the
    /// stride, with the byte of that boundary; empty for the identity.
    checkpoints: Vec<(u32, u32)>,
}

impl<'t> UnitIndex<'t> {
    /// Prepares conversion for `text`. O(n).
    #[must_use]
    pub fn new(text: &'t str, unit: OffsetUnit) -> Self {
        let mut checkpoints = Vec::new();
        if unit != OffsetUnit::Bytes && !text.is_ascii() {
            checkpoints.reserve(text.len() / STRIDE + 1);
            let (mut at, mut units) = (0usize, 0u32);
            while at < text.len() {
                checkpoints.push((at as u32, units));
                let end = text.ceil_char_boundary((at / STRIDE + 1) * STRIDE);
                units += count(&text.as_bytes()[at..end], unit);
                at = end;
            }
        }
        Self { text, unit, checkpoints }
    }

    /// The unit that this index converts to and from.
    #[must_use]
    pub fn unit(&self) -> OffsetUnit {
        self.unit
    }

    /// The offset in this unit of a byte offset. A byte past the end, or
    /// inside a character, counts as the next boundary before it.
    #[must_use]
    pub fn from_byte(&self, byte: u32) -> u32 {
        if self.checkpoints.is_empty() {
            return byte.min(self.text.len() as u32);
        }
        let byte = self.text.floor_char_boundary(byte as usize);
        // Checkpoints lie at the first boundary at or after each stride.
        let near = (byte / STRIDE).min(self.checkpoints.len() - 1);
        let (at, units) = match self.checkpoints[near] {
            (at, _) if at as usize > byte => self.checkpoints[near - 1],
            checkpoint => checkpoint,
        };
        units + count(&self.text.as_bytes()[at as usize..byte], self.unit)
    }

    /// The byte offset of an offset in this unit; nothing where it lies past
    /// the end or inside a character.
    #[must_use]
    pub fn to_byte(&self, offset: u32) -> Option<u32> {
        if self.checkpoints.is_empty() {
            return self.text.is_char_boundary(offset as usize).then_some(offset);
        }
        let (at, mut units) = self.checkpoint(|&(_, u)| u <= offset);
        for (inner, c) in self.text[at as usize..].char_indices() {
            if units == offset {
                return Some(at + inner as u32);
            }
            if units > offset {
                return None;
            }
            units += width(c, self.unit);
        }
        (units == offset).then_some(self.text.len() as u32)
    }

    fn checkpoint(&self, before: impl Fn(&(u32, u32)) -> bool) -> (u32, u32) {
        let index = self.checkpoints.partition_point(before);
        self.checkpoints[index.saturating_sub(1)]
    }
}

/// The units of whole characters, by their first bytes. Without branches, so that
/// the compiler looks at many bytes at once.
fn count(bytes: &[u8], unit: OffsetUnit) -> u32 {
    let starts = |byte: &u8| u32::from(byte & 0xC0 != 0x80);
    match unit {
        OffsetUnit::Bytes => bytes.len() as u32,
        OffsetUnit::Chars => bytes.iter().map(starts).sum(),
        // Four bytes are what UTF-16 takes two units for.
        OffsetUnit::Utf16 => bytes.iter().map(|byte| starts(byte) + u32::from(*byte >= 0xF0)).sum(),
    }
}

fn width(c: char, unit: OffsetUnit) -> u32 {
    match unit {
        OffsetUnit::Chars => 1,
        OffsetUnit::Bytes => c.len_utf8() as u32,
        OffsetUnit::Utf16 => c.len_utf16() as u32,
    }
}
