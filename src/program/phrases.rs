//! Phrases as a trie over the ids of folded tokens.
//!
//! A byte automaton over a million phrases takes many seconds to build and
//! misses the cache at every byte; phrases that stand on token boundaries need
//! one hash step a token instead.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::doc::Value;
use crate::doc::schema::{FeatureId, RuleId, TypeId};

/// Stands for a token that no phrase of a folding holds.
pub const NO_WORD: u32 = u32::MAX;

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
///
/// Here the time goes into fetching memory, so little is fetched. The first step
/// is an array by token, for most tokens begin no phrase. Most of those that do
/// are followed by something that no phrase goes on with: a few bits say so
/// before the table of steps is asked. A node tells by itself whether a phrase
/// ends there. Entries lie in the order of their nodes, with no vector of their
/// own.
#[derive(Debug, Default)]
pub struct PhraseTrie {
    /// For each token, from 1, the node after it where it comes first, or
    /// `NO_NODE`; at 0 stands `NO_NODE` for `NO_WORD`.
    roots: Vec<PhraseNode>,
    edges: FxHashMap<(u32, u32), PhraseNode>,
    /// Bits of which every step has one; a power of two.
    known: Vec<u64>,
    /// For each node where its entries begin, and one more for the end.
    starts: Vec<u32>,
    entries: Vec<PhraseEntry>,
}

/// A place in a [`PhraseTrie`]; the top bit is set where a phrase ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhraseNode(u32);

impl PhraseNode {
    const ENDS: u32 = 1 << 31;

    fn index(self) -> u32 {
        self.0 & !Self::ENDS
    }
}

/// Stands for a step that no phrase takes.
const NO_NODE: u32 = u32::MAX;

/// The bit of a step, among `words` words of bits.
#[inline]
fn bit(node: u32, token: u32, words: usize) -> (usize, u64) {
    let step = u64::from(node) << 32 | u64::from(token);
    let mixed = step.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 32) as usize & (words - 1), 1 << (mixed >> 20 & 63))
}

/// Gathers the phrases of a [`PhraseTrie`].
#[derive(Debug, Default)]
pub struct PhraseTrieBuilder {
    roots: Vec<u32>,
    edges: FxHashMap<(u32, u32), PhraseNode>,
    nodes: u32,
    entries: Vec<(u32, PhraseEntry)>,
}

impl PhraseTrieBuilder {
    /// Adds a phrase of at least one token. O(tokens).
    pub fn insert(&mut self, tokens: &[u32], entry: PhraseEntry) {
        let Some((&first, rest)) = tokens.split_first() else { return };
        let first = first as usize;
        if self.roots.len() <= first {
            self.roots.resize(first + 1, NO_NODE);
        }
        if self.roots[first] == NO_NODE {
            self.roots[first] = self.nodes;
            self.nodes += 1;
        }
        let mut node = self.roots[first];
        for &token in rest {
            let fresh = self.nodes;
            node = self.edges.entry((node, token)).or_insert(PhraseNode(fresh)).0;
            self.nodes += u32::from(node == fresh);
        }
        self.entries.push((node, entry));
    }

