//! DaemonSet Lab.
pub mod lab;
pub mod object;
