//! Text as it should not be: signs that end lines, marks, other encodings.

use super::run;
use crate::console::Sandbox;

/// Every kind of line end, and letters of one to four bytes.
const TEXT: &str = "Mr. Hùng 📷.\rMs. An spoke.\r\nMs. Lê Ba 📷 of Hue.\n\r\r\nComrade Đỗ\u{2028}Mr. Tân\r";

/// The part of a text between two offsets of a unit.
fn cut(text: &str, start: usize, end: usize, unit: &str) -> String {
    match unit {
        "bytes" => text[start..end].to_owned(),
        "chars" => text.chars().skip(start).take(end - start).collect(),
        _ => String::from_utf16(&text.encode_utf16().collect::<Vec<_>>()[start..end]).unwrap(),
    }
}

/// The mentions of a line of output, each checked against the text it came from.
fn mentions(line: &str, text: &str, unit: &str) -> Vec<String> {
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(record["text"], text);
    let entities = record["entities"].as_array().unwrap();
    let mention = |entity: &serde_json::Value| {
        let at = |name: &str| entity[name].as_u64().unwrap() as usize;
        let said = entity["text"].as_str().unwrap().to_owned();
        assert_eq!(cut(text, at("start"), at("end"), unit), said, "{unit}: {entity}");
        said
    };
    entities.iter().map(mention).collect()
}

#[test]
fn offsets_stay_true_over_line_ends_of_all_kinds() {
    let names = ["Hùng", "An", "Lê Ba", "Đỗ", "Tân"];
    for unit in ["chars", "bytes", "utf16"] {
        let sandbox = Sandbox::new();
        sandbox.write("in/a.txt", TEXT);
        sandbox.write("in.jsonl", format!("{}\r\n", serde_json::json!({"id": "a", "text": TEXT})));
        for input in ["in", "in/a.txt", "in.jsonl"] {
            let ended = run(&sandbox, ["extract", "--pack", "packs/demo", input, "--offsets", unit]);
            assert_eq!(ended.status, Some(0), "{}", ended.err);
            assert_eq!(mentions(ended.out.trim_end(), TEXT, unit), names, "{input} {unit}");
        }
        // Pairs of files, and back.
        let args = ["extract", "--pack", "packs/demo", "in", "--format", "brat", "-o", "pairs"];
        assert_eq!(run(&sandbox, args).status, Some(0));
        assert_eq!(sandbox.read("pairs/a.txt"), TEXT.as_bytes());
        let lines = String::from_utf8(sandbox.read("pairs/a.ann")).unwrap();
        let found = lines.lines().filter_map(|line| line.strip_prefix('T')).map(|line| {
            let mut columns = line.split('\t').skip(1);
            let place: Vec<&str> = columns.next().unwrap().split(' ').collect();
            let said = columns.next().unwrap().to_owned();
            assert_eq!(cut(TEXT, place[1].parse().unwrap(), place[2].parse().unwrap(), "chars"), said);
            said
        });
        assert_eq!(found.collect::<Vec<_>>(), names);
        let args = ["score", "--gold", "pairs", "--pack", "packs/demo", "--fail-under", "f1=1"];
        assert_eq!(run(&sandbox, args).status, Some(0));
    }
}

#[test]
fn signs_that_are_no_letters_are_kept_and_counted() {
    for text in
        ["Mr. Hùng\0 left.\0", "\u{feff}Mr. Hùng left.", "\u{feff}", "\0", "", "\r", "\u{1b}[2J Mr. Hùng"]
    {
        let sandbox = Sandbox::new();
        sandbox.write("a.txt", text);
        let ended = run(&sandbox, ["extract", "--pack", "packs/demo", "a.txt"]);
        assert_eq!(ended.status, Some(0), "{text:?}: {}", ended.err);
        let names: &[&str] = if text.contains("Mr.") { &["Hùng"] } else { &[] };
        assert_eq!(mentions(ended.out.trim_end(), text, "chars"), names, "{text:?}");
    }
}

