//! How often memory is asked for while documents are tagged, once the buffers of a
//! thread have grown: not for a token, and not for a candidate that does not stay.

use allocation_counter::measure;
use spanwright::doc::Document;
use spanwright::engine::Extractor;
use spanwright::program::Program;
use spanwright::{check, compile, syntax};

const PACK: &str = "[pack]\nname = \"p\"\nversion = \"1\"\nphases = [\"a.span\", \"b.span\"]\n\
    [entities]\nORG = {}\nPERSON = {}\nNUM = {}\n";
const FIRST: &str = r#"
gazetteer bodies -> ORG { "Ministry of Finance" "Party" match fold-case }
regex numbers -> NUM { /[0-9]+ tons/ }
rule person { [lower in ("mr", "mrs")] [text = "."]? <PERSON: [capitalized]{1,3}> }
"#;
const SECOND: &str = r#"
rule of_body { (?<! [lower = "the"]) [lower = "head"] "of" <PERSON: ORG> }
rule long { <PERSON: [capitalized]+> ... [lower = "chaired"] }
"#;

fn program() -> Program {
    let (pack, mut report) =
        syntax::parse_pack(&[("pack.toml", PACK), ("a.span", FIRST), ("b.span", SECOND)]);
    let checked = check::check(&pack, &mut report);
    assert!(!report.has_errors(), "{report:?}");
    compile::compile(&checked.unwrap())
}

/// Allocations of one more extraction of a document, by a thread that has seen it,
/// and the mentions that it gives.
fn allocations(text: String) -> (u64, usize) {
    let program = program();
    let extractor = Extractor::new(&program);
    let mut scratch = extractor.scratch();
    let document = Document::new("1", text);
    let found = extractor.extract(&document, &mut scratch).annotations.mentions.len();
    (measure(|| drop(extractor.extract(&document, &mut scratch))).count_total, found)
}

#[test]
fn tokens_and_candidates_that_fail_take_no_memory_of_their_own() {
    let line = "The Committee of a Province held 12 meetings, as Head Office and others wrote. ";
    let (few, found) = allocations(line.repeat(50));
    let (many, _) = allocations(line.repeat(5_000));
    assert_eq!(found, 0);
    // Buffers grow by doubling: a hundred times the text, some doublings more.
    assert!(many <= few + 64, "{few} allocations for 50 sentences, {many} for 5,000");
}

#[test]
fn a_mention_takes_a_few_allocations() {
    let line = "Mr. Hung of the Ministry of Finance saw 12 tons.\n";
    let (few, found) = allocations(line.repeat(10));
    let (many, all) = allocations(line.repeat(1_010));
    assert_eq!(all - found, 2_000);
    let each = (many - few) as f64 / 2_000.0;
    assert!(each < 4.0, "{each} allocations a mention");
}
