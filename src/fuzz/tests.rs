//! Every law notices what breaks it, and what breaks it becomes small.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use proptest::strategy::ValueTree;
use unicode_normalization::UnicodeNormalization;

use super::shrink::Smaller;
use super::{Corpus, Engine, FuzzConfig, FuzzReport, INVARIANTS, Subject, Watch, case, fuzz, invariant};
use crate::diag::Report;
use crate::doc::schema::FoldFlags;
use crate::doc::{Annotations, Arg, Document, Event, MentionId, Target, Value};
use crate::prep::{Class, Folded, Token, fold_with_map, tokenize};
use crate::program::Program;
use crate::run::Progress;
use crate::text::{OffsetUnit, Span};
use crate::value::{Context, Normalizer};

const MANIFEST: &str = r#"
[pack]
name = "small"
version = "1"
phases = ["a.span", "b.span"]
[entities]
PERSON = {}
PLACE = {}
WHEN = {}
[relations]
IN = { from = ["PERSON"], to = ["PLACE"] }
[events]
MEETING = { roles = { guest = ["PERSON"], host = ["PERSON"], date = ["WHEN"] }, optional = ["date"] }
"#;

const RULES: &str = r#"
gazetteer places -> PLACE { "Hà Giang" "Huế" match fold-marks }
regex dates -> WHEN { /\d{1,2}\/\d{1,2}\/\d{4}/ value = date() }
rule person { "Mr." <PERSON: [capitalized & word]+> }
"#;

const RELATIONS: &str = r#"
rule lives { p=PERSON ...{0,4} "in" l=PLACE => IN(p, l) }
rule meets { g=PERSON <m=MEETING: "met"> "Mr." h=PERSON => MEETING(trigger: m, guest: g, host: h) }
link people on PERSON, PLACE { by text fold-marks }
"#;

fn program() -> Program {
    let (pack, mut report): (_, Report) =
        crate::syntax::parse_pack(&[("pack.toml", MANIFEST), ("a.span", RULES), ("b.span", RELATIONS)]);
    let checked = crate::check::check(&pack, &mut report);
    let problems = crate::diag::render(&report, Default::default(), Default::default());
    crate::compile::compile(&checked.unwrap_or_else(|| panic!("{problems}")))
}

/// Everything that the pack finds, and what else laws ask about.
const TEXT: &str =
    "17/3/2025: Mr. Hưng lives in Hà Giang.\r\nMr. Hưng met Mr. An in Huế, “27,300ha” e\u{301} 📷.";

/// What a broken subject does otherwise.
enum Broken {
    Tokens(fn(&str, Vec<Token>) -> Vec<Token>),
    Plain(fn(Vec<Token>) -> Vec<Token>),
    Map(for<'t> fn(&'t str, FoldFlags) -> Folded<'t>),
    Fold(fn(&str, String) -> String),
    Offsets(fn(OffsetUnit, &mut (u32, Option<u32>))),
    Value(fn() -> Value),
    Write(fn(Vec<u8>) -> Vec<u8>),
    Extract(fn(&str, &mut Annotations)),
    Stream(ChangeStream),
}

/// The piece, the threads, what came: what comes instead.
type ChangeStream = fn(usize, usize, Vec<u8>) -> Result<Vec<u8>, String>;

struct Faulty<'p> {
    sound: Engine<'p>,
    fault: Broken,
}

