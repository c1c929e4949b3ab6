//! Events: triggers with their roles, and whole frames.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet as HashSet;

use super::exact::{add_types, by_type, count};
use super::{Counts, Pair};
use crate::doc::{Annotations, Event, Fragments, Target};

/// Scores of events.
#[derive(Clone, Debug, Default)]
pub struct Events {
    /// One item for each argument: event type, trigger, role, and the argument
    /// with span and label.
    pub arguments: Counts,
    /// The same by event type.
    pub types: BTreeMap<Arc<str>, Counts>,
    /// Type and span of the trigger.
    pub triggers: Counts,
    /// Trigger and all arguments.
    pub frames: Counts,
}

impl Events {
    pub(super) fn add(&mut self, other: &Self) {
        self.arguments.add(other.arguments);
        self.triggers.add(other.triggers);
        self.frames.add(other.frames);
        add_types(&mut self.types, &other.types);
    }
}

/// What an argument is compared by. An event as an argument is its trigger.
pub(super) type Place<'a> = (&'a Fragments, &'a str);
pub(super) type Trigger<'a> = (&'a str, &'a Fragments);
type Item<'a> = (&'a str, &'a Fragments, &'a str, Place<'a>);
pub(super) type Frame<'a> = (Trigger<'a>, Vec<(&'a str, Place<'a>)>);

/// Adds one document; the counts of its arguments come back.
pub(super) fn document(pair: &Pair<'_>, scores: &mut Events) -> Counts {
    let both = [pair.gold, pair.predicted];
    let [gold, predicted] = both.map(items);
    let counts = count(&gold, &predicted);
    scores.arguments.add(counts);
    by_type(&gold, &predicted, &mut scores.types, |item| item.0);
    let [gold, predicted] = both.map(|side| side.events.iter().map(|event| trigger(side, event)).collect());
    scores.triggers.add(count::<Trigger<'_>>(&gold, &predicted));
    let [gold, predicted] = both.map(frames);
    scores.frames.add(count(&gold, &predicted));
    counts
}

fn trigger<'a>(side: &'a Annotations, event: &'a Event) -> Trigger<'a> {
    (&event.label, &side.mention(event.trigger).fragments)
}

fn arguments<'a>(side: &'a Annotations, event: &'a Event) -> Vec<(&'a str, Place<'a>)> {
    let place = |target: &Target| match target {
        Target::Mention(id) => {
            let mention = side.mention(*id);
            Some((&mention.fragments, &*mention.label))
        }
        Target::Event(index) => {
            let event = side.events.get(*index as usize)?;
            Some((&side.mention(event.trigger).fragments, &*event.label))
        }
        Target::Relation(_) | Target::Other(_) => None,
    };
    event.args.iter().filter_map(|(role, target)| Some((&**role, place(target)?))).collect()
}

fn items(side: &Annotations) -> HashSet<Item<'_>> {
    let of_event = |event| {
        let (label, span) = trigger(side, event);
        arguments(side, event).into_iter().map(move |(role, place)| (label, span, role, place))
    };
    side.events.iter().flat_map(of_event).collect()
}

pub(super) fn frames(side: &Annotations) -> HashSet<Frame<'_>> {
    side.events.iter().map(|event| frame(side, event)).collect()
}

/// What whole frames are compared by; the order of the arguments plays no part.
pub(super) fn frame<'a>(side: &'a Annotations, event: &'a Event) -> Frame<'a> {
    let mut arguments = arguments(side, event);
    arguments.sort_unstable();
    arguments.dedup();
    (trigger(side, event), arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{Mention, MentionId};
    use crate::text::Span;

    fn side(roles: &[(&str, u32)]) -> Annotations {
        let mention = |at: u32, label: &str| Mention::new(format!("T{at}"), label, Span::new(at, at + 2));
        let args =
            roles.iter().map(|(role, id)| (Arc::from(*role), Target::Mention(MentionId(*id)))).collect();
        Annotations {
            mentions: vec![mention(0, "MEET"), mention(4, "PERSON"), mention(8, "ORG")],
            events: vec![Event {
                id: "E1".into(),
                label: "MEET".into(),
                trigger: MentionId(0),
                args,
                rule: None,
            }],
            ..Annotations::default()
        }
    }

    #[test]
    fn a_frame_is_right_when_all_its_arguments_are() {
        let gold = side(&[("who", 1), ("with", 2)]);
        let predicted = side(&[("who", 1)]);
        let pair = Pair { id: "x", text: "0123456789", gold: &gold, predicted: &predicted };
        let mut scores = Events::default();
        assert_eq!(document(&pair, &mut scores), Counts { tp: 1, fp: 0, fn_: 1 });
        assert_eq!(scores.triggers, Counts { tp: 1, fp: 0, fn_: 0 });
        assert_eq!(scores.frames, Counts { tp: 0, fp: 1, fn_: 1 });
    }
}
