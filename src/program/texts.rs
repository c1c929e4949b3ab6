//! Many texts in one: [`Texts`] by number, and [`Vocabulary`] by text too.
//!
//! A million words of their own cost a million allocations, each time that a
//! program starts; in one they are read at a stroke.

/// Stands for a token that no phrase of a folding holds.
pub const NO_WORD: u32 = u32::MAX;

/// Texts by their numbers, from 0.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) all: String,
    /// Where each ends.
    pub(super) ends: Vec<u32>,
}

impl Texts {
    /// Adds a text; its number comes back.
    ///
    /// # Panics
    ///
    /// If all texts together exceed 4 GiB; the files of a pack are held to a quarter of that.
    pub(super) fn push(&mut self, text: &str) -> u32 {
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).expect("words of less than 4 GiB"));
        self.ends.len() as u32 - 1
    }

    /// A text; empty where there is none of this number.
    #[inline]
    pub(super) fn get(&self, number: u32) -> &str {
        let range = self.range(number);
        range.and_then(|range| self.all.get(range)).unwrap_or("")
    }

    fn range(&self, number: u32) -> Option<std::ops::Range<usize>> {
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before as usize)?,
            None => 0,
        };
        Some(start as usize..*self.ends.get(number as usize)? as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether every text lies where the one before it ends, and the last ends all.
    pub(super) fn is_sound(&self) -> bool {
        let end = self.ends.last().map_or(0, |end| *end as usize);
        self.ends.is_sorted() && end == self.all.len() && self.ends.len() < NO_WORD as usize
    }
}

/// The folded tokens of all phrases of one folding.
///
/// Open addressing over numbers. The bits of a place that no number needs hold
/// a part of the hash, so that a token that no phrase holds is nearly never
/// compared with one that some phrase does.
#[derive(Debug, Default)]
pub struct Vocabulary {
    pub(super) words: Texts,
    /// A power of two, at most half full; free places are [`NO_WORD`].
    pub(super) slots: Vec<u32>,
}

impl Vocabulary {
    /// The id of a folded token, made where it is new.
    pub fn intern(&mut self, token: &str) -> u32 {
        if (self.words.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        match self.find(token) {
            Ok(id) => id,
            Err((at, mark)) => {
                let id = self.words.push(token);
                self.slots[at] = mark | id;
                id
            }
        }
    }

    /// The folded token of an id.
    #[must_use]
    pub fn word(&self, id: u32) -> &str {
        self.words.get(id)
    }

    /// The id of a folded token, if a phrase holds it.
    #[must_use]
    #[inline]
    pub fn get(&self, token: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.find(token).ok()
    }

    /// The id of a token, or its place with the mark that belongs there.
    #[inline]
    fn find(&self, token: &str) -> Result<u32, (usize, u32)> {
        let (hash, ids) = (hash(token.as_bytes()), self.ids());
        let (mut at, mark) = (hash as usize & ids as usize, (hash >> 32) as u32 & !ids);
        loop {
            let slot = self.slots[at];
            if slot == NO_WORD {
                return Err((at, mark));
            }
            if slot & !ids == mark && self.words.get(slot & ids) == token {
                return Ok(slot & ids);
            }
            at = (at + 1) & ids as usize;
        }
    }

    /// The bits of a place that hold an id. No id has them all.
    #[inline]
    fn ids(&self) -> u32 {
        self.slots.len() as u32 - 1
    }

    fn grow(&mut self) {
        self.slots = vec![NO_WORD; (self.slots.len() * 2).max(16)];
        let ids = self.ids();
        for id in 0..self.words.len() as u32 {
            let hash = hash(self.words.get(id).as_bytes());
            let mut at = hash as usize & ids as usize;
            while self.slots[at] != NO_WORD {
                at = (at + 1) & ids as usize;
            }
            self.slots[at] = (hash >> 32) as u32 & !ids | id;
        }
    }

    /// Whether every look ends, and at a word that there is.
    pub(super) fn is_sound(&self) -> bool {
        if self.slots.is_empty() {
            return self.words.len() == 0;
        }
        let (ids, words) = (self.slots.len() as u32 - 1, self.words.len());
        let is_known = |slot: &u32| *slot == NO_WORD || ((slot & ids) as usize) < words;
        self.words.is_sound()
            && self.slots.len().is_power_of_two()
            && words * 2 <= self.slots.len()
            && self.slots.iter().filter(|slot| **slot != NO_WORD).count() == words
            && self.slots.iter().all(is_known)
    }
}

/// A hash that is the same on every machine and in every build, for the tables
/// are kept in files.
#[inline]
fn hash(bytes: &[u8]) -> u64 {
    const FIRST: u64 = 0x9E37_79B9_7F4A_7C15;
    const SECOND: u64 = 0xBF58_476D_1CE4_E5B9;
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(FIRST);
        (product >> 64) as u64 ^ product as u64
    };
    let mut hash = (bytes.len() as u64).wrapping_mul(SECOND);
    let mut eights = bytes.chunks_exact(8);
    for eight in &mut eights {
        hash = mix(hash, eight.try_into().map_or(0, u64::from_le_bytes));
    }
    let mut last = [0; 8];
    let rest = eights.remainder();
    last[..rest.len()].copy_from_slice(rest);
    // One more turn, so that equal words in a row do not cancel out.
    mix(mix(hash, u64::from_le_bytes(last)), SECOND)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustc_hash::FxHashMap;

    use super::*;

    proptest! {
        #[test]
        fn a_vocabulary_knows_what_a_map_knows(
            words in prop::collection::vec("[abà]{0,11}", 0..80),
            others in prop::collection::vec("[abcà]{0,11}", 0..20),
        ) {
            let mut vocabulary = Vocabulary::default();
            let mut known: FxHashMap<&str, u32> = FxHashMap::default();
            for word in &words {
                let next = known.len() as u32;
                prop_assert_eq!(vocabulary.intern(word), *known.entry(word).or_insert(next));
            }
            for word in words.iter().chain(&others) {
                prop_assert_eq!(vocabulary.get(word), known.get(word.as_str()).copied());
            }
            for (word, id) in known {
                prop_assert_eq!(vocabulary.word(id), word);
            }
            prop_assert!(vocabulary.is_sound());
        }
    }
}
