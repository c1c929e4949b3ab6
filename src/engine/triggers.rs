//! [`Triggers`]: which expressions a token opens.

use std::ops::Range;

use crate::program::{WordGate, WordScratch};

use super::forms::{FormId, FormTable};

/// What each form opens in one gate. Every form is looked through once a thread.
#[derive(Debug, Default)]
pub(super) struct Triggers {
    /// The times that the table of forms was emptied before this was filled.
    age: u32,
    /// For each form its list, plus one; [`NONE`] where it opens nothing, 0 where it
    /// was not asked.
    of_form: Vec<u32>,
    lists: Vec<Box<[u32]>>,
    /// The same for each token of a document.
    of_token: Vec<u32>,
    scratch: WordScratch,
}

/// Stands for the list of a form that opens nothing.
const NONE: u32 = u32::MAX;

impl Triggers {
    /// Looks up all tokens of a document: in one short loop, so that many fetches are
    /// under way at a time. O(tokens), and the letters of forms that are new.
    pub(super) fn read(&mut self, forms: &[FormId], table: &FormTable, gate: &WordGate) {
        if self.age != table.age() {
            *self = Self { age: table.age(), ..Self::default() };
        }
        self.of_token.clear();
        let known = |form: &FormId| self.of_form.get(form.index()).copied().unwrap_or(0);
        self.of_token.extend(forms.iter().map(known));
        for (at, &form) in forms.iter().enumerate() {
            if self.of_token[at] == 0 {
                self.of_token[at] = self.ask(form, table, gate);
            }
        }
    }

    /// Shows the expressions that some tokens of the document open.
    #[inline]
    pub(super) fn of(&self, tokens: Range<usize>, open: &mut dyn FnMut(&[u32])) {
        for known in self.of_token[tokens].iter().filter(|known| **known != NONE) {
            open(&self.lists[*known as usize - 1]);
        }
    }

    /// Looks through a form, unless another token of the document had it.
    #[cold]
    fn ask(&mut self, form: FormId, table: &FormTable, gate: &WordGate) -> u32 {
        if self.of_form.len() <= form.index() {
            self.of_form.resize(form.index() + 1, 0);
        }
        if self.of_form[form.index()] != 0 {
            return self.of_form[form.index()];
        }
        let mut opened: Vec<u32> = Vec::new();
        gate.each(table.text(form), &mut self.scratch, |indices| opened.extend_from_slice(indices));
        opened.sort_unstable();
        opened.dedup();
        let known = match opened.is_empty() {
            true => NONE,
            false => {
                self.lists.push(opened.into());
                self.lists.len() as u32
            }
        };
        self.of_form[form.index()] = known;
        known
    }
}
