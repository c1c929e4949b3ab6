//! Rules that others wrote: nesting, lets in circles, what grows without bound.

use spanwright::check::{CheckConfig, check_with};
use spanwright::compile::compile;
use spanwright::doc::Document;
use spanwright::engine::Extractor;
use spanwright::program::{LoadConfig, Saved};
use spanwright::syntax::{self, Nesting};
use spanwright::text::FileId;

use super::{pack, run};
use crate::console::Sandbox;

/// As deep as no one writes by hand, and deep enough to end a stack.
const DEEP: usize = 100_000;

/// A rule file, and how the first problem of it begins.
type Case = (&'static str, String, &'static str);

fn around(open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(DEEP), close.repeat(DEEP))
}

fn cases() -> Vec<Case> {
    let doubled: String = (1..41).map(|at| format!("let x{at} = x{} x{}\n", at - 1, at - 1)).collect();
    let chain: String = (0..5_000).map(|at| format!("let x{at} = x{} \"a\"\n", at + 1)).collect();
    let words: Vec<String> = (0..60_000).map(|at| format!("\"w{at}\"")).collect();
    let parts = "with its lets written out this rule has more than 20000 parts";
    let deep = "nested more than 100 deep";
    let large = "this regular expression takes more than 10 MiB when compiled";
    let nested = "broken regular expression: exceed the maximum number of nested parentheses";
    vec![
        ("groups", format!("rule r {{ <P: {}> }}\n", around("(", "\"a\"", ")")), deep),
        ("groups-open", format!("rule r {{ <P: {}", "(".repeat(DEEP)), deep),
        ("conditions", format!("rule r {{ <P: [{}]> }}\n", around("(", "word", ")")), deep),
        ("negations", format!("rule r {{ <P: [{}word]> }}\n", "!".repeat(DEEP)), deep),
        ("looks", format!("rule r {{ {} <P: \"a\"> }}\n", around("(?= ", "\"a\"", ")")), deep),
        ("captures", format!("rule r {{ {} }}\n", around("<P: ", "\"a\"", ">")), deep),
        ("braces", format!("rule r {}", "{".repeat(DEEP)), "expected a pattern, found `{`"),
        ("let-itself", "let x = x \"a\"\nrule r { <P: x> }\n".into(), "`x` holds itself"),
        (
            "lets-in-a-circle",
            "let x = y \"a\"\nlet y = z \"b\"\nlet z = x \"c\"\nrule r { <P: x> }\n".into(),
            "`x` holds itself, through `y`, `z`",
        ),
        (
            "lets-in-a-row",
            format!("{chain}let x5000 = \"b\"\nrule r {{ <P: x0> }}\n"),
            "with its lets written out this rule is nested more than 300 deep",
        ),
        ("lets-that-double", format!("let x0 = \"a\"\n{doubled}rule r {{ <P: x40> }}\n"), parts),
        ("branches", format!("rule r {{ <P: {}> }}\n", words.join(" | ")), parts),
        ("repeats", "rule r { <P: ((\"a\"{1000}){1000}){1000}> }\n".into(), parts),
        ("repeat", "rule r { <P: \"a\"{1000000000}> }\n".into(), "more than 1000 repetitions"),
        ("number", format!("rule r {{ <P: \"a\"{{{}}}> }}\n", "9".repeat(1000)), "this number is too large"),
        ("regex-size", "regex r -> P { /(\\w{1000}){1000}/ }\n".into(), large),
        ("token-regex-size", "rule r { <P: [text ~ /(\\w{1000}){1000}/]> }\n".into(), large),
        ("regex-nesting", format!("regex r -> P {{ /{}/ }}\n", around("(", "a", ")")), nested),
        ("token-regex-nesting", format!("rule r {{ <P: [text = /{}/]> }}\n", around("(", "a", ")")), nested),
    ]
}