impl Subject for Faulty<'_> {
    fn program(&self) -> Option<&Program> {
        self.sound.program()
    }

    fn tokens(&self, text: &str) -> Vec<Token> {
        let tokens = self.sound.tokens(text);
        if let Broken::Tokens(change) = self.fault { change(text, tokens) } else { tokens }
    }

    fn tokens_plainly(&self, text: &str) -> Vec<Token> {
        let tokens = self.sound.tokens_plainly(text);
        if let Broken::Plain(change) = self.fault { change(tokens) } else { tokens }
    }

    fn fold_with_map<'t>(&self, text: &'t str, flags: FoldFlags) -> Folded<'t> {
        if let Broken::Map(fold) = self.fault { fold(text, flags) } else { fold_with_map(text, flags) }
    }

    fn fold<'t>(&self, text: &'t str, flags: FoldFlags) -> Cow<'t, str> {
        let folded = self.sound.fold(text, flags);
        if let Broken::Fold(change) = self.fault { change(text, folded.into_owned()).into() } else { folded }
    }

    fn offsets(&self, text: &str, unit: OffsetUnit, bytes: &[u32]) -> Vec<(u32, Option<u32>)> {
        let mut offsets = self.sound.offsets(text, unit, bytes);
        if let Broken::Offsets(change) = self.fault {
            offsets.iter_mut().for_each(|offset| change(unit, offset));
        }
        offsets
    }

    fn value(&self, normalizer: &Normalizer, text: &str, context: &Context) -> Option<Value> {
        let value = self.sound.value(normalizer, text, context)?;
        Some(if let Broken::Value(make) = self.fault { make() } else { value })
    }

    fn write(&self, document: &Document, annotations: &Annotations, offsets: OffsetUnit) -> Vec<u8> {
        let line = self.sound.write(document, annotations, offsets);
        if let Broken::Write(change) = self.fault { change(line) } else { line }
    }

    fn extract(&self, document: &Document) -> Option<Annotations> {
        let mut found = self.sound.extract(document)?;
        if let Broken::Extract(change) = self.fault {
            change(&document.text, &mut found);
        }
        Some(found)
    }

    fn stream(&self, input: &[u8], piece: usize, threads: usize) -> Option<Result<Vec<u8>, String>> {
        let done = self.sound.stream(input, piece, threads)?;
        Some(if let Broken::Stream(change) = self.fault { change(piece, threads, done.ok()?) } else { done })
    }
}

fn replaced(line: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    String::from_utf8(line).unwrap().replacen(from, to, 1).into_bytes()
}

