//! [`Pool`]: the threads that work.

use super::config::RunError;

/// The threads that work. Those that rayon has for all serve where there are as many of
/// them as are asked for: threads beside them would take memory of their own.
pub(super) enum Pool {
    /// The thread of the caller, and none is started.
    Alone,
    /// Those that rayon has for all.
    Shared,
    /// As many as are asked for.
    Own(rayon::ThreadPool),
}

impl Pool {
    /// So many threads; 0 means as many as rayon has for all, 1 starts none.
    pub(super) fn new(threads: usize) -> Result<Self, RunError> {
        if threads == 1 {
            return Ok(Self::Alone);
        }
        let shared = rayon::current_num_threads();
        Ok(match threads {
            0 if shared == 1 => Self::Alone,
            0 => Self::Shared,
            _ if threads == shared => Self::Shared,
            _ => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                Self::Own(pool.map_err(|error| RunError::Threads(error.to_string()))?)
            }
        })
    }

    /// Whether the thread of the caller works alone.
    pub(super) fn is_alone(&self) -> bool {
        matches!(self, Self::Alone)
    }

    /// How many threads work.
    pub(super) fn threads(&self) -> usize {
        match self {
            Self::Alone => 1,
            Self::Shared => rayon::current_num_threads(),
            Self::Own(pool) => pool.current_num_threads(),
        }
    }

    /// Does something once on each thread, at the same time.
    pub(super) fn on_each(&self, work: impl Fn() + Sync) {
        match self {
            Self::Alone => work(),
            Self::Shared => drop(rayon::broadcast(|_| work())),
            Self::Own(pool) => drop(pool.broadcast(|_| work())),
        }
    }

    /// Does something whose parallel parts go to the threads, if there are others than
    /// that of the caller.
    pub(super) fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match self {
            Self::Alone | Self::Shared => work(),
            Self::Own(pool) => pool.install(work),
        }
    }
}
