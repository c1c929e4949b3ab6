//! What `pack.toml` says beside types: columns, the order of resolution,
//! groups that compete, rules that are off.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Checker;
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::Order;
use crate::syntax::ast::{Name, RulePack};
use crate::syntax::suggest::nearest;
use crate::text::FileId;

/// Fields that every token has.
const TOKEN_FIELDS: [&str; 9] = ["text", "lower", "fold", "shape", "kind", "len", "line", "value", "tokens"];

impl Checker<'_> {
    fn manifest_problem(
        &mut self,
        pack: &RulePack,
        name: &Name,
        title: String,
        help: String,
        near: Option<&str>,
    ) {
        let file = pack.manifest.file.unwrap_or(FileId(0));
        let near = near.map(|near| format!("\"{near}\""));
        self.problem(
            Diagnostic::error(&codes::WRONG_VALUE, title, file, name.span)
                .help(help)
                .renamed(near.as_deref()),
        );
    }

    pub(super) fn declare_columns(&mut self, pack: &RulePack) {
        for name in &pack.manifest.columns {
            let usable = !name.node.is_empty() && name.node.chars().all(|c| c.is_alphanumeric() || c == '_');
            if TOKEN_FIELDS.contains(&name.node.as_str()) || !usable {
                let title = format!("`{}` cannot be the name of a column", name.node);
                let help = "every token has a field of this name already, or it is no word: choose another";
                self.manifest_problem(pack, name, title, help.to_owned(), None);
            } else if !self.columns.contains(&name.node) {
                self.columns.push(name.node.clone());
            }
        }
    }

    /// The steps that decide which span stays.
    pub(super) fn order(&mut self, pack: &RulePack) -> Vec<Order> {
        let mut order = Vec::new();
        for name in &pack.manifest.order {
            let known = Order::ALL.map(|(known, _)| known);
            match Order::ALL.iter().find(|(known, _)| *known == name.node) {
                Some((_, step)) if order.contains(step) => {
                    let title = format!("the step `{}` stands twice", name.node);
                    self.manifest_problem(pack, name, title, "take one out".to_owned(), None);
                }
                Some((_, step)) => order.push(*step),
                None => {
                    let near = nearest(&name.node, known);
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("there are {}", known.join(", ")),
                    };
                    self.manifest_problem(pack, name, format!("unknown step `{}`", name.node), help, near);
                }
            }
        }
        if pack.manifest.order.is_empty() { Order::DEFAULT.to_vec() } else { order }
    }

    /// For each type the group in which its spans compete.
    pub(super) fn groups(&mut self, pack: &RulePack) -> Vec<u16> {
        let mut groups: Vec<u16> = (0..self.types.infos.len() as u16).collect();
        let mut seen = BTreeSet::new();
        for group in &pack.manifest.exclusive {
            let mut first = None;
            for name in group {
                let Some(id) = self.types.id(&name.node) else {
                    self.unknown_type(name, pack.manifest.file.unwrap_or(FileId(0)));
                    continue;
                };
                for kind in self.types.kinds(id) {
                    if !seen.insert(kind) {
                        let title = format!("`{}` stands in two groups", self.types.info(kind).name);
                        let help = "join the groups: what excludes each other is one group";
                        self.manifest_problem(pack, name, title, help.to_owned(), None);
                        continue;
                    }
                    groups[usize::from(kind.0)] = *first.get_or_insert(kind.0);
                }
            }
        }
        groups
    }

    /// Rules and tags that `pack.toml` switches off.
    pub(super) fn off(&mut self, pack: &RulePack) -> Vec<Arc<str>> {
        let known = names_and_tags(pack);
        for name in &pack.manifest.off {
            if known.contains(&name.node) {
                continue;
            }
            let near = nearest(&name.node, known.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a rule, as `rule` or `file.span:rule`, or a tag".to_owned(),
            };
            let file = pack.manifest.file.unwrap_or(FileId(0));
            let title = format!("no rule or tag `{}`", name.node);
            let quoted = near.map(|near| format!("\"{near}\""));
            self.problem(
                Diagnostic::error(&codes::UNKNOWN_RULE, title, file, name.span)
                    .help(help)
                    .renamed(quoted.as_deref()),
            );
        }
        pack.manifest.off.iter().map(|name| name.node.as_str().into()).collect()
    }
}

/// By what the items of a pack can be switched off and on.
fn names_and_tags(pack: &RulePack) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for file in &pack.files {
        for item in &file.items {
            let Some((name, tags)) = item.name_and_tags() else { continue };
            known.insert(name.node.clone());
            known.insert(format!("{}:{}", file.name, name.node));
            known.extend(tags.iter().map(|tag| tag.node.clone()));
        }
    }
    known
}
