//! Records that are wrong: what is said about them.

use spanwright::doc::Target;
use spanwright::io::{Inputs, ReadConfig, Source, parse, read_all, reject_line};

fn error(name: &str, bytes: &[u8], annotations: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    if let Some(lines) = annotations {
        std::fs::write(folder.path().join("a.ann"), lines).unwrap();
    }
    let inputs = Inputs::find(&[folder.path().join(name)], None).unwrap();
    let error = read_all(Source::new(inputs, None, ReadConfig::default())).unwrap_err();
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn a_broken_record_names_file_line_and_reason() {
    let cases: [(&str, &[u8], Option<&str>, &str); 13] = [
        ("a.txt", b"ok\nbad \xff", None, "a.txt:2: byte 7 is not UTF-8"),
        ("a.txt", b"\xff\xfea\0", None, "a.txt:1: this is UTF-16"),
        ("a.jsonl", b"{\"text\":\"x\"}\n{\"text\":}", None, "a.jsonl:2: no JSON object"),
        ("a.jsonl", b"{\"id\":\"1\"}", None, "a.jsonl:1: the record has no `text`"),
        ("a.jsonl", b"{\"text\":\"ab\",\"entities\":[{\"type\":\"X\",\"start\":1,\"end\":9}]}", None, "a.jsonl:1: entities[0]: span 1..9 is not in the text (2 chars)"),
        ("a.jsonl", b"{\"text\":\"ab\",\"entities\":[{\"type\":\"X\",\"start\":1,\"end\":1}]}", None, "span 1..1 ends before it begins"),
        ("a.jsonl", b"{\"text\":\"ab\",\"entities\":[{\"type\":\"X\",\"start\":0,\"end\":1,\"text\":\"b\"}]}", None, "`text` is \"b\", but \"a\" stands there"),
        ("a.jsonl", b"{\"text\":\"ab\",\"entities\":[],\"relations\":[{\"type\":\"R\",\"args\":{\"from\":\"T1\",\"to\":\"T2\"}}]}", None, "relations[0]: `from` names no entity: `T1`"),
        ("a.jsonl", b"{\"id\":\"1\",\"text\":\"a\"}\n{\"id\":\"1\",\"text\":\"b\"}", None, "a.jsonl:2: a second document with the id `1`"),
        ("a.txt", b"Ha Giang", Some("T1\tLOC 0 9\tHa Giang"), "a.ann:1: span 0..9 ends past the text (8 characters)"),
        ("a.txt", b"Ha Giang", Some("T1\tLOC 0 2\tHo"), "a.ann:1: the line says \"Ho\", but \"Ha\" stands there"),
        ("a.txt", b"Ha Giang", Some("T1\tLOC 0 2\tHa\nR1\tIN Arg1:T1 Arg2:T9"), "a.ann:2: nothing has the id `T9`"),
        ("a.txt", b"Ha Giang", Some("T1\tLOC 0 2\tHa\nT1\tLOC 3 8\tGiang"), "a.ann:2: a second `T1`"),
    ];
    for (name, bytes, annotations, expected) in cases {
        let got = error(name, bytes, annotations);
        assert!(got.contains(expected), "{got:?} does not say {expected:?}");
    }
}

#[test]
fn a_bad_line_is_kept_whole_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, b"{\"text\":\"one\"}\n{\"text\": broken}\n\n{\"text\":\"three\"}\n").unwrap();
    let config = ReadConfig::default();
    let source = Source::new(Inputs::find(&[path], None).unwrap(), None, config);
    let read: Vec<_> = source.map(|raw| parse(raw.unwrap(), config)).collect();
    assert_eq!(read.len(), 3);
    assert_eq!(read[0].as_ref().unwrap().document.text, "one");
    assert_eq!(read[2].as_ref().unwrap().document.text, "three");
    let kept: serde_json::Value =
        serde_json::from_slice(&reject_line(read[1].as_ref().unwrap_err())).unwrap();
    assert_eq!(kept["raw"], "{\"text\": broken}");
    assert_eq!(kept["line"], 2);
}

#[test]
fn packed_files_are_opened_and_unknown_members_stay() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let line =
        b"{\"text\":\"H\xc3\xa0 Giang\",\"meta\":{\"date\":\"2025-03-17\"},\"source\":{\"a\":[1,2]}}\n";
    let path = folder.path().join("a.jsonl.gz");
    let mut packed =
        flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::default());
    packed.write_all(line).unwrap();
    packed.finish().unwrap();
    std::fs::write(folder.path().join("b.jsonl.zst"), zstd::encode_all(&line[..], 1).unwrap()).unwrap();
    let inputs = Inputs::find(&[folder.path().to_path_buf()], None).unwrap();
    let records = read_all(Source::new(inputs, None, ReadConfig::default())).unwrap();
    assert_eq!(records.len(), 2);
    for record in records {
        assert_eq!(record.document.text, "Hà Giang");
        assert_eq!(record.document.extra["source"]["a"][1], 2);
        assert_eq!(record.document.meta["date"], "2025-03-17");
    }
}

#[test]
fn what_points_to_a_relation_finds_it_beside_relations_between_events() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "T1\tLOC 0 2\tHa\nT2\tVerb 3 8\tstood\nE1\tStand:T2\nE2\tRise:T2\nR1\tBEFORE Arg1:E1 Arg2:E2\n\
                 R2\tAT Arg1:T2 Arg2:T1\nA1\tSure R2\nA2\tSure R1\n";
    std::fs::write(folder.path().join("a.txt"), "Ha stood").unwrap();
    std::fs::write(folder.path().join("a.ann"), lines).unwrap();
    let inputs = Inputs::find(&[folder.path().to_path_buf()], None).unwrap();
    let records = read_all(Source::new(inputs, None, ReadConfig::default())).unwrap();
    let read = &records[0].annotations;
    assert_eq!((&*read.relations[0].id, read.relations.len()), ("R2", 1));
    let targets: Vec<&Target> = read.attributes.iter().map(|attribute| &attribute.target).collect();
    assert_eq!(targets, [&Target::Relation(0), &Target::Other("R1".to_owned())]);
}

#[test]
fn nothing_that_brat_says_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "T1\tLOC 0 2;3 8\tHa Giang\nT2\tVerb 9 14\tstood\nE1\tStand:T2 Theme:T1\nA1\tNegation E1\nM1\tLevel T1 high\n\
                 N1\tReference T1 geo:1\tHa Giang\nN2\tReference T1 wiki:2\tHa Giang\n#1\tAnnotatorNotes T1\ta note\n*\tEquiv T1 T2\n";
    std::fs::write(folder.path().join("a.txt"), "Ha Giang stood").unwrap();
    std::fs::write(folder.path().join("a.ann"), lines).unwrap();
    let read = |path: &std::path::Path| {
        let inputs = Inputs::find(&[path.to_path_buf()], None).unwrap();
        read_all(Source::new(inputs, None, ReadConfig::default())).unwrap()
    };
    let records = read(folder.path());
    let copy = tempfile::tempdir().unwrap();
    let writer = spanwright::io::BratFolder::create(copy.path()).unwrap();
    writer.write(&records[0].document, &records[0].annotations).unwrap();
    assert_eq!(read(copy.path()), records);
    let written = std::fs::read_to_string(copy.path().join("a.ann")).unwrap();
    for line in lines.lines().filter(|line| !line.starts_with('N')) {
        assert!(written.contains(line), "{line:?} is lost:\n{written}");
    }
    assert!(written.contains("geo:1") && written.contains("wiki:2"));
}
