//! The quick reader against the plain one.

use proptest::prelude::*;

use super::super::jsonl;
use super::*;

/// Lines of the usual kind, and of most other kinds.
const LINES: [&str; 20] = [
    r#"{"id":"a","text":"Hà Giang","entities":[{"id":"T1","type":"LOC","start":0,"end":8,"text":"Hà Giang","value":null,"features":{"z":"1","a":"é"},"rule":"a.span:x"}],"relations":[],"chains":[]}"#,
    r#"{"text":"tab\there","entities":[{"type":"X","start":0,"end":3},{"type":"Y","start":4,"end":8}],"relations":[{"type":"R","args":{"from":"T1","to":"T2"}}],"chains":[["T1","T2"]]}"#,
    r#"{"text":"Hà Giang","offsets":"bytes","entities":[{"type":"LOC","start":0,"end":9}]}"#,
    r#"{"text":"abcdef","entities":[{"type":"X","start":0,"end":6,"fragments":[[4,6],[0,2],[2,3]]}]}"#,
    r#"{"text":"abc","id":null,"meta":null,"entities":null,"relations":null,"chains":null}"#,
    r#"{"text":"abc","id":7}"#,
    r#"{"text":"abc","more":[1,2]}"#,
    r#"{"text":"abc","text":"def"}"#,
    r#"{"text":"abc","entities":[{"label":"X","start":0,"end":1}]}"#,
    r#"{"text":"abc","entities":[{"type":"X","start":0,"end":1,"value":7}]}"#,
    r#"{"text":"abc","entities":[{"type":"X","start":0,"end":1,"features":{"n":1}}]}"#,
    r#"{"text":"abc","entities":[{"type":"X","start":2,"end":1}]}"#,
    r#"{"text":"abc","entities":[{"type":"X","start":0,"end":9}]}"#,
    r#"{"text":"abc","entities":[{"type":"X","start":0,"end":1,"text":"b"}]}"#,
    r#"{"text":"abc","entities":[{"id":"T1","type":"X","start":0,"end":1},{"id":"T1","type":"X","start":1,"end":2}]}"#,
    r#"{"text":"abc","entities":[{"type":"E","start":0,"end":1}],"relations":[{"type":"E","trigger":"T1","args":{}}]}"#,
    r#"{"text":"abc","entities":[{"type":"E","start":0,"end":1}],"relations":[{"type":"R","from":"T1","to":"T1"}]}"#,
    r#"{"text":"abc","tokens":[{"start":0,"end":3}]}"#,
    r#"{"id":"x"}"#,
    "[1]",
];

/// Where the quick reader answers, the plain one answers the same.
fn agree(line: &str) -> Result<bool, TestCaseError> {
    let mut answered = false;
    for annotations in [Annotated::Read, Annotated::Ignore] {
        let config = ReadConfig { annotations, ..ReadConfig::default() };
        if let Some(quick) = parse(line, "f:1", config, &mut Names::default()) {
            prop_assert_eq!(Ok(quick), jsonl::by_tree(line, "f:1", config), "{}", line);
            answered = true;
        }
    }
    Ok(answered)
}

#[test]
fn the_usual_lines_are_read_quickly_and_all_as_the_plain_reader_does() {
    let answered = LINES.iter().filter(|line| agree(line).unwrap()).count();
    assert!((5..15).contains(&answered), "{answered}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Lines with a piece cut out, or put in elsewhere once more.
    #[test]
    fn a_damaged_line_is_read_as_the_plain_reader_does(
        line in prop::sample::select(&LINES[..]), from in 0usize..200, length in 0usize..20, to in 0usize..200
    ) {
        let chars: Vec<char> = line.chars().collect();
        let from = from % chars.len();
        let piece: Vec<char> = chars[from..(from + length).min(chars.len())].to_vec();
        let cut: String = chars[..from].iter().chain(&chars[from + piece.len()..]).collect();
        agree(&cut)?;
        let mut moved = chars.clone();
        let to = to % (chars.len() + 1);
        moved.splice(to..to, piece);
        agree(&moved.into_iter().collect::<String>())?;
    }
}
