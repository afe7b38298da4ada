//! Answering calls: decode, patch, admit, fill in, validate, store.
//!
//! Models the handlers of `k8s.io/apiserver/pkg/endpoints/handlers` on top of the generic registry store.

use std::sync::Arc;

use crate::object::{Kind, LabelSelector, Object, ObjectKey, Phase, SmolStr, Value, schema, time};

use crate::object::condition::set_pod_condition;

use super::admit::{self, Unreadable};
use super::call::{Call, FieldValidation, PatchType, Reply, Verb};
use super::decode::{DecodeCause, DecodeError};
use super::error::{BadValue, Cause, FieldError, Invalid};
use super::patch::{go_print, json_patch, merge_patch, strategic_merge_patch};
use super::registry::{keep, prepare_update};
use super::{DeleteOptions, Refusal, Refused, Request, Status, Store, admission, default, validate};
use super::{apply, ownership, typed};
use crate::object::path::FieldPath;

impl Store {
    /// Does what a client asks for; or, in a dry run, says what would become of it.
    ///
    /// # Errors
    /// What the API server refuses; then nothing was changed.
    pub fn call(&mut self, call: &Call, request: &mut Request<'_>) -> Result<Reply, Refused> {
        if !call.dry_run {
            return self.serve(call, request);
        }
        let mut rng = request.rng.clone();
        let mut reply = self.clone().serve(call, &mut Request { now: request.now, rng: &mut rng })?;
        for object in &mut reply.objects {
            let mut value = object.value.clone();
            match self.get(call.kind, object.key()) {
                Some(stored) => keep(&mut value, &stored.value, &["metadata", "resourceVersion"]),
                None => drop(value.remove(&["metadata", "resourceVersion"])),
            }
            *object = Arc::new(Object::read(call.kind, value));
        }
        Ok(reply)
    }

    fn serve(&mut self, call: &Call, request: &mut Request<'_>) -> Result<Reply, Refused> {
        let (kind, key) = (call.kind, &call.key);
        let has_no_status = call.status && schema::of(kind).field("status").is_none();
        if has_no_status || (kind != Kind::Pod && matches!(call.verb, Verb::Evict(_))) {
            let message = "the server could not find the requested resource".into();
            return Err(Refusal::Other { reason: "NotFound", message }.into());
        }
        let mut warnings = Vec::new();
        let objects = match &call.verb {
            Verb::Create(value) => {
                let decoded = admit::decode_with(kind, value, call.validation, &mut warnings)?;
                let created = self.create_from_outside(kind, &key.namespace, decoded, request, &mut warnings)?;
                self.note(call, None, &created);
                vec![created]
            }
            Verb::Replace(value) => {
                let mut decoded = admit::decode_with(kind, value, call.validation, &mut warnings)?;
                named_as_asked(kind, key, &mut decoded)?;
                let stored = self.read(kind, key)?.clone();
                let changed = self.change(call, decoded, &stored, &mut warnings)?;
                self.note(call, Some(&stored), &changed);
                vec![changed]
            }
            Verb::Apply { said, force } => vec![self.apply(call, said, *force, request, &mut warnings)?],
            Verb::Patch(patch_type, patch) => {
                let stored = self.read(kind, key)?.clone();
                let mut patched = patched(call, *patch_type, patch, &stored, &mut warnings)?;
                named_as_asked(kind, key, &mut patched)?;
                let changed = self.change(call, patched, &stored, &mut warnings)?;
                self.note(call, Some(&stored), &changed);
                vec![changed]
            }
            Verb::Delete(options) => {
                call.preconditions.check(self.read(kind, key)?)?;
                vec![self.delete(kind, key, *options, request.now)?]
            }
            Verb::DeleteCollection(options, selection) => {
                let namespace = kind.is_namespaced().then_some(key.namespace.as_str());
                let doomed = self.select(kind, namespace, selection)?;
                let mut after = self.clone();
                let gone = doomed.iter().map(|it| after.delete(kind, it.key(), *options, request.now));
                let gone = gone.collect::<Result<_, _>>()?;
                *self = after;
                gone
            }
            Verb::Evict(options) => vec![self.evict(key, *options, request.now)?],
        };
        Ok(Reply { objects, warnings })
    }

    /// A client wrote an object: what it changed is its own now.
    fn note(&mut self, call: &Call, old: Option<&Object>, new: &Object) {
        if !call.status {
            let name = if call.manager.is_empty() { SOMEBODY } else { &call.manager };
            let managers = ownership::wrote(&self.managers(new), name, old, new);
            self.set_managers(new, managers);
        }
    }

