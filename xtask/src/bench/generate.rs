//! Lists and texts from a seed, for where no real ones are.
//!
//! Words are drawn as often as in natural text (the n-th word with a weight of
//! 1/n), phrases stand in the text with the same bias to the head of their
//! list, and the expressions and patterns speak of words and units that occur.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use crate::bench_score::Seed;

const SYLLABLES: [&str; 40] = [
    "ba", "ne", "ti", "ro", "lu", "ma", "se", "di", "co", "fu", "pa", "re", "vi", "to", "gu", "la", "de",
    "ni", "so", "mu", "tan", "ber", "lin", "gor", "sul", "man", "ter", "vin", "con", "dur", "sta", "pre",
    "tri", "bro", "clu", "gra", "ster", "pri", "plo", "dru",
];
const MONTHS: [&str; 6] = ["January", "March", "April", "June", "October", "December"];
const UNITS: [&str; 10] =
    ["tonnes", "barrels", "bags", "shares", "people", "years", "dlrs", "dollars", "yen", "hectares"];
const TITLES: [&str; 10] = [
    "chairman",
    "president",
    "minister",
    "governor",
    "secretary",
    "director",
    "mayor",
    "senator",
    "spokesman",
    "treasurer",
];
const TYPES: [&str; 4] = ["PERSON", "PLACE", "ORG", "TERM"];
const WORDS: usize = 30_000;

/// How much is made.
#[derive(Clone, Copy)]
pub(crate) struct Amount {
    /// Phrases of the longest list.
    pub(crate) phrases: usize,
    /// Expressions of the longest list, and token patterns; at most 14,000.
    pub(crate) rules: usize,
    /// Bytes of each text.
    pub(crate) text: usize,
}

/// Writes the files of a folder of lists, which are named as those of 1M phrases
/// and 1,000 rules are.
pub(crate) fn lists(folder: &Path, amount: Amount) -> Result<()> {
    let mut seed = Seed(11);
    let words = words(&mut seed, WORDS);
    let phrases = phrases(&mut seed, &words, amount.phrases);
    let mut out = BufWriter::new(fs::File::create(folder.join("g_1m.tsv"))?);
    for (number, phrase) in phrases.iter().enumerate() {
        writeln!(out, "{phrase}\t{}\tE{number}", TYPES[number % TYPES.len()])?;
    }
    out.flush()?;
    fs::write(folder.join("r_1000.txt"), regexes(&words, amount.rules).join("\n") + "\n")?;
    fs::write(folder.join("t_1000.json"), serde_json::to_string(&patterns(&words, amount.rules))?)?;
    text(&folder.join("w1-20mb.jsonl"), &mut seed, &words[..1_000], &phrases, 40, amount.text)?;
    text(&folder.join("w2.jsonl"), &mut seed, &words, &phrases, 10, amount.text)
}

