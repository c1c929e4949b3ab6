//! What one side, gold or predicted, says about one document.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Value;
use crate::text::Span;

/// The index of a mention in its [`Annotations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MentionId(pub u32);

impl MentionId {
    /// The index as `usize`.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Disjoint byte ranges in text order; nearly always exactly one.
pub type Fragments = SmallVec<[Span; 1]>;

/// A typed span of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// The id as read or to be written, such as `T7`; unique in the document.
    pub id: Arc<str>,
    /// The entity type.
    pub label: Arc<str>,
    /// Where it stands, in bytes. Never empty.
    pub fragments: Fragments,
    /// What it stands for.
    pub value: Option<Value>,
    /// Further facts, by name, in the order of their names.
    pub features: Vec<(Arc<str>, Arc<str>)>,
    /// The rule that made it, as `file:rule`.
    pub rule: Option<Arc<str>>,
}

impl Mention {
    /// The smallest span that covers all fragments.
    #[must_use]
    pub fn span(&self) -> Span {
        let first = self.fragments.first().copied().unwrap_or_default();
        self.fragments.iter().fold(first, |all, &part| all.cover(part))
    }

    /// A mention of one fragment, with nothing else known.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>, label: impl Into<Arc<str>>, span: Span) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            fragments: SmallVec::from_slice(&[span]),
            value: None,
            features: Vec::new(),
            rule: None,
        }
    }
}

/// One argument of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// The role, such as `from` or `to`.
    pub role: Arc<str>,
    /// The mention that plays it.
    pub mention: MentionId,
}

/// A typed tuple of mentions; the order of the arguments counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// The id as read or to be written, such as `R1`.
    pub id: Arc<str>,
    /// The relation type.
    pub label: Arc<str>,
    /// The arguments in the order of their roles.
    pub args: SmallVec<[Arg; 2]>,
    /// The rule that made it, as `file:rule`.
    pub rule: Option<Arc<str>>,
}

/// Mentions of one thing, in text order.
pub type Chain = Vec<MentionId>;

/// What an event argument, an attribute or a note points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A mention.
    Mention(MentionId),
    /// A relation, by its index in [`Annotations::relations`].
    Relation(u32),
    /// An event, by its index in [`Annotations::events`].
    Event(u32),
    /// Anything else, as it was written.
    Other(String),
}

/// A brat event: a trigger with arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The id, such as `E1`.
    pub id: Arc<str>,
    /// The event type.
    pub label: Arc<str>,
    /// The mention that triggers it.
    pub trigger: MentionId,
    /// Roles and what plays them.
    pub args: Vec<(Arc<str>, Target)>,
    /// The rule that made it, as `file:rule`.
    pub rule: Option<Arc<str>>,
}

/// A brat attribute: a flag, or a name with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The id, such as `A1` or `M1`.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it is about.
    pub target: Target,
    /// The value; nothing for a flag.
    pub value: Option<String>,
}

/// A line of brat standoff that is kept as it is: a note, or a second
/// normalization of one mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The id, such as `#1`.
    pub id: String,
    /// The kind, such as `AnnotatorNotes`.
    pub kind: String,
    /// What it is about.
    pub target: Target,
    /// The text after the second tab.
    pub text: String,
}

/// Everything that one side says about one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotations {
    /// Typed spans. [`MentionId`] is the index here.
    pub mentions: Vec<Mention>,
    /// Relations between them.
    pub relations: Vec<Relation>,
    /// Mentions of one thing.
    pub chains: Vec<Chain>,
    /// Events, as brat has them.
    pub events: Vec<Event>,
    /// Attributes of any of the above.
    pub attributes: Vec<Attribute>,
    /// Notes about any of the above.
    pub notes: Vec<Note>,
}

impl Annotations {
    /// The mention with this index.
    ///
    /// # Panics
    ///
    /// If the id comes from other annotations.
    #[must_use]
    pub fn mention(&self, id: MentionId) -> &Mention {
        &self.mentions[id.index()]
    }

    /// Keeps the mentions that `keep` says, and of the rest what does not need the
    /// others: relations between kept ones, events whose trigger is kept with the
    /// arguments that are, and the kept members of chains. Attributes and notes go
    /// with what they are about. O(size).
    pub fn retain_mentions(&mut self, keep: impl Fn(&Mention) -> bool) {
        let mentions = Renumbered::new(self.mentions.iter().map(keep));
        mentions.retain(&mut self.mentions);
        let kept = |id: MentionId| mentions.get(id.0).map(MentionId);
        let relations = Renumbered::new(
            self.relations.iter().map(|r| r.args.iter().all(|arg| kept(arg.mention).is_some())),
        );
        let events = Renumbered::new(self.events.iter().map(|event| kept(event.trigger).is_some()));
        relations.retain(&mut self.relations);
        events.retain(&mut self.events);
        let moved = |target: &Target| match target {
            Target::Mention(id) => kept(*id).map(Target::Mention),
            Target::Relation(at) => relations.get(*at).map(Target::Relation),
            Target::Event(at) => events.get(*at).map(Target::Event),
            Target::Other(name) => Some(Target::Other(name.clone())),
        };
        for arg in self.relations.iter_mut().flat_map(|relation| &mut relation.args) {
            arg.mention = kept(arg.mention).unwrap_or(arg.mention);
        }
        for event in &mut self.events {
            event.trigger = kept(event.trigger).unwrap_or(event.trigger);
            let args = event.args.iter().filter_map(|(role, target)| Some((role.clone(), moved(target)?)));
            event.args = args.collect();
        }
        for chain in &mut self.chains {
            *chain = chain.iter().copied().filter_map(kept).collect();
        }
        self.chains.retain(|chain| !chain.is_empty());
        self.attributes.retain_mut(|attribute| {
            moved(&attribute.target).map(|target| attribute.target = target).is_some()
        });
        self.notes.retain_mut(|note| moved(&note.target).map(|target| note.target = target).is_some());
    }
}

/// Places in a list of which some items go.
struct Renumbered(Vec<Option<u32>>);

impl Renumbered {
    fn new(keeps: impl Iterator<Item = bool>) -> Self {
        let mut next = 0;
        let place = |keep: bool| {
            let place = keep.then_some(next);
            next += u32::from(keep);
            place
        };
        Self(keeps.map(place).collect())
    }

    fn get(&self, at: u32) -> Option<u32> {
        self.0.get(at as usize).copied().flatten()
    }

    fn retain<T>(&self, items: &mut Vec<T>) {
        let mut keeps = self.0.iter().map(Option::is_some);
        items.retain(|_| keeps.next().unwrap_or(false));
    }
}
