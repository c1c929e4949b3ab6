//! Limits: what is over one is cut short or set aside, is told with the flag, and
//! leaves the rest of the run alone.

use std::io::Write;
use std::process::Stdio;

use super::{end, pack, run};
use crate::console::Sandbox;

/// Rules that make too much, by the kind of the rule.
const MANY: &[(&str, &str)] = &[
    ("gazetteer", "gazetteer g -> P { \"a\" }\n"),
    ("regex", "regex r -> P { /a/ }\n"),
    ("regex-groups", "regex r -> P { /(?<Q>a)/ }\n"),
    ("regex-folded", "regex r -> P { /a/ match fold-marks }\n"),
    ("rule", "rule r { <P: [word]> }\n"),
    ("rule-all", "rule r overlap all { <P: [word]{1,9}> }\n"),
    ("rule-across", "rule r across lines { <P: [word]{1,3}> }\n"),
    ("relations", "gazetteer g -> P { \"a\" }\nrule r overlap all { x=P []{0,99} y=P => R(x, y) }\n"),
];

#[test]
fn too_many_candidates_cut_the_document_short_and_no_other() {
    for (name, rules) in MANY {
        for line in ["a ".repeat(3_000), "a a a\n".repeat(1_000)] {
            let sandbox = Sandbox::new();
            pack(&sandbox, name, rules);
            let record = |id: &str, text: &str| format!("{}\n", serde_json::json!({"id": id, "text": text}));
            sandbox.write("in.jsonl", record("one", "a") + &record("many", &line) + &record("two", "a"));
            let args = ["extract", "--pack", name, "in.jsonl", "--max-candidates", "100"];
            let ended = run(&sandbox, args);
            assert_eq!(ended.status, Some(1), "{name}: {}", ended.err);
            let told = "spanwright: many: cut short at 100 candidates: cut the document into several, or allow more with `--max-candidates`\n";
            assert!(ended.err.starts_with(told), "{name}: {}", ended.err);
            assert!(ended.err.ends_with(", 1 document cut short by a limit\n"), "{name}: {}", ended.err);
            let lines: Vec<&str> = ended.out.lines().collect();
            let found = |line: &str| line.matches("\"rule\":").count();
            assert_eq!((lines.len(), found(lines[0])), (3, found(lines[2])), "{name}");
            // What was found until then is kept; the match that was too much may stand.
            assert!((1..=202).contains(&found(lines[1])), "{name}: {}", found(lines[1]));
            // Within the limit nothing is cut, and nothing said.
            let all = ["extract", "--pack", name, "in.jsonl", "--max-candidates", "10000000"];
            let whole = run(&sandbox, all);
            let is_dense = name.ends_with("all") || *name == "relations";
            assert!(whole.status == Some(0) || is_dense && line.len() < 6_001, "{name}: {}", whole.err);
            // Any number of threads cuts at the same place.
            let one = run(&sandbox, args.iter().chain(&["-j", "1"]));
            assert_eq!(one.out, ended.out, "{name}");
        }
    }
}

#[test]
fn a_rule_with_too_many_matches_in_a_line_says_so() {
    let sandbox = Sandbox::new();
    pack(&sandbox, "all", "rule r overlap all { <P: [word]* [word] [word]*> }\n");
    sandbox.write("in.txt", "a ".repeat(500));
    let ended = run(&sandbox, ["extract", "--pack", "all", "in.txt", "-o", "out.jsonl"]);
    assert_eq!(ended.status, Some(1), "{}", ended.err);
    assert!(ended.err.starts_with("spanwright: in: a rule has more matches in one line"), "{}", ended.err);
}

/// A match may be joined to any spans of its line: to three of two hundred in more than
/// a million ways; and a line may have many matches, each of which may be joined in many.
#[test]
fn a_match_that_is_joined_in_too_many_ways_is_cut_short_and_says_so() {
    let sandbox = Sandbox::new();
    for (name, condition, matches, spans) in [
        ("and", "o before x=Q and x before y=Q and y before z=Q", 1, 200),
        ("or", "(o before x=Q and x before y=Q and y before z=Q) or o same line x=Q", 1, 200),
        ("looks", "o before x=Q and not Q inside Q", 1, 200),
        ("few", "o before x=Q and x before y=Q", 1, 60),
        ("few of several", "o before x=Q and x before y=Q", 5, 40),
        ("many of all", "o before x=Q and x before y=Q", 200, 40),
        ("looks of all", "o before x=Q and not Q inside Q", 200, 40),
    ] {
        let rules = "gazetteer p -> P { \"a\" }\ngazetteer q -> Q { \"b\" }\n".to_owned()
            + &format!("rule r {{ o=P where {condition} => R(o, x) }}\n");
        pack(&sandbox, name, &rules);
        sandbox.write("in.txt", "a ".repeat(matches) + &"b ".repeat(spans));
        let ended = run(&sandbox, ["extract", "--pack", name, "in.txt", "-o", "out.jsonl"]);
        let is_cut = !name.starts_with("few");
        assert_eq!(ended.status, Some(i32::from(is_cut)), "{name}: {}", ended.err);
        let told = ended.err.contains("more readings of one match, than are tried");
        assert_eq!(told, is_cut, "{name}: {}", ended.err);
    }
}

