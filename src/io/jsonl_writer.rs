//! [`JsonlWriter`]: documents as JSON Lines.
//!
//! Members are put into the line one after the other, with no record of them in
//! between; of a string, what needs no escape is copied. The members that a
//! document brings along are left to `serde_json`, and the tests hold the line to
//! what that makes of the same members.

use super::jsonl::surface;
use super::tokens;
use crate::doc::{Annotations, Document, Event, Mention, MentionId, Relation, Target, Value};
use crate::text::{MOST_DIGITS, OffsetUnit, Span, UnitIndex, decimal};

/// Writes documents as JSON Lines.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonlWriter {
    /// What offsets count.
    pub offsets: OffsetUnit,
}

impl JsonlWriter {
    /// Appends one line. Attributes and notes, which only brat has, are left
    /// out. An event is a relation with a `trigger`.
    pub fn write(&self, document: &Document, annotations: &Annotations, out: &mut Vec<u8>) {
        let units = UnitIndex::new(&document.text, self.offsets);
        out.extend_from_slice(b"{\"id\":");
        string(&document.id, out);
        out.extend_from_slice(b",\"text\":");
        string(&document.text, out);
        out.extend_from_slice(b",\"meta\":");
        json(&document.meta, out);
        if self.offsets != OffsetUnit::Chars {
            out.extend_from_slice(b",\"offsets\":");
            string(self.offsets.name(), out);
        }
        out.extend_from_slice(b",\"entities\":");
        list(&annotations.mentions, out, |mention, out| entity(mention, &document.text, &units, out));
        out.extend_from_slice(b",\"relations\":");
        let relations = annotations.relations.iter().map(Related::Relation);
        let related = relations.chain(annotations.events.iter().map(Related::Event));
        list(related, out, |related, out| related.write(annotations, out));
        out.extend_from_slice(b",\"chains\":");
        list(&annotations.chains, out, |chain, out| {
            list(chain, out, |mention, out| string(id(*mention, annotations), out));
        });
        let carried = tokens::carried(document, &units);
        for (name, value) in carried.as_ref().unwrap_or(&document.extra) {
            out.push(b',');
            string(name, out);
            out.push(b':');
            json(value, out);
        }
        out.extend_from_slice(b"}\n");
    }
}

fn entity(mention: &Mention, text: &str, units: &UnitIndex<'_>, out: &mut Vec<u8>) {
    let place = |span: Span| (units.from_byte(span.start), units.from_byte(span.end));
    let (start, end) = place(mention.span());
    out.extend_from_slice(b"{\"id\":");
    string(&mention.id, out);
    out.extend_from_slice(b",\"type\":");
    string(&mention.label, out);
    out.extend_from_slice(b",\"start\":");
    number(start, out);
    out.extend_from_slice(b",\"end\":");
    number(end, out);
    out.extend_from_slice(match mention.fragments.len() {
        0 | 1 => b",\"text\":".as_slice(),
        _ => b",\"fragments\":",
    });
    match mention.fragments.as_slice() {
        [only] => string(only.slice(text).unwrap_or(""), out),
        [] => string("", out),
        parts => {
            list(parts, out, |part, out| {
                let (start, end) = place(*part);
                out.push(b'[');
                number(start, out);
                out.push(b',');
                number(end, out);
                out.push(b']');
            });
            out.extend_from_slice(b",\"text\":");
            string(&surface(text, parts), out);
        }
    }
    out.extend_from_slice(b",\"value\":");
    optional(mention.value.as_ref().map(Value::as_str), out);
    out.extend_from_slice(b",\"features\":");
    pairs(mention.features.iter().map(|(name, value)| (&**name, &**value)), out);
    out.extend_from_slice(b",\"rule\":");
    optional(mention.rule.as_deref(), out);
    out.push(b'}');
}

