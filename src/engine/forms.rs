//! Every distinct token form is folded and classified once per thread.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::doc::schema::FoldFlags;
use crate::prep::{fold, shape};
use crate::program::{FormField, NO_WORD, PredicateId, Program};

use super::kinds::{KindId, KindTable};

/// A form of a [`FormTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FormId(u32);

impl FormId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Forms kept before the table starts anew; natural text stays far below.
const MOST_FORMS: usize = 1 << 20;

/// The forms that one thread has met, with the answers to all tests on them.
///
/// A table of our own, for this is asked once for every token, and the time goes
/// into fetching memory: a form of up to eight bytes lies in its place of the
/// table whole, so that a known word costs one look; of a longer one the hash
/// lies there, and its letters in one text of all forms.
#[derive(Debug, Default)]
pub(super) struct FormTable {
    /// Open addressing; a power of two, at most half full.
    slots: Vec<Slot>,
    /// All forms, and where each ends.
    text: String,
    ends: Vec<u32>,
    /// `words` words a form.
    bits: Vec<u64>,
    /// One id a form and vocabulary.
    vocabulary: Vec<u32>,
    words: usize,
    vocabularies: usize,
    kinds: KindTable,
}

/// A place of the table: sixteen bytes.
#[derive(Clone, Copy, Debug)]
struct Slot {
    bits: u64,
    len: u32,
    form: u32,
}

/// A form of up to eight bytes, or the hash of a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    bits: u64,
    len: u32,
}

const FREE: Slot = Slot { bits: 0, len: 0, form: u32::MAX };

impl Slot {
    fn key(self) -> Key {
        Key { bits: self.bits, len: self.len }
    }
}

impl Key {
    #[inline]
    fn new(form: &[u8]) -> Self {
        let word = |at: usize| {
            form.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
        };
        // With the length these say every byte.
        let bits = match form.len() {
            0 => 0,
            len @ 1..=3 => {
                u64::from(form[0]) | u64::from(form[len / 2]) << 8 | u64::from(form[len - 1]) << 16
            }
            len @ 4..=8 => u64::from(word(0)) | u64::from(word(len - 4)) << 32,
            _ => {
                let mut hasher = FxHasher::default();
                hasher.write(form);
                hasher.finish()
            }
        };
        Self { bits, len: form.len() as u32 }
    }

    fn is_whole(self) -> bool {
        self.len <= 8
    }

    /// Where to look first.
    fn place(self, mask: usize) -> usize {
        let product = u128::from(self.bits ^ u64::from(self.len)) * 0x9E37_79B9_7F4A_7C15;
        ((product >> 64) as u64 ^ product as u64) as usize & mask
    }
}

impl FormTable {
    pub(super) fn new(program: &Program) -> Self {
        Self {
            slots: vec![FREE; 1 << 12],
            words: program.predicates.words(),
            vocabularies: program.vocabularies.len(),
            kinds: KindTable::new(program),
            ..Self::default()
        }
    }

    /// Forgets everything if it has grown too large; only between documents.
    pub(super) fn trim(&mut self) {
        if self.ends.len() > MOST_FORMS {
            self.slots.fill(FREE);
            self.text.clear();
            self.ends.clear();
            self.bits.clear();
            self.vocabulary.clear();
            self.kinds.clear();
        }
    }

    /// The id of a form. One hash look-up, unless it is new.
    #[inline]
    pub(super) fn intern(&mut self, form: &str, program: &Program) -> FormId {
        let key = Key::new(form.as_bytes());
        let mask = self.slots.len() - 1;
        let mut at = key.place(mask);
        loop {
            let slot = self.slots[at];
            if slot.form == FREE.form {
                return self.add(form, key, at, program);
            }
            if slot.key() == key && (key.is_whole() || self.form(slot.form) == form) {
                return FormId(slot.form);
            }
            at = (at + 1) & mask;
        }
    }

