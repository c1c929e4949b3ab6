//! One file a command, and what they share.

pub(crate) mod agree;
pub(crate) mod attribution;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod compat;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod extract;
pub(crate) mod fmt;
pub(crate) mod fuzz;
pub(crate) mod history;
pub(crate) mod man;
pub(crate) mod runs;
pub(crate) mod score;
pub(crate) mod sides;
pub(crate) mod test;
pub(crate) mod tokenize;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use spanwright::check::CheckedPack;
use spanwright::diag::{Format, Report, Severity, render};
use spanwright::io::{Inputs, ReadConfig, Source};
use spanwright::program::{LoadConfig, Program, Saved};
use spanwright::syntax::ast::RulePack;
use spanwright::text::SourceMap;

use crate::args::{Global, SelectionArgs};
use crate::terminal::style_of_errors;

/// A pack that can run, from its sources or from a saved program.
pub(crate) type Loaded = Saved;

/// A pack with its sources.
pub(crate) struct WithSources {
    pub(crate) checked: CheckedPack,
    pub(crate) program: Program,
    /// The files that the pack was read from.
    pub(crate) sources: SourceMap,
}

/// Reads a pack, or loads a saved program. The problems of a pack are shown;
/// nothing comes back from a broken one.
pub(crate) fn load_pack(path: &Path, global: &Global) -> anyhow::Result<Option<Loaded>> {
    load_selected(path, &SelectionArgs::default(), global)
}

/// The same, for the rules that flags leave.
pub(crate) fn load_selected(
    path: &Path,
    args: &SelectionArgs,
    global: &Global,
) -> anyhow::Result<Option<Loaded>> {
    let shown = || path.display().to_string();
    if is_saved(path)? {
        return Saved::open(path, settled(path, args, global)?).with_context(shown).map(Some);
    }
    let Some((pack, checked, sources)) = load_checked(path, global)? else { return Ok(None) };
    let parts = spanwright::syntax::parts(&pack, &sources);
    drop((pack, sources));
    let program = compile(&checked, path, args)?;
    let cases = checked.tests.into_iter().flat_map(|test| test.cases);
    Ok(Some(Loaded { program, parts, texts: cases.map(|case| case.text).collect() }))
}

/// The same, and nothing of the pack but what runs.
pub(crate) fn load_program(
    path: &Path,
    args: &SelectionArgs,
    global: &Global,
) -> anyhow::Result<Option<Program>> {
    let shown = || path.display().to_string();
    if is_saved(path)? {
        return Program::open(path, settled(path, args, global)?).with_context(shown).map(Some);
    }
    // A large gazetteer is in memory once at a time.
    let Some((pack, checked, sources)) = load_checked(path, global)? else { return Ok(None) };
    drop((pack, sources));
    compile(&checked, path, args).map(Some)
}

/// Reads a pack for a command that needs its sources.
pub(crate) fn load_sources(path: &Path, global: &Global) -> anyhow::Result<Option<WithSources>> {
    needs_sources(path)?;
    let Some((_, checked, sources)) = load_checked(path, global)? else { return Ok(None) };
    let program = compile(&checked, path, &SelectionArgs::default())?;
    Ok(Some(WithSources { checked, program, sources }))
}

/// Refuses a saved program where the sources of a pack are meant.
pub(crate) fn needs_sources(path: &Path) -> anyhow::Result<()> {
    if Saved::is_at(path) {
        return Err(anyhow!(NO_SOURCES)).with_context(|| path.display().to_string());
    }
    Ok(())
}

/// What a saved program is told where the sources of a pack are meant.
pub(crate) const NO_SOURCES: &str =
    "a saved program has no sources, which this command needs: name the folder of the pack";

/// Whether a path is that of a saved program. A file that is something else is refused.
fn is_saved(path: &Path) -> anyhow::Result<bool> {
    let is_saved = Saved::is_at(path);
    let is_manifest = path.file_name().is_some_and(|name| name == "pack.toml");
    if !is_saved && path.is_file() && !is_manifest {
        bail!(
            "{}: neither a rule pack, which is a folder with a `pack.toml`, nor a saved program, which `spanwright compile PACK -o FILE` writes",
            path.display()
        );
    }
    Ok(is_saved)
}

/// How a saved program is loaded. Flags that choose among its rules are refused.
fn settled(path: &Path, args: &SelectionArgs, global: &Global) -> anyhow::Result<LoadConfig> {
    if *args != SelectionArgs::default() {
        bail!(
            "{}: which rules of a saved program run is settled: give --with, --without and --only to `spanwright compile`",
            path.display()
        );
    }
    Ok(LoadConfig { max_program: global.max_program })
}

