//! The engine: shifts, threads, and the matcher against a plain one.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use spanwright::doc::schema::{FoldFlags, TypeId};
use spanwright::doc::{Annotations, Document};
use spanwright::engine::{
    Candidate, CandidateReport, ExtractConfig, Extraction, Extractor, Question, Scratch,
};
use spanwright::io::JsonlWriter;
use spanwright::prep::{Prepared, fold_with_map};
use spanwright::program::Program;
use spanwright::report::Explained;
use spanwright::run::extract_all;
use spanwright::text::Span;

use super::text;

fn program(files: &[(&str, &str)]) -> Option<Program> {
    let (pack, mut report) = spanwright::syntax::parse_pack(files);
    spanwright::check::check(&pack, &mut report).map(|checked| spanwright::compile::compile(&checked))
}

const TOML: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\", \"b.span\"]\n[entities]\nNAME = {}\nLOC = {}\nNUM = {}\n\
                    [relations]\nNEAR = { from = [\"NAME\"], to = [\"LOC\"] }\n";
const WORDS: &str = "gazetteer places -> LOC { \"Hà Giang\" \"Đồng Văn\" match fold-marks, fold-case }\n\
                     regex numbers -> NUM { /[0-9]+(?:[.,][0-9]+)*/ value = number() }\n";
const RULES: &str = "rule name { <NAME: [capitalized & word]{1,3}> }\nrule near { n=<NAME: [word]> ...{0,4} l=LOC => NEAR(n, l) }\n\
                     link same on NAME, LOC { by text fold-case, fold-marks }\n";

fn sample() -> Program {
    program(&[("pack.toml", TOML), ("a.span", WORDS), ("b.span", RULES)]).unwrap()
}

fn spans(found: &Annotations, shift: u32) -> Vec<(Span, String)> {
    found
        .mentions
        .iter()
        .map(|mention| (mention.span(), mention.label.to_string()))
        .filter(|(span, _)| span.start >= shift)
        .map(|(span, label)| (Span::new(span.start - shift, span.end - shift), label))
        .collect()
}

/// Expressions that are let in by tokens, by letters of a line, and by their shape.
const EXPRESSIONS: [&str; 7] = [
    r"\bMinistry of [A-Z][a-z]+",
    r"\b[0-9]+ (?:tonnes|barrels)\b",
    r"\b(?:Le )?(?:President|president)\b",
    r"https?://[^ ]+",
    r"\b[A-Z][a-z]+ (?:Co|Inc)\b",
    r"\bĐồng [a-z]+\b",
    r"(?:19|20)[0-9]{2}",
];

/// Whether the expression is searched in the text without marks.
fn is_unmarked(expression: usize) -> bool {
    expression >= EXPRESSIONS.len()
}

/// Each expression, over both views of the text, makes spans of a type of its own,
/// which overlap as they like.
fn expressions() -> Program {
    let twice = 0..2 * EXPRESSIONS.len();
    let types: String = twice.clone().map(|at| format!("T{at} = {{}}\n")).collect();
    let toml = format!("[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\n{types}");
    let rule = |at: usize| {
        let source = EXPRESSIONS[at % EXPRESSIONS.len()].replace('/', "\\/");
        let fold = if is_unmarked(at) { "match fold-marks" } else { "" };
        format!("regex r{at} -> T{at} {{ /{source}/ {fold} }}\n")
    };
    program(&[("pack.toml", &toml), ("a.span", &twice.map(rule).collect::<String>())]).unwrap()
}

fn lines_of_pieces() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "Ministry",
        "Ｍinistry of Trade",
        "Mi\u{ad}nistry of Trade",
        "Mini\u{301}stry of Trade",
        " of ",
        "Trade",
        "12 ",
        "tonnes",
        "barrels",
        "president",
        "Le ",
        "https://",
        "www.x.y",
        " Co",
        "Inc",
        "A",
        "a",
        "é",
        "\u{301}",
        "Đồng ",
        "Văn",
        ".",
        "@",
        "'",
        "\n",
        "\u{2028}",
        "\u{200b}",
        " ",
        "_",
    ]);
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

