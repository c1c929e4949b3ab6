//! The engine: shifts, threads, and explaining.

mod expressions;
mod plain;
mod rules;

use proptest::prelude::*;
use spanwright::doc::schema::TypeId;
use spanwright::doc::{Annotations, Document};
use spanwright::engine::{Extractor, Question};
use spanwright::io::JsonlWriter;
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
