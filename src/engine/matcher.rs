//! Matches one pattern: leftmost, then as the pattern prefers, in linear time.
//!
//! The search walks the pattern depth first, in the order of its preferences,
//! over the tokens and spans of one line. Whether the rest of a pattern can
//! match from a token does not depend on how one came there, so each pair of
//! instruction and token is entered at most once: a pair that failed fails for
//! good, whatever start leads to it. All searches of a rule in a line
//! therefore cost O(instructions × (tokens + spans)) together, plus the length
//! of the matches; nothing the pattern says can make it worse.

use crate::doc::schema::{Anchor, BindingId};
use crate::prep::Class;
use crate::program::{Inst, PatternProgram, Pc, TokenTest};

use super::candidate::CandidateId;
use super::conditions::span_passes;
use super::forms::FormTable;
use super::lattice::Letters;

/// What the matcher notes on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// It consumed a span, bound to a name or not.
    Span(Option<BindingId>, CandidateId),
    /// A binding begins before this token.
    Open(BindingId, u32),
    /// A binding ends before this token.
    Close(BindingId, u32),
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
    /// One bit for each instruction and place between tokens of the line.
    seen: Vec<u64>,
    jobs: Vec<Job>,
    /// Pairs on the way to the current place.
    path: Vec<(Pc, u32)>,
    /// What was noted on the way; the captures of a match.
    pub(super) notes: Vec<Note>,
}

/// One pattern at work in one line.
pub(super) struct Matcher<'a, 'l> {
    program: &'a PatternProgram,
    letters: &'a Letters<'l>,
    forms: &'a FormTable,
    scratch: &'a mut MatchScratch,
    /// First token, and one past the last, that a match may hold.
    first: u32,
    last: u32,
}

impl<'a, 'l> Matcher<'a, 'l> {
    /// Prepares the search of tokens `first..last`. O(instructions × tokens / 64).
    pub(super) fn new(
        program: &'a PatternProgram,
        letters: &'a Letters<'l>,
        forms: &'a FormTable,
        scratch: &'a mut MatchScratch,
        (first, last): (u32, u32),
    ) -> Self {
        let places = (last - first) as usize + 1;
        scratch.seen.clear();
        scratch.seen.resize((program.insts.len() * places).div_ceil(64), 0);
        Self { program, letters, forms, scratch, first, last }
    }

    /// Whether a match may begin at a token. Cheap, and never wrongly no.
    pub(super) fn may_begin(&self, start: u32) -> bool {
        let (first, letters, at) = (&self.program.first, self.letters, start as usize);
        if first.any {
            return true;
        }
        let class = letters.tokens[at].class.bits();
        if first.classes.iter().any(|bits| class & bits == *bits) {
            return true;
        }
        let answers = self.forms.answers(letters.forms[at]);
        if first.forms.iter().zip(answers).any(|(wanted, answer)| wanted & answer != 0) {
            return true;
        }
        !first.types.is_empty()
            && letters
                .lattice
                .starting(at)
                .iter()
                .any(|id| first.types.contains(&letters.candidates[id.index()].label))
    }

    /// The end of the preferred match that begins at `start`. What it bound is
    /// in the notes until the next call.
    pub(super) fn match_at(&mut self, start: u32) -> Option<u32> {
        self.scratch.notes.clear();
        self.scratch.path.clear();
        self.run(self.program.start, start)
    }

    /// What the last match noted.
    pub(super) fn notes(&self) -> &[Note] {
        &self.scratch.notes
    }

    /// Walks from a place until the part of the program ends with a match.
    fn run(&mut self, pc: Pc, token: u32) -> Option<u32> {
        let (bottom, path) = (self.scratch.jobs.len(), self.scratch.path.len());
        self.push(pc, token, None);
        while self.scratch.jobs.len() > bottom {
            let Some(job) = self.scratch.jobs.pop() else { break };
            self.scratch.notes.truncate(job.notes as usize);
            self.scratch.path.truncate(job.path as usize);
            if let Some((binding, span)) = job.letter {
                self.scratch.notes.push(Note::Span(binding, span));
            }
            if let Some(end) = self.walk(job.pc, job.token) {
                self.scratch.jobs.truncate(bottom);
                self.forget(path);
                return Some(end);
            }
        }
        None
    }

