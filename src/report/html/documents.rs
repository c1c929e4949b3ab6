//! Texts with what gold and the predictions say about them.
//!
//! A text is cut at every end of a span; each piece carries a bar for each mention
//! that covers it, gold above, predictions below, in lanes so that no two mentions
//! that overlap share one. The pieces together are the text, unchanged.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use crate::doc::{Annotations, Mention, MentionId, Relation};
use crate::eval::{Class, ErrorItem, Pair};
use crate::report::ScoreReport;

/// Colours that types take in turn; all are dark enough on white and light enough
/// on black.
const COLOURS: [&str; 12] = [
    "#3b7dd8", "#c2571a", "#2f8f4e", "#a04fc4", "#b8860b", "#c2447a", "#2a8f95", "#7d6bd0", "#8a7a3a",
    "#d0473e", "#5a8a2f", "#5c7a99",
];

/// What the page shows of the documents.
pub(super) struct Documents {
    pub(super) shown: Vec<DocumentView>,
    /// Documents that are not drawn.
    pub(super) left: usize,
    /// Types and their colours.
    pub(super) legend: Vec<(String, &'static str)>,
}

/// One document.
#[derive(Serialize)]
pub(super) struct DocumentView {
    number: usize,
    id: String,
    right: usize,
    wrong: usize,
    missed: usize,
    pieces: Vec<Piece>,
    relations: Vec<RelationView>,
}

/// A piece of the text with what covers it.
#[derive(Serialize)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Lanes in use, for the height of the line.
    lanes: usize,
    bars: Vec<Bar>,
    /// Mentions that begin here.
    begins: Vec<Label>,
}

/// A mention over a piece.
#[derive(Clone, Serialize)]
struct Bar {
    lane: usize,
    colour: &'static str,
    status: Status,
}

/// What is said where a mention begins.
#[derive(Clone, Serialize)]
struct Label {
    key: String,
    side: &'static str,
    status: Status,
    class: &'static str,
    label: String,
    surface: String,
    rule: String,
    value: String,
    colour: &'static str,
}

/// Whether something is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Right,
    Wrong,
    Missed,
}

/// A relation of either side.
#[derive(Serialize)]
struct RelationView {
    status: Status,
    label: String,
    rule: String,
    /// Role, surface and the mention that plays it.
    args: Vec<(String, String, String)>,
}

/// Views of the documents, at most `limit`: all in their order, or those with the
/// most mistakes.
pub(super) fn documents(report: &ScoreReport<'_>, limit: usize) -> Documents {
    let labels: BTreeSet<&str> = report
        .pairs
        .iter()
        .flat_map(|pair| pair.gold.mentions.iter().chain(&pair.predicted.mentions))
        .map(|mention| &*mention.label)
        .collect();
    let colours: BTreeMap<&str, &'static str> =
        labels.iter().enumerate().map(|(at, label)| (*label, COLOURS[at % COLOURS.len()])).collect();
    let mut items: Vec<Vec<&ErrorItem>> = vec![Vec::new(); report.pairs.len()];
    report.errors.items.iter().for_each(|item| items[item.document].push(item));
    let mut order: Vec<usize> = (0..report.pairs.len()).collect();
    let mistakes = |at: &usize| items[*at].iter().filter(|item| item.class != Class::Correct).count();
    if order.len() > limit {
        order.sort_by_key(|at| (std::cmp::Reverse(mistakes(at)), *at));
        order.truncate(limit);
    }
    let shown = order.iter().map(|&at| view(at, &report.pairs[at], &items[at], &colours)).collect();
    Documents {
        shown,
        left: report.pairs.len() - order.len(),
        legend: colours.into_iter().map(|(label, colour)| (label.to_owned(), colour)).collect(),
    }
}

fn view(
    number: usize,
    pair: &Pair<'_>,
    items: &[&ErrorItem],
    colours: &BTreeMap<&str, &'static str>,
) -> DocumentView {
    let of_gold: HashMap<MentionId, Class> =
        items.iter().filter_map(|item| item.gold.map(|id| (id, item.class))).collect();
    let of_found: HashMap<MentionId, Class> =
        items.iter().filter_map(|item| item.predicted.map(|id| (id, item.class))).collect();
    let mut drawn: Vec<Drawn<'_>> = Vec::new();
    for (id, mention) in (0..).map(MentionId).zip(&pair.gold.mentions) {
        let class = of_gold.get(&id).copied().unwrap_or(Class::Missed);
        let status = if class == Class::Correct { Status::Right } else { Status::Missed };
        drawn.push(Drawn { key: format!("d{number}g{}", id.0), side: "gold", status, class, mention });
    }
    for (id, mention) in (0..).map(MentionId).zip(&pair.predicted.mentions) {
        // A prediction that repeats another is in no class.
        let class = of_found.get(&id).copied().unwrap_or(Class::Spurious);
        let status = if class == Class::Correct { Status::Right } else { Status::Wrong };
        drawn.push(Drawn { key: format!("d{number}p{}", id.0), side: "found", status, class, mention });
    }
    let count =
        |side: &str, status: Status| drawn.iter().filter(|d| d.side == side && d.status == status).count();
    DocumentView {
        number,
        id: pair.id.to_owned(),
        right: count("gold", Status::Right),
        wrong: count("found", Status::Wrong),
        missed: count("gold", Status::Missed),
        pieces: pieces(pair.text, &drawn, colours),
        relations: relations(number, pair),
    }
}

