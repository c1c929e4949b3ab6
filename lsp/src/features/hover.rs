//! What a name stands for.

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};
use spanwright::syntax::ast::Item;

use crate::hits::Hits;
use crate::occurrences::{Occurrence, Role, Thing};
use crate::positions::range;
use crate::workspace::{Pack, Workspace};

/// What to show at a position.
pub(crate) fn at(workspace: &mut Workspace, params: &HoverParams) -> Option<Hover> {
    let position = &params.text_document_position_params;
    let place = workspace.place(&position.text_document.uri, position.position)?;
    let here = workspace.packs.get(&place.folder)?.at(place.file, place.byte)?.clone();
    if here.thing == Thing::Rule {
        let roots = workspace.roots.clone();
        let pack = workspace.packs.get_mut(&place.folder)?;
        if let (None, Some(checked)) = (&pack.hits, &pack.checked) {
            pack.hits = Some(Hits::count(&roots, checked));
        }
    }
    let pack = workspace.packs.get(&place.folder)?;
    let value = match &here.thing {
        Thing::Type => of_type(pack, &here),
        Thing::Let => of_let(pack, &here)?,
        Thing::Relation => of_relation(pack, &here)?,
        Thing::Rule => of_rule(pack, &here),
        Thing::Binding(..) => format!("`{}` is bound in this item", here.name),
        Thing::File => return None,
    };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
        range: Some(range(pack.text(here.file), here.span, workspace.encoding)),
    })
}

fn of_type(pack: &Pack, here: &Occurrence) -> String {
    let manifest = &pack.tree.manifest;
    let mut out = format!("**type** `{}`", here.name);
    let entity = manifest.entities.iter().find(|entity| entity.name.node == here.name);
    let event = manifest.events.iter().find(|event| event.name.node == here.name);
    match (entity, event) {
        (Some(entity), _) => {
            if !entity.doc.is_empty() {
                out.push_str(&format!("\n\n{}", entity.doc));
            }
            if let Some(parent) = &entity.is {
                out.push_str(&format!("\n\nA kind of `{}`.", parent.node));
            }
            let kinds: Vec<String> = manifest
                .entities
                .iter()
                .filter(|other| other.is.as_ref().is_some_and(|parent| parent.node == here.name))
                .map(|other| format!("`{}`", other.name.node))
                .collect();
            if !kinds.is_empty() {
                out.push_str(&format!("\n\nKinds: {}.", kinds.join(", ")));
            }
        }
        (None, Some(event)) => {
            let roles = event.roles.iter().map(|(role, types)| {
                let types: Vec<&str> = types.iter().map(|name| name.node.as_str()).collect();
                let open = if event.optional.iter().any(|open| open.node == role.node) {
                    ", may stay open"
                } else {
                    ""
                };
                format!("- `{}`: {}{open}", role.node, types.join(" or "))
            });
            out.push_str(&format!("\n\nEvent. {}\n\n{}", event.doc, roles.collect::<Vec<_>>().join("\n")));
        }
        (None, None) => out.push_str("\n\nInternal: output leaves it out."),
    }
    let makers: Vec<String> = pack
        .like(here)
        .filter(|other| other.role == Role::Makes)
        .filter_map(|other| maker(pack, other))
        .collect();
    if !makers.is_empty() {
        out.push_str(&format!("\n\nMade by {}.", makers.join(", ")));
    }
    out
}

/// The item in which an occurrence stands.
fn maker(pack: &Pack, occurrence: &Occurrence) -> Option<String> {
    let before = |other: &&Occurrence| {
        other.file == occurrence.file
            && matches!(other.thing, Thing::Rule | Thing::Let)
            && other.role == Role::Defines
            && other.span.start < occurrence.span.start
    };
    let item = pack.occurrences.iter().filter(before).max_by_key(|other| other.span.start)?;
    Some(format!("`{}`", item.name))
}

fn of_let(pack: &Pack, here: &Occurrence) -> Option<String> {
    pack.tree.files.iter().find_map(|file| {
        file.items.iter().find_map(|item| match item {
            Item::Let(item) if item.name.node == here.name => {
                let pattern = item.pattern.span.slice(pack.text(file.file))?;
                Some(format!("**let** `{}` stands for\n\n```span\n{pattern}\n```", here.name))
            }
            _ => None,
        })
    })
}

fn of_relation(pack: &Pack, here: &Occurrence) -> Option<String> {
    let relation = pack.tree.manifest.relations.iter().find(|relation| relation.name.node == here.name)?;
    let list = |names: &[spanwright::syntax::ast::Name]| {
        names.iter().map(|name| format!("`{}`", name.node)).collect::<Vec<_>>().join(", ")
    };
    let symmetric = if relation.symmetric { ", in any order" } else { "" };
    Some(format!(
        "**relation** `{}` from {} to {}{symmetric}\n\n{}",
        here.name,
        list(&relation.from),
        list(&relation.to),
        relation.doc
    ))
}

fn of_rule(pack: &Pack, here: &Occurrence) -> String {
    let file = pack.tree.files.iter().find(|file| file.file == here.file);
    // A test names the rule of its own file before those of others.
    let defines = |file: &&spanwright::syntax::ast::RuleFile| {
        file.items.iter().any(|item| item.name_and_tags().is_some_and(|(name, _)| name.node == here.name))
    };
    let file = file.filter(|file| defines(file)).or_else(|| pack.tree.files.iter().find(defines));
    let id = file.map_or_else(|| here.name.clone(), |file| format!("{}:{}", file.name, here.name));
    let makes: Vec<String> = pack
        .occurrences
        .iter()
        .filter(|other| other.role == Role::Makes && file.is_some_and(|file| file.file == other.file))
        .filter(|other| maker(pack, other).is_some_and(|name| name == format!("`{}`", here.name)))
        .map(|other| format!("`{}`", other.name))
        .collect();
    let mut out = format!("`{id}`");
    if !makes.is_empty() {
        out.push_str(&format!("\n\nMakes {}.", makes.join(", ")));
    }
    match &pack.hits {
        Some(hits) if hits.documents > 0 => {
            let (right, wrong) = hits.of(&id);
            out.push_str(&format!(
                "\n\nOn the gold of this workspace ({} document{}): {right} right, {wrong} wrong.",
                hits.documents,
                if hits.documents == 1 { "" } else { "s" }
            ));
        }
        Some(_) => out.push_str("\n\nThe workspace has no `gold` folder to count hits on."),
        None => out.push_str("\n\nThe pack has mistakes: hits on gold are counted when it has none."),
    }
    out
}
