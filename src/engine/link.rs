//! Joins the mentions of one thing into chains, and spreads their fullest value.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::doc::schema::{FoldFlags, LinkMethod};
use crate::prep::fold;
use crate::program::{Link, Program};

use super::candidate::{Candidate, CandidateId};
use super::lattice::Letters;

/// The mentions of one document as sets that grow together.
struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    fn root(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    /// The smaller root stays, so that the order of joins does not matter.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }

    /// The sets of two and more, by their first. A root is the first of its set.
    fn chains(mut self) -> Vec<Vec<usize>> {
        let mut chains: Vec<Vec<usize>> = Vec::new();
        let mut chain_of: FxHashMap<usize, usize> = FxHashMap::default();
        for at in 0..self.parents.len() {
            let root = self.root(at);
            if root < at {
                let chain = *chain_of.entry(root).or_insert_with(|| {
                    chains.push(vec![root]);
                    chains.len() - 1
                });
                chains[chain].push(at);
            }
        }
        chains.sort_unstable();
        chains
    }
}

/// Joins mentions by the links of the program and returns the chains of two
/// and more, by first mention. `mentions` are in text order. Values spread
/// over the chains of links that say so. O(links × mentions) on natural text.
pub(super) fn link(
    mentions: &[CandidateId],
    letters: &Letters<'_>,
    program: &Program,
    values: &mut FxHashMap<CandidateId, crate::doc::Value>,
) -> Vec<Vec<usize>> {
    if program.links.is_empty() {
        return Vec::new();
    }
    let mut sets = Sets { parents: (0..mentions.len()).collect() };
    for link in &program.links {
        let linker = Linker { mentions, letters, members: members(link, mentions, letters.candidates) };
        for method in &link.by {
            linker.join(method, &mut sets);
        }
        if link.spread_value {
            spread(&linker, &mut sets, values);
        }
    }
    sets.chains()
}

fn members(link: &Link, mentions: &[CandidateId], candidates: &[Candidate]) -> Vec<usize> {
    let is_member = |&at: &usize| link.on.contains(&candidates[mentions[at].index()].label);
    (0..mentions.len()).filter(is_member).collect()
}

/// Gives every mention of a chain the longest value of the chain; of equally
/// long ones the first in the text.
fn spread(linker: &Linker<'_, '_>, sets: &mut Sets, values: &mut FxHashMap<CandidateId, crate::doc::Value>) {
    let mut fullest: FxHashMap<usize, crate::doc::Value> = FxHashMap::default();
    for &at in &linker.members {
        let Some(value) = &linker.candidate(at).value else { continue };
        let root = sets.root(at);
        let longer = fullest.get(&root).is_none_or(|known| value.as_str().len() > known.as_str().len());
        if longer {
            fullest.insert(root, value.clone());
        }
    }
    for &at in &linker.members {
        if let Some(value) = fullest.get(&sets.root(at)) {
            values.insert(linker.mentions[at], value.clone());
        }
    }
}

/// A text with a space between its words and none around them: itself, where it is so.
fn spaced(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut after_space = true;
    let mut is_word_or_space = |byte: &u8| {
        let is_space = *byte == b' ';
        let fits = (byte.is_ascii_graphic() || is_space) && !(is_space && after_space);
        after_space = is_space;
        fits
    };
    match text.as_bytes().iter().all(&mut is_word_or_space) && !after_space {
        true => text,
        false => text.split_whitespace().collect::<Vec<_>>().join(" ").into(),
    }
}

/// One link at work in one document.
struct Linker<'a, 'l> {
    mentions: &'a [CandidateId],
    letters: &'a Letters<'l>,
    /// Indices into `mentions`, in text order.
    members: Vec<usize>,
}

impl Linker<'_, '_> {
    fn candidate(&self, at: usize) -> &Candidate {
        &self.letters.candidates[self.mentions[at].index()]
    }

