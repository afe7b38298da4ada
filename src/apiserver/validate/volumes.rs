//! Volumes.

use super::container::{field_ref, resource_ref};
use super::errors::Errors;
use super::names::{config_map_key, dns_subdomain};
use crate::object::path::At;
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

/// Models `ValidateVolumes`; returns the volumes that can be mounted.
pub(super) fn all<'a>(volumes: &'a [Value], at: &At, errors: &mut Errors) -> Vec<&'a Value> {
    let mut good: Vec<&Value> = Vec::new();
    for (index, volume) in volumes.iter().enumerate() {
        let at = at.index(index);
        let start = errors.0.len();
        source(volume, &at, errors);
        let name = volume.str_at(&["name"]);
        if name.is_empty() {
            errors.required(&at.field("name"), "");
        } else {
            errors.dns_label(&at.field("name"), name);
        }
        if good.iter().any(|other| other.str_at(&["name"]) == name) {
            errors.duplicate(&at.field("name"), name);
        }
        if errors.0.len() == start {
            good.push(volume);
        }
    }
    good
}

/// Models `validateVolumeSource`.
fn source(volume: &Value, at: &At, errors: &mut Errors) {
    let mut count = 0;
    for (name, required) in SOURCES {
        let source = volume.at(&[name]);
        if source.is_null() {
            continue;
        }
        count += 1;
        let at = at.field(name);
        if count > 1 {
            errors.forbidden(&at, "may not specify more than 1 volume type");
            continue;
        }
        let start = errors.0.len();
        for field in *required {
            let value = source.at(&[field]);
            if value.is_null() || value.as_str() == Some("") {
                errors.required(&at.field(field), "");
            }
        }
        if errors.0.len() == start {
            details(name, source, &at, errors);
        }
    }
    if count == 0 {
        errors.required(at, "must specify a volume type");
    }
}

/// What there is to say about a source that has all that it must have.
fn details(name: &str, source: &Value, at: &At, errors: &mut Errors) {
    match name {
        "hostPath" => {
            let path = source.str_at(&["path"]);
            errors.no_backsteps(&at.field("path"), path);
            errors.one_of(&at.field("type"), source.str_at(&["type"]), HOST_PATH_TYPES);
        }
        "emptyDir" => {
            let limit = source.at(&["sizeLimit"]);
            if Quantity::read(limit).is_ok_and(|limit| limit.is_negative()) {
                errors.forbidden(&at.field("sizeLimit"), "SizeLimit field must be a valid resource quantity");
            }
        }
        "nfs" if !source.str_at(&["path"]).starts_with('/') => {
            errors.invalid(&at.field("path"), source.str_at(&["path"]), "must be an absolute path");
        }
        "secret" | "configMap" => {
            mode(source.at(&["defaultMode"]), &at.field("defaultMode"), errors);
            items(source.list_at(&["items"]), &at.field("items"), errors);
        }
        "downwardAPI" => {
            mode(source.at(&["defaultMode"]), &at.field("defaultMode"), errors);
            files(source.list_at(&["items"]), &at.field("items"), errors);
        }
        "projected" => projected(source, at, errors),
        "csi" => {
            let driver = source.str_at(&["driver"]);
            errors.each(&at.field("driver"), driver, dns_subdomain(&driver.to_ascii_lowercase()));
        }
        "cephfs" if source.list_at(&["monitors"]).is_empty() => errors.required(&at.field("monitors"), ""),
        "iscsi" => errors.in_range(&at.field("lun"), source.at(&["lun"]).as_i64().unwrap_or(0), 0, 255),
        _ => {}
    }
}

fn mode(mode: &Value, at: &At, errors: &mut Errors) {
    if let Some(mode) = mode.as_i64()
        && !(0..=0o777).contains(&mode)
    {
        errors.invalid(at, mode, MODE);
    }
}

