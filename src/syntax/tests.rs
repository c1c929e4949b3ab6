//! Trees of patterns and items, written on one line each.

use super::ast::{
    CompareOp, Condition, Item, Operand, Pattern, PatternKind, Rule, RulePack, Where, WhereSpan,
};
use super::parse_pack;
use crate::diag::{Format, Report, Style, render};

const MANIFEST: &str = "[pack]\nname = \"test\"\nversion = \"1\"\nphases = [\"a.span\"]\n";

fn parsed(rules: &str) -> (RulePack, Report) {
    parse_pack(&[("pack.toml", MANIFEST), ("a.span", rules), ("p.tsv", "phrase\tgeonames\nHà Giang\t1\n")])
}

/// The items of a rule file without a mistake.
fn items(rules: &str) -> Vec<Item> {
    let (pack, report) = parsed(rules);
    assert!(report.diagnostics.is_empty(), "{}", render(&report, Format::Full, Style::Plain));
    pack.files.into_iter().flat_map(|file| file.items).collect()
}

fn rule(body: &str) -> Rule {
    match items(&format!("rule r {{ {body} }}")).pop() {
        Some(Item::Rule(rule)) => rule,
        other => panic!("{other:?}"),
    }
}

/// The problems in the short form, without the file.
fn problems(rules: &str) -> Vec<String> {
    let (_, report) = parsed(rules);
    let short = render(&report, Format::Short, Style::Plain);
    short.lines().map(|line| line.trim_start_matches("a.span:").to_owned()).collect()
}

fn tree(pattern: &Pattern) -> String {
    match &pattern.kind {
        PatternKind::Literal { text, fold_case } => format!("{text:?}{}", if *fold_case { "i" } else { "" }),
        PatternKind::TokenRegex(regex) => format!("/{}/{}", regex.source, regex.flags),
        PatternKind::Token(condition) => format!("[{}]", condition_tree(condition)),
        PatternKind::Name(name, None) => name.node.clone(),
        PatternKind::Name(name, Some(condition)) => format!("{}[{}]", name.node, condition_tree(condition)),
        PatternKind::Bind(name, inner) => format!("{}={}", name.node, tree(inner)),
        PatternKind::Make(label, inner) => format!("<{}: {}>", label.node, tree(inner)),
        PatternKind::Sequence(parts) => format!("({})", trees(parts, " ")),
        PatternKind::Alternation(parts) => format!("({})", trees(parts, " | ")),
        PatternKind::Repeat { inner, min, max, lazy } => {
            let max = max.map(|max| max.to_string()).unwrap_or_default();
            format!("{}{{{min},{max}}}{}", tree(inner), if *lazy { "?" } else { "" })
        }
        PatternKind::Gap { min, max } => format!("...{min}-{max:?}"),
        PatternKind::Anchor(anchor) => format!("{anchor:?}"),
        PatternKind::Look { ahead, negative, inner } => {
            format!(
                "(?{}{} {})",
                if *ahead { "" } else { "<" },
                if *negative { "!" } else { "=" },
                tree(inner)
            )
        }
    }
}

fn trees(parts: &[Pattern], by: &str) -> String {
    parts.iter().map(tree).collect::<Vec<_>>().join(by)
}

fn condition_tree(condition: &Condition) -> String {
    let all = |parts: &[Condition], by| parts.iter().map(condition_tree).collect::<Vec<_>>().join(by);
    match condition {
        Condition::Any => String::new(),
        Condition::Not(inner) => format!("!{}", condition_tree(inner)),
        Condition::And(parts) => format!("({})", all(parts, " & ")),
        Condition::Or(parts) => format!("({})", all(parts, " | ")),
        Condition::Flag(name) => name.node.clone(),
        Condition::Compare { field, op, value } => compare(&field.node, op.node, value),
        Condition::Standing(standing, label) => format!("{standing:?} {}", label.node),
    }
}

