//! [`run`]: each thread takes the next records, works on them, and writes what is next in
//! the order of the input; there is no other thread, unless reading may have to wait for
//! someone who writes.
//!
//! Records travel in small batches. Batches are worked on in any order and
//! written in the order of the input, so the output is the same for any number
//! of threads. What has been read and not yet written is bounded; a huge
//! document holds back the writing of what follows, not the work on it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::config::{Output, Progress, RunConfig, RunError, RunSummary};
use super::keeper::Keeper;
use super::workers::{Done, Worked, Workers};
use crate::engine::Extractor;
use crate::io::{BadRecord, JsonlWriter, RawRecord, Source};

/// A batch is full after so many records …
const BATCH_RECORDS: usize = 128;
/// … or so many bytes: so few that what is known of its documents stays in the cache while
/// they are worked on together.
const BATCH_BYTES: usize = 96 << 10;
/// Batches that wait between a thread that only reads and the rest.
const WAITING: usize = 4;
/// No further batch is taken while so many bytes are on their way …
const WINDOW_BYTES: usize = 32 << 20;
/// … or so many batches.
const WINDOW_BATCHES: u64 = 256;
/// How long a wait lasts before the wish to stop is looked at again.
const TICK: Duration = Duration::from_millis(100);

/// Extracts from all records of a source. `rejects` takes the records that are
/// set aside, one JSON line each.
///
/// A run that ends early does not wait for the source: where a thread of its own reads
/// it, that ends after its current read.
///
/// # Errors
///
/// At the first record that cannot be read, unless records are skipped; if the
/// output cannot be written. What stands before has been written.
pub fn run<'r>(
    source: Source,
    extractor: &Extractor<'_>,
    config: RunConfig,
    output: Output<'_>,
    rejects: Option<&'r mut (dyn Write + Send)>,
    progress: &'r dyn Progress,
) -> Result<RunSummary, RunError> {
    let workers = Workers::new(extractor, config.threads)?;
    let (done, passed_over) = match &output {
        Output::Partial(partial, _) => (partial.done(), partial.records()),
        Output::Lines(..) | Output::Brat(_) => (RunSummary::default(), 0),
    };
    let may_wait = source.may_wait();
    let batches = Batches { source, passed_over, number: 0 };
    let (feed, reader) = match may_wait {
        false => (Feed::Read(Mutex::new(batches)), None),
        true => {
            let (sender, receiver) = bounded(WAITING);
            let reader = std::thread::Builder::new()
                .name("spanwright-reader".to_owned())
                .spawn(move || read(batches, &sender))
                .map_err(|error| RunError::Threads(error.to_string()))?;
            (Feed::Wait(receiver), Some(reader))
        }
    };
    let writer = line_writer(&output);
    let desk = Desk::new(Sink { keeper: Keeper::new(config, rejects, progress, done), output }, progress);
    workers.pool.on_each(|| take_part((&feed, &desk), &workers, config, writer));
    let summary = desk.finish()?;
    if let Some(reader) = reader.filter(|_| !summary.stopped) {
        finish(reader);
    }
    Ok(summary)
}

/// Records that travel together.
struct Batch {
    /// Which of all it is, in the order of the input.
    number: u64,
    records: Vec<Result<RawRecord, BadRecord>>,
    bytes: usize,
}

/// A source, cut into batches.
struct Batches {
    source: Source,
    /// Records that are passed over before the first batch.
    passed_over: u64,
    number: u64,
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        while self.passed_over > 0 {
            self.passed_over -= 1;
            self.source.next()?.ok();
        }
        let mut batch = Batch { number: self.number, records: Vec::new(), bytes: 0 };
        while batch.records.len() < BATCH_RECORDS && batch.bytes < BATCH_BYTES {
            let Some(record) = self.source.next() else { break };
            batch.bytes += record.as_ref().map_or(0, |record| record.bytes.len());
            batch.records.push(record);
        }
        self.number += 1;
        (!batch.records.is_empty()).then_some(batch)
    }
}

/// Reads until the source ends or nobody listens.
fn read(batches: Batches, sender: &Sender<Batch>) {
    for batch in batches {
        if sender.send(batch).is_err() {
            // Nobody listening any more is no problem of the reader.
            return;
        }
    }
}

/// Hands on a panic of the reader: without this it would look like the end.
fn finish(reader: JoinHandle<()>) {
    if let Err(panic) = reader.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Where batches come from.
enum Feed {
    /// Who wants one reads it.
    Read(Mutex<Batches>),
    /// A thread of its own reads, for it may be kept waiting.
    Wait(Receiver<Batch>),
}

impl Feed {
    /// The next batch, unless the input or the run ends.
    fn next(&self, is_over: impl Fn() -> bool) -> Option<Batch> {
        match self {
            Self::Read(batches) => locked(batches).next(),
            Self::Wait(batches) => loop {
                match batches.recv_timeout(TICK) {
                    Ok(batch) => return Some(batch),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) if is_over() => return None,
                    Err(RecvTimeoutError::Timeout) => {}
                }
            },
        }
    }
}

/// The format of the lines, where lines are written.
fn line_writer(output: &Output<'_>) -> Option<JsonlWriter> {
    match output {
        Output::Lines(_, writer) | Output::Partial(_, writer) => Some(*writer),
        Output::Brat(_) => None,
    }
}

