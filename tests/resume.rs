//! Runs that are killed, and go on.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::console::Sandbox;

/// Some records, of which each thirteenth cannot be read.
fn input(records: usize) -> String {
    (0..records)
        .map(|at| {
            let text = format!("Lan Anh, Secretary, in Hà Giang on {at} March 2025. ").repeat(1 + at % 7);
            if at % 13 == 5 {
                format!("{{\"id\":\"{at}\",\"text\":{at}}}\n")
            } else {
                format!("{}\n", serde_json::json!({"id": at.to_string(), "text": text}))
            }
        })
        .collect()
}

fn extract(sandbox: &Sandbox, out: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanwright"));
    command.current_dir(sandbox.path("")).args([
        "extract",
        "--pack",
        "packs/demo",
        "many.jsonl",
        "-j",
        "2",
        "-q",
    ]);
    command.args([
        "--on-error",
        "skip",
        "-o",
        &format!("{out}.jsonl"),
        "--rejects",
        &format!("{out}.rejects"),
    ]);
    command.args(more).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Killed at a hundred moments, whatever was left goes on to the same bytes.
#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    let sandbox = Sandbox::new();
    sandbox.write("many.jsonl", input(700));
    let began = Instant::now();
    assert_eq!(extract(&sandbox, "whole", &[]).status().unwrap().code(), Some(1));
    let whole = began.elapsed();
    let read = |name: &str| std::fs::read(sandbox.path(name)).unwrap();
    let (wanted, aside) = (read("whole.jsonl"), read("whole.rejects"));
    assert!(aside.split(|byte| *byte == b'\n').count() > 50);
    let (mut kills, mut resumed, mut finished, mut dice) = (0, 0, 0, 0x9E37_79B9_7F4A_7C15_u64);
    while kills < 100 || finished == 0 {
        let mut child = extract(&sandbox, "cut", &["--resume", "--checkpoint", "0.003"]).spawn().unwrap();
        (dice, _) = (dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1), ());
        // The later ones are let run, so that one comes to its end.
        let limit = if kills < 100 { whole.as_millis() as u64 } else { 600_000 };
        let end = Instant::now() + Duration::from_millis((dice >> 33) % limit.max(2));
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if kills < 100 && Instant::now() >= end => break None,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        if status.is_none() {
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            let note = std::fs::read_to_string(sandbox.path("cut.jsonl.resume")).unwrap_or_default();
            resumed += usize::from(note.contains("\"documents\":") && !note.contains("\"documents\":0"));
            if !sandbox.path("cut.jsonl").exists() {
                continue;
            }
            // It was killed with its work done: what has the name must be the whole.
        } else {
            assert_eq!(status.and_then(|status| status.code()), Some(1));
        }
        assert!(read("cut.jsonl") == wanted, "the output differs after {kills} kills");
        assert!(read("cut.rejects") == aside, "the rejects differ after {kills} kills");
        for left in ["cut.jsonl.partial", "cut.jsonl.resume", "cut.jsonl.resume.new"] {
            assert!(!sandbox.path(left).exists(), "{left} stays");
        }
        std::fs::remove_file(sandbox.path("cut.jsonl")).unwrap();
        std::fs::remove_file(sandbox.path("cut.rejects")).unwrap();
        finished += 1;
    }
    assert!(resumed > 20, "only {resumed} of {kills} were killed at work");
}

/// What was set aside is a format like any other.
#[test]
fn what_was_set_aside_can_be_run_again() {
    let sandbox = Sandbox::new();
    let good = input(26).lines().filter(|line| !line.contains("\"text\":5}")).count();
    sandbox.write("many.jsonl", input(26));
    assert_eq!(extract(&sandbox, "first", &[]).status().unwrap().code(), Some(1));
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).unwrap();
    assert_eq!(read("first.rejects").lines().count(), 2);
    // As they are they fail again, with their first place; mended they do not.
    let again = |rejects: &str| {
        sandbox.write("again.rejects", rejects);
        let args = ["extract", "--pack", "packs/demo", "--input-format", "rejects", "again.rejects"];
        let output = sandbox.spanwright(args).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (status, _, told) = again(&read("first.rejects"));
    assert!(status == Some(2) && told.contains("many.jsonl:6:"), "{told}");
    let mended = read("first.rejects").replace("\\\"text\\\":5", "\\\"text\\\":\\\"Lan Anh\\\"");
    let mended = mended.replace("\\\"text\\\":18", "\\\"text\\\":\\\"Lan Anh\\\"");
    let (status, found, _) = again(&mended);
    assert_eq!((status, found.lines().count()), (Some(0), 2), "of {good}");
    assert!(found.starts_with("{\"id\":\"5\",\"text\":\"Lan Anh\""), "{found}");
    let (status, _, told) = again("{\"file\":\"a\",\"line\":1,\"format\":\"jsonl\"}\n");
    assert!(status == Some(2) && told.contains("the record was not kept"), "{told}");
}
