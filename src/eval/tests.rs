//! Scores of many documents: what one adds to the sums.

use super::*;
use crate::doc::{Arg, Event, Mention, MentionId, Relation, Target};
use crate::text::Span;

const TEXT: &str = "Lan of Hue met An on 3 May in Ha Giang";

/// What a side may hold, of everything something that is right and wrong.
fn side(is_gold: bool) -> Annotations {
    let pick = |gold: &'static str, predicted: &'static str| if is_gold { gold } else { predicted };
    let mention = |id: &str, label: &str, start: u32, end: u32, value: Option<&str>| Mention {
        value: value.map(crate::doc::Value::from),
        ..Mention::new(id.to_owned(), label, Span::new(start, end))
    };
    let mentions = vec![
        mention("T1", "PERSON", 0, 3, None),
        mention("T2", "LOC", 7, 10, None),
        mention("T3", pick("PERSON", "ORG"), 15, 17, (!is_gold).then_some("org:an")),
        mention("T4", "DATE", 21, 26, Some(pick("date:2025-05-03", "date:2025-05-04"))),
        mention("T5", "LOC", pick("30", "33").parse().unwrap(), 38, None),
        mention("T6", "VERB", 11, 14, None),
    ];
    let arg = |role: &str, mention: u32| Arg { role: role.into(), mention: MentionId(mention) };
    let relation = |label: &str, from: u32, to: u32| Relation {
        id: "R".into(),
        label: label.into(),
        args: [arg("from", from), arg("to", to)].into_iter().collect(),
        rule: None,
    };
    let relations = match is_gold {
        true => vec![relation("OF", 0, 1), relation("MET", 0, 2), relation("IN", 3, 4)],
        false => {
            vec![relation("OF", 0, 1), relation("MET", 1, 0), relation("MET", 3, 4), relation("AT", 0, 4)]
        }
    };
    let event = Event {
        id: "E1".into(),
        label: "MEETING".into(),
        trigger: MentionId(5),
        args: vec![
            ("who".into(), Target::Mention(MentionId(0))),
            (pick("when", "where").into(), Target::Mention(MentionId(3))),
        ],
        rule: None,
    };
    let chain = |ids: [u32; 2]| ids.map(MentionId).to_vec();
    let chains =
        if is_gold { vec![chain([0, 2]), chain([1, 4])] } else { vec![chain([0, 1]), chain([3, 5])] };
    Annotations { mentions, relations, chains, events: vec![event], ..Annotations::default() }
}

/// Everything but the documents one by one.
fn sums(scores: &Scores) -> String {
    format!("{:#?}", Scores { documents: Vec::new(), ..scores.clone() })
}

#[test]
fn where_a_document_stands_among_others_means_nothing() {
    let (gold, predicted, empty) = (side(true), side(false), Annotations::default());
    let full = || Pair { id: "d", text: TEXT, gold: &gold, predicted: &predicted };
    let alone = score(&[full()]).unwrap();
    let counts = [alone.entities.micro, alone.relations.strict, alone.events.arguments];
    // One value is wrong, and one stands with a mention that gold has not.
    assert_eq!(alone.documents[0].values, Counts { tp: 0, fp: 2, fn_: 1 });
    assert!(counts.iter().all(|counts| counts.tp > 0 && counts.fp > 0 && counts.fn_ > 0), "{counts:?}");
    for place in [0, 1, CHUNK, 2 * CHUNK + 3] {
        let among: Vec<Pair<'_>> = (0..3 * CHUNK)
            .map(|at| match at == place {
                true => full(),
                false => Pair { id: "e", text: "", gold: &empty, predicted: &empty },
            })
            .collect();
        let scores = score(&among).unwrap();
        assert_eq!(sums(&scores), sums(&alone), "at {place}");
        assert_eq!(scores.documents.len(), among.len());
        assert_eq!(scores.documents[place].id, "d");
        assert_eq!(scores.documents[place].entities, alone.entities.micro);
    }
}

#[test]
fn two_documents_count_twice_what_one_does() {
    let (gold, predicted) = (side(true), side(false));
    let full = || Pair { id: "d", text: TEXT, gold: &gold, predicted: &predicted };
    let (once, twice) = (score(&[full()]).unwrap(), score(&[full(), full()]).unwrap());
    let double = |counts: Counts| Counts { tp: 2 * counts.tp, fp: 2 * counts.fp, fn_: 2 * counts.fn_ };
    assert_eq!(twice.entities.micro, double(once.entities.micro));
    assert_eq!(twice.entities.unlabelled, double(once.entities.unlabelled));
    for (label, counts) in &once.entities.types {
        assert_eq!(twice.entities.types[label], double(*counts), "{label}");
    }
    let relations = |scores: &Scores| {
        let of = &scores.relations;
        [
            of.strict,
            of.boundaries,
            of.relaxed,
            of.coreferent,
            of.pairs,
            of.pairs_undirected,
            of.arguments_found,
        ]
    };
    assert_eq!(relations(&twice), relations(&once).map(double));
    assert_eq!(once.relations.macro_average().recall, Some(1.0 / 3.0));
    // Each relation of a side is in one class.
    let classes = once.relations.classes.values();
    assert_eq!(classes.fold((0, 0), |(gold, other), of| (gold + of.gold, other + of.predicted)), (3, 4));
    for (class, counts) in &once.relations.classes {
        let both = twice.relations.classes[class];
        assert_eq!((both.gold, both.predicted), (2 * counts.gold, 2 * counts.predicted), "{class:?}");
    }
    let events = |scores: &Scores| [scores.events.arguments, scores.events.triggers, scores.events.frames];
    assert_eq!(events(&twice), events(&once).map(double));
    // Sums of chains are those of two documents too.
    let (one, both) = (&once.coreference, &twice.coreference);
    let sums = |of: &Coreference| {
        let ratios = [of.muc, of.b_cubed, of.ceaf_m, of.ceaf_e, of.coreferent, of.apart, of.lea]
            .map(|ratio| [ratio.precision.0, ratio.precision.1, ratio.recall.0, ratio.recall.1]);
        ratios.concat()
    };
    assert_eq!(sums(both), sums(one).iter().map(|sum| 2.0 * sum).collect::<Vec<_>>());
    assert_eq!(both.mentions, double(one.mentions));
    let errors = |of: &ChainErrors| {
        [of.right, of.missing, of.extra, of.split, of.conflated, of.missing_mentions, of.extra_mentions]
    };
    assert_eq!(errors(&both.chains), errors(&one.chains).map(|count| 2 * count));
    assert!(errors(&one.chains).iter().filter(|count| **count > 0).count() >= 3, "{:?}", one.chains);
}