/// No end of one of these is its beginning, so that its matches never overlap.
const PHRASES: [&str; 6] = ["Ministry", "đồng vă", "n \u{f6}", "ade", "12 t", "河江"];

/// Each phrase as a gazetteer that matches anywhere, and as an expression.
fn phrases_twice(fold: &str) -> Program {
    let types: String = (0..PHRASES.len()).map(|at| format!("G{at} = {{}}\nR{at} = {{}}\n")).collect();
    let toml = format!("[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\n{types}");
    let both = |(at, phrase): (usize, &&str)| {
        // The text that an expression reads has no marks then; its letters must have none.
        let letters =
            spanwright::prep::fold(phrase, FoldFlags { case: false, marks: fold.contains("fold-marks") });
        let (anywhere, fold) = match fold {
            "" => ("match anywhere".to_owned(), String::new()),
            fold => (format!("match {fold}, anywhere"), format!("match {fold}")),
        };
        format!(
            "gazetteer g{at} -> G{at} {{ \"{phrase}\" {anywhere} }}\nregex r{at} -> R{at} {{ /{letters}/ {fold} }}\n"
        )
    };
    let rules: String = PHRASES.iter().enumerate().map(both).collect();
    program(&[("pack.toml", &toml), ("a.span", &rules)]).unwrap()
}

proptest! {
    #[test]
    fn a_phrase_is_found_anywhere_as_an_expression_of_its_letters_is(
        texts in prop::collection::vec(lines_of_phrases(), 1..4),
        fold in prop::sample::select(vec!["", "fold-marks", "fold-case", "fold-case, fold-marks"]),
    ) {
        let program = phrases_twice(fold);
        let extractor = Extractor::new(&program);
        let mut scratch = extractor.scratch();
        for text in texts {
            let found = extractor.extract(&Document::new("1", text.as_str()), &mut scratch).annotations;
            let of = |kind: char| {
                let found = spans(&found, 0).into_iter().filter_map(|(span, label)| {
                    label.strip_prefix(kind).map(|phrase| (span, phrase.to_owned()))
                });
                let mut found: Vec<_> = found.collect();
                found.sort();
                found
            };
            prop_assert_eq!(of('G'), of('R'), "in {:?}", text);
        }
    }
}

