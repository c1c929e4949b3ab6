//! What a pack consists of, to be set beside another version of it.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::{Item, Pattern, PatternKind, RulePack};
use crate::text::SourceMap;

/// What a part begins a line with that names a `let` which it uses.
pub const USES: &str = "\nlet ";

/// The text of each rule, gazetteer, `let` and so on, by `file:name`, and of each
/// further file by its name. Comments and tests are left out and white space is
/// one space: none of them changes what is found. A rule names the lets that it
/// uses, straight or through others, each on a line with a hash of its text, so
/// that the rule differs where one of them does.
#[must_use]
pub fn parts(pack: &RulePack, sources: &SourceMap) -> BTreeMap<String, String> {
    let mut parts = BTreeMap::new();
    let mut lets: BTreeMap<&str, (&Pattern, String)> = BTreeMap::new();
    let rule_files: Vec<_> = pack.files.iter().chain(&pack.test_files).map(|file| file.file).collect();
    for file in &pack.files {
        let source = sources.file(file.file);
        let line_of = |item: &Item| source.place(item.name().span.start).line as usize - 1;
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        for (at, item) in file.items.iter().enumerate() {
            if matches!(item, Item::Test(_)) {
                continue;
            }
            let end = file.items.get(at + 1).map_or(lines.len(), line_of);
            let start = line_of(item).min(end);
            let kept =
                lines[start..end.max(start)].iter().filter(|line| !line.is_empty() && !line.starts_with('#'));
            let text = kept.flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" ");
            if let Item::Let(item) = item {
                let hash = blake3::hash(text.as_bytes()).to_hex()[..16].to_owned();
                lets.insert(&item.name.node, (&item.pattern, hash));
            }
            parts.insert(format!("{}:{}", file.name, item.name().node), text);
        }
    }
    for file in &pack.files {
        for item in file.items.iter().filter(|item| !matches!(item, Item::Test(_))) {
            let mut used = BTreeSet::new();
            patterns(item).into_iter().for_each(|pattern| uses(pattern, &lets, &mut used));
            if let Some(text) = parts.get_mut(&format!("{}:{}", file.name, item.name().node)) {
                used.iter().for_each(|name| *text += &format!("{USES}{name} {}", lets[name].1));
            }
        }
    }
    for (_, file) in sources.files().filter(|(id, _)| !rule_files.contains(id)) {
        let name = file.name.replace('\\', "/");
        let name = name.rsplit_once('/').map_or(name.as_str(), |(_, name)| name).to_owned();
        parts.insert(name, file.text.to_string());
    }
    parts
}

/// The patterns of an item.
fn patterns(item: &Item) -> Vec<&Pattern> {
    match item {
        Item::Let(item) => vec![&item.pattern],
        Item::Rule(rule) => vec![&rule.pattern],
        Item::Drop(drop) => vec![&drop.pattern],
        Item::Context(context) => std::iter::once(&context.cue).chain(&context.stops).collect(),
        Item::Gazetteer(_) | Item::Regex(_) | Item::Link(_) | Item::Test(_) => Vec::new(),
    }
}

/// Adds the lets that a pattern names, and those that they name. A `let` that
/// names itself is an error elsewhere, and ends here at the second time.
fn uses<'a>(
    pattern: &Pattern,
    lets: &BTreeMap<&'a str, (&'a Pattern, String)>,
    used: &mut BTreeSet<&'a str>,
) {
    match &pattern.kind {
        PatternKind::Name(name, _) => {
            if let Some((known, (inner, _))) = lets.get_key_value(name.node.as_str())
                && used.insert(known)
            {
                uses(inner, lets, used);
            }
        }
        PatternKind::Bind(_, inner)
        | PatternKind::Make(_, inner)
        | PatternKind::Repeat { inner, .. }
        | PatternKind::Look { inner, .. } => uses(inner, lets, used),
        PatternKind::Sequence(all) | PatternKind::Alternation(all) => {
            all.iter().for_each(|inner| uses(inner, lets, used));
        }
        PatternKind::Literal { .. }
        | PatternKind::TokenRegex(_)
        | PatternKind::Token(_)
        | PatternKind::Gap { .. }
        | PatternKind::Anchor(_) => {}
    }
}
