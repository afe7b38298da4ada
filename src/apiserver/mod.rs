//! The API server: what may be stored, and what is.
//!
//! A client such as kubectl writes with [`Cluster::call`](crate::cluster::Cluster::call) (a [`Call`] is one request: create,
//! replace, patch, delete, with dry run and field validation), and reads with [`Runtime::read`](crate::runtime::Runtime::read) and
//! [`Runtime::select`](crate::runtime::Runtime::select). [`Refused::printed`] is what kubectl prints of a refusal, and
//! [`cluster::apply`](crate::cluster::apply) what `kubectl apply` sends. The control plane's own components write with the
//! methods of [`Runtime`](crate::runtime::Runtime) that take trees as they are.

mod admission;
pub mod admit;
mod apply;
pub mod call;
pub mod decode;
pub mod default;
pub mod error;
mod label_keys;
mod ownership;
pub mod patch;
mod refusal;
mod registry;
mod selection;
mod serve;
pub mod service_account;
mod store;
mod typed;
pub mod validate;

pub use call::{Call, FieldValidation, PatchType, Reply, Selection, Verb};
pub use error::Status;
pub use refusal::{Refusal, Refused};
pub use registry::{DeleteOptions, FOREGROUND, ORPHAN, Preconditions, Propagation, Request, namespace, system_objects};
pub use store::{Change, Store};
