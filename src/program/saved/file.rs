//! The file around the bytes: what it is, of which version, and sections with
//! their lengths and checksums.
//!
//! ```text
//! 8    the mark of a saved program
//! 4    the version of the format
//! 24   the version of Spanwright that wrote it, zeros behind
//! 4    how many sections follow
//! 12   for each section its length in bytes (8) and its checksum (4)
//! 4    the checksum of all above
//! …    the sections
//! ```
//!
//! Numbers are little-endian, checksums are CRC-32: it notices every burst of
//! wrong bits up to its own width, and is the quickest that is in use here.

use std::io::{self, Read, Write};

use crc32fast::Hasher;

use super::LoadError;

/// What a saved program begins with. The first byte begins no text.
pub(super) const MARK: [u8; 8] = *b"\x93SPANPRG";

/// The version of the format: another with every change of what is kept, or of
/// how it is worked on.
const FORMAT: u32 = 3;

/// Bytes of the version of Spanwright.
const VERSION: usize = 24;
/// Bytes before the sections are named.
const HEAD: usize = 8 + 4 + VERSION + 4;
/// Bytes that name a section.
const ENTRY: usize = 12;

/// Bytes that are read, checked and taken in at a time: they stay in the cache.
/// A multiple of the bytes of every kind of number.
const CHUNK: usize = 3 << 16;

/// A section to be written.
pub(super) enum Section<'p> {
    Bytes(&'p [u8]),
    Numbers(&'p [u32]),
    Long(&'p [u64]),
    Pairs(&'p [[u32; 2]]),
    Triples(&'p [[u32; 3]]),
}

impl Section<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Numbers(numbers) => numbers.len() * 4,
            Self::Long(numbers) => numbers.len() * 8,
            Self::Pairs(pairs) => pairs.len() * 8,
            Self::Triples(triples) => triples.len() * 12,
        }
    }

    /// Shows the bytes, a piece at a time.
    fn each(&self, mut show: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => show(bytes),
            Self::Numbers(numbers) => pieces(numbers, &mut show),
            Self::Long(numbers) => pieces(numbers, &mut show),
            Self::Pairs(pairs) => pieces(pairs, &mut show),
            Self::Triples(triples) => pieces(triples, &mut show),
        }
    }
}

fn pieces<T: Fixed>(items: &[T], show: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut piece = Vec::with_capacity(CHUNK);
    for items in items.chunks(CHUNK / T::BYTES) {
        piece.clear();
        items.iter().for_each(|item| item.put(&mut piece));
        show(&piece)?;
    }
    Ok(())
}

/// Writes a file of sections.
pub(super) fn write(sections: &[Section<'_>], out: &mut dyn Write) -> io::Result<()> {
    let mut head = MARK.to_vec();
    head.extend(FORMAT.to_le_bytes());
    head.extend(version());
    head.extend((sections.len() as u32).to_le_bytes());
    for section in sections {
        let mut sum = Hasher::new();
        section.each(|piece| {
            sum.update(piece);
            Ok(())
        })?;
        head.extend((section.len() as u64).to_le_bytes());
        head.extend(sum.finalize().to_le_bytes());
    }
    let sum = crc32fast::hash(&head);
    head.extend(sum.to_le_bytes());
    out.write_all(&head)?;
    sections.iter().try_for_each(|section| section.each(|piece| out.write_all(piece)))
}

fn version() -> [u8; VERSION] {
    let mut version = [0; VERSION];
    let own = env!("CARGO_PKG_VERSION").as_bytes();
    let len = own.len().min(VERSION);
    version[..len].copy_from_slice(&own[..len]);
    version
}

/// Numbers of a fixed width, or some of them.
pub(super) trait Fixed: Sized {
    const BYTES: usize;
    fn put(&self, to: &mut Vec<u8>);
    /// Reads as many as there are bytes for.
    fn take(from: &[u8], to: &mut Vec<Self>);
}

impl Fixed for u32 {
    const BYTES: usize = 4;

    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }

    fn take(from: &[u8], to: &mut Vec<Self>) {
        to.extend(from.as_chunks().0.iter().map(|bytes| Self::from_le_bytes(*bytes)));
    }
}

impl Fixed for u64 {
    const BYTES: usize = 8;

    fn put(&self, to: &mut Vec<u8>) {
        to.extend(self.to_le_bytes());
    }

    fn take(from: &[u8], to: &mut Vec<Self>) {
        to.extend(from.as_chunks().0.iter().map(|bytes| Self::from_le_bytes(*bytes)));
    }
}

impl<const N: usize> Fixed for [u32; N] {
    const BYTES: usize = 4 * N;

    fn put(&self, to: &mut Vec<u8>) {
        self.iter().for_each(|number| number.put(to));
    }

    fn take(from: &[u8], to: &mut Vec<Self>) {
        let numbers = |bytes: &[[u8; 4]; N]| bytes.map(u32::from_le_bytes);
        to.extend(from.as_chunks().0.as_chunks().0.iter().map(numbers));
    }
}

