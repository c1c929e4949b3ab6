//! What a rule is worth is what a run without it shows.

use serde_json::Value;
use spanwright::check::{CheckedPack, check};
use spanwright::compile::{Selection, compile, compile_selected};
use spanwright::doc::schema::RuleId;
use spanwright::doc::{Annotations, Document};
use spanwright::engine::Extractor;

use crate::console::Sandbox;
use crate::root;

fn scores(sandbox: &Sandbox, args: &[&str]) -> Value {
    let base = ["score", "--gold", "gold", "--pack", "packs/demo", "--format", "json", "--samples", "50"];
    let output = sandbox.spanwright(base.iter().chain(args)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_worth_of_a_rule_is_that_of_a_run_without_it() {
    let sandbox = Sandbox::new();
    let whole = scores(&sandbox, &["--by-rule"]);
    let rules = whole["rules"].as_array().unwrap();
    assert!(rules.len() >= 4, "{whole}");
    let figure = |scores: &Value, path: &str| scores.pointer(path).and_then(Value::as_f64).unwrap_or(0.0);
    let mut moved = 0;
    for rule in rules {
        let without = scores(&sandbox, &["--without", rule["id"].as_str().unwrap()]);
        for (name, path) in [
            ("precision", "/entities/micro/precision"),
            ("recall", "/entities/micro/recall"),
            ("f1", "/entities/micro/f1"),
            ("relations_f1", "/relations/strict/micro/f1"),
        ] {
            let change = figure(&without, path) - figure(&whole, path);
            let stated = rule["without"][name].as_f64().unwrap();
            assert!((change - stated).abs() < 1e-12, "{} {name}: {stated}, not {change}", rule["id"]);
            moved += usize::from(change != 0.0);
        }
    }
    assert!(moved >= 4, "no rule matters");
}

/// Leaving a rule out by replay gives what a program compiled without it gives.
fn assert_replay_is_a_run_without(pack: &CheckedPack, texts: &[&str], every: usize) -> usize {
    let program = compile(pack);
    let extractor = Extractor::new(&program);
    let mut scratch = extractor.scratch();
    let documents: Vec<Document> = texts.iter().map(|text| Document::new("1", *text)).collect();
    let recorded: Vec<_> =
        documents.iter().map(|document| extractor.record(document, &mut scratch)).collect();
    let mut moved = 0;
    for (index, origin) in program.origins.iter().enumerate().step_by(every) {
        let off = vec![origin.id.to_string()];
        let without = compile_selected(pack, &Selection { off, ..Selection::default() }).unwrap();
        let runner = Extractor::new(&without);
        let mut fresh = runner.scratch();
        for (document, (whole, recording)) in documents.iter().zip(&recorded) {
            assert_eq!(extractor.extract(document, &mut scratch).annotations, whole.annotations);
            // Chains, and the values that spread along them, are made by links, which no replay leaves out.
            let bare = |mut found: Annotations| {
                found.chains.clear();
                found.mentions.iter_mut().for_each(|mention| mention.value = None);
                found
            };
            let replayed = extractor.replay_without(recording, RuleId(index as u32), &mut scratch);
            moved += usize::from(replayed.is_some());
            let replayed = bare(replayed.unwrap_or_else(|| whole.annotations.clone()));
            let run = bare(runner.extract(document, &mut fresh).annotations);
            assert_eq!(replayed, run, "without {} in {:?}", origin.id, document.text);
        }
    }
    moved
}

#[test]
fn a_replay_without_a_rule_is_a_run_without_it() {
    let (pack, mut report) = spanwright::syntax::load(&root("rules/vn-politics")).unwrap();
    let pack = check(&pack, &mut report).unwrap();
    let texts =
        ["a01", "a04"].map(|name| std::fs::read_to_string(root("gold/news").join(format!("{name}.txt"))));
    let texts: Vec<String> = texts.into_iter().map(Result::unwrap).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert!(assert_replay_is_a_run_without(&pack, &texts, 41) > 5);
}

/// Every kind of item, building on each other.
const TOML: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\", \"b.span\", \"c.span\"]\n\
    [entities]\nNAME = {}\nLOC = {}\nNUM = {}\nDATE = {}\n\
    [relations]\nNEAR = { from = [\"NAME\"], to = [\"LOC\"] }\n";
const A: &str = "gazetteer places -> LOC { \"a b\" \"b\" \"c d\" }\ngazetteer more -> LOC { \"b c\" \"d\" }\n\
    regex numbers -> NUM { /[0-9]+/ value = number() }\n\
    regex first -> DATE anchor { /[0-9]+ March [0-9]{4}/ value = date() }\n\
    regex later -> DATE { /today|[0-9]+ March/ value = date() }\n";
const B: &str = "rule name { <NAME: \"x\" LOC> }\nrule wide priority 2 { <NAME: \"x\" LOC [word]> }\n\
    rule over override { <LOC: LOC NUM> }\nrule near { n=<NAME: \"a\"> ...{0,2} l=LOC => NEAR(n, l) }\n\
    drop no { n=NUM \"y\" }\n";
const C: &str = "rule far { <NAME: [word] NUM> }\nrule both { n=NAME NAME ...{0,3} l=LOC => NEAR(n, l) }\n\
    rule says { d=DATE n=NAME set n.when = \"{d.value}\" }\n\
    context maybe { cue \"y\" scope both within 3 tokens on NAME set sure = \"no\" }\n";

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn a_replay_is_a_run_whatever_the_rules_build_on(words in proptest::collection::vec(
        proptest::sample::select(vec!["a", "b", "c", "d", "x", "y", "7", "2 March 2025", "today", "1 March", ".", "\n"]),
        1..24,
    )) {
        let files = [("pack.toml", TOML), ("a.span", A), ("b.span", B), ("c.span", C)];
        let (pack, mut report) = spanwright::syntax::parse_pack(&files);
        let pack = check(&pack, &mut report).unwrap_or_else(|| panic!("{:?}", report.diagnostics));
        assert_replay_is_a_run_without(&pack, &[&words.join(" ")], 1);
    }
}
