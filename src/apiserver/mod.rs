//! The API server: what may be stored, and what is.

mod admission;
pub mod admit;
pub mod decode;
pub mod default;
pub mod error;
mod refusal;
mod registry;
mod store;
pub mod validate;

pub use error::Status;
pub use refusal::Refusal;
pub use registry::{DeleteOptions, Propagation, Request, namespace};
pub use store::{Change, Store};
