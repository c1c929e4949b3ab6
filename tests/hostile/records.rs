//! Records and folders that are not what they seem.

use super::run;
use crate::console::Sandbox;

/// JSON that ends a stack where it is read by descent.
#[test]
fn json_that_nests_without_end_is_one_bad_record() {
    let deep = 100_000;
    let arrays = format!("{{\"text\":\"a\",\"x\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
    let objects = format!("{}1{}", "{\"text\":".repeat(deep), "}".repeat(deep));
    let open = format!("{{\"text\":\"a\",\"entities\":[{}", "{\"a\":[".repeat(deep));
    for bad in [arrays, objects, open] {
        let sandbox = Sandbox::new();
        let good = "{\"text\":\"Mr. Hung spoke.\"}";
        sandbox.write("in.jsonl", format!("{good}\n{bad}\n{good}\n"));
        let args =
            ["extract", "--pack", "packs/demo", "in.jsonl", "--on-error", "skip", "--rejects", "aside"];
        let ended = run(&sandbox, args);
        assert_eq!((ended.status, ended.out.lines().count()), (Some(1), 2), "{}", ended.err);
        assert!(
            ended
                .err
                .starts_with("spanwright: set aside: in.jsonl:2: no JSON object: recursion limit exceeded")
        );
        let aside: serde_json::Value = serde_json::from_slice(&sandbox.read("aside")).unwrap();
        assert_eq!(aside["raw"], bad);
        let ended = run(&sandbox, ["score", "--gold", "in.jsonl", "--pred", "in.jsonl"]);
        assert_eq!(ended.status, Some(2));
        assert!(ended.err.starts_with("spanwright: in.jsonl:2: "), "{}", ended.err);
    }
}

/// Lines of an `.ann` over `Lan met Ba in Hue.`, and what is told of them;
/// nothing where they can be read.
const PAIRS: &[(&str, &str)] = &[
    ("T1\tX 0 3\tLan\nE1\tX:T1 A:E2\nE2\tX:T1 A:E1\n", ""),
    ("T1\tX 0 3\tLan\nE1\tX:T1 A:E1\n", ""),
    ("T1\tX 0 3\tLan\nT3\tX 0 7\tLan met\n", ""),
    ("T1\tX 0 3\tLan\nT2\tX 0 3\tLan\n", "a: gold has two equal mentions, `T1` and `T2`: take one out"),
    ("T2\tX 8 10;0 3\tBa Lan\n", ""),
    ("\u{feff}T1\tX 0 3\tLan\r\nT2\tX 8 10\tBa\r\n", ""),
    ("#1\tAnnotatorNotes T9\tof nothing\n", ""),
    ("T1\tX 0 3\tLan\nR1\tREL Arg1:T1\n", "in/a.ann:2: relation `R1` has 1 arguments, not two"),
    ("T1\tX 0 3\tLan\nR1\tREL Arg1:T1 Arg2:T9\n", "in/a.ann:2: nothing has the id `T9`"),
    ("T1\tX 0 3\tLan\nT1\tX 8 10\tBa\n", "in/a.ann:2: a second `T1`: ids are unique in a file"),
    (
        "R1\tREL Arg1:T1 Arg2:T1\nT1\tX 0 3\tLan\nR1\tREL Arg1:T1 Arg2:T1\n",
        "in/a.ann:3: a second `R1`: ids are unique in a file",
    ),
    ("T1\tX 0 300\tLan\n", "in/a.ann:1: span 0..300 ends past the text (18 characters)"),
    ("T1\tX 3 0\tLan\n", "in/a.ann:1: span 3..0 ends before it begins"),
    ("T1\tX 0 99999999999999999999\tLan\n", "in/a.ann:1: `0 99999999999999999999` are no two offsets"),
    ("T1\tX -1 3\tLan\n", "in/a.ann:1: `-1 3` are no two offsets"),
    ("T1\tX 0 3\tBan\n", "in/a.ann:1: the line says \"Ban\", but \"Lan\" stands there"),
    ("T\n", "in/a.ann:1: no type and offsets after the id"),
    ("A1\tNegated T7\n", "in/a.ann:1: nothing has the id `T7`"),
    ("T1\tX 0 3\tLan\nA1\tNegated A2\nA2\tNegated A1\n", "in/a.ann:2: nothing has the id `A2`"),
    ("?1\tX\n", "in/a.ann:1: a line begins with T, R, E, A, M, N, * or #, not with `?`"),
];

#[test]
fn pairs_of_files_with_circles_and_gaps_are_read_or_refused_with_their_line() {
    for (lines, told) in PAIRS {
        let sandbox = Sandbox::new();
        sandbox.write("in/a.txt", "Lan met Ba in Hue.");
        sandbox.write("in/a.ann", lines);
        let ended = run(&sandbox, ["score", "--gold", "in", "--pred", "in", "--fail-under", "f1=1"]);
        let wanted = if told.is_empty() { String::new() } else { format!("spanwright: {told}\n") };
        let holds = !lines.contains("\tX ");
        assert!(ended.err.starts_with(&wanted), "{lines:?}: {}", ended.err);
        match told.is_empty() {
            // Without a mention of gold there is no F1 that could hold.
            true => assert_eq!(ended.status, Some(i32::from(holds)), "{lines:?}: {}", ended.err),
            false => assert_eq!(ended.status, Some(2), "{lines:?}"),
        }
        // Extraction reads the text alone.
        let ended = run(&sandbox, ["extract", "--pack", "packs/demo", "in"]);
        assert_eq!((ended.status, ended.out.lines().count()), (Some(0), 1));
    }
}

#[cfg(unix)]
#[test]
fn links_are_read_where_they_lead_to_files_and_never_walked() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new();
    sandbox.write("store/one", "Mr. Hung spoke.");
    sandbox.write("in/b.txt", "Ms. An spoke.");
    sandbox.write("in/folder.txt/c.txt", "Ms. Lan spoke.");
    symlink("../store/one", sandbox.path("in/a.txt")).unwrap();
    symlink(".", sandbox.path("in/self")).unwrap();
    symlink("../in", sandbox.path("in/up.txt")).unwrap();
    assert!(
        std::process::Command::new("mkfifo").arg(sandbox.path("in/pipe.txt")).status().unwrap().success()
    );
    symlink("pipe.txt", sandbox.path("in/to-pipe.txt")).unwrap();
    symlink("/dev/zero", sandbox.path("in/device.txt")).unwrap();
    for path in ["in", "in/*.txt"] {
        let ended = run(&sandbox, ["extract", "--pack", "packs/demo", path]);
        let ids: Vec<&str> = ended.out.lines().map(|line| line.split('"').nth(3).unwrap()).collect();
        let wanted: &[&str] = if path == "in" { &["a", "b", "folder.txt/c"] } else { &["a", "b"] };
        assert_eq!((ended.status, ids.as_slice()), (Some(0), wanted), "{}", ended.err);
    }
    // A link that leads nowhere, or to itself, is a record that cannot be read.
    symlink("gone.txt", sandbox.path("in/d.txt")).unwrap();
    symlink("e.txt", sandbox.path("in/e.txt")).unwrap();
    let args = ["extract", "--pack", "packs/demo", "in"];
    let ended = run(&sandbox, args);
    assert_eq!((ended.status, ended.out.lines().count()), (Some(2), 2));
    assert_eq!(ended.err, "spanwright: in/d.txt: cannot be read: No such file or directory (os error 2)\n");
    let ended = run(&sandbox, args.iter().chain(&["--on-error", "skip", "--rejects", "aside"]));
    assert_eq!((ended.status, ended.out.lines().count()), (Some(1), 3), "{}", ended.err);
    assert!(ended.err.contains("set aside: in/e.txt: cannot be read: "), "{}", ended.err);
    let aside = String::from_utf8(sandbox.read("aside")).unwrap();
    assert_eq!(aside.lines().count(), 2, "{aside}");
}

