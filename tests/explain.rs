//! Why a span of the article is there, and why another is not.

use spanwright::compile::{Selection, compile_selected};
use spanwright::doc::Document;
use spanwright::engine::{End, Explanation, Extractor, Fate, Question};
use spanwright::program::Program;
use spanwright::report::Explained;
use spanwright::text::Span;

/// The shipped pack without some of its rules.
fn program(without: &[&str]) -> Program {
    let (pack, mut report) = spanwright::syntax::load(&crate::root("rules/vn-politics")).unwrap();
    let checked = spanwright::check::check(&pack, &mut report).unwrap();
    let off = without.iter().map(|name| (*name).to_owned()).collect();
    compile_selected(&checked, &Selection { off, ..Selection::default() }).unwrap()
}

fn article() -> Document {
    let text =
        std::fs::read_to_string(crate::root("gold/ha-giang/politburo-inspection-ha-giang.txt")).unwrap();
    Document::new("article", text)
}

fn question(program: &Program, label: &str, text: &str, document: &Document) -> Question {
    let labels = program.types.iter().position(|info| *info.name == *label).unwrap();
    let start = document.text.find(text).unwrap() as u32;
    let labels = vec![spanwright::doc::schema::TypeId(labels as u16)];
    Question::Span { labels, span: Span::new(start, start + text.len() as u32) }
}

fn ask(program: &Program, label: &str, text: &str) -> (String, Explanation) {
    let document = article();
    let question = question(program, label, text, &document);
    let found = Extractor::new(program).explain(&document, Some(&question));
    (Explained::new(program, &document, &found).answer(&question, false), found)
}

#[test]
fn a_true_positive_shows_its_rule_and_what_it_beat() {
    let (answer, _) = ask(&program(&[]), "PERSON", "Le Minh Hung");
    assert!(answer.starts_with("It is there:\nPERSON \"Le Minh Hung\" at 2:90"), "{answer}");
    assert!(answer.contains("made by rule `people.span:after_courtesy`"), "{answer}");
    assert!(answer.contains("it has the higher priority"), "{answer}");
    assert!(
        answer.contains("related by HOLDS_POSITION(from: \"Le Minh Hung\", to: \"Politburo member\")"),
        "{answer}"
    );
}

#[test]
fn a_false_positive_shows_the_rule_to_mend() {
    // Gold has no event here.
    let (answer, _) = ask(&program(&[]), "EVENT", "congress");
    assert!(
        answer.contains("made by rule `events.span:head` (rules/vn-politics/events.span:")
            || answer.contains("made by rule `events.span:head` ("),
        "{answer}"
    );
}

#[test]
fn a_span_that_lost_names_its_rival_and_the_step() {
    let (answer, found) = ask(&program(&[]), "POSITION", "Secretary");
    assert!(answer.contains("it lost to POSITION \"Secretary of the Party Central Committee\""), "{answer}");
    assert!(answer.contains("(the order is priority > longest > earliest > rule)"), "{answer}");
    assert!(found.candidates.iter().any(|candidate| matches!(candidate.fate, Fate::Lost { .. })));
}

#[test]
fn a_missed_span_shows_where_each_rule_stopped() {
    let rules =
        ["after_courtesy", "any_name_after_courtesy", "before_title", "full_name", "after_by", "after_title"];
    let program = program(&rules);
    let (answer, found) = ask(&program, "PERSON", "Le Minh Hung");
    assert!(answer.starts_with("No rule proposes it.\nNearest rules:\n1. rule `people.span:"), "{answer}");
    let stopped = found.near.iter().find_map(|miss| match &miss.end {
        End::Stopped { token, expected } => Some((token, expected)),
        _ => None,
    });
    let (token, expected) = stopped.expect("a rule that stopped");
    assert!(token.is_some() && !expected.is_empty());
    let off = found.near.iter().filter(|miss| miss.end == End::Off).count();
    assert_eq!(off, rules.len(), "{answer}");
}

#[test]
fn watching_changes_nothing() {
    let program = program(&[]);
    let extractor = Extractor::new(&program);
    let document = article();
    let plain = extractor.extract(&document, &mut extractor.scratch()).annotations;
    assert_eq!(extractor.explain(&document, None).annotations, plain);
    let question = question(&program, "PERSON", "Politburo", &document);
    assert_eq!(extractor.explain(&document, Some(&question)).annotations, plain);
}
