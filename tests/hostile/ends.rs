//! Runs that do not come to their end: full disks, closed pipes, signals.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{end, run};
use crate::console::Sandbox;

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_once_and_the_status_is_two() {
    let sandbox = Sandbox::new();
    let commands: [&[&str]; 9] = [
        &["extract", "--pack", "packs/demo", "news", "-q"],
        &["tokenize", "news/a.txt"],
        &["score", "--gold", "gold", "--pack", "packs/demo"],
        &["compare", "packs/demo", "packs/demo", "--gold", "gold"],
        &["check", "packs/warns", "-q"],
        &["test", "packs/failing"],
        &["explain", "--pack", "packs/demo", "news/a.txt"],
        &["completions", "bash"],
        &["fuzz", "--list"],
    ];
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for args in commands {
        let mut command = sandbox.bare();
        let child =
            command.args(args).stdin(Stdio::null()).stdout(full()).stderr(Stdio::piped()).spawn().unwrap();
        let ended = end(child);
        assert_eq!(ended.status, Some(2), "{args:?}: {}", ended.err);
        assert_eq!(ended.err.matches("No space left on device").count(), 1, "{args:?}: {}", ended.err);
        assert_eq!(ended.err.lines().count(), 1, "{args:?}: {}", ended.err);
    }
    for more in
        [&["-o", "/dev/full"][..], &["-o", "out.jsonl", "--on-error", "skip", "--rejects", "/dev/full"]]
    {
        let args = ["extract", "--pack", "packs/demo", "news", "bad.jsonl", "-q", "--on-error", "skip"];
        let args =
            args.iter().filter(|arg| !more.contains(&"--rejects") || !["--on-error", "skip"].contains(arg));
        let ended = run(&sandbox, args.chain(more));
        assert_eq!(ended.status, Some(2), "{more:?}: {}", ended.err);
        assert_eq!(ended.err.matches("No space left on device").count(), 1, "{more:?}: {}", ended.err);
        assert!(!sandbox.path("out.jsonl").exists());
    }
}

/// `| head -1`
#[test]
fn a_reader_that_has_enough_ends_the_run_quietly() {
    let sandbox = Sandbox::new();
    sandbox.write("many.jsonl", "{\"text\":\"Mr. Hung spoke.\"}\n".repeat(20_000));
    for threads in ["1", "4"] {
        let mut command = sandbox.bare();
        command.args(["extract", "--pack", "packs/demo", "many.jsonl", "-j", threads]);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"id\":\"many.jsonl:1\""), "{line}");
        let ended = end(child);
        assert_eq!((ended.status, ended.err.as_str()), (Some(0), ""));
    }
}

/// Where a run writes to, and what may be left of it.
#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_in_order_and_no_half_output_is_left() {
    let signals = [("INT", 130), ("TERM", 143), ("HUP", 129)];
    for (at, (signal, status)) in signals.into_iter().enumerate() {
        for (out, format) in [("found.jsonl", "jsonl"), ("found.jsonl.zst", "jsonl"), ("pairs", "brat")] {
            let sandbox = Sandbox::new();
            sandbox.write("found.jsonl", "older\n");
            let threads = ["1", "4"][at % 2];
            let mut command = sandbox.bare();
            command.args(["extract", "--pack", "packs/demo", "-o", out, "--format", format, "-j", threads]);
            command.args(["--input-format", "jsonl"]);
            let mut child =
                command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            // Standard input stays open: the run would wait for ever.
            let mut input = child.stdin.take().unwrap();
            for id in 0..200 {
                writeln!(input, "{{\"id\":\"{id}\",\"text\":\"Mr. Hung spoke.\"}}").unwrap();
            }
            input.flush().unwrap();
            await_work(&sandbox, &mut child, out);
            let id = child.id().to_string();
            assert!(std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
            let ended = end(child);
            drop(input);
            assert_eq!(ended.status, Some(status), "{signal} {out}: {}", ended.err);
            assert!(ended.err.contains("interrupted after "), "{signal} {out}: {}", ended.err);
            assert_eq!(sandbox.read("found.jsonl"), b"older\n");
            assert!(!sandbox.path("found.jsonl.zst").exists());
            let left = sandbox.list("").into_iter().chain(if out == "pairs" {
                sandbox.list("pairs")
            } else {
                vec![]
            });
            let mut pairs = 0;
            for name in left {
                assert!(!name.starts_with(".spanwright-"), "{name} is left");
                if let Some(stem) = name.strip_suffix(".ann") {
                    // A pair is whole.
                    let read =
                        |end: &str| String::from_utf8(sandbox.read(&format!("pairs/{stem}.{end}"))).unwrap();
                    assert_eq!(read("txt"), "Mr. Hung spoke.");
                    assert_eq!(read("ann"), "T1\tPERSON 4 8\tHung\n");
                    pairs += 1;
                }
            }
            assert_eq!(pairs > 0, out == "pairs", "{pairs} pairs");
        }
    }
}

/// Waits until a run writes: then it listens for signals.
fn await_work(sandbox: &Sandbox, child: &mut Child, out: &str) {
    let start = Instant::now();
    let works = || match out {
        "pairs" => sandbox.path("pairs/0.ann").exists(),
        _ => sandbox.list("").iter().any(|name| name.starts_with(".spanwright-")),
    };
    while !works() {
        assert!(child.try_wait().unwrap().is_none(), "the run has ended");
        assert!(start.elapsed() < Duration::from_secs(60), "the run does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
}
