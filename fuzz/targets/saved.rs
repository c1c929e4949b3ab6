//! The fuzzer `saved`: see `TARGETS` in `src/lib.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| spanwright_fuzz::run("saved", bytes));
