//! From candidates that stayed to annotations: order, ids, chains.

use rustc_hash::FxHashMap;

use crate::doc::{Annotations, Arg, Event, Mention, MentionId, Relation, Target};
use crate::program::Program;

use super::candidate::{Candidate, CandidateId, Proposal};
use super::lattice::Letters;
use super::link::link;
use super::names::Names;
use super::resolve::standing;

/// Writes what stays as annotations. Mentions come in text order, outer before
/// inner; relations by their arguments; both have ids by their order.
pub(super) fn annotations(
    letters: &Letters<'_>,
    relations: &[Proposal],
    (program, names): (&Program, &mut Names),
) -> Annotations {
    let candidates = letters.candidates;
    let public = |id: &CandidateId| {
        let candidate = &candidates[id.index()];
        candidate.stays() && program.type_info(candidate.label).public
    };
    // By start, the longest first, then by type, and in the order in which they came: two
    // numbers for four, which are compared sooner.
    let key = |id: CandidateId| {
        let Candidate { span, label, .. } = &candidates[id.index()];
        let place = u64::from(span.start) << 32 | u64::from(!span.end);
        (place, u64::from(label.0) << 32 | u64::from(id.0))
    };
    let mut keys = Vec::with_capacity(candidates.len());
    keys.extend((0..candidates.len() as u32).map(CandidateId).filter(public).map(key));
    keys.sort_unstable();
    let mentions: Vec<CandidateId> = keys.into_iter().map(|(_, low)| CandidateId(low as u32)).collect();
    let mut values: FxHashMap<CandidateId, crate::doc::Value> = FxHashMap::default();
    let chains = link(&mentions, letters, program, &mut values);
    let (relations, events) = related(letters, relations, &mentions, (program, names));
    let mention = |(index, id): (usize, &CandidateId)| {
        let candidate = &candidates[id.index()];
        let features = candidate.features.iter();
        let mut features: Vec<_> = features
            .map(|(name, value)| (names.features[usize::from(name.0)].clone(), value.clone()))
            .collect();
        features.sort();
        Mention {
            value: values.get(id).or(candidate.value.as_ref()).cloned(),
            features,
            rule: Some(names.rules[candidate.rule.0 as usize].clone()),
            ..Mention::new(
                names.mention_ids.id(index),
                names.types[usize::from(candidate.label.0)].clone(),
                candidate.span,
            )
        }
    };
    Annotations {
        mentions: mentions.iter().enumerate().map(mention).collect(),
        relations,
        events,
        chains: chains
            .into_iter()
            .map(|chain| chain.into_iter().map(|at| MentionId(at as u32)).collect())
            .collect(),
        ..Annotations::default()
    }
}

/// The relations and events whose arguments stayed, or moved to what replaced
/// them. A role that may stay open is left open where its span did not stay.
fn related(
    letters: &Letters<'_>,
    proposals: &[Proposal],
    mentions: &[CandidateId],
    (program, names): (&Program, &mut Names),
) -> (Vec<Relation>, Vec<Event>) {
    if proposals.is_empty() {
        return Default::default();
    }
    let mut ids: Vec<Option<MentionId>> = vec![None; letters.candidates.len()];
    for (index, id) in (0..).zip(mentions) {
        ids[id.index()] = Some(MentionId(index));
    }
    let mut found: Vec<(Vec<(u8, MentionId)>, &Proposal)> = Vec::new();
    'proposals: for proposal in proposals {
        let relation = usize::from(proposal.relation.0);
        let info = &program.relations[relation];
        let mut args = Vec::with_capacity(proposal.args.len());
        for &(role, id) in &proposal.args {
            let stands = standing(id, letters.candidates).and_then(|stands| {
                let label = letters.candidates[stands.index()].label;
                let fits = program.accepts(relation, usize::from(role), label);
                ids[stands.index()].filter(|_| fits)
            });
            match stands {
                Some(mention) => args.push((role, mention)),
                None if info.optional[usize::from(role)] => {}
                None => continue 'proposals,
            }
        }
        if args.windows(2).any(|pair| pair[0].1 == pair[1].1) {
            continue;
        }
        if info.symmetric {
            let mut mentions: Vec<MentionId> = args.iter().map(|(_, mention)| *mention).collect();
            mentions.sort();
            args.iter_mut().zip(mentions).for_each(|(arg, mention)| arg.1 = mention);
        }
        found.push((args, proposal));
    }
    let mentions = |args: &[(u8, MentionId)]| args.iter().map(|arg| arg.1).collect::<Vec<_>>();
    found.sort_by_cached_key(|(args, proposal)| {
        (mentions(args), args.clone(), proposal.relation, proposal.rule)
    });
    found.dedup_by(|(a, p), (b, q)| a == b && p.relation == q.relation);
    let (mut relations, mut events) = (Vec::new(), Vec::new());
    for (args, proposal) in found {
        let info = &program.relations[usize::from(proposal.relation.0)];
        let rule = Some(names.rules[proposal.rule.0 as usize].clone());
        let (name, roles) = &names.relations[usize::from(proposal.relation.0)];
        let role = |role: u8| roles[usize::from(role)].clone();
        match args.as_slice() {
            [(0, trigger), rest @ ..] if info.event => events.push(Event {
                id: names.event_ids.id(events.len()),
                label: name.clone(),
                trigger: *trigger,
                args: rest.iter().map(|&(at, mention)| (role(at), Target::Mention(mention))).collect(),
                rule,
            }),
            _ => relations.push(Relation {
                id: names.relation_ids.id(relations.len()),
                label: name.clone(),
                args: args.iter().map(|&(at, mention)| Arg { role: role(at), mention }).collect(),
                rule,
            }),
        }
    }
    (relations, events)
}
