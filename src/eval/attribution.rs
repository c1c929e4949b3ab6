//! [`attribute`]: what each rule is worth.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::statistics::{Bootstrap, Interval};
use super::{Annotations, Class, Counts, ErrorAnalysis, EvalError, Pair, Scores, score};
use crate::text::Span;

/// A span that a rule proposed, whether or not it stayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// The rule, as `file:rule`.
    pub rule: Arc<str>,
    /// Where.
    pub span: Span,
    /// The type.
    pub label: Arc<str>,
    /// Whether it stayed.
    pub stays: bool,
}

/// What one rule did.
#[derive(Clone, Debug, Default)]
pub struct RuleScore {
    /// `file:rule`
    pub id: Arc<str>,
    /// Spans that it proposed, of internal types too.
    pub proposed: u64,
    /// Those that stayed.
    pub stayed: u64,
    /// Its mentions in the output that are right and wrong.
    pub right: u64,
    /// Its mentions in the output that are wrong.
    pub wrong: u64,
    /// The wrong ones by class.
    pub classes: BTreeMap<Class, u64>,
    /// Right ones that no other rule proposed.
    pub unique: u64,
    /// The interval of the share that is right.
    pub interval: Option<Interval>,
    /// Its relations and events that are right, and that are wrong.
    pub relations: (u64, u64),
    /// What the scores would be without it, minus what they are.
    pub without: Option<Without>,
}

/// Scores without a rule minus scores with it: what is below nought is what the
/// rule is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Without {
    /// Precision of entities.
    pub precision: f64,
    /// Recall of entities.
    pub recall: f64,
    /// F1 of entities.
    pub f1: f64,
    /// F1 of relations, strict.
    pub relations: f64,
}

impl RuleScore {
    /// The share of its mentions that is right.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        super::counts::divide(self.right as f64, (self.right + self.wrong) as f64)
    }

    /// Whether it did nothing at all.
    #[must_use]
    pub fn never_fired(&self) -> bool {
        self.proposed == 0 && self.relations == (0, 0)
    }

    /// Whether it proposed spans and none of them stayed.
    #[must_use]
    pub fn always_beaten(&self) -> bool {
        self.proposed > 0 && self.stayed == 0
    }
}

/// What the rules of a pack did in one document.
#[derive(Clone, Debug, Default)]
pub struct Deeds {
    /// What they proposed.
    pub proposed: Vec<Proposed>,
    /// For each rule without which the document would give something else, its
    /// counts then.
    pub without: Vec<(Arc<str>, LeftOut)>,
}

/// The counts of a document that some rule was left out of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Exact entities.
    pub entities: Counts,
    /// Strict relations.
    pub relations: Counts,
}

impl LeftOut {
    /// Counts what is left of the predictions of a pair.
    ///
    /// # Errors
    ///
    /// If gold contradicts itself.
    pub fn count(pair: &Pair<'_>, left: &Annotations) -> Result<Self, EvalError> {
        let scores = score(&[Pair { predicted: left, ..*pair }])?;
        Ok(Self { entities: scores.entities.micro, relations: scores.relations.strict })
    }
}

