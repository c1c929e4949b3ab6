//! Heads: relations and events with their arguments.

use super::patterns::RuleScope;
use super::{BindingKind, CheckedHead, CheckedPattern, Checker};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{BindingId, RelationInfo, RelationTypeId, TypeId};
use crate::syntax::ast::{Head, Name, Rule};
use crate::syntax::suggest::nearest;

impl Checker<'_> {
    pub(super) fn head(
        &mut self,
        head: &Head,
        trigger: Option<BindingId>,
        scope: &RuleScope,
    ) -> Option<CheckedHead> {
        let Some(index) = self.relations.iter().position(|info| *info.name == *head.label.node) else {
            self.unknown_relation(&head.label);
            return None;
        };
        let info = self.relations[index].clone();
        let mut args: Vec<Option<BindingId>> = vec![None; info.roles.len()];
        let mut filled = vec![false; info.roles.len()];
        let mut sound = true;
        if self.makes_trigger(head) {
            (args[0], filled[0]) = (trigger, true);
        }
        let usage = usage(&info);
        for (position, (role, name)) in head.args.iter().enumerate() {
            let position = match role {
                None if info.event => None,
                None => Some(position).filter(|&position| position < info.roles.len()),
                Some(role) => info.roles.iter().position(|known| **known == *role.node),
            };
            let Some(slot) = position.filter(|&position| !filled[position]) else {
                let span = role.as_ref().map_or(name.span, |role| role.span);
                let title = match role {
                    Some(role) if position.is_some() => format!("role `{}` is filled twice", role.node),
                    Some(role) => format!("`{}` has no role `{}`", info.name, role.node),
                    None if info.event => {
                        format!("`{}` is an event: each argument says which role it plays", info.name)
                    }
                    None => format!("`{}` takes {} arguments", info.name, info.roles.len()),
                };
                let near =
                    role.as_ref().and_then(|role| nearest(&role.node, info.roles.iter().map(|r| &**r)));
                let help = match near {
                    Some(near) if position.is_none() => format!("did you mean `{near}`?"),
                    _ => usage.clone(),
                };
                let near = near.filter(|_| position.is_none());
                let diagnostic = Diagnostic::error(&codes::WRONG_ARGUMENTS, title, self.file, span);
                self.problem(diagnostic.help(help).renamed(near));
                return None;
            };
            filled[slot] = true;
            args[slot] = self.argument(name, &info.accepts[slot], &info.roles[slot], &info.name, scope);
            sound &= args[slot].is_some();
        }
        let open: Vec<&str> = (0..info.roles.len())
            .filter(|&role| !filled[role] && !info.optional[role])
            .map(|role| &*info.roles[role])
            .collect();
        if sound && !open.is_empty() {
            let title = format!("`{}` needs `{}`", info.name, open.join("` and `"));
            self.problem(Diagnostic::error(&codes::WRONG_ARGUMENTS, title, self.file, head.span).help(usage));
            return None;
        }
        sound.then_some(CheckedHead { relation: RelationTypeId(index as u16), args })
    }

    pub(super) fn unknown_relation(&mut self, label: &Name) {
        let near = nearest(&label.node, self.relations.iter().map(|info| &*info.name)).map(str::to_owned);
        let help = match &near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("declare it in `pack.toml`: {} = {{ from = [\"…\"], to = [\"…\"] }}", label.node)
            }
        };
        let title = format!("unknown relation `{}`", label.node);
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_RELATION, title, self.file, label.span).help(help);
        self.problem(diagnostic.renamed(near.as_deref()));
    }

    /// Whether a head is of an event and names no trigger: then all that the
    /// rule matches is the trigger.
    pub(super) fn makes_trigger(&self, head: &Head) -> bool {
        let is_event = self.relations.iter().any(|info| info.event && *info.name == *head.label.node);
        let names_trigger =
            head.args.iter().any(|(role, _)| role.as_ref().is_some_and(|role| role.node == "trigger"));
        is_event && !names_trigger
    }

    /// Makes what the rule matches the trigger of its events, if one needs it.
    pub(super) fn trigger(
        &mut self,
        rule: &Rule,
        scope: &mut RuleScope,
        pattern: &mut CheckedPattern,
    ) -> Option<BindingId> {
        let head = rule.heads.iter().find(|head| self.makes_trigger(head))?;
        if let Some(other) =
            rule.heads.iter().find(|other| self.makes_trigger(other) && other.label.node != head.label.node)
        {
            self.problem(
                Diagnostic::error(
                    &codes::WRONG_ARGUMENTS,
                    "a rule with two kinds of event names their triggers",
                    self.file,
                    other.span,
                )
                .help("make the triggers, `t=<TYPE: …>`, and write `trigger: t`"),
            );
        }
        let label = self.types.id(&head.label.node)?;
        scope.captures = true;
        let id = scope.add("", BindingKind::Make(label));
        let inner = std::mem::replace(pattern, CheckedPattern::Sequence(Vec::new()));
        *pattern = CheckedPattern::Bind(id, Box::new(inner));
        Some(id)
    }

    fn argument(
        &mut self,
        name: &Name,
        accepts: &[TypeId],
        role: &str,
        relation: &str,
        scope: &RuleScope,
    ) -> Option<BindingId> {
        let Some(id) = scope.find(&name.node) else {
            self.unbound(name, scope);
            return None;
        };
        let types: Vec<TypeId> = match &scope.get(id).kind {
            BindingKind::Span(types) | BindingKind::Joined(types) => types.clone(),
            BindingKind::Make(label) => vec![*label],
            BindingKind::Tokens => {
                self.problem(
                    Diagnostic::error(
                        &codes::WRONG_ARGUMENT_TYPE,
                        format!("`{}` is bound to tokens, not to a span", name.node),
                        self.file,
                        name.span,
                    )
                    .help(format!("bind a span, `{0}=TYPE`, or make one, `{0}=<TYPE: …>`", name.node)),
                );
                return None;
            }
        };
        // Types that are unknown were reported where they stand.
        if types.is_empty() || types.iter().any(|label| accepts.contains(label)) {
            return Some(id);
        }
        let list = |types: &[TypeId]| {
            types.iter().map(|id| format!("`{}`", self.types.info(*id).name)).collect::<Vec<_>>().join(" or ")
        };
        let title = format!("`{relation}` takes {} as `{role}`, not {}", list(accepts), list(&types));
        self.problem(
            Diagnostic::error(&codes::WRONG_ARGUMENT_TYPE, title, self.file, name.span)
                .help("swap the arguments, or widen the relation in `pack.toml`"),
        );
        None
    }
}

/// How a relation is written.
fn usage(info: &RelationInfo) -> String {
    if !info.event {
        return format!("write {}({})", info.name, info.roles.join(", "));
    }
    let roles = info.roles.iter().zip(&info.optional).skip(1);
    let roles: Vec<String> =
        roles.map(|(role, open)| if *open { format!("[{role}: …]") } else { format!("{role}: …") }).collect();
    format!("write {}({}); what stands in brackets may be left out", info.name, roles.join(", "))
}
