use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const AT: &str = "2025-03-17T08:00:00Z";

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("runs.db")).unwrap();
    (folder, store)
}

fn named(name: &str) -> NewRun {
    NewRun { name: name.to_owned(), gold: "g".to_owned(), ..NewRun::default() }
}

#[test]
fn runs_are_found_by_their_first_digits_and_by_their_age() {
    let (_folder, mut store) = store();
    let ids: Vec<String> = ["a", "b", "c"].iter().map(|name| store.save(&named(name), AT).unwrap()).collect();
    assert_eq!(store.find("latest").unwrap(), ids[2]);
    assert_eq!(store.find("latest~2").unwrap(), ids[0]);
    assert_eq!(store.find(&ids[1][..7]).unwrap(), ids[1]);
    assert!(store.find("").unwrap_err().to_string().contains("may be any of"));
    assert!(store.find("latest~3").unwrap_err().to_string().contains("no run `latest~3`"));
    store.remove(&ids[..1]).unwrap();
    assert_eq!(store.list().unwrap().len(), 2);
    assert_eq!(store.predictions(&ids[0]).unwrap(), b"");
}

#[test]
fn the_same_run_twice_has_two_ids() {
    let (_folder, mut store) = store();
    let ids: HashSet<String> = (0..4).map(|_| store.save(&named("a"), AT).unwrap()).collect();
    assert_eq!(ids.len(), 4);
}

#[test]
fn looks_are_counted_for_each_gold() {
    let (_folder, mut store) = store();
    store.look("g", "2025-01-01T00:00:00Z").unwrap();
    assert_eq!(store.look("g", AT).unwrap(), (2, "2025-01-01T00:00:00Z".to_owned()));
    assert_eq!(store.look("h", AT).unwrap().0, 1);
    assert_eq!(store.looks().unwrap().get("g"), Some(&2));
}

#[test]
fn who_reads_needs_no_write_lock() {
    let (folder, mut store) = store();
    let path = folder.path().join("runs.db");
    let id = store.save(&named("a"), AT).unwrap();
    let mut writer = Connection::open(&path).unwrap();
    let lock = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
    let reader = Store::open(&path).unwrap();
    assert_eq!(reader.list().unwrap()[0].id, id);
    assert_eq!(reader.predictions(&id).unwrap(), b"");
    drop(lock);
}

#[test]
fn many_that_save_at_once_all_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    std::thread::scope(|scope| {
        for number in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let mut store = Store::create(path).unwrap();
                store.save(&named(&number.to_string()), AT).unwrap();
                store.look("g", AT).unwrap();
            });
        }
    });
    let store = Store::open(&path).unwrap();
    assert_eq!((store.list().unwrap().len(), store.looks().unwrap()["g"]), (8, 8));
}

#[test]
fn many_that_make_the_file_at_once_find_one_another() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..50 {
        let path = folder.path().join(format!("{round}.db"));
        let start = std::sync::Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    Store::create(&path).unwrap();
                });
            }
        });
    }
}

#[test]
fn files_that_are_no_store_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let refused = || Store::open(&path).unwrap_err().to_string();
    assert!(refused().contains("unable to open"), "{}", refused());
    std::fs::write(&path, "no database at all, but long enough to have a header of its own ".repeat(20))
        .unwrap();
    assert!(refused().contains("damaged"), "{}", refused());
    std::fs::remove_file(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(refused().contains("no store of runs"), "{}", refused());
    drop(other);
    std::fs::remove_file(&path).unwrap();
    drop(Store::create(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    assert!(refused().contains("has version 7"), "{}", refused());
}

#[test]
fn a_damaged_run_is_named_and_can_be_taken_out() {
    let (folder, mut store) = store();
    let id = store.save(&named("a"), AT).unwrap();
    let raw = Connection::open(folder.path().join("runs.db")).unwrap();
    raw.execute("UPDATE runs SET scores = x'0102'", []).unwrap();
    raw.execute("UPDATE predictions SET lines = x'0102'", []).unwrap();
    for error in [store.scores(&id).unwrap_err(), store.predictions(&id).unwrap_err()] {
        assert!(error.to_string().contains(&format!("runs rm {id}")), "{error}");
    }
    store.remove(&[id]).unwrap();
    assert!(store.list().unwrap().is_empty());
}

#[test]
fn large_predictions_are_cut_at_lines() {
    let lines = "{\"text\":\"a line\"}\n".repeat(PIECE / 8);
    let cut = pieces(lines.as_bytes());
    assert!(cut.len() > 2 && cut.iter().all(|piece| piece.ends_with(b"\n")));
    assert_eq!(cut.concat(), lines.as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_saved_comes_back(
        texts in prop::collection::vec(".{0,12}", 6),
        note in prop::option::of(".{0,9}"),
        documents in prop::collection::vec((".{0,9}", "[0-9a-f]{4}"), 0..4),
        parts in prop::option::of(prop::collection::btree_map(".{0,5}", ".{0,20}", 0..4)),
        predictions in prop::collection::vec(any::<u8>(), 0..300),
        f1 in prop::option::of(0.0f64..1.0),
    ) {
        let (_folder, mut store) = store();
        let [program, name, gold_path, gold, settings, scores] = <[String; 6]>::try_from(texts).unwrap();
        let figures = Figures { f1, low: f1, ..Figures::default() };
        let run = NewRun {
            program, name, pack: note.clone(), gold_path, gold, settings, note, figures,
            scores, documents, parts, predictions,
        };
        let id = store.save(&run, AT).unwrap();
        let kept = store.summary(&id).unwrap();
        let back = NewRun {
            program: kept.program, name: kept.name, pack: kept.pack, gold_path: kept.gold_path,
            gold: kept.gold, settings: kept.settings, note: kept.note, figures: kept.figures,
            scores: store.scores(&id).unwrap(), documents: store.documents(&id).unwrap(),
            parts: store.parts(&id).unwrap(), predictions: store.predictions(&id).unwrap(),
        };
        prop_assert_eq!(back, run);
        prop_assert_eq!(kept.at, AT);
    }
}