fn lines_of_phrases() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "Ministry",
        "ministry",
        "Mi",
        "nistry",
        "Đồng",
        "đô\u{300}ng",
        " ",
        "vă",
        "van",
        "VĂ",
        "n",
        "ö",
        "o\u{308}",
        "ade",
        "a",
        "de",
        "１2",
        "12",
        " t",
        "\u{a0}t",
        "河",
        "江",
        "\u{ad}",
        "\u{301}",
        "\n",
        "\r",
        "x",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_expression_finds_what_it_finds_alone(texts in prop::collection::vec(lines_of_pieces(), 1..4)) {
        let program = expressions();
        let extractor = Extractor::new(&program);
        let mut scratch = extractor.scratch();
        for text in texts {
            let found = extractor.extract(&Document::new("1", text.as_str()), &mut scratch).annotations;
            let mut found = spans(&found, 0);
            found.sort();
            let mut wanted = Vec::new();
            for at in 0..2 * EXPRESSIONS.len() {
                let folded = fold_with_map(&text, FoldFlags { case: false, marks: is_unmarked(at) });
                let regex = regex::Regex::new(EXPRESSIONS[at % EXPRESSIONS.len()]).unwrap();
                let mut start = 0;
                for line in folded.text.split(['\n', '\r']) {
                    for found in regex.find_iter(line) {
                        let place = Span::new((start + found.start()) as u32, (start + found.end()) as u32);
                        let place = folded.map.to_original(place);
                        // White space at the ends is no part of a span.
                        let found = place.slice(&text).unwrap();
                        let start = place.start + (found.len() - found.trim_start().len()) as u32;
                        let place = Span::new(start, start + found.trim().len() as u32);
                        wanted.push((place, format!("T{at}")));
                    }
                    start += line.len() + 1;
                }
            }
            wanted.sort();
            prop_assert_eq!(found, wanted, "in {:?}", text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_line_before_shifts_every_span(text in text()) {
        let program = sample();
        let extractor = Extractor::new(&program);
        let mut scratch = extractor.scratch();
        let plain = extractor.extract(&Document::new("1", text.as_str()), &mut scratch).annotations;
        let before = "…\n";
        let shifted = extractor.extract(&Document::new("1", format!("{before}{text}")), &mut scratch).annotations;
        prop_assert_eq!(spans(&plain, 0), spans(&shifted, before.len() as u32));
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bytes(texts in prop::collection::vec(text(), 0..12)) {
        let program = sample();
        let extractor = Extractor::new(&program);
        let documents: Vec<Document> =
            texts.iter().enumerate().map(|(index, text)| Document::new(index.to_string(), text.as_str())).collect();
        let bytes = |threads| {
            let mut out = Vec::new();
            for (document, found) in documents.iter().zip(extract_all(&documents, &extractor, threads).unwrap()) {
                JsonlWriter::default().write(document, &found, &mut out);
            }
            out
        };
        prop_assert_eq!(bytes(1), bytes(4));
    }

    #[test]
    fn explaining_changes_nothing_and_tells_of_every_span(text in text(), from in any::<prop::sample::Index>()) {
        let program = sample();
        let extractor = Extractor::new(&program);
        let document = Document::new("1", text.as_str());
        let plain = extractor.extract(&document, &mut extractor.scratch()).annotations;
        let found = extractor.explain(&document, None);
        prop_assert_eq!(&found.annotations, &plain);
        let explained = Explained::new(&program, &document, &found);
        let (standing, fallen) = explained.spans(None, false);
        prop_assert_eq!(standing.len(), plain.mentions.len());
        for id in standing {
            prop_assert!(explained.standing(id).contains("made by"));
            prop_assert!(explained.json(id)["stays"].as_bool() == Some(true));
        }
        for id in fallen {
            prop_assert!(explained.fallen(id).contains("does not stay: "));
        }
        // Any stretch of the text can be asked about.
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let start = *from.get(&places);
        let end = *places.iter().find(|at| **at > start).unwrap_or(&start);
        let beyond = Span::new(text.len() as u32 + 1, text.len() as u32 + 9);
        for span in [Span::new(start as u32, end as u32), Span::new(start as u32, text.len() as u32), beyond] {
            let question = Question::Span { labels: vec![TypeId(0)], span };
            let found = extractor.explain(&document, Some(&question));
            prop_assert_eq!(&found.annotations, &plain);
            let answer = Explained::new(&program, &document, &found).answer(&question, true);
            prop_assert!(answer.contains("It is there") || answer.contains("does not stay") || answer.contains("No rule"));
        }
    }

    #[test]
    fn spans_lie_in_the_text_and_relations_between_them(text in text()) {
        let program = sample();
        let extractor = Extractor::new(&program);
        let found = extractor.extract(&Document::new("1", text.as_str()), &mut extractor.scratch()).annotations;
        for mention in &found.mentions {
            let surface = mention.span().slice(&text);
            prop_assert!(surface.is_some_and(|s| !s.is_empty() && s.trim() == s), "{surface:?}");
        }
        for relation in &found.relations {
            prop_assert!(relation.args.iter().all(|arg| arg.mention.index() < found.mentions.len()));
        }
    }
}

/// Rules that hang on words, on spans and on nothing, at every kind of distance.
const HANGING: &str = r#"
rule after { <NUM: [number]+ "tons"> }
rule before { <NAME: "mayor"i "of"? [capitalized]+> }
rule either { <LOC: ("mayor" | [number] [number] "of" | LOC "tons") "Giang"> }
rule spans nested { <NAME: [capitalized]{0,2} LOC "tons"?> }
rule two { <NUM: "of" ...{0,3} "tons" [word]?> }
rule wide across lines { <NUM: "tons" [word]? "of"> }
rule every overlap all { <NAME: [word]{1,2} "mayor"> }
rule starts overlap starts { <NAME: [capitalized]* "Giang"> }
rule looks { (?<= "of") <NUM: [number]> (?! "tons") }
rule anywhere { <NAME: [capitalized & word]{2,3}> }
rule said { LOC[lower ~ /à g/ & len > 5] ...{0,3} <NAME: "mayor"i> }
rule inside { <NUM: [capitalized & !in LOC] [!starts LOC & !ends NUM]{0,3} "tons"> (?! [in LOC]) }
rule mixed nested { <NAME: (LOC[text ~ /^H/] | NUM[text = "7"] | NUM[!value = "3.5"] | "of"){1,3} "mayor"> }
rule named nested { <NAME: LOC[lower ~ /giang$/]> }
rule tested nested { <NUM: (LOC[text ~ /^H/] | NUM[text = "7"] | "of") "of"> }
rule around nested { <NAME: l=([word] LOC? [word]?)> where l contains n=LOC[lower ~ /giang/] and n outermost }
rule apart nested { <NAME: n=NUM> where (n before l=LOC and l.lower ~ /^h/) or n equals NUM[text = "3.5"] }
drop some { n=NUM "Giang" }
drop covered { n=NAME where n inside NUM or n inside LOC[lower ~ /^m/] }
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A watched extraction tries every rule at every token.
    #[test]
    fn rules_tried_where_they_hang_find_what_rules_tried_everywhere_find(
        words in prop::collection::vec(
            prop::sample::select(vec!["tons", "of", "mayor", "Mayor", "Giang", "Hà Giang", "7", "3.5", "Lan", ".", "\n"]),
            0..30,
        ),
    ) {
        let program = program(&[("pack.toml", TOML), ("a.span", WORDS), ("b.span", HANGING)]).unwrap();
        let extractor = Extractor::with_config(
            &program,
            ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() },
        );
        let document = Document::new("1", words.join(" "));
        let mut scratch = extractor.scratch();
        let found = extractor.extract(&document, &mut scratch);
        let watched = extractor.explain(&document, None);
        prop_assert_eq!(&found.annotations, &watched.annotations);
        let shown = |candidates: &[Candidate]| format!("{candidates:#?}");
        prop_assert_eq!(shown(&found.candidates), shown(&watched.candidates));
        // What was worked out on the way serves the next document.
        let again = extractor.extract(&document, &mut scratch);
        prop_assert_eq!(shown(&again.candidates), shown(&watched.candidates));
    }
}

/// Values that count from the date of the document.
const DATED: &str = "regex day -> NUM { /March [0-9]+/ value = date() }\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn documents_that_are_worked_on_together_give_what_each_gives_alone(
        documents in prop::collection::vec(
            (
                prop::collection::vec(
                    prop::sample::select(vec![
                        "tons", "of", "mayor", "Mayor", "Giang", "Hà Giang", "7", "3.5", "Lan", "March 7", ".", "\n",
                    ]),
                    0..20,
                ),
                prop::option::of(1..28u32),
            ),
            0..6,
        ),
        most in prop::option::of(0..8u32),
    ) {
        let words = format!("{WORDS}{DATED}");
        let program = program(&[("pack.toml", TOML), ("a.span", &words), ("b.span", HANGING)]).unwrap();
        let config = ExtractConfig {
            candidates: CandidateReport::Keep,
            max_candidates: most,
            ..ExtractConfig::default()
        };
        let extractor = Extractor::with_config(&program, config);
        let document = |(words, day): (Vec<&str>, Option<u32>)| {
            let mut document = Document::new("1", words.join(" "));
            document.meta.extend(day.map(|day| ("date".to_owned(), format!("20{day:02}-05-01").into())));
            document
        };
        let documents: Vec<Document> = documents.into_iter().map(document).collect();
        let mut scratch = extractor.scratch();
        // Twice, so that buffers are used again.
        for _ in 0..2 {
            let together = extractor.extract_each(&documents.iter().collect::<Vec<_>>(), &mut scratch);
            let alone: Vec<Extraction> =
                documents.iter().map(|document| extractor.extract(document, &mut extractor.scratch())).collect();
            prop_assert_eq!(format!("{together:#?}"), format!("{alone:#?}"));
        }
    }
}

