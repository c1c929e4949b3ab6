//! Joins the mentions of one thing into chains, and spreads their fullest value.

use std::borrow::Cow;
use std::cell::OnceCell;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::doc::Value;
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
    values: &mut FxHashMap<CandidateId, Value>,
) -> Vec<Vec<usize>> {
    if program.links.is_empty() {
        return Vec::new();
    }
    let mut sets = Sets { parents: (0..mentions.len()).collect() };
    for link in &program.links {
        let members = members(link, mentions, letters.candidates);
        let linker = Linker { mentions, letters, members, texts: Default::default() };
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
fn spread(linker: &Linker<'_, '_>, sets: &mut Sets, values: &mut FxHashMap<CandidateId, Value>) {
    let mut fullest: FxHashMap<usize, Value> = FxHashMap::default();
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
    /// The texts of the members, for each folding that was asked for.
    texts: [OnceCell<Vec<Cow<'l, str>>>; 4],
}

impl<'l> Linker<'_, 'l> {
    fn candidate(&self, at: usize) -> &Candidate {
        &self.letters.candidates[self.mentions[at].index()]
    }

    /// The folded texts of the members, with a space between their words.
    fn texts(&self, flags: FoldFlags) -> &[Cow<'l, str>] {
        let text = |at: &usize| {
            let text = self.candidate(*at).span.slice(self.letters.text).unwrap_or("");
            spaced(fold(text, flags))
        };
        let texts = &self.texts[usize::from(flags.case) * 2 + usize::from(flags.marks)];
        texts.get_or_init(|| self.members.iter().map(text).collect())
    }

    fn join(&self, method: &LinkMethod, sets: &mut Sets) {
        match method {
            LinkMethod::Text(flags) => {
                self.by_key(sets, self.texts(*flags).iter().map(|text| Some(&**text)));
            }
            LinkMethod::Feature(name) => {
                let feature = |at: &usize| self.candidate(*at).feature(*name).map(|value| &**value);
                self.by_key(sets, self.members.iter().map(feature));
            }
            LinkMethod::Value => {
                let value = |at: &usize| self.candidate(*at).value.as_ref().map(Value::as_str);
                self.by_key(sets, self.members.iter().map(value));
            }
            LinkMethod::Abbreviation => self.by_abbreviation(sets),
            LinkMethod::LastPart => self.by_last_part(sets),
            LinkMethod::NumberPrefix => self.by_number_prefix(sets),
        }
    }

    /// Joins members of one type with the same key, if it is not empty.
    fn by_key<'s>(&'s self, sets: &mut Sets, keys: impl Iterator<Item = Option<&'s str>>) {
        let mut first: FxHashMap<(u16, &str), usize> =
            FxHashMap::with_capacity_and_hasher(self.members.len(), FxBuildHasher);
        for (&at, key) in self.members.iter().zip(keys) {
            let Some(key) = key.filter(|key| !key.is_empty()) else { continue };
            let other = *first.entry((self.candidate(at).label.0, key)).or_insert(at);
            sets.join(other, at);
        }
    }

    /// `Full Name (FN)`: joins the two, and every further mention of the short text.
    fn by_abbreviation(&self, sets: &mut Sets) {
        let is_short = |&at: &usize| {
            let (first, last) = self.candidate(at).tokens;
            first > 0 && self.token_is(first - 1, "(") && self.token_is(last, ")")
        };
        if !self.members.iter().any(is_short) {
            return;
        }
        let texts = self.texts(FoldFlags::default());
        let mentions = self.members.iter().zip(texts).map(|(&at, text)| {
            let Candidate { tokens, label, .. } = *self.candidate(at);
            Mention { at, label: label.0, tokens, text, is_short: is_short(&at) }
        });
        let mentions: Vec<Mention<'_>> = mentions.collect();
        abbreviations(&mentions, |one, other| sets.join(one, other));
    }

    fn token_is(&self, token: u32, text: &str) -> bool {
        let token = self.letters.tokens.get(token as usize);
        token.and_then(|token| token.span().slice(self.letters.text)) == Some(text)
    }

    /// Joins a mention with the longer ones of its type that end with its
    /// text, if these all read the same.
    fn by_last_part<'s>(&'s self, sets: &mut Sets) {
        let flags = FoldFlags { case: true, marks: true };
        let text = |(&at, text): (&usize, &'s Cow<'l, str>)| (at, self.candidate(at).label.0, &**text);
        let texts: Vec<(usize, u16, &str)> = self.members.iter().zip(self.texts(flags)).map(text).collect();
        last_parts(&texts, |one, other| sets.join(one, other));
    }

    /// Joins `docid:resolution/18` with `docid:resolution/18-NQ/TW`, if no
    /// other number begins so.
    fn by_number_prefix(&self, sets: &mut Sets) {
        let value = |&at: &usize| Some((at, self.candidate(at).value.as_ref()?.as_str()));
        let values: Vec<(usize, &str)> = self.members.iter().filter_map(value).collect();
        number_prefixes(&values, |one, other| sets.join(one, other));
    }
}

