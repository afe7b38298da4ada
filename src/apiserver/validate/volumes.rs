//! Volumes of pods.

use super::errors::Errors;
use super::here::Here;
use super::names::dns_subdomain;
use super::{claims, container, projected, storage};
use crate::object::{Quantity, Value};

/// The sources of a volume in the order in which Kubernetes looks for them, with the texts that each must have.
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
    ("rbd", &["monitors", "image"]),
    ("cinder", &["volumeID"]),
    ("cephfs", &["monitors"]),
    ("quobyte", &[]),
    ("downwardAPI", &[]),
    ("fc", &[]),
    ("flexVolume", &["driver"]),
    ("configMap", &["name"]),
    ("azureFile", &["secretName", "shareName"]),
    ("vsphereVolume", &["volumePath"]),
    ("photonPersistentDisk", &["pdID"]),
    ("portworxVolume", &["volumeID"]),
    ("azureDisk", &["diskName", "diskURI"]),
    ("storageos", &["volumeName"]),
    ("projected", &[]),
    ("scaleIO", &["gateway", "system", "volumeName"]),
    ("csi", &["driver"]),
    ("ephemeral", &["volumeClaimTemplate"]),
    ("image", &[]),
];
const HOST_PATH_TYPES: &[&str] =
    &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

pub(super) const TWO_SOURCES: &str = "may not specify more than 1 volume type";
pub(super) const NO_SOURCE: &str = "must specify a volume type";

/// Models `ValidateVolumes`; returns the volumes that can be mounted.
pub(super) fn all<'a>(volumes: &Here<'a>, errors: &mut Errors) -> Vec<&'a Value> {
    let mut good: Vec<&Value> = Vec::new();
    for (volume, written) in volumes.items().zip(volumes.list()) {
        let start = errors.0.len();
        let name = volume.field("name");
        source(&volume, errors);
        errors.named(&name);
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
        let start = errors.0.len();
        // Kubernetes' own names, misspelt as they are.
        let named = match *name {
            "cephfs" if count > 1 => "cephFS",
            "downwardAPI" if count > 1 => "downwarAPI",
            "gcePersistentDisk" if count == 1 => "persistentDisk",
            name => name,
        };
        let here = volume.field(named).with(source.value);
        if count > 1 {
            errors.forbidden(&here, TWO_SOURCES);
        } else if required_texts(&here, required, errors) || !["hostPath", "csi"].contains(name) {
            details(name, &here, errors);
        }
        if named != *name {
            errors.place(start, &source);
        }
        if *name == "iscsi" {
            storage::initiator_length(volume, &source, errors);
        }
    }
    if count == 0 {
        errors.required(volume, NO_SOURCE);
    }
}

/// Whether all texts are there that must be.
pub(super) fn required_texts(source: &Here, required: &[&str], errors: &mut Errors) -> bool {
    let start = errors.0.len();
    for field in required {
        let field = source.field(field);
        let says_nothing = field.value.as_str() == Some("") || field.value.as_list().is_some_and(<[Value]>::is_empty);
        if !field.is_set() || says_nothing {
            errors.required(&field, "");
        }
    }
    errors.0.len() == start
}

/// What there is to say about a source besides.
fn details(name: &str, source: &Here, errors: &mut Errors) {
    match name {
        "hostPath" => host_path(source, errors),
        "emptyDir" => {
            let limit = source.field("sizeLimit");
            if Quantity::read(limit.value).is_ok_and(|limit| limit.is_negative()) {
                errors.forbidden(&limit, "SizeLimit field must be a valid resource quantity");
            }
        }
        "gitRepo" => errors.descending_path(&source.field("directory"), source.text("directory")),
        "secret" | "configMap" => {
            mode(&source.field("defaultMode"), errors);
            items(&source.field("items"), errors);
        }
        "downwardAPI" => {
            mode(&source.field("defaultMode"), errors);
            projected::files(source, errors);
        }
        "projected" => {
            mode(&source.field("defaultMode"), errors);
            projected::sources(source, errors);
        }
        "csi" => csi(source, errors),
        "ephemeral" => {
            let template = source.field("volumeClaimTemplate");
            if template.is_set() {
                claims::template(&template, errors);
            }
        }
        "image" => errors.required_one_of(&source.field("pullPolicy"), container::PULL_POLICIES),
        _ => storage::details(name, source, errors),
    }
}

/// Models `validateHostPathVolumeSource` for one that has a path.
pub(super) fn host_path(source: &Here, errors: &mut Errors) {
    errors.no_backsteps(&source.field("path"), source.text("path"));
    errors.one_of(&source.field("type"), HOST_PATH_TYPES);
}

fn csi(source: &Here, errors: &mut Errors) {
    csi_driver(&source.field("driver"), errors);
    let secret = source.field("nodePublishSecretRef");
    let name = secret.field("name");
    if secret.is_set() && name.str().is_empty() {
        errors.required(&name, "");
    } else if secret.is_set() {
        let start = errors.0.len();
        errors.each(&source.field("name"), name.str(), dns_subdomain(name.str()));
        errors.place(start, &name);
    }
}

/// Models `ValidateCSIDriverName` for a name that is there.
pub(super) fn csi_driver(driver: &Here, errors: &mut Errors) {
    errors.at_most_bytes(driver, 63);
    errors.each(driver, driver.str(), dns_subdomain(&driver.str().to_ascii_lowercase()));
}

pub(super) fn mode(mode: &Here, errors: &mut Errors) {
    if !(0..=0o777).contains(&mode.int()) {
        errors.invalid(mode, MODE);
    }
}

/// Models `validateKeyToPath`.
pub(super) fn items(items: &Here, errors: &mut Errors) {
    items.items().for_each(|item| key_to_path(&item, errors));
}

pub(super) fn key_to_path(item: &Here, errors: &mut Errors) {
    errors.not_empty(&item.field("key"));
    file_path(&item.field("path"), errors);
    mode(&item.field("mode"), errors);
}

pub(super) fn file_path(path: &Here, errors: &mut Errors) {
    errors.not_empty(path);
    errors.file_in_volume(path);
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
