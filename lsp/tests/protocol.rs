//! Drives the server as an editor does, over its protocol.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value as Json, json};

const TOML: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\", \"b.span\"]\n\n[entities]\n\
    AGENT = { doc = \"who can act\", abstract = true }\nPERSON = { is = \"AGENT\", doc = \"a human being\" }\n\n\
    [relations]\nKNOWS = { from = [\"PERSON\"], to = [\"PERSON\"], doc = \"they met\" }\n";
const WORDS: &str = "# 📷 a picture before the names\ngazetteer people -> PERSON { \"Hà\" \"Vinh\" }\nlet Cap = [capitalized & word]\nregex digits -> _digits { /[0-9]+/ }\n";
const RULES: &str = "rule knows { p=PERSON \"and\" q=PERSON where p.text != q.text => KNOWS(p, q) set p.role = \"{q|lower}\" }\n\
    rule named { \"Mr\" <PERSON: Cap> _digits }\ntest knows { \"[Hà](PERSON) and [Vinh](PERSON)\" => KNOWS(\"Hà\", \"Vinh\") }\n";

/// An editor with a folder and a server.
struct Editor {
    folder: tempfile::TempDir,
    connection: Connection,
    server: Option<JoinHandle<()>>,
    next: i32,
    capabilities: Json,
    /// The diagnostics that came, in order.
    published: Vec<Json>,
}

impl Editor {
    fn start(encodings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("pack.toml", TOML), ("a.span", WORDS), ("b.span", RULES)] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let (server, connection) = Connection::memory();
        let thread = std::thread::spawn(move || spanwright_lsp::serve(&server).unwrap());
        let mut editor = Self {
            folder,
            connection,
            server: Some(thread),
            next: 0,
            capabilities: Json::Null,
            published: Vec::new(),
        };
        let root = editor.uri("");
        let answer = editor.ask(
            "initialize",
            json!({
                "processId": null, "rootUri": null,
                "capabilities": {"general": {"positionEncodings": encodings}},
                "workspaceFolders": [{"uri": root.trim_end_matches('/'), "name": "w"}],
            }),
        );
        editor.capabilities = answer.unwrap()["capabilities"].clone();
        editor.tell("initialized", json!({}));
        editor
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}/{name}", self.folder.path().display())
    }

    fn tell(&self, method: &str, params: Json) {
        let notification = Notification::new(method.to_owned(), params);
        self.connection.sender.send(notification.into()).unwrap();
    }

    fn ask(&mut self, method: &str, params: Json) -> Result<Json, String> {
        self.next += 1;
        let id = RequestId::from(self.next);
        let request = Request { id: id.clone(), method: method.to_owned(), params };
        self.connection.sender.send(request.into()).unwrap();
        loop {
            match self.connection.receiver.recv().unwrap() {
                Message::Response(response) if response.id == id => {
                    let answer = serde_json::to_value(&response).unwrap();
                    return match answer.get("error") {
                        Some(error) => Err(error["message"].as_str().unwrap_or("").to_owned()),
                        None => Ok(answer["result"].clone()),
                    };
                }
                Message::Notification(notification) => self.published.push(notification.params),
                other => panic!("{other:?}"),
            }
        }
    }

    fn open(&mut self, name: &str) {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        self.tell(
            "textDocument/didOpen",
            json!({"textDocument": {
                "uri": self.uri(name), "languageId": "span", "version": 1, "text": text,
            }}),
        );
    }

    fn change(&mut self, name: &str, text: &str) {
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": {"uri": self.uri(name), "version": 2}, "contentChanges": [{"text": text}],
            }),
        );
    }

    /// The problems of a file, as they were published last.
    fn problems(&mut self, name: &str) -> Vec<Json> {
        let uri = self.uri(name);
        let symbols = json!({"textDocument": {"uri": uri}});
        self.ask("textDocument/documentSymbol", symbols).unwrap();
        let of = self.published.iter().rev().find(|params| params["uri"] == uri.as_str());
        of.map_or(Vec::new(), |params| params["diagnostics"].as_array().unwrap().clone())
    }

    /// A request about the place where a text stands in a file.
    fn at(&mut self, method: &str, name: &str, text: &str, needle: &str, more: Json) -> Result<Json, String> {
        let mut params = json!({"textDocument": {"uri": self.uri(name)}, "position": position(text, needle)});
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        self.ask(method, params)
    }

    fn stop(mut self) {
        self.ask("shutdown", Json::Null).unwrap();
        self.tell("exit", Json::Null);
        self.server.take().unwrap().join().unwrap();
    }
}

