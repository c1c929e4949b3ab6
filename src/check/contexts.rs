//! Contexts: a cue, a scope, and what the spans in it get.

use super::patterns::RuleScope;
use super::{CheckedContext, CheckedRule, Checker};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{ItemInfo, Overlap, Rank, RuleKind};
use crate::syntax::ast::{Context, Pattern};

impl Checker<'_> {
    pub(super) fn context(&mut self, item: &Context) -> CheckedContext {
        let info = self.info(&item.name, RuleKind::Context, &item.tags);
        let mut scope = RuleScope::default();
        let mut cue = self.context_pattern(&item.cue, &info, &mut scope);
        // The spans in the scope get what is set: the sets have no target.
        scope.captures = true;
        for set in &item.sets {
            if let Some(target) = &set.target {
                self.problem(
                    Diagnostic::error(
                        &codes::UNBOUND_NAME,
                        "a context sets features of the spans in its scope: no name stands before the feature",
                        self.file,
                        target.span,
                    )
                    .help(format!("write `set {} = …`", set.feature.node)),
                );
                continue;
            }
            cue.sets.extend(self.rule_set(set, &scope));
        }
        let stops = item
            .stops
            .iter()
            .map(|stop| self.context_pattern(stop, &info, &mut RuleScope::default()))
            .collect();
        if let Some(within) = item.within.as_ref().filter(|within| within.node == 0) {
            self.problem(
                Diagnostic::error(
                    &codes::NO_EFFECT,
                    "a scope of no tokens holds no span",
                    self.file,
                    within.span,
                )
                .help("write a larger number, or take `within` out"),
            );
        }
        let mut on = Vec::new();
        for name in &item.on {
            on.extend(self.read_type(name, self.step));
        }
        CheckedContext {
            cue,
            direction: item.direction.node,
            within: item.within.as_ref().map(|within| within.node),
            stops,
            on,
        }
    }

    /// A cue or a stop.
    fn context_pattern(&mut self, pattern: &Pattern, info: &ItemInfo, scope: &mut RuleScope) -> CheckedRule {
        let checked = self.pattern(pattern, scope);
        self.grow_by(&checked, scope, pattern.span);
        self.refuse_empty(&checked, pattern);
        if scope.captures {
            self.problem(
                Diagnostic::error(
                    &codes::NO_EFFECT,
                    "a context makes no spans: it gives features to those that stand",
                    self.file,
                    pattern.span,
                )
                .help("make the span in a rule, and name its type here"),
            );
        }
        CheckedRule {
            info: info.clone(),
            rank: Rank::default(),
            overlap: Overlap::None,
            across_lines: false,
            pattern: checked,
            bindings: scope.bindings.clone(),
            condition: None,
            facts: Vec::new(),
            sets: Vec::new(),
            heads: Vec::new(),
        }
    }
}
