//! The types of a pack: declared ones and internal ones, and who makes them.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Checker;
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{RelationInfo, TypeId, TypeInfo};
use crate::syntax::ast::{Item, Name, Pattern, PatternKind, RulePack};
use crate::syntax::suggest::nearest;
use crate::text::FileId;

/// All types by name, in the order of their ids.
#[derive(Default)]
pub(super) struct Types {
    pub(super) infos: IndexMap<String, TypeInfo>,
    /// The first step that makes each type: phase times two, plus one for its rules.
    made: Vec<Option<usize>>,
    read: Vec<bool>,
    /// Where an internal type is first made.
    places: Vec<Option<(FileId, crate::text::Span)>>,
}

/// A step of a phase as a number: first its gazetteers and regexes, then its rules.
pub(super) const fn text_step(phase: usize) -> usize {
    phase * 2
}

/// The second step of a phase.
pub(super) const fn rule_step(phase: usize) -> usize {
    phase * 2 + 1
}

impl Types {
    fn add(&mut self, name: &str, info: TypeInfo) -> TypeId {
        self.infos.insert(name.to_owned(), info);
        self.made.push(None);
        self.read.push(false);
        self.places.push(None);
        TypeId(self.infos.len() as u16 - 1)
    }

    pub(super) fn id(&self, name: &str) -> Option<TypeId> {
        self.infos.get_index_of(name).map(|index| TypeId(index as u16))
    }

    pub(super) fn info(&self, id: TypeId) -> &TypeInfo {
        &self.infos[usize::from(id.0)]
    }

    /// A type and all its kinds.
    pub(super) fn kinds(&self, id: TypeId) -> Vec<TypeId> {
        let is_kind = |candidate: &TypeId| {
            let mut at = Some(*candidate);
            // No cycle survives `declare`, but one may still stand while errors are collected.
            for _ in 0..=self.infos.len() {
                match at {
                    Some(found) if found == id => return true,
                    Some(found) => at = self.info(found).parent,
                    None => return false,
                }
            }
            false
        };
        (0..self.infos.len() as u16).map(TypeId).filter(is_kind).collect()
    }

    /// Whether nothing makes a type, and nothing reads it.
    pub(super) fn is_idle(&self, name: &str) -> bool {
        self.id(name).is_some_and(|id| {
            let kinds = self.kinds(id);
            let index = usize::from(id.0);
            self.made[index].is_none() && !self.read[index] && kinds.len() == 1
        })
    }

    fn note_made(&mut self, id: TypeId, step: usize, place: (FileId, crate::text::Span)) {
        let index = usize::from(id.0);
        if self.made[index].is_none_or(|earlier| step < earlier) {
            self.made[index] = Some(step);
        }
        self.places[index].get_or_insert(place);
    }
}

/// Whether a name is that of an internal type.
pub(super) fn is_internal(name: &str) -> bool {
    name.starts_with(|c: char| c == '_' || c.is_lowercase())
}

