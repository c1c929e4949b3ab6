//! [`Triggers`]: which expressions the letters of a token open.

use crate::program::LetterGate;

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
}

/// Stands for the list of a form that opens nothing.
const NONE: u32 = u32::MAX;

impl Triggers {
    /// Shows the expressions that a form opens. One look, but for the first time.
    #[inline]
    pub(super) fn of(
        &mut self,
        form: FormId,
        table: &FormTable,
        gate: &LetterGate,
        open: &mut dyn FnMut(&[u32]),
    ) {
        let known = match self.of_form.get(form.index()) {
            Some(&known) if known != 0 && self.age == table.age() => known,
            _ => self.ask(form, table, gate),
        };
        if known != NONE {
            open(&self.lists[known as usize - 1]);
        }
    }

    #[cold]
    fn ask(&mut self, form: FormId, table: &FormTable, gate: &LetterGate) -> u32 {
        if self.age != table.age() {
            *self = Self { age: table.age(), ..Self::default() };
        }
        if self.of_form.len() <= form.index() {
            self.of_form.resize(form.index() + 1, 0);
        }
        let mut opened: Vec<u32> = Vec::new();
        gate.each(table.text(form), |indices| opened.extend_from_slice(indices));
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
