//! The phases of a program over one document.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use crate::doc::schema::RuleId;
use crate::doc::{Annotations, Document, Value};
use crate::prep::{Prepared, Token};
use crate::program::{Phase, Program, RuleSet};
use crate::value::{CalendarDate, Context};

use super::answers::Answers;
use super::candidate::{Candidate, CandidateId, Fate, Proposal};
use super::context::Scopes;
use super::due::{Due, Stretch};
use super::forms::{FormId, FormTable};
use super::kinds::KindId;
use super::lattice::{Asked, Columns, Lattice, Letters};
use super::matcher::MatchScratch;
use super::names::Names;
use super::output::annotations;
use super::profile::{Gauge, Profile, Stage};
use super::reading::Budget;
use super::relate::{Proposals, Relate, Update, add_feature};
use super::resolve::resolve;
use super::scan::{Scan, ScanScratch, Views};
use super::scout::Scouts;
use super::search::Search;
use super::trace::{Trace, Untraced};

/// Knobs of one extraction. `Default` is what `spanwright extract` does without flags.
#[derive(Clone, Debug, Default)]
pub struct ExtractConfig {
    /// Also report every candidate, those that did not stay included.
    pub candidates: CandidateReport,
    /// Stop a document after this many candidates; `None` means no limit.
    pub max_candidates: Option<u32>,
    /// Who watches where the time goes.
    pub profile: Option<Arc<Profile>>,
}

/// Whether an extraction hands out its candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CandidateReport {
    /// Only what stays, as annotations.
    #[default]
    Omit,
    /// Every candidate with its derivation and fate.
    Keep,
}

/// Runs one program over documents. Shared by all threads.
///
/// ```
/// use spanwright::{check, compile, diag::Report, doc::Document, engine::Extractor, syntax};
/// let files = [
///     ("pack.toml", "[pack]\nname = \"demo\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nLOC = {}\n"),
///     ("a.span", "gazetteer provinces -> LOC { \"Ha Giang\" match fold-marks }"),
/// ];
/// let (pack, mut report) = syntax::parse_pack(&files);
/// let checked = check::check(&pack, &mut report).expect("a sound pack");
/// let program = compile::compile(&checked);
/// let extractor = Extractor::new(&program);
/// let document = Document::new("1", "in Hà Giang province");
/// let found = extractor.extract(&document, &mut extractor.scratch()).annotations;
/// assert_eq!(found.mentions[0].span().slice(&document.text), Some("Hà Giang"));
/// ```
#[derive(Debug)]
pub struct Extractor<'p> {
    program: &'p Program,
    config: ExtractConfig,
}

/// The buffers of one thread, reused from document to document.
#[derive(Default)]
pub struct Scratch {
    forms: FormTable,
    names: Names,
    /// The tokens of the last document.
    tokens: Vec<Token>,
    ids: Vec<FormId>,
    kinds: Vec<KindId>,
    lines: Vec<(u32, u32)>,
    lattice: Lattice,
    matches: MatchScratch,
    pub(super) candidates: Vec<Candidate>,
    /// One for each phase.
    scans: Vec<ScanScratch>,
    due: Due,
    scouts: Scouts,
    answers: RefCell<Answers>,
    /// Whether the lattice is not that of the candidates.
    is_stale: bool,
    gauge: Arc<Gauge>,
}

impl Scratch {
    /// Where the thread of this scratch says what it does.
    #[must_use]
    pub fn gauge(&self) -> &Arc<Gauge> {
        &self.gauge
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

/// What one document gave.
#[derive(Debug, Default)]
pub struct Extraction {
    /// Mentions, relations and chains.
    pub annotations: Annotations,
    /// Every candidate with its fate, where the config asks for it.
    pub candidates: Vec<Candidate>,
    /// Every relation that a rule proposed, where the config asks for candidates.
    pub proposals: Vec<Proposal>,
    /// What cut the work short, if anything did.
    pub truncated: Option<Cut>,
}

/// What cut the work on a document short. All that was found until then stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// There were more candidates, or relations, than the config allows: so many.
    Candidates(u32),
    /// A rule has more matches in a line, or more readings of a match, than are tried.
    Matches,
}

impl<'p> Extractor<'p> {
    /// An extractor with the default config.
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        Self::with_config(program, ExtractConfig::default())
    }

