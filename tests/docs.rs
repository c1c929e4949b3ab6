//! The examples of `docs/language.md`: each `toml` block begins a pack, the
//! blocks after it are its files, and the commands run over it.

use spanwright::run::{Filter, run_tests};

use crate::console::transcript::{Sandbox, replay_in};
use crate::{expect, root};

/// A pack of the page, and the commands that follow it.
#[derive(Default)]
struct Example {
    files: Vec<(String, String)>,
    texts: Vec<(String, String)>,
    name: String,
}

/// The page cut at its fences: what stands between is kept as it is.
fn fences(page: &str) -> Vec<String> {
    page.split_inclusive('\n').fold(vec![String::new()], |mut parts, line| {
        if line.starts_with("```") {
            parts.push(line.to_owned());
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push_str(line);
        }
        parts
    })
}

fn holds(example: &Example) {
    let files: Vec<(&str, &str)> =
        example.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (pack, mut report) = spanwright::syntax::parse_pack(&files);
    let checked = spanwright::check::check(&pack, &mut report);
    let problems = spanwright::diag::render(&report, Default::default(), Default::default());
    assert_eq!(problems, "", "{}", example.name);
    let checked = checked.unwrap();
    let program = spanwright::compile::compile(&checked);
    for outcome in run_tests(&checked, &program, &Filter::default()) {
        assert!(
            outcome.differences.is_empty(),
            "{}: {}\n{:?}",
            outcome.place,
            outcome.text,
            outcome.differences
        );
    }
}

#[test]
fn the_examples_of_the_language_page_hold() {
    let path = root("docs/language.md");
    let parts = fences(&std::fs::read_to_string(&path).unwrap());
    let mut examples: Vec<Example> = Vec::new();
    let mut texts: Vec<(String, String)> = Vec::new();
    let sandbox = Sandbox::new();
    let mut page = String::new();
    let mut opening: Option<String> = None;
    for part in parts {
        if part.starts_with("```") {
            opening = match opening {
                None => Some(part.trim().trim_start_matches('`').to_owned()),
                Some(_) => None,
            };
            page.push_str(&part);
            continue;
        }
        let words: Vec<&str> = opening.as_deref().unwrap_or("").split_whitespace().collect();
        match words[..] {
            ["toml"] => examples.push(Example {
                files: vec![("pack.toml".to_owned(), part.clone())],
                texts: std::mem::take(&mut texts),
                name: part.lines().nth(1).unwrap_or("").split('"').nth(1).unwrap_or("").to_owned(),
            }),
            ["span", name] => examples.last_mut().unwrap().files.push((name.to_owned(), part.clone())),
            ["text", name] => texts.push((name.to_owned(), part.clone())),
            ["console"] => {
                let example = examples.last().unwrap();
                std::fs::create_dir_all(sandbox.path(&example.name)).unwrap();
                for (name, text) in &example.files {
                    sandbox.write(&format!("{}/{name}", example.name), text);
                }
                for (name, text) in &example.texts {
                    sandbox.write(name, text);
                }
                page.push_str(&replay_in(&sandbox, &part));
                continue;
            }
            _ => {}
        }
        page.push_str(&part);
    }
    assert!(examples.len() >= 6, "packs are missing");
    examples.iter().for_each(holds);
    expect(&path, &page);
}

/// Pages whose commands run over the shipped packs and gold.
#[test]
fn the_commands_of_the_pages_print_what_the_pages_show() {
    let sandbox = Sandbox::new();
    std::fs::remove_dir_all(sandbox.path("gold")).unwrap();
    for folder in ["rules", "gold"] {
        crate::console::copy(&root(folder), &sandbox.path(folder));
    }
    for (name, least) in [("docs/evaluation.md", 3), ("docs/fuzzing.md", 4), ("README.md", 1)] {
        let path = root(name);
        let (mut page, mut blocks, mut in_console) = (String::new(), 0, false);
        for part in fences(&std::fs::read_to_string(&path).unwrap()) {
            if part.starts_with("```") {
                in_console = part.trim() == "```console";
                page.push_str(&part);
            } else if in_console {
                page.push_str(&replay_in(&sandbox, &part));
                blocks += 1;
            } else {
                page.push_str(&part);
            }
        }
        assert!(blocks >= least, "{name} has {blocks} blocks");
        expect(&path, &page);
    }
}
