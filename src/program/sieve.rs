//! [`Sieve`]: which of many expressions may occur in a line, told by two passes.
//!
//! Searching each expression alone costs a pass over the line for each; a joint
//! search for the leftmost match lets expressions hide each other's matches.
//! The sieve only says which expressions are worth searching, and leaves the
//! matches themselves to those, each alone. It may say yes too often, never no
//! wrongly. Most expressions cannot match without some letters: one search for all
//! of those opens them, or the tokens that hold them. For the rest one lazily built
//! automaton reports every expression of which a match ends anywhere.

use std::fmt;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex_automata::hybrid::dfa::{Cache, Config, DFA};
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input, MatchKind, PatternSet};
use regex_syntax::hir::Hir;

use super::bits;
use super::starts::{Beginning, BeginningScratch, Words};

/// The automata of some expressions. Immutable; see [`SieveScratch`].
pub struct Sieve {
    letters: LetterGates,
    shapes: ShapeGates,
    /// How many expressions there are.
    count: usize,
}

/// Opens expressions by letters without which they cannot match.
pub struct LetterGate {
    /// Finds the letters, overlaps included.
    pub finder: AhoCorasick,
    /// For each of them the expressions that it opens.
    pub opens: Vec<Box<[u32]>>,
}

impl LetterGate {
    /// Shows the expressions that a text opens, some perhaps more than once. O(n).
    pub fn each(&self, text: &str, mut visit: impl FnMut(&[u32])) {
        for hit in self.finder.find_overlapping_iter(text) {
            visit(&self.opens[hit.pattern().as_usize()]);
        }
    }
}

/// What opens expressions by the forms of tokens, in lines of ASCII.
pub struct WordGate {
    letters: Option<LetterGate>,
    /// Expressions, each with what tells in which tokens its matches may begin.
    beginnings: Vec<(u32, Beginning)>,
}

/// What one thread needs to ask a [`WordGate`]: one for each beginning.
#[derive(Debug, Default)]
pub struct WordScratch(Vec<BeginningScratch>);

impl WordGate {
    /// Nothing where it would open nothing.
    #[must_use]
    pub fn new(letters: Option<LetterGate>, beginnings: Vec<(u32, Beginning)>) -> Option<Self> {
        (letters.is_some() || !beginnings.is_empty()).then_some(Self { letters, beginnings })
    }

    /// Shows the expressions that a token of this form opens, some perhaps more than once.
    pub fn each(&self, form: &str, scratch: &mut WordScratch, mut visit: impl FnMut(&[u32])) {
        if let Some(letters) = &self.letters {
            letters.each(form, &mut visit);
        }
        scratch.0.resize_with(self.beginnings.len(), BeginningScratch::default);
        for ((index, beginning), scratch) in self.beginnings.iter().zip(&mut scratch.0) {
            if beginning.may_be_in(form, scratch) {
                visit(&[*index]);
            }
        }
    }
}

/// The same letters, looked for in two ways.
///
/// No token ends between two letters, or two digits, of ASCII. So in lines of ASCII
/// such a row is within a token, and which tokens hold it is told once a form.
#[derive(Default)]
pub struct LetterGates {
    /// For whole lines.
    pub all: Option<LetterGate>,
    /// For tokens of a line of ASCII.
    pub words: Option<WordGate>,
    /// For such a line itself: what no token alone can tell.
    pub beyond_words: Option<LetterGate>,
}

/// Bytes of states for each expression, and the most and fewest of all.
const CACHE_EACH: usize = 320 << 10;
const CACHE_LEAST: usize = 4 << 20;
const CACHE_MOST: usize = 512 << 20;

/// Places of a line from which expressions are asked for.
const MOST_PLACES: usize = 64;

/// Opens expressions by what they match, more or less: reports each of which a match
/// ends anywhere. Built when the first line asks it.
pub struct ShapeGate {
    expressions: Vec<Hir>,
    /// The place of each of them among all.
    opens: Vec<u32>,
    /// Nothing where it is too large: then it opens everything.
    automaton: OnceLock<Option<DFA>>,
}

impl ShapeGate {
    /// A gate for expressions that stand at these places among all.
    #[must_use]
    pub fn new(expressions: Vec<Hir>, opens: Vec<u32>) -> Self {
        Self { expressions, opens, automaton: OnceLock::new() }
    }

    fn automaton(&self) -> Option<&DFA> {
        self.automaton.get_or_init(|| self.build()).as_ref()
    }

