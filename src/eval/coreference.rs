//! Coreference: MUC, B³, CEAF, BLANC, LEA and their CoNLL mean.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::assignment::assign;
use super::counts::{Counts, Ratio};
use super::{EvalError, Pair};
use crate::doc::{Annotations, Fragments};

/// All coreference figures, summed over documents.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coreference {
    /// Links (Vilain 1995).
    pub muc: Ratio,
    /// Mentions (Bagga and Baldwin 1998).
    pub b_cubed: Ratio,
    /// Entities by common mentions (Luo 2005).
    pub ceaf_m: Ratio,
    /// Entities by relative overlap (Luo 2005).
    pub ceaf_e: Ratio,
    /// Pairs that corefer.
    pub coreferent: Ratio,
    /// Pairs that do not.
    pub apart: Ratio,
    /// Links weighted by the size of entities (Moosavi and Strube 2016).
    pub lea: Ratio,
    /// Mentions that stand in a chain, by their fragments.
    pub mentions: Counts,
    /// Chains by what is wrong with them.
    pub chains: ChainErrors,
}

/// Chains by what is wrong with them. The kinds do not exclude each other: a
/// chain that is split may lack mentions too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainErrors {
    /// The same mentions on both sides.
    pub right: u64,
    /// Chains of gold of which no mention was found in any chain.
    pub missing: u64,
    /// Predicted chains of which no mention stands in a chain of gold.
    pub extra: u64,
    /// Chains of gold that were found in parts.
    pub split: u64,
    /// Predicted chains that hold more than one chain of gold.
    pub conflated: u64,
    /// Mentions that lack in chains of which others were found.
    pub missing_mentions: u64,
    /// Mentions too many in chains of which others are right.
    pub extra_mentions: u64,
}

impl ChainErrors {
    fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.missing += other.missing;
        self.extra += other.extra;
        self.split += other.split;
        self.conflated += other.conflated;
        self.missing_mentions += other.missing_mentions;
        self.extra_mentions += other.extra_mentions;
    }

    fn between(key: &Chains, response: &Chains) -> Self {
        let (of_key, of_response) = (index(key), index(response));
        let mut errors = Self::default();
        for chain in key {
            let shares = shares(chain, &of_response);
            let found: usize = shares.values().sum();
            let only = shares.keys().next().map(|at| response[*at].len());
            errors.right += u64::from(shares.len() == 1 && found == chain.len() && only == Some(chain.len()));
            errors.missing += u64::from(found == 0);
            errors.split += u64::from(shares.len() > 1);
            errors.missing_mentions += if found == 0 { 0 } else { (chain.len() - found) as u64 };
        }
        for chain in response {
            let shares = shares(chain, &of_key);
            let right: usize = shares.values().sum();
            errors.extra += u64::from(right == 0);
            errors.conflated += u64::from(shares.len() > 1);
            errors.extra_mentions += if right == 0 { 0 } else { (chain.len() - right) as u64 };
        }
        errors
    }
}

impl Coreference {
    /// Adds the sums of another document.
    pub(super) fn add(&mut self, other: &Self) {
        self.muc.add(other.muc);
        self.b_cubed.add(other.b_cubed);
        self.ceaf_m.add(other.ceaf_m);
        self.ceaf_e.add(other.ceaf_e);
        self.coreferent.add(other.coreferent);
        self.apart.add(other.apart);
        self.lea.add(other.lea);
        self.mentions.add(other.mentions);
        self.chains.add(&other.chains);
    }

    /// BLANC (Luo 2014): the means over the two kinds of pair; where gold holds
    /// one kind only, that kind alone. Precision, recall, F1.
    #[must_use]
    pub fn blanc(&self) -> (Option<f64>, Option<f64>, Option<f64>) {
        let holds = |ratio: &Ratio| ratio.recall.1 > 0.0;
        let mean = |value: fn(&Ratio) -> Option<f64>| {
            let of = |ratio| value(ratio).unwrap_or(0.0);
            match (holds(&self.coreferent), holds(&self.apart)) {
                (true, true) => Some((of(&self.coreferent) + of(&self.apart)) / 2.0),
                (true, false) => Some(of(&self.coreferent)),
                (false, true) => Some(of(&self.apart)),
                (false, false) => self.b_cubed.is_defined.then_some(0.0),
            }
        };
        (mean(Ratio::precision), mean(Ratio::recall), mean(Ratio::f1))
    }

