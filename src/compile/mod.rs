//! From a checked pack to the tables that run.
//!
//! Nothing here can fail: `check` has refused what cannot be compiled. Should
//! an expression still be refused by its engine, it matches nothing.

mod pattern;
mod phrases;
mod predicates;
mod regexes;
mod rules;

use std::sync::Arc;

use crate::check::CheckedPack;
use crate::doc::schema::{ItemInfo, Rank, RuleId, TypeId};
use crate::program::{Link, Origin, Phase, Program, RuleSet};
use crate::syntax::suggest::nearest;

use phrases::VocabularyBuilder;
use predicates::PredicateBuilder;

/// Which items of a pack run, beside what `pack.toml` says. Each name is that
/// of a rule, `rule` or `file.span:rule`, or a tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Switched on, though the pack switches them off.
    pub on: Vec<String>,
    /// Switched off.
    pub off: Vec<String>,
    /// If not empty: only these run.
    pub only: Vec<String>,
}

/// A selection names what the pack does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule or tag `{name}`{}", near.as_ref().map_or(String::new(), |near| format!(": did you mean `{near}`?")))]
pub struct UnknownRule {
    /// What was asked for.
    pub name: String,
    /// What may have been meant.
    pub near: Option<String>,
}

/// Compiles a checked pack. O(size of the pack).
#[must_use]
pub fn compile(pack: &CheckedPack) -> Program {
    build(pack, &Selection::default())
}

/// Compiles a part of a checked pack: the items that a selection leaves.
/// Where it leaves out or adds any, the fingerprint says so.
///
/// # Errors
///
/// If the selection names a rule or tag that the pack does not have.
pub fn compile_selected(pack: &CheckedPack, selection: &Selection) -> Result<Program, UnknownRule> {
    let infos = items(pack);
    for name in [&selection.on, &selection.off, &selection.only].into_iter().flatten() {
        if !infos.iter().any(|info| is_called(info, name)) {
            let known = infos.iter().flat_map(|info| {
                let tags = info.tags.iter().map(|tag| &**tag);
                [&*info.id, short(&info.id)].into_iter().chain(tags)
            });
            let near = nearest(name, known).map(str::to_owned);
            return Err(UnknownRule { name: name.clone(), near });
        }
    }
    Ok(build(pack, selection))
}

fn items(pack: &CheckedPack) -> Vec<&ItemInfo> {
    let phases = pack.phases.iter().flat_map(|phase| {
        let gazetteers = phase.gazetteers.iter().map(|item| &item.info);
        let regexes = phase.regexes.iter().map(|item| &item.info);
        let rules = phase.rules.iter().chain(&phase.drops).map(|item| &item.info);
        gazetteers.chain(regexes).chain(rules).chain(phase.contexts.iter().map(|item| &item.cue.info))
    });
    phases.chain(pack.links.iter().map(|link| &link.info)).collect()
}

/// The name of a rule without its file.
fn short(id: &str) -> &str {
    id.rsplit_once(':').map_or(id, |(_, name)| name)
}

/// Whether an item is meant by a name.
fn is_called(info: &ItemInfo, name: &str) -> bool {
    *info.id == *name || short(&info.id) == name || info.tags.iter().any(|tag| **tag == *name)
}

fn build(pack: &CheckedPack, selection: &Selection) -> Program {
    let mut compiler =
        Compiler { off: pack.off.clone(), selection: selection.clone(), ..Compiler::default() };
    let phases = pack
        .phases
        .iter()
        .map(|phase| {
            let (phrases, anywhere) = phrases::phrases(&phase.gazetteers, &mut compiler);
            Phase {
                phrases,
                anywhere,
                regexes: regexes::bank(&phase.regexes, &mut compiler),
                rules: RuleSet::new(
                    phase.rules.iter().filter_map(|rule| rules::rule(rule, &mut compiler)).collect(),
                ),
                drops: RuleSet::new(
                    phase.drops.iter().filter_map(|rule| rules::drop(rule, &mut compiler)).collect(),
                ),
                contexts: phase
                    .contexts
                    .iter()
                    .filter_map(|item| rules::context(item, &mut compiler))
                    .collect(),
            }
        })
        .collect::<Vec<Phase>>();
    let links = pack
        .links
        .iter()
        .filter(|link| {
            let id = compiler.origin(&link.info, Rank::default(), Vec::new());
            compiler.is_on(id)
        })
        .map(|link| Link { on: link.on.clone(), by: link.by.clone(), spread_value: link.spread_value })
        .collect();
    let mut fingerprint = pack.fingerprint.clone();
    if *selection != Selection::default() {
        fingerprint = blake3::hash(format!("{fingerprint} {selection:?}").as_bytes()).to_hex().to_string();
    }
    let mut program = Program {
        name: pack.name.clone(),
        version: pack.version.clone(),
        fingerprint,
        types: pack.types.clone(),
        relations: pack.relations.clone(),
        features: pack.features.clone(),
        origins: compiler.origins,
        column_checks: compiler.predicates.column_checks(),
        predicates: compiler.predicates.finish(),
        vocabularies: compiler.vocabularies.finish(),
        phases,
        links,
        asks_standing: compiler.asks_standing,
        columns: pack.columns.clone(),
        groups: pack.groups.clone(),
        order: pack.order.clone(),
        places: pack.places.clone(),
        ..Program::default()
    };
    program.prepare();
    program
}

/// What is shared between the items of a pack while it is compiled.
#[derive(Default)]
struct Compiler {
    origins: Vec<Origin>,
    predicates: PredicateBuilder,
    vocabularies: VocabularyBuilder,
    asks_standing: bool,
    off: Vec<Arc<str>>,
    selection: Selection,
}

impl Compiler {
    fn origin(&mut self, info: &ItemInfo, rank: Rank, makes: Vec<TypeId>) -> RuleId {
        let on = self.runs(info);
        self.origins.push(Origin { id: info.id.clone(), info: info.clone(), rank, makes, on });
        RuleId(self.origins.len() as u32 - 1)
    }

    fn runs(&self, info: &ItemInfo) -> bool {
        let named = |list: &[String]| list.iter().any(|name| is_called(info, name));
        let is_off = self.off.iter().any(|name| is_called(info, name)) && !named(&self.selection.on);
        !is_off
            && !named(&self.selection.off)
            && (self.selection.only.is_empty() || named(&self.selection.only))
    }

    fn is_on(&self, rule: RuleId) -> bool {
        self.origins[rule.0 as usize].on
    }
}
