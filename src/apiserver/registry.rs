//! What the API server adds to what it is sent: names, UIDs, generations, times, and the two steps of a graceful deletion.
//!
//! Models the generic registry store and the strategies of its kinds (`pkg/registry`). What arrives here is already decoded,
//! defaulted and valid. The registry does not know the time; it is told.

use std::sync::Arc;

use fastrand::Rng;

use crate::object::{
    DaemonSetStatus, Kind, Map, Object, ObjectKey, Phase, SmolStr, TEMPLATE_GENERATION_ANNOTATION, Value, map, time,
};

use super::{Refusal, Store, admission};

/// What a request brings with it besides its object.
#[derive(Debug)]
pub struct Request<'a> {
    /// The time, in seconds since 1970.
    pub now: i64,
    /// Where UIDs and the ends of generated names come from.
    pub rng: &'a mut Rng,
}

/// How dependents fare when an object is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// The object goes at once, its dependents are collected after it.
    #[default]
    Background,
    /// The object stays until its dependents are gone.
    Foreground,
    /// The dependents stay and lose their owner.
    Orphan,
}

/// What a deletion asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// Seconds; `None` means what the pod says.
    pub grace_seconds: Option<i64>,
    /// What becomes of the dependents.
    pub propagation: Propagation,
}

/// Letters of generated names.
const NAME_ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// How much of `generateName` is kept before the five generated letters.
const GENERATED_NAME_STEM: usize = 58;

impl Store {
    /// Creates an object.
    ///
    /// # Errors
    /// When the name is taken, or the namespace does not exist.
    pub fn create(&mut self, kind: Kind, mut value: Value, request: &mut Request<'_>) -> Result<Arc<Object>, Refusal> {
        if kind == Kind::Pod {
            admission::admit_pod(self, &mut value)?;
        }
        if value.str_at(&["metadata", "name"]).is_empty() {
            let name = self.generate_name(kind, &value, request.rng);
            value.set(&["metadata", "name"], name);
        }
        let key = ObjectKey::new(value.str_at(&["metadata", "namespace"]), value.str_at(&["metadata", "name"]));
        if kind.is_namespaced() && self.get(Kind::Namespace, &ObjectKey::cluster_scoped(key.namespace.clone())).is_none() {
            return Err(Refusal::NotFound { kind: Kind::Namespace, name: key.namespace });
        }
        if self.get(kind, &key).is_some() {
            return Err(Refusal::AlreadyExists { kind, name: key.name });
        }
        let metadata = value.at_mut(&["metadata"]);
        metadata.set(&["uid"], uid(request.rng));
        metadata.set(&["creationTimestamp"], time::format(request.now));
        if matches!(kind, Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet | Kind::Pod | Kind::PodDisruptionBudget) {
            metadata.set(&["generation"], 1);
        }
        if kind == Kind::DaemonSet {
            let given = metadata.str_at(&["annotations", TEMPLATE_GENERATION_ANNOTATION]).parse().unwrap_or(0);
            set_template_generation(metadata, i64::max(given, 1));
            value.set(&["status"], DaemonSetStatus::default().write());
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
            name.extend((0..5).map(|_| char::from(NAME_ALPHABET[rng.usize(..NAME_ALPHABET.len())])));
            if self.get(kind, &ObjectKey::new(namespace, name.as_str())).is_none() {
                return name.into();
            }
        }
    }

