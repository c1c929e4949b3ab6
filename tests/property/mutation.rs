//! Sound packs with random changes: reading ends, and every problem has a place.

use std::fs;

use proptest::prelude::*;
use spanwright::check::check;
use spanwright::diag::{Format, Style, render};
use spanwright::syntax::{load, parse_pack};

const MANIFEST: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\", \"b.span\"]\n\n\
    [entities]\nAGENT = { abstract = true }\nPERSON = { is = \"AGENT\", doc = \"a human being\" }\nORG = { is = \"AGENT\" }\n\
    PLACE = { color = \"#8ecae6\" }\n\n[relations]\nMEMBER_OF = { from = [\"PERSON\"], to = [\"ORG\"] }\n";

pub(super) const LEXICON: &str = "gazetteer towns -> PLACE { file \"towns.tsv\" match fold-case, fold-marks set id = column(\"geonames\") }\n\
    gazetteer bodies -> ORG nested { \"Ministry of Finance\" \"Đảng\" }\n\
    gazetteer names -> PERSON { \"Lê Minh\" \"Lan\" }\n\
    regex years -> _year priority 5 { /(?<year>\\d{4})\\/x/i value = \"year:{year|lower}\" }\n";

pub(super) const RULES: &str = "rule member overlap starts {\n  p=PERSON ...{0,4} \"of\"i (o=ORG \",\"?)+ ^s? [lower in (\"a\", \"thị\")]*\n\
      where p same sentence o and not (o inside PLACE[id ~ /x/] or p.text = \"Lan\") and g=ORG contains o\n\
      set p.role = \"member\" => MEMBER_OF(from: p, to: o)\n}\n\
    let Cap = [capitalized & !(number | text = \"The\")]\n\
    let Name = Cap{2,4}?\n\
    rule place priority 10 across lines { (?<! \"the\") <PLACE: Name> (?= \",\" | $) }\n\
    drop wrong { p=PERSON where p within 3 tokens _year }\n\
    link people on PERSON, ORG { by text fold-case by last-part by feature \"id\" spread value }\n\
    context denied tag a, b { cue \"no\" scope both within 3 tokens stop \"but\" (\"a\" \"b\") on ORG set certainty = \"{{}}\" }\n\
    test member { \"[Lê Minh](PERSON), [Đảng](ORG)\" => MEMBER_OF(from: \"Lê Minh\"#1, to: \"Đảng\")\n\
    \"[Lan](PERSON role=\\\"\\\") [Lan](PERSON)\" => no MEMBER_OF == (\"Lan\"#1, \"Lan\"#2) none \"said \\u{1F4F7}\" }\n";

const TOWNS: &str = "phrase\tgeonames\nHà Giang\t1581349\nCao Bằng\t1586185\n";

/// Pieces that mean something, so that mutations reach far into the parser.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "\"",
    "/",
    "\\",
    "=",
    "=>",
    "->",
    "...",
    "(?=",
    "(?<!",
    "^s",
    "$",
    "!",
    "&",
    "|",
    "~",
    "?",
    "*",
    "+",
    "{2,4}",
    "{9999}",
    ",",
    ":",
    ".",
    "#",
    "\n",
    "\r\n",
    "\t",
    "\u{feff}",
    "“",
    "”",
    "rule ",
    "let ",
    "regex ",
    "gazetteer ",
    "drop ",
    "context ",
    "link ",
    "test ",
    "where ",
    "set ",
    "value ",
    "cue ",
    "scope ",
    "none ",
    "priority ",
    "-1",
    "99999999999999999999",
    "x=",
    "PERSON",
    "Name",
    "Cap",
    "đ",
    "📷",
    "\0",
];

/// Reads and checks a pack, and writes what is wrong in every form.
fn read(manifest: &str, lexicon: &str, rules: &str, towns: &str) {
    let files = [("pack.toml", manifest), ("a.span", lexicon), ("b.span", rules), ("towns.tsv", towns)];
    let (pack, mut report) = parse_pack(&files);
    let checked = check(&pack, &mut report);
    assert_eq!(checked.is_none(), report.has_errors());
    for problem in &report.diagnostics {
        for label in std::iter::once(&problem.primary).chain(&problem.secondary) {
            let text = &report.sources.file(label.file).text;
            assert!(label.span.slice(text).is_some(), "{problem:?} points between characters");
        }
    }
    let short = render(&report, Format::Short, Style::Plain);
    assert_eq!(short.lines().count(), report.diagnostics.len(), "{short}");
    assert_eq!(render(&report, Format::Json, Style::Plain).lines().count(), report.diagnostics.len());
    assert_eq!(render(&report, Format::Full, Style::Color).is_empty(), report.diagnostics.is_empty());
}

/// Cuts a stretch out of a text and puts something else there.
pub(super) fn mutated(text: &str, changes: &[(u16, u8, usize)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for &(at, len, piece) in changes {
        let start = usize::from(at) % (chars.len() + 1);
        let end = (start + usize::from(len)).min(chars.len());
        chars.splice(start..end, PIECES[piece % PIECES.len()].chars());
    }
    chars.into_iter().collect()
}

pub(super) fn changes() -> impl Strategy<Value = Vec<(u16, u8, usize)>> {
    prop::collection::vec((any::<u16>(), 0u8..6, any::<usize>()), 1..6)
}

#[test]
fn the_pack_that_is_mutated_is_sound() {
    let files = [("pack.toml", MANIFEST), ("a.span", LEXICON), ("b.span", RULES), ("towns.tsv", TOWNS)];
    let (pack, mut report) = parse_pack(&files);
    let _ = check(&pack, &mut report);
    assert_eq!(render(&report, Format::Full, Style::Plain), "");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_is_read_to_its_end(text in "\\PC{0,80}") {
        read(MANIFEST, &text, RULES, TOWNS);
        read(&text, LEXICON, RULES, TOWNS);
        read(MANIFEST, LEXICON, RULES, &text);
    }

    #[test]
    fn any_mix_of_meaningful_pieces_is_read_to_its_end(pieces in prop::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let text: String = pieces.iter().map(|index| *index.get(PIECES)).collect();
        read(MANIFEST, LEXICON, &text, TOWNS);
        read(&text, LEXICON, RULES, TOWNS);
    }

    #[test]
    fn any_mutation_of_a_sound_pack_is_read_to_its_end(rules in changes(), lexicon in changes(), manifest in changes()) {
        read(MANIFEST, LEXICON, &mutated(RULES, &rules), TOWNS);
        read(MANIFEST, &mutated(LEXICON, &lexicon), RULES, TOWNS);
        read(&mutated(MANIFEST, &manifest), LEXICON, RULES, TOWNS);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_in_a_file_are_a_diagnostic_at_most(bytes in prop::collection::vec(any::<u8>(), 0..60), which in 0usize..3) {
        let folder = tempfile::tempdir().unwrap();
        let files = [("pack.toml", MANIFEST), ("a.span", LEXICON), ("b.span", RULES), ("towns.tsv", TOWNS)];
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        fs::write(folder.path().join(["pack.toml", "a.span", "towns.tsv"][which]), &bytes).unwrap();
        let (pack, mut report) = load(folder.path()).unwrap();
        let _ = check(&pack, &mut report);
        let full = render(&report, Format::Full, Style::Plain);
        prop_assert_eq!(full.is_empty(), report.diagnostics.is_empty());
    }
}
