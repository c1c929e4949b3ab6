//! Documents and what is said about them: data, no algorithms.

mod annotations;
mod document;
pub mod schema;
mod value;

pub use annotations::{
    Annotations, Arg, Attribute, Chain, Event, Fragments, Mention, MentionId, Note, Relation, Target,
};
pub use document::{Document, InputTokens};
pub use value::Value;
