//! Laws of extraction.

use std::collections::HashSet;

use super::first_difference;
use super::tokens::LINE;
use crate::doc::schema::RelationInfo;
use crate::doc::{Annotations, Document, Mention, MentionId, Relation, Target};
use crate::fuzz::subject::Subject;
use crate::program::Program;
use crate::text::{OffsetUnit, Span};

/// Documents of one stream: more than travel together.
const DOCUMENTS: usize = 80;
/// Bytes of one stream, beyond which no further document comes.
const STREAM: usize = 1 << 15;

/// A text as a document. It has a date, so that no date in it is the anchor of
/// others.
pub(super) fn document(text: &str) -> Document {
    let mut document = Document::new("fuzz", text);
    document.meta.insert("date".to_owned(), "2025-03-17".into());
    document
}

pub(super) fn refer(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let (Some(found), Some(program)) = (subject.extract(&document(text)), subject.program()) else {
        return Ok(());
    };
    let mut ids = HashSet::new();
    let all = found.mentions.iter().map(|m| &m.id).chain(found.relations.iter().map(|r| &r.id));
    if let Some(twice) = all.chain(found.events.iter().map(|e| &e.id)).find(|id| !ids.insert(*id)) {
        return Err(format!("the id {twice} is there twice"));
    }
    for relation in &found.relations {
        let args: Vec<(&str, MentionId)> =
            relation.args.iter().map(|arg| (&*arg.role, arg.mention)).collect();
        fits(&relation.id, &relation.label, &args, &found, program)?;
    }
    for event in &found.events {
        let info = program.relations.iter().find(|info| info.name == event.label);
        let trigger = info.and_then(|info| info.roles.first()).map_or("", |role| &**role);
        let mut args = vec![(trigger, event.trigger)];
        for (role, target) in &event.args {
            let Target::Mention(mention) = target else {
                return Err(format!("{} has a {role} that is no mention", event.id));
            };
            args.push((role, *mention));
        }
        fits(&event.id, &event.label, &args, &found, program)?;
    }
    let mut chained = HashSet::new();
    for chain in &found.chains {
        let sorted = chain.windows(2).all(|pair| pair[0] < pair[1]);
        let there = chain.iter().all(|id| id.index() < found.mentions.len());
        if chain.len() < 2 || !sorted || !there {
            return Err(format!("the chain {chain:?} is no list of mentions in order"));
        }
        if let Some(twice) = chain.iter().find(|id| !chained.insert(**id)) {
            return Err(format!("{twice:?} is in two chains"));
        }
    }
    Ok(())
}

/// Whether each role is one of the relation's and played by a mention that may.
fn fits(
    id: &str,
    label: &str,
    args: &[(&str, MentionId)],
    found: &Annotations,
    program: &Program,
) -> Result<(), String> {
    let Some(info) = program.relations.iter().find(|info| *info.name == *label) else {
        return Err(format!("{id} is of a type that the pack does not have, {label}"));
    };
    for &(role, mention) in args {
        let Some(mention) = found.mentions.get(mention.index()) else {
            return Err(format!("{label} {id} refers to mention {}, which does not exist", mention.0));
        };
        if !plays(info, role, mention, program) {
            return Err(format!("{label} {id} has a {} as its {role}", mention.label));
        }
    }
    for (role, _) in info.roles.iter().zip(&info.optional).filter(|(_, optional)| !**optional) {
        if !args.iter().any(|(name, _)| *name == &**role) {
            return Err(format!("{label} {id} lacks its {role}"));
        }
    }
    Ok(())
}

fn plays(info: &RelationInfo, role: &str, mention: &Mention, program: &Program) -> bool {
    // The arguments of a symmetric relation may stand the other way round.
    let of_role = |index: usize| {
        info.accepts.get(index).is_some_and(|types| {
            types.iter().any(|label| program.types[usize::from(label.0)].name == mention.label)
        })
    };
    let index = info.roles.iter().position(|name| **name == *role);
    index.is_some_and(|index| of_role(index) || (info.symmetric && (0..info.roles.len()).any(of_role)))
}

