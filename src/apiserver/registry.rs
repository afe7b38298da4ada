//! What the API server adds to what it is sent: names, UIDs, generations, times, and the two steps of a graceful deletion.
//!
//! Models the generic registry store and the strategies of its kinds (`pkg/registry`). What arrives here is already decoded,
//! defaulted and valid. The registry does not know the time; it is told.

use std::sync::Arc;

use fastrand::Rng;

use crate::object::{Kind, Map, Object, ObjectKey, Phase, SmolStr, TEMPLATE_GENERATION_ANNOTATION, Value, map, time, yaml};

use super::{Refusal, Store, admission, default, label_keys, validate};

/// What a request brings with it besides its object.
#[derive(Debug)]
pub struct Request<'a> {
    /// The time, in seconds since 1970.
    pub now: i64,
    /// Where UIDs and the ends of generated names come from.
    pub rng: &'a mut Rng,
}

/// How dependents fare when an object is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// The object goes at once, its dependents are collected after it.
    Background,
    /// The object stays until its dependents are gone.
    Foreground,
    /// The dependents stay and lose their owner.
    Orphan,
}

/// What a deletion asks for. Models `meta/v1 DeleteOptions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// Seconds; `None` means what the pod says.
    pub grace_seconds: Option<i64>,
    /// What becomes of the dependents; `None` means what the object's finalizers say, and else that they are collected.
    pub propagation: Option<Propagation>,
}

/// What must hold of an object that is to be deleted, lest another one is. Models `meta/v1 Preconditions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preconditions {
    /// It has this UID.
    pub uid: Option<SmolStr>,
    /// It has this resource version.
    pub resource_version: Option<SmolStr>,
}

/// Letters of generated names.
const NAME_ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// How much of `generateName` is kept before the five generated letters.
const GENERATED_NAME_STEM: usize = 58;

/// The finalizers that stand for a way of deleting dependents.
pub const FOREGROUND: &str = "foregroundDeletion";
/// See [`FOREGROUND`].
pub const ORPHAN: &str = "orphan";

impl Store {
    /// Creates an object for a component of the control plane, which sends what it read from the API server itself. Pods get
    /// the checks that their templates do not get.
    ///
    /// # Errors
    /// When the name is taken, the namespace does not exist or is being deleted, or an admission step says no.
    pub fn create(&mut self, kind: Kind, mut value: Value, request: &mut Request<'_>) -> Result<Arc<Object>, Refusal> {
        admission::admit(self, kind, &mut value, request.rng)?;
        if kind == Kind::Pod {
            default::default(kind, &mut value);
        }
        self.name(kind, &mut value, request.rng);
        if kind == Kind::Pod
            && let Some(invalid) = validate::beyond_template(&value)
        {
            return Err(Refusal::Other { reason: "Invalid", message: invalid.message() });
        }
        self.insert(kind, value, request)
    }

    /// Gives a new object its generated name, if it asks for one.
    pub(super) fn name(&self, kind: Kind, value: &mut Value, rng: &mut Rng) {
        if value.str_at(&["metadata", "name"]).is_empty() && !value.str_at(&["metadata", "generateName"]).is_empty() {
            let name = self.generate_name(kind, value, rng);
            value.set(&["metadata", "name"], name);
        }
    }

