//! Figures as other scorers report them.

use std::path::Path;
use std::sync::Arc;

use spanwright::doc::Annotations;
use spanwright::eval::{Flat, Nervaluate, Pair, Scores, Seqeval, equal_tags};
use spanwright::report::{Look, SeqevalReport, nervaluate, nervaluate_json};
use spanwright::text::{OffsetUnit, Span, UnitIndex};

use crate::args::{Compat, ScoreFormat};
use crate::terminal::look_of;

/// The figures as another scorer reports them.
pub(crate) fn as_other(
    compat: Compat,
    (format, output): (ScoreFormat, &Path),
    pairs: &[Pair<'_>],
    scores: &Scores,
) -> anyhow::Result<String> {
    let look = if format == ScoreFormat::Markdown { Look::Markdown } else { look_of(output) };
    if compat == Compat::Nervaluate {
        let mut found = Nervaluate::default();
        for pair in pairs {
            let units = UnitIndex::new(pair.text, OffsetUnit::Chars);
            let flat = |side: &Annotations| -> Vec<Flat> {
                let one = |mention: &spanwright::doc::Mention| {
                    let span = mention.span();
                    let (start, end) = (units.from_byte(span.start), units.from_byte(span.end));
                    Flat { start, end, label: mention.label.clone() }
                };
                side.mentions.iter().map(one).collect()
            };
            found.add(&flat(pair.gold), &flat(pair.predicted), None);
        }
        return Ok(match format {
            ScoreFormat::Json => format!("{:#}\n", nervaluate_json(&found)),
            _ => nervaluate(&found, look),
        });
    }
    for pair in pairs {
        refuse_overlaps(pair.id, pair.gold, "gold")?;
        refuse_overlaps(pair.id, pair.predicted, "the predictions")?;
    }
    let types = &scores.entities.types;
    let of_type = |counts: spanwright::eval::Counts| {
        Seqeval::new(&[(Arc::from(""), counts)].into_iter().collect()).micro
    };
    let report = SeqevalReport {
        averages: Seqeval::new(types),
        types: types.iter().map(|(label, counts)| (&**label, of_type(*counts), counts.gold())).collect(),
        support: scores.entities.micro.gold(),
        tokens: pairs.iter().try_fold((0, 0), |(equal, all), pair| {
            let (e, a) = equal_tags(&words(pair.text), pair.gold, pair.predicted)?;
            Some((equal + e, all + a))
        }),
    };
    let by_type: Vec<(&str, u64)> =
        types.iter().map(|(label, counts)| (&**label, counts.predicted())).collect();
    let micro = scores.entities.micro;
    Ok(match (compat, format) {
        (_, ScoreFormat::Json) => format!("{:#}\n", report.json()),
        (Compat::Conlleval, _) => report.conlleval(micro.predicted(), micro.tp, &by_type),
        (Compat::Seqeval | Compat::Nervaluate, _) => report.text(look),
    })
}

/// What stands between white space: the tokens of a text that came in columns.
fn words(text: &str) -> Vec<Span> {
    let first = text.as_ptr() as usize;
    let word = |word: &str| {
        let start = (word.as_ptr() as usize - first) as u32;
        Span::new(start, start + word.len() as u32)
    };
    text.split_whitespace().map(word).collect()
}

/// Tags in columns cannot hold spans that overlap.
fn refuse_overlaps(id: &str, side: &Annotations, name: &str) -> anyhow::Result<()> {
    let mut mentions: Vec<_> = side.mentions.iter().collect();
    mentions.sort_by_key(|mention| (mention.span().start, mention.span().end));
    let mut end = 0;
    for mention in mentions {
        if mention.span().start < end || mention.fragments.len() > 1 {
            anyhow::bail!(
                "{id}: `{}` in {name} overlaps another mention or has a gap: seqeval and conlleval know flat spans only; nervaluate takes these",
                mention.id
            );
        }
        end = mention.span().end;
    }
    Ok(())
}
