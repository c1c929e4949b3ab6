//! Offsets and nothing else: spans, units, lines, source files.
//!
//! Inside Spanwright every offset is a byte offset on a character boundary.
//! Other units exist only at the border ([`UnitIndex`]).

mod decimal;
mod line_index;
mod source_map;
mod span;
mod units;

pub(crate) use decimal::{MOST_DIGITS, decimal};
pub use line_index::{LineColumn, LineIndex};
pub use source_map::{FileId, SourceFile, SourceMap};
pub use span::Span;
pub use units::{OffsetUnit, UnitIndex};
