//! Token rules: patterns, conditions, values, heads.

use crate::check::{
    BindingKind, CheckedContext, CheckedExpr, CheckedPart, CheckedRule, CheckedSet, CheckedWhere,
    WhereOperand,
};
use crate::doc::schema::{BindingId, RuleId, TypeId};
use crate::program::{
    BindingInfo, BindingUse, ContextRule, Expr, HeadPlan, Opening, Openings, Part, Requirement, Setter, Side,
    TokenRule, Where,
};
use crate::value;

use super::predicates::span_check;
use super::{Compiler, pattern};

/// Compiles one drop: every span that it binds is taken back.
pub(super) fn drop(checked: &CheckedRule, compiler: &mut Compiler) -> Option<TokenRule> {
    let mut compiled = rule(checked, compiler)?;
    for binding in &mut compiled.bindings {
        binding.read |= binding.kind == BindingUse::Span;
    }
    Some(compiled)
}

/// Compiles one rule, if it runs.
pub(super) fn rule(rule: &CheckedRule, compiler: &mut Compiler) -> Option<TokenRule> {
    let makes = rule.bindings.iter().filter_map(|binding| match binding.kind {
        BindingKind::Make(label) => Some(label),
        BindingKind::Tokens | BindingKind::Span(_) | BindingKind::Joined(_) => None,
    });
    let id = compiler.origin(&rule.info, rule.rank, makes.collect());
    compiler.is_on(id).then(|| body(rule, id, compiler))
}

/// Compiles one context, if it runs: its cue and its stops.
pub(super) fn context(checked: &CheckedContext, compiler: &mut Compiler) -> Option<ContextRule> {
    let id = compiler.origin(&checked.cue.info, checked.cue.rank, Vec::new());
    compiler.is_on(id).then(|| ContextRule {
        cue: body(&checked.cue, id, compiler),
        direction: checked.direction,
        within: checked.within,
        stops: checked.stops.iter().map(|stop| body(stop, id, compiler)).collect(),
        on: checked.on.clone(),
    })
}

fn body(rule: &CheckedRule, id: RuleId, compiler: &mut Compiler) -> TokenRule {
    let is_span = |binding: BindingId| {
        matches!(rule.bindings.get(usize::from(binding.0)).map(|b| &b.kind), Some(BindingKind::Span(_)))
    };
    let program = pattern::program(&rule.pattern, &is_span, compiler);
    let mut requires = pattern::requirements(&rule.pattern, compiler);
    requires.retain(|needed| !(needed.forms.is_empty() && needed.types.is_empty()));
    let frequency = |needed: &Requirement| compiler.predicates.frequency(needed);
    let rarest = (0..).zip(&requires).min_by_key(|(_, needed)| frequency(needed)).map(|(index, _)| index);
    let of_words = (0u32..).zip(&requires).filter(|(_, needed)| needed.types.is_empty());
    let mut needs: Vec<u32> = of_words.map(|(index, _)| index).collect();
    needs.sort_by_key(|index| frequency(&requires[*index as usize]));
    needs.truncate(Openings::REQUIRED);
    let condition = rule.condition.as_ref().map(condition);
    // A match hangs on none of these: they may stand before it.
    condition.iter().for_each(|condition| joined(condition, &mut Vec::new(), &mut requires));
    let sets: Vec<Setter> = rule.sets.iter().map(setter).collect();
    let heads: Vec<HeadPlan> =
        rule.heads.iter().map(|head| HeadPlan { relation: head.relation, args: head.args.clone() }).collect();
    let mut bindings: Vec<BindingInfo> = rule
        .bindings
        .iter()
        .map(|binding| BindingInfo {
            name: binding.name.as_str().into(),
            kind: match &binding.kind {
                BindingKind::Tokens => BindingUse::Tokens,
                BindingKind::Span(_) => BindingUse::Span,
                BindingKind::Make(label) => BindingUse::Make(*label),
                BindingKind::Joined(_) => BindingUse::Joined,
            },
            read: false,
        })
        .collect();
    let mut read = |binding: BindingId| {
        if let Some(info) = bindings.get_mut(usize::from(binding.0)) {
            info.read = true;
        }
    };
    heads.iter().flat_map(|head| head.args.iter().flatten()).for_each(|&arg| read(arg));
    if let Some(condition) = &condition {
        reads(condition, &mut read);
    }
    sets.iter().for_each(|set| set_reads(set, &mut read));
    TokenRule {
        rule: id,
        pattern: program,
        requires,
        rarest,
        needs,
        opening: Opening::default(),
        overlap: rule.overlap,
        across_lines: rule.across_lines,
        bindings,
        condition,
        facts: rule.facts.clone(),
        sets,
        heads,
    }
}

