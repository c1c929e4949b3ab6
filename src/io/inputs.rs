//! Paths on the command line to files, in a fixed order.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;

use super::{FORMATS, Format, Kind, ReadError};

/// One file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it is; `-` is standard input.
    pub path: PathBuf,
    /// The id of its document, if it is one.
    pub id: String,
    /// The file with its annotations.
    pub annotations: Option<PathBuf>,
    pub(super) kind: Option<Kind>,
}

/// The files that paths, folders and globs name.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// In order: as given, and sorted within a folder or glob.
    pub files: Vec<Input>,
}

impl Inputs {
    /// Finds the files. A folder is walked in sorted order, `.gitignore`
    /// respected; a name with `*`, `?` or `[` that is no file is a glob.
    ///
    /// # Errors
    ///
    /// If a path or glob names nothing that can be read.
    pub fn find(paths: &[PathBuf], format: Option<&'static Format>) -> Result<Self, ReadError> {
        let mut files = Vec::new();
        let kind = format.map(|format| format.kind);
        for path in paths {
            if path.as_os_str() == "-" {
                files.push(Input { path: path.clone(), id: "stdin".to_owned(), annotations: None, kind });
            } else if path.is_dir() {
                let found = walk(path)?;
                if found.is_empty() {
                    let glob = path.display().to_string();
                    return Err(ReadError::Glob {
                        glob,
                        reason: "the folder holds no file of a known format".into(),
                    });
                }
                files.extend(found.into_iter().map(|file| input(&file, Some(path), kind)));
            } else if path.is_file() || is_special(path) {
                files.push(input(path, None, kind));
            } else if path.to_string_lossy().contains(['*', '?', '[']) {
                files.extend(glob(path)?.into_iter().map(|file| input(&file, None, kind)));
            } else {
                return Err(ReadError::Missing { path: path.display().to_string() });
            }
        }
        // A `.txt` whose `.ann` was named too is one document.
        let paired: BTreeSet<PathBuf> = files.iter().filter_map(|input| input.annotations.clone()).collect();
        files.retain(|input| !paired.contains(&input.path));
        for input in &files {
            if input.kind == Some(Kind::Brat) && input.annotations.is_none() && input.path.as_os_str() != "-"
            {
                let path = input.path.display().to_string();
                return Err(ReadError::Glob {
                    glob: path,
                    reason: "there is no `.txt` file beside it".into(),
                });
            }
        }
        Ok(Self { files })
    }
}

/// Pipes and devices: neither file nor folder, but there.
fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| !meta.is_dir())
}

/// The extension without `.gz` or `.zst`, and the path without either.
fn split(path: &Path) -> (String, PathBuf) {
    let packed = path.extension().is_some_and(|end| end == "gz" || end == "zst");
    let bare = if packed { path.with_extension("") } else { path.to_path_buf() };
    let extension = bare.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    (extension, bare.with_extension(""))
}

fn known(path: &Path) -> Option<&'static Format> {
    let (extension, _) = split(path);
    FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
}

fn input(path: &Path, folder: Option<&Path>, kind: Option<Kind>) -> Input {
    let (_, stem) = split(path);
    let named = match folder {
        Some(folder) => stem.strip_prefix(folder).unwrap_or(&stem).to_path_buf(),
        None => stem.file_name().map_or_else(|| stem.clone(), PathBuf::from),
    };
    let id = named.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    let kind = kind.or_else(|| known(path).map(|format| format.kind)).or(Some(Kind::Text));
    let beside = |extension: &str| {
        ["", ".gz", ".zst"]
            .iter()
            .map(|packed| PathBuf::from(format!("{}.{extension}{packed}", stem.display())))
            .find(|path| path.is_file())
    };
    match kind {
        // The text is the document; its annotations stand beside it.
        Some(Kind::Text | Kind::Brat) => match (split(path).0 == "ann", beside("txt"), beside("ann")) {
            (true, Some(text), _) => {
                Input { path: text, id, annotations: Some(path.to_path_buf()), kind: Some(Kind::Brat) }
            }
            (false, _, Some(annotations)) => {
                Input { path: path.to_path_buf(), id, annotations: Some(annotations), kind: Some(Kind::Brat) }
            }
            (true, None, _) => {
                Input { path: path.to_path_buf(), id, annotations: None, kind: Some(Kind::Brat) }
            }
            (false, ..) => Input { path: path.to_path_buf(), id, annotations: None, kind: Some(Kind::Text) },
        },
        kind => Input { path: path.to_path_buf(), id, annotations: None, kind },
    }
}

fn walk(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut found = BTreeSet::new();
    for entry in ignore::WalkBuilder::new(folder).require_git(false).build() {
        let entry = entry.map_err(|error| ReadError::Io {
            file: folder.display().to_string(),
            source: std::io::Error::other(error),
        })?;
        let path = entry.path();
        if holds(&entry) && known(path).is_some() {
            let (extension, stem) = split(path);
            let has_text = extension == "ann"
                && ["txt", "txt.gz", "txt.zst"]
                    .iter()
                    .any(|e| PathBuf::from(format!("{}.{e}", stem.display())).is_file());
            if !has_text {
                found.insert(path.to_path_buf());
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Whether an entry of a folder is to be read: a file, or a link to one. A link
/// that leads nowhere, or in a circle, is read too, which tells of it; one to a
/// folder is not followed, so that none is walked for ever, and none to a pipe or
/// a device, which could be read for ever.
fn holds(entry: &ignore::DirEntry) -> bool {
    let leads_to_file = || entry.path().metadata().map_or(true, |beyond| beyond.is_file());
    entry.file_type().is_some_and(|kind| kind.is_file() || kind.is_symlink() && leads_to_file())
}

fn glob(pattern: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let shown = pattern.display().to_string();
    let broken = |reason: String| ReadError::Glob { glob: shown.clone(), reason };
    let matcher = GlobBuilder::new(&shown)
        .literal_separator(true)
        .build()
        .map_err(|error| broken(error.to_string()))?
        .compile_matcher();
    // The folder above the first wildcard is where the walk begins.
    let fixed: PathBuf = pattern
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']))
        .collect();
    let root = if fixed.as_os_str().is_empty() { PathBuf::from(".") } else { fixed.clone() };
    if !root.exists() {
        return Err(broken("matches nothing".to_owned()));
    }
    let mut found = BTreeSet::new();
    for entry in ignore::WalkBuilder::new(&root).require_git(false).build().flatten() {
        let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
        if holds(&entry) && matcher.is_match(path) {
            found.insert(path.to_path_buf());
        }
    }
    if found.is_empty() {
        return Err(broken("matches nothing".to_owned()));
    }
    Ok(found.into_iter().collect())
}
