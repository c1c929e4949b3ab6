//! Exit status: 0 holds, 1 does not hold, 2 could not be done, 128 and the signal
//! where one ended it: 130 for Ctrl-C, 143 for `kill`.

use spanwright::run::RunError;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done, and what was asked holds.
    Holds,
    /// Done, and something does not hold.
    DoesNotHold,
    /// Could not be done; the reason has been shown.
    Refused,
}

/// The work was interrupted; what it made so far is not kept.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Turns the end of a command into the exit status, and shows its error.
pub(crate) fn report(done: anyhow::Result<Outcome>) -> u8 {
    match done {
        Ok(Outcome::Holds) => 0,
        Ok(Outcome::DoesNotHold) => 1,
        Ok(Outcome::Refused) => 2,
        // Whoever read the output has enough.
        Err(error) if error.is::<Interrupted>() => 128 + crate::terminal::signal(),
        Err(error) if is_closed_pipe(&error) => 0,
        Err(error) => {
            anstream::eprintln!("spanwright: {}", told(&error));
            2
        }
    }
}

/// An error with its causes, each once: some say their cause themselves.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.as_str() {
        "" => cause,
        known if known.ends_with(&cause) => told,
        _ => format!("{told}: {cause}"),
    })
}

/// Whether whoever read the output wants no more.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>();
        let run = cause.downcast_ref::<RunError>();
        io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
            || run.is_some_and(RunError::is_closed_pipe)
    })
}
