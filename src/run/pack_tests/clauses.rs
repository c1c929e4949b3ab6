//! Clauses of a test beside the relations and chains that were found.

use std::sync::Arc;

use crate::check::{ExpectedArg, ExpectedClause, Places};
use crate::doc::schema::{RelationInfo, RelationTypeId};
use crate::doc::{Annotations, Event, Relation, Target};
use crate::program::Program;
use crate::syntax::markup::quoted;
use crate::text::Span;

/// A clause as it is written beside the same as it was found.
#[derive(Clone, Debug)]
pub(super) struct ClausePair {
    /// What is expected, and where it is written.
    pub(super) expected: Option<(Span, String)>,
    /// What was found. Of a clause that holds: how it reads among the spans
    /// that were found, which may change the numbers of arguments.
    pub(super) found: Option<Found>,
    /// Whether both mean the same.
    pub(super) holds: bool,
}

/// A relation or chain that was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) rule: Option<Arc<str>>,
}

/// A relation between places of the text.
struct Related<'a> {
    label: &'a str,
    /// Roles, by their index, and places.
    args: Vec<(u8, Span)>,
    rule: Option<&'a Arc<str>>,
}

/// What was found, as clauses see it.
pub(super) struct Linked<'a> {
    program: &'a Program,
    places: Places<'a>,
    relations: Vec<Related<'a>>,
    chains: Vec<Vec<Span>>,
}

