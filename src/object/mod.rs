//! Kubernetes objects as data: trees, and what can be read from them without knowing a cluster.

mod key;
mod quantity;
mod taint;
mod value;

pub use crate::__object_map as map;
pub use key::ObjectKey;
pub use quantity::{ParseQuantityError, Quantity, QuantityFormat};
pub use taint::{Taint, TaintEffect, Toleration, TolerationOperator};
pub use value::{List, Map, SmolStr, Value};
