//! [`Due`]: the rules that a line names, and where matches of each may begin.
//!
//! The plain version asks every rule of a step about every token of the line; a
//! watched extraction still does so, for it tells where rules stop. Both give
//! the same, which `tests/property/engine.rs` holds.

use crate::program::{Lead, PredicateId, RuleSet, TokenRule};

use super::forms::FormTable;
use super::lattice::Letters;

/// The rules that are due in one line. Its buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// A rule and the token of what it hangs on, in this order.
    hits: Vec<(u32, u32)>,
    /// How many of them are dealt with.
    done: usize,
    starts: Vec<(u32, u32)>,
    present: Present,
}

impl Due {
    /// Reads a line: every rule of which the thing stands there that it hangs
    /// on. O(tokens + spans + hits log hits).
    pub(super) fn read(
        &mut self,
        rules: &RuleSet,
        letters: &Letters<'_>,
        forms: &FormTable,
        (first, last): (u32, u32),
    ) {
        self.clear();
        self.hits.extend(rules.everywhere().iter().map(|&rule| (rule, first)));
        for token in first..last {
            for &form in forms.marks(letters.forms[token as usize]) {
                self.hits.extend(rules.on_form(form).iter().map(|&rule| (rule, token)));
            }
            if rules.hangs_on_spans() {
                for id in letters.lattice.starting(token as usize) {
                    let label = letters.candidates[id.index()].label;
                    self.hits.extend(rules.on_type(label).iter().map(|&rule| (rule, token)));
                }
            }
        }
        self.hits.sort_unstable();
    }

    /// Makes every rule due.
    pub(super) fn all(&mut self, rules: &RuleSet) {
        self.clear();
        self.hits.extend((0..rules.rules().len() as u32).map(|rule| (rule, u32::MAX)));
    }

    fn clear(&mut self) {
        self.hits.clear();
        self.done = 0;
        self.present.known = false;
    }

    /// The next rule that is due, in the order of the pack; see [`Due::starts`].
    pub(super) fn next(&mut self, rules: &RuleSet, range: (u32, u32)) -> Option<usize> {
        let &(index, token) = self.hits.get(self.done)?;
        let same = self.hits[self.done..].iter().take_while(|(rule, _)| *rule == index).count();
        let hits = &self.hits[self.done..self.done + same];
        self.done += same;
        self.starts.clear();
        match rules.rules()[index as usize].hangs_on() {
            Some((_, lead)) if token != u32::MAX => stretches(hits, lead, range, &mut self.starts),
            _ => self.starts.push(range),
        }
        Some(index as usize)
    }

    /// The stretches of tokens in which matches of that rule begin, in text order.
    pub(super) fn starts(&self) -> &[(u32, u32)] {
        &self.starts
    }

    /// Whether the line holds one of each thing that the rule requires.
    pub(super) fn allows(
        &mut self,
        rule: &TokenRule,
        letters: &Letters<'_>,
        forms: &FormTable,
        range: (u32, u32),
    ) -> bool {
        // What it hangs on is there, and where few tokens may begin a match
        // trying them is quicker than reading the line for the rest.
        let bounded = rule.anchor.is_some_and(|(_, lead)| lead.most.is_some());
        if bounded || rule.requires.len() < 2 {
            return true;
        }
        if !self.present.known {
            self.present.read(letters, forms, range);
        }
        self.present.allows(rule)
    }
}

/// Where matches may begin that hold one of the hits.
fn stretches(hits: &[(u32, u32)], lead: Lead, range: (u32, u32), starts: &mut Vec<(u32, u32)>) {
    for &(_, token) in hits {
        let Some(last) = token.checked_sub(lead.least).filter(|last| *last >= range.0) else { continue };
        let first = lead.most.map_or(range.0, |most| token.saturating_sub(most).max(range.0));
        match starts.last_mut() {
            Some(known) if first <= known.1 => known.1 = known.1.max(last + 1),
            _ => starts.push((first, last + 1)),
        }
    }
}

/// What a line holds.
#[derive(Debug, Default)]
struct Present {
    known: bool,
    forms: Vec<u64>,
    types: Vec<bool>,
}

impl Present {
    fn read(&mut self, letters: &Letters<'_>, forms: &FormTable, (first, last): (u32, u32)) {
        self.known = true;
        self.forms.clear();
        self.types.clear();
        for token in first..last {
            let answers = forms.answers(letters.forms[token as usize]);
            self.forms.resize(answers.len(), 0);
            self.forms.iter_mut().zip(answers).for_each(|(all, one)| *all |= one);
            for id in letters.lattice.starting(token as usize) {
                let label = usize::from(letters.candidates[id.index()].label.0);
                if self.types.len() <= label {
                    self.types.resize(label + 1, false);
                }
                self.types[label] = true;
            }
        }
    }

    fn allows(&self, rule: &TokenRule) -> bool {
        rule.requires.iter().all(|requirement| {
            let form = |id: &PredicateId| {
                self.forms.get(id.0 as usize / 64).is_some_and(|word| word >> (id.0 % 64) & 1 == 1)
            };
            let label = |label: &crate::doc::schema::TypeId| {
                self.types.get(usize::from(label.0)).copied().unwrap_or(false)
            };
            requirement.forms.iter().any(form) || requirement.types.iter().any(label)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_begin_as_far_before_a_hit_as_its_lead_allows() {
        let starts = |tokens: &[u32], lead: Lead| {
            let hits: Vec<(u32, u32)> = tokens.iter().map(|&token| (0, token)).collect();
            let mut starts = Vec::new();
            stretches(&hits, lead, (10, 30), &mut starts);
            starts
        };
        let exact = Lead { least: 2, most: Some(2) };
        assert_eq!(starts(&[11, 15, 16, 20], exact), [(13, 15), (18, 19)]);
        let loose = Lead { least: 0, most: Some(3) };
        assert_eq!(starts(&[11, 20], loose), [(10, 12), (17, 21)]);
        let open = Lead { least: 1, most: None };
        assert_eq!(starts(&[10, 14, 20], open), [(10, 20)]);
    }
}