    /// Writes a new version of an object: everything but its status, which stays as it is stored.
    ///
    /// # Errors
    /// When there is no such object, or it was replaced by another of the same name.
    pub fn update(&mut self, kind: Kind, mut value: Value) -> Result<Arc<Object>, Refusal> {
        let stored = self.stored(kind, &value)?;
        keep(&mut value, &stored.value, &["status"]);
        for field in ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            keep(&mut value, &stored.value, &["metadata", field]);
        }
        if stored.meta.generation > 0 && value.at(&["spec"]) != stored.value.at(&["spec"]) {
            value.set(&["metadata", "generation"], stored.meta.generation + 1);
        }
        if kind == Kind::DaemonSet {
            let current = stored.as_daemonset().and_then(|it| it.template_generation).unwrap_or(1);
            let changed = value.at(&["spec", "template"]) != stored.value.at(&["spec", "template"]);
            set_template_generation(value.at_mut(&["metadata"]), current + i64::from(changed));
        }
        Ok(self.write(kind, value, &stored))
    }

    /// Writes only an object's status.
    ///
    /// # Errors
    /// When there is no such object.
    pub fn update_status(&mut self, kind: Kind, key: &ObjectKey, status: Value) -> Result<Arc<Object>, Refusal> {
        let stored = self.get(kind, key).ok_or_else(|| not_found(kind, key))?;
        if *stored.value.at(&["status"]) == status {
            return Ok(Arc::clone(stored));
        }
        let mut value = stored.value.clone();
        value.set(&["status"], status);
        Ok(self.put(kind, value))
    }

    fn stored(&self, kind: Kind, value: &Value) -> Result<Arc<Object>, Refusal> {
        let key = ObjectKey::new(value.str_at(&["metadata", "namespace"]), value.str_at(&["metadata", "name"]));
        self.get(kind, &key).cloned().ok_or_else(|| not_found(kind, &key))
    }

    /// Stores a new version; one that says nothing new is not written, and one that takes the last finalizer away from an
    /// object that is being deleted ends it.
    fn write(&mut self, kind: Kind, value: Value, stored: &Arc<Object>) -> Arc<Object> {
        let mut value = value;
        keep(&mut value, &stored.value, &["metadata", "resourceVersion"]);
        if value == stored.value {
            return Arc::clone(stored);
        }
        let ends = stored.meta.deleted.is_some() && kind != Kind::Pod && value.list_at(&["metadata", "finalizers"]).is_empty();
        let object = self.put(kind, value);
        if ends {
            self.remove(kind, object.key());
        }
        object
    }

    /// Deletes an object: at once, or by marking it when somebody has to do something first (a kubelet, the garbage
    /// collector, the owner of a finalizer).
    ///
    /// # Errors
    /// When there is no such object.
    pub fn delete(&mut self, kind: Kind, key: &ObjectKey, options: DeleteOptions, now: i64) -> Result<(), Refusal> {
        let stored = self.get(kind, key).cloned().ok_or_else(|| not_found(kind, key))?;
        let mut value = stored.value.clone();
        let finalizer = match options.propagation {
            Propagation::Background => None,
            Propagation::Foreground => Some("foregroundDeletion"),
            Propagation::Orphan => Some("orphan"),
        };
        if let Some(finalizer) = finalizer.filter(|_| kind != Kind::Pod) {
            value.at_mut(&["metadata", "finalizers"]).make_list().push(finalizer.into());
        }
        let grace = if kind == Kind::Pod { grace_seconds(&stored, options) } else { 0 };
        let waits = grace > 0 || !value.list_at(&["metadata", "finalizers"]).is_empty();
        if !waits {
            self.remove(kind, key);
            return Ok(());
        }
        if let Some(deadline) = stored.meta.deleted
            && deadline <= now + grace
        {
            return Ok(());
        }
        let metadata = value.at_mut(&["metadata"]);
        metadata.set(&["deletionTimestamp"], time::format(now + grace));
        metadata.set(&["deletionGracePeriodSeconds"], grace);
        if stored.meta.generation > 0 && stored.meta.deleted.is_none() {
            metadata.set(&["generation"], stored.meta.generation + 1);
        }
        self.put(kind, value);
        Ok(())
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

fn keep(value: &mut Value, stored: &Value, path: &[&str]) {
    match stored.at(path) {
        Value::Null => {
            value.remove(path);
        }
        kept => value.set(path, kept.clone()),
    }
}

fn not_found(kind: Kind, key: &ObjectKey) -> Refusal {
    Refusal::NotFound { kind, name: key.name.clone() }
}

/// A version 4 UUID.
fn uid(rng: &mut Rng) -> SmolStr {
    let bits = (rng.u128(..) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    smol_str::format_smolstr!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
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
