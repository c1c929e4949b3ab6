//! [`Partial`]: an output that a killed run leaves behind so that another can go
//! on with it.
//!
//! Lines go to `OUT.partial`. Now and then all that was written is brought to the
//! disk, and `OUT.resume` is replaced by a note of how far input and output have
//! come. A run that goes on cuts the files back to the note, passes over the
//! records that it counts, and writes what follows: the same bytes as a run that
//! nothing disturbed. At the end `OUT.partial` takes the name `OUT`.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::config::RunSummary;

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The world failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Another process is at work on the same output.
    #[error("{path}: another run is writing it")]
    Busy {
        /// The file.
        path: String,
    },
    /// What is there was begun in another way.
    #[error(
        "{path}: that run was begun with another {}: run it as it was begun, or remove {path} to begin anew",
        .differ.join(", ")
    )]
    Other {
        /// The note of the run.
        path: String,
        /// The names of the settings that differ.
        differ: Vec<String>,
    },
    /// The note cannot be read, or the output is shorter than it says.
    #[error("{path} is damaged ({reason}): remove it to begin anew")]
    Damaged {
        /// The note of the run.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// How far a run has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    /// What the run was begun with, by name.
    settings: BTreeMap<String, String>,
    /// Bytes of the output.
    bytes: u64,
    /// Bytes of the records that were set aside.
    reject_bytes: u64,
    documents: u64,
    text_bytes: u64,
    mentions: u64,
    relations: u64,
    set_aside: u64,
    truncated: u64,
}

impl Note {
    fn summary(&self) -> RunSummary {
        RunSummary {
            documents: self.documents,
            bytes: self.text_bytes,
            mentions: self.mentions,
            relations: self.relations,
            set_aside: self.set_aside,
            truncated: self.truncated,
            stopped: false,
        }
    }
}

/// An output that can be gone on with.
#[derive(Debug)]
pub struct Partial {
    output: PathBuf,
    out: Tally,
    rejects: Option<Tally>,
    note: Note,
    every: Duration,
    last: Instant,
}

/// A file with how much was written to it.
#[derive(Debug)]
struct Tally {
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
}

impl Partial {
    /// Opens what an earlier run has left of `output`, or begins anew. `settings`
    /// are what the bytes of the output depend on, by name; `rejects` is where
    /// records that are set aside go. A note is taken each `every`.
    ///
    /// # Errors
    ///
    /// If the earlier run had other settings, is still at work, or its files cannot
    /// be read or written.
    pub fn open(
        output: &Path,
        rejects: Option<&Path>,
        settings: BTreeMap<String, String>,
        every: Duration,
    ) -> Result<Self, ResumeError> {
        let noted = with_ending(output, ".resume");
        let shown = noted.display().to_string();
        let mut note = match std::fs::read(&noted) {
            Ok(bytes) => serde_json::from_slice::<Note>(&bytes)
                .map_err(|error| ResumeError::Damaged { path: shown.clone(), reason: error.to_string() })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Note { settings: settings.clone(), ..Note::default() }
            }
            Err(source) => return Err(ResumeError::Io { path: shown, source }),
        };
        let names = note.settings.keys().chain(settings.keys());
        let mut differ: Vec<String> =
            names.filter(|name| note.settings.get(*name) != settings.get(*name)).cloned().collect();
        differ.sort();
        differ.dedup();
        if !differ.is_empty() {
            return Err(ResumeError::Other { path: shown, differ });
        }
        let out = Tally::open(with_ending(output, ".partial"), note.bytes, &shown)?;
        let rejects =
            rejects.map(|path| Tally::open(path.to_path_buf(), note.reject_bytes, &shown)).transpose()?;
        note.settings = settings;
        let mut partial =
            Self { output: output.to_path_buf(), out, rejects, note, every, last: Instant::now() };
        partial.take_note()?;
        Ok(partial)
    }

    /// How many records of the input are done.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.note.documents + self.note.set_aside
    }

    /// What was done before.
    #[must_use]
    pub fn done(&self) -> RunSummary {
        self.note.summary()
    }

    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.out.write(line)
    }

    pub(super) fn reject(&mut self, line: &[u8]) -> io::Result<()> {
        self.rejects.as_mut().map_or(Ok(()), |rejects| rejects.write(line))
    }

    /// Takes note of how far the run has come, where it is time to.
    pub(super) fn advance(&mut self, summary: &RunSummary) -> Result<(), ResumeError> {
        if self.last.elapsed() < self.every {
            return Ok(());
        }
        self.keep(summary)
    }

    /// Takes note of how far the run has come.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn keep(&mut self, summary: &RunSummary) -> Result<(), ResumeError> {
        self.note.documents = summary.documents;
        self.note.text_bytes = summary.bytes;
        self.note.mentions = summary.mentions;
        self.note.relations = summary.relations;
        self.note.set_aside = summary.set_aside;
        self.note.truncated = summary.truncated;
        self.take_note()
    }

    fn take_note(&mut self) -> Result<(), ResumeError> {
        self.note.bytes = self.out.sync()?;
        if let Some(rejects) = &mut self.rejects {
            self.note.reject_bytes = rejects.sync()?;
        }
        let noted = with_ending(&self.output, ".resume");
        let fresh = with_ending(&self.output, ".resume.new");
        let write = || -> io::Result<()> {
            let mut file = File::create(&fresh)?;
            file.write_all(&serde_json::to_vec(&self.note)?)?;
            file.sync_data()?;
            std::fs::rename(&fresh, &noted)
        };
        write().map_err(|source| ResumeError::Io { path: noted.display().to_string(), source })?;
        self.last = Instant::now();
        Ok(())
    }

    /// Gives the whole output its name.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn finish(mut self) -> Result<(), ResumeError> {
        self.out.sync()?;
        self.rejects.as_mut().map_or(Ok(0), Tally::sync)?;
        let noted = with_ending(&self.output, ".resume");
        let io = |path: &Path| {
            let path = path.display().to_string();
            move |source| ResumeError::Io { path, source }
        };
        // Killed between the two, the run begins anew: late, but never wrong.
        std::fs::remove_file(&noted).map_err(io(&noted))?;
        std::fs::rename(&self.out.path, &self.output).map_err(io(&self.output))
    }
}

impl Tally {
    /// Opens a file and cuts it back to so many bytes.
    fn open(path: PathBuf, bytes: u64, note: &str) -> Result<Self, ResumeError> {
        let shown = path.display().to_string();
        let io = |source| ResumeError::Io { path: shown.clone(), source };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ResumeError::Busy { path: shown }),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        let there = file.metadata().map_err(io)?.len();
        if there < bytes {
            let reason = format!("{shown} has {there} bytes, not {bytes}");
            return Err(ResumeError::Damaged { path: note.to_owned(), reason });
        }
        file.set_len(bytes).map_err(io)?;
        file.seek(SeekFrom::Start(bytes)).map_err(io)?;
        Ok(Self { path, file: BufWriter::with_capacity(1 << 18, file), bytes })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Brings all bytes to the disk; how many there are comes back.
    fn sync(&mut self) -> Result<u64, ResumeError> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_data());
        synced.map_err(|source| ResumeError::Io { path: self.path.display().to_string(), source })?;
        Ok(self.bytes)
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
