//! Spanwright tags entities and relations in text by rules, and scores what it
//! tagged against hand-labelled gold.
//!
//! Data flows one way; a module uses only itself and the modules above it in
//! this list:
//!
//! | module | what it holds |
//! |---|---|
//! | [`text`] | spans, units, lines, source files |
//! | [`diag`] | what is wrong with a rule pack |
//! | [`doc`] | documents, mentions, relations, chains, values |
//! | [`io`] | formats: bytes to documents and back |
//! | [`prep`] | tokens, sentences, folding |
//! | [`value`] | what dates, amounts and the like stand for |
//! | [`syntax`] | the rule language as written |
//! | [`check`] | the rule language as meant |
//! | [`program`] | the tables that run |
//! | [`compile`] | from a checked pack to a program |
//! | [`engine`] | a program over a document |
//! | [`run`] | many documents, and the tests of a pack |
//! | [`eval`] | scores against gold |
//! | `fuzz` | laws that hold for every text, and texts that try them (feature `fuzz`) |
//! | `store` | the history of scores (feature `store`) |
//! | [`report`] | scores for people and programs |

#![forbid(unsafe_code)]

pub mod check;
pub mod compile;
pub mod diag;
pub mod doc;
pub mod engine;
pub mod eval;
#[cfg(feature = "fuzz")]
pub mod fuzz;
pub mod io;
pub mod prep;
pub mod program;
pub mod report;
pub mod run;
#[cfg(feature = "store")]
pub mod store;
pub mod syntax;
pub mod text;
pub mod value;

/// The examples of the documents that stand outside the code.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
}
