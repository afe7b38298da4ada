//! What a pod asks of its neighbours: affinity to other pods, theirs to it, and spreading over a topology.
//!
//! Models the `PreFilter` and `PreScore` steps of `InterPodAffinity` and `PodTopologySpread`: a pod's neighbours are counted once per
//! scheduling cycle, and then each node is asked. Of a `namespaceSelector` only counts what it says of namespaces' names.

use std::sync::Arc;

use super::cache::Cache;
use super::node_info::{NodeInfo, NodeLister};
use super::pod_info::PodInfo;
use super::preferences::Preferences;
use crate::object::{LabelSelector, Map, SmolStr, Value};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// What a pod requires of its neighbours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    affinity: Vec<Term>,
    anti_affinity: Vec<Term>,
    spread: Vec<Spread>,
}

/// A term of pod affinity or anti-affinity.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    topology_key: SmolStr,
    selector: LabelSelector,
    namespaces: Vec<SmolStr>,
    namespace_selector: Option<LabelSelector>,
}

/// A topology spread constraint.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spread {
    topology_key: SmolStr,
    selector: LabelSelector,
    max_skew: i64,
    min_domains: usize,
}

/// A pod's neighbours, as far as something depends on them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neighbours {
    terms: Arc<Terms>,
    /// Pods that match all terms of affinity, with the labels of their nodes.
    wanted: Vec<(Arc<PodInfo>, Map)>,
    /// Where pods are that the pod, or that the pod is, required to stay away from: topology key and value.
    unwanted: Vec<(Why, SmolStr, SmolStr, Arc<PodInfo>)>,
    matches_itself: bool,
    /// For each constraint, its domains and how many pods each has.
    domains: Vec<Vec<(SmolStr, i64)>>,
    /// How much it likes to be there: topology key, value, and weight.
    liked: Vec<(SmolStr, SmolStr, i64)>,
    /// How many pods it would rather not add to are there: topology key, value, and number.
    crowds: Vec<(SmolStr, SmolStr, i64)>,
}

/// Whose anti-affinity it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Own,
    Theirs,
}

/// Why a node does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unneighbourly {
    /// None of the pods is near that the pod wants near.
    Affinity,
    /// One is near that the pod wants away.
    AntiAffinity,
    /// One is near that wants the pod away.
    ExistingAntiAffinity,
    /// The node is in no domain of a constraint.
    NoDomain,
    /// Too many of them would be in the node's domain.
    Skew,
}

impl Unneighbourly {
    /// The words of the scheduler.
    pub fn words(self) -> &'static str {
        match self {
            Self::Affinity => "node(s) didn't match pod affinity rules",
            Self::AntiAffinity => "node(s) didn't match pod anti-affinity rules",
            Self::ExistingAntiAffinity => "node(s) didn't satisfy existing pods anti-affinity rules",
            Self::NoDomain => "node(s) didn't match pod topology spread constraints (missing required label)",
            Self::Skew => "node(s) didn't match pod topology spread constraints",
        }
    }
}

impl Terms {
    /// Reads a pod; `None` when it requires nothing of its neighbours.
    pub fn of_pod(pod: &Value) -> Option<Arc<Self>> {
        let (spec, namespace) = (pod.at(&["spec"]), pod.str_at(&["metadata", "namespace"]));
        let read = |kind: &str| -> Vec<Term> {
            spec.list_at(&["affinity", kind, REQUIRED]).iter().map(|term| Term::read(term, namespace)).collect()
        };
        let must = |constraint: &&Value| constraint.str_at(&["whenUnsatisfiable"]) != "ScheduleAnyway";
        let spread = spec.list_at(&["topologySpreadConstraints"]).iter().filter(must).map(Spread::read).collect();
        let terms = Self { affinity: read("podAffinity"), anti_affinity: read("podAntiAffinity"), spread };
        (terms != Self::default()).then(|| Arc::new(terms))
    }

    /// Whether it wants other pods away.
    pub fn keep_others_away(&self) -> bool {
        !self.anti_affinity.is_empty()
    }
}

fn selector(value: &Value) -> LabelSelector {
    // No selector at all selects nothing.
    if value.is_null() {
        LabelSelector::nothing()
    } else {
        LabelSelector::read(value).unwrap_or_else(|_| LabelSelector::nothing())
    }
}

