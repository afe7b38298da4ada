//! The name by which an object is stored.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::SmolStr;
use super::text::{compare, is_same};

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
        // Nearly all keys of a map are of one namespace.
        if !is_same(&self.namespace, &other.namespace) {
            return compare(&self.namespace, &other.namespace);
        }
        compare(&self.name, &other.name)
    }
}

impl PartialOrd for ObjectKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
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
        fn keys_are_in_the_order_of_namespaces_and_then_of_names(left in ("[ab]{0,3}", "[ab]{0,12}"), right in ("[ab]{0,3}", "[ab]{0,12}")) {
            let key = |(namespace, name): &(String, String)| ObjectKey::new(namespace.as_str(), name.as_str());
            prop_assert_eq!(key(&left).cmp(&key(&right)), left.cmp(&right));
        }
    }
}