    /// Follows the first choice everywhere, and leaves the others for later.
    fn walk(&mut self, mut pc: Pc, mut token: u32) -> Option<u32> {
        let program = self.program;
        loop {
            if !self.enter(pc, token) {
                return None;
            }
            match &program.insts[pc as usize] {
                Inst::Match => return Some(token),
                Inst::Token { test, next } => {
                    let at = self.ahead(pc, token)?;
                    if !self.passes(&program.tests[*test as usize], at as usize) {
                        return None;
                    }
                    token = self.beyond(pc, at);
                    pc = *next;
                }
                Inst::Gap { next } => {
                    let at = self.ahead(pc, token)?;
                    if at > self.first && self.letters.has(at as usize, Class::SENTENCE_START) {
                        return None;
                    }
                    token = self.beyond(pc, at);
                    pc = *next;
                }
                Inst::SameSentence(next) => {
                    let inside = token > self.first && token < self.last;
                    if inside && self.letters.has(token as usize, Class::SENTENCE_START) {
                        return None;
                    }
                    pc = *next;
                }
                Inst::Span { .. } => {
                    self.push_spans(pc, token);
                    return None;
                }
                Inst::Split(first, second) => {
                    self.push(*second, token, None);
                    pc = *first;
                }
                Inst::Open(binding, next) => {
                    self.scratch.notes.push(Note::Open(*binding, token));
                    pc = *next;
                }
                Inst::Close(binding, next) => {
                    self.scratch.notes.push(Note::Close(*binding, token));
                    pc = *next;
                }
                Inst::Assert(anchor, next) => {
                    if !self.stands_at(*anchor, token) {
                        return None;
                    }
                    pc = *next;
                }
                Inst::Look { start, negative, next } => {
                    let (notes, path) = (self.scratch.notes.len(), self.scratch.path.len());
                    let found = self.run(*start, token).is_some();
                    self.scratch.notes.truncate(notes);
                    self.scratch.path.truncate(path);
                    if found == *negative {
                        return None;
                    }
                    pc = *next;
                }
            }
        }
    }

    /// Marks a pair as entered; says whether it is the first time.
    fn enter(&mut self, pc: Pc, token: u32) -> bool {
        let (word, bit) = self.place(pc, token);
        let fresh = self.scratch.seen[word] & bit == 0;
        self.scratch.seen[word] |= bit;
        if fresh {
            self.scratch.path.push((pc, token));
        }
        fresh
    }

    /// Pairs that led to a match did not fail: they may be entered again.
    fn forget(&mut self, from: usize) {
        for index in from..self.scratch.path.len() {
            let (pc, token) = self.scratch.path[index];
            let (word, bit) = self.place(pc, token);
            self.scratch.seen[word] &= !bit;
        }
    }

    fn place(&self, pc: Pc, token: u32) -> (usize, u64) {
        let places = (self.last - self.first) as usize + 1;
        let index = pc as usize * places + (token - self.first) as usize;
        (index / 64, 1 << (index % 64))
    }

    fn push(&mut self, pc: Pc, token: u32, letter: Option<(Option<BindingId>, CandidateId)>) {
        let (notes, path) = (self.scratch.notes.len() as u32, self.scratch.path.len() as u32);
        self.scratch.jobs.push(Job { pc, token, notes, path, letter });
    }

    /// Leaves a job for each span that the instruction may consume, so that
    /// the longest is tried first.
    fn push_spans(&mut self, pc: Pc, token: u32) {
        let (program, letters) = (self.program, self.letters);
        let Inst::Span { types, test, binding, next } = &program.insts[pc as usize] else { return };
        let backward = program.backward[pc as usize];
        let Some(at) = self.ahead(pc, token) else { return };
        let spans = if backward {
            letters.lattice.ending(at as usize)
        } else {
            letters.lattice.starting(at as usize)
        };
        for &id in spans.iter().rev() {
            let candidate = &letters.candidates[id.index()];
            let (first, last) = candidate.tokens;
            let fits = types.contains(&candidate.label)
                && first >= self.first
                && last <= self.last
                && test.as_ref().is_none_or(|test| span_passes(test, candidate, letters));
            if fits {
                self.push(*next, if backward { first } else { last }, Some((*binding, id)));
            }
        }
    }

    /// The token that an instruction would consume.
    fn ahead(&self, pc: Pc, token: u32) -> Option<u32> {
        if self.program.backward[pc as usize] {
            (token > self.first).then(|| token - 1)
        } else {
            (token < self.last).then_some(token)
        }
    }

    /// The place after consuming token `at`.
    fn beyond(&self, pc: Pc, at: u32) -> u32 {
        if self.program.backward[pc as usize] { at } else { at + 1 }
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

    fn passes(&self, test: &TokenTest, token: usize) -> bool {
        let letters = self.letters;
        match test {
            TokenTest::Any => true,
            TokenTest::Not(inner) => !self.passes(inner, token),
            TokenTest::And(list) => list.iter().all(|part| self.passes(part, token)),
            TokenTest::Or(list) => list.iter().any(|part| self.passes(part, token)),
            TokenTest::Class(bits) => letters.tokens[token].class.bits() & bits == *bits,
            TokenTest::Form(id) => self.forms.meets(letters.forms[token], *id),
            TokenTest::Line(test) => {
                let line = letters.line_of(token as u32) as i64 + 1;
                test.holds(line) || test.holds(line - 1 - letters.lines.len() as i64)
            }
            TokenTest::Standing(standing, types) => {
                let stands = |&label: &_| letters.lattice.stands(token, *standing, label, letters.candidates);
                types.iter().any(stands)
            }
        }
    }
}
