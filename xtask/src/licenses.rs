//! `cargo xtask licenses`: what the dependencies may be.
//!
//! What `cargo deny check bans licenses sources` checks, without a tool that
//! takes minutes to build: licences, sources, crates in several versions.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Where crates may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The manifests whose lock files are looked at: the fuzzers are a workspace of their own.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// Checks every package of the lock files against `deny.toml`.
pub(crate) fn run() -> Result<String> {
    let deny = std::fs::read_to_string("deny.toml").context("deny.toml")?;
    let deny: toml::Table = deny.parse().context("deny.toml")?;
    is_all_checked(&deny)?;
    let list = |table: &str, key: &str| {
        let list = deny.get(table).and_then(|table| table.get(key)).and_then(|list| list.as_array());
        list.with_context(|| format!("deny.toml: no `{table}.{key}`"))
    };
    let allowed: Vec<&str> = list("licenses", "allow")?.iter().filter_map(|name| name.as_str()).collect();
    let exceptions = exceptions(&deny);
    let skipped = list("bans", "skip")?.iter().filter_map(|skip| skip.get("crate")?.as_str());
    let mut skipped: BTreeMap<&str, bool> = skipped.map(|name| (name, false)).collect();
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for manifest in MANIFESTS {
        let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for package in packages(manifest)? {
            let (name, version) =
                (package["name"].as_str().unwrap_or("?"), package["version"].as_str().unwrap_or("?"));
            let shown = format!("{name} {version}");
            if let Some(problem) = license(&package, &shown, &allowed, &exceptions)? {
                wrong.insert(problem);
            }
            let source = package["source"].as_str();
            if source.is_some_and(|source| source != REGISTRY) {
                wrong.insert(format!("{shown}: comes from {}", source.unwrap_or_default()));
            }
            match skipped.get_mut(format!("{name}@{version}").as_str()) {
                Some(met) => *met = true,
                None => versions.entry(name.to_owned()).or_default().push(version.to_owned()),
            }
            seen.insert(shown);
        }
        for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
            wrong.insert(format!("{manifest}: {name} in several versions, {}", versions.join(" and ")));
        }
    }
    for (name, _) in skipped.iter().filter(|(_, met)| !**met) {
        wrong.insert(format!("deny.toml: `bans.skip` names {name}, which is not in the tree"));
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    }
    Ok(format!(
        "{} packages: licences and sources allowed, none in two versions but {} that deny.toml names",
        seen.len(),
        skipped.len()
    ))
}

/// What this checks, or what changes nothing of it; anything else in `deny.toml` would be
/// passed over in silence.
const CHECKED: [(&str, &[&str]); 4] = [
    ("graph", &["all-features"]),
    ("licenses", &["allow", "confidence-threshold", "exceptions"]),
    ("bans", &["multiple-versions", "wildcards", "skip"]),
    ("sources", &["unknown-registry", "unknown-git"]),
];

/// Whether `deny.toml` says nothing but what is checked here.
fn is_all_checked(deny: &toml::Table) -> Result<()> {
    for (table, keys) in deny {
        let known = CHECKED.iter().find(|(name, _)| name == table).map_or(&[][..], |(_, keys)| keys);
        let keys = keys.as_table().into_iter().flatten().map(|(key, _)| key.as_str());
        if let Some(key) = keys.into_iter().find(|key| !known.contains(key)) {
            bail!(
                "deny.toml: `{table}.{key}` is checked by cargo-deny alone; teach it to `cargo xtask licenses`"
            );
        }
    }
    Ok(())
}

/// The packages that the lock file beside a manifest names.
fn packages(manifest: &str) -> Result<Vec<Value>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
            "--manifest-path",
            manifest,
        ])
        .output()
        .context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {manifest}: {}", String::from_utf8_lossy(&output.stderr));
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

/// What is wrong with the licence of a package.
fn license(
    package: &Value,
    shown: &str,
    allowed: &[&str],
    exceptions: &[(String, String)],
) -> Result<Option<String>> {
    let Some(license) = package["license"].as_str() else {
        return Ok(Some(format!("{shown}: states no licence")));
    };
    let expression = spdx::Expression::parse_mode(license, spdx::ParseMode::LAX)
        .with_context(|| format!("{shown}: licence `{license}`"))?;
    let may = |license: &str| {
        allowed.contains(&license)
            || exceptions.iter().any(|(name, other)| package["name"] == **name && other == license)
    };
    let holds = expression.evaluate(|requirement| may(&requirement.to_string()));
    Ok((!holds).then(|| format!("{shown}: licence `{license}` is not allowed by deny.toml")))
}

#[cfg(test)]
mod tests {
    use super::is_all_checked;

    #[test]
    fn what_is_not_checked_is_refused() {
        let told = |deny: &str| is_all_checked(&deny.parse().unwrap()).err().map(|error| error.to_string());
        assert_eq!(told("[bans]\nskip = []\n[sources]\nunknown-git = 'deny'"), None);
        assert!(told("[bans]\ndeny = []").unwrap().contains("`bans.deny`"));
        assert!(told("[output]\nfeature-depth = 1").unwrap().contains("`output.feature-depth`"));
    }
}