/// Encodings, what says so, and what converts it.
#[test]
fn text_of_wide_letters_is_refused_with_its_cure() {
    let text = "Mr. Hung of the Ministry of Finance met Ms. Ånn.\nHà Giang, 17 March.\n";
    let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(bytes).collect() };
    let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    let four: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let cases = [
        ("is UTF-16", "UTF-16", marked(&[0xff, 0xfe], &little)),
        ("is UTF-16", "UTF-16", marked(&[0xfe, 0xff], &big)),
        ("looks like UTF-16 without a mark", "UTF-16LE", little),
        ("looks like UTF-16 without a mark", "UTF-16BE", big),
        ("is UTF-32", "UTF-32", marked(&[0xff, 0xfe, 0, 0], &four)),
    ];
    for (what, name, bytes) in cases {
        for file in ["a.txt", "a.jsonl", "a.conllu"] {
            let sandbox = Sandbox::new();
            sandbox.write(file, &bytes);
            let ended = run(&sandbox, ["extract", "--pack", "packs/demo", file]);
            let told = format!(
                "spanwright: {file}:1: this {what}: convert it first, for instance with `iconv -f {name} -t UTF-8`\n"
            );
            assert_eq!((ended.status, ended.err.as_str(), ended.out.as_str()), (Some(2), told.as_str(), ""));
            // The record is kept whole.
            let args = ["extract", "--pack", "packs/demo", file, "--on-error", "skip", "--rejects", "aside"];
            assert_eq!(run(&sandbox, args).status, Some(1));
            assert!(String::from_utf8(sandbox.read("aside")).unwrap().contains(what));
        }
    }
    // One NUL in eight letters is no such thing.
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "a\0bcdefgh");
    assert_eq!(run(&sandbox, ["extract", "--pack", "packs/demo", "a.txt"]).status, Some(0));
}

#[test]
fn a_hundred_thousand_tokens_without_a_space_end_soon() {
    let sandbox = Sandbox::new();
    for (name, piece) in [
        ("signs", "a.b,c;d-"),
        ("points", "ab."),
        ("address", "http://a/"),
        ("digits", "1,"),
        ("number", "1"),
        ("words for numbers", "two-"),
        ("brackets", "([{"),
        ("quotes", "“\"'"),
        ("marks", "a\u{301}\u{323}"),
        ("letters", "ắ"),
        ("emoji", "👩\u{200d}"),
    ] {
        let text = piece.repeat(100_000 / piece.chars().count());
        sandbox.write("in.txt", &text);
        let rules = crate::root("rules/vn-politics");
        let args = ["extract", "--pack", rules.to_str().unwrap(), "in.txt", "-o", "out.jsonl"];
        let ended = run(&sandbox, args);
        assert_eq!(ended.status, Some(0), "{name}: {}", ended.err);
        mentions(String::from_utf8(sandbox.read("out.jsonl")).unwrap().trim_end(), &text, "chars");
    }
}

#[test]
fn expressions_that_might_begin_everywhere_end_soon() {
    let sandbox = Sandbox::new();
    let expressions =
        [r"[0-9]+ ?tons", r"[0-9]+[a-z]", r"\b[0-9. ]+x", r"\bone[a-z.]*-x", r"[0-9]+\.[0-9]+-"];
    let rules = expressions.iter().enumerate().map(|(at, it)| format!("regex r{at} -> X {{ /{it}/ }}\n"));
    sandbox.write("pack/a.span", rules.collect::<String>());
    sandbox.write(
        "pack/pack.toml",
        "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nX = {}\n",
    );
    for (name, piece, end, found) in [
        ("digits", "1", "", 0),
        ("digits and letters", "1", "a", 1),
        ("numbers", "1 ", "tons", 1),
        ("words", "one.", "", 0),
        ("words and a sign", "one.", "-x", 1),
    ] {
        let text = piece.repeat(100_000 / piece.len()) + end;
        sandbox.write("in.txt", &text);
        let ended = run(&sandbox, ["extract", "--pack", "pack", "in.txt", "-o", "out.jsonl"]);
        assert_eq!(ended.status, Some(0), "{name}: {}", ended.err);
        let line = String::from_utf8(sandbox.read("out.jsonl")).unwrap();
        assert_eq!(mentions(line.trim_end(), &text, "chars").len(), found, "{name}");
    }
}
