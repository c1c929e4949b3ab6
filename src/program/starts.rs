//! [`Starts`]: searches an expression from the words that it may begin with.
//!
//! Most expressions of rules begin at a word: `\b[0-9]+ tons`. A search goes through
//! the whole line for each of them. But in a line of ASCII the words and digits are
//! found once for all expressions, and an expression is tried only where a word begins
//! with one of its first letters, or where a digit stands; most tries end after two or
//! three letters. The matches are the same, for every match begins at such a place,
//! and the first place where one begins is the leftmost. The plain version is the
//! expression's own search.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;
use regex_automata::Anchored;
use regex_automata::hybrid::dfa::{Cache, Config, DFA};
use regex_automata::nfa::thompson::{self, NFA, State};
use regex_automata::util::start;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::prep::{CASE, between};

use super::gates::{narrowed, without_looks};
use super::regexes::CACHE;

/// So many places may be tried in vain before the plain search takes over: an
/// expression without a greatest length could go to the end of the line from each.
const MOST_TRIES: usize = 32;
/// Matches of expressions up to this length, in bytes, are tried everywhere.
const SHORT: usize = 256;

/// Where words begin in a line of ASCII, and where its digits stand.
#[derive(Debug, Default)]
pub struct Words {
    /// Words that begin with no digit: the place of each, and its letter.
    words: Vec<(u32, u8)>,
    /// For each letter of ASCII which of the first [`MARKED`] words begin with it, as bits.
    by_letter: Vec<u64>,
    /// All digits, and whether a word begins there.
    digits: Vec<(u32, bool)>,
}

impl Words {
    /// Finds them, eight bytes at a time: what is neither a digit nor begins a word is
    /// passed over. O(n).
    pub fn read(&mut self, line: &[u8]) {
        self.clear();
        let (eights, rest) = line.as_chunks();
        let mut last = [b' '; 8];
        last[..rest.len()].copy_from_slice(rest);
        // Whether the byte before belongs to a word, in the place of the first.
        let mut before = 0;
        for (at, eight) in (0..).step_by(8).zip(eights) {
            before = self.read_eight(at, *eight, before);
        }
        self.read_eight((line.len() - rest.len()) as u32, last, before);
    }

    /// The same for eight bytes at a place. `before` says whether the byte before them
    /// belongs to a word; whether the last of them does comes back.
    #[inline]
    fn read_eight(&mut self, at: u32, eight: [u8; 8], before: u64) -> u64 {
        let word = u64::from_le_bytes(eight);
        let digits = between(word, b'0', b'9');
        // A letter of either case, or an underscore.
        let letters = between(word | CASE, b'a', b'z') | between(word, b'_', b'_');
        let inside = digits | letters;
        let begins = inside & !(inside << 8 | before);
        let mut words = begins & letters;
        while words != 0 {
            let place = words.trailing_zeros();
            let letter = (word >> (place & 56)) as u8;
            if self.words.len() < MARKED {
                self.by_letter[usize::from(letter)] |= 1 << self.words.len();
            }
            self.words.push((at + place / 8, letter));
            words &= words - 1;
        }
        let mut met = digits;
        while met != 0 {
            let bit = met & met.wrapping_neg();
            self.digits.push((at + met.trailing_zeros() / 8, begins & bit != 0));
            met &= met - 1;
        }
        inside >> 56
    }

    /// The places of the digits: of all, or of those with which words begin.
    pub(super) fn digits(&self, inside_words: bool) -> impl Iterator<Item = usize> + Clone {
        let digits = self.digits.iter().filter(move |(_, begins_word)| inside_words || *begins_word);
        digits.map(|(at, _)| *at as usize)
    }

    /// Forgets them: for a line that has no digits, and whose words nobody asks for.
    pub fn clear(&mut self) {
        self.by_letter.resize(128, 0);
        self.words.drain(..).for_each(|(_, letter)| self.by_letter[usize::from(letter)] = 0);
        self.digits.clear();
    }

