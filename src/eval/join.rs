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
    /// One id stands for two documents of one side.
    #[error("{side} has two documents `{id}`: give each its own id")]
    Repeated {
        /// `gold`, or `the predictions`.
        side: &'static str,
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
/// If a document stands on one side only or twice on one, or its texts differ.
pub fn join<'a>(
    gold: &Side<'a>,
    predicted: &Side<'a>,
    missing: MissingPrediction,
    nothing: &'a Annotations,
) -> Result<Vec<Pair<'a>>, JoinError> {
    let mut by_id: HashMap<&str, (&'a str, &'a Annotations)> = HashMap::with_capacity(predicted.len());
    for (id, text, annotations) in predicted {
        if by_id.insert(id, (text, annotations)).is_some() {
            return Err(JoinError::Repeated { side: "the predictions", id: (*id).to_owned() });
        }
    }
    let mut known = std::collections::HashSet::with_capacity(gold.len());
    if let Some((id, ..)) = gold.iter().find(|(id, ..)| !known.insert(*id)) {
        return Err(JoinError::Repeated { side: "gold", id: (*id).to_owned() });
    }
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