    /// The trie. O(size).
    #[must_use]
    pub fn finish(mut self) -> PhraseTrie {
        // Entries of one node keep the order in which they came.
        self.entries.sort_by_key(|(node, _)| *node);
        let mut starts = vec![0; self.nodes as usize + 1];
        self.entries.iter().for_each(|(node, _)| starts[*node as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let entries: Vec<PhraseEntry> = self.entries.into_iter().map(|(_, entry)| entry).collect();
        let marked = |node: u32| {
            let ends = node != NO_NODE && starts[node as usize] < starts[node as usize + 1];
            PhraseNode(if ends { node | PhraseNode::ENDS } else { node })
        };
        self.edges.values_mut().for_each(|node| *node = marked(node.0));
        // Sixteen bits a step: of looks in vain one in sixteen gets through.
        let mut known = vec![0; (self.edges.len() / 4).next_power_of_two().max(16)];
        let words = known.len();
        for &(node, token) in self.edges.keys() {
            let (word, bit) = bit(node, token, words);
            known[word] |= bit;
        }
        let roots = std::iter::once(PhraseNode(NO_NODE)).chain(self.roots.into_iter().map(marked)).collect();
        PhraseTrie { roots, edges: self.edges, known, starts, entries }
    }
}

impl PhraseTrie {
    /// The tokens at which a walk is worth while, given the words of a text:
    /// the first of a phrase of one token, and the first two of a longer one
    /// (nearly always). The loop is free of branches that would have to wait
    /// for memory, so that many fetches are under way at a time.
    pub fn openings(&self, words: &[u32], openings: &mut Vec<(u32, PhraseNode)>) {
        openings.clear();
        if self.roots.is_empty() {
            return;
        }
        openings.resize(words.len(), (0, PhraseNode(NO_NODE)));
        let (mut count, last) = (0, self.roots.len() - 1);
        for at in 0..words.len() {
            let first = words[at].wrapping_add(1) as usize;
            // A token that only later phrases hold lies past the end.
            let root = if first <= last { self.roots[first] } else { PhraseNode(NO_NODE) };
            let next = words.get(at + 1).copied().unwrap_or(NO_WORD);
            let (word, bit) = bit(root.index(), next, self.known.len());
            let goes_on = (self.known[word] & bit != 0) & (next != NO_WORD);
            let ends = root.0 & PhraseNode::ENDS != 0;
            openings[count] = (at as u32, root);
            count += usize::from((root.0 != NO_NODE) & (ends | goes_on));
        }
        openings.truncate(count);
    }

    /// The node after one more token. O(1).
    #[must_use]
    #[inline]
    pub fn step(&self, node: PhraseNode, token: u32) -> Option<PhraseNode> {
        let (word, bit) = bit(node.index(), token, self.known.len());
        if self.known[word] & bit == 0 {
            return None;
        }
        self.edges.get(&(node.index(), token)).copied()
    }

    /// Shows every phrase with its tokens, in no order. O(size).
    pub fn each<'t>(&'t self, mut visit: impl FnMut(&[u32], &'t PhraseEntry)) {
        let mut children: FxHashMap<u32, Vec<(u32, PhraseNode)>> = FxHashMap::default();
        for (&(node, token), &next) in &self.edges {
            children.entry(node).or_default().push((token, next));
        }
        let mut tokens: Vec<u32> = Vec::new();
        // A node, the token that leads to it, and how many stand before that.
        let first = (0..).zip(self.roots.iter().skip(1)).filter(|(_, node)| node.0 != NO_NODE);
        let mut open: Vec<(PhraseNode, u32, usize)> = first.map(|(token, node)| (*node, token, 0)).collect();
        while let Some((node, token, depth)) = open.pop() {
            tokens.truncate(depth);
            tokens.push(token);
            self.entries(node).iter().for_each(|entry| visit(&tokens, entry));
            let next = children.get(&node.index()).into_iter().flatten();
            open.extend(next.map(|&(token, next)| (next, token, tokens.len())));
        }
    }

    /// The phrases that end at a node.
    #[must_use]
    #[inline]
    pub fn entries(&self, node: PhraseNode) -> &[PhraseEntry] {
        if node.0 & PhraseNode::ENDS == 0 {
            return &[];
        }
        let node = node.index() as usize;
        match self.starts.get(node..node + 2) {
            Some(&[start, end]) => &self.entries[start as usize..end as usize],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_shown_with_its_tokens() {
        let mut trie = PhraseTrieBuilder::default();
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
        let trie = trie.finish();
        trie.each(|tokens, entry| shown.push((entry.rule.0, tokens.to_vec())));
        shown.sort();
        let expected: Vec<(u32, Vec<u32>)> = (0..).zip(phrases.map(<[u32]>::to_vec)).collect();
        assert_eq!(shown, expected);
        PhraseTrie::default().each(|_, _| panic!("an empty trie has no phrase"));
    }
}
