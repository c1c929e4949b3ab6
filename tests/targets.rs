//! The fuzz targets on all that is kept for them: seeds, and inputs that once broke a promise.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::root;

#[allow(unreachable_pub, reason = "a library there, a module here")]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use fuzz::TARGETS;

/// The end of the names of notes, which say what an input broke.
const NOTE: &str = "why";

/// The inputs of a folder, sorted, those of folders that are not there being none.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_none_or(|end| end != NOTE));
    files.sort();
    files
}

/// Runs a target over its seeds and regressions, and tells of every one that breaks its promise.
fn replay(name: &str) {
    let seeds = inputs(&root("fuzz/seeds").join(name));
    assert!(seeds.len() >= 10, "{name}: {} seeds", seeds.len());
    let mut broken = Vec::new();
    for file in seeds.into_iter().chain(inputs(&root("fuzz/regressions").join(name))) {
        let bytes = std::fs::read(&file).unwrap();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| fuzz::run(name, &bytes))) {
            let message = panic.downcast_ref::<String>().cloned();
            let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            broken.push(format!("{}: {}", file.display(), message.unwrap_or_default()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// A test for each target, so that they run side by side.
macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            replay(stringify!($name));
        })*

        const REPLAYED: &[&str] = &[$(stringify!($name)),*];
    };
}

targets!(extraction rules regex jsonl brat conllu conll rejects pack saved tokens folding score);

/// The names of the folders or files in a folder of `fuzz/`, without their ends.
fn names(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root("fuzz").join(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

#[test]
fn every_target_is_replayed_and_has_a_fuzzer_seeds_and_words() {
    let mut all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert!(TARGETS.iter().all(|target| !target.promise.is_empty()));
    let mut replayed = REPLAYED.to_vec();
    all.sort_unstable();
    replayed.sort_unstable();
    assert_eq!(replayed, all);
    assert_eq!(names("targets"), all);
    assert_eq!(names("seeds"), all);
    let manifest = std::fs::read_to_string(root("fuzz/Cargo.toml")).unwrap();
    for name in &all {
        assert!(manifest.contains(&format!("[[bin]]\nname = \"{name}\"\n")), "{name} is no [[bin]]");
    }
    // The sides of a score and saved programs are made of numbers: there are no words to know.
    let words: Vec<&str> = all.into_iter().filter(|name| !["saved", "score"].contains(name)).collect();
    assert_eq!(names("dictionaries"), words);
}

#[test]
fn every_regression_has_a_note_that_says_what_it_broke() {
    for target in TARGETS {
        let folder = root("fuzz/regressions").join(target.name);
        for file in inputs(&folder) {
            let note = folder.join(format!("{}.{NOTE}", file.file_name().unwrap().to_string_lossy()));
            let told = std::fs::read_to_string(&note).unwrap_or_default();
            assert!(!told.trim().is_empty(), "{} says nothing", note.display());
        }
    }
}

#[test]
fn most_generated_packs_are_sound() {
    let seeds = inputs(&root("fuzz/seeds/extraction"));
    let sound =
        seeds.iter().filter(|file| fuzz::generates_a_sound_pack(&std::fs::read(file).unwrap())).count();
    assert!(sound * 3 >= seeds.len() * 2, "only {sound} of {} packs can run", seeds.len());
}
