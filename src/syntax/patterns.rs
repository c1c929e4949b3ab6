//! Patterns over tokens and spans.

use super::ast::{Anchor, Pattern, PatternKind, RegexLiteral};
use super::conditions::condition;
use super::cursor::{Cursor, Parsed, Reported};
use super::items::KEYWORDS;
use super::lexer::Kind;
use crate::diag::{Diagnostic, codes};
use crate::text::Span;

/// Words that end a pattern: a clause begins.
pub(super) const CLAUSES: [&str; 3] = ["where", "set", "value"];

/// `sequence | sequence`
pub(super) fn pattern(cursor: &mut Cursor<'_>) -> Parsed<Pattern> {
    cursor.nested(|cursor| {
        let start = cursor.span();
        let mut choices = vec![sequence(cursor)?];
        while cursor.take_or("|", &["||"]) {
            choices.push(sequence(cursor)?);
        }
        Ok(match choices.len() {
            1 => choices.swap_remove(0),
            _ => Pattern { kind: PatternKind::Alternation(choices), span: start.cover(cursor.last_span()) },
        })
    })
}

fn sequence(cursor: &mut Cursor<'_>) -> Parsed<Pattern> {
    let start = cursor.span();
    let mut pieces = vec![piece(cursor)?];
    while begins_piece(cursor) {
        pieces.push(piece(cursor)?);
    }
    Ok(match pieces.len() {
        1 => pieces.swap_remove(0),
        _ => Pattern { kind: PatternKind::Sequence(pieces), span: start.cover(cursor.last_span()) },
    })
}

/// Whether another piece of the sequence begins here.
fn begins_piece(cursor: &Cursor<'_>) -> bool {
    match cursor.kind() {
        Kind::Name(name) => {
            // `let a = b` may be followed by `rule c`: an item, not a piece.
            !begins_item(cursor) && (!ends_pattern(cursor, name) || is_reserved_binding(cursor))
        }
        Kind::Text(..) | Kind::Regex(..) => true,
        Kind::Mark(mark) => {
            ["[", "<", "(", "...", "^", "$", "^s", "$s", "(?=", "(?!", "(?<=", "(?<!"].contains(mark)
        }
        Kind::Number(_) | Kind::End => false,
    }
}

fn begins_item(cursor: &Cursor<'_>) -> bool {
    let is_keyword = matches!(cursor.kind(), Kind::Name(name) if KEYWORDS.contains(&name.as_str()));
    is_keyword && matches!(cursor.second(), Kind::Name(_)) || cursor.begins_misspelt(&KEYWORDS)
}

/// `where=PERSON`: no clause, but a binding with a name that cannot be.
fn is_reserved_binding(cursor: &Cursor<'_>) -> bool {
    (cursor.is_word("where") || cursor.is_word("set")) && *cursor.second() == Kind::Mark("=")
}

fn ends_pattern(cursor: &Cursor<'_>, name: &str) -> bool {
    CLAUSES.contains(&name) || cursor.pattern_end == Some(name)
}

/// `[name =] atom [repeat]`
pub(super) fn piece(cursor: &mut Cursor<'_>) -> Parsed<Pattern> {
    let is_clause = matches!(cursor.kind(), Kind::Name(name) if CLAUSES.contains(&name.as_str()));
    if is_clause && !is_reserved_binding(cursor) || begins_item(cursor) {
        return Err(cursor.unexpected("a pattern"));
    }
    if matches!(cursor.kind(), Kind::Name(_)) && *cursor.second() == Kind::Mark("=") {
        let name = cursor.new_name("a name")?;
        cursor.advance();
        let atom = atom(cursor)?;
        let inner_span = atom.span;
        // `x=PERSON+` binds each PERSON in turn: the repeat is outside.
        let bound =
            Pattern { span: name.span.cover(inner_span), kind: PatternKind::Bind(name, Box::new(atom)) };
        return repeats(cursor, bound);
    }
    let atom = atom(cursor)?;
    repeats(cursor, atom)
}

/// `? * + {m,n}`, each lazy with a further `?`. Only one may stand.
fn repeats(cursor: &mut Cursor<'_>, inner: Pattern) -> Parsed<Pattern> {
    let Some((min, max)) = repeat(cursor)? else { return Ok(inner) };
    let lazy = cursor.take("?");
    let repeated = repeated(cursor, inner, min, max, lazy);
    let again = cursor.span();
    if repeat(cursor)?.is_some() {
        cursor.take("?");
        let title = "a repeat cannot be repeated";
        let span = again.cover(cursor.last_span());
        cursor.problems.push(
            Diagnostic::error(&codes::UNEXPECTED_TOKEN, title, cursor.file, span)
                .label("second repeat")
                .help("put round brackets about what the second one repeats"),
        );
        return Err(Reported);
    }
    Ok(repeated)
}

