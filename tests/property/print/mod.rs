//! What is printed from a tree parses to the same tree, and formatting keeps it.

mod printer;

use proptest::prelude::*;
use spanwright::syntax::ast::RuleFile;
use spanwright::syntax::{format, parse_pack};
use spanwright::text::FileId;

use printer::print;

const TOML: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n";

/// The file, if it has no mistake of the syntax.
fn parse(text: &str) -> Option<RuleFile> {
    let (mut pack, report) = parse_pack(&[("pack.toml", TOML), ("a.span", text)]);
    (!report.has_errors()).then(|| pack.files.remove(0))
}

/// A tree without its places.
fn tree(file: &RuleFile) -> String {
    let places = regex::Regex::new(r"\b\d+\.\.\d+\b").unwrap();
    places.replace_all(&format!("{:?}", file.items), "").into_owned()
}

fn one_of(list: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(list).prop_map(str::to_owned)
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = one_of(&[
        "word",
        "capitalized",
        "line-start",
        "text = \"of\"",
        "lower in (\"a\", \"b c\")",
        "lower != /x+/i",
        "fold ~ /a\\/b/",
        "len > 3",
        "line = -1",
        "in ORG",
        "starts _cue",
        "ends PERSON",
        "pos = \"NN\"",
    ]);
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("!({inner})")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| format!("({})", list.join(" & "))),
            prop::collection::vec(inner, 2..4).prop_map(|list| format!("({})", list.join(" | "))),
        ]
    })
}

fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        one_of(&[
            "\"Working Group\"",
            "\"comrade\"i",
            "\"a\\\"b\\\\\"",
            "/\\d+-[A-Z]+/",
            "/a b/x",
            "[]",
            "ORG",
            "Name",
            "_cue"
        ]),
        one_of(&[
            "...",
            "...{0,8}",
            "...{2,}",
            "^",
            "$",
            "^s",
            "$s",
            "ORG[id = \"x\"]",
            "PERSON[!capitalized]"
        ]),
        condition().prop_map(|condition| format!("[{condition}]")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let repeat = one_of(&["?", "*", "+", "??", "*?", "+?", "{2}", "{2,}", "{0,3}", "{1,4}?"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|list| format!("({})", list.join(" "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| format!("({})", list.join(" | "))),
            (inner.clone(), repeat).prop_map(|(inner, repeat)| format!("({inner}){repeat}")),
            (one_of(&["?=", "?!", "?<=", "?<!"]), inner.clone())
                .prop_map(|(sign, inner)| format!("({sign} {inner})")),
            inner.clone().prop_map(|inner| format!("<PERSON: {inner}>")),
            inner.clone().prop_map(|inner| format!("x=({inner})")),
            inner.prop_map(|inner| format!("y=<ORG: {inner}>+")),
        ]
    })
}

fn facts() -> impl Strategy<Value = String> {
    let leaf = one_of(&[
        "x inside ORG",
        "x contains g=ORG[core = \"x\"]",
        "g outermost",
        "x same line y",
        "x within 5 tokens y",
        "x.text = y.text",
        "x.fold != y.fold",
        "y.value = \"a\"",
        "x.len > 3",
        "x.lower in (\"a\", \"b\")",
        "x before y",
    ]);
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| format!("({})", list.join(" and "))),
            prop::collection::vec(inner, 2..4).prop_map(|list| format!("({})", list.join(" or "))),
        ]
    })
}

fn maybe(inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::option::of(inner).prop_map(Option::unwrap_or_default)
}

fn modifiers() -> impl Strategy<Value = String> {
    let all = &[
        "priority 3 ",
        "priority -2 ",
        "nested ",
        "override ",
        "anchor ",
        "across lines ",
        "overlap starts ",
        "overlap all ",
        "tag a ",
        "tag a, b ",
    ];
    prop::collection::vec(one_of(all), 0..3).prop_map(|list| list.concat())
}

fn set() -> impl Strategy<Value = String> {
    one_of(&[
        " set role = \"x\"",
        " set x.role = \"{x|lower}{{}}\"",
        " value = date()",
        " value = money(\"{amount|upper|squeeze} {x.value}\")",
    ])
}

fn item() -> impl Strategy<Value = String> {
    let head = one_of(&[" => R(x, y)", " => R(from: x, to: y)", " => MEETING(host: x, guest: y, date: d)"]);
    let rule = (
        modifiers(),
        pattern(),
        maybe(facts().prop_map(|f| format!(" where {f}"))),
        maybe(set()),
        prop::collection::vec(head, 0..3),
    )
        .prop_map(|(modifiers, pattern, facts, set, heads)| {
            format!("rule r {modifiers}{{ {pattern}{facts}{set}{} }}", heads.concat())
        });
    let gazetteer = (
        modifiers(),
        one_of(&["\"a b\"", "\"a\", \"đ\"", "file \"x.tsv\"", ""]),
        one_of(&["", " match fold-case", " match fold-case, fold-marks"]),
        one_of(&["", " set id = column(\"x\")", " set a = \"b\""]),
    )
        .prop_map(|(modifiers, entries, fold, set)| {
            format!(
                "gazetteer g -> ORG {modifiers}{{ {}{fold}{set} }}",
                entries.replace("file \"x.tsv\"", "")
            )
        });
    let regex = (modifiers(), one_of(&["/a+/", "/a/ /b/i", "/(?<year>\\d+)\\/x/"]), maybe(set()))
        .prop_map(|(modifiers, patterns, set)| format!("regex n -> DATE {modifiers}{{ {patterns}{set} }}"));
    let context = (
        one_of(&["", "tag t "]),
        pattern(),
        one_of(&["forward", "backward", "both within 3 tokens"]),
        prop::collection::vec(pattern(), 0..3),
        set(),
    )
        .prop_map(|(tags, cue, scope, stops, set)| {
            let stop = if stops.is_empty() { String::new() } else { format!(" stop {}", stops.join(" ")) };
            format!(
                "context c {tags}{{ cue {cue} scope {scope}{stop} on ORG, PERSON{} }}",
                set.replace(" value =", " set value =")
            )
        });
    let link = (
        one_of(&[
            "by text",
            "by text fold-case, fold-marks",
            "by feature \"id\" by last-part",
            "by abbreviation spread value",
        ]),
        one_of(&["", "tag t "]),
    )
        .prop_map(|(by, tags)| format!("link l {tags}on ORG, PERSON {{ {by} }}"));
    prop_oneof![
        4 => rule,
        1 => gazetteer,
        1 => regex,
        1 => pattern().prop_map(|pattern| format!("let Name = {pattern}")),
        1 => (pattern(), maybe(facts().prop_map(|f| format!(" where {f}")))).prop_map(|(p, f)| format!("drop d {{ {p}{f} }}")),
        1 => context,
        1 => link,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn what_is_printed_parses_to_the_same_tree(items in prop::collection::vec(item(), 1..4)) {
        let text = items.join("\n");
        let file = parse(&text);
        prop_assert!(file.is_some(), "does not parse: {}", text);
        let Some(file) = file else { return Ok(()) };
        let printed = print(&file);
        let again = parse(&printed);
        prop_assert!(again.is_some(), "does not parse again: {}", printed);
        prop_assert_eq!(again.map(|again| tree(&again)), Some(tree(&file)), "{}\n---\n{}", text, printed);
        let formatted = format(FileId(0), &text).expect("it parses");
        prop_assert_eq!(parse(&formatted).map(|again| tree(&again)), Some(tree(&file)), "{}\n---\n{}", text, formatted);
    }
}