    /// An extractor with a config.
    #[must_use]
    pub fn with_config(program: &'p Program, config: ExtractConfig) -> Self {
        Self { program, config }
    }

    /// The program that it runs.
    #[must_use]
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Fresh buffers for one thread.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        let scans = self.program.phases.iter().map(|_| ScanScratch::default()).collect();
        let profile = self.config.profile.as_ref();
        let gauge = profile.map(|profile| profile.gauge(self.program.origins.len())).unwrap_or_default();
        let (forms, names) = (FormTable::new(self.program), Names::new(self.program));
        let asked =
            Asked { ending: self.program.looks_back_at_spans(), standing: self.program.asks_standing };
        let lattice = Lattice::new(self.program.types.len(), asked);
        Scratch { forms, names, scans, gauge, lattice, ..Scratch::default() }
    }

    /// Tags one document. Linear in the text for every rule. The scratch must
    /// come from this extractor.
    #[must_use]
    pub fn extract(&self, document: &Document, scratch: &mut Scratch) -> Extraction {
        scratch.gauge.set(Stage::Tokens);
        let prepared = prepare_in(document, std::mem::take(&mut scratch.tokens));
        let extraction = self.run(document, &prepared, scratch, &mut Untraced);
        scratch.tokens = prepared.into_buffer();
        scratch.gauge.set(Stage::Idle);
        extraction
    }

    /// What the rules ask for and a document lacks: a column that its tokens
    /// do not have. Extraction treats it as empty; a run sets the document
    /// aside.
    #[must_use]
    pub fn lacks(&self, document: &Document) -> Option<&str> {
        let has = |name: &&std::sync::Arc<str>| {
            document.tokens.as_ref().is_some_and(|tokens| tokens.columns.contains_key(&***name))
        };
        let asked = |index: usize| {
            self.program.column_checks.iter().any(|(column, _)| usize::from(column.0) == index)
        };
        let columns = self.program.columns.iter().enumerate().filter(|(index, _)| asked(*index));
        columns.map(|(_, name)| name).find(|name| !has(name)).map(|name| &**name)
    }

    /// The same, watched.
    pub(super) fn run<T: Trace>(
        &self,
        document: &Document,
        prepared: &Prepared<'_>,
        scratch: &mut Scratch,
        trace: &mut T,
    ) -> Extraction {
        self.read(document, prepared, scratch);
        let columns = Columns::new(self.program, document.tokens.as_ref());
        let mut cascade = self.cascade(document, prepared, &columns, scratch, trace);
        cascade.run();
        let (relations, truncated) = (cascade.relations, cascade.truncated);
        let annotations = self.annotations(prepared, &columns, scratch, &relations);
        let (candidates, proposals) = match self.config.candidates {
            CandidateReport::Omit => (Vec::new(), Vec::new()),
            CandidateReport::Keep => (std::mem::take(&mut scratch.candidates), relations),
        };
        Extraction { annotations, candidates, proposals, truncated }
    }

    /// Fills the scratch with the tokens of a document; no candidate is there yet.
    pub(super) fn read(&self, document: &Document, prepared: &Prepared<'_>, scratch: &mut Scratch) {
        scratch.gauge.set(Stage::Forms);
        scratch.forms.trim();
        scratch.candidates.clear();
        let Scratch { forms, ids, kinds, .. } = &mut *scratch;
        forms.intern((&document.text, prepared.tokens()), self.program, (ids, kinds));
        scratch.lines.clear();
        scratch.lines.extend(prepared.lines().into_iter().map(|line| (line.start, line.end)));
        let (kinds, openings) = (scratch.forms.kinds(), &self.program.openings);
        scratch.due.document(&scratch.kinds, &scratch.lines, kinds, openings);
        scratch.scouts.document(scratch.forms.age());
        scratch.answers.get_mut().document(self.program.text_tests);
        scratch.lattice.clear(prepared.tokens().len());
        scratch.is_stale = true;
    }

    /// The phases over a document that the scratch has read.
    pub(super) fn cascade<'a, 't, T: Trace>(
        &self,
        document: &Document,
        prepared: &'a Prepared<'t>,
        columns: &'a Columns<'a>,
        scratch: &'a mut Scratch,
        trace: &'a mut T,
    ) -> Cascade<'a, 't, T>
    where
        'p: 'a,
    {
        scratch.gauge.set(Stage::Due);
        let date = document.meta.get("date").and_then(|date| date.as_str());
        Cascade {
            program: self.program,
            prepared,
            scratch,
            trace,
            columns,
            context: Context { anchor: date.and_then(CalendarDate::parse) },
            relations: Vec::new(),
            limit: self.config.max_candidates.unwrap_or(u32::MAX) as usize,
            truncated: None,
        }
    }

    /// What stays of the candidates in the scratch.
    pub(super) fn annotations(
        &self,
        prepared: &Prepared<'_>,
        columns: &Columns<'_>,
        scratch: &Scratch,
        relations: &[Proposal],
    ) -> Annotations {
        scratch.gauge.set(Stage::Annotations);
        scratch.gauge.count(&scratch.candidates);
        let letters = Letters {
            text: prepared.text(),
            tokens: prepared.tokens(),
            forms: &scratch.ids,
            kinds: &scratch.kinds,
            lines: &scratch.lines,
            lattice: &scratch.lattice,
            candidates: &scratch.candidates,
            columns,
            answers: &scratch.answers,
        };
        annotations(&letters, relations, (self.program, &scratch.names))
    }
}