    /// Server-side apply.
    fn apply(
        &mut self,
        call: &Call,
        said: &Value,
        force: bool,
        request: &mut Request<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Arc<Object>, Refused> {
        let (kind, name) = (call.kind, &call.manager);
        if name.is_empty() {
            return Err(unnamed());
        }
        // What is of another kind is refused by the decoder.
        if said.str_at(&["kind"]) == kind.name() {
            typed::check(kind, &call.key, said)?;
        }
        let mut decoded = admit::decode_with(kind, said, call.validation, warnings)?;
        named_as_asked(kind, &call.key, &mut decoded)?;
        let stored = self.get(kind, &call.key).cloned();
        let managers = stored.as_ref().map(|it| self.managers(it));
        // What counts is what was written, without the empty parts that a decoded object has.
        let applied = apply::apply(kind, stored.as_deref().zip(managers.as_ref()), name, said, force)?;
        let object = match &stored {
            None => self.create_from_outside(kind, &call.key.namespace, decoded, request, warnings)?,
            Some(stored) => {
                let value = admit::decode_with(kind, &applied.value, FieldValidation::Ignore, &mut Vec::new())?;
                self.change(call, value, stored, warnings)?
            }
        };
        self.set_managers(&object, applied.managers);
        Ok(object)
    }

    fn create_from_outside(
        &mut self,
        kind: Kind,
        namespace: &SmolStr,
        mut value: Value,
        request: &mut Request<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Arc<Object>, Refused> {
        match value.str_at(&["metadata", "namespace"]) {
            "" if !namespace.is_empty() => value.set(&["metadata", "namespace"], namespace),
            given if given != namespace => {
                let words = "the namespace of the provided object does not match the namespace sent on the request";
                return Err(Refusal::bad_request(words).into());
            }
            _ => {}
        }
        admission::admit(self, kind, &mut value, request.rng)?;
        self.name(kind, &mut value, request.rng);
        default::default(kind, &mut value);
        let errors = validate::create(kind, &value);
        if let Some(status) = admit::invalid(kind, &value, errors) {
            return Err(status.into());
        }
        warnings.extend(validate::warnings(kind, &value).iter().map(ToString::to_string));
        Ok(self.insert(kind, value, request)?)
    }

    /// Stores the next version of an object, if it may follow the stored one.
    fn change(
        &mut self,
        call: &Call,
        mut value: Value,
        stored: &Arc<Object>,
        warnings: &mut Vec<String>,
    ) -> Result<Arc<Object>, Refused> {
        let kind = call.kind;
        let version = value.str_at(&["metadata", "resourceVersion"]);
        if !version.is_empty() && version != stored.value.str_at(&["metadata", "resourceVersion"]) {
            return Err(conflict(stored, Refusal::MODIFIED.to_owned()));
        }
        let uid = value.str_at(&["metadata", "uid"]);
        if matches!(call.verb, Verb::Replace(_)) && !uid.is_empty() && uid != stored.meta.uid {
            let found = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", stored.meta.uid);
            let key = format!("/registry/{}/{}", kind.plural(), stored.key());
            let error = format!("StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0");
            return Err(conflict(stored, format!("{error}, AdditionalErrorMsg: {found}")));
        }
        if call.status {
            let mut whole = stored.value.clone();
            whole.set(&["status"], value.at(&["status"]).clone());
            return Ok(self.write(kind, whole, stored));
        }
        value.remove(&["metadata", "managedFields"]);
        default::default(kind, &mut value);
        let mut errors = validate::metadata_update(&value, &stored.value);
        prepare_update(kind, &mut value, stored);
        let same = |path: &[&str]| value.at(path) == stored.value.at(path);
        // A Deployment's annotations count, too, as they are copied; its controller writes its own beside the status.
        if kind == Kind::Deployment && same(&["spec"]) && !same(&["metadata", "annotations"]) {
            value.set(&["metadata", "generation"], stored.meta.generation + 1);
        }
        errors.extend(validate::update(kind, &value, &stored.value));
        if let Some(status) = admit::invalid(kind, &value, errors) {
            return Err(status.into());
        }
        if value.at(&["spec", "template"]) != stored.value.at(&["spec", "template"]) {
            warnings.extend(validate::warnings(kind, &value).iter().map(ToString::to_string));
        }
        Ok(self.write(kind, value, stored))
    }

    /// Models `pods/eviction`: a deletion that a disruption budget can refuse.
    fn evict(&mut self, key: &ObjectKey, options: DeleteOptions, now: i64) -> Result<Arc<Object>, Refused> {
        let pod = self.read(Kind::Pod, key)?.clone();
        let phase = pod.as_pod().map(|it| it.phase);
        if pod.meta.deleted.is_none() && !matches!(phase, Some(Phase::Pending | Phase::Succeeded | Phase::Failed)) {
            self.spend_budget(&pod, now)?;
        }
        let mut value = pod.value.clone();
        let why = [("reason", "EvictionByEvictionAPI"), ("message", "Eviction API: evicting")];
        let status = value.at_mut(&["status"]);
        set_pod_condition(status, pod.meta.generation, &time::format(now), "DisruptionTarget", "True", &why);
        self.write(Kind::Pod, value, &pod);
        Ok(self.delete(Kind::Pod, key, options, now)?)
    }

    fn spend_budget(&mut self, pod: &Object, now: i64) -> Result<(), Refused> {
        let covers = |budget: &&Arc<Object>| {
            let selector = LabelSelector::read(budget.value.at(&["spec", "selector"]));
            selector.is_ok_and(|selector| selector.matches(&pod.meta.labels))
        };
        let budgets = self.list_in(Kind::PodDisruptionBudget, &pod.key().namespace);
        let budgets: Vec<_> = budgets.filter(covers).cloned().collect();
        let budget = match &budgets[..] {
            [] => return Ok(()),
            [budget] => budget,
            _ => {
                let words = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
                return Err(Refusal::Other { reason: "InternalError", message: words.into() }.into());
            }
        };
        let status = budget.value.at(&["status"]);
        if !pod.as_pod().is_some_and(|it| it.ready) && spares_unready(budget) {
            return Ok(());
        }
        let number = |field: &str| status.at(&[field]).as_i64().unwrap_or(0);
        let too_many = |message: String| Err(Refusal::Other { reason: "TooManyRequests", message }.into());
        if number("observedGeneration") < budget.meta.generation {
            return too_many(format!("The disruption budget {} is still being processed by the server.", budget.name()));
        }
        if number("disruptionsAllowed") <= 0 {
            return too_many("Cannot evict pod as it would violate the pod's disruption budget.".into());
        }
        let mut next = status.clone();
        next.set(&["disruptionsAllowed"], number("disruptionsAllowed") - 1);
        next.set(&["disruptedPods", pod.name()], time::format(now));
        self.update_status(Kind::PodDisruptionBudget, budget.key(), next)?;
        Ok(())
    }
}

/// Whether a budget lets pods go that are not ready, without being spent. Models `unhealthyPodEvictionPolicy`.
fn spares_unready(budget: &Object) -> bool {
    let number = |field: &str| budget.value.at(&["status", field]).as_i64().unwrap_or(0);
    budget.value.str_at(&["spec", "unhealthyPodEvictionPolicy"]) == "AlwaysAllow"
        || (number("desiredHealthy") > 0 && number("currentHealthy") >= number("desiredHealthy"))
}

/// In whose name a call writes that does not say so: its user agent's. Models `prefixFromUserAgent`.
const SOMEBODY: &str = "kubectl";

/// Who applies must say who it is. Models `ValidatePatchOptions`.
fn unnamed() -> Refused {
    let cause = Cause::Required("is required for apply patch".into());
    let error = FieldError { path: FieldPath::fields(&["fieldManager"]), place: None, cause };
    Status::Invalid(Invalid { kind: "PatchOptions".into(), name: "".into(), errors: vec![error] }).into()
}

fn conflict(stored: &Object, reason: String) -> Refused {
    Refusal::Conflict { kind: stored.kind, name: stored.name().clone(), reason }.into()
}

/// Gives an object the name and namespace of the address; one that has others was sent to the wrong place.
fn named_as_asked(kind: Kind, key: &ObjectKey, value: &mut Value) -> Result<(), Refused> {
    let wanted = if kind.is_namespaced() { key.namespace.as_str() } else { "" };
    for (what, field, asked, origin) in
        [("namespace", "namespace", wanted, "namespace on the request"), ("name", "name", key.name.as_str(), "name on the URL")]
    {
        let given = value.str_at(&["metadata", field]);
        if given.is_empty() && !asked.is_empty() {
            value.set(&["metadata", field], asked);
        } else if given != asked {
            let words = format!("the {what} of the object ({given}) does not match the {origin} ({asked})");
            return Err(Refusal::bad_request(words).into());
        }
    }
    Ok(())
}

/// What a patch makes of a stored object, decoded.
fn patched(
    call: &Call,
    patch_type: PatchType,
    patch: &Value,
    stored: &Object,
    warnings: &mut Vec<String>,
) -> Result<Value, Refused> {
    let kind = call.kind;
    if patch_type != PatchType::Json && patch.as_map().is_none() {
        let doing = if patch_type == PatchType::Merge { "error decoding patch: " } else { "" };
        let found = match patch {
            Value::List(_) => "array",
            Value::String(_) => "string",
            Value::Bool(_) => "bool",
            _ => "number",
        };
        let words = format!("{doing}json: cannot unmarshal {found} into Go value of type map[string]interface {{}}");
        return Err(Refusal::bad_request(words).into());
    }
    let mut left = patch.clone();
    let mut value = match patch_type {
        PatchType::Strategic => strategic_merge_patch(&stored.value, &mut left, schema::of(kind))?,
        PatchType::Merge => merge_patch(&stored.value, patch),
        PatchType::Json => json_patch(&stored.value, patch)?,
    };
    // What it is stays as it is: the converter knows that, and the decoder looks for what is said.
    for (field, own) in [("apiVersion", kind.api_version()), ("kind", kind.name())] {
        let said = value.str_at(&[field]);
        if said != own && !said.is_empty() {
            if patch_type != PatchType::Strategic {
                let words = admit::not_registered(value.str_at(&["kind"]), value.str_at(&["apiVersion"]));
                return Err(bad_patch(value.to_string(), words));
            }
            value.set(&[field], own);
        }
    }
    match admit::read(kind, &value, call.validation, warnings) {
        Ok(decoded) => Ok(decoded),
        Err(unreadable) if patch_type == PatchType::Strategic => {
            let words = if unreadable.strict { unreadable.text } else { not_restored(&unreadable, &value) };
            Err(bad_patch(go_print(&left), words))
        }
        Err(unreadable) => Err(bad_patch(value.to_string(), unreadable.text)),
    }
}

/// How much of a patch a refusal shows, in bytes.
const MOST_SHOWN: usize = 64 * 1024;

fn bad_patch(mut patch: String, words: String) -> Refused {
    patch.truncate(patch.floor_char_boundary(MOST_SHOWN));
    let cause = Cause::Invalid { value: BadValue::Text(patch.into()), detail: words.into() };
    let error = FieldError { path: FieldPath::fields(&["patch"]), place: None, cause };
    Status::Invalid(Invalid { kind: "".into(), name: "".into(), errors: vec![error] }).into()
}

/// The words of the converter that turns a tree into a typed object after a strategic merge patch. Models `fromUnstructured`
/// of `k8s.io/apimachinery/pkg/runtime`.
fn not_restored(unreadable: &Unreadable, value: &Value) -> String {
    let wrong = unreadable.errors.iter().find_map(|error| match error {
        DecodeError { place, cause: DecodeCause::WrongType { expected, .. } } => Some((place, expected)),
        _ => None,
    });
    let Some((place, expected)) = wrong else { return unreadable.text.clone() };
    let found = match place.find(value) {
        Value::String(_) => "string",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::Bool(_) => "bool",
        Value::List(_) => "slice",
        Value::Map(_) => "map",
        Value::Null => return unreadable.text.clone(),
    };
    let of = expected.strip_prefix("v1.").unwrap_or(expected);
    match (expected.as_str(), found) {
        ("intstr.IntOrString" | "resource.Quantity" | "base64", _) => unreadable.text.clone(),
        (list, _) if list.starts_with("[]") => format!("cannot restore slice from {found}"),
        (map, _) if map.starts_with("map[") || map == "v1.ResourceList" => format!("cannot restore map from {found}"),
        _ if schema::find(of).is_some() => format!("cannot restore struct from: {found}"),
        ("int32" | "int64", "float64") | ("bool", "int64") => format!("cannot convert {found} to {expected}"),
        ("int32" | "int64" | "bool", _) => format!("unrecognized type: {expected}"),
        (_, "int64") => format!("cannot convert int64 to {expected}"),
        _ => "unrecognized type: string".into(),
    }
}

impl FieldValidation {
    /// What `--validate` of kubectl stands for.
    pub fn of_flag(text: &str) -> Option<Self> {
        match text {
            "true" | "strict" | "" => Some(Self::Strict),
            "warn" => Some(Self::Warn),
            "false" | "ignore" => Some(Self::Ignore),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