/// What stands in the list of relations.
enum Related<'a> {
    Relation(&'a Relation),
    Event(&'a Event),
}

impl Related<'_> {
    fn write(&self, annotations: &Annotations, out: &mut Vec<u8>) {
        let (own, label, rule) = match self {
            Self::Relation(relation) => (&relation.id, &relation.label, &relation.rule),
            Self::Event(event) => (&event.id, &event.label, &event.rule),
        };
        out.extend_from_slice(b"{\"id\":");
        string(own, out);
        out.extend_from_slice(b",\"type\":");
        string(label, out);
        match self {
            Self::Relation(relation) => {
                out.extend_from_slice(b",\"args\":");
                pairs(relation.args.iter().map(|arg| (&*arg.role, id(arg.mention, annotations))), out);
            }
            Self::Event(event) => {
                out.extend_from_slice(b",\"trigger\":");
                string(id(event.trigger, annotations), out);
                out.extend_from_slice(b",\"args\":");
                // An argument that is an event or a relation has no place in JSON.
                let args = event.args.iter().filter_map(|(role, target)| match target {
                    Target::Mention(mention) => Some((&**role, id(*mention, annotations))),
                    Target::Relation(_) | Target::Event(_) | Target::Other(_) => None,
                });
                pairs(args, out);
            }
        }
        out.extend_from_slice(b",\"rule\":");
        optional(rule.as_deref(), out);
        out.push(b'}');
    }
}

fn id(mention: MentionId, annotations: &Annotations) -> &str {
    &annotations.mention(mention).id
}

fn list<T>(items: impl IntoIterator<Item = T>, out: &mut Vec<u8>, mut write: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (at, (name, value)) in pairs.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        string(name, out);
        out.push(b':');
        string(value, out);
    }
    out.push(b'}');
}

fn optional(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        Some(text) => string(text, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// A string: what needs no escape is copied, from one byte that does to the next.
#[inline]
fn string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    match next_escape(bytes, 0) {
        None => out.extend_from_slice(bytes),
        Some(first) => escaped(bytes, first, out),
    }
    out.push(b'"');
}

/// The inside of a string of which the byte at `at` is the first that needs an escape. Kept
/// out of the way of the many short strings that need none.
#[inline(never)]
fn escaped(bytes: &[u8], mut at: usize, out: &mut Vec<u8>) {
    let mut from = 0;
    loop {
        out.extend_from_slice(&bytes[from..at]);
        escape(bytes[at], out);
        from = at + 1;
        match next_escape(bytes, from) {
            Some(next) => at = next,
            None => break,
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Where the next byte stands that cannot be in a string as it is: eight bytes at a
/// time, each in its eighth of a word.
#[inline]
fn next_escape(bytes: &[u8], from: usize) -> Option<usize> {
    const TOP: u64 = 0x8080_8080_8080_8080;
    let every = |byte: u8| u64::from_ne_bytes([byte; 8]);
    // Among the top bits that of the first byte below a bound, and of none before it.
    let below = |word: u64, bound: u8| word.wrapping_sub(every(bound)) & !word;
    // With one bit turned the quotation mark comes next after the control characters.
    let escapes =
        |word: u64| (below(word ^ every(b'"' ^ b' '), b' ' + 1) | below(word ^ every(b'\\'), 1)) & TOP;
    let mut at = from;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let escapes = escapes(u64::from_le_bytes(*eight));
        if escapes != 0 {
            return Some(at + escapes.trailing_zeros() as usize / 8);
        }
        at += eight.len();
    }
    // What the last eight bytes share with those before needs no escape.
    if let Some((last, eight)) =
        bytes.len().checked_sub(8).filter(|last| *last >= from).zip(bytes.last_chunk())
    {
        let escapes = escapes(u64::from_le_bytes(*eight));
        return (escapes != 0).then(|| last + escapes.trailing_zeros() as usize / 8);
    }
    let rest = bytes[at..].iter().position(|byte| IS_ESCAPED[usize::from(*byte)]);
    rest.map(|more| at + more)
}

/// The bytes that cannot be in a string as they are.
static IS_ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, ..b' ' | b'"' | b'\\');
        byte += 1;
    }
    table
};

/// Writes one byte that cannot stand in a string as it is.
fn escape(byte: u8, out: &mut Vec<u8>) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

fn number(number: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(decimal(number, &mut [0; MOST_DIGITS]));
}