/// Each law with what breaks it.
const FAULTS: &[(&str, Broken)] = &[
    ("tokens-tile", Broken::Tokens(|_, tokens| tokens[..tokens.len().saturating_sub(1)].to_vec())),
    ("tokens-tile", Broken::Tokens(|_, tokens| tokens.into_iter().rev().collect())),
    (
        "tokens-tile",
        Broken::Tokens(|text, mut tokens| {
            tokens.truncate(1);
            tokens.iter_mut().for_each(|token| token.end = text.len() as u32);
            tokens
        }),
    ),
    ("tokens-tile", Broken::Tokens(|_, _| panic!("at {}", "once"))),
    (
        "char-boundaries",
        Broken::Tokens(|_, mut tokens| {
            tokens.iter_mut().for_each(|token| token.end = token.start + 1);
            tokens
        }),
    ),
    (
        "char-boundaries",
        Broken::Extract(|_, found| found.mentions.iter_mut().for_each(|m| m.fragments[0].end += 1)),
    ),
    (
        "char-boundaries",
        Broken::Extract(|_, found| found.mentions.iter_mut().for_each(|m| m.fragments[0].end += 9000)),
    ),
    (
        "lines-sentences",
        Broken::Tokens(|text, _| {
            let mut tokens = Vec::new();
            tokenize(text, &mut tokens);
            tokens
        }),
    ),
    (
        "lines-sentences",
        Broken::Tokens(|_, mut tokens| {
            for token in &mut tokens {
                token.class.insert(Class::LINE_START);
                token.class.insert(Class::LINE_END);
                token.class.insert(Class::SENTENCE_START);
                token.class.insert(Class::SENTENCE_END);
            }
            tokens
        }),
    ),
    ("ascii-path", Broken::Plain(|tokens| tokens[1.min(tokens.len())..].to_vec())),
    (
        "ascii-path",
        Broken::Fold(|text, folded| if text.is_ascii() { folded.replace('i', "j") } else { folded }),
    ),
    ("line-before", Broken::Tokens(|_, tokens| tokens.into_iter().filter(|t| t.start < 30).collect())),
    (
        "fold-maps-back",
        Broken::Map(|text, flags| Folded {
            map: fold_with_map("…………………………………………………………………………………………………………", flags).map,
            ..fold_with_map(text, flags)
        }),
    ),
    (
        "fold-maps-back",
        Broken::Map(|text, flags| Folded { map: Default::default(), ..fold_with_map(text, flags) }),
    ),
    ("fold-twice", Broken::Fold(|_, folded| folded + "x")),
    ("nfc", Broken::Fold(|_, folded| folded.nfd().collect())),
    ("nfc", Broken::Fold(|text, folded| if text.contains('\u{301}') { String::new() } else { folded })),
    ("units", Broken::Offsets(|unit, offset| offset.0 += u32::from(unit == OffsetUnit::Utf16))),
    ("units", Broken::Offsets(|_, offset| offset.1 = None)),
    ("jsonl", Broken::Write(|line| replaced(line, "\"start\":", "\"start\":1"))),
    ("jsonl", Broken::Write(|line| replaced(line, "Mr.", "Mr"))),
    ("jsonl", Broken::Write(|line| replaced(line, "\"relations\":[", "\"relations_\":["))),
    ("jsonl", Broken::Write(|line| replaced(line, "\"date\":\"2025-", "\"date\":\"2026-"))),
    ("values-parse", Broken::Value(|| Value::from("iso8601:2025-02-30"))),
    (
        "values-parse",
        Broken::Extract(|_, found| {
            found.mentions.iter_mut().for_each(|m| m.value = Some(Value::from("money:5 dong")));
        }),
    ),
    (
        "relations-refer",
        Broken::Extract(|_, found| found.relations.iter_mut().for_each(|r| r.args[1].mention.0 = 99)),
    ),
    (
        "relations-refer",
        Broken::Extract(|_, found| {
            for relation in &mut found.relations {
                let first = relation.args[0].mention;
                relation.args[1].mention = first;
            }
        }),
    ),
    (
        "relations-refer",
        Broken::Extract(|_, found| found.relations.iter_mut().for_each(|r| drop(r.args.pop()))),
    ),
    (
        "relations-refer",
        Broken::Extract(|_, found| found.relations.iter_mut().for_each(|r| r.label = "NEAR".into())),
    ),
    (
        "relations-refer",
        Broken::Extract(|_, found| found.mentions.iter_mut().for_each(|m| m.id = "T1".into())),
    ),
    ("relations-refer", Broken::Extract(|_, found| found.events.iter_mut().for_each(|e| e.trigger.0 = 99))),
    (
        "relations-refer",
        Broken::Extract(|_, found| found.events.iter_mut().for_each(|e| e.args[0].1 = Target::Event(0))),
    ),
    ("relations-refer", Broken::Extract(|_, found| found.chains.iter_mut().for_each(|c| c.truncate(1)))),
    ("relations-refer", Broken::Extract(|_, found| found.chains.iter_mut().for_each(|c| c.reverse()))),
    ("relations-refer", Broken::Extract(|_, found| found.chains.extend(found.chains.clone()))),
    (
        "blanks-before",
        Broken::Extract(|_, found| found.mentions.iter_mut().for_each(|m| m.fragments[0] = Span::new(0, 2))),
    ),
    (
        "blanks-before",
        Broken::Extract(|text, found| {
            if text.starts_with('\n') {
                found.relations.clear()
            }
        }),
    ),
    (
        "blanks-before",
        Broken::Extract(|text, found| {
            if text.starts_with('\n') {
                found.chains.clear()
            }
        }),
    ),
    (
        "blanks-before",
        Broken::Extract(|text, found| {
            if text.starts_with('\n') {
                found.events.clear()
            }
        }),
    ),
    ("paragraph-before", Broken::Extract(|_, found| found.mentions.truncate(1))),
    (
        "paragraph-before",
        Broken::Extract(|text, found| {
            if text.contains("Đi") {
                found.relations.clear()
            }
        }),
    ),
    ("same-output", Broken::Stream(|piece, _, done| Ok(if piece == 1 { done[1..].to_vec() } else { done }))),
    (
        "same-output",
        Broken::Stream(|_, threads, done| {
            Ok(if threads > 2 { [&done[..], &done[..]].concat() } else { done })
        }),
    ),
    (
        "same-output",
        Broken::Stream(|_, threads, done| if threads > 1 { Err("ended".into()) } else { Ok(done) }),
    ),
];

