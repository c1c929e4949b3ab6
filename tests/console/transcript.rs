//! Transcripts: commands with what they print.
//!
//! ```text
//! # A comment.
//! $ spanwright tokenize - < news/a.txt
//! what stands on standard output
//! ! what stands on standard error
//! ? 2
//! ```
//!
//! `? N` is the exit status where it is not 0. `$ cat FILE` shows a file. A
//! last line without a line break is followed by `%`. Each transcript has a
//! folder of its own with `files/` and `packs/`. Versions and hashes are shown
//! as `[VERSION]` and `[HASH]`. `SPANWRIGHT_UPDATE=1` writes down what came.

use std::process::Output;

pub(crate) use super::Sandbox;

#[test]
fn transcripts_hold() {
    let mut paths: Vec<_> = std::fs::read_dir(crate::root("tests/console/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "console"));
    paths.sort();
    assert!(!paths.is_empty(), "no transcripts");
    for path in paths {
        let transcript = std::fs::read_to_string(&path).unwrap();
        crate::expect(&path, &replay(&transcript));
    }
}

/// The transcript with what its commands print now.
fn replay(transcript: &str) -> String {
    replay_in(&Sandbox::new(), transcript)
}

/// The same in a folder that is there.
pub(crate) fn replay_in(sandbox: &Sandbox, transcript: &str) -> String {
    let mut now = String::new();
    let mut after_command = false;
    for line in transcript.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            now.push_str(line);
            now.push('\n');
            now.push_str(&perform(sandbox, command));
            after_command = true;
        } else if line.is_empty() || line.starts_with("# ") {
            // Blank lines and comments stay where they stand between commands.
            let belongs_to_output = after_command && !line.starts_with("# ");
            if !belongs_to_output {
                now.push_str(line);
                now.push('\n');
            }
            if line.starts_with("# ") {
                after_command = false;
            }
        }
    }
    now
}

fn perform(sandbox: &Sandbox, command: &str) -> String {
    let mut words = words(command);
    let input = words.iter().position(|word| word == "<").map(|at| {
        let file = words[at + 1].clone();
        words.drain(at..at + 2);
        sandbox.read(&file)
    });
    match words[0].as_str() {
        "spanwright" => {
            let mut program = sandbox.spanwright(&words[1..]);
            show(&program.write_stdin(input.unwrap_or_default()).output().unwrap())
        }
        "cat" => lines("", &clean(&sandbox.read(&words[1]))),
        "ls" => sandbox.list(&words[1]).join("\n") + "\n",
        other => panic!("a transcript knows `spanwright`, `cat` and `ls`, not `{other}`"),
    }
}

fn show(output: &Output) -> String {
    let mut shown = lines("", &clean(&output.stdout));
    shown.push_str(&lines("! ", &clean(&output.stderr)));
    match output.status.code() {
        Some(0) => {}
        Some(code) => shown.push_str(&format!("? {code}\n")),
        None => shown.push_str("? killed\n"),
    }
    shown
}

/// Every line with a mark before it, white space at its end left out. A blank
/// line without mark is shown as `·`, so that it is not taken for a gap, and one
/// that looks like markup gets a `\`.
fn lines(mark: &str, text: &str) -> String {
    let mut shown = String::new();
    for line in text.split_inclusive('\n') {
        let (bare, end) = line.strip_suffix('\n').map_or((line, "%\n"), |bare| (bare, "\n"));
        let bare = bare.trim_end();
        let looks_like_markup = ["$ ", "! ", "? ", "# "].iter().any(|start| bare.starts_with(start));
        let bare = match bare {
            "" if mark.is_empty() => "·".to_owned(),
            bare if mark.is_empty() && looks_like_markup => format!("\\{bare}"),
            bare => format!("{mark}{bare}").trim_end().to_owned(),
        };
        shown.push_str(&bare);
        shown.push_str(end);
    }
    shown
}

/// What changes with every version and pack is not of interest.
fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace('\u{1b}', "[ESC]");
    let version = env!("CARGO_PKG_VERSION");
    let text = text
        .replace(&format!("spanwright {version}"), "spanwright [VERSION]")
        .replace(&format!("\"spanwright\": \"{version}\""), "\"spanwright\": \"[VERSION]\"");
    let mut clean = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_hexdigit() {
            run.push(c);
            continue;
        }
        clean.push_str(if run.len() == 64 { "[HASH]" } else { &run });
        run.clear();
        if c != '\0' {
            clean.push(c);
        }
    }
    clean
}

/// Words as a shell cuts them: at spaces, except in single or double quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut open, mut quote) = (String::new(), false, None);
    for c in command.chars() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                open = true;
            }
            (None, ' ') => {
                if open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (_, c) => word.push(c),
        }
    }
    if open || !word.is_empty() {
        words.push(word);
    }
    words
}
