//! Sets of node slots: small numbers, a bit for each.

use std::sync::Arc;

const BITS: usize = u64::BITS as usize;

/// A set of slots, in their order. A copy shares all until it is written to.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    words: Arc<Vec<u64>>,
}

impl Slots {
    /// Adds a slot.
    pub fn insert(&mut self, slot: usize) {
        let words = Arc::make_mut(&mut self.words);
        if words.len() <= slot / BITS {
            words.resize(slot / BITS + 1, 0);
        }
        words[slot / BITS] |= 1 << (slot % BITS);
    }

    /// Takes a slot away.
    pub fn remove(&mut self, slot: usize) {
        if self.words.get(slot / BITS).is_some_and(|word| word >> (slot % BITS) & 1 == 1) {
            Arc::make_mut(&mut self.words)[slot / BITS] &= !(1 << (slot % BITS));
        }
    }

    /// The slots, the lowest first.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        let bits = |word: u64| {
            // The lowest bit goes at each step.
            std::iter::successors(Some(word), |left| Some(left & left.wrapping_sub(1)))
                .take_while(|left| *left != 0)
                .map(|left| left.trailing_zeros() as usize)
        };
        self.words.iter().enumerate().flat_map(move |(index, word)| bits(*word).map(move |bit| index * BITS + bit))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn slots_are_a_set_in_order_and_a_copy_keeps_what_it_has(steps in prop::collection::vec((any::<bool>(), 0_usize..300), 0..200)) {
            let (mut slots, mut model) = (Slots::default(), BTreeSet::new());
            let mut copies = Vec::new();
            for (adds, slot) in steps {
                if adds {
                    slots.insert(slot);
                    model.insert(slot);
                } else {
                    slots.remove(slot);
                    model.remove(&slot);
                }
                copies.push((slots.clone(), model.clone()));
            }
            for (slots, model) in copies {
                prop_assert!(slots.iter().eq(model.iter().copied()));
            }
        }
    }
}
