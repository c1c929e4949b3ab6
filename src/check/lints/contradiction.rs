//! Conditions that no token meets, and conditions of which one implies another.

use super::super::{CheckedCondition, TextTest};
use crate::doc::schema::{NumberField, NumberTest, TextField, TokenFlag};
use crate::prep::{Class, tokenize};

/// Whether every token that meets `some` surely meets `all`.
pub(super) fn implies(some: &CheckedCondition, all: &CheckedCondition) -> bool {
    if some == all || *all == CheckedCondition::Any {
        return true;
    }
    if let CheckedCondition::And(parts) = all {
        return parts.iter().all(|part| implies(some, part));
    }
    match (some, all) {
        (CheckedCondition::Or(parts), _) => parts.iter().all(|part| implies(part, all)),
        (CheckedCondition::And(parts), _) => parts.iter().any(|part| implies(part, all)),
        (_, CheckedCondition::Or(parts)) => parts.iter().any(|part| implies(some, part)),
        (CheckedCondition::Text(TextField::Text, TextTest::In(list)), CheckedCondition::Flag(flag)) => {
            list.iter().all(|form| Class::of_form(form).contains(Class::of(*flag)))
        }
        (
            CheckedCondition::Text(field, TextTest::In(list)),
            CheckedCondition::Text(other, TextTest::In(wide)),
        ) => field == other && list.iter().all(|form| wide.contains(form)),
        _ => false,
    }
}

/// Why no token meets a condition, if none does.
pub(super) fn contradiction(condition: &CheckedCondition, own_tokens: bool) -> Option<String> {
    let parts = match condition {
        CheckedCondition::And(parts) => parts.as_slice(),
        CheckedCondition::Or(parts) => {
            let all = parts.iter().map(|part| contradiction(part, own_tokens)).collect::<Option<Vec<_>>>()?;
            return all.into_iter().next();
        }
        other => std::slice::from_ref(other),
    };
    if let [CheckedCondition::Not(inner)] = parts {
        return (**inner == CheckedCondition::Any).then(|| "`!` of anything".to_owned());
    }
    if parts.len() > 1
        && let Some(reason) = parts.iter().find_map(|part| match part {
            CheckedCondition::And(_) | CheckedCondition::Or(_) => contradiction(part, own_tokens),
            _ => None,
        })
    {
        return Some(reason);
    }
    negated(parts).or_else(|| flags(parts)).or_else(|| texts(parts, own_tokens)).or_else(|| numbers(parts))
}

fn negated(parts: &[CheckedCondition]) -> Option<String> {
    let not = |part: &CheckedCondition| match part {
        CheckedCondition::Not(inner) => parts.contains(inner),
        _ => false,
    };
    parts.iter().any(not).then(|| "a part of it is denied by another".to_owned())
}

fn flags(parts: &[CheckedCondition]) -> Option<String> {
    use TokenFlag::{AllCaps, Capitalized, Lowercase, Mixed, Number, Punct, Symbol, Word};
    const KINDS: [TokenFlag; 4] = [Word, Number, Punct, Symbol];
    const CASES: [TokenFlag; 4] = [Capitalized, AllCaps, Lowercase, Mixed];
    let excludes = |a: TokenFlag, b: TokenFlag| {
        KINDS.contains(&a) && KINDS.contains(&b) && a != b
            || a != Word && KINDS.contains(&a) && CASES.contains(&b)
            || a == Lowercase && [Capitalized, AllCaps, Mixed].contains(&b)
            || a == AllCaps && b == Mixed
    };
    let found: Vec<TokenFlag> = parts
        .iter()
        .filter_map(|part| match part {
            CheckedCondition::Flag(flag) => Some(*flag),
            _ => None,
        })
        .collect();
    let clash =
        found.iter().flat_map(|a| found.iter().map(move |b| (*a, *b))).find(|(a, b)| excludes(*a, *b))?;
    Some(format!("`{}` excludes `{}`", name(clash.0), name(clash.1)))
}

fn name(flag: TokenFlag) -> &'static str {
    Class::of(flag).names().next().unwrap_or("")
}

fn texts(parts: &[CheckedCondition], own_tokens: bool) -> Option<String> {
    let lists: Vec<(TextField, &Vec<String>)> = parts
        .iter()
        .filter_map(|part| match part {
            CheckedCondition::Text(field, TextTest::In(list)) => Some((*field, list)),
            _ => None,
        })
        .collect();
    for (index, (field, list)) in lists.iter().enumerate() {
        for (other, wide) in &lists[..index] {
            if field == other && !list.iter().any(|form| wide.contains(form)) {
                return Some("two of its texts have nothing in common".to_owned());
            }
        }
        if !matches!(field, TextField::Text | TextField::Lower | TextField::Fold) {
            continue;
        }
        // `'s` is a token behind a word, `No.` before a number.
        let cut = |form: &String| {
            let beside = [("", ""), ("a ", " 1"), ("a", " b")];
            !beside.iter().any(|(before, after)| {
                let text = format!("{before}{form}{after}");
                let mut tokens = Vec::new();
                tokenize(&text, &mut tokens);
                tokens.iter().any(|token| token.span().slice(&text) == Some(form))
            })
        };
        if own_tokens && list.iter().all(cut) {
            let first = list.first().map_or("", String::as_str);
            return Some(format!("\"{first}\" is not one token"));
        }
        let denied = parts.iter().find_map(|part| match part {
            CheckedCondition::Flag(flag) => {
                let of_place = [TokenFlag::LineStart, TokenFlag::LineEnd, TokenFlag::SentenceStart];
                let of_case =
                    ![TokenFlag::Word, TokenFlag::Number, TokenFlag::Punct, TokenFlag::Symbol].contains(flag);
                let decides = !of_place.contains(flag) && (*field == TextField::Text || !of_case);
                let meets = |form: &String| Class::of_form(form).contains(Class::of(*flag));
                (decides && !list.iter().any(meets)).then_some(*flag)
            }
            _ => None,
        });
        if let Some(flag) = denied {
            return Some(format!("none of its texts is `{}`", name(flag)));
        }
    }
    None
}

fn numbers(parts: &[CheckedCondition]) -> Option<String> {
    for field in [NumberField::Len, NumberField::Tokens] {
        let (mut least, mut most) = (1, i64::MAX);
        for part in parts {
            match part {
                CheckedCondition::Number(f, NumberTest::Equal(n)) if *f == field => {
                    (least, most) = (least.max(*n), most.min(*n));
                }
                CheckedCondition::Number(f, NumberTest::Less(n)) if *f == field => {
                    most = most.min(n.saturating_sub(1))
                }
                CheckedCondition::Number(f, NumberTest::Greater(n)) if *f == field => {
                    least = least.max(n.saturating_add(1));
                }
                _ => {}
            }
        }
        if least > most {
            return Some("no length is so".to_owned());
        }
    }
    None
}
