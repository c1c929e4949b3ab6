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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{Arg, Event, Mention, MentionId, Relation, Target};
    use crate::eval::analyse;

    const TEXT: &str = "0123456789012345678901234567";

    /// Mentions by start, end and label, each with the rule that made it.
    fn side(mentions: &[(u32, u32, &str, Option<&str>)]) -> Annotations {
        let mention = |(at, &(start, end, label, rule)): (usize, &(u32, u32, &str, Option<&str>))| {
            let rule = rule.map(Into::into);
            Mention { rule, ..Mention::new(format!("T{at}"), label, Span::new(start, end)) }
        };
        Annotations { mentions: mentions.iter().enumerate().map(mention).collect(), ..Annotations::default() }
    }

    fn relation(rule: Option<&str>, to: u32) -> Relation {
        let arg = |role: &str, at| Arg { role: role.into(), mention: MentionId(at) };
        let args = [arg("from", 0), arg("to", to)].into_iter().collect();
        Relation { id: "R".into(), label: "Near".into(), args, rule: rule.map(Into::into) }
    }

    fn event(rule: Option<&str>, to: u32) -> Event {
        let args = vec![("who".into(), Target::Mention(MentionId(to)))];
        let (label, trigger, rule) = ("Meets".into(), MentionId(0), rule.map(Into::into));
        Event { id: "E".into(), label, trigger, args, rule }
    }

    fn proposed(all: &[(&str, u32, u32, &str, bool)]) -> Vec<Proposed> {
        let one = |&(rule, start, end, label, stays): &(&str, u32, u32, &str, bool)| Proposed {
            rule: rule.into(),
            span: Span::new(start, end),
            label: label.into(),
            stays,
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn what_rules_are_worth_by_hand() {
        let mut gold =
            [side(&[(0, 2, "A", None), (4, 6, "A", None), (8, 10, "B", None)]), side(&[(0, 2, "A", None)])];
        gold[0].relations = vec![relation(None, 1)];
        gold[0].events = vec![event(None, 1)];
        let (a, b) = (Some("a"), Some("b"));
        let mut found = [
            side(&[(0, 2, "A", a), (4, 6, "A", a), (8, 10, "B", b), (12, 14, "B", b)]),
            side(&[(0, 2, "B", a)]),
        ];
        found[0].relations = vec![relation(a, 1), relation(b, 2), relation(b, 3)];
        found[0].events = vec![event(b, 1), event(b, 2)];
        let deeds = [
            Deeds {
                proposed: proposed(&[
                    ("a", 0, 2, "A", true),
                    ("b", 0, 2, "A", false),
                    ("a", 4, 6, "A", true),
                    ("b", 8, 10, "B", true),
                    ("b", 12, 14, "B", true),
                    ("d", 20, 22, "A", false),
                ]),
                without: vec![(
                    "a".into(),
                    LeftOut {
                        entities: Counts { tp: 1, fp: 1, fn_: 2 },
                        relations: Counts { tp: 0, fp: 2, fn_: 1 },
                    },
                )],
            },
            Deeds {
                proposed: proposed(&[("a", 0, 2, "B", true)]),
                without: vec![(
                    "a".into(),
                    LeftOut { entities: Counts { tp: 0, fp: 0, fn_: 1 }, relations: Counts::default() },
                )],
            },
        ];
        let pair = |at: usize| Pair { id: "x", text: TEXT, gold: &gold[at], predicted: &found[at] };
        let pairs = [pair(0), pair(1)];
        let rules: Vec<Arc<str>> = ["a", "b", "c", "d"].map(Into::into).to_vec();
        let (scores, errors, bootstrap) = (score(&pairs).unwrap(), analyse(&pairs), Bootstrap::default());
        let worth = attribute(&pairs, &deeds, &rules, (&scores, &errors), bootstrap);
        let ids: Vec<&str> = worth.iter().map(|rule| &*rule.id).collect();
        assert_eq!(ids, ["a", "b", "c", "d"]);
        let counted = |rule: &RuleScore| (rule.proposed, rule.stayed, rule.right, rule.wrong, rule.unique);
        assert_eq!(
            worth.iter().map(counted).collect::<Vec<_>>(),
            [
                // Of its two right ones `b` proposed one too.
                (3, 3, 2, 1, 1),
                (3, 2, 1, 1, 1),
                (0, 0, 0, 0, 0),
                (1, 0, 0, 0, 0),
            ]
        );
        let classes = |at: usize| worth[at].classes.iter().map(|(class, n)| (*class, *n)).collect::<Vec<_>>();
        assert_eq!(
            [classes(0), classes(1), classes(2)],
            [vec![(Class::Type, 1)], vec![(Class::Spurious, 1)], vec![]]
        );
        assert_eq!(
            worth.iter().map(|rule| rule.relations).collect::<Vec<_>>(),
            [(1, 0), (1, 3), (0, 0), (0, 0)]
        );
        assert_eq!([0, 1, 2, 3].map(|at| worth[at].precision()), [Some(2.0 / 3.0), Some(0.5), None, None]);
        assert_eq!([0, 1, 2, 3].map(|at| worth[at].never_fired()), [false, false, true, false]);
        assert_eq!([0, 1, 2, 3].map(|at| worth[at].always_beaten()), [false, false, false, true]);
        // The share that is right, over both documents, from right and wrong in each.
        let share = |sums: &[f64]| match sums[0] + sums[1] {
            0.0 => None,
            all => Some(sums[0] / all),
        };
        let interval = |rows: [f64; 4]| bootstrap.intervals(&rows, 2, &[share])[0];
        assert_eq!(worth[0].interval, interval([2.0, 0.0, 0.0, 1.0]));
        assert_eq!(worth[1].interval, interval([1.0, 1.0, 0.0, 0.0]));
        assert_eq!((worth[2].interval, worth[3].interval), (None, None));
        // 3 right, 2 wrong and 1 missed become 1, 1 and 3; of relations 1, 2 and 0 become 0, 2 and 1.
        let without = worth[0].without.unwrap();
        let near = |got: f64, wanted: f64| assert!((got - wanted).abs() < 1e-12, "{without:?}: {wanted}");
        near(without.precision, 1.0 / 2.0 - 3.0 / 5.0);
        near(without.recall, 1.0 / 4.0 - 3.0 / 4.0);
        near(without.f1, 2.0 / 6.0 - 6.0 / 9.0);
        near(without.relations, -2.0 / 4.0);
        assert_eq!(worth[1].without, Some(Without::default()));
    }

    #[test]
    fn what_is_left_without_a_rule_is_counted() {
        let mut gold = side(&[(0, 2, "A", None), (4, 6, "A", None)]);
        gold.relations = vec![relation(None, 1)];
        let left = side(&[(0, 2, "A", None), (8, 10, "A", None), (12, 14, "A", None)]);
        let whole = gold.clone();
        let pair = Pair { id: "x", text: TEXT, gold: &gold, predicted: &whole };
        let counted = LeftOut::count(&pair, &left).unwrap();
        assert_eq!(counted.entities, Counts { tp: 1, fp: 2, fn_: 1 });
        assert_eq!(counted.relations, Counts { tp: 0, fp: 0, fn_: 1 });
    }

    #[test]
    fn a_rule_of_relations_alone_has_fired() {
        let rule = |relations| RuleScore { relations, ..RuleScore::default() };
        assert_eq!([(0, 0), (1, 0), (0, 1)].map(|of| rule(of).never_fired()), [true, false, false]);
        assert!(!rule((0, 0)).always_beaten());
    }
}
