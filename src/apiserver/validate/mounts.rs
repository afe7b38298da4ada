//! What containers mount: volumes and block devices.

use super::container::{Pod, is_new};
use super::errors::Errors;
use super::here::Here;
use super::names::{UNIQUE, has_backsteps};
use crate::object::path::Step;

/// Models `ValidateVolumeMounts`.
pub(super) fn mounts(container: &Here, pod: &Pod, errors: &mut Errors) {
    let mounts = container.field("volumeMounts");
    let mut paths = Vec::new();
    for mount in mounts.items() {
        let (name, path) = (mount.field("name"), mount.field("mountPath"));
        errors.not_empty(&name);
        if pod.volume(name.str()).is_none() {
            errors.not_found(&name);
        }
        errors.not_empty(&path);
        if !is_new(mount.text("mountPath"), &mut paths) {
            errors.invalid_value(&path, path.str(), UNIQUE);
        }
        let devices = container.field("volumeDevices");
        if devices.items().any(|device| device.text("name") == name.str()) {
            errors.invalid_value(&name, name.str(), "must not already exist in volumeDevices");
        }
        if devices.items().any(|device| device.text("devicePath") == path.str()) {
            errors.invalid_value(&path, path.str(), "must not already exist as a path in volumeDevices");
        }
        let start = errors.0.len();
        options(container, &mounts, &mount, errors);
        // Some of these paths name the list and not its item.
        for error in &mut errors.0[start..] {
            let field = error.path.0.last().cloned().unwrap_or(Step::Index(0));
            error.place = Some(mount.path());
            error.place.iter_mut().for_each(|place| place.0.push(field.clone()));
        }
    }
}

fn options(container: &Here, mounts: &Here, mount: &Here, errors: &mut Errors) {
    let (sub_path, expression) = (mount.text("subPath"), mount.text("subPathExpr"));
    errors.descending_path(&mounts.field("subPath"), sub_path);
    if !expression.is_empty() && !sub_path.is_empty() {
        errors.invalid(&mount.field("subPathExpr"), "subPathExpr and subPath are mutually exclusive");
    }
    errors.descending_path(&mounts.field("subPathExpr"), expression);
    let propagation = mount.field("mountPropagation");
    if propagation.is_set() {
        let at = mounts.field("mountPropagation").with(propagation.value);
        errors.one_of(&at, &["Bidirectional", "HostToContainer", "None"]);
        let privileged = container.field("securityContext").field("privileged").is_true();
        if propagation.str() == "Bidirectional" && !privileged {
            errors.forbidden(&at, "Bidirectional mount propagation is available only to privileged containers");
        }
    }
    let recursive = mounts.field("recursiveReadOnly").with(mount.field("recursiveReadOnly").value);
    errors.optional_one_of(&recursive, &["Disabled", "Enabled", "IfPossible"]);
    if matches!(recursive.str(), "Enabled" | "IfPossible") {
        if !mount.field("readOnly").is_true() {
            errors.forbidden(&recursive, "may only be specified when readOnly is true");
        }
        if propagation.is_set() && propagation.str() != "None" {
            errors.forbidden(&recursive, "may only be specified when mountPropagation is None or not specified");
        }
    }
}

/// Models `ValidateVolumeDevices`.
pub(super) fn devices(container: &Here, pod: &Pod, errors: &mut Errors) {
    let (mut names, mut paths): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let (devices, mounts) = (container.field("volumeDevices"), container.field("volumeMounts"));
    for device in devices.items() {
        let (name, path) = (device.field("name"), device.field("devicePath"));
        errors.not_empty(&name);
        if names.contains(&name.str()) {
            errors.invalid_value(&name, name.str(), UNIQUE);
        }
        match pod.volume(name.str()) {
            None => errors.not_found(&name),
            Some(volume) if volume.get("persistentVolumeClaim").or(volume.get("ephemeral")).is_none() => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.invalid(&name, detail);
            }
            Some(_) => {}
        }
        errors.not_empty(&path);
        if paths.contains(&path.str()) {
            errors.invalid_value(&path, path.str(), UNIQUE);
        }
        if has_backsteps(path.str()) {
            errors.invalid(&path, "can not contain backsteps ('..')");
        } else {
            paths.push(device.text("devicePath"));
        }
        if mounts.items().any(|mount| mount.text("name") == name.str()) {
            errors.invalid_value(&name, name.str(), "must not already exist in volumeMounts");
        }
        if mounts.items().any(|mount| mount.text("mountPath") == path.str()) {
            errors.invalid_value(&path, path.str(), "must not already exist as a path in volumeMounts");
        }
        if !name.str().is_empty() {
            names.push(device.text("name"));
        }
    }
}
