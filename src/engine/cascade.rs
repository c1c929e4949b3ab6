//! The phases of a program over one document.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use crate::doc::schema::RuleId;
use crate::doc::{Annotations, Document, Value};
use crate::prep::{Prepared, Token};
use crate::program::{Phase, Program, RuleSet};
use crate::value::{self, CalendarDate};

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
use super::resolve::{Contest, resolve};
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
    /// What its rules ask of the spans around a token.
    asked: Asked,
}

/// Tokens for which there is room until the next document comes: those of a very long one
/// take much memory, which is not needed while it is written.
const MOST_TOKENS: usize = 1 << 20;

/// The buffers of one thread, reused from document to document.
pub struct Scratch {
    tables: Tables,
    /// One at least; one for each document that is worked on at a time.
    states: Vec<State>,
}

/// What a thread learns, of whichever document.
#[derive(Default)]
pub(super) struct Tables {
    forms: FormTable,
    names: Names,
    matches: MatchScratch,
    /// One for each phase.
    scans: Vec<ScanScratch>,
    scouts: Scouts,
    gauge: Arc<Gauge>,
}

/// What it knows of one document.
#[derive(Default)]
pub(super) struct State {
    /// The tokens of the last document.
    tokens: Vec<Token>,
    ids: Vec<FormId>,
    kinds: Vec<KindId>,
    lines: Vec<(u32, u32)>,
    lattice: Lattice,
    pub(super) candidates: Vec<Candidate>,
    contest: Contest,
    /// What a step proposes, and room for it: that of the last one.
    proposals: Proposals,
    /// The first candidate that the gazetteers and expressions of a phase have added.
    fresh: usize,
    due: Due,
    answers: RefCell<Answers>,
    /// Whether the lattice is not that of the candidates.
    is_stale: bool,
    pub(super) context: value::Context,
    pub(super) relations: Vec<Proposal>,
    pub(super) truncated: Option<Cut>,
}

impl Scratch {
    /// Where the thread of this scratch says what it does.
    #[must_use]
    pub fn gauge(&self) -> &Arc<Gauge> {
        &self.tables.gauge
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
        let asked = Asked { ending: program.looks_back_at_spans(), standing: program.asks_standing };
        Self { program, config, asked }
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
        let tables = Tables { forms, names, scans, gauge, ..Tables::default() };
        Scratch { tables, states: vec![self.state()] }
    }

    fn state(&self) -> State {
        State { lattice: Lattice::new(self.program.types.len(), self.asked), ..State::default() }
    }

    /// Tags one document. Linear in the text for every rule. The scratch must
    /// come from this extractor.
    #[must_use]
    pub fn extract(&self, document: &Document, scratch: &mut Scratch) -> Extraction {
        self.extract_each(&[document], scratch).pop().unwrap_or_default()
    }

