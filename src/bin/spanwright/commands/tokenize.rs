//! `spanwright tokenize`

use std::io::{BufWriter, Write};

use serde_json::json;
use spanwright::doc::Document;
use spanwright::io::{ReadConfig, parse};
use spanwright::prep::{Class, Prepared, shape};
use spanwright::text::{OffsetUnit, UnitIndex};

use super::open;
use crate::args::{TokenizeArgs, TokenizeFormat};
use crate::exit::Outcome;

pub(crate) fn run(args: &TokenizeArgs) -> anyhow::Result<Outcome> {
    let config = ReadConfig::texts(args.offsets);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for raw in open(&args.paths, None, config)? {
        let record = parse(raw.map_err(|bad| bad.error)?, config).map_err(|bad| bad.error)?;
        match args.format {
            TokenizeFormat::Table => table(&record.document, args.offsets, &mut out)?,
            TokenizeFormat::Json => writeln!(out, "{}", object(&record.document, args.offsets))?,
        }
    }
    out.flush()?;
    Ok(Outcome::Holds)
}

/// A line a token: offsets, text, shape, what it is. An empty line ends a
/// sentence, a rule ends a line.
fn table(document: &Document, unit: OffsetUnit, out: &mut impl Write) -> std::io::Result<()> {
    let prepared = Prepared::new(&document.text);
    let units = UnitIndex::new(&document.text, unit);
    writeln!(out, "# {}: {} tokens", document.id, prepared.tokens().len())?;
    writeln!(out, "{:>8}  {:>8}  {:<24}  {:<16}  kind", "start", "end", "text", "shape")?;
    for (index, token) in prepared.tokens().iter().enumerate() {
        if index > 0 && token.class.contains(Class::LINE_START) {
            writeln!(out, "--------")?;
        } else if index > 0 && token.class.contains(Class::SENTENCE_START) {
            writeln!(out)?;
        }
        let text = token.span().slice(&document.text).unwrap_or("");
        let (start, end) = (units.from_byte(token.start), units.from_byte(token.end));
        let names: Vec<&str> = token.class.names().filter(|name| !name.contains('-')).collect();
        writeln!(out, "{start:>8}  {end:>8}  {text:<24}  {:<16}  {}", shape(text), names.join(" "))?;
    }
    Ok(())
}

fn object(document: &Document, unit: OffsetUnit) -> serde_json::Value {
    let prepared = Prepared::new(&document.text);
    let units = UnitIndex::new(&document.text, unit);
    let tokens: Vec<_> = prepared
        .tokens()
        .iter()
        .map(|token| {
            let text = token.span().slice(&document.text).unwrap_or("");
            json!({
                "start": units.from_byte(token.start), "end": units.from_byte(token.end),
                "text": text, "shape": shape(text), "class": token.class.names().collect::<Vec<_>>(),
            })
        })
        .collect();
    let ranges = |ranges: Vec<std::ops::Range<u32>>| -> Vec<[u32; 2]> {
        ranges.into_iter().map(|range| [range.start, range.end]).collect()
    };
    json!({
        "id": document.id, "text": document.text, "offsets": unit.name(), "tokens": tokens,
        "sentences": ranges(prepared.sentences()), "lines": ranges(prepared.lines()),
    })
}
