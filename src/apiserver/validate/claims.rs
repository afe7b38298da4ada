//! Persistent volumes and claims.

use super::errors::Errors;
use super::here::Here;
use super::names::{dns_label, dns_subdomain};
use super::volumes::{NO_SOURCE, TWO_SOURCES, csi_driver, host_path, required_texts};
use super::{meta, resources, selector, storage};
use crate::apiserver::error::{BadValue, Cause};
use crate::object::Quantity;

const MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES: &[&str] = &["Block", "Filesystem"];

fn access_modes(spec: &Here, errors: &mut Errors) {
    let modes = spec.field("accessModes");
    for mode in modes.list() {
        errors.one_of(&modes.with(mode), MODES);
    }
    let mut known = modes.list().iter().filter_map(|mode| mode.as_str()).filter(|mode| MODES.contains(mode));
    if known.clone().any(|mode| mode == "ReadWriteOncePod") && known.any(|mode| mode != "ReadWriteOncePod") {
        errors.forbidden(&modes, "may not use ReadWriteOncePod with other access modes");
    }
}

/// Models `ValidatePersistentVolumeClaimTemplate`.
pub(super) fn template(template: &Here, errors: &mut Errors) {
    const OTHERS: &[(&str, &str)] = &[
        ("name", "name"),
        ("generateName", "generateName"),
        ("namespace", "namespace"),
        ("uid", "uID"),
        ("resourceVersion", "resourceVersion"),
        ("generation", "generation"),
        ("creationTimestamp", "creationTimestamp"),
        ("deletionTimestamp", "deletionTimestamp"),
        ("deletionGracePeriodSeconds", "deletionGracePeriodSeconds"),
        ("ownerReferences", "ownerReferences"),
        ("finalizers", "finalizers"),
    ];
    let metadata = template.field("metadata");
    meta::annotations(&metadata.field("annotations"), errors);
    meta::labels(&metadata.field("labels"), errors);
    for (name, named) in OTHERS.iter().filter(|(name, _)| metadata.has(name)) {
        let start = errors.0.len();
        errors.forbidden(&metadata.field(named), "cannot be set");
        errors.place(start, &metadata.field(name));
    }
    claim(&template.field("spec"), errors);
}

/// Models `ValidatePersistentVolumeClaimSpec`.
pub(super) fn claim(spec: &Here, errors: &mut Errors) {
    let modes = spec.field("accessModes");
    if modes.list().is_empty() {
        errors.required(&modes, "at least 1 access mode is required");
    }
    selector::label_selector(&spec.field("selector"), errors);
    access_modes(spec, errors);
    let asked = spec.field("resources");
    let named = asked.key("storage");
    let amount = asked.field("requests").value.at(&["storage"]);
    if amount.is_null() {
        errors.required(&named, "");
    } else {
        resources::positive(&named.with(amount), errors);
    }
    errors.optional_subdomain(&spec.field("storageClassName"));
    errors.optional_one_of(&spec.field("volumeMode"), VOLUME_MODES);
    for name in ["dataSource", "dataSourceRef"].into_iter().filter(|name| spec.has(name)) {
        data_source(&spec.field(name), errors);
    }
    errors.optional_subdomain(&spec.field("volumeAttributesClassName"));
}

/// Models `validateDataSource` and `validateDataSourceRef`.
fn data_source(source: &Here, errors: &mut Errors) {
    required_texts(source, &["name", "kind"], errors);
    let (kind, group, namespace) = (source.text("kind"), source.field("apiGroup"), source.field("namespace"));
    if group.str().is_empty() && kind != "PersistentVolumeClaim" {
        let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
        errors.invalid_value(source, kind, detail);
    }
    errors.optional_subdomain(&group);
    if !namespace.str().is_empty() {
        errors.each(&namespace, namespace.str(), dns_label(namespace.str()));
    }
}

