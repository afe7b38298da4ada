//! What a naive implementation gets wrong about DaemonSets: a test for each surprise, on a whole cluster.
//!
//! They are grouped by what they are about; the number in front of each is its number in the list of surprises.

#![cfg(not(target_arch = "wasm32"))]

#[path = "surprises/api.rs"]
mod api;
#[path = "surprises/kubectl.rs"]
mod kubectl;
#[path = "surprises/lab.rs"]
mod lab;
#[path = "surprises/manage.rs"]
mod manage;
#[path = "surprises/nodes.rs"]
mod nodes;
#[path = "surprises/ownership.rs"]
mod ownership;
#[path = "surprises/revisions.rs"]
mod revisions;
#[path = "surprises/rollout.rs"]
mod rollout;
#[path = "surprises/surge.rs"]
mod surge;
