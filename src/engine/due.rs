//! [`Due`]: the rules that a line names, and where matches of each may begin.
//!
//! The plain version asks every rule of a step about every token of the line; a
//! watched extraction still does so, for it tells where rules stop. Both give
//! the same, which `tests/property/engine.rs` holds.

use crate::doc::schema::TypeId;
use crate::program::{Lead, PredicateId, RuleSet, TokenRule};

use super::forms::{FormId, FormTable};
use super::lattice::Letters;

/// The rules that are due in one line. Its buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// For each set of rules of the program: a token, and a rule that hangs on its
    /// form, in text order. Forms never change, so one pass serves all phases.
    by_form: Vec<Vec<(u32, u32)>>,
    /// A rule and the token of what it hangs on, in this order.
    hits: Vec<(u32, u32)>,
    /// How many of them are dealt with.
    done: usize,
    starts: Vec<(u32, u32)>,
    lines: LineForms,
}

/// A stretch of tokens that rules search: a line, or all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// First token, and one past the last.
    pub(super) range: (u32, u32),
    /// The line, from 0; the number of lines for all of them.
    pub(super) line: usize,
}

impl Due {
    /// Reads a document. O(tokens + rules that hang on their forms).
    pub(super) fn document(&mut self, ids: &[FormId], forms: &FormTable, phases: usize) {
        self.by_form.iter_mut().for_each(Vec::clear);
        self.by_form.resize_with(phases * 2, Vec::new);
        for (token, &id) in (0..).zip(ids) {
            for &(set, rule) in forms.due(id) {
                self.by_form[set as usize].push((token, rule));
            }
        }
        self.lines.clear();
    }

    /// Reads a line: every rule of which the thing stands there that it hangs
    /// on. O(hits log hits).
    pub(super) fn read(
        &mut self,
        set: usize,
        rules: &RuleSet,
        letters: &Letters<'_>,
        (first, last): (u32, u32),
    ) {
        self.clear();
        self.hits.extend(rules.everywhere().iter().map(|&rule| (rule, first)));
        let by_form = &self.by_form[set];
        let from = by_form.partition_point(|&(token, _)| token < first);
        let in_line = by_form[from..].iter().take_while(|&&(token, _)| token < last);
        self.hits.extend(in_line.map(|&(token, rule)| (rule, token)));
        if rules.hangs_on_spans() {
            for id in letters.lattice.starting_in(first, last) {
                let candidate = &letters.candidates[id.index()];
                let due = rules.on_type(candidate.label).iter();
                self.hits.extend(due.map(|&rule| (rule, candidate.tokens.0)));
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
        Stretch { range, line }: Stretch,
    ) -> bool {
        if rule.requires.len() < 2 {
            return true;
        }
        let has_span = |label: &TypeId| letters.lattice.begins_in(*label, range, letters.candidates);
        let mut asks_forms = false;
        for requirement in &rule.requires {
            asks_forms |= !requirement.forms.is_empty();
            if requirement.forms.is_empty() && !requirement.types.iter().any(has_span) {
                return false;
            }
        }
        // Where few tokens may begin a match, and a word that it hangs on is there,
        // trying them is quicker than reading the line for the rest.
        let tried_quickly = rule
            .hangs_on()
            .is_some_and(|(requirement, lead)| lead.most.is_some() && requirement.types.is_empty());
        if !asks_forms || (tried_quickly && !self.lines.knows(line)) {
            return true;
        }
        let present = self.lines.read(line, letters.lines.len() + 1, letters, forms, range);
        let has_form = |id: &PredicateId| {
            present.get(id.0 as usize / 64).is_some_and(|word| word >> (id.0 % 64) & 1 == 1)
        };
        rule.requires.iter().all(|requirement| {
            requirement.forms.iter().any(has_form) || requirement.types.iter().any(has_span)
        })
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

/// Which tests the forms of each line of a document meet, found out for a line
/// when it is first asked about.
#[derive(Debug, Default)]
struct LineForms {
    known: Vec<bool>,
    answers: Vec<u64>,
}

impl LineForms {
    fn clear(&mut self) {
        self.known.clear();
        self.answers.clear();
    }

    fn knows(&self, line: usize) -> bool {
        self.known.get(line).copied().unwrap_or(false)
    }

    /// The answers that hold for one of the tokens of a line at least, among
    /// `lines` of them.
    fn read(
        &mut self,
        line: usize,
        lines: usize,
        letters: &Letters<'_>,
        forms: &FormTable,
        (first, last): (u32, u32),
    ) -> &[u64] {
        let words = forms.words_of_answers();
        self.known.resize(lines, false);
        self.answers.resize(lines * words, 0);
        let all = &mut self.answers[line * words..][..words];
        if !self.known[line] {
            self.known[line] = true;
            for &form in &letters.forms[first as usize..last as usize] {
                all.iter_mut().zip(forms.answers(form)).for_each(|(all, one)| *all |= one);
            }
        }
        all
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