#[test]
fn dates_are_counted_from_that_of_their_own_document() {
    let words = format!("{WORDS}{DATED}");
    let program = program(&[("pack.toml", TOML), ("a.span", &words), ("b.span", HANGING)]).unwrap();
    let extractor = Extractor::new(&program);
    let dated = |date: &str| {
        let mut document = Document::new("1", "March 7");
        document.meta.insert("date".to_owned(), date.into());
        document
    };
    let documents = [dated("2023-05-01"), dated("2024-06-02")];
    let found = extractor.extract_each(&documents.iter().collect::<Vec<_>>(), &mut extractor.scratch());
    let value = |found: &Extraction| found.annotations.mentions[0].value.clone();
    let values: Vec<_> = found.iter().map(|found| value(found).map(|value| value.to_string())).collect();
    assert_eq!(values, [Some("iso8601:2023-03-07".to_owned()), Some("iso8601:2024-03-07".to_owned())]);
}

/// The texts that one rule finds.
fn found_by(program: &Program, scratch: &mut Scratch, text: &str) -> Vec<String> {
    let found = Extractor::new(program).extract(&Document::new("1", text), scratch).annotations;
    found.mentions.iter().filter_map(|mention| mention.span().slice(text)).map(str::to_owned).collect()
}

fn one_rule(rule: &str) -> Program {
    let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nX = {}\n";
    program(&[("pack.toml", toml), ("a.span", rule)]).unwrap()
}

