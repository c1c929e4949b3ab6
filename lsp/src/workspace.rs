//! What the editor has open, and the packs that it belongs to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use lsp_types::Location;
use spanwright::check::CheckedPack;
use spanwright::diag::Report;
use spanwright::syntax::ast::RulePack;
use spanwright::syntax::{self, Nesting};
use spanwright::text::{FileId, Span};

use crate::hits::Hits;
use crate::occurrences::{Occurrence, occurrences};
use crate::positions::{self, Encoding};
use crate::uris;

/// The editor's view of the disk.
#[derive(Default)]
pub(crate) struct Workspace {
    /// The folders that the editor works in.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) encoding: Encoding,
    /// Texts that the editor holds, by path.
    pub(crate) open: HashMap<PathBuf, String>,
    /// Packs with something open in them, by folder.
    pub(crate) packs: BTreeMap<PathBuf, Pack>,
    /// Packs that have changed since they were read.
    pub(crate) dirty: BTreeSet<PathBuf>,
}

/// A pack as it was read last.
pub(crate) struct Pack {
    pub(crate) tree: RulePack,
    pub(crate) report: Report,
    pub(crate) checked: Option<CheckedPack>,
    pub(crate) occurrences: Vec<Occurrence>,
    /// What its rules find in gold, once someone has asked.
    pub(crate) hits: Option<Hits>,
}

/// A place in a pack: its folder, the file, the byte.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    pub(crate) file: FileId,
    pub(crate) byte: u32,
}

impl Workspace {
    /// The folder of the pack that a file belongs to: the nearest above it
    /// with a `pack.toml`.
    pub(crate) fn folder_of(&self, path: &Path) -> Option<PathBuf> {
        let has_manifest = |folder: &&Path| {
            let manifest = folder.join("pack.toml");
            self.open.contains_key(&manifest) || manifest.is_file()
        };
        path.ancestors().skip(1).find(has_manifest).map(Path::to_path_buf)
    }

    /// Says that a file has changed.
    pub(crate) fn touch(&mut self, path: &Path) {
        if let Some(folder) = self.folder_of(path) {
            self.dirty.insert(folder);
        }
        // Packs that share the file.
        let sharing = self.packs.iter().filter(|(_, pack)| {
            pack.report.sources.files().any(|(_, file)| same(Path::new(&file.name), path))
        });
        let sharing: Vec<PathBuf> = sharing.map(|(folder, _)| folder.clone()).collect();
        self.dirty.extend(sharing);
    }

    /// Reads the packs that have changed; returns their folders.
    pub(crate) fn refresh(&mut self) -> Vec<PathBuf> {
        let dirty = std::mem::take(&mut self.dirty);
        for folder in &dirty {
            let overlay = |path: &Path| self.open.get(&tidy(path)).cloned();
            match syntax::load_with(folder, Nesting::default(), &overlay) {
                Ok((tree, mut report)) => {
                    let checked = spanwright::check::check(&tree, &mut report);
                    let occurrences = occurrences(&tree, &report.sources);
                    let pack = Pack { tree, report, checked, occurrences, hits: None };
                    self.packs.insert(folder.clone(), pack);
                }
                Err(_) => {
                    self.packs.remove(folder);
                }
            }
        }
        dirty.into_iter().collect()
    }

    /// The place of a position in an open file of a pack.
    pub(crate) fn place(&self, uri: &lsp_types::Uri, position: lsp_types::Position) -> Option<Place> {
        let path = uris::to_path(uri)?;
        let folder = self.folder_of(&path)?;
        let pack = self.packs.get(&folder)?;
        let (file, source) =
            pack.report.sources.files().find(|(_, file)| same(Path::new(&file.name), &path))?;
        Some(Place { folder, file, byte: positions::to_byte(&source.text, position, self.encoding) })
    }

    /// Where a span stands, for the editor.
    pub(crate) fn location(&self, pack: &Pack, file: FileId, span: Span) -> Option<Location> {
        let source = pack.report.sources.file(file);
        let uri = uris::from_path(&tidy(Path::new(&source.name)))?;
        Some(Location::new(uri, positions::range(&source.text, span, self.encoding)))
    }
}

/// A path without `.` and `..`, as far as that can be said without looking.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                tidied.pop();
            }
            other => tidied.push(other),
        }
    }
    tidied
}

fn same(a: &Path, b: &Path) -> bool {
    tidy(a) == tidy(b)
}

impl Pack {
    /// What stands at a place.
    pub(crate) fn at(&self, file: FileId, byte: u32) -> Option<&Occurrence> {
        let here = |o: &&Occurrence| o.file == file && o.span.start <= byte && byte <= o.span.end;
        self.occurrences.iter().filter(here).min_by_key(|o| o.span.len())
    }

    /// Every occurrence of the same thing.
    pub(crate) fn like<'p>(&'p self, known: &'p Occurrence) -> impl Iterator<Item = &'p Occurrence> {
        self.occurrences.iter().filter(|other| other.thing == known.thing && other.name == known.name)
    }

    pub(crate) fn text(&self, file: FileId) -> &str {
        &self.report.sources.file(file).text
    }
}