#[test]
fn every_law_notices_what_breaks_it() {
    let program = program();
    for law in INVARIANTS {
        assert_eq!(law.check(&Engine::new(&program), TEXT), Ok(()), "{}", law.name);
        assert!(FAULTS.iter().any(|(name, _)| *name == law.name), "nothing breaks {}", law.name);
    }
    let mut unnoticed = Vec::new();
    for (index, (name, fault)) in FAULTS.iter().enumerate() {
        // A constant holds the fault, so what is asked is a copy of it.
        let fault = match fault {
            Broken::Tokens(f) => Broken::Tokens(*f),
            Broken::Plain(f) => Broken::Plain(*f),
            Broken::Map(f) => Broken::Map(*f),
            Broken::Fold(f) => Broken::Fold(*f),
            Broken::Offsets(f) => Broken::Offsets(*f),
            Broken::Value(f) => Broken::Value(*f),
            Broken::Write(f) => Broken::Write(*f),
            Broken::Extract(f) => Broken::Extract(*f),
            Broken::Stream(f) => Broken::Stream(*f),
        };
        let faulty = Faulty { sound: Engine::new(&program), fault };
        if invariant(name).unwrap().check(&faulty, TEXT).is_ok() {
            unnoticed.push(format!("{name}, fault {index}"));
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}

#[test]
fn the_text_of_the_faults_has_all_that_a_pack_finds() {
    let program = program();
    let found = Engine::new(&program).extract(&Document::new("1", TEXT)).unwrap();
    let Annotations { mentions, relations, events, chains, .. } = &found;
    assert_eq!((mentions.len(), relations.len(), events.len(), chains.len()), (7, 2, 1, 1), "{found:#?}");
    let first = Arg { role: "from".into(), mention: MentionId(1) };
    assert_eq!(relations[0].args[0], first);
    let Event { trigger, args, .. } = &events[0];
    assert_eq!((*trigger, args[0].1.clone()), (MentionId(4), Target::Mention(MentionId(3))));
}

#[test]
fn a_panic_is_told_as_it_was_said() {
    let faulty =
        Faulty { sound: Engine::without_pack(), fault: Broken::Tokens(|_, _| panic!("at {}", "once")) };
    let why = invariant("tokens-tile").unwrap().check(&faulty, "a");
    assert_eq!(why, Err("panic: at once".to_owned()));
}

#[derive(Default)]
struct Watcher {
    texts: AtomicU64,
    stop_after: Option<u64>,
}

impl Progress for Watcher {
    fn advance(&self, texts: u64, _: u64) {
        self.texts.fetch_add(texts, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stop_after.is_some_and(|most| self.texts.load(Ordering::Relaxed) >= most)
    }

    fn warn(&self, _: &str) {}
}

fn tried(subject: &dyn Subject, names: &[&str], cases: u64, threads: usize) -> FuzzReport {
    let invariants = names.iter().filter_map(|name| invariant(name)).collect();
    let config = FuzzConfig { seed: 1, cases: Some(cases), time: None, threads, invariants };
    fuzz(subject, &Arc::new(Corpus::default()), &config, &Watcher::default(), &Watch::new(None)).unwrap()
}

/// Loses every token of five characters and more.
fn loses_long_tokens(text: &str, tokens: Vec<Token>) -> Vec<Token> {
    let is_short = |token: &Token| token.span().slice(text).is_some_and(|form| form.chars().count() < 5);
    tokens.into_iter().filter(is_short).collect()
}

#[test]
fn what_breaks_a_law_shrinks_to_the_smallest_text_that_does() {
    let faulty = Faulty { sound: Engine::without_pack(), fault: Broken::Tokens(loses_long_tokens) };
    let names = ["tokens-tile", "units"];
    let report = tried(&faulty, &names, 200, 1);
    assert!(!report.holds());
    let failure = report.tried[0].failure.clone().unwrap();
    // A token of five characters; no text is shorter, and none plainer.
    assert_eq!((failure.text.as_str(), report.tried[1].failure.as_ref()), ("aaaaa", None));
    assert!(failure.shrunk_from > 5 && failure.reason.contains("\"aaaaa\" at 0..5"), "{failure:?}");
    assert_eq!((report.tried[0].texts, report.tried[1].texts, report.texts), (64, 200, 200));
    // The text as it was drawn can be had again, and broke the law.
    let drawn = case(1, failure.case.unwrap(), &Arc::new(Corpus::default())).unwrap();
    assert_eq!(drawn.len(), failure.shrunk_from);
    assert!(invariant("tokens-tile").unwrap().check(&faulty, &drawn).is_err());
    // Any number of threads gives the same report.
    let others = tried(&faulty, &names, 200, 3);
    assert_eq!(format!("{:?}", others.tried), format!("{:?}", report.tried));
    assert_eq!(others.bytes, report.bytes);
}

#[test]
fn texts_shrink_to_the_characters_that_matter() {
    let shrunk = |text: &str, breaks: &dyn Fn(&str) -> bool| {
        let mut tree = Smaller::new(text);
        let mut goes_on = tree.simplify();
        while goes_on {
            goes_on = if breaks(&tree.current()) { tree.simplify() } else { tree.complicate() };
        }
        assert!(breaks(&tree.current()), "{:?} does not break it any more", tree.current());
        tree.current()
    };
    let long = format!("{}Đi \u{301}ra{}Huế\r\n", "Hà Giang. ".repeat(300), "x".repeat(1000));
    assert_eq!(shrunk(&long, &|text| text.contains('\u{301}')), "\u{301}");
    assert_eq!(shrunk(&long, &|text| text.contains("Đ") && text.contains('\r')), "Đ\r");
    assert_eq!(shrunk(&long, &|text| text.chars().count() > 6), "aaaaaaa");
    assert_eq!(shrunk("x\ny", &|text| text.lines().count() > 1), "\na");
    assert_eq!(shrunk("anything", &|_| true), "");
}

#[test]
fn laws_hold_for_the_seeds_and_for_what_is_made_of_them() {
    let program = program();
    let engine = Engine::new(&program);
    let corpus = Corpus::new(vec![TEXT.to_owned(), String::new()]);
    for seed in corpus.seeds() {
        for law in INVARIANTS {
            assert_eq!(law.check(&engine, seed), Ok(()), "{} of {seed:?}", law.name);
        }
    }
    let names: Vec<&str> = INVARIANTS.iter().map(|law| law.name).collect();
    let report = tried(&engine, &names, 64, 2);
    let broken: Vec<_> = report.tried.iter().filter(|tried| tried.failure.is_some()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(report.texts, 64);
}

/// Texts that broke a law once, as small as they became.
const MENDED: &[&str] =
    &["ŉ", "” A", "' A", "24.3", "-3nd", "WwW.\u{200b}", "가\u{301}\u{11a8}", "\u{301}\u{200b}\u{ff9e}"];

#[test]
fn what_broke_a_law_once_breaks_none_any_more() {
    let program = program();
    for text in MENDED {
        for law in INVARIANTS {
            assert_eq!(law.check(&Engine::new(&program), text), Ok(()), "{} of {text:?}", law.name);
        }
    }
}

#[test]
fn texts_are_of_many_kinds() {
    let corpus = Arc::new(Corpus::new(vec!["Nghị quyết số 18".to_owned()]));
    let drawn: Vec<String> = (0..1000).map(|number| case(7, number, &corpus).unwrap()).collect();
    let count = |is: &dyn Fn(&str) -> bool| drawn.iter().filter(|text| is(text)).count();
    for (what, least, found) in [
        ("empty", 1, count(&|text| text.is_empty())),
        ("short", 40, count(&|text| text.len() < 40)),
        ("long", 20, count(&|text| text.len() > 1000)),
        ("ASCII", 10, count(&|text| text.is_ascii())),
        ("marks alone", 20, count(&|text| text.contains('\u{301}'))),
        ("line ends", 20, count(&|text| text.contains('\r'))),
        ("NUL", 3, count(&|text| text.contains('\0'))),
        ("decomposed", 10, count(&|text| text.nfc().count() < text.chars().count())),
        ("one's own", 40, count(&|text| text.contains("quyết"))),
        ("beyond the basic plane", 20, count(&|text| text.chars().any(|c| c > '\u{ffff}'))),
    ] {
        assert!(found >= least, "{what}: {found} of 1000, not {least}");
    }
    assert!(drawn.iter().all(|text| text.len() <= super::mutate::LONGEST));
}

#[test]
fn a_run_ends_when_its_time_is_over_or_it_is_asked_to() {
    let engine = Engine::without_pack();
    let corpus = Arc::new(Corpus::default());
    let mut config =
        FuzzConfig { seed: 1, cases: None, time: Some(Duration::ZERO), threads: 1, invariants: Vec::new() };
    config.invariants.extend(invariant("units"));
    let report = fuzz(&engine, &corpus, &config, &Watcher::default(), &Watch::new(None)).unwrap();
    assert_eq!((report.texts, report.stopped), (0, false));
    config.time = None;
    let watcher = Watcher { stop_after: Some(70), ..Watcher::default() };
    let report = fuzz(&engine, &corpus, &config, &watcher, &Watch::new(None)).unwrap();
    assert_eq!((report.texts, report.stopped), (70, true));
}

/// Cuts no token before it is let go: what hangs.
struct Hangs<'a> {
    is_let_go: &'a AtomicBool,
}

impl Subject for Hangs<'_> {
    fn tokens(&self, _: &str) -> Vec<Token> {
        while !self.is_let_go.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Vec::new()
    }
}

#[test]
fn a_law_that_hangs_is_told_with_its_text_while_it_hangs() {
    let is_let_go = AtomicBool::new(false);
    let subject = Hangs { is_let_go: &is_let_go };
    let corpus = Arc::new(Corpus::default());
    let invariants = ["units", "tokens-tile"].iter().filter_map(|name| invariant(name)).collect();
    let config = FuzzConfig { seed: 1, cases: Some(100), time: None, threads: 1, invariants };
    let watch = Watch::new(Some(Duration::from_millis(50)));
    std::thread::scope(|threads| {
        let run = threads.spawn(|| fuzz(&subject, &corpus, &config, &Watcher::default(), &watch).unwrap());
        let begun = Instant::now();
        while !watch.is_overdue() && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let told = watch.report().unwrap();
        is_let_go.store(true, Ordering::Relaxed);
        let broken: Vec<_> = told.tried.iter().filter(|tried| tried.failure.is_some()).collect();
        assert_eq!(broken.iter().map(|tried| tried.invariant.name).collect::<Vec<_>>(), ["tokens-tile"]);
        let failure = broken[0].failure.as_ref().unwrap();
        assert_eq!(failure.reason, "it takes more than 0.05 s");
        assert_eq!(case(1, failure.case.unwrap(), &corpus).as_deref(), Some(failure.text.as_str()));
        // The run ends by itself once the text does.
        assert!(run.join().unwrap().texts < 100);
    });
}

#[test]
fn a_law_that_only_took_long_is_told_too_and_none_without_a_limit() {
    let engine = Engine::without_pack();
    let law = invariant("tokens-tile").unwrap();
    for (limit, is_late) in [(Some(Duration::ZERO), true), (Some(Duration::MAX), false), (None, false)] {
        let watch = Watch::new(limit);
        watch.ask(law, &engine, "Hà Giang", None).unwrap();
        assert_eq!(watch.is_overdue(), is_late, "{limit:?}");
    }
}
