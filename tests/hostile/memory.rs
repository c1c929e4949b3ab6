//! How much memory a run takes: what it holds, not what it has read.

use std::io::{Read, Write};
use std::process::Stdio;

use super::end;
use crate::console::Sandbox;

/// MiB that a run over a stream may take at its peak, however long the stream is:
/// what is on its way between the threads, and what is kept of frequent forms.
const BOUND: u64 = 256;
/// MiB that a stream of ten times the length may take more.
const GROWTH: u64 = 48;

/// What the system says of a run over so many MiB of JSON Lines that waits for more.
#[cfg(target_os = "linux")]
fn status(mebibytes: usize, threads: &str) -> String {
    let sandbox = Sandbox::new();
    let mut command = sandbox.bare();
    command.args([
        "extract",
        "--pack",
        "packs/demo",
        "-",
        "--input-format",
        "jsonl",
        "-o",
        "/dev/null",
        "-j",
        threads,
    ]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let (mut sent, mut at) = (0, 0u64);
    while sent < mebibytes << 20 {
        // Each document has words of its own; one of a hundred is large.
        let words: String = (0..8).map(|word| format!("Tên{} ", at * 8 + word)).collect();
        let text = format!("Mr. Hùng of the Ministry of Finance met {words}on March {}, 2025. ", at % 31 + 1);
        let times = if at % 100 == 7 { 400 } else { 40 };
        let line = format!("{{\"id\":\"{at}\",\"text\":\"{}\"}}\n", text.repeat(times));
        input.write_all(line.as_bytes()).unwrap();
        sent += line.len();
        at += 1;
    }
    input.flush().unwrap();
    // All but the last few documents have gone through; the run waits for more.
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(input);
    let ended = end(child);
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    assert!(ended.err.starts_with(&format!("spanwright: {at} documents, ")), "{}", ended.err);
    status
}

#[cfg(target_os = "linux")]
fn number(status: &str, name: &str) -> u64 {
    let number = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    number.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn one_thread_starts_no_pool() {
    let threads = |asked| number(&status(1, asked), "Threads:");
    // The one that works, and the one that waits for what is to be read.
    assert_eq!(threads("1"), 2);
    assert!(threads("2") > 2);
}

#[cfg(target_os = "linux")]
#[test]
fn one_thread_does_all_where_it_need_not_wait() {
    let sandbox = Sandbox::new();
    sandbox.write("many.jsonl", "{\"text\":\"Mr. Hung spoke.\"}\n".repeat(10_000));
    for (threads, all) in [("1", 1..=1), ("2", 3..=u64::MAX)] {
        let mut command = sandbox.bare();
        command.args(["extract", "--pack", "packs/demo", "many.jsonl", "-q", "-j", threads]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It cannot end before its output is read, of which the pipe holds a small part.
        let mut output = child.stdout.take().unwrap();
        output.read_exact(&mut [0]).unwrap();
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        assert!(all.contains(&number(&status, "Threads:")), "{threads}: {status}");
        let mut rest = Vec::new();
        output.read_to_end(&mut rest).unwrap();
        assert_eq!(rest.iter().filter(|byte| **byte == b'\n').count(), 10_000);
        assert_eq!(end(child).status, Some(0));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_of_any_length_takes_the_same_memory() {
    // The nightly run states larger sizes.
    let asked = std::env::var("SPANWRIGHT_STREAM_MIB").ok().map(|size| size.parse().unwrap());
    let long: usize = asked.unwrap_or(20);
    let peak = |mebibytes| number(&status(mebibytes, "2"), "VmHWM:") >> 10;
    let (short, long) = (peak(long / 10), peak(long));
    println!("peak: {short} MiB, ten times the stream: {long} MiB");
    assert!(long <= BOUND, "{long} MiB");
    assert!(long <= short + GROWTH, "{short} MiB, then {long} MiB");
}
