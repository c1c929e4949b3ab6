//! [`Corpus`]: what texts are made of.

use super::seeds::{LONG, SEEDS};

/// Texts that others are made of: the built-in ones, and those of the user.
#[derive(Clone, Debug)]
pub struct Corpus {
    built_in: Vec<String>,
    own: Vec<String>,
}

impl Default for Corpus {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Corpus {
    /// The built-in seeds and some of one's own, of which half of all pieces
    /// are then taken. Empty texts are left out.
    #[must_use]
    pub fn new(own: Vec<String>) -> Self {
        let long = LONG.iter().map(|(piece, times)| piece.repeat(*times));
        let built_in = SEEDS.iter().map(|seed| (*seed).to_owned()).chain(long).collect();
        Self { built_in, own: own.into_iter().filter(|text| !text.is_empty()).collect() }
    }

    /// The seeds, the built-in ones first.
    pub fn seeds(&self) -> impl Iterator<Item = &str> {
        self.built_in.iter().chain(&self.own).map(String::as_str)
    }

    /// A seed by any number: every other number names one of one's own, where
    /// there are such.
    pub(super) fn pick(&self, number: u32) -> &str {
        let (own, number) = (number.is_multiple_of(2) && !self.own.is_empty(), number as usize / 2);
        let seeds = if own { &self.own } else { &self.built_in };
        &seeds[number % seeds.len()]
    }
}