/// A mention that may be an abbreviation, or be abbreviated.
struct Mention<'t> {
    at: usize,
    label: u16,
    tokens: (u32, u32),
    text: &'t str,
    /// Whether it stands between parentheses, alone.
    is_short: bool,
}

/// Joins each short mention with what stands before its parenthesis, and with all that
/// follow and have its text. O(n).
fn abbreviations(mentions: &[Mention<'_>], mut join: impl FnMut(usize, usize)) {
    // Of nested spans that end there the outermost is meant.
    let mut ending: FxHashMap<(u16, u32), &Mention<'_>> = FxHashMap::default();
    for mention in mentions {
        let outermost = ending.entry((mention.label, mention.tokens.1)).or_insert(mention);
        if mention.tokens.0 < outermost.tokens.0 {
            *outermost = mention;
        }
    }
    let mut short: FxHashMap<(u16, &str), usize> = FxHashMap::default();
    for Mention { at, label, tokens, text, is_short } in mentions {
        if let Some(first) = short.get(&(*label, &**text)) {
            join(*first, *at);
        }
        let before = is_short.then(|| tokens.0.checked_sub(1)).flatten();
        if let Some(full) = before.and_then(|end| ending.get(&(*label, end))) {
            join(full.at, *at);
            short.entry((*label, text)).or_insert(*at);
        }
    }
}

/// The longer ones of a text.
struct Longer<'t> {
    first: usize,
    text: &'t str,
    /// Whether the others read like the first.
    are_one: bool,
}

/// Joins each text with the longer ones of its label that end with it, after a space, if
/// those are one. O(n) in natural text.
fn last_parts(texts: &[(usize, u16, &str)], mut join: impl FnMut(usize, usize)) {
    let mut longer: FxHashMap<(u16, &str), Option<Longer<'_>>> =
        texts.iter().map(|(_, label, text)| ((*label, &**text), None)).collect();
    let lengths: FxHashSet<usize> = texts.iter().map(|(_, _, text)| text.len()).collect();
    for (at, label, text) in texts {
        // What no text has as its length, none is: it need not be looked at.
        let cuts = text.match_indices(' ').map(|(cut, _)| cut + 1);
        for cut in cuts.filter(|cut| lengths.contains(&(text.len() - cut))) {
            let Some(longer) = longer.get_mut(&(*label, &text[cut..])) else { continue };
            match longer {
                None => *longer = Some(Longer { first: *at, text, are_one: true }),
                // `Hoang Thi Lan` and `Thi Lan` are one name at two lengths.
                Some(first) => {
                    first.are_one &= text.ends_with(first.text) || first.text.ends_with(&**text);
                }
            }
        }
    }
    for (at, label, text) in texts {
        if let Some(Some(Longer { first, are_one: true, .. })) = longer.get(&(*label, &**text)) {
            join(*first, *at);
        }
    }
}

