//! [`Watch`]: texts on which a law takes too long.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::invariants::Invariant;
use super::runner::{Failure, FuzzReport};
use super::subject::Subject;

/// Knows which law is being asked about which text, and since when. A law that
/// never comes back cannot be stopped from within the process, so whoever looks
/// at the watch from another thread has to show what is known and end it.
///
/// ```
/// use std::time::Duration;
/// use spanwright::fuzz::{Engine, INVARIANTS, Watch};
/// let watch = Watch::new(Some(Duration::from_secs(60)));
/// assert_eq!(watch.ask(&INVARIANTS[0], &Engine::without_pack(), "Hà Giang", None), Ok(()));
/// assert!(!watch.is_overdue());
/// ```
#[derive(Debug)]
pub struct Watch {
    limit: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What is being asked now: one for each thread.
    asked: Vec<Asked>,
    /// The first that took too long.
    overdue: Option<Asked>,
    /// What is known of the run so far.
    report: Option<FuzzReport>,
    /// The number of the next question.
    next: u64,
}

#[derive(Clone, Debug)]
struct Asked {
    number: u64,
    law: &'static str,
    case: Option<u64>,
    text: String,
    since: Instant,
}

impl Watch {
    /// A watch that lets a law take so long on a text; none: as long as it likes.
    #[must_use]
    pub fn new(limit: Option<Duration>) -> Self {
        Self { limit, state: Mutex::default() }
    }

    /// Asks a law about a text, under watch; `case` is the number of the text in
    /// its run.
    ///
    /// # Errors
    ///
    /// If the law does not hold: why.
    pub fn ask(
        &self,
        law: &Invariant,
        subject: &dyn Subject,
        text: &str,
        case: Option<u64>,
    ) -> Result<(), String> {
        let Some(limit) = self.limit else { return law.check(subject, text) };
        let number = self.with(|state| {
            state.next += 1;
            let (number, text) = (state.next, text.to_owned());
            state.asked.push(Asked { number, law: law.name, case, text, since: Instant::now() });
            number
        });
        let held = law.check(subject, text);
        self.with(|state| {
            let Some(at) = state.asked.iter().position(|asked| asked.number == number) else { return };
            let asked = state.asked.swap_remove(at);
            if asked.since.elapsed() > limit {
                state.overdue.get_or_insert(asked);
            }
        });
        held
    }

    /// Whether a law took, or takes, too long.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        let Some(limit) = self.limit else { return false };
        self.with(|state| {
            if state.overdue.is_none() {
                let late = state.asked.iter().filter(|asked| asked.since.elapsed() > limit);
                state.overdue = late.min_by_key(|asked| asked.number).cloned();
            }
            state.overdue.is_some()
        })
    }

    /// Keeps what is known of a run so far.
    pub fn note(&self, report: &FuzzReport) {
        if self.limit.is_some() {
            self.with(|state| state.report = Some(report.clone()));
        }
    }

    /// What is known of the run, the law that took too long counted as broken;
    /// nothing if none did.
    #[must_use]
    pub fn report(&self) -> Option<FuzzReport> {
        let limit = self.limit?;
        self.with(|state| {
            let (asked, mut report) = (state.overdue.as_ref()?, state.report.clone()?);
            let tried = report.tried.iter_mut().find(|tried| tried.invariant.name == asked.law)?;
            tried.failure = Some(Failure {
                case: asked.case,
                text: asked.text.clone(),
                reason: format!("it takes more than {} s", limit.as_secs_f64()),
                shrunk_from: asked.text.len(),
            });
            Some(report)
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
