//! `cargo xtask licenses`: what the dependencies may be.
//!
//! What `cargo deny check bans licenses sources` checks, without a tool that
//! takes minutes to build: licences, sources, crates in several versions.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Where crates may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks every package of the lock file against `deny.toml`.
pub(crate) fn run() -> Result<String> {
    let deny = std::fs::read_to_string("deny.toml").context("deny.toml")?;
    let deny: toml::Table = deny.parse().context("deny.toml")?;
    let list = |table: &str, key: &str| {
        let list = deny.get(table).and_then(|table| table.get(key)).and_then(|list| list.as_array());
        list.with_context(|| format!("deny.toml: no `{table}.{key}`"))
    };
    let allowed: Vec<&str> = list("licenses", "allow")?.iter().filter_map(|name| name.as_str()).collect();
    let skipped = list("bans", "skip")?.iter().filter_map(|skip| skip.get("crate")?.as_str());
    let mut skipped: BTreeMap<&str, bool> = skipped.map(|name| (name, false)).collect();
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .output()
        .context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata: no packages")?;
    let mut wrong = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let (name, version) =
            (package["name"].as_str().unwrap_or("?"), package["version"].as_str().unwrap_or("?"));
        let shown = format!("{name} {version}");
        license(package, &shown, &allowed, &mut wrong)?;
        let source = package["source"].as_str();
        if source.is_some_and(|source| source != REGISTRY) {
            wrong.push(format!("{shown}: comes from {}", source.unwrap_or_default()));
        }
        match skipped.get_mut(format!("{name}@{version}").as_str()) {
            Some(met) => *met = true,
            None => versions.entry(name).or_default().push(version),
        }
    }
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        wrong.push(format!("{name}: in several versions, {}", versions.join(" and ")));
    }
    for (name, _) in skipped.iter().filter(|(_, met)| !**met) {
        wrong.push(format!("deny.toml: `bans.skip` names {name}, which is not in the tree"));
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(format!(
        "{} packages: licences and sources allowed, none in two versions but {} that deny.toml names",
        packages.len(),
        skipped.len()
    ))
}

fn license(package: &Value, shown: &str, allowed: &[&str], wrong: &mut Vec<String>) -> Result<()> {
    let Some(license) = package["license"].as_str() else {
        wrong.push(format!("{shown}: states no licence"));
        return Ok(());
    };
    let expression = spdx::Expression::parse_mode(license, spdx::ParseMode::LAX)
        .with_context(|| format!("{shown}: licence `{license}`"))?;
    if !expression.evaluate(|requirement| allowed.contains(&requirement.to_string().as_str())) {
        wrong.push(format!("{shown}: licence `{license}` is not allowed by deny.toml"));
    }
    Ok(())
}
