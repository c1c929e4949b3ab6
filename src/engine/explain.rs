//! [`Extractor::explain`]: the derivation of every span, and why another is not there.
//!
//! The engine runs as it always does, watched. Nothing is worked out a second
//! time by other means: a rule stopped where the matcher says it stopped, and a
//! span lost to what the resolution says it lost to.

use rustc_hash::FxHashMap;

use crate::doc::schema::{BindingId, FeatureId, PlaceId, RelationTypeId, RuleId, RuleKind, TypeId};
use crate::doc::{Annotations, Document};
use crate::program::{BindingUse, Inst, Program, TokenRule};
use crate::text::Span;

use super::candidate::{Candidate, CandidateId, Proposal};
use super::cascade::{CandidateReport, ExtractConfig, Extractor, prepare};
use super::describe::{describe, failing, type_names};
use super::lattice::Letters;
use super::matcher::Note;
use super::trace::{Stop, Trace};

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
    /// The gazetteer has no such phrase.
    NoPhrase,
    /// The regular expression does not match so; where it matches on the way,
    /// if anywhere.
    NoMatch(Option<Span>),
    /// The rule is switched off.
    Off,
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
        let mut watch = Watch { program: self.program(), goal, ..Watch::new(self.program()) };
        let found = extractor.run(document, &prepared, &mut extractor.scratch(), &mut watch);
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
                RuleKind::Gazetteer => End::NoPhrase,
                RuleKind::Regex => End::NoMatch(self.regex_near(rule, span, &document.text)),
                RuleKind::Rule | RuleKind::Drop | RuleKind::Context | RuleKind::Link => continue,
            };
            near.push(NearMiss { rule, matched: Span::new(span.start, span.start), end });
        }
        near
    }

    /// A match of a regular expression that overlaps a place.
    fn regex_near(&self, rule: RuleId, span: Span, text: &str) -> Option<Span> {
        let start = text[..span.start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
        let banks = self.program().phases.iter().map(|phase| &phase.regexes);
        let views = banks.flat_map(|bank| [&bank.plain, &bank.unmarked]);
        let own = views.flat_map(|view| &view.regexes).filter(|regex| regex.rule == rule);
        own.flat_map(|regex| regex.regex.find_iter(&text[start..end]))
            .map(|found| Span::new((start + found.start()) as u32, (start + found.end()) as u32))
            .find(|found| found.overlaps(span))
    }
}

/// A question in tokens and candidates.
enum Goal {
    Span { labels: Vec<TypeId>, tokens: (u32, u32) },
    Relation { relation: RelationTypeId, args: Vec<Vec<CandidateId>>, places: Vec<(u32, u32)> },
}

/// How near an attempt came: what is larger is nearer.
type Nearness = (u32, u32, u32, u32);

/// Watches a document at work.
struct Watch<'p> {
    program: &'p Program,
    goal: Option<Goal>,
    /// The rule at work, if it could make what is asked for.
    rule: Option<(RuleId, Vec<Asked>)>,
    /// The names of its bindings.
    names: Vec<String>,
    facts: Vec<PlaceId>,
    start: u32,
    looking: u32,
    matched: Span,
    captures: Vec<Capture>,
    best: FxHashMap<RuleId, (Nearness, NearMiss)>,
    tried: FxHashMap<RuleId, bool>,
    derivations: FxHashMap<CandidateId, Derivation>,
    set: Vec<(CandidateId, Option<FeatureId>, RuleId)>,
}

/// A binding that would make the span that is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Asked(BindingId);

impl<'p> Watch<'p> {
    fn new(program: &'p Program) -> Self {
        Self {
            program,
            goal: None,
            rule: None,
            names: Vec::new(),
            facts: Vec::new(),
            start: 0,
            looking: 0,
            matched: Span::default(),
            captures: Vec::new(),
            best: FxHashMap::default(),
            tried: FxHashMap::default(),
            derivations: FxHashMap::default(),
            set: Vec::new(),
        }
    }

