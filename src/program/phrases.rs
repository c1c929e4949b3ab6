//! Phrases as a trie over the ids of folded tokens.
//!
//! A byte automaton over a million phrases takes many seconds to build and
//! misses the cache at every byte; phrases that stand on token boundaries need
//! one hash step a token instead. All tables are flat, so that a program that
//! was saved is read at a stroke.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::entries::{EntriesBuilder, PhraseEntries, PhraseEntry};
use super::steps::{NO_NODE, Steps, mixed};

/// The phrases of one phase and one folding.
///
/// Here the time goes into fetching memory, so little is fetched. The first step
/// is an array by token, for many tokens begin no phrase. Most of those that do
/// are followed by something that no phrase goes on with: a few bits say so
/// before the table of steps is asked. A node tells by itself whether a phrase
/// ends there. Entries lie in the order of their nodes.
#[derive(Debug, Default)]
pub struct PhraseTrie {
    /// For each token, from 1, the node after it where it comes first, or
    /// `NO_NODE`; at 0 stands `NO_NODE` for `NO_WORD`.
    pub(super) roots: Vec<u32>,
    pub(super) steps: Steps,
    /// Bits of which every step from a first token has one; a power of two.
    pub(super) known: Vec<u64>,
    /// For each node where its entries begin, and one more for the end.
    pub(super) starts: Vec<u32>,
    pub(super) entries: PhraseEntries,
}

/// A place in a [`PhraseTrie`]; the top bit is set where a phrase ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhraseNode(u32);

impl PhraseNode {
    /// Stands for none.
    pub const NONE: Self = Self(NO_NODE);

    const ENDS: u32 = 1 << 31;

    fn index(self) -> u32 {
        self.0 & !Self::ENDS
    }

    /// Whether a phrase ends here.
    #[must_use]
    #[inline]
    pub fn ends_a_phrase(self) -> bool {
        self.0 & Self::ENDS != 0
    }
}

/// A token with which phrases begin.
#[derive(Clone, Copy, Debug)]
pub struct PhraseOpening {
    /// Which token of the text.
    pub first: u32,
    /// The node after it.
    pub root: PhraseNode,
    /// Whether some of them, nearly always, go on with the next token.
    pub goes_on: bool,
}

/// How many looks are made together: more than a processor has under way.
const TOGETHER: usize = 32;

/// The bit of a step that is mixed, among `words` words of bits.
#[inline]
fn bit(mixed: u64, words: usize) -> (usize, u64) {
    ((mixed >> 32) as usize & (words - 1), 1 << (mixed >> 20 & 63))
}

/// Gathers the phrases of a [`PhraseTrie`].
#[derive(Debug, Default)]
pub struct PhraseTrieBuilder {
    roots: Vec<u32>,
    steps: Steps,
    nodes: u32,
    /// For each entry its node.
    ends: Vec<u32>,
    entries: EntriesBuilder,
}