    fn build(&self) -> Option<DFA> {
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().which_captures(thompson::WhichCaptures::None))
            .build_many_from_hir(&self.expressions)
            .ok()?;
        let cache = (self.opens.len() * CACHE_EACH).clamp(CACHE_LEAST, CACHE_MOST);
        let config =
            Config::new().match_kind(MatchKind::All).cache_capacity(cache).skip_cache_capacity_check(true);
        DFA::builder().configure(config).build_from_nfa(nfa).ok()
    }

    /// Shows the expressions that a line opens. O(n) once the states are known.
    fn each(
        &self,
        line: &str,
        (cache, found): (&mut Option<Cache>, &mut PatternSet),
        visit: impl FnMut(&[u32]),
    ) {
        self.each_of(std::iter::once(Input::new(line)), (cache, found), visit);
    }

    /// The same for expressions of which a match begins at one of some places: of all of
    /// them where those are very many, for a look may go to the end of the line.
    fn each_from(
        &self,
        line: &str,
        places: impl Iterator<Item = usize> + Clone,
        (cache, found): (&mut Option<Cache>, &mut PatternSet),
        mut visit: impl FnMut(&[u32]),
    ) {
        if places.clone().nth(MOST_PLACES).is_some() {
            return visit(&self.opens);
        }
        let from = |place| Input::new(line).range(place..).anchored(Anchored::Yes);
        self.each_of(places.map(from), (cache, found), visit);
    }

    fn each_of<'h>(
        &self,
        mut inputs: impl Iterator<Item = Input<'h>>,
        (cache, found): (&mut Option<Cache>, &mut PatternSet),
        mut visit: impl FnMut(&[u32]),
    ) {
        let Some(automaton) = self.automaton() else { return visit(&self.opens) };
        let cache = cache.get_or_insert_with(|| automaton.create_cache());
        found.clear();
        // It gives up only where it may have missed something.
        match inputs.try_for_each(|input| automaton.try_which_overlapping_matches(cache, &input, found)) {
            Ok(()) => found.iter().for_each(|id| visit(&self.opens[id.as_usize()..=id.as_usize()])),
            Err(_) => visit(&self.opens),
        }
    }
}

/// The gates for expressions that no letters open.
///
/// A lazily built automaton that tells Unicode word boundaries gives up at the first
/// byte that is not ASCII. Over ASCII text a boundary is one of ASCII, and classes need
/// no other letters; in other lines boundaries count as met.
#[derive(Default)]
pub struct ShapeGates {
    /// For lines of ASCII whose tokens are asked: what those cannot open either.
    pub plain: Option<ShapeGate>,
    /// The same, where they are so few that each is searched in every such line.
    pub alone: Vec<u32>,
    /// The same, for those that begin with a digit: asked where one stands.
    pub numbers: Option<ShapeGate>,
    /// Whether some of those begin with a digit inside a word.
    pub inside_words: bool,
    /// For other lines of ASCII.
    pub ascii: Option<ShapeGate>,
    /// For all others.
    pub wide: Option<ShapeGate>,
}

impl fmt::Debug for Sieve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sieve").field("count", &self.count).finish_non_exhaustive()
    }
}

/// What one thread needs to run a [`Sieve`]: the states that it has built.
#[derive(Debug)]
pub struct SieveScratch {
    /// For [`ShapeGates`]: plain, ASCII, wide, numbers; made when a line first needs them.
    caches: [Option<Cache>; 4],
    found: PatternSet,
    /// A bit an expression that may occur.
    open: Vec<u64>,
}

impl Sieve {
    /// A sieve for `count` expressions, each of which one of the gates opens.
    #[must_use]
    pub fn new(letters: LetterGates, shapes: ShapeGates, count: usize) -> Self {
        Self { letters, shapes, count }
    }

    /// Whether an expression is opened by letters of its own, in lines of ASCII.
    #[must_use]
    pub fn waits_for_letters(&self, expression: usize) -> bool {
        let ShapeGates { plain, alone, numbers, .. } = &self.shapes;
        let mut others = plain.iter().chain(numbers).flat_map(|gate| &gate.opens).chain(alone);
        !others.any(|index| *index as usize == expression)
    }

    /// What tokens open in lines of ASCII.
    #[must_use]
    pub fn words(&self) -> Option<&WordGate> {
        self.letters.words.as_ref()
    }

    /// Fresh buffers for one thread.
    #[must_use]
    pub fn scratch(&self) -> SieveScratch {
        let ShapeGates { plain, ascii, wide, numbers, .. } = &self.shapes;
        let gates = [plain, ascii, wide, numbers].map(Option::as_ref);
        let most = gates.iter().flatten().map(|gate| gate.opens.len()).max();
        SieveScratch {
            caches: [const { None }; 4],
            found: PatternSet::new(most.unwrap_or(0)),
            open: vec![0; self.count.div_ceil(64)],
        }
    }

    /// The indices of the expressions that may occur in a line, ascending. `words`
    /// shows what the tokens of the line open, each asked by itself through
    /// [`Sieve::words`], and the digits of the line: only for a line that is ASCII as it
    /// was written. Without it the line alone is asked. O(n) once the
    /// automaton knows the states that the text leads to, and in the letters that are
    /// found.
    pub fn open<'s>(
        &self,
        line: &str,
        words: Option<(impl FnOnce(&mut dyn FnMut(&[u32])), &Words)>,
        scratch: &'s mut SieveScratch,
    ) -> impl Iterator<Item = usize> + 's {
        let SieveScratch { caches, found, open } = scratch;
        open.fill(0);
        let mut let_in = |indices: &[u32]| {
            indices.iter().for_each(|index| open[*index as usize / 64] |= 1 << (index % 64));
        };
        let [plain, ascii, wide, numbers] = caches;
        let (letters, shape, cache) = match words {
            Some((by_tokens, words)) => {
                by_tokens(&mut let_in);
                let_in(&self.shapes.alone);
                if let Some(gate) = &self.shapes.numbers {
                    let places = words.digits(self.shapes.inside_words);
                    gate.each_from(line, places, (numbers, found), &mut let_in);
                }
                (&self.letters.beyond_words, &self.shapes.plain, plain)
            }
            None if line.is_ascii() => (&self.letters.all, &self.shapes.ascii, ascii),
            None => (&self.letters.all, &self.shapes.wide, wide),
        };
        if let Some(gate) = letters {
            gate.each(line, &mut let_in);
        }
        if let Some(gate) = shape {
            gate.each(line, (cache, found), &mut let_in);
        }
        bits(open)
    }
}
