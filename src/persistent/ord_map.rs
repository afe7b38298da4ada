//! A sorted map.

use std::borrow::Borrow;
use std::sync::Arc;

use super::CHUNK;

/// A chunk that got as short as this is joined with its neighbour.
const SHORT: usize = 16;

/// A map sorted by key. A copy shares all that is the same.
#[derive(Debug)]
pub struct OrdMap<K, V> {
    /// No chunk is empty, and none is longer than `MOST`.
    table: Arc<Vec<Part<K, V>>>,
    len: usize,
}

/// A chunk, and where it begins. Looking for a key compares it with the beginnings, which lie side by side, before it goes into a
/// chunk.
#[derive(Clone, Debug)]
struct Part<K, V> {
    /// Not above any key of this chunk, and above all of the chunk before. That of the first chunk is of no account.
    from: K,
    chunk: Arc<Vec<(K, V)>>,
}

/// A place in an [`OrdMap`]: a chunk and an index in it.
type Place = (usize, usize);

impl<K, V> Clone for OrdMap<K, V> {
    fn clone(&self) -> Self {
        Self { table: Arc::clone(&self.table), len: self.len }
    }
}

impl<K, V> Default for OrdMap<K, V> {
    fn default() -> Self {
        Self { table: Arc::default(), len: 0 }
    }
}

impl<K, V> OrdMap<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.table.iter().flat_map(|part| part.chunk.iter()).map(|(key, value)| (key, value))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The entry with the least key.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.table.first()?.chunk.first().map(|(key, value)| (key, value))
    }
}

impl<K, V> OrdMap<K, V> {
    /// How many entries a chunk holds at the most: fewer large ones, as each insertion moves half of them.
    const MOST: usize = if size_of::<(K, V)>() > 64 { CHUNK / 2 } else { CHUNK };
}

impl<K: Ord, V> OrdMap<K, V> {
    /// Where a key is, or where it would come.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let others = self.table.get(1..).unwrap_or_default();
        let index = others.partition_point(|part| part.from.borrow().cmp(key).is_le());
        let Some(part) = self.table.get(index) else { return Err((0, 0)) };
        match part.chunk.binary_search_by(|(it, _)| it.borrow().cmp(key)) {
            Ok(at) => Ok((index, at)),
            Err(at) => Err((index, at)),
        }
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (index, at) = self.find(key).ok()?;
        Some(&self.table[index].chunk[at].1)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// The entries from a key on, whether it is there or not.
    pub fn iter_from<'a, Q: Ord + ?Sized>(&'a self, key: &Q) -> impl Iterator<Item = (&'a K, &'a V)> + use<'a, K, V, Q>
    where
        K: Borrow<Q>,
    {
        let (index, at) = self.find(key).unwrap_or_else(|place| place);
        let parts = self.table.get(index..).unwrap_or_default();
        parts.iter().flat_map(|part| part.chunk.iter()).skip(at).map(|(key, value)| (key, value))
    }
}

impl<K: Ord + Clone, V: Clone> OrdMap<K, V> {
    fn at_mut(&mut self, (index, at): Place) -> &mut (K, V) {
        &mut Arc::make_mut(&mut Arc::make_mut(&mut self.table)[index].chunk)[at]
    }

    /// The value of a key, to write to.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(&mut self.at_mut(place).1)
    }

    /// Writes an entry and returns the value that stood there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.at_mut(place).1, value)),
            Err(place) => {
                self.insert_at(place, (key, value));
                None
            }
        }
    }

    /// The value of a key, to write to; an absent one is put in first.
    pub fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let place = match self.find(&key) {
            Ok(place) => place,
            Err(place) => self.insert_at(place, (key, value())),
        };
        &mut self.at_mut(place).1
    }

    /// The value of a key, to write to; an absent one is put in first.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.get_or_insert_with(key, V::default)
    }

    /// Answers where the entry ended up.
    fn insert_at(&mut self, (index, at): Place, entry: (K, V)) -> Place {
        self.len += 1;
        let table = Arc::make_mut(&mut self.table);
        let Some(part) = table.get_mut(index) else {
            table.push(Part { from: entry.0.clone(), chunk: Arc::new(Vec::from([entry])) });
            return (0, 0);
        };
        let chunk = Arc::make_mut(&mut part.chunk);
        if chunk.len() < Self::MOST {
            chunk.insert(at, entry);
            return (index, at);
        }
        // What comes in its order leaves full chunks behind.
        if at == Self::MOST {
            table.insert(index + 1, Part { from: entry.0.clone(), chunk: Arc::new(Vec::from([entry])) });
            return (index + 1, 0);
        }
        let mut rest = chunk.split_off(Self::MOST / 2);
        let from = rest[0].0.clone();
        let place = if at <= Self::MOST / 2 {
            chunk.insert(at, entry);
            (index, at)
        } else {
            rest.insert(at - Self::MOST / 2, entry);
            (index + 1, at - Self::MOST / 2)
        };
        table.insert(index + 1, Part { from, chunk: Arc::new(rest) });
        place
    }

    /// Takes an entry away.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(self.remove_at(place).1)
    }

    /// Takes the entry with the least key away.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.is_empty()).then(|| self.remove_at((0, 0)))
    }

    fn remove_at(&mut self, (index, at): Place) -> (K, V) {
        self.len -= 1;
        let table = Arc::make_mut(&mut self.table);
        let chunk = Arc::make_mut(&mut table[index].chunk);
        let entry = chunk.remove(at);
        let len = chunk.len();
        if len == 0 {
            table.remove(index);
        } else if len < SHORT && table.get(index + 1).is_some_and(|next| len + next.chunk.len() <= Self::MOST / 2) {
            let mut next = table.remove(index + 1).chunk;
            Arc::make_mut(&mut table[index].chunk).append(Arc::make_mut(&mut next));
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_map_does_what_a_b_tree_does_and_leaves_its_copies_alone(
            steps in prop::collection::vec((0_u8..4, 0_u16..400), 0..1200),
        ) {
            let (mut map, mut model) = (OrdMap::new(), BTreeMap::new());
            let mut copies = Vec::new();
            for (step, (action, key)) in steps.into_iter().enumerate() {
                match action {
                    0 => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                    1 => {
                        *map.get_or_default(key) += step;
                        *model.entry(key).or_default() += step;
                    }
                    _ => prop_assert_eq!(map.insert(key, step), model.insert(key, step)),
                }
                prop_assert_eq!((map.len(), map.get(&key)), (model.len(), model.get(&key)));
                if step % 150 == 0 {
                    copies.push((map.clone(), model.clone()));
                }
            }
            copies.push((map.clone(), model.clone()));
            for (map, model) in &copies {
                prop_assert!(map.iter().eq(model.iter()));
                prop_assert!(map.iter().rev().eq(model.iter().rev()));
                prop_assert!(map.iter_from(&200).eq(model.range(200..)));
                prop_assert!(map.table.iter().all(|part| (1..=OrdMap::<u16, usize>::MOST).contains(&part.chunk.len())));
            }
            while let Some(entry) = map.pop_first() {
                prop_assert_eq!(Some(entry), model.pop_first());
            }
            prop_assert!(model.is_empty());
        }
    }
}