impl<'a> Linked<'a> {
    pub(super) fn new(text: &'a str, found: &'a Annotations, program: &'a Program) -> Self {
        let span = |id| found.mention(id).span();
        let role = |label: &str, role: &str| {
            let info = program.relations.iter().find(|info| *info.name == *label);
            info.and_then(|info| info.roles.iter().position(|known| **known == *role)).unwrap_or(0) as u8
        };
        let related = |relation: &'a Relation| Related {
            label: &relation.label,
            args: relation
                .args
                .iter()
                .map(|arg| (role(&relation.label, &arg.role), span(arg.mention)))
                .collect(),
            rule: relation.rule.as_ref(),
        };
        let event = |event: &'a Event| {
            let mut args = vec![(0, span(event.trigger))];
            args.extend(event.args.iter().filter_map(|(name, target)| match target {
                Target::Mention(id) => Some((role(&event.label, name), span(*id))),
                Target::Relation(_) | Target::Event(_) | Target::Other(_) => None,
            }));
            Related { label: &event.label, args, rule: event.rule.as_ref() }
        };
        Self {
            program,
            places: Places::new(text, found.mentions.iter().map(|mention| mention.span())),
            relations: found.relations.iter().map(related).chain(found.events.iter().map(event)).collect(),
            chains: found.chains.iter().map(|chain| chain.iter().map(|&id| span(id)).collect()).collect(),
        }
    }

    /// The relations of these types, as clauses.
    pub(super) fn relations_of(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<ClausePair> {
        let wanted = self.relations.iter().filter(|related| is_wanted(related.label));
        wanted
            .map(|related| ClausePair { expected: None, found: Some(self.related(related)), holds: false })
            .collect()
    }

    /// Sets what was found beside each clause; what no clause expects comes last.
    pub(super) fn pairs(&self, clauses: &[(Span, ExpectedClause)]) -> Vec<ClausePair> {
        let clauses: Vec<(Span, &ExpectedClause)> = clauses.iter().map(|(span, c)| (*span, c)).collect();
        let mut free = self.looked_at(&clauses);
        let matched = self.matched(&clauses, &free);
        free.retain(|index| !matched.contains(&Some(*index)));
        let mut chains: Vec<Found> = Vec::new();
        let mut pairs: Vec<ClausePair> = Vec::new();
        for (&(span, clause), matched) in clauses.iter().zip(&matched) {
            let (found, holds) = match clause {
                ExpectedClause::Relation(label, args) => match matched {
                    Some(index) => (Some(self.again(*label, args, &self.relations[*index])), true),
                    None => (self.instead(Some(*label), &mut free), false),
                },
                ExpectedClause::NoRelation(label) => match self.instead(*label, &mut free) {
                    Some(found) => (Some(found), false),
                    None => (Some(self.none(*label)), true),
                },
                ExpectedClause::Chain(args) => match self.chain_of(args) {
                    Some(found) => (Some(found), true),
                    None => {
                        let mut groups = self.groups(args).into_iter();
                        let first = groups.next();
                        chains.extend(groups);
                        (first, false)
                    }
                },
            };
            pairs.push(ClausePair { expected: Some((span, self.written(clause))), found, holds });
        }
        self.state_absence(&clauses, &mut pairs);
        say_once(&mut pairs);
        let left = free.into_iter().map(|index| self.related(&self.relations[index])).chain(chains);
        pairs.extend(left.map(|found| ClausePair { expected: None, found: Some(found), holds: false }));
        pairs
    }

    fn name(&self, label: RelationTypeId) -> &'a str {
        &self.program.relations[usize::from(label.0)].name
    }

    /// The relations that the clauses speak of.
    fn looked_at(&self, clauses: &[(Span, &ExpectedClause)]) -> Vec<usize> {
        let is_named = |related: &Related<'_>| {
            clauses.iter().any(|(_, clause)| match clause {
                ExpectedClause::Relation(label, _) | ExpectedClause::NoRelation(Some(label)) => {
                    self.name(*label) == related.label
                }
                ExpectedClause::NoRelation(None) => true,
                ExpectedClause::Chain(_) => false,
            })
        };
        (0..self.relations.len()).filter(|&index| is_named(&self.relations[index])).collect()
    }

    /// For each clause the relation that it states, each used once: a largest
    /// matching, because an argument may mean several places.
    fn matched(&self, clauses: &[(Span, &ExpectedClause)], looked_at: &[usize]) -> Vec<Option<usize>> {
        let fits = |clause: &ExpectedClause, index: usize| match clause {
            ExpectedClause::Relation(label, args) => self.is(*label, args, &self.relations[index]),
            ExpectedClause::NoRelation(_) | ExpectedClause::Chain(_) => false,
        };
        let choices: Vec<Vec<usize>> = clauses
            .iter()
            .map(|(_, clause)| looked_at.iter().copied().filter(|&index| fits(clause, index)).collect())
            .collect();
        let mut taken: Vec<Option<usize>> = vec![None; self.relations.len()];
        for clause in 0..clauses.len() {
            augment(clause, &choices, &mut taken, &mut vec![false; self.relations.len()]);
        }
        let mut matched = vec![None; clauses.len()];
        for (index, clause) in taken.into_iter().enumerate() {
            if let Some(clause) = clause {
                matched[clause] = Some(index);
            }
        }
        matched
    }

    fn is(&self, label: RelationTypeId, args: &[ExpectedArg], related: &Related<'_>) -> bool {
        if self.name(label) != related.label {
            return false;
        }
        let info = &self.program.relations[usize::from(label.0)];
        if info.symmetric {
            return assign(args, &places(related)).is_some();
        }
        // A trigger that is not stated may be any.
        let is_stated = |role: u8| info.event && role == 0 || args.iter().any(|arg| arg.role == role);
        let there = |arg: &ExpectedArg| {
            related.args.iter().any(|(role, place)| *role == arg.role && arg.places.contains(place))
        };
        args.iter().all(there) && related.args.iter().all(|(role, _)| is_stated(*role))
    }

    /// A relation of this type that no clause expects.
    fn instead(&self, label: Option<RelationTypeId>, free: &mut Vec<usize>) -> Option<Found> {
        let is_of =
            |index: &usize| label.is_none_or(|label| self.name(label) == self.relations[*index].label);
        let at = free.iter().position(is_of)?;
        Some(self.related(&self.relations[free.remove(at)]))
    }

    /// Where relations of a type are expected and there is none at all, the
    /// first clause says so instead.
    fn state_absence(&self, clauses: &[(Span, &ExpectedClause)], pairs: &mut [ClausePair]) {
        let mut said: Vec<&str> = Vec::new();
        for ((_, clause), pair) in clauses.iter().zip(pairs) {
            let ExpectedClause::Relation(label, _) = clause else { continue };
            let name = self.name(*label);
            let exists = self.relations.iter().any(|related| related.label == name);
            if !exists && !said.contains(&name) {
                pair.found = Some(self.none(Some(*label)));
                said.push(name);
            }
        }
    }

    /// The chain that holds all of these.
    fn chain_of(&self, args: &[ExpectedArg]) -> Option<Found> {
        let assigned = self.chains.iter().find_map(|chain| assign(args, chain))?;
        let args = args.iter().zip(assigned).map(|(arg, place)| self.arg_again(arg, place));
        Some(Found { text: format!("== ({})", join(args)), rule: None })
    }

    /// The places that are meant, as far as they are of one chain.
    fn groups(&self, args: &[ExpectedArg]) -> Vec<Found> {
        let mut groups = Vec::new();
        for chain in &self.chains {
            let mut members: Vec<Span> = chain
                .iter()
                .copied()
                .filter(|place| args.iter().any(|arg| arg.places.contains(place)))
                .collect();
            members.sort();
            members.dedup();
            if members.len() > 1 {
                let text = format!("== ({})", join(members.into_iter().map(|place| self.arg(place))));
                groups.push(Found { text, rule: None });
            }
        }
        groups
    }

    fn related(&self, related: &Related<'_>) -> Found {
        let info = self.program.relations.iter().find(|info| *info.name == *related.label);
        let args = related.args.iter().filter(|(role, _)| !info.is_some_and(|info| info.event && *role == 0));
        let args = join(args.map(|&(role, place)| with_role(info, role, self.arg(place))));
        Found { text: format!("=> {}({args})", related.label), rule: related.rule.cloned() }
    }

    /// A relation as its clause has it, with the numbers that it has now.
    fn again(&self, label: RelationTypeId, args: &[ExpectedArg], related: &Related<'_>) -> Found {
        let info = &self.program.relations[usize::from(label.0)];
        let found = match info.symmetric {
            true => assign(args, &places(related)).unwrap_or_else(|| places(related)),
            false => {
                let place = |arg: &ExpectedArg| related.args.iter().find(|(role, _)| *role == arg.role);
                args.iter().filter_map(|arg| place(arg).map(|(_, place)| *place)).collect()
            }
        };
        let args = args.iter().zip(found);
        let args = join(args.map(|(arg, place)| with_role(Some(info), arg.role, self.arg_again(arg, place))));
        Found { text: format!("=> {}({args})", related.label), rule: related.rule.cloned() }
    }

    fn none(&self, label: Option<RelationTypeId>) -> Found {
        let text = label.map_or("=> none".to_owned(), |label| format!("=> no {}", self.name(label)));
        Found { text, rule: None }
    }

    /// A place by its text, numbered where the text is found at several.
    fn arg(&self, place: Span) -> String {
        let text = place.slice(self.places.text()).unwrap_or("");
        let all = self.places.of(text);
        let number = all.iter().position(|other| *other == place).filter(|_| all.len() > 1);
        written_arg(text, number.map(|index| index as u32 + 1))
    }

    /// The same for an argument that stays unnumbered where it was.
    fn arg_again(&self, arg: &ExpectedArg, place: Span) -> String {
        if arg.number.is_none() { written_arg(&arg.text, None) } else { self.arg(place) }
    }

    /// A clause as it is expected.
    fn written(&self, clause: &ExpectedClause) -> String {
        let args = |args: &[ExpectedArg]| join(args.iter().map(|arg| written_arg(&arg.text, arg.number)));
        match clause {
            ExpectedClause::Relation(label, all) => {
                let info = &self.program.relations[usize::from(label.0)];
                let arg =
                    |arg: &ExpectedArg| with_role(Some(info), arg.role, written_arg(&arg.text, arg.number));
                format!("=> {}({})", info.name, join(all.iter().map(arg)))
            }
            ExpectedClause::NoRelation(label) => self.none(*label).text,
            ExpectedClause::Chain(all) => format!("== ({})", args(all)),
        }
    }
}

