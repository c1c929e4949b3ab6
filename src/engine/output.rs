//! From candidates that stayed to annotations: order, ids, chains.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::doc::{Annotations, Arg, Mention, MentionId, Relation};
use crate::program::Program;

use super::candidate::{CandidateId, Proposal};
use super::lattice::Letters;
use super::link::link;
use super::resolve::standing;

/// Writes what stays as annotations. Mentions come in text order, outer before
/// inner; relations by their arguments; both have ids by their order.
pub(super) fn annotations(letters: &Letters<'_>, relations: &[Proposal], program: &Program) -> Annotations {
    let candidates = letters.candidates;
    let public = |id: &CandidateId| {
        let candidate = &candidates[id.index()];
        candidate.stays() && program.type_info(candidate.label).public
    };
    let mut mentions: Vec<CandidateId> =
        (0..candidates.len() as u32).map(CandidateId).filter(public).collect();
    mentions.sort_by_key(|id| {
        let candidate = &candidates[id.index()];
        (candidate.span.start, Reverse(candidate.span.end), candidate.label, *id)
    });
    let mut values: FxHashMap<CandidateId, crate::doc::Value> = FxHashMap::default();
    let chains = link(&mentions, letters, program, &mut values);
    let ids: FxHashMap<CandidateId, MentionId> =
        mentions.iter().enumerate().map(|(index, id)| (*id, MentionId(index as u32))).collect();
    let mention = |(index, id): (usize, &CandidateId)| {
        let candidate = &candidates[id.index()];
        let features = candidate.features.iter();
        let mut features: Vec<_> = features
            .map(|(name, value)| (program.features[usize::from(name.0)].clone(), value.clone()))
            .collect();
        features.sort();
        Mention {
            value: values.get(id).or(candidate.value.as_ref()).cloned(),
            features,
            rule: Some(program.origin(candidate.rule).id.clone()),
            ..Mention::new(
                format!("T{}", index + 1),
                program.type_info(candidate.label).name.clone(),
                candidate.span,
            )
        }
    };
    Annotations {
        mentions: mentions.iter().enumerate().map(mention).collect(),
        relations: related(letters, relations, &ids, program),
        chains: chains
            .into_iter()
            .map(|chain| chain.into_iter().map(|at| MentionId(at as u32)).collect())
            .collect(),
        ..Annotations::default()
    }
}

/// The relations whose arguments stayed, or moved to what replaced them.
fn related(
    letters: &Letters<'_>,
    proposals: &[Proposal],
    ids: &FxHashMap<CandidateId, MentionId>,
    program: &Program,
) -> Vec<Relation> {
    let mut found: Vec<(Vec<MentionId>, &Proposal)> = Vec::new();
    for proposal in proposals {
        let relation = usize::from(proposal.relation.0);
        let stand = |(role, id): (usize, &CandidateId)| {
            let stands = standing(*id, letters.candidates)?;
            let label = letters.candidates[stands.index()].label;
            program.accepts(relation, role, label).then(|| ids.get(&stands).copied()).flatten()
        };
        let args: Option<Vec<MentionId>> = proposal.args.iter().enumerate().map(stand).collect();
        let Some(mut args) = args else { continue };
        if args.windows(2).any(|pair| pair[0] == pair[1]) {
            continue;
        }
        if program.relations[relation].symmetric {
            args.sort();
        }
        found.push((args, proposal));
    }
    found.sort_by(|(a, p), (b, q)| (a, p.relation, p.rule).cmp(&(b, q.relation, q.rule)));
    found.dedup_by(|(a, p), (b, q)| a == b && p.relation == q.relation);
    let relation = |(index, (args, proposal)): (usize, (Vec<MentionId>, &Proposal))| {
        let info = &program.relations[usize::from(proposal.relation.0)];
        let arg = |(role, mention): (&std::sync::Arc<str>, MentionId)| Arg { role: role.clone(), mention };
        Relation {
            id: format!("R{}", index + 1),
            label: info.name.clone(),
            args: info.roles.iter().zip(args).map(arg).collect(),
            rule: Some(program.origin(proposal.rule).id.clone()),
        }
    };
    found.into_iter().enumerate().map(relation).collect()
}
