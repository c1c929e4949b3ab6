//! [`run`]: one thread reads, all extract, one writes. One thread that is to do it alone
//! does all of this, unless it might have to wait for what it reads.
//!
//! Records travel in small batches. Batches are worked on in any order and
//! written in the order of the input, so the output is the same for any number
//! of threads. What has been read and not yet written is bounded; a huge
//! document holds back the writing of what follows, not the work on it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, never, select, unbounded};

use super::config::{Output, Progress, RunConfig, RunError, RunSummary};
use super::keeper::Keeper;
use super::workers::{Worked, Workers};
use crate::engine::Extractor;
use crate::io::{BadRecord, JsonlWriter, RawRecord, Source};

/// A batch is full after so many records …
const BATCH_RECORDS: usize = 64;
/// … or so many bytes.
const BATCH_BYTES: usize = 64 << 10;
/// Batches that wait between the reader and the rest.
const WAITING: usize = 4;
/// No further batch is taken while so many bytes are on their way …
const WINDOW_BYTES: usize = 32 << 20;
/// … or so many batches.
const WINDOW_BATCHES: usize = 512;
/// How long a wait lasts before the wish to stop is looked at again.
const TICK: Duration = Duration::from_millis(100);

/// Records that travel together.
#[derive(Default)]
struct Batch {
    records: Vec<Result<RawRecord, BadRecord>>,
    bytes: usize,
}

/// Extracts from all records of a source. `rejects` takes the records that are
/// set aside, one JSON line each.
///
/// A run that ends early does not wait for the source: the thread that reads
/// it ends after its current read.
///
/// # Errors
///
/// At the first record that cannot be read, unless records are skipped; if the
/// output cannot be written. What stands before has been written.
pub fn run<'r>(
    source: Source,
    extractor: &Extractor<'_>,
    config: RunConfig,
    mut output: Output<'_>,
    rejects: Option<&'r mut dyn Write>,
    progress: &'r dyn Progress,
) -> Result<RunSummary, RunError> {
    let workers = Workers::new(extractor, config.threads)?;
    let (done, passed_over) = match &output {
        Output::Partial(partial, _) => (partial.done(), partial.records()),
        Output::Lines(..) | Output::Brat(_) => (RunSummary::default(), 0),
    };
    let mut keeper = Keeper::new(config, rejects, progress, done);
    if workers.pool.is_none() && !source.may_wait() {
        alone((source, passed_over), &workers, config, &mut keeper, &mut output, progress)?;
        return Ok(keeper.summary);
    }
    let (sender, batches) = bounded(WAITING);
    let reader = std::thread::Builder::new()
        .name("spanwright-reader".to_owned())
        .spawn(move || feed(source, passed_over, &sender))
        .map_err(|error| RunError::Threads(error.to_string()))?;
    match &workers.pool {
        None => here(&batches, &workers, config, &mut keeper, &mut output, progress)?,
        Some(pool) => pool.in_place_scope(|scope| {
            spread(scope, &batches, &workers, config, &mut keeper, &mut output, progress)
        })?,
    }
    if !keeper.summary.stopped {
        finish(reader);
    }
    Ok(keeper.summary)
}

/// Cuts a source into batches until it ends or nobody listens. So many records
/// are passed over first.
fn feed(mut source: Source, passed_over: u64, sender: &Sender<Batch>) {
    let mut batch = Batch::default();
    for _ in 0..passed_over {
        if source.next().is_none() {
            return;
        }
    }
    for record in source {
        batch.bytes += record.as_ref().map_or(0, |record| record.bytes.len());
        batch.records.push(record);
        let full = batch.records.len() >= BATCH_RECORDS || batch.bytes >= BATCH_BYTES;
        if full && sender.send(std::mem::take(&mut batch)).is_err() {
            return;
        }
    }
    if !batch.records.is_empty() {
        // Nobody listening any more is no problem of the reader.
        let _ = sender.send(batch);
    }
}

/// Hands on a panic of the reader: without this it would look like the end.
fn finish(reader: JoinHandle<()>) {
    if let Err(panic) = reader.join() {
        std::panic::resume_unwind(panic);
    }
}

/// The format of the lines, where lines are written.
fn line_writer(output: &Output<'_>) -> Option<JsonlWriter> {
    match output {
        Output::Lines(_, writer) | Output::Partial(_, writer) => Some(*writer),
        Output::Brat(_) => None,
    }
}

/// Reads, works and writes on the thread of the caller. So many records are passed over.
fn alone(
    (mut source, passed_over): (Source, u64),
    workers: &Workers<'_, '_>,
    config: RunConfig,
    keeper: &mut Keeper<'_>,
    output: &mut Output<'_>,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    let writer = line_writer(output);
    let mut number = 0;
    loop {
        workers.read();
        let Some(raw) = source.next() else { return Ok(()) };
        if progress.is_stopped() {
            keeper.summary.stopped = true;
            return Ok(());
        }
        number += 1;
        if number > passed_over {
            keeper.keep(workers.work(raw, config.read, writer), output)?;
        }
    }
}

