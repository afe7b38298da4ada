//! A map in which keys are looked up and never listed.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How many entries there are for each bucket at the most.
const LOAD: usize = 6;

/// A map without an order: nothing lists its entries, so nothing can depend on how they lie. A copy shares all that is the same.
#[derive(Debug)]
pub struct HashMap<K, V> {
    /// As many as a power of two, or none.
    buckets: Arc<Vec<Bucket<K, V>>>,
    len: usize,
}

type Bucket<K, V> = Arc<Vec<Entry<K, V>>>;

#[derive(Clone, Debug)]
struct Entry<K, V> {
    hash: u64,
    key: K,
    value: V,
}

impl<K, V> Clone for HashMap<K, V> {
    fn clone(&self) -> Self {
        Self { buckets: Arc::clone(&self.buckets), len: self.len }
    }
}

impl<K, V> Default for HashMap<K, V> {
    fn default() -> Self {
        Self { buckets: Arc::default(), len: 0 }
    }
}

/// Where a key is, or where it would come: its hash, its bucket, and its index in that.
struct Place {
    hash: u64,
    bucket: usize,
    index: Option<usize>,
}

impl Place {
    /// The bucket and the index of a key that is there.
    fn there(&self) -> Option<(usize, usize)> {
        Some((self.bucket, self.index?))
    }
}

impl<K, V> HashMap<K, V> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<K: Hash + Eq, V> HashMap<K, V> {
    fn find<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Place
    where
        K: Borrow<Q>,
    {
        let hash = hash_of(key);
        let bucket = bucket_of(hash, self.buckets.len());
        let is_it = |entry: &Entry<K, V>| entry.hash == hash && entry.key.borrow() == key;
        let index = self.buckets.get(bucket).and_then(|entries| entries.iter().position(is_it));
        Place { hash, bucket, index }
    }

    /// The value of a key.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (bucket, index) = self.find(key).there()?;
        Some(&self.buckets[bucket][index].value)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).there().is_some()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> HashMap<K, V> {
    fn bucket_mut(&mut self, bucket: usize) -> &mut Vec<Entry<K, V>> {
        Arc::make_mut(&mut Arc::make_mut(&mut self.buckets)[bucket])
    }

    /// The value of a key, to write to.
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (bucket, index) = self.find(key).there()?;
        Some(&mut self.bucket_mut(bucket)[index].value)
    }

    /// Writes an entry and returns the value that stood there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.find(&key);
        if let Some((bucket, index)) = place.there() {
            return Some(std::mem::replace(&mut self.bucket_mut(bucket)[index].value, value));
        }
        self.add(&place, key, value);
        None
    }

    /// The value of a key, to write to; an absent one is put in first.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let place = self.find(&key);
        let (bucket, index) = place.there().unwrap_or_else(|| self.add(&place, key, V::default()));
        &mut self.bucket_mut(bucket)[index].value
    }

    /// Takes an entry away.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (bucket, index) = self.find(key).there()?;
        self.len -= 1;
        Some(self.bucket_mut(bucket).swap_remove(index).value)
    }

    /// Answers the bucket and the index of the new entry.
    fn add(&mut self, place: &Place, key: K, value: V) -> (usize, usize) {
        self.len += 1;
        if self.len > self.buckets.len() * LOAD {
            self.grow();
        }
        let bucket = bucket_of(place.hash, self.buckets.len());
        let entries = self.bucket_mut(bucket);
        entries.push(Entry { hash: place.hash, key, value });
        (bucket, entries.len() - 1)
    }

    /// Makes twice as many buckets.
    fn grow(&mut self) {
        let count = (self.buckets.len() * 2).max(1);
        let mut buckets: Vec<Bucket<K, V>> = vec![Arc::default(); count];
        for entries in Arc::unwrap_or_clone(std::mem::take(&mut self.buckets)) {
            for entry in Arc::unwrap_or_clone(entries) {
                Arc::make_mut(&mut buckets[bucket_of(entry.hash, count)]).push(entry);
            }
        }
        self.buckets = Arc::new(buckets);
    }
}

/// Of so many buckets, a power of two. The upper bits of a hash are the best mixed ones.
fn bucket_of(hash: u64, count: usize) -> usize {
    // Less than `count`.
    #[allow(clippy::cast_possible_truncation, reason = "a bucket's number is small")]
    let bucket = (hash >> 32) as usize;
    bucket & count.wrapping_sub(1)
}

fn hash_of(key: &(impl Hash + ?Sized)) -> u64 {
    let mut mixer = Mixer::default();
    key.hash(&mut mixer);
    mixer.finish()
}

/// Mixes texts into a number, the same for the same ones on every machine.
#[derive(Default)]
struct Mixer(u64);

impl Mixer {
    fn step(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.step(u64::from_le_bytes(*word));
        }
        self.step(rest.iter().fold(1, |rest, byte| rest << 8 | u64::from(*byte)));
    }

    // What ends a text: its last step ends it already.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        (self.0 ^ self.0 >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15)
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
            steps in prop::collection::vec((0_u8..4, "[a-c]{0,9}"), 0..900),
        ) {
            let (mut map, mut model) = (HashMap::<String, usize>::default(), BTreeMap::new());
            let mut copies = Vec::new();
            for (step, (action, key)) in steps.into_iter().enumerate() {
                match action {
                    0 => prop_assert_eq!(map.remove(key.as_str()), model.remove(&key)),
                    1 => {
                        *map.get_or_default(key.clone()) += step;
                        *model.entry(key.clone()).or_default() += step;
                    }
                    _ => prop_assert_eq!(map.insert(key.clone(), step), model.insert(key.clone(), step)),
                }
                prop_assert_eq!((map.len(), map.get(key.as_str())), (model.len(), model.get(&key)));
                if step % 150 == 0 {
                    copies.push((map.clone(), model.clone()));
                }
            }
            copies.push((map, model));
            for (map, model) in &mut copies {
                prop_assert_eq!(map.len(), model.len());
                for (key, value) in model {
                    prop_assert_eq!(map.get_mut(key.as_str()), Some(value));
                    prop_assert!(map.contains_key(key.as_str()));
                }
            }
        }

        #[test]
        fn names_that_are_alike_are_spread_over_the_buckets(prefix in "[a-z-]{0,20}") {
            let count = 1_024;
            let mut loads = vec![0; count];
            for number in 0..count * LOAD {
                loads[bucket_of(hash_of(format!("{prefix}{number}").as_str()), count)] += 1;
            }
            let most = loads.iter().max().copied().unwrap_or_default();
            prop_assert!(most <= 5 * LOAD, "{most}");
        }
    }

    #[test]
    fn an_empty_map_has_nothing() {
        let mut map = HashMap::<String, u8>::default();
        assert_eq!((map.get("a"), map.contains_key("a")), (None, false));
        assert_eq!(map.remove("a"), None);
    }
}
