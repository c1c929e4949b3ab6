//! Every distinct token form is folded and classified once per thread.

use std::hash::Hasher;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHasher};
use smallvec::SmallVec;

use crate::doc::schema::FoldFlags;
use crate::prep::{Token, fold, shape};
use crate::program::{FormField, NO_WORD, PhraseNode, PhraseOpening, PhraseTrie, PredicateId, Program};

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
/// The same for what forms are to phrases, of eight bytes for each set of phrases.
const MOST_IN_PHRASES: usize = 1 << 22;

/// The forms that one thread has met, with the answers to all tests on them.
///
/// A table of our own, for this is asked once for every token, and the time goes
/// into fetching memory: a form of up to sixteen bytes lies in its place of the
/// table whole, with the kind it was last of, so that a known word costs one
/// look; of a longer one the hash lies there, and its letters in one text of all
/// forms. Several tokens are looked up together, so that their fetches are under
/// way at a time.
#[derive(Debug, Default)]
pub(super) struct FormTable {
    /// Open addressing; a power of two, at most three quarters full.
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
    /// What each form is to phrases.
    phrases: Vec<InPhrases>,
    /// For each phase, how many sets of phrases stand before its own.
    sets_before: Vec<usize>,
    /// How many there are.
    sets: usize,
    kinds: KindTable,
    age: u32,
}

/// A place of the table: half a line of memory, and never parts of two.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Slot {
    /// The key of the form.
    bits: [u64; 2],
    len: u32,
    form: u32,
    /// The properties with which the form was last met, and its kind then.
    classes: u32,
    kind: KindId,
}

/// What a form is to one set of phrases. Both are asked for together.
#[derive(Clone, Copy, Debug)]
struct InPhrases {
    /// Its id among the words, or [`NO_WORD`].
    word: u32,
    /// The node after it where it comes first.
    root: PhraseNode,
}

/// A set of phrases: the phase, and which it is of those that belong to it.
pub(super) type PhraseSet = (u16, usize);

/// A form of up to sixteen bytes, or the hash of a longer one.
#[derive(Clone, Copy, Debug, Default)]
struct Key {
    bits: [u64; 2],
    len: u32,
}

/// What is looked for, and where first.
#[derive(Clone, Copy, Default)]
struct Look {
    key: Key,
    at: usize,
    /// The properties of the token that tests ask for.
    classes: u32,
}

/// How many tokens are looked up together: about as many fetches as a processor has
/// under way.
const TOGETHER: usize = 16;

/// Stands for a place where no form is.
const FREE: u32 = u32::MAX;
/// No token has all properties.
const UNMET: u32 = u32::MAX;

/// The bits of so many bytes, in two words.
static MASKS: [[u64; 2]; Key::WHOLE + 1] = {
    let mut masks = [[0; 2]; Key::WHOLE + 1];
    let mut len = 1;
    while len <= Key::WHOLE {
        let mask = u128::MAX >> (8 * (Key::WHOLE - len));
        masks[len] = [mask as u64, (mask >> 64) as u64];
        len += 1;
    }
    masks
};

impl Slot {
    const fn new(key: Key, form: u32) -> Self {
        Self { bits: key.bits, len: key.len, form, classes: UNMET, kind: KindId::NONE }
    }

    /// A place where no form is: forms are not empty.
    const fn free() -> Self {
        Self::new(Key { bits: [0; 2], len: 0 }, FREE)
    }

    fn key(&self) -> Key {
        Key { bits: self.bits, len: self.len }
    }