/// Works on the thread of the caller.
fn here(
    batches: &Receiver<Batch>,
    workers: &Workers<'_, '_>,
    config: RunConfig,
    keeper: &mut Keeper<'_>,
    output: &mut Output<'_>,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    let writer = line_writer(output);
    loop {
        let batch = match batches.recv_timeout(TICK) {
            Ok(batch) => batch,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => Batch::default(),
        };
        if progress.is_stopped() {
            keeper.summary.stopped = true;
            return Ok(());
        }
        for raw in batch.records {
            keeper.keep(workers.work(raw, config.read, writer), output)?;
        }
    }
}

/// What a batch has become; nothing if the work on it panicked.
struct Finished {
    number: u64,
    bytes: usize,
    results: Option<Vec<Worked>>,
}

/// Works on the threads of the pool, and writes on that of the caller.
fn spread<'s>(
    scope: &rayon::Scope<'s>,
    batches: &Receiver<Batch>,
    workers: &'s Workers<'_, '_>,
    config: RunConfig,
    keeper: &mut Keeper<'_>,
    output: &mut Output<'_>,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    let writer = line_writer(output);
    let (send_finished, finished) = unbounded::<Finished>();
    let ending = Ending::default();
    let nothing = never();
    let mut window = Window::default();
    loop {
        if window.is_empty() && !window.more_to_come {
            return Ok(());
        }
        select! {
            recv(if window.has_room() { batches } else { &nothing }) -> batch => match batch {
                Err(_) => window.more_to_come = false,
                Ok(batch) => {
                    let slot = Slot::new(window.enter(batch.bytes), batch.bytes, &send_finished);
                    let ended = ending.watch();
                    scope.spawn(move |_| {
                        let mut results = Vec::with_capacity(batch.records.len());
                        for raw in batch.records {
                            if ended.load(Ordering::Relaxed) {
                                return;
                            }
                            results.push(workers.work(raw, config.read, writer));
                        }
                        slot.fill(results);
                    });
                }
            },
            recv(finished) -> done => {
                let Ok(done) = done else { return Ok(()) };
                if done.results.is_none() {
                    // The scope hands the panic on.
                    return Ok(());
                }
                window.arrive(done);
                while let Some(results) = window.leave() {
                    for worked in results {
                        keeper.keep(worked, output)?;
                    }
                }
            },
            default(TICK) => {}
        }
        if progress.is_stopped() {
            keeper.summary.stopped = true;
            return Ok(());
        }
    }
}

/// Sends what came of a batch when it is dropped, so even after a panic.
struct Slot {
    finished: Option<Finished>,
    sender: Sender<Finished>,
}

impl Slot {
    fn new(number: u64, bytes: usize, sender: &Sender<Finished>) -> Self {
        Self { finished: Some(Finished { number, bytes, results: None }), sender: sender.clone() }
    }

    fn fill(mut self, results: Vec<Worked>) {
        if let Some(finished) = &mut self.finished {
            finished.results = Some(results);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(finished) = self.finished.take() {
            // Nobody listens once the run has ended early.
            let _ = self.sender.send(finished);
        }
    }
}

/// Tells the work that is still to be done that the run has ended.
#[derive(Default)]
struct Ending(std::sync::Arc<AtomicBool>);

impl Ending {
    fn watch(&self) -> std::sync::Arc<AtomicBool> {
        self.0.clone()
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The batches that are on their way, by number.
struct Window {
    bytes: usize,
    entered: u64,
    left: u64,
    arrived: BTreeMap<u64, Finished>,
    more_to_come: bool,
}

impl Default for Window {
    fn default() -> Self {
        Self { bytes: 0, entered: 0, left: 0, arrived: BTreeMap::new(), more_to_come: true }
    }
}

impl Window {
    fn is_empty(&self) -> bool {
        self.entered == self.left
    }

    fn has_room(&self) -> bool {
        self.more_to_come && self.bytes < WINDOW_BYTES && self.entered - self.left < WINDOW_BATCHES as u64
    }

    fn enter(&mut self, bytes: usize) -> u64 {
        self.bytes += bytes;
        self.entered += 1;
        self.entered - 1
    }

    fn arrive(&mut self, finished: Finished) {
        self.arrived.insert(finished.number, finished);
    }

    /// The next batch in the order of the input, if it has arrived.
    fn leave(&mut self) -> Option<Vec<Worked>> {
        let finished = self.arrived.remove(&self.left)?;
        self.left += 1;
        self.bytes -= finished.bytes;
        finished.results
    }
}
