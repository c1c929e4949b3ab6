//! Every distinct token form is folded and classified once per thread.

use rustc_hash::FxHashMap;

use crate::doc::schema::FoldFlags;
use crate::prep::{fold, shape};
use crate::program::{FormField, PredicateId, Program};

/// A form of a [`FormTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FormId(u32);

/// Stands for a token that no phrase of a folding holds.
const NO_WORD: u32 = u32::MAX;

/// Forms kept before the table starts anew; natural text stays far below.
const MOST_FORMS: usize = 1 << 20;

/// The forms that one thread has met, with the answers to all tests on them.
#[derive(Debug, Default)]
pub(super) struct FormTable {
    ids: FxHashMap<Box<str>, u32>,
    /// `words` words a form.
    bits: Vec<u64>,
    /// One id a form and vocabulary.
    vocabulary: Vec<u32>,
    words: usize,
    vocabularies: usize,
}

impl FormTable {
    pub(super) fn new(program: &Program) -> Self {
        Self {
            words: program.predicates.words(),
            vocabularies: program.vocabularies.len(),
            ..Self::default()
        }
    }

    /// Forgets everything if it has grown too large; only between documents.
    pub(super) fn trim(&mut self) {
        if self.ids.len() > MOST_FORMS {
            self.ids.clear();
            self.bits.clear();
            self.vocabulary.clear();
        }
    }

    /// The id of a form. One hash look-up, unless it is new.
    pub(super) fn intern(&mut self, form: &str, program: &Program) -> FormId {
        if let Some(&id) = self.ids.get(form) {
            return FormId(id);
        }
        let id = self.ids.len() as u32;
        self.ids.insert(form.into(), id);
        self.classify(form, program);
        FormId(id)
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

    /// Whether a form meets a test. O(1).
    pub(super) fn meets(&self, form: FormId, test: PredicateId) -> bool {
        let word = form.0 as usize * self.words + test.0 as usize / 64;
        self.bits[word] >> (test.0 % 64) & 1 == 1
    }

    /// The answers to all tests on a form.
    pub(super) fn answers(&self, form: FormId) -> &[u64] {
        &self.bits[form.0 as usize * self.words..][..self.words]
    }

    /// The form's id in a vocabulary, if a phrase holds it.
    pub(super) fn word(&self, form: FormId, vocabulary: usize) -> Option<u32> {
        let word = self.vocabulary[form.0 as usize * self.vocabularies + vocabulary];
        (word != NO_WORD).then_some(word)
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