pub(super) fn blanks_before(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let blanks = "\n \r\n";
    let (Some(alone), Some(behind)) =
        (subject.extract(&document(text)), subject.extract(&document(&format!("{blanks}{text}"))))
    else {
        return Ok(());
    };
    let wanted = moved(&alone.mentions, blanks.len() as u32);
    first_difference("mention behind blank lines", &behind.mentions, &wanted)?;
    first_difference("relation behind blank lines", &behind.relations, &alone.relations)?;
    first_difference("event behind blank lines", &behind.events, &alone.events)?;
    first_difference("chain behind blank lines", &behind.chains, &alone.chains)
}

fn moved(mentions: &[Mention], shift: u32) -> Vec<Mention> {
    let mut moved = mentions.to_vec();
    for span in moved.iter_mut().flat_map(|mention| &mut mention.fragments) {
        *span = Span::new(span.start + shift, span.end + shift);
    }
    moved
}

/// Rules see one line at a time, unless they say otherwise; links see all of a
/// document. So with rules that keep to the line, a paragraph before changes no
/// mention and no relation, but for values that links spread and for chains.
pub(super) fn paragraph_before(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let Some(program) = subject.program() else { return Ok(()) };
    let rules = program.phases.iter().flat_map(|phase| phase.rules.rules().iter().chain(phase.drops.rules()));
    if rules.into_iter().any(|rule| rule.across_lines) {
        return Ok(());
    }
    let before = format!("{LINE}\n");
    let shift = before.len() as u32;
    let (Some(alone), Some(both)) =
        (subject.extract(&document(text)), subject.extract(&document(&format!("{before}{text}"))))
    else {
        return Ok(());
    };
    let spreads = program.links.iter().any(|link| link.spread_value);
    let first = both.mentions.partition_point(|mention| mention.span().start < shift);
    let bare = |mut mention: Mention, id: usize| {
        mention.id = format!("T{id}").into();
        if spreads {
            mention.value = None;
        }
        mention
    };
    let wanted: Vec<Mention> = moved(&alone.mentions, shift)
        .into_iter()
        .enumerate()
        .map(|(id, mention)| bare(mention, id))
        .collect();
    let got: Vec<Mention> =
        both.mentions[first..].iter().cloned().enumerate().map(|(id, mention)| bare(mention, id)).collect();
    first_difference("mention behind the paragraph", &got, &wanted)?;
    let of = |relation: &Relation, first: usize| {
        let args: Option<Vec<(String, usize)>> = relation
            .args
            .iter()
            .map(|arg| Some((arg.role.to_string(), arg.mention.index().checked_sub(first)?)))
            .collect();
        args.map(|args| (relation.label.to_string(), args, relation.rule.clone()))
    };
    let wanted: Vec<_> = alone.relations.iter().filter_map(|relation| of(relation, 0)).collect();
    let got: Vec<_> = both.relations.iter().filter_map(|relation| of(relation, first)).collect();
    first_difference("relation behind the paragraph", &got, &wanted)
}

pub(super) fn same_output(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let mut pieces: Vec<&str> = vec![text];
    pieces.extend(text.split_inclusive(['\n', '.', ',']).filter(|part| part.len() < text.len()));
    let (mut input, mut wanted, mut bytes) = (Vec::new(), Vec::new(), 0);
    for (index, piece) in pieces.iter().cycle().take(DOCUMENTS).enumerate() {
        let mut document = document(piece);
        document.id = index.to_string();
        input.extend(subject.write(&document, &Annotations::default(), OffsetUnit::Chars));
        let Some(found) = subject.extract(&document) else { return Ok(()) };
        wanted.extend(subject.write(&document, &found, OffsetUnit::Chars));
        bytes += piece.len();
        if bytes > STREAM && index > 0 {
            break;
        }
    }
    for (piece, threads) in [(usize::MAX, 1), (1, 1), (7, 2), (4096, 3)] {
        let Some(got) = subject.stream(&input, piece, threads) else { return Ok(()) };
        let how = if piece == usize::MAX { "at once".to_owned() } else { format!("in pieces of {piece}") };
        let what = |why: String| format!("read {how}, on {threads} threads: {why}");
        let got = got.map_err(what)?;
        if got != wanted {
            let lines = |bytes: &[u8]| -> Vec<String> {
                String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
            };
            first_difference("line", &lines(&got), &lines(&wanted)).map_err(what)?;
            return Err(what("other bytes".to_owned()));
        }
    }
    Ok(())
}
