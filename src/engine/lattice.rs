//! The letters of one step: the tokens of a document and the spans over them.

use crate::doc::InputTokens;
use crate::doc::schema::{ColumnId, Standing, TypeId};
use crate::prep::{Class, Token};
use crate::program::{Program, TextCheck};
use crate::text::Span;

use super::candidate::{Candidate, CandidateId};
use super::forms::FormId;

/// What stands where, while the rules of one step run.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    /// For each token the range of `starting` that holds the spans that begin there.
    start_ranges: Vec<u32>,
    starting: Vec<CandidateId>,
    /// The same for spans that end with the token.
    end_ranges: Vec<u32>,
    ending: Vec<CandidateId>,
    /// All spans of the step, by type.
    by_type: Vec<Vec<CandidateId>>,
    /// For each type a bit a token that stands in a span of it.
    covered: Vec<Vec<u64>>,
}

impl Lattice {
    /// Lays the spans that stay over the tokens. O(tokens + spans log spans).
    pub(super) fn build(&mut self, tokens: usize, types: usize, candidates: &[Candidate], cover: bool) {
        let mut alive: Vec<CandidateId> = (0..candidates.len() as u32)
            .map(CandidateId)
            .filter(|id| candidates[id.index()].stays())
            .collect();
        let key = |id: &CandidateId| {
            let candidate = &candidates[id.index()];
            (candidate.tokens.0, std::cmp::Reverse(candidate.tokens.1), candidate.label, *id)
        };
        alive.sort_unstable_by_key(key);
        fill(&mut self.start_ranges, tokens, alive.iter().map(|id| candidates[id.index()].tokens.0));
        self.by_type.iter_mut().for_each(Vec::clear);
        self.by_type.resize_with(types, Vec::new);
        for &id in &alive {
            self.by_type[usize::from(candidates[id.index()].label.0)].push(id);
        }
        self.starting.clone_from(&alive);
        alive.sort_by_key(|id| (candidates[id.index()].tokens.1, candidates[id.index()].tokens.0));
        fill(&mut self.end_ranges, tokens, alive.iter().map(|id| candidates[id.index()].tokens.1 - 1));
        self.ending = alive;
        if cover {
            self.cover(tokens, types, candidates);
        }
    }

    fn cover(&mut self, tokens: usize, types: usize, candidates: &[Candidate]) {
        self.covered.iter_mut().for_each(Vec::clear);
        self.covered.resize_with(types, Vec::new);
        for (bits, spans) in self.covered.iter_mut().zip(&self.by_type) {
            if spans.is_empty() {
                continue;
            }
            bits.resize(tokens.div_ceil(64), 0);
            for id in spans {
                let (first, last) = candidates[id.index()].tokens;
                (first..last).for_each(|token| bits[token as usize / 64] |= 1 << (token % 64));
            }
        }
    }

    /// The spans that begin at a token, the longest first.
    pub(super) fn starting(&self, token: usize) -> &[CandidateId] {
        range(&self.start_ranges, &self.starting, token)
    }

    /// The spans that begin in a stretch of tokens, in text order.
    pub(super) fn starting_in(&self, first: u32, last: u32) -> &[CandidateId] {
        match (self.start_ranges.get(first as usize), self.start_ranges.get(last as usize)) {
            (Some(&from), Some(&to)) => &self.starting[from as usize..to as usize],
            _ => &[],
        }
    }

    /// Whether a span of a type begins in a stretch of tokens. O(log spans).
    pub(super) fn begins_in(
        &self,
        label: TypeId,
        (first, last): (u32, u32),
        candidates: &[Candidate],
    ) -> bool {
        let start = |id: &CandidateId| candidates[id.index()].tokens.0;
        let all = self.of_type(label);
        all.get(all.partition_point(|id| start(id) < first)).is_some_and(|id| start(id) < last)
    }

    /// The spans that end with a token, the longest first.
    pub(super) fn ending(&self, token: usize) -> &[CandidateId] {
        range(&self.end_ranges, &self.ending, token)
    }

    /// All spans of a type, in text order.
    pub(super) fn of_type(&self, label: TypeId) -> &[CandidateId] {
        self.by_type.get(usize::from(label.0)).map_or(&[], Vec::as_slice)
    }

