//! The items of a rule file.

use super::allow::allowances;
use super::ast::Allowance;
use super::ast::{
    Context, Direction, Drop, Gazetteer, GazetteerEntries, Head, Item, Let, Link, LinkBy, Modifiers, Name,
    Overlap, Regex, Rule, Set, Spanned, Where,
};
use super::cases::test;
use super::conditions::facts;
use super::cursor::{Cursor, Parsed, Reported};
use super::lexer::{Kind, lex};
use super::nesting::Nesting;
use super::patterns::{pattern, piece, regex};
use super::templates::{set, value};
use crate::diag::{Diagnostic, codes};
use crate::text::FileId;

/// The words that begin items.
pub const KEYWORDS: [&str; 8] = ["gazetteer", "regex", "let", "rule", "drop", "context", "link", "test"];

/// What a rule file holds.
#[derive(Default)]
pub(super) struct Items {
    pub(super) items: Vec<Item>,
    /// Where each item begins, in bytes; of broken ones too.
    pub(super) starts: Vec<u32>,
    /// Names in items that could not be read.
    pub(super) lost: Vec<String>,
    pub(super) allowances: Vec<Allowance>,
}

/// Reads all items of a rule file; reports what it cannot read and goes on
/// with the next item.
pub(super) fn items(file: FileId, text: &str, max_nesting: Nesting, problems: &mut Vec<Diagnostic>) -> Items {
    let lexed = lex(file, text, problems);
    let mut cursor = Cursor::new(file, text, &lexed.lexemes, max_nesting, problems);
    let mut read = Items::default();
    while *cursor.kind() != Kind::End {
        cursor.begin_item();
        let start = cursor.span();
        read.starts.push(start.start);
        match item(&mut cursor).map(|item| (item, start.cover(cursor.last_span()))) {
            // Read to its end, but not as it was meant.
            Ok((_, span)) if cursor.is_guesswork(span) => {
                read.lost.extend(cursor.names_so_far().map(str::to_owned));
            }
            Ok((item, _)) => read.items.push(item),
            Err(Reported) => {
                cursor.recover(&KEYWORDS);
                read.lost.extend(cursor.names_so_far().map(str::to_owned));
            }
        }
    }
    read.lost.append(&mut cursor.unusable);
    read.allowances = allowances(file, text, &lexed.comments, problems);
    read
}

fn item(cursor: &mut Cursor<'_>) -> Parsed<Item> {
    let start = cursor.span();
    let word = match cursor.kind() {
        Kind::Name(word) if KEYWORDS.contains(&word.as_str()) => word.as_str(),
        other => return Err(no_item(cursor, other)),
    };
    cursor.advance();
    match word {
        "gazetteer" => Ok(Item::Gazetteer(gazetteer(cursor)?)),
        "regex" => Ok(Item::Regex(regex_item(cursor)?)),
        "let" => {
            let name = cursor.new_name("a name")?;
            cursor.expect("=")?;
            Ok(Item::Let(Let { name, pattern: pattern(cursor)? }))
        }
        "rule" => {
            let name = cursor.new_name("the name of the rule")?;
            let arrow = cursor.span();
            if cursor.take("->") {
                let label = cursor.name("a type")?;
                let title = "a rule says in its pattern what becomes a span";
                let span = arrow.cover(label.span);
                cursor.problems.push(
                    Diagnostic::error(&codes::FOREIGN, title, cursor.file, span)
                        .help(format!("write `rule {} {{ <{}: …> }}`", name.node, label.node)),
                );
            }
            let modifiers = modifiers(cursor)?;
            cursor.expect("{")?;
            let pattern = pattern(cursor)?;
            let (mut condition, mut sets, mut heads) = (None, Vec::new(), Vec::new());
            while !cursor.is("}") {
                clause(cursor, &mut condition, &mut sets, &mut heads)?;
            }
            cursor.expect("}")?;
            let span = start.cover(cursor.last_span());
            Ok(Item::Rule(Rule { name, modifiers, pattern, condition, sets, heads, span }))
        }
        "drop" => {
            let name = cursor.new_name("the name of the drop")?;
            let tags = tags(cursor)?;
            cursor.expect("{")?;
            let pattern = pattern(cursor)?;
            let condition = if cursor.take_word("where") { Some(facts(cursor)?) } else { None };
            cursor.expect("}")?;
            Ok(Item::Drop(Drop { name, tags, pattern, condition, span: start.cover(cursor.last_span()) }))
        }
        "context" => Ok(Item::Context(context(cursor)?)),
        "link" => Ok(Item::Link(link(cursor)?)),
        _ => Ok(Item::Test(test(cursor)?)),
    }
}

