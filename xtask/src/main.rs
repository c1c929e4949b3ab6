//! Chores of the repository: `cargo xtask licenses`, `bench`, `bench-score`, `count` and `fuzz`.

mod bench;
mod bench_score;
mod count;
mod fuzz;

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
        Some("fuzz") => fuzz::run(&args[1..]),
        _ => {
            eprintln!(
                "usage: cargo xtask licenses    every dependency's licence and source is allowed by deny.toml\n       {}\n       {}\n       {}\n       {}",
                bench::USAGE,
                count::USAGE,
                bench_score::USAGE,
                fuzz::USAGE
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
    let exceptions = exceptions(&deny);
    // The fuzzers are a workspace of their own.
    let mut packages = packages("Cargo.toml")?;
    packages.extend(self::packages("fuzz/Cargo.toml")?);
    packages.sort_by_key(|package| package["id"].to_string());
    packages.dedup_by_key(|package| package["id"].to_string());
    let mut wrong = Vec::new();
    for package in &packages {
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
        let may = |license: &str| {
            allowed.contains(&license)
                || exceptions.iter().any(|(name, other)| package["name"] == *name && other == license)
        };
        if !expression.evaluate(|requirement| may(&requirement.to_string())) {
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

/// The packages that the lock file beside a manifest names.
fn packages(manifest: &str) -> Result<Vec<Value>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path", manifest])
        .output()
        .context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let mut metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => bail!("cargo metadata: no packages"),
    }
}

/// Licences that single crates may have, by the crate: `[[licenses.exceptions]]`.
fn exceptions(deny: &toml::Table) -> Vec<(String, String)> {
    let listed = deny.get("licenses").and_then(|licenses| licenses.get("exceptions"));
    let listed = listed.and_then(|exceptions| exceptions.as_array()).into_iter().flatten();
    let pairs = |exception: &toml::Value| {
        let name = exception.get("crate").and_then(|name| name.as_str()).unwrap_or("").to_owned();
        let allow = exception.get("allow").and_then(|allow| allow.as_array()).cloned().unwrap_or_default();
        allow.into_iter().filter_map(move |license| Some((name.clone(), license.as_str()?.to_owned())))
    };
    listed.flat_map(pairs).collect()
}
