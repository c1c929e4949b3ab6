//! [`Openings`]: which rules may match in a line, and from which tokens, for all
//! rules of a program at a time.
//!
//! Nearly all rules match nowhere in nearly all lines. So a rule is not asked
//! about a line; each rule is one bit, and the kinds of the tokens say by words
//! of bits which rules may begin with a token, have it second, third, before
//! them, after the span with which they begin, or need it anywhere. A few operations on words tell for 64 rules
//! together where in a line matches may begin. Where a match must hold a word within a few tokens of its
//! beginning, how far the next such word is tells the rest.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use crate::doc::schema::TypeId;

use super::{KindTestId, Pc, Phase, TokenRule};

/// What must stand where a match begins. It may say yes too often, never no
/// wrongly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opening {
    /// What the token before the match must be, if there is one in the line.
    pub before: Option<KindTestId>,
    /// What the first token must be, also where a match begins with a span of it.
    pub stands: Option<KindTestId>,
    /// What the first tokens must be where a match begins with a token: nothing
    /// where any will do, or none. `None` if no match begins with a token.
    pub tokens: Option<[Option<KindTestId>; Openings::AHEAD]>,
    /// The types of the spans with which matches may begin, each with the places that consume
    /// such a span if all of them ask its text something: then one of them must be answered
    /// as it wants.
    pub types: Vec<(TypeId, Vec<Pc>)>,
    /// What the token after such a span must be: nothing where any will do, or none.
    pub after: Option<KindTestId>,
    /// What some token of the line must be.
    pub needed: [Option<KindTestId>; Openings::REQUIRED],
    /// Which of that a match which begins with a token holds near its beginning, and after
    /// how many tokens at most.
    pub near: Option<(KindTestId, u32)>,
    /// The types of which the line must hold a span, of one of each list; and whether the
    /// match itself holds it.
    pub spans: Vec<(Vec<TypeId>, bool)>,
}

/// The openings and requirements of all rules of a program. Each rule has a number, and a
/// bit; the rules of one step lie together.
#[derive(Clone, Debug, Default)]
pub struct Openings {
    /// For each set of rules the number of its first.
    bases: Vec<u32>,
    /// By its number what a rule is.
    rules: Vec<OpenRule>,
    /// The tests that [`Opening::near`] names.
    nears: IndexSet<KindTestId, FxBuildHasher>,
    /// For each role the rules that ask nothing of the token in it.
    free: Vec<Vec<u64>>,
    /// For each test on kinds what a token that meets it is good for.
    uses: Vec<Vec<Use>>,
    /// The rules that search line by line, and those that search across lines.
    narrow: Vec<u64>,
    wide: Vec<u64>,
}

/// Where a rule stands, and the word that it needs near the beginning of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenRule {
    /// The number of its set.
    pub set: u32,
    /// Its index there.
    pub rule: u32,
    /// The number of what it needs near, of [`Openings::nears`].
    pub near: u32,
    /// After how many tokens of a match that may stand at most; [`u32::MAX`] where it
    /// needs nothing.
    pub reach: u32,
}

/// A token that meets a test may play a role for a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// One of the roles that [`Openings`] names.
    pub role: usize,
    /// The word of the rule.
    pub word: u32,
    /// Its bit there.
    pub bit: u64,
}

impl Openings {
    /// Tokens at the beginning of a match that are looked at.
    pub const AHEAD: usize = 3;
    /// Requirements of a rule that are looked at.
    pub const REQUIRED: usize = 3;
    /// The role of the token before a match.
    pub const BEFORE: usize = 0;
    /// The role of the token after a span with which a match begins.
    pub const AFTER: usize = 1;
    /// The role of the first token; the next follow.
    pub const FIRST: usize = 2;
    /// The role of a token that meets the first requirement; the next follow.
    pub const NEEDED: usize = Self::FIRST + Self::AHEAD;
    /// How many roles there are.
    pub const ROLES: usize = Self::NEEDED + Self::REQUIRED;

