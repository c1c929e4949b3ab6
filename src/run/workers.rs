//! [`Workers`]: the threads that parse, extract and put into bytes.

use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::config::RunError;
use super::pool::Pool;
use crate::doc::{Annotations, Document};
use crate::engine::{Cut, Extraction, Extractor, Gauge, Scratch, Stage};
use crate::io::{BadRecord, JsonlWriter, RawRecord, ReadConfig, ReadError, Record, parse};

/// A record that was read.
pub(super) struct Read {
    document: Document,
    place: (String, u64),
}

/// A record with what was found in it.
pub(super) struct Found {
    read: Read,
    annotations: Annotations,
    truncated: Option<Cut>,
}

/// One record after the work: what is to be written and counted, and nothing that another
/// thread would have to give back piece by piece.
pub(super) struct Done {
    pub(super) id: String,
    /// Bytes of its text.
    pub(super) bytes: u64,
    pub(super) mentions: u64,
    /// Relations and events.
    pub(super) relations: u64,
    /// The line, where lines are written.
    pub(super) line: Vec<u8>,
    /// What was found, where it is written otherwise.
    pub(super) parts: Option<Box<(Document, Annotations)>>,
    pub(super) truncated: Option<Cut>,
    pub(super) place: (String, u64),
}

impl Done {
    /// What becomes of a record, in lines where there is a writer of them.
    pub(super) fn new(found: Found, writer: Option<JsonlWriter>) -> Self {
        let Found { read: Read { document, place }, annotations, truncated } = found;
        let mut done = Self {
            id: document.id.clone(),
            bytes: document.text.len() as u64,
            mentions: annotations.mentions.len() as u64,
            relations: (annotations.relations.len() + annotations.events.len()) as u64,
            line: Vec::new(),
            parts: None,
            truncated,
            place,
        };
        match writer {
            Some(writer) => {
                // About what it takes: a line that grows bit by bit is copied again and again.
                let found = annotations.mentions.len() + annotations.relations.len();
                done.line.reserve(document.text.len() + document.text.len() / 8 + 160 * (found + 1));
                writer.write(&document, &annotations, &mut done.line);
            }
            None => done.parts = Some(Box::new((document, annotations))),
        }
        done
    }
}

pub(super) type Worked<T = Done> = Result<T, Box<BadRecord>>;

/// The threads that extract, each with its buffers.
pub(super) struct Workers<'e, 'p> {
    extractor: &'e Extractor<'p>,
    pub(super) pool: Pool,
    scratches: Vec<Mutex<Scratch>>,
    gauges: Vec<Arc<Gauge>>,
}

impl<'e, 'p> Workers<'e, 'p> {
    /// So many threads: see [`Pool::new`].
    pub(super) fn new(extractor: &'e Extractor<'p>, threads: usize) -> Result<Self, RunError> {
        let pool = Pool::new(threads)?;
        let scratches: Vec<Scratch> = (0..pool.threads()).map(|_| extractor.scratch()).collect();
        let gauges = scratches.iter().map(|scratch| scratch.gauge().clone()).collect();
        let scratches = scratches.into_iter().map(Mutex::new).collect();
        Ok(Self { extractor, pool, scratches, gauges })
    }

    /// Notes that the current thread reads.
    pub(super) fn read(&self) {
        self.gauges[self.here()].set(Stage::Read);
    }

    /// Notes that it writes.
    pub(super) fn write(&self) {
        self.gauges[self.here()].set(Stage::Write);
    }

    /// Notes that it waits.
    pub(super) fn rest(&self) {
        self.gauges[self.here()].set(Stage::Idle);
    }

    /// Parses one record.
    pub(super) fn parse(&self, raw: Result<RawRecord, BadRecord>, read: ReadConfig) -> Worked<Read> {
        let raw = raw.map_err(Box::new)?;
        let place = (raw.file.clone(), raw.line);
        // Only rules that ask for columns need the record a second time.
        let kept = (!self.extractor.program().column_checks.is_empty()).then(|| raw.clone());
        let Record { document, .. } = parse(raw, read)?;
        if let (Some(column), Some(raw)) = (self.extractor.lacks(&document), kept) {
            let reason = format!("the rules ask for the column `{column}`, which its tokens do not have");
            return Err(Box::new(BadRecord { error: ReadError::record(&raw.file, raw.line, reason), raw }));
        }
        Ok(Read { document, place })
    }

    /// Extracts from the records of a batch. They are worked on together: that the code of
    /// each step, and what the processor has learned of its ways, is fetched for all of them
    /// is worth an eighth of the time with many phases.
    pub(super) fn find(&self, read: Vec<Worked<Read>>) -> Vec<Worked<Found>> {
        let documents: Vec<&Document> = read.iter().flatten().map(|read| &read.document).collect();
        let mut extractions = self.extract(&documents).into_iter();
        let found = |read: Worked<Read>| {
            let read = read?;
            // There is one for each.
            let Extraction { annotations, truncated, .. } = extractions.next().unwrap_or_default();
            Ok(Found { read, annotations, truncated })
        };
        read.into_iter().map(found).collect()
    }

    /// The index of the current thread.
    fn here(&self) -> usize {
        rayon::current_thread_index().unwrap_or(0) % self.scratches.len()
    }

    fn extract(&self, documents: &[&Document]) -> Vec<Extraction> {
        match self.scratches[self.here()].try_lock() {
            Ok(mut scratch) => self.extractor.extract_each(documents, &mut scratch),
            // Never while one thread has one scratch; correct all the same.
            Err(_) => self.extractor.extract_each(documents, &mut self.extractor.scratch()),
        }
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
    let extract = |document| {
        let found = workers.extract(&[document]).into_iter().next();
        found.map(|found| found.annotations).unwrap_or_default()
    };
    Ok(match workers.pool.is_alone() {
        true => documents.iter().map(extract).collect(),
        false => workers.pool.install(|| documents.par_iter().map(extract).collect()),
    })
}
