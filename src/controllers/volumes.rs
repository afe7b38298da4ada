//! The persistent volume controller: which claim gets which volume; and the provisioner that makes volumes for classes.
//!
//! Models `pkg/controller/volume/persistentvolume` as far as it can be seen: claims are bound to the smallest volume that will
//! do, claims of classes that wait for a consumer wait, volumes of claims that are gone are released or deleted. Not modelled: the
//! repetition of its events every 15 seconds, resizing, volumes that fail.

use smol_str::format_smolstr;

use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, LabelSelector, Object, ObjectKey, Quantity, SmolStr, Value, map};
use crate::runtime::events::{EventType, InvolvedObject, Source};
use crate::runtime::{Runtime, Task};

/// How much a volume holds, in bytes.
pub type Capacity = i64;

/// Where the scheduler writes for which node a volume is to be made.
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// The provisioner of classes whose volumes somebody makes by hand.
pub const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";
/// Label of the zone that a made volume is in.
const ZONE_LABEL: &str = "topology.kubernetes.io/zone";

/// Hears of a change.
pub fn observe(runtime: &mut Runtime, change: &Change) {
    let object = change.object();
    match object.kind {
        Kind::PersistentVolumeClaim => {
            if change.new.is_some() {
                enqueue(runtime, object);
            } else {
                release(runtime, object);
            }
        }
        Kind::PersistentVolume | Kind::StorageClass => {
            if let Some(volume) = change.new.as_ref().filter(|it| it.kind == Kind::PersistentVolume) {
                announce(runtime, volume);
            }
            let claims: Vec<_> = runtime.store.list(Kind::PersistentVolumeClaim).cloned().collect();
            for claim in claims.iter().filter(|it| concerns(it, object)) {
                enqueue(runtime, claim);
            }
        }
        _ => {}
    }
}

/// Unbound claims look at every volume and class, bound ones at their own volume.
fn concerns(claim: &Object, changed: &Object) -> bool {
    let volume = claim.value.str_at(&["spec", "volumeName"]);
    volume.is_empty() || (changed.kind == Kind::PersistentVolume && volume == changed.name())
}

fn enqueue(runtime: &mut Runtime, claim: &Object) {
    let delay_ms = runtime.call_ms();
    runtime.after(delay_ms, Task::SyncClaim(claim.key().clone()));
}

/// A volume is usable as soon as it is there.
fn announce(runtime: &mut Runtime, volume: &Object) {
    if ["", "Pending"].contains(&volume.value.str_at(&["status", "phase"])) {
        let phase = if volume.value.at(&["spec", "claimRef"]).is_null() { "Available" } else { "Bound" };
        set_phase(runtime, volume, phase);
    }
}

fn set_phase(runtime: &mut Runtime, object: &Object, phase: &str) {
    let mut status = object.value.at(&["status"]).clone();
    status.set(&["phase"], phase);
    // What is gone meanwhile needs no phase.
    let _ = runtime.update_status(object.kind, object.key(), status);
}

/// A claim is gone: its volume is released, and deleted if it was made for the claim.
fn release(runtime: &mut Runtime, claim: &Object) {
    let name = claim.value.str_at(&["spec", "volumeName"]);
    let Some(volume) = runtime.store.get(Kind::PersistentVolume, &ObjectKey::cluster_scoped(name)).cloned() else { return };
    set_phase(runtime, &volume, "Released");
    if volume.value.str_at(&["spec", "persistentVolumeReclaimPolicy"]) == "Delete" {
        let _ = runtime.delete(Kind::PersistentVolume, volume.key(), DeleteOptions::default());
    }
}

/// Looks at one claim. Models `syncClaim`.
pub fn sync_claim(runtime: &mut Runtime, key: &ObjectKey) {
    let Some(claim) = runtime.store.get(Kind::PersistentVolumeClaim, key).cloned() else { return };
    let wanted = claim.value.str_at(&["spec", "volumeName"]);
    if wanted.is_empty() {
        return sync_unbound(runtime, &claim);
    }
    let volume = runtime.store.get(Kind::PersistentVolume, &ObjectKey::cluster_scoped(wanted)).cloned();
    let was_bound = claim.value.str_at(&["status", "phase"]) == "Bound";
    match volume {
        Some(volume) if !was_bound && is_claimed_by(&volume, &claim).unwrap_or(true) => bind(runtime, &volume, &claim),
        None if was_bound => {
            set_phase(runtime, &claim, "Lost");
            let message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
            say(runtime, &claim, EventType::Warning, "ClaimLost", message.into());
        }
        _ => {}
    }
}

