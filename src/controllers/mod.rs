//! The control plane's loops that make the cluster what its objects say.

pub mod daemonset;
