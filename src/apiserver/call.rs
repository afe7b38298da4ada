//! What a client can ask the API server to do: the verbs that write, with their options.
//!
//! A [`Call`] is one HTTP request, already parsed. [`Store::call`](super::Store::call) answers it. It can be written as a tree
//! and read again, because what was asked is kept as part of a cluster's history.

use std::sync::Arc;

use crate::object::{Kind, Map, Object, ObjectKey, SmolStr, Value, map};

use super::{DeleteOptions, Preconditions, Propagation};

/// In whose name kubectl applies on the client (`fieldManager`); who applies on the server instead takes over its fields.
pub const CLIENT_SIDE_APPLY: &str = "kubectl-client-side-apply";

/// A request that writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The kind of object.
    pub kind: Kind,
    /// Its namespace and name, as they stand in the address. Without a name for what is created or deleted as a collection;
    /// the namespace of a cluster-scoped object is empty.
    pub key: ObjectKey,
    /// What is to be done.
    pub verb: Verb,
    /// Whether only the `status` is meant.
    pub status: bool,
    /// Whether everything is to be checked and nothing stored (`dryRun=All`).
    pub dry_run: bool,
    /// What is to become of fields that the kind does not have.
    pub validation: FieldValidation,
    /// What must hold of an object that is to be deleted.
    pub preconditions: Preconditions,
    /// Who manages the fields that are written (`fieldManager`); empty for `kubectl`, except where it applies, which needs a name.
    pub manager: SmolStr,
}

/// What is to be done with an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// POST: the object is new.
    Create(Value),
    /// PUT: the object takes the place of the stored one.
    Replace(Value),
    /// PATCH: the stored object is changed.
    Patch(PatchType, Value),
    /// PATCH as `application/apply-patch+yaml`: the manager says all that it wants of the object, which need not be there yet.
    Apply {
        /// What it wants.
        said: Value,
        /// Whether it takes fields that others manage.
        force: bool,
    },
    /// DELETE of one object.
    Delete(DeleteOptions),
    /// DELETE of all objects of the kind in the namespace that are selected.
    DeleteCollection(DeleteOptions, Selection),
    /// POST to a pod's `eviction`: a deletion that disruption budgets can refuse.
    Evict(DeleteOptions),
}

/// How a patch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchType {
    /// `application/strategic-merge-patch+json`: maps are merged, and those lists whose items have a merge key.
    Strategic,
    /// `application/merge-patch+json` (RFC 7386): maps are merged, all else is replaced.
    Merge,
    /// `application/json-patch+json` (RFC 6902): a list of operations.
    Json,
}

/// What becomes of unknown fields. Models `fieldValidation`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// The request is refused; what kubectl asks for in `create`, `apply` and `replace`.
    Strict,
    /// There is a warning and they are dropped; the API server's default, and so what `kubectl patch` and `edit` get.
    #[default]
    Warn,
    /// They are dropped.
    Ignore,
}

/// Which objects of a kind are meant, as queries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// A label selector: `app=agent,tier in (a,b)`. Empty for all.
    pub labels: SmolStr,
    /// A field selector: `spec.nodeName=worker-1`. Empty for all.
    pub fields: SmolStr,
}

/// What the API server answers when it does what it is asked.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The objects as they are stored now, or as they were last when they are gone. One, but for collections.
    pub objects: Vec<Arc<Object>>,
    /// What `Warning` headers say, without `Warning: `.
    pub warnings: Vec<String>,
}

impl Reply {
    /// The object that was asked for.
    pub fn object(&self) -> Option<&Arc<Object>> {
        self.objects.first()
    }
}

impl Call {
    /// A call that stores what it does, about a whole object, with the API server's default for unknown fields.
    pub fn new(kind: Kind, key: ObjectKey, verb: Verb) -> Self {
        Self {
            kind,
            key,
            verb,
            status: false,
            dry_run: false,
            validation: FieldValidation::default(),
            preconditions: Preconditions::default(),
            manager: SmolStr::default(),
        }
    }

    /// The creation of an object in a namespace (empty for cluster-scoped ones).
    pub fn create(kind: Kind, namespace: impl Into<SmolStr>, object: Value) -> Self {
        Self::new(kind, ObjectKey::new(namespace, ""), Verb::Create(object))
    }

    /// A patch of an object.
    pub fn patch(kind: Kind, key: ObjectKey, patch_type: PatchType, patch: Value) -> Self {
        Self::new(kind, key, Verb::Patch(patch_type, patch))
    }

    /// The deletion of an object.
    pub fn delete(kind: Kind, key: ObjectKey, options: DeleteOptions) -> Self {
        Self::new(kind, key, Verb::Delete(options))
    }

    /// The same call in somebody's name.
    #[must_use]
    pub fn by(mut self, manager: impl Into<SmolStr>) -> Self {
        self.manager = manager.into();
        self
    }

