//! Lines and columns of a text.

/// A place that a person can find: line and column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in code points, from 1.
    pub column: u32,
}

/// Where each line of a text starts. `\n`, `\r\n` and a lone `\r` end a line.
///
/// ```
/// use spanwright::text::LineIndex;
/// let text = "Hà Giang\r\nprovince";
/// let lines = LineIndex::new(text);
/// let place = lines.place(text, 11);
/// assert_eq!((place.line, place.column), (2, 1));
/// ```
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`. O(n).
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts }
    }

    /// First byte of each line.
    #[must_use]
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The line of a byte, from 0. O(log lines).
    #[must_use]
    pub fn line_of(&self, byte: u32) -> usize {
        self.starts.partition_point(|&start| start <= byte).saturating_sub(1)
    }

    /// Line and column of a byte of `text`. O(log lines + line length).
    #[must_use]
    pub fn place(&self, text: &str, byte: u32) -> LineColumn {
        let line = self.line_of(byte);
        let start = self.starts[line] as usize;
        let before = text.get(start..byte as usize).unwrap_or("");
        LineColumn { line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }
}
