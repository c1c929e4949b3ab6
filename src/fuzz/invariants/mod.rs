//! [`INVARIANTS`]: the laws.

mod extraction;
mod folding;
mod formats;
mod tokens;
mod values;

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::subject::Subject;

/// A law that holds for every text.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// What flags call it.
    pub name: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// Whether it says nothing without a pack.
    pub needs_pack: bool,
    check: fn(&dyn Subject, &str) -> Result<(), String>,
}

impl Invariant {
    /// Asks a subject about a text. A panic breaks the law, whatever it says.
    ///
    /// # Errors
    ///
    /// If the law does not hold: why.
    pub fn check(&self, subject: &dyn Subject, text: &str) -> Result<(), String> {
        catch_unwind(AssertUnwindSafe(|| (self.check)(subject, text))).unwrap_or_else(|panic| {
            let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(format!("panic: {}", message.unwrap_or_default()))
        })
    }
}

/// Every law, in the order in which they are asked. A new one is a line here.
pub const INVARIANTS: &[Invariant] = &[
    law("tokens-tile", "tokens stand in order, and only white space between them", tokens::tile),
    law("char-boundaries", "tokens and mentions begin and end between characters", tokens::boundaries),
    law("lines-sentences", "each token is in one line and one sentence of it", tokens::stretches),
    law("ascii-path", "the short way for ASCII gives what the way for all gives", tokens::ascii_path),
    law("line-before", "a line before moves tokens, lines and sentences by its length", tokens::line_before),
    law("fold-maps-back", "each folded character comes from whole characters", folding::maps_back),
    law("fold-twice", "folding twice changes nothing more", folding::twice),
    law("nfc", "folding gives NFC, the same for composed and decomposed texts", folding::nfc),
    law("units", "code points, UTF-16 units and bytes lead to each other", formats::units),
    law("jsonl", "JSON Lines are read as they were written, in every unit", formats::jsonl),
    law("values-parse", "dates, times, numbers, amounts and quantities are well formed", values::parse),
    of_pack("relations-refer", "relations, events and chains refer to fitting mentions", extraction::refer),
    of_pack("blanks-before", "blank lines before move everything by their length", extraction::blanks_before),
    of_pack(
        "paragraph-before",
        "a paragraph before moves mentions and relations by its length",
        extraction::paragraph_before,
    ),
    of_pack("same-output", "threads, buffers and pieces of input change nothing", extraction::same_output),
];

const fn law(
    name: &'static str,
    doc: &'static str,
    check: fn(&dyn Subject, &str) -> Result<(), String>,
) -> Invariant {
    Invariant { name, doc, needs_pack: false, check }
}

const fn of_pack(
    name: &'static str,
    doc: &'static str,
    check: fn(&dyn Subject, &str) -> Result<(), String>,
) -> Invariant {
    Invariant { name, doc, needs_pack: true, check }
}

/// The law of this name.
#[must_use]
pub fn invariant(name: &str) -> Option<&'static Invariant> {
    INVARIANTS.iter().find(|invariant| invariant.name == name)
}

/// The first place where two lists part, in words.
fn first_difference<T: PartialEq + std::fmt::Debug>(
    what: &str,
    got: &[T],
    wanted: &[T],
) -> Result<(), String> {
    let at = got.iter().zip(wanted).position(|(a, b)| a != b).unwrap_or(got.len().min(wanted.len()));
    match (got.get(at), wanted.get(at)) {
        (None, None) => Ok(()),
        (Some(got), Some(wanted)) => Err(format!("{what} {at} is {got:?}, not {wanted:?}")),
        (Some(got), None) => Err(format!("{what} {at}, {got:?}, is one too many")),
        (None, Some(wanted)) => Err(format!("{what} {at}, {wanted:?}, is missing")),
    }
}
