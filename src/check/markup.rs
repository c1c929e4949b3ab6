//! Tests: `[text](TYPE)` to a text and the spans that are expected in it.

use super::{CheckedCase, CheckedTest, Checker, ExpectedSpan};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::RelationTypeId;
use crate::syntax::ast::{Item, Name, RulePack, Spanned, Test, TestCase};
use crate::syntax::suggest::nearest;
use crate::text::Span;

impl Checker<'_> {
    pub(super) fn test(&mut self, test: &Test, pack: &RulePack) -> CheckedTest {
        let cases = test.cases.iter().filter_map(|case| self.case(case)).collect();
        CheckedTest {
            name: test.name.node.clone(),
            place: self.line(test.name.span),
            rule: self.item_called(&test.name.node, pack),
            cases,
        }
    }

    /// `file:line` of a place in the current file.
    fn line(&self, span: Span) -> String {
        let line = self.report.sources.file(self.file).place(span.start).line;
        format!("{}:{line}", self.file_name)
    }

    /// `file:name` of the item with this name: one of the same file before others.
    fn item_called(&self, name: &str, pack: &RulePack) -> Option<std::sync::Arc<str>> {
        let mut files: Vec<_> = pack.files.iter().collect();
        files.sort_by_key(|file| file.name != self.file_name);
        files.into_iter().find_map(|file| {
            let found = file.items.iter().any(|item| match item {
                Item::Gazetteer(item) => item.name.node == name,
                Item::Regex(item) => item.name.node == name,
                Item::Rule(item) => item.name.node == name,
                Item::Drop(item) => item.name.node == name,
                Item::Let(_) | Item::Context(_) | Item::Link(_) | Item::Test(_) => false,
            });
            found.then(|| format!("{}:{name}", file.name).into())
        })
    }

    fn case(&mut self, case: &TestCase) -> Option<CheckedCase> {
        match case {
            TestCase::None(text) => {
                let (plain, spans) = self.markup(text)?;
                if !spans.is_empty() {
                    self.broken(text, "after `none` a text has no marked spans", "take the brackets out");
                }
                Some(CheckedCase::None { text: plain, place: self.line(text.span) })
            }
            TestCase::Expect { markup, relations } => {
                let (text, spans) = self.markup(markup)?;
                let mut expected = Vec::new();
                for (label, args) in relations {
                    expected.extend(self.expected_relation(label, args, &text, &spans));
                }
                Some(CheckedCase::Expect { text, spans, relations: expected, place: self.line(markup.span) })
            }
        }
    }

    fn expected_relation(
        &mut self,
        label: &Name,
        args: &[Spanned<String>],
        text: &str,
        spans: &[ExpectedSpan],
    ) -> Option<(RelationTypeId, Vec<String>)> {
        let Some(index) = self.relations.iter().position(|info| *info.name == *label.node) else {
            self.unknown_relation(label);
            return None;
        };
        let wanted = self.relations[index].roles.len();
        if args.len() != wanted {
            let title = format!("`{}` takes {wanted} arguments, not {}", label.node, args.len());
            self.problem(
                Diagnostic::error(&codes::WRONG_ARGUMENTS, title, self.file, label.span)
                    .help("write the text of each argument in quotes"),
            );
            return None;
        }
        for arg in args {
            if !spans.iter().any(|span| span.span.slice(text) == Some(arg.node.as_str())) {
                self.broken(
                    arg,
                    &format!("no marked span reads \"{}\"", arg.node),
                    "write the argument as it stands between the brackets",
                );
            }
        }
        Some((RelationTypeId(index as u16), args.iter().map(|arg| arg.node.clone()).collect()))
    }

    fn broken(&mut self, text: &Spanned<String>, title: &str, help: &str) {
        self.problem(Diagnostic::error(&codes::BROKEN_MARKUP, title, self.file, text.span).help(help));
    }

    /// Takes the markup out of a text.
    fn markup(&mut self, markup: &Spanned<String>) -> Option<(String, Vec<ExpectedSpan>)> {
        let mut text = String::new();
        let mut open: Vec<u32> = Vec::new();
        let mut spans = Vec::new();
        let mut rest = markup.node.as_str();
        while let Some(c) = rest.chars().next() {
            let escaped = ["\\[", "\\]", "\\{", "\\}"].iter().find(|pair| rest.starts_with(**pair));
            if let Some(pair) = escaped {
                text.extend(pair.chars().nth(1));
                rest = &rest[2..];
            } else if c == '[' {
                open.push(text.len() as u32);
                rest = &rest[1..];
            } else if c == ']' {
                let Some(start) = open.pop() else {
                    self.broken(markup, "`]` without `[`", "write `\\]` for a bracket that is text");
                    return None;
                };
                let label = rest[1..].strip_prefix('(').and_then(|inner| inner.split_once(')'));
                let Some((label, after)) = label else {
                    self.broken(markup, "`]` without `(TYPE)`", "write `[text](TYPE)`");
                    return None;
                };
                let span = Span::new(start, text.len() as u32);
                spans.extend(self.expected_span(label, span, markup));
                rest = after;
            } else {
                text.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        if !open.is_empty() {
            self.broken(markup, "`[` without `](TYPE)`", "write `\\[` for a bracket that is text");
            return None;
        }
        Some((text, spans))
    }

    /// `TYPE` or `TYPE = "value"`
    fn expected_span(&mut self, label: &str, span: Span, markup: &Spanned<String>) -> Option<ExpectedSpan> {
        let (name, value) = match label.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"').to_owned())),
            None => (label.trim(), None),
        };
        match self.types.id(name).filter(|id| self.types.info(*id).public) {
            Some(label) => Some(ExpectedSpan { span, label, value }),
            None => {
                let known =
                    self.types.infos.iter().filter(|(_, info)| info.public).map(|(name, _)| name.as_str());
                let help = match nearest(name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "only types that `pack.toml` declares are in the output".to_owned(),
                };
                self.broken(markup, &format!("no declared type `{name}`"), &help);
                None
            }
        }
    }
}
