//! What a rule is worth is what a run without it shows.

use serde_json::Value;

use crate::console::Sandbox;

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
