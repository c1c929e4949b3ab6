//! The tests of a rule file.

use super::ast::{Spanned, Test, TestArg, TestCase, TestClause, TestClauseKind};
use super::cursor::{Cursor, Parsed};
use super::lexer::Kind;

/// `test name { … }`, after its first word.
pub(super) fn test(cursor: &mut Cursor<'_>) -> Parsed<Test> {
    let name = cursor.name("the name of the test")?;
    cursor.expect("{")?;
    let mut cases = Vec::new();
    while !cursor.is("}") {
        let start = cursor.span();
        if cursor.take_word("none") {
            let text = cursor.string("a text")?;
            cases.push(TestCase::None { span: start.cover(text.span), text });
            continue;
        }
        let markup = cursor.string("a text in quotes, `none` or `}`")?;
        let mut clauses = Vec::new();
        while cursor.is("=>") || cursor.is("==") {
            clauses.push(clause(cursor)?);
        }
        cases.push(TestCase::Expect { markup, clauses });
    }
    cursor.expect("}")?;
    Ok(Test { name, cases })
}

/// `=> REL("a", "b")`, `=> none`, `=> no REL` or `== ("a", "b")`
fn clause(cursor: &mut Cursor<'_>) -> Parsed<TestClause> {
    let start = cursor.span();
    let kind = if cursor.take("==") {
        TestClauseKind::Chain(args(cursor)?)
    } else {
        cursor.expect("=>")?;
        let opens = *cursor.second() == Kind::Mark("(");
        if cursor.is_word("none") && !opens {
            cursor.advance();
            TestClauseKind::NoRelation(None)
        } else if cursor.is_word("no") && !opens {
            cursor.advance();
            TestClauseKind::NoRelation(Some(cursor.name("a relation")?))
        } else {
            let label = cursor.name("a relation")?;
            TestClauseKind::Relation { label, args: args(cursor)? }
        }
    };
    Ok(TestClause { kind, span: start.cover(cursor.last_span()) })
}

fn args(cursor: &mut Cursor<'_>) -> Parsed<Vec<TestArg>> {
    cursor.expect("(")?;
    let mut args = vec![arg(cursor)?];
    while cursor.take(",") {
        args.push(arg(cursor)?);
    }
    cursor.expect(")")?;
    Ok(args)
}

/// `"text"`, with a role before it or a number after it
fn arg(cursor: &mut Cursor<'_>) -> Parsed<TestArg> {
    let role = match cursor.kind() {
        Kind::Name(_) if *cursor.second() == Kind::Mark(":") => {
            let role = cursor.name("a role")?;
            cursor.expect(":")?;
            Some(role)
        }
        _ => None,
    };
    let text = cursor.string("the text of an argument")?;
    let number = if cursor.take("#") {
        let start = cursor.last_span();
        let count = cursor.count("which of the marked spans")?;
        Some(Spanned::new(count, start.cover(cursor.last_span())))
    } else {
        None
    };
    Ok(TestArg { role, text, number })
}