fn sync_unbound(runtime: &mut Runtime, claim: &Object) {
    let own = runtime.store.list(Kind::PersistentVolume).find(|it| is_claimed_by(it, claim) == Some(true));
    if let Some(volume) = own.cloned() {
        return bind(runtime, &volume, claim);
    }
    let class = class_of(runtime, claim);
    let delayed = class.as_ref().is_some_and(|it| it.value.str_at(&["volumeBindingMode"]) == "WaitForFirstConsumer");
    if delayed && claim.value.str_at(&["metadata", "annotations", SELECTED_NODE]).is_empty() {
        let message = "waiting for first consumer to be created before binding";
        return say(runtime, claim, EventType::Normal, "WaitForFirstConsumer", message.into());
    }
    let fitting = runtime.store.list(Kind::PersistentVolume).filter_map(|it| Some((can_hold(it, claim)?, it)));
    let smallest = fitting.min_by(|(left, one), (right, other)| (left, one.name()).cmp(&(right, other.name())));
    if let Some(volume) = smallest.map(|(_, volume)| volume.clone()) {
        return bind(runtime, &volume, claim);
    }
    match (class, claim.value.str_at(&["spec", "storageClassName"])) {
        (Some(class), _) => provision(runtime, claim, &class),
        (None, "") => {
            let message = "no persistent volumes available for this claim and no storage class is set";
            say(runtime, claim, EventType::Normal, "FailedBinding", message.into());
        }
        (None, name) => {
            let message = format_smolstr!("storageclass.storage.k8s.io \"{name}\" not found");
            say(runtime, claim, EventType::Warning, "ProvisioningFailed", message);
        }
    }
}

/// Whether a volume is for a claim, or for another; `None` when it is for none yet.
fn is_claimed_by(volume: &Object, claim: &Object) -> Option<bool> {
    let owner = volume.value.at(&["spec", "claimRef"]);
    owner.as_map()?;
    let uid = owner.str_at(&["uid"]);
    Some(
        owner.str_at(&["namespace"]) == claim.key().namespace
            && owner.str_at(&["name"]) == claim.key().name
            && (uid.is_empty() || uid == claim.meta.uid),
    )
}

/// How much a volume holds, if a claim may be bound to it. Models `FindMatchingVolume`, without nodes.
pub fn can_hold(volume: &Object, claim: &Object) -> Option<Capacity> {
    let (has, wants) = (volume.value.at(&["spec"]), claim.value.at(&["spec"]));
    let size = |value: &Value| Quantity::read(value).map_or(0, |it| it.value());
    let capacity = size(has.at(&["capacity", "storage"]));
    let mode = |spec: &Value| spec.at(&["volumeMode"]).as_str().unwrap_or("Filesystem").to_owned();
    let modes = has.list_at(&["accessModes"]);
    let selector = wants.at(&["selector"]);
    let selected = selector.is_null() || LabelSelector::read(selector).is_ok_and(|it| it.matches(&volume.meta.labels));
    let fits = capacity >= size(wants.at(&["resources", "requests", "storage"]))
        && has.str_at(&["storageClassName"]) == wants.str_at(&["storageClassName"])
        && mode(has) == mode(wants)
        && wants.list_at(&["accessModes"]).iter().all(|mode| modes.contains(mode))
        && selected
        && volume.meta.deleted.is_none()
        && is_claimed_by(volume, claim).unwrap_or(true)
        && volume.value.str_at(&["status", "phase"]) != "Released";
    fits.then_some(capacity)
}

/// Notes in a volume for which claim it is.
pub fn claim_volume(runtime: &mut Runtime, volume: &SmolStr, claim: &Object) {
    let Some(stored) = runtime.store.get(Kind::PersistentVolume, &ObjectKey::cluster_scoped(volume.clone())) else { return };
    let mut value = stored.value.clone();
    value.set(&["spec", "claimRef"], reference(claim));
    // A volume that is gone meanwhile is missed by the claim itself.
    let _ = runtime.update(Kind::PersistentVolume, value);
}

fn reference(claim: &Object) -> Value {
    map! {
        "apiVersion" => "v1",
        "kind" => "PersistentVolumeClaim",
        "namespace" => &claim.key().namespace,
        "name" => claim.name(),
        "uid" => &claim.meta.uid,
    }
}