/// A mention that is drawn.
struct Drawn<'a> {
    key: String,
    side: &'static str,
    status: Status,
    class: Class,
    mention: &'a Mention,
}

/// The text cut at all ends of fragments.
fn pieces(text: &str, drawn: &[Drawn<'_>], colours: &BTreeMap<&str, &'static str>) -> Vec<Piece> {
    let lanes = lanes(drawn);
    let mut cuts: BTreeSet<u32> = [0, text.len() as u32].into();
    let parts = || drawn.iter().flat_map(|d| d.mention.fragments.iter());
    parts().for_each(|part| cuts.extend([part.start, part.end]));
    let cuts: Vec<u32> = cuts.into_iter().filter(|cut| text.is_char_boundary(*cut as usize)).collect();
    // For each piece those that cover it and those that begin with it.
    let mut covering: Vec<Vec<usize>> = vec![Vec::new(); cuts.len()];
    let mut beginning: Vec<Vec<usize>> = vec![Vec::new(); cuts.len()];
    for (at, one) in drawn.iter().enumerate() {
        for (number, part) in one.mention.fragments.iter().enumerate() {
            let first = cuts.partition_point(|cut| *cut < part.start);
            let last = cuts.partition_point(|cut| *cut < part.end);
            covering[first..last].iter_mut().for_each(|piece| piece.push(at));
            if number == 0 && first < last {
                beginning[first].push(at);
            }
        }
    }
    let colour = |mention: &Mention| colours.get(&*mention.label).copied().unwrap_or(COLOURS[0]);
    let label = |&at: &usize| {
        let Drawn { key, side, status, class, mention } = &drawn[at];
        let surfaces: Vec<&str> = mention.fragments.iter().filter_map(|part| part.slice(text)).collect();
        Label {
            key: key.clone(),
            side,
            status: *status,
            class: class.name(),
            label: mention.label.to_string(),
            surface: surfaces.join(" … "),
            rule: mention.rule.as_deref().unwrap_or("").to_owned(),
            value: mention.value.as_ref().map_or_else(String::new, ToString::to_string),
            colour: colour(mention),
        }
    };
    let ends = cuts.iter().skip(1);
    cuts.iter()
        .zip(ends)
        .enumerate()
        .map(|(at, (start, end))| {
            let bar = |&one: &usize| Bar {
                lane: lanes[one],
                colour: colour(drawn[one].mention),
                status: drawn[one].status,
            };
            let bars: Vec<Bar> = covering[at].iter().map(bar).collect();
            Piece {
                text: text.get(*start as usize..*end as usize).unwrap_or("").to_owned(),
                lanes: bars.iter().map(|bar| bar.lane + 1).max().unwrap_or(0),
                bars,
                begins: beginning[at].iter().map(label).collect(),
            }
        })
        .collect()
}

/// A lane for each mention, so that those that overlap have different ones: first
/// those of gold, then those of the predictions.
fn lanes(drawn: &[Drawn<'_>]) -> Vec<usize> {
    let mut lanes = vec![0; drawn.len()];
    let mut first = 0;
    for side in ["gold", "found"] {
        let mut of_side: Vec<usize> = (0..drawn.len()).filter(|&at| drawn[at].side == side).collect();
        let span = |at: usize| drawn[at].mention.span();
        of_side.sort_by_key(|&at| (span(at).start, std::cmp::Reverse(span(at).end), at));
        // Where the last mention of each lane ends.
        let mut ends: Vec<u32> = Vec::new();
        for at in of_side {
            let lane = ends.iter().position(|end| *end <= span(at).start).unwrap_or(ends.len());
            if lane == ends.len() {
                ends.push(0);
            }
            ends[lane] = span(at).end;
            lanes[at] = first + lane;
        }
        first += ends.len();
    }
    lanes
}

fn relations(number: usize, pair: &Pair<'_>) -> Vec<RelationView> {
    let key = |side: &Annotations, relation: &Relation| -> String {
        let arg = |arg: &crate::doc::Arg| {
            let mention = side.mention(arg.mention);
            format!("{} {:?} {}", arg.role, mention.fragments, mention.label)
        };
        let args: Vec<String> = relation.args.iter().map(arg).collect();
        format!("{} {}", relation.label, args.join("|"))
    };
    let keys = |side: &Annotations| -> BTreeSet<String> {
        side.relations.iter().map(|relation| key(side, relation)).collect()
    };
    let (in_gold, found) = (keys(pair.gold), keys(pair.predicted));
    let view = |side: &Annotations, letter: char, relation: &Relation, status: Status| RelationView {
        status,
        label: relation.label.to_string(),
        rule: relation.rule.as_deref().unwrap_or("").to_owned(),
        args: relation
            .args
            .iter()
            .map(|arg| {
                let surface = side.mention(arg.mention).span().slice(pair.text).unwrap_or("").to_owned();
                (arg.role.to_string(), surface, format!("d{number}{letter}{}", arg.mention.0))
            })
            .collect(),
    };
    let mut views: Vec<RelationView> = Vec::new();
    for relation in &pair.predicted.relations {
        let is_right = in_gold.contains(&key(pair.predicted, relation));
        let status = if is_right { Status::Right } else { Status::Wrong };
        views.push(view(pair.predicted, 'p', relation, status));
    }
    for relation in &pair.gold.relations {
        if !found.contains(&key(pair.gold, relation)) {
            views.push(view(pair.gold, 'g', relation, Status::Missed));
        }
    }
    views
}
