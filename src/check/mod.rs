//! From what was written to what was meant: names, types, relation arguments.
//!
//! Every problem is reported, in source order; a part with a problem is
//! replaced by one that matches nothing, so that none follows from another.

mod allowances;
mod conditions;
mod contexts;
mod heads;
mod links;
mod lints;
mod manifest;
mod pack;
mod pack_tests;
mod patterns;
mod rules;
mod size;
mod tables;
mod types;
mod values;

pub use conditions::flags;
pub use pack::*;
pub(crate) use pack_tests::Places;
pub use size::CheckConfig;

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxHashMap;

use crate::diag::{Diagnostic, Report, codes};
use crate::syntax::ast::{GazetteerEntries, Item, Name, Pattern, RulePack};
use crate::text::{FileId, Span};
use size::{Compiled, WrongRegex};
use types::Types;

/// Checks a pack. Its problems go into the report, in source order.
///
/// Returns nothing if any of them is an error. O(size of the pack).
#[must_use]
pub fn check(pack: &RulePack, report: &mut Report) -> Option<CheckedPack> {
    check_with(pack, report, CheckConfig::default())
}

/// The same with other limits.
#[must_use]
pub fn check_with(pack: &RulePack, report: &mut Report, config: CheckConfig) -> Option<CheckedPack> {
    let mut checker = Checker {
        report,
        config,
        size: 0,
        compiled: FxHashMap::default(),
        types: Types::default(),
        relations: Vec::new(),
        features: IndexSet::new(),
        columns: Vec::new(),
        lets: IndexMap::new(),
        places: IndexSet::new(),
        met: lints::MetPhrases::new(pack),
        file: pack.manifest.file.unwrap_or(FileId(0)),
        file_name: String::new(),
        step: 0,
    };
    // Without a manifest there is nothing to check; the loader has said why.
    pack.manifest.file?;
    checker.duplicates(pack);
    checker.declare(pack);
    checker.declare_columns(pack);
    checker.collect_makers(pack);
    checker.collect_features(pack);
    let mut checked = CheckedPack {
        name: pack.manifest.name.clone(),
        version: pack.manifest.version.clone(),
        phases: vec![CheckedPhase::default(); pack.manifest.phases.len()],
        order: checker.order(pack),
        groups: checker.groups(pack),
        ..CheckedPack::default()
    };
    for file in &pack.files {
        checker.file = file.file;
        checker.file_name.clone_from(&file.name);
        for item in &file.items {
            if checker.is_full() {
                break;
            }
            checker.item(item, file.phase, &mut checked);
            checked.rules.extend(checker.rule_place(item));
        }
    }
    checker.finish(pack, &mut checked);
    if !checker.report.has_errors() {
        checker.lint(pack, &checked);
    }
    let Checker { types, relations, features, columns, places, .. } = checker;
    drop_consequences(pack, report);
    allowances::apply(pack, report);
    report.sort();
    if report.has_errors() {
        return None;
    }
    checked.types = types.infos.into_values().collect();
    checked.relations = relations;
    checked.columns = columns.into_iter().map(Into::into).collect();
    checked.places = source_places(&places, report);
    checked.features = features.into_iter().map(Into::into).collect();
    checked.fingerprint = fingerprint(pack, report);
    Some(checked)
}

/// Takes out problems with names that only follow from an item or a file that
/// could not be read: what it would have made, named or used is not known.
fn drop_consequences(pack: &RulePack, report: &mut Report) {
    let follows = [
        &codes::UNKNOWN_TYPE,
        &codes::NEVER_MADE,
        &codes::UNKNOWN_FIELD,
        &codes::UNUSED_LET,
        &codes::UNUSED_TYPE,
        &codes::UNKNOWN_RULE,
    ];
    let lacks_file = pack.manifest.phases.iter().map(Vec::len).sum::<usize>() != pack.files.len();
    let lost: HashSet<&str> = pack.files.iter().flat_map(|file| &file.lost).map(String::as_str).collect();
    // A rule that is too large was not read to its end.
    let has = |code| report.diagnostics.iter().any(|problem| std::ptr::eq(problem.code, code));
    let gave_up = has(&codes::TOO_LARGE) || has(&codes::LET_CYCLE);
    // Nor was a pack that is too large.
    let lacks_file = lacks_file || has(&codes::PROGRAM_TOO_LARGE);
    let sources = &report.sources;
    report.diagnostics.retain(|problem| {
        let place = &problem.primary;
        let is_lost = || place.span.slice(&sources.file(place.file).text).is_some_and(|n| lost.contains(n));
        let is_unused_let = problem.code == &codes::UNUSED_LET;
        !(is_unused_let && gave_up) && (!follows.contains(&problem.code) || !(lacks_file || is_lost()))
    });
}

