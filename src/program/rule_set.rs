//! [`RuleSet`]: the rules of one step.

use crate::doc::schema::TypeId;

use super::prepare::TextTests;
use super::{KindBuilder, KindTestId, TokenRule};

/// The rules of one step.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// In the order of the pack.
    rules: Vec<TokenRule>,
    /// For each type the rules that may begin with a span of it.
    by_type: Vec<OnType>,
}

/// The rules that may begin with a span of a type.
#[derive(Debug, Default)]
pub struct OnType {
    /// A bit for each that asks nothing of the first token of the span: words that are
    /// not zero, each with its index.
    pub free: Vec<(usize, u64)>,
    /// The others, each with what that token must be.
    pub asking: Vec<(u32, KindTestId)>,
}

impl RuleSet {
    /// Takes rules in the order of the pack.
    #[must_use]
    pub fn new(rules: Vec<TokenRule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Prepares the rules, and puts them in reach of the spans that they begin with.
    pub(super) fn prepare(&mut self, kinds: &mut KindBuilder, texts: &mut TextTests) {
        self.by_type.clear();
        for (index, rule) in (0..).zip(&mut self.rules) {
            rule.prepare(kinds, texts);
            for label in &rule.opening.types {
                let at = usize::from(label.0);
                if self.by_type.len() <= at {
                    self.by_type.resize_with(at + 1, OnType::default);
                }
                let OnType { free, asking } = &mut self.by_type[at];
                let (word, bit) = (index as usize / 64, 1 << (index % 64));
                match (rule.opening.stands, free.last_mut()) {
                    (Some(test), _) => asking.push((index, test)),
                    (None, Some((last, bits))) if *last == word => *bits |= bit,
                    (None, _) => free.push((word, bit)),
                }
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

    /// The rules that may begin with a span of a type, if there are any.
    #[must_use]
    pub fn on_type(&self, label: TypeId) -> Option<&OnType> {
        self.by_type.get(usize::from(label.0))
    }
}
