//! What a pod's claims ask of a node.
//!
//! Models `GetPodVolumeClaims` and `FindPodVolumes` of the plugin `VolumeBinding`: a pod's claims are looked up once per
//! scheduling cycle, and then each node is asked.

use smol_str::format_smolstr;

use super::filters::Plugin;
use super::node_info::NodeFacts;
use crate::apiserver::Store;
use crate::controllers::volumes::{Capacity, NO_PROVISIONER, SELECTED_NODE, can_hold};
use crate::object::{Kind, Map, Object, ObjectKey, RequiredNodeAffinity, SmolStr, Value};

/// Labels of a volume that say where it is.
const ZONE_LABELS: [(&str, &str); 2] = [
    ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"),
    ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"),
];
/// A pod's claims, looked up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodVolumes {
    /// Why no node needs to be asked.
    pub refusal: Option<(Plugin, SmolStr)>,
    /// Another pod uses a claim of the access mode `ReadWriteOncePod`.
    pub claim_in_use: bool,
    /// A claim is bound to a volume that is gone.
    pub volume_is_missing: bool,
    bound: Vec<Volume>,
    to_bind: Vec<Unbound>,
}

/// A volume that a claim is, or may be, bound to.
#[derive(Clone, Debug, PartialEq)]
struct Volume {
    name: SmolStr,
    affinity: RequiredNodeAffinity,
    labels: Map,
}

/// A claim that waits for its first consumer.
#[derive(Clone, Debug, PartialEq)]
struct Unbound {
    claim: SmolStr,
    /// Volumes that would do, the smallest first.
    candidates: Vec<Volume>,
    /// Whether one can be made where none is.
    provisioned: bool,
    /// The node that was chosen for it before.
    selected_node: SmolStr,
}

/// What becomes of a claim on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The claim.
    pub claim: SmolStr,
    /// The volume; `None` when one is to be made.
    pub volume: Option<SmolStr>,
}

/// The names of the claims that a pod mounts.
pub fn claims_of(pod: &Value) -> Vec<SmolStr> {
    let volumes = pod.list_at(&["spec", "volumes"]).iter();
    let claim = |volume: &Value| {
        if volume.at(&["ephemeral"]).as_map().is_some() {
            return Some(format_smolstr!("{}-{}", pod.str_at(&["metadata", "name"]), volume.str_at(&["name"])));
        }
        volume.at(&["persistentVolumeClaim", "claimName"]).as_str().map(SmolStr::from)
    };
    volumes.filter_map(claim).collect()
}

impl PodVolumes {
    /// Looks the claims of a pod up.
    pub fn find(store: &Store, namespace: &str, claims: &[SmolStr]) -> Self {
        let mut found = Self::default();
        for name in claims {
            let key = ObjectKey::new(namespace, name.clone());
            let Some(claim) = store.get(Kind::PersistentVolumeClaim, &key) else {
                let message = format_smolstr!("persistentvolumeclaim \"{name}\" not found");
                // The first plugin that looks a claim up before any node is asked.
                found.refusal = Some((Plugin::VolumeRestrictions, message));
                return found;
            };
            found.add(store, claim);
        }
        found
    }

    fn add(&mut self, store: &Store, claim: &Object) {
        let (name, volume) = (claim.name(), claim.value.str_at(&["spec", "volumeName"]));
        let refusal = if claim.value.str_at(&["status", "phase"]) == "Lost" {
            Some(format_smolstr!("persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{volume}\""))
        } else if claim.meta.deleted.is_some() {
            Some(format_smolstr!("persistentvolumeclaim \"{name}\" is being deleted"))
        } else if !is_bound(claim) && !waits_for_consumer(store, claim) {
            Some("pod has unbound immediate PersistentVolumeClaims".into())
        } else {
            None
        };
        if self.refusal.is_none() {
            self.refusal = refusal.map(|text| (Plugin::VolumeBinding, text));
        }
        let modes = claim.value.list_at(&["spec", "accessModes"]);
        if modes.iter().any(|mode| mode.as_str() == Some("ReadWriteOncePod")) {
            self.claim_in_use |= is_in_use(store, claim);
        }
        if !is_bound(claim) {
            self.to_bind.push(Unbound::find(store, claim));
        } else if let Some(volume) = store.get(Kind::PersistentVolume, &ObjectKey::cluster_scoped(volume)) {
            self.bound.push(Volume::read(volume));
        } else {
            self.volume_is_missing = true;
        }
    }

