//! [`Openings`]: which rules may match in a line, and from which tokens, for all
//! rules of a program at a time.
//!
//! Nearly all rules match nowhere in nearly all lines. So a rule is not asked
//! about a line; each rule is one bit, and the kinds of the tokens say by words
//! of bits which rules may begin with a token, have it second, third, before
//! them, after the span with which they begin, or need it anywhere. A few operations on words tell for 64 rules
//! together where in a line matches may begin.

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
}

/// The openings and requirements of all rules of a program. Each rule has a bit;
/// the rules of one step lie together, from the beginning of a word.
#[derive(Clone, Debug, Default)]
pub struct Openings {
    /// For each set of rules its first word.
    bases: Vec<u32>,
    /// For each word the set of its rules, and the first of them.
    places: Vec<(u32, u32)>,
    /// For each role the rules that ask nothing of the token in it.
    free: Vec<Vec<u64>>,
    /// For each test on kinds what a token that meets it is good for.
    uses: Vec<Vec<Use>>,
    /// The rules that search line by line, and those that search across lines.
    narrow: Vec<u64>,
    wide: Vec<u64>,
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
        for (set, rules) in phases.iter().flat_map(|phase| [&phase.rules, &phase.drops]).enumerate() {
            all.bases.push(all.places.len() as u32);
            for (part, rules) in (0..).zip(rules.rules().chunks(64)) {
                all.places.push((set as u32, part * 64));
                all.add(rules);
            }
        }
        all
    }

    /// Adds a word of rules.
    fn add(&mut self, rules: &[TokenRule]) {
        let word = self.places.len() as u32 - 1;
        let (mut free, mut narrow, mut wide) = ([0; Self::ROLES], 0, 0);
        for (at, rule) in rules.iter().enumerate() {
            let bit = 1 << at;
            *(if rule.across_lines { &mut wide } else { &mut narrow }) |= bit;
            let tokens = rule.opening.tokens;
            // What no match begins with has no first token.
            let ahead = tokens.unwrap_or_default().into_iter();
            let around = [rule.opening.before, rule.opening.after].into_iter();
            for (role, test) in around.chain(ahead).chain(rule.opening.needed).enumerate() {
                match test {
                    Some(test) => self.uses[test.0 as usize].push(Use { role, word, bit }),
                    None if role == Self::FIRST && tokens.is_none() => {}
                    None => free[role] |= bit,
                }
            }
        }
        self.free.iter_mut().zip(free).for_each(|(all, word)| all.push(word));
        self.narrow.push(narrow);
        self.wide.push(wide);
    }

    /// Words that a bit for each rule takes.
    #[must_use]
    pub fn words(&self) -> usize {
        self.places.len()
    }

    /// How many sets of rules there are.
    #[must_use]
    pub fn sets(&self) -> usize {
        self.bases.len()
    }

    /// The set of the rules of a word, and the first of them.
    #[must_use]
    #[inline]
    pub fn place(&self, word: u32) -> (u32, u32) {
        self.places[word as usize]
    }

    /// The word of a rule of a set, and its bit.
    #[must_use]
    #[inline]
    pub fn bit(&self, set: usize, rule: u32) -> (usize, u64) {
        ((self.bases[set] + rule / 64) as usize, 1 << (rule % 64))
    }

    /// The number of a rule of a set among all rules; some numbers stand for none.
    #[must_use]
    #[inline]
    pub fn number(&self, set: usize, rule: usize) -> usize {
        self.bases[set] as usize * 64 + rule
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
