//! The published schemas say what the program writes.

use jsonschema::Validator;
use serde_json::Value;

use crate::console::Sandbox;
use crate::root;

fn schema(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root("docs").join(name)).unwrap()).unwrap()
}

fn written(sandbox: &Sandbox, args: &[&str]) -> Value {
    let output =
        sandbox.spanwright(args.iter().chain(&["--format", "json", "--samples", "20"])).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn problems(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Every member that a schema knows stands somewhere in what was written: a
/// schema may not speak of what there is not.
fn unseen(schema: &Value, defs: &Value, written: &[&Value], path: &str, out: &mut Vec<String>) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &defs[name.trim_start_matches("#/$defs/")],
        None => schema,
    };
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        unseen(choice, defs, written, path, out);
    }
    if let Some(items) = schema.get("items") {
        let all: Vec<&Value> = written.iter().filter_map(|value| value.as_array()).flatten().collect();
        unseen(items, defs, &all, &format!("{path}[]"), out);
    }
    if let Some(rest) = schema.get("additionalProperties").filter(|rest| rest.is_object()) {
        let all: Vec<&Value> =
            written.iter().filter_map(|value| value.as_object()).flat_map(|map| map.values()).collect();
        unseen(rest, defs, &all, &format!("{path}.*"), out);
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let all: Vec<&Value> = written.iter().filter_map(|value| value.get(name)).collect();
        let required = schema["required"].as_array().is_some_and(|all| all.iter().any(|key| key == name));
        if all.is_empty() && required {
            out.push(format!("{path}.{name}"));
        }
        unseen(inner, defs, &all, &format!("{path}.{name}"), out);
    }
}

fn assert_described(name: &str, written: &[Value]) {
    let schema = schema(name);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for value in written {
        assert_eq!(problems(&validator, value), [""; 0]);
    }
    let mut missing = Vec::new();
    unseen(&schema, &schema["$defs"], &written.iter().collect::<Vec<_>>(), "", &mut missing);
    assert_eq!(missing, [""; 0], "{name} speaks of what no run here writes");
    // And it does say no.
    let mut broken = written[0].clone();
    broken["surprise"] = Value::Bool(true);
    assert_eq!(problems(&validator, &broken).len(), 1);
    let mut broken = written[0].clone();
    broken["gold"]["documents"] = Value::from("many");
    assert_eq!(problems(&validator, &broken).len(), 1);
}

#[test]
fn scores_are_as_their_schema_says() {
    let sandbox = Sandbox::new();
    let pack = ["score", "--gold", "gold", "--pack", "packs/demo"];
    let whole = [&pack[..], &["--by-rule", "--review-gold", "--beta", "2"]].concat();
    let apart =
        ["score", "--gold", "gold", "--pred", "pred.jsonl", "--missing", "empty", "--labels", "PERSON"];
    let lines = [&pack[..], &["--unit", "line", "--min-overlap", "0.5", "--value-tolerance", "1%"]].concat();
    let review = ["score", "--gold", "labels.jsonl", "--pred", "labels.jsonl", "--review-gold"];
    let found = sandbox
        .spanwright(["extract", "--pack", "packs/events", "events.txt", "-o", "events.jsonl"])
        .output();
    assert!(found.unwrap().status.success());
    // Off by one, with a value that says less.
    let line = |start: u32, value: &str| {
        let entity = format!(r#"{{"type":"DATE","start":{start},"end":8,"value":"{value}"}}"#);
        format!(r#"{{"id":"a","text":"In March 2025","entities":[{entity}]}}"#)
    };
    sandbox.write("right.jsonl", line(3, "iso8601:2025-03"));
    sandbox.write("shifted.jsonl", line(2, "iso8601:2025"));
    let shifted = ["score", "--gold", "right.jsonl", "--pred", "shifted.jsonl"];
    let events = ["score", "--gold", "events.jsonl", "--pred", "events.jsonl"];
    let written: Vec<Value> = [&whole[..], &apart, &lines, &review, &events, &shifted]
        .iter()
        .map(|args| written(&sandbox, args))
        .collect();
    assert_described("score.schema.json", &written);
}

#[test]
fn comparisons_are_as_their_schema_says() {
    let sandbox = Sandbox::new();
    let packs = ["compare", "packs/demo", "packs/events", "--gold", "gold"];
    let apart = ["compare", "pred.jsonl", "packs/demo", "--gold", "gold", "--missing", "empty"];
    let back = ["compare", "packs/demo", "pred.jsonl", "--gold", "gold", "--missing", "empty"];
    let written: Vec<Value> =
        [&packs[..], &apart, &back].iter().map(|args| written(&sandbox, args)).collect();
    assert_described("compare.schema.json", &written);
}
