//! The runner: one thread reads, all extract, one writes.
//!
//! Records go through in batches of bounded size. While a batch is worked on,
//! the reader fills the next; results are written in the order of the input, so
//! the output is the same for any number of threads.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Mutex;

use rayon::prelude::*;

use crate::doc::{Annotations, Document};
use crate::engine::{Extractor, Scratch};
use crate::io::{
    BadRecord, BratFolder, JsonlWriter, RawRecord, ReadConfig, ReadError, Record, Source, parse, reject_line,
};

/// A batch is full after so many records …
const BATCH_RECORDS: usize = 512;
/// … or so many bytes.
const BATCH_BYTES: usize = 4 << 20;
/// Batches that wait between reader and workers.
const WAITING: usize = 2;

/// How a run goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunConfig {
    /// How records are read.
    pub read: ReadConfig,
    /// Threads that extract; 0 means one for each core, 1 starts no pool.
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
    /// Pairs of files.
    Brat(BratFolder),
}

/// Who watches a run.
pub trait Progress: Sync {
    /// So many further documents and bytes of text are done.
    fn advance(&self, documents: u64, bytes: u64);

    /// Whether the run is to end early.
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
    /// Relations found.
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

/// One record after the work.
struct Done {
    document: Document,
    annotations: Annotations,
    /// The line, where lines are written.
    line: Vec<u8>,
    truncated: bool,
    place: (String, u64),
}

type Worked = Result<Done, Box<BadRecord>>;
type Batch = Vec<Result<RawRecord, BadRecord>>;

/// Extracts from all records of a source. `rejects` takes the records that are
/// set aside, one JSON line each.
///
/// # Errors
///
/// At the first record that cannot be read, unless records are skipped; if the
/// output cannot be written.
pub fn run<'r>(
    source: Source,
    extractor: &Extractor<'_>,
    config: RunConfig,
    mut output: Output<'_>,
    rejects: Option<&'r mut dyn Write>,
    progress: &'r dyn Progress,
) -> Result<RunSummary, RunError> {
    let pool = Workers::new(extractor, config.threads)?;
    let writer = match &output {
        Output::Lines(_, writer) => Some(*writer),
        Output::Brat(_) => None,
    };
    let mut keeper =
        Keeper { config, rejects, progress, summary: RunSummary::default(), ids: HashSet::new() };
    std::thread::scope(|scope| {
        let (sender, receiver) = crossbeam_channel::bounded::<Batch>(WAITING);
        scope.spawn(move || feed(source, &sender));
        for batch in &receiver {
            if progress.is_stopped() {
                keeper.summary.stopped = true;
                break;
            }
            for worked in pool.work(batch, config.read, writer) {
                keeper.keep(worked, &mut output)?;
            }
        }
        // Dropping the receiver ends the reader.
        drop(receiver);
        Ok(keeper.summary)
    })
}

/// Cuts a source into batches until it ends or nobody listens.
fn feed(source: Source, sender: &crossbeam_channel::Sender<Batch>) {
    let (mut batch, mut bytes) = (Batch::new(), 0);
    for record in source {
        bytes += record.as_ref().map_or(0, |record| record.bytes.len());
        batch.push(record);
        if batch.len() >= BATCH_RECORDS || bytes >= BATCH_BYTES {
            bytes = 0;
            if sender.send(std::mem::take(&mut batch)).is_err() {
                return;
            }
        }
    }
    if !batch.is_empty() {
        // Nobody listening any more is no problem of the reader.
        let _ = sender.send(batch);
    }
}

/// The threads that extract, each with its buffers.
struct Workers<'e, 'p> {
    extractor: &'e Extractor<'p>,
    pool: Option<rayon::ThreadPool>,
    scratches: Vec<Mutex<Scratch>>,
}

