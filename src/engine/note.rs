//! [`Note`]: what the matcher notes on its way.

use crate::doc::schema::BindingId;

use super::candidate::CandidateId;

/// What the matcher notes on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Note {
    /// It consumed a span, bound to a name or not.
    Span(Option<BindingId>, CandidateId),
    /// A binding begins before this token.
    Open(BindingId, u32),
    /// A binding ends before this token.
    Close(BindingId, u32),
}
