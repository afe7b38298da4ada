//! What the forms suggest: keys and values that the cluster's nodes have already.

use std::collections::BTreeSet;

use crate::lab::{NodeCard, Stage};
use crate::object::SmolStr;

fn nodes(stage: &Stage) -> impl Iterator<Item = &NodeCard> {
    stage.groups.iter().flat_map(|group| &group.nodes).map(AsRef::as_ref)
}

/// The keys of all labels.
pub fn label_keys(stage: &Stage) -> BTreeSet<SmolStr> {
    nodes(stage).flat_map(|node| &node.labels).map(|label| label.key.clone()).collect()
}

/// The values that the label has on any node.
pub fn label_values(stage: &Stage, key: &str) -> BTreeSet<SmolStr> {
    nodes(stage).flat_map(|node| &node.labels).filter(|label| label.key == key).map(|label| label.value.clone()).collect()
}

/// The keys of all taints.
pub fn taint_keys(stage: &Stage) -> BTreeSet<SmolStr> {
    nodes(stage).flat_map(|node| &node.taints).map(|taint| taint.key.clone()).collect()
}

/// What nodes are called where there are none to go by.
pub const FIRST_STEM: &str = "node-";

/// The stem of the names in a group: the first name without the digits at its end.
pub fn stem(names: &[&str]) -> SmolStr {
    let stem = names.first().map_or("", |name| name.trim_end_matches(|c: char| c.is_ascii_digit()));
    if stem.is_empty() { FIRST_STEM.into() } else { stem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_nodes_are_called_like_their_neighbours() {
        let cases: [(&[&str], &str); 5] = [
            (&["node-a1", "node-a2"], "node-a"),
            (&["worker-12"], "worker-"),
            (&["edge"], "edge"),
            (&["7"], "node-"),
            (&[], "node-"),
        ];
        for (names, stem_of_them) in cases {
            assert_eq!(stem(names), stem_of_them);
        }
    }
}
