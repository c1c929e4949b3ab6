//! How deep rules may be nested.

use std::fmt;

/// How deep groups, conditions and captures may be nested in a rule as it is
/// written. Reading goes down as deep on the stack.
///
/// ```
/// use spanwright::syntax::Nesting;
///
/// assert_eq!(Nesting::default().to_string(), "100");
/// assert_eq!(Nesting::new(7).map(Nesting::written_out), Some(21));
/// assert!(Nesting::new(0).is_none() && Nesting::new(1_000_000).is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nesting(u32);

impl Nesting {
    /// The deepest: what a stack of 2 MiB holds, which is the least that threads get,
    /// even where nothing is optimized.
    pub const MOST: u32 = 150;

    /// A depth from 1 to [`MOST`](Self::MOST); others are none.
    #[must_use]
    pub fn new(depth: u32) -> Option<Self> {
        (1..=Self::MOST).contains(&depth).then_some(Self(depth))
    }

    /// How deep a rule may be nested with its lets written out: three times as deep.
    #[must_use]
    pub fn written_out(self) -> usize {
        3 * self.0 as usize
    }

    /// Whether what lies so deep may hold nothing more.
    pub(super) fn ends_at(self, depth: u32) -> bool {
        depth >= self.0
    }
}

impl Default for Nesting {
    /// 100.
    fn default() -> Self {
        Self(100)
    }
}

impl fmt::Display for Nesting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
