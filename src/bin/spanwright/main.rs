//! The program `spanwright`: flags in, exit status out.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod exit;
mod terminal;

use anyhow::Context;
use clap::Parser;

use args::{Cli, Command};
use exit::Outcome;

/// Records are made on one thread and dropped on another, which the usual
/// allocator pays for with locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    terminal::set_up(&cli.global);
    exit::report(run(&cli)).into()
}

fn run(cli: &Cli) -> anyhow::Result<Outcome> {
    if let Some(threads) = cli.command.threads() {
        limit_threads(threads)?;
    }
    match &cli.command {
        Command::Extract(args) => commands::extract::run(args, &cli.global),
        Command::Score(args) => commands::score::run(args, &cli.global),
        Command::Compare(args) => commands::compare::run(args, &cli.global),
        Command::Agree(args) => commands::agree::run(args),
        Command::Runs(args) => commands::runs::run(args),
        Command::Compile(args) => commands::compile::run(args, &cli.global),
        Command::Check(args) => commands::check::run(args, &cli.global),
        Command::Explain(args) => commands::explain::run(args, &cli.global),
        Command::Test(args) => commands::test::run(args, &cli.global),
        Command::Fmt(args) => commands::fmt::run(args, &cli.global),
        Command::Tokenize(args) => commands::tokenize::run(args),
        Command::Fuzz(args) => commands::fuzz::run(args, &cli.global),
        Command::Completions(args) => commands::completions::run(args),
        Command::Man(args) => commands::man::run(args),
    }
}

/// Reading packs and scoring take no more threads than were asked for, nor than
/// there are cores; the only one is this one, and none is started.
fn limit_threads(threads: usize) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = match threads {
        0 => rayon::ThreadPoolBuilder::new().num_threads(cores),
        1 => rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread(),
        some => rayon::ThreadPoolBuilder::new().num_threads(some.min(cores)),
    };
    pool.build_global().context("cannot start the threads")
}
