//! The control plane's loops that make the cluster what its objects say.

pub mod daemonset;
pub mod deployment;
pub mod disruption;
pub mod garbage_collector;
pub mod namespace;
pub mod node_lifecycle;
pub mod pod_gc;
pub mod replicaset;
pub mod revision_hash;
pub mod taint_eviction;
pub mod volumes;
mod work_queue;
