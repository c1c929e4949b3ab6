//! JSON Lines: one document a line.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};
use smallvec::SmallVec;

use super::record::Record;
use super::source::{Annotated, ReadConfig};
use super::swift::{self, Names};
use super::tokens;
use crate::doc::{
    Annotations, Arg, Chain, Document, Event, Fragments, Mention, MentionId, Relation, Target, Value,
};
use crate::text::{Span, UnitIndex};

/// Reads one line. The error says what is wrong.
pub(super) fn parse(
    line: &str,
    fallback_id: &str,
    config: ReadConfig,
    names: &mut Names,
) -> Result<Record, String> {
    match swift::parse(line, fallback_id, config, names) {
        Some(record) => Ok(record),
        None => by_tree(line, fallback_id, config),
    }
}

/// Reads any line, by way of a tree.
pub(super) fn by_tree(line: &str, fallback_id: &str, config: ReadConfig) -> Result<Record, String> {
    let mut members: Map<String, Json> = serde_json::from_str(line)
        .map_err(|error| format!("no JSON object: {error}").replace(" at line 1 column", " at column"))?;
    let text = match members.remove("text") {
        Some(Json::String(text)) => text,
        Some(_) => return Err("`text` is no string".to_owned()),
        None => return Err("the record has no `text`".to_owned()),
    };
    let id = match members.remove("id") {
        Some(Json::String(id)) => id,
        Some(Json::Number(number)) => number.to_string(),
        Some(Json::Null) | None => fallback_id.to_owned(),
        Some(_) => return Err("`id` is no string".to_owned()),
    };
    let meta = match members.remove("meta") {
        Some(Json::Object(meta)) => meta,
        Some(Json::Null) | None => Map::new(),
        Some(_) => return Err("`meta` is no object".to_owned()),
    };
    let unit = match members.remove("offsets") {
        Some(Json::String(name)) => name.parse()?,
        Some(Json::Null) | None => config.offsets,
        Some(_) => return Err("`offsets` is no string".to_owned()),
    };
    let entities = list(members.remove("entities"), "entities")?;
    let relations = list(members.remove("relations"), "relations")?;
    let chains = list(members.remove("chains"), "chains")?;
    let annotated = entities.is_some();
    let tokens = match members.get("tokens") {
        Some(Json::Null) | None => None,
        Some(list) => Some(tokens::from_json(list, &text, &UnitIndex::new(&text, unit))?),
    };
    let mut annotations = Annotations::default();
    if config.annotations == Annotated::Read {
        let units = UnitIndex::new(&text, unit);
        let mut ids = FxHashMap::default();
        for (index, entity) in entities.unwrap_or_default().into_iter().enumerate() {
            let mention =
                mention(entity, index, &text, &units).map_err(|e| format!("entities[{index}]: {e}"))?;
            if ids.insert(mention.id.clone(), MentionId(index as u32)).is_some() {
                return Err(format!("entities[{index}]: a second entity `{}`", mention.id));
            }
            annotations.mentions.push(mention);
        }
        for (index, item) in relations.unwrap_or_default().into_iter().enumerate() {
            let wrong = |e| format!("relations[{index}]: {e}");
            let trigger = item.get("trigger").and_then(Json::as_str).map(str::to_owned);
            let relation = relation(item, index, &ids).map_err(wrong)?;
            match trigger {
                None => annotations.relations.push(relation),
                Some(id) => {
                    let trigger =
                        *ids.get(&*id).ok_or_else(|| wrong(format!("`trigger` names no entity: `{id}`")))?;
                    annotations.events.push(Event {
                        id: relation.id,
                        label: relation.label,
                        trigger,
                        args: relation
                            .args
                            .into_iter()
                            .map(|arg| (arg.role, Target::Mention(arg.mention)))
                            .collect(),
                        rule: relation.rule,
                    });
                }
            }
        }
        for (index, item) in chains.unwrap_or_default().into_iter().enumerate() {
            annotations.chains.push(chain(&item, &ids).map_err(|e| format!("chains[{index}]: {e}"))?);
        }
    }
    let document = Document { id, text, meta, tokens, extra: members };
    Ok(Record { document, annotations, annotated })
}

fn list(member: Option<Json>, name: &str) -> Result<Option<Vec<Json>>, String> {
    match member {
        Some(Json::Array(list)) => Ok(Some(list)),
        Some(Json::Null) | None => Ok(None),
        Some(_) => Err(format!("`{name}` is no list")),
    }
}

fn object(item: Json) -> Result<Map<String, Json>, String> {
    match item {
        Json::Object(members) => Ok(members),
        _ => Err("no object".to_owned()),
    }
}

fn string(members: &Map<String, Json>, name: &str) -> Result<Option<String>, String> {
    match members.get(name) {
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(Json::Null) | None => Ok(None),
        Some(_) => Err(format!("`{name}` is no string")),
    }
}