/// How often, if a repeat stands here.
fn repeat(cursor: &mut Cursor<'_>) -> Parsed<Option<(u32, Option<u32>)>> {
    let bounds = match cursor.kind() {
        Kind::Mark("?") => (0, Some(1)),
        Kind::Mark("*") => (0, None),
        Kind::Mark("+") => (1, None),
        Kind::Mark("{") => return Ok(Some(bounds(cursor)?)),
        _ => return Ok(None),
    };
    cursor.advance();
    Ok(Some(bounds))
}

fn repeated(cursor: &Cursor<'_>, inner: Pattern, min: u32, max: Option<u32>, lazy: bool) -> Pattern {
    let span = inner.span.cover(cursor.last_span());
    Pattern { kind: PatternKind::Repeat { inner: Box::new(inner), min, max, lazy }, span }
}

/// `{n}`, `{m,}`, `{m,n}`
fn bounds(cursor: &mut Cursor<'_>) -> Parsed<(u32, Option<u32>)> {
    cursor.expect("{")?;
    let min = cursor.count("a number of repetitions")?;
    let max = if cursor.take(",") {
        if cursor.is("}") { None } else { Some(cursor.count("a number of repetitions")?) }
    } else {
        Some(min)
    };
    cursor.expect("}")?;
    Ok((min, max))
}

fn atom(cursor: &mut Cursor<'_>) -> Parsed<Pattern> {
    let start = cursor.span();
    let kind = match cursor.kind() {
        Kind::Text(text, fold_case) => {
            cursor.advance();
            PatternKind::Literal { text: text.clone(), fold_case: *fold_case }
        }
        Kind::Regex(..) => PatternKind::TokenRegex(regex(cursor)?),
        Kind::Name(_) => name_atom(cursor)?,
        Kind::Mark("[") => {
            cursor.advance();
            PatternKind::Token(bracketed(cursor)?)
        }
        Kind::Mark("<") => {
            cursor.advance();
            let first = cursor.new_name("a type")?;
            // `<x=TYPE: …>` is `x=<TYPE: …>`.
            let (name, label) =
                if cursor.take("=") { (Some(first), cursor.new_name("a type")?) } else { (None, first) };
            cursor.expect(":")?;
            let inner = pattern(cursor)?;
            cursor.expect(">")?;
            let make = PatternKind::Make(label, Box::new(inner));
            match name {
                Some(name) => {
                    let span = start.cover(cursor.last_span());
                    PatternKind::Bind(name, Box::new(Pattern { kind: make, span }))
                }
                None => make,
            }
        }
        Kind::Mark("(") => {
            cursor.advance();
            let inner = pattern(cursor)?;
            cursor.expect(")")?;
            return Ok(Pattern { kind: inner.kind, span: start.cover(cursor.last_span()) });
        }
        Kind::Mark("...") => {
            cursor.advance();
            let (min, max) = if cursor.is("{") { bounds(cursor)? } else { (0, None) };
            PatternKind::Gap { min, max }
        }
        Kind::Mark(mark @ ("(?=" | "(?!" | "(?<=" | "(?<!")) => {
            cursor.advance();
            let inner = Box::new(pattern(cursor)?);
            cursor.expect(")")?;
            PatternKind::Look { ahead: !mark.contains('<'), negative: mark.ends_with('!'), inner }
        }
        Kind::Mark(mark) => {
            let anchor = match *mark {
                "^" => Anchor::LineStart,
                "$" => Anchor::LineEnd,
                "^s" => Anchor::SentenceStart,
                "$s" => Anchor::SentenceEnd,
                _ => return Err(cursor.unexpected("a pattern")),
            };
            cursor.advance();
            PatternKind::Anchor(anchor)
        }
        Kind::Number(_) | Kind::End => return Err(cursor.unexpected("a pattern")),
    };
    Ok(Pattern { kind, span: start.cover(cursor.last_span()) })
}

/// A type or let; a bracket that touches the name is a condition on the span.
fn name_atom(cursor: &mut Cursor<'_>) -> Parsed<PatternKind> {
    let name = cursor.name("a name")?;
    let filter = if cursor.is("[") && cursor.span().start == name.span.end {
        cursor.advance();
        Some(bracketed(cursor)?)
    } else {
        None
    };
    Ok(PatternKind::Name(name, filter))
}

/// What stands after `[`, up to its `]`.
pub(super) fn bracketed(cursor: &mut Cursor<'_>) -> Parsed<super::ast::Condition> {
    if cursor.take("]") {
        return Ok(super::ast::Condition::Any);
    }
    let inner = condition(cursor)?;
    cursor.expect("]")?;
    Ok(inner)
}

/// `/…/flags`
pub(super) fn regex(cursor: &mut Cursor<'_>) -> Parsed<RegexLiteral> {
    let span: Span = cursor.span();
    if let Kind::Regex(source, flags) = cursor.kind() {
        cursor.advance();
        return Ok(RegexLiteral { source: source.clone(), flags: flags.clone(), span });
    }
    Err(cursor.unexpected("a regular expression"))
}
