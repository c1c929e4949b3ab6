//! From a checked pack to the tables that run.
//!
//! Nothing here can fail: `check` has refused what cannot be compiled. Should
//! an expression still be refused by its engine, it matches nothing.

mod pattern;
mod phrases;
mod predicates;
mod regexes;
mod rules;

use crate::check::CheckedPack;
use crate::doc::schema::{Rank, RuleId};
use crate::program::{Link, Origin, Phase, Program};

use phrases::VocabularyBuilder;
use predicates::PredicateBuilder;

/// Compiles a checked pack. O(size of the pack).
#[must_use]
pub fn compile(pack: &CheckedPack) -> Program {
    let mut compiler = Compiler::default();
    let phases = pack
        .phases
        .iter()
        .map(|phase| Phase {
            phrases: phrases::tries(&phase.gazetteers, &mut compiler),
            regexes: regexes::bank(&phase.regexes, &mut compiler),
            rules: phase.rules.iter().map(|rule| rules::rule(rule, &mut compiler)).collect(),
            drops: phase.drops.iter().map(|rule| rules::drop(rule, &mut compiler)).collect(),
        })
        .collect();
    let links = pack
        .links
        .iter()
        .map(|link| Link { on: link.on.clone(), by: link.by.clone(), spread_value: link.spread_value })
        .collect();
    Program {
        name: pack.name.clone(),
        version: pack.version.clone(),
        fingerprint: pack.fingerprint.clone(),
        types: pack.types.clone(),
        relations: pack.relations.clone(),
        features: pack.features.clone(),
        origins: compiler.origins,
        predicates: compiler.predicates.finish(),
        vocabularies: compiler.vocabularies.finish(),
        phases,
        links,
        asks_standing: compiler.asks_standing,
    }
}

/// What is shared between the items of a pack while it is compiled.
#[derive(Default)]
struct Compiler {
    origins: Vec<Origin>,
    predicates: PredicateBuilder,
    vocabularies: VocabularyBuilder,
    asks_standing: bool,
}

impl Compiler {
    fn origin(&mut self, id: &std::sync::Arc<str>, rank: Rank) -> RuleId {
        self.origins.push(Origin { id: id.clone(), rank });
        RuleId(self.origins.len() as u32 - 1)
    }
}
