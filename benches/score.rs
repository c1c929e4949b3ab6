//! Scores of many mentions, by the second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spanwright::doc::{Annotations, Mention};
use spanwright::eval::{Pair, score};
use spanwright::text::Span;

#[path = "generated.rs"]
mod generated;

fn side(text: &str, seed: u64) -> Annotations {
    let mut seed = generated::Seed(seed);
    let mut side = Annotations::default();
    let mut at = 0;
    while at + 20 < text.len() as u32 {
        let start = at + seed.below(8) as u32;
        let label = ["PERSON", "ORG", "LOC"][seed.below(3)];
        let span = Span::new(start, start + 3 + seed.below(6) as u32);
        side.mentions.push(Mention::new(format!("T{}", side.mentions.len() + 1), label, span));
        at += 20;
    }
    side
}

fn score_news(criterion: &mut Criterion) {
    let text: String = generated::news(200_000, 3).chars().filter(char::is_ascii).collect();
    let (gold, predicted) = (side(&text, 1), side(&text, 2));
    let pair = Pair { id: "news", text: &text, gold: &gold, predicted: &predicted };
    let tp = score(&[pair]).expect("sound gold").entities.micro.tp;
    assert!(tp > 20, "{tp}");
    let mut group = criterion.benchmark_group("score");
    group.throughput(Throughput::Elements(gold.mentions.len() as u64));
    group.bench_function("news", |b| {
        b.iter(|| assert_eq!(score(&[pair]).expect("sound gold").entities.micro.tp, tp));
    });
    group.finish();
}

criterion_group!(benches, score_news);
criterion_main!(benches);
