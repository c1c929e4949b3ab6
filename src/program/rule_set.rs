//! [`RuleSet`]: the rules of one step.

use rustc_hash::FxHashMap;

use crate::doc::schema::TypeId;

use super::{KindBuilder, TokenRule};

/// The rules of one step.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// In the order of the pack.
    rules: Vec<TokenRule>,
    /// For each type the rules that may begin with a span of it.
    by_type: FxHashMap<TypeId, Vec<u32>>,
}

impl RuleSet {
    /// Takes rules in the order of the pack.
    #[must_use]
    pub fn new(rules: Vec<TokenRule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Prepares the rules, and puts them in reach of the spans that they begin with.
    pub(super) fn prepare(&mut self, kinds: &mut KindBuilder) {
        self.by_type.clear();
        for (index, rule) in (0..).zip(&mut self.rules) {
            rule.prepare(kinds);
            for label in &rule.opening.types {
                self.by_type.entry(*label).or_default().push(index);
            }
        }
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
