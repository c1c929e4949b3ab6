//! Reads a pack from its folder.

use std::collections::HashMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::allow::{allowances, comment_lines};
use super::ast::{Allowance, GazetteerEntries, Item, Name, RuleFile, RulePack, Spanned};
use super::items::items;
use super::manifest::manifest;
use super::nesting::Nesting;
use crate::diag::{Diagnostic, Report, codes};
use crate::text::{FileId, Span};

/// Why a pack could not be looked at at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no `pack.toml`.
    #[error("{path}: cannot read the rule pack; a pack is a folder with a `pack.toml`")]
    Manifest {
        /// Where it was looked for.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// Reads a pack from its folder, or from the path of its `pack.toml`. Mistakes
/// in it are in the report.
///
/// # Errors
///
/// If `pack.toml` cannot be read.
pub fn load(path: &Path) -> Result<(RulePack, Report), LoadError> {
    load_with(path, Nesting::default(), &|_| None)
}

/// The same with a nesting of one's own, and where some files are newer in
/// memory than on the disk: `overlay` is asked first, with the path of each file.
///
/// # Errors
///
/// If `pack.toml` cannot be read.
pub fn load_with(
    path: &Path,
    max_nesting: Nesting,
    overlay: &dyn Fn(&Path) -> Option<String>,
) -> Result<(RulePack, Report), LoadError> {
    let folder = match path.file_name() {
        Some(name) if name == "pack.toml" => path.parent().unwrap_or(Path::new("")),
        _ => path,
    };
    let read = |name: &str| {
        let path = folder.join(name);
        overlay(&path).map_or_else(|| read_file(&path), |text| Ok(text.into_bytes()))
    };
    let manifest = read("pack.toml").map_err(|source| LoadError::Manifest {
        path: folder.join("pack.toml").display().to_string(),
        source,
    })?;
    let read = |name: &str| if name == "pack.toml" { Ok(manifest.clone()) } else { read(name) };
    Ok(parse(folder, max_nesting, &read, test_files(folder)))
}

/// Bytes that the files of a pack may have together: places in them, and in the
/// words of its phrases, however folded, are numbers of 32 bits.
const MOST_BYTES: u64 = 1 << 30;

/// Reads a file whole. A pipe could keep one waiting, a device never end.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let kind = std::fs::metadata(path)?;
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::other("it is no file, but a pipe or a device"));
    }
    if kind.len() > MOST_BYTES {
        return Err(too_large());
    }
    std::fs::read(path)
}

fn too_large() -> io::Error {
    io::Error::other("the files of a pack may have 1 GiB together")
}

/// The names `tests/*.span` of a folder.
fn test_files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder.join("tests")) else { return Vec::new() };
    let files = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    let names = files.filter_map(|path| Some(format!("tests/{}", path.file_name()?.to_str()?)));
    names.filter(|name| is_test_file(name)).collect()
}

fn is_test_file(name: &str) -> bool {
    let inner = name.strip_prefix("tests/").and_then(|name| name.strip_suffix(".span"));
    inner.is_some_and(|inner| !inner.contains('/'))
}

/// Reads a pack from texts in memory: names and contents, `pack.toml` among
/// them, and `tests/name.span` for files of tests.
#[must_use]
pub fn parse_pack(files: &[(&str, &str)]) -> (RulePack, Report) {
    let read = |name: &str| {
        let found = files.iter().find(|(file, _)| *file == name);
        found
            .map(|(_, text)| text.as_bytes().to_vec())
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    };
    let names = files.iter().map(|(name, _)| (*name).to_owned()).filter(|name| is_test_file(name));
    parse(Path::new(""), Nesting::default(), &read, names.collect())
}

fn parse(
    folder: &Path,
    max_nesting: Nesting,
    read: &dyn Fn(&str) -> io::Result<Vec<u8>>,
    test_files: Vec<String>,
) -> (RulePack, Report) {
    let mut loader = Loader {
        folder,
        max_nesting,
        read,
        report: Report::default(),
        gazetteers: HashMap::new(),
        includes: Vec::new(),
        allowances: Vec::new(),
        room: MOST_BYTES,
    };
    let pack = loader.pack(test_files);
    loader.report.sort();
    (pack, loader.report)
}

struct Loader<'a> {
    folder: &'a Path,
    max_nesting: Nesting,
    read: &'a dyn Fn(&str) -> io::Result<Vec<u8>>,
    report: Report,
    /// Gazetteer files that have been read, by path.
    gazetteers: HashMap<String, FileId>,
    /// Folders outside the pack whose files may be named.
    includes: Vec<String>,
    allowances: Vec<Allowance>,
    /// Bytes that further files may have.
    room: u64,
}