/// Binds a claim to a volume, on both sides.
fn bind(runtime: &mut Runtime, volume: &Object, claim: &Object) {
    claim_volume(runtime, volume.name(), claim);
    set_phase(runtime, volume, "Bound");
    let mut value = claim.value.clone();
    value.set(&["metadata", "annotations", "pv.kubernetes.io/bind-completed"], "yes");
    if value.str_at(&["spec", "volumeName"]).is_empty() {
        value.set(&["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"], "yes");
    }
    value.set(&["spec", "volumeName"], volume.name());
    // A claim that is gone meanwhile needs no volume.
    let _ = runtime.update(Kind::PersistentVolumeClaim, value);
    let mut status = claim.value.at(&["status"]).clone();
    status.set(&["phase"], "Bound");
    status.set(&["accessModes"], volume.value.at(&["spec", "accessModes"]).clone());
    status.set(&["capacity"], volume.value.at(&["spec", "capacity"]).clone());
    let _ = runtime.update_status(Kind::PersistentVolumeClaim, claim.key(), status);
}

fn class_of(runtime: &Runtime, claim: &Object) -> Option<std::sync::Arc<Object>> {
    let name = claim.value.at(&["spec", "storageClassName"]).as_str()?;
    runtime.store.get(Kind::StorageClass, &ObjectKey::cluster_scoped(name)).cloned()
}

/// Lets the class's provisioner make a volume, which takes it a moment.
fn provision(runtime: &mut Runtime, claim: &Object, class: &Object) {
    let provisioner = class.value.str_at(&["provisioner"]);
    if provisioner == NO_PROVISIONER {
        let message = format_smolstr!("no volume plugin matched name: {NO_PROVISIONER}");
        return say(runtime, claim, EventType::Warning, "ProvisioningFailed", message);
    }
    let message = format_smolstr!(
        "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
    );
    say(runtime, claim, EventType::Normal, "ExternalProvisioning", message);
    let delay_ms = runtime.duration_ms(800..2_500);
    runtime.after(delay_ms, Task::ProvisionVolume(claim.key().clone()));
}

/// The provisioner has made a volume.
pub fn provisioned(runtime: &mut Runtime, key: &ObjectKey) {
    let Some(claim) = runtime.store.get(Kind::PersistentVolumeClaim, key).cloned() else { return };
    let Some(class) = class_of(runtime, &claim).filter(|_| claim.value.str_at(&["spec", "volumeName"]).is_empty()) else {
        return;
    };
    let policy = class.value.at(&["reclaimPolicy"]).as_str().unwrap_or("Delete").to_owned();
    let name = format_smolstr!("pvc-{}", claim.meta.uid);
    let mut spec = map! {
        "accessModes" => claim.value.at(&["spec", "accessModes"]).clone(),
        "capacity" => map! { "storage" => claim.value.at(&["spec", "resources", "requests", "storage"]).clone() },
        "claimRef" => reference(&claim),
        "csi" => map! { "driver" => class.value.at(&["provisioner"]).clone(), "volumeHandle" => &name },
        "persistentVolumeReclaimPolicy" => policy,
        "storageClassName" => class.name(),
        "volumeMode" => "Filesystem",
    };
    let node = ObjectKey::cluster_scoped(claim.value.str_at(&["metadata", "annotations", SELECTED_NODE]));
    if let Some(zone) = runtime.store.get(Kind::Node, &node).and_then(|it| it.meta.label(ZONE_LABEL)) {
        let here = map! { "key" => ZONE_LABEL, "operator" => "In", "values" => vec![Value::from(zone)] };
        let term = map! { "matchExpressions" => vec![here] };
        spec.set(&["nodeAffinity", "required", "nodeSelectorTerms"], vec![term]);
    }
    let volume = map! {
        "apiVersion" => "v1", "kind" => "PersistentVolume", "metadata" => map! { "name" => &name }, "spec" => spec,
        "status" => map! { "phase" => "Pending" },
    };
    if runtime.create(Kind::PersistentVolume, volume).is_ok() {
        let message = format_smolstr!("Successfully provisioned volume {name}");
        say(runtime, &claim, EventType::Normal, "ProvisioningSucceeded", message);
    }
}

fn say(runtime: &mut Runtime, claim: &Object, event_type: EventType, reason: &'static str, message: SmolStr) {
    let source = Source { component: "persistentvolume-controller", host: SmolStr::default() };
    let now = runtime.unix();
    runtime.events.record(now, source, InvolvedObject::of(claim), event_type, reason, message);
}