/// Anything else, by `serde_json`.
fn json<T: serde::Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    // Strings, numbers and trees of them cannot fail, nor can writing to memory.
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use serde_json::{Map, Value as Json};

    use super::*;
    use crate::doc::{Arg, Fragments};

    /// The members of a line by way of a tree.
    fn by_tree(document: &Document, annotations: &Annotations) -> Json {
        let id = |mention: MentionId| annotations.mention(mention).id.clone();
        let mut members = Map::new();
        members.insert("id".to_owned(), document.id.clone().into());
        members.insert("text".to_owned(), document.text.clone().into());
        members.insert("meta".to_owned(), document.meta.clone().into());
        let entity = |mention: &Mention| {
            let units = UnitIndex::new(&document.text, OffsetUnit::Chars);
            let place = |span: Span| (units.from_byte(span.start), units.from_byte(span.end));
            let (start, end) = place(mention.span());
            let mut entity = Map::new();
            entity.insert("id".to_owned(), (*mention.id).into());
            entity.insert("type".to_owned(), (*mention.label).into());
            entity.insert("start".to_owned(), start.into());
            entity.insert("end".to_owned(), end.into());
            if mention.fragments.len() > 1 {
                let parts: Vec<Json> =
                    mention.fragments.iter().map(|s| serde_json::json!(place(*s))).collect();
                entity.insert("fragments".to_owned(), parts.into());
            }
            entity.insert("text".to_owned(), surface(&document.text, &mention.fragments).into());
            entity.insert("value".to_owned(), mention.value.as_ref().map(Value::as_str).into());
            let features = mention.features.iter().map(|(n, v)| (n.to_string(), Json::from(&**v)));
            entity.insert("features".to_owned(), features.collect::<Map<_, _>>().into());
            entity.insert("rule".to_owned(), mention.rule.as_deref().into());
            Json::from(entity)
        };
        members.insert("entities".to_owned(), annotations.mentions.iter().map(entity).collect());
        let relation = |relation: &Relation| {
            let args = relation.args.iter().map(|arg| (arg.role.to_string(), Json::from(&*id(arg.mention))));
            let args: Map<String, Json> = args.collect();
            serde_json::json!({"id": *relation.id, "type": *relation.label, "args": args, "rule": null})
        };
        members.insert("relations".to_owned(), annotations.relations.iter().map(relation).collect());
        let chain = |chain: &Vec<MentionId>| chain.iter().map(|at| Json::from(&*id(*at))).collect::<Json>();
        members.insert("chains".to_owned(), annotations.chains.iter().map(chain).collect());
        members.extend(document.extra.clone());
        members.into()
    }

    proptest! {
        #[test]
        fn a_line_is_what_serde_json_makes_of_its_members(
            text in "[a-zà\u{1f4f7}\u{0}-\u{1f}\u{7f}\"\\\\/\u{2028}]{6,40}",
            name in "[a\"\n\u{1}é]{0,3}",
            parts in 1..4u32,
        ) {
            let starts: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).collect();
            let fragments: Fragments =
                (0..parts).map(|at| Span::new(starts[at as usize * 2], starts[at as usize * 2 + 1])).collect();
            let mention = |id: &str, fragments: &Fragments| Mention {
                fragments: fragments.clone(),
                features: vec![(name.as_str().into(), text.as_str().into())],
                value: (parts > 1).then(|| Value::from(text.as_str())),
                ..Mention::new(id, name.as_str(), Span::default())
            };
            let mut document = Document::new(name.as_str(), text.as_str());
            document.meta.insert(name.clone(), 1.5.into());
            document.extra.insert(text.clone(), serde_json::json!([null, {"a": "\n"}]));
            let arg = |role: &str, at: u32| Arg { role: role.into(), mention: MentionId(at) };
            let annotations = Annotations {
                mentions: vec![mention("T1", &fragments), mention(&text, &fragments)],
                relations: vec![Relation {
                    id: "R1".into(),
                    label: name.as_str().into(),
                    args: [arg("from", 0), arg(&text, 1)].into_iter().collect(),
                    rule: None,
                }],
                chains: vec![vec![MentionId(0), MentionId(1)], Vec::new()],
                ..Annotations::default()
            };
            let mut line = Vec::new();
            JsonlWriter::default().write(&document, &annotations, &mut line);
            prop_assert_eq!(
                String::from_utf8(line).expect("a text"),
                by_tree(&document, &annotations).to_string() + "\n"
            );
        }
    }
}