/// The spans that must stand in the line for a condition to hold. A name that a
/// part has bound before is no span to be found.
fn joined(condition: &Where, named: &mut Vec<BindingId>, requires: &mut Vec<Requirement>) {
    match condition {
        Where::And(list) => list.iter().for_each(|part| joined(part, named, requires)),
        Where::Relation(left, _, right) => {
            for side in [left, right] {
                let Side::Any(name, types, _) = side else { continue };
                if name.is_none_or(|name| !named.contains(&name)) {
                    requires.push(Requirement { forms: Vec::new(), types: types.clone() });
                }
                named.extend(*name);
            }
        }
        // None of these needs to hold for itself, but one of them; and they may bind.
        Where::Or(list) => {
            let before = named.clone();
            let of_part = |part: &Where| {
                let (mut inside, mut requires) = (before.clone(), Vec::new());
                joined(part, &mut inside, &mut requires);
                named.append(&mut inside);
                requires.into_iter().map(|needed| needed.types).min_by_key(Vec::len)
            };
            let types: Vec<Option<Vec<TypeId>>> = list.iter().map(of_part).collect();
            let types: Option<Vec<Vec<TypeId>>> = types.into_iter().collect();
            let types = types.map(|types| types.concat()).filter(|types| !types.is_empty());
            requires.extend(types.map(|types| Requirement { forms: Vec::new(), types }));
        }
        Where::Not(inner) => joined(inner, named, &mut Vec::new()),
        Where::Outermost(_) | Where::Is(..) | Where::SameText(..) => {}
    }
}

fn reads(condition: &Where, read: &mut dyn FnMut(BindingId)) {
    match condition {
        Where::And(list) | Where::Or(list) => list.iter().for_each(|part| reads(part, read)),
        Where::Not(inner) => reads(inner, read),
        Where::Relation(left, _, right) => {
            for side in [left, right] {
                match side {
                    Side::Binding(id) | Side::Any(Some(id), ..) => read(*id),
                    Side::Any(None, ..) => {}
                }
            }
        }
        Where::Outermost(id) | Where::Is(id, _) => read(*id),
        Where::SameText((left, _), (right, _)) => {
            read(*left);
            read(*right);
        }
    }
}

fn set_reads(set: &Setter, read: &mut dyn FnMut(BindingId)) {
    if let Some(target) = set.target {
        read(target);
    }
    let parts = match &set.value {
        Expr::Template(parts) | Expr::Normalizer(_, Some(parts)) => parts.as_slice(),
        Expr::Normalizer(_, None) => &[],
    };
    for part in parts {
        if let Part::Field(id, ..) = part {
            read(*id);
        }
    }
}

fn condition(checked: &CheckedWhere) -> Where {
    match checked {
        CheckedWhere::And(list) => Where::And(list.iter().map(condition).collect()),
        CheckedWhere::Or(list) => Where::Or(list.iter().map(condition).collect()),
        CheckedWhere::Not(inner) => Where::Not(Box::new(condition(inner))),
        CheckedWhere::Relation { left, relation, right } => {
            Where::Relation(side(left), *relation, side(right))
        }
        CheckedWhere::Outermost(id) => Where::Outermost(*id),
        CheckedWhere::Is(id, test) => Where::Is(*id, span_check(test)),
        CheckedWhere::SameText { left, right } => Where::SameText(*left, *right),
    }
}

fn side(operand: &WhereOperand) -> Side {
    match operand {
        WhereOperand::Binding(id) => Side::Binding(*id),
        WhereOperand::Any(types, test) => Side::Any(None, types.clone(), test.as_ref().map(span_check)),
        WhereOperand::Join(id, types, test) => {
            Side::Any(Some(*id), types.clone(), test.as_ref().map(span_check))
        }
    }
}

/// Compiles a `set`.
pub(super) fn setter(set: &CheckedSet) -> Setter {
    let parts = |parts: &[CheckedPart]| parts.iter().map(part).collect::<Vec<_>>();
    let value = match &set.value {
        CheckedExpr::Template(template) => Expr::Template(parts(template)),
        CheckedExpr::Normalizer(name, argument) => match value::normalizer(name) {
            Some(normalizer) => Expr::Normalizer(normalizer, argument.as_deref().map(parts)),
            None => Expr::Template(vec![Part::Whole(Vec::new())]),
        },
    };
    Setter { target: set.target, feature: set.feature, value }
}

fn part(part: &CheckedPart) -> Part {
    match part {
        CheckedPart::Literal(text) => Part::Literal(text.as_str().into()),
        CheckedPart::Group(name, filters) => Part::Group(name.as_str().into(), filters.clone()),
        CheckedPart::Field(id, field, filters) => Part::Field(*id, *field, filters.clone()),
        CheckedPart::Whole(filters) => Part::Whole(filters.clone()),
    }
}