/// The position, in UTF-16, of `|` in a needle, or of its first character.
fn position(text: &str, needle: &str) -> Json {
    let (before, after) = needle.split_once('|').unwrap_or(("", needle));
    let at = text.find(&format!("{before}{after}")).unwrap_or_else(|| panic!("no `{needle}`")) + before.len();
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    json!({"line": line, "character": text[start..at].encode_utf16().count()})
}

fn lines(locations: &Json) -> Vec<String> {
    let list = locations.as_array().cloned().unwrap_or_default();
    let place = |location: &Json| {
        let uri =
            Path::new(location["uri"].as_str().unwrap()).file_name().unwrap().to_string_lossy().into_owned();
        format!("{uri}:{}:{}", location["range"]["start"]["line"], location["range"]["start"]["character"])
    };
    list.iter().map(place).collect()
}

#[test]
fn diagnostics_come_as_one_types_and_go_when_mended() {
    let mut editor = Editor::start(&[]);
    assert_eq!(editor.capabilities["positionEncoding"], "utf-16");
    editor.open("b.span");
    assert_eq!(editor.problems("b.span"), Vec::<Json>::new());
    let broken = RULES.replace("<PERSON: Cap>", "<PERSN: Cap>");
    editor.change("b.span", &broken);
    let problems = editor.problems("b.span");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0]["code"], "E030");
    assert_eq!(problems[0]["range"]["start"], position(&broken, "PERSN"));
    assert!(problems[0]["message"].as_str().unwrap().contains("did you mean `PERSON`?"));
    editor.change("b.span", RULES);
    assert_eq!(editor.problems("b.span"), Vec::<Json>::new());
    // A mistake in one file shows in another.
    editor.open("a.span");
    editor.change("a.span", &WORDS.replace("let Cap", "let Cup"));
    assert_eq!(editor.problems("b.span")[0]["code"], "E030");
    // What is closed unsaved is as the disk says.
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": editor.uri("a.span")}}));
    assert_eq!(editor.problems("b.span"), Vec::<Json>::new());
    editor.stop();
}

#[test]
fn a_quick_fix_writes_what_was_meant() {
    let mut editor = Editor::start(&[]);
    editor.open("b.span");
    let broken = RULES.replace("<PERSON: Cap>", "<PERSN: Cap>");
    editor.change("b.span", &broken);
    let at = position(&broken, "PERSN");
    let params = json!({
        "textDocument": {"uri": editor.uri("b.span")}, "range": {"start": at, "end": at}, "context": {"diagnostics": []},
    });
    let actions = editor.ask("textDocument/codeAction", params).unwrap();
    assert_eq!(actions[0]["title"], "Write `PERSON` (E030)");
    let edit = &actions[0]["edit"]["changes"][editor.uri("b.span")][0];
    assert_eq!((&edit["newText"], &edit["range"]["start"]), (&json!("PERSON"), &at));
    editor.stop();
}

#[test]
fn hovers_say_what_names_stand_for() {
    let mut editor = Editor::start(&[]);
    std::fs::create_dir(editor.path("gold")).unwrap();
    std::fs::write(editor.path("gold/1.txt"), "Hà and Vinh met. Vinh left.").unwrap();
    std::fs::write(editor.path("gold/1.ann"), "T1\tPERSON 0 2\tHà\nT2\tPERSON 7 11\tVinh\n").unwrap();
    editor.open("b.span");
    let mut hover = |file: &str, text: &str, needle: &str| {
        let answer = editor.at("textDocument/hover", file, text, needle, json!({})).unwrap();
        answer["contents"]["value"].as_str().unwrap_or("").to_owned()
    };
    let person = hover("b.span", RULES, "p=|PERSON");
    assert!(person.contains("a human being") && person.contains("A kind of `AGENT`"), "{person}");
    assert!(person.contains("Made by `people`, `named`"), "{person}");
    assert!(hover("b.span", RULES, "|Cap>").contains("[capitalized & word]"));
    assert!(hover("b.span", RULES, "|_digits }").contains("Internal"));
    assert!(hover("b.span", RULES, "=> |KNOWS").contains("they met"));
    let rule = hover("a.span", WORDS, "|people");
    assert!(rule.contains("`a.span:people`") && rule.contains("Makes `PERSON`"), "{rule}");
    assert!(rule.contains("(1 document): 2 right, 1 wrong"), "{rule}");
    assert!(hover("b.span", RULES, "test |knows").contains("`b.span:knows`"));
    editor.stop();
}