/// The sections of a file, one after the other.
pub(super) struct Sections<R> {
    from: R,
    /// The lengths and checksums of those that have not been read, the next last.
    left: Vec<(usize, u32)>,
    chunk: Vec<u8>,
}

impl<R: Read> Sections<R> {
    /// Reads what stands before the sections; `length` is that of the file.
    pub(super) fn open(mut from: R, length: u64) -> Result<Self, LoadError> {
        let mut head = vec![0; HEAD];
        let start = fill(&mut from, &mut head)?;
        if !MARK.starts_with(&start[..start.len().min(MARK.len())]) || start.is_empty() {
            return Err(LoadError::NotSaved);
        }
        // Other formats may go on in another way.
        let format = start.get(8..12).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
        if format.is_some_and(|format| format != FORMAT) {
            return Err(LoadError::OtherFormat);
        }
        if start.len() < HEAD {
            return Err(LoadError::CutShort);
        }
        let count = number(&head[HEAD - 4..]) as u64;
        if (HEAD as u64 + count * ENTRY as u64 + 4) > length {
            return Err(LoadError::CutShort);
        }
        let entries = HEAD..HEAD + count as usize * ENTRY;
        head.resize(entries.end + 4, 0);
        if fill(&mut from, &mut head[HEAD..])?.len() < entries.len() + 4 {
            return Err(LoadError::CutShort);
        }
        if crc32fast::hash(&head[..entries.end]) != number(&head[entries.end..]) {
            return Err(LoadError::Damaged);
        }
        if head[12..12 + VERSION] != version() {
            let end = head[12..12 + VERSION].iter().position(|byte| *byte == 0).unwrap_or(VERSION);
            let found = String::from_utf8_lossy(&head[12..12 + end]).into_owned();
            return Err(LoadError::OtherVersion { found });
        }
        let mut left = Vec::with_capacity(count as usize);
        let mut total = (entries.end + 4) as u64;
        for entry in head[entries].as_chunks::<ENTRY>().0 {
            let bytes = u64::from(number(entry)) | u64::from(number(&entry[4..])) << 32;
            total = total.checked_add(bytes).ok_or(LoadError::Damaged)?;
            left.push((bytes as usize, number(&entry[8..])));
        }
        match total.cmp(&length) {
            std::cmp::Ordering::Less => return Err(LoadError::Damaged),
            std::cmp::Ordering::Greater => return Err(LoadError::CutShort),
            std::cmp::Ordering::Equal => {}
        }
        left.reverse();
        Ok(Self { from, left, chunk: Vec::new() })
    }

    /// The next section as bytes.
    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, LoadError> {
        let mut all = Vec::with_capacity(self.left.last().map_or(0, |(length, _)| *length));
        self.each(|bytes| all.extend_from_slice(bytes))?;
        Ok(all)
    }

    /// The next section as text.
    pub(super) fn text(&mut self) -> Result<String, LoadError> {
        String::from_utf8(self.bytes()?).map_err(|_| LoadError::Damaged)
    }

    /// The next section as numbers.
    pub(super) fn numbers<T: Fixed>(&mut self) -> Result<Vec<T>, LoadError> {
        let mut all = Vec::new();
        let &(length, _) = self.left.last().ok_or(LoadError::Damaged)?;
        if length % T::BYTES != 0 {
            return Err(LoadError::Damaged);
        }
        all.reserve_exact(length / T::BYTES);
        self.each(|bytes| T::take(bytes, &mut all))?;
        Ok(all)
    }

    /// That no section is left.
    pub(super) fn end(&self) -> Result<(), LoadError> {
        if self.left.is_empty() { Ok(()) } else { Err(LoadError::Damaged) }
    }

    /// Shows the next section, a piece at a time.
    fn each(&mut self, mut show: impl FnMut(&[u8])) -> Result<(), LoadError> {
        let (mut length, wanted) = self.left.pop().ok_or(LoadError::Damaged)?;
        let mut sum = Hasher::new();
        self.chunk.resize(CHUNK, 0);
        while length > 0 {
            let piece = fill(&mut self.from, &mut self.chunk[..length.min(CHUNK)])?;
            if piece.is_empty() {
                return Err(LoadError::CutShort);
            }
            sum.update(piece);
            show(piece);
            length -= piece.len();
        }
        if sum.finalize() == wanted { Ok(()) } else { Err(LoadError::Damaged) }
    }
}

/// Reads as much as there is room for, or as there is.
fn fill<'b>(from: &mut impl Read, room: &'b mut [u8]) -> Result<&'b [u8], LoadError> {
    let mut at = 0;
    while at < room.len() {
        match from.read(&mut room[at..]) {
            Ok(0) => break,
            Ok(read) => at += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(LoadError::Io(error)),
        }
    }
    Ok(&room[..at])
}

/// The number that four bytes say.
fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}