/// Reports that no item begins here; suggests the keyword that was meant.
fn no_item(cursor: &mut Cursor<'_>, found: &Kind) -> Reported {
    let title = format!("no item begins with {}", found.describe());
    let mut diagnostic = Diagnostic::error(&codes::UNKNOWN_ITEM, title, cursor.file, cursor.span());
    let near = match found {
        Kind::Name(word) => super::suggest::nearest(word, KEYWORDS),
        _ => None,
    };
    diagnostic = match near {
        Some(keyword) => diagnostic.help(format!("did you mean `{keyword}`?")).renamed(Some(keyword)),
        None => diagnostic.help(format!("items begin with {}", KEYWORDS.join(", "))),
    };
    cursor.problems.push(diagnostic);
    cursor.advance();
    Reported
}

fn modifiers(cursor: &mut Cursor<'_>) -> Parsed<Modifiers> {
    let mut modifiers = Modifiers::default();
    while let Kind::Name(word) = cursor.kind() {
        let span = cursor.span();
        match word.as_str() {
            "priority" => {
                cursor.advance();
                let number = cursor.number("a priority")?;
                let Ok(priority) = i32::try_from(number.node) else {
                    return Err(cursor.unfit(number.span, "write a priority such as 10 or -10"));
                };
                modifiers.priority = Some(Spanned::new(priority, span.cover(number.span)));
                continue;
            }
            "nested" => modifiers.nested = Some(span),
            "override" => modifiers.overrides = Some(span),
            "anchor" => modifiers.anchor = Some(span),
            "across" => {
                cursor.advance();
                cursor.expect_word("lines")?;
                modifiers.across_lines = Some(span.cover(cursor.last_span()));
                continue;
            }
            "overlap" => {
                cursor.advance();
                let overlap = match cursor.kind() {
                    Kind::Name(word) if word == "starts" => Overlap::Starts,
                    Kind::Name(word) if word == "all" => Overlap::All,
                    _ => return Err(cursor.unexpected("`starts` or `all`")),
                };
                cursor.advance();
                modifiers.overlap = Some(Spanned::new(overlap, span.cover(cursor.last_span())));
                continue;
            }
            "tag" => {
                modifiers.tags.extend(tags(cursor)?);
                continue;
            }
            _ => {
                return Err(cursor.unexpected(
                    "`{` or one of `priority N`, `nested`, `override`, `anchor`, `across lines`, `overlap starts`, `overlap all`, `tag NAME`",
                ));
            }
        }
        cursor.advance();
    }
    Ok(modifiers)
}

/// `tag a, b`, where it is written.
fn tags(cursor: &mut Cursor<'_>) -> Parsed<Vec<Name>> {
    let mut tags = Vec::new();
    while cursor.take_word("tag") {
        tags.extend(names(cursor, "a tag")?);
    }
    Ok(tags)
}

/// `name -> TYPE modifiers`
fn typed_head(cursor: &mut Cursor<'_>) -> Parsed<(Name, Name, Modifiers)> {
    let name = cursor.new_name("a name")?;
    if !cursor.take("->") {
        return Err(cursor.unexpected("`-> TYPE`"));
    }
    let label = cursor.new_name("a type")?;
    Ok((name, label, modifiers(cursor)?))
}

