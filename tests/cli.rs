//! The program from outside: output, messages, exit status.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::{expect, root};

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanwright"));
    command.args(args).current_dir(root("")).env_remove("NO_COLOR").env("COLUMNS", "100");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(args: &[&str]) -> (i32, String, String) {
    outcome(program(args).output().unwrap())
}

fn piped(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = program(args).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    outcome(output)
}

fn outcome(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const DEMO: &str = "tests/fixtures/packs/demo";

#[test]
fn the_help_of_every_command_is_as_it_was() {
    for command in [
        "",
        "extract",
        "score",
        "compare",
        "agree",
        "runs",
        "compile",
        "check",
        "test",
        "fmt",
        "tokenize",
        "fuzz",
        "completions",
        "man",
    ] {
        let args = if command.is_empty() { vec!["--help"] } else { vec![command, "--help"] };
        let (status, out, _) = run(&args);
        assert_eq!(status, 0);
        let name = if command.is_empty() { "spanwright" } else { command };
        expect(&root("tests/cli/help").join(format!("{name}.txt")), &out);
    }
}

#[test]
fn a_text_that_takes_too_long_is_kept_with_the_law_and_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let args = ["fuzz", "--timeout", "0.000000001", "-n", "9", "-j", "1", "-i", "units", "--out", out];
    let (status, said, _) = run(&args);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("BROKEN  units") && said.contains("it takes more than 0.000000001 s"), "{said}");
    let kept = folder.path().join("units-1-0.txt");
    let again = said.lines().find_map(|line| line.trim().strip_prefix("again    spanwright ")).unwrap();
    assert!(again.contains(kept.to_str().unwrap()) && again.ends_with("--timeout 0.000000001"), "{again}");
    let (status, said, _) = run(&again.split(' ').collect::<Vec<_>>());
    assert_eq!(status, 1, "{said}");
    let (status, said, _) = run(&["fuzz", "--timeout", "0", "--replay", kept.to_str().unwrap()]);
    assert_eq!(status, 0, "{said}");
    let (status, _, err) = run(&["fuzz", "--timeout=-1"]);
    assert_eq!(status, 2);
    assert!(err.contains("a number of seconds, such as 60 or 0.5; 0 for no limit"), "{err}");
}

#[test]
fn a_profile_tells_where_the_time_went_and_changes_nothing_else() {
    let line = r#"{"text": "Lan Anh, Secretary, in Hà Giang and in Huế."}"#;
    // Long enough to be looked at some hundred times, in a quick build too.
    let input = format!("{line}\n").repeat(5_000);
    let with = |flags: &[&str]| {
        let args = [&["extract", "--pack", DEMO, "--input-format", "jsonl", "-q", "-"], flags].concat();
        piped(&args, input.as_bytes())
    };
    let (status, out, err) = with(&[]);
    assert_eq!((status, err.as_str()), (0, ""));
    let (status, same, err) = with(&["--profile"]);
    assert_eq!(status, 0);
    assert!(same == out, "a profile changes the output");
    let mut said = err.lines();
    let title = said.next().unwrap_or("");
    assert!(title.contains(" s by the clock, ") && title.ends_with("looks at what the threads did"), "{err}");
    let shares: Vec<f64> = said
        .clone()
        .filter_map(|line| line.trim_end().strip_suffix(" %")?.split(' ').next_back()?.parse().ok())
        .collect();
    assert!(shares.len() > 3 && shares.windows(2).all(|pair| pair[0] >= pair[1]), "{err}");
    assert!((99.0..=101.0).contains(&shares.iter().sum::<f64>()), "{err}");
    assert!(err.contains("rules at work") && err.contains("The dearest rules"), "{err}");
    // Each line has the place, and each place stays.
    let place = err.lines().find(|line| line.contains(":in_place") || line.contains(".span:")).unwrap_or("");
    assert!(place.contains("5000"), "{err}");
}

#[test]
fn extract_reads_standard_input_and_writes_json_lines() {
    let text = "Lan Anh, Secretary, in Hà Giang 📷 Huế.";
    let (status, out, err) = piped(&["extract", "--pack", DEMO, "-"], text.as_bytes());
    assert_eq!(status, 0, "{err}");
    assert!(err.contains("1 document, 4 mentions, 1 relation"), "{err}");
    let record = &lines(&out)[0];
    let chars: Vec<char> = text.chars().collect();
    for entity in record["entities"].as_array().unwrap() {
        let place = |key: &str| entity[key].as_u64().unwrap() as usize;
        let surface: String = chars[place("start")..place("end")].iter().collect();
        assert_eq!(entity["text"], surface.as_str());
    }
    assert_eq!(record["relations"][0]["rule"], "rules.span:title");
    assert_eq!(record["relations"][0]["args"]["from"], record["entities"][0]["id"]);
}