fn mention(item: Json, index: usize, text: &str, units: &UnitIndex<'_>) -> Result<Mention, String> {
    let members = object(item)?;
    let label = string(&members, "type")?.or(string(&members, "label")?).ok_or("no `type`")?;
    let fragments = fragments(&members, text, units)?;
    let features = match members.get("features") {
        Some(Json::Object(features)) => {
            let mut list: Vec<(Arc<str>, Arc<str>)> =
                features.iter().map(|(name, value)| (name.as_str().into(), plain(value).into())).collect();
            list.sort();
            list
        }
        Some(Json::Null) | None => Vec::new(),
        Some(_) => return Err("`features` is no object".to_owned()),
    };
    let mention = Mention {
        id: string(&members, "id")?.unwrap_or_else(|| format!("T{}", index + 1)).into(),
        label: label.into(),
        fragments,
        value: members.get("value").filter(|value| !value.is_null()).map(|value| Value::from(plain(value))),
        features,
        rule: string(&members, "rule")?.map(Into::into),
    };
    if let Some(stored) = string(&members, "text")? {
        let surface = surface(text, &mention.fragments);
        if surface != stored {
            return Err(format!(
                "`text` is \"{stored}\", but \"{surface}\" stands there: are the offsets {}?",
                units.unit().name()
            ));
        }
    }
    Ok(mention)
}

/// The text of fragments, parted by spaces.
pub(super) fn surface(text: &str, fragments: &[Span]) -> String {
    fragments.iter().filter_map(|part| part.slice(text)).collect::<Vec<_>>().join(" ")
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn fragments(members: &Map<String, Json>, text: &str, units: &UnitIndex<'_>) -> Result<Fragments, String> {
    let number = |value: Option<&Json>, name: &str| {
        let number = value.and_then(Json::as_u64).ok_or_else(|| format!("`{name}` is no offset"))?;
        u32::try_from(number).map_err(|_| format!("`{name}` is too large"))
    };
    let span = |start: u32, end: u32| {
        if end <= start {
            return Err(format!("span {start}..{end} ends before it begins"));
        }
        match (units.to_byte(start), units.to_byte(end)) {
            (Some(start), Some(end)) => Ok(Span::new(start, end)),
            _ => {
                let length = units.from_byte(text.len() as u32);
                let unit = units.unit().name();
                Err(format!("span {start}..{end} is not in the text ({length} {unit})"))
            }
        }
    };
    if let Some(Json::Array(parts)) = members.get("fragments") {
        let mut fragments = Fragments::new();
        for part in parts {
            let pair = part.as_array().filter(|pair| pair.len() == 2).ok_or("a fragment is no pair")?;
            fragments.push(span(number(pair.first(), "start")?, number(pair.get(1), "end")?)?);
        }
        return joined(fragments);
    }
    let span = span(number(members.get("start"), "start")?, number(members.get("end"), "end")?)?;
    Ok(SmallVec::from_slice(&[span]))
}

/// Fragments in text order, those that touch or overlap as one.
pub(super) fn joined(mut fragments: Fragments) -> Result<Fragments, String> {
    if fragments.is_empty() {
        return Err("no fragments".to_owned());
    }
    fragments.sort();
    let mut joined: Fragments = SmallVec::new();
    for part in fragments {
        match joined.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => joined.push(part),
        }
    }
    Ok(joined)
}

fn relation(item: Json, index: usize, ids: &FxHashMap<Arc<str>, MentionId>) -> Result<Relation, String> {
    let members = object(item)?;
    let label = string(&members, "type")?.or(string(&members, "label")?).ok_or("no `type`")?;
    let mut args = SmallVec::new();
    let mut arg = |role: &str, id: &Json| {
        let id = id.as_str().ok_or_else(|| format!("`{role}` is no id"))?;
        let mention = *ids.get(id).ok_or_else(|| format!("`{role}` names no entity: `{id}`"))?;
        args.push(Arg { role: role.into(), mention });
        Ok::<(), String>(())
    };
    match members.get("args") {
        Some(Json::Object(roles)) => roles.iter().try_for_each(|(role, id)| arg(role, id))?,
        _ => {
            let (Some(head), Some(tail)) =
                (members.get("from").or(members.get("head")), members.get("to").or(members.get("tail")))
            else {
                return Err("no `args`".to_owned());
            };
            arg("from", head)?;
            arg("to", tail)?;
        }
    }
    Ok(Relation {
        id: string(&members, "id")?.unwrap_or_else(|| format!("R{}", index + 1)).into(),
        label: label.into(),
        args,
        rule: string(&members, "rule")?.map(Into::into),
    })
}

fn chain(item: &Json, ids: &FxHashMap<Arc<str>, MentionId>) -> Result<Chain, String> {
    let list = item.as_array().ok_or("no list")?;
    let member = |id: &Json| {
        let id = id.as_str().ok_or("an id is no string")?;
        ids.get(id).copied().ok_or_else(|| format!("names no entity: `{id}`"))
    };
    list.iter().map(member).collect()
}
