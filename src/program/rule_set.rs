//! [`RuleSet`]: the rules of one step.

use crate::doc::schema::TypeId;

use super::{KindBuilder, KindTestId, TokenRule};

/// The rules of one step.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// In the order of the pack.
    rules: Vec<TokenRule>,
    /// For each type the rules that may begin with a span of it, each with what
    /// the first token of the span must be.
    by_type: Vec<Vec<(u32, Option<KindTestId>)>>,
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
                let at = usize::from(label.0);
                if self.by_type.len() <= at {
                    self.by_type.resize_with(at + 1, Vec::new);
                }
                self.by_type[at].push((index, rule.opening.stands));
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

    /// The rules that may begin with a span of a type, each with what the first
    /// token of the span must be.
    #[must_use]
    pub fn on_type(&self, label: TypeId) -> &[(u32, Option<KindTestId>)] {
        self.by_type.get(usize::from(label.0)).map_or(&[], Vec::as_slice)
    }
}
