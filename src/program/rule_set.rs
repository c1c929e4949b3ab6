//! [`RuleSet`]: the rules of one step, found by what stands in a line.
//!
//! Nearly all rules match nowhere in nearly all lines. So a rule is not asked
//! about a line; the line names its rules: each rule hangs on the rarest thing
//! that all its matches hold, and is tried only at the distance from it at
//! which that thing may stand in a match.

use rustc_hash::FxHashMap;

use crate::doc::schema::TypeId;

use super::{PredicateId, Requirement, TokenRule};

/// How many tokens of a match stand before the thing that it hangs on: at
/// least, and at most if that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// At least so many.
    pub least: u32,
    /// At most so many.
    pub most: Option<u32>,
}

/// The rules of one step.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// In the order of the pack.
    rules: Vec<TokenRule>,
    /// For each test on forms the rules that hang on it.
    by_form: Vec<Vec<u32>>,
    /// For each type the rules that hang on its spans.
    by_type: FxHashMap<TypeId, Vec<u32>>,
    /// The rules that hang on nothing: tried everywhere.
    everywhere: Vec<u32>,
}

impl RuleSet {
    /// Puts rules in reach of what they hang on. O(size).
    #[must_use]
    pub fn new(rules: Vec<TokenRule>) -> Self {
        let mut set = Self::default();
        for (index, rule) in (0..).zip(&rules) {
            let Some((Requirement { forms, types }, _)) = rule.hangs_on() else {
                set.everywhere.push(index);
                continue;
            };
            for form in forms {
                let form = form.0 as usize;
                if set.by_form.len() <= form {
                    set.by_form.resize_with(form + 1, Vec::new);
                }
                let hanging = &mut set.by_form[form];
                // A requirement may name a test twice.
                if hanging.last() != Some(&index) {
                    hanging.push(index);
                }
            }
            for label in types {
                let hanging = set.by_type.entry(*label).or_default();
                if hanging.last() != Some(&index) {
                    hanging.push(index);
                }
            }
        }
        set.rules = rules;
        set
    }

    /// The rules, in the order of the pack.
    #[must_use]
    pub fn rules(&self) -> &[TokenRule] {
        &self.rules
    }

    /// The rules that hang on spans of a type.
    #[must_use]
    pub fn on_type(&self, label: TypeId) -> &[u32] {
        self.by_type.get(&label).map_or(&[], Vec::as_slice)
    }

    /// Whether any rule hangs on spans.
    #[must_use]
    pub fn hangs_on_spans(&self) -> bool {
        !self.by_type.is_empty()
    }

    /// The rules that hang on nothing.
    #[must_use]
    pub fn everywhere(&self) -> &[u32] {
        &self.everywhere
    }

    /// The tests that some rule hangs on, each with its rules.
    pub fn forms(&self) -> impl Iterator<Item = (PredicateId, &[u32])> + '_ {
        let by_form = (0..).map(PredicateId).zip(self.by_form.iter().map(Vec::as_slice));
        by_form.filter(|(_, rules)| !rules.is_empty())
    }
}
