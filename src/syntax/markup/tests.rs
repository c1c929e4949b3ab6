use proptest::prelude::*;

use super::super::lexer::{Kind, lex};
use super::*;
use crate::text::FileId;

/// The value of a string as it stands in a file.
fn lexed(literal: &str) -> String {
    let mut problems = Vec::new();
    let lexemes = lex(FileId(0), literal, &mut problems).lexemes;
    assert!(problems.is_empty(), "{literal}: {problems:?}");
    match &lexemes[..] {
        [one, _] => match &one.kind {
            Kind::Text(text, false) => text.clone(),
            other => panic!("{literal}: {other:?}"),
        },
        other => panic!("{literal}: {other:?}"),
    }
}

fn mark(start: u32, end: u32, label: &str, facts: &[(&str, &str)]) -> Mark {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Mark { span: Span::new(start, end), label: label.to_owned(), facts }
}

#[test]
fn types_values_and_features_are_read() {
    let read = parse("[8%](PERCENT = \"number:8\") of [[a](X) b](Y c=\"d\", value=\"e f\")").unwrap();
    assert_eq!(read.text, "8% of a b");
    let expected = [
        mark(0, 2, "PERCENT", &[("value", "number:8")]),
        mark(6, 9, "Y", &[("c", "d"), ("value", "e f")]),
        mark(6, 7, "X", &[]),
    ];
    assert_eq!(read.marks, expected);
    assert_eq!(parse("[a](X = plain)").unwrap().marks, [mark(0, 1, "X", &[("value", "plain")])]);
}

#[test]
fn spans_may_cross() {
    let read = parse("[a [b](^X) c](Y)").unwrap();
    assert_eq!(read.marks, [mark(0, 3, "X", &[]), mark(2, 5, "Y", &[])]);
    assert_eq!(write("a b c", &read.marks).text, "\"[a [b](^X) c](Y)\"");
}

#[test]
fn what_cannot_be_read_is_said() {
    let title = |markup: &str| parse(markup).unwrap_err().title;
    assert_eq!(title("a](X)"), "`]` without `[`");
    assert_eq!(title("[a"), "`[` without `](TYPE)`");
    assert_eq!(title("[a] b"), "`]` without `(TYPE)`");
    assert_eq!(title("[a](X"), "`]` without `(TYPE)`");
    assert_eq!(title("[a](^X)"), "`^` without an open `[`");
    assert_eq!(title("[a](X = \"b)"), "a value that does not end");
    assert_eq!(title("[a](X = \"b\" c)"), "a name without `= \"value\"` after `[text](TYPE`");
}

#[test]
fn other_marks_leave_the_characters_as_they_are_written() {
    let literal = r#""a\u{300} [b\t\"](X) \\x \[c\] \\\\""#;
    let read = parse(&lexed(literal)).unwrap();
    assert_eq!(read.text, "a\u{300} b\t\" \\x [c] \\");
    let marks = [mark(0, 3, "Y", &[])];
    assert_eq!(remark(literal, &marks).unwrap(), r#""[a\u{300}](Y) b\t\" \\x \[c\] \\\\""#);
    let marks = [mark(9, 10, "Y", &[])];
    assert_eq!(remark(literal, &marks).unwrap(), r#""a\u{300} b\t\" \\\\[x](Y) \[c\] \\\\""#);
}

fn piece() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a", "Hà", " ", "\\", "[", "]", "{", "}", "\"", "\n", "\t", "\r", "(", ")", "📷", "^", "\u{1}", "#2",
    ])
    .prop_map(str::to_owned)
}

fn marked() -> impl Strategy<Value = (String, Vec<Mark>)> {
    let spans = prop::collection::vec((0usize..12, 1usize..6, 0usize..3, piece()), 0..6);
    (prop::collection::vec(piece(), 1..12), spans).prop_map(|(pieces, spans)| {
        let text = pieces.concat();
        let bounds: Vec<u32> =
            text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
        let mut marks: Vec<Mark> = spans
            .into_iter()
            .map(|(start, len, count, value)| {
                let start = start % (bounds.len() - 1);
                let end = (start + len).min(bounds.len() - 1);
                let facts = [("value", value.as_str()), ("f", "x")];
                mark(bounds[start], bounds[end], "T", &facts[..count])
            })
            .collect();
        marks.sort_by_key(|mark| (mark.span.start, std::cmp::Reverse(mark.span.end)));
        (text, marks)
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back((text, marks) in marked()) {
        let written = write(&text, &marks);
        let read = parse(&lexed(&written.text)).unwrap();
        prop_assert_eq!(&read.text, &text);
        prop_assert_eq!(&read.marks, &marks);
        for range in &written.marks {
            prop_assert!(written.text[range.clone()].starts_with('[') && written.text[range.clone()].ends_with(')'));
        }
        prop_assert_eq!(plain(&lexed(&quoted(&text))), text);
    }

    #[test]
    fn other_marks_leave_the_text((text, marks) in marked(), raw in "[a\\\\\\[\\]\\{]{0,8}") {
        let written = write(&text, &marks).text;
        let fewer: Vec<Mark> = marks.iter().step_by(2).cloned().collect();
        for marks in [&fewer, &marks] {
            let again = remark(&written, marks).unwrap();
            let read = parse(&lexed(&again)).unwrap();
            prop_assert_eq!(&read.text, &text);
            prop_assert_eq!(&read.marks, marks);
        }
        // A text written by hand, its escapes as they come.
        let literal = format!("\"{}\"", raw.replace('\\', r"\\"));
        if let Ok(read) = parse(&lexed(&literal)) {
            let all = [mark(0, read.text.len() as u32, "T", &[])];
            let wanted: &[Mark] = if read.text.is_empty() { &[] } else { &all };
            let again = parse(&lexed(&remark(&literal, wanted).unwrap())).unwrap();
            prop_assert_eq!(again.text, read.text);
            prop_assert_eq!(again.marks, wanted);
        }
    }
}
