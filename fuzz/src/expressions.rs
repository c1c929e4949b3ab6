//! Regular expressions of rules: the engine, with its sieve and its test of many at once, against
//! one plain search after the other.

use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};
use spanwright::doc::Document;
use spanwright::doc::schema::FoldFlags;
use spanwright::engine::{CandidateReport, ExtractConfig, Extractor};
use spanwright::prep::{Prepared, Token, fold, fold_with_map};
use spanwright::program::{Program, RegexView};
use spanwright::text::Span;

/// Expressions of one input.
const MOST: usize = 6;
/// Bytes of one expression, as it is written and as it is built: few, so that many can be tried.
const LONGEST: usize = 80;
const LARGEST: usize = 1 << 18;

/// Expressions, one a line, and after `===` a text.
pub(super) fn holds(bytes: &[u8]) {
    let [expressions, text] = super::parts(bytes).map(super::text);
    let sound = |line: &&str| {
        let is_short = line.len() <= LONGEST && !line.is_empty() && !line.contains(['/', '\r']);
        is_short && RegexBuilder::new(line).size_limit(LARGEST).build().is_ok()
    };
    let expressions: Vec<&str> = expressions.split('\n').filter(sound).take(MOST).collect();
    let Some(program) = program(&expressions) else { return };
    let config = ExtractConfig { candidates: CandidateReport::Keep, ..ExtractConfig::default() };
    let extractor = Extractor::with_config(&program, config);
    let found = extractor.extract(&Document::new("x", &*text), &mut extractor.scratch());
    let prepared = Prepared::new(&text);
    let mut wanted = Vec::new();
    for (bank, marks) in
        [(&program.phases[0].regexes.plain, false), (&program.phases[0].regexes.unmarked, true)]
    {
        plain_search(bank, &text, FoldFlags { case: false, marks }, prepared.tokens(), &program, &mut wanted);
    }
    for (index, expression) in expressions.iter().enumerate() {
        plain_tests(index, expression, &text, prepared.tokens(), &mut wanted);
    }
    let mut got: Vec<(String, Span)> = found
        .candidates
        .iter()
        .map(|candidate| (program.type_info(candidate.label).name.to_string(), candidate.span))
        .collect();
    got.sort();
    wanted.sort();
    if got != wanted {
        let missing: Vec<_> = wanted.iter().filter(|item| !got.contains(item)).collect();
        let surplus: Vec<_> = got.iter().filter(|item| !wanted.contains(item)).collect();
        panic!("of {expressions:?} in {text:?} missing {missing:?}, too many {surplus:?}");
    }
}

/// A pack that looks for each expression over the text, folded in turn one way and the other, and
/// in the tokens, whole and anywhere.
fn program(expressions: &[&str]) -> Option<Program> {
    let mut toml = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\n".to_owned();
    let mut rules = String::new();
    for (index, expression) in expressions.iter().enumerate() {
        let matching =
            ["", " match fold-case", " match fold-marks", " match fold-case, fold-marks"][index % 4];
        let _ = writeln!(toml, "TEXT{index} = {{}}\nPART{index} = {{}}\nWHOLE{index} = {{}}");
        let _ = writeln!(rules, "regex text{index} -> TEXT{index} {{ /{expression}/{matching} }}");
        let _ = writeln!(rules, "rule part{index} {{ <PART{index}: [text ~ /{expression}/]> }}");
        let _ = writeln!(rules, "rule whole{index} {{ <WHOLE{index}: [text = /{expression}/]> }}");
    }
    let checked = super::packs::checked(&[("pack.toml", &toml), ("a.span", &rules)])?;
    Some(spanwright::compile::compile(&checked))
}

/// Each expression alone in each line.
fn plain_search(
    view: &RegexView,
    text: &str,
    flags: FoldFlags,
    tokens: &[Token],
    program: &Program,
    wanted: &mut Vec<(String, Span)>,
) {
    let folded = fold_with_map(text, flags);
    for regex in &view.regexes {
        let label = &program.type_info(regex.label).name;
        let mut start = 0;
        for line in folded.text.split(['\n', '\r']) {
            for found in regex.regex.find_iter(line) {
                let span = Span::new((start + found.start()) as u32, (start + found.end()) as u32);
                let original = folded.map.to_original(span);
                let form = original.slice(text).expect("a stretch between characters");
                let from = original.start + (form.len() - form.trim_start().len()) as u32;
                let span = Span::new(from, from + form.trim().len() as u32);
                if tokens.iter().any(|token| token.start < span.end && span.start < token.end) {
                    wanted.push((label.to_string(), span));
                }
            }
            start += line.len() + 1;
        }
    }
}

/// One expression in each token.
fn plain_tests(
    index: usize,
    expression: &str,
    text: &str,
    tokens: &[Token],
    wanted: &mut Vec<(String, Span)>,
) {
    let anywhere = Regex::new(expression).expect("an expression that was built before");
    // What ends in a comment needs the end of the line.
    let whole = Regex::new(&format!("^(?:{expression})$"))
        .or_else(|_| Regex::new(&format!("^(?:{expression}\n)$")))
        .expect("an expression that was built in brackets before");
    for token in tokens {
        let form = fold(token.span().slice(text).unwrap_or(""), FoldFlags::default());
        if anywhere.is_match(&form) {
            wanted.push((format!("PART{index}"), token.span()));
        }
        if whole.is_match(&form) {
            wanted.push((format!("WHOLE{index}"), token.span()));
        }
    }
}
