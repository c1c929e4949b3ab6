//! The examples of `docs/language.md` are a pack that runs.

use spanwright::run::{Filter, run_tests};

use crate::root;

#[test]
fn the_blocks_of_the_language_page_are_a_pack_that_passes_its_tests() {
    let page = std::fs::read_to_string(root("docs/language.md")).unwrap();
    let mut files: Vec<(String, String)> = Vec::new();
    for block in page.split("\n```").skip(1).step_by(2) {
        let (head, body) = block.split_once('\n').unwrap();
        match head.split_whitespace().collect::<Vec<_>>()[..] {
            ["toml"] => files.push(("pack.toml".to_owned(), body.to_owned())),
            ["span", name] => files.push((name.to_owned(), body.to_owned())),
            _ => {}
        }
    }
    assert_eq!(files.len(), 6, "blocks are missing");
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (pack, mut report) = spanwright::syntax::parse_pack(&files);
    let checked = spanwright::check::check(&pack, &mut report);
    let problems = spanwright::diag::render(&report, Default::default(), Default::default());
    assert_eq!(problems, "");
    let checked = checked.unwrap();
    let program = spanwright::compile::compile(&checked);
    let outcomes = run_tests(&checked, &program, &Filter::default());
    assert!(outcomes.len() >= 5);
    for outcome in outcomes {
        assert!(
            outcome.differences.is_empty(),
            "{}: {}\n{:?}",
            outcome.place,
            outcome.text,
            outcome.differences
        );
    }
}
