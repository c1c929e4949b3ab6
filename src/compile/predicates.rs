//! Conditions on tokens to bits that are computed once a form.

use rustc_hash::FxHashMap;

use crate::check::CheckedCondition;
use crate::doc::schema::{ColumnId, NumberField, NumberTest, TextField};
use crate::prep::Class;
use crate::program::{
    FormField, PredicateId, Predicates, RegexUse, Requirement, SpanCheck, SpanTest, TextCheck, TokenTest,
    regex_set,
};

use crate::check::TextTest;

/// Numbers the tests of a pack; equal tests share a number.
#[derive(Default)]
pub(super) struct PredicateBuilder {
    known: FxHashMap<(FormField, String), PredicateId>,
    predicates: Predicates,
    columns: FxHashMap<(ColumnId, String), u32>,
    checks: Vec<(ColumnId, TextCheck)>,
    sources: [Vec<(String, PredicateId)>; 4],
    /// For each test a guess at how often a token meets it.
    frequencies: Vec<u32>,
}

impl PredicateBuilder {
    fn fresh(&mut self, description: String, frequency: u32) -> PredicateId {
        self.predicates.count += 1;
        self.frequencies.push(frequency);
        self.predicates.descriptions.push(description.into());
        PredicateId(self.predicates.count - 1)
    }

