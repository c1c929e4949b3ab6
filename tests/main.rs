//! All integration tests, in one binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

mod cli;
mod layers;