#[test]
fn a_pattern_may_tell_more_kinds_apart_than_a_scout_has_room_for() {
    let words: Vec<String> = (0..600).map(|at| format!("w{at}")).collect();
    let ways = words.iter().map(|word| format!("\"{word}\" \"{word}\"")).collect::<Vec<_>>();
    let program = one_rule(&format!("rule twice {{ <X: {}> }}", ways.join(" | ")));
    let mut scratch = Extractor::new(&program).scratch();
    assert!(found_by(&program, &mut scratch, &words.join(" ")).is_empty());
    assert_eq!(found_by(&program, &mut scratch, "w0 w9 w9 w500 w500"), ["w9 w9", "w500 w500"]);
}

#[test]
fn a_match_may_end_farther_than_a_scout_looks() {
    let program = one_rule("rule far { <X: \"a\" \"b\"* \"c\"> }");
    let mut scratch = Extractor::new(&program).scratch();
    for between in (0..200).chain([5_000]) {
        let text = format!("a {}c", "b ".repeat(between));
        assert_eq!(found_by(&program, &mut scratch, &text), [&*text]);
        assert!(found_by(&program, &mut scratch, &text.replace('c', "d")).is_empty());
    }
}

#[test]
fn a_pattern_may_have_more_states_than_a_scout_has_room_for() {
    let program = one_rule("rule many { <X: (\"a\" | \"b\"){0,40} \"a\" (\"a\" | \"b\"){12} \"c\"> }");
    let mut random = 1u64;
    let mut word = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match random >> 58 {
            0 => "c",
            other => ["a", "b"][other as usize % 2],
        }
    };
    let lines: Vec<String> =
        (0..60).map(|_| (0..200).map(|_| word()).collect::<Vec<_>>().join(" ")).collect();
    let extractor = Extractor::new(&program);
    let document = Document::new("1", lines.join("\n"));
    let found = extractor.extract(&document, &mut extractor.scratch()).annotations;
    assert!(!found.mentions.is_empty());
    assert_eq!(found, extractor.explain(&document, None).annotations);
}

