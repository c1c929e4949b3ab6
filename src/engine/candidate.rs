//! [`Candidate`]: a span that a rule proposes, with its derivation and its fate.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::doc::Value;
use crate::doc::schema::{BindingId, FeatureId, Order, RelationTypeId, RuleId, TypeId};
use crate::text::Span;
use crate::value::Normalizer;

/// The index of a candidate of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateId(pub u32);

impl CandidateId {
    /// The index as `usize`.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A span that a rule proposes.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Where it stands, in bytes.
    pub span: Span,
    /// First token, and one past the last.
    pub tokens: (u32, u32),
    /// Its type.
    pub label: TypeId,
    /// The rule that proposes it.
    pub rule: RuleId,
    /// The phase, from 0.
    pub phase: u16,
    /// Its normal value.
    pub value: Option<Value>,
    /// A value that is computed once it is known that the candidate stays.
    pub pending: Option<Box<(&'static Normalizer, String)>>,
    /// Its features.
    pub features: SmallVec<[(FeatureId, Arc<str>); 1]>,
    /// The spans that its rule matched on the way, and what they were bound to.
    pub stands_on: SmallVec<[(Option<BindingId>, CandidateId); 2]>,
    /// Whether it stays.
    pub fate: Fate,
}

impl Candidate {
    /// One without value and features, in the first phase.
    pub(super) fn bare(span: Span, tokens: (u32, u32), label: TypeId, rule: RuleId) -> Self {
        Self {
            span,
            tokens,
            label,
            rule,
            phase: 0,
            value: None,
            pending: None,
            features: SmallVec::new(),
            stands_on: SmallVec::new(),
            fate: Fate::Stays,
        }
    }
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is part of the result.
    Stays,
    /// Another candidate beat it.
    Lost {
        /// Which.
        to: CandidateId,
        /// By which step of the order.
        by: Step,
    },
    /// A later span took its place.
    Replaced(CandidateId),
    /// A `drop` took it back.
    Dropped(RuleId),
}

/// A step of the order that decides which of two spans stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The other stood there from an earlier step.
    Earlier,
    /// A step of the order that the pack states.
    By(Order),
    /// The other's rule stands first in the pack.
    Rule,
}

impl Step {
    /// Why the other stays, in a few words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Earlier => "it stood there from an earlier step",
            Self::By(Order::Priority) => "it has the higher priority",
            Self::By(Order::Longest) => "it is longer",
            Self::By(Order::Shortest) => "it is shorter",
            Self::By(Order::Earliest) => "it begins first",
            Self::By(Order::Latest) => "it begins later",
            Self::Rule => "its rule stands first in the pack",
        }
    }
}

impl Candidate {
    /// Whether it is part of the result.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.fate == Fate::Stays
    }

    /// A feature of it.
    #[must_use]
    pub fn feature(&self, name: FeatureId) -> Option<&Arc<str>> {
        self.features.iter().find(|(id, _)| *id == name).map(|(_, value)| value)
    }
}

/// A relation that a rule proposes.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Its type.
    pub relation: RelationTypeId,
    /// The roles that are filled, by their index, each with what plays it.
    pub args: SmallVec<[(u8, CandidateId); 2]>,
    /// The rule.
    pub rule: RuleId,
}
