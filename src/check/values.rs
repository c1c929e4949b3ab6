//! `set` and `value`: templates, normalizers, filters.

use super::conditions::{Field, Subject};
use super::patterns::RuleScope;
use super::{BindingKind, CheckedExpr, CheckedPart, CheckedSet, Checker};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{BindingId, FeatureId, Filter, TextField};
use crate::syntax::ast::{Expr, Name, Set, Spanned, Template, TemplatePart};
use crate::syntax::suggest::nearest;
use crate::value::NORMALIZERS;

/// The filters by name.
const FILTERS: [(&str, Filter); 5] = [
    ("lower", Filter::Lower),
    ("upper", Filter::Upper),
    ("hyphen", Filter::Hyphen),
    ("squeeze", Filter::Squeeze),
    ("unmark", Filter::Unmark),
];

/// What the names in a template mean.
enum Names<'a> {
    /// Groups of a regular expression.
    Groups(&'a [String]),
    /// Bindings of a rule.
    Bindings(&'a RuleScope),
}

impl Checker<'_> {
    /// A `set` of a rule.
    pub(super) fn rule_set(&mut self, set: &Set, scope: &RuleScope) -> Option<CheckedSet> {
        let target = match &set.target {
            Some(name) => Some(self.target(name, scope)?),
            None => {
                if !scope.captures {
                    self.problem(
                        Diagnostic::error(
                            &codes::NO_EFFECT,
                            format!("nothing gets `{}`: the rule makes no span", set.feature.node),
                            self.file,
                            set.feature.span,
                        )
                        .help(format!("name the span: `set x.{} = …`", set.feature.node)),
                    );
                    return None;
                }
                None
            }
        };
        let value = self.expression(&set.value, &Names::Bindings(scope))?;
        Some(CheckedSet { target, feature: self.feature(&set.feature), value })
    }

    fn target(&mut self, name: &Name, scope: &RuleScope) -> Option<BindingId> {
        let found = scope.find(&name.node);
        let is_span = found.is_some_and(|id| !matches!(scope.get(id).kind, BindingKind::Tokens));
        if !is_span {
            let title = format!("`{}` is not bound to a span", name.node);
            self.problem(
                Diagnostic::error(&codes::UNBOUND_NAME, title, self.file, name.span)
                    .help(format!("bind it: `{0}=TYPE` or `{0}=<TYPE: …>`", name.node)),
            );
        }
        found.filter(|_| is_span)
    }

    /// `where x.feature = "…"` on a span that the rule makes.
    pub(super) fn assignment(
        &mut self,
        target: BindingId,
        feature: &Name,
        template: &Template,
        scope: &RuleScope,
    ) -> Option<CheckedSet> {
        let parts = self.template(template, &Names::Bindings(scope))?;
        let value = CheckedExpr::Template(parts);
        Some(CheckedSet { target: Some(target), feature: self.feature(feature), value })
    }

    /// A `set` of a regex.
    pub(super) fn regex_set(&mut self, set: &Set, groups: &[String]) -> Option<CheckedSet> {
        if let Some(target) = &set.target {
            self.problem(
                Diagnostic::error(
                    &codes::UNBOUND_NAME,
                    "a regex makes one span: no name stands before the feature",
                    self.file,
                    target.span,
                )
                .help(format!("write `set {} = …`", set.feature.node)),
            );
            return None;
        }
        let value = self.expression(&set.value, &Names::Groups(groups))?;
        Some(CheckedSet { target: None, feature: self.feature(&set.feature), value })
    }

    /// The number of a feature; nothing for `value`.
    pub(super) fn feature(&mut self, name: &Name) -> Option<FeatureId> {
        (name.node != "value").then(|| FeatureId(self.features.insert_full(name.node.clone()).0 as u16))
    }

    fn expression(&mut self, expr: &Expr, names: &Names<'_>) -> Option<CheckedExpr> {
        match expr {
            Expr::Template(template) => Some(CheckedExpr::Template(self.template(template, names)?)),
            Expr::Column(name) => {
                self.problem(
                    Diagnostic::error(
                        &codes::UNKNOWN_COLUMN,
                        "only gazetteers have columns",
                        self.file,
                        name.span,
                    )
                    .help("use a template such as \"{name}\""),
                );
                None
            }
            Expr::Normalizer { name, argument } => {
                let known = NORMALIZERS.iter().find(|normalizer| normalizer.name == name.node);
                let Some(known) = known else {
                    let near = nearest(&name.node, NORMALIZERS.iter().map(|normalizer| normalizer.name));
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => {
                            let all: Vec<&str> =
                                NORMALIZERS.iter().map(|normalizer| normalizer.name).collect();
                            format!("there are {}", all.join(", "))
                        }
                    };
                    let title = format!("unknown normalizer `{}`", name.node);
                    self.problem(
                        Diagnostic::error(&codes::UNKNOWN_NORMALIZER, title, self.file, name.span)
                            .help(help)
                            .renamed(near),
                    );
                    return None;
                };
                let argument = match argument {
                    Some(template) => Some(self.template(template, names)?),
                    None => None,
                };
                Some(CheckedExpr::Normalizer(known.name, argument))
            }
        }
    }

    fn template(&mut self, template: &Template, names: &Names<'_>) -> Option<Vec<CheckedPart>> {
        let mut parts = Vec::new();
        let mut sound = true;
        for part in &template.parts {
            match part {
                TemplatePart::Literal(text) => parts.push(CheckedPart::Literal(text.clone())),
                TemplatePart::Field { name, filters } => match self.template_field(name, filters, names) {
                    Some(part) => parts.push(part),
                    None => sound = false,
                },
            }
        }
        sound.then_some(parts)
    }

    fn template_field(&mut self, name: &Name, filters: &[Name], names: &Names<'_>) -> Option<CheckedPart> {
        let filters = self.filters(filters)?;
        if name.node == "text" {
            return Some(CheckedPart::Whole(filters));
        }
        match names {
            Names::Groups(groups) => {
                if groups.contains(&name.node) {
                    return Some(CheckedPart::Group(name.node.clone(), filters));
                }
                self.unknown_template_name(name, groups.iter().map(String::as_str));
                None
            }
            Names::Bindings(scope) => {
                let (binding, field) = name.node.split_once('.').unwrap_or((name.node.as_str(), "text"));
                let Some(id) = scope.find(binding) else {
                    self.unknown_template_name(name, scope.bindings.iter().map(|b| b.name.as_str()));
                    return None;
                };
                let field = Spanned::new(field.to_owned(), name.span);
                match self.field(&field, Subject::Span)? {
                    Field::Text(field) => Some(CheckedPart::Field(id, field, filters)),
                    Field::Number(_) => Some(CheckedPart::Field(id, TextField::Text, filters)),
                }
            }
        }
    }

    fn unknown_template_name<'a>(&mut self, name: &Name, known: impl Iterator<Item = &'a str>) {
        let known: Vec<&str> = known.filter(|name| !name.is_empty()).chain(["text"]).collect();
        let help = match nearest(&name.node, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let title = format!("the template knows no `{}`", name.node);
        self.problem(
            Diagnostic::error(&codes::UNKNOWN_TEMPLATE_NAME, title, self.file, name.span).help(help),
        );
    }

    fn filters(&mut self, names: &[Name]) -> Option<Vec<Filter>> {
        let mut filters = Vec::new();
        for name in names {
            match FILTERS.iter().find(|(known, _)| *known == name.node) {
                Some((_, filter)) => filters.push(*filter),
                None => {
                    let all: Vec<&str> = FILTERS.iter().map(|(known, _)| *known).collect();
                    let help = match nearest(&name.node, all.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("there are {}", all.join(", ")),
                    };
                    let title = format!("unknown filter `{}`", name.node);
                    self.problem(
                        Diagnostic::error(&codes::UNKNOWN_FILTER, title, self.file, name.span).help(help),
                    );
                    return None;
                }
            }
        }
        Some(filters)
    }
}