    /// Stores a new object that was admitted. Models `BeforeCreate` and the strategies' `PrepareForCreate`.
    pub(super) fn insert(&mut self, kind: Kind, mut value: Value, request: &mut Request<'_>) -> Result<Arc<Object>, Refusal> {
        // Who manages what is kept beside the objects, and is not for anybody to say.
        value.remove(&["metadata", "managedFields"]);
        let key = ObjectKey::new(value.str_at(&["metadata", "namespace"]), value.str_at(&["metadata", "name"]));
        if self.get(kind, &key).is_some() {
            return Err(Refusal::AlreadyExists { kind, name: key.name });
        }
        if let Some(status) = admission::first_status(kind, &value) {
            value.set(&["status"], status);
        }
        if kind == Kind::Pod {
            label_keys::fill_in(&mut value);
        }
        let metadata = value.at_mut(&["metadata"]);
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"] {
            metadata.remove(&[field]);
        }
        metadata.set(&["uid"], uid(request.rng));
        metadata.set(&["creationTimestamp"], time::format(request.now));
        if matches!(kind, Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet | Kind::Pod | Kind::PodDisruptionBudget) {
            metadata.set(&["generation"], 1);
        }
        if kind == Kind::DaemonSet {
            let given = metadata.str_at(&["annotations", TEMPLATE_GENERATION_ANNOTATION]).parse().unwrap_or(0);
            set_template_generation(metadata, i64::max(given, 1));
        }
        Ok(self.put(kind, value))
    }

    fn generate_name(&self, kind: Kind, value: &Value, rng: &mut Rng) -> SmolStr {
        let stem = value.str_at(&["metadata", "generateName"]);
        let cut = (0..=GENERATED_NAME_STEM.min(stem.len())).rev().find(|&at| stem.is_char_boundary(at)).unwrap_or(0);
        let namespace = value.str_at(&["metadata", "namespace"]);
        loop {
            let mut name = String::with_capacity(cut + 5);
            name.push_str(&stem[..cut]);
            random_letters(rng, &mut name);
            if self.get(kind, &ObjectKey::new(namespace, name.as_str())).is_none() {
                return name.into();
            }
        }
    }

    /// Writes a new version of an object: everything but its status, which stays as it is stored.
    ///
    /// # Errors
    /// When there is no such object.
    pub fn update(&mut self, kind: Kind, mut value: Value) -> Result<Arc<Object>, Refusal> {
        let key = ObjectKey::new(value.str_at(&["metadata", "namespace"]), value.str_at(&["metadata", "name"]));
        let stored = self.read(kind, &key)?.clone();
        prepare_update(kind, &mut value, &stored);
        Ok(self.write(kind, value, &stored))
    }

    /// Writes only an object's status.
    ///
    /// # Errors
    /// When there is no such object.
    pub fn update_status(&mut self, kind: Kind, key: &ObjectKey, status: Value) -> Result<Arc<Object>, Refusal> {
        self.put_status(kind, key, status).ok_or_else(|| Refusal::NotFound { kind, name: key.name.clone() })
    }

    /// Stores a new version; one that says nothing new is not written, and one that takes the last finalizer away from an
    /// object that is being deleted ends it.
    pub(super) fn write(&mut self, kind: Kind, mut value: Value, stored: &Arc<Object>) -> Arc<Object> {
        keep(&mut value, &stored.value, &["metadata", "resourceVersion"]);
        if value == stored.value {
            return Arc::clone(stored);
        }
        let metadata = value.at(&["metadata"]);
        let waits = metadata.at(&["deletionGracePeriodSeconds"]).as_i64().unwrap_or(0) > 0;
        let finalized = if kind == Kind::Namespace { value.list_at(&["spec", "finalizers"]).is_empty() } else { true };
        let ends = stored.meta.deleted.is_some() && !waits && finalized && metadata.list_at(&["finalizers"]).is_empty();
        let object = self.put(kind, value);
        if ends {
            self.remove(kind, object.key());
        }
        object
    }

    /// Deletes an object: at once, or by marking it when somebody has to do something first (a kubelet, the garbage
    /// collector, the owner of a finalizer). Answers the object as it is now, or as it was last. Models `Store.Delete` and
    /// `BeforeDelete` of the generic registry.
    ///
    /// # Errors
    /// When there is no such object, it is not the one that is meant, or it may not be deleted.
    pub fn delete(&mut self, kind: Kind, key: &ObjectKey, options: DeleteOptions, now: i64) -> Result<Arc<Object>, Refusal> {
        let stored = self.read(kind, key)?.clone();
        if kind == Kind::Namespace {
            return self.delete_namespace(&stored, now);
        }
        let mut value = stored.value.clone();
        let pending = match stored.meta.deleted {
            None => {
                let grace = if kind == Kind::Pod { grace_seconds(&stored, options) } else { 0 };
                mark(&mut value, now.saturating_add(grace), grace);
                false
            }
            Some(deadline) => {
                let period = value.at(&["metadata", "deletionGracePeriodSeconds"]).as_i64().unwrap_or(0);
                match options.grace_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds }) {
                    Some(shorter) if shorter < period => {
                        let metadata = value.at_mut(&["metadata"]);
                        metadata
                            .set(&["deletionTimestamp"], time::format(deadline.saturating_sub(period).saturating_add(shorter)));
                        metadata.set(&["deletionGracePeriodSeconds"], shorter);
                        false
                    }
                    _ => period > 0,
                }
            }
        };
        set_finalizers(&mut value, options);
        let metadata = value.at(&["metadata"]);
        let waits = pending || metadata.at(&["deletionGracePeriodSeconds"]).as_i64().unwrap_or(0) > 0;
        if waits || !metadata.list_at(&["finalizers"]).is_empty() {
            return Ok(if value == stored.value { stored } else { self.put(kind, value) });
        }
        self.remove(kind, key);
        Ok(stored)
    }

    /// A namespace only says that it is to end; its controller empties it first.
    fn delete_namespace(&mut self, stored: &Arc<Object>, now: i64) -> Result<Arc<Object>, Refusal> {
        let (kind, name) = (Kind::Namespace, stored.name().clone());
        if IMMORTAL.contains(&name.as_str()) {
            return Err(Refusal::Forbidden { kind, name, reason: "this namespace may not be deleted".into() });
        }
        if stored.meta.deleted.is_some() {
            return Ok(Arc::clone(stored));
        }
        let mut value = stored.value.clone();
        value.set(&["metadata", "deletionTimestamp"], time::format(now));
        value.set(&["status", "phase"], "Terminating");
        Ok(self.put(kind, value))
    }
}