    /// The best attempts, the nearest first.
    fn near_misses(&mut self) -> Vec<NearMiss> {
        let mut near: Vec<(Nearness, NearMiss)> = self.best.drain().map(|(_, best)| best).collect();
        for (rule, _) in self.tried.drain().filter(|(_, came)| !came) {
            let miss = NearMiss { rule, matched: Span::default(), end: End::NeverTried };
            near.push(((0, 0, 0, 0), miss));
        }
        near.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.rule.cmp(&y.rule)));
        near.into_iter().map(|(_, miss)| miss).collect()
    }

    /// How near an attempt came that stands before `token`.
    fn nearness(&self, notes: &[Note], token: u32) -> Nearness {
        let advance = token.abs_diff(self.start);
        match (&self.goal, &self.rule) {
            (Some(Goal::Span { tokens: (first, last), .. }), Some((_, asked))) => {
                let opened = |note: &Note| matches!(note, Note::Open(id, at) if at == first && asked.contains(&Asked(*id)));
                let closed = |note: &Note| matches!(note, Note::Close(id, at) if at == last && asked.contains(&Asked(*id)));
                let opened = notes.iter().any(opened);
                let whole = opened && notes.iter().any(closed);
                let covered = token.min(*last).saturating_sub(self.start.max(*first));
                (u32::from(whole), covered, u32::from(opened), advance)
            }
            (Some(Goal::Relation { args, places, .. }), Some(_)) => {
                let bound = |ids: &Vec<CandidateId>| {
                    notes.iter().any(|note| matches!(note, Note::Span(_, id) if ids.contains(id)))
                };
                let passed = places.iter().filter(|(first, last)| self.start <= *first && *last <= token);
                let bound = args.iter().filter(|ids| bound(ids)).count() as u32;
                (bound, passed.count() as u32, 0, advance)
            }
            _ => (0, 0, 0, 0),
        }
    }

    /// Whether the attempt that began at `start` could be about what is asked.
    fn concerns(&self, token: u32) -> bool {
        let (low, high) = (self.start.min(token), self.start.max(token));
        match &self.goal {
            Some(Goal::Span { tokens: (first, last), .. }) => low < *last && high >= *first,
            Some(Goal::Relation { places, .. }) => {
                places.iter().any(|(first, last)| low < *last && high >= *first)
            }
            None => false,
        }
    }

    fn record(&mut self, nearness: Nearness, miss: NearMiss) {
        let better = self.best.get(&miss.rule).is_none_or(|(known, _)| nearness > *known);
        if better {
            self.best.insert(miss.rule, (nearness, miss));
        }
    }

    fn captures_of(&self, notes: &[Note], letters: &Letters<'_>) -> Vec<Capture> {
        let mut captures = Vec::new();
        let mut open: Vec<(BindingId, u32)> = Vec::new();
        let name = |id: BindingId| self.names.get(usize::from(id.0)).cloned().unwrap_or_default();
        for note in notes {
            match *note {
                Note::Span(Some(id), candidate) => {
                    let span = letters.candidates[candidate.index()].span;
                    captures.push(Capture { name: name(id), span });
                }
                Note::Span(None, _) => {}
                Note::Open(id, token) => open.push((id, token)),
                Note::Close(id, end) => {
                    if let Some(at) = open.iter().rposition(|(known, _)| *known == id) {
                        let (_, start) = open.remove(at);
                        captures.push(Capture { name: name(id), span: letters.span_of(start, end) });
                    }
                }
            }
        }
        captures
    }
}

