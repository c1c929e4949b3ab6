//! Tests on tokens in the words of the rule language: which part of a
//! condition a token does not meet.

use crate::doc::schema::{NumberTest, Standing, TypeId};
use crate::prep::Class;
use crate::program::{Program, TokenTest};

use super::forms::FormTable;
use super::lattice::Letters;
use super::matcher::passes;

/// The parts of a test that a token does not meet.
pub(super) fn failing(
    test: &TokenTest,
    token: usize,
    letters: &Letters<'_>,
    forms: &FormTable,
    program: &Program,
) -> Vec<String> {
    if passes(test, token, letters, forms) {
        return Vec::new();
    }
    match test {
        TokenTest::And(list) => {
            list.iter().flat_map(|part| failing(part, token, letters, forms, program)).collect()
        }
        TokenTest::Class(bits) => {
            let missing = *bits & !letters.tokens[token].class.bits();
            class_names(missing).collect()
        }
        TokenTest::Any
        | TokenTest::Not(_)
        | TokenTest::Or(_)
        | TokenTest::Form(_)
        | TokenTest::Line(_)
        | TokenTest::Standing(..)
        | TokenTest::Column(_) => vec![describe(test, program)],
    }
}

fn class_names(bits: u32) -> impl Iterator<Item = String> {
    let names = Class::NAMES.into_iter().enumerate();
    names.filter(move |(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| name.to_owned())
}

/// A test as the rule language writes it.
pub(super) fn describe(test: &TokenTest, program: &Program) -> String {
    let join = |list: &[TokenTest], by: &str| {
        list.iter().map(|part| describe(part, program)).collect::<Vec<_>>().join(by)
    };
    match test {
        TokenTest::Any => "any token".to_owned(),
        TokenTest::Not(inner) => match &**inner {
            TokenTest::And(_) | TokenTest::Or(_) => format!("!({})", describe(inner, program)),
            TokenTest::Any => "nothing".to_owned(),
            inner => format!("!{}", describe(inner, program)),
        },
        TokenTest::And(list) => join(list, " & "),
        TokenTest::Or(list) => format!("({})", join(list, " | ")),
        TokenTest::Class(bits) => class_names(*bits).collect::<Vec<_>>().join(" & "),
        TokenTest::Form(id) => {
            program.predicates.descriptions.get(id.0 as usize).map_or("", |text| text).to_owned()
        }
        TokenTest::Line(test) => match test {
            NumberTest::Equal(n) => format!("line = {n}"),
            NumberTest::Less(n) => format!("line < {n}"),
            NumberTest::Greater(n) => format!("line > {n}"),
        },
        TokenTest::Standing(standing, types) => {
            let word = match standing {
                Standing::In => "in",
                Standing::Starts => "starts",
                Standing::Ends => "ends",
            };
            format!("{word} {}", type_names(types, program))
        }
        TokenTest::Column(check) => {
            let column = program.column_checks.get(*check as usize).map(|(column, _)| usize::from(column.0));
            let name = column.and_then(|column| program.columns.get(column)).map_or("", |name| name);
            format!("what the column `{name}` says")
        }
    }
}

/// `PERSON`, `PERSON or ORG`
pub(super) fn type_names(types: &[TypeId], program: &Program) -> String {
    types.iter().map(|label| &*program.type_info(*label).name).collect::<Vec<_>>().join(" or ")
}
