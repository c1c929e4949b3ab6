//! What is written is read again.

use proptest::prelude::*;
use spanwright::doc::{
    Annotations, Arg, Document, Event, Fragments, Mention, MentionId, Relation, Target, Value,
};
use spanwright::io::{BratFolder, Inputs, JsonlWriter, ReadConfig, Record, Source, read_all};
use spanwright::prep::Prepared;
use spanwright::text::{OffsetUnit, Span};

use super::text;

/// A document with mentions, relations and chains on character boundaries.
fn record() -> impl Strategy<Value = Record> {
    (text(), prop::collection::vec((any::<u16>(), any::<u16>(), 0..3u8, any::<bool>(), any::<bool>()), 0..6))
        .prop_map(|(text, spans)| {
            let bounds: Vec<u32> =
                text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
            let mut annotations = Annotations::default();
            for (a, b, label, valued, split) in spans {
                let (a, b) = (a as usize % bounds.len(), b as usize % bounds.len());
                let (a, b) = (a.min(b), a.max(b));
                if a == b {
                    continue;
                }
                let number = annotations.mentions.len() + 1;
                let label = ["PERSON", "ORG", "LOC"][label as usize];
                let mut mention = Mention::new(format!("T{number}"), label, Span::new(bounds[a], bounds[b]));
                if split && b - a > 2 {
                    let parts = [Span::new(bounds[a], bounds[a + 1]), Span::new(bounds[b - 1], bounds[b])];
                    mention.fragments = Fragments::from_slice(&parts);
                }
                if valued {
                    mention.value = Some(Value::from("iso8601:2025-03-17"));
                }
                annotations.mentions.push(mention);
            }
            let count = annotations.mentions.len() as u32;
            if count > 1 {
                let arg = |role: &str, at| Arg { role: role.into(), mention: MentionId(at) };
                let args = [arg("from", 0), arg("to", count - 1)].into_iter().collect();
                annotations.relations.push(Relation {
                    id: "R1".into(),
                    label: "REL".into(),
                    args,
                    rule: None,
                });
                annotations.chains.push(vec![MentionId(0), MentionId(count - 1)]);
                annotations.events.push(Event {
                    id: "E1".into(),
                    label: "MEETING".into(),
                    trigger: MentionId(count - 1),
                    args: vec![("host".into(), Target::Mention(MentionId(0)))],
                    rule: None,
                });
            }
            Record { document: Document::new("doc", text), annotations, annotated: true }
        })
}

fn read(path: &std::path::Path, offsets: OffsetUnit) -> Vec<Record> {
    let inputs = Inputs::find(&[path.to_path_buf()], None).unwrap();
    read_all(Source::new(inputs, None, ReadConfig { offsets, ..ReadConfig::default() })).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn json_lines_are_read_as_they_were_written(record in record()) {
        let folder = tempfile::tempdir().unwrap();
        for offsets in [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16] {
            let mut line = Vec::new();
            JsonlWriter { offsets }.write(&record.document, &record.annotations, &mut line);
            let path = folder.path().join("a.jsonl");
            std::fs::write(&path, &line).unwrap();
            prop_assert_eq!(&read(&path, OffsetUnit::Chars), std::slice::from_ref(&record));
        }
    }

    #[test]
    fn brat_is_read_as_it_was_written(record in record()) {
        let folder = tempfile::tempdir().unwrap();
        BratFolder::create(folder.path()).unwrap().write(&record.document, &record.annotations).unwrap();
        let mut got = read(&folder.path().join("doc.txt"), OffsetUnit::Chars);
        got[0].annotated = true;
        prop_assert_eq!(&got, std::slice::from_ref(&record));
    }

    #[test]
    fn tokens_keep_their_places_in_every_unit(text in text()) {
        let tokens: Vec<serde_json::Value> = Prepared::new(&text)
            .tokens()
            .iter()
            .map(|token| serde_json::json!({"start": token.start, "end": token.end, "pos": "X", "head": token.start}))
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let line = serde_json::json!({"id": "doc", "text": text, "offsets": "bytes", "tokens": tokens});
        std::fs::write(&path, format!("{line}\n")).unwrap();
        let first = read(&path, OffsetUnit::Chars).remove(0);
        let spans = first.document.tokens.as_ref().map(|tokens| tokens.spans.len());
        prop_assert_eq!(spans, Some(tokens.len()));
        for offsets in [OffsetUnit::Chars, OffsetUnit::Bytes, OffsetUnit::Utf16] {
            let mut line = Vec::new();
            JsonlWriter { offsets }.write(&first.document, &first.annotations, &mut line);
            std::fs::write(&path, &line).unwrap();
            prop_assert_eq!(&read(&path, OffsetUnit::Chars)[0].document.tokens, &first.document.tokens);
        }
    }

    #[test]
    fn no_rows_make_the_reader_of_conllu_panic(
        rows in prop::collection::vec(
            prop::sample::select(vec![
                "1\ta\ta\tNOUN\tNN\t_\t0\troot\t_\t_", "2\tb\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No", "1-2\tab\t_\t_\t_\t_\t_\t_\t_\t_",
                "2.1\tc\t_\t_\t_\t_\t_\t_\t_\t_", "# newdoc id = x", "# newdoc", "", "#", "\t", "3\t \t_\t_\t_\t_\t_\t_\t_\t_", "x\ty",
                "9-1\tHà Giang\t\t\t\t\t\t\t\t", "4294967296\ta\t_\t_\t_\t_\t_\t_\t_\t_", "\u{feff}1\ta\t_\t_\t_\t_\t_\t_\t_\t_",
            ]),
            0..12,
        )
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.conllu");
        std::fs::write(&path, rows.join("\n")).unwrap();
        let inputs = Inputs::find(&[path], None).unwrap();
        for raw in Source::new(inputs, None, ReadConfig::default()) {
            let Ok(record) = spanwright::io::parse(raw.unwrap(), ReadConfig::default()) else { continue };
            let tokens = record.document.tokens.unwrap();
            let mut at = 0;
            for span in &tokens.spans {
                prop_assert!(span.start >= at && span.slice(&record.document.text).is_some_and(|form| !form.trim().is_empty()));
                at = span.end;
            }
            prop_assert!(tokens.columns.values().all(|column| column.len() == tokens.spans.len()));
        }
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in text()) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.jsonl", "a.txt", "a.txt.gz", "a.conllu"] {
            let path = folder.path().join(name);
            std::fs::write(&path, &bytes).unwrap();
            let inputs = Inputs::find(&[path], None).unwrap();
            let _ = read_all(Source::new(inputs, None, ReadConfig::default()));
        }
        std::fs::write(folder.path().join("b.txt"), &text).unwrap();
        std::fs::write(folder.path().join("b.ann"), &bytes).unwrap();
        let inputs = Inputs::find(&[folder.path().join("b.txt")], None).unwrap();
        let _ = read_all(Source::new(inputs, None, ReadConfig::default()));
    }
}