    /// Which of the first [`MARKED`] words begin with one of some letters, as bits. O(letters).
    #[inline]
    fn beginning_with(&self, letters: &[u8]) -> u64 {
        letters
            .iter()
            .fold(0, |all, letter| all | self.by_letter.get(usize::from(*letter)).copied().unwrap_or(0))
    }
}

/// Words of a line that are told apart by their letters with no look at each: those of
/// nearly every line.
const MARKED: usize = 64;

/// Whether a line has a digit. O(n), many bytes at a time.
#[must_use]
pub fn has_digits(line: &str) -> bool {
    line.bytes().fold(false, |any, byte| any | byte.is_ascii_digit())
}

/// An expression all of whose matches in ASCII text begin at the beginning of a word,
/// or at a digit.
pub struct Starts {
    at: Place,
    /// The letters of words with which matches begin: as bits, and one by one.
    letters: [u64; 2],
    each_letter: Box<[u8]>,
    is_short: bool,
    expression: Hir,
    /// Nothing where it is too large. Built when first asked.
    automaton: OnceLock<Option<Automaton>>,
}

/// Where the matches of an expression begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At words that begin with one of the letters that a [`Starts`] holds; no digits.
    Words,
    /// At any digit.
    Digits,
    /// At words that begin with a digit.
    NumberWords,
}

impl fmt::Debug for Starts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Starts").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Starts {
    /// The expression, unless its matches may begin elsewhere.
    pub(super) fn new(hir: &Hir) -> Option<Self> {
        let mut letters = Letters::default();
        match first(hir, false, &mut letters)? {
            Way::Consumes => {}
            Way::Passes { .. } => return None,
        }
        let at = match letters {
            Letters { others: [0, 0], is_any_digit: true, .. } => Place::Digits,
            Letters { others: [0, 0], .. } => Place::NumberWords,
            Letters { has_digits: false, .. } => Place::Words,
            Letters { .. } => return None,
        };
        let expression = narrowed(hir);
        let is_short = expression.properties().maximum_len().is_some_and(|most| most <= SHORT);
        let each_letter = (0..128).filter(|letter| is_in(letters.others, *letter)).collect();
        let letters = letters.others;
        Some(Self { at, letters, each_letter, is_short, expression, automaton: OnceLock::new() })
    }

    /// Whether matches begin with a digit.
    #[must_use]
    pub fn begins_with_digit(&self) -> bool {
        self.at != Place::Words
    }

    /// Whether matches begin with any digit, also inside a word.
    #[must_use]
    pub fn begins_inside_words(&self) -> bool {
        self.at == Place::Digits
    }

    /// What tells of a token whether a match may begin there; nothing where matches begin
    /// with digits, or with any word.
    pub(super) fn beginning(&self) -> Option<Beginning> {
        if self.at != Place::Words {
            return None;
        }
        let (letters, expression) = (self.letters, without_looks(&self.expression));
        let beginning = Beginning { letters, expression, automaton: OnceLock::new() };
        let mut scratch = BeginningScratch::default();
        let is_common = COMMON.iter().any(|word| beginning.may_be_in(word, &mut scratch));
        (!is_common).then_some(beginning)
    }

    /// The leftmost match in a line of ASCII that begins at its place number `next` or
    /// later, and not before the byte `from`. `next` is left at the place after its
    /// first; `plain` is the same expression. O(n) for each match, as one search of
    /// `plain` is.
    pub fn find_at(
        &self,
        (line, words): (&str, &Words),
        (next, from): (&mut usize, usize),
        cache: &mut Option<Cache>,
        plain: &Regex,
    ) -> Option<Range<usize>> {
        let mut tries = 0;
        let marked = if self.at == Place::Words { words.beginning_with(&self.each_letter) } else { 0 };
        while let Some(start) = self.place((words, marked), next) {
            if start < from {
                continue;
            }
            let search = || plain.find_at(line, start).map(|found| found.range());
            let Some(automaton) = self.automaton.get_or_init(|| Automaton::new(&self.expression)) else {
                return search();
            };
            if !automaton.ahead.allows(&line.as_bytes()[start + 1..]) {
                continue;
            }
            if tries == MOST_TRIES && !self.is_short {
                return search();
            }
            tries += 1;
            let cache = cache.get_or_insert_with(|| automaton.dfa.create_cache());
            match match_end(&automaton.dfa, cache, line.as_bytes(), start) {
                Some(Some(end)) => return Some(start..end),
                Some(None) => {}
                None => return search(),
            }
        }
        None
    }

    /// The next place at which a match may begin, from the place number `next` on, which
    /// is left at the one after it. `marked` are those of the marked words that fit.
    #[inline]
    fn place(&self, (words, marked): (&Words, u64), next: &mut usize) -> Option<usize> {
        let Words { words, digits, .. } = words;
        let at = match self.at {
            Place::Words => {
                let left = if *next < MARKED { marked & u64::MAX << *next } else { 0 };
                match left {
                    0 => {
                        let from = MARKED.max(*next);
                        let rest = words.get(from..)?;
                        from + rest.iter().position(|(_, letter)| is_in(self.letters, *letter))?
                    }
                    left => left.trailing_zeros() as usize,
                }
            }
            Place::Digits => *next,
            Place::NumberWords => {
                *next + digits.get(*next..)?.iter().position(|(_, begins_word)| *begins_word)?
            }
        };
        *next = at + 1;
        Some(match self.at {
            Place::Words => words.get(at)?.0,
            Place::Digits | Place::NumberWords => digits.get(at)?.0,
        } as usize)
    }
}