/// A hash over the texts of `pack.toml`, of the rule files and of the
/// gazetteers, in the order of reading. Files of tests change nothing that is
/// extracted and do not count.
fn fingerprint(pack: &RulePack, report: &Report) -> String {
    let mut hasher = blake3::Hasher::new();
    let is_tests = |id| pack.test_files.iter().any(|tests| tests.file == id);
    for (_, file) in report.sources.files().filter(|(id, _)| !is_tests(*id)) {
        hasher.update(&(file.text.len() as u64).to_le_bytes());
        hasher.update(file.text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// Places as messages show them.
fn source_places(places: &IndexSet<(FileId, Span)>, report: &Report) -> Vec<SourcePlace> {
    let mut names: FxHashMap<FileId, Arc<str>> = FxHashMap::default();
    let shown = |&(id, span): &(FileId, Span)| {
        let file = report.sources.file(id);
        let place = file.place(span.start);
        SourcePlace {
            file: names.entry(id).or_insert_with(|| file.name.as_str().into()).clone(),
            line: place.line,
            column: place.column,
            text: span.slice(&file.text).unwrap_or("").into(),
        }
    };
    places.iter().map(shown).collect()
}

/// A `let` with its place.
struct LetEntry {
    pattern: Pattern,
    file: FileId,
    name: Span,
    used: bool,
}

/// What is known while a pack is checked.
struct Checker<'r> {
    report: &'r mut Report,
    config: CheckConfig,
    /// Bytes that what was checked so far takes when compiled.
    size: u64,
    /// The expressions so far, with what is known of them or wrong.
    compiled: FxHashMap<String, Result<Compiled, WrongRegex>>,
    types: Types,
    relations: Vec<RelationInfo>,
    features: IndexSet<String>,
    /// The columns that tokens bring with them.
    columns: Vec<String>,
    /// Places that checked parts point to.
    places: IndexSet<(FileId, Span)>,
    /// The phrases of the step.
    met: lints::MetPhrases,
    /// The lets so far, by name.
    lets: IndexMap<String, LetEntry>,
    /// The file of the current item.
    file: FileId,
    file_name: String,
    /// The step of the current item: it reads what earlier steps make.
    step: usize,
}

impl Checker<'_> {
    fn problem(&mut self, diagnostic: Diagnostic) {
        self.report.diagnostics.push(diagnostic);
    }

    /// `file:name`, as output and messages call an item.
    fn id(&self, name: &Name) -> Arc<str> {
        format!("{}:{}", self.file_name, name.node).into()
    }

    fn info(&mut self, name: &Name, kind: RuleKind, tags: &[Name]) -> ItemInfo {
        let tags = tags.iter().map(|tag| tag.node.as_str().into()).collect();
        ItemInfo { id: self.id(name), kind, place: self.place(name.span), tags }
    }

    /// What stands at a place.
    fn source(&self, file: FileId, span: Span) -> &str {
        span.slice(&self.report.sources.file(file).text).unwrap_or("")
    }

    /// The number of a place in the current file.
    fn place(&mut self, span: Span) -> PlaceId {
        PlaceId(self.places.insert_full((self.file, span)).0 as u32)
    }

    fn item(&mut self, item: &Item, phase: usize, checked: &mut CheckedPack) {
        self.step = types::rule_step(phase);
        match item {
            Item::Gazetteer(item) => {
                let gazetteer = self.gazetteer(item);
                checked.phases[phase].gazetteers.extend(gazetteer);
            }
            Item::Regex(item) => {
                let regex = self.regex_item(item);
                checked.phases[phase].regexes.extend(regex);
            }
            Item::Let(item) => {
                let entry = LetEntry {
                    pattern: item.pattern.clone(),
                    file: self.file,
                    name: item.name.span,
                    used: false,
                };
                self.lets.insert(item.name.node.clone(), entry);
            }
            Item::Rule(item) => {
                let rule = self.rule(item);
                checked.phases[phase].rules.push(rule);
            }
            Item::Drop(item) => {
                self.step = types::text_step(phase + 1);
                let rule = self.drop(item);
                checked.phases[phase].drops.push(rule);
            }
            Item::Context(item) => {
                self.step = types::text_step(phase + 1);
                let context = self.context(item);
                checked.phases[phase].contexts.push(context);
            }
            Item::Link(item) => {
                self.step = usize::MAX;
                let link = self.link(item);
                checked.links.push(link);
            }
            // Tests may name rules of later files.
            Item::Test(_) => {}
        }
    }

    /// What can only be said when everything is known.
    fn finish(&mut self, pack: &RulePack, checked: &mut CheckedPack) {
        let unused: Vec<(String, FileId, Span)> = self
            .lets
            .iter()
            .filter(|(_, entry)| !entry.used)
            .map(|(name, entry)| (name.clone(), entry.file, entry.name))
            .collect();
        for (name, file, span) in unused {
            self.problem(
                Diagnostic::warning(&codes::UNUSED_LET, format!("nothing uses `{name}`"), file, span)
                    .help("take it out, or use it in a rule"),
            );
        }
        self.unused_types();
        checked.off = self.off(pack);
        for file in &pack.files {
            checked.tests.extend(self.tests_of(file, pack));
        }
        for file in &pack.test_files {
            checked.tests.extend(self.tests_of(file, pack));
            self.only_tests(file);
        }
    }

    /// Two items of one kind with one name in a file; two lets, types or
    /// relations with one name anywhere.
    fn duplicates(&mut self, pack: &RulePack) {
        let mut seen: IndexMap<(String, &'static str, String), (FileId, Span)> = IndexMap::new();
        let mut names: Vec<(String, &'static str, &Name, FileId)> = Vec::new();
        let manifest = pack.manifest.file.unwrap_or(FileId(0));
        names.extend(pack.manifest.entities.iter().map(|e| (String::new(), "type", &e.name, manifest)));
        names.extend(pack.manifest.events.iter().map(|e| (String::new(), "type", &e.name, manifest)));
        names.extend(pack.manifest.relations.iter().map(|r| (String::new(), "relation", &r.name, manifest)));
        for file in &pack.files {
            for item in &file.items {
                let (kind, name) = match item {
                    Item::Let(item) => {
                        names.push((String::new(), "let", &item.name, file.file));
                        continue;
                    }
                    Item::Gazetteer(item) => ("rule", &item.name),
                    Item::Regex(item) => ("rule", &item.name),
                    Item::Rule(item) => ("rule", &item.name),
                    Item::Drop(item) => ("rule", &item.name),
                    Item::Context(item) => ("rule", &item.name),
                    Item::Link(item) => ("rule", &item.name),
                    Item::Test(_) => continue,
                };
                names.push((file.name.clone(), kind, name, file.file));
            }
        }
        for (place, kind, name, file) in names {
            let key = (place, kind, name.node.clone());
            if let Some(&(first_file, first)) = seen.get(&key) {
                self.problem(
                    Diagnostic::error(
                        &codes::DUPLICATE_NAME,
                        format!("{kind} `{}` is defined twice", name.node),
                        file,
                        name.span,
                    )
                    .label("second definition")
                    .secondary(first_file, first, "first definition")
                    .help("rename one of them, or join the two"),
                );
            } else {
                seen.insert(key, (file, name.span));
            }
        }
    }

    /// Enters the names of all features that some item sets.
    fn collect_features(&mut self, pack: &RulePack) {
        let mut found: Vec<String> = Vec::new();
        for item in pack.files.iter().flat_map(|file| &file.items) {
            let sets = match item {
                Item::Gazetteer(gazetteer) => {
                    for entries in &gazetteer.entries {
                        if let GazetteerEntries::File(path, Some(file)) = entries
                            && path.node.ends_with(".tsv")
                        {
                            let text = &self.report.sources.file(*file).text;
                            found.extend(tables::columns(text).into_iter().skip(1));
                        }
                    }
                    &gazetteer.sets
                }
                Item::Regex(regex) => &regex.sets,
                Item::Rule(rule) => {
                    // `where x.feature = "…"` on a new span sets it too.
                    rules::assigned_features(rule, &mut found);
                    &rule.sets
                }
                Item::Context(context) => &context.sets,
                Item::Let(_) | Item::Drop(_) | Item::Link(_) | Item::Test(_) => continue,
            };
            found.extend(sets.iter().map(|set| set.feature.node.clone()));
        }
        let built_in = ["text", "lower", "fold", "shape", "kind", "len", "line", "tokens", "value"];
        self.features.extend(found.into_iter().filter(|name| !built_in.contains(&name.as_str())));
    }
}
