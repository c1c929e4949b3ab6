//! What each rule of a pack is worth.

use std::sync::Arc;

use rayon::prelude::*;
use spanwright::engine::{Candidate, Extractor, Scratch};
use spanwright::eval::{
    Bootstrap, Deeds, ErrorAnalysis, LeftOut, Pair, Proposed, RuleScore, Scores, attribute,
};
use spanwright::io::Record;
use spanwright::program::Program;

use super::Loaded;
use super::sides::Scope;

/// What each rule is worth. Every document is read once; without a rule its steps
/// are played again from what was proposed.
pub(crate) fn by_rule(
    pack: &Loaded,
    scope: &Scope,
    gold: &[Record],
    pairs: &[Pair<'_>],
    results: (&Scores, &ErrorAnalysis),
    bootstrap: Bootstrap,
) -> anyhow::Result<Vec<RuleScore>> {
    let program = &pack.program;
    let extractor = Extractor::new(program);
    let deeds = |scratch: &mut Scratch, (record, pair): (&Record, &Pair<'_>)| -> anyhow::Result<Deeds> {
        let (extraction, recording) = extractor.record(&record.document, scratch);
        let mut deeds = Deeds { proposed: proposals(program, &extraction.candidates), ..Deeds::default() };
        for rule in recording.active() {
            let Some(mut left) = extractor.replay_without(&recording, rule, scratch) else { continue };
            scope.apply(&mut left);
            deeds.without.push((program.origin(rule).id.clone(), LeftOut::count(pair, &left)?));
        }
        Ok(deeds)
    };
    let documents = gold.par_iter().zip(pairs);
    let deeds: Vec<_> = documents.map_init(|| extractor.scratch(), deeds).collect::<anyhow::Result<_>>()?;
    let on: Vec<Arc<str>> =
        program.origins.iter().filter(|origin| origin.on).map(|origin| origin.id.clone()).collect();
    Ok(attribute(pairs, &deeds, &on, results, bootstrap))
}

fn proposals(program: &Program, candidates: &[Candidate]) -> Vec<Proposed> {
    candidates
        .iter()
        .map(|candidate| Proposed {
            rule: program.origin(candidate.rule).id.clone(),
            span: candidate.span,
            label: program.type_info(candidate.label).name.clone(),
            stays: candidate.stays(),
        })
        .collect()
}
