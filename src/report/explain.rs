//! Explanations as text and as JSON.

use std::fmt::Write;

use serde_json::{Value as Json, json};

use crate::doc::schema::{PlaceId, RuleId};
use crate::doc::{Document, Mention};
use crate::engine::{Candidate, CandidateId, Explanation, Fate, NearMiss, Proposal, Question};
use crate::engine::{End, NearPhrase, Step};
use crate::program::Program;
use crate::text::{LineIndex, OffsetUnit, Span, UnitIndex};

/// Near misses shown unless all are asked for.
pub const FEW: usize = 5;

/// What an explanation says about one document.
pub struct Explained<'a> {
    program: &'a Program,
    document: &'a Document,
    found: &'a Explanation,
    lines: LineIndex,
}

impl<'a> Explained<'a> {
    /// Joins an explanation to what it speaks of.
    #[must_use]
    pub fn new(program: &'a Program, document: &'a Document, found: &'a Explanation) -> Self {
        Self { program, document, found, lines: LineIndex::new(&document.text) }
    }

    /// The spans that stay, and those that do not, in text order; only those
    /// that overlap `within`, where it is given. Spans of internal types are
    /// left out unless `internal`.
    #[must_use]
    pub fn spans(&self, within: Option<Span>, internal: bool) -> (Vec<CandidateId>, Vec<CandidateId>) {
        let all = (0..self.found.candidates.len() as u32).map(CandidateId);
        let mut shown: Vec<CandidateId> = all
            .filter(|id| {
                let candidate = self.candidate(*id);
                let here = within.is_none_or(|within| {
                    within.overlaps(candidate.span) || within.is_empty() && candidate.span.contains(within)
                });
                here && (internal || self.program.type_info(candidate.label).public)
            })
            .collect();
        shown.sort_by_key(|id| {
            let candidate = self.candidate(*id);
            (candidate.span.start, std::cmp::Reverse(candidate.span.end), candidate.label, *id)
        });
        shown.into_iter().partition(|id| self.candidate(*id).stays())
    }

