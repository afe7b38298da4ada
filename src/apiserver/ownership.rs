//! Who manages which fields of an object.
//!
//! Models `managedFields` as server-side apply needs them: by a manager's name, and whether it applies or just writes, the paths of the
//! fields that it set last. Only what clients write counts; the control plane's own writes take nothing from anybody.

use std::fmt::Write as _;
use std::sync::Arc;

use smol_str::format_smolstr;

use crate::object::schema::{self, Base, Field, Shape, Type};
use crate::object::{Map, Object, SmolStr, Value};

/// The fields of an object by their paths, as conflicts name them: `.spec.template.spec.containers[name="agent"].image`. The item of a
/// list with keys stands there itself, too, with nothing in it.
pub(super) type Fields = Map;

/// Paths of fields, in their order.
pub(super) type Paths = Vec<SmolStr>;

/// Somebody who manages fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Manager {
    /// Its name: `kubectl`, `kubectl-set` …
    pub(super) name: SmolStr,
    /// Whether it applies, and so says each time all that it wants.
    pub(super) applies: bool,
    /// The paths of its fields.
    pub(super) fields: Paths,
}

/// All managers of an object, in the order in which they came.
pub(super) type Managers = Arc<Vec<Manager>>;

/// Types that are set as a whole (`x-kubernetes-map-type: atomic`), unless a field of such a type says that it is granular.
const ATOMIC: [&str; 14] = [
    "ConfigMapKeySelector",
    "FileKeySelector",
    "LabelSelector",
    "LocalObjectReference",
    "NodeSelector",
    "NodeSelectorTerm",
    "ObjectFieldSelector",
    "ObjectReference",
    "OwnerReference",
    "ResourceFieldSelector",
    "SecretKeySelector",
    "SecretReference",
    "TopologySelectorTerm",
    "TypedLocalObjectReference",
];

/// What nobody manages, as it is the object's identity or the API server's.
const NOBODYS: [&str; 10] = [
    ".apiVersion",
    ".kind",
    ".metadata.creationTimestamp",
    ".metadata.deletionGracePeriodSeconds",
    ".metadata.deletionTimestamp",
    ".metadata.generation",
    ".metadata.name",
    ".metadata.namespace",
    ".metadata.resourceVersion",
    ".metadata.uid",
];

