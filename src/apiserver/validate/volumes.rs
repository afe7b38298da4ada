//! Volumes.

use super::container::{field_ref, resource_ref};
use super::errors::Errors;
use super::here::Here;
use super::names::dns_subdomain;
use crate::object::{Quantity, Value};

/// The sources of a volume in the order in which Kubernetes looks for them, with the fields that each must have.
const SOURCES: &[(&str, &[&str])] = &[
    ("emptyDir", &[]),
    ("hostPath", &["path"]),
    ("gitRepo", &["repository"]),
    ("gcePersistentDisk", &["pdName"]),
    ("awsElasticBlockStore", &["volumeID"]),
    ("secret", &["secretName"]),
    ("nfs", &["server", "path"]),
    ("iscsi", &["targetPortal", "iqn"]),
    ("glusterfs", &["endpoints", "path"]),
    ("flocker", &[]),
    ("persistentVolumeClaim", &["claimName"]),
    ("rbd", &["image"]),
    ("cinder", &["volumeID"]),
    ("cephfs", &[]),
    ("downwardAPI", &[]),
    ("fc", &[]),
    ("flexVolume", &["driver"]),
    ("configMap", &["name"]),
    ("azureFile", &["secretName", "shareName"]),
    ("vsphereVolume", &["volumePath"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("storageos", &[]),
    ("projected", &[]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("csi", &["driver"]),
    ("quobyte", &["registry", "volume"]),
    ("ephemeral", &["volumeClaimTemplate"]),
    ("image", &[]),
];
const HOST_PATH_TYPES: &[&str] =
    &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
const FIELDS: &[&str] = &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

const TWO_SOURCES: &str = "may not specify more than 1 volume type";
const NO_SOURCE: &str = "must specify a volume type";

/// Models `ValidateVolumes`; returns the volumes that can be mounted.
pub(super) fn all<'a>(volumes: &Here<'a>, errors: &mut Errors) -> Vec<&'a Value> {
    let mut good: Vec<&Value> = Vec::new();
    for (volume, written) in volumes.items().zip(volumes.list()) {
        let start = errors.0.len();
        let name = volume.field("name");
        source(&volume, errors);
        if name.str().is_empty() {
            errors.required(&name, "");
        } else {
            errors.dns_label(&name);
        }
        if good.iter().any(|other| other.str_at(&["name"]) == name.str()) {
            errors.duplicate(&name);
        }
        if errors.0.len() == start {
            good.push(written);
        }
    }
    good
}

/// Models `validateVolumeSource`.
fn source(volume: &Here, errors: &mut Errors) {
    let mut count = 0;
    for (name, required) in SOURCES.iter().filter(|(name, _)| volume.has(name)) {
        let source = volume.field(name);
        count += 1;
        if count > 1 {
            errors.forbidden(&source, TWO_SOURCES);
            continue;
        }
        let start = errors.0.len();
        for field in *required {
            let field = source.field(field);
            if !field.is_set() || field.value.as_str() == Some("") {
                errors.required(&field, "");
            }
        }
        if errors.0.len() == start {
            details(name, &source, errors);
        }
    }
    if count == 0 {
        errors.required(volume, NO_SOURCE);
    }
}

/// What there is to say about a source that has all that it must have.
fn details(name: &str, source: &Here, errors: &mut Errors) {
    let path = source.field("path");
    match name {
        "hostPath" => {
            errors.no_backsteps(&path, path.str());
            errors.one_of(&source.field("type"), HOST_PATH_TYPES);
        }
        "emptyDir" => {
            let limit = source.field("sizeLimit");
            if Quantity::read(limit.value).is_ok_and(|limit| limit.is_negative()) {
                errors.forbidden(&limit, "SizeLimit field must be a valid resource quantity");
            }
        }
        "nfs" if !path.str().starts_with('/') => errors.invalid(&path, "must be an absolute path"),
        "secret" | "configMap" => {
            mode(&source.field("defaultMode"), errors);
            items(&source.field("items"), errors);
        }
        "downwardAPI" => {
            mode(&source.field("defaultMode"), errors);
            files(&source.field("items"), errors);
        }
        "projected" => {
            mode(&source.field("defaultMode"), errors);
            source.field("sources").items().for_each(|source| projected(&source, errors));
        }
        "csi" => {
            let driver = source.field("driver");
            errors.each(&driver, driver.str(), dns_subdomain(&driver.str().to_ascii_lowercase()));
        }
        "cephfs" if source.field("monitors").list().is_empty() => errors.required(&source.field("monitors"), ""),
        "iscsi" => errors.in_range(&source.field("lun"), 0, 255),
        _ => {}
    }
}

fn mode(mode: &Here, errors: &mut Errors) {
    if !(0..=0o777).contains(&mode.int()) {
        errors.invalid(mode, MODE);
    }
}

/// Models `validateKeyToPath`.
fn items(items: &Here, errors: &mut Errors) {
    for item in items.items() {
        errors.not_empty(&item.field("key"));
        file_path(&item.field("path"), errors);
        mode(&item.field("mode"), errors);
    }
}

fn file_path(path: &Here, errors: &mut Errors) {
    errors.not_empty(path);
    errors.file_in_volume(path);
}

/// Models `validateDownwardAPIVolumeFile`.
fn files(files: &Here, errors: &mut Errors) {
    for file in files.items() {
        file_path(&file.field("path"), errors);
        match (file.has("fieldRef"), file.has("resourceFieldRef")) {
            (false, false) => errors.required(&file, "one of fieldRef and resourceFieldRef is required"),
            (false, true) => resource_ref(&file.field("resourceFieldRef"), true, errors),
            (true, both) => {
                field_ref(&file.field("fieldRef"), FIELDS, errors);
                if both {
                    let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
                    errors.invalid_value(&file, "resource", detail);
                }
            }
        }
        mode(&file.field("mode"), errors);
    }
}

/// The sources of a projected volume, with the field that each must have.
const PROJECTED: [(&str, &str); 6] = [
    ("secret", "name"),
    ("configMap", "name"),
    ("downwardAPI", ""),
    ("serviceAccountToken", "path"),
    ("clusterTrustBundle", "path"),
    ("podCertificate", "signerName"),
];

/// Models the checks of one source in `validateProjectionSources`.
fn projected(source: &Here, errors: &mut Errors) {
    let mut count = 0;
    for (name, required) in PROJECTED.into_iter().filter(|(name, _)| source.has(name)) {
        let part = source.field(name);
        count += 1;
        if count > 1 {
            errors.forbidden(&part, TWO_SOURCES);
            continue;
        }
        if !required.is_empty() {
            errors.not_empty(&part.field(required));
        }
        match name {
            "downwardAPI" => files(&part.field("items"), errors),
            "serviceAccountToken" => token(&part, errors),
            _ => items(&part.field("items"), errors),
        }
    }
    if count == 0 {
        errors.required(source, NO_SOURCE);
    }
}

fn token(token: &Here, errors: &mut Errors) {
    let seconds = token.field("expirationSeconds");
    if seconds.is_set() && seconds.int() < 600 {
        errors.invalid(&seconds, "may not specify a duration less than 10 minutes");
    } else if seconds.int() > 1 << 32 {
        errors.invalid(&seconds, "may not specify a duration larger than 2^32 seconds");
    }
    errors.file_in_volume(&token.field("path"));
}

/// Models `ValidateReadOnlyPersistentDisks`: a disk that many nodes mount cannot be written to.
pub(super) fn read_only_disks(volumes: &Here, errors: &mut Errors) {
    for volume in volumes.items().filter(|volume| volume.has("gcePersistentDisk")) {
        let disk = volume.field("gcePersistentDisk");
        if !disk.field("readOnly").is_true() {
            let detail =
                "must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only";
            errors.invalid_value(&disk.field("readOnly"), &Value::from(false), detail);
        }
    }
}