/// Cuts a document into tokens, or takes those that it brings.
pub(super) fn prepare(document: &Document) -> Prepared<'_> {
    prepare_in(document, Vec::new())
}

/// The same into a buffer that another document has left behind.
fn prepare_in(document: &Document, buffer: Vec<Token>) -> Prepared<'_> {
    match &document.tokens {
        Some(tokens) => Prepared::with_tokens(&document.text, &tokens.spans),
        None => Prepared::reuse(&document.text, buffer),
    }
}

/// One document on its way through the phases.
pub(super) struct Cascade<'a, 't, T> {
    program: &'a Program,
    prepared: &'a Prepared<'t>,
    scratch: &'a mut Scratch,
    trace: &'a mut T,
    columns: &'a Columns<'a>,
    pub(super) context: Context,
    pub(super) relations: Vec<Proposal>,
    limit: usize,
    pub(super) truncated: Option<Cut>,
}

impl<'a, 't, T: Trace> Cascade<'a, 't, T> {
    fn run(&mut self) {
        let mut views = Views::default();
        for (index, phase) in self.program.phases.iter().enumerate() {
            let (rules, drops) = Phase::set_numbers(index);
            let index = index as u16;
            let fresh = self.scan(phase, index, &mut views);
            self.settle(fresh);
            if !phase.rules.rules().is_empty() {
                let proposals = self.propose((rules, &phase.rules), index);
                self.admit(proposals);
            }
            if !phase.drops.rules().is_empty() {
                let proposals = self.propose((drops, &phase.drops), index);
                self.take_back(proposals.dropped);
            }
            if !phase.contexts.is_empty() {
                let updates = self.contexts(phase, index);
                self.update(updates);
            }
        }
    }

