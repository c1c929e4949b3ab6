//! The items of a file as an outline.

use lsp_types::{DocumentSymbol, DocumentSymbolParams, Position, SymbolKind};
use spanwright::syntax::ast::{Item, Name};
use spanwright::text::Span;

use crate::positions::range;
use crate::workspace::Workspace;

/// The items of an open file, in order.
pub(crate) fn of(workspace: &Workspace, params: &DocumentSymbolParams) -> Vec<DocumentSymbol> {
    let Some(place) = workspace.place(&params.text_document.uri, Position::new(0, 0)) else {
        return Vec::new();
    };
    let Some(pack) = workspace.packs.get(&place.folder) else { return Vec::new() };
    let Some(file) = pack.tree.files.iter().chain(&pack.tree.test_files).find(|file| file.file == place.file)
    else {
        return Vec::new();
    };
    let text = pack.text(place.file);
    let symbol = |item: &Item| {
        let (name, kind, detail) = describe(item);
        // From the keyword to the end of the line on which the name stands, at
        // least: an outline needs the order and the place.
        let start = text[..name.span.start as usize].rfind('\n').map_or(0, |at| at + 1) as u32;
        let end = match item {
            Item::Rule(rule) => rule.span.end,
            Item::Drop(drop) => drop.span.end,
            _ => text[name.span.end as usize..]
                .find('\n')
                .map_or(text.len() as u32, |at| name.span.end + at as u32),
        };
        #[allow(deprecated, reason = "the protocol still has the field")]
        DocumentSymbol {
            name: name.node.clone(),
            detail: Some(detail),
            kind,
            tags: None,
            deprecated: None,
            range: range(text, Span::new(start, end), workspace.encoding),
            selection_range: range(text, name.span, workspace.encoding),
            children: None,
        }
    };
    file.items.iter().map(symbol).collect()
}

fn describe(item: &Item) -> (&Name, SymbolKind, String) {
    match item {
        Item::Gazetteer(item) => (&item.name, SymbolKind::ARRAY, format!("gazetteer -> {}", item.label.node)),
        Item::Regex(item) => (&item.name, SymbolKind::STRING, format!("regex -> {}", item.label.node)),
        Item::Let(item) => (&item.name, SymbolKind::CONSTANT, "let".to_owned()),
        Item::Rule(item) => (&item.name, SymbolKind::FUNCTION, "rule".to_owned()),
        Item::Drop(item) => (&item.name, SymbolKind::EVENT, "drop".to_owned()),
        Item::Context(item) => (&item.name, SymbolKind::NAMESPACE, "context".to_owned()),
        Item::Link(item) => (&item.name, SymbolKind::INTERFACE, "link".to_owned()),
        Item::Test(item) => (&item.name, SymbolKind::BOOLEAN, "test".to_owned()),
    }
}
