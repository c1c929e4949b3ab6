//! Conditions: on one token between brackets, on what is bound after `where`.

use super::ast::{CompareOp, Condition, Operand, SpanRelation, Spanned, Standing, Where, WhereSpan};
use super::cursor::{Cursor, Parsed};
use super::lexer::Kind;
use super::patterns::{bracketed, regex};

/// `a & b | !c`
pub(super) fn condition(cursor: &mut Cursor<'_>) -> Parsed<Condition> {
    cursor.nested(|cursor| {
        let mut choices = vec![conjunction(cursor)?];
        while cursor.take_or("|", &["||", "or"]) {
            choices.push(conjunction(cursor)?);
        }
        Ok(if choices.len() == 1 { choices.swap_remove(0) } else { Condition::Or(choices) })
    })
}

fn conjunction(cursor: &mut Cursor<'_>) -> Parsed<Condition> {
    let mut parts = vec![test(cursor)?];
    while cursor.take_or("&", &["&&", "and"]) {
        parts.push(test(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::And(parts) })
}

fn test(cursor: &mut Cursor<'_>) -> Parsed<Condition> {
    // `not` is no flag: what it denies follows.
    let denies = matches!(cursor.second(), Kind::Name(_) | Kind::Mark("(" | "!"));
    if cursor.take_or("!", if denies { &["not"] } else { &[] }) {
        return Ok(Condition::Not(Box::new(cursor.nested(test)?)));
    }
    if cursor.take("(") {
        let inner = condition(cursor)?;
        cursor.expect(")")?;
        return Ok(inner);
    }
    let name = cursor.name("a field or flag such as `text`, `capitalized`, `in TYPE`")?;
    let standing = match name.node.as_str() {
        "in" => Some(Standing::In),
        "starts" => Some(Standing::Starts),
        "ends" => Some(Standing::Ends),
        _ => None,
    };
    if let Some(standing) = standing {
        return Ok(Condition::Standing(standing, cursor.name("a type")?));
    }
    match operator(cursor) {
        Some(op) => {
            let value = operand(cursor, op.node)?;
            Ok(Condition::Compare { field: name, op, value })
        }
        None => Ok(Condition::Flag(name)),
    }
}

/// A comparison, if one stands here.
fn operator(cursor: &mut Cursor<'_>) -> Option<Spanned<CompareOp>> {
    let op = match cursor.kind() {
        Kind::Mark("=") => CompareOp::Equal,
        Kind::Mark("==") => {
            let span = cursor.span();
            cursor.take_or("=", &["=="]);
            return Some(Spanned::new(CompareOp::Equal, span));
        }
        Kind::Mark("!=") => CompareOp::NotEqual,
        Kind::Mark("<") => CompareOp::Less,
        Kind::Mark(">") => CompareOp::Greater,
        Kind::Mark("~") => CompareOp::Finds,
        Kind::Name(name) if name == "in" => CompareOp::In,
        _ => return None,
    };
    let span = cursor.span();
    cursor.advance();
    Some(Spanned::new(op, span))
}

fn operand(cursor: &mut Cursor<'_>, op: CompareOp) -> Parsed<Operand> {
    match cursor.kind() {
        Kind::Mark("(") => {
            let start = cursor.span();
            cursor.advance();
            let mut list = vec![cursor.string("a string")?];
            while !cursor.is(")") {
                if !cursor.take(",") {
                    return Err(cursor.unexpected("`,` or `)`"));
                }
                list.push(cursor.string("a string")?);
            }
            cursor.expect(")")?;
            Ok(Operand::List(list, start.cover(cursor.last_span())))
        }
        _ if op == CompareOp::In => Err(cursor.unexpected("a list such as `(\"a\", \"b\")`")),
        Kind::Text(..) => Ok(Operand::Text(cursor.string("a string without `i`")?)),
        Kind::Number(_) => Ok(Operand::Number(cursor.number("a number")?)),
        Kind::Regex(..) => Ok(Operand::Regex(regex(cursor)?)),
        Kind::Name(_) if *cursor.second() == Kind::Mark(".") => {
            let name = cursor.name("a name")?;
            cursor.advance();
            Ok(Operand::Field(name, cursor.name("a field")?))
        }
        Kind::Name(_) | Kind::Mark(_) | Kind::End => {
            Err(cursor.unexpected("a string, a number, a regular expression or a list"))
        }
    }
}

/// `a or b`
pub(super) fn facts(cursor: &mut Cursor<'_>) -> Parsed<Where> {
    cursor.nested(|cursor| {
        let mut choices = vec![all_facts(cursor)?];
        while cursor.take_word("or") {
            choices.push(all_facts(cursor)?);
        }
        Ok(if choices.len() == 1 { choices.swap_remove(0) } else { Where::Or(choices) })
    })
}

fn all_facts(cursor: &mut Cursor<'_>) -> Parsed<Where> {
    let mut parts = vec![fact(cursor)?];
    while cursor.take_word("and") {
        parts.push(fact(cursor)?);
    }
    Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Where::And(parts) })
}