#[test]
fn offsets_count_what_is_asked_for() {
    let place = |unit: &str| {
        let (_, out, _) = piped(&["extract", "-q", "--pack", DEMO, "--offsets", unit], "📷 Huế".as_bytes());
        lines(&out)[0]["entities"][0]["start"].as_u64().unwrap()
    };
    assert_eq!((place("chars"), place("utf16"), place("bytes")), (2, 3, 5));
}

#[test]
fn bad_records_stop_the_run_or_are_set_aside_whole() {
    let input =
        b"{\"id\":\"1\",\"text\":\"Hue\"}\n{\"id\":\"2\",\"text\":\n{\"id\":\"3\",\"text\":\"Ha Giang\"}\n";
    let (status, _, err) = piped(&["extract", "--pack", DEMO, "-"], input);
    assert_eq!(status, 2);
    assert!(err.contains("stdin:2: no JSON object"), "{err}");
    let folder = tempfile::tempdir().unwrap();
    let rejects = folder.path().join("bad.jsonl");
    let args = ["extract", "--pack", DEMO, "-", "--on-error", "skip", "--rejects", rejects.to_str().unwrap()];
    let (status, out, err) = piped(&args, input);
    assert_eq!(status, 1, "{err}");
    assert_eq!(
        lines(&out).iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
        ["1", "3"]
    );
    let kept = &lines(&std::fs::read_to_string(rejects).unwrap())[0];
    assert_eq!((&kept["line"], &kept["raw"]), (&Value::from(2), &Value::from("{\"id\":\"2\",\"text\":")));
}

#[test]
fn any_number_of_threads_writes_the_same_bytes_in_order() {
    let mut input = String::new();
    for number in 0..3000 {
        let text = "Lan Anh, Secretary, in Huế. ".repeat(number % 7);
        input.push_str(&serde_json::json!({"id": number.to_string(), "text": text}).to_string());
        input.push('\n');
    }
    let (_, one, _) = piped(&["extract", "-q", "--pack", DEMO, "--threads", "1"], input.as_bytes());
    let (_, four, _) = piped(&["extract", "-q", "--pack", DEMO, "--threads", "4"], input.as_bytes());
    assert_eq!(one.lines().count(), 3000);
    assert!(one == four);
    assert_eq!(lines(one.lines().last().unwrap())[0]["id"], "2999");
}

#[test]
fn brat_output_scores_one_against_itself() {
    let folder = tempfile::tempdir().unwrap();
    let found = folder.path().join("found");
    let found = found.to_str().unwrap();
    let (status, _, err) =
        run(&["extract", "-q", "--pack", "rules/vn-politics", "gold", "--format", "brat", "-o", found]);
    assert_eq!(status, 0, "{err}");
    let (status, out, err) =
        run(&["score", "--gold", found, "--pred", found, "--format", "json", "--fail-under", "f1=1"]);
    assert_eq!(status, 0, "{err}");
    let scores: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(scores["entities"]["micro"]["f1"], 1.0);
    assert_eq!(scores["relations"]["strict"]["micro"]["f1"], 1.0);
    assert_eq!(scores["pack"], Value::Null);
    let (status, _, err) = run(&["extract", "--pack", DEMO, "gold", "--format", "brat"]);
    assert_eq!(status, 2);
    assert!(err.contains("name a folder"), "{err}");
}

