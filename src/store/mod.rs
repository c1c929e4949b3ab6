//! Runs: what was scored when, kept in one SQLite file that anyone can open.
//!
//! A run holds what a later comparison needs: the predictions with their texts,
//! the scores as they were written, fingerprints of gold and pack, the settings.
//! Each look at a gold is counted: the more often one looks, the likelier a
//! lucky difference.
//!
//! ```
//! use spanwright::store::{NewRun, Store};
//! let folder = tempfile::tempdir()?;
//! let mut store = Store::create(&folder.path().join("runs.db"))?;
//! let run = NewRun { name: "demo 1".to_owned(), gold: "abc".to_owned(), ..NewRun::default() };
//! let id = store.save(&run, "2025-03-17T08:00:00Z")?;
//! assert_eq!(store.find("latest")?, id);
//! assert_eq!(store.list()?[0].name, "demo 1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

pub use error::StoreError;

/// What a run is, without the bulk of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// The name by which commands know it: some hexadecimal digits.
    pub id: String,
    /// When it was saved, in RFC 3339.
    pub at: String,
    /// The version of the program that saved it.
    pub program: String,
    /// What predicted: a pack with its version, or the path of predictions.
    pub name: String,
    /// The fingerprint of the pack; nothing for predictions from elsewhere.
    pub pack: Option<String>,
    /// Where gold stood.
    pub gold_path: String,
    /// The fingerprint of gold.
    pub gold: String,
    /// The flags that the figures depend on, as JSON.
    pub settings: String,
    /// What its author said about it.
    pub note: Option<String>,
    /// Its headline figures.
    pub figures: Figures,
}

/// Headline figures, exact and micro.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Precision of entities.
    pub precision: Option<f64>,
    /// Recall of entities.
    pub recall: Option<f64>,
    /// F1 of entities.
    pub f1: Option<f64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end of its interval.
    pub high: Option<f64>,
    /// F1 of relations, strict.
    pub relations: Option<f64>,
}

/// A run to be saved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewRun {
    /// See [`Summary::program`].
    pub program: String,
    /// See [`Summary::name`].
    pub name: String,
    /// See [`Summary::pack`].
    pub pack: Option<String>,
    /// See [`Summary::gold_path`].
    pub gold_path: String,
    /// See [`Summary::gold`].
    pub gold: String,
    /// See [`Summary::settings`].
    pub settings: String,
    /// See [`Summary::note`].
    pub note: Option<String>,
    /// See [`Summary::figures`].
    pub figures: Figures,
    /// The scores as `score --format json` writes them.
    pub scores: String,
    /// Id and fingerprint of each document of gold.
    pub documents: Vec<(String, String)>,
    /// What the pack consists of, where a pack predicted.
    pub parts: Option<BTreeMap<String, String>>,
    /// The predictions as JSON Lines, texts included.
    pub predictions: Vec<u8>,
}

/// The file of runs.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    database: Connection,
}

/// How long another process may keep the file before that is an error.
const PATIENCE: Duration = Duration::from_secs(10);
/// Predictions are stored in pieces of about so many bytes before packing.
const PIECE: usize = 8 << 20;
/// How hard bulk is packed.
const LEVEL: i32 = 3;
/// Hexadecimal digits of an id, more where two begin alike.
const DIGITS: usize = 8;

