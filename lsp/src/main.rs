//! The language server, over standard input and output.

#![forbid(unsafe_code)]

use lsp_server::Connection;

fn main() -> std::process::ExitCode {
    let (connection, threads) = Connection::stdio();
    let served = spanwright_lsp::serve(&connection);
    // The writer ends when nobody can send to it any more.
    drop(connection);
    let joined = threads.join();
    match (served, joined) {
        (Ok(()), Ok(())) => std::process::ExitCode::SUCCESS,
        (Err(error), _) => fail(&error.to_string()),
        (_, Err(error)) => fail(&error.to_string()),
    }
}

/// Standard output belongs to the protocol: words go to standard error.
fn fail(reason: &str) -> std::process::ExitCode {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "spanwright-lsp: {reason}");
    std::process::ExitCode::FAILURE
}