/// Takes out chains in place of clauses that fail where another clause has them.
fn say_once(pairs: &mut [ClausePair]) {
    for index in 0..pairs.len() {
        let (before, rest) = pairs.split_at_mut(index);
        let Some((pair, after)) = rest.split_first_mut() else { continue };
        let said = |other: &ClausePair| match (&other.found, &pair.found) {
            (Some(other), Some(found)) => other.text == found.text,
            _ => false,
        };
        let is_chain = pair.found.as_ref().is_some_and(|found| found.text.starts_with("=="));
        if !pair.holds && is_chain && (before.iter().any(said) || after.iter().any(|o| o.holds && said(o))) {
            pair.found = None;
        }
    }
}

/// Which of the places each argument is, each used once. Arguments with one
/// text mean the same places but for their numbers, so that numbers come first.
fn assign(args: &[ExpectedArg], places: &[Span]) -> Option<Vec<Span>> {
    let mut free = places.to_vec();
    let mut assigned = vec![Span::default(); args.len()];
    let mut order: Vec<usize> = (0..args.len()).collect();
    order.sort_by_key(|&index| args[index].places.len());
    for index in order {
        let at = free.iter().position(|place| args[index].places.contains(place))?;
        assigned[index] = free.swap_remove(at);
    }
    Some(assigned)
}

/// Finds a relation for a clause; others move on where they can.
fn augment(clause: usize, choices: &[Vec<usize>], taken: &mut [Option<usize>], seen: &mut Vec<bool>) -> bool {
    for &index in &choices[clause] {
        if std::mem::replace(&mut seen[index], true) {
            continue;
        }
        let is_free = match taken[index] {
            None => true,
            Some(other) => augment(other, choices, taken, seen),
        };
        if is_free {
            taken[index] = Some(clause);
            return true;
        }
    }
    false
}

fn places(related: &Related<'_>) -> Vec<Span> {
    related.args.iter().map(|(_, place)| *place).collect()
}

/// The arguments of events name their roles.
fn with_role(info: Option<&RelationInfo>, role: u8, arg: String) -> String {
    match info.filter(|info| info.event).and_then(|info| info.roles.get(usize::from(role))) {
        Some(role) => format!("{role}: {arg}"),
        None => arg,
    }
}

fn written_arg(text: &str, number: Option<u32>) -> String {
    let number = number.map_or(String::new(), |number| format!("#{number}"));
    format!("{}{number}", quoted(text))
}

fn join(args: impl Iterator<Item = String>) -> String {
    args.collect::<Vec<_>>().join(", ")
}
