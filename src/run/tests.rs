use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::{OnError, Output, Progress, RunConfig, RunError, RunSummary, extract_all, run};
use crate::diag::Report;
use crate::doc::Document;
use crate::engine::Extractor;
use crate::io::{Inputs, JsonlWriter, ReadConfig, Source};
use crate::program::Program;
use crate::text::OffsetUnit;

const MANIFEST: &str = r#"
[pack]
name = "small"
version = "1.0.0"
phases = ["names.span"]
[entities]
PERSON = { doc = "a human being" }
"#;

fn program() -> Program {
    let rules = r#"rule person { "Mr." <PERSON: [capitalized & word]+> }"#;
    let (pack, mut report): (_, Report) =
        crate::syntax::parse_pack(&[("pack.toml", MANIFEST), ("names.span", rules)]);
    crate::compile::compile(&crate::check::check(&pack, &mut report).unwrap())
}

/// What comes in on standard input.
fn source(bytes: impl Read + Send + 'static) -> Source {
    let format = crate::io::format("jsonl");
    let inputs = Inputs::find(&[PathBuf::from("-")], format).unwrap();
    Source::new(inputs, Some(Box::new(bytes)), ReadConfig::default())
}

#[derive(Default)]
struct Watcher {
    documents: AtomicU64,
    /// Ends the run after so many documents.
    stop_after: Option<u64>,
    warnings: Mutex<Vec<String>>,
}

impl Progress for Watcher {
    fn advance(&self, documents: u64, _: u64) {
        self.documents.fetch_add(documents, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stop_after.is_some_and(|limit| self.documents.load(Ordering::Relaxed) >= limit)
    }

    fn warn(&self, message: &str) {
        self.warnings.lock().unwrap().push(message.to_owned());
    }
}

fn run_lines(
    source: Source,
    config: RunConfig,
    out: &mut (dyn Write + Send),
    watcher: &Watcher,
) -> Result<RunSummary, RunError> {
    let program = program();
    let output = Output::Lines(out, JsonlWriter { offsets: OffsetUnit::Chars });
    run(source, &Extractor::new(&program), config, output, None, watcher)
}

fn line(index: u64) -> String {
    format!("{{\"id\":\"d{index}\",\"text\":\"Mr. Hung met Mr. Lê Minh Hưng.\"}}\n")
}

/// Lines without end; counts those that were asked for.
struct Endless {
    given: Arc<AtomicU64>,
    rest: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = line(self.given.fetch_add(1, Ordering::Relaxed)).into_bytes();
        }
        let length = self.rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.rest[..length]);
        self.rest.drain(..length);
        Ok(length)
    }
}

struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One record of a generated input.
#[derive(Clone, Debug)]
enum Kind {
    Good(usize),
    Broken,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn output_warnings_and_counts_do_not_depend_on_the_number_of_threads(
        kinds in prop::collection::vec(
            prop_oneof![6 => (0usize..40).prop_map(Kind::Good), 1 => Just(Kind::Broken)],
            0..300,
        ),
        skips in any::<bool>(),
    ) {
        let text: String = kinds.iter().enumerate().map(|(index, kind)| match kind {
            Kind::Good(times) => format!("{{\"id\":\"d{index}\",\"text\":\"{}\"}}\n", "Mr. Hưng spoke. ".repeat(*times)),
            Kind::Broken => "{\n".to_owned(),
        }).collect();
        let on_error = if skips { OnError::Skip } else { OnError::Stop };
        let go = |threads| {
            let (mut out, watcher) = (Vec::new(), Watcher::default());
            let config = RunConfig { threads, on_error, ..RunConfig::default() };
            let done = run_lines(source(io::Cursor::new(text.clone())), config, &mut out, &watcher);
            (out, done.map_err(|error| error.to_string()), watcher.warnings.into_inner().unwrap())
        };
        let one = go(1);
        prop_assert_eq!(&go(2), &one);
        prop_assert_eq!(&go(5), &one);
    }
}

#[test]
fn a_closed_pipe_ends_an_endless_input() {
    for threads in [1, 3] {
        let source = source(Endless { given: Arc::default(), rest: Vec::new() });
        let config = RunConfig { threads, ..RunConfig::default() };
        let error = run_lines(source, config, &mut Closed, &Watcher::default()).unwrap_err();
        assert!(error.is_closed_pipe(), "{error}");
    }
}

#[test]
fn a_panic_of_one_thread_ends_the_run() {
    /// Panics at a later write, when all threads are at work.
    struct Panics(u64);
    impl Write for Panics {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            assert!(self.0 < 500, "no room");
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for threads in [1, 3] {
        let source = source(Endless { given: Arc::default(), rest: Vec::new() });
        let config = RunConfig { threads, ..RunConfig::default() };
        let run = || run_lines(source, config, &mut Panics(0), &Watcher::default());
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"no room"));
    }
}

#[test]
fn a_wish_to_stop_ends_an_endless_input() {
    for threads in [1, 3] {
        let watcher = Watcher { stop_after: Some(200), ..Watcher::default() };
        let source = source(Endless { given: Arc::default(), rest: Vec::new() });
        let config = RunConfig { threads, ..RunConfig::default() };
        let mut out = Vec::new();
        let summary = run_lines(source, config, &mut out, &watcher).unwrap();
        assert!(summary.stopped && summary.documents >= 200, "{summary:?}");
        let lines = out.iter().filter(|&&byte| byte == b'\n').count() as u64;
        assert_eq!(lines, summary.documents, "what is counted has been written");
    }
}

#[test]
fn a_wish_to_stop_is_heard_while_the_input_is_silent() {
    for threads in [1, 3] {
        let (silent, _open) = io::pipe().unwrap();
        let watcher = Watcher { stop_after: Some(0), ..Watcher::default() };
        let config = RunConfig { threads, ..RunConfig::default() };
        let summary = run_lines(source(silent), config, &mut Vec::new(), &watcher).unwrap();
        assert_eq!(summary, RunSummary { stopped: true, ..RunSummary::default() });
    }
}

#[test]
fn the_reader_waits_for_a_slow_writer() {
    /// Looks at how far the reader is when the first line is written.
    struct Slow(Arc<AtomicU64>, u64);
    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.1 == 0 {
                // The reader stands still once the window is full.
                loop {
                    let before = self.0.load(Ordering::Relaxed);
                    std::thread::sleep(std::time::Duration::from_millis(300));
                    self.1 = self.0.load(Ordering::Relaxed);
                    if self.1 == before {
                        break;
                    }
                }
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for threads in [1, 3] {
        let given = Arc::<AtomicU64>::default();
        let source = source(Endless { given: given.clone(), rest: Vec::new() });
        let mut out = Slow(given, 0);
        let config = RunConfig { threads, ..RunConfig::default() };
        assert!(run_lines(source, config, &mut out, &Watcher::default()).unwrap_err().is_closed_pipe());
        assert!(out.1 < 64 * 600, "{} lines were read before one was written", out.1);
    }
}

#[test]
fn documents_in_memory_come_back_in_their_order() {
    let program = program();
    let documents: Vec<Document> =
        (0..200).map(|n| Document::new(n.to_string(), "Mr. Hung. ".repeat(n % 9))).collect();
    for threads in [1, 3] {
        let found = extract_all(&documents, &Extractor::new(&program), threads).unwrap();
        let counts: Vec<usize> = found.iter().map(|annotations| annotations.mentions.len()).collect();
        assert_eq!(counts, (0..200).map(|n| n % 9).collect::<Vec<_>>());
    }
}
