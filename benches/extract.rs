//! The shipped pack over news, by the second.

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spanwright::doc::Document;
use spanwright::engine::Extractor;

#[path = "generated.rs"]
mod generated;

fn extract(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/vn-politics");
    let (pack, mut report) = spanwright::syntax::load(&folder).expect("the shipped pack is there");
    let checked = spanwright::check::check(&pack, &mut report).expect("the shipped pack is sound");
    let program = spanwright::compile::compile(&checked);
    let extractor = Extractor::new(&program);
    let mut scratch = extractor.scratch();
    let document = Document::new("news", generated::news(20_000, 11));
    let mentions = extractor.extract(&document, &mut scratch).annotations.mentions.len();
    assert!(mentions > 500, "{mentions}");
    let mut group = criterion.benchmark_group("extract");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(document.text.len() as u64));
    group.bench_function("news", |b| {
        b.iter(|| {
            assert_eq!(extractor.extract(&document, &mut scratch).annotations.mentions.len(), mentions)
        });
    });
    group.finish();
}

criterion_group!(benches, extract);
criterion_main!(benches);