    /// Tags some documents, each by itself, as [`Extractor::extract`] does. Each step takes
    /// all of them before the next begins: of short ones each would have the code of a step
    /// fetched anew, which the other steps have pushed out of the cache. What is known of all
    /// of them is in memory together.
    ///
    /// ```
    /// # use spanwright::{check, compile, diag::Report, doc::Document, engine::Extractor, syntax};
    /// # let files = [
    /// #     ("pack.toml", "[pack]\nname = \"demo\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nLOC = {}\n"),
    /// #     ("a.span", "gazetteer provinces -> LOC { \"Ha Giang\" match fold-marks }"),
    /// # ];
    /// # let (pack, mut report) = syntax::parse_pack(&files);
    /// # let program = compile::compile(&check::check(&pack, &mut report).expect("a sound pack"));
    /// let extractor = Extractor::new(&program);
    /// let documents = [Document::new("1", "in Hà Giang"), Document::new("2", "elsewhere")];
    /// let found = extractor.extract_each(&documents.each_ref(), &mut extractor.scratch());
    /// let mentions: Vec<usize> = found.iter().map(|found| found.annotations.mentions.len()).collect();
    /// assert_eq!(mentions, [1, 0]);
    /// ```
    #[must_use]
    pub fn extract_each(&self, documents: &[&Document], scratch: &mut Scratch) -> Vec<Extraction> {
        scratch.gauge().set(Stage::Tokens);
        let states = &mut scratch.states;
        states.resize_with(documents.len().max(states.len()), || self.state());
        let buffers = states.iter_mut().map(|state| std::mem::take(&mut state.tokens));
        let prepared = documents.iter().zip(buffers).map(|(document, buffer)| prepare_in(document, buffer));
        let prepared: Vec<Prepared<'_>> = prepared.collect();
        let texts: Vec<Text<'_, '_>> = documents.iter().copied().zip(&prepared).collect();
        let extractions = self.run(&texts, scratch, &mut Untraced);
        for (prepared, state) in prepared.into_iter().zip(&mut scratch.states) {
            state.tokens = prepared.into_buffer();
            state.tokens.shrink_to(MOST_TOKENS);
        }
        scratch.gauge().set(Stage::Idle);
        extractions
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

    /// The same for documents that are cut into tokens, watched.
    pub(super) fn run<T: Trace>(
        &self,
        texts: &[Text<'_, '_>],
        scratch: &mut Scratch,
        trace: &mut T,
    ) -> Vec<Extraction> {
        let Scratch { tables, states } = scratch;
        tables.forms.trim();
        let columns: Vec<Columns<'_>> =
            texts.iter().map(|(document, _)| Columns::new(self.program, document.tokens.as_ref())).collect();
        for (text, state) in texts.iter().zip(&mut *states) {
            self.read(*text, (tables, state));
        }
        let mut views: Vec<Views<'_>> = Vec::new();
        views.resize_with(texts.len(), Views::default);
        for (index, phase) in self.program.phases.iter().enumerate() {
            for turn in Turn::ALL {
                for (at, views) in views.iter_mut().enumerate() {
                    let parts = (&mut *tables, &mut states[at]);
                    self.cascade(texts[at].1, &columns[at], parts, trace).take(turn, (phase, index), views);
                }
            }
        }
        let finish = |((text, columns), state): ((&Text<'_, '_>, &Columns<'_>), &mut State)| {
            let annotations = self.annotations(text.1, columns, (tables, state));
            let relations = std::mem::take(&mut state.relations);
            let (candidates, proposals) = match self.config.candidates {
                CandidateReport::Omit => (Vec::new(), Vec::new()),
                CandidateReport::Keep => (std::mem::take(&mut state.candidates), relations),
            };
            Extraction { annotations, candidates, proposals, truncated: state.truncated }
        };
        texts.iter().zip(&columns).zip(states).map(finish).collect()
    }

    /// Reads one document, and hands out the buffers that hold it.
    pub(super) fn begin<'s>(&self, text: Text<'_, '_>, scratch: &'s mut Scratch) -> Parts<'s> {
        let (tables, state) = (&mut scratch.tables, &mut scratch.states[0]);
        tables.forms.trim();
        self.read(text, (tables, state));
        (tables, state)
    }

    /// Fills a state with the tokens of a document; no candidate is there yet. The forms
    /// must have been trimmed before the first of the documents that are worked on together.
    fn read(&self, (document, prepared): Text<'_, '_>, (tables, state): Parts<'_>) {
        let Tables { forms, scouts, gauge, .. } = tables;
        gauge.set(Stage::Forms);
        let date = document.meta.get("date").and_then(|date| date.as_str());
        state.context = value::Context { anchor: date.and_then(CalendarDate::parse) };
        state.candidates.clear();
        state.relations.clear();
        state.truncated = None;
        forms.intern((&document.text, prepared.tokens()), self.program, (&mut state.ids, &mut state.kinds));
        state.lines.clear();
        state.lines.extend(prepared.lines().into_iter().map(|line| (line.start, line.end)));
        state.due.document(&state.kinds, &state.lines, forms.kinds(), &self.program.openings);
        scouts.document(forms.age());
        state.answers.get_mut().document(self.program.text_tests);
        state.lattice.clear(prepared.tokens().len());
        state.is_stale = true;
    }

    /// The phases over a document that a state has read.
    pub(super) fn cascade<'a, 't, T: Trace>(
        &self,
        prepared: &'a Prepared<'t>,
        columns: &'a Columns<'a>,
        (tables, state): (&'a mut Tables, &'a mut State),
        trace: &'a mut T,
    ) -> Cascade<'a, 't, T>
    where
        'p: 'a,
    {
        tables.gauge.set(Stage::Due);
        let limit = self.config.max_candidates.unwrap_or(u32::MAX) as usize;
        Cascade { program: self.program, prepared, tables, state, trace, columns, limit }
    }

    /// What stays of the candidates and relations of a state.
    pub(super) fn annotations(
        &self,
        prepared: &Prepared<'_>,
        columns: &Columns<'_>,
        (tables, state): (&mut Tables, &State),
    ) -> Annotations {
        tables.gauge.set(Stage::Annotations);
        tables.gauge.count(&state.candidates);
        let letters = Letters {
            text: prepared.text(),
            tokens: prepared.tokens(),
            forms: &state.ids,
            kinds: &state.kinds,
            lines: &state.lines,
            lattice: &state.lattice,
            candidates: &state.candidates,
            columns,
            answers: &state.answers,
        };
        annotations(&letters, &state.relations, (self.program, &mut tables.names))
    }
}

