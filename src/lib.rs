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
//! | [`syntax`] | the rule language as written |
//! | [`check`] | the rule language as meant |

pub mod check;
pub mod compile;
pub mod diag;
pub mod doc;
pub mod engine;
pub mod eval;
pub mod io;
pub mod prep;
pub mod program;
pub mod report;
pub mod run;
pub mod syntax;
pub mod text;
pub mod value;