/// A pattern over the words a, b and c, for the plain matcher.
#[derive(Clone, Debug)]
enum Plain {
    Word(char),
    Any,
    Seq(Vec<Plain>),
    Alt(Vec<Plain>),
    Repeat(Box<Plain>, u32, Option<u32>, bool),
    Look(Box<Plain>, bool, bool),
}

impl Plain {
    fn write(&self) -> String {
        match self {
            Self::Word(c) => format!("\"{c}\""),
            Self::Any => "[]".to_owned(),
            Self::Seq(parts) => format!("({})", parts.iter().map(Self::write).collect::<Vec<_>>().join(" ")),
            Self::Alt(parts) => {
                format!("({})", parts.iter().map(Self::write).collect::<Vec<_>>().join(" | "))
            }
            Self::Repeat(inner, min, max, lazy) => {
                let max = max.map_or(String::new(), |max| max.to_string());
                format!("({}){{{min},{max}}}{}", inner.write(), if *lazy { "?" } else { "" })
            }
            Self::Look(inner, ahead, negative) => {
                let sign = match (ahead, negative) {
                    (true, false) => "?=",
                    (true, true) => "?!",
                    (false, false) => "?<=",
                    (false, true) => "?<!",
                };
                format!("({sign} {})", inner.write())
            }
        }
    }

    /// Every end of a match from `at`, in the order of preference.
    fn ends(&self, text: &[char], at: usize) -> Vec<usize> {
        match self {
            Self::Word(c) => {
                if text.get(at) == Some(c) {
                    vec![at + 1]
                } else {
                    vec![]
                }
            }
            Self::Any => {
                if at < text.len() {
                    vec![at + 1]
                } else {
                    vec![]
                }
            }
            Self::Seq(parts) => parts
                .iter()
                .fold(vec![at], |ends, part| ends.into_iter().flat_map(|end| part.ends(text, end)).collect()),
            Self::Alt(parts) => parts.iter().flat_map(|part| part.ends(text, at)).collect(),
            Self::Repeat(inner, min, max, lazy) => {
                if *max == Some(0) {
                    return vec![at];
                }
                let less = Self::Repeat(inner.clone(), min.saturating_sub(1), max.map(|max| max - 1), *lazy);
                let mut more: Vec<usize> = inner
                    .ends(text, at)
                    .into_iter()
                    .filter(|end| *end > at)
                    .flat_map(|end| less.ends(text, end))
                    .collect();
                match (*min, lazy) {
                    (0, true) => more.insert(0, at),
                    (0, false) => more.push(at),
                    _ => {}
                }
                more
            }
            Self::Look(inner, ahead, negative) => {
                let found = if *ahead {
                    !inner.ends(text, at).is_empty()
                } else {
                    (0..=at).any(|from| inner.ends(text, from).contains(&at))
                };
                if found == *negative { vec![] } else { vec![at] }
            }
        }
    }
}

