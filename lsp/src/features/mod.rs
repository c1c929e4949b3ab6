//! What an editor can ask for, one file each.

pub(crate) mod actions;
pub(crate) mod completion;
pub(crate) mod diagnostics;
pub(crate) mod format;
pub(crate) mod hover;
pub(crate) mod names;
pub(crate) mod symbols;
