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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::Mention;
    use crate::text::Span;

    #[test]
    fn documents_are_paired_by_id_or_the_reason_is_told() {
        let nothing = Annotations::default();
        let side = |start: u32| Annotations {
            mentions: vec![Mention::new("T1".to_owned(), "P", Span::new(start, start + 1))],
            ..Annotations::default()
        };
        let sides = [side(0), side(1), side(2)];
        let of = |documents: &[(&'static str, &'static str, usize)]| -> Vec<(&'static str, &'static str, &Annotations)> {
            documents.iter().map(|&(id, text, side)| (id, text, &sides[side])).collect()
        };
        let joined = |gold: &[(&'static str, &'static str, usize)],
                      predicted: &[(&'static str, &'static str, usize)],
                      missing| {
            let pairs = join(&of(gold), &of(predicted), missing, &nothing)?;
            let start = |side: &Annotations| side.mentions.first().map(|mention| mention.span().start);
            let row = |pair: &Pair<'_>| {
                (pair.id.to_owned(), pair.text.len(), start(pair.gold), start(pair.predicted))
            };
            Ok(pairs.iter().map(row).collect::<Vec<_>>())
        };
        use MissingPrediction::{Empty, Error};
        let both = [("a", "one", 0), ("b", "four", 1)];
        let row = |id: &str, len: usize, gold: u32, predicted: Option<u32>| {
            (id.to_owned(), len, Some(gold), predicted)
        };
        // In the order of gold, each with its own.
        assert_eq!(
            joined(&both, &[("b", "four", 2), ("a", "one", 1)], Error),
            Ok(vec![row("a", 3, 0, Some(1)), row("b", 4, 1, Some(2))])
        );
        assert_eq!(joined(&both, &both[..1], Empty), Ok(vec![row("a", 3, 0, Some(0)), row("b", 4, 1, None)]));
        let id = |id: &str| id.to_owned();
        assert_eq!(joined(&both, &both[..1], Error), Err(JoinError::Missing { id: id("b") }));
        assert_eq!(joined(&both[..1], &both, Error), Err(JoinError::Extra { id: id("b") }));
        let twice = [both[0], both[0]];
        assert_eq!(joined(&twice, &both[..1], Error), Err(JoinError::Repeated { side: "gold", id: id("a") }));
        assert_eq!(
            joined(&both, &twice, Error),
            Err(JoinError::Repeated { side: "the predictions", id: id("a") })
        );
        assert_eq!(
            joined(&both, &[("a", "one", 0), ("b", "fou!", 1)], Empty),
            Err(JoinError::Text { id: id("b"), at: 3 })
        );
    }
}
