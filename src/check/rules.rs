//! Rules and drops: conditions on what is bound, relations, what is set.

use super::conditions::{Field, Subject};
use super::patterns::{RuleScope, can_be_empty};
use super::{
    BindingKind, CheckedCondition, CheckedHead, CheckedPattern, CheckedRule, CheckedSet, CheckedWhere,
    Checker, WhereOperand,
};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{BindingId, Overlap, Rank, RuleKind};
use crate::syntax::ast::{
    CompareOp, Drop, Modifiers, Name, Operand, Pattern, PatternKind, Rule, Where, WhereSpan,
};
use crate::syntax::suggest::nearest;
use crate::syntax::templates::parse_template;

impl Checker<'_> {
    pub(super) fn rule(&mut self, rule: &Rule) -> CheckedRule {
        let mut scope = RuleScope::default();
        let mut pattern = self.pattern(&rule.pattern, &mut scope);
        self.grow_by(&pattern, &scope, rule.name.span);
        self.refuse_empty(&pattern, &rule.pattern);
        self.prefix_branches(&pattern);
        let trigger = self.trigger(rule, &mut scope, &mut pattern);
        let mut sets = Vec::new();
        let condition = rule.condition.as_ref().map(|facts| self.facts(facts, &mut scope, &mut sets));
        for set in &rule.sets {
            sets.extend(
                self.rule_set(set, &scope).into_iter().flat_map(|set| untriggered(set, trigger, &scope)),
            );
        }
        let heads: Vec<CheckedHead> =
            rule.heads.iter().filter_map(|head| self.head(head, trigger, &scope)).collect();
        let makes = scope.captures;
        if !makes && rule.heads.is_empty() && rule.sets.is_empty() {
            self.problem(
                Diagnostic::error(
                    &codes::DOES_NOTHING,
                    format!("rule `{}` makes nothing", rule.name.node),
                    self.file,
                    rule.name.span,
                )
                .help("mark what becomes a span with `<TYPE: …>`, or relate what is bound with `=> RELATION(a, b)`"),
            );
        }
        let facts = match &rule.condition {
            Some(Where::And(list)) => list.iter().map(|fact| self.place(fact.span())).collect(),
            Some(fact) => vec![self.place(fact.span())],
            None => Vec::new(),
        };
        CheckedRule {
            info: self.info(&rule.name, RuleKind::Rule, &rule.modifiers.tags),
            rank: self.rank(&rule.modifiers, makes, !rule.sets.is_empty()),
            overlap: rule.modifiers.overlap.as_ref().map_or(Overlap::None, |overlap| overlap.node),
            across_lines: rule.modifiers.across_lines.is_some(),
            pattern,
            bindings: scope.bindings,
            condition: condition.filter(|facts| !matches!(facts, CheckedWhere::And(list) if list.is_empty())),
            facts,
            sets,
            heads,
        }
    }

    pub(super) fn drop(&mut self, drop: &Drop) -> CheckedRule {
        let mut scope = RuleScope::default();
        let pattern = self.pattern(&drop.pattern, &mut scope);
        self.grow_by(&pattern, &scope, drop.name.span);
        self.refuse_empty(&pattern, &drop.pattern);
        if !scope.bindings.iter().any(|binding| matches!(binding.kind, BindingKind::Span(_))) {
            self.problem(
                Diagnostic::error(
                    &codes::DOES_NOTHING,
                    format!("drop `{}` binds no span to take back", drop.name.node),
                    self.file,
                    drop.name.span,
                )
                .help("bind what is to go: `x=TYPE`"),
            );
        }
        let mut sets = Vec::new();
        let condition = drop.condition.as_ref().map(|facts| self.facts(facts, &mut scope, &mut sets));
        CheckedRule {
            info: self.info(&drop.name, RuleKind::Drop, &drop.tags),
            rank: Rank::default(),
            overlap: Overlap::Starts,
            across_lines: false,
            pattern,
            bindings: scope.bindings,
            condition,
            facts: Vec::new(),
            sets: Vec::new(),
            heads: Vec::new(),
        }
    }

    pub(super) fn refuse_empty(&mut self, checked: &CheckedPattern, pattern: &Pattern) {
        if can_be_empty(checked) {
            self.problem(
                Diagnostic::error(
                    &codes::MATCHES_NOTHING,
                    "this pattern can match without a single token",
                    self.file,
                    pattern.span,
                )
                .help("make one of its parts obligatory"),
            );
        }
    }

    /// How an item ranks; reports modifiers that change nothing.
    pub(super) fn rank(&mut self, modifiers: &Modifiers, makes: bool, sets: bool) -> Rank {
        if !makes {
            let spans = [
                ("priority", modifiers.priority.as_ref().map(|priority| priority.span)),
                ("nested", modifiers.nested),
                ("override", modifiers.overrides),
            ];
            for (what, span) in spans {
                if let Some(span) = span {
                    let title = format!("`{what}` has no effect: the rule makes no span");
                    self.problem(
                        Diagnostic::error(&codes::NO_EFFECT, title, self.file, span)
                            .help("take it out")
                            .fix(span, ""),
                    );
                }
            }
        }
        if let (Some(_), Some(span)) = (modifiers.nested, modifiers.overrides) {
            self.problem(
                Diagnostic::error(
                    &codes::NO_EFFECT,
                    "`nested` and `override` exclude each other",
                    self.file,
                    span,
                )
                .help("`nested` leaves both spans, `override` replaces the older one: keep one of the two"),
            );
        }
        if let (Some(span), false) = (modifiers.anchor, sets) {
            self.problem(
                Diagnostic::error(
                    &codes::NO_EFFECT,
                    "`anchor` has no effect: the item sets no value",
                    self.file,
                    span,
                )
                .help("add `value = date()`"),
            );
        }
        Rank {
            priority: modifiers.priority.as_ref().map_or(0, |priority| priority.node),
            nested: modifiers.nested.is_some(),
            overrides: modifiers.overrides.is_some(),
            anchor: modifiers.anchor.is_some(),
        }
    }

    pub(super) fn unbound(&mut self, name: &Name, scope: &RuleScope) {
        let known: Vec<&str> = scope
            .bindings
            .iter()
            .map(|binding| binding.name.as_str())
            .filter(|name| !name.is_empty())
            .collect();
        let near = nearest(&name.node, known.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("bind it in the pattern: `{}=TYPE`", name.node),
        };
        let title = format!("nothing is bound to `{}`", name.node);
        let diagnostic = Diagnostic::error(&codes::UNBOUND_NAME, title, self.file, name.span).help(help);
        self.problem(diagnostic.renamed(near));
    }

    /// Conditions after `where`. Assignments to new spans go to `sets`.
    fn facts(&mut self, facts: &Where, scope: &mut RuleScope, sets: &mut Vec<CheckedSet>) -> CheckedWhere {
        const HOLDS: CheckedWhere = CheckedWhere::And(Vec::new());
        match facts {
            Where::And(list) => {
                CheckedWhere::And(list.iter().map(|part| self.facts(part, scope, sets)).collect())
            }
            Where::Or(list) => {
                CheckedWhere::Or(list.iter().map(|part| self.facts(part, scope, sets)).collect())
            }
            Where::Not(inner) => CheckedWhere::Not(Box::new(self.facts(inner, scope, sets))),
            Where::Relation { left, relation, right } => CheckedWhere::Relation {
                left: self.side(left, scope),
                relation: relation.node,
                right: self.side(right, scope),
            },
            Where::Outermost(name) => match scope.find(&name.node) {
                Some(id) => CheckedWhere::Outermost(id),
                None => {
                    self.unbound(name, scope);
                    HOLDS
                }
            },
            Where::Compare { target, field, op, value } => {
                let Some(id) = scope.find(&target.node) else {
                    self.unbound(target, scope);
                    return HOLDS;
                };
                let makes = matches!(scope.get(id).kind, BindingKind::Make(_));
                match value {
                    Operand::Field(other, other_field) => {
                        self.same_text((id, field), op.node, (other, other_field), scope).unwrap_or(HOLDS)
                    }
                    Operand::Text(text)
                        if makes && op.node == CompareOp::Equal && self.is_settable(field) =>
                    {
                        let template = parse_template(self.file, text, &mut self.report.diagnostics);
                        sets.extend(self.assignment(id, field, &template, scope));
                        HOLDS
                    }
                    _ => CheckedWhere::Is(id, self.comparison(field, op, value, Subject::Span)),
                }
            }
        }
    }

    /// Whether a field of a new span is given rather than read.
    fn is_settable(&self, field: &Name) -> bool {
        field.node == "value" || self.features.contains(&field.node)
    }

    fn same_text(
        &mut self,
        (id, field): (BindingId, &Name),
        op: CompareOp,
        (other, other_field): (&Name, &Name),
        scope: &RuleScope,
    ) -> Option<CheckedWhere> {
        let Some(other_id) = scope.find(&other.node) else {
            self.unbound(other, scope);
            return None;
        };
        let left = self.field(field, Subject::Span)?;
        let right = self.field(other_field, Subject::Span)?;
        let (Field::Text(left), Field::Text(right), CompareOp::Equal | CompareOp::NotEqual) =
            (left, right, op)
        else {
            self.problem(
                Diagnostic::error(
                    &codes::WRONG_COMPARISON,
                    "two spans are compared by `=` or `!=` of two texts",
                    self.file,
                    field.span,
                )
                .help("for instance `a.text = b.text`"),
            );
            return None;
        };
        let same = CheckedWhere::SameText { left: (id, left), right: (other_id, right) };
        Some(if op == CompareOp::NotEqual { CheckedWhere::Not(Box::new(same)) } else { same })
    }

    fn side(&mut self, side: &WhereSpan, scope: &mut RuleScope) -> WhereOperand {
        match side {
            WhereSpan::Name(name, filter) => match (scope.find(&name.node), filter) {
                (Some(id), None) => WhereOperand::Binding(id),
                (_, filter) => {
                    let types = self.read_type(name, self.step);
                    WhereOperand::Any(types, self.filter(filter.as_ref()))
                }
            },
            WhereSpan::Bind(name, label, filter) => {
                let types = self.read_type(label, self.step);
                let filter = self.filter(filter.as_ref());
                let id = match scope.find(&name.node) {
                    None => scope.add(&name.node, BindingKind::Joined(types.clone())),
                    // The same name in another branch of an `or`.
                    Some(id) if matches!(scope.get(id).kind, BindingKind::Joined(_)) => id,
                    Some(id) => {
                        self.problem(
                            Diagnostic::error(
                                &codes::BOUND_TWICE,
                                format!("`{}` is bound in the pattern already", name.node),
                                self.file,
                                name.span,
                            )
                            .help("write the name alone, or use another"),
                        );
                        id
                    }
                };
                WhereOperand::Join(id, types, filter)
            }
        }
    }

    fn filter(&mut self, filter: Option<&crate::syntax::ast::Condition>) -> Option<CheckedCondition> {
        filter.map(|filter| self.condition(filter, Subject::Span))
    }
}