    fn text(&mut self, field: FormField, test: &TextTest) -> PredicateId {
        let key = (field, format!("{test:?}"));
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        let id = self.fresh(described(FIELDS[field as usize], test), frequency(field, test));
        self.known.insert(key, id);
        match test {
            TextTest::In(list) => {
                for literal in list {
                    let ids =
                        self.predicates.literals[field as usize].entry(literal.as_str().into()).or_default();
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
            }
            TextTest::Matches(source) => self.sources[field as usize].push((whole(source), id)),
            TextTest::Finds(source) => self.sources[field as usize].push((source.clone(), id)),
        }
        id
    }

    fn length(&mut self, test: NumberTest) -> PredicateId {
        if let Some((_, id)) = self.predicates.lengths.iter().find(|(known, _)| *known == test) {
            return *id;
        }
        let description = match test {
            NumberTest::Equal(n) => format!("len = {n}"),
            NumberTest::Less(n) => format!("len < {n}"),
            NumberTest::Greater(n) => format!("len > {n}"),
        };
        let id = self.fresh(description, FREQUENT);
        self.predicates.lengths.push((test, id));
        id
    }

    fn column(&mut self, column: ColumnId, test: &TextTest) -> u32 {
        let next = self.checks.len() as u32;
        let id = *self.columns.entry((column, format!("{test:?}"))).or_insert(next);
        if id == next {
            self.checks.push((column, text_check(test)));
        }
        id
    }

    /// A guess at how often a line holds what is required, to be set beside others.
    pub(super) fn frequency(&self, requirement: &Requirement) -> u32 {
        let forms = requirement.forms.iter().map(|form| self.frequencies[form.0 as usize]);
        forms.sum::<u32>() + requirement.types.len() as u32 * FREQUENCY_OF_TYPE
    }

    /// The tests on columns.
    pub(super) fn column_checks(&mut self) -> Vec<(ColumnId, TextCheck)> {
        std::mem::take(&mut self.checks)
    }

    pub(super) fn finish(mut self) -> Predicates {
        for (field, sources) in self.sources.into_iter().enumerate() {
            if sources.is_empty() {
                continue;
            }
            let ids = sources.iter().map(|(_, id)| *id).collect();
            // `check` has counted them one by one: together they may take what they take.
            if let Ok(set) = regex_set(sources.iter().map(|(source, _)| source)) {
                self.predicates.regexes[field] = Some((set, ids));
            }
        }
        self.predicates
    }
}

/// What is guessed for tests on lengths and shapes, and for expressions.
const FREQUENT: u32 = 1_000;
/// What is guessed for spans of one type.
const FREQUENCY_OF_TYPE: u32 = 30;

/// A guess at how often a token meets a test: short words are frequent.
fn frequency(field: FormField, test: &TextTest) -> u32 {
    match test {
        TextTest::In(words) if field != FormField::Shape => {
            words.iter().map(|word| word_frequency(&word.to_lowercase())).sum()
        }
        TextTest::In(_) | TextTest::Matches(_) | TextTest::Finds(_) => FREQUENT,
    }
}

/// Words and signs that nearly every sentence of English text holds. Nothing but
/// speed hangs on them: for other languages the length alone has to do.
const EVERYWHERE: &[&str] = &[
    "a", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "that", "the", "to", "was",
    "were", "will", "with", ",", ".", "-", "(", ")",
];

fn word_frequency(word: &str) -> u32 {
    match word.chars().count() {
        _ if EVERYWHERE.contains(&word) => 40,
        0..=2 => 20,
        3 => 5,
        _ => 2,
    }
}

/// The names of the fields of a form.
const FIELDS: [&str; 4] = ["text", "lower", "fold", "shape"];

/// A test as in the rules.
fn described(field: &str, test: &TextTest) -> String {
    match test {
        TextTest::In(list) => match list.as_slice() {
            [only] => format!("{field} = \"{only}\""),
            list => format!("{field} in (\"{}\")", list.join("\", \"")),
        },
        TextTest::Matches(source) => format!("{field} = /{source}/"),
        TextTest::Finds(source) => format!("{field} ~ /{source}/"),
    }
}

/// A test on spans, not yet prepared.
pub(super) fn span_check(condition: &CheckedCondition) -> SpanCheck {
    SpanCheck::new(span_test(condition))
}

/// Compiles a condition on a whole span.
fn span_test(condition: &CheckedCondition) -> SpanTest {
    match condition {
        CheckedCondition::Any => SpanTest::Any,
        CheckedCondition::Not(inner) => SpanTest::Not(Box::new(span_test(inner))),
        CheckedCondition::And(list) => SpanTest::And(list.iter().map(span_test).collect()),
        CheckedCondition::Or(list) => SpanTest::Or(list.iter().map(span_test).collect()),
        CheckedCondition::Flag(flag) => SpanTest::Flag(*flag),
        CheckedCondition::Text(field, test) => SpanTest::Text(*field, text_check(test)),
        CheckedCondition::Number(field, test) => SpanTest::Number(*field, *test),
        // `in TYPE` asks about a token; `check` refuses it about a span.
        CheckedCondition::Standing(..) => SpanTest::Not(Box::new(SpanTest::Any)),
    }
}

fn text_check(test: &TextTest) -> TextCheck {
    // With brackets an expression may be larger than `check` lets one be.
    let regex = |source: &str| {
        RegexUse::Field.build(source).map_or_else(|_| TextCheck::In(Vec::new()), TextCheck::Regex)
    };
    match test {
        TextTest::In(list) => TextCheck::In(list.iter().map(|item| item.as_str().into()).collect()),
        TextTest::Matches(source) => regex(&whole(source)),
        TextTest::Finds(source) => regex(source),
    }
}

/// An expression that must match the whole of a text.
fn whole(source: &str) -> String {
    format!("^(?:{source})$")
}

/// Compiles a condition on one token.
pub(super) fn token_test(condition: &CheckedCondition, predicates: &mut PredicateBuilder) -> TokenTest {
    match condition {
        CheckedCondition::Any => TokenTest::Any,
        CheckedCondition::Not(inner) => TokenTest::Not(Box::new(token_test(inner, predicates))),
        CheckedCondition::And(list) => all_of(list.iter().map(|part| token_test(part, predicates)).collect()),
        CheckedCondition::Or(list) => {
            TokenTest::Or(list.iter().map(|part| token_test(part, predicates)).collect())
        }
        CheckedCondition::Flag(flag) => TokenTest::Class(Class::of(*flag).bits()),
        CheckedCondition::Text(field, test) => text_test(*field, test, predicates),
        CheckedCondition::Number(NumberField::Len, test) => TokenTest::Form(predicates.length(*test)),
        CheckedCondition::Number(NumberField::Line, test) => TokenTest::Line(*test),
        CheckedCondition::Number(NumberField::Tokens, test) => constant(test.holds(1)),
        CheckedCondition::Standing(standing, types) => {
            TokenTest::Standing(*standing, types.as_slice().into())
        }
    }
}

fn text_test(field: TextField, test: &TextTest, predicates: &mut PredicateBuilder) -> TokenTest {
    let field = match field {
        TextField::Text => FormField::Text,
        TextField::Lower => FormField::Lower,
        TextField::Fold => FormField::Fold,
        TextField::Shape => FormField::Shape,
        TextField::Kind => return kind_test(test),
        // A token has no value and no features: `check` refuses the question.
        TextField::Value | TextField::Feature(_) => return constant(false),
        TextField::Column(column) => return TokenTest::Column(predicates.column(column, test)),
    };
    TokenTest::Form(predicates.text(field, test))
}

fn kind_test(test: &TextTest) -> TokenTest {
    let kinds = [
        ("word", Class::WORD),
        ("number", Class::NUMBER),
        ("punct", Class::PUNCT),
        ("symbol", Class::SYMBOL),
    ];
    let accepts = |name: &str| match test {
        TextTest::In(list) => list.iter().any(|item| item == name),
        TextTest::Matches(source) => {
            RegexUse::Field.build(&whole(source)).is_ok_and(|regex| regex.is_match(name))
        }
        TextTest::Finds(source) => RegexUse::Field.build(source).is_ok_and(|regex| regex.is_match(name)),
    };
    let wanted = kinds.into_iter().filter(|(name, _)| accepts(name));
    TokenTest::Or(wanted.map(|(_, class)| TokenTest::Class(class.bits())).collect())
}

/// Joins the class bits of a conjunction into one test.
fn all_of(tests: Vec<TokenTest>) -> TokenTest {
    let (mut bits, mut rest) = (0, Vec::new());
    for test in tests {
        match test {
            TokenTest::Class(more) => bits |= more,
            TokenTest::Any => {}
            other => rest.push(other),
        }
    }
    if bits != 0 {
        rest.insert(0, TokenTest::Class(bits));
    }
    match rest.len() {
        0 => TokenTest::Any,
        1 => rest.swap_remove(0),
        _ => TokenTest::And(rest),
    }
}

fn constant(value: bool) -> TokenTest {
    if value { TokenTest::Any } else { TokenTest::Not(Box::new(TokenTest::Any)) }
}
