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
    /// The ids of mentions, relations and events.
    pub(super) mention_ids: Numbered<'T'>,
    pub(super) relation_ids: Numbered<'R'>,
    pub(super) event_ids: Numbered<'E'>,
}

/// Ids that are kept, of about forty bytes; more are made each time.
const MOST_IDS: usize = 1 << 14;

/// The ids of what stands in the lists of each document: `T1`, `T2` and so on.
#[derive(Debug, Default)]
pub(super) struct Numbered<const LETTER: char> {
    known: Vec<Arc<str>>,
}

impl<const LETTER: char> Numbered<LETTER> {
    /// The id of what stands at a place of its list.
    pub(super) fn id(&mut self, index: usize) -> Arc<str> {
        while self.known.len() <= index && self.known.len() < MOST_IDS {
            self.known.push(Self::made(self.known.len()));
        }
        self.known.get(index).map_or_else(|| Self::made(index), Arc::clone)
    }

    fn made(index: usize) -> Arc<str> {
        format!("{LETTER}{}", index + 1).into()
    }
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
            ..Self::default()
        }
    }
}
