//! [`Scouts`]: whether a match of a rule may begin at a token, told before the
//! matcher walks there.
//!
//! Most walks end without a match, after some ten steps each. A scout takes the
//! same way with one look into a table a token: for each rule an automaton over
//! the kinds of tokens and the types of spans, of which only what texts ask for is
//! ever built. What stands before a match, and looks around that are longer than a
//! token and not the end of the pattern, are taken to be as the pattern wants them, and a
//! way longer than [`MOST_LOOKS`] to lead to a match; so a scout may say yes too often, never no
//! wrongly. The plain version is the matcher, which a watched extraction always asks.

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

use crate::doc::schema::{Standing, TypeId};
use crate::program::{Inst, PatternProgram, Pc, TokenTest};

use super::conditions::span_meets;
use super::kinds::{KindId, KindTable};
use super::lattice::{Laid, Lattice, Letters, place_of};

/// Looks of one scout from one token: what lies farther on, the matcher finds out.
const MOST_LOOKS: usize = 64;
/// What all automata of a thread may hold before they are built anew: cells and places,
/// of four bytes.
const MOST: usize = 1 << 22;
/// The same for one; from then on all matches are possible, until all are built anew.
const MOST_OF_ONE: usize = 1 << 17;
/// States of one, likewise.
const MOST_STATES: usize = 1 << 12;
/// Cells of one for how tokens stand to spans, likewise.
const MOST_ASKED: usize = 1 << 15;
/// Classes of kinds of one automaton; for a pattern that tells more apart all matches are
/// possible.
const MOST_CLASSES: usize = UNMET as usize;
/// Standings that an automaton asks about; further ones are taken to be met.
const MOST_STANDINGS: usize = 4;
/// Questions that an automaton asks a span at one place, the same.
const MOST_QUESTIONS: usize = 8;

/// The scouts of all rules, of one thread.
#[derive(Debug, Default)]
pub(super) struct Scouts {
    /// By the number of a rule.
    scouts: Vec<Option<Box<Scout>>>,
    /// What they hold together.
    size: usize,
    /// The age of the kinds that they know.
    age: u32,
}

/// The automaton of one rule.
///
/// What is looked up is small, and what is met first, which is met most, lies together:
/// the time goes into fetching memory.
#[derive(Debug, Default)]
pub(super) struct Scout {
    /// For each kind its class, or [`UNMET`].
    classes: Vec<u8>,
    /// For each class, which tests of the pattern it meets.
    met: IndexSet<Box<[u64]>, FxBuildHasher>,
    /// How tokens may stand to spans, as far as the pattern asks.
    standings: Vec<Asked>,
    /// The same, to be asked of a token: the bit that tells of it, the place of a word of
    /// types among [`Lattice::standings`], and the types there.
    asks: Vec<(u8, u16, u64)>,
    /// Of those types the words of which a token has to be in one: of most it is in none.
    around: Vec<(u16, u64)>,
    /// The places before which a state stands, not yet followed to what consumes a
    /// token; the first state is where the pattern begins.
    states: IndexSet<Box<[Pc]>, FxBuildHasher>,
    /// Sets of places that consume a span, each with the states behind it.
    spans: IndexMap<Box<[Pc]>, Behind, FxBuildHasher>,
    /// What each state does with each class.
    cells: Vec<Cell>,
    /// Classes for which a state has room.
    stride: usize,
    /// What it does where it is to be asked how the token stands to spans: blocks of a
    /// cell for each way to stand.
    asked: Vec<Cell>,
    /// What it holds, and how much of that was not counted yet.
    size: usize,
    grown: usize,
    /// Whether it holds too much: then no state is sound, and nothing is looked up.
    is_full: bool,
    /// Ways that are still to be followed, while it looks: tokens and states.
    open: Vec<(u32, u16)>,
    /// What consumes a span, in the order of preference, in a pattern that is nothing but
    /// one span or another: there is nothing to be told before the matcher looks.
    pub(super) lone: Vec<Pc>,
}

/// How a token may stand to spans of one of some types.
#[derive(Debug)]
struct Asked {
    standing: Standing,
    types: Box<[TypeId]>,
}

/// The states behind the spans that some places consume.
#[derive(Debug, Default)]
struct Behind {
    /// By type; [`UNKNOWN`] where it was not asked for. Where the span is to be asked
    /// something, [`ASK`] less the index of what.
    by_type: Vec<u16>,
    questions: Vec<Questions>,
}

