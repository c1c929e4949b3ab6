//! Laws of offsets and of what is written.

use super::extraction::document;
use crate::doc::{Annotations, Arg, Mention, MentionId, Relation, Value};
use crate::fuzz::subject::Subject;
use crate::text::OffsetUnit;

/// Places that are asked for in one text, at most.
const PLACES: usize = 2000;
/// Tokens that stand for mentions where there is no pack, at most.
const MENTIONS: usize = 64;

const UNITS: [OffsetUnit; 3] = [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16];

pub(super) fn units(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let count = text.chars().count();
    let step = count / PLACES + 1;
    // Byte, code point and UTF-16 unit of a boundary, counted one by one.
    let mut wanted: Vec<[u32; 3]> = Vec::new();
    let mut at = [0u32; 3];
    for (index, c) in text.chars().enumerate() {
        if index % step == 0 {
            wanted.push(at);
        }
        at = [at[0] + c.len_utf8() as u32, at[1] + 1, at[2] + c.len_utf16() as u32];
    }
    wanted.push(at);
    let bytes: Vec<u32> = wanted.iter().map(|place| place[0]).collect();
    for (unit, column) in [(OffsetUnit::Bytes, 0), (OffsetUnit::Chars, 1), (OffsetUnit::Utf16, 2)] {
        let got = subject.offsets(text, unit, &bytes);
        for (place, (there, back)) in wanted.iter().zip(got) {
            let (byte, name) = (place[0], unit.name());
            if there != place[column] {
                return Err(format!("byte {byte} is {there} in {name}, not {}", place[column]));
            }
            if back != Some(byte) {
                return Err(format!("byte {byte} is {there} in {name}, which leads back to {back:?}"));
            }
        }
    }
    Ok(())
}

pub(super) fn jsonl(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let document = document(text);
    let found = subject.extract(&document).unwrap_or_else(|| pretended(subject, text));
    for unit in UNITS {
        let record = subject.read(subject.write(&document, &found, unit))?;
        let name = unit.name();
        if record.document != document {
            return Err(format!("in {name} the document comes back as {:?}", record.document));
        }
        let (got, wanted) = (record.annotations, &found);
        super::first_difference(&format!("in {name} mention"), &got.mentions, &wanted.mentions)?;
        super::first_difference(&format!("in {name} relation"), &got.relations, &wanted.relations)?;
        super::first_difference(&format!("in {name} event"), &got.events, &wanted.events)?;
        super::first_difference(&format!("in {name} chain"), &got.chains, &wanted.chains)?;
    }
    Ok(())
}

/// Tokens as mentions, each related to the next: what a pack might find.
fn pretended(subject: &dyn Subject, text: &str) -> Annotations {
    let mut found = Annotations::default();
    for (at, token) in subject.tokens(text).iter().take(MENTIONS).enumerate() {
        let form = token.span().slice(text).unwrap_or("");
        let mut mention = Mention::new(format!("T{}", at + 1), "TOKEN", token.span());
        mention.value = Some(Value::from(format!("form:{form}")));
        mention.features = vec![("form".into(), form.into())];
        mention.rule = Some("fuzz:token".into());
        found.mentions.push(mention);
    }
    for at in 1..found.mentions.len() as u32 {
        let arg = |role: &str, at| Arg { role: role.into(), mention: MentionId(at) };
        let args = [arg("from", at - 1), arg("to", at)].into_iter().collect();
        found.relations.push(Relation {
            id: format!("R{at}").into(),
            label: "NEXT".into(),
            args,
            rule: None,
        });
    }
    if found.mentions.len() > 1 {
        found.chains.push((0..found.mentions.len() as u32).map(MentionId).collect());
    }
    found
}
