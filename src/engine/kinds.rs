//! Every distinct kind of token is asked everything once per thread.

use rustc_hash::FxHashMap;

use crate::program::{KindTestId, Openings, Program};

use super::forms::FormId;

/// A kind of a [`KindTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KindId(u32);

impl KindId {
    /// Stands for the kind of what was not met.
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// The kinds that one thread has met, with the answers to all tests on them and
/// what they are good for in rules; see [`KindTests`](crate::program::KindTests).
#[derive(Debug, Default)]
pub(super) struct KindTable {
    /// A kind by the answers of its forms, and its properties.
    known: FxHashMap<Box<[u64]>, KindId>,
    /// Such a pair, while it is looked up.
    key: Vec<u64>,
    /// For each form the properties with which it was first met, and its kind then.
    of_form: Vec<Pair>,
    /// The other pairs, each linked to from one of the same form.
    pairs: Vec<Pair>,
    count: u32,
    /// `words` words a kind.
    answers: Vec<u64>,
    words: usize,
    /// For each kind and each of [`DENSE`] a word of bits for each word of rules.
    roles: Vec<u64>,
    rules: usize,
    /// Rules that may begin with a kind, and rules that need it: words that are not
    /// zero, each with its index.
    words_of_rules: Vec<(u32, u64)>,
    calls: Vec<Calls>,
}

/// Where the words lie of the rules that a kind calls.
#[derive(Clone, Copy, Debug)]
struct Calls {
    needed: u32,
    begins: u32,
    end: u32,
}

/// A form with certain properties is of a kind. Pairs of one form are linked.
#[derive(Clone, Copy, Debug)]
struct Pair {
    classes: u32,
    kind: KindId,
    /// The next pair of the form, plus one.
    next: u32,
}

/// Stands for a form that was not met. No token has all properties.
const UNMET: Pair = Pair { classes: u32::MAX, kind: KindId(0), next: 0 };

/// The roles that a token is asked about once a rule may begin: the token before,
/// and those after the first.
const DENSE: [usize; Openings::AHEAD] = [Openings::BEFORE, Openings::FIRST + 1, Openings::FIRST + 2];

impl KindTable {
    pub(super) fn new(program: &Program) -> Self {
        Self { words: program.kinds.words(), rules: program.openings.words(), ..Self::default() }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self { words: self.words, rules: self.rules, ..Self::default() };
    }

    /// The kind of a form with certain properties, given what the form answers.
    /// One look where that form was met with them before.
    #[inline]
    pub(super) fn intern(
        &mut self,
        form: FormId,
        classes: u32,
        answers: &[u64],
        program: &Program,
    ) -> KindId {
        let classes = classes & program.kinds.classes();
        match self.of_form.get(form.index()) {
            Some(pair) if pair.classes == classes => pair.kind,
            _ => self.other(form, classes, answers, program),
        }
    }

    /// The kind of a form that has other properties than before, or was never met.
    fn other(&mut self, form: FormId, classes: u32, answers: &[u64], program: &Program) -> KindId {
        let mut next = self.of_form.get(form.index()).map_or(0, |pair| pair.next);
        while let Some(at) = next.checked_sub(1) {
            let pair = self.pairs[at as usize];
            if pair.classes == classes {
                return pair.kind;
            }
            next = pair.next;
        }
        self.add(form, classes, answers, program)
    }

    #[cold]
    fn add(&mut self, form: FormId, classes: u32, answers: &[u64], program: &Program) -> KindId {
        self.key.clear();
        self.key.extend_from_slice(answers);
        self.key.push(u64::from(classes));
        let kind = match self.known.get(self.key.as_slice()) {
            Some(&kind) => kind,
            None => {
                let kind = self.ask(answers, classes, program);
                self.known.insert(self.key.as_slice().into(), kind);
                kind
            }
        };
        if self.of_form.len() <= form.index() {
            self.of_form.resize(form.index() + 1, UNMET);
        }
        let first = &mut self.of_form[form.index()];
        if first.classes == UNMET.classes {
            *first = Pair { classes, kind, next: 0 };
        } else {
            self.pairs.push(Pair { classes, kind, next: first.next });
            first.next = self.pairs.len() as u32;
        }
        kind
    }

    /// Asks a new kind everything. O(tests + what it is good for).
    fn ask(&mut self, answers: &[u64], classes: u32, program: &Program) -> KindId {
        let kind = KindId(self.count);
        self.count += 1;
        let start = self.answers.len();
        self.answers.resize(start + self.words, 0);
        let openings = &program.openings;
        let mut roles: [Vec<u64>; Openings::ROLES] = std::array::from_fn(|role| match role {
            // What a rule does not need, no token has to give it.
            Openings::NEEDED.. => vec![0; self.rules],
            _ => openings.free(role).to_vec(),
        });
        for test in program.kinds.met(answers, classes) {
            self.answers[start + test.0 as usize / 64] |= 1 << (test.0 % 64);
            for used in openings.uses(test) {
                roles[used.role][used.word as usize] |= used.bit;
            }
        }
        let needed = self.note(&roles[Openings::NEEDED..].concat());
        let begins = self.note(&roles[Openings::FIRST]);
        self.calls.push(Calls { needed, begins, end: self.words_of_rules.len() as u32 });
        DENSE.iter().for_each(|role| self.roles.extend_from_slice(&roles[*role]));
        kind
    }

    /// Keeps the words that are not zero; says where they lie.
    fn note(&mut self, words: &[u64]) -> u32 {
        let start = self.words_of_rules.len() as u32;
        let set = (0..).zip(words).filter(|(_, bits)| **bits != 0);
        self.words_of_rules.extend(set.map(|(word, bits)| (word, *bits)));
        start
    }

    /// Whether a kind meets a test. O(1).
    #[inline]
    pub(super) fn meets(&self, kind: KindId, test: KindTestId) -> bool {
        self.answers[kind.0 as usize * self.words + test.0 as usize / 64] >> (test.0 % 64) & 1 == 1
    }

    /// The rules that may begin with a kind: words that are not zero, each with
    /// its index.
    #[inline]
    pub(super) fn begins(&self, kind: KindId) -> &[(u32, u64)] {
        let Calls { begins, end, .. } = self.calls[kind.0 as usize];
        &self.words_of_rules[begins as usize..end as usize]
    }

    /// The rules that need a kind, for one requirement after the other.
    #[inline]
    pub(super) fn needed(&self, kind: KindId) -> &[(u32, u64)] {
        let Calls { needed, begins, .. } = self.calls[kind.0 as usize];
        &self.words_of_rules[needed as usize..begins as usize]
    }

    /// The rules of a word that may have a kind before them, second, or third.
    #[inline]
    pub(super) fn allows<const AT: usize>(&self, kind: KindId, word: u32) -> u64 {
        const { assert!(AT < DENSE.len()) };
        self.roles[(kind.0 as usize * DENSE.len() + AT) * self.rules + word as usize]
    }
}