impl Term {
    pub(super) fn read(term: &Value, own_namespace: &str) -> Self {
        let mut namespaces: Vec<SmolStr> =
            term.list_at(&["namespaces"]).iter().filter_map(Value::as_str).map(SmolStr::from).collect();
        let of_namespaces = term.at(&["namespaceSelector"]);
        if namespaces.is_empty() && of_namespaces.is_null() {
            namespaces.push(own_namespace.into());
        }
        Self {
            topology_key: term.text_at(&["topologyKey"]),
            selector: selector(term.at(&["labelSelector"])),
            namespaces,
            namespace_selector: (!of_namespaces.is_null()).then(|| selector(of_namespaces)),
        }
    }

    fn matches(&self, pod: &PodInfo) -> bool {
        let namespace = &pod.key.namespace;
        let by_selector = |selector: &LabelSelector| {
            let labels: Map = [(NAMESPACE_NAME, Value::from(namespace))].into_iter().collect();
            selector.matches(&labels)
        };
        (self.namespaces.contains(namespace) || self.namespace_selector.as_ref().is_some_and(by_selector))
            && self.selector.matches(&pod.labels)
    }
}

impl Spread {
    pub(super) fn read(constraint: &Value) -> Self {
        let number = |field: &str| constraint.at(&[field]).as_i64().unwrap_or(1);
        Self {
            topology_key: constraint.text_at(&["topologyKey"]),
            selector: selector(constraint.at(&["labelSelector"])),
            max_skew: number("maxSkew"),
            min_domains: usize::try_from(number("minDomains")).unwrap_or(1),
        }
    }

    /// How many of the pods on a node it counts: none that is on its way out. Models `countPodsMatchSelector`, for which a selector
    /// that asks for nothing counts nothing.
    fn count(&self, pod: &PodInfo, node: &NodeInfo) -> i64 {
        if self.selector.requirements().is_empty() {
            return 0;
        }
        let same =
            |it: &&Arc<PodInfo>| !it.deleting && it.key.namespace == pod.key.namespace && self.selector.matches(&it.labels);
        number(node.pods().iter().filter(same).count())
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Whether a node with these labels has a domain for each of some constraints. Models `nodeLabelsMatchSpreadConstraints`.
pub(super) fn in_all_topologies(constraints: &[Spread], labels: &Map) -> bool {
    constraints.iter().all(|it| labels.contains_key(&it.topology_key))
}

/// Adds to what is counted for a node's domain of a topology.
fn add(counted: &mut Vec<(SmolStr, SmolStr, i64)>, labels: &Map, key: &SmolStr, number: i64) {
    let Some(value) = label(labels, key).filter(|_| number != 0) else { return };
    match counted.iter_mut().find(|(topology, domain, _)| topology == key && domain == value) {
        Some((_, _, sum)) => *sum = sum.saturating_add(number),
        None => counted.push((key.clone(), value.into(), number)),
    }
}

/// What is counted for all domains that a node is in.
fn sum(counted: &[(SmolStr, SmolStr, i64)], labels: &Map) -> i64 {
    let here = counted.iter().filter(|(key, value, _)| label(labels, key) == Some(value));
    here.fold(0, |sum, it| sum.saturating_add(it.2))
}

fn label<'a>(labels: &'a Map, key: &str) -> Option<&'a str> {
    labels.get(key).and_then(Value::as_str)
}

impl Neighbours {
    /// Looks around for a pod; `None` when nothing depends on its neighbours.
    pub fn find(pod: &PodInfo, cache: &Cache) -> Option<Arc<Self>> {
        let mut found = Self::default();
        for other in cache.pods_that_keep_others_away() {
            let Some(node) = cache.get(&other.node_name) else { continue };
            for term in other.terms.iter().flat_map(|it| &it.anti_affinity).filter(|term| term.matches(pod)) {
                found.keep_away(Why::Theirs, &term.topology_key, node, other);
            }
        }
        if let Some(preferences) = &pod.preferences {
            cache.iter().for_each(|node| found.weigh(pod, preferences, node));
        }
        if let Some(terms) = &pod.terms {
            found.terms = Arc::clone(terms);
            found.matches_itself = terms.affinity.iter().all(|term| term.matches(pod));
            found.domains = vec![Vec::new(); terms.spread.len()];
            for node in cache.iter() {
                found.count(pod, terms, node);
            }
        } else if found == Self::default() {
            return None;
        }
        Some(Arc::new(found))
    }

    fn keep_away(&mut self, why: Why, key: &SmolStr, node: &NodeInfo, other: &Arc<PodInfo>) {
        if let Some(value) = label(&node.node().labels, key) {
            self.unwanted.push((why, key.clone(), value.into(), Arc::clone(other)));
        }
    }

