use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::diag::Report;

const TOML: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\", \"b.span\"]\n[entities]\nA = {}\nB = {}\n\
                    [relations]\nR = { from = [\"A\"], to = [\"B\"] }\nS = { from = [\"A\"], to = [\"A\"], symmetric = true }\n";

const RULES: &str = "gazetteer short -> A { \"Anna\" \"An\" set sex = \"f\" }\n\
                     rule long priority 5 { <A: \"Anna\" \"Le\"+> }\n\
                     regex b -> B { /Le \\w+/ value = \"b:{text|lower}\" }\n\
                     gazetteer cue -> _cue { \"no\" }\n\
                     rule crossing { <B: \"Le\" \"An\"> }\n";

const LATER: &str = "rule r { a=A \"of\" b=B => R(a, b) }\n\
                     rule s { a=A \"and\" b=A => S(a, b) }\n\
                     drop gone { a=A \"!\" }\n\
                     link same on A, B { by text }\n";

fn load(tests: &str) -> (CheckedPack, Program) {
    let files = [("pack.toml", TOML), ("a.span", RULES), ("b.span", LATER), ("tests/t.span", tests)];
    let (pack, mut report) = crate::syntax::parse_pack(&files);
    let checked = crate::check::check(&pack, &mut report);
    let checked = checked.unwrap_or_else(|| panic!("{tests}\n{}", rendered(&report)));
    let program = crate::compile::compile(&checked);
    (checked, program)
}

fn rendered(report: &Report) -> String {
    crate::diag::render(report, Default::default(), Default::default())
}

fn outcomes(tests: &str) -> Vec<CaseOutcome> {
    let (pack, program) = load(tests);
    run_tests(&pack, &program, &Filter::default())
}

/// The file of tests with what was found.
fn updated(tests: &str) -> String {
    let edits: Vec<_> = outcomes(tests)
        .iter()
        .filter_map(|outcome| outcome.rewrite.as_ref())
        .flat_map(|rewrite| rewrite.edits(tests))
        .collect();
    apply(tests, &edits)
}

/// What differs, with the reasons.
fn said(tests: &str) -> String {
    let mut said = String::new();
    for difference in outcomes(tests).iter().flat_map(|outcome| &outcome.differences) {
        writeln!(said, "{difference}: {}", difference.why.join("; ")).unwrap();
    }
    said
}

