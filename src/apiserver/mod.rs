//! The API server: what may be stored, and what is.

mod refusal;
mod registry;
mod store;

pub use refusal::Refusal;
pub use registry::{DeleteOptions, Propagation, Request, namespace};
pub use store::{Change, Store};
