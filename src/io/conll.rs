//! Columns of tokens and tags, as CoNLL-2003 has them.
//!
//! A token a line, columns parted by tabs or spaces, the token first and its tag
//! last; a blank line ends a sentence, `-DOCSTART-` begins a document, and a line
//! `# id = NAME` names it. The text is made of the tokens with a space between
//! them; each sentence is a line.

use super::ReadConfig;
use super::record::Record;
use super::tags::entities;
use super::tokens::Builder;
use crate::doc::{Annotations, Document, Mention};
use crate::text::Span;

/// Whether a line begins a document.
pub(super) fn begins_document(line: &[u8]) -> bool {
    line.starts_with(b"-DOCSTART-")
}

/// Whether a line holds a token.
pub(super) fn holds_token(line: &[u8]) -> bool {
    !line.trim_ascii().is_empty() && !begins_document(line) && !line.starts_with(b"# id =")
}

/// A sentence: the places of its tokens, their tags, and their lines.
#[derive(Default)]
struct Sentence<'l> {
    spans: Vec<Span>,
    tags: Vec<&'l str>,
    lines: Vec<u64>,
}

/// Reads one document.
pub(super) fn parse(lines: &str, fallback_id: &str, config: ReadConfig) -> Result<Record, (u64, String)> {
    let mut id = fallback_id.to_owned();
    let mut text = String::new();
    let mut sentences = vec![Sentence::default()];
    for (number, line) in (1..).zip(lines.lines()) {
        if let Some(name) = line.strip_prefix("# id =") {
            id = name.trim().to_owned();
            continue;
        }
        if !holds_token(line.as_bytes()) {
            if sentences.last().is_some_and(|sentence| !sentence.spans.is_empty()) {
                text.push('\n');
                sentences.push(Sentence::default());
            }
            continue;
        }
        let mut cells = line.split_ascii_whitespace();
        let (Some(form), Some(tag)) = (cells.next(), cells.next_back()) else {
            return Err((number, "a token has a tag in its last column".to_owned()));
        };
        let Some(sentence) = sentences.last_mut() else { continue };
        if !sentence.spans.is_empty() {
            text.push(' ');
        }
        let start = text.len() as u32;
        text.push_str(form);
        sentence.spans.push(Span::new(start, text.len() as u32));
        sentence.tags.push(tag);
        sentence.lines.push(number);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let mut annotations = Annotations::default();
    let mut builder = Builder::new(&text);
    for sentence in &sentences {
        for (span, line) in sentence.spans.iter().zip(&sentence.lines) {
            builder.token(*span).map_err(|reason| (*line, reason))?;
        }
        let found = entities(&sentence.tags, config.tags)
            .map_err(|(at, reason)| (sentence.lines.get(at).copied().unwrap_or(1), reason))?;
        for (first, end, label) in found {
            let span = sentence.spans[first].cover(sentence.spans[end - 1]);
            annotations.mentions.push(Mention::new(
                format!("T{}", annotations.mentions.len() + 1),
                label,
                span,
            ));
        }
    }
    let tokens = Some(builder.finish());
    Ok(Record { document: Document { tokens, ..Document::new(id, text) }, annotations, annotated: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_become_lines_and_tags_mentions() {
        let lines = "-DOCSTART- -X- O O\n\n# id = a1\nComrade NN O\nLe NNP B-PER\nHung NNP I-PER\n\nspoke O\nin O\nHà B-LOC\nGiang I-LOC\n";
        let record = parse(lines, "x", ReadConfig::default()).unwrap();
        assert_eq!(
            (record.document.id.as_str(), record.document.text.as_str()),
            ("a1", "Comrade Le Hung\nspoke in Hà Giang\n")
        );
        let found: Vec<_> = record
            .annotations
            .mentions
            .iter()
            .map(|m| (m.label.to_string(), m.span().slice(&record.document.text).unwrap_or("")))
            .collect();
        assert_eq!(found, [("PER".to_owned(), "Le Hung"), ("LOC".to_owned(), "Hà Giang")]);
        assert_eq!(record.document.tokens.unwrap().spans.len(), 7);
    }

    #[test]
    fn a_broken_line_is_named() {
        assert_eq!(parse("a O\n\nb\n", "x", ReadConfig::default()).unwrap_err().0, 3);
        assert_eq!(parse("a O\nb X-Y\n", "x", ReadConfig::default()).unwrap_err().0, 2);
    }
}