    /// The mean F1 of MUC, B³ and entity CEAF; undefined where all are.
    #[must_use]
    pub fn conll(&self) -> Option<f64> {
        if !self.b_cubed.is_defined {
            return None;
        }
        let f1 = |ratio: &Ratio| ratio.f1().unwrap_or(0.0);
        Some((f1(&self.muc) + f1(&self.b_cubed) + f1(&self.ceaf_e)) / 3.0)
    }
}

/// Chains of mentions that are numbered alike on both sides.
type Chains = Vec<Vec<usize>>;

/// Adds one document.
pub(super) fn document(pair: &Pair<'_>, scores: &mut Coreference) -> Result<(), EvalError> {
    let mut numbers: HashMap<&Fragments, usize> = HashMap::new();
    let key = chains(pair.gold, pair.id, &mut numbers)?;
    let response = chains(pair.predicted, pair.id, &mut numbers)?;
    add(&key, &response, scores);
    Ok(())
}

fn chains<'a>(
    side: &'a Annotations,
    document: &str,
    numbers: &mut HashMap<&'a Fragments, usize>,
) -> Result<Chains, EvalError> {
    let mut seen = HashSet::new();
    let mut chains = Vec::new();
    for chain in &side.chains {
        let mut members = Vec::new();
        for &id in chain {
            let mention = side.mention(id);
            let fresh = numbers.len();
            let number = *numbers.entry(&mention.fragments).or_insert(fresh);
            if !seen.insert(number) {
                return Err(EvalError::TwoChains {
                    document: document.to_owned(),
                    mention: mention.id.to_string(),
                });
            }
            members.push(number);
        }
        if !members.is_empty() {
            chains.push(members);
        }
    }
    Ok(chains)
}

/// Adds the figures of one pair of clusterings.
pub(super) fn add(key: &Chains, response: &Chains, scores: &mut Coreference) {
    let is_defined = !key.is_empty() || !response.is_empty();
    let both = |one_way: &dyn Fn(&Chains, &Chains) -> (f64, f64)| Ratio {
        precision: one_way(response, key),
        recall: one_way(key, response),
        is_defined,
    };
    scores.muc.add(both(&muc));
    scores.b_cubed.add(both(&b_cubed));
    scores.lea.add(both(&lea));
    let by_size = |chains: &Chains| chains.iter().map(Vec::len).sum::<usize>() as f64;
    let common = best(key, response, |_, _, shared| shared);
    scores.ceaf_m.add(Ratio {
        precision: (common, by_size(response)),
        recall: (common, by_size(key)),
        is_defined,
    });
    let relative = best(key, response, |k, r, shared| 2.0 * shared / (k + r));
    scores.ceaf_e.add(Ratio {
        precision: (relative, response.len() as f64),
        recall: (relative, key.len() as f64),
        is_defined,
    });
    blanc(key, response, scores);
    let (of_key, of_response) = (index(key), index(response));
    let tp = of_key.keys().filter(|mention| of_response.contains_key(mention)).count() as u64;
    scores.mentions.add(Counts { tp, fp: of_response.len() as u64 - tp, fn_: of_key.len() as u64 - tp });
    scores.chains.add(&ChainErrors::between(key, response));
}

/// For each mention the number of its chain.
fn index(chains: &Chains) -> HashMap<usize, usize> {
    chains
        .iter()
        .enumerate()
        .flat_map(|(at, chain)| chain.iter().map(move |mention| (*mention, at)))
        .collect()
}

/// How many mentions of a chain each chain of the other side holds.
fn shares(chain: &[usize], other: &HashMap<usize, usize>) -> BTreeMap<usize, usize> {
    let mut shares = BTreeMap::new();
    for mention in chain {
        if let Some(at) = other.get(mention) {
            *shares.entry(*at).or_insert(0) += 1;
        }
    }
    shares
}

