//! Kubernetes objects as data: trees, and what can be read from them without knowing a cluster.

mod intstr;
mod key;
pub mod label;
mod label_selector;
mod node_affinity;
mod quantity;
mod taint;
mod value;

pub use crate::__object_map as map;
pub use intstr::{IntOrPercent, ParsePercentError};
pub use key::ObjectKey;
pub use label_selector::{InvalidRequirement, LabelRequirement, LabelSelector, SelectorError, SelectorOperator};
pub use node_affinity::{Mismatch, NodeSelectorOperator, NodeSelectorRequirement, NodeSelectorTerm, RequiredNodeAffinity};
pub use quantity::{ParseQuantityError, Quantity, QuantityFormat};
pub use taint::{Taint, TaintEffect, Toleration, TolerationOperator};
pub use value::{List, Map, SmolStr, Value};