/// How a field is taken apart.
pub(super) enum Parts {
    /// Not at all.
    Whole,
    /// Into the fields of a type.
    Fields(&'static Type),
    /// Into the entries of a map.
    Entries,
    /// Into items that are known by their keys.
    Keyed(&'static Type),
    /// Into items that stand there at most once.
    Set,
}

impl Parts {
    /// How server-side apply takes a field apart; one that is not known stays whole.
    pub(super) fn of(field: Option<&Field>) -> Self {
        let Some(field) = field else { return Self::Whole };
        let is_atomic = |of: &Type| field.merge_type != "granular" && ATOMIC.contains(&of.name);
        match (field.shape, field.merge_type, field.part()) {
            (_, "atomic", _) => Self::Whole,
            (_, "set", _) => Self::Set,
            (Shape::One, _, Some(part)) if !is_atomic(part) => Self::Fields(part),
            (Shape::Map, ..) => Self::Entries,
            (Shape::List, _, Some(part)) if !field.list_keys.is_empty() => Self::Keyed(part),
            _ => Self::Whole,
        }
    }
}

/// What a key of a list's items is where an item does not say it; `None` where each must.
pub(super) fn key_default(part: &Type, key: &str) -> Option<Value> {
    match part.field(key)?.base {
        Base::Int32 => Some(0.into()),
        _ if key == "protocol" => Some("TCP".into()),
        _ => None,
    }
}

/// What stands for an item of a list with keys: `[name="agent"]`.
pub(super) fn key_of(field: &Field, item: &Value) -> String {
    let mut text = String::new();
    let mut keys = field.list_keys.clone();
    keys.sort_unstable();
    for key in keys {
        let default = field.part().and_then(|part| key_default(part, key));
        let value = item.get(key).or(default.as_ref()).unwrap_or(&Value::Null);
        // Writing to a string does not fail.
        let _ = write!(text, "{}{key}={value}", if text.is_empty() { "[" } else { "," });
    }
    text + "]"
}

/// All fields of an object of a type that somebody may manage.
pub(super) fn fields(of: &'static Type, object: &Value) -> Fields {
    let mut found = Fields::default();
    collect(of, object, "", &mut found);
    found
}

fn collect(of: &Type, value: &Value, prefix: &str, found: &mut Fields) {
    for (name, value) in value.fields_at(&[]) {
        let path = format!("{prefix}.{name}");
        if NOBODYS.contains(&path.as_str()) || path == ".status" {
            continue;
        }
        let field = of.field(name);
        match (Parts::of(field), value) {
            (Parts::Fields(part), Value::Map(fields)) if !fields.is_empty() => collect(part, value, &path, found),
            (Parts::Entries, Value::Map(entries)) if !entries.is_empty() => {
                for (key, value) in entries.iter() {
                    found.insert(format_smolstr!("{path}.{key}"), value.clone());
                }
            }
            (Parts::Keyed(part), Value::List(items)) => {
                for item in items {
                    let path = field.map_or_else(String::new, |field| path.clone() + &key_of(field, item));
                    collect(part, item, &path, found);
                    found.insert(SmolStr::from(path), Value::Null);
                }
            }
            (Parts::Set, Value::List(items)) => {
                for item in items {
                    found.insert(format_smolstr!("{path}[={item}]"), item.clone());
                }
            }
            _ => drop(found.insert(SmolStr::from(path), value.clone())),
        }
    }
}

/// Writes all that is said into an object.
pub(super) fn merge(of: &Type, into: &mut Value, said: &Value) {
    for (name, value) in said.fields_at(&[]) {
        let field = of.field(name);
        match (Parts::of(field), value) {
            (Parts::Fields(part), Value::Map(_)) => {
                if into.at(&[name]).is_null() {
                    into.set(&[name], Value::object());
                }
                merge(part, into.at_mut(&[name]), value);
            }
            (Parts::Entries, Value::Map(entries)) => {
                entries.iter().for_each(|(key, value)| into.set(&[name, key], value.clone()));
            }
            (Parts::Keyed(part), Value::List(items)) => {
                let Some(field) = field else { continue };
                let list = into.at_mut(&[name]).make_list();
                for item in items {
                    match list.iter_mut().find(|it| key_of(field, it) == key_of(field, item)) {
                        Some(there) => merge(part, there, item),
                        None => list.push(item.clone()),
                    }
                }
            }
            (Parts::Set, Value::List(items)) => {
                let list = into.at_mut(&[name]).make_list();
                items.iter().for_each(|item| {
                    if !list.contains(item) {
                        list.push(item.clone());
                    }
                });
            }
            _ => into.set(&[name], value.clone()),
        }
    }
}

/// Takes fields away from an object.
pub(super) fn remove(of: &Type, from: &mut Value, paths: &[SmolStr]) {
    remove_below(of, from, "", &[], paths);
}

/// An item that stays keeps its keys.
fn remove_below(of: &Type, from: &mut Value, prefix: &str, keys: &[&str], paths: &[SmolStr]) {
    let names: Vec<SmolStr> =
        from.fields_at(&[]).map(|(name, _)| name.clone()).filter(|name| !keys.contains(&name.as_str())).collect();
    for name in names {
        let path = format!("{prefix}.{name}");
        let field = of.field(&name);
        let was_empty = is_empty(from.at(&[&name]));
        let part = from.at_mut(&[&name]);
        match (Parts::of(field), &mut *part) {
            (Parts::Fields(of), Value::Map(_)) => remove_below(of, part, &path, &[], paths),
            (Parts::Entries, Value::Map(entries)) => {
                let gone: Vec<SmolStr> = entries.iter().map(|(key, _)| key.clone()).collect();
                for key in gone.iter().filter(|key| holds(paths, &format!("{path}.{key}"))) {
                    part.remove(&[key]);
                }
            }
            (Parts::Keyed(of), Value::List(_)) => {
                let Some(field) = field else { continue };
                let place = |item: &Value| path.clone() + &key_of(field, item);
                let list = part.make_list();
                list.retain(|item| !holds(paths, &place(item)));
                for item in list.iter_mut() {
                    let place = place(item);
                    remove_below(of, item, &place, &field.list_keys, paths);
                }
            }
            (Parts::Set, Value::List(_)) => part.make_list().retain(|item| !holds(paths, &format!("{path}[={item}]"))),
            _ => {}
        }
        if holds(paths, &path) || (!was_empty && is_empty(from.at(&[&name]))) {
            from.remove(&[&name]);
        }
    }
}

/// Whether a path is among others.
fn holds(paths: &[SmolStr], path: &str) -> bool {
    paths.binary_search_by(|it| it.as_str().cmp(path)).is_ok()
}

/// Adds paths to others.
pub(super) fn extend(paths: &mut Paths, more: Paths) {
    paths.extend(more);
    paths.sort_unstable();
    paths.dedup();
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.is_empty(),
        Value::List(list) => list.iter().next().is_none(),
        _ => false,
    }
}

/// Somebody wrote an object: what is new or other in it is that manager's now, and nobody's else.
pub(super) fn wrote(managers: &Managers, name: &str, old: Option<&Object>, new: &Object) -> Managers {
    let of = schema::of(new.kind);
    let before = old.map(|old| fields(of, &old.value)).unwrap_or_default();
    let after = fields(of, &new.value);
    let changed: Paths =
        after.iter().filter(|(path, value)| before.get(path) != Some(*value)).map(|(path, _)| path.clone()).collect();
    let gone = |path: &SmolStr| !after.contains_key(path) || holds(&changed, path);
    let mut managers: Vec<Manager> = managers.to_vec();
    for manager in &mut managers {
        manager.fields.retain(|path| !gone(path));
    }
    if !changed.is_empty() {
        match managers.iter_mut().find(|it| it.name == name && !it.applies) {
            Some(known) => extend(&mut known.fields, changed),
            None => managers.push(Manager { name: name.into(), applies: false, fields: changed }),
        }
    }
    managers.retain(|it| !it.fields.is_empty());
    Arc::new(managers)
}
