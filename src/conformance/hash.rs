//! `dslab hash`: the revision hash of a pod template, before and after one collision.

use crate::controllers::revision_hash::hash;
use crate::object::{Value, map};

/// Answers a case `{"id", "template"}`, whose template has its defaults filled in.
pub fn run(case: &Value) -> Value {
    let template = case.at(&["template"]);
    map! {
        "id" => case.at(&["id"]).clone(),
        "hash" => hash(template, None),
        "hashAfterCollision" => hash(template, Some(1)),
    }
}
