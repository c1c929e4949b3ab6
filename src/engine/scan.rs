//! The first step of a phase: phrases and regular expressions over the text.

use regex::Captures;
use smallvec::SmallVec;

use crate::doc::schema::{FoldFlags, TypeId};
use crate::prep::{Class, Folded, Token, fold_with_map};
use crate::program::{Part, Phase, PhraseEntry, PhraseTrie, Program, RegexView, TextRegex};
use crate::text::Span;
use crate::value;

use super::candidate::{Candidate, Fate};
use super::forms::{FormId, FormTable};
use super::relate::{assign, filtered};

/// The views of one text that regular expressions read, made when first asked for.
#[derive(Default)]
pub(super) struct Views<'t> {
    plain: Option<Folded<'t>>,
    unmarked: Option<Folded<'t>>,
}

/// One document before the rules of a phase see it.
pub(super) struct Scan<'a, 't> {
    pub(super) text: &'t str,
    pub(super) tokens: &'a [Token],
    pub(super) forms: &'a [FormId],
    pub(super) table: &'a FormTable,
    pub(super) context: &'a value::Context,
    pub(super) phase: u16,
}

impl<'t> Scan<'_, 't> {
    /// Adds the candidates of a phase's gazetteers and regular expressions.
    pub(super) fn run(&self, phase: &Phase, views: &mut Views<'t>, out: &mut Vec<Candidate>) {
        for (vocabulary, trie) in &phase.phrases {
            self.phrases(*vocabulary, trie, out);
        }
        if !phase.regexes.plain.regexes.is_empty() {
            let plain = FoldFlags::default();
            let view = views.plain.get_or_insert_with(|| fold_with_map(self.text, plain));
            self.regexes(&phase.regexes.plain, view, out);
        }
        if !phase.regexes.unmarked.regexes.is_empty() {
            let unmarked = FoldFlags { case: false, marks: true };
            let view = views.unmarked.get_or_insert_with(|| fold_with_map(self.text, unmarked));
            self.regexes(&phase.regexes.unmarked, view, out);
        }
    }

    /// At each token the longest phrase of each gazetteer. O(tokens × longest phrase).
    fn phrases(&self, vocabulary: usize, trie: &PhraseTrie, out: &mut Vec<Candidate>) {
        let mut hits: Vec<(u32, &PhraseEntry)> = Vec::new();
        for first in 0..self.tokens.len() {
            hits.clear();
            let mut node = PhraseTrie::ROOT;
            for at in first..self.tokens.len() {
                if at > first && self.tokens[at].class.contains(Class::LINE_START) {
                    break;
                }
                let word = self.table.word(self.forms[at], vocabulary);
                let Some(next) = word.and_then(|word| trie.step(node, word)) else { break };
                node = next;
                hits.extend(trie.entries(node).iter().map(|entry| (at as u32 + 1, entry)));
            }
            for (index, &(end, entry)) in hits.iter().enumerate() {
                let beaten =
                    hits[index + 1..].iter().any(|(later, other)| other.rule == entry.rule && *later > end);
                if !beaten {
                    out.push(self.phrase(first as u32, end, entry));
                }
            }
        }
    }

    fn phrase(&self, first: u32, end: u32, entry: &PhraseEntry) -> Candidate {
        let span = Span::new(self.tokens[first as usize].start, self.tokens[end as usize - 1].end);
        Candidate {
            value: entry.value.clone(),
            features: entry.features.iter().cloned().collect(),
            ..self.bare(span, (first, end), entry.label, entry.rule)
        }
    }

    fn bare(
        &self,
        span: Span,
        tokens: (u32, u32),
        label: TypeId,
        rule: crate::doc::schema::RuleId,
    ) -> Candidate {
        Candidate {
            span,
            tokens,
            label,
            rule,
            phase: self.phase,
            value: None,
            pending: None,
            features: SmallVec::new(),
            stands_on: SmallVec::new(),
            fate: Fate::Stays,
        }
    }

    /// Every match of every expression, each searched alone in each line.
    fn regexes(&self, view: &RegexView, folded: &Folded<'t>, out: &mut Vec<Candidate>) {
        let text: &str = &folded.text;
        let mut open = vec![false; view.regexes.len()];
        let mut at = 0;
        for line in text.split_inclusive(['\n', '\r']) {
            let start = at;
            at += line.len();
            let line = line.trim_end_matches(['\n', '\r']);
            if line.is_empty() {
                continue;
            }
            open.fill(false);
            view.ungated.iter().for_each(|&index| open[index as usize] = true);
            if let Some(gate) = &view.gate {
                for hit in gate.find_overlapping_iter(line) {
                    view.opens[hit.pattern().as_usize()]
                        .iter()
                        .for_each(|&index| open[index as usize] = true);
                }
            }
            for (regex, _) in view.regexes.iter().zip(&open).filter(|(_, open)| **open) {
                for captures in regex.regex.captures_iter(line) {
                    self.regex_match(regex, &captures, start, folded, out);
                }
            }
        }
    }

    fn regex_match(
        &self,
        regex: &TextRegex,
        captures: &Captures<'_>,
        offset: usize,
        folded: &Folded<'t>,
        out: &mut Vec<Candidate>,
    ) {
        let original = |found: regex::Match<'_>| {
            let span = Span::new((offset + found.start()) as u32, (offset + found.end()) as u32);
            self.trim(folded.map.to_original(span))
        };
        if let Some((span, tokens)) = captures.get(0).and_then(original) {
            let mut candidate = self.bare(span, tokens, regex.label, regex.rule);
            for set in &regex.sets {
                let fill = |part: &Part, text: &mut String| match part {
                    Part::Literal(literal) => text.push_str(literal),
                    Part::Group(name, filters) => {
                        let group = captures.name(name).map_or("", |group| group.as_str());
                        text.push_str(&filtered(group, filters));
                    }
                    Part::Whole(filters) => text.push_str(&filtered(captures[0].trim(), filters)),
                    Part::Field(..) => {}
                };
                assign(set, fill, self.context, &mut candidate);
            }
            out.push(candidate);
        }
        for (name, label) in &regex.group_types {
            if let Some((span, tokens)) = captures.name(name).and_then(original) {
                out.push(self.bare(span, tokens, *label, regex.rule));
            }
        }
    }

    /// Cuts white space off the ends and finds the tokens; nothing where no
    /// token is touched.
    fn trim(&self, span: Span) -> Option<(Span, (u32, u32))> {
        let text = span.slice(self.text)?;
        let start = span.start + (text.len() - text.trim_start().len()) as u32;
        let span = Span::new(start, start + text.trim().len() as u32);
        let first = self.tokens.partition_point(|token| token.end <= span.start) as u32;
        let last = self.tokens.partition_point(|token| token.start < span.end) as u32;
        (first < last).then_some((span, (first, last)))
    }
}

impl Program {
    /// Whether the span of a relation's role may have this type.
    pub(super) fn accepts(&self, relation: usize, role: usize, label: TypeId) -> bool {
        let roles = self.relations.get(relation).map(|info| &info.accepts);
        roles.and_then(|roles| roles.get(role)).is_some_and(|types| types.contains(&label))
    }
}
