//! Opening files: compression by extension or by the first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const BUFFER: usize = 1 << 18;

/// Opens a file; `.gz` and `.zst` are unpacked on the way.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    unpacked(Box::new(File::open(path)?))
}

/// Unpacks a stream if its first bytes say that it is packed.
pub(super) fn unpacked(stream: Box<dyn Read + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    let mut stream = BufReader::with_capacity(BUFFER, stream);
    let head = stream.fill_buf()?;
    if head.starts_with(GZIP) {
        let unpacked = flate2::bufread::MultiGzDecoder::new(stream);
        return Ok(Box::new(BufReader::with_capacity(BUFFER, unpacked)));
    }
    if head.starts_with(ZSTD) {
        let unpacked = zstd::Decoder::with_buffer(stream)?;
        return Ok(Box::new(BufReader::with_capacity(BUFFER, unpacked)));
    }
    Ok(Box::new(stream))
}

/// All of a stream; nothing where that is more than `limit` bytes, however small
/// it was packed.
pub(super) fn read(stream: &mut dyn BufRead, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    stream.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// There is no further one.
    End,
    /// It was added, with its line break.
    Read,
    /// It would have made the bytes more than the limit, and was passed over. Room
    /// that it took was given back.
    TooLong,
}

/// Adds the next line of a stream to some bytes, unless they would become more
/// than `limit`.
pub(super) fn read_line(stream: &mut dyn BufRead, bytes: &mut Vec<u8>, limit: u64) -> io::Result<Line> {
    let before = bytes.len();
    let room = limit.saturating_sub(before as u64);
    let read = stream.take(room.saturating_add(1)).read_until(b'\n', bytes)?;
    if read == 0 {
        return Ok(Line::End);
    }
    if bytes.last() == Some(&b'\n') || read as u64 <= room {
        return Ok(Line::Read);
    }
    bytes.truncate(before);
    bytes.shrink_to(before.max(BUFFER));
    loop {
        let ahead = stream.fill_buf()?;
        let (used, ends) = match ahead.iter().position(|&byte| byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (ahead.len(), ahead.is_empty()),
        };
        stream.consume(used);
        if ends {
            return Ok(Line::TooLong);
        }
    }
}

/// Bytes as text, or what is wrong with them and on which line.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, (u64, String, Vec<u8>)> {
    if let Some((name, how)) = wide(&bytes) {
        let cure = format!("this {how}: convert it first, for instance with `iconv -f {name} -t UTF-8`");
        return Err((1, cure, bytes));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        (line, format!("byte {at} is not UTF-8: convert the file to UTF-8"), bytes)
    })
}

/// Bytes that are looked at to tell how wide letters are.
const HEAD: usize = 1024;

/// The encoding of text whose letters take two or four bytes, and how it is known.
fn wide(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let marks: [(&[u8], _); 4] = [
        (&[0xff, 0xfe, 0, 0], ("UTF-32", "is UTF-32")),
        (&[0, 0, 0xfe, 0xff], ("UTF-32", "is UTF-32")),
        (&[0xff, 0xfe], ("UTF-16", "is UTF-16")),
        (&[0xfe, 0xff], ("UTF-16", "is UTF-16")),
    ];
    if let Some((_, known)) = marks.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Some(*known);
    }
    // Without a mark: most letters of most scripts that have spaces and digits
    // leave one of their two bytes empty, and always the same one.
    let head = &bytes[..bytes.len().min(HEAD)];
    memchr::memchr(0, head)?;
    let pairs: Vec<(bool, bool)> = head.chunks_exact(2).map(|pair| (pair[0] == 0, pair[1] == 0)).collect();
    let count = |which: (bool, bool)| pairs.iter().filter(|pair| **pair == which).count();
    let (high, low) = (count((false, true)), count((true, false)));
    match pairs.len() {
        0..4 => None,
        all if low == 0 && high * 2 > all => Some(("UTF-16LE", "looks like UTF-16 without a mark")),
        all if high == 0 && low * 2 > all => Some(("UTF-16BE", "looks like UTF-16 without a mark")),
        _ => None,
    }
}
