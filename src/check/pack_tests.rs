//! Tests: marked texts, and clauses about relations and chains between the marks.

use std::sync::Arc;

use super::{
    CaseSource, CheckedCase, CheckedTest, Checker, Expectation, ExpectedArg, ExpectedClause, ExpectedSpan,
    RulePlace,
};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{RelationTypeId, TypeId};
use crate::syntax::ast::{
    Item, Name, RuleFile, RulePack, Spanned, Test, TestArg, TestCase, TestClause, TestClauseKind,
};
use crate::syntax::markup::{self, Mark};
use crate::syntax::suggest::nearest;
use crate::text::Span;

impl Checker<'_> {
    /// The tests of a file.
    pub(super) fn tests_of(&mut self, file: &RuleFile, pack: &RulePack) -> Vec<CheckedTest> {
        self.file = file.file;
        self.file_name.clone_from(&file.name);
        let tests = file.items.iter().filter_map(|item| match item {
            Item::Test(test) => Some(self.test(test, pack)),
            _ => None,
        });
        tests.collect()
    }

    /// Reports what else than tests stands in a file of tests.
    pub(super) fn only_tests(&mut self, file: &RuleFile) {
        for item in file.items.iter().filter(|item| !matches!(item, Item::Test(_))) {
            let name = item.name();
            let title = format!("`{}` is no test: only tests may stand in `{}`", name.node, file.name);
            self.problem(
                Diagnostic::error(&codes::ONLY_TESTS, title, file.file, name.span)
                    .help("move it into a file that `phases` in `pack.toml` names"),
            );
        }
    }

    /// Where an item is written that makes or drops spans.
    pub(super) fn rule_place(&self, item: &Item) -> Option<RulePlace> {
        is_rule(item).then(|| RulePlace {
            id: self.id(item.name()),
            name: item.name().node.clone(),
            place: self.line(item.name().span),
        })
    }

    fn test(&mut self, test: &Test, pack: &RulePack) -> CheckedTest {
        CheckedTest {
            name: test.name.node.clone(),
            place: self.line(test.name.span),
            rule: self.item_called(&test.name.node, pack),
            cases: test.cases.iter().filter_map(|case| self.case(case)).collect(),
        }
    }

    /// `file:line` of a place in the current file.
    fn line(&self, span: Span) -> String {
        let line = self.report.sources.file(self.file).place(span.start).line;
        format!("{}:{line}", self.file_name)
    }

    /// `file:name` of the item with this name: one of the same file before
    /// others, and for `tests/x.span` one of `x.span`.
    fn item_called(&self, name: &str, pack: &RulePack) -> Option<Arc<str>> {
        let near = self.file_name.strip_prefix("tests/").unwrap_or(&self.file_name);
        let mut files: Vec<_> = pack.files.iter().collect();
        files.sort_by_key(|file| (file.name != self.file_name, file.name != near));
        files.into_iter().find_map(|file| {
            let found = file.items.iter().any(|item| is_rule(item) && item.name().node == name);
            found.then(|| format!("{}:{name}", file.name).into())
        })
    }

    fn case(&mut self, case: &TestCase) -> Option<CheckedCase> {
        let (literal, whole) = match case {
            TestCase::Expect { markup, .. } => (markup, markup.span),
            TestCase::None { text, span } => (text, *span),
        };
        let read = match markup::parse(&literal.node) {
            Ok(read) => read,
            Err(broken) => {
                self.broken(literal.span, broken.title, broken.help);
                return None;
            }
        };
        let expects = match case {
            TestCase::None { .. } => {
                if !read.marks.is_empty() {
                    let title = "after `none` a text has no marked spans";
                    self.broken(literal.span, title, "take the brackets out");
                }
                Expectation::Nothing
            }
            TestCase::Expect { clauses, .. } => {
                let marks = read.marks.iter();
                let spans = marks.filter_map(|mark| self.expected_span(mark, literal)).collect();
                let places = Places::new(&read.text, read.marks.iter().map(|mark| mark.span));
                let stated = clauses
                    .iter()
                    .filter_map(|clause| Some((clause.span, self.clause(clause, &places)?)))
                    .collect();
                self.contradictions(clauses);
                Expectation::Result { spans, clauses: stated }
            }
        };
        let source = CaseSource { file: self.file, literal: literal.span, whole };
        Some(CheckedCase { text: read.text, place: self.line(whole), source, expects })
    }

    fn broken(&mut self, span: Span, title: &str, help: &str) {
        self.problem(Diagnostic::error(&codes::BROKEN_MARKUP, title, self.file, span).help(help));
    }

    /// A mark with its type and features known.
    fn expected_span(&mut self, mark: &Mark, literal: &Spanned<String>) -> Option<ExpectedSpan> {
        let label = self.expected_type(&mark.label, literal.span)?;
        for (name, _) in mark.facts.iter().filter(|(name, _)| name != "value") {
            if !self.features.contains(name) {
                let help = match nearest(name, self.features.iter().map(String::as_str).chain(["value"])) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "a span has `value` and the features that rules `set`".to_owned(),
                };
                self.broken(literal.span, &format!("nothing sets the feature `{name}`"), &help);
            }
        }
        Some(ExpectedSpan { span: mark.span, label, facts: mark.facts.clone() })
    }

    fn expected_type(&mut self, name: &str, place: Span) -> Option<TypeId> {
        if let Some(label) = self.types.id(name).filter(|id| self.types.info(*id).public) {
            return Some(label);
        }
        let known = self.types.infos.iter().filter(|(_, info)| info.public).map(|(name, _)| name.as_str());
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "only types that `pack.toml` declares are in the output".to_owned(),
        };
        self.broken(place, &format!("no declared type `{name}`"), &help);
        None
    }

    fn clause(&mut self, clause: &TestClause, places: &Places<'_>) -> Option<ExpectedClause> {
        match &clause.kind {
            TestClauseKind::Relation { label, args } => {
                let relation = self.relation(label)?;
                let args = self.args_of(relation, label, args)?;
                let arg = |(role, arg): (u8, &TestArg)| Some(ExpectedArg { role, ..self.arg(arg, places)? });
                let args: Option<Vec<_>> = args.into_iter().map(arg).collect();
                Some(ExpectedClause::Relation(relation, args?))
            }
            TestClauseKind::NoRelation(None) => Some(ExpectedClause::NoRelation(None)),
            TestClauseKind::NoRelation(Some(label)) => {
                Some(ExpectedClause::NoRelation(Some(self.relation(label)?)))
            }
            TestClauseKind::Chain(args) => self.chain(clause.span, args, places),
        }
    }

    fn relation(&mut self, label: &Name) -> Option<RelationTypeId> {
        let index = self.relations.iter().position(|info| *info.name == *label.node);
        if index.is_none() {
            self.unknown_relation(label);
        }
        index.map(|index| RelationTypeId(index as u16))
    }

    /// The arguments with their roles, in the order of the roles. The trigger
    /// of an event and roles that may stay open need not be stated.
    fn args_of<'a>(
        &mut self,
        relation: RelationTypeId,
        label: &Name,
        args: &'a [TestArg],
    ) -> Option<Vec<(u8, &'a TestArg)>> {
        let info = self.relations[usize::from(relation.0)].clone();
        let mut problem = |title: String, span| {
            let diagnostic = Diagnostic::error(&codes::WRONG_ARGUMENTS, title, self.file, span);
            let roles = info.roles.iter().skip(usize::from(info.event));
            let roles: Vec<String> = roles.map(|role| format!("{role}: \"…\"")).collect();
            let help = format!("write {}({})", info.name, roles.join(", "));
            self.report.diagnostics.push(diagnostic.help(help));
        };
        if !info.event && args.len() != info.roles.len() {
            let title = format!("`{}` takes {} arguments, not {}", label.node, info.roles.len(), args.len());
            problem(title, label.span);
            return None;
        }
        let mut slots: Vec<Option<&TestArg>> = vec![None; info.roles.len()];
        for (position, arg) in args.iter().enumerate() {
            let position = match &arg.role {
                None => Some(position).filter(|_| !info.event),
                Some(role) => info.roles.iter().position(|known| **known == *role.node),
            };
            let Some(slot) = position.filter(|&position| slots[position].is_none()) else {
                let span = arg.role.as_ref().map_or(arg.text.span, |role| role.span);
                problem(
                    format!("`{}` has the roles {}, each once", label.node, info.roles.join(" and ")),
                    span,
                );
                return None;
            };
            slots[slot] = Some(arg);
        }
        let is_open =
            |role: usize| slots[role].is_none() && !info.optional[role] && !(info.event && role == 0);
        if let Some(open) = (0..info.roles.len()).find(|&role| is_open(role)) {
            problem(format!("`{}` needs `{}`", label.node, info.roles[open]), label.span);
            return None;
        }
        let filled = slots.into_iter().enumerate();
        Some(filled.filter_map(|(role, arg)| Some((role as u8, arg?))).collect())
    }

    fn arg(&mut self, arg: &TestArg, places: &Places<'_>) -> Option<ExpectedArg> {
        let text = markup::plain(&arg.text.node);
        let number = arg.number.as_ref().map(|number| number.node);
        let all = places.of(&text);
        if all.is_empty() {
            let title = format!("no marked span reads \"{text}\"");
            self.broken(arg.text.span, &title, "write the argument as it stands between the brackets");
            return None;
        }
        let places = match number {
            None => all,
            Some(number) => match (number as usize).checked_sub(1).and_then(|index| all.get(index)) {
                Some(&place) => vec![place],
                None => {
                    let title = format!("\"{text}\" is marked at {} places, not {number}", all.len());
                    self.broken(arg.text.span, &title, "`#1` is the first of them");
                    return None;
                }
            },
        };
        Some(ExpectedArg { role: 0, text, number, places })
    }

    fn chain(&mut self, span: Span, args: &[TestArg], places: &Places<'_>) -> Option<ExpectedClause> {
        if args.iter().any(|arg| arg.role.is_some()) {
            self.broken(span, "the spans of a chain have no roles", "write == (\"a\", \"b\")");
            return None;
        }
        let args: Option<Vec<_>> = args.iter().map(|arg| self.arg(arg, places)).collect();
        let args = args?;
        let too_often = |arg: &ExpectedArg| {
            args.iter().filter(|other| other.text == arg.text).count() > places.of(&arg.text).len()
        };
        let repeated = |(index, arg): (usize, &ExpectedArg)| {
            arg.number.is_some() && args[..index].iter().any(|other| other == arg)
        };
        if args.len() < 2 || args.iter().any(too_often) || args.iter().enumerate().any(repeated) {
            let help = "name two or more marked spans, each once: == (\"a\", \"b\")";
            self.broken(span, "a chain is of several spans", help);
            return None;
        }
        Some(ExpectedClause::Chain(args))
    }

    /// `=> none` and `=> no REL` beside a relation that they rule out.
    fn contradictions(&mut self, clauses: &[TestClause]) {
        for clause in clauses {
            let TestClauseKind::NoRelation(none) = &clause.kind else { continue };
            let ruled_out = clauses.iter().find(|other| match (&other.kind, none) {
                (TestClauseKind::Relation { .. }, None) => true,
                (TestClauseKind::Relation { label, .. }, Some(none)) => label.node == none.node,
                _ => false,
            });
            if let Some(other) = ruled_out {
                let title = "one clause states a relation that another rules out";
                self.problem(
                    Diagnostic::error(&codes::CONTRADICTION, title, self.file, clause.span)
                        .secondary(self.file, other.span, "the relation")
                        .help("keep one of them"),
                );
            }
        }
    }
}

/// Whether the item makes or drops spans or relations.
fn is_rule(item: &Item) -> bool {
    match item {
        Item::Gazetteer(_) | Item::Regex(_) | Item::Rule(_) | Item::Drop(_) => true,
        Item::Let(_) | Item::Context(_) | Item::Link(_) | Item::Test(_) => false,
    }
}

/// The marked places of a text, by what they read.
pub(crate) struct Places<'t> {
    text: &'t str,
    /// In text order, outer before inner, each once.
    places: Vec<Span>,
}

impl<'t> Places<'t> {
    pub(crate) fn new(text: &'t str, places: impl Iterator<Item = Span>) -> Self {
        let mut places: Vec<Span> = places.collect();
        places.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        places.dedup();
        Self { text, places }
    }

    /// The text that the places are of.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// The places that read so, the first first.
    pub(crate) fn of(&self, text: &str) -> Vec<Span> {
        self.places.iter().copied().filter(|place| place.slice(self.text) == Some(text)).collect()
    }
}
