//! DaemonSet Lab.
pub mod i18n;
pub mod lab;
pub mod object;
pub mod sample;
#[cfg(feature = "web")]
pub mod ui;