#[test]
fn numbers_chains_and_absence_hold() {
    let tests = r##"
        test s { "[Anna](A) and [Anna](A), [An](A)"
          => S("Anna"#2, "Anna"#1)  => no R  == ("Anna"#1, "Anna"#2)  == ("Anna", "Anna")
          "[Anna](A) of [Le Hu](B)" => R(to: "Le Hu", from: "Anna")
          "[Anna](A sex=\"f\" value=\"\") or [Le Hu](B = \"b:le hu\")" => none
          none "Anna of An"
        }"##;
    assert_eq!(said(tests), "");
}

#[test]
fn the_rule_that_interfered_is_named() {
    let tests = r#"
        test t { "[Anna](A) Le"
          "[Anna](A)!"
          "[Anna](A sex=\"m\") and [Bert](A)" => S("Anna", "Bert") == ("Anna", "Bert") }"#;
    let expected = [
        "- expected [Anna](A) at 0..4: a.span:short made it, but [Anna Le](A) at 0..7 of a.span:long took its place",
        "+ found    [Anna Le](A) at 0..7: made by a.span:long",
        "- expected [Anna](A) at 0..4: a.span:short made it, but the drop b.span:gone took it back",
        "- expected [Anna](A sex=\"m\") at 0..4: a.span:short made the span, but a value or feature differs",
        "- expected [Bert](A) at 9..13: no rule proposed [Bert](A) here",
        "+ found    [Anna](A sex=\"f\") at 0..4: made by a.span:short",
        "- expected S(\"Anna\", \"Bert\"): no span reads \"Bert\" there",
        "- expected == (\"Anna\", \"Bert\"): no span reads \"Bert\" there",
    ];
    assert_eq!(said(tests).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn an_update_changes_nothing_but_what_differs() {
    let tests = "# before\ntest t {   # here\n  \"An\\u{6e}a and [An](A)\" # kept\n    => S(\"An\", \"An\") # kept too\n}\n\
                 test u { none \"Anna of Le Hu\\t\\\"\"\n\"[Anna](A) of \\\\[Le Hu\\\\]\" => R(\"Anna\", \"Anna\") }\n";
    assert_eq!(
        updated(tests),
        "# before\ntest t {   # here\n  \"[An\\u{6e}a](A) and [An](A)\" # kept\n    => S(\"Anna\", \"An\") # kept too\n}\n\
         test u { \"[Anna](A) of [Le Hu](B)\\t\\\"\" => R(\"Anna\", \"Le Hu\")\n\"[Anna](A) of \\\\[[Le Hu](B)\\\\]\" => no R }\n"
    );
}

#[test]
fn rules_count_as_tested_by_name_or_by_what_holds() {
    let tests = "test r { \"[Anna](A)\" \"[Le](B)\" }";
    let (pack, program) = load(tests);
    let outcomes = run_tests(&pack, &program, &Filter::default());
    let left: Vec<String> =
        untested(&pack, &outcomes).iter().map(|rule| format!("{}: {}", rule.place, rule.name)).collect();
    assert_eq!(
        left,
        [
            "a.span:2: long",
            "a.span:3: b",
            "a.span:4: cue",
            "a.span:5: crossing",
            "b.span:2: s",
            "b.span:3: gone"
        ]
    );
}

#[test]
fn files_of_tests_are_read_in_order_and_leave_the_fingerprint_alone() {
    let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nLOC = {}\n";
    let rules = "gazetteer places -> LOC { \"Hue\" }\n";
    let read = |files: &[(&str, &str)]| {
        let (pack, mut report) = crate::syntax::parse_pack(files);
        let checked = crate::check::check(&pack, &mut report).unwrap();
        let tests: Vec<String> = checked.tests.iter().map(|test| test.place.clone()).collect();
        (pack.test_files.iter().map(|file| file.name.clone()).collect::<Vec<_>>(), tests, checked.fingerprint)
    };
    let (none, _, bare) = read(&[("pack.toml", toml), ("a.span", rules)]);
    let (names, tests, tested) = read(&[
        ("pack.toml", toml),
        ("tests/b.span", "test places { \"in [Hue](LOC)\" }"),
        ("tests/deep/c.span", "no rules at all"),
        ("tests/a.span", "\ntest places { none \"in Hà\" }"),
        ("a.span", rules),
    ]);
    assert!(none.is_empty());
    assert_eq!(names, ["tests/a.span", "tests/b.span"]);
    assert_eq!(tests, ["tests/a.span:2", "tests/b.span:1"]);
    assert_eq!(bare, tested);
}

/// A text with some marks, and clauses that may or may not hold.
fn case() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "Anna", "An", "Le", "of", "and", "!", "Hu", "no", "\\\\[", "\\]", "\\\"", "\\n", "\\\\\\\\",
        "\\u{e9}", "é", "(", "\\\\",
    ]);
    let clause = prop::sample::select(vec![
        "=> R(\"Anna\", \"Le Hu\")",
        "=> S(\"Anna\"#1, \"Anna\"#2) # why",
        "=> S(\"Anna\", \"Anna\")",
        "== (\"Anna\", \"Anna\")",
        "== (\"Anna\"#2, \"An\")",
        "=> S(\"An\", \"Anna\"#2)",
        "=> none",
        "=> no R",
    ]);
    let marked =
        (prop::collection::vec((word, 0u8..5), 1..9), prop::collection::vec((clause, any::<bool>()), 0..4));
    (marked, any::<bool>()).prop_map(|((words, clauses), none)| {
        let text: Vec<String> = words
            .iter()
            .map(|(word, mark)| match mark {
                1 if !none => format!("[{word}](A)"),
                2 if !none => format!("[{word}](B = \"x\")"),
                _ => (*word).to_owned(),
            })
            .collect();
        let mut case = format!("{}\"{}\"", if none { "none " } else { "" }, text.join(" "));
        for (clause, breaks) in clauses.iter().filter(|_| !none) {
            case.push_str(if *breaks { "\n  " } else { " " });
            case.push_str(clause);
            if clause.contains('#') {
                case.push('\n');
            }
        }
        case
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn after_an_update_the_tests_hold(cases in prop::collection::vec(case(), 1..4), name in "(r|short|nobody)") {
        let tests = format!("test {name} {{\n{}\n}}\n", cases.join("\n"));
        let files = [("pack.toml", TOML), ("a.span", RULES), ("b.span", LATER), ("tests/t.span", tests.as_str())];
        let (pack, mut report) = crate::syntax::parse_pack(&files);
        // Clauses that name no marked span are mistakes of the test.
        prop_assume!(crate::check::check(&pack, &mut report).is_some());
        let now = updated(&tests);
        for outcome in outcomes(&now) {
            prop_assert!(outcome.holds(), "{}\n{}\n{:#?}", tests, now, outcome.differences);
        }
        prop_assert_eq!(updated(&now), now);
    }
}
