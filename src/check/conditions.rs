//! Conditions on tokens and spans: fields, flags, comparisons.

use super::size::{self, Compiled, WrongRegex};
use super::{CheckedCondition, Checker, TextTest};
use crate::diag::{Diagnostic, codes};
use crate::doc::schema::{ColumnId, FoldFlags, NumberField, NumberTest, TextField, TokenFlag};
use crate::prep::fold;
use crate::syntax::ast::{CompareOp, Condition, Name, Operand, RegexLiteral, Spanned};
use crate::syntax::suggest::nearest;
use crate::text::Span;

/// The flags of tokens by name.
const FLAGS: [(&str, TokenFlag); 11] = [
    ("word", TokenFlag::Word),
    ("number", TokenFlag::Number),
    ("punct", TokenFlag::Punct),
    ("symbol", TokenFlag::Symbol),
    ("capitalized", TokenFlag::Capitalized),
    ("allcaps", TokenFlag::AllCaps),
    ("lowercase", TokenFlag::Lowercase),
    ("mixed", TokenFlag::Mixed),
    ("line-start", TokenFlag::LineStart),
    ("line-end", TokenFlag::LineEnd),
    ("sentence-start", TokenFlag::SentenceStart),
];

/// The names of all flags of tokens.
pub fn flags() -> impl Iterator<Item = &'static str> {
    FLAGS.iter().map(|(name, _)| *name)
}

/// What a condition speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// One token.
    Token,
    /// A whole span, or what a name is bound to.
    Span,
}

/// A field of a token or span.
pub(super) enum Field {
    Text(TextField),
    Number(NumberField),
}