#[test]
fn definitions_and_references_are_found_in_every_file() {
    let mut editor = Editor::start(&[]);
    editor.open("b.span");
    let ask = |editor: &mut Editor, method: &str, needle: &str| {
        let more = json!({"context": {"includeDeclaration": true}});
        lines(&editor.at(method, "b.span", RULES, needle, more).unwrap())
    };
    assert_eq!(ask(&mut editor, "textDocument/definition", "p=|PERSON"), ["pack.toml:7:0"]);
    assert_eq!(ask(&mut editor, "textDocument/definition", "|Cap>"), ["a.span:2:4"]);
    assert_eq!(ask(&mut editor, "textDocument/definition", "|_digits }"), ["a.span:3:16"]);
    assert_eq!(ask(&mut editor, "textDocument/definition", "test |knows"), ["b.span:0:5"]);
    assert_eq!(ask(&mut editor, "textDocument/definition", "KNOWS(|p, q)"), ["b.span:0:13"]);
    let people = ask(&mut editor, "textDocument/references", "p=|PERSON");
    assert_eq!(people.len(), 9, "{people:?}");
    let file = editor.at("textDocument/definition", "pack.toml", TOML, "\"|b.span", json!({})).unwrap();
    assert_eq!(lines(&file), ["b.span:0:0"]);
    editor.stop();
}

#[test]
fn a_new_name_goes_everywhere_and_clashes_are_refused() {
    let mut editor = Editor::start(&[]);
    editor.open("b.span");
    let rename = |editor: &mut Editor, needle: &str, name: &str| {
        editor.at("textDocument/rename", "b.span", RULES, needle, json!({"newName": name}))
    };
    let edits = rename(&mut editor, "|Cap>", "Capital").unwrap();
    assert_eq!(edits["changes"].as_object().unwrap().len(), 2, "{edits}");
    // A binding is renamed in its item, templates included.
    let edits = rename(&mut editor, "|q=PERSON", "other").unwrap();
    let starts: Vec<_> = edits["changes"][editor.uri("b.span")]
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| edit["range"]["start"]["character"].clone())
        .collect();
    assert_eq!(starts.len(), 4, "{edits}");
    assert!(rename(&mut editor, "|Cap>", "PERSON").unwrap_err().contains("already"));
    assert!(rename(&mut editor, "|Cap>", "rule").unwrap_err().contains("no name"));
    assert!(rename(&mut editor, "|_digits }", "DIGITS").unwrap_err().contains("not declared"));
    let range = editor.at("textDocument/prepareRename", "b.span", RULES, "|Cap>", json!({})).unwrap();
    assert_eq!(range["start"], position(RULES, "|Cap>"));
    editor.stop();
}

#[test]
fn completions_know_the_place() {
    let mut editor = Editor::start(&[]);
    editor.open("b.span");
    let mut labels = |text: &str| {
        editor.change("b.span", &format!("{RULES}{}", text.replace('|', "")));
        let all = format!("{RULES}{text}");
        let before = &all[..all.rfind('|').unwrap()];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        let params = json!({"textDocument": {"uri": editor.uri("b.span")}, "position": {"line": line, "character": character}});
        let found = editor.ask("textDocument/completion", params).unwrap();
        found
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(labels("ru|").contains(&"rule".to_owned()));
    assert!(labels("rule x ov|").contains(&"overlap all".to_owned()));
    let pattern = labels("rule x { \"📷\" |");
    assert!(
        pattern.contains(&"PERSON".to_owned())
            && pattern.contains(&"Cap".to_owned())
            && pattern.contains(&"_digits".to_owned())
    );
    let condition = labels("rule x { [cap|");
    assert!(condition.contains(&"capitalized".to_owned()) && condition.contains(&"fold".to_owned()));
    assert_eq!(labels("rule x { p=PERSON => |"), ["KNOWS"]);
    assert!(labels("regex x -> PERSON { /a/ value = d|").contains(&"date".to_owned()));
    assert_eq!(labels("gazetteer x -> PERSON { \"a\" match fold-case, f|"), ["fold-case", "fold-marks"]);
    assert!(labels("rule x { <P|").contains(&"PERSON".to_owned()));
    editor.stop();
}

#[test]
fn outlines_and_formatting() {
    let mut editor = Editor::start(&["utf-16", "utf-8"]);
    assert_eq!(editor.capabilities["positionEncoding"], "utf-8");
    editor.open("a.span");
    let uri = json!({"textDocument": {"uri": editor.uri("a.span")}, "options": {"tabSize": 2, "insertSpaces": true}});
    let symbols = editor.ask("textDocument/documentSymbol", uri.clone()).unwrap();
    let names: Vec<_> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].clone()).collect();
    assert_eq!(names, ["people", "Cap", "digits"]);
    assert_eq!(editor.ask("textDocument/formatting", uri.clone()).unwrap(), json!([]));
    editor.change("a.span", &WORDS.replace("let Cap =", "let   Cap="));
    let edits = editor.ask("textDocument/formatting", uri.clone()).unwrap();
    assert_eq!(edits[0]["newText"], WORDS);
    editor.change("a.span", "rule {");
    assert_eq!(editor.ask("textDocument/formatting", uri).unwrap(), Json::Null);
    editor.stop();
}