#[test]
fn scores_of_the_shipped_pack_are_json_tables_and_markdown() {
    let args = ["score", "--pack", "rules/vn-politics", "--gold", "gold"];
    let (status, table, err) = run(&args);
    assert_eq!(status, 0, "{err}");
    assert!(table.contains("Entities: same span and type") && table.contains("HOLDS_POSITION"));
    let (_, out, _) = run(&[&args[..], &["--format", "json"]].concat());
    let scores: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(scores["gold"]["documents"], 8);
    assert_eq!(scores["pack"]["name"], "vn-politics");
    for path in [
        "/entities/micro/f1",
        "/entities/macro/f1",
        "/entities/types/PERSON/tp",
        "/entities/unlabelled/micro/f1",
        "/entities/semeval/strict/possible",
        "/entities/semeval/type/f1",
        "/relations/strict/micro/f1",
        "/relations/strict/macro/f1",
        "/relations/boundaries/micro/f1",
        "/values/micro/f1",
        "/values/given_span/accuracy",
        "/coreference/muc/f1",
        "/coreference/blanc/f1",
        "/coreference/conll",
        "/documents/0/entities/tp",
    ] {
        assert!(scores.pointer(path).is_some_and(Value::is_number), "no {path}");
    }
    let (_, markdown, _) = run(&[&args[..], &["--format", "markdown"]].concat());
    assert!(markdown.contains("| micro "));
    let (status, _, err) = run(&[&args[..], &["--fail-under", "f1=1.0"]].concat());
    assert_eq!(status, 1);
    assert!(err.contains("f1=1 does not hold"), "{err}");
}

#[test]
fn an_undefined_figure_is_null_and_a_dash() {
    let folder = tempfile::tempdir().unwrap();
    let gold = folder.path().join("gold.jsonl");
    std::fs::write(&gold, "{\"id\":\"1\",\"text\":\"Hue\",\"entities\":[]}\n").unwrap();
    let gold = gold.to_str().unwrap();
    let (_, out, err) = run(&["score", "--gold", gold, "--pred", gold, "--format", "json"]);
    let scores: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
    assert_eq!(scores["entities"]["micro"]["f1"], Value::Null);
    assert_eq!(scores["coreference"]["conll"], Value::Null);
    let (_, table, _) = run(&["score", "--gold", gold, "--pred", gold]);
    assert!(table.contains('–') && !table.contains("NaN"));
}

