//! [`Workers`]: the threads that parse, extract and put into bytes.

use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::config::RunError;
use super::pool::Pool;
use crate::doc::{Annotations, Document};
use crate::engine::{Cut, Extractor, Gauge, Scratch, Stage};
use crate::io::{BadRecord, JsonlWriter, RawRecord, ReadConfig, ReadError, Record, parse};

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

pub(super) type Worked = Result<Done, Box<BadRecord>>;

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

    /// Parses one record and extracts from it.
    pub(super) fn work(
        &self,
        raw: Result<RawRecord, BadRecord>,
        read: ReadConfig,
        writer: Option<JsonlWriter>,
    ) -> Worked {
        let gauge = &self.gauges[self.here()];
        gauge.set(Stage::Read);
        let raw = raw.map_err(Box::new)?;
        let place = (raw.file.clone(), raw.line);
        // Only rules that ask for columns need the record a second time.
        let kept = (!self.extractor.program().column_checks.is_empty()).then(|| raw.clone());
        let Record { document, .. } = parse(raw, read)?;
        if let (Some(column), Some(raw)) = (self.extractor.lacks(&document), kept) {
            let reason = format!("the rules ask for the column `{column}`, which its tokens do not have");
            return Err(Box::new(BadRecord { error: ReadError::record(&raw.file, raw.line, reason), raw }));
        }
        let (annotations, truncated) = self.extract(&document);
        let mut done = Done {
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
                gauge.set(Stage::Write);
                // About what it takes: a line that grows bit by bit is copied again and again.
                let found = annotations.mentions.len() + annotations.relations.len();
                done.line.reserve(document.text.len() + document.text.len() / 8 + 160 * (found + 1));
                writer.write(&document, &annotations, &mut done.line);
                drop((document, annotations));
            }
            None => done.parts = Some(Box::new((document, annotations))),
        }
        Ok(done)
    }

    /// The index of the current thread.
    fn here(&self) -> usize {
        rayon::current_thread_index().unwrap_or(0) % self.scratches.len()
    }

    fn extract(&self, document: &Document) -> (Annotations, Option<Cut>) {
        let extraction = match self.scratches[self.here()].try_lock() {
            Ok(mut scratch) => self.extractor.extract(document, &mut scratch),
            // Never while one thread has one scratch; correct all the same.
            Err(_) => self.extractor.extract(document, &mut self.extractor.scratch()),
        };
        (extraction.annotations, extraction.truncated)
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
    let extract = |document| workers.extract(document).0;
    Ok(match workers.pool.is_alone() {
        true => documents.iter().map(extract).collect(),
        false => workers.pool.install(|| documents.par_iter().map(extract).collect()),
    })
}
