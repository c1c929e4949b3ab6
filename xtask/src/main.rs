//! Chores of the repository: `cargo xtask licenses`, `bench`, `bench-score` and `count`.

mod bench;
mod bench_score;
mod count;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde_json::Value;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.first().map(String::as_str) {
        Some("licenses") => licenses(),
        Some("bench") => bench::run(&args[1..]),
        Some("count") => count::run(&args[1..]),
        Some("bench-score") => bench_score::run(&args[1..]),
        _ => {
            eprintln!(
                "usage: cargo xtask licenses    every dependency's licence and source is allowed by deny.toml\n       {}\n       {}\n       {}",
                bench::USAGE,
                count::USAGE,
                bench_score::USAGE
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

/// Checks every package of the lock file against `[licenses] allow` and the
/// sources of `deny.toml`, as `cargo deny check licenses sources` does, without
/// a tool that takes minutes to build.
fn licenses() -> Result<String> {
    let deny = std::fs::read_to_string("deny.toml").context("deny.toml")?;
    let deny: toml::Table = deny.parse().context("deny.toml")?;
    let allowed: Vec<&str> = deny
        .get("licenses")
        .and_then(|licenses| licenses.get("allow"))
        .and_then(|allow| allow.as_array())
        .context("deny.toml: no `licenses.allow`")?
        .iter()
        .filter_map(|name| name.as_str())
        .collect();
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .output()
        .context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata: no packages")?;
    let mut wrong = Vec::new();
    for package in packages {
        let name = format!(
            "{} {}",
            package["name"].as_str().unwrap_or("?"),
            package["version"].as_str().unwrap_or("?")
        );
        let Some(license) = package["license"].as_str() else {
            wrong.push(format!("{name}: states no licence"));
            continue;
        };
        let expression = spdx::Expression::parse_mode(license, spdx::ParseMode::LAX)
            .with_context(|| format!("{name}: licence `{license}`"))?;
        if !expression.evaluate(|requirement| allowed.contains(&requirement.to_string().as_str())) {
            wrong.push(format!("{name}: licence `{license}` is not allowed by deny.toml"));
        }
        let source = package["source"].as_str();
        if source.is_some_and(|source| source != "registry+https://github.com/rust-lang/crates.io-index") {
            wrong.push(format!("{name}: comes from {}", source.unwrap_or_default()));
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(format!("{} packages: licences and sources allowed", packages.len()))
}
