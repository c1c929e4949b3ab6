//! Every distinct kind of token is asked everything once per thread.

use rustc_hash::FxHashMap;

use crate::program::{KindTestId, Openings, Program, bits};

/// A kind of a [`KindTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KindId(u32);

impl KindId {
    /// Stands for the kind of what was not met.
    pub(super) const NONE: Self = Self(u32::MAX);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The kinds that one thread has met, with the answers to all tests on them and
/// what they are good for in rules; see [`KindTests`](crate::program::KindTests).
#[derive(Debug, Default)]
pub(super) struct KindTable {
    /// The kind of the answers of a form, by their number, and its properties.
    known: FxHashMap<(u32, u32), KindId>,
    count: u32,
    /// `words` words a kind.
    answers: Vec<u64>,
    words: usize,
    /// For each kind and each of the [`DENSE`] roles a word of bits for each word of rules.
    roles: Vec<u64>,
    rules: usize,
    /// Rules that may begin with a kind, and rules that need it: words that are not
    /// zero, each with its index.
    words_of_rules: Vec<(u32, u64)>,
    /// What kinds are of what rules need near; see [`Openings::nears`].
    nears: Vec<u32>,
    calls: Vec<Calls>,
}

/// Where the words lie of the rules that a kind calls.
#[derive(Clone, Copy, Debug)]
struct Calls {
    needed: u32,
    begins: u32,
    end: u32,
    /// Where what it is of what rules need near lies.
    nears: (u32, u32),
}

/// The roles that a token is asked about once a rule may begin: all but those in which it
/// is needed.
const DENSE: usize = Openings::NEEDED;

impl KindTable {
    pub(super) fn new(program: &Program) -> Self {
        Self { words: program.kinds.words(), rules: program.openings.words(), ..Self::default() }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self { words: self.words, rules: self.rules, ..Self::default() };
    }

    /// The kind of a form with certain properties, given what the form answers, with
    /// the number of that: equal answers have equal numbers.
    pub(super) fn intern(
        &mut self,
        (number, answers): (u32, &[u64]),
        classes: u32,
        program: &Program,
    ) -> KindId {
        if let Some(&kind) = self.known.get(&(number, classes)) {
            return kind;
        }
        let kind = self.ask(answers, classes, program);
        self.known.insert((number, classes), kind);
        kind
    }

    /// Asks a new kind everything. O(what it meets and is good for, and a bit for each
    /// test and rule).
    #[cold]
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
        program.kinds.met(answers, classes, &mut self.answers[start..]);
        let first = self.nears.len() as u32;
        for test in bits(&self.answers[start..]).map(|test| KindTestId(test as u32)) {
            for used in openings.uses(test) {
                roles[used.role][used.word as usize] |= used.bit;
            }
            self.nears.extend(openings.near(test));
        }
        let nears = (first, self.nears.len() as u32);
        let needed = self.note(&roles[Openings::NEEDED..].concat());
        let begins = self.note(&roles[Openings::FIRST]);
        self.calls.push(Calls { needed, begins, end: self.words_of_rules.len() as u32, nears });
        roles[..DENSE].iter().for_each(|role| self.roles.extend_from_slice(role));
        kind
    }

    /// Keeps the words that are not zero; says where they lie.
    fn note(&mut self, words: &[u64]) -> u32 {
        let start = self.words_of_rules.len() as u32;
        let called = (0..).zip(words.iter().copied()).filter(|(_, rules)| *rules != 0);
        self.words_of_rules.extend(called);
        start
    }

    /// Whether a kind meets a test. O(1).
    #[inline]
    pub(super) fn meets(&self, kind: KindId, test: KindTestId) -> bool {
        self.answers[kind.0 as usize * self.words + test.0 as usize / 64] >> (test.0 % 64) & 1 == 1
    }

    /// What a kind answers to all tests: a bit for each; see [`KindTestId::is_in`].
    #[inline]
    pub(super) fn answers(&self, kind: KindId) -> &[u64] {
        &self.answers[kind.0 as usize * self.words..][..self.words]
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

    /// What a kind is of what rules need near the beginning of a match, by its number.
    #[inline]
    pub(super) fn nears(&self, kind: KindId) -> &[u32] {
        let (first, end) = self.calls[kind.0 as usize].nears;
        &self.nears[first as usize..end as usize]
    }

    /// The rules of a word that may have a kind in a role of [`Openings`], other than those
    /// in which it is needed.
    #[inline]
    pub(super) fn allows(&self, kind: KindId, word: u32, role: usize) -> u64 {
        self.roles[(kind.0 as usize * DENSE + role) * self.rules + word as usize]
    }
}