/// Whether a letter of ASCII is in a set of them, as bits.
#[inline]
fn is_in(letters: [u64; 2], letter: u8) -> bool {
    letters[usize::from(letter / 64 % 2)] >> (letter % 64) & 1 == 1
}

/// Words that nearly every line has, and some that stand for all words: an expression
/// that may begin with one of them may begin nearly anywhere.
const COMMON: [&str; 14] =
    ["a", "and", "by", "for", "in", "is", "of", "on", "that", "the", "The", "to", "vwxyz", "Vwxyz"];

/// Which tokens of a text of ASCII a match may begin in, told by their form alone.
///
/// No token ends between two letters, or two digits. So a match that begins with a word
/// begins in a token that has that word, and goes on through it; what comes after the
/// token is no letter if it ends with one. It may say yes too often, never no wrongly.
pub struct Beginning {
    /// The first letters of matches, as bits.
    letters: [u64; 2],
    /// The expression, with all looks met.
    expression: Hir,
    /// Nothing where it is too large. Built when first asked.
    automaton: OnceLock<Option<Automaton>>,
}

/// What one thread needs to ask a [`Beginning`].
#[derive(Debug, Default)]
pub struct BeginningScratch {
    words: Words,
    cache: Option<Cache>,
}

impl Beginning {
    /// Whether a match may begin in a token of this form. O(n) once the states are known:
    /// of very many words in it only the first are asked.
    pub fn may_be_in(&self, form: &str, BeginningScratch { words, cache }: &mut BeginningScratch) -> bool {
        let form = form.as_bytes();
        if !form.is_ascii() {
            return false;
        }
        words.read(form);
        let mut places = words.words.iter().filter(|(_, letter)| is_in(self.letters, *letter)).peekable();
        if places.peek().is_none() {
            return false;
        }
        let build = || Automaton::new(&self.expression);
        let Some(Automaton { dfa: automaton, .. }) = self.automaton.get_or_init(build) else { return true };
        let cache = cache.get_or_insert_with(|| automaton.create_cache());
        // An automaton that gives up tells nothing.
        let mut may_begin = |(_, (at, _)): (usize, &(u32, u8))| {
            may_go_on(automaton, cache, &form[*at as usize..]).unwrap_or(true)
        };
        places.enumerate().any(|place| place.0 == MOST_TRIES || may_begin(place))
    }
}