/// Models `validateKeyToPath`.
fn items(items: &[Value], at: &At, errors: &mut Errors) {
    for (index, item) in items.iter().enumerate() {
        let at = at.index(index);
        if item.str_at(&["key"]).is_empty() {
            errors.required(&at.field("key"), "");
        }
        file_path(item, &at, errors);
        mode(item.at(&["mode"]), &at.field("mode"), errors);
    }
}

fn file_path(item: &Value, at: &At, errors: &mut Errors) {
    match item.str_at(&["path"]) {
        "" => errors.required(&at.field("path"), ""),
        path => errors.file_in_volume(&at.field("path"), path),
    }
}

/// Models `validateDownwardAPIVolumeFile`.
fn files(files: &[Value], at: &At, errors: &mut Errors) {
    for (index, file) in files.iter().enumerate() {
        let at = at.index(index);
        file_path(file, &at, errors);
        let (field, resource) = (file.at(&["fieldRef"]), file.at(&["resourceFieldRef"]));
        if !field.is_null() {
            field_ref(field, FIELDS, &at.field("fieldRef"), errors);
            if !resource.is_null() {
                errors.invalid(&at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        } else if !resource.is_null() {
            resource_ref(resource, true, &at.field("resourceFieldRef"), errors);
        } else {
            errors.required(&at, "one of fieldRef and resourceFieldRef is required");
        }
        mode(file.at(&["mode"]), &at.field("mode"), errors);
    }
}

/// Models `validateProjectedVolumeSource`.
fn projected(volume: &Value, at: &At, errors: &mut Errors) {
    mode(volume.at(&["defaultMode"]), &at.field("defaultMode"), errors);
    let list = at.field("sources");
    for (index, source) in volume.list_at(&["sources"]).iter().enumerate() {
        let at = list.index(index);
        let mut count = 0;
        for (name, required) in [
            ("secret", "name"),
            ("configMap", "name"),
            ("downwardAPI", ""),
            ("serviceAccountToken", "path"),
            ("clusterTrustBundle", "path"),
            ("podCertificate", "signerName"),
        ] {
            let part = source.at(&[name]);
            if part.is_null() {
                continue;
            }
            count += 1;
            let at = at.field(name);
            if count > 1 {
                errors.forbidden(&at, "may not specify more than 1 volume type");
                continue;
            }
            if !required.is_empty() && part.str_at(&[required]).is_empty() {
                errors.required(&at.field(required), "");
            }
            match name {
                "downwardAPI" => files(part.list_at(&["items"]), &at.field("items"), errors),
                "serviceAccountToken" => token(part, &at, errors),
                _ => items(part.list_at(&["items"]), &at.field("items"), errors),
            }
        }
        if count == 0 {
            errors.required(&at, "must specify a volume type");
        }
    }
}

fn token(token: &Value, at: &At, errors: &mut Errors) {
    let seconds = token.at(&["expirationSeconds"]).as_i64().unwrap_or(3600);
    if seconds < 600 {
        errors.invalid(&at.field("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes");
    } else if seconds > 1 << 32 {
        errors.invalid(&at.field("expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds");
    }
    let path = token.str_at(&["path"]);
    if !path.is_empty() {
        errors.file_in_volume(&at.field("path"), path);
    }
}

/// Models `ValidateReadOnlyPersistentDisks`: a disk that many nodes mount cannot be written to.
pub(super) fn read_only_disks(volumes: &[Value], at: &At, errors: &mut Errors) {
    for (index, volume) in volumes.iter().enumerate() {
        let disk = volume.at(&["gcePersistentDisk"]);
        if !disk.is_null() && disk.at(&["readOnly"]).as_bool() != Some(true) {
            let detail =
                "must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only";
            errors.invalid(&at.index(index).field("gcePersistentDisk").field("readOnly"), &Value::from(false), detail);
        }
    }
}

/// Checks that a key can be one of a ConfigMap or a Secret.
pub(super) fn data_key(key: &str, at: &At, errors: &mut Errors) {
    errors.each(at, key, config_map_key(key));
}
