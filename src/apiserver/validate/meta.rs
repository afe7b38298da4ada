//! What all objects have: names, labels, annotations, owners.

use super::errors::Errors;
use super::here::Here;
use super::names::{NameCheck, dns_label, dns_subdomain, mask_trailing_dash};
use crate::apiserver::error::Cause;
use crate::object::{Kind, label};

const ANNOTATIONS_BYTES: usize = 256 * 1024;
const EMPTY: &str = "must not be empty";

/// How the names of a kind must look.
fn name_check(kind: Kind) -> NameCheck {
    match kind {
        Kind::Namespace | Kind::Service => dns_label,
        _ => dns_subdomain,
    }
}

/// Models `ValidateObjectMeta`.
pub(super) fn object_meta(kind: Kind, meta: &Here, errors: &mut Errors) {
    let check = name_check(kind);
    let (name, stem) = (meta.field("name"), meta.field("generateName"));
    if !stem.str().is_empty() {
        errors.each(&stem, stem.str(), check(&mask_trailing_dash(stem.str())));
    }
    if !name.str().is_empty() {
        errors.each(&name, name.str(), check(name.str()));
    } else if stem.str().is_empty() {
        errors.required(&name, "name or generateName is required");
    }
    let namespace = meta.field("namespace");
    if !namespace.str().is_empty() {
        if kind.is_namespaced() {
            errors.dns_label(&namespace);
        } else {
            errors.forbidden(&namespace, "not allowed on this type");
        }
    }
    errors.not_negative(&meta.field("generation"));
    labels(&meta.field("labels"), errors);
    annotations(&meta.field("annotations"), errors);
    owners(&meta.field("ownerReferences"), errors);
    for finalizer in meta.field("finalizers").items() {
        errors.label_key(&finalizer);
        let standard = ["foregroundDeletion", "orphan", "kubernetes"].contains(&finalizer.str());
        if !finalizer.str().contains('/') && !standard {
            errors.invalid(&finalizer, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }
}

/// Models `ValidateLabels`, which names the map and not its entry.
pub(super) fn labels(labels: &Here, errors: &mut Errors) {
    for (key, value) in labels.entries() {
        let start = errors.0.len();
        errors.each_of(labels, key, label::key_errors(key));
        errors.each_of(labels, value.str(), label::value_errors(value.str()));
        errors.place(start, &value);
    }
}

/// Models `ValidateAnnotations`.
pub(super) fn annotations(annotations: &Here, errors: &mut Errors) {
    let mut bytes = 0;
    for (key, value) in annotations.entries() {
        let start = errors.0.len();
        errors.each_of(annotations, key, label::key_errors(&key.to_ascii_lowercase()));
        errors.place(start, &value);
        bytes += key.len() + value.str().len();
    }
    if bytes > ANNOTATIONS_BYTES {
        errors.push(annotations, Cause::TooLong(ANNOTATIONS_BYTES));
    }
}

/// Models `BannedOwners`: an event goes by itself, and would take what it owns with it.
const BANNED_OWNER: (&str, &str) = ("v1", "Event");

/// Models `ValidateOwnerReferences`.
fn owners(owners: &Here, errors: &mut Errors) {
    let mut controller: Option<String> = None;
    for owner in owners.items() {
        for (field, words) in [("apiVersion", "version must not be empty"), ("kind", EMPTY), ("name", EMPTY), ("uid", EMPTY)] {
            if owner.text(field).is_empty() {
                errors.invalid_value(&owner.field(field), "", words);
            }
        }
        if (owner.text("apiVersion"), owner.text("kind")) == BANNED_OWNER {
            errors.invalid(&owner, "/v1, Kind=Event is disallowed from being an owner");
        }
        if owner.field("controller").is_true() {
            let name = format!("{}/{}", owner.text("kind"), owner.text("name"));
            match &controller {
                Some(first) => {
                    let detail = format!(
                        "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
                    );
                    errors.invalid(owners, detail);
                }
                None => controller = Some(name),
            }
        }
    }
}
