//! Every name of a pack: where it is defined and where it is used.

use spanwright::syntax::ast::*;
use spanwright::text::{FileId, SourceMap, Span};

/// What a name names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Thing {
    /// A `let`.
    Let,
    /// A type of spans.
    Type,
    /// A relation or event in a head.
    Relation,
    /// A gazetteer, regex, rule, drop, context or link, and tests of it.
    Rule,
    /// A binding of one item, by the place of the item.
    Binding(FileId, u32),
    /// A file of the pack.
    File,
}

/// What an occurrence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It defines the name.
    Defines,
    /// It makes spans of the type.
    Makes,
    /// It uses the name.
    Uses,
}

/// A name somewhere in a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) thing: Thing,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) file: FileId,
    /// The name alone, without quotes.
    pub(crate) span: Span,
}

/// All names of a pack, in the order of its files.
pub(crate) fn occurrences(pack: &RulePack, sources: &SourceMap) -> Vec<Occurrence> {
    let items = pack.files.iter().flat_map(|file| &file.items);
    let lets = items.filter_map(|item| match item {
        Item::Let(item) => Some(item.name.node.clone()),
        _ => None,
    });
    let mut walker = Walker {
        sources,
        lets: lets.collect(),
        file: FileId(0),
        item: 0,
        bound: Vec::new(),
        found: Vec::new(),
    };
    walker.manifest(&pack.manifest);
    for file in pack.files.iter().chain(&pack.test_files) {
        walker.file = file.file;
        for item in &file.items {
            walker.item(item);
        }
    }
    walker.found
}

struct Walker<'s> {
    sources: &'s SourceMap,
    lets: Vec<String>,
    file: FileId,
    /// Where the current item begins.
    item: u32,
    /// The names that the current item binds.
    bound: Vec<String>,
    found: Vec<Occurrence>,
}