/// What each thread does: takes batches and hands in what became of them.
fn take_part(
    (feed, desk): (&Feed, &Desk<'_, '_>),
    workers: &Workers<'_, '_>,
    config: RunConfig,
    writer: Option<JsonlWriter>,
) {
    let _ending = EndOnPanic(desk);
    while desk.has_room() {
        workers.read();
        let Some(batch) = feed.next(|| desk.is_over()) else { break };
        desk.enter(batch.bytes);
        let read = batch.records.into_iter().map(|raw| workers.parse(raw, config.read)).collect();
        let found = workers.find(read);
        workers.write();
        let results = found.into_iter().map(|found| Ok(Done::new(found?, writer))).collect();
        desk.hand_in(batch.number, Finished { bytes: batch.bytes, results });
        workers.rest();
    }
}

/// Where finished batches are handed in, and written in the order of the input.
struct Desk<'d, 'o> {
    window: Mutex<Window>,
    /// Told when there is room in the window again.
    room: Condvar,
    sink: Mutex<Sink<'d, 'o>>,
    progress: &'d dyn Progress,
    /// Whether the run is to end, whatever is still to be done.
    is_over: AtomicBool,
}

/// Where results go, in their order.
struct Sink<'d, 'o> {
    keeper: Keeper<'d>,
    output: Output<'o>,
}

/// What a batch has become.
struct Finished {
    bytes: usize,
    results: Vec<Worked>,
}

/// The batches that are on their way.
#[derive(Default)]
struct Window {
    bytes: usize,
    entered: u64,
    /// How many were written: the number of the next.
    left: u64,
    arrived: BTreeMap<u64, Finished>,
    /// Whether some thread writes.
    is_writing: bool,
    /// How many wait for room.
    waiting: usize,
    stopped: bool,
    error: Option<RunError>,
}

impl Window {
    fn has_room(&self) -> bool {
        self.bytes < WINDOW_BYTES && self.entered - self.left < WINDOW_BATCHES
    }

    /// The next batch in the order of the input, if it has arrived.
    fn leave(&mut self) -> Option<Vec<Worked>> {
        let finished = self.arrived.remove(&self.left)?;
        self.left += 1;
        self.bytes -= finished.bytes;
        Some(finished.results)
    }
}

impl<'d, 'o> Desk<'d, 'o> {
    fn new(sink: Sink<'d, 'o>, progress: &'d dyn Progress) -> Self {
        Self {
            window: Mutex::default(),
            room: Condvar::new(),
            sink: Mutex::new(sink),
            progress,
            is_over: AtomicBool::new(false),
        }
    }

    /// Ends the run.
    fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.room.notify_all();
    }

    /// Whether the run is to end; asks whether it is wished to.
    fn is_over(&self) -> bool {
        if self.progress.is_stopped() && !self.is_over.load(Ordering::Relaxed) {
            locked(&self.window).stopped = true;
            self.end();
        }
        self.is_over.load(Ordering::Relaxed)
    }

    /// Waits until a further batch may be taken; not once the run is to end.
    fn has_room(&self) -> bool {
        while !self.is_over() {
            let mut window = locked(&self.window);
            if window.has_room() {
                return true;
            }
            window.waiting += 1;
            let woken = self.room.wait_timeout(window, TICK);
            woken.unwrap_or_else(PoisonError::into_inner).0.waiting -= 1;
        }
        false
    }

    /// Notes that a batch of so many bytes was taken.
    fn enter(&self, bytes: usize) {
        let mut window = locked(&self.window);
        window.bytes += bytes;
        window.entered += 1;
    }

    /// Takes in what became of a batch. Unless another thread is at it, writes what is
    /// next, and what arrives meanwhile.
    fn hand_in(&self, number: u64, finished: Finished) {
        let mut window = locked(&self.window);
        window.arrived.insert(number, finished);
        if window.is_writing {
            return;
        }
        window.is_writing = true;
        while let Some(results) = window.leave() {
            drop(window);
            let written = locked(&self.sink).keep(results);
            window = locked(&self.window);
            if let Err(error) = written {
                window.error = Some(error);
                self.end();
                return;
            }
            // To tell nobody would still ask the system each time.
            if window.waiting > 0 {
                self.room.notify_all();
            }
        }
        window.is_writing = false;
    }

    /// What the run did, when all threads are done.
    fn finish(self) -> Result<RunSummary, RunError> {
        let window = self.window.into_inner().unwrap_or_else(PoisonError::into_inner);
        let sink = self.sink.into_inner().unwrap_or_else(PoisonError::into_inner);
        match window.error {
            Some(error) => Err(error),
            None => Ok(RunSummary { stopped: window.stopped, ..sink.keeper.summary }),
        }
    }
}

impl Sink<'_, '_> {
    fn keep(&mut self, results: Vec<Worked>) -> Result<(), RunError> {
        results.into_iter().try_for_each(|worked| self.keeper.keep(worked, &mut self.output))
    }
}

/// Ends the run where a thread panics, for the batch that it worked on never arrives.
/// The pool hands the panic on.
struct EndOnPanic<'e, 'd, 'o>(&'e Desk<'d, 'o>);

impl Drop for EndOnPanic<'_, '_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.end();
        }
    }
}

/// A lock, also after a panic: [`EndOnPanic`] sees to it that nothing goes on then.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
