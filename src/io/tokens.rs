//! Tokens that come with a document: as JSON, and as CoNLL-U.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};

use crate::doc::{Document, InputTokens};
use crate::text::{Span, UnitIndex};

/// Values that many tokens share are stored once.
#[derive(Default)]
struct Values(FxHashMap<String, Arc<str>>);

impl Values {
    fn share(&mut self, value: &str) -> Arc<str> {
        if let Some(known) = self.0.get(value) {
            return known.clone();
        }
        let shared: Arc<str> = value.into();
        self.0.insert(value.to_owned(), shared.clone());
        shared
    }
}

/// Adds tokens one by one, and says what is wrong with one.
pub(super) struct Builder<'t> {
    text: &'t str,
    tokens: InputTokens,
    values: Values,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, tokens: InputTokens::default(), values: Values::default() }
    }

    pub(super) fn token(&mut self, span: Span) -> Result<(), String> {
        let form = span.slice(self.text).unwrap_or("");
        if form.trim().is_empty() {
            return Err("holds only white space".to_owned());
        }
        if self.tokens.spans.last().is_some_and(|last| last.end > span.start) {
            return Err("begins before the token before it ends: tokens stand in text order".to_owned());
        }
        self.tokens.spans.push(span);
        for column in self.tokens.columns.values_mut() {
            column.push(None);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> InputTokens {
        self.tokens
    }

    /// Says something about the last token.
    fn column(&mut self, name: &str, value: &str) {
        let count = self.tokens.spans.len();
        let shared = self.values.share(value);
        let column = self.tokens.columns.entry(name.into()).or_insert_with(|| vec![None; count]);
        if let Some(last) = column.last_mut() {
            *last = Some(shared);
        }
    }
}

/// `"tokens": [{"start": 0, "end": 5, "pos": "NNP"}]`
pub(super) fn from_json(list: &Json, text: &str, units: &UnitIndex<'_>) -> Result<InputTokens, String> {
    let list = list.as_array().ok_or("`tokens` is no list")?;
    let mut builder = Builder::new(text);
    for (index, item) in list.iter().enumerate() {
        let wrong = |reason: &str| format!("tokens[{index}]: {reason}");
        let members = item.as_object().ok_or_else(|| wrong("no object"))?;
        let offset = |name: &str| {
            let number = members.get(name).and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok());
            number
                .and_then(|n| units.to_byte(n))
                .ok_or_else(|| wrong(&format!("`{name}` is no offset of the text")))
        };
        let (start, end) = (offset("start")?, offset("end")?);
        if end <= start {
            return Err(wrong("it ends before it begins"));
        }
        builder.token(Span::new(start, end)).map_err(|reason| wrong(&reason))?;
        for (name, value) in members.iter().filter(|(name, _)| !["start", "end"].contains(&name.as_str())) {
            match value {
                Json::Null => {}
                Json::String(text) => builder.column(name, text),
                other => builder.column(name, &other.to_string()),
            }
        }
    }
    Ok(builder.tokens)
}

/// The members of a record that are carried through, the offsets of its tokens
/// in the unit of the output.
pub(super) fn carried(document: &Document, units: &UnitIndex<'_>) -> Option<Map<String, Json>> {
    let tokens = document.tokens.as_ref()?;
    let mut extra = document.extra.clone();
    if let Some(Json::Array(list)) = extra.get_mut("tokens") {
        for (item, span) in list.iter_mut().zip(&tokens.spans) {
            if let Json::Object(members) = item {
                members.insert("start".to_owned(), units.from_byte(span.start).into());
                members.insert("end".to_owned(), units.from_byte(span.end).into());
            }
        }
    }
    Some(extra)
}

/// The columns of CoNLL-U after the form, as rules call them.
const COLUMNS: [&str; 8] = ["lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"];