    /// Adds what the gazetteers and expressions of a phase find, from the place
    /// that comes back on.
    pub(super) fn scan(&mut self, phase: &Phase, index: u16, views: &mut Views<'t>) -> usize {
        let fresh = self.scratch.candidates.len();
        let scan = Scan {
            text: self.prepared.text(),
            tokens: self.prepared.tokens(),
            forms: &self.scratch.ids,
            table: &self.scratch.forms,
            context: &self.context,
            phase: index,
            gauge: &self.scratch.gauge,
            cuts_words: !self.prepared.is_given(),
            limit: self.limit,
        };
        let buffers = &mut self.scratch.scans[usize::from(index)];
        scan.run(phase, views, buffers, &mut self.scratch.candidates);
        if self.scratch.candidates.len() > self.limit {
            self.scratch.candidates.truncate(self.limit.max(fresh));
            self.truncated = Some(Cut::Candidates(self.limit as u32));
        }
        self.scratch.is_stale |= self.scratch.candidates.len() > fresh;
        fresh
    }

    /// The candidates so far.
    pub(super) fn candidates(&mut self) -> &mut Vec<Candidate> {
        self.scratch.is_stale = true;
        &mut self.scratch.candidates
    }

    /// Takes in what the rules of a step propose.
    pub(super) fn admit(&mut self, mut proposals: Proposals) {
        let fresh = self.scratch.candidates.len();
        self.scratch.is_stale |= !proposals.spans.is_empty();
        self.scratch.candidates.append(&mut proposals.spans);
        self.relations.append(&mut proposals.relations);
        self.update(proposals.updates);
        self.settle(fresh);
    }

    /// Features and values for old spans: of two rules that set the same, the
    /// one that stands later in the pack has the last word.
    pub(super) fn update(&mut self, mut updates: Vec<Update>) {
        updates.sort_by_key(|update| update.rule);
        for update in updates {
            let candidate = &mut self.scratch.candidates[update.span.index()];
            if T::ON {
                self.trace.sets(update.span, update.feature, update.rule);
            }
            match update.feature {
                Some(name) => add_feature(candidate, name, update.value.into()),
                None => candidate.value = Some(Value::from(update.value)),
            }
        }
    }

    /// What cues give to the spans that stand after the drops.
    pub(super) fn contexts(&mut self, phase: &Phase, index: u16) -> Vec<Update> {
        let tokens = self.prepared.tokens();
        self.lay();
        let Scratch { forms, ids, kinds, lines, lattice, matches, candidates, answers, gauge, .. } =
            &mut *self.scratch;
        let (text, columns) = (self.prepared.text(), self.columns);
        let letters =
            Letters { text, tokens, forms: ids, kinds, lines, lattice, candidates, columns, answers };
        let mut out = Proposals::default();
        for context in &phase.contexts {
            let mut scopes = Scopes { letters: &letters, forms, matches };
            for &range in lines.iter() {
                gauge.search(context.cue.rule);
                let relate = Relate {
                    rule: &context.cue,
                    phase: index,
                    letters: &letters,
                    range,
                    budget: Budget::new(range),
                    context: &self.context,
                    accepts: &|_, _, _| false,
                    may_stay_open: &|_, _| false,
                };
                scopes.apply(context, &relate, range, &mut out);
            }
        }
        out.updates
    }

    /// All drops see the same spans: their order means nothing.
    pub(super) fn take_back(&mut self, dropped: Vec<(CandidateId, RuleId)>) {
        self.scratch.is_stale |= !dropped.is_empty();
        for (id, rule) in dropped {
            let fate = &mut self.scratch.candidates[id.index()].fate;
            if *fate == Fate::Stays {
                *fate = Fate::Dropped(rule);
            }
        }
    }

    /// Lays the spans that stand over the tokens, unless they lie there already.
    fn lay(&mut self) {
        let Scratch { lattice, candidates, is_stale, .. } = &mut *self.scratch;
        if std::mem::take(is_stale) {
            lattice.build(candidates);
        }
    }

