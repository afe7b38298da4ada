//! The API server: what may be stored, and what is.

mod admission;
pub mod admit;
pub mod call;
pub mod decode;
pub mod default;
pub mod error;
pub mod patch;
mod refusal;
mod registry;
mod selection;
mod serve;
pub mod service_account;
mod store;
pub mod validate;

pub use admission::system_classes;
pub use call::{Call, FieldValidation, PatchType, Reply, Selection, Verb};
pub use error::Status;
pub use refusal::{Refusal, Refused};
pub use registry::{DeleteOptions, FOREGROUND, ORPHAN, Preconditions, Propagation, Request, namespace};
pub use store::{Change, Store};