/// The namespaces that cannot be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-public", "kube-system"];

/// What an update cannot change, and the counters that follow from it. Models `BeforeUpdate` and `PrepareForUpdate`.
pub(super) fn prepare_update(kind: Kind, value: &mut Value, stored: &Object) {
    keep(value, &stored.value, &["status"]);
    for field in ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        keep(value, &stored.value, &["metadata", field]);
    }
    if stored.meta.generation > 0 && value.at(&["spec"]) != stored.value.at(&["spec"]) {
        value.set(&["metadata", "generation"], stored.meta.generation + 1);
    }
    if kind == Kind::DaemonSet {
        let current = stored.as_daemonset().and_then(|it| it.template_generation).unwrap_or(1);
        let changed = value.at(&["spec", "template"]) != stored.value.at(&["spec", "template"]);
        set_template_generation(value.at_mut(&["metadata"]), current.wrapping_add(i64::from(changed)));
    }
}

impl Preconditions {
    /// Checks them.
    ///
    /// # Errors
    /// When the object is another one.
    pub fn check(&self, stored: &Object) -> Result<(), Refusal> {
        let version = smol_str::format_smolstr!("{}", stored.meta.resource_version);
        let reason = match (&self.uid, &self.resource_version) {
            (Some(uid), _) if *uid != stored.meta.uid => format!(
                "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted and then recreated",
                stored.meta.uid
            ),
            (_, Some(wanted)) if *wanted != version => format!(
                "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified"
            ),
            _ => return Ok(()),
        };
        Err(Refusal::Conflict { kind: stored.kind, name: stored.name().clone(), reason })
    }
}

/// Marks an object as being deleted.
fn mark(value: &mut Value, deadline: i64, grace: i64) {
    let metadata = value.at_mut(&["metadata"]);
    metadata.set(&["deletionTimestamp"], time::format(deadline));
    metadata.set(&["deletionGracePeriodSeconds"], grace);
    if let Some(generation) = metadata.at(&["generation"]).as_i64().filter(|it| *it > 0) {
        metadata.set(&["generation"], generation + 1);
    }
}

