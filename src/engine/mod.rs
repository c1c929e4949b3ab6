//! [`Extractor`]: runs a [`Program`] over documents.

use crate::doc::{Annotations, Document};
use crate::program::Program;

/// Knobs of one extraction.
#[derive(Clone, Debug, Default)]
pub struct ExtractConfig {
    /// Stop a document after this many candidates; `None` means no limit.
    pub max_candidates: Option<u32>,
}

/// Runs one program over documents. Shared by all threads.
#[derive(Debug)]
pub struct Extractor<'p> {
    program: &'p Program,
    config: ExtractConfig,
}

/// The buffers of one thread, reused from document to document.
#[derive(Debug, Default)]
pub struct Scratch {}

/// What one document gave.
#[derive(Debug, Default)]
pub struct Extraction {
    /// Mentions, relations and chains.
    pub annotations: Annotations,
    /// Whether a limit cut the work short.
    pub truncated: bool,
}

impl<'p> Extractor<'p> {
    /// An extractor with the default config.
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        Self::with_config(program, ExtractConfig::default())
    }

    /// An extractor with a config.
    #[must_use]
    pub fn with_config(program: &'p Program, config: ExtractConfig) -> Self {
        Self { program, config }
    }

    /// The program that it runs.
    #[must_use]
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Fresh buffers for one thread.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    /// Tags one document.
    #[must_use]
    pub fn extract(&self, document: &Document, scratch: &mut Scratch) -> Extraction {
        let _ = (document, scratch, &self.config);
        Extraction::default()
    }
}