    fn candidate(&self, id: CandidateId) -> &'a Candidate {
        &self.found.candidates[id.index()]
    }

    fn text(&self, span: Span) -> String {
        span.slice(&self.document.text).unwrap_or("").replace(['\n', '\r'], " ")
    }

    fn place(&self, span: Span) -> String {
        let place = self.lines.place(&self.document.text, span.start);
        format!("{}:{}", place.line, place.column)
    }

    /// `PERSON "Le Minh Hung" at 3:14`
    fn name(&self, id: CandidateId) -> String {
        let candidate = self.candidate(id);
        let label = &self.program.type_info(candidate.label).name;
        format!("{label} \"{}\" at {}", self.text(candidate.span), self.place(candidate.span))
    }

    fn rule(&self, rule: RuleId) -> String {
        let origin = self.program.origin(rule);
        match self.program.place(origin.info.place) {
            Some(place) => format!("{} `{}` ({place})", origin.info.kind.name(), origin.id),
            None => format!("{} `{}`", origin.info.kind.name(), origin.id),
        }
    }

    fn source(&self, place: PlaceId) -> String {
        self.program
            .place(place)
            .map_or(String::new(), |place| format!("`{}` ({place})", one_line(&place.text)))
    }

    fn order(&self) -> String {
        let steps = self.program.order.iter().map(|step| step.name()).chain(["rule"]);
        steps.collect::<Vec<_>>().join(" > ")
    }

    /// Why a span stands: its whole derivation, down to what read the text.
    #[must_use]
    pub fn standing(&self, id: CandidateId) -> String {
        let mut out = String::new();
        let candidate = self.candidate(id);
        let units = UnitIndex::new(&self.document.text, OffsetUnit::Chars);
        let _ = writeln!(
            out,
            "{} ({}..{})",
            self.name(id),
            units.from_byte(candidate.span.start),
            units.from_byte(candidate.span.end)
        );
        self.derivation(id, 1, &mut out);
        for (other, by) in self.beaten(id) {
            let _ = writeln!(out, "  stays rather than {}", self.name(other));
            let _ = writeln!(out, "    of {}: {by}", self.rule(self.candidate(other).rule));
        }
        for proposal in self.found.proposals.iter().filter(|p| p.args.iter().any(|arg| arg.1 == id)) {
            let _ = writeln!(out, "  related by {}", self.relation(proposal));
        }
        let chain = self.chain(candidate);
        if !chain.is_empty() {
            let _ = writeln!(out, "  one thing with {}", chain.join(", "));
        }
        out
    }

    /// The other mentions of a chain.
    fn chain(&self, candidate: &Candidate) -> Vec<String> {
        let found = &self.found.annotations;
        let label = &self.program.type_info(candidate.label).name;
        let is_it = |mention: &Mention| mention.span() == candidate.span && mention.label == *label;
        let chain = found.chains.iter().find(|chain| chain.iter().any(|id| is_it(found.mention(*id))));
        let others =
            chain.into_iter().flatten().map(|id| found.mention(*id)).filter(|mention| !is_it(mention));
        others
            .map(|other| format!("\"{}\" at {}", self.text(other.span()), self.place(other.span())))
            .collect()
    }

    fn derivation(&self, id: CandidateId, depth: usize, out: &mut String) {
        /// Spans stand on spans of earlier steps: no deeper than the pack has.
        const DEEPEST: usize = 40;
        let candidate = self.candidate(id);
        let pad = "  ".repeat(depth);
        let _ = writeln!(out, "{pad}made by {}, phase {}", self.rule(candidate.rule), candidate.phase + 1);
        if let Some(derivation) = self.found.derivations.get(&id) {
            if derivation.matched != candidate.span {
                let _ = writeln!(out, "{pad}  from \"{}\"", self.text(derivation.matched));
            }
            for capture in derivation.captures.iter().filter(|capture| !capture.name.is_empty()) {
                let _ = writeln!(out, "{pad}  {} = \"{}\"", capture.name, self.text(capture.span));
            }
        }
        if let Some(value) = &candidate.value {
            let _ = writeln!(out, "{pad}  value {}", value.as_str());
        }
        for (name, value) in &candidate.features {
            let name = &self.program.features[usize::from(name.0)];
            let _ = writeln!(out, "{pad}  {name} = \"{value}\"");
        }
        for (_, feature, rule) in self.found.set.iter().filter(|(at, ..)| *at == id) {
            let what = feature.map_or("value", |name| &self.program.features[usize::from(name.0)]);
            let _ = writeln!(out, "{pad}  {what} set by {}", self.rule(*rule));
        }
        let mut shown: Vec<CandidateId> = Vec::new();
        for &(_, on) in candidate.stands_on.iter().filter(|_| depth < DEEPEST) {
            if !shown.contains(&on) {
                shown.push(on);
                let _ = writeln!(out, "{pad}  stands on {}", self.name(on));
                self.derivation(on, depth + 2, out);
            }
        }
    }

    /// The spans that a span beat, and by which step.
    fn beaten(&self, id: CandidateId) -> Vec<(CandidateId, String)> {
        let all = (0..self.found.candidates.len() as u32).map(CandidateId);
        all.filter_map(|other| match self.candidate(other).fate {
            Fate::Lost { to, by } if to == id => Some((other, self.reason(to, other, by).to_owned())),
            Fate::Replaced(to) if to == id => Some((other, "it covers that and comes later".to_owned())),
            Fate::Lost { .. } | Fate::Replaced(_) | Fate::Stays | Fate::Dropped(_) => None,
        })
        .collect()
    }

    /// Why one span stays rather than another.
    fn reason(&self, winner: CandidateId, loser: CandidateId, by: Step) -> &'static str {
        match by {
            Step::Rule if self.candidate(winner).rule == self.candidate(loser).rule => {
                "the same rule proposed it before"
            }
            by => by.reason(),
        }
    }

    /// `HOLDS("a", "b") by rule …`, and whether it stays.
    fn relation(&self, proposal: &Proposal) -> String {
        let info = &self.program.relations[usize::from(proposal.relation.0)];
        let arg = |(role, id): &(u8, CandidateId)| {
            format!("{}: \"{}\"", info.roles[usize::from(*role)], self.text(self.candidate(*id).span))
        };
        let args: Vec<String> = proposal.args.iter().map(arg).collect();
        let lost = proposal.args.iter().find(|(_, id)| !self.candidate(*id).stays());
        let fate = match lost {
            Some((_, id)) => format!(": {} did not stay, {}", self.name(*id), self.fate(*id)),
            None => String::new(),
        };
        format!("{}({}) by {}{fate}", info.name, args.join(", "), self.rule(proposal.rule))
    }

    fn fate(&self, id: CandidateId) -> String {
        match self.candidate(id).fate {
            Fate::Stays => "it stays".to_owned(),
            Fate::Lost { to, by } => {
                let step = match by {
                    Step::Earlier => String::new(),
                    Step::By(_) | Step::Rule => format!(" (the order is {})", self.order()),
                };
                let rule = self.rule(self.candidate(to).rule);
                format!("it lost to {} of {rule}: {}{step}", self.name(to), self.reason(to, id, by))
            }
            Fate::Replaced(to) => {
                format!("{} of {} took its place", self.name(to), self.rule(self.candidate(to).rule))
            }
            Fate::Dropped(rule) => format!("{} took it back", self.rule(rule)),
        }
    }

    /// Why a span that a rule proposed is not in the result.
    #[must_use]
    pub fn fallen(&self, id: CandidateId) -> String {
        let mut out = format!("{} does not stay: {}\n", self.name(id), self.fate(id));
        self.derivation(id, 1, &mut out);
        out
    }

    /// The answer to a question: what is there after all, what was proposed and
    /// fell, which rules came nearest; all of them if `all`, else [`FEW`].
    #[must_use]
    pub fn answer(&self, question: &Question, all: bool) -> String {
        let mut out = String::new();
        match question {
            Question::Span { labels, span } => {
                let exact: Vec<CandidateId> = (0..self.found.candidates.len() as u32)
                    .map(CandidateId)
                    .filter(|id| {
                        let candidate = self.candidate(*id);
                        candidate.span == *span && labels.contains(&candidate.label)
                    })
                    .collect();
                if let Some(there) = exact.iter().find(|id| self.candidate(**id).stays()) {
                    let _ = writeln!(out, "It is there:\n{}", self.standing(*there));
                    return out;
                }
                if !exact.is_empty() {
                    exact.into_iter().for_each(|id| out.push_str(&self.fallen(id)));
                    return out;
                }
                let _ = writeln!(out, "No rule proposes it.");
                for rival in self.rivals(labels, *span) {
                    let _ = writeln!(
                        out,
                        "{} stands there, made by {}",
                        self.name(rival),
                        self.rule(self.candidate(rival).rule)
                    );
                }
            }
            Question::Relation { relation, args } => {
                let is_asked = |proposal: &&Proposal| {
                    let spans = proposal.args.iter().map(|(_, id)| self.candidate(*id).span);
                    proposal.relation == *relation
                        && args.iter().all(|arg| spans.clone().any(|span| span == *arg))
                };
                let info = &self.program.relations[usize::from(relation.0)];
                let proposed: Vec<&Proposal> = self.found.proposals.iter().filter(is_asked).collect();
                for proposal in &proposed {
                    let stays = proposal.args.iter().all(|(_, id)| self.candidate(*id).stays());
                    let _ = writeln!(
                        out,
                        "{}{}",
                        if stays { "It is there: " } else { "" },
                        self.relation(proposal)
                    );
                }
                if proposed.is_empty() {
                    let _ = writeln!(out, "No rule proposes it.");
                }
                for (role, arg) in args.iter().enumerate() {
                    let accepts =
                        info.accepts.get(role + usize::from(info.event)).map_or(&[][..], Vec::as_slice);
                    let stands = |id: &CandidateId| {
                        let candidate = self.candidate(*id);
                        candidate.stays() && candidate.span == *arg && accepts.contains(&candidate.label)
                    };
                    let stands =
                        (0..self.found.candidates.len() as u32).map(CandidateId).any(|id| stands(&id));
                    if !stands {
                        let names: Vec<&str> =
                            accepts.iter().map(|label| &*self.program.type_info(*label).name).collect();
                        let _ = writeln!(
                            out,
                            "\"{}\" is no {}: ask why not first.",
                            self.text(*arg),
                            names.join(" or ")
                        );
                    }
                }
                if !proposed.is_empty() {
                    return out;
                }
            }
        }
        self.nearest(all, &mut out);
        out
    }

    /// Spans of the same types that overlap a place and stay.
    fn rivals(&self, labels: &[crate::doc::schema::TypeId], span: Span) -> Vec<CandidateId> {
        let all = (0..self.found.candidates.len() as u32).map(CandidateId);
        all.filter(|id| {
            let candidate = self.candidate(*id);
            candidate.stays() && candidate.span.overlaps(span) && labels.contains(&candidate.label)
        })
        .collect()
    }

    fn nearest(&self, all: bool, out: &mut String) {
        let shown = if all { self.found.near.len() } else { FEW };
        let (rules, texts): (Vec<&NearMiss>, Vec<&NearMiss>) = self
            .found
            .near
            .iter()
            .partition(|miss| !matches!(miss.end, End::NoPhrase(_) | End::NoMatch(None) | End::Off));
        if !rules.is_empty() {
            let _ = writeln!(out, "Nearest rules:");
        }
        for (number, miss) in rules.iter().take(shown).enumerate() {
            let _ = writeln!(out, "{}. {}", number + 1, self.rule(miss.rule));
            let _ = writeln!(out, "   {}", self.near(miss));
        }
        if rules.len() > shown {
            let _ = writeln!(out, "and {} more: `--all` shows them", rules.len() - shown);
        }
        for miss in texts {
            let _ = writeln!(out, "{}: {}", self.rule(miss.rule), self.near(miss));
        }
    }

    /// Where an attempt ended.
    fn near(&self, miss: &NearMiss) -> String {
        let matched = if miss.matched.is_empty() {
            String::new()
        } else {
            format!("matched \"{}\", then ", shortened(&self.text(miss.matched)))
        };
        match &miss.end {
            End::Stopped { token, expected } => {
                let before = match token {
                    Some(token) => format!("before \"{}\" ({})", self.text(*token), self.place(*token)),
                    None => "at the end of the line".to_owned(),
                };
                let mut text = format!("{matched}stopped {before}");
                for part in expected {
                    let _ = write!(text, "\n   wanted {}", self.source(part.place));
                    let failing: Vec<String> = part.failing.iter().map(|part| shortened(part)).collect();
                    if !failing.is_empty() {
                        let _ = write!(text, "\n     not met: {}", failing.join(", "));
                    }
                }
                text
            }
            End::Refused { fact } => {
                let matched = shortened(&self.text(miss.matched));
                format!("matched \"{matched}\", but its condition does not hold: {}", self.source(*fact))
            }
            End::Instead(span) => {
                let matched = shortened(&self.text(miss.matched));
                format!("matched \"{matched}\" and made \"{}\" instead", self.text(*span))
            }
            End::NeverTried => {
                "was never tried here: its matches do not overlap, and an earlier one took the \
                                tokens (`overlap starts` lets them)"
                    .to_owned()
            }
            End::NoPhrase(None) => "has no such phrase".to_owned(),
            End::NoPhrase(Some(near)) => match near {
                NearPhrase::Folded(phrase) => format!(
                    "has \"{phrase}\", which differs in case or diacritics: `match fold-case, fold-marks` would find it"
                ),
                NearPhrase::Longer(phrase) => format!("has no such phrase, but the longer \"{phrase}\""),
                NearPhrase::Shorter(phrase) => format!("has no such phrase, but the shorter \"{phrase}\""),
            },
            End::NoMatch(Some(span)) => format!("matches \"{}\" instead", self.text(*span)),
            End::NoMatch(None) => "matches nothing there".to_owned(),
            End::Off => "is switched off".to_owned(),
        }
    }

    /// One span as JSON: place, rule, fate, derivation.
    #[must_use]
    pub fn json(&self, id: CandidateId) -> Json {
        let units = UnitIndex::new(&self.document.text, OffsetUnit::Chars);
        let candidate = self.candidate(id);
        let place = |span: Span| json!({"start": units.from_byte(span.start), "end": units.from_byte(span.end), "text": self.text(span)});
        let brief = |id: CandidateId| {
            let mut brief = place(self.candidate(id).span);
            brief["type"] = (*self.program.type_info(self.candidate(id).label).name).into();
            brief["rule"] = (*self.program.origin(self.candidate(id).rule).id).into();
            brief
        };
        let derivation = self.found.derivations.get(&id);
        let captures = derivation.iter().flat_map(|derivation| &derivation.captures);
        let captures: Vec<Json> = captures
            .filter(|capture| !capture.name.is_empty())
            .map(|capture| {
                let mut json = place(capture.span);
                json["name"] = capture.name.as_str().into();
                json
            })
            .collect();
        let mut json = brief(id);
        json["phase"] = (candidate.phase + 1).into();
        json["stays"] = candidate.stays().into();
        json["fate"] = self.fate(id).into();
        json["value"] = candidate.value.as_ref().map(|value| value.as_str()).into();
        json["matched"] = derivation.map(|derivation| place(derivation.matched)).into();
        json["captures"] = captures.into();
        json["stands_on"] = candidate.stands_on.iter().map(|(_, on)| brief(*on)).collect();
        json["beat"] = self
            .beaten(id)
            .into_iter()
            .map(|(other, by)| {
                let mut json = brief(other);
                json["because"] = by.into();
                json
            })
            .collect();
        json
    }

    /// A near miss as JSON.
    #[must_use]
    pub fn json_near(&self, miss: &NearMiss) -> Json {
        json!({"rule": *self.program.origin(miss.rule).id, "matched": self.text(miss.matched), "end": self.near(miss)})
    }
}

/// A piece of source on one line, not too long.
fn one_line(text: &str) -> String {
    shortened(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The beginning and the end of a long text.
fn shortened(text: &str) -> String {
    const MOST: usize = 90;
    const TAIL: usize = 15;
    let length = text.chars().count();
    if length <= MOST {
        return text.to_owned();
    }
    let head: String = text.chars().take(MOST - TAIL).collect();
    let tail: String = text.chars().skip(length - TAIL).collect();
    format!("{head} … {tail}")
}
