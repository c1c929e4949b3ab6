//! `spanwright explain`

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::json;
use spanwright::diag::codes;
use spanwright::doc::Document;
use spanwright::doc::schema::{RelationTypeId, TypeId};
use spanwright::engine::{Extractor, Question};
use spanwright::io::{ReadConfig, parse};
use spanwright::program::Program;
use spanwright::report::Explained;
use spanwright::text::{LineIndex, OffsetUnit, Span};

use super::{load_selected, open};
use crate::args::{ExplainArgs, ExplainFormat, Global};
use crate::exit::Outcome;

/// Places of one text that a question is put about.
const MOST_PLACES: usize = 10;

pub(crate) fn run(args: &ExplainArgs, global: &Global) -> anyhow::Result<Outcome> {
    if args.codes {
        return list_codes();
    }
    if let (Some(what), None) = (&args.what, &args.pack) {
        return code(what);
    }
    let Some(folder) = &args.pack else {
        bail!("name the rule pack with `--pack DIR`, or a code such as E030");
    };
    let Some(pack) = load_selected(folder, &args.selection, global)? else { return Ok(Outcome::Refused) };
    let (document, within) = match (&args.text, &args.what) {
        (Some(text), _) => (Document::new("text", text.as_str()), None),
        (None, Some(what)) => read(what, args)?,
        (None, None) => read("-", args)?,
    };
    let extractor = Extractor::new(&pack.program);
    if let Some(column) = extractor.lacks(&document) {
        bail!("the rules ask for the column `{column}`, which the tokens of the text do not have");
    }
    let mut out = std::io::stdout().lock();
    if args.why_not.is_empty() {
        spans(&extractor, &document, within, args, &mut out)?;
        return Ok(Outcome::Holds);
    }
    for asked in &args.why_not {
        for (title, question) in questions(asked, &document, within, &pack.program)? {
            let found = extractor.explain(&document, Some(&question));
            let explained = Explained::new(&pack.program, &document, &found);
            match args.format {
                ExplainFormat::Text => {
                    writeln!(out, "Why not {title}?\n{}", explained.answer(&question, args.all))?
                }
                ExplainFormat::Json => {
                    let near: Vec<_> = found.near.iter().map(|miss| explained.json_near(miss)).collect();
                    let answer = explained.answer(&question, args.all);
                    writeln!(out, "{}", json!({"why_not": title, "answer": answer, "near": near}))?;
                }
            }
        }
    }
    Ok(Outcome::Holds)
}

/// What a code means.
pub(crate) fn code(id: &str) -> anyhow::Result<Outcome> {
    let Some(code) = codes::all().find(|code| code.id.eq_ignore_ascii_case(id) || code.name == id) else {
        bail!(
            "no code `{id}`: codes look like E030 or unknown-type, and `spanwright explain --codes` lists them; to explain spans name the rule pack with `--pack DIR`"
        );
    };
    writeln!(std::io::stdout().lock(), "{}: {}\n\n{}", code.id, code.name, code.doc)?;
    Ok(Outcome::Holds)
}

fn list_codes() -> anyhow::Result<Outcome> {
    let mut out = std::io::stdout().lock();
    for code in codes::all() {
        writeln!(out, "{}  {}", code.id, code.name)?;
    }
    Ok(Outcome::Holds)
}

/// `FILE`, `FILE:LINE` or `FILE:LINE:COLUMN`
fn split(what: &str) -> (&str, Option<u32>, Option<u32>) {
    let number = |text: &str| text.parse::<u32>().ok().filter(|&n| n > 0);
    let Some((before, last)) = what.rsplit_once(':') else { return (what, None, None) };
    let Some(last) = number(last) else { return (what, None, None) };
    match before.rsplit_once(':').and_then(|(file, line)| Some((file, number(line)?))) {
        Some((file, line)) => (file, Some(line), Some(last)),
        None => (before, Some(last), None),
    }
}

/// The document that is named, and the place in it.
fn read(what: &str, args: &ExplainArgs) -> anyhow::Result<(Document, Option<Span>)> {
    let (file, line, column) =
        if std::path::Path::new(what).exists() { (what, None, None) } else { split(what) };
    let config = ReadConfig::texts(OffsetUnit::Chars);
    let mut documents = Vec::new();
    for raw in open(&[PathBuf::from(file)], None, config)? {
        match raw.map_err(Box::new).and_then(|raw| parse(raw, config)) {
            Ok(record) => documents.push(record.document),
            // Another document of the file is no matter here.
            Err(_) if args.id.is_some() => {}
            Err(bad) => return Err(bad.error.into()),
        }
    }
    if let Some(id) = &args.id {
        documents.retain(|document| document.id == *id);
    }
    let document = match documents.len() {
        1 => documents.swap_remove(0),
        0 => match &args.id {
            Some(id) => bail!("{file}: no document `{id}`"),
            None => bail!("{file}: no document"),
        },
        several => {
            bail!("{file}: {several} documents: say which with `--id`, such as `--id {}`", documents[0].id)
        }
    };
    let within = match line {
        None => None,
        Some(line) => {
            Some(place(&document.text, line, column).with_context(|| format!("{file}: no such place"))?)
        }
    };
    Ok((document, within))
}

