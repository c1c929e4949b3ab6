//! Templates: strings with `{…}` in them, and the other right sides of `set`.

use super::ast::{Expr, Name, Set, Spanned, Template, TemplatePart};
use super::cursor::{Cursor, Parsed};
use super::lexer::Kind;
use crate::diag::{Diagnostic, codes};
use crate::text::{FileId, Span};

/// `set name = …`, `set x.name = …` after the word `set`.
pub(super) fn set(cursor: &mut Cursor<'_>) -> Parsed<Set> {
    let first = cursor.name("a feature")?;
    let (target, feature) =
        if cursor.take(".") { (Some(first), cursor.name("a feature")?) } else { (None, first) };
    if !cursor.take_or("=", &[":"]) {
        cursor.expect("=")?;
    }
    Ok(Set { target, feature, value: expression(cursor)? })
}

/// `= …` after the word `value`.
pub(super) fn value(cursor: &mut Cursor<'_>, word: Span) -> Parsed<Set> {
    cursor.expect("=")?;
    Ok(Set { target: None, feature: Spanned::new("value".to_owned(), word), value: expression(cursor)? })
}

fn expression(cursor: &mut Cursor<'_>) -> Parsed<Expr> {
    if matches!(cursor.kind(), Kind::Text(..)) {
        return Ok(Expr::Template(template(cursor)?));
    }
    let name = cursor.name("a string, `column(\"…\")` or a normalizer such as `date()`")?;
    cursor.expect("(")?;
    if name.node == "column" {
        let column = cursor.string("the name of a column")?;
        cursor.expect(")")?;
        return Ok(Expr::Column(column));
    }
    let argument = if cursor.is(")") { None } else { Some(template(cursor)?) };
    cursor.expect(")")?;
    Ok(Expr::Normalizer { name, argument })
}

fn template(cursor: &mut Cursor<'_>) -> Parsed<Template> {
    let text = cursor.string("a string")?;
    Ok(parse_template(cursor.file, &text, cursor.problems))
}

/// Reads the parts of a template. A broken part is reported and left out.
pub(crate) fn parse_template(
    file: FileId,
    text: &Spanned<String>,
    problems: &mut Vec<Diagnostic>,
) -> Template {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text.node.as_str();
    let broken = |title: &str, help: &str| {
        Diagnostic::error(&codes::BROKEN_TEMPLATE, title, file, text.span).help(help)
    };
    while let Some(c) = rest.chars().next() {
        let escaped = ["{{", "}}", "\\{", "\\}", "\\[", "\\]"].iter().find(|pair| rest.starts_with(**pair));
        if let Some(pair) = escaped {
            literal.extend(pair.chars().nth(1));
            rest = &rest[2..];
        } else if c == '{' {
            let Some(end) = rest.find('}') else {
                problems.push(broken(
                    "`{` without `}` in a template",
                    "close it, or write `{{` for a plain brace",
                ));
                break;
            };
            if !literal.is_empty() {
                parts.push(TemplatePart::Literal(std::mem::take(&mut literal)));
            }
            parts.extend(field(&rest[1..end], text.span));
            if rest[1..end].trim().is_empty() {
                problems.push(broken(
                    "`{}` names nothing",
                    "name a group, a binding or `text` between the braces",
                ));
            }
            rest = &rest[end + 1..];
        } else if c == '}' {
            problems.push(broken("`}` without `{` in a template", "write `}}` for a plain brace"));
            rest = &rest[1..];
        } else {
            literal.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if !literal.is_empty() {
        parts.push(TemplatePart::Literal(literal));
    }
    Template { span: text.span, parts }
}

fn field(inner: &str, span: Span) -> Option<TemplatePart> {
    let mut words = inner.split('|').map(|word| Name::new(word.trim().to_owned(), span));
    let name = words.next().filter(|name| !name.node.is_empty())?;
    Some(TemplatePart::Field { name, filters: words.collect() })
}
