use proptest::prelude::*;

use super::*;
use crate::doc::{Annotations, Mention};
use crate::eval::{Bootstrap, Pair, analyse, headlines, score};
use crate::text::Span;

fn page(pairs: &[Pair<'_>]) -> String {
    page_with(pairs, None)
}

fn page_with(pairs: &[Pair<'_>], review: Option<&[crate::eval::Suspicion]>) -> String {
    let scores = score(pairs).unwrap();
    let errors = analyse(pairs);
    let headlines = headlines(&scores.documents, Bootstrap { samples: 20, seed: 1 });
    let left_out = std::collections::BTreeMap::new();
    let report = ScoreReport {
        left_out: &left_out,
        config: crate::eval::ScoreConfig::default(),
        pack: None,
        documents: pairs.len(),
        gold_fingerprint: "f",
        scores: &scores,
        pairs,
        headlines: &headlines,
        unit: Unit::Document,
        errors: &errors,
        rules: None,
        review,
        examples: 0,
        beta: None,
    };
    html(&report, &[]).unwrap()
}

/// The text of a document on the page, without what the page adds.
fn text_of(page: &str, document: usize) -> String {
    let article = page.split("<article").nth(document + 1).unwrap();
    let text = article.split(r#"<div class="text" dir="auto">"#).nth(1).unwrap();
    let text = text.split("</div>").next().unwrap();
    let mut bare = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => bare.push(c),
            _ => {}
        }
    }
    bare.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#x2f;", "/")
        .replace("&amp;", "&")
}

#[test]
fn what_stands_in_texts_ids_labels_and_rules_is_never_markup() {
    let nasty = "<script>alert(1)</script> & \"quoted\" </style> 'x'";
    let mut mention = Mention::new("T1", nasty, Span::new(0, 25));
    mention.rule = Some(nasty.into());
    let gold =
        Annotations { mentions: vec![Mention::new("T1", "A\"<", Span::new(3, 9))], ..Annotations::default() };
    let predicted = Annotations { mentions: vec![mention], ..Annotations::default() };
    let page = page(&[Pair { id: nasty, text: nasty, gold: &gold, predicted: &predicted }]);
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    assert_eq!(text_of(&page, 0), nasty);
}

#[test]
fn gold_to_look_at_again_is_told_where_it_is_asked_for() {
    let text = "<Hue> <Hue> <Hue> <Hue>";
    let mention = |at: u32| {
        let label = if at == 0 { "PERSON" } else { "LOC" };
        Mention::new(format!("T{at}"), label, Span::new(6 * at, 6 * at + 5))
    };
    let gold = Annotations { mentions: (0..4).map(mention).collect(), ..Annotations::default() };
    let pairs = [Pair { id: "a", text, gold: &gold, predicted: &gold }];
    let found = crate::eval::review(&pairs, &analyse(&pairs));
    let told = page_with(&pairs, Some(&found));
    assert!(told.contains("gold has PERSON &quot;&lt;Hue&gt;&quot;; 3 of 4 bear LOC"), "{told}");
    assert!(page_with(&pairs, Some(&[])).contains("<p>Nothing.</p>"));
    assert!(!page(&pairs).contains("look at again"));
}

#[test]
fn the_page_loads_nothing_from_elsewhere() {
    let gold = Annotations::default();
    let page = page(&[Pair { id: "a", text: "x", gold: &gold, predicted: &gold }]);
    for load in ["src=", "@import", "url(", "<link", "href=\"http"] {
        assert!(!page.contains(load), "{load}");
    }
}

fn side() -> impl Strategy<Value = Annotations> {
    prop::collection::btree_set((0..30u32, 1..9u32, 0..3usize), 0..12).prop_map(|spans| {
        let mention = |(index, (start, len, label)): (usize, (u32, u32, usize))| {
            Mention::new(format!("T{index}"), ["A", "B", "C"][label], Span::new(start, start + len))
        };
        Annotations {
            mentions: spans.into_iter().enumerate().map(mention).collect(),
            ..Annotations::default()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever nests and overlaps, the pieces are the text.
    #[test]
    fn no_text_is_lost(gold in side(), predicted in side(), text in "[ -~\n]{40}") {
        let page = page(&[Pair { id: "a", text: &text, gold: &gold, predicted: &predicted }]);
        prop_assert_eq!(text_of(&page, 0), text);
    }
}