/// A document with its tokens.
pub(super) type Text<'d, 't> = (&'d Document, &'d Prepared<'t>);
/// The buffers for one document.
pub(super) type Parts<'s> = (&'s mut Tables, &'s mut State);

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

/// What is done in a phase, in this order. Each turn takes all documents that are worked on
/// together before the next begins.
#[derive(Clone, Copy)]
enum Turn {
    /// Gazetteers and expressions.
    Scan,
    /// What stays of what they found.
    Settle,
    /// Rules.
    Propose,
    /// What stays of what they proposed.
    Admit,
    /// What the drops take back.
    Drop,
    /// What cues give to the spans around them.
    Context,
}

impl Turn {
    const ALL: [Self; 6] = [Self::Scan, Self::Settle, Self::Propose, Self::Admit, Self::Drop, Self::Context];
}

/// One document on its way through the phases.
pub(super) struct Cascade<'a, 't, T> {
    program: &'a Program,
    prepared: &'a Prepared<'t>,
    tables: &'a mut Tables,
    pub(super) state: &'a mut State,
    trace: &'a mut T,
    columns: &'a Columns<'a>,
    limit: usize,
}

impl<'a, 't, T: Trace> Cascade<'a, 't, T> {
    /// One turn of one phase.
    fn take(&mut self, turn: Turn, (phase, index): (&Phase, usize), views: &mut Views<'t>) {
        let (rules, drops) = Phase::set_numbers(index);
        let index = index as u16;
        match turn {
            Turn::Scan => self.state.fresh = self.scan(phase, index, views),
            Turn::Settle => self.settle(self.state.fresh),
            Turn::Propose if !phase.rules.rules().is_empty() => {
                self.state.proposals = self.propose((rules, &phase.rules), index);
            }
            Turn::Admit if !phase.rules.rules().is_empty() => {
                let proposals = std::mem::take(&mut self.state.proposals);
                self.admit(proposals);
            }
            Turn::Drop if !phase.drops.rules().is_empty() => {
                let proposals = self.propose((drops, &phase.drops), index);
                self.take_back(&proposals.dropped);
                self.state.proposals = proposals;
            }
            Turn::Context if !phase.contexts.is_empty() => {
                let mut updates = self.contexts(phase, index);
                self.update(&mut updates);
            }
            Turn::Propose | Turn::Admit | Turn::Drop | Turn::Context => {}
        }
    }

    /// Adds what the gazetteers and expressions of a phase find, from the place
    /// that comes back on.
    pub(super) fn scan(&mut self, phase: &Phase, index: u16, views: &mut Views<'t>) -> usize {
        let fresh = self.state.candidates.len();
        let scan = Scan {
            text: self.prepared.text(),
            tokens: self.prepared.tokens(),
            forms: &self.state.ids,
            table: &self.tables.forms,
            context: &self.state.context,
            phase: index,
            gauge: &self.tables.gauge,
            cuts_words: !self.prepared.is_given(),
            limit: self.limit,
        };
        let buffers = &mut self.tables.scans[usize::from(index)];
        scan.run(phase, views, buffers, &mut self.state.candidates);
        if self.state.candidates.len() > self.limit {
            self.state.candidates.truncate(self.limit.max(fresh));
            self.state.truncated = Some(Cut::Candidates(self.limit as u32));
        }
        self.state.is_stale |= self.state.candidates.len() > fresh;
        fresh
    }

    /// The candidates so far.
    pub(super) fn candidates(&mut self) -> &mut Vec<Candidate> {
        self.state.is_stale = true;
        &mut self.state.candidates
    }

    /// Takes in what the rules of a step propose.
    pub(super) fn admit(&mut self, mut proposals: Proposals) {
        let fresh = self.state.candidates.len();
        self.state.is_stale |= !proposals.spans.is_empty();
        self.state.candidates.append(&mut proposals.spans);
        self.state.relations.append(&mut proposals.relations);
        self.update(&mut proposals.updates);
        self.state.proposals = proposals;
        self.settle(fresh);
    }

    /// Features and values for old spans: of two rules that set the same, the
    /// one that stands later in the pack has the last word.
    pub(super) fn update(&mut self, updates: &mut Vec<Update>) {
        updates.sort_by_key(|update| update.rule);
        for update in updates.drain(..) {
            let candidate = &mut self.state.candidates[update.span.index()];
            if T::ON {
                self.trace.sets(update.span, update.feature, update.rule);
            }
            match update.feature {
                Some(name) => add_feature(candidate, name, update.value),
                None => candidate.value = Some(Value::from(update.value)),
            }
        }
    }

    /// What cues give to the spans that stand after the drops.
    pub(super) fn contexts(&mut self, phase: &Phase, index: u16) -> Vec<Update> {
        let tokens = self.prepared.tokens();
        self.lay();
        let Tables { forms, matches, gauge, .. } = &mut *self.tables;
        let State { ids, kinds, lines, lattice, candidates, answers, .. } = &*self.state;
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
                    context: &self.state.context,
                    accepts: &|_, _, _| false,
                    may_stay_open: &|_, _| false,
                };
                scopes.apply(context, &relate, range, &mut out);
            }
        }
        out.updates
    }

    /// All drops see the same spans: their order means nothing.
    pub(super) fn take_back(&mut self, dropped: &[(CandidateId, RuleId)]) {
        self.state.is_stale |= !dropped.is_empty();
        for &(id, rule) in dropped {
            let fate = &mut self.state.candidates[id.index()].fate;
            if *fate == Fate::Stays {
                *fate = Fate::Dropped(rule);
            }
        }
    }

    /// Lays the spans that stand over the tokens, unless they lie there already.
    fn lay(&mut self) {
        let State { lattice, candidates, is_stale, .. } = &mut *self.state;
        if std::mem::take(is_stale) {
            lattice.build(candidates);
        }
    }

    /// What the rules of a step propose over the spans that stand; `set` is the
    /// number of theirs.
    pub(super) fn propose(&mut self, (set, rules): (usize, &RuleSet), phase: u16) -> Proposals {
        let tokens = self.prepared.tokens();
        let program = self.program;
        self.tables.gauge.set(Stage::Due);
        self.lay();
        let Tables { forms, matches, scouts, gauge, .. } = &mut *self.tables;
        let State {
            ids, kinds, lines, lattice, candidates, due, answers, context, truncated, proposals, ..
        } = &mut *self.state;
        let (text, columns) = (self.prepared.text(), self.columns);
        let letters =
            Letters { text, tokens, forms: ids, kinds, lines, lattice, candidates, columns, answers };
        let accepts = |relation, role, label| program.accepts(relation, role, label);
        let may_stay_open = |relation: usize, role: usize| {
            program.relations.get(relation).is_some_and(|info| info.optional[role])
        };
        let mut out = std::mem::take(proposals).emptied();
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
            due.begin(set, wide);
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
                    let starts = if T::ON { due.all_starts() } else { due.starts(rule) };
                    if T::ON || !starts.is_empty() {
                        self.trace.searches(rule, range);
                        gauge.search(rule.rule);
                        let relate = Relate {
                            rule,
                            phase,
                            letters: &letters,
                            range,
                            budget: Budget::new(range),
                            context,
                            accepts: &accepts,
                            may_stay_open: &may_stay_open,
                        };
                        let trace = &mut *self.trace;
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
                    *truncated = Some(Cut::Candidates(limit as u32));
                    return out;
                }
            }
        }
        if out.truncated {
            truncated.get_or_insert(Cut::Matches);
        }
        out
    }

    /// Resolves the new candidates, then computes the values of those that stay.
    pub(super) fn settle(&mut self, fresh: usize) {
        self.tables.gauge.set(Stage::Resolve);
        let candidates = &mut self.state.candidates;
        if candidates.len() == fresh {
            return;
        }
        resolve(candidates, fresh, self.program, &mut self.state.contest);
        let is_anchor = |rule: RuleId| self.program.origin(rule).rank.anchor;
        let counts = |candidate: &&mut Candidate| {
            candidate.stays() && (candidate.pending.is_some() || is_anchor(candidate.rule))
        };
        let mut new: Vec<&mut Candidate> = candidates[fresh..].iter_mut().filter(counts).collect();
        new.sort_by_key(|candidate| (!is_anchor(candidate.rule), candidate.span));
        for candidate in new {
            if let Some(pending) = candidate.pending.take() {
                candidate.value = (pending.0.normalise)(&pending.1, &self.state.context);
            }
            if is_anchor(candidate.rule) && self.state.context.anchor.is_none() {
                let value = candidate.value.as_ref();
                self.state.context.anchor = value.and_then(|value| CalendarDate::parse(value.body()));
            }
        }
    }
}