/// What places ask of the spans of one type.
#[derive(Debug)]
struct Questions {
    /// The places that ask.
    places: Vec<Pc>,
    /// The states behind a span, by which of the places it answers as they want, as
    /// bits; [`UNKNOWN`] where none was asked for.
    states: Vec<u16>,
}

/// What a state does with a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    /// The state after the token, or one of the marks below.
    token: u16,
    /// The set of places that consume a span which begins here, or [`NONE`]; for
    /// [`ASK`] the block to look into.
    spans: u16,
}

impl Cell {
    const UNKNOWN: Self = Self { token: UNKNOWN, spans: NONE };
}

const UNKNOWN: u16 = u16::MAX;
/// No way on.
const NONE: u16 = u16::MAX - 1;
/// A match ends here, as far as a scout can tell.
const MATCH: u16 = u16::MAX - 2;
/// That depends on how the token stands to spans, or on what the span says.
const ASK: u16 = u16::MAX - 3;
/// Types of which the spans before one set of places are asked something, at most.
const QUESTIONS: u16 = 1 << 10;

/// The class of the end of the tokens; those of kinds follow.
const END: u8 = 0;
/// Stands for the class of a kind that was not met.
const UNMET: u8 = u8::MAX;

impl Asked {
    fn is(&self, standing: Standing, types: &[TypeId]) -> bool {
        self.standing == standing && *self.types == *types
    }
}

impl Scouts {
    /// Makes ready for a document whose kinds are of an age.
    pub(super) fn document(&mut self, age: u32) {
        if self.age != age {
            *self = Self { age, ..Self::default() };
        }
    }

    /// The scout of the rule with a number.
    pub(super) fn of(&mut self, number: usize, pattern: &PatternProgram) -> &mut Scout {
        if self.size > MOST {
            *self = Self { age: self.age, ..Self::default() };
        }
        if self.scouts.len() <= number {
            self.scouts.resize_with(number + 1, || None);
        }
        let scout = self.scouts[number].get_or_insert_with(|| Box::new(Scout::new(pattern)));
        self.size += std::mem::take(&mut scout.grown);
        scout
    }
}

impl Scout {
    fn new(pattern: &PatternProgram) -> Self {
        let mut standings = Vec::new();
        let rests = pattern.tests.iter().filter_map(|test| test.rest.as_deref());
        rests.for_each(|rest| gather(rest, &mut standings));
        standings.truncate(MOST_STANDINGS);
        let mut asks = Vec::new();
        for (bit, Asked { standing, types }) in standings.iter().enumerate() {
            let of_type = |label: &TypeId| {
                (bit as u8, place_of(*standing, usize::from(label.0) / 64) as u16, 1 << (label.0 % 64))
            };
            asks.extend(types.iter().map(of_type));
        }
        asks.sort_unstable();
        asks.dedup_by(|(bit, place, types), (of, at, all)| {
            let is_same = (*bit, *place) == (*of, *at);
            *all |= if is_same { *types } else { 0 };
            is_same
        });
        let mut around: Vec<(u16, u64)> = Vec::new();
        for label in standings.iter().flat_map(|asked| &asked.types) {
            let (word, bit) = (usize::from(label.0) / 64, 1 << (label.0 % 64));
            let place = place_of(Standing::In, word) as u16;
            match around.iter_mut().find(|(of, _)| *of == place) {
                Some((_, types)) => *types |= bit,
                None => around.push((place, bit)),
            }
        }
        let lone = lone(pattern).unwrap_or_default();
        let mut scout = Self { standings, asks, around, stride: 8, lone, ..Self::default() };
        scout.met.insert(Box::default());
        scout.state(vec![pattern.start]);
        scout
    }

