//! Decides which candidates stay: one total order, stated here and nowhere else.
//!
//! Of spans of one type that overlap, a new one first has to hold its own
//! against those that stand from earlier steps; then the new ones are ranked
//! among themselves by the steps that the pack states (priority, then length,
//! then start, where it states none), then by the order of the rules. Spans of
//! different types compete only where the pack makes the types exclusive.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::doc::schema::Order;
use crate::program::Program;
use crate::text::Span;

use super::candidate::{Candidate, CandidateId, Fate, Step};

/// The buffers of a contest, reused.
#[derive(Debug, Default)]
pub(super) struct Contest {
    /// The stretches of text that new candidates cover, in text order and apart.
    covered: Vec<Span>,
    /// Candidates that may meet a new one: group and start, end and number, as two numbers
    /// that give their order.
    keys: Vec<(u64, u64)>,
    order: Vec<CandidateId>,
}

/// Decides the fate of the candidates from `fresh` on. O(n) in the candidates,
/// O(k log k) in those that are new or that a new one overlaps, plus the square
/// of the longest run of overlapping ones of a type.
pub(super) fn resolve(candidates: &mut [Candidate], fresh: usize, program: &Program, contest: &mut Contest) {
    let Contest { covered, keys, .. } = &mut *contest;
    let new = || candidates[fresh..].iter().filter(|candidate| candidate.stays());
    covered.clear();
    covered.extend(new().map(|candidate| candidate.span));
    cover(covered);
    // A bit for each group that a new one is of.
    let mut groups: SmallVec<[u64; 4]> = SmallVec::new();
    for candidate in new() {
        let (word, bit) = bit(group(candidate, program));
        groups.resize(groups.len().max(word + 1), 0);
        groups[word] |= bit;
    }
    keys.clear();
    let (old, new) = candidates.split_at(fresh);
    for (index, candidate) in old.iter().enumerate() {
        let (word, bit) = bit(group(candidate, program));
        let competes = groups.get(word).is_some_and(|groups| groups & bit != 0);
        if competes && candidate.stays() && overlaps(candidate.span, covered) {
            keys.push(key(index, candidate, program));
        }
    }
    let new = (fresh..).zip(new).filter(|(_, candidate)| candidate.stays());
    keys.extend(new.map(|(index, candidate)| key(index, candidate, program)));
    decide(contest, candidates, fresh, program);
}

/// The order in which candidates are looked at: by group, then by start, the longest first.
fn key(index: usize, candidate: &Candidate, program: &Program) -> (u64, u64) {
    let Span { start, end } = candidate.span;
    let group = u64::from(group(candidate, program));
    (group << 32 | u64::from(start), u64::from(!end) << 32 | index as u64)
}

/// The same, given the keys of the candidates that may meet a new one.
fn decide(contest: &mut Contest, candidates: &mut [Candidate], fresh: usize, program: &Program) {
    let Contest { keys, order, .. } = contest;
    keys.sort_unstable();
    order.clear();
    order.extend(keys.iter().map(|(_, low)| CandidateId(*low as u32)));
    let mut from = 0;
    while from < order.len() {
        let to = run_end(order, from, candidates, program);
        let run = &order[from..to];
        if run.len() > 1 && run.iter().any(|id| id.index() >= fresh) {
            resolve_run(run, candidates, fresh, program);
        }
        from = to;
    }
}

/// Joins spans to the stretches of text that they cover, in text order and apart.
fn cover(spans: &mut Vec<Span>) {
    spans.sort_unstable_by_key(|span| span.start);
    spans.dedup_by(|span, last| {
        let joins = span.start <= last.end;
        if joins {
            last.end = last.end.max(span.end);
        }
        joins
    });
}

/// Whether a span overlaps one of some stretches. O(log stretches).
fn overlaps(span: Span, covered: &[Span]) -> bool {
    let next = covered.partition_point(|stretch| stretch.end <= span.start);
    covered.get(next).is_some_and(|stretch| stretch.start < span.end)
}

/// The word of a group in words of bits, and its bit.
fn bit(group: u16) -> (usize, u64) {
    (usize::from(group / 64), 1 << (group % 64))
}

/// Candidates of one group compete: those of one type, and those of types that
/// exclude each other.
fn group(candidate: &Candidate, program: &Program) -> u16 {
    program.groups.get(usize::from(candidate.label.0)).copied().unwrap_or(candidate.label.0)
}

/// The end of the run of overlapping candidates of one group.
fn run_end(order: &[CandidateId], from: usize, candidates: &[Candidate], program: &Program) -> usize {
    let first = &candidates[order[from].index()];
    let (competing, mut end) = (group(first, program), first.span.end);
    let mut to = from + 1;
    while let Some(next) = order.get(to).map(|id| &candidates[id.index()]) {
        if group(next, program) != competing || next.span.start >= end {
            break;
        }
        end = end.max(next.span.end);
        to += 1;
    }
    to
}

