//! The recorded cases that `dslab` answers, one module per kind of case: each turns a line's JSON into the lab's answer.

pub mod default;
pub mod hash;
pub mod placement;
pub mod schedule;
pub mod sync;
pub mod validate;