/// The sources of a persistent volume in the order in which Kubernetes looks for them, with the texts that each must have.
const SOURCES: &[(&str, &[&str])] = &[
    ("hostPath", &["path"]),
    ("gcePersistentDisk", &["pdName"]),
    ("awsElasticBlockStore", &["volumeID"]),
    ("glusterfs", &["endpoints", "path"]),
    ("flocker", &[]),
    ("nfs", &["server", "path"]),
    ("rbd", &["monitors", "image"]),
    ("quobyte", &[]),
    ("cephfs", &["monitors"]),
    ("iscsi", &["targetPortal", "iqn"]),
    ("cinder", &["volumeID"]),
    ("fc", &[]),
    ("flexVolume", &["driver"]),
    ("azureFile", &["secretName", "shareName"]),
    ("vsphereVolume", &["volumePath"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("local", &["path"]),
    ("storageos", &["volumeName"]),
    ("csi", &["driver"]),
];

/// Models `ValidatePersistentVolumeSpec`.
pub(super) fn volume(spec: &Here, errors: &mut Errors) {
    let modes = spec.field("accessModes");
    if modes.list().is_empty() {
        errors.required(&modes, "");
    }
    access_modes(spec, errors);
    capacity(&spec.field("capacity"), errors);
    let policy = spec.field("persistentVolumeReclaimPolicy");
    errors.one_of(&policy, &["Delete", "Recycle", "Retain"]);
    let affinity = spec.field("nodeAffinity");
    if affinity.has("required") {
        selector::node_selector(&affinity.field("required"), errors);
    } else if affinity.is_set() {
        errors.required(&affinity.field("required"), "must specify required node constraints");
    }
    source(spec, errors);
    let path = spec.field("hostPath");
    let is_root = path.text("path").starts_with('/') && path.text("path").split('/').all(|part| matches!(part, "" | "."));
    if is_root && policy.str() == "Recycle" {
        errors.forbidden(&policy, "may not be 'recycle' for a hostPath mount of '/'");
    }
    errors.optional_subdomain(&spec.field("storageClassName"));
    errors.optional_one_of(&spec.field("volumeMode"), VOLUME_MODES);
    let class = spec.field("volumeAttributesClassName");
    if class.is_set() {
        if class.str().is_empty() {
            errors.required(&class, "an empty string is disallowed");
        } else {
            errors.each(&class, class.str(), dns_subdomain(class.str()));
        }
        if !spec.has("csi") {
            errors.required(&spec.field("csi"), "has to be specified when using volumeAttributesClassName");
        }
    }
}

fn capacity(capacity: &Here, errors: &mut Errors) {
    let amounts = capacity.entries().count();
    if amounts == 0 {
        errors.required(capacity, "");
    }
    if amounts > 1 || !capacity.has("storage") {
        errors.push(capacity, Cause::NotSupported { value: capacity.value.into(), supported: &["storage"] });
    }
    for (_, amount) in capacity.entries() {
        let whole = Quantity::read(amount.value).map_or(0, |amount| amount.value());
        if whole < 0 {
            errors.invalid_value(&amount, BadValue::from(whole), "must be a valid resource quantity");
        }
        resources::positive(&amount, errors);
    }
}

fn source(spec: &Here, errors: &mut Errors) {
    let mut count = 0;
    for (name, required) in SOURCES.iter().filter(|(name, _)| spec.has(name)) {
        let source = spec.field(name);
        count += 1;
        if count > 1 && *name != "flexVolume" {
            let start = errors.0.len();
            errors.forbidden(&spec.field(if *name == "cephfs" { "cephFS" } else { name }), TWO_SOURCES);
            errors.place(start, &source);
            continue;
        }
        let complete = required_texts(&source, required, errors);
        match *name {
            "hostPath" if complete => host_path(&source, errors),
            "hostPath" => {}
            "local" => {
                errors.no_backsteps(&source.field("path"), source.text("path"));
                if !spec.has("nodeAffinity") {
                    errors.required(&spec.field("nodeAffinity"), "Local volume requires node affinity");
                }
            }
            "csi" => {
                if complete {
                    csi_driver(&source.field("driver"), errors);
                }
                errors.not_empty(&source.field("volumeHandle"));
            }
            name => storage::details(name, &source, errors),
        }
    }
    if count == 0 {
        errors.required(spec, NO_SOURCE);
    }
}
