//! A list that is written to at its ends.

use std::sync::Arc;

use super::CHUNK;

type Chunks<T> = Arc<Vec<Arc<Vec<T>>>>;

/// A list that grows at its end and is taken from at its front. A copy shares all that is the same.
#[derive(Debug)]
pub struct Vector<T> {
    chunks: Chunks<T>,
    /// How many items of the first chunk are gone.
    gone: usize,
    len: usize,
}

impl<T> Clone for Vector<T> {
    fn clone(&self) -> Self {
        Self { chunks: Arc::clone(&self.chunks), gone: self.gone, len: self.len }
    }
}

impl<T> Default for Vector<T> {
    fn default() -> Self {
        Self { chunks: Arc::default(), gone: 0, len: 0 }
    }
}

impl<T: PartialEq> PartialEq for Vector<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T> Vector<T> {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The item at an index.
    pub fn get(&self, index: usize) -> Option<&T> {
        let at = self.gone + index;
        self.chunks.get(at / CHUNK)?.get(at % CHUNK)
    }

    /// The first item.
    pub fn front(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last item.
    pub fn back(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// The items, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        let (first, others) =
            self.chunks.split_first().map_or((&[][..], &[][..]), |(first, others)| (&first[self.gone..], others));
        first.iter().chain(others.iter().flat_map(|chunk| chunk.iter()))
    }
}

impl<T: Clone> Vector<T> {
    /// The item at an index, to write to.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let at = self.gone + index;
        self.chunks.get(at / CHUNK)?;
        Arc::make_mut(&mut Arc::make_mut(&mut self.chunks)[at / CHUNK]).get_mut(at % CHUNK)
    }

    /// Adds an item at the end.
    pub fn push_back(&mut self, item: T) {
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.last_mut() {
            Some(last) if last.len() < CHUNK => Arc::make_mut(last).push(item),
            _ => chunks.push(Arc::new(Vec::from([item]))),
        }
        self.len += 1;
    }

    /// Takes the first item.
    pub fn pop_front(&mut self) -> Option<T> {
        let item = self.front()?.clone();
        self.gone += 1;
        self.len -= 1;
        if self.gone == CHUNK || self.len == 0 {
            Arc::make_mut(&mut self.chunks).remove(0);
            self.gone = 0;
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_list_does_what_a_queue_does_and_leaves_its_copies_alone(steps in prop::collection::vec(0_u8..3, 0..900)) {
            let (mut list, mut model) = (Vector::new(), VecDeque::new());
            let mut copies = Vec::new();
            for (step, action) in steps.into_iter().enumerate() {
                if action == 0 {
                    prop_assert_eq!(list.pop_front(), model.pop_front());
                } else {
                    list.push_back(step);
                    model.push_back(step);
                }
                if let (Some(a), Some(b)) = (list.get_mut(step / 3), model.get_mut(step / 3)) {
                    *a += 1;
                    *b += 1;
                }
                prop_assert_eq!((list.len(), list.front(), list.back()), (model.len(), model.front(), model.back()));
                if step % 150 == 0 {
                    copies.push((list.clone(), model.clone()));
                }
            }
            for (list, model) in &copies {
                prop_assert!(list.iter().eq(model.iter()));
                prop_assert!(list.iter().rev().eq(model.iter().rev()));
            }
        }
    }
}
