//! Relations: strict and by looser readings of their arguments, and what kind of
//! mistake each one is.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::align::align;
use super::counts::{Averages, macro_average};
use super::exact::{add_types, by_type, count};
use super::{Counts, DocumentScore, Pair};
use crate::doc::{Annotations, Fragments, Mention, MentionId, Relation};

/// Scores of relations. Equal relations of one side count once.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    /// Same type and arguments, with their labels.
    pub strict: Counts,
    /// The same by type.
    pub types: BTreeMap<Arc<str>, Counts>,
    /// Same type and fragments of the arguments.
    pub boundaries: Counts,
    /// Same type; an argument is right if it overlaps that of gold under the same
    /// label, as the alignment pairs them. (Bekoulis and others call another
    /// figure relaxed: boundaries known, one correct token enough.)
    pub relaxed: Counts,
    /// Same type; an argument may be any mention of the same chain of gold.
    /// Relations that are the same between chains count once.
    pub coreferent: Counts,
    /// Fragments of the arguments in their order, whatever the type.
    pub pairs: Counts,
    /// The same in any order.
    pub pairs_undirected: Counts,
    /// Strict, over the relations whose arguments all stand on both sides: how
    /// good the relations are where the mentions are.
    pub arguments_found: Counts,
    /// Gold and predicted relations by class of mistake; disjoint, so that they
    /// sum to |G| + |P|.
    pub classes: BTreeMap<RelationClass, SideCounts>,
}

/// How many of gold and how many of the predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SideCounts {
    /// Of gold.
    pub gold: u64,
    /// Of the predictions.
    pub predicted: u64,
}

/// What a relation of either side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationClass {
    /// On both sides.
    Correct,
    /// The arguments stand where they should, one under another label.
    ArgumentLabel,
    /// An argument overlaps that of gold under the same label.
    ArgumentBoundary,
    /// The same arguments the other way round.
    Reversed,
    /// The same arguments, another type.
    Type,
    /// Missed, and a mention that it needs was not found.
    ArgumentMissed,
    /// Predicted over a mention that gold does not have.
    ArgumentSpurious,
    /// Missed, though its arguments were found.
    Missed,
    /// Predicted between mentions of gold that are not so related.
    Spurious,
}

impl RelationClass {
    /// All classes, in the order in which reports show them.
    pub const ALL: [Self; 9] = [
        Self::Correct,
        Self::ArgumentLabel,
        Self::ArgumentBoundary,
        Self::Reversed,
        Self::Type,
        Self::ArgumentMissed,
        Self::ArgumentSpurious,
        Self::Missed,
        Self::Spurious,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::ArgumentLabel => "label of an argument",
            Self::ArgumentBoundary => "boundary of an argument",
            Self::Reversed => "reversed",
            Self::Type => "type",
            Self::ArgumentMissed => "missed with an argument",
            Self::ArgumentSpurious => "spurious with an argument",
            Self::Missed => "missed",
            Self::Spurious => "spurious",
        }
    }
}

impl Relations {
    /// Means over the types that gold holds.
    #[must_use]
    pub fn macro_average(&self) -> Averages {
        macro_average(&self.types)
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.strict.add(other.strict);
        self.boundaries.add(other.boundaries);
        self.relaxed.add(other.relaxed);
        self.coreferent.add(other.coreferent);
        self.pairs.add(other.pairs);
        self.pairs_undirected.add(other.pairs_undirected);
        self.arguments_found.add(other.arguments_found);
        add_types(&mut self.types, &other.types);
        for (class, counts) in &other.classes {
            let sum = self.classes.entry(*class).or_default();
            sum.gold += counts.gold;
            sum.predicted += counts.predicted;
        }
    }
}

/// Puts the arguments of symmetric types in one order on a side, so that their
/// direction does not count. `symmetric` names the types.
pub fn sort_symmetric(side: &mut Annotations, symmetric: &[&str]) {
    let Annotations { mentions, relations, .. } = side;
    for relation in relations.iter_mut().filter(|relation| symmetric.contains(&&*relation.label)) {
        let mut players: SmallVec<[MentionId; 2]> = relation.args.iter().map(|arg| arg.mention).collect();
        let place = |id: &MentionId| {
            let mention: &Mention = &mentions[id.index()];
            (&mention.fragments, &mention.label, *id)
        };
        players.sort_by(|a, b| place(a).cmp(&place(b)));
        for (arg, mention) in relation.args.iter_mut().zip(players) {
            arg.mention = mention;
        }
    }
}

/// A relation as what is compared: its type, and its arguments in order.
pub(super) type Item<'a> = (&'a str, Vec<(&'a str, &'a Fragments, &'a str)>);

/// Type and arguments with span and label.
pub(super) fn strict<'a>(side: &'a Annotations, relation: &'a Relation) -> Item<'a> {
    let arg = |role: &'a str, id: MentionId| {
        let mention = side.mention(id);
        (role, &mention.fragments, &*mention.label)
    };
    (&relation.label, relation.args.iter().map(|a| arg(&a.role, a.mention)).collect())
}

