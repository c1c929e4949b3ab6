//! Definitions, references and new names.

use std::collections::HashMap;
use std::path::Path;

use lsp_types::{
    GotoDefinitionParams, Location, Range, ReferenceParams, RenameParams, TextDocumentPositionParams,
    TextEdit, Uri, WorkspaceEdit,
};
use spanwright::syntax::KEYWORDS;

use crate::occurrences::{Occurrence, Role, Thing};
use crate::positions::range;
use crate::uris;
use crate::workspace::{Pack, Workspace, tidy};

/// What stands at a position.
fn at<'w>(
    workspace: &'w Workspace,
    params: &TextDocumentPositionParams,
) -> Option<(&'w Pack, &'w Occurrence)> {
    let place = workspace.place(&params.text_document.uri, params.position)?;
    let pack = workspace.packs.get(&place.folder)?;
    Some((pack, pack.at(place.file, place.byte)?))
}

/// Where the thing at a position is defined. An internal type is defined where
/// it is first made.
pub(crate) fn definition(workspace: &Workspace, params: &GotoDefinitionParams) -> Option<Vec<Location>> {
    let (pack, here) = at(workspace, &params.text_document_position_params)?;
    if here.thing == Thing::File {
        let folder = workspace
            .place(&params.text_document_position_params.text_document.uri, Default::default())?
            .folder;
        let uri = uris::from_path(&tidy(&folder.join(&here.name)))?;
        return Some(vec![Location::new(uri, Range::default())]);
    }
    let of = |role: Role| pack.like(here).filter(move |other| other.role == role);
    let mut found: Vec<&Occurrence> = of(Role::Defines).collect();
    if found.is_empty() {
        found = of(Role::Makes).take(1).collect();
    }
    Some(found.into_iter().filter_map(|other| workspace.location(pack, other.file, other.span)).collect())
}

/// Every place of the thing at a position.
pub(crate) fn references(workspace: &Workspace, params: &ReferenceParams) -> Option<Vec<Location>> {
    let (pack, here) = at(workspace, &params.text_document_position)?;
    let wanted = |other: &&Occurrence| params.context.include_declaration || other.role != Role::Defines;
    let places = pack.like(here).filter(wanted);
    Some(places.filter_map(|other| workspace.location(pack, other.file, other.span)).collect())
}

/// The range of the name at a position, if it can have another.
pub(crate) fn renamable(workspace: &Workspace, params: &TextDocumentPositionParams) -> Option<Range> {
    let (pack, here) = at(workspace, params)?;
    (here.thing != Thing::File).then(|| range(pack.text(here.file), here.span, workspace.encoding))
}

/// Gives the thing at a position another name, wherever it stands.
pub(crate) fn rename(workspace: &Workspace, params: &RenameParams) -> Result<WorkspaceEdit, String> {
    let (pack, here) =
        at(workspace, &params.text_document_position).ok_or("there is nothing here that has a name")?;
    let name = params.new_name.trim();
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if here.thing == Thing::File {
        return Err("a file is renamed on the disk, and in what names it".to_owned());
    }
    if !is_name || KEYWORDS.contains(&name) || ["where", "set", "value", "match"].contains(&name) {
        return Err(format!("`{name}` is no name: names are letters, digits and `_`, and no keyword"));
    }
    let is_internal = |name: &str| name.starts_with(|c: char| c == '_' || c.is_lowercase());
    let declared = pack.like(here).any(|other| other.role == Role::Defines);
    if here.thing == Thing::Type && !declared && !is_internal(name) {
        return Err(format!(
            "`{name}` is not declared: a type that only rules make begins with `_` or a small letter"
        ));
    }
    // Lets and types share their names.
    let clashes = |other: &Occurrence| {
        let shared = |thing: &Thing| matches!(thing, Thing::Let | Thing::Type);
        other.name == name && (other.thing == here.thing || shared(&other.thing) && shared(&here.thing))
    };
    if name != here.name && pack.occurrences.iter().any(clashes) {
        return Err(format!("there is a `{name}` already"));
    }
    #[allow(clippy::mutable_key_type, reason = "the key is never changed")]
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for other in pack.like(here) {
        let outside = !Path::new(&pack.report.sources.file(other.file).name).is_absolute();
        if let Some(location) = workspace.location(pack, other.file, other.span).filter(|_| !outside) {
            let edits = changes.entry(location.uri).or_default();
            let edit = TextEdit::new(location.range, name.to_owned());
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
    }
    Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}