#[test]
fn documents_on_one_side_only_are_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, ids: &[&str]| {
        let path = folder.path().join(name);
        let records = ids.iter().map(|id| format!("{{\"id\":\"{id}\",\"text\":\"Hue\",\"entities\":[]}}\n"));
        std::fs::write(&path, records.collect::<String>()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (two, one) = (write("two.jsonl", &["1", "2"]), write("one.jsonl", &["1"]));
    let (status, _, err) = run(&["score", "--gold", &two, "--pred", &one]);
    assert!(status == 2 && err.contains("no prediction for `2`"), "{err}");
    assert_eq!(run(&["score", "--gold", &two, "--pred", &one, "--missing", "empty"]).0, 0);
    let (status, _, err) = run(&["score", "--gold", &one, "--pred", &two]);
    assert!(status == 2 && err.contains("which gold does not have"), "{err}");
}

#[test]
fn a_broken_pack_extracts_nothing() {
    let broken = "tests/fixtures/packs/broken";
    let (status, out, err) = piped(&["extract", "--pack", broken, "-"], b"Lan Anh");
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(
        err.contains("error[E030]: unknown type `PERSON`") && err.contains("did you mean `PERSN`?"),
        "{err}"
    );
    let (status, out, err) = run(&["check", broken, "--format", "short"]);
    assert_eq!(status, 2);
    assert!(out.contains("lexicon.span:1:21: error[E030]"), "{out}");
    assert!(err.contains("errors"), "{err}");
    assert_eq!(run(&["check", DEMO]).0, 0);
    let (status, _, err) = run(&["check", "tests/fixtures/nowhere"]);
    assert!(status == 2 && err.contains("pack.toml"), "{err}");
    let (status, out, _) = run(&["check", "--explain", "e030"]);
    assert!(status == 0 && out.starts_with("E030: unknown-type"));
    assert_eq!(run(&["check", "--explain", "E999"]).0, 2);
}

#[test]
fn tests_of_packs_say_what_differs() {
    let (status, out, _) = run(&["test", DEMO]);
    assert!(status == 0 && out.contains("2 of 2 texts hold"), "{out}");
    let (status, out, _) = run(&["test", "tests/fixtures/packs/failing"]);
    assert_eq!(status, 1);
    assert!(out.contains("+ found    [Hue](LOC) at 17..20"), "{out}");
    assert_eq!(run(&["test", "tests/fixtures/packs/failing", "--filter", "title"]).0, 0);
}

#[test]
fn tokenize_shows_tokens_sentences_and_lines() {
    let (status, out, _) = piped(&["tokenize", "-"], "Hà Giang. It is.\nNo. 18".as_bytes());
    assert_eq!(status, 0);
    assert!(out.contains("Giang") && out.contains("--------"), "{out}");
    let (_, out, _) = piped(&["tokenize", "--format", "json"], "Hà Giang. It is.\nNo. 18".as_bytes());
    let record = &lines(&out)[0];
    assert_eq!(record["tokens"][1]["text"], "Giang");
    assert_eq!(record["tokens"][1]["start"], 3);
    assert_eq!(record["sentences"].as_array().unwrap().len(), 3);
    assert_eq!(record["lines"].as_array().unwrap().len(), 2);
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let mut child = program(&["extract", "-q", "--pack", DEMO, "-"]).stdin(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        for _ in 0..20_000 {
            if stdin.write_all(b"{\"text\":\"Lan Anh, Secretary, in Hue. Lan Anh, Secretary\"}\n").is_err() {
                return;
            }
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn outputs_appear_whole_and_packed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("found.jsonl.gz");
    let (status, _, err) = run(&["extract", "-q", "--pack", DEMO, "gold/news", "-o", out.to_str().unwrap()]);
    assert_eq!(status, 0, "{err}");
    let mut text = String::new();
    let file = std::fs::File::open(&out).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
    assert_eq!(lines(&text).len(), 7);
    // A run that fails leaves the old output as it was.
    let bad = folder.path().join("bad.jsonl");
    std::fs::write(&bad, "{}\n").unwrap();
    let kept = folder.path().join("kept.jsonl");
    std::fs::write(&kept, "old").unwrap();
    let (status, _, _) =
        run(&["extract", "--pack", DEMO, bad.to_str().unwrap(), "-o", kept.to_str().unwrap()]);
    assert_eq!(status, 2);
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "old");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "a temporary file was left");
}

#[test]
fn paths_folders_and_globs_are_found_and_missing_ones_named() {
    let ids = |paths: &[&str]| {
        let (status, out, err) = run(&[&["extract", "-q", "--pack", DEMO][..], paths].concat());
        assert_eq!(status, 0, "{err}");
        lines(&out).iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["gold"])[..2], ["ha-giang/politburo-inspection-ha-giang", "news/a01"]);
    assert_eq!(ids(&["gold/news/a0[12].txt"]), ["a01", "a02"]);
    assert_eq!(ids(&["gold/news/a03.txt", "gold/news/a01.txt"]), ["a03", "a01"]);
    for path in ["nowhere.txt", "gold/*.xyz"] {
        let (status, _, err) = run(&["extract", "--pack", DEMO, path]);
        assert!(status == 2 && err.contains(path), "{err}");
    }
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    for args in [
        &["extract", "gold"][..],
        &["score", "--gold", "gold"],
        &["score", "--gold", "gold", "--pack", DEMO, "--pred", "gold"],
        &["score", "--gold", "gold", "--pack", DEMO, "--fail-under", "f2=1"],
        &["extract", "--pack", DEMO, "--offsets", "words", "gold"],
        &["extract", "--pack", DEMO, "--frobnicate"],
    ] {
        let (status, out, err) = run(args);
        assert!(status == 2 && out.is_empty() && !err.is_empty(), "{args:?}: {status} {out} {err}");
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (status, out, _) = run(&["completions", shell]);
        assert!(status == 0 && out.contains("spanwright"));
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&["man", folder.path().to_str().unwrap()]).0, 0);
    assert!(Path::new(&folder.path().join("spanwright-extract.1")).is_file());
}

#[test]
fn colour_is_where_it_is_asked_for() {
    let broken = "tests/fixtures/packs/broken";
    assert!(run(&["check", broken, "--color", "always"]).1.contains('\u{1b}'));
    assert!(!run(&["check", broken]).1.contains('\u{1b}'));
    let compare =
        ["compare", "rules/baseline", "rules/baseline", "--gold", "gold/news/a01.txt", "--samples", "9"];
    for args in [&["score", "--gold", "gold/news/a01.txt", "--pred", "gold/news/a01.txt"][..], &compare] {
        let (_, plain, _) = run(args);
        let (_, colored, _) = run(&[args, &["--color", "always"]].concat());
        assert!(!plain.contains('\u{1b}') && colored.contains("\u{1b}[1m"));
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
        assert_eq!(
            run(&[args, &["--color", "always", "--format", "markdown"]].concat()).1.matches('\u{1b}').count(),
            0
        );
    }
}
