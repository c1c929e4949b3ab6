//! [`Answers`]: what the texts of spans answer to the tests of patterns, each asked once.
//!
//! Many rules ask the same of the same span, at many tokens of a line, and the same
//! titles and names stand in many documents. A test folds the text and may run an
//! expression over it; here it costs a look. The plain version is the test itself.

use rustc_hash::FxHashMap;

use crate::program::TextTestId;
use crate::text::Span;

use super::candidate::CandidateId;

/// Words of answers that are kept, of eight bytes; from then on new texts are asked
/// each time, and the next document begins anew.
const MOST_WORDS: usize = 1 << 18;
/// Longer texts are asked each time, in bytes.
const LONGEST: usize = 128;

/// The answers that one thread knows.
#[derive(Debug, Default)]
pub(super) struct Answers {
    texts: FxHashMap<Box<str>, u32>,
    /// For each text, and each word of tests, which of them it was asked, and which of
    /// those it meets.
    answers: Vec<Answered>,
    /// Words of tests.
    words: usize,
    /// For each candidate of the document where it stands, and its text; nothing
    /// where it was never asked.
    of: Vec<Option<(Span, u32)>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Answered {
    asked: u64,
    met: u64,
}

impl Answers {
    /// Makes ready for another document, and for so many tests.
    pub(super) fn document(&mut self, tests: usize) {
        self.of.clear();
        self.words = tests.div_ceil(64);
        if self.answers.len() >= MOST_WORDS {
            self.texts.clear();
            self.answers.clear();
        }
    }

    /// What the text of a candidate answered to a test, if it is known.
    #[inline]
    pub(super) fn known(&self, id: CandidateId, span: Span, test: TextTestId) -> Option<bool> {
        let (place, text) = self.of.get(id.index()).copied().flatten()?;
        let (word, bit) = (test.0 as usize / 64, 1 << (test.0 % 64));
        let answered = &self.answers[text as usize * self.words + word];
        (place == span && answered.asked & bit != 0).then_some(answered.met & bit != 0)
    }

    /// Whether the text of a candidate meets a test; `ask` puts it to the test.
    pub(super) fn meets(
        &mut self,
        said: (CandidateId, Span, &str),
        test: TextTestId,
        ask: impl FnOnce() -> bool,
    ) -> bool {
        let mut ask = Some(ask);
        let once = |_| ask.take().is_some_and(|ask| ask());
        self.those_met(said, (test.0 as usize / 64, 1 << (test.0 % 64)), once) != 0
    }

    /// Which of some tests, bits of a word of them, the text of a candidate meets; `ask` puts
    /// it to a test, by its bit.
    pub(super) fn those_met(
        &mut self,
        said: (CandidateId, Span, &str),
        (word, tests): (usize, u64),
        mut ask: impl FnMut(u64) -> bool,
    ) -> u64 {
        let place = self.text(said).map(|text| text as usize * self.words + word);
        let Answered { mut asked, mut met } = place.map(|at| self.answers[at]).unwrap_or_default();
        let mut open = tests & !asked;
        if open != 0 {
            while open != 0 {
                let bit = open & open.wrapping_neg();
                met |= if ask(bit) { bit } else { 0 };
                open &= open - 1;
            }
            asked |= tests;
            place.into_iter().for_each(|at| self.answers[at] = Answered { asked, met });
        }
        met & tests
    }

    /// The number of the text of a candidate; nothing where it is too long, or there is no
    /// room for it.
    fn text(&mut self, (id, span, text): (CandidateId, Span, &str)) -> Option<u32> {
        if text.len() > LONGEST {
            return None;
        }
        if self.of.len() <= id.index() {
            self.of.resize(id.index() + 1, None);
        }
        if let Some((known, text)) = self.of[id.index()]
            && known == span
        {
            return Some(text);
        }
        let text = self.number(text)?;
        self.of[id.index()] = Some((span, text));
        Some(text)
    }

    /// The number of a text, unless there is no room for it.
    fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(&known) = self.texts.get(text) {
            return Some(known);
        }
        let number = self.texts.len() as u32;
        (self.answers.len() < MOST_WORDS).then(|| {
            self.texts.insert(text.into(), number);
            self.answers.resize(self.answers.len() + self.words, Answered::default());
            number
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Asks for a text of the first candidate; says the answer, and how often it was asked.
    fn ask(answers: &mut Answers, place: u32, text: &str, test: u32, times: &Cell<u32>) -> bool {
        let (id, span, test) =
            (CandidateId(0), Span::new(place, place + text.len() as u32), TextTestId(test));
        let known = answers.known(id, span, test);
        let before = times.get();
        let said = answers.meets((id, span, text), test, || {
            times.set(times.get() + 1);
            text.starts_with('a')
        });
        assert!(known.is_none_or(|known| (known, before) == (said, times.get())));
        assert!(text.len() > LONGEST || answers.known(id, span, test).is_none_or(|known| known == said));
        said
    }

    #[test]
    fn a_text_is_asked_once_by_each_test() {
        let (mut answers, times) = (Answers::default(), Cell::new(0));
        for _ in 0..2 {
            answers.document(70);
            for _ in 0..3 {
                assert!(ask(&mut answers, 0, "ab", 0, &times));
                assert!(ask(&mut answers, 0, "ab", 69, &times));
                // Candidates may get the numbers of others that were taken back.
                assert!(!ask(&mut answers, 3, "b", 69, &times));
            }
        }
        assert_eq!(times.get(), 3);
    }

    #[test]
    fn long_texts_and_texts_without_room_are_asked_each_time() {
        let (mut answers, times) = (Answers::default(), Cell::new(0));
        answers.document(1);
        let long = "a".repeat(LONGEST + 1);
        assert!(ask(&mut answers, 0, &long, 0, &times) && ask(&mut answers, 0, &long, 0, &times));
        assert_eq!(times.get(), 2);
        answers.answers.resize(MOST_WORDS, Answered::default());
        assert!(ask(&mut answers, 0, "ab", 0, &times) && ask(&mut answers, 0, "ab", 0, &times));
        assert_eq!(times.get(), 4);
        answers.document(1);
        assert!(ask(&mut answers, 0, "ab", 0, &times) && ask(&mut answers, 0, "ab", 0, &times));
        assert_eq!(times.get(), 5);
    }
}
