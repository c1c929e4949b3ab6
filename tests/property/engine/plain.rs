//! The matcher and contexts against plain ones.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use spanwright::doc::Document;
use spanwright::engine::{Candidate, CandidateReport, ExtractConfig, Extraction, Extractor};
use spanwright::prep::Prepared;
use spanwright::program::Program;

use super::program;

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
