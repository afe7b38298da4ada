//! Kubernetes objects as data: trees, and what can be read from them without knowing a cluster.

mod daemonset;
pub mod emit;
mod image;
mod intstr;
mod key;
mod kind;
pub mod label;
mod label_selector;
mod node;
mod node_affinity;
pub mod path;
mod pod;
mod pod_resources;
pub mod position;
mod quantity;
pub mod schema;
mod stored;
mod taint;
pub mod time;
mod value;
pub mod yaml;

pub use crate::__object_map as map;
pub use daemonset::{DaemonSet, DaemonSetStatus, Revision, TEMPLATE_GENERATION_ANNOTATION, UpdateStrategy};
pub use image::ImageReference;
pub use intstr::{IntOrPercent, ParsePercentError};
pub use key::ObjectKey;
pub use kind::Kind;
pub use label_selector::{InvalidRequirement, LabelRequirement, LabelSelector, SelectorError, SelectorOperator};
pub use node::{ConditionStatus, NodeView, ReadyCondition};
pub use node_affinity::{Mismatch, NodeSelectorOperator, NodeSelectorRequirement, NodeSelectorTerm, RequiredNodeAffinity};
pub use pod::{Phase, Pod, REVISION_HASH_LABEL, TEMPLATE_GENERATION_LABEL};
pub use pod_resources::{ResourceList, pod_limits, pod_requests, read_resource_list};
pub use quantity::{ParseQuantityError, Quantity, QuantityFormat};
pub use stored::{Meta, Object, OwnerReference, View};
pub use taint::{Taint, TaintEffect, Toleration, TolerationOperator};
pub use value::{List, Map, SmolStr, Value};