#[test]
fn rules_that_nest_or_grow_without_end_are_refused_with_their_place() {
    for (name, rules, begins) in cases() {
        let sandbox = Sandbox::new();
        pack(&sandbox, name, &rules);
        let ended = run(&sandbox, ["check", name, "--format", "short"]);
        let first = ended.out.lines().find(|line| line.contains(": error[")).unwrap_or_default();
        let (place, title) = first.split_once("]: ").unwrap_or_default();
        assert_eq!(ended.status, Some(2), "{name}: {}{}", ended.out, ended.err);
        assert!(place.starts_with(&format!("{name}/a.span:")), "{name}: {first}");
        assert!(title.starts_with(begins), "{name}: {first}");
        // Nothing is said thousands of times.
        assert!(ended.out.len() < 10_000, "{name}: {} bytes", ended.out.len());
        // What cannot be checked cannot run either.
        sandbox.write("in.txt", "a");
        let ran = run(&sandbox, ["extract", "--pack", name, "in.txt", "-o", "out.jsonl"]);
        assert_eq!((ran.status, sandbox.path("out.jsonl").exists()), (Some(2), false), "{name}");
    }
}

#[test]
fn manifests_that_nest_without_end_are_refused_with_their_place() {
    for value in [around("[", "", "]"), around("{a=", "1", "}"), "[".repeat(DEEP)] {
        let sandbox = Sandbox::new();
        sandbox.write("deep/a.span", "rule r { <P: \"a\"> }\n");
        let toml =
            format!("[pack]\nname = \"deep\"\nversion = \"1\"\nphases = [\"a.span\"]\nlanguage = {value}\n");
        sandbox.write("deep/pack.toml", toml);
        let ended = run(&sandbox, ["check", "deep", "--format", "short"]);
        assert_eq!(ended.status, Some(2));
        assert!(ended.out.contains("deep/pack.toml:5:"), "{}", ended.out);
        assert!(
            ended.out.contains("max recursion depth met") || ended.out.contains("recursion limit"),
            "{}",
            ended.out
        );
    }
}

/// Twelve expressions of a megabyte each, for one field: together they take more
/// than the library that runs them allows by itself.
#[test]
fn expressions_that_are_large_together_all_match() {
    let sandbox = Sandbox::new();
    let rules: String =
        (0..12).map(|at| format!("rule r{at} {{ <P: [text = /\\w{{1,60}}{at}/]> }}\n")).collect();
    pack(&sandbox, "large", &rules);
    sandbox.write("in.txt", "Hà0 Hà1 Hà2 Hà3 Hà4 Hà5 Hà6 Hà7 Hà8 Hà9 Hà10 Hà11 Hà12");
    let ended = run(&sandbox, ["extract", "--pack", "large", "in.txt"]);
    assert_eq!(
        (ended.status, ended.err.as_str()),
        (Some(0), "spanwright: 1 document, 13 mentions, 0 relations\n")
    );
}

/// Where letters fold, an expression can be too large that is not so as it stands.
#[test]
fn an_expression_that_folding_makes_too_large_is_refused() {
    let sandbox = Sandbox::new();
    let source = "(?:(?:[k-s]{20}){1,1000}x){1,2}";
    pack(&sandbox, "plain", &format!("regex r -> P {{ /{source}/ }}\n"));
    pack(&sandbox, "folds", &format!("regex r -> P {{ /{source}/ match fold-case }}\n"));
    assert_eq!(run(&sandbox, ["check", "plain"]).status, Some(0));
    let ended = run(&sandbox, ["check", "folds", "--format", "short"]);
    assert_eq!(ended.status, Some(2), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("E074"), "{}", ended.out);
}

