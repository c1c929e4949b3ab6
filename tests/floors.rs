//! The shipped pack keeps its scores and its tests.

use spanwright::check::CheckedPack;
use spanwright::doc::Document;
use spanwright::engine::Extractor;
use spanwright::eval::{Pair, Scores, score};
use spanwright::io::{Inputs, ReadConfig, Record, Source, read_all};
use spanwright::program::Program;
use spanwright::run::{Filter, extract_all, run_tests};

use crate::root;

fn pack() -> (CheckedPack, Program) {
    let (pack, mut report) = spanwright::syntax::load(&root("rules/vn-politics")).unwrap();
    let checked = spanwright::check::check(&pack, &mut report).expect("a sound pack");
    assert!(report.diagnostics.is_empty(), "{:#?}", report.diagnostics);
    let program = spanwright::compile::compile(&checked);
    (checked, program)
}

fn gold(corpus: &str) -> Vec<Record> {
    let inputs = Inputs::find(&[root("gold").join(corpus)], None).unwrap();
    read_all(Source::new(inputs, None, ReadConfig::default())).unwrap()
}

fn scores(corpus: &str, program: &Program) -> Scores {
    let gold = gold(corpus);
    let documents: Vec<Document> = gold.iter().map(|record| record.document.clone()).collect();
    let predicted = extract_all(&documents, &Extractor::new(program), 1).unwrap();
    let pairs: Vec<Pair<'_>> = gold
        .iter()
        .zip(&predicted)
        .map(|(record, predicted)| Pair {
            id: &record.document.id,
            text: &record.document.text,
            gold: &record.annotations,
            predicted,
        })
        .collect();
    score(&pairs).unwrap()
}

#[test]
fn the_article_is_read_as_it_is_labelled() {
    let scores = scores("ha-giang", &pack().1);
    assert_eq!(scores.documents.len(), 1);
    assert!(scores.entities.micro.f1().unwrap() >= 0.95, "{:?}", scores.entities.micro);
    assert!(scores.relations.strict.f1().unwrap() >= 0.90, "{:?}", scores.relations.strict);
}

#[test]
fn the_news_are_read_as_they_are_labelled() {
    let scores = scores("news", &pack().1);
    assert_eq!(scores.documents.len(), 7);
    assert!(scores.entities.micro.f1().unwrap() >= 0.80, "{:?}", scores.entities.micro);
    assert!(scores.relations.strict.f1().unwrap() >= 0.60, "{:?}", scores.relations.strict);
}

#[test]
fn gold_against_itself_is_perfect() {
    let gold = gold("");
    assert_eq!(gold.len(), 8);
    let pair = |record: &'_ Record| -> Scores {
        let pair = Pair {
            id: &record.document.id,
            text: &record.document.text,
            gold: &record.annotations,
            predicted: &record.annotations,
        };
        score(&[pair]).unwrap()
    };
    for scores in gold.iter().map(pair) {
        assert_eq!(scores.entities.micro.f1(), Some(1.0));
        assert_eq!(scores.relations.strict.f1(), Some(1.0));
        assert_eq!(scores.coreference.conll(), Some(1.0));
    }
}

#[test]
fn the_tests_of_the_pack_hold() {
    let (checked, program) = pack();
    let outcomes = run_tests(&checked, &program, &Filter::default());
    assert!(outcomes.len() > 50, "only {} texts", outcomes.len());
    let failed: Vec<String> = outcomes
        .iter()
        .filter(|outcome| !outcome.differences.is_empty())
        .map(|outcome| format!("{}: {}\n{:#?}", outcome.place, outcome.text, outcome.differences))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn no_rule_recites_the_article() {
    let names: Vec<String> = gold("ha-giang")[0]
        .annotations
        .mentions
        .iter()
        .filter(|mention| matches!(&*mention.label, "PERSON"))
        .map(|mention| mention.span())
        .filter_map(|span| span.slice(&gold("ha-giang")[0].document.text).map(str::to_owned))
        .collect();
    let mut rules = String::new();
    for entry in std::fs::read_dir(root("rules/vn-politics")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            rules.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    for name in names {
        assert!(!rules.contains(&name), "a rule names {name}");
    }
}