/// Models `deletionFinalizersForGarbageCollection`.
fn set_finalizers(value: &mut Value, options: DeleteOptions) {
    let own = value.list_at(&["metadata", "finalizers"]);
    let has = |name: &str| own.iter().any(|it| it.as_str() == Some(name));
    let wanted = match options.propagation {
        Some(Propagation::Background) => None,
        Some(Propagation::Foreground) => Some(FOREGROUND),
        Some(Propagation::Orphan) => Some(ORPHAN),
        None => [ORPHAN, FOREGROUND].into_iter().find(|name| has(name)),
    };
    let kept = own.iter().filter(|it| ![Some(FOREGROUND), Some(ORPHAN)].contains(&it.as_str())).cloned();
    let finalizers: Vec<Value> = kept.chain(wanted.map(Value::from)).collect();
    if finalizers.is_empty() {
        value.remove(&["metadata", "finalizers"]);
    } else {
        value.set(&["metadata", "finalizers"], finalizers);
    }
}

/// Models the pod strategy's `CheckGracefulDelete`, in seconds.
fn grace_seconds(pod: &Object, options: DeleteOptions) -> i64 {
    let own = pod.value.at(&["spec", "terminationGracePeriodSeconds"]).as_i64().unwrap_or(30);
    let grace = options.grace_seconds.unwrap_or(own);
    match pod.as_pod() {
        Some(view) if !view.is_bound() || matches!(view.phase, Phase::Failed | Phase::Succeeded) => 0,
        _ if grace < 0 => 1,
        _ => grace,
    }
}

fn set_template_generation(metadata: &mut Value, generation: i64) {
    metadata.set(&["annotations", TEMPLATE_GENERATION_ANNOTATION], smol_str::format_smolstr!("{generation}"));
}

pub(super) fn keep(value: &mut Value, stored: &Value, path: &[&str]) {
    match stored.at(path) {
        Value::Null => {
            value.remove(path);
        }
        kept => value.set(path, kept.clone()),
    }
}

/// Five letters of the alphabet of generated names.
pub(super) fn random_letters(rng: &mut Rng, name: &mut String) {
    name.extend((0..5).map(|_| char::from(NAME_ALPHABET[rng.usize(..NAME_ALPHABET.len())])));
}

