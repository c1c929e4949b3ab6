//! What the fuzz targets promise: bodies that take any bytes, and panic where a promise is broken.
//!
//! The fuzzers in `targets/` and the test `tests/targets.rs` of the project call the same bodies.
//! Bytes that are no UTF-8 are read as text with replacement characters where a body is about
//! text. Where a body needs several texts, lines `===` part them, so that seeds can be written by
//! hand.

mod expressions;
mod extraction;
mod generate;
mod packs;
mod pieces;
mod readers;
mod saved;
mod scores;
mod texts;

/// One target: what a fuzzer calls, and what it is called.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of the fuzzer, and of its folders in `seeds/` and `regressions/`.
    pub name: &'static str,
    /// What it promises, for every input.
    pub promise: &'static str,
    /// Panics if the promise is broken.
    pub body: fn(&[u8]),
}

/// Every target. A new one is a line here, a file in `targets/` and a `[[bin]]` in `Cargo.toml`.
pub const TARGETS: &[Target] = &[
    Target {
        name: "extraction",
        promise: "a generated pack finds the same on any number of threads, with or without its shortcuts, between characters",
        body: extraction::holds,
    },
    Target {
        name: "rules",
        promise: "rule files are read to the end, formatting them twice changes nothing more, and what is sound runs",
        body: packs::rules,
    },
    Target {
        name: "regex",
        promise: "expressions find, behind the sieve and in token tests, what a plain search finds",
        body: expressions::holds,
    },
    Target {
        name: "jsonl",
        promise: "JSON Lines are read or set aside, in pieces as at once, and are written as they were read",
        body: readers::jsonl,
    },
    Target {
        name: "brat",
        promise: "standoff files are read or set aside, and are written as they were read",
        body: readers::brat,
    },
    Target {
        name: "conllu",
        promise: "CoNLL-U is read or set aside, its tokens in order between characters",
        body: readers::conllu,
    },
    Target {
        name: "conll",
        promise: "columns of tags are read or set aside, in each mode, their spans between characters",
        body: readers::conll,
    },
    Target {
        name: "rejects",
        promise: "records that were set aside come back whole, and are set aside for the same reason",
        body: readers::rejects,
    },
    Target {
        name: "pack",
        promise: "`pack.toml` and gazetteers are read to the end, every problem between characters, and what is sound runs",
        body: packs::manifest,
    },
    Target {
        name: "saved",
        promise: "a saved program with wrong bytes under right checksums is refused, or runs and ends",
        body: saved::holds,
    },
    Target {
        name: "tokens",
        promise: "the laws of tokens, lines, sentences, offsets and values hold",
        body: texts::tokens,
    },
    Target { name: "folding", promise: "the laws of folding hold", body: texts::folding },
    Target {
        name: "score",
        promise: "counts add up, swapping the sides swaps precision and recall, and reports can be written",
        body: scores::holds,
    },
];

/// Runs the body of a target.
///
/// # Panics
///
/// If the promise is broken, or there is no such target.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    match target {
        Some(target) => (target.body)(bytes),
        None => panic!("there is no target `{name}`"),
    }
}

/// Whether an input of `extraction` makes a pack that runs: a generator that makes none tries nothing.
#[must_use]
pub fn generates_a_sound_pack(bytes: &[u8]) -> bool {
    let [choices, _] = parts(bytes);
    extraction::pack(choices).is_some()
}

/// The parts of an input between lines `===`; the last holds what is left.
fn parts<const N: usize>(bytes: &[u8]) -> [&[u8]; N] {
    const BETWEEN: &[u8] = b"\n===\n";
    let mut rest = bytes;
    std::array::from_fn(|index| {
        let end = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        match end {
            Some(end) if index + 1 < N => {
                let part = &rest[..end];
                rest = &rest[end + BETWEEN.len()..];
                part
            }
            _ => std::mem::take(&mut rest),
        }
    })
}

/// Bytes as text.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
