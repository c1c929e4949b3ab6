//! [`Search`]: the matches of one rule in one line, as its overlap says.

use crate::doc::schema::Overlap;

use super::every::Places;
use super::forms::FormTable;
use super::matcher::{MatchScratch, Matcher};
use super::relate::{Proposals, Relate};
use super::scout::Scout;
use super::trace::Trace;

/// Matches of one rule in one line that `overlap all` gives at most.
const MOST_MATCHES: usize = 10_000;

/// One rule at work in one line.
pub(super) struct Search<'a, 'l, T> {
    pub(super) forms: &'a FormTable,
    pub(super) matches: &'a mut MatchScratch,
    /// Who looks ahead of the matcher.
    pub(super) scout: &'a mut Scout,
    pub(super) relate: Relate<'a, 'l>,
    /// The tokens with which matches may begin, in text order.
    pub(super) starts: &'a [u32],
    pub(super) trace: &'a mut T,
    /// Whether there is no room for more; asked after each match.
    pub(super) is_full: &'a dyn Fn(&Proposals) -> bool,
}

impl<T: Trace> Search<'_, '_, T> {
    pub(super) fn run(&mut self, out: &mut Proposals) {
        match self.relate.rule.overlap {
            Overlap::All => self.every(out),
            Overlap::None | Overlap::Starts => self.preferred(out),
        }
    }

    /// The preferred match at each start, from left to right.
    fn preferred(&mut self, out: &mut Proposals) {
        let Relate { rule, letters, range, .. } = self.relate;
        let known = (letters, self.forms.kinds());
        let mut matcher =
            Matcher::new(&rule.pattern, letters, self.forms, self.matches, range, &mut *self.trace);
        // A watcher sees where walks end.
        let is_lone = !T::ON && !self.scout.lone.is_empty();
        let mut free = range.0;
        for &start in self.starts {
            if start < free {
                continue;
            }
            let found = if is_lone {
                matcher.match_span(&self.scout.lone, start)
            } else if T::ON || self.scout.may_match(&rule.pattern, known, (start, range.1)) {
                matcher.match_at(start)
            } else {
                None
            };
            let Some(end) = found else { continue };
            let relate = &self.relate;
            let accepted = matcher.noted(|notes, trace| relate.propose((end, notes), out, trace));
            if accepted && (self.is_full)(out) {
                out.full = true;
                return;
            }
            if accepted && rule.overlap == Overlap::None {
                free = end;
            }
        }
    }

    /// Every distinct match at each start. Rare, and kept out of the way of the rest.
    #[inline(never)]
    fn every(&mut self, out: &mut Proposals) {
        let Relate { rule, letters, range, .. } = self.relate;
        let mut matcher =
            Matcher::new(&rule.pattern, letters, self.forms, self.matches, range, &mut *self.trace);
        let mut places = Places::default();
        let mut left = MOST_MATCHES;
        for &start in self.starts {
            if T::ON {
                // The watcher sees where the preferred match stops.
                matcher.match_at(start);
            }
            let (found, more) = matcher.every(start, left, &mut places);
            left -= found.len();
            let relate = &self.relate;
            for (end, notes) in found {
                matcher.noted(|_, trace| relate.propose((end, &notes), out, trace));
                if (self.is_full)(out) {
                    out.full = true;
                    return;
                }
            }
            if more {
                out.truncated = true;
                return;
            }
        }
    }
}