fn gazetteer(cursor: &mut Cursor<'_>) -> Parsed<Gazetteer> {
    let (name, label, modifiers) = typed_head(cursor)?;
    let (mut entries, mut fold, mut sets) = (Vec::new(), Vec::new(), Vec::new());
    cursor.expect("{")?;
    while !cursor.is("}") {
        if matches!(cursor.kind(), Kind::Text(..)) {
            entries.push(GazetteerEntries::Inline(
                cursor.string("a phrase (case folds with `match fold-case`)")?,
            ));
            cursor.take(",");
        } else if cursor.take_word("file") {
            entries.push(GazetteerEntries::File(cursor.string("the path of a file")?, None));
        } else {
            body_clause(cursor, &mut fold, &mut sets, "a phrase, `file`, `match`, `set`, `value` or `}`")?;
        }
    }
    cursor.expect("}")?;
    Ok(Gazetteer { name, label, modifiers, entries, fold, sets })
}

fn regex_item(cursor: &mut Cursor<'_>) -> Parsed<Regex> {
    let (name, label, modifiers) = typed_head(cursor)?;
    let (mut patterns, mut fold, mut sets) = (Vec::new(), Vec::new(), Vec::new());
    cursor.expect("{")?;
    while !cursor.is("}") {
        if matches!(cursor.kind(), Kind::Regex(..)) {
            patterns.push(regex(cursor)?);
        } else {
            body_clause(
                cursor,
                &mut fold,
                &mut sets,
                "a regular expression, `match`, `set`, `value` or `}`",
            )?;
        }
    }
    cursor.expect("}")?;
    Ok(Regex { name, label, modifiers, patterns, fold, sets })
}

/// `match …`, `set …`, `value = …`
fn body_clause(
    cursor: &mut Cursor<'_>,
    fold: &mut Vec<Name>,
    sets: &mut Vec<Set>,
    expected: &str,
) -> Parsed<()> {
    let span = cursor.span();
    if cursor.take_word("match") {
        fold.extend(names(cursor, "`fold-case`, `fold-marks` or `anywhere`")?);
    } else if cursor.take_word("set") {
        sets.push(set(cursor)?);
    } else if cursor.take_word("value") {
        sets.push(value(cursor, span)?);
    } else {
        return Err(cursor.unexpected(expected));
    }
    Ok(())
}

/// `a, b, c`
fn names(cursor: &mut Cursor<'_>, what: &str) -> Parsed<Vec<Name>> {
    let mut names = vec![cursor.name(what)?];
    while cursor.take(",") {
        names.push(cursor.name(what)?);
    }
    Ok(names)
}

fn clause(
    cursor: &mut Cursor<'_>,
    condition: &mut Option<Where>,
    sets: &mut Vec<Set>,
    heads: &mut Vec<Head>,
) -> Parsed<()> {
    let span = cursor.span();
    if cursor.take_word("where") {
        let more = facts(cursor)?;
        *condition = Some(match condition.take() {
            Some(first) => Where::And(vec![first, more]),
            None => more,
        });
    } else if cursor.take_word("set") {
        sets.push(set(cursor)?);
    } else if cursor.take_word("value") {
        sets.push(value(cursor, span)?);
    } else if cursor.take("=>") {
        heads.push(head(cursor)?);
    } else {
        return Err(cursor.unexpected("`where`, `set`, `value`, `=>` or `}`"));
    }
    Ok(())
}

fn head(cursor: &mut Cursor<'_>) -> Parsed<Head> {
    let label = cursor.name("a relation")?;
    cursor.expect("(")?;
    let mut args = Vec::new();
    while !cursor.is(")") {
        let first = cursor.name("a binding")?;
        let arg = if cursor.take_or(":", &["="]) {
            (Some(first), cursor.name("a binding")?)
        } else {
            (None, first)
        };
        args.push(arg);
        if !cursor.is(")") {
            cursor.expect(",")?;
        }
    }
    cursor.expect(")")?;
    let span = label.span.cover(cursor.last_span());
    Ok(Head { label, args, span })
}