/// What would keep a reader waiting, or never end, or not fit.
#[test]
#[cfg(unix)]
fn files_of_a_pack_that_are_none_or_too_large_are_refused() {
    let sandbox = Sandbox::new();
    pack(&sandbox, "odd", "gazetteer g -> P { file \"list.txt\" }\n");
    let list = sandbox.path("odd/list.txt");
    let refused = |why: &str| {
        let ended = run(&sandbox, ["check", "odd", "--format", "short"]);
        std::fs::remove_file(&list).unwrap();
        let told = format!("odd/a.span:1:25: error[E014]: cannot read `list.txt`: {why}");
        assert_eq!((ended.status, ended.out.lines().next()), (Some(2), Some(told.as_str())));
    };
    assert!(std::process::Command::new("mkfifo").arg(&list).status().unwrap().success());
    refused("it is no file, but a pipe or a device");
    std::os::unix::fs::symlink("/dev/zero", &list).unwrap();
    refused("it is no file, but a pipe or a device");
    // No block of it is on the disk.
    std::fs::File::create(&list).unwrap().set_len((1 << 30) + 1).unwrap();
    refused("the files of a pack may have 1 GiB together");
}

#[test]
fn a_pack_that_would_be_huge_is_refused_at_the_rule_that_is_too_much() {
    let sandbox = Sandbox::new();
    let rules: String = (0..9).map(|at| format!("rule r{at} {{ <P: \"w{at}\"{{1000}}> }}\n")).collect();
    pack(&sandbox, "huge", &rules);
    sandbox.write("in.txt", "a");
    let check = |limit: &str| run(&sandbox, ["check", "huge", "--format", "short", "--max-program", limit]);
    assert_eq!(check("256MiB").status, Some(0));
    let ended = check("1MiB");
    assert_eq!(ended.status, Some(2));
    let errors: Vec<&str> = ended.out.lines().filter(|line| line.contains("error")).collect();
    assert_eq!(
        errors,
        ["huge/a.span:9:6: error[E073]: up to here the pack takes more than 1 MiB when compiled"]
    );
    for command in ["extract", "score", "explain", "fuzz", "test", "compare"] {
        let args: &[&str] = match command {
            "extract" => &["extract", "--pack", "huge", "in.txt"],
            "score" => &["score", "--pack", "huge", "--gold", "gold"],
            "explain" => &["explain", "--pack", "huge", "in.txt"],
            "fuzz" => &["fuzz", "--pack", "huge", "--cases", "1"],
            "test" => &["test", "huge"],
            _ => &["compare", "huge", "packs/demo", "--gold", "gold"],
        };
        let ended = run(&sandbox, args.iter().chain(&["--max-program", "1MiB"]));
        assert_eq!(ended.status, Some(2), "{command}: {}", ended.err);
        assert!(ended.err.contains("allow more with `--max-program`"), "{command}: {}", ended.err);
    }
}

/// Rules nested this deep, in each way that there is.
fn nested(depth: usize) -> Vec<(&'static str, String)> {
    let around = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let group = |inner: &str| around("(\"z\" | ", inner, ")", depth - 3);
    vec![
        ("groups", format!("rule r {{ <P: {}> }}\n", around("(", "\"a\"", ")", depth - 2))),
        ("branches", format!("rule r {{ <P: {}> }}\n", around("(\"b\" | ", "\"a\"", ")", depth - 2))),
        ("options", format!("rule r {{ <P: \"a\" {}> }}\n", around("(", "\"a\"", ")?", depth - 2))),
        ("conditions", format!("rule r {{ <P: [{}]> }}\n", around("(", "word", ")", depth - 3))),
        ("negations", format!("rule r {{ <P: [{}word]> }}\n", "!".repeat((depth - 3) & !1))),
        ("looks", format!("rule r {{ {} <P: \"a\"> }}\n", around("(?= ", "\"a\"", ")", depth - 1))),
        ("captures", format!("rule r {{ {} }}\n", around("<P: ", "\"a\"", ">", depth - 1))),
        (
            "lets",
            format!(
                "let x = {}\nlet y = {}\nrule r {{ <P: {}> }}\n",
                group("\"a\""),
                group("x"),
                around("(\"z\" | ", "y", ")", depth - 8)
            ),
        ),
    ]
}