    /// Whether a token stands so to a span of the type.
    pub(super) fn stands(
        &self,
        token: usize,
        standing: Standing,
        label: TypeId,
        candidates: &[Candidate],
    ) -> bool {
        let of_label = |id: &CandidateId| candidates[id.index()].label == label;
        match standing {
            Standing::In => {
                let bits = self.covered.get(usize::from(label.0));
                bits.and_then(|bits| bits.get(token / 64)).is_some_and(|word| word >> (token % 64) & 1 == 1)
            }
            Standing::Starts => self.starting(token).iter().any(of_label),
            Standing::Ends => self.ending(token).iter().any(of_label),
        }
    }
}

/// Counting sort's first half: where the items of each token begin, for items
/// in the order of their tokens.
fn fill(ranges: &mut Vec<u32>, tokens: usize, items: impl Iterator<Item = u32>) {
    ranges.clear();
    ranges.resize(tokens + 1, 0);
    for token in items {
        ranges[token as usize + 1] += 1;
    }
    for at in 1..ranges.len() {
        ranges[at] += ranges[at - 1];
    }
}

fn range<'a>(ranges: &[u32], items: &'a [CandidateId], token: usize) -> &'a [CandidateId] {
    match ranges.get(token..token + 2) {
        Some(&[start, end]) => &items[start as usize..end as usize],
        _ => &[],
    }
}

/// A document as the matcher sees it.
#[derive(Clone, Copy)]
pub(super) struct Letters<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) forms: &'a [FormId],
    pub(super) lines: &'a [(u32, u32)],
    pub(super) lattice: &'a Lattice,
    pub(super) candidates: &'a [Candidate],
    pub(super) columns: &'a Columns<'a>,
}

/// What the tokens of a document bring with them, for the checks of a program.
#[derive(Debug, Default)]
pub(super) struct Columns<'a> {
    /// For each check the values of its column and the check itself.
    checks: Vec<(&'a [Option<std::sync::Arc<str>>], &'a TextCheck)>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(program: &'a Program, tokens: Option<&'a InputTokens>) -> Self {
        let values = |column: ColumnId| {
            let name = program.columns.get(usize::from(column.0))?;
            tokens?.columns.get(name).map(Vec::as_slice)
        };
        let check = |(column, check): &'a (ColumnId, TextCheck)| (values(*column).unwrap_or(&[]), check);
        Self { checks: program.column_checks.iter().map(check).collect() }
    }

    /// Whether the column of a check says of a token what the check wants.
    pub(super) fn passes(&self, check: u32, token: usize) -> bool {
        let Some((values, check)) = self.checks.get(check as usize) else { return false };
        values.get(token).and_then(Option::as_ref).is_some_and(|value| check.passes(value))
    }
}

impl Letters<'_> {
    /// The line of a token, from 0.
    pub(super) fn line_of(&self, token: u32) -> usize {
        self.lines.partition_point(|&(start, _)| start <= token).saturating_sub(1)
    }

    /// The sentence of a token: its first token, and one past the last.
    pub(super) fn sentence(&self, token: u32) -> (u32, u32) {
        let last = self.tokens.len() as u32;
        let starts = |&at: &u32| self.has(at as usize, Class::SENTENCE_START);
        (self.sentence_of(token), (token + 1..last).find(starts).unwrap_or(last))
    }

    /// The sentence of a token, by its first token.
    pub(super) fn sentence_of(&self, token: u32) -> u32 {
        let starts = |&at: &u32| self.has(at as usize, Class::SENTENCE_START);
        (0..=token).rev().find(starts).unwrap_or(0)
    }

    /// The bytes of a stretch of tokens.
    pub(super) fn span_of(&self, first: u32, last: u32) -> Span {
        match self.tokens.get(first as usize..last as usize) {
            Some([first, .., last]) => Span::new(first.start, last.end),
            Some([only]) => only.span(),
            _ => Span::default(),
        }
    }

    /// Whether a token has all these class bits.
    pub(super) fn has(&self, token: usize, class: Class) -> bool {
        self.tokens[token].class.contains(class)
    }
}
