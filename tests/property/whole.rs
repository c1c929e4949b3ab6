//! The whole: what the order of things, and a rule of another type, do not change.

use std::collections::BTreeSet;

use proptest::prelude::*;
use spanwright::doc::{Annotations, Document};
use spanwright::engine::Extractor;
use spanwright::program::Program;

use super::text;

const TOML: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\", \"b.span\"]\n\
                    [entities]\nNAME = {}\nLOC = {}\nNUM = {}\nOTHER = {}\n\
                    [relations]\nNEAR = { from = [\"NAME\"], to = [\"LOC\"] }\n";

/// Items of two phases, no two of which make the same span of one type: then, and
/// only then, the first would win.
const ITEMS: [&[&str]; 2] = [
    &[
        "gazetteer places -> LOC { \"Hà Giang\" \"Đồng Văn\" match fold-marks, fold-case }\n",
        "gazetteer words -> NAME { \"No\" \"U.S.\" }\n",
        "regex numbers -> NUM { /[0-9]+(?:[.,][0-9]+)*/ value = number() }\n",
        "regex dates -> NUM { /[0-9]{1,2}\\/[0-9]{1,2}/ }\n",
    ],
    &[
        "rule name { <NAME: [capitalized & word]{1,3}> }\n",
        "rule pair { <NAME: [word] \"of\" LOC> }\n",
        "rule near { n=NAME ...{0,4} l=LOC => NEAR(n, l) }\n",
        "rule back { l=LOC ...{0,2} n=NAME => NEAR(n, l) }\n",
        "drop no { x=NAME NUM }\n",
    ],
];

/// Items of a type that nothing else reads, one a phase.
const OTHERS: [&[&str]; 2] = [
    &["gazetteer more -> OTHER { \"Hà Giang\" \"A\" }\n", "regex all -> OTHER { /\\w[^\\n]*/ }\n"],
    &["rule any { <OTHER: [word]{1,5}> }\n", "rule at overlap all { <OTHER: []{1,3}> NUM }\n"],
];

fn program(files: &[String; 2]) -> Program {
    let files = [("pack.toml", TOML), ("a.span", &files[0]), ("b.span", &files[1])];
    let (pack, mut report) = spanwright::syntax::parse_pack(&files);
    let checked = spanwright::check::check(&pack, &mut report);
    spanwright::compile::compile(&checked.unwrap_or_else(|| panic!("{:?}", report.diagnostics)))
}

/// What was found, without what only numbers it; those of OTHER left out.
fn found(annotations: &Annotations) -> BTreeSet<String> {
    let shown = |at: usize| {
        let mention = &annotations.mentions[at];
        format!("{} {:?} {:?} {:?}", mention.label, mention.span(), mention.value, mention.features)
    };
    let mentions = (0..annotations.mentions.len()).map(shown).filter(|shown| !shown.starts_with("OTHER"));
    let relations = annotations.relations.iter().map(|relation| {
        let args: Vec<String> = relation
            .args
            .iter()
            .map(|arg| format!("{}: {}", arg.role, shown(arg.mention.0 as usize)))
            .collect();
        format!("{} {args:?} {:?}", relation.label, relation.rule)
    });
    mentions.chain(relations).collect()
}

fn extract(program: &Program, text: &str) -> BTreeSet<String> {
    let extractor = Extractor::new(program);
    found(&extractor.extract(&Document::new("1", text), &mut extractor.scratch()).annotations)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_of_rules_within_a_phase_means_nothing(
        text in text(),
        a in Just(ITEMS[0].to_vec()).prop_shuffle(),
        b in Just(ITEMS[1].to_vec()).prop_shuffle(),
    ) {
        let written = program(&ITEMS.map(<[&str]>::concat));
        let shuffled = program(&[a.concat(), b.concat()]);
        prop_assert_eq!(extract(&written, &text), extract(&shuffled, &text));
    }

    #[test]
    fn a_rule_of_another_type_changes_nothing_else(
        text in text(),
        phase in 0..2usize,
        which in 0..2usize,
        at in any::<prop::sample::Index>(),
    ) {
        let mut items = ITEMS.map(<[&str]>::to_vec);
        items[phase].insert(at.index(items[phase].len() + 1), OTHERS[phase][which]);
        let more = program(&items.map(|items| items.concat()));
        prop_assert_eq!(extract(&program(&ITEMS.map(<[&str]>::concat)), &text), extract(&more, &text));
    }

    /// Buffers go from document to document: none leaves anything behind.
    #[test]
    fn the_order_of_documents_means_nothing(
        texts in prop::collection::vec(text(), 1..8).prop_flat_map(|texts| {
            let order: Vec<usize> = (0..texts.len()).collect();
            (Just(texts), Just(order).prop_shuffle())
        }),
    ) {
        let (texts, order) = texts;
        let program = program(&ITEMS.map(<[&str]>::concat));
        let extractor = Extractor::new(&program);
        let mut scratch = extractor.scratch();
        for at in order {
            let document = Document::new("1", texts[at].as_str());
            let shared = extractor.extract(&document, &mut scratch).annotations;
            let alone = extractor.extract(&document, &mut extractor.scratch()).annotations;
            prop_assert_eq!(shared, alone);
        }
    }

    /// Files are named in any order: each document gets what it gets alone, in the
    /// order of the names.
    #[test]
    fn the_order_of_files_means_nothing(
        texts in prop::collection::vec(text(), 2..5),
        order in Just(vec![0usize, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        use spanwright::io::{Inputs, JsonlWriter, ReadConfig, Source};
        use spanwright::run::{Output, Progress, RunConfig, run};
        struct Silent;
        impl Progress for Silent {
            fn advance(&self, _documents: u64, _bytes: u64) {}
            fn warn(&self, _message: &str) {}
        }
        let folder = tempfile::tempdir().unwrap();
        let order: Vec<usize> = order.into_iter().filter(|at| *at < texts.len()).collect();
        let paths: Vec<std::path::PathBuf> =
            (0..texts.len()).map(|at| folder.path().join(format!("{at}.txt"))).collect();
        for (path, text) in paths.iter().zip(&texts) {
            std::fs::write(path, text).unwrap();
        }
        let program = program(&ITEMS.map(<[&str]>::concat));
        let extractor = Extractor::new(&program);
        let lines = |paths: &[std::path::PathBuf]| {
            let source = Source::new(Inputs::find(paths, None).unwrap(), None, ReadConfig::default());
            let mut out = Vec::new();
            let output = Output::Lines(&mut out, JsonlWriter::default());
            run(source, &extractor, RunConfig::default(), output, None, &Silent).unwrap();
            String::from_utf8(out).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let straight = lines(&paths);
        let shuffled = lines(&order.iter().map(|at| paths[*at].clone()).collect::<Vec<_>>());
        let wanted: Vec<String> = order.iter().map(|at| straight[*at].clone()).collect();
        prop_assert_eq!(shuffled, wanted);
        // A folder is read in the order of its names, however it came about.
        prop_assert_eq!(lines(&[folder.path().to_path_buf()]), straight);
    }
}
