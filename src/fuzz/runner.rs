//! [`fuzz`]: many texts, many laws, and what broke one, shrunk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use rayon::prelude::*;

use super::corpus::Corpus;
use super::invariants::Invariant;
use super::mutate::texts;
use super::subject::Subject;
use super::watch::Watch;
use crate::run::{Progress, RunError};

/// Texts that are tried before failures are looked at: no number of threads
/// has a say in it.
const BLOCK: u64 = 64;

/// How a run goes.
#[derive(Clone, Debug)]
pub struct FuzzConfig {
    /// What the texts are drawn by.
    pub seed: u64,
    /// How many texts; none: until the time is over.
    pub cases: Option<u64>,
    /// How long; none: until there are enough texts.
    pub time: Option<Duration>,
    /// Threads; 0 means one for each core.
    pub threads: usize,
    /// The laws.
    pub invariants: Vec<&'static Invariant>,
}

/// What a run found.
#[derive(Clone, Debug)]
pub struct FuzzReport {
    /// What the texts were drawn by.
    pub seed: u64,
    /// Texts that were tried.
    pub texts: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The laws, in their order.
    pub tried: Vec<Tried>,
    /// Whether the run ended early because it was asked to.
    pub stopped: bool,
}

impl FuzzReport {
    /// Whether every law held.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.tried.iter().all(|tried| tried.failure.is_none())
    }
}

/// What became of one law.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The law.
    pub invariant: &'static Invariant,
    /// On how many texts it was tried: on none after the block of texts in
    /// which it broke.
    pub texts: u64,
    /// The first text that broke it.
    pub failure: Option<Failure>,
}

/// A text that breaks a law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The number of the text in the run; none where it was given.
    pub case: Option<u64>,
    /// The text, as small as it became.
    pub text: String,
    /// Why the law does not hold for it.
    pub reason: String,
    /// The bytes of the text before it was shrunk.
    pub shrunk_from: usize,
}

/// Tries laws on generated texts. For one seed, corpus and number of cases the
/// report is the same for any number of threads. The run ends when a law took
/// too long on a text; then the watch has the report that counts.
///
/// # Errors
///
/// If the threads cannot be started.
pub fn fuzz(
    subject: &dyn Subject,
    corpus: &Arc<Corpus>,
    config: &FuzzConfig,
    progress: &dyn Progress,
    watch: &Watch,
) -> Result<FuzzReport, RunError> {
    let texts = texts(corpus);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(config.threads)
        .build()
        .map_err(|error| RunError::Threads(error.to_string()))?;
    let begun = Instant::now();
    let is_over = || config.time.is_some_and(|time| begun.elapsed() >= time);
    let mut report = FuzzReport {
        seed: config.seed,
        texts: 0,
        bytes: 0,
        tried: config
            .invariants
            .iter()
            .map(|&invariant| Tried { invariant, texts: 0, failure: None })
            .collect(),
        stopped: false,
    };
    let most = config.cases.unwrap_or(u64::MAX);
    let mut next = 0;
    watch.note(&report);
    while next < most && !is_over() && !report.stopped && !watch.is_overdue() {
        let block = next..most.min(next.saturating_add(BLOCK));
        let open: Vec<usize> =
            (0..report.tried.len()).filter(|&at| report.tried[at].failure.is_none()).collect();
        if open.is_empty() {
            break;
        }
        let try_one = |case: u64| -> Option<(u64, u64, Vec<usize>)> {
            if progress.is_stopped() || is_over() || watch.is_overdue() {
                return None;
            }
            let text = draw(config.seed, case, &texts)?.1.current();
            let breaks =
                |at: &&usize| watch.ask(config.invariants[**at], subject, &text, Some(case)).is_err();
            let broken = open.iter().filter(breaks).copied().collect();
            progress.advance(1, text.len() as u64);
            Some((case, text.len() as u64, broken))
        };
        let cases: Vec<u64> = block.clone().collect();
        let results: Vec<_> = pool.install(|| cases.into_par_iter().filter_map(try_one).collect());
        for (case, bytes, broken) in &results {
            report.texts += 1;
            report.bytes += bytes;
            open.iter().for_each(|&at| report.tried[at].texts += 1);
            for &at in broken {
                let tried = &mut report.tried[at];
                if tried.failure.is_none() {
                    tried.failure = shrink((subject, watch), tried.invariant, config.seed, *case, &texts);
                }
            }
        }
        report.stopped = progress.is_stopped();
        next = block.end;
        watch.note(&report);
    }
    Ok(report)
}

/// Text number `case` of the run with this seed; nothing if none can be made.
#[must_use]
pub fn case(seed: u64, case: u64, corpus: &Arc<Corpus>) -> Option<String> {
    Some(draw(seed, case, &texts(corpus))?.1.current())
}

/// The text with the way to smaller ones.
fn draw<S: Strategy<Value = String>>(seed: u64, case: u64, texts: &S) -> Option<(TestRunner, S::Tree)> {
    let mut words = seed.to_le_bytes().to_vec();
    words.extend(case.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, blake3::hash(&words).as_bytes());
    // Everything that the environment might say is said here.
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: u32::MAX - 1,
        max_shrink_time: 0,
        verbose: 0,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let tree = texts.new_tree(&mut runner).ok()?;
    Some((runner, tree))
}

/// Makes the text that breaks a law small.
fn shrink(
    (subject, watch): (&dyn Subject, &Watch),
    invariant: &Invariant,
    seed: u64,
    case: u64,
    texts: &impl Strategy<Value = String>,
) -> Option<Failure> {
    let (mut runner, tree) = draw(seed, case, texts)?;
    let text = tree.current();
    let shrunk_from = text.len();
    let test = |text: String| watch.ask(invariant, subject, &text, Some(case)).map_err(TestCaseError::fail);
    let (text, reason) = match runner.run_one(tree, test) {
        Err(TestError::Fail(reason, text)) => (text, reason.message().to_owned()),
        // What breaks once and not again is the worst of all.
        Err(TestError::Abort(_)) | Ok(_) => (text, "it broke once, and not again".to_owned()),
    };
    Some(Failure { case: Some(case), text, reason, shrunk_from })
}