fn fact(cursor: &mut Cursor<'_>) -> Parsed<Where> {
    if cursor.take_word("not") {
        return Ok(Where::Not(Box::new(cursor.nested(fact)?)));
    }
    if cursor.take("(") {
        let inner = facts(cursor)?;
        cursor.expect(")")?;
        return Ok(inner);
    }
    if *cursor.second() == Kind::Mark(".") {
        let target = cursor.name("a name")?;
        cursor.advance();
        let field = cursor.name("a field or feature")?;
        let Some(op) = operator(cursor) else {
            return Err(cursor.unexpected("a comparison: `= != < > ~ in`"));
        };
        let value = operand(cursor, op.node)?;
        return Ok(Where::Compare { target, field, op, value });
    }
    let left = side(cursor)?;
    if let (WhereSpan::Name(name, None), true) = (&left, cursor.is_word("outermost")) {
        let name = name.clone();
        cursor.advance();
        return Ok(Where::Outermost(name));
    }
    let relation = relation(cursor)?;
    Ok(Where::Relation { left, relation, right: side(cursor)? })
}

/// `name`, `TYPE[cond]`, `name=TYPE[cond]`
fn side(cursor: &mut Cursor<'_>) -> Parsed<WhereSpan> {
    let is_bound = *cursor.second() == Kind::Mark("=");
    let name = if is_bound { cursor.new_name("a name")? } else { cursor.name("a name or a type")? };
    let label = if cursor.take("=") { Some(cursor.name("a type")?) } else { None };
    let filter = if cursor.take("[") { Some(bracketed(cursor)?) } else { None };
    Ok(match label {
        Some(label) => WhereSpan::Bind(name, label, filter),
        None => WhereSpan::Name(name, filter),
    })
}

fn relation(cursor: &mut Cursor<'_>) -> Parsed<Spanned<SpanRelation>> {
    const EXPECTED: &str = "`inside`, `contains`, `touches`, `equals`, `overlaps`, `before`, `after`, \
                            `same line`, `same sentence`, `within N tokens` or `outermost`";
    let start = cursor.span();
    let Kind::Name(word) = cursor.kind() else { return Err(cursor.unexpected(EXPECTED)) };
    let relation = match word.as_str() {
        "inside" => SpanRelation::Inside,
        "contains" => SpanRelation::Contains,
        "touches" => SpanRelation::Touches,
        "equals" => SpanRelation::Equals,
        "overlaps" => SpanRelation::Overlaps,
        "before" => SpanRelation::Before,
        "after" => SpanRelation::After,
        "same" => {
            cursor.advance();
            match cursor.kind() {
                Kind::Name(word) if word == "line" => SpanRelation::SameLine,
                Kind::Name(word) if word == "sentence" => SpanRelation::SameSentence,
                _ => return Err(cursor.unexpected("`line` or `sentence`")),
            }
        }
        "within" => {
            cursor.advance();
            let most = cursor.count("a number of tokens")?;
            if !cursor.is_word("tokens") && !cursor.is_word("token") {
                return Err(cursor.unexpected("`tokens`"));
            }
            SpanRelation::WithinTokens(most)
        }
        _ => return Err(cursor.unexpected(EXPECTED)),
    };
    cursor.advance();
    if matches!(relation, SpanRelation::WithinTokens(_)) {
        cursor.take_word("of");
    }
    Ok(Spanned::new(relation, start.cover(cursor.last_span())))
}
