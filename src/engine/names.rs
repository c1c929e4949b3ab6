//! [`Names`]: what annotations call their types, rules, features and roles.

use std::sync::Arc;

use crate::doc::schema::RelationInfo;
use crate::program::Program;

/// The names of a program, each thread's own.
///
/// A mention counts its references to them. Were they those of the program, threads
/// would wait for each other at every mention, for the counters would lie in memory
/// that all of them write.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By type, rule and feature.
    pub(super) types: Vec<Arc<str>>,
    pub(super) rules: Vec<Arc<str>>,
    pub(super) features: Vec<Arc<str>>,
    /// By type of relation, with the names of its roles.
    pub(super) relations: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

impl Names {
    /// Copies the names. O(their length).
    pub(super) fn new(program: &Program) -> Self {
        let own = |name: &Arc<str>| -> Arc<str> { (**name).into() };
        let relation = |info: &RelationInfo| (own(&info.name), info.roles.iter().map(own).collect());
        Self {
            types: program.types.iter().map(|info| own(&info.name)).collect(),
            rules: program.origins.iter().map(|origin| own(&origin.id)).collect(),
            features: program.features.iter().map(own).collect(),
            relations: program.relations.iter().map(relation).collect(),
        }
    }
}