impl Store {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    ///
    /// If it cannot be made, is no store, or one of another version.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        Self::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a file that is there.
    ///
    /// # Errors
    ///
    /// If it is not there, is no store, or one of another version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn with(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let wrong = |source| StoreError::database(path, source);
        let mut database = Connection::open_with_flags(path, flags).map_err(wrong)?;
        database.busy_timeout(PATIENCE).map_err(wrong)?;
        tables::set_up(&mut database, path)?;
        Ok(Self { path: path.to_path_buf(), database })
    }

    fn wrong(&self) -> impl Fn(rusqlite::Error) -> StoreError + use<> {
        let path = self.path.clone();
        move |source| StoreError::database(&path, source)
    }

    /// Keeps a run; its id comes back. `at` is the time in RFC 3339. All of it is
    /// kept or nothing.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&mut self, run: &NewRun, at: &str) -> Result<String, StoreError> {
        let wrong = self.wrong();
        let packed = |bytes: &[u8]| zstd::encode_all(bytes, LEVEL).map_err(StoreError::Pack);
        let documents = packed(&serde_json::to_vec(&run.documents).unwrap_or_default())?;
        let parts = run.parts.as_ref().map(|parts| packed(&serde_json::to_vec(parts).unwrap_or_default()));
        let (scores, parts) = (packed(run.scores.as_bytes())?, parts.transpose()?);
        // What is written is taken before it is known to be free: no other process may come between.
        let behavior = rusqlite::TransactionBehavior::Immediate;
        let transaction = self.database.transaction_with_behavior(behavior).map_err(&wrong)?;
        let id = free_id(&transaction, run, at).map_err(&wrong)?;
        let f = &run.figures;
        transaction
            .execute(
                tables::INSERT,
                params![
                    id,
                    at,
                    run.program,
                    run.name,
                    run.pack,
                    run.gold_path,
                    run.gold,
                    run.settings,
                    run.note,
                    f.precision,
                    f.recall,
                    f.f1,
                    f.low,
                    f.high,
                    f.relations,
                    scores,
                    documents,
                    parts
                ],
            )
            .map_err(&wrong)?;
        for (number, piece) in (0i64..).zip(pieces(&run.predictions)) {
            transaction
                .execute(
                    "INSERT INTO predictions (run, piece, lines) VALUES (?1, ?2, ?3)",
                    params![id, number, packed(piece)?],
                )
                .map_err(&wrong)?;
        }
        transaction.commit().map_err(&wrong)?;
        Ok(id)
    }

    /// All runs, the newest first.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn list(&self) -> Result<Vec<Summary>, StoreError> {
        let wrong = self.wrong();
        let order = format!("SELECT {} FROM runs ORDER BY number DESC", tables::SUMMARY);
        let mut statement = self.database.prepare(&order).map_err(&wrong)?;
        let rows = statement.query_map([], summary).map_err(&wrong)?;
        rows.collect::<Result<_, _>>().map_err(&wrong)
    }

    /// The id of a run by its first digits, `latest`, or `latest~N` (N runs
    /// before it).
    ///
    /// # Errors
    ///
    /// If no run, or more than one, is called so.
    pub fn find(&self, name: &str) -> Result<String, StoreError> {
        let runs = self.list()?;
        let back = match name.strip_prefix("latest") {
            Some("") => Some(0),
            Some(back) => back.strip_prefix('~').and_then(|n| n.parse::<usize>().ok()),
            None => None,
        };
        if let Some(back) = back {
            return runs.get(back).map(|run| run.id.clone()).ok_or_else(|| self.unknown(name));
        }
        let ids: Vec<&String> = runs.iter().map(|run| &run.id).filter(|id| id.starts_with(name)).collect();
        match ids.as_slice() {
            [only] if !name.is_empty() => Ok((*only).clone()),
            [] => Err(self.unknown(name)),
            several => Err(StoreError::Ambiguous {
                name: name.to_owned(),
                ids: several.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    fn unknown(&self, name: &str) -> StoreError {
        StoreError::Unknown { name: name.to_owned(), path: self.path.display().to_string() }
    }

    /// A run of this id.
    ///
    /// # Errors
    ///
    /// If there is none, or the file cannot be read.
    pub fn summary(&self, id: &str) -> Result<Summary, StoreError> {
        let query = format!("SELECT {} FROM runs WHERE id = ?1", tables::SUMMARY);
        let found = self.database.query_row(&query, [id], summary).optional().map_err(self.wrong())?;
        found.ok_or_else(|| self.unknown(id))
    }

    /// The scores of a run, as JSON.
    ///
    /// # Errors
    ///
    /// If there is no such run, or it is damaged.
    pub fn scores(&self, id: &str) -> Result<String, StoreError> {
        let bytes = self.blob("scores", id)?.ok_or_else(|| self.unknown(id))?;
        String::from_utf8(bytes).map_err(|_| self.damaged(id))
    }

    /// Id and fingerprint of each document of gold of a run.
    ///
    /// # Errors
    ///
    /// If there is no such run, or it is damaged.
    pub fn documents(&self, id: &str) -> Result<Vec<(String, String)>, StoreError> {
        let bytes = self.blob("documents", id)?.ok_or_else(|| self.unknown(id))?;
        serde_json::from_slice(&bytes).map_err(|_| self.damaged(id))
    }

    /// What the pack of a run consisted of, where a pack predicted.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub fn parts(&self, id: &str) -> Result<Option<BTreeMap<String, String>>, StoreError> {
        let bytes = self.blob("parts", id)?;
        bytes.map(|bytes| serde_json::from_slice(&bytes).map_err(|_| self.damaged(id))).transpose()
    }

    /// The predictions of a run as JSON Lines.
    ///
    /// # Errors
    ///
    /// If they are damaged.
    pub fn predictions(&self, id: &str) -> Result<Vec<u8>, StoreError> {
        let wrong = self.wrong();
        let query = "SELECT lines FROM predictions WHERE run = ?1 ORDER BY piece";
        let mut statement = self.database.prepare(query).map_err(&wrong)?;
        let mut rows = statement.query([id]).map_err(&wrong)?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next().map_err(&wrong)? {
            let piece: Vec<u8> = row.get(0).map_err(&wrong)?;
            zstd::stream::copy_decode(piece.as_slice(), &mut lines).map_err(|_| self.damaged(id))?;
        }
        Ok(lines)
    }

    fn blob(&self, column: &str, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let query = format!("SELECT {column} FROM runs WHERE id = ?1");
        let packed: Option<Option<Vec<u8>>> =
            self.database.query_row(&query, [id], |row| row.get(0)).optional().map_err(self.wrong())?;
        let unpack = |bytes: Vec<u8>| zstd::decode_all(bytes.as_slice()).map_err(|_| self.damaged(id));
        packed.flatten().map(unpack).transpose()
    }

    fn damaged(&self, id: &str) -> StoreError {
        StoreError::Damaged { id: id.to_owned(), path: self.path.display().to_string() }
    }

    /// Takes runs out, all of them or none.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn remove(&mut self, ids: &[String]) -> Result<(), StoreError> {
        let wrong = self.wrong();
        let transaction = self.database.transaction().map_err(&wrong)?;
        for id in ids {
            transaction.execute("DELETE FROM predictions WHERE run = ?1", [id]).map_err(&wrong)?;
            transaction.execute("DELETE FROM runs WHERE id = ?1", [id]).map_err(&wrong)?;
        }
        transaction.commit().map_err(&wrong)
    }

    /// Counts one more look at a gold; how many there were, and when the first
    /// was, comes back.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn look(&mut self, gold: &str, at: &str) -> Result<(u64, String), StoreError> {
        let wrong = self.wrong();
        self.database.execute("INSERT INTO looks (gold, at) VALUES (?1, ?2)", [gold, at]).map_err(&wrong)?;
        let query = "SELECT COUNT(*), MIN(at) FROM looks WHERE gold = ?1";
        self.database.query_row(query, [gold], |row| Ok((number(row, 0)?, row.get(1)?))).map_err(&wrong)
    }

    /// How often each gold was looked at.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn looks(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let wrong = self.wrong();
        let mut statement =
            self.database.prepare("SELECT gold, COUNT(*) FROM looks GROUP BY gold").map_err(&wrong)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, number(row, 1)?))).map_err(&wrong)?;
        rows.collect::<Result<_, _>>().map_err(&wrong)
    }
}

