//! The name by which an object is stored.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::SmolStr;

/// Namespace and name of an object of a known kind; the namespace of a cluster-scoped object is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    /// `metadata.namespace`, or empty.
    pub namespace: SmolStr,
    /// `metadata.name`.
    pub name: SmolStr,
}

impl ObjectKey {
    /// The key of an object in a namespace.
    pub fn new(namespace: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }

    /// The key of a cluster-scoped object.
    pub fn cluster_scoped(name: impl Into<SmolStr>) -> Self {
        Self::new("", name)
    }
}

/// By namespace, then by name.
impl Ord for ObjectKey {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.namespace, &other.namespace).then_with(|| compare(&self.name, &other.name))
    }
}

impl PartialOrd for ObjectKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares two texts byte by byte, up to eight at a time: every look into a map of objects does this a dozen times, with texts that
/// are short and begin alike.
fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let common = left.len().min(right.len());
    let (one, other) = (&left[..common], &right[..common]);
    // The last bytes are compared once more when they are no full eight (or four): those before them are the same by then.
    let order = if common >= 8 {
        let words = one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0);
        let order = words.map(|(one, other)| u64::from_be_bytes(*one).cmp(&u64::from_be_bytes(*other))).find(|it| it.is_ne());
        order.unwrap_or_else(|| {
            one.last_chunk::<8>().map(|it| u64::from_be_bytes(*it)).cmp(&other.last_chunk().map(|it| u64::from_be_bytes(*it)))
        })
    } else if common >= 4 {
        let ends = |text: &[u8]| {
            (text.first_chunk().map(|it| u32::from_be_bytes(*it)), text.last_chunk().map(|it| u32::from_be_bytes(*it)))
        };
        ends(one).cmp(&ends(other))
    } else {
        one.iter().cmp(other)
    };
    order.then(left.len().cmp(&right.len()))
}

/// `namespace/name`, or only the name of a cluster-scoped object.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() { f.write_str(&self.name) } else { write!(f, "{}/{}", self.namespace, self.name) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_their_texts(left in "[ab]{0,12}é?[a-c]{0,9}", right in "[ab]{0,12}é?[a-c]{0,9}") {
            prop_assert_eq!(compare(&left, &right), left.cmp(&right));
            let (one, other) = (ObjectKey::new(left.as_str(), right.as_str()), ObjectKey::new(right.as_str(), left.as_str()));
            prop_assert_eq!(one.cmp(&other), (&left, &right).cmp(&(&right, &left)));
        }
    }
}