impl Walker<'_> {
    fn source(&self, span: Span) -> &str {
        span.slice(&self.sources.file(self.file).text).unwrap_or("")
    }

    fn note(&mut self, thing: Thing, name: &Name, role: Role) {
        let quoted = self.source(name.span).starts_with(['"', '\'']);
        let span = if quoted && name.span.len() >= 2 {
            Span::new(name.span.start + 1, name.span.end - 1)
        } else {
            name.span
        };
        self.found.push(Occurrence { thing, name: name.node.clone(), role, file: self.file, span });
    }

    fn binding(&self) -> Thing {
        Thing::Binding(self.file, self.item)
    }

    fn manifest(&mut self, manifest: &Manifest) {
        let Some(file) = manifest.file else { return };
        self.file = file;
        for entity in &manifest.entities {
            self.note(Thing::Type, &entity.name, Role::Defines);
            entity.is.iter().for_each(|parent| self.note(Thing::Type, parent, Role::Uses));
        }
        for relation in &manifest.relations {
            self.note(Thing::Relation, &relation.name, Role::Defines);
            relation
                .from
                .iter()
                .chain(&relation.to)
                .for_each(|name| self.note(Thing::Type, name, Role::Uses));
        }
        for event in &manifest.events {
            self.note(Thing::Type, &event.name, Role::Defines);
            let types = event.roles.iter().flat_map(|(_, types)| types);
            types.for_each(|name| self.note(Thing::Type, name, Role::Uses));
        }
        manifest.exclusive.iter().flatten().for_each(|name| self.note(Thing::Type, name, Role::Uses));
        manifest.off.iter().for_each(|name| self.rule_name(name));
        manifest.phases.iter().flatten().for_each(|name| self.note(Thing::File, name, Role::Uses));
    }

    /// `rule` or `file.span:rule`
    fn rule_name(&mut self, name: &Name) {
        let short = name.node.rsplit(':').next().unwrap_or("").to_owned();
        let end = name.span.end - u32::from(self.source(name.span).ends_with('"'));
        let span = Span::new(end.saturating_sub(short.len() as u32), end);
        self.found.push(Occurrence {
            thing: Thing::Rule,
            name: short,
            role: Role::Uses,
            file: self.file,
            span,
        });
    }

    /// Events are types too: their heads name the type of the trigger.
    fn relation(&mut self, name: &Name) {
        let is_event = self
            .found
            .iter()
            .any(|o| o.thing == Thing::Type && o.name == name.node && o.role == Role::Defines);
        self.note(if is_event { Thing::Type } else { Thing::Relation }, name, Role::Uses);
    }

    fn types(&mut self, names: &[Name]) {
        names.iter().for_each(|name| self.note(Thing::Type, name, Role::Uses));
    }

    fn begin(&mut self, name: &Name) {
        self.item = name.span.start;
        self.bound.clear();
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Gazetteer(item) => {
                self.begin(&item.name);
                self.note(Thing::Rule, &item.name, Role::Defines);
                self.note(Thing::Type, &item.label, Role::Makes);
                for entries in &item.entries {
                    if let GazetteerEntries::File(path, _) = entries {
                        self.note(Thing::File, path, Role::Uses);
                    }
                }
            }
            Item::Regex(item) => {
                self.begin(&item.name);
                self.note(Thing::Rule, &item.name, Role::Defines);
                self.note(Thing::Type, &item.label, Role::Makes);
            }
            Item::Let(item) => {
                self.begin(&item.name);
                self.note(Thing::Let, &item.name, Role::Defines);
                self.pattern(&item.pattern);
            }
            Item::Rule(item) => {
                self.begin(&item.name);
                self.note(Thing::Rule, &item.name, Role::Defines);
                self.pattern(&item.pattern);
                item.condition.iter().for_each(|facts| self.facts(facts));
                self.sets(&item.sets);
                for head in &item.heads {
                    self.relation(&head.label);
                    head.args.iter().for_each(|(_, name)| self.note(self.binding(), name, Role::Uses));
                }
            }
            Item::Drop(item) => {
                self.begin(&item.name);
                self.note(Thing::Rule, &item.name, Role::Defines);
                self.pattern(&item.pattern);
                item.condition.iter().for_each(|facts| self.facts(facts));
            }
            Item::Context(item) => {
                self.begin(&item.name);
                self.note(Thing::Rule, &item.name, Role::Defines);
                self.pattern(&item.cue);
                item.stops.iter().for_each(|stop| self.pattern(stop));
                self.types(&item.on);
                self.sets(&item.sets);
            }
            Item::Link(item) => {
                self.begin(&item.name);
                self.note(Thing::Rule, &item.name, Role::Defines);
                self.types(&item.on);
            }
            Item::Test(item) => self.test(item),
        }
    }

    fn test(&mut self, test: &Test) {
        self.begin(&test.name);
        self.note(Thing::Rule, &test.name, Role::Uses);
        for case in &test.cases {
            if let TestCase::Expect { markup, clauses } = case {
                self.markup(markup.span);
                for clause in clauses {
                    match &clause.kind {
                        TestClauseKind::Relation { label, .. } | TestClauseKind::NoRelation(Some(label)) => {
                            self.relation(label);
                        }
                        TestClauseKind::NoRelation(None) | TestClauseKind::Chain(_) => {}
                    }
                }
            }
        }
    }

    /// The types of `[text](TYPE)`.
    fn markup(&mut self, span: Span) {
        let source = self.source(span).to_owned();
        for (at, _) in source.match_indices("](") {
            let start = at + 2;
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let len = source[start..].find(|c| !is_name(c)).unwrap_or(0);
            if len > 0 {
                let place = Span::new(span.start + start as u32, span.start + (start + len) as u32);
                self.note(Thing::Type, &Name::new(source[start..start + len].to_owned(), place), Role::Uses);
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Name(name, condition) => {
                let thing = if self.lets.contains(&name.node) { Thing::Let } else { Thing::Type };
                self.note(thing, name, Role::Uses);
                condition.iter().for_each(|condition| self.condition(condition));
            }
            PatternKind::Token(condition) => self.condition(condition),
            PatternKind::Bind(name, inner) => {
                self.bound.push(name.node.clone());
                self.note(self.binding(), name, Role::Defines);
                self.pattern(inner);
            }
            PatternKind::Make(label, inner) => {
                self.note(Thing::Type, label, Role::Makes);
                self.pattern(inner);
            }
            PatternKind::Sequence(parts) | PatternKind::Alternation(parts) => {
                parts.iter().for_each(|part| self.pattern(part));
            }
            PatternKind::Repeat { inner, .. } | PatternKind::Look { inner, .. } => self.pattern(inner),
            PatternKind::Literal { .. }
            | PatternKind::TokenRegex(_)
            | PatternKind::Gap { .. }
            | PatternKind::Anchor(_) => {}
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Not(inner) => self.condition(inner),
            Condition::And(list) | Condition::Or(list) => list.iter().for_each(|part| self.condition(part)),
            Condition::Standing(_, label) => self.note(Thing::Type, label, Role::Uses),
            Condition::Any | Condition::Flag(_) | Condition::Compare { .. } => {}
        }
    }

    fn facts(&mut self, facts: &Where) {
        match facts {
            Where::And(list) | Where::Or(list) => list.iter().for_each(|part| self.facts(part)),
            Where::Not(inner) => self.facts(inner),
            Where::Relation { left, right, .. } => {
                self.side(left);
                self.side(right);
            }
            Where::Outermost(name) => self.note(self.binding(), name, Role::Uses),
            Where::Compare { target, value, .. } => {
                self.note(self.binding(), target, Role::Uses);
                if let Operand::Field(other, _) = value {
                    self.note(self.binding(), other, Role::Uses);
                }
            }
        }
    }

    fn side(&mut self, side: &WhereSpan) {
        match side {
            WhereSpan::Name(name, condition) => {
                let thing = if self.bound.contains(&name.node) { self.binding() } else { Thing::Type };
                self.note(thing, name, Role::Uses);
                condition.iter().for_each(|condition| self.condition(condition));
            }
            WhereSpan::Bind(name, label, condition) => {
                self.bound.push(name.node.clone());
                self.note(self.binding(), name, Role::Defines);
                self.note(Thing::Type, label, Role::Uses);
                condition.iter().for_each(|condition| self.condition(condition));
            }
        }
    }

    fn sets(&mut self, sets: &[Set]) {
        for set in sets {
            set.target.iter().for_each(|name| self.note(self.binding(), name, Role::Uses));
            if let Expr::Template(template) | Expr::Normalizer { argument: Some(template), .. } = &set.value {
                self.template(template);
            }
        }
    }

    /// Bindings in `{x}`, `{x|lower}`, `{x.value}`.
    fn template(&mut self, template: &Template) {
        let source = self.source(template.span).to_owned();
        for (at, _) in source.match_indices('{') {
            let rest = &source[at + 1..];
            let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(0);
            let name = &rest[..len];
            if self.bound.iter().any(|bound| bound == name) {
                let start = template.span.start + at as u32 + 1;
                let name = Name::new(name.to_owned(), Span::new(start, start + len as u32));
                self.note(self.binding(), &name, Role::Uses);
            }
        }
    }
}
