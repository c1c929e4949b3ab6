//! Matches one pattern: leftmost, then as the pattern prefers, in linear time.
//!
//! The search walks the pattern depth first, in the order of its preferences,
//! over the tokens and spans of one line. Whether the rest of a pattern can
//! match from a token does not depend on how one came there, so each pair of
//! instruction and token is entered at most once: a pair that failed fails for
//! good, whatever start leads to it. (Only places to which several ways lead are
//! kept in mind: others are entered as often as what leads to them.) Where the
//! way parts, a look at the next token shuts what it rules out. All searches of a rule in a line
//! therefore cost O(instructions × (tokens + spans)) together, plus the length
//! of the matches; nothing the pattern says can make it worse.

use crate::doc::schema::{Anchor, BindingId, TypeId};
use crate::prep::Class;
use crate::program::{First, Inst, NO_JOIN, PatternProgram, PatternTest, Pc, TokenTest, Way};

use smallvec::SmallVec;

use super::candidate::CandidateId;
use super::conditions::span_meets;
use super::forms::FormTable;
use super::lattice::{Laid, Letters};
use super::note::Note;
use super::trace::{Stop, Trace};

/// A way on from one place of a pattern and a line to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The next instruction, and the token before which the match stands.
    pub(super) to: (Pc, u32),
    /// What is noted on the way.
    pub(super) note: Option<Note>,
}

/// A token that may be consumed next, with the answers of its kind to all tests.
#[derive(Clone, Copy)]
struct Next<'a> {
    at: u32,
    answers: &'a [u64],
}

/// A place in the search that is still to be tried.
#[derive(Clone, Copy, Debug)]
struct Job {
    pc: Pc,
    token: u32,
    notes: u32,
    path: u32,
    letter: Option<(Option<BindingId>, CandidateId)>,
}

/// The buffers of a search, reused.
#[derive(Debug, Default)]
pub(super) struct MatchScratch {
    /// One bit for each instruction to which several ways lead and each place
    /// between tokens of the line.
    seen: Vec<u64>,
    jobs: Vec<Job>,
    /// Such pairs on the way to the current place.
    path: Vec<(u32, u32)>,
    /// What was noted on the way; the captures of a match.
    pub(super) notes: Vec<Note>,
}

/// One pattern at work in one line.
pub(super) struct Matcher<'a, 'l, T> {
    trace: &'a mut T,
    program: &'a PatternProgram,
    letters: &'a Letters<'l>,
    forms: &'a FormTable,
    scratch: &'a mut MatchScratch,
    /// First token, and one past the last, that a match may hold.
    first: u32,
    last: u32,
    /// Whether the scratch still holds what another search has seen.
    stale: bool,
}

impl<'a, 'l, T: Trace> Matcher<'a, 'l, T> {
    /// Prepares the search of tokens `first..last`.
    pub(super) fn new(
        program: &'a PatternProgram,
        letters: &'a Letters<'l>,
        forms: &'a FormTable,
        scratch: &'a mut MatchScratch,
        range: (u32, u32),
        trace: &'a mut T,
    ) -> Self {
        Self { trace, program, letters, forms, scratch, first: range.0, last: range.1, stale: true }
    }

    /// Forgets what failed. O(instructions × tokens / 64).
    fn clear(&mut self) {
        self.stale = false;
        let places = (self.last - self.first) as usize + 1;
        self.scratch.seen.clear();
        self.scratch.seen.resize((self.program.joins as usize * places).div_ceil(64), 0);
    }

    /// Whether a match may begin at a token. Cheap, and never wrongly no.
    #[inline]
    pub(super) fn may_begin(&self, start: u32) -> bool {
        let first = &self.program.first;
        first.nothing || self.admits::<false>(first, self.told(start))
    }

    /// Whether a way is open, by a look at the next token.
    #[inline]
    fn may_go<const BACK: bool>(&self, way: Way, next: Option<Next<'_>>) -> bool {
        let head = &self.program.heads[way.head as usize];
        head.nothing || next.is_some_and(|next| self.admits::<BACK>(head, next))
    }

    #[inline]
    fn admits<const BACK: bool>(&self, first: &First, Next { at, answers }: Next<'_>) -> bool {
        first.kind.is_in(answers) || (!first.types.is_empty() && self.begins::<BACK>(&first.types, at))
    }

