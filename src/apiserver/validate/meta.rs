//! What all objects have: names, labels, annotations, owners.

use super::errors::Errors;
use super::names::{NameCheck, dns_label, dns_label_1035, dns_subdomain};
use crate::apiserver::error::Cause;
use crate::object::path::At;
use crate::object::{Kind, Value, label};

const ANNOTATIONS_BYTES: usize = 256 * 1024;

/// How the names of a kind must look.
fn name_check(kind: Kind) -> NameCheck {
    match kind {
        Kind::Namespace => dns_label,
        Kind::Service => dns_label_1035,
        _ => dns_subdomain,
    }
}

/// Models `ValidateObjectMeta`.
pub(super) fn object_meta(kind: Kind, meta: &Value, errors: &mut Errors) {
    let at = At::ROOT;
    let at = at.field("metadata");
    let check = name_check(kind);
    let (name, stem) = (meta.str_at(&["name"]), meta.str_at(&["generateName"]));
    if !stem.is_empty() {
        // A generated name ends in letters, whatever its stem ends in.
        let masked = stem.strip_suffix('-').map(|stem| format!("{stem}a"));
        errors.each(&at.field("generateName"), stem, check(masked.as_deref().unwrap_or(stem)));
    }
    if name.is_empty() && stem.is_empty() {
        errors.required(&at.field("name"), "name or generateName is required");
    } else if !name.is_empty() {
        errors.each(&at.field("name"), name, check(name));
    }
    let namespace = meta.str_at(&["namespace"]);
    if kind.is_namespaced() && !namespace.is_empty() {
        errors.dns_label(&at.field("namespace"), namespace);
    } else if !namespace.is_empty() {
        errors.forbidden(&at.field("namespace"), "not allowed on this type");
    }
    errors.not_negative(&at.field("generation"), meta.at(&["generation"]).as_i64().unwrap_or(0));
    labels(meta.at(&["labels"]), &at.field("labels"), errors);
    annotations(meta.at(&["annotations"]), &at.field("annotations"), errors);
    owners(meta.list_at(&["ownerReferences"]), &at.field("ownerReferences"), errors);
    for (index, finalizer) in meta.list_at(&["finalizers"]).iter().enumerate() {
        let finalizer = finalizer.as_str().unwrap_or_default();
        let at = at.field("finalizers");
        let at = at.index(index);
        errors.each(&at, finalizer, label::key_errors(finalizer));
        let standard = ["foregroundDeletion", "orphan", "kubernetes"].contains(&finalizer);
        if !finalizer.contains('/') && !standard {
            errors.invalid(&at, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }
}

pub(super) fn labels(labels: &Value, at: &At, errors: &mut Errors) {
    for (key, value) in labels.fields_at(&[]) {
        let start = errors.0.len();
        let value = value.as_str().unwrap_or_default();
        errors.each(at, key, label::key_errors(key));
        errors.each(at, value, label::value_errors(value));
        errors.place(start, &at.key(key));
    }
}

pub(super) fn annotations(annotations: &Value, at: &At, errors: &mut Errors) {
    let mut bytes = 0;
    for (key, value) in annotations.fields_at(&[]) {
        let start = errors.0.len();
        errors.each(at, key, label::key_errors(&key.to_ascii_lowercase()));
        errors.place(start, &at.key(key));
        bytes += key.len() + value.as_str().unwrap_or_default().len();
    }
    if bytes > ANNOTATIONS_BYTES {
        errors.push(at, Cause::TooLong(ANNOTATIONS_BYTES));
    }
}

fn owners(owners: &[Value], at: &At, errors: &mut Errors) {
    let mut controller: Option<String> = None;
    for (index, owner) in owners.iter().enumerate() {
        let here = at.index(index);
        if owner.str_at(&["apiVersion"]).is_empty() {
            errors.invalid(&here.field("apiVersion"), "", "version must not be empty");
        }
        for (field, text) in [("kind", "must not be empty"), ("name", "must not be empty"), ("uid", "must not be empty")] {
            if owner.str_at(&[field]).is_empty() {
                errors.invalid(&here.field(field), "", text);
            }
        }
        if owner.at(&["controller"]).as_bool() == Some(true) {
            let name = format!("{}/{}", owner.str_at(&["kind"]), owner.str_at(&["name"]));
            match &controller {
                Some(first) => {
                    let detail = format!(
                        "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
                    );
                    errors.invalid(at, &Value::from(owners.to_vec()), detail);
                }
                None => controller = Some(name),
            }
        }
    }
}
