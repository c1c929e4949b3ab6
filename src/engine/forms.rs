//! Every distinct token form is folded and classified once per thread.

use std::hash::Hasher;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHasher};

use crate::doc::schema::FoldFlags;
use crate::prep::{Token, fold, shape};
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

/// Forms kept before the table starts anew, of which each takes about a hundred
/// bytes; a hundred megabytes of news hold no more.
const MOST_FORMS: usize = 1 << 18;

/// The forms that one thread has met, with the answers to all tests on them.
///
/// A table of our own, for this is asked once for every token, and the time goes
/// into fetching memory: a form of up to sixteen bytes lies in its place of the
/// table whole, with the kind it was last of, so that a known word costs one
/// look; of a longer one the hash lies there, and its letters in one text of all
/// forms.
#[derive(Debug, Default)]
pub(super) struct FormTable {
    /// Open addressing; a power of two, at most half full.
    slots: Vec<Slot>,
    /// All forms, and where each ends.
    text: String,
    ends: Vec<u32>,
    /// The answers to all tests on forms, as bits: few of them for many forms.
    answers: IndexSet<Box<[u64]>, FxBuildHasher>,
    /// For each form which of those are its.
    answers_of: Vec<u32>,
    /// The answers of a new form, while it is asked.
    fresh: Vec<u64>,
    /// One id a form and vocabulary.
    vocabulary: Vec<u32>,
    vocabularies: usize,
    kinds: KindTable,
    age: u32,
}

/// A place of the table: half a line of memory.
#[derive(Clone, Copy, Debug)]
struct Slot {
    key: Key,
    form: u32,
    /// The properties with which the form was last met, and its kind then.
    classes: u32,
    kind: KindId,
}

/// A form of up to sixteen bytes, or the hash of a longer one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Key {
    bits: [u64; 2],
    len: u32,
}

/// Stands for a place where no form is.
const FREE: u32 = u32::MAX;
/// No token has all properties.
const UNMET: u32 = u32::MAX;

impl Slot {
    const fn free() -> Self {
        Self { key: Key { bits: [0; 2], len: 0 }, form: FREE, classes: UNMET, kind: KindId::NONE }
    }
}

impl Key {
    const WHOLE: usize = 16;

    /// The key of a span of a text. Reads past the form where text follows, so
    /// that nothing depends on its length but a shift.
    #[inline]
    fn new(text: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        let bits = if len.wrapping_sub(1) < Self::WHOLE {
            let sixteen = match text[start..].first_chunk() {
                Some(sixteen) => *sixteen,
                None => {
                    let mut sixteen = [0; Self::WHOLE];
                    sixteen[..len].copy_from_slice(&text[start..end]);
                    sixteen
                }
            };
            let form = u128::from_le_bytes(sixteen) & (u128::MAX >> (8 * (Self::WHOLE - len)));
            [form as u64, (form >> 64) as u64]
        } else {
            let mut hasher = FxHasher::default();
            hasher.write(&text[start..end]);
            [hasher.finish(), 0]
        };
        Self { bits, len: len as u32 }
    }

    /// Whether it says every byte, with the length.
    fn is_whole(self) -> bool {
        self.len as usize <= Self::WHOLE
    }

    /// Where to look first.
    #[inline]
    fn place(self, mask: usize) -> usize {
        let [low, high] = self.bits;
        let product = u128::from(low ^ u64::from(self.len) ^ high.rotate_left(29)) * 0x9E37_79B9_7F4A_7C15;
        ((product >> 64) as u64 ^ product as u64) as usize & mask
    }
}

impl FormTable {
    pub(super) fn new(program: &Program) -> Self {
        Self {
            slots: vec![Slot::free(); 1 << 12],
            vocabularies: program.vocabularies.len(),
            kinds: KindTable::new(program),
            ..Self::default()
        }
    }

    /// Forgets everything if it has grown too large; only between documents.
    pub(super) fn trim(&mut self) {
        if self.ends.len() > MOST_FORMS {
            self.slots.fill(Slot::free());
            self.text.clear();
            self.ends.clear();
            self.answers.clear();
            self.answers_of.clear();
            self.vocabulary.clear();
            self.kinds.clear();
            self.age += 1;
        }
    }

    /// How many times everything was forgotten: forms of another age have other ids.
    #[inline]
    pub(super) fn age(&self) -> u32 {
        self.age
    }

    /// The text of a form.
    pub(super) fn text(&self, form: FormId) -> &str {
        self.form(form.0)
    }

