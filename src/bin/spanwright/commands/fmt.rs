//! `spanwright fmt`

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use spanwright::diag::{Format, Report, render};
use spanwright::program::Saved;
use spanwright::syntax::format_with;

use super::{NO_SOURCES, count, write_to};
use crate::args::{FmtArgs, Global};
use crate::exit::{Outcome, is_closed_pipe};
use crate::terminal::style_of_errors;

pub(crate) fn run(args: &FmtArgs, global: &Global) -> anyhow::Result<Outcome> {
    let mut refused = false;
    let mut changed = 0;
    for path in &args.paths {
        let files = rule_files(path).with_context(|| path.display().to_string());
        let files = files.map_or_else(|error| vec![Err(error)], |files| files.into_iter().map(Ok).collect());
        for file in files {
            match file.and_then(|file| format_one(&file, args, global)) {
                Ok(Done::Stays) => {}
                Ok(Done::Changes) => changed += 1,
                Ok(Done::Broken) => refused = true,
                Err(error) if is_closed_pipe(&error) => return Err(error),
                Err(error) => {
                    anstream::eprintln!("spanwright: {error:#}");
                    refused = true;
                }
            }
        }
    }
    let to_do = (args.check || args.diff) && changed > 0;
    if to_do && !global.quiet {
        anstream::eprintln!("spanwright: {} would change", count(changed, "file"));
    }
    Ok(match (refused, to_do) {
        (true, _) => Outcome::Refused,
        (false, true) => Outcome::DoesNotHold,
        (false, false) => Outcome::Holds,
    })
}

/// What came of one file.
enum Done {
    Stays,
    Changes,
    /// It has errors; they have been shown.
    Broken,
}

fn format_one(path: &Path, args: &FmtArgs, global: &Global) -> anyhow::Result<Done> {
    let piped = path.as_os_str() == "-";
    let name = if piped { "stdin".to_owned() } else { path.display().to_string() };
    let text = read(path, piped).with_context(|| name.clone())?;
    let mut report = Report::default();
    let file = report.sources.add(name.as_str(), text.as_str());
    let formatted = match format_with(file, &text, global.max_nesting) {
        Ok(formatted) => formatted,
        Err(problems) => {
            report.diagnostics = problems;
            report.sort();
            anstream::eprint!("{}", render(&report, Format::Full, style_of_errors()));
            return Ok(Done::Broken);
        }
    };
    let changes = formatted != text;
    let mut out = std::io::stdout().lock();
    if args.check || args.diff {
        if changes && args.diff {
            let diff = similar::TextDiff::from_lines(&text, &formatted);
            write!(out, "{}", diff.unified_diff().header(&name, &name))?;
        } else if changes {
            writeln!(out, "{name}")?;
        }
    } else if piped {
        out.write_all(formatted.as_bytes())?;
    } else if changes {
        write_to(path, |file| Ok(file.write_all(formatted.as_bytes())?))?;
        if !global.quiet {
            anstream::eprintln!("spanwright: formatted {name}");
        }
    }
    Ok(if changes { Done::Changes } else { Done::Stays })
}

fn read(path: &Path, piped: bool) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if piped {
        std::io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(path)?;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => bail!("not UTF-8: byte {} is wrong", error.utf8_error().valid_up_to()),
    }
}

/// The rule files behind a path: the file itself, or those of a folder and of
/// the folders in it, sorted. `pack.toml` stands for its folder.
fn rule_files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if path.as_os_str() == "-" {
        return Ok(vec![path.to_path_buf()]);
    }
    let folder = match path.file_name() {
        Some(name) if name == "pack.toml" => {
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
        }
        _ => path,
    };
    if folder.metadata()?.is_dir() {
        let mut files = Vec::new();
        walk(folder, &mut files)?;
        if files.is_empty() {
            bail!("the folder holds no `.span` file");
        }
        return Ok(files);
    }
    if Saved::is_at(folder) {
        bail!(NO_SOURCES);
    }
    if !is_rule_file(folder) {
        bail!("no rule file: their names end in `.span`");
    }
    Ok(vec![folder.to_path_buf()])
}

/// Adds the rule files of a folder; what is hidden is left out, and links to
/// folders are not followed.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(&path, files)?;
        } else if is_rule_file(&path) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "span")
}
