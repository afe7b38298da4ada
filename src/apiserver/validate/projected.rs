//! Files that volumes are made of: fields of the pod, and what is projected from several sources.

use super::environment::{field_ref, resource_ref};
use super::errors::Errors;
use super::here::Here;
use super::volumes::{file_path, key_to_path, mode};
use crate::apiserver::error::BadValue;

const FIELDS: &[&str] = &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Models `validateDownwardAPIVolumeFile` for all files of a source. It names the source and not its item.
pub(super) fn files(source: &Here, errors: &mut Errors) {
    for file in source.field("items").items() {
        file_of(source, &file, errors);
    }
}

fn file_of(source: &Here, file: &Here, errors: &mut Errors) {
    let start = errors.0.len();
    let named = source.with(file.value);
    file_path(&named.field("path"), errors);
    match (file.has("fieldRef"), file.has("resourceFieldRef")) {
        (false, false) => errors.required(&named, "one of fieldRef and resourceFieldRef is required"),
        (false, true) => resource_ref(&named.field("resourceFieldRef"), true, errors),
        (true, both) => {
            field_ref(&named.field("fieldRef"), FIELDS, errors);
            if both {
                let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
                errors.invalid_value(&named, "resource", detail);
            }
        }
    }
    mode(&named.field("mode"), errors);
    errors.place(start, file);
}

/// Models `validateProjectionSources` for the sources that a server without alpha features knows.
pub(super) fn sources(volume: &Here, errors: &mut Errors) {
    let mut paths: Vec<String> = Vec::new();
    for source in volume.field("sources").items() {
        let mut count = 0;
        for kind in ["secret", "configMap"].into_iter().filter(|kind| source.has(kind)) {
            count += 1;
            let part = source.field(kind);
            errors.not_empty(&part.field("name"));
            for item in part.field("items").items() {
                key_to_path(&item, errors);
                unique(volume, &item, part.text("name"), &mut paths, errors);
            }
        }
        if source.has("downwardAPI") {
            count += 1;
            let part = source.field("downwardAPI");
            for file in part.field("items").items() {
                file_of(&part, &file, errors);
                unique(volume, &file, file.text("path"), &mut paths, errors);
            }
        }
        if source.has("serviceAccountToken") {
            count += 1;
            token(volume, &source.field("serviceAccountToken"), errors);
        }
        if count > 1 {
            errors.forbidden(&source, "may not specify more than 1 volume type per source");
        }
    }
}

/// Says when a path stands somewhere before, with the words of the source for it.
fn unique(volume: &Here, item: &Here, said: &str, paths: &mut Vec<String>, errors: &mut Errors) {
    let path = item.text("path");
    if path.is_empty() {
        return;
    }
    if paths.iter().any(|it| it == path) {
        let start = errors.0.len();
        errors.invalid_value(volume, BadValue::from(said), "conflicting duplicate paths");
        errors.place(start, &item.field("path"));
    } else {
        paths.push(path.to_owned());
    }
}

/// A token's path is named as if it were the volume's.
fn token(volume: &Here, token: &Here, errors: &mut Errors) {
    let seconds = token.field("expirationSeconds");
    if seconds.int() < 600 {
        errors.invalid_value(&seconds, seconds.int(), "may not specify a duration less than 10 minutes");
    }
    if seconds.int() > 1 << 32 {
        errors.invalid(&seconds, "may not specify a duration larger than 2^32 seconds");
    }
    let (start, path) = (errors.0.len(), token.field("path"));
    let named = volume.field("path").with(path.value);
    if path.str().is_empty() {
        errors.required(&named, "");
    } else {
        errors.file_in_volume(&named);
    }
    errors.place(start, &path);
}