/// Distinct words of two to four syllables.
fn words(seed: &mut Seed, count: usize) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut words = Vec::with_capacity(count);
    while words.len() < count {
        let syllables = 2 + seed.below(3);
        let word: String = (0..syllables).map(|_| SYLLABLES[seed.below(SYLLABLES.len())]).collect();
        if seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

/// A place in a list of `count`, the n-th with a weight of about 1/n.
fn skewed(seed: &mut Seed, count: usize) -> usize {
    let uniform = seed.below(1 << 30) as f64 / f64::from(1u32 << 30);
    ((count as f64).powf(uniform) as usize).saturating_sub(1).min(count - 1)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn phrases(seed: &mut Seed, words: &[String], count: usize) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut phrases = Vec::with_capacity(count);
    while phrases.len() < count {
        let length = 2 + seed.below(3);
        let named = phrases.len() % TYPES.len() != 3;
        let parts = (0..length).map(|_| {
            let word = &words[seed.below(words.len())];
            if named { capital(word) } else { word.clone() }
        });
        let phrase = parts.collect::<Vec<_>>().join(" ");
        if seen.insert(phrase.clone()) {
            phrases.push(phrase);
        }
    }
    phrases
}

fn regexes(words: &[String], count: usize) -> Vec<String> {
    let mut regexes = vec![
        r"\b(?:January|March|April|June|October|December) [0-9]{1,2}(?:, [0-9]{4})?\b".to_owned(),
        r"\b[0-9]+(?:\.[0-9]+)? ?%".to_owned(),
        r"\b[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}\b".to_owned(),
    ];
    let number = r"\b[0-9]+(?:[.,][0-9]+)*";
    regexes.extend(UNITS.iter().map(|unit| format!(r"{number} (?:mln |million )?{unit}\b")));
    let titled =
        |title: &&str| format!(r"\b(?:former |deputy )?{title} (?:of )?[A-Z][a-z]+(?: [A-Z][a-z]+)*");
    regexes.extend(TITLES.iter().map(titled));
    let mut words = words.iter().skip(200);
    while let (true, Some(a), Some(b)) = (regexes.len() < count, words.next(), words.next()) {
        regexes.push(match regexes.len() % 4 {
            0 => format!(r"\b{a}(?:s|ed)? (?:of|for|to) [A-Z][a-z]+"),
            1 => format!(r"\b(?:the |a )?{a} (?:[a-z]+ ){{0,2}}{b}\b"),
            2 => format!(r"{number} {a}\b"),
            _ => format!(r"\b(?:[A-Z][a-z]+ ){{1,3}}{}\b", capital(a)),
        });
    }
    regexes
}

fn patterns(words: &[String], count: usize) -> Vec<Value> {
    let (number, title) = (json!({"LIKE_NUM": true}), json!({"IS_TITLE": true, "OP": "+"}));
    let lower = |word: &str| json!({"LOWER": word});
    let months: Vec<String> = MONTHS.iter().map(|month| month.to_lowercase()).collect();
    let mut patterns =
        vec![json!([{"LOWER": {"IN": months}}, {"IS_DIGIT": true}]), json!([number.clone(), {"ORTH": "%"}])];
    patterns.extend(
        UNITS.iter().map(
            |unit| json!([number.clone(), {"LOWER": {"IN": ["mln", "million"]}, "OP": "?"}, lower(unit)]),
        ),
    );
    patterns
        .extend(TITLES.iter().map(|name| json!([lower(name), {"LOWER": "of", "OP": "?"}, title.clone()])));
    let mut words = words.iter().skip(200);
    while let (true, Some(a), Some(b)) = (patterns.len() < count, words.next(), words.next()) {
        patterns.push(match patterns.len() % 4 {
            0 => json!([lower(a), {"LOWER": {"IN": ["of", "for", "to", "by"]}}, title.clone()]),
            1 => json!([lower(a), {"IS_ALPHA": true, "OP": "?"}, lower(b)]),
            2 => json!([number.clone(), lower(a)]),
            _ => json!([{"ORTH": capital(a)}, {"IS_TITLE": true, "OP": "?"}, {"ORTH": capital(b)}]),
        });
    }
    let named = |(at, pattern): (usize, Value)| json!({"id": format!("T{at}"), "pattern": pattern});
    patterns.into_iter().enumerate().map(named).collect()
}

/// Documents of some paragraphs; one word in `rate` is a phrase, a number or a title.
fn text(
    path: &Path,
    seed: &mut Seed,
    words: &[String],
    phrases: &[String],
    rate: usize,
    size: usize,
) -> Result<()> {
    let mut out = BufWriter::new(fs::File::create(path)?);
    let (mut bytes, mut number) = (0, 0);
    while bytes < size {
        let mut text = String::new();
        for _ in 0..1 + seed.below(8) {
            for _ in 0..1 + seed.below(5) {
                sentence(seed, words, phrases, rate, &mut text);
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        bytes += text.len();
        writeln!(out, "{}", json!({"id": format!("d{number}"), "text": text.trim_end()}))?;
        number += 1;
    }
    out.flush()?;
    Ok(())
}

fn sentence(seed: &mut Seed, words: &[String], phrases: &[String], rate: usize, text: &mut String) {
    for at in 0..6 + seed.below(25) {
        let word = &words[skewed(seed, words.len())];
        let _ = match seed.below(rate * 4) {
            0..=3 => write!(text, "{} ", phrases[skewed(seed, phrases.len())]),
            4 => write!(text, "{}.{} {} ", seed.below(900), seed.below(10), UNITS[seed.below(UNITS.len())]),
            5 => write!(text, "{} {} ", MONTHS[seed.below(MONTHS.len())], 1 + seed.below(28)),
            6 => write!(text, "{} of {} ", TITLES[seed.below(TITLES.len())], capital(word)),
            7 => write!(text, "{}% ", seed.below(100)),
            _ if at == 0 => write!(text, "{} ", capital(word)),
            _ => write!(text, "{word} "),
        };
    }
    text.truncate(text.trim_end().len());
    text.push_str(". ");
}
