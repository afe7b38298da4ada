//! The resources that an API server of 1.36 serves, and by which names kubectl finds them.
//!
//! Of some of them the lab keeps no objects: they can be asked for, and there are none.

use std::sync::OnceLock;

use super::fault::Fault;
use crate::apiserver::error::go_quoted;
use crate::object::Kind;

/// A line per resource: its name, its kind, API version, `n`amespaced or `c`luster-scoped, short names, categories.
const TABLE: &str = include_str!("resources.txt");

/// A resource.
#[derive(Debug)]
pub struct Resource {
    /// `daemonsets`.
    pub plural: &'static str,
    /// `DaemonSet`.
    pub kind: &'static str,
    /// `apps/v1`.
    pub api_version: &'static str,
    /// Whether its objects live in a namespace.
    pub namespaced: bool,
    /// `ds`; several with commas between them.
    pub shorts: &'static str,
    /// `all`; several with commas between them.
    pub categories: &'static str,
    /// What the lab stores of it.
    pub stored: Option<Kind>,
}

/// Every resource, group by group.
pub fn all() -> &'static [Resource] {
    static RESOURCES: OnceLock<Vec<Resource>> = OnceLock::new();
    RESOURCES.get_or_init(|| TABLE.lines().filter_map(read).collect())
}

fn read(line: &'static str) -> Option<Resource> {
    let mut words = line.split(' ');
    let mut next = || words.next().map(|word| if word == "-" { "" } else { word });
    let (plural, kind, api_version) = (next()?, next()?, next()?);
    let namespaced = next()? == "n";
    Some(Resource {
        plural,
        kind,
        api_version,
        namespaced,
        shorts: next()?,
        categories: next()?,
        stored: Kind::find(api_version, kind),
    })
}

impl Resource {
    /// The resource of what is stored.
    ///
    /// # Panics
    /// Never: a test asks for every kind.
    pub fn of(kind: Kind) -> &'static Resource {
        all().iter().find(|it| it.stored == Some(kind)).expect("the table holds every kind")
    }

    /// `apps`; empty for the core group.
    pub fn group(&self) -> &'static str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `v1`.
    pub fn version(&self) -> &'static str {
        self.api_version.rsplit('/').next().unwrap_or_default()
    }

    /// `daemonset`.
    pub fn singular(&self) -> String {
        self.kind.to_ascii_lowercase()
    }

    fn with_group(&self, name: &str) -> String {
        if self.group().is_empty() { name.to_owned() } else { format!("{name}.{}", self.group()) }
    }

    /// `daemonsets.apps`, as in errors.
    pub fn qualified(&self) -> String {
        self.with_group(self.plural)
    }

    /// `daemonset.apps`, as kubectl prints what it did.
    pub fn said(&self) -> String {
        self.with_group(&self.singular())
    }

    /// `apps/v1, Resource=daemonsets`, as Go prints it.
    pub fn go_resource(&self) -> String {
        format!("{}/{}, Resource={}", self.group(), self.version(), self.plural)
    }

    /// What is said when an object of it is not there.
    pub fn not_found(&self, name: &str) -> Fault {
        Fault::not_found(&self.qualified(), name)
    }

    fn answers_to(&self, name: &str) -> bool {
        self.plural == name || self.singular() == name || self.shorts.split(',').any(|short| short == name && !short.is_empty())
    }
}

/// The resource of an object as it is written.
pub fn of_object(api_version: &str, kind: &str) -> Option<&'static Resource> {
    all().iter().find(|it| it.api_version == api_version && it.kind == kind)
}

/// Finds a resource by what a user calls it: `ds`, `daemonset`, `DaemonSet`, `daemonsets.apps`, `daemonsets.v1.apps`.
///
/// # Errors
/// When there is none of that name.
pub fn find(name: &str) -> Result<&'static Resource, Fault> {
    let lower = name.to_ascii_lowercase();
    let (first, rest) = lower.split_once('.').unwrap_or((&lower, ""));
    let of_group = |it: &&Resource| {
        rest.is_empty() || it.group() == rest || rest.split_once('.').is_some_and(|(version, group)| it.version() == version && it.group() == group)
            // The group may be cut short: `daemonsets.v1.`.
            || (it.version() == rest.trim_end_matches('.') && it.group().is_empty())
    };
    let found = all().iter().filter(|it| it.answers_to(first)).find(of_group);
    found.ok_or_else(|| {
        Fault::client(format!("the server doesn't have a resource type {}", go_quoted(name.split('.').next().unwrap_or(name))))
    })
}

/// The resources behind a list of names with commas; categories stand for their resources.
pub fn expand(names: &str) -> Vec<String> {
    let mut expanded: Vec<String> = Vec::new();
    for name in names.split(',') {
        let of_category = all().iter().filter(|it| it.categories.split(',').any(|category| category == name && !name.is_empty()));
        let category: Vec<String> = of_category.map(Resource::qualified).collect();
        let names = if category.is_empty() { vec![name.to_owned()] } else { category };
        for name in names {
            if !expanded.contains(&name) {
                expanded.push(name);
            }
        }
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_resource() {
        for kind in Kind::all() {
            assert_eq!((Resource::of(kind).plural, Resource::of(kind).namespaced), (kind.plural(), kind.is_namespaced()));
        }
    }

    #[test]
    fn a_resource_has_many_names() {
        for name in ["ds", "daemonset", "daemonsets", "DaemonSet", "daemonsets.apps", "ds.apps", "daemonset.v1.apps"] {
            assert_eq!(find(name).map(|it| it.plural), Ok("daemonsets"), "{name}");
        }
        assert_eq!(find("events.events.k8s.io").map(|it| it.api_version), Ok("events.k8s.io/v1"));
        assert_eq!(find("daemons").unwrap_err().to_string(), "error: the server doesn't have a resource type \"daemons\"");
        assert_eq!(expand("all")[..3], ["pods", "replicationcontrollers", "services"]);
    }
}
