//! The first step of a phase: phrases and regular expressions over the text.

use std::ops::Range;

use regex::Captures;
use regex_automata::hybrid::dfa::Cache;

use crate::doc::Value;
use crate::doc::schema::{FoldFlags, RuleId, TypeId};
use crate::prep::{Class, Folded, Token, fold_with_map};
use crate::program::{
    AnywhereMatch, AnywherePhrases, NO_WORD, Part, Phase, PhraseEntries, PhraseNode, PhraseOpening,
    PhraseTrie, Program, RegexView, Search, SieveScratch, TextRegex, Words, has_digits,
};
use crate::text::Span;
use crate::value;

use super::candidate::Candidate;
use super::forms::{FormId, FormTable, PhraseSet};
use super::profile::{Gauge, Stage};
use super::relate::{assign, filtered};
use super::triggers::Triggers;

/// The views of one text that regular expressions and phrases read, made when
/// first asked for: one for each folding.
#[derive(Default)]
pub(super) struct Views<'t> {
    of: [Option<Folded<'t>>; 4],
}

impl<'t> Views<'t> {
    fn get(&mut self, text: &'t str, fold: FoldFlags) -> &Folded<'t> {
        let view = &mut self.of[usize::from(fold.case) * 2 + usize::from(fold.marks)];
        view.get_or_insert_with(|| fold_with_map(text, fold))
    }
}

/// The lines of a folded text with where they begin: expressions and phrases
/// never cross a line.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let ends = memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()).chain(std::iter::once(text.len()));
    let mut next = 0;
    let lines = ends.map(move |end| {
        let start = std::mem::replace(&mut next, end + 1);
        (start, &text[start..end])
    });
    lines.filter(|(_, line)| !line.is_empty())
}

/// A line of a folded text.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    /// Where it begins.
    start: usize,
    is_ascii: bool,
}

/// How the expressions of a view are searched in a line: its words are found once the
/// first of them asks.
struct Searches<'a> {
    view: &'a RegexView,
    line: Line<'a>,
    words: &'a mut Words,
    is_read: bool,
}

impl Searches<'_> {
    /// The words and digits of the line; where it has no digits, perhaps none.
    fn digits(&mut self) -> &Words {
        if has_digits(self.line.text) {
            self.read();
        } else {
            self.words.clear();
        }
        self.words
    }

    fn read(&mut self) {
        if !std::mem::replace(&mut self.is_read, true) {
            self.words.read(self.line.text.as_bytes());
        }
    }

    fn of<'l>(&'l mut self, index: usize, cache: &'l mut Option<Cache>) -> Search<'l> {
        match self.view.starts.get(index).and_then(Option::as_ref) {
            _ if !self.line.is_ascii => Search::Wide,
            None => Search::Ascii,
            Some(starts) => {
                self.read();
                Search::Words { starts, words: self.words, cache }
            }
        }
    }
}

/// Where phrases may begin, the ways along them, where some end, those that are found,
/// and those that are found anywhere.
#[derive(Default)]
struct WalkScratch {
    openings: Vec<PhraseOpening>,
    walks: Vec<Walk>,
    ended: Vec<Walk>,
    found: Vec<Found>,
    places: Vec<u32>,
    open: Vec<AnywhereMatch>,
}

/// A way along phrases: the tokens behind it, and where it has come to.
#[derive(Clone, Copy)]
struct Walk {
    first: u32,
    end: u32,
    node: PhraseNode,
}

/// A phrase that was found: its tokens, its number, and its gazetteer.
#[derive(Clone, Copy)]
struct Found {
    first: u32,
    end: u32,
    entry: u32,
    rule: RuleId,
}

/// How many tokens with which phrases may begin are walked together: more than a processor
/// has fetches under way, for only some are walked beyond the first.
const TOGETHER: usize = 64;

