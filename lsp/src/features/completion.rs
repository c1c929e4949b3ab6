//! What may come next.

use lsp_types::{CompletionItem, CompletionItemKind, CompletionParams};
use spanwright::syntax::KEYWORDS;
use spanwright::value::NORMALIZERS;

use crate::occurrences::{Role, Thing};
use crate::uris;
use crate::workspace::{Pack, Workspace};

const MODIFIERS: [&str; 8] =
    ["priority", "nested", "override", "anchor", "across lines", "overlap starts", "overlap all", "tag"];
const FIELDS: [&str; 10] = ["text", "lower", "fold", "shape", "kind", "len", "line", "in", "starts", "ends"];
const CLAUSES: [&str; 3] = ["where", "set", "value"];

/// What may stand at a position of a rule file.
pub(crate) fn at(workspace: &Workspace, params: &CompletionParams) -> Vec<CompletionItem> {
    let position = &params.text_document_position;
    let is_rules = uris::to_path(&position.text_document.uri)
        .is_some_and(|path| path.extension().is_some_and(|end| end == "span"));
    let Some(place) = workspace.place(&position.text_document.uri, position.position).filter(|_| is_rules)
    else {
        return Vec::new();
    };
    let Some(pack) = workspace.packs.get(&place.folder) else { return Vec::new() };
    let text = pack.text(place.file);
    let before = text.get(..place.byte as usize).unwrap_or("");
    expected(before, pack)
}

/// The part of a text that belongs to the current item: from the last line
/// that begins with a keyword.
fn item(before: &str) -> &str {
    let mut start = 0;
    let mut at = 0;
    for line in before.split_inclusive('\n') {
        let begins = |keyword: &str| line.strip_prefix(keyword).is_some_and(|rest| rest.starts_with(' '));
        if KEYWORDS.iter().any(|keyword| begins(keyword)) {
            start = at;
        }
        at += line.len();
    }
    &before[start..]
}

fn expected(before: &str, pack: &Pack) -> Vec<CompletionItem> {
    let line = before.rsplit('\n').next().unwrap_or("");
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if line.chars().all(is_word) {
        return items(KEYWORDS.iter().copied(), CompletionItemKind::KEYWORD);
    }
    let item = item(before);
    let done = item.trim_end_matches(is_word).trim_end();
    let open = |opening: char, closing: char| {
        let count = |c: char| item.chars().filter(|other| *other == c).count();
        count(opening) > count(closing)
    };
    if done.ends_with("=>") {
        let relations = pack.tree.manifest.relations.iter().map(|item| item.name.node.as_str());
        let events = pack.tree.manifest.events.iter().map(|item| item.name.node.as_str());
        return items(relations.chain(events), CompletionItemKind::INTERFACE);
    }
    if done.ends_with("value =") {
        return items(NORMALIZERS.iter().map(|normalizer| normalizer.name), CompletionItemKind::FUNCTION);
    }
    if done.ends_with("match") || item.contains("match ") && done.ends_with(',') {
        return items(["fold-case", "fold-marks"], CompletionItemKind::KEYWORD);
    }
    if open('[', ']') {
        let after_type = ["in", "starts", "ends"]
            .iter()
            .any(|word| done.ends_with(&format!(" {word}")) || done.ends_with(&format!("[{word}")));
        if after_type {
            return types(pack);
        }
        let columns = pack.tree.manifest.columns.iter().map(|name| name.node.as_str());
        let mut found = items(spanwright::check::flags(), CompletionItemKind::ENUM_MEMBER);
        found.extend(items(FIELDS.into_iter().chain(columns), CompletionItemKind::FIELD));
        return found;
    }
    if done.ends_with("->") || done.ends_with('<') {
        return types(pack);
    }
    if !item.contains('{') && !item.starts_with("let ") {
        return items(MODIFIERS, CompletionItemKind::KEYWORD);
    }
    let mut found = types(pack);
    let lets = pack.occurrences.iter().filter(|o| o.thing == Thing::Let && o.role == Role::Defines);
    found.extend(items(lets.map(|o| o.name.as_str()), CompletionItemKind::CONSTANT));
    found.extend(items(CLAUSES, CompletionItemKind::KEYWORD));
    found
}

fn types(pack: &Pack) -> Vec<CompletionItem> {
    let mut names: Vec<&str> = pack
        .occurrences
        .iter()
        .filter(|o| o.thing == Thing::Type && o.role != Role::Uses)
        .map(|o| o.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    items(names, CompletionItemKind::CLASS)
}

fn items<'a>(names: impl IntoIterator<Item = &'a str>, kind: CompletionItemKind) -> Vec<CompletionItem> {
    let item =
        |name: &str| CompletionItem { label: name.to_owned(), kind: Some(kind), ..CompletionItem::default() };
    names.into_iter().map(item).collect()
}