/// A line, a file and a packed file that are too long, by the format.
#[test]
fn what_is_too_long_is_set_aside_unread_and_the_rest_goes_on() {
    let long = "a".repeat(2_000_000);
    let gzip = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let (good, bad) = ("{\"text\":\"Mr. Hung spoke.\"}\n", format!("{{\"text\":\"{long}\"}}\n"));
    let bomb = gzip(&"a".repeat(200_000_000));
    assert!(bomb.len() < 1_000_000);
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("a.jsonl", format!("{good}{bad}{good}").into_bytes(), "a.jsonl:2"),
        (
            "a.jsonl",
            format!("{good}{bad}{good}").trim_end().replace("\"}\n{", "\"}\r\n{").into_bytes(),
            "a.jsonl:2",
        ),
        ("a.jsonl.gz", gzip(&format!("{good}{bad}{good}")), "a.jsonl.gz:2"),
        (
            "a.jsonl.gz",
            gzip(&format!("{good}{}{good}", bad.replace(&long, &"a".repeat(50_000_000)))),
            "a.jsonl.gz:2",
        ),
        ("a.txt.gz", bomb, "a.txt.gz:1"),
        ("a.txt", long.clone().into_bytes(), "a.txt:1"),
    ];
    for (name, bytes, place) in cases {
        let sandbox = Sandbox::new();
        sandbox.write(name, bytes);
        let args =
            ["extract", "--pack", "packs/demo", name, "news/a.txt", "--max-document", "1MB", "-j", "2"];
        let told = format!(
            "{place}: longer than 1000000 bytes: cut it into several, or allow more with `--max-document`\n"
        );
        let ended = run(&sandbox, args);
        assert_eq!((ended.status, ended.err), (Some(2), format!("spanwright: {told}")), "{name}");
        let skip = ["--on-error", "skip", "--rejects", "aside", "-o", "out.jsonl"];
        let ended = run(&sandbox, args.iter().chain(&skip));
        assert_eq!(ended.status, Some(1));
        assert!(ended.err.starts_with(&format!("spanwright: set aside: {told}")), "{}", ended.err);
        let lines = |name: &str| sandbox.read(name).iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(
            (lines("out.jsonl"), lines("aside")),
            (if name.contains("jsonl") { 3 } else { 1 }, 1),
            "{name}"
        );
    }
}

#[test]
fn more_threads_than_can_be_of_use_are_refused() {
    let commands: [&[&str]; 5] = [
        &["extract", "--pack", "packs/demo", "none"],
        &["score", "--pack", "packs/demo", "--gold", "none"],
        &["compare", "packs/demo", "packs/demo", "--gold", "none"],
        &["test", "packs/demo"],
        &["fuzz", "--cases", "1"],
    ];
    for command in commands {
        for threads in ["100000", "18446744073709551616", "-1", "two"] {
            let asked = format!("--threads={threads}");
            let ended = run(&Sandbox::new(), command.iter().copied().chain([asked.as_str()]));
            assert_eq!(ended.status, Some(2), "{command:?} {threads}: {}", ended.err);
            let told = "threads are 0, which is one for each core, or 1 to 256";
            assert!(ended.err.contains(told), "{command:?} {threads}: {}", ended.err);
        }
    }
    // As many as may be do work.
    let ended = run(&Sandbox::new(), ["test", "packs/demo", "-j", "256"]);
    assert_ne!(ended.status, Some(2), "{}", ended.err);
}

#[cfg(target_os = "linux")]
#[test]
fn threads_that_cannot_be_started_are_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("in.txt", "Mr. Hùng");
    let program = sandbox.bare();
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(sandbox.path("")).args(["-c", "ulimit -v 400000; exec \"$0\" \"$@\""]);
    // Their stacks alone are 400 MiB.
    shell.arg(program.get_program()).args(["extract", "-j", "200", "--pack", "packs/demo", "in.txt"]);
    shell.args(["-o", "out.jsonl"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = end(shell.spawn().unwrap());
    assert_eq!(ended.status, Some(2), "{}", ended.err);
    assert!(ended.err.starts_with("spanwright: cannot start the threads: "), "{}", ended.err);
    assert!(!sandbox.path("out.jsonl").exists());
}