    /// Gathers the rules of all steps. `tests` says how many tests on kinds there are.
    #[must_use]
    pub fn new(phases: &[Phase], tests: usize) -> Self {
        let mut all =
            Self { uses: vec![Vec::new(); tests], free: vec![Vec::new(); Self::ROLES], ..Self::default() };
        for (set, rules) in (0..).zip(phases.iter().flat_map(|phase| [&phase.rules, &phase.drops])) {
            all.bases.push(all.rules.len() as u32);
            (0..).zip(rules.rules()).for_each(|(index, rule)| all.add((set, index), rule));
        }
        all
    }

    /// Adds the rule of a set with an index.
    fn add(&mut self, (set, index): (u32, u32), rule: &TokenRule) {
        let (word, bit) = place(self.rules.len() as u32);
        if bit == 1 {
            self.free.iter_mut().chain([&mut self.narrow, &mut self.wide]).for_each(|words| words.push(0));
        }
        (if rule.across_lines { &mut self.wide } else { &mut self.narrow })[word] |= bit;
        let &Opening { before, after, tokens, needed, near, .. } = &rule.opening;
        // What no match begins with has no first token.
        let ahead = tokens.unwrap_or_default().into_iter();
        for (role, test) in [before, after].into_iter().chain(ahead).chain(needed).enumerate() {
            match test {
                Some(test) => self.uses[test.0 as usize].push(Use { role, word: word as u32, bit }),
                None if role == Self::FIRST && tokens.is_none() => {}
                None => self.free[role][word] |= bit,
            }
        }
        let (near, reach) =
            near.map_or((0, u32::MAX), |(test, reach)| (self.nears.insert_full(test).0 as u32, reach));
        self.rules.push(OpenRule { set, rule: index, near, reach });
    }

    /// Words that a bit for each rule takes.
    #[must_use]
    pub fn words(&self) -> usize {
        self.rules.len().div_ceil(64)
    }

    /// How many sets of rules there are.
    #[must_use]
    pub fn sets(&self) -> usize {
        self.bases.len()
    }

    /// The rule with a number.
    #[must_use]
    #[inline]
    pub fn rule(&self, number: u32) -> OpenRule {
        self.rules[number as usize]
    }

    /// The number of the first rule of a set.
    #[must_use]
    #[inline]
    pub fn base(&self, set: usize) -> u32 {
        self.bases[set]
    }

    /// The word of a rule of a set, and its bit.
    #[must_use]
    #[inline]
    pub fn bit(&self, set: usize, rule: u32) -> (usize, u64) {
        place(self.bases[set] + rule)
    }

    /// The number of a rule of a set among all rules.
    #[must_use]
    #[inline]
    pub fn number(&self, set: usize, rule: usize) -> usize {
        self.bases[set] as usize + rule
    }

    /// How many different things rules need near the beginning of a match; one at least,
    /// which stands for nothing where no rule needs anything.
    #[must_use]
    pub fn nears(&self) -> usize {
        self.nears.len().max(1)
    }

    /// The number of a test among those, if it is one.
    #[must_use]
    pub fn near(&self, test: KindTestId) -> Option<u32> {
        self.nears.get_index_of(&test).map(|number| number as u32)
    }

    /// The rules that ask nothing of the token in a role.
    #[must_use]
    pub fn free(&self, role: usize) -> &[u64] {
        &self.free[role]
    }

    /// What a token that meets a test is good for.
    #[must_use]
    pub fn uses(&self, test: KindTestId) -> &[Use] {
        self.uses.get(test.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The rules that search across lines, or those that do not.
    #[must_use]
    pub fn that_search(&self, across_lines: bool) -> &[u64] {
        if across_lines { &self.wide } else { &self.narrow }
    }
}

/// The word of a rule with a number, and its bit there.
#[must_use]
#[inline]
pub(super) fn place(number: u32) -> (usize, u64) {
    (number as usize / 64, 1 << (number % 64))
}