/// Reads one document of CoNLL-U. Each sentence becomes a line of the text.
///
/// A word that is written together with the next, such as `vámonos`, is one
/// token with the columns of its first part; its other parts, and empty words,
/// are not in the text. `pos` is another name of `upos`.
pub(super) fn from_conllu(lines: &str, fallback_id: &str) -> Result<Document, (u64, String)> {
    let mut text = String::new();
    let mut id = fallback_id.to_owned();
    let mut rows: Vec<(Span, Vec<(&'static str, String)>)> = Vec::new();
    let mut together: Option<u32> = None;
    let mut begins = true;
    for (number, line) in (1..).zip(lines.lines()) {
        let wrong = |reason: String| (number, reason);
        if let Some(comment) = line.strip_prefix('#') {
            if let Some(name) = comment.trim().strip_prefix("newdoc id") {
                id = name.trim_start_matches([' ', '=']).trim().to_owned();
            }
            continue;
        }
        if line.trim().is_empty() {
            if !begins {
                text.truncate(text.trim_end().len());
                text.push('\n');
            }
            (begins, together) = (true, None);
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.len() != 10 {
            return Err(wrong(format!("a word has 10 columns parted by tabs, not {}", cells.len())));
        }
        let columns = || {
            let named = COLUMNS.iter().zip(&cells[2..]).filter(|(_, cell)| **cell != "_");
            named.map(|(name, cell)| (*name, (*cell).to_owned())).collect::<Vec<_>>()
        };
        let number = |part: &str| {
            part.parse::<u32>().map_err(|_| wrong(format!("`{}` is no number of a word", cells[0])))
        };
        if cells[0].contains('.') {
            continue;
        }
        let range = cells[0].split_once('-');
        if range.is_none() && together.is_some_and(|last| number(cells[0]).is_ok_and(|at| at <= last)) {
            // A part of the word before: its first part says what it is.
            if let Some((_, known)) =
                rows.last_mut().filter(|(_, known)| known.iter().all(|(name, _)| *name == "misc"))
            {
                known.extend(columns().into_iter().filter(|(name, _)| *name != "misc"));
            }
            continue;
        }
        match range {
            Some((_, last)) => together = Some(number(last)?),
            None => {
                number(cells[0])?;
            }
        }
        let form = cells[1];
        if form.trim().is_empty() {
            return Err(wrong("a word without a form".to_owned()));
        }
        let start = text.len() as u32;
        text.push_str(form);
        rows.push((Span::new(start, text.len() as u32), columns()));
        if !cells[9].split('|').any(|misc| misc == "SpaceAfter=No") {
            text.push(' ');
        }
        begins = false;
    }
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    document(id, text, rows)
}

fn document(
    id: String,
    text: String,
    rows: Vec<(Span, Vec<(&'static str, String)>)>,
) -> Result<Document, (u64, String)> {
    let mut builder = Builder::new(&text);
    let mut list = Vec::with_capacity(rows.len());
    for (span, columns) in rows {
        builder.token(span).map_err(|reason| (1, reason))?;
        let mut members = Map::new();
        members.insert("start".to_owned(), span.start.into());
        members.insert("end".to_owned(), span.end.into());
        for (name, value) in columns {
            builder.column(name, &value);
            if name == "upos" {
                builder.column("pos", &value);
            }
            members.insert(name.to_owned(), Json::String(value));
        }
        list.push(Json::Object(members));
    }
    let tokens = builder.tokens;
    let mut document = Document { tokens: Some(tokens), ..Document::new(id, text) };
    document.extra.insert("tokens".to_owned(), Json::Array(list));
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "# newdoc id = a1\n# text = Vámonos al mar.\n\
        1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_\n1\tVamos\tir\tVERB\t_\t_\t0\troot\t_\t_\n2\tnos\tnosotros\tPRON\t_\t_\t1\tobj\t_\t_\n\
        3\tal\tal\tADP\t_\t_\t4\tcase\t_\t_\n4\tmar\tmar\tNOUN\t_\t_\t1\tobl\t_\tSpaceAfter=No\n5\t.\t.\tPUNCT\t_\t_\t1\tpunct\t_\t_\n\n\
        1\tSí\tsí\tINTJ\t_\t_\t0\troot\t_\t_\n";

    #[test]
    fn sentences_become_lines_and_words_tokens() {
        let document = from_conllu(SAMPLE, "x").unwrap();
        assert_eq!((document.id.as_str(), document.text.as_str()), ("a1", "Vámonos al mar.\nSí\n"));
        let tokens = document.tokens.unwrap();
        let forms: Vec<_> = tokens.spans.iter().filter_map(|span| span.slice(&document.text)).collect();
        assert_eq!(forms, ["Vámonos", "al", "mar", ".", "Sí"]);
        let pos: Vec<_> = tokens.columns["pos"].iter().map(|pos| pos.as_deref().unwrap_or("_")).collect();
        assert_eq!(pos, ["VERB", "ADP", "NOUN", "PUNCT", "INTJ"]);
        assert_eq!(tokens.columns["lemma"][0].as_deref(), Some("ir"));
    }

    #[test]
    fn a_broken_row_is_named() {
        assert_eq!(from_conllu("1\tx\n", "x").unwrap_err().0, 1);
        assert!(from_conllu("x\ta\t_\t_\t_\t_\t_\t_\t_\t_\n", "x").unwrap_err().1.contains("number"));
    }
}
