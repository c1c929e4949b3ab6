//! Phrases as a trie over the ids of folded tokens.
//!
//! A byte automaton over a million phrases takes many seconds to build and
//! misses the cache at every byte; phrases that stand on token boundaries need
//! one hash step a token instead.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::doc::Value;
use crate::doc::schema::{FeatureId, RuleId, TypeId};

/// The folded tokens of all phrases of one folding.
#[derive(Debug, Default)]
pub struct Vocabulary {
    ids: FxHashMap<Box<str>, u32>,
}

impl Vocabulary {
    /// The id of a folded token, made where it is new.
    pub fn intern(&mut self, token: &str) -> u32 {
        if let Some(&id) = self.ids.get(token) {
            return id;
        }
        let id = self.ids.len() as u32;
        self.ids.insert(token.into(), id);
        id
    }

    /// The folded tokens by their ids. O(size).
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        let mut words = vec![""; self.ids.len()];
        for (word, id) in &self.ids {
            words[*id as usize] = word;
        }
        words
    }

    /// The id of a folded token, if a phrase holds it.
    #[must_use]
    pub fn get(&self, token: &str) -> Option<u32> {
        self.ids.get(token).copied()
    }
}

/// What a phrase says about the span that it finds.
#[derive(Clone, Debug)]
pub struct PhraseEntry {
    /// The gazetteer.
    pub rule: RuleId,
    /// The type of the span.
    pub label: TypeId,
    /// Its normal value.
    pub value: Option<Value>,
    /// Its features.
    pub features: Arc<[(FeatureId, Arc<str>)]>,
}

/// The phrases of one phase and one folding.
#[derive(Debug, Default)]
pub struct PhraseTrie {
    edges: FxHashMap<(u32, u32), u32>,
    /// For each node its entries; most nodes have none.
    entries: Vec<Vec<PhraseEntry>>,
}

impl PhraseTrie {
    /// The node before the first token.
    pub const ROOT: u32 = 0;

    /// Adds a phrase. O(tokens).
    pub fn insert(&mut self, tokens: &[u32], entry: PhraseEntry) {
        if self.entries.is_empty() {
            self.entries.push(Vec::new());
        }
        let mut node = Self::ROOT;
        for &token in tokens {
            let fresh = self.entries.len() as u32;
            node = *self.edges.entry((node, token)).or_insert(fresh);
            if node == fresh {
                self.entries.push(Vec::new());
            }
        }
        self.entries[node as usize].push(entry);
    }

    /// The node after one more token. O(1).
    #[must_use]
    pub fn step(&self, node: u32, token: u32) -> Option<u32> {
        self.edges.get(&(node, token)).copied()
    }

    /// Shows every phrase with its tokens, in no order. O(size).
    pub fn each<'t>(&'t self, mut visit: impl FnMut(&[u32], &'t PhraseEntry)) {
        let mut children: FxHashMap<u32, Vec<(u32, u32)>> = FxHashMap::default();
        for (&(node, token), &next) in &self.edges {
            children.entry(node).or_default().push((token, next));
        }
        let mut tokens: Vec<u32> = Vec::new();
        // A node, the token that leads to it, and how many stand before that.
        let mut open: Vec<(u32, Option<u32>, usize)> = vec![(Self::ROOT, None, 0)];
        while let Some((node, token, depth)) = open.pop() {
            tokens.truncate(depth);
            tokens.extend(token);
            self.entries(node).iter().for_each(|entry| visit(&tokens, entry));
            let next = children.get(&node).into_iter().flatten();
            open.extend(next.map(|&(token, next)| (next, Some(token), tokens.len())));
        }
    }

    /// The phrases that end at a node.
    #[must_use]
    pub fn entries(&self, node: u32) -> &[PhraseEntry] {
        self.entries.get(node as usize).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_shown_with_its_tokens() {
        let mut trie = PhraseTrie::default();
        let phrases: [&[u32]; 5] = [&[1, 2, 3], &[1, 2], &[1, 4], &[5], &[1, 2, 3]];
        for (rule, phrase) in (0..).zip(phrases) {
            let entry = PhraseEntry {
                rule: RuleId(rule),
                label: TypeId(0),
                value: None,
                features: Arc::from(Vec::new()),
            };
            trie.insert(phrase, entry);
        }
        let mut shown = Vec::new();
        trie.each(|tokens, entry| shown.push((entry.rule.0, tokens.to_vec())));
        shown.sort();
        let expected: Vec<(u32, Vec<u32>)> = (0..).zip(phrases.map(<[u32]>::to_vec)).collect();
        assert_eq!(shown, expected);
        PhraseTrie::default().each(|_, _| panic!("an empty trie has no phrase"));
    }
}
