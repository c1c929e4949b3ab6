//! All integration tests, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod allocations;
mod attribution;
mod browser;
mod cli;
mod console;
mod diag;
mod docs;
mod explain;
mod extract;
mod floors;
mod fmt;
mod hostile;
mod io;
mod layers;
mod oracle;
mod oracle_iob;
mod oracle_significance;
mod property;
mod resume;
mod saved;
mod schemas;
mod shared_data;
mod targets;
mod tokenize;
mod traps;

use std::path::PathBuf;

/// A path under the root of the project.
fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folders in a folder of fixtures, sorted; none is a failure.
fn cases(path: &str) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root(path))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no cases in {path}");
    cases
}

/// Compares with what a file expects; `SPANWRIGHT_UPDATE=1` rewrites the file.
fn expect(file: &std::path::Path, got: &str) {
    if std::env::var_os("SPANWRIGHT_UPDATE").is_some() {
        std::fs::write(file, got).unwrap();
        return;
    }
    let wanted = std::fs::read_to_string(file).unwrap_or_default();
    if wanted != got {
        let diff = similar::TextDiff::from_lines(&wanted, got);
        panic!("{} differs:\n{}", file.display(), diff.unified_diff().header("expected", "got"));
    }
}
