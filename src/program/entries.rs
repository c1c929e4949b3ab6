//! [`PhraseEntries`]: what the phrases of gazetteers say about the spans that they find.

use std::ops::Range;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::texts::Texts;
use crate::doc::schema::{FeatureId, RuleId, TypeId};

/// A phrase as it is put in: what it says about the span that it finds.
#[derive(Clone, Copy, Debug)]
pub struct PhraseEntry<'p> {
    /// The gazetteer.
    pub rule: RuleId,
    /// The type of the span.
    pub label: TypeId,
    /// Its normal value.
    pub value: Option<&'p str>,
    /// Its features, in the order of their ids.
    pub features: &'p [(FeatureId, Box<str>)],
}

/// What phrases say, in columns; those that no phrase fills are empty.
#[derive(Debug, Default)]
pub struct PhraseEntries {
    /// Every gazetteer with the type of its spans.
    pub(super) kinds: Vec<(RuleId, TypeId)>,
    /// For each entry the index of its gazetteer.
    pub(super) kind: Vec<u32>,
    /// For each entry the text of its value, or `NO_TEXT`.
    pub(super) values: Vec<u32>,
    /// For each entry where its features begin, and one more for the end.
    pub(super) feature_starts: Vec<u32>,
    /// A feature, and its text.
    pub(super) features: Vec<[u32; 2]>,
    pub(super) texts: Texts,
}

/// Stands for a value that an entry does not have.
const NO_TEXT: u32 = u32::MAX;

impl PhraseEntries {
    /// The entries in the order of their nodes; those of one node keep the order
    /// in which they came. `starts` says where the entries of each node begin.
    fn sorted(self, nodes: &[u32], starts: &[u32]) -> Self {
        let mut next = starts.to_vec();
        let mut order = vec![0; nodes.len()];
        for (entry, &node) in (0..).zip(nodes) {
            let place = &mut next[node as usize];
            order[*place as usize] = entry;
            *place += 1;
        }
        drop(next);
        let column = |column: &[u32]| order.iter().map(|entry: &u32| column[*entry as usize]).collect();
        let values = match self.values.iter().all(|value| *value == NO_TEXT) {
            true => Vec::new(),
            false => column(&self.values),
        };
        let (mut feature_starts, mut features) = (Vec::new(), Vec::with_capacity(self.features.len()));
        if !self.features.is_empty() {
            feature_starts.reserve(order.len() + 1);
            for &entry in &order {
                feature_starts.push(features.len() as u32);
                features.extend_from_slice(&self.features[self.feature_range(entry)]);
            }
            feature_starts.push(features.len() as u32);
        }
        let mut texts = self.texts;
        texts.all.shrink_to_fit();
        texts.ends.shrink_to_fit();
        Self { kind: column(&self.kind), values, feature_starts, features, texts, kinds: self.kinds }
    }

    /// Where the features of an entry lie.
    fn feature_range(&self, entry: u32) -> Range<usize> {
        match self.feature_starts.get(entry as usize..entry as usize + 2) {
            Some(&[start, end]) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    /// Whether all columns are as long as they are to be, and name what there is.
    pub(super) fn is_sound(&self) -> bool {
        let (count, texts) = (self.kind.len(), self.texts.len());
        let is_text = |text: u32| (text as usize) < texts;
        let starts_are_sound = match self.feature_starts.last() {
            None => self.features.is_empty(),
            Some(end) => {
                self.feature_starts.len() == count + 1
                    && self.feature_starts.is_sorted()
                    && *end as usize == self.features.len()
            }
        };
        starts_are_sound
            && self.texts.is_sound()
            && self.kind.iter().all(|kind| (*kind as usize) < self.kinds.len())
            && (self.values.is_empty() || self.values.len() == count)
            && self.values.iter().all(|value| *value == NO_TEXT || is_text(*value))
            && self.features.iter().all(|&[_, text]| is_text(text))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.kind.len()
    }

    /// Fetches into the cache what the values and features of phrases are read from, one
    /// step for all of them and then the next, so that what one step names for several is
    /// under way together. `places` is overwritten.
    pub fn fetch(&self, entries: impl Iterator<Item = u32>, places: &mut Vec<u32>) {
        let mut values = SmallVec::<[u32; 64]>::new();
        places.clear();
        for entry in entries {
            places.extend(self.feature_range(entry).map(|place| place as u32));
            values.extend(self.values.get(entry as usize).copied());
        }
        places.iter_mut().for_each(|place| *place = self.features[*place as usize][1]);
        places.extend_from_slice(&values);
        for text in places.iter() {
            std::hint::black_box(self.texts.get(*text).len());
        }
    }

    /// The gazetteer of a phrase, and the type of its spans.
    #[must_use]
    #[inline]
    pub fn kind(&self, entry: u32) -> (RuleId, TypeId) {
        self.kinds[self.kind[entry as usize] as usize]
    }

    /// The normal value of a phrase.
    #[must_use]
    #[inline]
    pub fn value(&self, entry: u32) -> Option<&str> {
        let text = *self.values.get(entry as usize)?;
        (text != NO_TEXT).then(|| self.texts.get(text))
    }

    /// The features of a phrase, in the order of their ids.
    #[inline]
    pub fn features(&self, entry: u32) -> impl Iterator<Item = (FeatureId, &str)> + '_ {
        let features = &self.features[self.feature_range(entry)];
        features.iter().map(|&[feature, text]| (FeatureId(feature as u16), self.texts.get(text)))
    }
}

/// Gathers [`PhraseEntries`].
#[derive(Debug, Default)]
pub(super) struct EntriesBuilder {
    entries: PhraseEntries,
    /// For each feature the text that it had last.
    last: FxHashMap<u32, u32>,
}

impl EntriesBuilder {
    /// Adds what a phrase says.
    pub(super) fn push(&mut self, PhraseEntry { rule, label, value, features }: PhraseEntry<'_>) {
        let entries = &mut self.entries;
        if entries.kinds.last() != Some(&(rule, label)) {
            entries.kinds.push((rule, label));
        }
        entries.kind.push(entries.kinds.len() as u32 - 1);
        let value = value.map_or(NO_TEXT, |value| entries.texts.push(value));
        entries.values.push(value);
        entries.feature_starts.push(entries.features.len() as u32);
        for (feature, text) in features {
            let feature = u32::from(feature.0);
            // Of many phrases in a row a feature is often the same.
            let last = self.last.entry(feature).or_insert(NO_TEXT);
            if *last == NO_TEXT || entries.texts.get(*last) != &**text {
                *last = entries.texts.push(text);
            }
            entries.features.push([feature, *last]);
        }
    }

    /// The entries in the order of `nodes`, of which there is one for each entry;
    /// `starts` says where the entries of each node begin.
    pub(super) fn finish(mut self, nodes: &[u32], starts: &[u32]) -> PhraseEntries {
        self.entries.feature_starts.push(self.entries.features.len() as u32);
        self.entries.sorted(nodes, starts)
    }
}
