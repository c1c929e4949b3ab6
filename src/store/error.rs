//! Why runs could not be kept or read.

use std::path::Path;

/// What is wrong with a store, or with what was asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database says no.
    #[error("{path}: {reason}")]
    Database {
        /// The file.
        path: String,
        /// What to think of it.
        reason: String,
        /// What the database said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is a database of something else.
    #[error("{path}: this is no store of runs: name another folder with `--store`")]
    Foreign {
        /// The file.
        path: String,
    },
    /// The file comes from another version.
    #[error(
        "{path}: the store has version {found}, this program reads {known}: use the program that made it"
    )]
    Version {
        /// The file.
        path: String,
        /// What it is.
        found: i64,
        /// What can be read.
        known: i64,
    },
    /// No run is called so.
    #[error("no run `{name}` in {path}: `spanwright runs list` shows all")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The file.
        path: String,
    },
    /// Several runs begin so.
    #[error("`{name}` may be any of the runs {ids}: give more digits")]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The candidates.
        ids: String,
    },
    /// What is stored cannot be unpacked.
    #[error("{path}: run {id} is damaged: take it out with `spanwright runs rm {id}`")]
    Damaged {
        /// The run.
        id: String,
        /// The file.
        path: String,
    },
    /// Packing fails.
    #[error("the run cannot be packed")]
    Pack(#[source] std::io::Error),
}

impl StoreError {
    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, DatabaseLocked, NotADatabase};
        let reason = match source.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => "another process keeps the store: try again".to_owned(),
            Some(NotADatabase | DatabaseCorrupt) => {
                "the store is damaged: put it aside and begin a new one".to_owned()
            }
            _ => source.to_string(),
        };
        Self::Database { path: path.display().to_string(), reason, source: Box::new(source) }
    }
}