fn muc(key: &Chains, response: &Chains) -> (f64, f64) {
    let other = index(response);
    let mut sums = (0.0, 0.0);
    for chain in key {
        let shares = shares(chain, &other);
        let alone = chain.len() - shares.values().sum::<usize>();
        sums.0 += (chain.len() - (shares.len() + alone)) as f64;
        sums.1 += (chain.len() - 1) as f64;
    }
    sums
}

fn b_cubed(key: &Chains, response: &Chains) -> (f64, f64) {
    let other = index(response);
    let mut sums = (0.0, 0.0);
    for chain in key {
        let squares: usize = shares(chain, &other).values().map(|share| share * share).sum();
        sums.0 += squares as f64 / chain.len() as f64;
        sums.1 += chain.len() as f64;
    }
    sums
}

fn lea(key: &Chains, response: &Chains) -> (f64, f64) {
    let other = index(response);
    let links = |n: usize| (n * (n.saturating_sub(1))) as f64 / 2.0;
    let mut sums = (0.0, 0.0);
    for chain in key {
        let size = chain.len() as f64;
        sums.1 += size;
        if let [only] = chain.as_slice() {
            // A mention alone has one link, to itself.
            let is_alone = other.get(only).is_some_and(|&at| response[at].len() == 1);
            sums.0 += f64::from(u8::from(is_alone));
            continue;
        }
        let found: f64 = shares(chain, &other).values().map(|&share| links(share)).sum();
        sums.0 += size * found / links(chain.len());
    }
    sums
}

/// The largest sum of similarities over one-to-one maps of chains.
fn best(key: &Chains, response: &Chains, similarity: impl Fn(f64, f64, f64) -> f64) -> f64 {
    let other = index(response);
    let weights: Vec<Vec<f64>> = key
        .iter()
        .map(|chain| {
            let mut row = vec![0.0; response.len()];
            for (at, share) in shares(chain, &other) {
                row[at] = similarity(chain.len() as f64, response[at].len() as f64, share as f64);
            }
            row
        })
        .collect();
    let assigned = assign(&weights);
    assigned.iter().enumerate().filter_map(|(row, column)| column.map(|column| weights[row][column])).sum()
}

fn blanc(key: &Chains, response: &Chains, scores: &mut Coreference) {
    let pairs = |n: usize| (n * n.saturating_sub(1)) as f64 / 2.0;
    let (of_key, of_response) = (index(key), index(response));
    let coreferent = |chains: &Chains| chains.iter().map(|chain| pairs(chain.len())).sum::<f64>();
    let (key_links, response_links) = (coreferent(key), coreferent(response));
    let (key_apart, response_apart) =
        (pairs(of_key.len()) - key_links, pairs(of_response.len()) - response_links);
    let common: Vec<usize> =
        of_key.keys().copied().filter(|mention| of_response.contains_key(mention)).collect();
    let mut groups: [HashMap<(usize, usize), usize>; 3] = Default::default();
    for mention in &common {
        let (k, r) = (of_key[mention], of_response[mention]);
        *groups[0].entry((k, r)).or_insert(0) += 1;
        *groups[1].entry((k, 0)).or_insert(0) += 1;
        *groups[2].entry((0, r)).or_insert(0) += 1;
    }
    let same = |group: &HashMap<(usize, usize), usize>| group.values().map(|n| pairs(*n)).sum::<f64>();
    let both = same(&groups[0]);
    let neither = pairs(common.len()) - same(&groups[1]) - same(&groups[2]) + both;
    let ratio = |shared: f64, response: f64, key: f64| Ratio {
        precision: (shared, response),
        recall: (shared, key),
        is_defined: response > 0.0 || key > 0.0,
    };
    scores.coreferent.add(ratio(both, response_links, key_links));
    scores.apart.add(ratio(neither, response_apart, key_apart));
}

#[cfg(test)]
mod tests;