/// A `set` without a name is not for the trigger that the rule makes besides.
fn untriggered(set: CheckedSet, trigger: Option<BindingId>, scope: &RuleScope) -> Vec<CheckedSet> {
    let made: Vec<BindingId> = (0..scope.bindings.len() as u16)
        .map(BindingId)
        .filter(|id| Some(*id) != trigger && matches!(scope.get(*id).kind, BindingKind::Make(_)))
        .collect();
    if set.target.is_some() || trigger.is_none() || made.is_empty() {
        return vec![set];
    }
    made.into_iter().map(|id| CheckedSet { target: Some(id), ..set.clone() }).collect()
}

/// The features that `where x.feature = "…"` gives to spans that the rule makes.
pub(super) fn assigned_features(rule: &Rule, found: &mut Vec<String>) {
    let mut made = Vec::new();
    made_names(&rule.pattern, &mut made);
    if let Some(facts) = &rule.condition {
        assigned(facts, &made, found);
    }
}

fn made_names(pattern: &Pattern, made: &mut Vec<String>) {
    match &pattern.kind {
        PatternKind::Bind(name, inner) => {
            if matches!(inner.kind, PatternKind::Make(..)) {
                made.push(name.node.clone());
            }
            made_names(inner, made);
        }
        PatternKind::Make(_, inner) | PatternKind::Repeat { inner, .. } | PatternKind::Look { inner, .. } => {
            made_names(inner, made);
        }
        PatternKind::Sequence(parts) | PatternKind::Alternation(parts) => {
            parts.iter().for_each(|part| made_names(part, made));
        }
        PatternKind::Literal { .. }
        | PatternKind::TokenRegex(_)
        | PatternKind::Token(_)
        | PatternKind::Name(..)
        | PatternKind::Gap { .. }
        | PatternKind::Anchor(_) => {}
    }
}

fn assigned(facts: &Where, made: &[String], found: &mut Vec<String>) {
    match facts {
        Where::And(list) | Where::Or(list) => list.iter().for_each(|part| assigned(part, made, found)),
        Where::Not(inner) => assigned(inner, made, found),
        Where::Compare { target, field, op, value: Operand::Text(_) }
            if op.node == CompareOp::Equal && made.contains(&target.node) =>
        {
            found.push(field.node.clone());
        }
        Where::Compare { .. } | Where::Relation { .. } | Where::Outermost(_) => {}
    }
}