    fn form(&self, id: u32) -> &str {
        let start = id.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.text[start as usize..self.ends[id as usize] as usize]
    }

    #[cold]
    fn add(&mut self, form: &str, key: Key, at: usize, program: &Program) -> FormId {
        let id = self.ends.len() as u32;
        self.slots[at] = Slot { bits: key.bits, len: key.len, form: id };
        self.text.push_str(form);
        self.ends.push(self.text.len() as u32);
        self.classify(form, program);
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        FormId(id)
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![FREE; old.len() * 2];
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.form != FREE.form) {
            let mut at = slot.key().place(mask);
            while self.slots[at].form != FREE.form {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }

    fn classify(&mut self, form: &str, program: &Program) {
        let predicates = &program.predicates;
        let start = self.bits.len();
        self.bits.resize(start + self.words, 0);
        for field in FormField::ALL {
            if !predicates.reads(field) {
                continue;
            }
            let folded = folded(form, field);
            if let Some(ids) = predicates.literals[field as usize].get(&*folded) {
                ids.iter().for_each(|id| set(&mut self.bits[start..], *id));
            }
            if let Some((regexes, ids)) = &predicates.regexes[field as usize] {
                regexes.matches(&folded).iter().for_each(|index| set(&mut self.bits[start..], ids[index]));
            }
        }
        if !predicates.lengths.is_empty() {
            let length = form.chars().count() as i64;
            for (test, id) in &predicates.lengths {
                if test.holds(length) {
                    set(&mut self.bits[start..], *id);
                }
            }
        }
        for (flags, vocabulary) in &program.vocabularies {
            self.vocabulary.push(vocabulary.get(&fold(form, *flags)).unwrap_or(NO_WORD));
        }
    }

    /// The kind of a form with certain properties.
    #[inline]
    pub(super) fn kind(&mut self, form: FormId, classes: u32, program: &Program) -> KindId {
        let answers = &self.bits[form.index() * self.words..][..self.words];
        self.kinds.intern(form, classes, answers, program)
    }

    /// The kinds that were met.
    #[inline]
    pub(super) fn kinds(&self) -> &KindTable {
        &self.kinds
    }

    /// Whether a form meets a test. O(1).
    pub(super) fn meets(&self, form: FormId, test: PredicateId) -> bool {
        let word = form.0 as usize * self.words + test.0 as usize / 64;
        self.bits[word] >> (test.0 % 64) & 1 == 1
    }

    /// The ids of forms in a vocabulary, [`NO_WORD`] where no phrase holds one.
    pub(super) fn words(&self, forms: &[FormId], vocabulary: usize, words: &mut Vec<u32>) {
        let word = |form: &FormId| self.vocabulary[form.0 as usize * self.vocabularies + vocabulary];
        words.clear();
        words.extend(forms.iter().map(word));
    }
}

fn set(bits: &mut [u64], id: PredicateId) {
    bits[id.0 as usize / 64] |= 1 << (id.0 % 64);
}

fn folded(form: &str, field: FormField) -> std::borrow::Cow<'_, str> {
    match field {
        FormField::Text => fold(form, FoldFlags::default()),
        FormField::Lower => fold(form, FoldFlags { case: true, marks: false }),
        FormField::Fold => fold(form, FoldFlags { case: true, marks: true }),
        FormField::Shape => shape(&fold(form, FoldFlags::default())).into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustc_hash::FxHashMap;

    use super::*;

    proptest! {
        #[test]
        fn forms_share_an_id_if_they_are_equal(forms in prop::collection::vec("[abà]{0,11}", 1..60)) {
            let program = Program::default();
            let mut table = FormTable { slots: vec![FREE; 4], ..FormTable::new(&program) };
            let mut known: FxHashMap<&str, FormId> = FxHashMap::default();
            for form in &forms {
                let id = table.intern(form, &program);
                let next = FormId(known.len() as u32);
                prop_assert_eq!(id, *known.entry(form).or_insert(next));
            }
        }
    }
}
