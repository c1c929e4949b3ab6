//! `pack.toml`: read with places, every mistake at once.

use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use super::ast::{EntityDecl, EventDecl, Manifest, Name, RelationDecl, Spanned};
use super::suggest::nearest;
use crate::diag::{Code, Diagnostic, codes};
use crate::text::{FileId, Span};

type Value<'a> = TomlSpanned<DeValue<'a>>;

/// Reads `pack.toml`.
pub(super) fn manifest(file: FileId, text: &str, problems: &mut Vec<Diagnostic>) -> Manifest {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { file, problems };
    let is_sound = errors.is_empty();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        reader.problem(
            &codes::BROKEN_TOML,
            error.message().lines().collect::<Vec<_>>().join(", "),
            span,
            "see https://toml.io for the format",
        );
    }
    let first = reader.problems.len();
    let manifest = reader.manifest(table.get_ref(), text);
    if !is_sound {
        // What seems to be missing may stand in the part that is no TOML.
        let mut index = 0;
        reader.problems.retain(|problem| {
            index += 1;
            index <= first || problem.code != &codes::MISSING_KEY
        });
    }
    manifest
}

struct Reader<'p> {
    file: FileId,
    problems: &'p mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn problem(&mut self, code: &'static Code, title: String, span: std::ops::Range<usize>, help: &str) {
        let diagnostic = Diagnostic::error(code, title, self.file, place(&span));
        self.problems.push(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    fn manifest(&mut self, table: &DeTable<'_>, text: &str) -> Manifest {
        let mut manifest = Manifest { file: Some(self.file), ..Manifest::default() };
        let mut has_pack = false;
        for (key, value) in entries(table) {
            match key.node.as_str() {
                "pack" => {
                    has_pack = true;
                    self.pack(value, &mut manifest);
                }
                "entities" => manifest.entities = self.entities(value),
                "relations" => manifest.relations = self.relations(value),
                "events" => manifest.events = self.events(value),
                "resolve" => self.resolve(value, &mut manifest),
                "rules" => self.rules(value, &mut manifest),
                _ => self.unknown(&key, &["pack", "entities", "relations", "events", "resolve", "rules"]),
            }
        }
        if !has_pack {
            let end = text.chars().next().map_or(0, char::len_utf8);
            self.problem(
                &codes::MISSING_KEY,
                "`pack.toml` has no `[pack]`".to_owned(),
                0..end,
                "begin with `[pack]`, `name = \"…\"`, `version = \"…\"`, `phases = [\"….span\"]`",
            );
        }
        manifest
    }

    fn pack(&mut self, value: &Value<'_>, manifest: &mut Manifest) {
        let Some(table) = self.table(value, "`pack`") else { return };
        let (mut name, mut version, mut phases) = (false, false, false);
        for (key, value) in entries(table) {
            match key.node.as_str() {
                "name" => {
                    name = true;
                    manifest.name = self.string(value, "`name`").map(|text| text.node).unwrap_or_default();
                }
                "version" => {
                    version = true;
                    manifest.version =
                        self.string(value, "`version`").map(|text| text.node).unwrap_or_default();
                }
                "language" => manifest.language = self.string(value, "`language`").map(|text| text.node),
                "phases" => {
                    phases = true;
                    manifest.phases = self.phases(value);
                }
                "include" => manifest.include = self.names(value, "`include`", "folder"),
                "columns" => manifest.columns = self.names(value, "`columns`", "column"),
                _ => self.unknown(&key, &["name", "version", "language", "phases", "include", "columns"]),
            }
        }
        for (key, is_there) in [("name", name), ("version", version), ("phases", phases)] {
            if !is_there {
                let title = format!("`[pack]` does not state `{key}`");
                let example = if key == "phases" { "phases = [\"rules.span\"]" } else { "a string" };
                self.problem(&codes::MISSING_KEY, title, value.span(), &format!("add `{key}`: {example}"));
            }
        }
    }

    fn phases(&mut self, value: &Value<'_>) -> Vec<Vec<Name>> {
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong(value, "`phases`", "a list of files");
            return Vec::new();
        };
        let mut phases = Vec::new();
        for phase in list.iter() {
            match phase.get_ref() {
                DeValue::Array(files) => {
                    phases.push(files.iter().filter_map(|file| self.string(file, "a phase")).collect());
                }
                _ => phases.extend(self.string(phase, "a phase").map(|file| vec![file])),
            }
        }
        if list.is_empty() {
            self.wrong(value, "`phases`", "a list of at least one file");
        }
        self.named_twice(&mut phases);
        phases
    }

    /// Reports files that stand in `phases` a second time, and takes them out.
    fn named_twice(&mut self, phases: &mut [Vec<Name>]) {
        let mut seen: Vec<Name> = Vec::new();
        for files in phases {
            files.retain(|file| {
                let Some(first) = seen.iter().find(|first| first.node == file.node) else {
                    seen.push(file.clone());
                    return true;
                };
                let title = format!("`{}` is named twice in `phases`", file.node);
                self.problems.push(
                    Diagnostic::error(&codes::WRONG_VALUE, title, self.file, file.span)
                        .label("second time")
                        .secondary(self.file, first.span, "first time")
                        .help("name each file once"),
                );
                false
            });
        }
    }

    fn entities(&mut self, value: &Value<'_>) -> Vec<EntityDecl> {
        let Some(table) = self.table(value, "`entities`") else { return Vec::new() };
        let mut declared = Vec::new();
        for (name, value) in entries(table) {
            let mut entity =
                EntityDecl { name, is: None, is_abstract: false, doc: String::new(), color: None };
            let table = self.table(value, "an entity type");
            for (key, value) in table.map(entries).unwrap_or_default() {
                match key.node.as_str() {
                    "is" => entity.is = self.string(value, "`is`"),
                    "abstract" => entity.is_abstract = self.boolean(value, "`abstract`"),
                    "doc" => {
                        entity.doc = self.string(value, "`doc`").map(|text| text.node).unwrap_or_default()
                    }
                    "color" => entity.color = self.string(value, "`color`").map(|text| text.node),
                    _ => self.unknown(&key, &["is", "abstract", "doc", "color"]),
                }
            }
            declared.push(entity);
        }
        declared
    }

    fn relations(&mut self, value: &Value<'_>) -> Vec<RelationDecl> {
        let Some(table) = self.table(value, "`relations`") else { return Vec::new() };
        let mut declared = Vec::new();
        for (name, value) in entries(table) {
            let place = name.span;
            let mut relation =
                RelationDecl { name, from: Vec::new(), to: Vec::new(), symmetric: false, doc: String::new() };
            let (mut from, mut to) = (false, false);
            let table = self.table(value, "a relation type");
            if table.is_none() {
                (from, to) = (true, true);
            }
            for (key, value) in table.map(entries).unwrap_or_default() {
                match key.node.as_str() {
                    "from" => {
                        from = true;
                        relation.from = self.names(value, "`from`", "type");
                    }
                    "to" => {
                        to = true;
                        relation.to = self.names(value, "`to`", "type");
                    }
                    "symmetric" => relation.symmetric = self.boolean(value, "`symmetric`"),
                    "doc" => {
                        relation.doc = self.string(value, "`doc`").map(|text| text.node).unwrap_or_default()
                    }
                    _ => self.unknown(&key, &["from", "to", "symmetric", "doc"]),
                }
            }
            for (key, is_there) in [("from", from), ("to", to)] {
                if !is_there {
                    let title = format!("relation `{}` does not state `{key}`", relation.name.node);
                    let range = place.start as usize..place.end as usize;
                    self.problem(&codes::MISSING_KEY, title, range, &format!("add `{key} = [\"TYPE\"]`"));
                }
            }
            declared.push(relation);
        }
        declared
    }

    /// `[resolve]`
    fn resolve(&mut self, value: &Value<'_>, manifest: &mut Manifest) {
        let Some(table) = self.table(value, "`resolve`") else { return };
        for (key, value) in entries(table) {
            match key.node.as_str() {
                "order" => manifest.order = self.names(value, "`order`", "step"),
                "exclusive" => match value.get_ref() {
                    DeValue::Array(groups) => {
                        let group = |group| self.names(group, "a group of `exclusive`", "type");
                        manifest.exclusive = groups.iter().map(group).collect();
                    }
                    _ => self.wrong(value, "`exclusive`", "a list of lists of types"),
                },
                _ => self.unknown(&key, &["order", "exclusive"]),
            }
        }
    }

    /// `[rules]`
    fn rules(&mut self, value: &Value<'_>, manifest: &mut Manifest) {
        let Some(table) = self.table(value, "`rules`") else { return };
        for (key, value) in entries(table) {
            match key.node.as_str() {
                "off" => manifest.off = self.names(value, "`off`", "rule or tag"),
                _ => self.unknown(&key, &["off"]),
            }
        }
    }

    fn events(&mut self, value: &Value<'_>) -> Vec<EventDecl> {
        let Some(table) = self.table(value, "`events`") else { return Vec::new() };
        let mut declared = Vec::new();
        for (name, value) in entries(table) {
            let range = name.span.start as usize..name.span.end as usize;
            let mut event =
                EventDecl { name, roles: Vec::new(), optional: Vec::new(), doc: String::new(), color: None };
            let table = self.table(value, "an event type");
            let is_table = table.is_some();
            for (key, value) in table.map(entries).unwrap_or_default() {
                match key.node.as_str() {
                    "roles" => {
                        let roles = self.table(value, "`roles`").map(entries).unwrap_or_default();
                        event.roles = roles
                            .into_iter()
                            .map(|(role, types)| (role, self.names(types, "a role", "type")))
                            .collect();
                    }
                    "optional" => event.optional = self.names(value, "`optional`", "role"),
                    "doc" => {
                        event.doc = self.string(value, "`doc`").map(|text| text.node).unwrap_or_default()
                    }
                    "color" => event.color = self.string(value, "`color`").map(|text| text.node),
                    _ => self.unknown(&key, &["roles", "optional", "doc", "color"]),
                }
            }
            if event.roles.is_empty() && is_table {
                let title = format!("event `{}` states no `roles`", event.name.node);
                self.problem(&codes::MISSING_KEY, title, range, "add `roles = { who = [\"TYPE\"] }`");
            }
            declared.push(event);
        }
        declared
    }

    /// A list of strings, or one string.
    fn names(&mut self, value: &Value<'_>, what: &str, kind: &str) -> Vec<Name> {
        match value.get_ref() {
            DeValue::Array(list) if list.is_empty() => {
                self.wrong(value, what, &format!("a list of at least one {kind}"));
                Vec::new()
            }
            DeValue::Array(list) => list.iter().filter_map(|name| self.string(name, what)).collect(),
            _ => self.string(value, what).into_iter().collect(),
        }
    }

    fn table<'v, 'a>(&mut self, value: &'v Value<'a>, what: &str) -> Option<&'v DeTable<'a>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong(value, what, "a table such as `{ doc = \"…\" }`");
                None
            }
        }
    }

    fn string(&mut self, value: &Value<'_>, what: &str) -> Option<Name> {
        match value.get_ref() {
            // The place of the text, without its quotes.
            DeValue::String(text) => Some(Spanned::new(text.to_string(), place(&value.span()))),
            _ => {
                self.wrong(value, what, "a string");
                None
            }
        }
    }

    fn boolean(&mut self, value: &Value<'_>, what: &str) -> bool {
        match value.get_ref() {
            DeValue::Boolean(value) => *value,
            _ => {
                self.wrong(value, what, "`true` or `false`");
                false
            }
        }
    }

    fn wrong(&mut self, value: &Value<'_>, what: &str, expected: &str) {
        let title = format!("{what} must be {expected}");
        let help = format!("write {expected} here");
        self.problem(&codes::WRONG_VALUE, title, value.span(), &help);
    }

    fn unknown(&mut self, key: &Name, known: &[&str]) {
        let title = format!("unknown key `{}`", key.node);
        let near = nearest(&key.node, known.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_KEY, title, self.file, key.span).help(help);
        self.problems.push(diagnostic.renamed(near));
    }
}

/// Keys and values in the order of the file.
fn entries<'v, 'a>(table: &'v DeTable<'a>) -> Vec<(Name, &'v Value<'a>)> {
    let mut entries: Vec<(Name, &Value<'a>)> = table
        .iter()
        .map(|(key, value)| (Spanned::new(key.get_ref().to_string(), place(&key.span())), value))
        .collect();
    entries.sort_by_key(|(key, _)| key.span);
    entries
}

fn place(range: &std::ops::Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}
