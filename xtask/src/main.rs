//! Chores of the repository: `cargo xtask licenses`, `bench`, `bench-score`, `count`, `fuzz` and `mutants`.

#![forbid(unsafe_code)]

mod bench;
mod bench_score;
mod count;
mod fuzz;
mod licenses;
mod mutants;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.first().map(String::as_str) {
        Some("licenses") => licenses::run(),
        Some("bench") => bench::run(&args[1..]),
        Some("count") => count::run(&args[1..]),
        Some("bench-score") => bench_score::run(&args[1..]),
        Some("fuzz") => fuzz::run(&args[1..]),
        Some("mutants") => mutants::run(&args[1..]),
        _ => {
            eprintln!(
                "usage: cargo xtask licenses    every dependency's licence, source and version is allowed by deny.toml\n       {}\n       {}\n       {}\n       {}\n       {}",
                bench::USAGE,
                count::USAGE,
                bench_score::USAGE,
                fuzz::USAGE,
                mutants::USAGE
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