impl Trace for Watch<'_> {
    const ON: bool = true;

    fn searches(&mut self, rule: &TokenRule, line: (u32, u32)) {
        self.names = rule.bindings.iter().map(|binding| binding.name.to_string()).collect();
        self.facts.clone_from(&rule.facts);
        self.looking = 0;
        self.rule = None;
        let on_line = |(first, last): (u32, u32)| line.0 <= first && last <= line.1;
        match &self.goal {
            Some(Goal::Span { labels, tokens }) if on_line(*tokens) => {
                let asked = rule.bindings.iter().enumerate().filter_map(|(index, binding)| {
                    let is_asked = matches!(binding.kind, BindingUse::Make(label) if labels.contains(&label));
                    is_asked.then_some(Asked(BindingId(index as u16)))
                });
                let asked: Vec<Asked> = asked.collect();
                self.rule = (!asked.is_empty()).then_some((rule.rule, asked));
            }
            Some(Goal::Relation { relation, places, .. }) if places.iter().any(|place| on_line(*place)) => {
                let relates = rule.heads.iter().any(|head| head.relation == *relation);
                self.rule = relates.then_some((rule.rule, Vec::new()));
            }
            _ => {}
        }
        if let Some((rule, _)) = &self.rule {
            self.tried.entry(*rule).or_insert(false);
        }
    }

    fn begins(&mut self, start: u32) {
        self.start = start;
        self.looking = 0;
    }

    fn looks(&mut self, inside: bool) {
        self.looking = if inside { self.looking + 1 } else { self.looking.saturating_sub(1) };
    }

    fn stops(&mut self, stop: Stop<'_, '_>) {
        let Some((rule, _)) = &self.rule else { return };
        let rule = *rule;
        if self.looking > 0 || !self.concerns(stop.token) {
            return;
        }
        self.tried.insert(rule, true);
        let nearness = self.nearness(stop.notes, stop.token);
        if self.best.get(&rule).is_some_and(|(known, _)| nearness < *known) {
            return;
        }
        let token = (stop.token < stop.last).then(|| stop.letters.tokens[stop.token as usize].span());
        let place = stop.pattern.places[stop.pc as usize];
        let failing = match &stop.pattern.insts[stop.pc as usize] {
            Inst::Token { test, .. } => {
                let test = &stop.pattern.tests[*test as usize];
                match token {
                    Some(_) => failing(test, stop.token as usize, stop.letters, stop.forms, self.program),
                    None => vec![describe(test, self.program)],
                }
            }
            Inst::Span { types, .. } => vec![format!("no {} begins here", type_names(types, self.program))],
            Inst::Gap { .. } | Inst::SameSentence(_) => vec!["a gap ends with its sentence".to_owned()],
            Inst::Look { negative: true, .. } => vec!["what must not stand here does".to_owned()],
            Inst::Look { .. } => vec!["what must stand here does not".to_owned()],
            Inst::Assert(..) | Inst::Split(..) | Inst::Open(..) | Inst::Close(..) | Inst::Match => Vec::new(),
        };
        let (low, high) = (self.start.min(stop.token), self.start.max(stop.token));
        let matched = if low < high { stop.letters.span_of(low, high) } else { Span::default() };
        let expected = Expected { place, failing };
        if let Some((known, NearMiss { end: End::Stopped { token: at, expected: all }, .. })) =
            self.best.get_mut(&rule)
            && *known == nearness
        {
            // Another way to the same token.
            if *at == token && all.len() < MOST_EXPECTED && !all.contains(&expected) {
                all.push(expected);
            }
            return;
        }
        let end = End::Stopped { token, expected: vec![expected] };
        self.record(nearness, NearMiss { rule, matched, end });
    }

    fn ends(&mut self, end: u32, notes: &[Note], refused: Option<usize>, letters: &Letters<'_>) {
        self.matched = letters.span_of(self.start, end);
        self.captures = self.captures_of(notes, letters);
        let Some((rule, asked)) = &self.rule else { return };
        let rule = *rule;
        if !self.concerns(end) {
            return;
        }
        let made = |note: &Note| match note {
            Note::Open(id, at) if asked.contains(&Asked(*id)) => Some((*id, *at)),
            _ => None,
        };
        let instead = notes.iter().find_map(made).and_then(|(id, start)| {
            let closes = |note: &Note| match note {
                Note::Close(other, at) if *other == id => Some(*at),
                _ => None,
            };
            Some(letters.span_of(start, notes.iter().find_map(closes)?))
        });
        self.tried.insert(rule, true);
        let (whole, covered, opened, advance) = self.nearness(notes, end);
        let how = match (refused.and_then(|index| self.facts.get(index).copied()), instead) {
            (Some(fact), _) => End::Refused { fact },
            (None, Some(span)) => End::Instead(span),
            (None, None) => return,
        };
        // A match is nearer than a stop that came as far.
        self.record(
            (whole, covered, opened + 1, advance),
            NearMiss { rule, matched: self.matched, end: how },
        );
    }

    fn makes(&mut self, id: CandidateId, _notes: &[Note]) {
        let derivation = Derivation { matched: self.matched, captures: self.captures.clone() };
        self.derivations.insert(id, derivation);
    }

    fn sets(&mut self, id: CandidateId, feature: Option<FeatureId>, rule: RuleId) {
        self.set.push((id, feature, rule));
    }
}
