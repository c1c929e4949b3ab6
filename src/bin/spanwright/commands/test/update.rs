//! Rewrites tests that fail to what was found.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use anstyle::AnsiColor;
use anyhow::{Context, bail};
use similar::TextDiff;
use spanwright::diag::Edit;
use spanwright::run::{CaseOutcome, Rewrite, apply};
use spanwright::text::{FileId, SourceMap};

use super::super::{count, write_to};
use super::text::Screen;
use crate::args::Update;

/// Changes, or shows what would change. Returns whether all tests hold then.
pub(crate) fn update(
    pack: &str,
    outcomes: &[CaseOutcome],
    sources: &SourceMap,
    which: Update,
    screen: Screen,
) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    let failing: Vec<&Rewrite> = outcomes.iter().filter_map(|outcome| outcome.rewrite.as_ref()).collect();
    let asks = which == Update::Ask && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let taken = if asks { ask(&failing, sources, screen, &mut out)? } else { failing.clone() };
    let mut files: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
    for rewrite in &taken {
        let source = &sources.file(rewrite.file()).text;
        files.entry(rewrite.file()).or_default().extend(rewrite.edits(source));
    }
    let writes = asks || which == Update::All;
    for (file, edits) in &files {
        let file = sources.file(*file);
        let new = apply(&file.text, edits);
        if !asks {
            write!(out, "{}", diff(&file.name, &file.text, &new, screen))?;
        }
        if writes {
            replace(Path::new(&file.name), &file.text, &new)?;
        }
    }
    let done = match (failing.len(), writes) {
        (0, _) => "nothing to update".to_owned(),
        (_, true) => format!("{} updated", count(taken.len() as u64, "text")),
        (_, false) => {
            format!("{} would change: say `--update=all`", count(taken.len() as u64, "text"))
        }
    };
    writeln!(out, "{pack}: {done}")?;
    Ok(failing.is_empty() || (writes && taken.len() == failing.len()))
}

/// Shows each change and asks whether to take it.
fn ask<'r>(
    failing: &[&'r Rewrite],
    sources: &SourceMap,
    screen: Screen,
    out: &mut impl Write,
) -> anyhow::Result<Vec<&'r Rewrite>> {
    let show = |rewrite: &&Rewrite| {
        let file = sources.file(rewrite.file());
        let new = apply(&file.text, &rewrite.edits(&file.text));
        diff(&file.name, &file.text, &new, screen)
    };
    choose(failing, show, std::io::stdin().lock().lines(), out)
}

/// The items to which the answer is yes, up to the first quit.
fn choose<T: Copy>(
    items: &[T],
    show: impl Fn(&T) -> String,
    mut answers: impl Iterator<Item = std::io::Result<String>>,
    out: &mut impl Write,
) -> anyhow::Result<Vec<T>> {
    let mut taken = Vec::new();
    'items: for item in items {
        write!(out, "{}", show(item))?;
        loop {
            write!(out, "take this? [y]es, [n]o, [q]uit: ")?;
            out.flush()?;
            // The end of the input is an answer too.
            let answer = answers.next().transpose()?.unwrap_or_else(|| "q".to_owned());
            match answer.trim().to_lowercase().as_str() {
                "y" | "yes" => taken.push(*item),
                "n" | "no" => {}
                "q" | "quit" => break 'items,
                _ => continue,
            }
            break;
        }
    }
    Ok(taken)
}

/// Writes a file, unless someone else has changed it since it was read.
fn replace(path: &Path, old: &str, new: &str) -> anyhow::Result<()> {
    let now = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    if now != old {
        bail!("{}: the file has changed since it was read: run the tests again", path.display());
    }
    write_to(path, |out| Ok(out.write_all(new.as_bytes())?))
}

fn diff(name: &str, old: &str, new: &str, screen: Screen) -> String {
    let diff = TextDiff::from_lines(old, new).unified_diff().context_radius(1).header(name, name).to_string();
    let paint = |line: &str| match line.as_bytes().first() {
        Some(b'-') => screen.paint(line, AnsiColor::Red),
        Some(b'+') => screen.paint(line, AnsiColor::Green),
        Some(b'@') => screen.paint(line, AnsiColor::Cyan),
        _ => line.to_owned(),
    };
    diff.lines().map(|line| format!("{}\n", paint(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::choose;

    fn chosen(answers: &str) -> (Vec<u32>, String) {
        let mut out = Vec::new();
        let answers = answers.split_whitespace().map(|answer| Ok(answer.to_owned()));
        let taken = choose(&[1, 2, 3], |item| format!("change {item}\n"), answers, &mut out).unwrap();
        (taken, String::from_utf8(out).unwrap())
    }

    #[test]
    fn each_change_is_taken_or_left_as_the_answer_says() {
        assert_eq!(chosen("y n YES").0, [1, 3]);
        assert_eq!(chosen("n n n").0, [0; 0]);
        let (taken, shown) = chosen("perhaps y q");
        assert_eq!(taken, [1]);
        assert_eq!(shown.matches("take this?").count(), 3);
        assert!(shown.contains("change 2") && !shown.contains("change 3"));
        // The end of the input quits.
        assert_eq!(chosen("y").0, [1]);
    }
}