    /// Whether a match of the pattern may begin at `start`, among the tokens up to `last`.
    /// O(1).
    #[inline]
    pub(super) fn may_match(
        &mut self,
        pattern: &PatternProgram,
        (letters, kinds): (&Letters<'_>, &KindTable),
        (start, last): (u32, u32),
    ) -> bool {
        if self.is_full {
            return true;
        }
        self.open.clear();
        let of_tokens = letters.kinds.get(..last as usize).unwrap_or(letters.kinds);
        let (mut at, mut state) = (start, 0);
        for _ in 0..MOST_LOOKS {
            let class = match of_tokens.get(at as usize) {
                None => END,
                Some(kind) => match self.classes.get(kind.index()) {
                    Some(&class) if class != UNMET => class,
                    _ => match self.classify(*kind, pattern, kinds) {
                        Some(true) => return self.may_match(pattern, (letters, kinds), (start, last)),
                        Some(false) => self.classes[kind.index()],
                        None => return true,
                    },
                },
            };
            let mut cell = self.cells[state as usize * self.stride + class as usize];
            if cell.token >= ASK {
                if cell.token == UNKNOWN {
                    cell = self.fill(state, (class, None), pattern);
                }
                if cell.token == ASK {
                    let (block, stands) = (cell.spans, self.stands(at, letters.lattice));
                    cell = self.asked[self.place(block, stands)];
                    if cell.token == UNKNOWN {
                        cell = self.fill(state, (class, Some((block, stands))), pattern);
                    }
                }
                if cell.token == MATCH {
                    return true;
                }
            }
            if cell.spans != NONE {
                for laid in letters.lattice.starting(at as usize) {
                    if laid.tokens.1 <= last {
                        let behind = self.behind(cell.spans, laid, pattern, letters);
                        if behind != NONE {
                            self.open.push((laid.tokens.1, behind));
                        }
                    }
                }
            }
            if cell.token != NONE {
                (at, state) = (at + 1, cell.token);
                continue;
            }
            match self.open.pop() {
                Some(place) => (at, state) = place,
                None => return self.is_full,
            }
        }
        true
    }

    /// The place, in a block, of the cell for a token that stands so.
    #[inline]
    fn place(&self, block: u16, stands: u8) -> usize {
        usize::from(block) << self.standings.len() | usize::from(stands)
    }

    /// How a token stands to spans, as bits.
    #[inline]
    fn stands(&self, at: u32, lattice: &Lattice) -> u8 {
        let row = lattice.standings(at as usize);
        let holds = |place: u16, types| row.get(usize::from(place)).is_some_and(|row| row & types != 0);
        // What begins or ends with a token is around it.
        if !self.around.iter().any(|&(place, types)| holds(place, types)) {
            return 0;
        }
        self.asks.iter().fold(0, |stands, &(bit, place, types)| stands | u8::from(holds(place, types)) << bit)
    }

    /// Finds the class of a kind that is new to the pattern. Says whether the automaton
    /// was begun anew for it, or nothing if the pattern tells too many classes apart.
    #[cold]
    fn classify(&mut self, kind: KindId, pattern: &PatternProgram, kinds: &KindTable) -> Option<bool> {
        // The first word is that of no class but that of the end, which meets nothing.
        let mut met = vec![1; pattern.tests.len().div_ceil(64) + 1];
        met[1..].fill(0);
        for (at, test) in pattern.tests.iter().enumerate() {
            met[1 + at / 64] |= u64::from(kinds.meets(kind, test.kind)) << (at % 64);
        }
        let class = self.met.insert_full(met.into()).0;
        if class >= MOST_CLASSES {
            return None;
        }
        if self.classes.len() <= kind.index() {
            self.classes.resize(kind.index() + 1, UNMET);
        }
        self.classes[kind.index()] = class as u8;
        if class < self.stride {
            return Some(false);
        }
        self.stride *= 2;
        self.states.clear();
        self.spans.clear();
        self.cells.clear();
        self.asked.clear();
        (self.size, self.is_full) = (0, false);
        self.state(vec![pattern.start]);
        Some(true)
    }

    /// Counts what was added.
    fn grow(&mut self, by: usize) {
        self.size += by;
        self.grown += by;
        self.is_full |= self.size > MOST_OF_ONE;
    }

    /// The number of a state; that of the first, when there are too many.
    fn state(&mut self, mut places: Vec<Pc>) -> u16 {
        places.sort_unstable();
        places.dedup();
        if self.states.len() == MOST_STATES {
            self.is_full = true;
            return 0;
        }
        let size = self.stride + places.len();
        let (number, is_new) = self.states.insert_full(places.into());
        if is_new {
            self.grow(size);
            self.cells.resize(self.cells.len() + self.stride, Cell::UNKNOWN);
        }
        number as u16
    }

    /// Finds out what a state does with a class, or, where that says to ask, with how the
    /// token stands to spans.
    #[cold]
    fn fill(
        &mut self,
        state: u16,
        (class, stands): (u8, Option<(u16, u8)>),
        pattern: &PatternProgram,
    ) -> Cell {
        let letter = (class, stands.map(|(_, stands)| stands));
        let (mut tokens, mut spans, mut ends) = (Vec::new(), Vec::new(), false);
        let mut open: Vec<Pc> = self.states[usize::from(state)].to_vec();
        let mut seen: Vec<bool> = vec![false; pattern.insts.len()];
        let is_end = class == END;
        let mut is_to_be_asked = false;
        let mut meets = |test: u32| {
            let (is_met, asks) = self.meets(letter, test as usize, pattern);
            is_to_be_asked |= asks;
            is_met
        };
        while let Some(pc) = open.pop() {
            if std::mem::replace(&mut seen[pc as usize], true) {
                continue;
            }
            match &pattern.insts[pc as usize] {
                Inst::Match => ends = true,
                Inst::Token { test, next } => {
                    if meets(*test) != Some(false) {
                        tokens.push(*next);
                    }
                }
                Inst::Gap { next } if !is_end => tokens.push(*next),
                Inst::Gap { .. } => {}
                Inst::Span { .. } if !is_end => spans.push(pc),
                Inst::Span { .. } => {}
                Inst::Split(one, other) => open.extend([one.to, other.to]),
                Inst::Look { start, negative, next } => {
                    let is_ahead = !pattern.backward[*start as usize];
                    match pattern.single(*start) {
                        Some(test) if is_ahead => {
                            if meets(test) != Some(*negative) {
                                open.push(*next);
                            }
                        }
                        // What must follow a match is as good as the end of it.
                        None if is_ahead && !negative && pattern.is_over(*next) => open.push(*start),
                        _ => open.push(*next),
                    }
                }
                Inst::SameSentence(next)
                | Inst::Open(_, next)
                | Inst::Close(_, next)
                | Inst::Assert(_, next) => open.push(*next),
            }
        }
        let cell = if is_to_be_asked {
            self.is_full |= self.asked.len() > MOST_ASKED;
            let block = (self.asked.len() >> self.standings.len()) as u16;
            self.grow(1 << self.standings.len());
            self.asked.resize(self.asked.len() + (1 << self.standings.len()), Cell::UNKNOWN);
            Cell { token: ASK, spans: block }
        } else if ends {
            Cell { token: MATCH, spans: NONE }
        } else {
            Cell {
                token: if tokens.is_empty() { NONE } else { self.state(tokens) },
                spans: if spans.is_empty() { NONE } else { self.set(spans) },
            }
        };
        match stands {
            None => self.cells[usize::from(state) * self.stride + usize::from(class)] = cell,
            Some((block, stands)) => {
                let place = self.place(block, stands);
                self.asked[place] = cell;
            }
        }
        cell
    }

    /// The number of a set of places that consume a span.
    fn set(&mut self, mut places: Vec<Pc>) -> u16 {
        places.sort_unstable();
        let (known, size) = (self.spans.len(), places.len());
        let entry = self.spans.entry(places.into());
        let number = entry.index() as u16;
        entry.or_default();
        if self.spans.len() > known {
            self.grow(size);
        }
        number
    }

    /// The state behind a span, if one of a set of places consumes it.
    #[inline]
    fn behind(&mut self, spans: u16, laid: &Laid, pattern: &PatternProgram, letters: &Letters<'_>) -> u16 {
        let behind = &self.spans[spans as usize];
        match behind.by_type.get(usize::from(laid.label.0)) {
            None | Some(&UNKNOWN) => self.pass(spans, laid, pattern, letters),
            Some(&state) if state > ASK => state,
            Some(&asks) if asks > ASK - QUESTIONS => self.ask((spans, ASK - asks), laid, pattern, letters),
            Some(&state) => state,
        }
    }

    /// The state behind a span that is asked something.
    fn ask(
        &mut self,
        (spans, questions): (u16, u16),
        laid: &Laid,
        pattern: &PatternProgram,
        letters: &Letters<'_>,
    ) -> u16 {
        let Questions { places, states } = &self.spans[spans as usize].questions[questions as usize];
        let mut answers = 0;
        for (bit, &pc) in places.iter().enumerate() {
            if let Inst::Span { test: Some(test), .. } = &pattern.insts[pc as usize] {
                answers |= usize::from(span_meets(test, laid.id, letters)) << bit;
            }
        }
        if states[answers] != UNKNOWN {
            return states[answers];
        }
        let refusing = places.iter().enumerate().filter(|(bit, _)| answers >> bit & 1 == 0);
        let refusing: Vec<Pc> = refusing.map(|(_, pc)| *pc).collect();
        let state = self.after(spans, laid.label, &refusing, pattern);
        self.spans[spans as usize].questions[questions as usize].states[answers] = state;
        state
    }

    /// The state behind a span of a type that was not met here before.
    #[cold]
    fn pass(&mut self, spans: u16, laid: &Laid, pattern: &PatternProgram, letters: &Letters<'_>) -> u16 {
        let Some((places, behind)) = self.spans.get_index(spans as usize) else { return NONE };
        let asks = |pc: &&Pc| match &pattern.insts[**pc as usize] {
            Inst::Span { types, test, .. } => types.contains(&laid.label) && test.is_some(),
            _ => false,
        };
        let places: Vec<Pc> = places.iter().filter(asks).copied().take(MOST_QUESTIONS).collect();
        let number = behind.questions.len() as u16;
        let asks = !places.is_empty() && number < QUESTIONS;
        let state = if asks { ASK - number } else { self.after(spans, laid.label, &[], pattern) };
        let behind = &mut self.spans[spans as usize];
        let at = usize::from(laid.label.0);
        if behind.by_type.len() <= at {
            behind.by_type.resize(at + 1, UNKNOWN);
        }
        behind.by_type[at] = state;
        if asks {
            let states = vec![UNKNOWN; 1 << places.len()];
            behind.questions.push(Questions { places, states });
            return self.ask((spans, number), laid, pattern, letters);
        }
        state
    }

    /// The state behind a span of a type that some places refuse.
    fn after(&mut self, spans: u16, label: TypeId, refusing: &[Pc], pattern: &PatternProgram) -> u16 {
        let Some((places, _)) = self.spans.get_index(spans as usize) else { return NONE };
        let mut states = Vec::new();
        for &pc in places {
            match &pattern.insts[pc as usize] {
                Inst::Span { types, next, .. } if types.contains(&label) && !refusing.contains(&pc) => {
                    states.push(*next);
                }
                _ => {}
            }
        }
        if states.is_empty() { NONE } else { self.state(states) }
    }

    /// Whether a letter meets a test, as far as a scout can tell, and whether it is to
    /// be asked how the token stands to spans.
    fn meets(
        &self,
        (class, stands): (u8, Option<u8>),
        test: usize,
        pattern: &PatternProgram,
    ) -> (Option<bool>, bool) {
        if class == END || self.met[usize::from(class)][1 + test / 64] >> (test % 64) & 1 == 0 {
            return (Some(false), false);
        }
        match pattern.tests[test].rest.as_deref() {
            None => (Some(true), false),
            Some(rest) if self.standings.is_empty() || stands.is_some() => {
                (self.decide(rest, stands.unwrap_or_default()), false)
            }
            Some(_) => (None, true),
        }
    }

    /// What is known of a test on how a token stands to spans.
    fn decide(&self, test: &TokenTest, stands: u8) -> Option<bool> {
        match test {
            TokenTest::Any => Some(true),
            TokenTest::Not(inner) => self.decide(inner, stands).map(|is_met| !is_met),
            TokenTest::And(list) => self.settled(list, stands, false),
            TokenTest::Or(list) => self.settled(list, stands, true),
            TokenTest::Standing(standing, types) => self
                .standings
                .iter()
                .position(|asked| asked.is(*standing, types))
                .map(|bit| stands >> bit & 1 == 1),
            TokenTest::Class(_) | TokenTest::Form(_) | TokenTest::Line(_) | TokenTest::Column(_) => None,
        }
    }

    /// The answer that one part settles, or else that all others give.
    fn settled(&self, list: &[TokenTest], stands: u8, by: bool) -> Option<bool> {
        let answers = || list.iter().map(|part| self.decide(part, stands));
        match answers().any(|answer| answer == Some(by)) {
            true => Some(by),
            false => answers().all(|answer| answer.is_some()).then_some(!by),
        }
    }
}

/// What consumes a span in a pattern that is nothing but one span or another.
fn lone(pattern: &PatternProgram) -> Option<Vec<Pc>> {
    let mut spans = Vec::new();
    let mut open = vec![pattern.start];
    while let Some(pc) = open.pop() {
        match &pattern.insts[pc as usize] {
            Inst::Split(first, second) => open.extend([second.to, first.to]),
            Inst::Span { next, .. } if matches!(pattern.insts[*next as usize], Inst::Match) => spans.push(pc),
            _ => return None,
        }
    }
    Some(spans)
}

/// Gathers what a test asks about the spans around a token.
fn gather(test: &TokenTest, standings: &mut Vec<Asked>) {
    match test {
        TokenTest::Not(inner) => gather(inner, standings),
        TokenTest::And(list) | TokenTest::Or(list) => list.iter().for_each(|part| gather(part, standings)),
        TokenTest::Standing(standing, types) => {
            if !standings.iter().any(|asked| asked.is(*standing, types)) {
                standings.push(Asked { standing: *standing, types: types.clone() });
            }
        }
        TokenTest::Any
        | TokenTest::Class(_)
        | TokenTest::Form(_)
        | TokenTest::Line(_)
        | TokenTest::Column(_) => {}
    }
}
