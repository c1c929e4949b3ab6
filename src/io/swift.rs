//! The usual records of JSON Lines, read without a tree in between.
//!
//! [`parse`] reads a line straight into a [`Record`], strings borrowed from it as
//! long as nothing is escaped, and labels that many mentions share stored once.
//! It gives up (`None`) on anything out of the ordinary: a member of another
//! type, twice the same member, an offset that is none. The plain reader in
//! `jsonl` then reads the line again and says what is wrong with it. Where this
//! one answers, both give the same record; `tests` hold them to that.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value as Json};
use smallvec::SmallVec;

use super::jsonl::{joined, surface};
use super::record::Record;
use super::source::{Annotated, ReadConfig};
use crate::doc::{Annotations, Arg, Document, Fragments, Mention, MentionId, Relation, Value};
use crate::text::{OffsetUnit, Span, UnitIndex};

/// Names that many mentions share, stored once.
#[derive(Debug, Default)]
pub(super) struct Names(FxHashSet<Arc<str>>);

impl Names {
    fn share(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let shared: Arc<str> = name.into();
        self.0.insert(shared.clone());
        shared
    }
}

/// Reads one line of the usual kind.
pub(super) fn parse(line: &str, fallback_id: &str, config: ReadConfig, names: &mut Names) -> Option<Record> {
    // Own tokens, and members that nobody knows, go the plain way.
    let (id, text, meta, offsets, lists) = match config.annotations {
        Annotated::Read => {
            let line: Line<'_, Lists<'_>> = serde_json::from_str(line).ok()?;
            (line.id, line.text, line.meta, line.offsets, line.lists)
        }
        Annotated::Ignore => {
            let line: Line<'_, Ignored> = serde_json::from_str(line).ok()?;
            let entities = line.lists.entities.map(|_| Vec::new());
            let lists = Lists { entities, relations: Vec::new(), chains: Vec::new() };
            (line.id, line.text, line.meta, line.offsets, lists)
        }
    };
    let id = id.map_or_else(|| fallback_id.to_owned(), Str::into_owned);
    let text = text.into_owned();
    let unit: OffsetUnit = match offsets {
        Some(name) => name.0.parse().ok()?,
        None => config.offsets,
    };
    let annotated = lists.entities.is_some();
    let annotations = annotations(lists, &text, unit, names)?;
    let document = Document { id, text, meta, tokens: None, extra: Map::new() };
    Some(Record { document, annotations, annotated })
}

fn annotations(lists: Lists<'_>, text: &str, unit: OffsetUnit, names: &mut Names) -> Option<Annotations> {
    let mut side = Annotations::default();
    let entities = lists.entities.unwrap_or_default();
    if entities.is_empty() && lists.relations.is_empty() && lists.chains.is_empty() {
        return Some(side);
    }
    let units = UnitIndex::new(text, unit);
    side.mentions.reserve_exact(entities.len());
    for (index, entity) in entities.into_iter().enumerate() {
        side.mentions.push(mention(entity, index, text, &units, names)?);
    }
    let needs_ids = side.mentions.len() > FEW || !lists.relations.is_empty() || !lists.chains.is_empty();
    let mut ids: FxHashMap<&str, MentionId> = FxHashMap::default();
    if needs_ids {
        for (at, mention) in (0..).zip(&side.mentions) {
            if ids.insert(&mention.id, MentionId(at)).is_some() {
                return None;
            }
        }
    } else {
        let twice = |(at, mention): (usize, &Mention)| side.mentions[..at].iter().any(|m| m.id == mention.id);
        if side.mentions.iter().enumerate().any(twice) {
            return None;
        }
    }
    for (index, item) in lists.relations.into_iter().enumerate() {
        let mut args = SmallVec::new();
        for (role, id) in item.args.0 {
            args.push(Arg { role: names.share(&role.0), mention: *ids.get(&*id.0)? });
        }
        side.relations.push(Relation {
            id: item.id.map_or_else(|| format!("R{}", index + 1).into(), |id| Arc::from(&*id.0)),
            label: names.share(&item.label.0),
            args,
            rule: item.rule.map(|rule| names.share(&rule.0)),
        });
    }
    for chain in lists.chains {
        let chain = chain.into_iter().map(|id| ids.get(&*id.0).copied()).collect::<Option<_>>()?;
        side.chains.push(chain);
    }
    Some(side)
}

/// Below so many mentions looking through them is quicker than a table.
const FEW: usize = 24;

fn mention(
    item: EntityIn<'_>,
    index: usize,
    text: &str,
    units: &UnitIndex<'_>,
    names: &mut Names,
) -> Option<Mention> {
    let span = |start: u32, end: u32| {
        let span = Span::new(units.to_byte(start)?, units.to_byte(end)?);
        (start < end).then_some(span)
    };
    let fragments: Fragments = match item.fragments {
        Some(parts) => {
            joined(parts.into_iter().map(|(start, end)| span(start, end)).collect::<Option<_>>()?).ok()?
        }
        None => SmallVec::from_slice(&[span(item.start?, item.end?)?]),
    };
    if let Some(stored) = item.text {
        let agrees = match fragments.as_slice() {
            [only] => only.slice(text) == Some(&*stored.0),
            parts => surface(text, parts) == stored.0,
        };
        if !agrees {
            return None;
        }
    }
    let mut features: Vec<(Arc<str>, Arc<str>)> = match item.features {
        Some(pairs) => pairs.0.iter().map(|(n, v)| (names.share(&n.0), Arc::from(&*v.0))).collect(),
        None => Vec::new(),
    };
    features.sort();
    Some(Mention {
        id: item.id.map_or_else(|| format!("T{}", index + 1).into(), |id| Arc::from(&*id.0)),
        label: names.share(&item.label.0),
        fragments,
        value: item.value.map(|value| Value::from(&*value.0)),
        features,
        rule: item.rule.map(|rule| names.share(&rule.0)),
    })
}