/// Joins each value with those that go on after it with a dash or a slash, if those are
/// one. O(n) in natural text.
fn number_prefixes(values: &[(usize, &str)], mut join: impl FnMut(usize, usize)) {
    let mut longer: FxHashMap<&str, Option<Longer<'_>>> =
        values.iter().map(|(_, value)| (*value, None)).collect();
    let lengths: FxHashSet<usize> = values.iter().map(|(_, value)| value.len()).collect();
    for &(at, value) in values {
        let ends = value.match_indices(['-', '/']).map(|(end, _)| end);
        for end in ends.filter(|end| lengths.contains(end)) {
            let Some(longer) = longer.get_mut(&value[..end]) else { continue };
            match longer {
                None => *longer = Some(Longer { first: at, text: value, are_one: true }),
                Some(first) => first.are_one &= value == first.text,
            }
        }
    }
    for &(at, value) in values {
        if let Some(Some(Longer { first, are_one: true, .. })) = longer.get(value) {
            join(*first, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The chains that a way to join makes of some mentions.
    fn chains(count: usize, joins: impl FnOnce(&mut dyn FnMut(usize, usize))) -> Vec<Vec<usize>> {
        let mut sets = Sets { parents: (0..count).collect() };
        joins(&mut |one, other| sets.join(one, other));
        sets.chains()
    }

    proptest! {
        /// Each mention beside each other.
        #[test]
        fn abbreviations_are_those_of_a_look_at_all(
            mentions in prop::collection::vec((0u16..2, 0u32..3, 1u32..3, "[ab]", any::<bool>()), 0..12),
        ) {
            let mut end = 0;
            let mentions: Vec<Mention<'_>> = (0..)
                .zip(&mentions)
                .map(|(at, (label, gap, len, text, is_short))| {
                    let first = end + gap;
                    end = first + len;
                    let tokens = (first, end);
                    Mention { at, label: *label, tokens, text, is_short: *is_short }
                })
                .collect();
            let plainly = chains(mentions.len(), |join| {
                for short in mentions.iter().filter(|mention| mention.is_short) {
                    let of_label = || mentions.iter().filter(|other| other.label == short.label);
                    let full = of_label().filter(|other| other.tokens.1 + 1 == short.tokens.0);
                    let Some(full) = full.min_by_key(|other| other.tokens.0) else { continue };
                    join(full.at, short.at);
                    for other in of_label().filter(|other| other.at > short.at && other.text == short.text) {
                        join(short.at, other.at);
                    }
                }
            });
            prop_assert_eq!(chains(mentions.len(), |join| abbreviations(&mentions, join)), plainly);
        }

        #[test]
        fn last_parts_are_those_of_a_look_at_all(
            texts in prop::collection::vec((0u16..2, "[ab]( [ab]){0,2}"), 0..12),
        ) {
            let texts: Vec<(usize, u16, &str)> =
                texts.iter().enumerate().map(|(at, (label, text))| (at, *label, &**text)).collect();
            let plainly = chains(texts.len(), |join| {
                for (at, label, text) in &texts {
                    let end = format!(" {text}");
                    let longer: Vec<_> =
                        texts.iter().filter(|(_, of, long)| of == label && long.ends_with(&end)).collect();
                    let Some((first, _, full)) = longer.first() else { continue };
                    if longer.iter().all(|(_, _, long)| long.ends_with(&**full) || full.ends_with(&**long)) {
                        join(*first, *at);
                    }
                }
            });
            prop_assert_eq!(chains(texts.len(), |join| last_parts(&texts, join)), plainly);
        }

        #[test]
        fn number_prefixes_are_those_of_a_look_at_all(
            values in prop::collection::vec("[12]([-/][12]){0,3}", 0..12),
        ) {
            let values: Vec<(usize, &str)> = values.iter().map(String::as_str).enumerate().collect();
            let plainly = chains(values.len(), |join| {
                for (at, short) in &values {
                    let goes_on = |long: &str| {
                        long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['-', '/']))
                    };
                    let longer: Vec<_> = values.iter().filter(|(_, long)| goes_on(long)).collect();
                    let Some((first, full)) = longer.first() else { continue };
                    if longer.iter().all(|(_, long)| long == full) {
                        join(*first, *at);
                    }
                }
            });
            prop_assert_eq!(chains(values.len(), |join| number_prefixes(&values, join)), plainly);
        }
    }

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