impl Loader<'_> {
    fn pack(&mut self, mut test_files: Vec<String>) -> RulePack {
        let text = match (self.read)("pack.toml").map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => {
                let file = self.report.sources.add(self.shown("pack.toml"), "");
                self.report.diagnostics.push(
                    Diagnostic::error(
                        &codes::UNREADABLE_FILE,
                        "`pack.toml` is not UTF-8",
                        file,
                        Default::default(),
                    )
                    .help("save it as UTF-8"),
                );
                return RulePack::default();
            }
            Err(_) => String::new(),
        };
        let file = self.report.sources.add(self.shown("pack.toml"), text.as_str());
        let manifest = manifest(file, &text, &mut self.report.diagnostics);
        let comments = comment_lines(&text);
        self.allow(file, &text, &comments);
        self.includes = manifest.include.iter().filter_map(|name| self.include(name, file)).collect();
        let mut files = Vec::new();
        for (phase, names) in manifest.phases.iter().enumerate() {
            for name in names {
                files.extend(self.rule_file(phase, name, file));
            }
        }
        test_files.sort();
        test_files.dedup();
        test_files.retain(|name| !manifest.phases.iter().flatten().any(|rules| rules.node == *name));
        let phase = manifest.phases.len();
        let test_files = test_files
            .into_iter()
            .filter_map(|name| self.rule_file(phase, &Name::new(name, Default::default()), file))
            .collect();
        RulePack { manifest, files, test_files, allowances: std::mem::take(&mut self.allowances) }
    }

    /// A folder of `include`, without a slash at its end.
    fn include(&mut self, name: &Name, manifest: FileId) -> Option<String> {
        let folder = name.node.trim_end_matches('/');
        if Path::new(folder).is_absolute() || folder.is_empty() {
            let title = format!("`{}` is no path from the pack to a folder", name.node);
            self.report.diagnostics.push(
                Diagnostic::error(&codes::PATH_LEAVES_PACK, title, manifest, name.span)
                    .help("write a relative path such as \"../common\", so that both can be moved together"),
            );
            return None;
        }
        Some(folder.to_owned())
    }

    /// The folder of `include` in which a file lies.
    fn included(&self, name: &str) -> Option<&str> {
        let holds =
            |folder: &&String| name.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.includes.iter().find(holds).map(String::as_str)
    }

    fn allow(&mut self, file: FileId, text: &str, comments: &[Span]) {
        self.allowances.extend(allowances(file, text, comments, &mut self.report.diagnostics));
    }

    fn rule_file(&mut self, phase: usize, name: &Name, manifest: FileId) -> Option<RuleFile> {
        let file = self.file(name, manifest)?;
        let text = self.report.sources.file(file).text.clone();
        let mut read = items(file, &text, self.max_nesting, &mut self.report.diagnostics);
        self.allowances.append(&mut read.allowances);
        let home = self.included(&name.node).map(str::to_owned);
        for item in &mut read.items {
            let Item::Gazetteer(gazetteer) = item else { continue };
            for entries in &mut gazetteer.entries {
                if let GazetteerEntries::File(path, id) = entries {
                    // A shared file names what lies beside it.
                    let found = match &home {
                        Some(home) => Spanned::new(format!("{home}/{}", path.node), path.span),
                        None => path.clone(),
                    };
                    *id = self.gazetteer_file(&found, file);
                }
            }
        }
        Some(RuleFile { file, name: name.node.clone(), phase, items: read.items, lost: read.lost })
    }

    /// Reads a gazetteer file, or returns it where it has been read already.
    fn gazetteer_file(&mut self, path: &Name, named_in: FileId) -> Option<FileId> {
        if let Some(id) = self.gazetteers.get(&path.node) {
            return Some(*id);
        }
        let id = self.file(path, named_in)?;
        self.gazetteers.insert(path.node.clone(), id);
        let text = self.report.sources.file(id).text.clone();
        self.allow(id, &text, &comment_lines(&text));
        Some(id)
    }

    /// Reads a file that is named at a place of another.
    fn file(&mut self, name: &Name, named_in: FileId) -> Option<FileId> {
        let path = PathBuf::from(&name.node);
        let leaves = path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
        let place = self.shown(&name.node);
        let within = self.included(&name.node).is_some_and(|folder| {
            let rest = Path::new(&name.node[folder.len() + 1..]);
            rest.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        });
        let mut problem = |code, title: String, help: String| {
            let diagnostic = Diagnostic::error(code, title, named_in, name.span).help(help);
            self.report.diagnostics.push(diagnostic);
        };
        if leaves && !within {
            let title = format!("`{}` leaves the folder of the pack", name.node);
            problem(
                &codes::PATH_LEAVES_PACK,
                title,
                "copy the file into the pack, or share its folder: `include = [\"../common\"]` under `[pack]`".to_owned(),
            );
            return None;
        }
        let read = (self.read)(&name.node).and_then(|bytes| {
            self.room = self.room.checked_sub(bytes.len() as u64).ok_or_else(too_large)?;
            Ok(bytes)
        });
        match read.map(String::from_utf8) {
            Ok(Ok(text)) => Some(self.report.sources.add(self.shown(&name.node), text)),
            Ok(Err(error)) => {
                let at = error.utf8_error().valid_up_to();
                let title = format!("`{}` is not UTF-8: byte {at} is wrong", name.node);
                problem(&codes::UNREADABLE_FILE, title, "save the file as UTF-8".to_owned());
                None
            }
            Err(error) => {
                let title = format!("cannot read `{}`: {}", name.node, reason(&error));
                problem(&codes::UNREADABLE_FILE, title, format!("looked for it at {place}"));
                None
            }
        }
    }

    /// A file of the pack as the user would write it.
    fn shown(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not permitted".to_owned(),
        _ => error.to_string(),
    }
}