fn bounds<'a>((label, args): &Item<'a>) -> Item<'a> {
    (label, args.iter().map(|(role, span, _)| (*role, *span, "")).collect())
}

fn pair_of<'a>((_, args): &Item<'a>) -> Vec<&'a Fragments> {
    args.iter().map(|(_, span, _)| *span).collect()
}

fn reversed<'a>((label, args): &Item<'a>) -> Item<'a> {
    let players = args.iter().rev().map(|(_, span, label)| (*span, *label));
    let roles = args.iter().map(|(role, ..)| *role);
    (label, roles.zip(players).map(|(role, (span, label))| (role, span, label)).collect())
}

/// What strict scores compare of each relation.
pub(super) fn strict_items(side: &Annotations) -> FxHashSet<Item<'_>> {
    side.relations.iter().map(|relation| strict(side, relation)).collect()
}

/// Adds one document.
pub(super) fn document(pair: &Pair<'_>, scores: &mut Relations, document: &mut DocumentScore) {
    if pair.gold.relations.is_empty() && pair.predicted.relations.is_empty() {
        return;
    }
    let (gold, predicted) = (strict_items(pair.gold), strict_items(pair.predicted));
    document.relations = count(&gold, &predicted);
    by_type(&gold, &predicted, &mut document.relation_types, |(label, _)| label);
    scores.strict.add(document.relations);
    add_types(&mut scores.types, &document.relation_types);

    scores.boundaries.add(count(&mapped(&gold, bounds), &mapped(&predicted, bounds)));
    scores.pairs.add(count(&mapped(&gold, pair_of), &mapped(&predicted, pair_of)));
    let unordered = |item: &Item<'_>| {
        let mut pair: Vec<Fragments> = pair_of(item).into_iter().cloned().collect();
        pair.sort();
        pair
    };
    scores.pairs_undirected.add(count(&mapped(&gold, unordered), &mapped(&predicted, unordered)));

    let readings = Readings::new(pair);
    let of_gold = players(pair.gold, |id| readings.itself(id));
    scores.relaxed.add(count(&of_gold, &players(pair.predicted, |id| readings.overlapping(id))));
    let of_gold = players(pair.gold, |id| readings.chain(id));
    scores.coreferent.add(count(&of_gold, &players(pair.predicted, |id| readings.chain_found(id))));

    let mentions = |side: &Annotations| -> FxHashSet<(Fragments, Arc<str>)> {
        side.mentions.iter().map(|m| (m.fragments.clone(), m.label.clone())).collect()
    };
    let (in_gold, in_predicted) = (mentions(pair.gold), mentions(pair.predicted));
    let stands_on = |item: &Item<'_>, side: &FxHashSet<(Fragments, Arc<str>)>| {
        item.1.iter().all(|(_, span, label)| side.contains(&((*span).clone(), Arc::from(*label))))
    };
    let both = |items: &FxHashSet<Item<'_>>, other: &FxHashSet<(Fragments, Arc<str>)>| {
        items.iter().filter(|item| stands_on(item, other)).count() as u64
    };
    let tp = document.relations.tp;
    scores.arguments_found.add(Counts {
        tp,
        fp: both(&predicted, &in_gold) - tp,
        fn_: both(&gold, &in_predicted) - tp,
    });
    classify(pair, &readings, &gold, &predicted, &mut scores.classes);
}

fn mapped<'a, T: Eq + std::hash::Hash>(
    items: &FxHashSet<Item<'a>>,
    of: impl Fn(&Item<'a>) -> T,
) -> FxHashSet<T> {
    items.iter().map(of).collect()
}

/// Who plays a role, as a looser reading takes it: a mention or chain of gold, or
/// a prediction that stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Player {
    Gold(MentionId),
    Chain(usize),
    Predicted(MentionId),
}

/// What predictions stand for.
struct Readings<'a> {
    /// The gold mention that a prediction overlaps under the same label.
    overlapping: FxHashMap<MentionId, MentionId>,
    /// The chain of a gold mention.
    chains: FxHashMap<MentionId, usize>,
    /// The gold mention of equal span and label.
    equal: FxHashMap<(&'a Fragments, &'a str), MentionId>,
    predicted: &'a Annotations,
}

impl<'a> Readings<'a> {
    fn new(pair: &Pair<'a>) -> Self {
        let label = |both: &super::Aligned| {
            pair.gold.mention(both.gold).label == pair.predicted.mention(both.predicted).label
        };
        let aligned = align(pair).pairs.into_iter().filter(label);
        let in_chains = pair.gold.chains.iter().enumerate();
        let ids = (0..).map(MentionId).zip(&pair.gold.mentions);
        Self {
            overlapping: aligned.map(|both| (both.predicted, both.gold)).collect(),
            chains: in_chains.flat_map(|(at, chain)| chain.iter().map(move |id| (*id, at))).collect(),
            equal: ids.map(|(id, m)| ((&m.fragments, &*m.label), id)).collect(),
            predicted: pair.predicted,
        }
    }