fn load_checked(
    folder: &Path,
    global: &Global,
) -> anyhow::Result<Option<(RulePack, CheckedPack, SourceMap)>> {
    let (pack, mut report) = spanwright::syntax::load_with(folder, global.max_nesting, &|_| None)?;
    let checked = spanwright::check::check_with(&pack, &mut report, global.checks());
    let show = report.has_errors() || (global.verbose && !report.diagnostics.is_empty());
    if show {
        let text = render(&report, Format::Full, style_of_errors());
        anstream::eprint!("{text}");
        anstream::eprintln!("spanwright: {}: {}", folder.display(), summary(&report));
    }
    Ok(checked.map(|checked| (pack, checked, report.sources)))
}

fn compile(checked: &CheckedPack, folder: &Path, args: &SelectionArgs) -> anyhow::Result<Program> {
    let selection = spanwright::compile::Selection {
        on: args.with.clone(),
        off: args.without.clone(),
        only: args.only.clone(),
    };
    spanwright::compile::compile_selected(checked, &selection).with_context(|| folder.display().to_string())
}

/// `2 errors, 1 warning`
pub(crate) fn summary(report: &Report) -> String {
    let errors = report.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let warnings = report.diagnostics.len() - errors;
    let parts: Vec<String> = [(errors, "error"), (warnings, "warning")]
        .into_iter()
        .filter(|&(n, _)| n > 0)
        .map(|(n, what)| count(n as u64, what))
        .collect();
    if parts.is_empty() { "no problems".to_owned() } else { parts.join(", ") }
}

/// `1 error`, `2 errors`
pub(crate) fn count(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// The records behind paths; without paths those of a piped standard input.
pub(crate) fn open(paths: &[PathBuf], format: Option<&str>, config: ReadConfig) -> anyhow::Result<Source> {
    let piped = [PathBuf::from("-")];
    let paths = if !paths.is_empty() {
        paths
    } else if std::io::stdin().is_terminal() {
        bail!("no input: name files, folders or globs, or pipe text in");
    } else {
        &piped
    };
    let format = format.and_then(spanwright::io::format);
    let inputs = Inputs::find(paths, format)?;
    Ok(Source::new(inputs, Some(Box::new(std::io::stdin())), config))
}

/// Runs `write` over standard output, or over a file that appears whole or not
/// at all; `.gz` and `.zst` are packed.
pub(crate) fn write_to<T>(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    if path.as_os_str() == "-" {
        let mut out = std::io::BufWriter::with_capacity(1 << 18, std::io::stdout());
        let done = write(&mut out)?;
        out.flush()?;
        return Ok(done);
    }
    let shown = || format!("{}", path.display());
    if path.exists() && !path.is_file() {
        // A pipe or device is written as it is.
        let mut file = std::fs::OpenOptions::new().write(true).open(path).with_context(shown)?;
        return write(&mut file);
    }
    // A link stays a link: what it names is replaced.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!("{}: there is no folder `{}`", path.display(), folder.display());
    }
    let mut file = temporary().tempfile_in(folder).with_context(shown)?;
    let done = match path.extension().and_then(|end| end.to_str()) {
        Some("gz") => {
            let mut packed =
                flate2::write::GzEncoder::new(buffered(&mut file), flate2::Compression::default());
            let done = write(&mut packed)?;
            packed.finish()?.flush()?;
            done
        }
        Some("zst") => {
            let mut packed = zstd::Encoder::new(buffered(&mut file), 3)?;
            let done = write(&mut packed)?;
            packed.finish()?.flush()?;
            done
        }
        _ => {
            let mut plain = buffered(&mut file);
            let done = write(&mut plain)?;
            plain.flush()?;
            done
        }
    };
    let permissions = std::fs::metadata(path).map(|meta| meta.permissions()).ok();
    let kept = file.persist(path).map_err(|error| error.error).with_context(shown)?;
    if let Some(permissions) = permissions {
        kept.set_permissions(permissions)?;
    }
    Ok(done)
}

fn buffered(file: &mut tempfile::NamedTempFile) -> impl Write + Send + '_ {
    std::io::BufWriter::with_capacity(1 << 18, file.as_file_mut())
}

/// Makes files with the permissions that ordinary new ones have.
fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".spanwright-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}
