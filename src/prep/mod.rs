//! From a text to what rules read: tokens, lines, sentences, folded views.
//!
//! ```
//! use spanwright::prep::Prepared;
//! let text = "Resolution No. 18-NQ/TW of the Politburo.\nHà Giang, 14th.";
//! let prepared = Prepared::new(text);
//! let tokens: Vec<&str> = prepared.tokens().iter().filter_map(|t| t.span().slice(text)).collect();
//! assert_eq!(tokens[..6], ["Resolution", "No.", "18", "-", "NQ", "/"]);
//! assert_eq!(prepared.lines().len(), 2);
//! ```

mod fold;
mod plain_run;
mod prepared;
mod sentence;
mod token;
mod tokenize;

pub use fold::{Folded, OffsetMap, fold, fold_with_map};
pub(crate) use plain_run::{CASE, between};
pub use prepared::Prepared;
pub use sentence::split;
pub use token::{Class, Token, shape};
pub use tokenize::{tokenize, tokenize_plainly};
