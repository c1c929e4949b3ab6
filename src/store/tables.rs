//! The tables, and which version of them a file has.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// Marks the file as ours, for those who look at it: `SpRu`.
const APPLICATION: i64 = 0x5370_5275;
/// The version of the tables.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    program TEXT NOT NULL,
    name TEXT NOT NULL,
    pack TEXT,
    gold_path TEXT NOT NULL,
    gold TEXT NOT NULL,
    settings TEXT NOT NULL,
    note TEXT,
    precision REAL, recall REAL, f1 REAL, f1_low REAL, f1_high REAL, relations_f1 REAL,
    scores BLOB NOT NULL,
    documents BLOB NOT NULL,
    parts BLOB
) STRICT;
CREATE TABLE predictions (
    run TEXT NOT NULL,
    piece INTEGER NOT NULL,
    lines BLOB NOT NULL,
    PRIMARY KEY (run, piece)
) STRICT;
CREATE TABLE looks (gold TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE INDEX looks_by_gold ON looks (gold);
";

/// Columns of a summary, in their order.
pub(super) const SUMMARY: &str = "id, at, program, name, pack, gold_path, gold, settings, note, \
    precision, recall, f1, f1_low, f1_high, relations_f1";

pub(super) const INSERT: &str = "INSERT INTO runs (id, at, program, name, pack, gold_path, gold, settings, note, \
    precision, recall, f1, f1_low, f1_high, relations_f1, scores, documents, parts) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";

/// Makes the tables of an empty file; refuses any other that is not ours.
///
/// Looking takes no write lock: a file that may only be read, or that another
/// process writes to, can be opened.
pub(super) fn set_up(database: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let wrong = |source| StoreError::database(path, source);
    // What is asked must be of one moment: between two questions another process may make the tables.
    let glance = database.transaction().map_err(wrong)?;
    let ours = is_ours(&glance, path)?;
    drop(glance);
    if ours {
        return Ok(());
    }
    // One process makes the tables; who comes at the same time waits, and finds them.
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrong)?;
    if !is_ours(&transaction, path)? {
        transaction.execute_batch(TABLES).map_err(wrong)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(wrong)?;
        transaction.pragma_update(None, "user_version", VERSION).map_err(wrong)?;
    }
    transaction.commit().map_err(wrong)
}

/// Whether the tables are there; they are not in an empty file. Any other file is
/// refused. To be asked within a transaction.
fn is_ours(database: &Connection, path: &Path) -> Result<bool, StoreError> {
    let wrong = |source| StoreError::database(path, source);
    let number = |query: &str| database.query_row(query, [], |row| row.get::<_, i64>(0)).map_err(wrong);
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let tables = number("SELECT COUNT(*) FROM sqlite_schema")?;
    match (application, version) {
        (0, _) if tables == 0 => Ok(false),
        (APPLICATION, VERSION) => Ok(true),
        (APPLICATION, found) => {
            Err(StoreError::Version { path: path.display().to_string(), found, known: VERSION })
        }
        _ => Err(StoreError::Foreign { path: path.display().to_string() }),
    }
}
