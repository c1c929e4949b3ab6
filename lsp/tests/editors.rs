//! The folders for editors know the language as it is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use spanwright::syntax::KEYWORDS;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> Json {
    let text = std::fs::read_to_string(root(path)).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every `match`, `begin` and `end` of a grammar.
fn expressions(grammar: &Json, found: &mut Vec<String>) {
    match grammar {
        Json::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("match" | "begin" | "end", Json::String(source)) => found.push(source.clone()),
                    _ => expressions(value, found),
                }
            }
        }
        Json::Array(list) => list.iter().for_each(|item| expressions(item, found)),
        _ => {}
    }
}

/// A grammar's expression without what the `regex` crate does not know.
fn without_looks(source: &str) -> String {
    let looks = regex::Regex::new(r"\(\?[=!](?:[^()\[\]\\]|\\.|\[(?:[^\]\\]|\\.)*\])*\)").unwrap();
    looks.replace_all(source, "").into_owned()
}

#[test]
fn the_grammar_knows_the_words_of_the_language() {
    let grammar = read("editors/vscode/syntaxes/span.tmLanguage.json");
    let mut found = Vec::new();
    expressions(&grammar, &mut found);
    assert!(found.len() > 10);
    for source in &found {
        assert!(regex::Regex::new(&without_looks(source)).is_ok(), "{source}");
    }
    let all = found.join("\n");
    for word in KEYWORDS.into_iter().chain(spanwright::check::flags()) {
        assert!(all.contains(word), "the grammar has no `{word}`");
    }
    for normalizer in spanwright::value::NORMALIZERS {
        assert!(all.contains(normalizer.name), "the grammar has no `{}`", normalizer.name);
    }
    let item = found.iter().find(|source| source.contains("gazetteer")).unwrap();
    let item = regex::Regex::new(item).unwrap();
    for keyword in KEYWORDS {
        assert!(item.is_match(&format!("{keyword} name")), "{keyword}");
    }
}

#[test]
fn the_extension_names_files_that_are_there() {
    let package = read("editors/vscode/package.json");
    let paths = [
        &package["main"],
        &package["contributes"]["languages"][0]["configuration"],
        &package["contributes"]["grammars"][0]["path"],
    ];
    for path in paths {
        let path = root("editors/vscode").join(path.as_str().unwrap());
        assert!(path.is_file(), "{}", path.display());
    }
    read("editors/vscode/language-configuration.json");
}

/// The problems of a `pack.toml` alone.
fn codes(toml: &str) -> Vec<&'static str> {
    let (pack, mut report) = spanwright::syntax::parse_pack(&[("pack.toml", toml), ("a.span", "")]);
    let _ = spanwright::check::check(&pack, &mut report);
    report.diagnostics.iter().map(|problem| problem.code.name).collect()
}

#[test]
fn the_schema_has_the_keys_that_are_read_and_no_others() {
    let schema = read("docs/pack.schema.json");
    let head = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n";
    let keys = |value: &Json| value["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    // A key that the program does not know is `unknown-key`, whatever its value.
    for table in keys(&schema) {
        assert!(!codes(&format!("{head}[{table}]\n")).contains(&"unknown-key"), "{table}");
    }
    let inner = |table: &str| keys(&schema["properties"][table]["additionalProperties"]);
    for (table, known) in
        [("entities", inner("entities")), ("relations", inner("relations")), ("events", inner("events"))]
    {
        for key in known {
            let toml = format!("{head}[{table}]\nX = {{ {key} = 1 }}\n");
            assert!(!codes(&toml).contains(&"unknown-key"), "{table}.{key}");
        }
    }
    for table in ["resolve", "rules"] {
        for key in keys(&schema["properties"][table]) {
            assert!(
                !codes(&format!("{head}[{table}]\n{key} = 1\n")).contains(&"unknown-key"),
                "{table}.{key}"
            );
        }
    }
    for key in keys(&schema["properties"]["pack"]) {
        assert!(!codes(&format!("[pack]\n{key} = 1\n")).contains(&"unknown-key"), "pack.{key}");
    }
    // And the other way round: the help of the program lists what it knows.
    let (pack, report) =
        spanwright::syntax::parse_pack(&[("pack.toml", "[nothing-like-it]\n[pack]\nnothing-like-it = 1\n")]);
    drop(pack);
    let mut listed: Vec<Vec<String>> = Vec::new();
    for problem in &report.diagnostics {
        let help = problem.help.iter().find_map(|help| help.strip_prefix("known here: "));
        listed.extend(help.map(|help| help.split(", ").map(str::to_owned).collect()));
    }
    listed.iter_mut().for_each(|list| list.sort());
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(listed, [sorted(keys(&schema)), sorted(keys(&schema["properties"]["pack"]))]);
    let steps: Vec<&str> = schema["properties"]["resolve"]["properties"]["order"]["items"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Json::as_str)
        .collect();
    assert_eq!(steps, spanwright::doc::schema::Order::ALL.map(|(name, _)| name));
}