impl Checker<'_> {
    /// Enters the types and relations that `pack.toml` declares.
    pub(super) fn declare(&mut self, pack: &RulePack) {
        let Some(file) = pack.manifest.file else { return };
        for entity in &pack.manifest.entities {
            let info = TypeInfo {
                name: Arc::from(entity.name.node.as_str()),
                public: true,
                is_abstract: entity.is_abstract,
                parent: None,
                doc: entity.doc.clone(),
                color: entity.color.clone(),
            };
            self.types.add(&entity.name.node, info);
        }
        for event in &pack.manifest.events {
            let info = TypeInfo {
                name: Arc::from(event.name.node.as_str()),
                public: true,
                is_abstract: false,
                parent: None,
                doc: event.doc.clone(),
                color: event.color.clone(),
            };
            self.types.add(&event.name.node, info);
        }
        for entity in &pack.manifest.entities {
            let Some(parent) = &entity.is else { continue };
            let Some(id) = self.types.id(&entity.name.node) else { continue };
            match self.types.id(&parent.node) {
                Some(parent_id) if self.types.kinds(id).contains(&parent_id) => self.problem(
                    Diagnostic::error(
                        &codes::TYPE_CYCLE,
                        format!("`{}` is a kind of itself", entity.name.node),
                        file,
                        parent.span,
                    )
                    .help("take one `is` out of the circle"),
                ),
                Some(parent_id) => self.types.infos[usize::from(id.0)].parent = Some(parent_id),
                None => self.unknown_type(parent, file),
            }
        }
        for relation in &pack.manifest.relations {
            let mut accepts = Vec::new();
            for role in [&relation.from, &relation.to] {
                let mut types = Vec::new();
                for name in role {
                    match self.types.id(&name.node) {
                        Some(id) => types.extend(self.types.kinds(id)),
                        None => self.unknown_type(name, file),
                    }
                }
                accepts.push(types);
            }
            self.relations.push(RelationInfo {
                name: Arc::from(relation.name.node.as_str()),
                roles: vec![Arc::from("from"), Arc::from("to")],
                accepts,
                optional: vec![false, false],
                symmetric: relation.symmetric,
                event: false,
                doc: relation.doc.clone(),
            });
        }
        self.declare_events(pack, file);
    }

    fn declare_events(&mut self, pack: &RulePack, file: FileId) {
        for event in &pack.manifest.events {
            let mut info = RelationInfo {
                name: Arc::from(event.name.node.as_str()),
                roles: vec![Arc::from("trigger")],
                accepts: vec![self.types.id(&event.name.node).into_iter().collect()],
                optional: vec![false],
                symmetric: false,
                event: true,
                doc: event.doc.clone(),
            };
            for (role, types) in &event.roles {
                if role.node == "trigger" {
                    self.problem(
                        Diagnostic::error(
                            &codes::WRONG_VALUE,
                            "every event has a `trigger`: it is not declared",
                            file,
                            role.span,
                        )
                        .help("take it out: the trigger is a span of the type of the event"),
                    );
                    continue;
                }
                let mut accepts = Vec::new();
                for name in types {
                    match self.types.id(&name.node) {
                        Some(id) => accepts.extend(self.types.kinds(id)),
                        None => self.unknown_type(name, file),
                    }
                }
                info.roles.push(Arc::from(role.node.as_str()));
                info.accepts.push(accepts);
                info.optional.push(event.optional.iter().any(|open| open.node == role.node));
            }
            for open in &event.optional {
                if !event.roles.iter().any(|(role, _)| role.node == open.node) {
                    let near = nearest(&open.node, event.roles.iter().map(|(role, _)| role.node.as_str()));
                    let title = format!("`{}` has no role `{}`", event.name.node, open.node);
                    let diagnostic = Diagnostic::error(&codes::WRONG_VALUE, title, file, open.span);
                    self.problem(diagnostic.help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "declare it under `roles`, or take it out".to_owned(),
                    }));
                }
            }
            self.relations.push(info);
        }
    }

    /// Enters the internal types, and notes which step makes what.
    pub(super) fn collect_makers(&mut self, pack: &RulePack) {
        let mut lets: Lets<'_> = FxHashMap::default();
        for file in &pack.files {
            for item in &file.items {
                if let Item::Let(item) = item {
                    lets.entry(&item.name.node).or_insert((&item.pattern, file.file));
                }
            }
        }
        for file in &pack.files {
            for item in &file.items {
                match item {
                    Item::Gazetteer(item) => self.makes(&item.label, file.file, text_step(file.phase)),
                    Item::Regex(item) => {
                        self.makes(&item.label, file.file, text_step(file.phase));
                        for literal in &item.patterns {
                            for group in group_names(&literal.source) {
                                if self.is_group_type(&group) {
                                    let name = Name::new(group, literal.span);
                                    self.makes(&name, file.file, text_step(file.phase));
                                }
                            }
                        }
                    }
                    Item::Rule(rule) => {
                        let mut made = Made {
                            lets: &lets,
                            met: FxHashSet::default(),
                            labels: Vec::new(),
                            deepest: self.config.max_nesting.written_out(),
                        };
                        made.collect(&rule.pattern, file.file, 0);
                        for (label, place) in made.labels {
                            self.makes(&label, place, rule_step(file.phase));
                        }
                        for head in &rule.heads {
                            if self.makes_trigger(head) {
                                self.makes(&head.label, file.file, rule_step(file.phase));
                            }
                        }
                    }
                    Item::Let(_) | Item::Drop(_) | Item::Context(_) | Item::Link(_) | Item::Test(_) => {}
                }
            }
        }
    }

    fn makes(&mut self, label: &Name, file: FileId, step: usize) {
        let id = match self.types.id(&label.node) {
            Some(id) => id,
            None if is_internal(&label.node) => self.types.add(
                &label.node,
                TypeInfo {
                    name: Arc::from(label.node.as_str()),
                    public: false,
                    is_abstract: false,
                    parent: None,
                    doc: String::new(),
                    color: None,
                },
            ),
            None => return self.unknown_type(label, file),
        };
        if self.types.info(id).is_abstract {
            let title = format!("`{}` is abstract: no span can be of it", label.node);
            self.problem(
                Diagnostic::error(&codes::ABSTRACT_MADE, title, file, label.span)
                    .help("name one of its kinds"),
            );
        }
        self.types.note_made(id, step, (file, label.span));
    }

    /// Whether a group of a regex with this name makes spans.
    pub(super) fn is_group_type(&self, name: &str) -> bool {
        name.starts_with('_') || self.types.id(name).is_some_and(|id| self.types.info(id).public)
    }

    /// The types that a name in a pattern of the given step stands for.
    pub(super) fn read_type(&mut self, name: &Name, step: usize) -> Vec<TypeId> {
        let Some(id) = self.types.id(&name.node) else {
            self.unknown_type(name, self.file);
            return Vec::new();
        };
        let kinds = self.types.kinds(id);
        kinds.iter().for_each(|kind| self.types.read[usize::from(kind.0)] = true);
        let first = kinds.iter().filter_map(|kind| self.types.made[usize::from(kind.0)]).min();
        match first {
            None => {
                let title = format!("nothing makes a `{}`", name.node);
                self.problem(
                    Diagnostic::error(&codes::NEVER_MADE, title, self.file, name.span)
                        .help("write a gazetteer, a regex or a rule that makes it, or take the pattern out"),
                );
            }
            Some(made) if made >= step => {
                let title = format!("`{}` is only made after this rule has run", name.node);
                self.problem(
                    Diagnostic::error(&codes::MADE_LATER, title, self.file, name.span)
                        .help("move this rule to a later phase, or what makes the type to an earlier one"),
                );
            }
            Some(_) => {}
        }
        kinds
    }

    pub(super) fn unknown_type(&mut self, name: &Name, file: FileId) {
        let lets = self.lets.keys().map(String::as_str);
        let known = self.types.infos.keys().map(String::as_str).chain(lets);
        let near = nearest(&name.node, known).map(str::to_owned);
        let title = format!("unknown type `{}`", name.node);
        let help = match &near {
            Some(near) => format!("did you mean `{near}`?"),
            None if ["nested", "override", "priority", "across", "overlap", "tag"]
                .contains(&name.node.as_str()) =>
            {
                format!("`{0}` stands before the body: `rule name {0} {{ … }}`", name.node)
            }
            None => format!("declare it in `pack.toml`: {} = {{ doc = \"…\" }}", name.node),
        };
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_TYPE, title, file, name.span).help(help);
        // In `pack.toml` a name stands in quotes.
        let near = near.map(|near| match self.source(file, name.span).starts_with('"') {
            true => format!("\"{near}\""),
            false => near,
        });
        self.problem(diagnostic.renamed(near.as_deref()));
    }

    /// Warns of internal types that are made for nothing.
    pub(super) fn unused_types(&mut self) {
        for index in 0..self.types.infos.len() {
            let info = &self.types.infos[index];
            let (name, unused) = (info.name.clone(), !info.public && !self.types.read[index]);
            if let (true, Some((file, span))) = (unused, self.types.places[index]) {
                self.problem(
                    Diagnostic::warning(&codes::UNUSED_TYPE, format!("no rule reads `{name}`"), file, span)
                        .help("take it out, or use it in a rule"),
                );
            }
        }
    }
}