    fn weigh(&mut self, pod: &PodInfo, preferences: &Preferences, node: &NodeInfo) {
        let labels = &node.node().labels;
        for (weight, term) in &preferences.pods {
            let matching = node.pods().iter().filter(|other| term.matches(other)).count();
            add(&mut self.liked, labels, &term.topology_key, weight.saturating_mul(number(matching)));
        }
        if !in_all_topologies(&preferences.spread, labels) || pod.node_affinity.check(labels, node.name()).is_err() {
            return;
        }
        for spread in &preferences.spread {
            add(&mut self.crowds, labels, &spread.topology_key, spread.count(pod, node));
        }
    }

    /// How much a pod likes a node for its neighbours.
    pub fn liking(&self, labels: &Map) -> i64 {
        sum(&self.liked, labels)
    }

    /// How many pods it would rather not add to are near a node.
    pub fn crowd(&self, labels: &Map) -> i64 {
        sum(&self.crowds, labels)
    }

    fn count(&mut self, pod: &PodInfo, terms: &Terms, node: &NodeInfo) {
        let labels = &node.node().labels;
        for other in node.pods() {
            if !terms.affinity.is_empty() && terms.affinity.iter().all(|term| term.matches(other)) {
                self.wanted.push((Arc::clone(other), labels.clone()));
            }
            for term in terms.anti_affinity.iter().filter(|term| term.matches(other)) {
                self.keep_away(Why::Own, &term.topology_key, node, other);
            }
        }
        if !in_all_topologies(&terms.spread, labels) || pod.node_affinity.check(labels, node.name()).is_err() {
            return;
        }
        for (spread, domains) in terms.spread.iter().zip(&mut self.domains) {
            let value = label(labels, &spread.topology_key).unwrap_or_default();
            let count = spread.count(pod, node);
            match domains.iter_mut().find(|(domain, _)| domain == value) {
                Some((_, counted)) => *counted += count,
                None => domains.push((value.into(), count)),
            }
        }
    }

    /// Asks about a node. Pods that are counted there but have gone from it meanwhile do not count.
    ///
    /// # Errors
    /// Why it does not do.
    pub fn check_affinity(&self, node: &NodeInfo) -> Result<(), Unneighbourly> {
        let labels = &node.node().labels;
        let near = |key: &str, theirs: &Map| label(labels, key).is_some() && label(theirs, key) == label(labels, key);
        let is_there = |other: &Arc<PodInfo>| other.node_name != *node.name() || node.pods().iter().any(|pod| pod.is(other));
        let terms = &self.terms.affinity;
        let met = |term: &Term| self.wanted.iter().any(|(other, theirs)| near(&term.topology_key, theirs) && is_there(other));
        // The first of a group that wants to be together may go anywhere.
        let is_first = self.wanted.is_empty() && self.matches_itself;
        let in_topology = terms.iter().all(|term| labels.contains_key(&term.topology_key));
        if !terms.is_empty() && !(in_topology && (is_first || terms.iter().all(met))) {
            return Err(Unneighbourly::Affinity);
        }
        for (why, words) in [(Why::Own, Unneighbourly::AntiAffinity), (Why::Theirs, Unneighbourly::ExistingAntiAffinity)] {
            let here = |(whose, key, value, other): &(Why, SmolStr, SmolStr, Arc<PodInfo>)| {
                *whose == why && label(labels, key) == Some(value) && is_there(other)
            };
            if self.unwanted.iter().any(here) {
                return Err(words);
            }
        }
        Ok(())
    }

    /// Asks whether a pod would keep its constraints on a node.
    ///
    /// # Errors
    /// Why it would not.
    pub fn check_spread(&self, pod: &PodInfo, node: &NodeInfo) -> Result<(), Unneighbourly> {
        for (spread, domains) in self.terms.spread.iter().zip(&self.domains) {
            let Some(value) = label(&node.node().labels, &spread.topology_key) else { return Err(Unneighbourly::NoDomain) };
            let least = if domains.len() < spread.min_domains { 0 } else { domains.iter().map(|it| it.1).min().unwrap_or(0) };
            let here = domains.iter().find(|(domain, _)| domain == value).map_or(0, |it| it.1);
            if here + i64::from(spread.selector.matches(&pod.labels)) - least > spread.max_skew {
                return Err(Unneighbourly::Skew);
            }
        }
        Ok(())
    }
}