/// Scores every rule of `rules`. `deeds` holds for each pair what was done there;
/// `errors` and `scores` are those of the same pairs. O(deeds).
#[must_use]
pub fn attribute(
    pairs: &[Pair<'_>],
    deeds: &[Deeds],
    rules: &[Arc<str>],
    (scores, errors): (&Scores, &ErrorAnalysis),
    bootstrap: Bootstrap,
) -> Vec<RuleScore> {
    let mut found: HashMap<Arc<str>, RuleScore> =
        rules.iter().map(|id| (id.clone(), RuleScore { id: id.clone(), ..RuleScore::default() })).collect();
    let mut by_document: HashMap<Arc<str>, Vec<f64>> = HashMap::new();
    let mut makers: Vec<HashMap<(Span, &str), HashSet<&str>>> = Vec::new();
    for of_document in deeds {
        let mut makers_here: HashMap<(Span, &str), HashSet<&str>> = HashMap::new();
        for one in &of_document.proposed {
            makers_here.entry((one.span, &one.label)).or_default().insert(&one.rule);
            if let Some(rule) = found.get_mut(&one.rule) {
                rule.proposed += 1;
                rule.stayed += u64::from(one.stays);
            }
        }
        makers.push(makers_here);
    }
    for item in &errors.items {
        let Some(id) = item.predicted else { continue };
        let mention = pairs[item.document].predicted.mention(id);
        let Some(rule) = mention.rule.as_ref().and_then(|id| found.get_mut(id)) else { continue };
        let row = by_document.entry(rule.id.clone()).or_insert_with(|| vec![0.0; 2 * pairs.len()]);
        if item.class == Class::Correct {
            rule.right += 1;
            row[2 * item.document] += 1.0;
            let makers =
                makers.get(item.document).and_then(|here| here.get(&(mention.span(), &*mention.label)));
            rule.unique += u64::from(makers.is_none_or(|makers| makers.len() < 2));
        } else {
            rule.wrong += 1;
            row[2 * item.document + 1] += 1.0;
            *rule.classes.entry(item.class).or_insert(0) += 1;
        }
    }
    for pair in pairs {
        relations(pair, &mut found);
    }
    let precision = |sums: &[f64]| (sums[0] + sums[1] > 0.0).then(|| sums[0] / (sums[0] + sums[1]));
    for (id, rows) in &by_document {
        if let Some(rule) = found.get_mut(id) {
            rule.interval = bootstrap.intervals(rows, 2, &[precision])[0];
        }
    }
    let mut left = left_out(deeds, scores);
    let whole = LeftOut { entities: scores.entities.micro, relations: scores.relations.strict };
    let with_loss = |id: &Arc<str>| {
        let without = Some(left.remove(id).map_or_else(Without::default, |left| minus(&left, &whole)));
        found.remove(id).map(|rule| RuleScore { without, ..rule })
    };
    rules.iter().filter_map(with_loss).collect()
}

/// The counts over all documents when each rule is left out; a rule that is not
/// there changes nothing.
fn left_out(deeds: &[Deeds], scores: &Scores) -> HashMap<Arc<str>, LeftOut> {
    let whole = LeftOut { entities: scores.entities.micro, relations: scores.relations.strict };
    let mut left: HashMap<Arc<str>, LeftOut> = HashMap::new();
    for (document, of_document) in scores.documents.iter().zip(deeds) {
        for (rule, here) in &of_document.without {
            let sums = left.entry(rule.clone()).or_insert(whole);
            sums.entities = sums.entities.with_part(document.entities, here.entities);
            sums.relations = sums.relations.with_part(document.relations, here.relations);
        }
    }
    left
}

fn minus(left: &LeftOut, whole: &LeftOut) -> Without {
    let minus =
        |of: fn(Counts) -> Option<f64>, a: Counts, b: Counts| of(a).unwrap_or(0.0) - of(b).unwrap_or(0.0);
    let (then, now) = (left.entities, whole.entities);
    Without {
        precision: minus(Counts::precision, then, now),
        recall: minus(Counts::recall, then, now),
        f1: minus(Counts::f1, then, now),
        relations: minus(Counts::f1, left.relations, whole.relations),
    }
}

fn relations(pair: &Pair<'_>, found: &mut HashMap<Arc<str>, RuleScore>) {
    // A relation alone, on both sides, says whether it is right.
    let gold = super::relations::strict_items(pair.gold);
    for relation in &pair.predicted.relations {
        let Some(rule) = relation.rule.as_ref().and_then(|id| found.get_mut(id)) else { continue };
        if gold.contains(&super::relations::strict(pair.predicted, relation)) {
            rule.relations.0 += 1;
        } else {
            rule.relations.1 += 1;
        }
    }
    let gold = super::events::frames(pair.gold);
    for event in &pair.predicted.events {
        let Some(rule) = event.rule.as_ref().and_then(|id| found.get_mut(id)) else { continue };
        if gold.contains(&super::events::frame(pair.predicted, event)) {
            rule.relations.0 += 1;
        } else {
            rule.relations.1 += 1;
        }
    }
}
