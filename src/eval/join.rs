//! Gold and predictions by document.

use std::collections::HashMap;

use super::Pair;
use crate::doc::Annotations;

/// Why two sides do not fit.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// Nothing is predicted for a document of gold.
    #[error(
        "no prediction for `{id}`; a document without predictions is given with an empty list, or pass `--missing empty`"
    )]
    Missing {
        /// The document.
        id: String,
    },
    /// A document that gold does not have.
    #[error("a prediction for `{id}`, which gold does not have")]
    Extra {
        /// The document.
        id: String,
    },
    /// The two sides speak of different texts.
    #[error("the texts of `{id}` differ between gold and predictions, first at byte {at}")]
    Text {
        /// The document.
        id: String,
        /// The first byte that differs.
        at: usize,
    },
}

/// What a document of gold without a prediction means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MissingPrediction {
    /// A mistake.
    #[default]
    Error,
    /// Nothing was found in it.
    Empty,
}

/// One side: id, text and annotations of each document.
type Side<'a> = [(&'a str, &'a str, &'a Annotations)];

/// Pairs documents by their ids, in the order of gold.
///
/// # Errors
///
/// If a document stands on one side only, or its texts differ.
pub fn join<'a>(
    gold: &Side<'a>,
    predicted: &Side<'a>,
    missing: MissingPrediction,
    nothing: &'a Annotations,
) -> Result<Vec<Pair<'a>>, JoinError> {
    let by_id: HashMap<&str, (&'a str, &'a Annotations)> =
        predicted.iter().map(|(id, text, annotations)| (*id, (*text, *annotations))).collect();
    let known: std::collections::HashSet<&str> = gold.iter().map(|(id, ..)| *id).collect();
    if let Some((id, ..)) = predicted.iter().find(|(id, ..)| !known.contains(id)) {
        return Err(JoinError::Extra { id: (*id).to_owned() });
    }
    gold.iter()
        .map(|&(id, text, gold)| match by_id.get(id) {
            Some((other, _)) if *other != text => {
                let at = text.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
                Err(JoinError::Text { id: id.to_owned(), at })
            }
            Some((_, predicted)) => Ok(Pair { id, text, gold, predicted }),
            None if missing == MissingPrediction::Empty => Ok(Pair { id, text, gold, predicted: nothing }),
            None => Err(JoinError::Missing { id: id.to_owned() }),
        })
        .collect()
}