fn context(cursor: &mut Cursor<'_>) -> Parsed<Context> {
    let name = cursor.new_name("the name of the context")?;
    let tags = tags(cursor)?;
    cursor.expect("{")?;
    cursor.expect_word("cue")?;
    cursor.pattern_end = Some("scope");
    let cue = pattern(cursor)?;
    cursor.pattern_end = None;
    cursor.expect_word("scope")?;
    let direction = match cursor.kind() {
        Kind::Name(word) if word == "forward" => Direction::Forward,
        Kind::Name(word) if word == "backward" => Direction::Backward,
        Kind::Name(word) if word == "both" => Direction::Both,
        _ => return Err(cursor.unexpected("`forward`, `backward` or `both`")),
    };
    let direction = Spanned::new(direction, cursor.span());
    cursor.advance();
    let mut within = None;
    if cursor.take_word("within") {
        let span = cursor.span();
        within = Some(Spanned::new(cursor.count("a number of tokens")?, span));
        cursor.expect_word("tokens")?;
    }
    let mut stops = Vec::new();
    if cursor.take_word("stop") {
        stops.push(piece(cursor)?);
        while !cursor.is_word("on") {
            stops.push(piece(cursor)?);
        }
    }
    cursor.expect_word("on")?;
    let on = names(cursor, "a type")?;
    let mut sets = Vec::new();
    while cursor.take_word("set") {
        sets.push(set(cursor)?);
    }
    if sets.is_empty() {
        return Err(cursor.unexpected("`set`"));
    }
    if !cursor.is("}") {
        return Err(cursor.unexpected("`set` or `}`"));
    }
    cursor.advance();
    Ok(Context { name, tags, cue, direction, within, stops, on, sets })
}

fn link(cursor: &mut Cursor<'_>) -> Parsed<Link> {
    let name = cursor.new_name("the name of the link")?;
    let tags = tags(cursor)?;
    cursor.expect_word("on")?;
    let on = names(cursor, "a type")?;
    cursor.expect("{")?;
    let (mut by, mut spread) = (Vec::new(), None);
    while !cursor.is("}") {
        let start = cursor.span();
        if cursor.take_word("by") {
            let method = cursor
                .name("`text`, `value`, `feature \"…\"`, `abbreviation`, `last-part` or `number-prefix`")?;
            let argument = if matches!(cursor.kind(), Kind::Text(..)) {
                Some(cursor.string("a feature")?)
            } else {
                None
            };
            let folds = matches!(cursor.kind(), Kind::Name(word) if word.starts_with("fold"));
            let fold = if folds { names(cursor, "`fold-case` or `fold-marks`")? } else { Vec::new() };
            by.push(LinkBy { method, argument, fold });
        } else if cursor.take_word("spread") {
            cursor.expect_word("value")?;
            spread = Some(start.cover(cursor.last_span()));
        } else {
            return Err(cursor.unexpected("`by`, `spread value` or `}`"));
        }
    }
    cursor.expect("}")?;
    Ok(Link { name, tags, on, by, spread })
}

#[cfg(test)]
mod tests {
    use super::super::parse_pack;

    #[test]
    fn a_let_ends_where_the_next_item_begins() {
        let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nLOC = {}\n";
        let rules = "let one = \"a\"\nlet two = one \"b\"\nrule r priority 2 { <LOC: two> }\n";
        let (pack, report) = parse_pack(&[("pack.toml", toml), ("a.span", rules)]);
        assert!(!report.has_errors());
        assert_eq!(pack.files.iter().map(|file| file.items.len()).collect::<Vec<_>>(), [3]);
    }
}