#[test]
fn nonsense_does_not_end_the_server() {
    let mut editor = Editor::start(&[]);
    assert!(editor.ask("textDocument/nonsense", json!({})).unwrap_err().contains("no method"));
    assert!(editor.ask("textDocument/hover", json!({"a": 1})).is_err());
    let nowhere =
        json!({"textDocument": {"uri": "file:///nowhere/x.span"}, "position": {"line": 9, "character": 9}});
    assert_eq!(editor.ask("textDocument/hover", nowhere).unwrap(), Json::Null);
    let web =
        json!({"textDocument": {"uri": "https://x.org/x.span"}, "position": {"line": 0, "character": 0}});
    assert_eq!(editor.ask("textDocument/definition", web).unwrap(), Json::Null);
    editor.tell("textDocument/didOpen", json!({"no": "document"}));
    editor.open("a.span");
    editor.change("a.span", "\u{feff}rule \0 { \"📷");
    assert!(!editor.problems("a.span").is_empty());
    let far = json!({"textDocument": {"uri": editor.uri("a.span")}, "position": {"line": 99999, "character": 99999}});
    assert_eq!(editor.ask("textDocument/hover", far).unwrap(), Json::Null);
    std::fs::remove_file(editor.path("pack.toml")).unwrap();
    editor.change("a.span", WORDS);
    editor.problems("a.span");
    editor.stop();
}

#[test]
fn no_text_and_no_position_ends_the_server() {
    let mut editor = Editor::start(&[]);
    editor.open("b.span");
    let pieces = [
        "rule ",
        "x=",
        "<PERSON:",
        "[",
        "]",
        "{",
        "}",
        "\"Hà📷",
        "\"",
        "/a",
        "=> KNOWS(",
        "where ",
        "(?<=",
        "\n",
        "#",
        "test t {",
        "#1",
        "==",
        "_a",
    ];
    // The same numbers every time (Lehmer).
    let mut state = 20_250_317_u64;
    let mut next = |below: usize| {
        state = state * 48_271 % 2_147_483_647;
        state as usize % below
    };
    for round in 0..200 {
        let mut text: Vec<char> = RULES.chars().collect();
        for _ in 0..4 {
            let at = next(text.len());
            if next(2) == 0 {
                text.splice(at..at, pieces[next(pieces.len())].chars());
            } else {
                text.drain(at..(at + next(30)).min(text.len()));
            }
        }
        editor.change("b.span", &text.iter().collect::<String>());
        let position = json!({"line": next(6), "character": next(120)});
        let at = json!({"textDocument": {"uri": editor.uri("b.span")}, "position": position});
        let with = |more: Json| {
            let mut params = at.clone();
            more.as_object().unwrap().iter().for_each(|(key, value)| params[key] = value.clone());
            params
        };
        let answers = [
            editor.ask("textDocument/hover", at.clone()),
            editor.ask("textDocument/completion", at.clone()),
            editor.ask("textDocument/definition", at.clone()),
            editor.ask("textDocument/references", with(json!({"context": {"includeDeclaration": true}}))),
            editor.ask("textDocument/documentSymbol", at.clone()),
            editor.ask("textDocument/formatting", with(json!({"options": {"tabSize": 2, "insertSpaces": true}}))),
            editor.ask(
                "textDocument/codeAction",
                with(json!({"range": {"start": position, "end": {"line": 9, "character": 0}}, "context": {"diagnostics": []}})),
            ),
        ];
        assert!(answers.iter().all(Result::is_ok), "round {round}: {answers:?}");
        let _ = editor.ask("textDocument/rename", with(json!({"newName": "other"})));
    }
    editor.change("b.span", RULES);
    assert_eq!(editor.problems("b.span"), Vec::<Json>::new());
    editor.stop();
}
