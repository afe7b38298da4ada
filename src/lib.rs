//! DaemonSet Lab.
pub mod apiserver;
pub mod conformance;
pub mod controllers;
pub mod kubectl;
pub mod lab;
pub mod object;
pub mod scheduler;
