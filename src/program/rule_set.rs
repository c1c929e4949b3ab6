//! [`RuleSet`]: the rules of one step.

use rustc_hash::FxHashMap;

use crate::doc::schema::TypeId;

use super::TokenRule;

/// The rules of one step.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// In the order of the pack.
    rules: Vec<TokenRule>,
    /// For each type the rules that may begin with a span of it.
    by_type: FxHashMap<TypeId, Vec<u32>>,
}

impl RuleSet {
    /// Puts rules in reach of the spans that they begin with. O(size).
    #[must_use]
    pub fn new(rules: Vec<TokenRule>) -> Self {
        let mut by_type: FxHashMap<TypeId, Vec<u32>> = FxHashMap::default();
        for (index, rule) in (0..).zip(&rules) {
            for label in &rule.opening.types {
                let beginning = by_type.entry(*label).or_default();
                // An opening may name a type twice.
                if beginning.last() != Some(&index) {
                    beginning.push(index);
                }
            }
        }
        Self { rules, by_type }
    }

    /// The rules, in the order of the pack.
    #[must_use]
    pub fn rules(&self) -> &[TokenRule] {
        &self.rules
    }

    /// Whether some rule may begin with a span.
    #[must_use]
    pub fn begins_with_spans(&self) -> bool {
        !self.by_type.is_empty()
    }

    /// The rules that may begin with a span of a type.
    #[must_use]
    pub fn on_type(&self, label: TypeId) -> &[u32] {
        self.by_type.get(&label).map_or(&[], Vec::as_slice)
    }
}
