//! Laws of folding.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::doc::schema::FoldFlags;
use crate::fuzz::subject::Subject;
use crate::text::Span;

/// Every way to fold.
pub(super) const FLAGS: [FoldFlags; 4] = [
    FoldFlags { case: false, marks: false },
    FoldFlags { case: true, marks: false },
    FoldFlags { case: false, marks: true },
    FoldFlags { case: true, marks: true },
];

pub(super) fn maps_back(subject: &dyn Subject, text: &str) -> Result<(), String> {
    for flags in FLAGS {
        let folded = subject.fold_with_map(text, flags);
        let mut last = Span::default();
        for (at, c) in folded.text.char_indices() {
            let span = Span::new(at as u32, (at + c.len_utf8()) as u32);
            let original = folded.map.to_original(span);
            if original.slice(text).is_none_or(str::is_empty) {
                return Err(format!(
                    "{flags:?}: {c:?} at {span} comes from {original}, which is no stretch of the text"
                ));
            }
            if original.start < last.start || original.end < last.end {
                return Err(format!("{flags:?}: {c:?} at {span} comes from {original}, before {last}"));
            }
            // Another look at what it came from gives it again.
            if original != last {
                let again = subject.fold(original.slice(text).unwrap_or(""), flags);
                if !again.contains(c) {
                    return Err(format!(
                        "{flags:?}: {c:?} at {span} comes from {original}, which folds to {again:?}"
                    ));
                }
            }
            last = original;
        }
    }
    Ok(())
}

pub(super) fn twice(subject: &dyn Subject, text: &str) -> Result<(), String> {
    for flags in FLAGS {
        let once = subject.fold(text, flags);
        let again = subject.fold(&once, flags);
        if once != again {
            return Err(format!("{flags:?}: folded {once:?}, folded twice {again:?}"));
        }
    }
    Ok(())
}

pub(super) fn nfc(subject: &dyn Subject, text: &str) -> Result<(), String> {
    let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
    for flags in FLAGS {
        let folded = subject.fold(text, flags);
        if !is_nfc(&folded) {
            return Err(format!("{flags:?}: {folded:?} is not NFC"));
        }
        for (form, other) in [("composed", &composed), ("decomposed", &decomposed)] {
            let other = subject.fold(other, flags);
            if folded != other {
                return Err(format!("{flags:?}: {form} it folds to {other:?}, else to {folded:?}"));
            }
        }
    }
    Ok(())
}