#[test]
fn rules_may_nest_as_deep_as_is_asked_for() {
    for (name, rules) in nested(60) {
        let sandbox = Sandbox::new();
        pack(&sandbox, name, &rules);
        sandbox.write("in.txt", "a");
        for (max_nesting, status) in [("60", 0), ("50", 2)] {
            let with = |args: &[&str]| run(&sandbox, args.iter().chain(&["--max-nesting", max_nesting]));
            let commands: [&[&str]; 4] = [
                &["check", name],
                &["extract", "--pack", name, "in.txt"],
                &["compile", name, "-o", "saved.sw"],
                &["test", name],
            ];
            for command in commands {
                let ended = with(command);
                assert_eq!(ended.status, Some(status), "{name}: {command:?}: {}{}", ended.out, ended.err);
                let says = format!("{}{}", ended.out, ended.err).contains("allow more with `--max-nesting`");
                assert_eq!(says, status == 2, "{name}: {command:?}: {}{}", ended.out, ended.err);
            }
            assert_eq!(with(&["fmt", name]).status, Some(status), "{name}");
        }
    }
    for wrong in ["0", "151", "-1", "deep", "99999999999999999999"] {
        let ended = run(&Sandbox::new(), ["check", "packs/demo", &format!("--max-nesting={wrong}")]);
        assert_eq!(ended.status, Some(2), "{wrong}");
        assert!(ended.err.contains("a nesting is a number from 1 to 150"), "{wrong}: {}", ended.err);
    }
}

#[test]
fn the_deepest_nesting_fits_the_stack_of_any_thread() {
    let run = || {
        let deepest = Nesting::new(Nesting::MOST).unwrap();
        for (name, rules) in nested(Nesting::MOST as usize) {
            let sandbox = Sandbox::new();
            pack(&sandbox, name, &rules);
            let (tree, mut report) =
                syntax::load_with(&sandbox.path(name), deepest, &|_| None).expect("a manifest");
            let config = CheckConfig { max_nesting: deepest, ..CheckConfig::default() };
            let checked = check_with(&tree, &mut report, config);
            let checked = checked.unwrap_or_else(|| panic!("{name}: {:?}", report.diagnostics));
            let formatted = syntax::format_with(FileId(0), &rules, deepest).expect("it reads");
            assert_eq!(syntax::format_with(FileId(0), &formatted, deepest), Ok(formatted.clone()), "{name}");
            let saved = Saved { program: compile(&checked), ..Saved::default() };
            let mut bytes = Vec::new();
            saved.write(&mut bytes).unwrap();
            let loaded = Saved::from_bytes(&bytes, LoadConfig::default()).expect("it is sound").program;
            let document = Document::new("x", "a a");
            let found = |program| {
                let extractor = Extractor::new(program);
                extractor.extract(&document, &mut extractor.scratch()).annotations
            };
            assert!(!found(&loaded).mentions.is_empty(), "{name}");
            assert_eq!(found(&loaded), found(&saved.program), "{name}");
        }
    };
    // What threads get where nothing else is asked for.
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_phrase_that_stands_ten_thousand_times_is_one() {
    let sandbox = Sandbox::new();
    pack(&sandbox, "again", "gazetteer g -> P { file \"list.txt\" match fold-marks }\n");
    sandbox.write("again/list.txt", "Hà Giang\n".repeat(10_000));
    sandbox.write("in.txt", "in Ha Giang");
    let ended = run(&sandbox, ["extract", "--pack", "again", "in.txt", "-q"]);
    assert_eq!(ended.status, Some(0));
    assert_eq!(ended.out.matches("\"type\":\"P\"").count(), 1);
    let ended = run(&sandbox, ["check", "again", "--format", "short"]);
    assert_eq!(ended.status, Some(0));
    // Some of them are shown, not all.
    assert_eq!(ended.out.matches("stands twice").count(), 20);
}