fn compare(left: &str, op: CompareOp, value: &Operand) -> String {
    let value = match value {
        Operand::Text(text) => format!("{:?}", text.node),
        Operand::Number(number) => number.node.to_string(),
        Operand::Regex(regex) => format!("/{}/{}", regex.source, regex.flags),
        Operand::List(list, _) => format!("{:?}", list.iter().map(|text| &text.node).collect::<Vec<_>>()),
        Operand::Field(name, field) => format!("{}.{}", name.node, field.node),
    };
    format!("{left} {op:?} {value}")
}

fn where_tree(fact: &Where) -> String {
    let all = |parts: &[Where], by| parts.iter().map(where_tree).collect::<Vec<_>>().join(by);
    match fact {
        Where::And(parts) => format!("({})", all(parts, " and ")),
        Where::Or(parts) => format!("({})", all(parts, " or ")),
        Where::Not(inner) => format!("not {}", where_tree(inner)),
        Where::Relation { left, relation, right } => {
            format!("{} {:?} {}", side(left), relation.node, side(right))
        }
        Where::Outermost(name) => format!("{} outermost", name.node),
        Where::Compare { target, field, op, value } => {
            compare(&format!("{}.{}", target.node, field.node), op.node, value)
        }
    }
}

fn side(side: &WhereSpan) -> String {
    let filter = |condition: &Option<Condition>| {
        condition.as_ref().map(|c| format!("[{}]", condition_tree(c))).unwrap_or_default()
    };
    match side {
        WhereSpan::Name(name, condition) => format!("{}{}", name.node, filter(condition)),
        WhereSpan::Bind(name, label, condition) => {
            format!("{}={}{}", name.node, label.node, filter(condition))
        }
    }
}

