use super::*;
use crate::doc::Annotations;
use crate::text::Span;

const TEXT: &str = "0123456789012345678901234567890123456789";

fn side(mentions: &[(u32, u32, &str)]) -> Annotations {
    let mention = |(at, (start, end, label)): (usize, &(u32, u32, &str))| {
        Mention::new(format!("T{at}"), *label, Span::new(*start, *end))
    };
    Annotations { mentions: mentions.iter().enumerate().map(mention).collect(), ..Annotations::default() }
}

fn classes(gold: &[(u32, u32, &str)], predicted: &[(u32, u32, &str)]) -> Vec<&'static str> {
    let (gold, predicted) = (side(gold), side(predicted));
    let pair = Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted };
    analyse(&[pair]).items.iter().map(|item| item.class.name()).collect()
}

#[test]
fn each_mistake_has_its_class() {
    type Spans = &'static [(u32, u32, &'static str)];
    let cases: &[(Spans, Spans, &[&str])] = &[
        (&[(0, 4, "A")], &[(0, 4, "A")], &["correct"]),
        (&[(0, 4, "A")], &[(0, 6, "A")], &["boundary: too long"]),
        (&[(0, 4, "A")], &[(1, 4, "A")], &["boundary: too short"]),
        (&[(0, 4, "A")], &[(2, 6, "A")], &["boundary: shifted"]),
        (&[(0, 4, "A"), (9, 10, "B")], &[(0, 4, "B")], &["type", "missed"]),
        (&[(0, 4, "A"), (9, 10, "B")], &[(0, 5, "B")], &["boundary and type", "missed"]),
        (&[(0, 9, "A")], &[(0, 4, "A"), (5, 9, "A")], &["split", "split"]),
        (&[(0, 4, "A"), (5, 9, "A")], &[(0, 9, "A")], &["merged", "merged"]),
        (&[(0, 9, "A"), (2, 4, "B")], &[(0, 9, "A")], &["correct", "missed, nested"]),
        (&[(0, 4, "A")], &[(5, 9, "A")], &["missed", "spurious"]),
        (&[(0, 4, "A")], &[(0, 4, "A"), (5, 9, "C")], &["correct", "spurious, label not in gold"]),
    ];
    for (gold, predicted, wanted) in cases {
        assert_eq!(classes(gold, predicted), *wanted, "{gold:?} {predicted:?}");
    }
}

#[test]
fn mending_a_boundary_takes_away_two_mistakes() {
    let (gold, predicted) = (side(&[(0, 4, "A"), (10, 14, "A")]), side(&[(0, 5, "A"), (10, 14, "A")]));
    let pair = Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted };
    let class = analyse(&[pair]).classes[&Class::TooLong];
    assert_eq!((class.gold, class.predicted, class.gain), (1, 1, Some(0.5)));
}

#[test]
fn ends_that_are_off_by_one_are_noticed() {
    let gold: Vec<(u32, u32, &str)> = (0..6).map(|at| (at * 6, at * 6 + 4, "A")).collect();
    let predicted: Vec<(u32, u32, &str)> =
        gold.iter().map(|(start, end, label)| (*start, end - 1, *label)).collect();
    let (gold, predicted) = (side(&gold), side(&predicted));
    let pair = Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted };
    let warnings = analyse(&[pair]).warnings;
    assert!(warnings[0].contains("start by +0 and end by -1"), "{warnings:?}");
}

#[test]
fn bytes_that_were_taken_for_code_points_are_noticed() {
    let text = "ấ".repeat(5) + &"x".repeat(40);
    let gold: Vec<(u32, u32, &str)> = (0..6).map(|at| (15 + at * 4, 15 + at * 4 + 2, "A")).collect();
    // Byte 15 is code point 5; who writes 15 means code point 15, byte 25.
    let predicted: Vec<(u32, u32, &str)> =
        gold.iter().map(|(start, end, label)| (start + 10, end + 10, *label)).collect();
    let (gold, predicted) = (side(&gold), side(&predicted));
    let pair = Pair { id: "x", text: &text, gold: &gold, predicted: &predicted };
    let warnings = analyse(&[pair]).warnings;
    assert!(warnings.iter().any(|warning| warning.contains("--offsets bytes")), "{warnings:?}");
}

#[test]
fn labels_that_differ_in_case_are_noticed() {
    let gold: Vec<(u32, u32, &str)> = (0..6).map(|at| (at * 6, at * 6 + 4, "PERSON")).collect();
    let predicted: Vec<(u32, u32, &str)> =
        gold.iter().map(|(start, end, _)| (*start, *end, "Person")).collect();
    let (gold, predicted) = (side(&gold), side(&predicted));
    let pair = Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted };
    assert!(analyse(&[pair]).warnings[0].contains("case"));
}