/// A string that is borrowed unless something in it was escaped.
#[derive(Debug)]
struct Str<'a>(Cow<'a, str>);

impl Str<'_> {
    fn into_owned(self) -> String {
        self.0.into_owned()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Str<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Str(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Str(Cow::Owned(text)))
            }
        }
        deserializer.deserialize_str(Whole)
    }
}

#[derive(serde::Deserialize)]
struct EntityIn<'a> {
    #[serde(borrow)]
    id: Option<Str<'a>>,
    #[serde(rename = "type")]
    label: Str<'a>,
    start: Option<u32>,
    end: Option<u32>,
    fragments: Option<Vec<(u32, u32)>>,
    text: Option<Str<'a>>,
    value: Option<Str<'a>>,
    features: Option<Pairs<'a>>,
    rule: Option<Str<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RelationIn<'a> {
    #[serde(borrow)]
    id: Option<Str<'a>>,
    #[serde(rename = "type")]
    label: Str<'a>,
    args: Pairs<'a>,
    rule: Option<Str<'a>>,
}

/// The members of an object whose values are strings, in their order. A name that
/// comes twice is refused.
struct Pairs<'a>(Vec<(Str<'a>, Str<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut pairs: Vec<(Str<'de>, Str<'de>)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<Str<'de>, Str<'de>>()? {
                    if pairs.iter().any(|(known, _)| known.0 == name.0) {
                        return Err(de::Error::custom("a name comes twice"));
                    }
                    pairs.push((name, value));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// What a line says about its text.
#[derive(Default)]
struct Lists<'a> {
    entities: Option<Vec<EntityIn<'a>>>,
    relations: Vec<RelationIn<'a>>,
    chains: Vec<Vec<Str<'a>>>,
}

/// The same, passed over.
#[derive(Default)]
struct Ignored {
    entities: Option<Vec<IgnoredAny>>,
}

/// One member of a line that is a list.
trait FromLists<'de>: Default {
    /// Takes in the list of this name.
    fn read<M: MapAccess<'de>>(&mut self, name: &str, map: &mut M) -> Result<(), M::Error>;
}

impl<'de: 'a, 'a> FromLists<'de> for Lists<'a> {
    fn read<M: MapAccess<'de>>(&mut self, name: &str, map: &mut M) -> Result<(), M::Error> {
        match name {
            "entities" => self.entities = map.next_value()?,
            "relations" => self.relations = map.next_value::<Option<_>>()?.unwrap_or_default(),
            _ => self.chains = map.next_value::<Option<_>>()?.unwrap_or_default(),
        }
        Ok(())
    }
}

impl<'de> FromLists<'de> for Ignored {
    fn read<M: MapAccess<'de>>(&mut self, name: &str, map: &mut M) -> Result<(), M::Error> {
        let list = map.next_value::<Option<Vec<IgnoredAny>>>()?;
        if name == "entities" {
            self.entities = list;
        }
        Ok(())
    }
}

/// A line of the usual kind.
struct Line<'a, L> {
    id: Option<Str<'a>>,
    text: Str<'a>,
    meta: Map<String, Json>,
    offsets: Option<Str<'a>>,
    lists: L,
}

const MEMBERS: [&str; 7] = ["id", "text", "meta", "offsets", "entities", "relations", "chains"];

impl<'de: 'a, 'a, L: FromLists<'de>> Deserialize<'de> for Line<'a, L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<L>(std::marker::PhantomData<L>);
        impl<'de, L: FromLists<'de>> Visitor<'de> for Members<L> {
            type Value = Line<'de, L>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let (mut id, mut text, mut meta, mut offsets) = (None, None, None, None);
                let mut lists = L::default();
                let mut seen = 0u8;
                while let Some(name) = map.next_key::<Str<'de>>()? {
                    let Some(member) = MEMBERS.iter().position(|known| *known == name.0) else {
                        return Err(de::Error::custom("not the usual members"));
                    };
                    if seen & (1 << member) != 0 {
                        return Err(de::Error::custom("a member comes twice"));
                    }
                    seen |= 1 << member;
                    match member {
                        0 => id = map.next_value()?,
                        1 => text = Some(map.next_value()?),
                        2 => meta = map.next_value::<Option<Map<String, Json>>>()?,
                        3 => offsets = map.next_value()?,
                        _ => lists.read(&name.0, &mut map)?,
                    }
                }
                let text = text.ok_or_else(|| de::Error::custom("no text"))?;
                Ok(Line { id, text, meta: meta.unwrap_or_default(), offsets, lists })
            }
        }
        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests;
