//! The files of a rule pack, by id.

use super::{LineColumn, LineIndex};

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// One source file: the name that messages show, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the user would write it.
    pub name: String,
    /// The whole text.
    pub text: String,
    lines: LineIndex,
}

/// Every file that a rule pack was read from.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let lines = LineIndex::new(&text);
        self.files.push(SourceFile { name: name.into(), text, lines });
        FileId(self.files.len() as u32 - 1)
    }

    /// The file with this id.
    ///
    /// # Panics
    ///
    /// If `id` comes from another map.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }
}

impl SourceFile {
    /// Line and column of a byte of this file.
    #[must_use]
    pub fn place(&self, byte: u32) -> LineColumn {
        self.lines.place(&self.text, byte)
    }
}
