//! What a transcript cannot show: bytes, packed files, threads, pipes, signals.

use std::io::{Read, Write};
use std::process::Stdio;

use super::{Sandbox, copy};

/// JSON Lines with documents of very different sizes, a huge one among them.
fn many(documents: usize) -> String {
    let mut lines = String::new();
    for index in 0..documents {
        let sentence =
            format!("Mr. Hung of the Ministry of Finance met Ms. An on March {}, 2025. ", index % 31 + 1);
        let times = match index {
            3 => 3_000,
            index => index % 7,
        };
        lines.push_str(&format!("{{\"id\":\"d{index}\",\"text\":\"{}\"}}\n", sentence.repeat(times)));
        if index % 50 == 49 {
            lines.push_str("{\"id\":\"broken\n");
        }
    }
    lines
}

#[test]
fn output_and_rejects_are_the_same_for_any_number_of_threads() {
    let sandbox = Sandbox::new();
    sandbox.write("many.jsonl", many(400));
    let run = |threads: &str| {
        let args = ["extract", "--pack", "packs/demo", "many.jsonl", "--on-error", "skip"];
        let mut command = sandbox.spanwright(args);
        let output = command.args(["--rejects", "rejects.jsonl", "--threads", threads]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        (output.stdout, output.stderr, sandbox.read("rejects.jsonl"))
    };
    let one = run("1");
    assert_eq!(one.0.iter().filter(|&&byte| byte == b'\n').count(), 400);
    assert_eq!(one.2.iter().filter(|&&byte| byte == b'\n').count(), 8);
    for threads in ["2", "4", "0"] {
        assert!(run(threads) == one, "{threads} threads differ from one");
    }
}

#[test]
fn the_first_bad_record_ends_the_run_at_the_same_place_for_any_number_of_threads() {
    let sandbox = Sandbox::new();
    sandbox.write("many.jsonl", many(400));
    let run = |threads: &str| {
        let args = ["extract", "--pack", "packs/demo", "many.jsonl", "--threads", threads];
        let output = sandbox.spanwright(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        (output.stdout, output.stderr)
    };
    let one = run("1");
    assert_eq!(one.0.iter().filter(|&&byte| byte == b'\n').count(), 50);
    assert!(run("4") == one);
}

#[test]
fn outcomes_of_tests_are_the_same_for_any_number_of_threads() {
    let sandbox = Sandbox::new();
    let run = |threads: &str, format: &str| {
        let args = ["test", "rules", "packs/failing", "packs/chains", "-j", threads, "--format", format];
        let output = sandbox.spanwright(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        (output.stdout, output.stderr)
    };
    copy(&crate::root("rules/vn-politics"), &sandbox.path("rules"));
    for format in ["text", "json", "junit"] {
        let one = run("1", format);
        assert!(one.0.len() > 1000);
        for threads in ["2", "4", "0"] {
            assert!(run(threads, format) == one, "{format}: {threads} threads differ from one");
        }
    }
}

#[test]
fn a_failing_test_fits_the_width_of_the_terminal() {
    let sandbox = Sandbox::new();
    let run = |columns: &str| {
        let mut command = sandbox.spanwright(["test", "packs/failing", "--color", "always"]);
        String::from_utf8(command.env("COLUMNS", columns).output().unwrap().stdout).unwrap()
    };
    let beside = |shown: &str| shown.lines().filter(|line| line.trim().ends_with(" found")).count();
    assert_eq!((beside(&run("60")), beside(&run("200"))), (1, 4));
    assert!(run("60").contains("\u{1b}[31m[Le Minh](PERSON)\u{1b}[0m"));
}

#[test]
fn packed_files_are_written_and_read_again() {
    let sandbox = Sandbox::new();
    let plain =
        sandbox.spanwright(["extract", "--pack", "packs/demo", "news", "-q"]).output().unwrap().stdout;
    for name in ["found.jsonl.gz", "found.jsonl.zst"] {
        sandbox.spanwright(["extract", "--pack", "packs/demo", "news", "-q", "-o", name]).assert().success();
        let packed = sandbox.read(name);
        let mut text = Vec::new();
        match name.ends_with("gz") {
            true => drop(flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut text).unwrap()),
            false => text = zstd::decode_all(&packed[..]).unwrap(),
        }
        assert_eq!(text, plain, "{name}");
        let again = sandbox.spanwright(["extract", "--pack", "packs/demo", name, "-q"]).output().unwrap();
        assert_eq!(again.stdout, plain, "{name} as input");
    }
}

#[test]
fn text_that_is_no_utf_8_is_named_with_its_line_and_kept_whole() {
    let sandbox = Sandbox::new();
    sandbox.write("latin.txt", b"Mr. Hung spoke.\nH\xe0 Giang.\n");
    let args = ["extract", "--pack", "packs/demo", "latin.txt", "news/b.txt", "-o", "found.jsonl"];
    let output = sandbox.spanwright(args).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("spanwright: latin.txt:2: "), "{message}");
    let mut command = sandbox.spanwright(args);
    command.args(["--on-error", "skip", "--rejects", "rejects.jsonl"]).assert().code(1);
    let rejects = String::from_utf8(sandbox.read("rejects.jsonl")).unwrap();
    assert!(rejects.contains("\"raw_base64\":\"TXIuIEh1bmcgc3Bva2UuCkjgIEdpYW5nLgo=\""), "{rejects}");
    assert_eq!(sandbox.read("found.jsonl").iter().filter(|&&byte| byte == b'\n').count(), 1);
}

#[test]
fn a_run_that_fails_leaves_an_older_result_alone() {
    let sandbox = Sandbox::new();
    sandbox.write("found.jsonl", "older\n");
    sandbox
        .spanwright(["extract", "--pack", "packs/demo", "bad.jsonl", "-o", "found.jsonl"])
        .assert()
        .code(2);
    assert_eq!(sandbox.read("found.jsonl"), b"older\n");
    let left = std::fs::read_dir(sandbox.folder.path()).unwrap();
    let hidden: Vec<_> = left
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn colour_follows_the_flag_and_the_environment() {
    let sandbox = Sandbox::new();
    let run = |flags: &[&str], force: Option<(&str, &str)>| {
        let mut command = sandbox.spanwright(["check", "packs/warns"]);
        command.args(flags).envs(force);
        let output = command.output().unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!run(&[], None), "not a terminal");
    assert!(run(&["--color", "always"], None));
    assert!(run(&["--color", "always"], Some(("NO_COLOR", "1"))), "the flag is nearer");
    assert!(run(&[], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!run(&["--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!run(&[], Some(("NO_COLOR", "1"))));
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let sandbox = Sandbox::new();
    let commands = ["extract", "score", "check", "test", "tokenize", "completions", "man"];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = sandbox.spanwright(["completions", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        for command in commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    sandbox.spanwright(["man", "pages"]).assert().success();
    for command in commands {
        let page = String::from_utf8(sandbox.read(&format!("pages/spanwright-{command}.1"))).unwrap();
        assert!(page.contains(".SH NAME"), "{command}");
    }
    let page = sandbox.spanwright(["man"]).output().unwrap();
    assert!(page.status.success());
    let pages =
        [page.stdout, sandbox.read("pages/spanwright.1")].map(|page| String::from_utf8(page).unwrap());
    assert_eq!(pages[0], pages[1]);
}

#[test]
fn a_closed_pipe_ends_every_command_quietly() {
    let sandbox = Sandbox::new();
    sandbox.write("many.jsonl", many(400).replace("{\"id\":\"broken\n", ""));
    let commands: [&[&str]; 6] = [
        &["extract", "--pack", "packs/demo", "many.jsonl", "--threads", "1"],
        &["extract", "--pack", "packs/demo", "many.jsonl", "--threads", "4"],
        &["tokenize", "many.jsonl"],
        &["check", "packs/warns", "-q"],
        &["completions", "bash"],
        &["score", "--gold", "gold", "--pack", "packs/demo"],
    ];
    for args in commands {
        let mut command = sandbox.bare();
        let mut child = command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert!(output.status.success(), "{args:?}: {:?}", output.status);
    }
}

#[test]
fn a_closed_standard_error_is_no_reason_to_panic() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.bare();
    command.args(["extract", "--pack", "packs/demo", "bad.jsonl", "--on-error", "skip"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout.iter().filter(|&&byte| byte == b'\n').count(), 2);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_in_order_and_keeps_no_partial_file() {
    let sandbox = Sandbox::new();
    for threads in ["1", "4"] {
        let mut command = sandbox.bare();
        command.args(["extract", "--pack", "packs/demo", "-o", "found.jsonl", "--threads", threads]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // Standard input stays open: the run would wait for ever.
        let mut input = child.stdin.take().unwrap();
        input.write_all(many(40).as_bytes()).unwrap();
        input.flush().unwrap();
        // The temporary file is there once the handler stands.
        let begun = || {
            std::fs::read_dir(sandbox.folder.path())
                .unwrap()
                .any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with(".spanwright-"))
        };
        let start = std::time::Instant::now();
        while !begun() {
            assert!(start.elapsed().as_secs() < 20, "the run does not begin");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        drop(input);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(130), "{message}");
        assert!(message.contains("interrupted after "), "{message}");
        assert!(!sandbox.path("found.jsonl").exists());
        assert!(!begun(), "a temporary file is left");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_when_results_go_through_it() {
    let sandbox = Sandbox::new();
    sandbox.write("real.jsonl", "older\n");
    std::os::unix::fs::symlink("real.jsonl", sandbox.path("link.jsonl")).unwrap();
    sandbox
        .spanwright(["extract", "--pack", "packs/demo", "news", "-q", "-o", "link.jsonl"])
        .assert()
        .success();
    assert!(sandbox.path("link.jsonl").is_symlink());
    assert_eq!(sandbox.read("real.jsonl").iter().filter(|&&byte| byte == b'\n').count(), 2);
}