    /// The token that would be consumed next, and what its kind answers.
    #[inline]
    fn next<const BACK: bool>(&self, token: u32) -> Option<Next<'a>> {
        self.ahead::<BACK>(token).map(|at| self.told(at))
    }

    #[inline]
    fn told(&self, at: u32) -> Next<'a> {
        Next { at, answers: self.forms.kinds().answers(self.letters.kinds[at as usize]) }
    }

    /// The spans that begin with a token, or end with it.
    #[inline]
    fn at<const BACK: bool>(&self, token: u32) -> &'l [Laid] {
        let lattice = self.letters.lattice;
        if BACK { lattice.ending(token as usize) } else { lattice.starting(token as usize) }
    }

    fn begins<const BACK: bool>(&self, types: &[TypeId], at: u32) -> bool {
        self.at::<BACK>(at).iter().any(|laid| types.contains(&laid.label))
    }

    /// The end of the preferred match that begins at `start`. What it bound is
    /// in the notes until the next call.
    pub(super) fn match_at(&mut self, start: u32) -> Option<u32> {
        self.scratch.notes.clear();
        self.scratch.path.clear();
        if T::ON {
            // What failed from an earlier start is to be seen again.
            self.stale = true;
            self.trace.begins(start);
        }
        self.run(self.program.start, start)
    }

    /// The same for a pattern that is nothing but one span or another: `spans` are what
    /// consumes them, in the order of preference.
    pub(super) fn match_span(&mut self, spans: &[Pc], start: u32) -> Option<u32> {
        for &pc in spans {
            let Inst::Span { binding, .. } = &self.program.insts[pc as usize] else { continue };
            let found = self.spans::<false>(pc, start).next();
            if let Some((end, id)) = found {
                self.scratch.notes.clear();
                self.scratch.notes.push(Note::Span(*binding, id));
                return Some(end);
            }
        }
        None
    }

    /// Where the pattern begins.
    pub(super) fn start(&self) -> Pc {
        self.program.start
    }

    /// Whether a match ends here.
    pub(super) fn is_match(&self, pc: Pc) -> bool {
        matches!(self.program.insts[pc as usize], Inst::Match)
    }

    /// Every way on from a place, in the order of preference.
    pub(super) fn steps(&mut self, pc: Pc, token: u32, out: &mut SmallVec<[Step; 4]>) {
        let program = self.program;
        let mut go = |pc: Pc, token: u32, note: Option<Note>| out.push(Step { to: (pc, token), note });
        match &program.insts[pc as usize] {
            Inst::Match => {}
            Inst::Split(first, second) => {
                go(first.to, token, None);
                go(second.to, token, None);
            }
            Inst::Open(binding, next) => go(*next, token, Some(Note::Open(*binding, token))),
            Inst::Close(binding, next) => go(*next, token, Some(Note::Close(*binding, token))),
            Inst::Span { binding, next, .. } => {
                let fits = |(to, id)| go(*next, to, Some(Note::Span(*binding, id)));
                match program.backward[pc as usize] {
                    true => self.spans::<true>(pc, token).for_each(fits),
                    false => self.spans::<false>(pc, token).for_each(fits),
                }
            }
            Inst::Token { next, .. }
            | Inst::Gap { next }
            | Inst::SameSentence(next)
            | Inst::Assert(_, next)
            | Inst::Look { next, .. } => {
                let beyond = match program.backward[pc as usize] {
                    true => self.consume::<true>(pc, token),
                    false => self.consume::<false>(pc, token),
                };
                if let Some(token) = beyond {
                    go(*next, token, None);
                }
            }
        }
    }

    /// What the last match noted.
    pub(super) fn notes(&self) -> &[Note] {
        &self.scratch.notes
    }

    /// Hands what the last match noted, and the watcher, to someone else.
    pub(super) fn noted<R>(&mut self, then: impl FnOnce(&[Note], &mut T) -> R) -> R {
        then(&self.scratch.notes, self.trace)
    }

    /// Walks from a place until the part of the program ends with a match.
    fn run(&mut self, pc: Pc, token: u32) -> Option<u32> {
        if self.stale {
            self.clear();
        }
        // A part runs in one direction; the looks around in it are parts of their own.
        match self.program.backward[pc as usize] {
            true => self.run_to::<true>(pc, token),
            false => self.run_to::<false>(pc, token),
        }
    }

    fn run_to<const BACK: bool>(&mut self, pc: Pc, token: u32) -> Option<u32> {
        let (bottom, path) = (self.scratch.jobs.len(), self.scratch.path.len());
        let mut end = self.walk::<BACK>(pc, token);
        while end.is_none() && self.scratch.jobs.len() > bottom {
            let Some(job) = self.scratch.jobs.pop() else { break };
            self.scratch.notes.truncate(job.notes as usize);
            self.scratch.path.truncate(job.path as usize);
            if let Some((binding, span)) = job.letter {
                self.scratch.notes.push(Note::Span(binding, span));
            }
            end = self.walk::<BACK>(job.pc, job.token);
        }
        if end.is_some() {
            self.scratch.jobs.truncate(bottom);
            self.forget(path);
        }
        end
    }

    /// Follows the first choice everywhere, and leaves the others for later.
    fn walk<const BACK: bool>(&mut self, mut pc: Pc, mut token: u32) -> Option<u32> {
        let program = self.program;
        let mut next = self.next::<BACK>(token);
        loop {
            if !self.enter(pc, token) {
                return None;
            }
            match &program.insts[pc as usize] {
                Inst::Match => return Some(token),
                Inst::Token { next: then, .. }
                | Inst::Gap { next: then }
                | Inst::SameSentence(then)
                | Inst::Assert(_, then)
                | Inst::Look { next: then, .. } => {
                    let Some(beyond) = self.consume::<BACK>(pc, token) else {
                        self.stops(pc, token);
                        return None;
                    };
                    if beyond != token {
                        token = beyond;
                        next = self.next::<BACK>(token);
                    }
                    pc = *then;
                }
                Inst::Span { .. } => {
                    self.push_spans::<BACK>(pc, token);
                    return None;
                }
                Inst::Split(first, second) => {
                    // A watcher sees where the ways end that are shut.
                    let (one, other) = match T::ON {
                        true => (true, true),
                        false => (self.may_go::<BACK>(*first, next), self.may_go::<BACK>(*second, next)),
                    };
                    if !one && !other {
                        return None;
                    }
                    if one && other {
                        self.push(second.to, token, None);
                    }
                    pc = if one { first.to } else { second.to };
                }
                Inst::Open(binding, next) => {
                    self.scratch.notes.push(Note::Open(*binding, token));
                    pc = *next;
                }
                Inst::Close(binding, next) => {
                    self.scratch.notes.push(Note::Close(*binding, token));
                    pc = *next;
                }
            }
        }
    }

    /// Tells a watcher that this way goes no further.
    fn stops(&mut self, pc: Pc, token: u32) {
        if T::ON {
            self.trace.stops(Stop {
                pattern: self.program,
                pc,
                token,
                last: self.last,
                notes: &self.scratch.notes,
                letters: self.letters,
                forms: self.forms,
            });
        }
    }

    /// Where the match stands after an instruction that consumes a token or
    /// looks at the place; nothing where it fails.
    #[inline(always)]
    fn consume<const BACK: bool>(&mut self, pc: Pc, token: u32) -> Option<u32> {
        let program = self.program;
        match &program.insts[pc as usize] {
            Inst::Token { test, .. } => {
                let at = self.ahead::<BACK>(token)?;
                self.meets(&program.tests[*test as usize], at).then(|| beyond::<BACK>(at))
            }
            Inst::Gap { .. } => {
                let at = self.ahead::<BACK>(token)?;
                let crosses = at > self.first && self.letters.has(at as usize, Class::SENTENCE_START);
                (!crosses).then(|| beyond::<BACK>(at))
            }
            Inst::SameSentence(_) => {
                let inside = token > self.first && token < self.last;
                let crosses = inside && self.letters.has(token as usize, Class::SENTENCE_START);
                (!crosses).then_some(token)
            }
            Inst::Assert(anchor, _) => self.stands_at(*anchor, token).then_some(token),
            Inst::Look { start, negative, .. } => {
                if let (false, Some(test)) = (T::ON, program.single(*start)) {
                    let at = match program.backward[*start as usize] {
                        true => self.ahead::<true>(token),
                        false => self.ahead::<false>(token),
                    };
                    let test = &program.tests[test as usize];
                    let found = at.is_some_and(|at| self.meets(test, at));
                    return (found != *negative).then_some(token);
                }
                let (notes, path) = (self.scratch.notes.len(), self.scratch.path.len());
                if T::ON {
                    self.trace.looks(true);
                }
                let found = self.run(*start, token).is_some();
                if T::ON {
                    self.trace.looks(false);
                }
                self.scratch.notes.truncate(notes);
                self.scratch.path.truncate(path);
                (found != *negative).then_some(token)
            }
            Inst::Span { .. } | Inst::Split(..) | Inst::Open(..) | Inst::Close(..) | Inst::Match => None,
        }
    }

    /// Whether a token meets a test. A watcher is served the plain way.
    #[inline]
    fn meets(&self, test: &PatternTest, at: u32) -> bool {
        let at = at as usize;
        if T::ON {
            return passes(&test.whole, at, self.letters, self.forms);
        }
        self.forms.kinds().meets(self.letters.kinds[at], test.kind)
            && test.rest.as_ref().is_none_or(|rest| passes(rest, at, self.letters, self.forms))
    }

    /// Marks a pair as entered; says whether it is the first time.
    #[inline]
    fn enter(&mut self, pc: Pc, token: u32) -> bool {
        let join = self.program.join_of[pc as usize];
        if join == NO_JOIN {
            return true;
        }
        let (word, bit) = self.place(join, token);
        let fresh = self.scratch.seen[word] & bit == 0;
        self.scratch.seen[word] |= bit;
        if fresh {
            self.scratch.path.push((join, token));
        }
        fresh
    }

    /// Pairs that led to a match did not fail: they may be entered again.
    fn forget(&mut self, from: usize) {
        for index in from..self.scratch.path.len() {
            let (join, token) = self.scratch.path[index];
            let (word, bit) = self.place(join, token);
            self.scratch.seen[word] &= !bit;
        }
    }

    fn place(&self, join: u32, token: u32) -> (usize, u64) {
        let places = (self.last - self.first) as usize + 1;
        let index = join as usize * places + (token - self.first) as usize;
        (index / 64, 1 << (index % 64))
    }

    fn push(&mut self, pc: Pc, token: u32, letter: Option<(Option<BindingId>, CandidateId)>) {
        let (notes, path) = (self.scratch.notes.len() as u32, self.scratch.path.len() as u32);
        self.scratch.jobs.push(Job { pc, token, notes, path, letter });
    }

    /// Leaves a job for each span that the instruction may consume, so that
    /// the longest is tried first.
    fn push_spans<const BACK: bool>(&mut self, pc: Pc, token: u32) {
        let Inst::Span { binding, next, .. } = &self.program.insts[pc as usize] else { return };
        let first = self.scratch.jobs.len();
        let found: SmallVec<[(u32, CandidateId); 4]> = self.spans::<BACK>(pc, token).collect();
        for &(to, id) in found.iter().rev() {
            self.push(*next, to, Some((*binding, id)));
        }
        if self.scratch.jobs.len() == first {
            self.stops(pc, token);
        }
    }

    /// The spans that the instruction may consume, the longest first, each
    /// with the place behind it.
    fn spans<const BACK: bool>(&self, pc: Pc, token: u32) -> impl Iterator<Item = (u32, CandidateId)> {
        let (first, last, letters) = (self.first, self.last, self.letters);
        let (types, test, at) = match (&self.program.insts[pc as usize], self.ahead::<BACK>(token)) {
            (Inst::Span { types, test, .. }, Some(at)) => (&**types, test.as_deref(), self.at::<BACK>(at)),
            _ => (&[][..], None, &[][..]),
        };
        let fits = move |laid: &&Laid| {
            types.contains(&laid.label)
                && laid.tokens.0 >= first
                && laid.tokens.1 <= last
                && test.is_none_or(|test| span_meets(test, laid.id, letters))
        };
        let beyond = |laid: &Laid| (if BACK { laid.tokens.0 } else { laid.tokens.1 }, laid.id);
        at.iter().filter(fits).map(beyond)
    }

    /// The token that would be consumed next.
    #[inline]
    fn ahead<const BACK: bool>(&self, token: u32) -> Option<u32> {
        if BACK { (token > self.first).then(|| token - 1) } else { (token < self.last).then_some(token) }
    }

    fn stands_at(&self, anchor: Anchor, token: u32) -> bool {
        let letters = self.letters;
        let starts = |class| letters.tokens.get(token as usize).is_none_or(|t| t.class.contains(class));
        let ends = |class| token == 0 || letters.tokens[token as usize - 1].class.contains(class);
        match anchor {
            Anchor::LineStart => starts(Class::LINE_START),
            Anchor::LineEnd => ends(Class::LINE_END),
            Anchor::SentenceStart => starts(Class::SENTENCE_START),
            Anchor::SentenceEnd => ends(Class::SENTENCE_END),
        }
    }
}

/// The place after consuming token `at`.
#[inline]
fn beyond<const BACK: bool>(at: u32) -> u32 {
    if BACK { at } else { at + 1 }
}

/// Whether a token meets a test where it stands.
#[inline]
pub(super) fn passes(test: &TokenTest, token: usize, letters: &Letters<'_>, forms: &FormTable) -> bool {
    match test {
        TokenTest::Any => true,
        TokenTest::Not(inner) => !passes(inner, token, letters, forms),
        TokenTest::And(list) => list.iter().all(|part| passes(part, token, letters, forms)),
        TokenTest::Or(list) => list.iter().any(|part| passes(part, token, letters, forms)),
        TokenTest::Class(bits) => letters.tokens[token].class.bits() & bits == *bits,
        TokenTest::Form(id) => forms.meets(letters.forms[token], *id),
        TokenTest::Line(test) => {
            let line = letters.line_of(token as u32) as i64 + 1;
            test.holds(line) || test.holds(line - 1 - letters.lines.len() as i64)
        }
        TokenTest::Standing(standing, types) => {
            let stands = |&label: &_| letters.lattice.stands(token, *standing, label);
            types.iter().any(stands)
        }
        TokenTest::Column(check) => letters.columns.passes(*check, token),
    }
}