/// A version 4 UUID.
fn uid(rng: &mut Rng) -> SmolStr {
    let bits = (rng.u128(..) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    smol_str::format_smolstr!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The objects that the API server makes when it starts, besides the namespaces.
pub fn system_objects() -> impl Iterator<Item = (Kind, Value)> {
    let documents = yaml::parse(include_str!("system.yaml")).documents.into_iter();
    documents.filter_map(|it| Some((Kind::find(it.value.str_at(&["apiVersion"]), it.value.str_at(&["kind"]))?, it.value)))
}

/// A namespace as the API server makes it.
pub fn namespace(name: &str) -> Value {
    map! {
        "apiVersion" => "v1",
        "kind" => "Namespace",
        "metadata" => map! { "name" => name, "labels" => Value::Map([("kubernetes.io/metadata.name", Value::from(name))].into_iter().collect::<Map>()) },
        "spec" => map! { "finalizers" => vec![Value::from("kubernetes")] },
        "status" => map! { "phase" => "Active" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (Store, Rng) {
        let (mut store, mut rng) = (Store::default(), Rng::with_seed(1));
        store.create(Kind::Namespace, namespace("default"), &mut Request { now: 0, rng: &mut rng }).expect("created");
        (store, rng)
    }

    fn pod(name: &str) -> Value {
        map! { "metadata" => map! { "namespace" => "default", "name" => name }, "spec" => map! { "nodeName" => "n" } }
    }

    #[test]
    fn names_and_uids_are_generated_and_follow_the_seed() {
        let names = |seed| {
            let (mut store, _) = store();
            let mut rng = Rng::with_seed(seed);
            let generated = map! { "metadata" => map! { "namespace" => "default", "generateName" => "agent-" } };
            let object = store.create(Kind::Pod, generated, &mut Request { now: 0, rng: &mut rng }).expect("created");
            (object.name().clone(), object.meta.uid.clone())
        };
        assert_eq!(names(1), names(1));
        assert_ne!(names(1), names(2));
        let (name, uid) = names(1);
        assert!(name.starts_with("agent-") && name.len() == 11, "{name}");
        assert_eq!((uid.len(), &uid[14..15]), (36, "4"), "{uid}");
    }

    #[test]
    fn a_bound_pod_is_marked_with_a_time_in_the_future_and_an_unbound_one_is_gone() {
        let (mut store, mut rng) = store();
        let mut request = Request { now: 100, rng: &mut rng };
        let bound = store.create(Kind::Pod, pod("bound"), &mut request).expect("created");
        let mut unbound = pod("unbound");
        unbound.remove(&["spec", "nodeName"]);
        let unbound = store.create(Kind::Pod, unbound, &mut request).expect("created");
        for object in [&bound, &unbound] {
            store.delete(Kind::Pod, object.key(), DeleteOptions::default(), 100).expect("deleted");
        }
        assert_eq!(store.get(Kind::Pod, bound.key()).and_then(|it| it.meta.deleted), Some(130));
        assert!(store.get(Kind::Pod, unbound.key()).is_none());
    }

    #[test]
    fn the_largest_grace_periods_and_generations_are_borne() {
        let (mut store, mut rng) = store();
        let mut request = Request { now: 100, rng: &mut rng };
        let bound = store.create(Kind::Pod, pod("bound"), &mut request).expect("created");
        for seconds in [i64::MAX, i64::MAX - 1, 5] {
            let options = DeleteOptions { grace_seconds: Some(seconds), ..DeleteOptions::default() };
            let marked = store.delete(Kind::Pod, bound.key(), options, 100).expect("marked");
            assert_eq!(marked.value.at(&["metadata", "deletionGracePeriodSeconds"]).as_i64(), Some(seconds));
        }
        let mut value = map! { "metadata" => map! { "namespace" => "default", "name" => "a",
        "annotations" => map! { TEMPLATE_GENERATION_ANNOTATION => i64::MAX.to_string() } }, "spec" => Value::object() };
        store.create(Kind::DaemonSet, value.clone(), &mut request).expect("created");
        value.set(&["spec", "template", "x"], 2);
        let updated = store.update(Kind::DaemonSet, value).expect("updated");
        assert_eq!(updated.as_daemonset().and_then(|it| it.template_generation), Some(i64::MIN));
    }

    #[test]
    fn generation_counts_specs_and_template_generation_counts_templates() {
        let (mut store, mut rng) = store();
        let mut request = Request { now: 0, rng: &mut rng };
        let mut value = map! { "metadata" => map! { "namespace" => "default", "name" => "a" },
        "spec" => map! { "minReadySeconds" => 1, "template" => map! { "x" => 1 } } };
        let check = |object: &Object, generation, template_generation| {
            assert_eq!(object.meta.generation, generation);
            assert_eq!(object.as_daemonset().and_then(|it| it.template_generation), Some(template_generation));
        };
        check(&store.create(Kind::DaemonSet, value.clone(), &mut request).expect("created"), 1, 1);
        value.set(&["spec", "minReadySeconds"], 2);
        check(&store.update(Kind::DaemonSet, value.clone()).expect("updated"), 2, 1);
        value.set(&["spec", "template", "x"], 2);
        check(&store.update(Kind::DaemonSet, value.clone()).expect("updated"), 3, 2);
        value.set(&["metadata", "labels", "a"], "b");
        check(&store.update(Kind::DaemonSet, value).expect("updated"), 3, 2);
    }
}
