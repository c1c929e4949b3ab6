//! Tokens, and folding, by the second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spanwright::doc::schema::FoldFlags;
use spanwright::prep::{Prepared, fold_with_map};

#[path = "generated.rs"]
mod generated;

fn tokenize(criterion: &mut Criterion) {
    let news = generated::news(200_000, 7);
    let ascii: String = news.chars().filter(char::is_ascii).collect();
    let mut group = criterion.benchmark_group("tokenize");
    for (name, text) in [("ascii", &ascii), ("news", &news)] {
        let tokens = Prepared::new(text).tokens().len();
        assert!(tokens > 20_000, "{tokens}");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| assert_eq!(Prepared::new(text).tokens().len(), tokens)));
    }
    let folded = fold_with_map(&news, FoldFlags { case: true, marks: true }).text.len();
    group.throughput(Throughput::Bytes(news.len() as u64));
    group.bench_function("fold", |b| {
        b.iter(|| assert_eq!(fold_with_map(&news, FoldFlags { case: true, marks: true }).text.len(), folded));
    });
    group.finish();
}

criterion_group!(benches, tokenize);
criterion_main!(benches);
