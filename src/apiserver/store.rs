//! The objects of a cluster by kind, and the changes that watchers have not seen yet.

use std::sync::Arc;

use crate::persistent::{HashMap, OrdMap, Vector};

use crate::object::{Kind, Object, ObjectKey, SmolStr, Value};

use super::ownership::Managers;

/// Everything that is stored. A copy shares all that is the same.
#[derive(Clone, Debug)]
pub struct Store {
    /// Whether pods get a service account and its token (the admission plugin ServiceAccount).
    pub service_accounts: bool,
    resource_version: u64,
    kinds: Vec<OrdMap<ObjectKey, Arc<Object>>>,
    changes: Vector<Change>,
    /// By UID.
    managers: HashMap<SmolStr, Managers>,
}

/// One write, as a watch reports it.
#[derive(Clone, Debug)]
pub struct Change {
    /// What was stored before; `None` when the object was created.
    pub old: Option<Arc<Object>>,
    /// What is stored now; `None` when the object is gone.
    pub new: Option<Arc<Object>>,
    /// The write's number.
    pub resource_version: u64,
}

impl Change {
    /// The object, as it is or as it was last.
    pub fn object(&self) -> &Arc<Object> {
        // A change without both cannot be made: see `Store::record`.
        self.new.as_ref().or(self.old.as_ref()).unwrap_or_else(|| unreachable!("a change has an object"))
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.object().kind
    }
}

impl Default for Store {
    fn default() -> Self {
        Self {
            service_accounts: false,
            resource_version: 0,
            kinds: Kind::all().map(|_| OrdMap::new()).collect(),
            changes: Vector::new(),
            managers: HashMap::default(),
        }
    }
}

impl Store {
    /// The number of the latest write.
    pub fn resource_version(&self) -> u64 {
        self.resource_version
    }

    /// An object by its name.
    pub fn get(&self, kind: Kind, key: &ObjectKey) -> Option<&Arc<Object>> {
        self.kinds[kind as usize].get(key)
    }

    /// Every object of a kind, in the order of namespace and name.
    pub fn list(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Arc<Object>> {
        self.kinds[kind as usize].values()
    }

    /// Every object of a kind in a namespace, in the order of names. Boxed, so that the page holds once how they are found.
    pub fn list_in<'a>(&'a self, kind: Kind, namespace: &'a str) -> Box<dyn Iterator<Item = &'a Arc<Object>> + 'a> {
        let objects = self.kinds[kind as usize].iter_from(&ObjectKey::new(namespace, ""));
        Box::new(objects.map(|(_, object)| object).take_while(move |object| object.key().namespace == namespace))
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.kinds[kind as usize].len()
    }

    /// Stores a tree under the name in its metadata, with the next resource version.
    pub fn put(&mut self, kind: Kind, mut value: Value) -> Arc<Object> {
        self.resource_version += 1;
        value.set(&["metadata", "resourceVersion"], smol_str::format_smolstr!("{}", self.resource_version));
        let object = Arc::new(Object::read(kind, value));
        let old = self.kinds[kind as usize].insert(object.key().clone(), Arc::clone(&object));
        self.record(old, Some(Arc::clone(&object)));
        object
    }

    /// Who manages which fields of an object.
    pub(super) fn managers(&self, object: &Object) -> Managers {
        self.managers.get(&object.meta.uid).cloned().unwrap_or_default()
    }

    /// Notes who manages which fields of an object.
    pub(super) fn set_managers(&mut self, object: &Object, managers: Managers) {
        self.managers.insert(object.meta.uid.clone(), managers);
    }

    /// Stores another status of an object, with the next resource version; one that says nothing new is not written. `None` when
    /// there is no such object.
    pub fn put_status(&mut self, kind: Kind, key: &ObjectKey, status: Value) -> Option<Arc<Object>> {
        let stored = self.kinds[kind as usize].get_mut(key)?;
        if *stored.value.at(&["status"]) == status {
            return Some(Arc::clone(stored));
        }
        self.resource_version += 1;
        let object = Arc::new(stored.with_status(self.resource_version, status));
        let old = std::mem::replace(stored, Arc::clone(&object));
        self.record(Some(old), Some(Arc::clone(&object)));
        Some(object)
    }

    /// Takes an object away.
    pub fn remove(&mut self, kind: Kind, key: &ObjectKey) -> Option<Arc<Object>> {
        let old = self.kinds[kind as usize].remove(key)?;
        self.managers.remove(&old.meta.uid);
        self.resource_version += 1;
        self.record(Some(Arc::clone(&old)), None);
        Some(old)
    }

    fn record(&mut self, old: Option<Arc<Object>>, new: Option<Arc<Object>>) {
        self.changes.push_back(Change { old, new, resource_version: self.resource_version });
    }

    /// The oldest change that was not taken yet.
    pub fn take_change(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// How many changes wait to be taken.
    pub fn waiting_changes(&self) -> usize {
        self.changes.len()
    }
}
