//! Kubernetes objects as data: trees, and what can be read from them without knowing a cluster.

mod key;
pub mod label;
mod node_affinity;
mod quantity;
mod taint;
mod value;

pub use crate::__object_map as map;
pub use intstr::IntOrString;
pub use key::ObjectKey;
pub use node_affinity::{Mismatch, NodeSelectorOperator, NodeSelectorRequirement, NodeSelectorTerm, RequiredNodeAffinity};
pub use quantity::{ParseQuantityError, Quantity, QuantityFormat};
pub use taint::{Taint, TaintEffect, Toleration, TolerationOperator};
pub use value::{List, Map, SmolStr, Value};
