//! Tokens and folding: the laws that `spanwright fuzz` asks, on bytes that a fuzzer steers.

use spanwright::fuzz::{Engine, INVARIANTS};

/// The laws about folding; those that need no pack and are not here are about tokens.
const OF_FOLDING: [&str; 3] = ["fold-maps-back", "fold-twice", "nfc"];

pub(super) fn tokens(bytes: &[u8]) {
    laws(bytes, false);
}

pub(super) fn folding(bytes: &[u8]) {
    laws(bytes, true);
}

fn laws(bytes: &[u8], of_folding: bool) {
    let text = super::text(bytes);
    let engine = Engine::without_pack();
    for law in INVARIANTS.iter().filter(|law| !law.needs_pack && OF_FOLDING.contains(&law.name) == of_folding)
    {
        if let Err(reason) = law.check(&engine, &text) {
            panic!("{}: {reason}", law.name);
        }
    }
}