    /// The form of a token of a text, and its kind. One look, unless the form is
    /// new or was last met with other properties.
    #[inline]
    pub(super) fn intern(&mut self, text: &str, token: &Token, program: &Program) -> (FormId, KindId) {
        let (start, end) = (token.start as usize, token.end as usize);
        let key = Key::new(text.as_bytes(), start, end);
        let mask = self.slots.len() - 1;
        let mut at = key.place(mask);
        loop {
            let slot = &self.slots[at];
            if slot.form == FREE {
                at = self.add(&text[start..end], key, at, program);
                break;
            }
            if slot.key == key && (key.is_whole() || self.form(slot.form) == &text[start..end]) {
                break;
            }
            at = (at + 1) & mask;
        }
        let (slot, classes) = (&mut self.slots[at], token.class.bits() & program.kinds.classes());
        let form = FormId(slot.form);
        if slot.classes != classes {
            let number = self.answers_of[form.index()];
            let answers = &self.answers[number as usize];
            slot.kind = self.kinds.intern((number, answers), classes, program);
            slot.classes = classes;
        }
        (form, slot.kind)
    }

    fn form(&self, id: u32) -> &str {
        let start = id.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.text[start as usize..self.ends[id as usize] as usize]
    }

    /// Adds a form at a free place; says where it lies.
    #[cold]
    fn add(&mut self, form: &str, key: Key, mut at: usize, program: &Program) -> usize {
        self.slots[at] = Slot { key, form: self.ends.len() as u32, ..Slot::free() };
        self.text.push_str(form);
        self.ends.push(self.text.len() as u32);
        self.classify(form, program);
        if self.ends.len() * 2 > self.slots.len() {
            let added = self.slots[at].form;
            self.grow();
            let mask = self.slots.len() - 1;
            at = key.place(mask);
            while self.slots[at].form != added {
                at = (at + 1) & mask;
            }
        }
        at
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![Slot::free(); old.len() * 2];
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.form != FREE) {
            let mut at = slot.key.place(mask);
            while self.slots[at].form != FREE {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }

    fn classify(&mut self, form: &str, program: &Program) {
        let predicates = &program.predicates;
        let fresh = &mut self.fresh;
        fresh.clear();
        fresh.resize(predicates.words(), 0);
        for field in FormField::ALL {
            if !predicates.reads(field) {
                continue;
            }
            let folded = folded(form, field);
            if let Some(ids) = predicates.literals[field as usize].get(&*folded) {
                ids.iter().for_each(|id| set(fresh, *id));
            }
            if let Some((regexes, ids)) = &predicates.regexes[field as usize] {
                regexes.matches(&folded).iter().for_each(|index| set(fresh, ids[index]));
            }
        }
        if !predicates.lengths.is_empty() {
            let length = form.chars().count() as i64;
            for (test, id) in &predicates.lengths {
                if test.holds(length) {
                    set(fresh, *id);
                }
            }
        }
        let number = match self.answers.get_index_of(fresh.as_slice()) {
            Some(known) => known,
            None => self.answers.insert_full(fresh.as_slice().into()).0,
        };
        self.answers_of.push(number as u32);
        for (flags, vocabulary) in &program.vocabularies {
            self.vocabulary.push(vocabulary.get(&fold(form, *flags)).unwrap_or(NO_WORD));
        }
    }

    /// The kinds that were met.
    #[inline]
    pub(super) fn kinds(&self) -> &KindTable {
        &self.kinds
    }

    /// Whether a form meets a test. O(1).
    pub(super) fn meets(&self, form: FormId, test: PredicateId) -> bool {
        let answers = &self.answers[self.answers_of[form.index()] as usize];
        answers[test.0 as usize / 64] >> (test.0 % 64) & 1 == 1
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
    use crate::prep::Class;

    proptest! {
        #[test]
        fn forms_share_an_id_if_they_are_equal(forms in prop::collection::vec("[abà\0]{0,20}", 1..60)) {
            let mut program = Program::default();
            program.prepare();
            let mut table = FormTable { slots: vec![Slot::free(); 4], ..FormTable::new(&program) };
            let mut known: FxHashMap<&str, FormId> = FxHashMap::default();
            // Every form stands before another, but for the last.
            let text = forms.concat();
            let mut start = 0;
            for form in &forms {
                let end = start + form.len() as u32;
                let token = Token { start, end, class: Class::default() };
                let (id, _) = table.intern(&text, &token, &program);
                let next = FormId(known.len() as u32);
                prop_assert_eq!(id, *known.entry(form).or_insert(next));
                start = end;
            }
        }
    }
}