impl<'e, 'p> Workers<'e, 'p> {
    fn new(extractor: &'e Extractor<'p>, threads: usize) -> Result<Self, RunError> {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            some => some,
        };
        let pool = match threads {
            1 => None,
            _ => Some(
                rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .map_err(|error| RunError::Threads(error.to_string()))?,
            ),
        };
        let scratches = (0..threads).map(|_| Mutex::new(extractor.scratch())).collect();
        Ok(Self { extractor, pool, scratches })
    }

    fn work(&self, batch: Batch, read: ReadConfig, writer: Option<JsonlWriter>) -> Vec<Worked> {
        let one = |raw: Result<RawRecord, BadRecord>| self.one(raw, read, writer);
        match &self.pool {
            None => batch.into_iter().map(one).collect(),
            // Documents differ in size: each is stolen on its own.
            Some(pool) => pool.install(|| batch.into_par_iter().with_max_len(1).map(one).collect()),
        }
    }

    fn one(
        &self,
        raw: Result<RawRecord, BadRecord>,
        read: ReadConfig,
        writer: Option<JsonlWriter>,
    ) -> Worked {
        let raw = raw.map_err(Box::new)?;
        let place = (raw.file.clone(), raw.line);
        let Record { document, .. } = parse(raw, read)?;
        let (annotations, truncated) = self.extract(&document);
        let mut line = Vec::new();
        if let Some(writer) = writer {
            writer.write(&document, &annotations, &mut line);
        }
        Ok(Done { document, annotations, line, truncated, place })
    }

    fn extract(&self, document: &Document) -> (Annotations, bool) {
        let index = rayon::current_thread_index().unwrap_or(0) % self.scratches.len();
        let extraction = match self.scratches[index].try_lock() {
            Ok(mut scratch) => self.extractor.extract(document, &mut scratch),
            // Never while one thread has one scratch; correct all the same.
            Err(_) => self.extractor.extract(document, &mut self.extractor.scratch()),
        };
        (extraction.annotations, extraction.truncated)
    }
}

/// What happens to results, in their order.
struct Keeper<'k> {
    config: RunConfig,
    rejects: Option<&'k mut dyn Write>,
    progress: &'k dyn Progress,
    summary: RunSummary,
    ids: HashSet<String>,
}

impl Keeper<'_> {
    fn keep(&mut self, worked: Worked, output: &mut Output<'_>) -> Result<(), RunError> {
        let done = match worked {
            Ok(done) => done,
            Err(bad) => return self.set_aside(*bad),
        };
        if matches!(output, Output::Brat(_)) && !self.ids.insert(done.document.id.clone()) {
            // A second pair of files of one name would overwrite the first.
            let (file, line) = done.place;
            let reason = format!("a second document with the id `{}`", done.document.id);
            return Err(RunError::Read(ReadError::Record { file, line, reason }));
        }
        match output {
            Output::Lines(out, _) => out.write_all(&done.line).map_err(RunError::Write)?,
            Output::Brat(folder) => {
                folder.write(&done.document, &done.annotations).map_err(RunError::Write)?
            }
        }
        if done.truncated {
            self.summary.truncated += 1;
            self.progress.warn(&format!("{}: a limit cut the extraction short", done.document.id));
        }
        let bytes = done.document.text.len() as u64;
        self.summary.documents += 1;
        self.summary.bytes += bytes;
        self.summary.mentions += done.annotations.mentions.len() as u64;
        self.summary.relations += done.annotations.relations.len() as u64;
        self.progress.advance(1, bytes);
        Ok(())
    }

    fn set_aside(&mut self, bad: BadRecord) -> Result<(), RunError> {
        if self.config.on_error == OnError::Stop {
            return Err(bad.error.into());
        }
        self.summary.set_aside += 1;
        self.progress.warn(&format!("set aside: {bad}"));
        if let Some(rejects) = &mut self.rejects {
            rejects.write_all(&reject_line(&bad)).map_err(RunError::Rejects)?;
        }
        Ok(())
    }
}

/// Extracts from documents in memory, in parallel; results in their order.
///
/// # Errors
///
/// If the threads cannot be started.
pub fn extract_all(
    documents: &[Document],
    extractor: &Extractor<'_>,
    threads: usize,
) -> Result<Vec<Annotations>, RunError> {
    let workers = Workers::new(extractor, threads)?;
    Ok(match &workers.pool {
        None => documents.iter().map(|document| workers.extract(document).0).collect(),
        Some(pool) => {
            pool.install(|| documents.par_iter().map(|document| workers.extract(document).0).collect())
        }
    })
}