    /// What the rules of a step propose over the spans that stand; `set` is the
    /// number of theirs.
    pub(super) fn propose(&mut self, (set, rules): (usize, &RuleSet), phase: u16) -> Proposals {
        let tokens = self.prepared.tokens();
        let program = self.program;
        self.scratch.gauge.set(Stage::Due);
        self.lay();
        let Scratch {
            forms,
            ids,
            kinds,
            lines,
            lattice,
            matches,
            candidates,
            due,
            scouts,
            answers,
            gauge,
            ..
        } = &mut *self.scratch;
        let (text, columns) = (self.prepared.text(), self.columns);
        let letters =
            Letters { text, tokens, forms: ids, kinds, lines, lattice, candidates, columns, answers };
        let accepts = |relation, role, label| program.accepts(relation, role, label);
        let may_stay_open = |relation: usize, role: usize| {
            program.relations.get(relation).is_some_and(|info| info.optional[role])
        };
        let mut out = Proposals::default();
        let limit = self.limit;
        let is_full = |out: &Proposals| {
            candidates.len() + out.spans.len() > limit || out.relations.len().max(out.updates.len()) > limit
        };
        let whole = [(0, tokens.len() as u32)];
        for (ranges, wide) in [(lines.as_slice(), false), (whole.as_slice(), true)] {
            let Some(last) = rules.rules().iter().rposition(|rule| rule.across_lines == wide) else {
                continue;
            };
            if !T::ON && !due.is_any((set, rules), wide) {
                continue;
            }
            due.begin();
            for (line, &range) in ranges.iter().enumerate() {
                // A watcher sees where a rule stops that has no chance.
                if T::ON {
                    due.all(rules, range);
                } else {
                    let line = if wide { lines.len() } else { line };
                    let stretch = Stretch { range, line, is_whole: wide };
                    due.read((set, rules), &letters, (forms.kinds(), &program.openings), stretch);
                }
                // Full with a rule of this line still to come is too full.
                let mut reached = None;
                while !is_full(&out) || reached.is_some_and(|index| index >= last) {
                    let Some(index) = due.next() else { break };
                    let rule = &rules.rules()[index];
                    if rule.across_lines != wide {
                        continue;
                    }
                    reached = Some(index);
                    if T::ON || due.allows(rule) {
                        self.trace.searches(rule, range);
                        gauge.search(rule.rule);
                        let relate = Relate {
                            rule,
                            phase,
                            letters: &letters,
                            range,
                            budget: Budget::new(range),
                            context: &self.context,
                            accepts: &accepts,
                            may_stay_open: &may_stay_open,
                        };
                        let (starts, trace) = (due.starts(), &mut *self.trace);
                        let scout = scouts.of(program.openings.number(set, index), &rule.pattern);
                        let is_full = &is_full;
                        Search { forms, matches, scout, relate, starts, trace, is_full }.run(&mut out);
                        gauge.set(Stage::Due);
                        if out.full {
                            break;
                        }
                    }
                }
                if out.full || is_full(&out) && reached.is_none_or(|index| index < last) {
                    self.truncated = Some(Cut::Candidates(limit as u32));
                    return out;
                }
            }
        }
        if out.truncated {
            self.truncated.get_or_insert(Cut::Matches);
        }
        out
    }

    /// Resolves the new candidates, then computes the values of those that stay.
    pub(super) fn settle(&mut self, fresh: usize) {
        self.scratch.gauge.set(Stage::Resolve);
        let candidates = &mut self.scratch.candidates;
        if candidates.len() == fresh {
            return;
        }
        resolve(candidates, fresh, self.program);
        let is_anchor = |rule: RuleId| self.program.origin(rule).rank.anchor;
        let counts = |candidate: &&mut Candidate| {
            candidate.stays() && (candidate.pending.is_some() || is_anchor(candidate.rule))
        };
        let mut new: Vec<&mut Candidate> = candidates[fresh..].iter_mut().filter(counts).collect();
        new.sort_by_key(|candidate| (!is_anchor(candidate.rule), candidate.span));
        for candidate in new {
            if let Some(pending) = candidate.pending.take() {
                candidate.value = (pending.0.normalise)(&pending.1, &self.context);
            }
            if is_anchor(candidate.rule) && self.context.anchor.is_none() {
                let value = candidate.value.as_ref();
                self.context.anchor = value.and_then(|value| CalendarDate::parse(value.body()));
            }
        }
    }
}