    /// The same call with unknown fields refused.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.validation = FieldValidation::Strict;
        self
    }

    /// The same call, only tried.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// The call as a tree.
    pub fn write(&self) -> Value {
        let (verb, body, options) = match &self.verb {
            Verb::Create(object) => ("create", object.clone(), None),
            Verb::Replace(object) => ("update", object.clone(), None),
            Verb::Patch(PatchType::Strategic, patch) => ("patch", patch.clone(), None),
            Verb::Patch(PatchType::Merge, patch) => ("merge", patch.clone(), None),
            Verb::Patch(PatchType::Json, patch) => ("json", patch.clone(), None),
            Verb::Apply { said, .. } => ("apply", said.clone(), None),
            Verb::Delete(options) => ("delete", Value::Null, Some(options)),
            Verb::DeleteCollection(options, selection) => ("deletecollection", selection.write(), Some(options)),
            Verb::Evict(options) => ("evict", Value::Null, Some(options)),
        };
        let mut call = map! {
            "verb" => verb, "apiVersion" => self.kind.api_version(), "kind" => self.kind.name(),
            "namespace" => &self.key.namespace, "name" => &self.key.name, "body" => body,
        };
        let validation = match self.validation {
            FieldValidation::Strict => "Strict",
            FieldValidation::Warn => "",
            FieldValidation::Ignore => "Ignore",
        };
        let forces = matches!(self.verb, Verb::Apply { force: true, .. });
        let flags = [("status", self.status), ("dryRun", self.dry_run), ("force", forces)].into_iter().filter(|(_, set)| *set);
        flags.for_each(|(name, _)| call.set(&[name], true));
        if !validation.is_empty() {
            call.set(&["fieldValidation"], validation);
        }
        if !self.manager.is_empty() {
            call.set(&["fieldManager"], &self.manager);
        }
        if let Some(options) = options {
            call.set(&["options"], options.write());
        }
        let conditions = &self.preconditions;
        for (name, text) in [("uid", &conditions.uid), ("resourceVersion", &conditions.resource_version)] {
            if let Some(text) = text {
                call.set(&["preconditions", name], text);
            }
        }
        call
    }

    /// The call that a tree was written from.
    pub fn read(call: &Value) -> Option<Self> {
        let body = || call.at(&["body"]).clone();
        let options = || DeleteOptions::read(call.at(&["options"]));
        let precondition = |name: &str| call.at(&["preconditions", name]).as_str().map(SmolStr::from);
        let verb = match call.str_at(&["verb"]) {
            "create" => Verb::Create(body()),
            "update" => Verb::Replace(body()),
            "patch" => Verb::Patch(PatchType::Strategic, body()),
            "merge" => Verb::Patch(PatchType::Merge, body()),
            "json" => Verb::Patch(PatchType::Json, body()),
            "apply" => Verb::Apply { said: body(), force: call.at(&["force"]).as_bool() == Some(true) },
            "delete" => Verb::Delete(options()),
            "deletecollection" => Verb::DeleteCollection(options(), Selection::read(&body())),
            "evict" => Verb::Evict(options()),
            _ => return None,
        };
        Some(Self {
            kind: Kind::find(call.str_at(&["apiVersion"]), call.str_at(&["kind"]))?,
            key: ObjectKey::new(call.str_at(&["namespace"]), call.str_at(&["name"])),
            verb,
            status: call.at(&["status"]).as_bool() == Some(true),
            dry_run: call.at(&["dryRun"]).as_bool() == Some(true),
            validation: match call.str_at(&["fieldValidation"]) {
                "Strict" => FieldValidation::Strict,
                "Ignore" => FieldValidation::Ignore,
                _ => FieldValidation::Warn,
            },
            preconditions: Preconditions { uid: precondition("uid"), resource_version: precondition("resourceVersion") },
            manager: call.str_at(&["fieldManager"]).into(),
        })
    }
}

impl Selection {
    fn write(&self) -> Value {
        map! { "labels" => &self.labels, "fields" => &self.fields }
    }

    fn read(selection: &Value) -> Self {
        Self { labels: selection.str_at(&["labels"]).into(), fields: selection.str_at(&["fields"]).into() }
    }
}

const PROPAGATIONS: [(&str, Propagation); 3] =
    [("Background", Propagation::Background), ("Foreground", Propagation::Foreground), ("Orphan", Propagation::Orphan)];

impl DeleteOptions {
    /// The options as the API writes them (`meta/v1 DeleteOptions`).
    pub fn write(self) -> Value {
        let mut options = Map::default();
        if let Some(seconds) = self.grace_seconds {
            options.insert("gracePeriodSeconds", seconds);
        }
        let named = PROPAGATIONS.iter().find(|(_, propagation)| Some(*propagation) == self.propagation);
        if let Some((name, _)) = named {
            options.insert("propagationPolicy", *name);
        }
        Value::Map(options)
    }

    /// Reads what [`DeleteOptions::write`] writes; anything else says nothing.
    pub fn read(options: &Value) -> Self {
        let policy = options.str_at(&["propagationPolicy"]);
        Self {
            grace_seconds: options.at(&["gracePeriodSeconds"]).as_i64(),
            propagation: PROPAGATIONS.iter().find(|(name, _)| *name == policy).map(|(_, propagation)| *propagation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_written_and_read_back() {
        let key = ObjectKey::new("default", "agent");
        let options = DeleteOptions { grace_seconds: Some(0), propagation: Some(Propagation::Orphan) };
        let selection = Selection { labels: "a=b".into(), fields: "metadata.name!=c".into() };
        let object = map! { "spec" => map! { "x" => 1 } };
        let verbs = [
            Verb::Create(object.clone()),
            Verb::Replace(object.clone()),
            Verb::Patch(PatchType::Strategic, object.clone()),
            Verb::Patch(PatchType::Merge, object.clone()),
            Verb::Patch(PatchType::Json, vec![object].into()),
            Verb::Apply { said: map! { "spec" => Value::object() }, force: true },
            Verb::Delete(options),
            Verb::DeleteCollection(options, selection),
            Verb::Evict(DeleteOptions::default()),
        ];
        for verb in verbs {
            let mut call = Call::new(Kind::Pod, key.clone(), verb).strict();
            assert_eq!(Call::read(&call.write()), Some(call.clone()));
            call = call.dry_run(true);
            call.status = true;
            call.manager = "somebody".into();
            call.preconditions = Preconditions { uid: Some("u".into()), resource_version: Some("7".into()) };
            assert_eq!(Call::read(&call.write()), Some(call));
        }
        assert_eq!(Call::read(&Value::Null), None);
    }
}
