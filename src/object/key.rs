//! The name by which an object is stored.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SmolStr;

/// Namespace and name of an object of a known kind; the namespace of a cluster-scoped object is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// `namespace/name`, or only the name of a cluster-scoped object.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() { f.write_str(&self.name) } else { write!(f, "{}/{}", self.namespace, self.name) }
    }
}
