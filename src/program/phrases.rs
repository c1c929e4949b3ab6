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

    /// The phrases that end at a node.
    #[must_use]
    pub fn entries(&self, node: u32) -> &[PhraseEntry] {
        self.entries.get(node as usize).map_or(&[], Vec::as_slice)
    }
}
