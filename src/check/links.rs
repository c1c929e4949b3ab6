//! Links: methods, types, features.

use super::{CheckedLink, Checker, LinkMethod};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{FeatureId, RuleKind};
use crate::syntax::ast::{Link, LinkBy};
use crate::syntax::suggest::nearest;

const METHODS: [&str; 6] = ["text", "value", "feature", "abbreviation", "last-part", "number-prefix"];

impl Checker<'_> {
    pub(super) fn link(&mut self, link: &Link) -> CheckedLink {
        let mut on = Vec::new();
        for name in &link.on {
            on.extend(self.read_type(name, self.step));
        }
        if link.by.is_empty() {
            self.problem(
                Diagnostic::error(
                    &codes::DOES_NOTHING,
                    format!("link `{}` joins nothing", link.name.node),
                    self.file,
                    link.name.span,
                )
                .help("say how: `by text`, `by abbreviation`, …"),
            );
        }
        let by = link.by.iter().filter_map(|by| self.method(by)).collect();
        let info = self.info(&link.name, RuleKind::Link, &link.tags);
        CheckedLink { info, on, by, spread_value: link.spread.is_some() }
    }

    fn method(&mut self, by: &LinkBy) -> Option<LinkMethod> {
        let fold = self.fold(&by.fold);
        let name = by.method.node.as_str();
        if name != "text"
            && let Some(folding) = by.fold.first()
        {
            self.problem(
                Diagnostic::error(
                    &codes::NO_EFFECT,
                    format!("`by {name}` does not fold"),
                    self.file,
                    folding.span,
                )
                .help("take it out"),
            );
        }
        match (name, &by.argument) {
            ("feature", Some(feature)) => match self.features.get_index_of(&feature.node) {
                Some(index) => return Some(LinkMethod::Feature(FeatureId(index as u16))),
                None => {
                    let near = nearest(&feature.node, self.features.iter().map(String::as_str));
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "set it in a gazetteer, a regex or a rule".to_owned(),
                    };
                    let title = format!("nothing sets the feature `{}`", feature.node);
                    self.problem(
                        Diagnostic::error(&codes::UNKNOWN_FIELD, title, self.file, feature.span).help(help),
                    );
                }
            },
            ("feature", None) => self.problem(
                Diagnostic::error(
                    &codes::UNKNOWN_METHOD,
                    "`by feature` does not say which",
                    self.file,
                    by.method.span,
                )
                .help("write `by feature \"id\"`"),
            ),
            (_, Some(argument)) if METHODS.contains(&name) => self.problem(
                Diagnostic::error(
                    &codes::NO_EFFECT,
                    format!("`by {name}` takes no argument"),
                    self.file,
                    argument.span,
                )
                .help("take it out"),
            ),
            ("text", _) => return Some(LinkMethod::Text(fold)),
            ("value", _) => return Some(LinkMethod::Value),
            ("abbreviation", _) => return Some(LinkMethod::Abbreviation),
            ("last-part", _) => return Some(LinkMethod::LastPart),
            ("number-prefix", _) => return Some(LinkMethod::NumberPrefix),
            (other, _) => {
                let help = match nearest(other, METHODS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", METHODS.join(", ")),
                };
                let title = format!("unknown method `{other}`");
                self.problem(
                    Diagnostic::error(&codes::UNKNOWN_METHOD, title, self.file, by.method.span).help(help),
                );
            }
        }
        None
    }
}