/// Where the match ends that begins at a place, if there is one; nothing where the
/// automaton gives up. What the library's own search does, without what that asks
/// beforehand: most searches end after two or three letters.
fn match_end(automaton: &DFA, cache: &mut Cache, line: &[u8], place: usize) -> Option<Option<usize>> {
    let before = place.checked_sub(1).map(|at| line[at]);
    let start = start::Config::new().look_behind(before).anchored(Anchored::Yes);
    let mut state = automaton.start_state(cache, &start).ok()?;
    let mut end = None;
    for (at, &byte) in (place..).zip(&line[place..]) {
        state = automaton.next_state(cache, state, byte).ok()?;
        if state.is_tagged() {
            // It is told that a match has ended one byte late.
            if state.is_match() {
                end = Some(at);
            } else if state.is_dead() {
                return Some(end);
            } else if state.is_quit() {
                return None;
            }
        }
    }
    let is_match = automaton.next_eoi_state(cache, state).ok()?.is_match();
    Some(if is_match { Some(line.len()) } else { end })
}

/// Whether a match may begin where some letters do that end a token.
fn may_go_on(automaton: &DFA, cache: &mut Cache, letters: &[u8]) -> Option<bool> {
    let mut state = automaton.start_state(cache, &start::Config::new().anchored(Anchored::Yes)).ok()?;
    for &letter in letters {
        state = automaton.next_state(cache, state, letter).ok()?;
        if state.is_match() || state.is_quit() {
            return Some(true);
        }
        if state.is_dead() {
            return Some(false);
        }
    }
    if automaton.next_eoi_state(cache, state).ok()?.is_match() {
        return Some(true);
    }
    let last = letters.last()?;
    for next in 0..128u8 {
        let is_inside = (last.is_ascii_alphabetic() && next.is_ascii_alphabetic())
            || (last.is_ascii_digit() && next.is_ascii_digit());
        if !is_inside && !automaton.next_state(cache, state, next).ok()?.is_dead() {
            return Some(true);
        }
    }
    Some(false)
}

/// The automaton of an expression over ASCII, with what stands before it.
struct Automaton {
    ahead: Ahead,
    dfa: DFA,
}

impl Automaton {
    /// Nothing where it is too large.
    fn new(expression: &Hir) -> Option<Self> {
        let config =
            thompson::Config::new().which_captures(thompson::WhichCaptures::None).nfa_size_limit(None);
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(expression).ok()?;
        let config = Config::new().cache_capacity(CACHE).skip_cache_capacity_check(true);
        let ahead = Ahead::new(&nfa);
        Some(Self { ahead, dfa: DFA::builder().configure(config).build_from_nfa(nfa).ok()? })
    }
}

/// The bytes of ASCII that may be the second and the third of a match, as bits: of two words
/// with the same first letter most are told apart by them, and the tables of an automaton,
/// which are seldom in the cache, are left alone. It may say yes too often, never no
/// wrongly.
struct Ahead([[u64; 2]; 2]);

impl Ahead {
    /// Follows the expression for three bytes, as if all looks were met. O(size).
    fn new(nfa: &NFA) -> Self {
        let mut all = [ANY; 2];
        let mut states = vec![nfa.start_anchored()];
        for depth in 0..=all.len() {
            let (mut next, mut bytes) = (Vec::new(), [0; 2]);
            let mut consume = |trans: &thompson::Transition| {
                next.push(trans.next);
                for byte in trans.start..=trans.end.min(127) {
                    bytes[usize::from(byte / 64)] |= 1 << (byte % 64);
                }
            };
            let (mut seen, mut ends) = (vec![false; nfa.states().len()], false);
            while let Some(state) = states.pop() {
                if std::mem::replace(&mut seen[state.as_usize()], true) {
                    continue;
                }
                match nfa.state(state) {
                    State::ByteRange { trans } => consume(trans),
                    State::Sparse(sparse) => sparse.transitions.iter().for_each(&mut consume),
                    State::Look { next, .. } | State::Capture { next, .. } => states.push(*next),
                    State::Union { alternates } => states.extend(alternates.iter()),
                    State::BinaryUnion { alt1, alt2 } => states.extend([alt1, alt2]),
                    State::Fail => {}
                    // The compiler makes no dense ones; of one anything may be next.
                    State::Match { .. } | State::Dense(_) => ends = true,
                }
            }
            if ends {
                // What follows may be anything, and nothing.
                break;
            }
            if let Some(before) = depth.checked_sub(1) {
                all[before] = bytes;
            }
            states = next;
        }
        Self(all)
    }