/// A pattern that always consumes something.
fn pattern() -> impl Strategy<Value = Plain> {
    let leaf = prop_oneof![
        3 => prop::sample::select(vec!['a', 'b', 'c']).prop_map(Plain::Word),
        1 => Just(Plain::Any),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let look = (inner.clone(), any::<bool>(), any::<bool>()).prop_filter_map(
            "bounded",
            |(inner, ahead, negative)| {
                fn bounded(plain: &Plain) -> bool {
                    match plain {
                        Plain::Word(_) | Plain::Any => true,
                        Plain::Seq(parts) | Plain::Alt(parts) => parts.iter().all(bounded),
                        Plain::Repeat(inner, _, max, _) => max.is_some() && bounded(inner),
                        Plain::Look(inner, ..) => bounded(inner),
                    }
                }
                bounded(&inner).then(|| Plain::Look(Box::new(inner), ahead, negative))
            },
        );
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Plain::Seq),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Plain::Alt),
            (inner.clone(), 0..3u32, prop::option::of(0..2u32), any::<bool>()).prop_map(
                |(inner, min, more, lazy)| {
                    // At least one more token, so that no repetition is empty.
                    let inner = Plain::Seq(vec![inner, Plain::Any]);
                    Plain::Repeat(Box::new(inner), min, more.map(|more| (min + more).max(1)), lazy)
                }
            ),
            (look, inner).prop_map(|(look, inner)| Plain::Seq(vec![look, inner])),
        ]
    })
}

/// Token strings that each pattern is tried on.
const STRINGS: usize = 50;
/// Pairs of pattern and string that are tried at least.
const PAIRS: usize = 100_000;

/// What a rule proposes over a text, as ranges of words, in order and once.
fn proposed(found: &Extraction, program: &Program, label: &str) -> Vec<(usize, usize)> {
    let of_label = |candidate: &&Candidate| *program.type_info(candidate.label).name == *label;
    let spans = found.candidates.iter().filter(of_label).map(|candidate| candidate.span);
    let mut words: Vec<_> =
        spans.map(|span| (span.start as usize / 2, (span.end as usize).div_ceil(2))).collect();
    words.sort();
    words
}

