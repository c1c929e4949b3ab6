//! Laws that need the lexer: what formatting keeps, whatever the white space was.

use proptest::prelude::*;

use super::super::lexer::{Kind, lex};
use super::super::parse_pack;
use super::format;
use crate::text::FileId;

/// Every construct once.
const RULES: &str = r#"# Words.
gazetteer towns -> PLACE { file "towns.tsv" match fold-case, fold-marks set id = column("geonames") }
gazetteer bodies -> ORG nested {"Ministry of Finance", "Đảng" "a # b" match fold-marks}
regex years -> _year priority 5 { /(?<year>\d{4})\/[/]x/i /\d # \d/ value = "year:{year|lower}" }
rule member overlap starts {
  p=PERSON ...{0,4} ... "of"i (o=ORG ","?)+ ^s? ^ s=ORG $s $ [lower in ("a", "thị")]*? []
    where p same sentence o and not (o inside PLACE[id ~ /x/] or p.text = "Lan") and g=ORG contains o
  set p.role = "member" set value = "x" value = date() => MEMBER_OF(from: p, to: o)
}
let Cap = [capitalized & !(number | text = "The" & len < 3 | line = -1 & tokens > 2)] # trailing
let Name = Cap{2,4}? Cap {2,} PLACE [word] PLACE[word] (PLACE)[word]
rule place priority 10 across lines { (?<! "the") <PLACE: Name> (?= "," | $) <x=PLACE: (Cap)+> }
drop wrong { p=PERSON where p within 3 tokens _year or p.len > 3 }
context denied { cue _negation | "not" scope forward stop "but" "however" on EVENT, ORG set certainty = "denied" }
link people on PERSON, ORG { by text fold-case by last-part by feature "id" by value spread value }
test member { "[Lê Minh](PERSON), said" => R("a", "b") => R("c", "d") "x" none "said \u{1F4F7}" }
test empty {}
"#;

/// White space and comments to put between two lexemes; the first is nothing.
const FILLERS: [&str; 10] =
    ["", " ", "   ", "\t", "\n", "\r\n", "\n\n\n", "  # note\n", "\n# one\n\n  #two  \r\n", "\n  \n# x\n"];

/// The rules with other white space between their lexemes.
fn jittered(choices: &[u8]) -> String {
    let lexed = lex(FileId(0), RULES, &mut Vec::new());
    let mut text = String::new();
    let mut end = 0;
    for (at, lexeme) in lexed.lexemes.iter().enumerate() {
        let touches = lexeme.span.start == end;
        let is_condition = touches && lexeme.kind == Kind::Mark("[");
        let fillers = if touches { &FILLERS } else { &FILLERS[1..] };
        // Half of the gaps stay as they are.
        let choice = usize::from(choices[at % choices.len()]) % (fillers.len() * 2);
        text.push_str(match fillers.get(choice) {
            _ if is_condition => "",
            Some(filler) => filler,
            None if touches => "",
            None => " ",
        });
        text.push_str(&RULES[lexeme.span.range()]);
        end = lexeme.span.end;
    }
    text
}

/// Lexemes and comments without their places.
fn contents(text: &str) -> (Vec<Kind>, Vec<String>) {
    let lexed = lex(FileId(0), text, &mut Vec::new());
    let comments = lexed.comments.iter().map(|comment| text[comment.range()].to_owned()).collect();
    (lexed.lexemes.into_iter().map(|lexeme| lexeme.kind).collect(), comments)
}

/// The items without their places.
fn tree(text: &str) -> String {
    let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n";
    let (pack, _) = parse_pack(&[("pack.toml", toml), ("a.span", text)]);
    let places = regex::Regex::new(r"\d+\.\.\d+").unwrap();
    places.replace_all(&format!("{:?}", pack.files[0].items), "").into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn only_white_space_changes_and_only_once(choices in prop::collection::vec(any::<u8>(), 1..200)) {
        let text = jittered(&choices);
        // A line break can put a word where it looks like a misspelt item.
        let Ok(formatted) = format(FileId(0), &text) else { return Ok(()) };
        prop_assert_eq!(contents(&formatted), contents(&text), "{}\n---\n{}", text, formatted);
        prop_assert_eq!(tree(&formatted), tree(&text), "{}\n---\n{}", text, formatted);
        prop_assert_eq!(format(FileId(0), &formatted), Ok(formatted.clone()), "{}", text);
        for line in formatted.lines() {
            prop_assert!(!line.ends_with([' ', '\t', '\r']), "{:?}", line);
        }
        prop_assert!(!formatted.contains("\n\n\n") && formatted.ends_with('\n') && !formatted.starts_with('\n'));
    }
}

#[test]
fn the_rules_of_the_laws_can_be_read() {
    let problems = format(FileId(0), RULES).map(|_| ());
    assert_eq!(problems, Ok(()));
}