    /// Whether what follows the first byte may be that of a match.
    #[inline]
    fn allows(&self, rest: &[u8]) -> bool {
        self.0.iter().enumerate().all(|(at, bytes)| match rest.get(at) {
            Some(byte) => is_in(*bytes, *byte),
            None => *bytes == ANY,
        })
    }
}

/// All bytes of ASCII.
const ANY: [u64; 2] = [u64::MAX; 2];

/// How one gets through the first part of an expression.
enum Way {
    /// By consuming something.
    Consumes,
    /// Perhaps by nothing; whether a boundary is sure to have been passed then.
    Passes { is_bounded: bool },
}

/// The first letters of matches.
#[derive(Default)]
struct Letters {
    /// A bit for each that is no digit.
    others: [u64; 2],
    has_digits: bool,
    /// Whether a match may begin with a digit inside a word.
    is_any_digit: bool,
}

impl Letters {
    /// Adds letters with which matches may begin; nothing if those may stand elsewhere
    /// than where a word begins, and are no digits.
    fn add(&mut self, (from, to): (u8, u8), is_bounded: bool) -> Option<()> {
        for letter in from..=to {
            if letter.is_ascii_digit() {
                self.has_digits = true;
                self.is_any_digit |= !is_bounded;
            } else if is_bounded && (letter.is_ascii_alphabetic() || letter == b'_') {
                self.others[usize::from(letter / 64)] |= 1 << (letter % 64);
            } else {
                return None;
            }
        }
        Some(())
    }
}

/// Gathers the first letters of the matches of an expression, in ASCII text. Nothing
/// where a match may begin elsewhere than at a word or a digit.
fn first(hir: &Hir, is_bounded: bool, letters: &mut Letters) -> Option<Way> {
    match hir.kind() {
        HirKind::Empty => Some(Way::Passes { is_bounded }),
        HirKind::Literal(literal) => match literal.0.first() {
            Some(&letter) if letter.is_ascii() => {
                letters.add((letter, letter), is_bounded).map(|()| Way::Consumes)
            }
            // No text of ASCII holds it.
            Some(_) => Some(Way::Consumes),
            None => Some(Way::Passes { is_bounded }),
        },
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter().filter(|range| range.start().is_ascii());
            for range in ranges {
                letters.add((range.start() as u8, range.end().min('\x7f') as u8), is_bounded)?;
            }
            Some(Way::Consumes)
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Look(look) => {
            let is_boundary = matches!(
                look,
                Look::Start
                    | Look::WordAscii
                    | Look::WordUnicode
                    | Look::WordStartAscii
                    | Look::WordStartUnicode
                    | Look::WordStartHalfAscii
                    | Look::WordStartHalfUnicode
            );
            Some(Way::Passes { is_bounded: is_bounded || is_boundary })
        }
        HirKind::Repetition(repetition) => match first(&repetition.sub, is_bounded, letters)? {
            Way::Consumes if repetition.min > 0 => Some(Way::Consumes),
            Way::Consumes => Some(Way::Passes { is_bounded }),
            Way::Passes { is_bounded: inside } => {
                Some(Way::Passes { is_bounded: inside && (is_bounded || repetition.min > 0) })
            }
        },
        HirKind::Capture(capture) => first(&capture.sub, is_bounded, letters),
        HirKind::Concat(parts) => {
            let mut so_far = is_bounded;
            for part in parts {
                match first(part, so_far, letters)? {
                    Way::Consumes => return Some(Way::Consumes),
                    Way::Passes { is_bounded } => so_far = is_bounded,
                }
            }
            Some(Way::Passes { is_bounded: so_far })
        }
        HirKind::Alternation(parts) => {
            let mut all = Way::Consumes;
            for part in parts {
                all = match (all, first(part, is_bounded, letters)?) {
                    (way, Way::Consumes) | (Way::Consumes, way) => way,
                    (Way::Passes { is_bounded: one }, Way::Passes { is_bounded: other }) => {
                        Way::Passes { is_bounded: one && other }
                    }
                };
            }
            Some(all)
        }
    }
}

#[cfg(test)]
mod tests;