#[test]
fn patterns_read_as_they_are_meant() {
    let cases = [
        (r#""Working Group""#, r#""Working Group""#),
        (r#""comrade"i PERSON"#, r#"("comrade"i PERSON)"#),
        (r"/\d+-[A-Z]+\/TW/i", r"/\d+-[A-Z]+/TW/i"),
        ("[]", "[]"),
        ("[capitalized & word]", "[(capitalized & word)]"),
        ("[word | number & !(in ORG | line-start)]", "[(word | (number & !(In ORG | line-start)))]"),
        (r#"[!text = ";"]"#, r#"[!text Equal ";"]"#),
        (r#"[lower in ("of", "thị")]"#, r#"[lower In ["of", "thị"]]"#),
        ("[line = -1 & len < 3 & shape ~ /X+/]", "[(line Equal -1 & len Less 3 & shape Finds /X+/)]"),
        ("[starts PERSON | ends ORG]", "[(Starts PERSON | Ends ORG)]"),
        (r#"ORG[id="x"]"#, r#"ORG[id Equal "x"]"#),
        ("ORG [word]", "(ORG [word])"),
        ("x=PERSON+", "x=PERSON{1,}"),
        ("x=(A B){2}", "x=(A B){2,2}"),
        ("A? B?? C* D*? E+ F+? G{2,4} H{3,}?", "(A{0,1} B{0,1}? C{0,} D{0,}? E{1,} F{1,}? G{2,4} H{3,}?)"),
        ("A B | C | D", "((A B) | C | D)"),
        ("((A))", "A"),
        ("<PERSON: VnName> \",\" POSITION", "(<PERSON: VnName> \",\" POSITION)"),
        ("x=<ORG: p=ORG \"Standing\">", "x=<ORG: (p=ORG \"Standing\")>"),
        ("^ A $ ^s B $s", "(LineStart A LineEnd SentenceStart B SentenceEnd)"),
        ("A ... B ...{0,8} C", "(A ...0-None B ...0-Some(8) C)"),
        ("(?= A) (?! B) (?<= C) (?<! D)", "((?= A) (?! B) (?<= C) (?<! D))"),
        ("Chủ_tịch [word] # a remark\n B", "(Chủ_tịch [word] B)"),
    ];
    for (written, expected) in cases {
        assert_eq!(tree(&rule(written).pattern), expected, "{written}");
    }
}

#[test]
fn conditions_after_where_bind_as_they_are_meant() {
    let cases = [
        ("o contains g=ORG and g outermost", "(o Contains g=ORG and g outermost)"),
        ("a inside b or not c touches D and e equals f", "(a Inside b or (not c Touches D and e Equals f))"),
        ("not (a before b or a after b)", "not (a Before b or a After b)"),
        ("a same line b and a same sentence b", "(a SameLine b and a SameSentence b)"),
        ("a within 5 tokens b", "a WithinTokens(5) b"),
        (
            r#"p=PERSON[role="head"] overlaps ORG[x ~ /y/]"#,
            r#"p=PERSON[role Equal "head"] Overlaps ORG[x Finds /y/]"#,
        ),
        (r#"x.value = "18" and x.text != y.text"#, r#"(x.value Equal "18" and x.text NotEqual y.text)"#),
        (r#"x.id in ("a", "b")"#, r#"x.id In ["a", "b"]"#),
    ];
    for (written, expected) in cases {
        let rule = rule(&format!("x=PERSON where {written}"));
        assert_eq!(rule.condition.as_ref().map(where_tree).as_deref(), Some(expected), "{written}");
    }
}

#[test]
fn every_kind_of_item_is_read() {
    let read = items(
        r#"
gazetteer provinces -> LOC {
  file  "p.tsv"
  match fold-case, fold-marks          # both ways
  set   id = column("geonames")
}
gazetteer speech_verbs -> _said { "spoke" "discussed" "affirmed" "noted" }
regex document_number -> DOCUMENT priority 5 {
  /(?<kind>Resolution|Directive) (?:No\. ?)?(?<number>\d+(?:-[A-Z]+\/[A-Z]+)?)/
  value = "docid:{kind|lower}/{number}"
}
let Cap    = [capitalized & word]
let VnName = Cap{2,4}
rule name_before_title {
  <PERSON: VnName> "," POSITION
}
rule titled_person priority 10 nested override anchor across lines overlap starts {
  ("Comrade" | _honorific) <PERSON: VnName>
}
rule office_list {
  p=PERSON ("," o=POSITION)+
  => HOLDS_POSITION(p, o)
}
rule office_of {
  o=POSITION where o contains g=ORG and g outermost
  set o.rank = "high"  set o.value = date("{o}")
  => POSITION_AT(from: o, to: g)
}
drop name_in_url { p=PERSON where p inside URL }
context denied {
  cue _negation
  scope forward stop "but" "however"
  on EVENT set certainty = "denied"
}
link people on PERSON, ORG { by text fold-case, fold-marks by feature "id" by abbreviation by last-part spread value }
test office_list {
  "[Thao Hong Son](PERSON), [Chairman of the [Provincial People's Council](ORG)](POSITION), spoke"
  => HOLDS_POSITION("Thao Hong Son", "Chairman of the Provincial People's Council")
  none "Thao Hong Son spoke"
}
"#,
    );
    let kinds: Vec<String> = read
        .iter()
        .map(|item| match item {
            Item::Gazetteer(g) => format!("gazetteer {} {} {}", g.name.node, g.label.node, g.entries.len()),
            Item::Regex(r) => format!("regex {} {}", r.name.node, r.patterns.len()),
            Item::Let(l) => format!("let {} {}", l.name.node, tree(&l.pattern)),
            Item::Rule(r) => format!("rule {} {} {}", r.name.node, r.sets.len(), r.heads.len()),
            Item::Drop(d) => format!("drop {}", d.condition.as_ref().map(where_tree).unwrap_or_default()),
            Item::Context(c) => format!("context {} {}", tree(&c.cue), c.stops.len()),
            Item::Link(l) => format!("link {} {} {}", l.on.len(), l.by.len(), l.spread.is_some()),
            Item::Test(t) => format!("test {} {}", t.name.node, t.cases.len()),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "gazetteer provinces LOC 1",
            "gazetteer speech_verbs _said 4",
            "regex document_number 1",
            "let Cap [(capitalized & word)]",
            "let VnName Cap{2,4}",
            "rule name_before_title 0 0",
            "rule titled_person 0 0",
            "rule office_list 0 1",
            "rule office_of 2 1",
            "drop p Inside URL",
            "context _negation 2",
            "link 2 4 true",
            "test office_list 2",
        ]
    );
}

#[test]
fn a_span_is_the_place_of_its_text() {
    let text = "rule r { Cap x=(\"Hà\" PERSON)+ where x inside ORG }";
    let (pack, _) = parsed(text);
    let Some(Item::Rule(rule)) = pack.files[0].items.first() else { panic!("no rule") };
    let PatternKind::Sequence(parts) = &rule.pattern.kind else { panic!("no sequence") };
    assert_eq!(&text[rule.span.range()], text);
    assert_eq!(&text[rule.pattern.span.range()], "Cap x=(\"Hà\" PERSON)+");
    assert_eq!(&text[parts[1].span.range()], "x=(\"Hà\" PERSON)+");
}

#[test]
fn each_broken_item_is_reported_once_and_the_others_are_read() {
    let rules = "rule a { \"x }\nrule b { PERSON } }\ngazeteer c -> LOC { \"y\" }\nlet D = (\nrule e { [text = ] }\nrule f { PERSON }\n";
    let (pack, _) = parsed(rules);
    assert_eq!(
        problems(rules),
        [
            "1:10: error[E002]: this string does not end on its line",
            "2:19: error[E005]: no item begins with `}`",
            "3:1: error[E005]: no item begins with `gazeteer`",
            "5:1: error[E001]: expected a pattern, found `rule`",
            "5:18: error[E001]: expected a string, a number, a regular expression or a list, found `]`",
        ]
    );
    let names: Vec<&str> = pack.files[0]
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Rule(rule) => Some(rule.name.node.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["b", "f"]);
}

#[test]
fn a_misspelt_item_after_a_let_is_no_part_of_the_let() {
    assert_eq!(problems("let A = \"x\"\nruel b { A }\n"), ["2:1: error[E005]: no item begins with `ruel`"]);
}

#[test]
fn ten_thousand_brackets_or_repeats_are_refused_without_harm() {
    for deep in ["(", "[!", "<A: ", "(?= ", "x=("] {
        let found = problems(&format!("rule r {{ {} }}", deep.repeat(10_000)));
        assert_eq!(found.len(), 1, "{deep}: {found:?}");
    }
    let found = problems(&format!("rule r {{ [{}word] }}", "!".repeat(10_000)));
    assert_eq!(found.len(), 1, "{found:?}");
    let found = problems(&format!("rule r {{ A where {}a inside b }}", "not ".repeat(10_000)));
    assert_eq!(found.len(), 1, "{found:?}");
    let found = problems(&format!("rule r {{ A{} }}", "+".repeat(10_000)));
    assert_eq!(found, ["1:12: error[E001]: a repeat cannot be repeated"]);
}

#[test]
fn escapes_stand_for_their_characters() {
    let rule = rule(r#""a\"b\\c\n\t\u{1F4F7}""#);
    assert_eq!(tree(&rule.pattern), format!("{:?}", "a\"b\\c\n\t📷"));
    assert_eq!(problems(r#"rule r { "\u{+41}" }"#).len(), 1);
    assert_eq!(problems(r#"rule r { "\u{110000}" }"#).len(), 1);
}

#[test]
fn a_number_belongs_to_an_argument_and_other_signs_begin_comments() {
    let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nLOC = {}\n";
    let rules = "gazetteer places -> LOC { \"Hue\"#1 of many\n\"An\"#2, all, as (they) are\n}\n";
    let (_, report) = super::parse_pack(&[("pack.toml", toml), ("a.span", rules)]);
    assert_eq!(report.diagnostics.len(), 1, "only `#2,` is no comment: {:?}", report.diagnostics);
}