    /// Whether a node reaches all bound volumes.
    pub fn reaches(&self, node: &NodeFacts) -> bool {
        self.bound.iter().all(|volume| volume.is_reachable(node))
    }

    /// Whether a node is where the bound volumes are, as far as both say.
    pub fn are_in_zone_of(&self, labels: &Map) -> bool {
        let says_where = ZONE_LABELS.iter().any(|(key, beta)| labels.contains_key(key) || labels.contains_key(beta));
        let agrees = |volume: &Volume| {
            ZONE_LABELS.iter().all(|(key, beta)| {
                let zones = volume.labels.get(key).or_else(|| volume.labels.get(beta)).and_then(Value::as_str);
                let own = labels.get(key).or_else(|| labels.get(beta)).and_then(Value::as_str);
                zones.is_none_or(|zones| own.is_some_and(|own| zones.split("__").any(|zone| zone == own)))
            })
        };
        !says_where || self.bound.iter().all(agrees)
    }

    /// What the unbound claims would be bound to on a node; `None` when one finds nothing there.
    pub fn bindings(&self, node: &NodeFacts) -> Option<Vec<Binding>> {
        let mut bindings: Vec<Binding> = Vec::new();
        for unbound in &self.to_bind {
            let elsewhere = !unbound.selected_node.is_empty() && unbound.selected_node != node.name;
            let is_free = |volume: &&Volume| {
                volume.is_reachable(node) && !bindings.iter().any(|it| it.volume.as_ref() == Some(&volume.name))
            };
            let volume = unbound.candidates.iter().find(is_free).map(|it| it.name.clone());
            if elsewhere || (volume.is_none() && !unbound.provisioned) {
                return None;
            }
            bindings.push(Binding { claim: unbound.claim.clone(), volume });
        }
        Some(bindings)
    }
}

impl Volume {
    fn read(volume: &Object) -> Self {
        Self {
            name: volume.name().clone(),
            affinity: RequiredNodeAffinity::of_node_selector(volume.value.at(&["spec", "nodeAffinity", "required"])),
            labels: volume.meta.labels.clone(),
        }
    }

    fn is_reachable(&self, node: &NodeFacts) -> bool {
        self.affinity.check(&node.labels, &node.name).is_ok()
    }
}

impl Unbound {
    fn find(store: &Store, claim: &Object) -> Self {
        let mut candidates: Vec<(Capacity, Volume)> = Vec::new();
        for volume in store.list(Kind::PersistentVolume) {
            candidates.extend(can_hold(volume, claim).map(|size| (size, Volume::read(volume))));
        }
        candidates.sort_unstable_by(|(left, one), (right, other)| (left, &one.name).cmp(&(right, &other.name)));
        Self {
            claim: claim.name().clone(),
            candidates: candidates.into_iter().map(|(_, volume)| volume).collect(),
            provisioned: class_of(store, claim).is_some_and(|it| it.value.str_at(&["provisioner"]) != NO_PROVISIONER),
            selected_node: claim.value.str_at(&["metadata", "annotations", SELECTED_NODE]).into(),
        }
    }
}

/// Whether a claim is bound to the end.
pub fn is_bound(claim: &Object) -> bool {
    !claim.value.str_at(&["spec", "volumeName"]).is_empty() && claim.value.str_at(&["status", "phase"]) == "Bound"
}

fn class_of<'a>(store: &'a Store, claim: &Object) -> Option<&'a Object> {
    let name = claim.value.at(&["spec", "storageClassName"]).as_str()?;
    store.get(Kind::StorageClass, &ObjectKey::cluster_scoped(name)).map(AsRef::as_ref)
}

/// Whether a claim is bound only when a pod that mounts it gets a node, and does not name its volume.
pub fn waits_for_consumer(store: &Store, claim: &Object) -> bool {
    let waits = class_of(store, claim).is_some_and(|it| it.value.str_at(&["volumeBindingMode"]) == "WaitForFirstConsumer");
    waits && claim.value.str_at(&["spec", "volumeName"]).is_empty()
}

fn is_in_use(store: &Store, claim: &Object) -> bool {
    let mut pods = store.list_in(Kind::Pod, &claim.key().namespace);
    pods.any(|pod| {
        pod.as_pod().is_some_and(|it| it.is_bound() && !it.phase.is_terminal()) && claims_of(&pod.value).contains(claim.name())
    })
}