    fn itself(&self, id: MentionId) -> Player {
        Player::Gold(id)
    }

    fn overlapping(&self, id: MentionId) -> Player {
        // Of equal predictions the alignment holds one.
        let gold = self.overlapping.get(&id).copied().or_else(|| self.same(id));
        gold.map_or(Player::Predicted(id), Player::Gold)
    }

    fn chain(&self, id: MentionId) -> Player {
        self.chains.get(&id).map_or(Player::Gold(id), |at| Player::Chain(*at))
    }

    fn chain_found(&self, id: MentionId) -> Player {
        self.same(id).map_or(Player::Predicted(id), |gold| self.chain(gold))
    }

    fn same(&self, id: MentionId) -> Option<MentionId> {
        let mention = self.predicted.mention(id);
        self.equal.get(&(&mention.fragments, &*mention.label)).copied()
    }
}

/// Type, roles and players of each relation of a side.
type Played<'a> = (&'a str, Vec<(&'a str, Player)>);

fn players(side: &Annotations, player: impl Fn(MentionId) -> Player) -> FxHashSet<Played<'_>> {
    side.relations.iter().map(|relation| played(relation, &player)).collect()
}

fn played<'a>(relation: &'a Relation, player: impl Fn(MentionId) -> Player) -> Played<'a> {
    (&relation.label, relation.args.iter().map(|arg| (&*arg.role, player(arg.mention))).collect())
}

/// Sorts the relations of both sides into classes: what can be paired is paired
/// one to one, the nearer kind of mistake first, in text order.
fn classify(
    pair: &Pair<'_>,
    readings: &Readings<'_>,
    gold: &FxHashSet<Item<'_>>,
    predicted: &FxHashSet<Item<'_>>,
    classes: &mut BTreeMap<RelationClass, SideCounts>,
) {
    let mut add = |class: RelationClass, gold: u64, predicted: u64| {
        if gold + predicted > 0 {
            let counts = classes.entry(class).or_default();
            counts.gold += gold;
            counts.predicted += predicted;
        }
    };
    let correct = gold.intersection(predicted).count() as u64;
    add(RelationClass::Correct, correct, correct);
    let mut left: Vec<(Item<'_>, Played<'_>)> =
        alone(pair.gold, predicted, |relation| played(relation, |id| readings.itself(id)));
    let mut found: Vec<(Item<'_>, Played<'_>)> =
        alone(pair.predicted, gold, |relation| played(relation, |id| readings.overlapping(id)));
    type Alike = fn(&(Item<'_>, Played<'_>), &(Item<'_>, Played<'_>)) -> bool;
    let steps: [(RelationClass, Alike); 4] = [
        (RelationClass::ArgumentLabel, |g, p| bounds(&g.0) == bounds(&p.0)),
        (RelationClass::ArgumentBoundary, |g, p| g.1 == p.1),
        (RelationClass::Reversed, |g, p| bounds(&g.0) == bounds(&reversed(&p.0))),
        (RelationClass::Type, |g, p| pair_of(&g.0) == pair_of(&p.0)),
    ];
    for (class, alike) in steps {
        let mut pairs = 0;
        left.retain(|g| match found.iter().position(|p| alike(g, p)) {
            Some(at) => {
                found.remove(at);
                pairs += 1;
                false
            }
            None => true,
        });
        add(class, pairs, pairs);
    }
    let is_found: FxHashSet<&Fragments> = pair.predicted.mentions.iter().map(|m| &m.fragments).collect();
    let is_gold: FxHashSet<&Fragments> = pair.gold.mentions.iter().map(|m| &m.fragments).collect();
    for (item, _) in &left {
        let all = item.1.iter().all(|(_, span, _)| is_found.contains(span));
        add(if all { RelationClass::Missed } else { RelationClass::ArgumentMissed }, 1, 0);
    }
    for (item, _) in &found {
        let all = item.1.iter().all(|(_, span, _)| is_gold.contains(span));
        add(if all { RelationClass::Spurious } else { RelationClass::ArgumentSpurious }, 0, 1);
    }
}

/// The relations of a side that the other side lacks, each once, in text order.
fn alone<'a>(
    side: &'a Annotations,
    other: &FxHashSet<Item<'_>>,
    played: impl Fn(&'a Relation) -> Played<'a>,
) -> Vec<(Item<'a>, Played<'a>)> {
    let mut seen = FxHashSet::default();
    let mut alone: Vec<(Item<'a>, Played<'a>)> = side
        .relations
        .iter()
        .map(|relation| (strict(side, relation), relation))
        .filter(|(item, _)| !other.contains(item) && seen.insert(item.clone()))
        .map(|(item, relation)| (item, played(relation)))
        .collect();
    let place = |item: &Item<'a>| (pair_of(item), item.clone());
    alone.sort_by(|a, b| place(&a.0).cmp(&place(&b.0)));
    alone
}

#[cfg(test)]
mod tests;