/// Candidates that overlap, mostly two or three.
type Run = SmallVec<[CandidateId; 8]>;

fn resolve_run(run: &[CandidateId], candidates: &mut [Candidate], fresh: usize, program: &Program) {
    let is_new = |id: &CandidateId| id.index() >= fresh;
    let old: Run = run.iter().copied().filter(|id| !is_new(id)).collect();
    let mut new: Run = run.iter().copied().filter(is_new).collect();
    for &id in &new {
        if let Some(&stronger) = old.iter().find(|&&other| loses_to_old(id, other, candidates, program)) {
            candidates[id.index()].fate = Fate::Lost { to: stronger, by: Step::Earlier };
        }
    }
    new.retain(|id| candidates[id.index()].stays());
    new.sort_by(|&a, &b| compare((&candidates[a.index()], a), (&candidates[b.index()], b), program));
    let mut winners = Run::new();
    for &id in &new {
        match winners.iter().find(|&&winner| compete(winner, id, candidates, program)) {
            Some(&winner) => {
                let by = step(&candidates[winner.index()], &candidates[id.index()], program);
                candidates[id.index()].fate = Fate::Lost { to: winner, by };
            }
            None => winners.push(id),
        }
    }
    for &winner in &winners {
        for &other in &old {
            if candidates[other.index()].stays() && replaces(winner, other, candidates, program) {
                candidates[other.index()].fate = Fate::Replaced(winner);
            }
        }
    }
}

/// The order: what comes first stays.
fn compare(a: (&Candidate, CandidateId), b: (&Candidate, CandidateId), program: &Program) -> Ordering {
    let stated = program.order.iter().map(|step| by(*step, a.0, b.0, program));
    let stated = stated.fold(Ordering::Equal, Ordering::then);
    stated.then_with(|| (a.0.rule, a.1).cmp(&(b.0.rule, b.1)))
}

/// One step of the order: what comes first stays.
fn by(step: Order, a: &Candidate, b: &Candidate, program: &Program) -> Ordering {
    let priority = |candidate: &Candidate| program.origin(candidate.rule).rank.priority;
    match step {
        Order::Priority => priority(b).cmp(&priority(a)),
        Order::Longest => b.span.len().cmp(&a.span.len()),
        Order::Shortest => a.span.len().cmp(&b.span.len()),
        Order::Earliest => a.span.start.cmp(&b.span.start),
        Order::Latest => b.span.start.cmp(&a.span.start),
    }
}

/// The first step of the order in which two candidates differ.
fn step(winner: &Candidate, loser: &Candidate, program: &Program) -> Step {
    let differs = |step: &&Order| by(**step, winner, loser, program) != Ordering::Equal;
    program.order.iter().find(differs).map_or(Step::Rule, |step| Step::By(*step))
}

/// Whether a new candidate gives way to one that stands already.
fn loses_to_old(new: CandidateId, old: CandidateId, candidates: &[Candidate], program: &Program) -> bool {
    let (new, old) = (&candidates[new.index()], &candidates[old.index()]);
    let rank = program.origin(new.rule).rank;
    if !new.span.overlaps(old.span) || rank.overrides {
        return false;
    }
    if old.span.contains(new.span) {
        return new.span == old.span || !rank.nested;
    }
    !new.span.contains(old.span)
}

/// Whether a new candidate that stays takes the place of an old one.
fn replaces(new: CandidateId, old: CandidateId, candidates: &[Candidate], program: &Program) -> bool {
    let (new, old) = (&candidates[new.index()], &candidates[old.index()]);
    let rank = program.origin(new.rule).rank;
    if !new.span.overlaps(old.span) {
        return false;
    }
    rank.overrides || (new.span.contains(old.span) && new.span != old.span && !rank.nested)
}

/// Whether two new candidates of one type cannot both stay.
fn compete(a: CandidateId, b: CandidateId, candidates: &[Candidate], program: &Program) -> bool {
    let (a, b) = (&candidates[a.index()], &candidates[b.index()]);
    if !a.span.overlaps(b.span) {
        return false;
    }
    let strictly_nested = a.span != b.span && (a.span.contains(b.span) || b.span.contains(a.span));
    let nested = program.origin(a.rule).rank.nested || program.origin(b.rule).rank.nested;
    !(strictly_nested && nested)
}

/// The span that stands where a candidate was: itself, or what beat or
/// replaced it and covers it.
pub(super) fn standing(id: CandidateId, candidates: &[Candidate]) -> Option<CandidateId> {
    let mut at = id;
    // Fates lead to candidates that stayed longer; a chain cannot be longer
    // than the list.
    for _ in 0..candidates.len() {
        let next = match candidates[at.index()].fate {
            Fate::Stays => return Some(at),
            Fate::Lost { to, .. } | Fate::Replaced(to) => to,
            Fate::Dropped(_) => return None,
        };
        if !candidates[next.index()].span.contains(candidates[id.index()].span) {
            return None;
        }
        at = next;
    }
    None
}

#[cfg(test)]
mod tests;
