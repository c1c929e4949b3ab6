//! Rules: tried only where they may match, over documents worked on together, and beyond
//! what is looked at ahead.

use proptest::prelude::*;
use spanwright::doc::Document;
use spanwright::engine::{Candidate, CandidateReport, ExtractConfig, Extraction, Extractor, Scratch};
use spanwright::program::Program;

use super::{TOML, WORDS, program};

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
rule first nested { <NUM: [starts LOC & !ends NUM] [word]{0,2}> }
rule either_first nested { <NAME: [starts LOC & len > 3 | starts NUM] "of"?> (?! [capitalized]) }
rule followed { <NAME: [capitalized]{1,2}> (?= [word]? ("tons" | "of")) }
rule ahead_of_span nested { <NUM: "of" [word]?> (?= ","? LOC "mayor"?) }
rule far nested { <NUM: [number] [word & !lower = "of"]* "mayor"i> }
rule term nested { <NAME: ([number] | "of" LOC)? [word]{0,2} "Giang"> }
rule later nested { LOC [word]{0,3} <NAME: n=NUM> }
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
