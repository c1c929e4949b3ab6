//! Every match of a pattern from one start, for `overlap all`.
//!
//! Two matches are distinct if they end at different places or bind different
//! things. A walk over all paths would take exponential time where paths
//! meet again; so a place that leads to no match is entered once for all
//! starts of the line, and a place that was reached twice with the same
//! bindings is followed once. The work is then linear in the pattern and the
//! line for each distinct match, and their number has a limit.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::program::Pc;

use super::matcher::{Matcher, Step};
use super::note::Note;
use super::trace::Trace;

/// The end of the list of notes.
const NOTHING: u32 = u32::MAX;

/// A match: its end, and what it noted.
pub(super) type Found = (u32, Vec<Note>);

/// What is known about the places of one pattern in one line, shared by all starts.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Whether a match can be reached from a place.
    leads: FxHashMap<(Pc, u32), bool>,
}

/// Lists of notes that share their beginnings: equal lists have equal numbers.
#[derive(Default)]
struct Notes {
    cells: Vec<(u32, Note)>,
    numbers: FxHashMap<(u32, Note), u32>,
}

impl Notes {
    fn with(&mut self, list: u32, note: Note) -> u32 {
        *self.numbers.entry((list, note)).or_insert_with(|| {
            self.cells.push((list, note));
            self.cells.len() as u32 - 1
        })
    }

    fn list(&self, mut at: u32) -> Vec<Note> {
        let mut notes = Vec::new();
        while at != NOTHING {
            let (before, note) = self.cells[at as usize];
            notes.push(note);
            at = before;
        }
        notes.reverse();
        notes
    }
}

impl<T: Trace> Matcher<'_, '_, T> {
    /// Every distinct match from `start`, in the order of preference; at most
    /// `limit`, and whether there were more.
    pub(super) fn every(&mut self, start: u32, limit: usize, places: &mut Places) -> (Vec<Found>, bool) {
        let begin = (self.start(), start);
        if !self.leads(begin, places) {
            return (Vec::new(), false);
        }
        let mut notes = Notes::default();
        let mut found = Vec::new();
        let mut ends = FxHashSet::default();
        let mut seen = FxHashSet::default();
        let mut open = vec![(begin, NOTHING)];
        while let Some(((pc, token), list)) = open.pop() {
            if !seen.insert((pc, token, list)) {
                continue;
            }
            if self.is_match(pc) {
                if ends.insert((token, list)) {
                    if found.len() == limit {
                        return (found, true);
                    }
                    found.push((token, notes.list(list)));
                }
                continue;
            }
            let mut steps = SmallVec::new();
            self.steps(pc, token, &mut steps);
            for step in steps.iter().rev() {
                if places.leads.get(&step.to).copied().unwrap_or(false) {
                    let list = step.note.map_or(list, |note| notes.with(list, note));
                    open.push((step.to, list));
                }
            }
        }
        (found, false)
    }

    /// Whether a match can be reached from a place. Every place of the line is
    /// answered once; steps never lead in a circle, for what is repeated
    /// consumes something.
    fn leads(&mut self, begin: (Pc, u32), places: &mut Places) -> bool {
        let mut open: Vec<((Pc, u32), bool)> = vec![(begin, false)];
        let mut steps: SmallVec<[Step; 4]> = SmallVec::new();
        while let Some((place, expanded)) = open.pop() {
            if places.leads.contains_key(&place) {
                continue;
            }
            if self.is_match(place.0) {
                places.leads.insert(place, true);
                continue;
            }
            steps.clear();
            self.steps(place.0, place.1, &mut steps);
            if expanded {
                let leads = steps.iter().any(|step| places.leads.get(&step.to).copied().unwrap_or(false));
                places.leads.insert(place, leads);
            } else {
                open.push((place, true));
                open.extend(steps.iter().map(|step| (step.to, false)));
            }
        }
        places.leads.get(&begin).copied().unwrap_or(false)
    }
}