/// Of phrases that were found, in the order of their tokens, keeps the longest of each
/// gazetteer at each token.
fn keep_longest(found: &mut Vec<Found>) {
    let mut kept = 0;
    for at in 0..found.len() {
        let here = found[at];
        // The longer come later.
        let mut later = found[at + 1..].iter().take_while(|later| later.first == here.first);
        if !later.any(|later| later.end > here.end && later.rule == here.rule) {
            found[kept] = here;
            kept += 1;
        }
    }
    found.truncate(kept);
}

/// What one thread needs to scan for one phase.
#[derive(Default)]
pub(super) struct ScanScratch {
    walk: WalkScratch,
    plain: ViewScratch,
    unmarked: ViewScratch,
}

/// The same for one view of the text.
#[derive(Default)]
struct ViewScratch {
    sieve: Option<(SieveScratch, Triggers)>,
    words: Words,
    /// The states that were built for each expression.
    caches: Vec<Option<Cache>>,
}

/// One document before the rules of a phase see it.
pub(super) struct Scan<'a, 't> {
    pub(super) text: &'t str,
    pub(super) tokens: &'a [Token],
    pub(super) forms: &'a [FormId],
    pub(super) table: &'a FormTable,
    pub(super) context: &'a value::Context,
    pub(super) phase: u16,
    pub(super) gauge: &'a Gauge,
    /// Whether the tokens are those that the text is cut into, and not given.
    pub(super) cuts_words: bool,
    /// No more candidates are looked for once there are more than this.
    pub(super) limit: usize,
}