    /// Whether a form with this key lies here, told with no branch.
    #[inline]
    fn has(&self, key: Key) -> bool {
        let [low, high] = [0, 1].map(|at| self.bits[at] ^ key.bits[at]);
        low | high | u64::from(self.len ^ key.len) == 0
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
            let form = u128::from_le_bytes(sixteen);
            let [low, high] = MASKS[len];
            [form as u64 & low, (form >> 64) as u64 & high]
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
        let (mut sets, mut sets_before) = (0, Vec::new());
        for phase in &program.phases {
            sets_before.push(sets);
            sets += phase.phrases.len();
        }
        Self {
            slots: vec![Slot::free(); 1 << 12],
            sets_before,
            sets,
            kinds: KindTable::new(program),
            ..Self::default()
        }
    }

    /// Forgets everything if it has grown too large; only between documents.
    pub(super) fn trim(&mut self) {
        if self.ends.len() > MOST_FORMS || self.phrases.len() > MOST_IN_PHRASES {
            self.slots.fill(Slot::free());
            self.text.clear();
            self.ends.clear();
            self.answers.clear();
            self.answers_of.clear();
            self.phrases.clear();
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

    /// The forms of tokens of a text, and their kinds, instead of what stands there. One look
    /// a token, unless the form is new or was last met with other properties.
    pub(super) fn intern(
        &mut self,
        (text, tokens): (&str, &[Token]),
        program: &Program,
        (forms, kinds): (&mut Vec<FormId>, &mut Vec<KindId>),
    ) {
        forms.clear();
        forms.resize(tokens.len(), FormId(FREE));
        kinds.clear();
        kinds.resize(tokens.len(), KindId::NONE);
        let asked = program.kinds.classes();
        let found = forms.chunks_mut(TOGETHER).zip(kinds.chunks_mut(TOGETHER));
        for (tokens, (forms, kinds)) in tokens.chunks(TOGETHER).zip(found) {
            let mask = self.slots.len() - 1;
            let mut looks = [Look::default(); TOGETHER];
            for (look, token) in looks.iter_mut().zip(tokens) {
                look.key = Key::new(text.as_bytes(), token.start as usize, token.end as usize);
                look.at = look.key.place(mask);
                look.classes = token.class.bits() & asked;
            }
            // A bit for each token of which the first look does not tell all. In a loop of its
            // own, which is so short that all fetches are under way together.
            let mut open: u32 = 0;
            for (at, look) in looks[..tokens.len()].iter().enumerate() {
                let slot = &self.slots[look.at];
                let tells_all = slot.has(look.key) & look.key.is_whole() & (slot.classes == look.classes);
                open |= u32::from(!tells_all) << at;
            }
            for (look, (form, kind)) in looks.iter().zip(forms.iter_mut().zip(&mut *kinds)) {
                let slot = &self.slots[look.at];
                (*form, *kind) = (FormId(slot.form), slot.kind);
            }
            while open != 0 {
                let at = open.trailing_zeros() as usize;
                let (Look { key, classes, .. }, token) = (looks[at], tokens[at]);
                let place = self.find(token.span().slice(text).unwrap_or_default(), key, program);
                if self.slots[place].classes != classes {
                    self.meet(place, classes, program);
                }
                (forms[at], kinds[at]) = (FormId(self.slots[place].form), self.slots[place].kind);
                open &= open - 1;
            }
        }
    }

    /// Where a form lies, which is added if it is new.
    fn find(&mut self, form: &str, key: Key, program: &Program) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = key.place(mask);
        loop {
            let slot = &self.slots[at];
            if slot.form == FREE {
                return self.add(form, key, at, program);
            }
            if slot.has(key) && (key.is_whole() || self.form(slot.form) == form) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    /// Looks up the kind of a form with other properties than it had last.
    fn meet(&mut self, at: usize, classes: u32, program: &Program) {
        let slot = &mut self.slots[at];
        let number = self.answers_of[slot.form as usize];
        let answers = &self.answers[number as usize];
        slot.kind = self.kinds.intern((number, answers), classes, program);
        slot.classes = classes;
    }

    fn form(&self, id: u32) -> &str {
        let start = id.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.text[start as usize..self.ends[id as usize] as usize]
    }

    /// Adds a form at a free place; says where it lies.
    #[cold]
    fn add(&mut self, form: &str, key: Key, mut at: usize, program: &Program) -> usize {
        self.slots[at] = Slot::new(key, self.ends.len() as u32);
        self.text.push_str(form);
        self.ends.push(self.text.len() as u32);
        self.classify(form, program);
        if self.ends.len() * 4 > self.slots.len() * 3 {
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

    /// Doubles the table. Forms that were met first, which are those met most, are put
    /// in first, so that they lie where they are looked for first.
    fn grow(&mut self) {
        let mut forms = vec![Slot::free(); self.ends.len()];
        let taken = self.slots.iter().filter(|slot| slot.form != FREE);
        taken.for_each(|slot| forms[slot.form as usize] = *slot);
        let mask = self.slots.len() * 2 - 1;
        self.slots.clear();
        self.slots.resize(mask + 1, Slot::free());
        for slot in forms {
            let mut at = slot.key().place(mask);
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
        let words = program.vocabularies.iter();
        let words: SmallVec<[u32; 4]> =
            words.map(|(flags, words)| words.get(&fold(form, *flags)).unwrap_or(NO_WORD)).collect();
        for (vocabulary, trie) in program.phases.iter().flat_map(|phase| &phase.phrases) {
            let word = words[*vocabulary];
            self.phrases.push(InPhrases { word, root: trie.root(word) });
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

    /// The tokens at which phrases of a set may begin, with the nodes after them: see
    /// [`PhraseTrie::keep_openings`].
    pub(super) fn openings(
        &self,
        forms: &[FormId],
        (set, trie): (PhraseSet, &PhraseTrie),
        openings: &mut Vec<PhraseOpening>,
    ) {
        let column = self.column(set);
        openings.clear();
        openings.resize(forms.len(), PhraseOpening { first: 0, root: PhraseNode::NONE, goes_on: false });
        let mut count = 0;
        // Short and without branches, so that many fetches are under way at a time.
        for (first, form) in (0..).zip(forms) {
            let root = self.phrases[form.index() * self.sets + column].root;
            openings[count] = PhraseOpening { first, root, goes_on: false };
            count += usize::from(root != PhraseNode::NONE);
        }
        openings.truncate(count);
        let word = |at: u32| forms.get(at as usize).map_or(NO_WORD, |form| self.word(*form, set));
        trie.keep_openings(openings, word);
    }

    /// The id of a form among the words of a set of phrases, [`NO_WORD`] where none holds it.
    #[inline]
    pub(super) fn word(&self, form: FormId, set: PhraseSet) -> u32 {
        self.phrases[form.index() * self.sets + self.column(set)].word
    }

    #[inline]
    fn column(&self, (phase, nth): PhraseSet) -> usize {
        self.sets_before[usize::from(phase)] + nth
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
        fn forms_share_an_id_if_they_are_equal(forms in prop::collection::vec("[abà\0]{1,20}", 1..60)) {
            let mut program = Program::default();
            program.prepare();
            let mut table = FormTable { slots: vec![Slot::free(); 4], ..FormTable::new(&program) };
            let mut known: FxHashMap<&str, FormId> = FxHashMap::default();
            // Every form stands before another, but for the last.
            let text = forms.concat();
            let mut start = 0;
            let tokens = forms.iter().map(|form| {
                let token = Token { start, end: start + form.len() as u32, class: Class::default() };
                start = token.end;
                token
            });
            let tokens: Vec<Token> = tokens.collect();
            let (mut ids, mut kinds) = (Vec::new(), Vec::new());
            table.intern((&text, &tokens), &program, (&mut ids, &mut kinds));
            prop_assert_eq!((ids.len(), kinds.len()), (forms.len(), forms.len()));
            for (form, id) in forms.iter().zip(ids) {
                let next = FormId(known.len() as u32);
                prop_assert_eq!(id, *known.entry(form).or_insert(next));
            }
        }
    }
}
