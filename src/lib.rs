//! DaemonSet Lab.
pub mod apiserver;
pub mod conformance;
pub mod controllers;
pub mod lab;
pub mod object;
#[cfg(feature = "web")]
pub mod ui;
