//! Mistakes by class, with examples in their context.

use std::fmt::Write as _;

use serde_json::{Map, Value, json as object};

use super::compare::{context, place, quoted};
use super::tables::{Look, block, figure, heading};
use super::tone::Tone;
use crate::eval::{
    Class, ErrorAnalysis, Pair, RelationClass, Relations, SideCounts, Suspicion, SuspicionKind,
};
use crate::text::{OffsetUnit, UnitIndex};

pub(super) fn errors(
    out: &mut String,
    look: Look,
    pairs: &[Pair<'_>],
    errors: &ErrorAnalysis,
    examples: usize,
) {
    heading(out, look, "Mistakes by class: how often, their share, and what F1 would gain without them");
    let rows = errors.classes.iter().map(|(class, weight)| {
        vec![
            class.name().to_owned(),
            weight.gold.to_string(),
            weight.predicted.to_string(),
            weight.share.map_or(String::new(), |share| format!("{:.1} %", 100.0 * share)),
            weight.gain.map_or(String::new(), |gain| format!("{gain:+.4}")),
        ]
    });
    block(out, look, &["", "gold", "found", "share", "gain"], rows.collect());
    let confused: Vec<Vec<String>> = errors
        .confusion
        .iter()
        .filter(|((gold, found), _)| gold.is_some() && found.is_some() && gold != found)
        .map(|((gold, found), n)| {
            let name = |label: &Option<std::sync::Arc<str>>| label.as_deref().unwrap_or("O").to_owned();
            vec![name(gold), name(found), n.to_string()]
        })
        .collect();
    if !confused.is_empty() {
        heading(out, look, "Labels that were confused");
        block(out, look, &["gold", "found", "mentions"], confused);
    }
    for warning in &errors.warnings {
        let _ = writeln!(out, "{}", Tone::Careful.paint(look, &format!("Look here: {warning}.")));
    }
    if examples > 0 {
        show(out, look, pairs, errors, examples);
    }
}

/// Relations by class of mistake; nothing where there is none.
pub(super) fn relation_classes(out: &mut String, look: Look, relations: &Relations) {
    let is_wrong = |class: &RelationClass| *class != RelationClass::Correct;
    if !relations.classes.keys().any(is_wrong) {
        return;
    }
    heading(out, look, "Mistakes in relations by class");
    let row = |(class, counts): (&RelationClass, &SideCounts)| {
        vec![class.name().to_owned(), counts.gold.to_string(), counts.predicted.to_string()]
    };
    block(out, look, &["", "gold", "found"], relations.classes.iter().map(row).collect());
}

pub(super) fn relation_classes_json(relations: &Relations) -> Map<String, Value> {
    let entry = |(class, counts): (&RelationClass, &SideCounts)| {
        (class.name().to_owned(), object!({"gold": counts.gold, "predicted": counts.predicted}))
    };
    relations.classes.iter().map(entry).collect()
}

/// The first mistakes of each class.
fn show(out: &mut String, look: Look, pairs: &[Pair<'_>], errors: &ErrorAnalysis, examples: usize) {
    heading(out, look, "Examples");
    if look == Look::Markdown {
        out.push_str("```text\n");
    }
    for class in Class::ALL.into_iter().filter(|class| *class != Class::Correct) {
        for item in errors.items.iter().filter(|item| item.class == class).take(examples) {
            let pair = &pairs[item.document];
            let gold = item.gold.map(|id| pair.gold.mention(id));
            let found = item.predicted.map(|id| pair.predicted.mention(id));
            let Some(shown) = gold.or(found) else { continue };
            let title = format!("{} {}", place(pair, shown), class.name());
            let _ = writeln!(out, "{}", Tone::Bad.paint(look, &title));
            let _ = writeln!(out, "    {}", context(pair.text, shown.span()));
            for (name, mention) in [("gold", gold), ("found", found)] {
                if let Some(mention) = mention {
                    let rule = mention.rule.as_deref().map_or(String::new(), |rule| format!("  by {rule}"));
                    let _ = writeln!(out, "    {name:<5} {}{rule}", quoted(pair.text, mention));
                }
            }
        }
    }
    if look == Look::Markdown {
        out.push_str("```\n");
    }
}

/// Where gold deserves a second look.
pub(super) fn review(out: &mut String, look: Look, pairs: &[Pair<'_>], suspicions: &[Suspicion]) {
    heading(out, look, "Gold to look at again, the likeliest mistakes first");
    if suspicions.is_empty() {
        out.push_str("Nothing.\n");
        return;
    }
    if look == Look::Markdown {
        out.push_str("```text\n");
    }
    for suspicion in suspicions {
        let [place, why, context] = self::suspicion(pairs, suspicion);
        let _ = writeln!(out, "{place} {why}\n    {context}");
    }
    if look == Look::Markdown {
        out.push_str("```\n");
    }
}

/// Where it is, why gold may be wrong there, and the text around.
pub(super) fn suspicion(pairs: &[Pair<'_>], suspicion: &Suspicion) -> [String; 3] {
    let pair = &pairs[suspicion.document];
    let (mention, why) = match &suspicion.kind {
        SuspicionKind::Lacking { predicted, right, wrong } => {
            let mention = pair.predicted.mention(*predicted);
            let rule = mention.rule.as_deref().unwrap_or("");
            let all = right + wrong;
            let what = quoted(pair.text, mention);
            (mention, format!("gold lacks {what}; {rule} is right {right} times of {all}"))
        }
        SuspicionKind::Label { gold, usual, of_usual, of_all } => {
            let mention = pair.gold.mention(*gold);
            let what = quoted(pair.text, mention);
            (mention, format!("gold has {what}; {of_usual} of {of_all} bear {usual}"))
        }
    };
    [place(pair, mention), why, context(pair.text, mention.span())]
}

/// The same as JSON; `start` and `end` count code points.
pub(super) fn review_json(pairs: &[Pair<'_>], suspicions: &[Suspicion]) -> Vec<Value> {
    let one = |suspicion: &Suspicion| {
        let pair = &pairs[suspicion.document];
        let (kind, mention, usual) = match &suspicion.kind {
            SuspicionKind::Lacking { predicted, .. } => {
                ("gold lacks it", pair.predicted.mention(*predicted), None)
            }
            SuspicionKind::Label { gold, usual, .. } => {
                ("other label", pair.gold.mention(*gold), Some(&**usual))
            }
        };
        let units = UnitIndex::new(pair.text, OffsetUnit::Chars);
        let span = mention.span();
        object!({
            "document": pair.id, "kind": kind, "weight": suspicion.weight, "type": &*mention.label,
            "usual_type": usual, "start": units.from_byte(span.start), "end": units.from_byte(span.end),
            "text": span.slice(pair.text), "rule": mention.rule.as_deref(),
        })
    };
    suspicions.iter().map(one).collect()
}

pub(super) fn errors_json(errors: &ErrorAnalysis) -> Value {
    let classes: Map<String, Value> = errors
        .classes
        .iter()
        .map(|(class, weight)| {
            let value = object!({
                "gold": weight.gold, "predicted": weight.predicted, "share": weight.share, "fix_gain": weight.gain,
            });
            (class.name().to_owned(), value)
        })
        .collect();
    let confusion: Vec<Value> = errors
        .confusion
        .iter()
        .map(|((gold, found), n)| object!({"gold": gold.as_deref(), "predicted": found.as_deref(), "count": n}))
        .collect();
    let shifts: Vec<Value> = errors
        .shifts
        .iter()
        .map(|(shift, n)| object!({"start": shift.start, "end": shift.end, "count": n}))
        .collect();
    object!({"classes": classes, "confusion": confusion, "shifts": shifts, "warnings": errors.warnings})
}

/// The rules of a pack and what they are worth.
pub(super) fn rules(out: &mut String, look: Look, rules: &[crate::eval::RuleScore]) {
    heading(
        out,
        look,
        "Rules: what each found, what no other rule proposed, and what the scores would lose or win without it",
    );
    let mut shown: Vec<&crate::eval::RuleScore> = rules.iter().filter(|rule| !rule.never_fired()).collect();
    let loss =
        |rule: &crate::eval::RuleScore| rule.without.map_or(0.0, |without| without.f1 + without.relations);
    shown.sort_by(|a, b| {
        loss(a).total_cmp(&loss(b)).then_with(|| b.right.cmp(&a.right)).then_with(|| a.id.cmp(&b.id))
    });
    let change = |value: f64| if value == 0.0 { "0".to_owned() } else { format!("{value:+.4}") };
    let rows = shown.iter().map(|rule| {
        let mut row = vec![rule.id.to_string()];
        row.extend([rule.proposed, rule.stayed, rule.right, rule.wrong, rule.unique].map(|n| n.to_string()));
        row.extend([figure(rule.precision()), super::compare::span(rule.interval)]);
        row.push(match rule.relations {
            (0, 0) => String::new(),
            (right, wrong) => format!("{right}/{}", right + wrong),
        });
        row.extend(rule.without.map_or(vec![String::new(); 4], |w| {
            [w.precision, w.recall, w.f1, w.relations].map(change).to_vec()
        }));
        row
    });
    let columns = [
        "",
        "proposed",
        "stayed",
        "right",
        "wrong",
        "alone",
        "P",
        "interval",
        "relations",
        "ΔP",
        "ΔR",
        "ΔF1",
        "Δ relations F1",
    ];
    block(out, look, &columns, rows.collect());
    for (what, is) in [
        ("never fired here", crate::eval::RuleScore::never_fired as fn(&crate::eval::RuleScore) -> bool),
        ("always beaten here", crate::eval::RuleScore::always_beaten),
    ] {
        let names: Vec<&str> = rules.iter().filter(|rule| is(rule)).map(|rule| &*rule.id).collect();
        if !names.is_empty() {
            let _ = writeln!(out, "{} rules {what}: {}.", names.len(), names.join(", "));
        }
    }
}

pub(super) fn rules_json(rules: &[crate::eval::RuleScore]) -> Vec<Value> {
    let rule = |rule: &crate::eval::RuleScore| {
        let classes: Map<String, Value> =
            rule.classes.iter().map(|(class, n)| (class.name().to_owned(), (*n).into())).collect();
        object!({
            "id": &*rule.id, "proposed": rule.proposed, "stayed": rule.stayed,
            "right": rule.right, "wrong": rule.wrong, "wrong_by_class": classes, "unique": rule.unique,
            "precision": rule.precision(), "interval": rule.interval.map(|interval| [interval.low, interval.high]),
            "relations": {"right": rule.relations.0, "wrong": rule.relations.1},
            "without": rule.without.map(|w| object!({
                "method": "replay", "precision": w.precision, "recall": w.recall, "f1": w.f1, "relations_f1": w.relations,
            })),
            "never_fired": rule.never_fired(), "always_beaten": rule.always_beaten(),
        })
    };
    rules.iter().map(rule).collect()
}