/// Files that fail while they are read: tests that run as root may read all others.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_fails_while_it_is_read_is_set_aside_once() {
    let sandbox = Sandbox::new();
    for file in ["/proc/self/mem", "/proc/self/attr/fscreate"] {
        if std::fs::read(file).is_ok() {
            continue;
        }
        let ended =
            run(&sandbox, ["extract", "--pack", "packs/demo", file, "news/a.txt", "--on-error", "skip"]);
        assert_eq!((ended.status, ended.out.lines().count()), (Some(1), 1), "{}", ended.err);
        assert_eq!(ended.err.matches("os error").count(), 1, "{}", ended.err);
    }
    // A packed file that is cut off, and one that is none.
    let mut packed = Vec::new();
    let mut writer = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
    for at in 0..2_000 {
        std::io::Write::write_all(&mut writer, format!("{{\"text\":\"Mr. Hung spoke {at}.\"}}\n").as_bytes())
            .unwrap();
    }
    writer.finish().unwrap();
    packed.truncate(packed.len() / 2);
    sandbox.write("cut.jsonl.gz", &packed);
    sandbox.write("none.txt.gz", "Mr. Hung");
    let args = ["extract", "--pack", "packs/demo", "cut.jsonl.gz", "none.txt.gz", "-o", "out.jsonl"];
    assert_eq!(run(&sandbox, args).status, Some(2));
    assert!(!sandbox.path("out.jsonl").exists());
    let ended = run(&sandbox, args.iter().chain(&["--on-error", "skip"]));
    assert_eq!(ended.status, Some(1), "{}", ended.err);
    assert_eq!(ended.err.matches("set aside: cut.jsonl.gz: cannot be read").count(), 1, "{}", ended.err);
    let lines = sandbox.read("out.jsonl").iter().filter(|byte| **byte == b'\n').count();
    assert!((100..2_000).contains(&lines), "{lines} records before the cut");
}
