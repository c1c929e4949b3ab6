//! How a run goes, where its results go, and what it tells.

use std::io::{self, Write};

use super::partial::{Partial, ResumeError};
use crate::io::{BratFolder, JsonlWriter, ReadConfig, ReadError};

/// How a run goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunConfig {
    /// How records are read.
    pub read: ReadConfig,
    /// Threads that work; 0 means as many as rayon has for all, one for each core if nothing
    /// else was said; 1 starts none.
    pub threads: usize,
    /// What happens at a record that cannot be read.
    pub on_error: OnError,
}

/// What happens at a record that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OnError {
    /// The run ends.
    #[default]
    Stop,
    /// The record is set aside whole and the rest goes on.
    Skip,
}

/// Where results go.
pub enum Output<'o> {
    /// One JSON object a line.
    Lines(&'o mut (dyn Write + Send), JsonlWriter),
    /// One JSON object a line, into a file that a later run can go on with. It
    /// keeps what is set aside, too.
    Partial(&'o mut Partial, JsonlWriter),
    /// Pairs of files.
    Brat(BratFolder),
}

/// Who watches a run.
pub trait Progress: Sync {
    /// So many further documents and bytes of text are written.
    fn advance(&self, documents: u64, bytes: u64);

    /// Whether the run is to end early. Asked several times a second.
    fn is_stopped(&self) -> bool {
        false
    }

    /// A record was set aside, or a limit was met.
    fn warn(&self, message: &str);
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunSummary {
    /// Documents written.
    pub documents: u64,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Mentions found.
    pub mentions: u64,
    /// Relations and events found.
    pub relations: u64,
    /// Records set aside.
    pub set_aside: u64,
    /// Documents that a limit cut short.
    pub truncated: u64,
    /// Whether the run ended early because it was asked to.
    pub stopped: bool,
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A record could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The output could not be written.
    #[error("cannot write the output: {0}")]
    Write(#[source] io::Error),
    /// The output could not be written so that a later run can go on with it.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// A record that was set aside could not be kept.
    #[error("cannot keep a record that was set aside: {0}")]
    Rejects(#[source] io::Error),
    /// The threads could not be started.
    #[error("cannot start the threads: {0}")]
    Threads(String),
}

impl RunError {
    /// Whether whoever read the output has gone away.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