/// The names of the groups of a regular expression, as written.
pub(super) fn group_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for opening in ["(?<", "(?P<"] {
        for (at, _) in source.match_indices(opening) {
            let rest = &source[at + opening.len()..];
            let end = rest.find('>').unwrap_or(0);
            if end > 0 && rest[..end].chars().all(|c| c.is_alphanumeric() || c == '_') {
                names.push(rest[..end].to_owned());
            }
        }
    }
    names
}

/// The lets of a pack, by name.
type Lets<'p> = FxHashMap<&'p str, (&'p Pattern, FileId)>;

/// Collects every `<TYPE: …>` of a pattern, lets included.
struct Made<'l, 'p> {
    lets: &'l Lets<'p>,
    /// The lets that were gone into: what is in them is said once, however often
    /// they are named.
    met: FxHashSet<&'p str>,
    labels: Vec<(Name, FileId)>,
    /// A rule that is nested deeper is refused.
    deepest: usize,
}

impl<'p> Made<'_, 'p> {
    fn collect(&mut self, pattern: &'p Pattern, file: FileId, depth: usize) {
        if depth > self.deepest {
            return;
        }
        match &pattern.kind {
            PatternKind::Make(label, inner) => {
                self.labels.push((label.clone(), file));
                self.collect(inner, file, depth + 1);
            }
            PatternKind::Bind(_, inner)
            | PatternKind::Repeat { inner, .. }
            | PatternKind::Look { inner, .. } => self.collect(inner, file, depth + 1),
            PatternKind::Sequence(parts) | PatternKind::Alternation(parts) => {
                parts.iter().for_each(|part| self.collect(part, file, depth + 1));
            }
            PatternKind::Name(name, _) => {
                if let Some((name, (inner, file))) = self.lets.get_key_value(name.node.as_str())
                    && self.met.insert(name)
                {
                    self.collect(inner, *file, depth + 1);
                }
            }
            PatternKind::Literal { .. }
            | PatternKind::TokenRegex(_)
            | PatternKind::Token(_)
            | PatternKind::Gap { .. }
            | PatternKind::Anchor(_) => {}
        }
    }
}