impl<'t> Scan<'_, 't> {
    /// Adds the candidates of a phase's gazetteers and regular expressions.
    pub(super) fn run(
        &self,
        phase: &Phase,
        views: &mut Views<'t>,
        scratch: &mut ScanScratch,
        out: &mut Vec<Candidate>,
    ) {
        self.gauge.set(Stage::Phrases);
        for (nth, (_, trie)) in phase.phrases.iter().enumerate() {
            self.phrases(((self.phase, nth), trie), &mut scratch.walk, out);
        }
        for phrases in &phase.anywhere {
            let view = views.get(self.text, phrases.fold());
            self.anywhere(phrases, view, &mut scratch.walk.open, out);
        }
        self.gauge.set(Stage::Sieve);
        if !phase.regexes.plain.regexes.is_empty() {
            let view = views.get(self.text, FoldFlags::default());
            self.regexes(&phase.regexes.plain, view, &mut scratch.plain, out);
        }
        if !phase.regexes.unmarked.regexes.is_empty() {
            let view = views.get(self.text, FoldFlags { case: false, marks: true });
            self.regexes(&phase.regexes.unmarked, view, &mut scratch.unmarked, out);
        }
    }

    /// At each token the longest phrase of each gazetteer. O(tokens × longest phrase).
    fn phrases(
        &self,
        (set, trie): (PhraseSet, &PhraseTrie),
        scratch: &mut WalkScratch,
        out: &mut Vec<Candidate>,
    ) {
        let WalkScratch { openings, walks, ended, found, places, .. } = scratch;
        self.table.openings(self.forms, (set, trie), openings);
        // Each step waits for memory that the one before names, but those of several
        // phrases can be under way at a time: one step for all of them, then the next.
        for openings in openings.chunks(TOGETHER) {
            if out.len() > self.limit {
                return;
            }
            self.walk((set, trie), openings, walks, ended);
            found.clear();
            for &Walk { first, end, node } in ended.iter() {
                let entries = trie.entries(node).map(|entry| (entry, trie.said().kind(entry).0));
                found.extend(entries.map(|(entry, rule)| Found { first, end, entry, rule }));
            }
            keep_longest(found);
            trie.said().fetch(found.iter().map(|found| found.entry), places);
            for &Found { first, end, entry, .. } in found.iter() {
                let span = Span::new(self.tokens[first as usize].start, self.tokens[end as usize - 1].end);
                out.push(self.said(trie.said(), entry, (span, (first, end))));
            }
        }
    }

    /// Where phrases end that begin at some tokens, in the order of their tokens.
    fn walk(
        &self,
        (set, trie): (PhraseSet, &PhraseTrie),
        openings: &[PhraseOpening],
        walks: &mut Vec<Walk>,
        ended: &mut Vec<Walk>,
    ) {
        let begun =
            |&PhraseOpening { first, root, .. }: &PhraseOpening| Walk { first, end: first + 1, node: root };
        walks.clear();
        walks.extend(openings.iter().filter(|opening| opening.goes_on).map(begun));
        ended.clear();
        ended.extend(openings.iter().map(begun).filter(|walk| walk.node.ends_a_phrase()));
        while !walks.is_empty() {
            for walk in walks.iter() {
                self.word(set, walk.end).into_iter().for_each(|word| trie.fetch(walk.node, word));
            }
            walks.retain_mut(|walk| {
                let next = self.word(set, walk.end).and_then(|word| trie.next(walk.node, word));
                walk.end += 1;
                next.inspect(|node| walk.node = *node).is_some()
            });
            ended.extend(walks.iter().filter(|walk| walk.node.ends_a_phrase()));
        }
        ended.sort_unstable_by_key(|walk| (walk.first, walk.end));
    }

    /// The word at a place that goes on with the line before it, if phrases hold it.
    #[inline]
    fn word(&self, set: PhraseSet, at: u32) -> Option<u32> {
        let token = self.tokens.get(at as usize)?;
        let word = self.table.word(self.forms[at as usize], set);
        (word != NO_WORD && !token.class.contains(Class::LINE_START)).then_some(word)
    }

    /// At each character the longest phrase of each gazetteer, wherever tokens
    /// begin and end.
    fn anywhere(
        &self,
        phrases: &AnywherePhrases,
        folded: &Folded<'t>,
        open: &mut Vec<AnywhereMatch>,
        out: &mut Vec<Candidate>,
    ) {
        for (start, line) in lines(&folded.text) {
            if out.len() > self.limit {
                return;
            }
            phrases.find(line, open, |found, entry| {
                if let Some(place) = self.original(folded, start, found) {
                    out.push(self.said(phrases.said(), entry, place));
                }
                out.len() <= self.limit
            });
        }
    }

    /// What an entry says of a span that its phrase found.
    fn said(&self, entries: &PhraseEntries, entry: u32, (span, tokens): (Span, (u32, u32))) -> Candidate {
        let (rule, label) = entries.kind(entry);
        Candidate {
            value: entries.value(entry).map(Value::from),
            features: entries.features(entry).map(|(feature, text)| (feature, text.into())).collect(),
            ..self.bare(span, tokens, label, rule)
        }
    }

    fn bare(&self, span: Span, tokens: (u32, u32), label: TypeId, rule: RuleId) -> Candidate {
        Candidate { phase: self.phase, ..Candidate::bare(span, tokens, label, rule) }
    }

    /// Every match of every expression, each searched alone in each line in
    /// which the sieve lets it.
    fn regexes(
        &self,
        view: &RegexView,
        folded: &Folded<'t>,
        scratch: &mut ViewScratch,
        out: &mut Vec<Candidate>,
    ) {
        let ViewScratch { sieve: scratch, words, caches } = scratch;
        caches.resize_with(view.regexes.len(), || None);
        let mut sieve = view
            .sieve
            .as_ref()
            .map(|sieve| (sieve, scratch.get_or_insert_with(|| (sieve.scratch(), Triggers::default()))));
        // The first token that begins in a line or later.
        let mut next = 0;
        // Whether it was looked up what tokens open.
        let mut is_read = false;
        for (start, line) in lines(&folded.text) {
            if out.len() > self.limit {
                return;
            }
            let shown = Line { text: line, start, is_ascii: line.is_ascii() };
            let mut search = Searches { view, line: shown, words: &mut *words, is_read: false };
            match &mut sieve {
                Some((sieve, (scratch, triggers))) => {
                    let written =
                        folded.map.to_original(Span::new(start as u32, (start + line.len()) as u32));
                    // Folded or given tokens may end within such a row of letters.
                    let is_plain = self.cuts_words
                        && shown.is_ascii
                        && written.slice(self.text).is_some_and(str::is_ascii);
                    let by_tokens = |open: &mut dyn FnMut(&[u32])| {
                        let Some(gate) = sieve.words() else { return };
                        let before = |at: u32| move |token: &&Token| token.start < at;
                        next += self.tokens[next..].iter().take_while(before(written.start)).count();
                        let first = next;
                        next += self.tokens[next..].iter().take_while(before(written.end)).count();
                        if !is_read {
                            triggers.read(self.forms, self.table, gate);
                            is_read = true;
                        }
                        triggers.of(first..next, open);
                    };
                    let tokens = is_plain.then(|| (by_tokens, search.digits()));
                    for index in sieve.open(line, tokens, scratch) {
                        let regex = &view.regexes[index];
                        self.gauge.search(regex.rule);
                        self.regex(regex, (shown, search.of(index, &mut caches[index])), folded, out);
                    }
                    self.gauge.set(Stage::Sieve);
                }
                None => {
                    for (index, regex) in view.regexes.iter().enumerate() {
                        self.regex(regex, (shown, search.of(index, &mut caches[index])), folded, out);
                    }
                }
            }
        }
    }

    /// Every match of one expression in one line.
    fn regex(
        &self,
        regex: &TextRegex,
        (Line { text: line, start: offset, .. }, way): (Line<'_>, Search<'_>),
        folded: &Folded<'t>,
        out: &mut Vec<Candidate>,
    ) {
        let original = |found: Range<usize>| self.original(folded, offset, found);
        let make = |found: Range<usize>, captures: Option<&Captures<'_>>| {
            let (span, tokens) = original(found.clone())?;
            let mut candidate = self.bare(span, tokens, regex.label, regex.rule);
            for set in &regex.sets {
                let fill = |part: &Part, text: &mut String| match part {
                    Part::Literal(literal) => text.push_str(literal),
                    Part::Group(name, filters) => {
                        let group = captures.and_then(|captures| captures.name(name));
                        text.push_str(&filtered(group.map_or("", |group| group.as_str()), filters));
                    }
                    Part::Whole(filters) => text.push_str(&filtered(line[found.clone()].trim(), filters)),
                    Part::Field(..) => {}
                };
                assign(set, fill, self.context, &mut candidate);
            }
            Some(candidate)
        };
        if !regex.reads_groups {
            // One more than there is room for tells that there was no room.
            let room = self.limit.saturating_add(1).saturating_sub(out.len());
            out.extend(regex.matches(line, way).filter_map(|found| make(found, None)).take(room));
            return;
        }
        for found in regex.matches(line, way) {
            if out.len() > self.limit {
                return;
            }
            // From where the match begins, so that it is the first one found.
            let Some(captures) = regex.regex.captures_at(line, found.start) else { continue };
            out.extend(make(found, Some(&captures)));
            for (name, label) in &regex.group_types {
                if let Some((span, tokens)) = captures.name(name).and_then(|group| original(group.range())) {
                    out.push(self.bare(span, tokens, *label, regex.rule));
                }
            }
        }
    }

    /// Where something of a folded line lies, and which tokens it touches; nothing
    /// where it touches none. `offset` is where the line begins.
    fn original(
        &self,
        folded: &Folded<'t>,
        offset: usize,
        found: Range<usize>,
    ) -> Option<(Span, (u32, u32))> {
        let span = Span::new((offset + found.start) as u32, (offset + found.end) as u32);
        self.trim(folded.map.to_original(span))
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
