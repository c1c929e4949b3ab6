//! [`Extractor`]: runs a [`Program`](crate::program::Program) over documents.
//!
//! A document goes through the phases in order. Each has three steps: its
//! gazetteers and regular expressions read the text; its rules read the tokens
//! and the spans of all steps before; its drops take back. Each step makes
//! *candidates*, and `resolve` decides which of them stay. After
//! the last phase links join the mentions of one thing.

mod answers;
mod candidate;
mod cascade;
mod conditions;
mod context;
mod describe;
mod due;
mod every;
mod explain;
mod forms;
mod kinds;
mod lattice;
mod link;
mod matcher;
mod names;
mod note;
mod output;
mod profile;
mod reading;
mod relate;
mod replay;
mod resolve;
mod scan;
mod scout;
mod search;
mod trace;
mod triggers;
mod watch;

pub use candidate::{Candidate, CandidateId, Fate, Proposal, Step};
pub use cascade::{CandidateReport, Cut, ExtractConfig, Extraction, Extractor, Scratch};
pub use explain::{
    Capture, Derivation, End, Expected, Explanation, MOST_EXPECTED, NearMiss, NearPhrase, Question,
};
pub use profile::{Gauge, Profile, ProfileReport, RuleTally, Stage};
pub use replay::Recording;
