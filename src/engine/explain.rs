//! [`Extractor::explain`]: the derivation of every span, and why another is not there.
//!
//! The engine runs as it always does, watched. Nothing is worked out a second
//! time by other means: a rule stopped where the matcher says it stopped, and a
//! span lost to what the resolution says it lost to.

use rustc_hash::FxHashMap;

use crate::doc::schema::{FeatureId, FoldFlags, PlaceId, RelationTypeId, RuleId, RuleKind, TypeId};
use crate::doc::{Annotations, Document};
use crate::prep::{fold, tokenize};
use crate::text::Span;

use super::candidate::{Candidate, CandidateId, Proposal};
use super::cascade::{CandidateReport, ExtractConfig, Extractor, prepare};
use super::watch::{Goal, Watch};

/// What is asked: why is this not there?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A span of one of these types at this place, in bytes.
    Span {
        /// The types.
        labels: Vec<TypeId>,
        /// The place.
        span: Span,
    },
    /// A relation between spans at these places, in the order of its roles.
    Relation {
        /// The relation.
        relation: RelationTypeId,
        /// The places, in bytes.
        args: Vec<Span>,
    },
}

/// What a document gave, and how.
#[derive(Debug, Default)]
pub struct Explanation {
    /// Mentions, relations, events and chains.
    pub annotations: Annotations,
    /// Every candidate with its fate, by [`CandidateId`].
    pub candidates: Vec<Candidate>,
    /// How token rules made candidates.
    pub derivations: FxHashMap<CandidateId, Derivation>,
    /// Features and values that rules and contexts gave to spans that stood
    /// already, in order.
    pub set: Vec<(CandidateId, Option<FeatureId>, RuleId)>,
    /// Every relation that a rule proposed.
    pub proposals: Vec<Proposal>,
    /// The rules that could have made what was asked for, the nearest first.
    pub near: Vec<NearMiss>,
}

/// How a token rule made a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// All that the rule matched.
    pub matched: Span,
    /// What it bound, in the order of the text.
    pub captures: Vec<Capture>,
}

/// Something that a rule bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The name; empty where the rule gives none.
    pub name: String,
    /// The place.
    pub span: Span,
}

/// A rule that could have made what was asked for, at its best attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The rule.
    pub rule: RuleId,
    /// What it matched before it went no further; empty where it never began.
    pub matched: Span,
    /// Why it went no further.
    pub end: End,
}

/// Why a rule did not make what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The next part of its pattern does not match.
    Stopped {
        /// The token before which it stopped; nothing at the end of the line.
        token: Option<Span>,
        /// What it could have gone on with, at most [`MOST_EXPECTED`].
        expected: Vec<Expected>,
    },
    /// It matched, but its condition does not hold.
    Refused {
        /// The part of the condition.
        fact: PlaceId,
    },
    /// It matched, but made this span instead.
    Instead(Span),
    /// It never came to this place: its matches do not overlap, and one before
    /// it took the tokens.
    NeverTried,
    /// The gazetteer has no such phrase; one that comes near, if it has one.
    NoPhrase(Option<NearPhrase>),
    /// The regular expression does not match so; where it matches on the way,
    /// if anywhere.
    NoMatch(Option<Span>),
    /// The rule is switched off.
    Off,
}

/// A phrase of a gazetteer that is nearly what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NearPhrase {
    /// The same but for case or diacritics.
    Folded(String),
    /// It begins with what was asked for.
    Longer(String),
    /// What was asked for begins with it.
    Shorter(String),
}

/// A part of a pattern that did not match where a rule stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The part.
    pub place: PlaceId,
    /// What the token does not meet, in the words of the rule language.
    pub failing: Vec<String>,
}

/// Parts of a pattern that are told for one stop.
pub const MOST_EXPECTED: usize = 4;