impl PhraseTrieBuilder {
    /// Adds a phrase of at least one token. O(tokens).
    pub fn insert(&mut self, tokens: &[u32], entry: PhraseEntry<'_>) {
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
            node = self.steps.get_or_insert(node, token, fresh);
            self.nodes += u32::from(node == fresh);
        }
        self.ends.push(node);
        self.entries.push(entry);
    }

    /// The trie. O(size).
    #[must_use]
    pub fn finish(self) -> PhraseTrie {
        let mut starts = vec![0; self.nodes as usize + 1];
        self.ends.iter().for_each(|node| starts[*node as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let entries = self.entries.finish(&self.ends, &starts);
        let marked = |node: u32| {
            let ends = node != NO_NODE && starts[node as usize] < starts[node as usize + 1];
            if ends { node | PhraseNode::ENDS } else { node }
        };
        let mut steps = self.steps.finish();
        for step in steps.places.iter_mut().filter(|step| step[2] != NO_NODE) {
            step[2] = marked(step[2]);
        }
        // Sixteen bits a step: of looks in vain one in sixteen gets through.
        let mut is_root = vec![false; self.nodes as usize];
        self.roots.iter().filter(|root| **root != NO_NODE).for_each(|root| is_root[*root as usize] = true);
        let second = || steps.all().filter(|[node, ..]| is_root[*node as usize]);
        let mut known = vec![0; (second().count() / 4).next_power_of_two().max(16)];
        let words = known.len();
        for [node, token, _] in second() {
            let (word, bit) = bit(mixed(node, token), words);
            known[word] |= bit;
        }
        let roots = std::iter::once(NO_NODE).chain(self.roots.into_iter().map(marked)).collect();
        PhraseTrie { roots, steps, known, starts, entries }
    }
}

impl PhraseTrie {
    /// The node after a token that comes first, or [`PhraseNode::NONE`]. O(1).
    #[must_use]
    pub fn root(&self, token: u32) -> PhraseNode {
        let first = token.wrapping_add(1) as usize;
        // A token that only later phrases hold lies past the end.
        PhraseNode(self.roots.get(first).copied().unwrap_or(NO_NODE))
    }

    /// Of the tokens with which phrases begin, given the nodes after them, keeps those
    /// at which a walk is worth while: where a phrase of one token ends, or, nearly
    /// always, where a longer one has its second token too. `word` tells the tokens of
    /// the text.
    pub fn keep_openings(&self, openings: &mut Vec<PhraseOpening>, word: impl Fn(u32) -> u32) {
        let mut kept = 0;
        for from in (0..openings.len()).step_by(TOGETHER) {
            let to = openings.len().min(from + TOGETHER);
            let mut steps = [0; TOGETHER];
            for (step, opening) in steps.iter_mut().zip(&openings[from..to]) {
                *step = mixed(opening.root.index(), word(opening.first + 1));
            }
            // In a loop of its own, which is so short that all fetches are under way together.
            let is_known = steps.map(|step| {
                let (word, bit) = bit(step, self.known.len());
                self.known[word] & bit != 0
            });
            for at in from..to {
                let goes_on = is_known[at - from];
                openings[kept] = PhraseOpening { goes_on, ..openings[at] };
                kept += usize::from(openings[kept].root.ends_a_phrase() | goes_on);
            }
        }
        openings.truncate(kept);
    }

    /// Fetches into the cache what [`Self::next`] reads: called for several before they
    /// are asked, so that all their memory is waited for together.
    #[inline]
    pub fn fetch(&self, node: PhraseNode, token: u32) {
        std::hint::black_box(self.steps.glance(mixed(node.index(), token)));
    }

    /// The node after a node and a token. O(1).
    #[must_use]
    #[inline]
    pub fn next(&self, node: PhraseNode, token: u32) -> Option<PhraseNode> {
        self.steps.get(node.index(), token, mixed(node.index(), token)).map(PhraseNode)
    }

    /// Shows every phrase with its tokens, in no order. O(size).
    pub fn each(&self, mut visit: impl FnMut(&[u32], u32)) {
        let mut children: FxHashMap<u32, Vec<(u32, PhraseNode)>> = FxHashMap::default();
        for [node, token, next] in self.steps.all() {
            children.entry(node).or_default().push((token, PhraseNode(next)));
        }
        let mut tokens: Vec<u32> = Vec::new();
        // A node, the token that leads to it, and how many stand before that.
        let first = (0..).zip(self.roots.iter().skip(1)).filter(|(_, node)| **node != NO_NODE);
        let mut open: Vec<(PhraseNode, u32, usize)> =
            first.map(|(token, node)| (PhraseNode(*node), token, 0)).collect();
        while let Some((node, token, depth)) = open.pop() {
            tokens.truncate(depth);
            tokens.push(token);
            self.entries(node).for_each(|entry| visit(&tokens, entry));
            let next = children.get(&node.index()).into_iter().flatten();
            open.extend(next.map(|&(token, next)| (next, token, tokens.len())));
        }
    }

    /// The numbers of the phrases that end at a node.
    #[must_use]
    #[inline]
    pub fn entries(&self, node: PhraseNode) -> Range<u32> {
        if !node.ends_a_phrase() {
            return 0..0;
        }
        let node = node.index() as usize;
        match self.starts.get(node..node + 2) {
            Some(&[start, end]) => start..end,
            _ => 0..0,
        }
    }

    /// What the phrases say, by their numbers.
    #[must_use]
    #[inline]
    pub fn said(&self) -> &PhraseEntries {
        &self.entries
    }

    /// Whether the trie is one: every node has one way to it, from a node before
    /// it, and all tables name only what there is.
    pub(super) fn is_sound(&self) -> bool {
        let Some((nodes, ends)) = self.starts.len().checked_sub(1).zip(self.starts.last()) else {
            return self.roots.is_empty() && self.steps.places.is_empty() && self.entries.len() == 0;
        };
        let mut met = vec![0u64; nodes.div_ceil(64)];
        let mut meet = |node: u32| {
            let (word, bit) = ((node / 64) as usize, 1 << (node % 64));
            let is_new = (node as usize) < nodes && met[word] & bit == 0;
            met.get_mut(word).into_iter().for_each(|word| *word |= bit);
            is_new
        };
        let mut reached = 0;
        let mut roots = self.roots.iter().skip(1).filter(|node| **node != NO_NODE);
        let roots_are_sound = roots.all(|&node| {
            reached += 1;
            meet(PhraseNode(node).index())
        });
        let steps_are_sound = self.steps.all().all(|[from, _, to]| {
            reached += 1;
            from < PhraseNode(to).index() && meet(PhraseNode(to).index())
        });
        roots_are_sound
            && steps_are_sound
            && reached == nodes
            && self.roots.first().is_none_or(|none| *none == NO_NODE)
            && self.steps.is_sound()
            && self.known.len().is_power_of_two()
            && self.starts.is_sorted()
            && *ends as usize == self.entries.len()
            && self.entries.is_sound()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::schema::{FeatureId, RuleId, TypeId};

    #[test]
    fn every_phrase_is_shown_with_its_tokens() {
        let mut trie = PhraseTrieBuilder::default();
        let phrases: [&[u32]; 5] = [&[1, 2, 3], &[1, 2], &[1, 4], &[5], &[1, 2, 3]];
        for (rule, phrase) in (0..).zip(phrases) {
            let (rule, label) = (RuleId(rule), TypeId(0));
            trie.insert(phrase, PhraseEntry { rule, label, value: None, features: &[] });
        }
        let mut shown = Vec::new();
        let trie = trie.finish();
        trie.each(|tokens, entry| shown.push((trie.said().kind(entry).0.0, tokens.to_vec())));
        shown.sort();
        let expected: Vec<(u32, Vec<u32>)> = (0..).zip(phrases.map(<[u32]>::to_vec)).collect();
        assert_eq!(shown, expected);
        assert!(trie.is_sound());
        PhraseTrie::default().each(|_, _| panic!("an empty trie has no phrase"));
        assert!(PhraseTrie::default().is_sound());
    }

    #[test]
    fn a_phrase_keeps_its_value_and_features() {
        let feature = |id: u16, text: &str| (FeatureId(id), Box::from(text));
        let rows: [(&[u32], Option<&str>, &[_]); 4] = [
            (&[2, 3], Some("number:1"), &[feature(0, "a"), feature(3, "x")]),
            (&[2], None, &[feature(0, "a")]),
            (&[1], Some("number:2"), &[]),
            (&[2, 3], None, &[feature(0, "b"), feature(3, "x")]),
        ];
        let mut trie = PhraseTrieBuilder::default();
        for (tokens, value, features) in rows {
            trie.insert(tokens, PhraseEntry { rule: RuleId(7), label: TypeId(1), value, features });
        }
        let trie = trie.finish();
        let mut shown = Vec::new();
        trie.each(|tokens, entry| {
            let features: Vec<_> = trie.said().features(entry).map(|(id, text)| (id.0, text)).collect();
            shown.push((tokens.to_vec(), trie.said().value(entry), features));
        });
        shown.sort();
        let expected = [
            (vec![1], Some("number:2"), vec![]),
            (vec![2], None, vec![(0, "a")]),
            (vec![2, 3], None, vec![(0, "b"), (3, "x")]),
            (vec![2, 3], Some("number:1"), vec![(0, "a"), (3, "x")]),
        ];
        assert_eq!(shown, expected);
    }
}
