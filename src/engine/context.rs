//! Contexts: a cue gives features to the spans in its scope.
//!
//! The scope runs from the cue to the end of its sentence (or to its
//! beginning), no further than the first stop and the tokens it is allowed.

use crate::doc::schema::Direction;
use crate::program::{ContextRule, TokenRule};

use super::forms::FormTable;
use super::lattice::Letters;
use super::matcher::{MatchScratch, Matcher};
use super::relate::{Proposals, Relate};
use super::trace::Untraced;

/// One document while a context looks at it.
pub(super) struct Scopes<'a, 'l> {
    pub(super) letters: &'a Letters<'l>,
    pub(super) forms: &'a FormTable,
    pub(super) matches: &'a mut MatchScratch,
}

impl Scopes<'_, '_> {
    /// Adds what a context gives to the spans in the scopes of its cues.
    pub(super) fn apply(
        &mut self,
        context: &ContextRule,
        relate: &Relate<'_, '_>,
        line: (u32, u32),
        out: &mut Proposals,
    ) {
        let mut at = line.0;
        while at < line.1 {
            let Some((end, notes)) = self.find(&context.cue, at, line) else {
                at += 1;
                continue;
            };
            let sentence = self.letters.sentence(at);
            let limit = context.within.unwrap_or(u32::MAX);
            if context.direction != Direction::Backward {
                let scope = (end, sentence.1.min(line.1).min(end.saturating_add(limit)));
                let scope = (scope.0, self.first_stop(context, scope, line).unwrap_or(scope.1));
                self.give(context, scope, &notes, relate, out);
            }
            if context.direction != Direction::Forward {
                let scope = (sentence.0.max(line.0).max(at.saturating_sub(limit)), at);
                let scope = (self.last_stop(context, scope, line).unwrap_or(scope.0), scope.1);
                self.give(context, scope, &notes, relate, out);
            }
            at = end.max(at + 1);
        }
    }

    /// The match of a pattern that begins at a token.
    fn find(&mut self, rule: &TokenRule, at: u32, line: (u32, u32)) -> Option<(u32, Vec<super::note::Note>)> {
        let mut untraced = Untraced;
        let mut matcher =
            Matcher::new(&rule.pattern, self.letters, self.forms, self.matches, line, &mut untraced);
        if !matcher.may_begin(at) {
            return None;
        }
        let end = matcher.match_at(at)?;
        Some((end, matcher.notes().to_vec()))
    }

    /// Where the first stop of a scope begins.
    fn first_stop(&mut self, context: &ContextRule, scope: (u32, u32), line: (u32, u32)) -> Option<u32> {
        (scope.0..scope.1).find(|&at| context.stops.iter().any(|stop| self.find(stop, at, line).is_some()))
    }

    /// Where the last stop of a scope ends.
    fn last_stop(&mut self, context: &ContextRule, scope: (u32, u32), line: (u32, u32)) -> Option<u32> {
        let mut last = None;
        for at in scope.0..scope.1 {
            for stop in &context.stops {
                let end = self.find(stop, at, line).map(|(end, _)| end);
                last = last.max(end.filter(|&end| end <= scope.1));
            }
        }
        last
    }

    fn give(
        &self,
        context: &ContextRule,
        scope: (u32, u32),
        notes: &[super::note::Note],
        relate: &Relate<'_, '_>,
        out: &mut Proposals,
    ) {
        for laid in self.letters.lattice.starting_in(scope.0, scope.1) {
            if laid.tokens.1 <= scope.1 && context.on.contains(&laid.label) {
                relate.give(laid.id, notes, out);
            }
        }
    }
}