impl Checker<'_> {
    pub(super) fn condition(&mut self, condition: &Condition, subject: Subject) -> CheckedCondition {
        match condition {
            Condition::Any => CheckedCondition::Any,
            Condition::Not(inner) => CheckedCondition::Not(Box::new(self.condition(inner, subject))),
            Condition::And(list) => {
                CheckedCondition::And(list.iter().map(|part| self.condition(part, subject)).collect())
            }
            Condition::Or(list) => {
                CheckedCondition::Or(list.iter().map(|part| self.condition(part, subject)).collect())
            }
            Condition::Flag(name) => self.flag(name),
            Condition::Compare { field, op, value } => self.comparison(field, op, value, subject),
            Condition::Standing(standing, label) if subject == Subject::Token => {
                CheckedCondition::Standing(*standing, self.read_type(label, self.step))
            }
            Condition::Standing(_, label) => {
                self.problem(
                    Diagnostic::error(
                        &codes::WRONG_COMPARISON,
                        "`in`, `starts` and `ends` speak of a token, not of a span",
                        self.file,
                        label.span,
                    )
                    .help("say it after `where`: `x inside TYPE`"),
                );
                CheckedCondition::Any
            }
        }
    }

    fn flag(&mut self, name: &Name) -> CheckedCondition {
        if let Some((_, flag)) = FLAGS.iter().find(|(known, _)| *known == name.node) {
            return CheckedCondition::Flag(*flag);
        }
        let near = nearest(&name.node, FLAGS.iter().map(|(known, _)| *known));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a field needs a comparison, such as `text = \"…\"`; a type stands after `in`".to_owned(),
        };
        let title = format!("unknown flag `{}`", name.node);
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_FLAG, title, self.file, name.span).help(help);
        self.problem(diagnostic.renamed(near));
        CheckedCondition::Any
    }

    /// The field of this name, if the subject has one.
    pub(super) fn field(&mut self, name: &Name, subject: Subject) -> Option<Field> {
        let field = match name.node.as_str() {
            "text" => Field::Text(TextField::Text),
            "lower" => Field::Text(TextField::Lower),
            "fold" => Field::Text(TextField::Fold),
            "shape" => Field::Text(TextField::Shape),
            "kind" if subject == Subject::Token => Field::Text(TextField::Kind),
            "len" => Field::Number(NumberField::Len),
            "line" => Field::Number(NumberField::Line),
            "tokens" if subject == Subject::Span => Field::Number(NumberField::Tokens),
            "value" if subject == Subject::Span => Field::Text(TextField::Value),
            other => match self.features.get_index_of(other) {
                Some(index) if subject == Subject::Span => {
                    Field::Text(TextField::Feature(crate::doc::schema::FeatureId(index as u16)))
                }
                _ if subject == Subject::Token && self.columns.iter().any(|name| name == other) => {
                    let index = self.columns.iter().position(|name| name == other).unwrap_or(0);
                    Field::Text(TextField::Column(ColumnId(index as u16)))
                }
                _ => {
                    self.unknown_field(name, subject);
                    return None;
                }
            },
        };
        Some(field)
    }

    fn unknown_field(&mut self, name: &Name, subject: Subject) {
        let of_span = subject == Subject::Span;
        let mut known = vec!["text", "lower", "fold", "shape", "len", "line"];
        known.extend(if of_span { &["value", "tokens"][..] } else { &["kind"][..] });
        known.extend(self.features.iter().map(String::as_str).filter(|_| of_span));
        known.extend(self.columns.iter().map(String::as_str).filter(|_| !of_span));
        let near = nearest(&name.node, known.iter().copied()).map(str::to_owned);
        let help = match &near {
            Some(near) => format!("did you mean `{near}`?"),
            None if of_span => format!("known here: {}", known.join(", ")),
            None => format!(
                "known here: {}; a column that the documents bring is declared in `pack.toml`: `columns = [\"{}\"]`",
                known.join(", "),
                name.node
            ),
        };
        let what = if of_span { "span" } else { "token" };
        let title = format!("a {what} has no field `{}`", name.node);
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_FIELD, title, self.file, name.span).help(help);
        self.problem(diagnostic.renamed(near.as_deref()));
    }

    pub(super) fn comparison(
        &mut self,
        field: &Name,
        op: &Spanned<CompareOp>,
        value: &Operand,
        subject: Subject,
    ) -> CheckedCondition {
        let negated = op.node == CompareOp::NotEqual;
        let checked = match self.field(field, subject) {
            None => CheckedCondition::Any,
            Some(Field::Number(number)) => match (op.node, value) {
                (CompareOp::Equal | CompareOp::NotEqual, Operand::Number(n)) => {
                    CheckedCondition::Number(number, NumberTest::Equal(n.node))
                }
                (CompareOp::Less, Operand::Number(n)) => {
                    CheckedCondition::Number(number, NumberTest::Less(n.node))
                }
                (CompareOp::Greater, Operand::Number(n)) => {
                    CheckedCondition::Number(number, NumberTest::Greater(n.node))
                }
                _ => {
                    self.wrong_comparison(field, op.span, "a number is compared with `= != < >` and a number")
                }
            },
            Some(Field::Text(text)) => match self.text_test(text, op, value) {
                Some(test) => CheckedCondition::Text(text, test),
                None => CheckedCondition::Any,
            },
        };
        if negated { CheckedCondition::Not(Box::new(checked)) } else { checked }
    }

    fn wrong_comparison(&mut self, field: &Name, span: Span, help: &str) -> CheckedCondition {
        let title = format!("`{}` cannot be compared so", field.node);
        self.problem(Diagnostic::error(&codes::WRONG_COMPARISON, title, self.file, span).help(help));
        CheckedCondition::Any
    }

    fn text_test(&mut self, field: TextField, op: &Spanned<CompareOp>, value: &Operand) -> Option<TextTest> {
        match (op.node, value) {
            (CompareOp::Equal | CompareOp::NotEqual, Operand::Text(text)) => {
                Some(TextTest::In(vec![self.comparable(field, text)]))
            }
            (CompareOp::Equal | CompareOp::NotEqual | CompareOp::In, Operand::List(list, _)) => {
                Some(TextTest::In(list.iter().map(|text| self.comparable(field, text)).collect()))
            }
            (CompareOp::Equal | CompareOp::NotEqual | CompareOp::Finds, Operand::Regex(literal)) => {
                let source = self.regex(literal)?;
                self.never_matches_small(field, &source, literal.span);
                Some(if op.node == CompareOp::Finds {
                    TextTest::Finds(source)
                } else {
                    TextTest::Matches(source)
                })
            }
            (CompareOp::Finds, Operand::Text(text)) => Some(TextTest::Finds(regex::escape(&text.node))),
            _ => {
                self.problem(
                    Diagnostic::error(
                        &codes::WRONG_COMPARISON,
                        "a text cannot be compared so",
                        self.file,
                        op.span,
                    )
                    .help("use `= != ~ in` with a string, a list or a regular expression"),
                );
                None
            }
        }
    }

    /// A text as the field would show it; warns where it never would.
    fn comparable(&mut self, field: TextField, text: &Spanned<String>) -> String {
        let folded = fold(&text.node, FoldFlags::default()).into_owned();
        let flags = match field {
            TextField::Lower => FoldFlags { case: true, marks: false },
            TextField::Fold => FoldFlags { case: true, marks: true },
            TextField::Text
            | TextField::Shape
            | TextField::Kind
            | TextField::Value
            | TextField::Column(_)
            | TextField::Feature(_) => {
                return folded;
            }
        };
        let shown = fold(&folded, flags).into_owned();
        if shown != folded {
            self.problem(
                Diagnostic::warning(
                    &codes::NEVER_EQUAL,
                    format!("this field never equals \"{}\"", text.node),
                    self.file,
                    text.span,
                )
                .help(format!("write \"{shown}\""))
                .fix(text.span, format!("\"{shown}\"")),
            );
        }
        folded
    }

    /// The source of a regular expression with its flags written into it.
    pub(super) fn regex(&mut self, literal: &RegexLiteral) -> Option<String> {
        if let Some(flag) = literal.flags.chars().find(|flag| !"ix".contains(*flag)) {
            self.problem(
                Diagnostic::error(
                    &codes::BROKEN_REGEX,
                    format!("unknown flag `{flag}` of a regular expression"),
                    self.file,
                    literal.span,
                )
                .help("known flags are `i` (case folds) and `x` (white space and comments are ignored)"),
            );
            return None;
        }
        self.not_composed(literal);
        let source = enclosed(&literal.flags, &literal.source);
        self.compiles(&source, literal.span).then_some(source)
    }

    /// Whether an expression compiles, within what one may take. One that stands
    /// in a let is compiled once, however often the let is written out.
    pub(super) fn compiles(&mut self, source: &str, span: Span) -> bool {
        if !self.compiled.contains_key(source) {
            let compiled = size::of_regex(source);
            if let Ok(Compiled { bytes, .. }) = compiled {
                self.grow(bytes, span);
            }
            self.compiled.insert(source.to_owned(), compiled);
        }
        let Some(Err(wrong)) = self.compiled.get(source) else { return true };
        let diagnostic = match wrong {
            WrongRegex::TooLarge => Diagnostic::error(
                &codes::REGEX_TOO_LARGE,
                format!("this regular expression takes more than {} MiB when compiled", size::MOST_MIB),
                self.file,
                span,
            )
            .help("lower the bounds of its repetitions, or write `*` or `+`; `\\w` and `.` are large, `[a-z]` is small"),
            WrongRegex::Broken(reason) => Diagnostic::error(
                &codes::BROKEN_REGEX,
                format!("broken regular expression: {reason}"),
                self.file,
                span,
            )
            .help("the syntax is that of the Rust `regex` crate; look-around belongs to token patterns"),
        };
        self.problem(diagnostic);
        false
    }
}

/// An expression with its flags, such that it can be put into brackets: one that
/// ends in a comment, as `x` allows, gets the end of that line. A broken one stays
/// broken.
fn enclosed(flags: &str, source: &str) -> String {
    let alone = if flags.is_empty() { source.to_owned() } else { format!("(?{flags}){source}") };
    let is_whole = |source: &str| regex_syntax::ast::parse::Parser::new().parse(source).is_ok();
    if !is_whole(&alone) {
        return alone;
    }
    let end = if is_whole(&format!("(?:{alone})")) { "" } else { "\n" };
    if flags.is_empty() { format!("{source}{end}") } else { format!("(?{flags}:{source}{end})") }
}