/// Of each document one mention is right, one too long, one missed, one spurious.
#[test]
fn mistakes_are_summed_over_documents() {
    let gold = side(&[(0, 4, "A"), (10, 14, "A"), (20, 24, "A")]);
    let predicted = side(&[(0, 5, "A"), (10, 14, "A"), (30, 34, "A")]);
    let pair = || Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted };
    let documents = 2 * CHUNK + 1;
    let pairs: Vec<Pair<'_>> = (0..documents).map(|_| pair()).collect();
    let analysis = analyse(&pairs);
    let n = documents as u64;
    let near = |got: Option<f64>, wanted: f64| {
        assert!(got.is_some_and(|got| (got - wanted).abs() < 1e-12), "{got:?}")
    };
    for (class, gold, predicted, share, mended) in [
        (Class::TooLong, n, n, 0.5, 4.0 / 6.0),
        (Class::Missed, n, 0, 0.25, 4.0 / 7.0),
        (Class::Spurious, 0, n, 0.25, 2.0 / 5.0),
    ] {
        let of = analysis.classes[&class];
        assert_eq!((of.gold, of.predicted), (gold, predicted), "{class:?}");
        near(of.share, share);
        near(of.gain, mended - 2.0 / 6.0);
    }
    let correct = analysis.classes[&Class::Correct];
    assert_eq!((correct.gold, correct.predicted, correct.share), (n, n, None));
    assert_eq!(analysis.shifts, BTreeMap::from([(Shift { start: 0, end: 1 }, n)]));
    let label = || Some(std::sync::Arc::from("A"));
    assert_eq!(analysis.confusion.get(&(label(), label())), Some(&(2 * n)));
    let places: Vec<usize> = analysis.items.iter().map(|item| item.document).collect();
    assert_eq!(places, (0..documents).flat_map(|at| [at; 4]).collect::<Vec<_>>());
}

#[test]
fn other_fragments_between_the_same_ends_are_a_boundary() {
    let (gold, mut predicted) = (side(&[(0, 9, "A")]), side(&[(0, 9, "A")]));
    let fragments: Fragments = [Span::new(0, 3), Span::new(6, 9)].into_iter().collect();
    predicted.mentions[0].fragments = fragments;
    let pair = Pair { id: "x", text: TEXT, gold: &gold, predicted: &predicted };
    assert_eq!(analyse(&[pair]).items[0].class, Class::Fragments);
}

/// Six mentions in a text, and the warnings about so many documents of it.
fn warnings(
    text: &str,
    documents: usize,
    gold: &[(u32, u32, &str)],
    predicted: &[(u32, u32, &str)],
) -> Vec<String> {
    let (gold, predicted) = (side(gold), side(predicted));
    let pair = || Pair { id: "x", text, gold: &gold, predicted: &predicted };
    analyse(&(0..documents).map(|_| pair()).collect::<Vec<_>>()).warnings
}

#[test]
fn signs_are_summed_over_documents() {
    let gold: Vec<(u32, u32, &str)> = (0..6).map(|at| (at * 6, at * 6 + 4, "A")).collect();
    let predicted: Vec<(u32, u32, &str)> =
        gold.iter().map(|(start, end, _)| (*start, end - 1, "A")).collect();
    let documents = 2 * CHUNK + 1;
    let said = warnings(TEXT, documents, &gold, &predicted);
    assert!(said[0].starts_with(&format!("{0} of {0} mentions that differ", 6 * documents)), "{said:?}");
}

#[test]
fn utf16_units_that_were_taken_for_code_points_are_noticed() {
    let text = "😀".repeat(5) + &"x".repeat(40);
    let gold: Vec<(u32, u32, &str)> = (0..6).map(|at| (20 + at * 4, 20 + at * 4 + 2, "A")).collect();
    // Byte 20 is code point 5 and unit 10; who writes 10 means code point 10, byte 25.
    let predicted: Vec<(u32, u32, &str)> =
        gold.iter().map(|(start, end, _)| (start + 5, end + 5, "A")).collect();
    let said = warnings(&text, 1, &gold, &predicted);
    assert!(
        said.iter().any(|warning| warning.contains("6 of 6") && warning.contains("--offsets utf16")),
        "{said:?}"
    );
    assert!(!said.iter().any(|warning| warning.contains("--offsets bytes")), "{said:?}");
}

#[test]
fn labels_that_seldom_differ_in_case_are_no_sign() {
    let gold: Vec<(u32, u32, &str)> = (0..6).map(|at| (at * 6, at * 6 + 4, "PERSON")).collect();
    let label = |at: usize| if at < 2 { "Person" } else { "ORG" };
    let predicted: Vec<(u32, u32, &str)> =
        gold.iter().enumerate().map(|(at, (start, end, _))| (*start, *end, label(at))).collect();
    assert_eq!(warnings(TEXT, 1, &gold, &predicted), [""; 0]);
}
