//! [`Profile`]: where the time of a run goes, by stage and by rule.
//!
//! Clocks around every rule would cost more than most rules do. So each thread
//! only says what it is busy with, by writing one number into a place of its
//! own ([`Gauge`]), and someone outside looks at those places a thousand times a
//! second. What a stage is seen at as a share of all looks is its share of the
//! time, within chance.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::doc::schema::RuleId;

use super::candidate::Candidate;

/// How often a profile looks.
const EVERY: Duration = Duration::from_micros(997);

/// What a thread is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Waiting for work.
    Idle,
    /// Reading a record.
    Read,
    /// Cutting tokens and sentences.
    Tokens,
    /// Looking the forms of tokens up, and classifying new ones.
    Forms,
    /// Finding phrases.
    Phrases,
    /// Telling which expressions may occur in a line.
    Sieve,
    /// Deciding which spans stay, with their values.
    Resolve,
    /// Laying spans over tokens, and telling which rules are due in a line.
    Due,
    /// Putting together what stays, with its links.
    Annotations,
    /// Writing the record.
    Write,
    /// One rule at work.
    Rule(RuleId),
}

impl Stage {
    const NAMED: [(Self, &'static str); 10] = [
        (Self::Idle, "waiting for work"),
        (Self::Read, "reading records"),
        (Self::Tokens, "tokens and sentences"),
        (Self::Forms, "forms of tokens"),
        (Self::Phrases, "phrases of gazetteers"),
        (Self::Sieve, "which expressions may occur"),
        (Self::Resolve, "which spans stay, and their values"),
        (Self::Due, "which rules are due"),
        (Self::Annotations, "relations and links of what stays"),
        (Self::Write, "writing records"),
    ];

    /// What it is called in reports; `None` for a rule, which has a name of its own.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(stage, _)| *stage == self).map(|(_, name)| *name)
    }

    fn code(self) -> u32 {
        match self {
            Self::Rule(rule) => rule.0 + Self::NAMED.len() as u32,
            other => Self::NAMED.iter().position(|(stage, _)| *stage == other).unwrap_or(0) as u32,
        }
    }

    fn from_code(code: u32) -> Self {
        let named = Self::NAMED.get(code as usize).map(|(stage, _)| *stage);
        named.unwrap_or_else(|| Self::Rule(RuleId(code - Self::NAMED.len() as u32)))
    }
}

/// What one rule was asked and said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// Lines in which it was searched. For phrases always 0: all are found in one walk.
    pub lines: u64,
    /// Spans that it proposed.
    pub candidates: u64,
    /// Those that stayed.
    pub stayed: u64,
}

/// Where one thread says what it does. Only that thread writes.
#[derive(Debug, Default)]
pub struct Gauge {
    stage: AtomicU32,
    /// Lines, candidates and those that stayed, by rule; empty where nobody counts.
    tallies: Box<[[AtomicU64; 3]]>,
}

impl Gauge {
    /// Says what the thread does from now on.
    #[inline]
    pub fn set(&self, stage: Stage) {
        self.stage.store(stage.code(), Relaxed);
    }

    /// The same for a rule that searches one more line.
    #[inline]
    pub(super) fn search(&self, rule: RuleId) {
        self.set(Stage::Rule(rule));
        self.add(rule, 0);
    }

    #[inline]
    fn add(&self, rule: RuleId, which: usize) {
        if let Some(tally) = self.tallies.get(rule.0 as usize) {
            // One writer: nothing is lost between reading and writing.
            tally[which].store(tally[which].load(Relaxed) + 1, Relaxed);
        }
    }

    /// Counts what the rules proposed for one document.
    pub(super) fn count(&self, candidates: &[Candidate]) {
        if self.tallies.is_empty() {
            return;
        }
        for candidate in candidates {
            self.add(candidate.rule, 1);
            if candidate.stays() {
                self.add(candidate.rule, 2);
            }
        }
    }
}

/// Watches the threads of a run.
///
/// ```
/// use std::sync::Arc;
/// use spanwright::engine::{Profile, Stage};
/// let profile = Arc::new(Profile::default());
/// let gauge = profile.gauge(0);
/// gauge.set(Stage::Tokens);
/// profile.watch(|| std::thread::sleep(std::time::Duration::from_millis(40)));
/// let report = profile.report();
/// assert_eq!(report.stages[0].0, Stage::Tokens);
/// ```
#[derive(Debug, Default)]
pub struct Profile {
    gauges: Mutex<Vec<Arc<Gauge>>>,
    seen: Mutex<BTreeMap<Stage, u64>>,
    spent: Mutex<Duration>,
}

/// What a [`Profile`] saw.
#[derive(Clone, Debug, Default)]
pub struct ProfileReport {
    /// How often a thread was seen at a stage, the most frequent first.
    pub stages: Vec<(Stage, u64)>,
    /// What each rule was asked and said, by [`RuleId`], summed over the threads.
    pub rules: Vec<RuleTally>,
    /// How long the run took by the clock.
    pub spent: Duration,
}

impl Profile {
    /// A place for one more thread to say what it does, with tallies for so many rules.
    #[must_use]
    pub fn gauge(&self, rules: usize) -> Arc<Gauge> {
        let tallies = (0..rules).map(|_| Default::default()).collect();
        let gauge = Arc::new(Gauge { stage: AtomicU32::new(0), tallies });
        lock(&self.gauges).push(gauge.clone());
        gauge
    }

    /// Does some work while a thread of its own looks at what the others do.
    pub fn watch<R>(&self, work: impl FnOnce() -> R) -> R {
        let started = Instant::now();
        let done = AtomicBool::new(false);
        let result = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    std::thread::sleep(EVERY);
                    self.look();
                }
            });
            let _ending = Ending(&done);
            work()
        });
        *lock(&self.spent) += started.elapsed();
        result
    }

    fn look(&self) {
        let mut seen = lock(&self.seen);
        for gauge in lock(&self.gauges).iter() {
            *seen.entry(Stage::from_code(gauge.stage.load(Relaxed))).or_default() += 1;
        }
    }

    /// What was seen so far.
    #[must_use]
    pub fn report(&self) -> ProfileReport {
        let mut stages: Vec<(Stage, u64)> = lock(&self.seen).iter().map(|(stage, n)| (*stage, *n)).collect();
        stages.sort_by_key(|&(stage, times)| (std::cmp::Reverse(times), stage));
        let mut rules: Vec<RuleTally> = Vec::new();
        for gauge in lock(&self.gauges).iter() {
            rules.resize(rules.len().max(gauge.tallies.len()), RuleTally::default());
            for (sum, tally) in rules.iter_mut().zip(&gauge.tallies) {
                let [lines, candidates, stayed] = tally.each_ref().map(|count| count.load(Relaxed));
                sum.lines += lines;
                sum.candidates += candidates;
                sum.stayed += stayed;
            }
        }
        ProfileReport { stages, rules, spent: *lock(&self.spent) }
    }
}

/// Tells the watcher that the work is over, even if it panicked.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// What is kept here stays sound whoever panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_come_back_from_their_codes() {
        let rules = [0, 1, 70_000].map(|rule| Stage::Rule(RuleId(rule)));
        for stage in Stage::NAMED.iter().map(|(stage, _)| *stage).chain(rules) {
            assert_eq!(Stage::from_code(stage.code()), stage);
        }
    }
}