/// A line, or the place before a column of it.
fn place(text: &str, line: u32, column: Option<u32>) -> anyhow::Result<Span> {
    let lines = LineIndex::new(text);
    let starts = lines.starts();
    let Some(&start) = starts.get(line as usize - 1) else {
        bail!("the text has {} lines", starts.len());
    };
    let end = starts.get(line as usize).copied().unwrap_or(text.len() as u32);
    let body = Span::new(start, end).slice(text).unwrap_or("").trim_end_matches(['\n', '\r']);
    let Some(column) = column else { return Ok(Span::new(start, start + body.len() as u32)) };
    match body.char_indices().nth(column as usize - 1) {
        Some((at, _)) => Ok(Span::new(start + at as u32, start + at as u32)),
        None => bail!("line {line} has {} characters", body.chars().count()),
    }
}

/// Every span with its derivation, then those that did not stay.
fn spans(
    extractor: &Extractor<'_>,
    document: &Document,
    within: Option<Span>,
    args: &ExplainArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let found = extractor.explain(document, None);
    let explained = Explained::new(extractor.program(), document, &found);
    let (standing, fallen) = explained.spans(within, args.internal);
    match args.format {
        ExplainFormat::Json => {
            for id in standing.into_iter().chain(fallen) {
                writeln!(out, "{}", explained.json(id))?;
            }
        }
        ExplainFormat::Text => {
            if standing.is_empty() && fallen.is_empty() {
                writeln!(
                    out,
                    "No rule proposes a span here; `--internal` shows spans of internal types too."
                )?;
            }
            for id in standing {
                writeln!(out, "{}", explained.standing(id))?;
            }
            for id in fallen {
                writeln!(out, "{}", explained.fallen(id))?;
            }
        }
    }
    Ok(())
}

/// `PERSON "Hau A Lenh"` or `HOLDS_POSITION "Hau A Lenh" "Minister"`, at each
/// place where the text stands.
fn questions(
    asked: &str,
    document: &Document,
    within: Option<Span>,
    program: &Program,
) -> anyhow::Result<Vec<(String, Question)>> {
    const FORM: &str = "ask as `PERSON \"Hau A Lenh\"` or `HOLDS_POSITION \"Hau A Lenh\" \"Minister\"`";
    let end = asked.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(asked.len());
    let (name, rest) = asked.split_at(end);
    let texts: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
    if texts.is_empty() || rest.matches('"').count() % 2 == 1 || texts.iter().any(|text| text.is_empty()) {
        bail!("`{asked}` asks for no text: {FORM}");
    }
    let here = |text: &str| {
        let all = document.text.match_indices(text);
        let spans = all.map(|(at, found)| Span::new(at as u32, (at + found.len()) as u32));
        let near: Vec<Span> = spans
            .filter(|span| within.is_none_or(|within| within.overlaps(*span) || within.is_empty()))
            .collect();
        if near.is_empty() {
            bail!("\"{text}\" does not stand in the text there");
        }
        Ok(near)
    };
    let place = |span: Span| {
        let place = LineIndex::new(&document.text).place(&document.text, span.start);
        format!("{}:{}", place.line, place.column)
    };
    let label = program.types.iter().position(|info| *info.name == *name);
    let relation = program.relations.iter().position(|info| *info.name == *name);
    match (label, relation, texts.as_slice()) {
        (Some(label), _, [text]) => {
            let labels = kinds(label, program);
            let places = here(text)?.into_iter().take(MOST_PLACES);
            Ok(places
                .map(|span| {
                    let title = format!("{name} \"{text}\" at {}", place(span));
                    (title, Question::Span { labels: labels.clone(), span })
                })
                .collect())
        }
        (_, Some(relation), [first, rest @ ..]) if !rest.is_empty() => {
            let lines = LineIndex::new(&document.text);
            let (mut questions, mut apart) = (Vec::new(), Vec::new());
            for span in here(first)?.into_iter().take(MOST_PLACES) {
                let mut args = vec![span];
                for text in rest {
                    // The nearest place of each further argument.
                    let nearest =
                        here(text)?.into_iter().min_by_key(|other| other.start.abs_diff(span.start));
                    args.extend(nearest);
                }
                let title = format!("{name}(\"{}\") at {}", texts.join("\", \""), place(span));
                let line = |span: &Span| lines.line_of(span.start);
                let together = args.iter().all(|arg| line(arg) == line(&span));
                let question = Question::Relation { relation: RelationTypeId(relation as u16), args };
                if together { &mut questions } else { &mut apart }.push((title, question));
            }
            // Rules look at one line, most of them: pairs that share none say little.
            if questions.is_empty() {
                apart.truncate(1);
                questions = apart;
            }
            Ok(questions)
        }
        (None, None, _) => {
            let types = program.types.iter().map(|info| &*info.name);
            let relations = program.relations.iter().filter(|info| !info.event).map(|info| &*info.name);
            let known: Vec<&str> = types.chain(relations).collect();
            bail!("the pack has no type or relation `{name}`; it has {}", known.join(", "))
        }
        _ => bail!("`{asked}` has the wrong number of texts: {FORM}"),
    }
}

/// A type and its kinds.
fn kinds(label: usize, program: &Program) -> Vec<TypeId> {
    let label = TypeId(label as u16);
    let is_kind = |candidate: &TypeId| {
        let mut at = Some(*candidate);
        for _ in 0..program.types.len() {
            match at {
                Some(found) if found == label => return true,
                Some(found) => at = program.type_info(found).parent,
                None => return false,
            }
        }
        false
    };
    (0..program.types.len() as u16).map(TypeId).filter(is_kind).collect()
}
