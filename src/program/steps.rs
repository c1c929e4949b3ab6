//! [`Steps`]: where a phrase goes on, in one flat table.

/// Stands for a step that no phrase takes, and for a free place.
pub(super) const NO_NODE: u32 = u32::MAX;

/// From a node and a token to the next node. Open addressing; a place is a step
/// whole, so that most are found at one look into memory.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// Node, token, next node; the last is [`NO_NODE`] where the place is free.
    pub(super) places: Vec<[u32; 3]>,
    /// How many places are taken.
    pub(super) len: usize,
}

/// Mixes a step, so that every bit of the upper half depends on every bit of it.
#[inline]
pub(super) fn mixed(node: u32, token: u32) -> u64 {
    let step = u64::from(node) << 32 | u64::from(token);
    let mixed = step.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

impl Steps {
    /// A table from its places.
    pub(super) fn new(places: Vec<[u32; 3]>) -> Self {
        let len = places.iter().filter(|[_, _, next]| *next != NO_NODE).count();
        Self { places, len }
    }

    /// Room for so many steps, of which it takes a third more.
    fn with_room_for(steps: usize) -> Self {
        Self { places: vec![[0, 0, NO_NODE]; steps + steps / 2 + 1], len: 0 }
    }

    /// What stands where a step is looked for first.
    #[inline]
    pub(super) fn glance(&self, mixed: u64) -> Option<u32> {
        self.places.get(self.first(mixed)).map(|place| place[2])
    }

    /// The node after a step; `mixed` is the step, mixed.
    #[inline]
    pub(super) fn get(&self, node: u32, token: u32, mixed: u64) -> Option<u32> {
        let mut at = self.first(mixed);
        loop {
            let &[from, by, to] = self.places.get(at)?;
            if to == NO_NODE {
                return None;
            }
            if from == node && by == token {
                return Some(to);
            }
            at += 1;
            if at == self.places.len() {
                at = 0;
            }
        }
    }

    /// The node after a step, which is `fresh` where the step is new.
    pub(super) fn get_or_insert(&mut self, node: u32, token: u32, fresh: u32) -> u32 {
        if self.len * 4 >= self.places.len() * 3 {
            self.resize((self.places.len() * 4 / 3).max(16));
        }
        let mixed = mixed(node, token);
        if let Some(known) = self.get(node, token, mixed) {
            return known;
        }
        self.put([node, token, fresh]);
        fresh
    }

    /// Puts a step that is new into a free place.
    fn put(&mut self, step: [u32; 3]) {
        let mut at = self.first(mixed(step[0], step[1]));
        while self.places[at][2] != NO_NODE {
            at = if at + 1 == self.places.len() { 0 } else { at + 1 };
        }
        self.places[at] = step;
        self.len += 1;
    }

    fn resize(&mut self, steps: usize) {
        let old = std::mem::replace(self, Self::with_room_for(steps));
        old.all().for_each(|step| self.put(step));
    }

    /// The same without room that only growing needs.
    pub(super) fn finish(mut self) -> Self {
        if self.len * 2 < self.places.len() {
            self.resize(self.len);
        }
        self
    }

    /// Where to look first.
    #[inline]
    fn first(&self, mixed: u64) -> usize {
        (((mixed >> 32) * self.places.len() as u64) >> 32) as usize
    }

    /// Every step, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = [u32; 3]> + '_ {
        self.places.iter().copied().filter(|[_, _, next]| *next != NO_NODE)
    }

    /// Whether every look ends.
    pub(super) fn is_sound(&self) -> bool {
        self.places.is_empty() || self.len < self.places.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustc_hash::FxHashMap;

    use super::*;

    proptest! {
        #[test]
        fn steps_lead_where_those_of_a_map_lead(
            steps in prop::collection::vec((0u32..40, 0u32..40), 0..300),
            others in prop::collection::vec((0u32..50, 0u32..50), 0..50),
        ) {
            let mut flat = Steps::default();
            let mut known: FxHashMap<(u32, u32), u32> = FxHashMap::default();
            for &(node, token) in &steps {
                let fresh = known.len() as u32;
                let wanted = *known.entry((node, token)).or_insert(fresh);
                prop_assert_eq!(flat.get_or_insert(node, token, fresh), wanted);
            }
            let flat = flat.finish();
            for (node, token) in steps.into_iter().chain(others) {
                let found = flat.get(node, token, mixed(node, token));
                prop_assert_eq!(found, known.get(&(node, token)).copied());
            }
            prop_assert_eq!(flat.len, known.len());
            prop_assert!(flat.is_sound());
        }
    }
}