impl Extractor<'_> {
    /// Tags one document and tells how each span came about; with a question,
    /// also which rules came nearest to what is not there. Slower than
    /// [`Extractor::extract`], with the same result.
    #[must_use]
    pub fn explain(&self, document: &Document, question: Option<&Question>) -> Explanation {
        let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
        let extractor = Extractor::with_config(self.program(), config);
        let prepared = prepare(document);
        let tokens = prepared.tokens();
        let token_range = |span: Span| {
            let first = tokens.partition_point(|token| token.end <= span.start) as u32;
            let last = tokens.partition_point(|token| token.start < span.end) as u32;
            (first, last)
        };
        let goal = question.map(|question| match question {
            Question::Span { labels, span } => {
                Goal::Span { labels: labels.clone(), tokens: token_range(*span) }
            }
            Question::Relation { relation, args } => {
                // The numbers of candidates are the same in every run.
                let found = extractor.extract(document, &mut extractor.scratch());
                let at = |span: &Span| {
                    let all = found.candidates.iter().enumerate();
                    let here = all.filter(|(_, candidate)| candidate.span == *span);
                    here.map(|(index, _)| CandidateId(index as u32)).collect()
                };
                let places = args.iter().map(|span| token_range(*span)).collect();
                Goal::Relation { relation: *relation, args: args.iter().map(at).collect(), places }
            }
        });
        let mut watch = Watch::new(self.program(), goal);
        let found = extractor.run(&[(document, &prepared)], &mut extractor.scratch(), &mut watch);
        let found = found.into_iter().next().unwrap_or_default();
        let mut near = watch.near_misses();
        if let Some(Question::Span { labels, span }) = question {
            near.extend(self.texts(labels, *span, document));
        }
        Explanation {
            annotations: found.annotations,
            candidates: found.candidates,
            derivations: watch.derivations,
            set: watch.set,
            proposals: found.proposals,
            near,
        }
    }

    /// Gazetteers and regular expressions that make such spans, but not here.
    fn texts(&self, labels: &[TypeId], span: Span, document: &Document) -> Vec<NearMiss> {
        let program = self.program();
        let mut near = Vec::new();
        for (index, origin) in program.origins.iter().enumerate() {
            let rule = RuleId(index as u32);
            let makes = origin.makes.iter().any(|label| labels.contains(label));
            if !makes {
                continue;
            }
            let end = match origin.info.kind {
                _ if !origin.on => End::Off,
                RuleKind::Gazetteer => End::NoPhrase(self.phrase_near(rule, span, &document.text)),
                RuleKind::Regex => End::NoMatch(self.regex_near(rule, span, &document.text)),
                RuleKind::Rule | RuleKind::Drop | RuleKind::Context | RuleKind::Link => continue,
            };
            near.push(NearMiss { rule, matched: Span::new(span.start, span.start), end });
        }
        near
    }

    /// The phrase of a gazetteer that comes nearest to a text.
    fn phrase_near(&self, rule: RuleId, span: Span, text: &str) -> Option<NearPhrase> {
        let all = FoldFlags { case: true, marks: true };
        let folded = |text: &str| {
            let folded = fold(text, all);
            folded.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let mut cut = Vec::new();
        let asked = span.slice(text)?;
        tokenize(asked, &mut cut);
        let words: Vec<&str> = cut.iter().filter_map(|token| token.span().slice(asked)).collect();
        let wanted = folded(&words.join(" "));
        let mut best: Option<NearPhrase> = None;
        let mut consider = |phrase: String, wanted: &str, goes_on: &dyn Fn(&str) -> bool| {
            let other = folded(&phrase);
            let begins = |long: &str, short: &str| long.strip_prefix(short).is_some_and(goes_on);
            let near = if other == wanted {
                NearPhrase::Folded(phrase)
            } else if begins(&other, wanted) {
                NearPhrase::Longer(phrase)
            } else if begins(wanted, &other) {
                NearPhrase::Shorter(phrase)
            } else {
                return;
            };
            // The smallest, so that the order of the table means nothing.
            if best.as_ref().is_none_or(|known| near < *known) {
                best = Some(near);
            }
        };
        for phase in &self.program().phases {
            for (vocabulary, trie) in &phase.phrases {
                let words = &self.program().vocabularies[*vocabulary].1;
                trie.each(|tokens, entry| {
                    if trie.said().kind(entry).0 == rule {
                        let phrase = tokens.iter().map(|&id| words.word(id)).collect::<Vec<_>>().join(" ");
                        consider(phrase, &wanted, &|rest| rest.starts_with(' '));
                    }
                });
            }
            for anywhere in &phase.anywhere {
                for (phrase, mut entries) in anywhere.each() {
                    if entries.any(|entry| anywhere.said().kind(entry).0 == rule) {
                        consider(phrase.to_owned(), &folded(asked), &|_| true);
                    }
                }
            }
        }
        best
    }

    /// A match of a regular expression that overlaps a place.
    fn regex_near(&self, rule: RuleId, span: Span, text: &str) -> Option<Span> {
        let start = text.get(..span.start as usize)?.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
        let banks = self.program().phases.iter().map(|phase| &phase.regexes);
        let views = banks.flat_map(|bank| [&bank.plain, &bank.unmarked]);
        let own = views.flat_map(|view| &view.regexes).filter(|regex| regex.rule == rule);
        own.flat_map(|regex| regex.regex.find_iter(&text[start..end]))
            .map(|found| Span::new((start + found.start()) as u32, (start + found.end()) as u32))
            .find(|found| found.overlaps(span))
    }
}
