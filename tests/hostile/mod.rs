//! Hostile input: what the user sees, what is kept, and the exit status.
//!
//! Cases are scaled down so that a debug build runs them in seconds, and limits
//! are lowered by their flags; `.ci/nightly` runs the full sizes.

mod costs;
mod ends;
mod limits;
mod memory;
mod packs;
mod records;
mod texts;

use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::console::Sandbox;

/// How long a run may take before it counts as one that never ends.
const LIMIT: Duration = Duration::from_secs(180);

/// How a run of the program ended.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    /// The exit status; nothing where a signal killed it, as for a stack overflow.
    status: Option<i32>,
    out: String,
    err: String,
}

/// Runs the program to its end.
fn run<S: AsRef<std::ffi::OsStr>>(sandbox: &Sandbox, args: impl IntoIterator<Item = S>) -> Ended {
    let mut command = sandbox.bare();
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    end(command.spawn().unwrap())
}

/// Waits for a process, which must end by itself.
fn end(mut child: Child) -> Ended {
    let read = |stream: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stream) = stream {
                stream.read_to_end(&mut bytes).unwrap();
            }
            String::from_utf8(bytes).unwrap()
        })
    };
    let out = read(child.stdout.take().map(|stream| Box::new(stream) as _));
    let err = read(child.stderr.take().map(|stream| Box::new(stream) as _));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if start.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("no end after {LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Ended { status, out: out.join().unwrap(), err: err.join().unwrap() }
}

/// A pack of one file whose spans are of the types P and Q.
fn pack(sandbox: &Sandbox, name: &str, rules: &str) {
    let toml = format!(
        "[pack]\nname = \"{name}\"\nversion = \"1\"\nphases = [\"a.span\"]\n[entities]\nP = {{}}\nQ = {{}}\n\
         [relations]\nR = {{ from = [\"P\", \"Q\"], to = [\"P\", \"Q\"] }}\n"
    );
    sandbox.write(&format!("{name}/pack.toml"), toml);
    sandbox.write(&format!("{name}/a.span"), rules);
}