#[test]
fn the_matcher_agrees_with_a_plain_one() {
    let letter = || prop::sample::select(vec!['a', 'b', 'c']);
    let strings = prop::collection::vec(prop::collection::vec(letter(), 0..9), STRINGS);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(4000));
    let pairs = Cell::new(0);
    let result = runner.run(&(pattern(), strings), |(pattern, strings)| {
        pairs.set(pairs.get() + agree(&pattern, &strings)?);
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    assert!(pairs.get() >= PAIRS, "only {} pairs of pattern and string were tried", pairs.get());
}

#[test]
fn a_rule_that_is_said_to_be_beaten_never_wins() {
    let letter = || prop::sample::select(vec!['a', 'b', 'c']);
    let strings = prop::collection::vec(prop::collection::vec(letter(), 0..9), 20);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(4000));
    let said = Cell::new(0);
    let result = runner.run(&(pattern(), pattern(), strings), |(loser, winner, strings)| {
        let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nNAME = {}\n";
        let rules = format!(
            "rule loser {{ <NAME: {}> }}\nrule winner priority 1 {{ <NAME: {}> }}\n",
            loser.write(),
            winner.write()
        );
        let (pack, mut report) = spanwright::syntax::parse_pack(&[("pack.toml", toml), ("a.span", &rules)]);
        let Some(checked) = spanwright::check::check(&pack, &mut report) else { return Ok(()) };
        if !report.diagnostics.iter().any(|problem| problem.title.contains("is beaten wherever")) {
            return Ok(());
        }
        said.set(said.get() + 1);
        let program = spanwright::compile::compile(&checked);
        let extractor = Extractor::new(&program);
        for words in strings {
            let text: String = words.iter().map(|c| format!("{c} ")).collect();
            let found = extractor.extract(&Document::new("1", text.as_str()), &mut extractor.scratch());
            let wins = found.annotations.mentions.iter().any(|m| m.rule.as_deref() == Some("a.span:loser"));
            prop_assert!(!wins, "{} over {}", rules, text);
        }
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    assert!(said.get() >= 20, "only {} rules were said to be beaten", said.get());
}

/// Tries one pattern; tells on how many strings.
fn agree(pattern: &Plain, strings: &[Vec<char>]) -> Result<usize, TestCaseError> {
    let written = pattern.write();
    let rules = format!(
        "rule one {{ <ONE: {written}> }}\nrule starts overlap starts {{ <STARTS: {written}> }}\n\
             rule all overlap all {{ <ALL: {written}> }}\n"
    );
    let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n\
                    [entities]\nONE = {}\nSTARTS = {}\nALL = {}\n";
    // A pattern that may match nothing, or look too far, is refused.
    let Some(program) = program(&[("pack.toml", toml), ("a.span", &rules)]) else { return Ok(0) };
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(&program, config);
    let mut scratch = extractor.scratch();
    for words in strings {
        let text: String = words.iter().map(|c| format!("{c} ")).collect();
        let found = extractor.extract(&Document::new("1", text.as_str()), &mut scratch);
        let (mut one, mut starts, mut all, mut from) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for at in 0..words.len() {
            let ends: Vec<usize> = pattern.ends(words, at).into_iter().filter(|end| *end > at).collect();
            all.extend(ends.iter().map(|&end| (at, end)));
            if let Some(&end) = ends.first() {
                starts.push((at, end));
                if at >= from {
                    one.push((at, end));
                    from = end;
                }
            }
        }
        all.sort();
        all.dedup();
        prop_assert!(found.truncated.is_none());
        prop_assert_eq!(proposed(&found, &program, "ONE"), one, "{} over {}", written, text);
        prop_assert_eq!(proposed(&found, &program, "STARTS"), starts, "{} over {}", written, text);
        prop_assert_eq!(proposed(&found, &program, "ALL"), all, "{} over {}", written, text);
    }
    Ok(strings.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn contexts_reach_as_far_as_a_plain_walk(
        words in prop::collection::vec(prop::sample::select(vec!["no", "but", "flood", "calm", "days.", "Then", "\n"]), 0..24),
        direction in prop::sample::select(vec!["forward", "backward", "both"]),
        within in prop::option::of(1..5usize),
        stop in any::<bool>(),
    ) {
        let toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nEVENT = {}\n";
        let reach = within.map_or(String::new(), |n| format!(" within {n} tokens"));
        let stops = if stop { " stop \"but\"" } else { "" };
        let rules = format!(
            "gazetteer events -> EVENT {{ \"flood\" }}\n\
             context c {{ cue \"no\" scope {direction}{reach}{stops} on EVENT set certainty = \"denied\" }}\n"
        );
        let program = program(&[("pack.toml", toml), ("a.span", &rules)]).expect("a sound pack");
        let text = words.join(" ");
        let prepared = Prepared::new(&text);
        let forms: Vec<&str> =
            prepared.tokens().iter().filter_map(|token| token.span().slice(&text)).collect();
        let mut denied = vec![false; forms.len()];
        for sentence in prepared.sentences() {
            let (first, last) = (sentence.start as usize, sentence.end as usize);
            for cue in (first..last).filter(|&at| forms[at] == "no") {
                let far = within.unwrap_or(usize::MAX);
                let ends = |at: &usize| !(stop && forms[*at] == "but");
                if direction != "backward" {
                    (cue + 1..last).take(far).take_while(ends).for_each(|at| denied[at] = true);
                }
                if direction != "forward" {
                    (first..cue).rev().take(far).take_while(ends).for_each(|at| denied[at] = true);
                }
            }
        }
        let expected: Vec<bool> =
            forms.iter().zip(&denied).filter(|(form, _)| **form == "flood").map(|(_, denied)| *denied).collect();
        let extractor = Extractor::new(&program);
        let found = extractor.extract(&Document::new("1", text.as_str()), &mut extractor.scratch()).annotations;
        let got: Vec<bool> = found.mentions.iter().map(|mention| !mention.features.is_empty()).collect();
        prop_assert_eq!(got, expected, "{}", text);
    }
}