    /// The folded text of a member, with a space between its words.
    fn text(&self, at: usize, flags: FoldFlags) -> Cow<'_, str> {
        spaced(fold(self.candidate(at).span.slice(self.letters.text).unwrap_or(""), flags))
    }

    fn join(&self, method: &LinkMethod, sets: &mut Sets) {
        match method {
            LinkMethod::Text(flags) => self.by_key(sets, |at| Some(self.text(at, *flags))),
            LinkMethod::Feature(name) => {
                self.by_key(sets, |at| self.candidate(at).feature(*name).map(|value| (&**value).into()));
            }
            LinkMethod::Value => {
                self.by_key(sets, |at| self.candidate(at).value.as_ref().map(|value| value.as_str().into()));
            }
            LinkMethod::Abbreviation => self.by_abbreviation(sets),
            LinkMethod::LastPart => self.by_last_part(sets),
            LinkMethod::NumberPrefix => self.by_number_prefix(sets),
        }
    }

    /// Joins members of one type with the same key, if it is not empty.
    fn by_key<'s>(&'s self, sets: &mut Sets, key: impl Fn(usize) -> Option<Cow<'s, str>>) {
        let mut first: FxHashMap<(u16, Cow<'s, str>), usize> = FxHashMap::default();
        for &at in &self.members {
            let Some(key) = key(at).filter(|key| !key.is_empty()) else { continue };
            let other = *first.entry((self.candidate(at).label.0, key)).or_insert(at);
            sets.join(other, at);
        }
    }

    /// `Full Name (FN)`: joins the two, and every further mention of either text.
    fn by_abbreviation(&self, sets: &mut Sets) {
        let plain = FoldFlags::default();
        for &short in &self.members {
            let (first, last) = self.candidate(short).tokens;
            if first == 0 || !self.token_is(first - 1, "(") || !self.token_is(last, ")") {
                continue;
            }
            let same_type = |&&at: &&usize| {
                let other = self.candidate(at);
                other.label == self.candidate(short).label && other.tokens.1 == first - 1
            };
            // Of nested spans that end there the outermost is meant.
            let full = self.members.iter().filter(same_type).min_by_key(|&&at| self.candidate(at).tokens.0);
            let Some(&full) = full else { continue };
            sets.join(full, short);
            let text = self.text(short, plain);
            for &at in self.members.iter().filter(|&&at| at > short) {
                if self.candidate(at).label == self.candidate(short).label && self.text(at, plain) == text {
                    sets.join(short, at);
                }
            }
        }
    }

    fn token_is(&self, token: u32, text: &str) -> bool {
        let token = self.letters.tokens.get(token as usize);
        token.and_then(|token| token.span().slice(self.letters.text)) == Some(text)
    }

    /// Joins a mention with the longer ones of its type that end with its
    /// text, if these all read the same.
    fn by_last_part(&self, sets: &mut Sets) {
        let flags = FoldFlags { case: true, marks: true };
        let texts: Vec<(usize, Cow<'_, str>)> =
            self.members.iter().map(|&at| (at, self.text(at, flags))).collect();
        let mut by_end: FxHashMap<(u16, &str), Vec<(usize, &str)>> = FxHashMap::default();
        for (at, text) in &texts {
            for (cut, _) in text.match_indices(' ') {
                let key = (self.candidate(*at).label.0, &text[cut + 1..]);
                by_end.entry(key).or_default().push((*at, text));
            }
        }
        for (at, text) in &texts {
            let Some(longer) = by_end.get(&(self.candidate(*at).label.0, &**text)) else { continue };
            let (first, full) = longer[0];
            // `Hoang Thi Lan` and `Thi Lan` are one name at two lengths.
            let unique = longer.iter().all(|(_, other)| other.ends_with(full) || full.ends_with(other));
            if unique {
                sets.join(first, *at);
            }
        }
    }

    /// Joins `docid:resolution/18` with `docid:resolution/18-NQ/TW`, if no
    /// other number begins so.
    fn by_number_prefix(&self, sets: &mut Sets) {
        let value = |at: usize| self.candidate(at).value.as_ref().map(|value| value.as_str());
        let extends = |long: &str, short: &str| {
            long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['-', '/']))
        };
        for &at in &self.members {
            let Some(short) = value(at) else { continue };
            let longer: Vec<usize> = self
                .members
                .iter()
                .copied()
                .filter(|&other| value(other).is_some_and(|long| extends(long, short)))
                .collect();
            let Some(&first) = longer.first() else { continue };
            if longer.iter().all(|&other| value(other) == value(first)) {
                sets.join(first, at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_one_space_between_them() {
        for text in ["", " ", "a", " a", "a ", "a b", "a  b", "a\tb", "a\u{a0}b", "é  b", "é b", "a\u{1}b c"]
        {
            let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(spaced(text.into()), plain, "{text:?}");
        }
        assert!(matches!(spaced("Ha Giang".into()), Cow::Borrowed(_)));
    }
}