/// A count, which is never below nought.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

fn summary(row: &Row<'_>) -> rusqlite::Result<Summary> {
    Ok(Summary {
        id: row.get(0)?,
        at: row.get(1)?,
        program: row.get(2)?,
        name: row.get(3)?,
        pack: row.get(4)?,
        gold_path: row.get(5)?,
        gold: row.get(6)?,
        settings: row.get(7)?,
        note: row.get(8)?,
        figures: Figures {
            precision: row.get(9)?,
            recall: row.get(10)?,
            f1: row.get(11)?,
            low: row.get(12)?,
            high: row.get(13)?,
            relations: row.get(14)?,
        },
    })
}

/// The first digits of a hash over the run that no other run has.
fn free_id(database: &Connection, run: &NewRun, at: &str) -> rusqlite::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for part in [at, &run.name, &run.gold, &run.settings, run.note.as_deref().unwrap_or("")] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.update(&run.predictions);
    loop {
        let hash = hasher.finalize().to_hex().to_string();
        for digits in DIGITS..=hash.len() {
            let taken = database
                .query_row("SELECT 1 FROM runs WHERE id = ?1", [&hash[..digits]], |_| Ok(()))
                .optional()?;
            if taken.is_none() {
                return Ok(hash[..digits].to_owned());
            }
        }
        // The very same run at the very same time, more often than it has digits.
        hasher.update(b"again");
    }
}

/// Whole lines, in pieces.
fn pieces(lines: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = lines;
    while rest.len() > PIECE {
        let end =
            rest[PIECE..].iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| PIECE + at + 1);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests;
