//! The program `spanwright`: flags in, exit status out.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod exit;
mod terminal;

use clap::Parser;

use args::{Cli, Command};

/// Records are made on one thread and dropped on another, which the usual
/// allocator pays for with locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    terminal::set_up(&cli.global);
    let done = match &cli.command {
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
    };
    exit::report(done).into()
}
