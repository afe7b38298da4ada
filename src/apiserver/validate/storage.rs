//! Volumes of storage systems, of pods and of persistent volumes.

use super::errors::Errors;
use super::here::Here;
use super::volumes::required_texts;
use crate::apiserver::error::{BadValue, Cause};

const HOST_PORTS: &str = "must be a host:port pair or multiple pairs separated by commas";
const PARTITION: &str = "must be between 1 and 255, inclusive";

/// What there is to say about a source besides the texts that it must have.
pub(super) fn details(name: &str, source: &Here, errors: &mut Errors) {
    match name {
        "nfs" if !source.text("path").starts_with('/') => {
            errors.invalid_value(&source.field("path"), source.text("path"), "must be an absolute path");
        }
        "gcePersistentDisk" | "awsElasticBlockStore" => {
            let partition = source.field("partition");
            if !(0..=255).contains(&partition.int()) {
                errors.invalid(&partition, PARTITION);
            }
        }
        "iscsi" => iscsi(source, errors),
        "fc" => fibre_channel(source, errors),
        "flocker" => flocker(source, errors),
        "quobyte" => quobyte(source, errors),
        "flexVolume" => flex_options(&source.field("options"), errors),
        "azureDisk" => azure_disk(source, errors),
        "cinder" => secret_name(&source.field("secretRef"), errors),
        "storageos" => {
            for field in ["volumeName", "volumeNamespace"].into_iter().filter(|field| !source.text(field).is_empty()) {
                errors.dns_label(&source.field(field));
            }
            secret_name(&source.field("secretRef"), errors);
        }
        _ => {}
    }
}

fn secret_name(secret: &Here, errors: &mut Errors) {
    if secret.is_set() {
        required_texts(secret, &["name"], errors);
    }
}

fn iscsi(source: &Here, errors: &mut Errors) {
    const START: &str = "must be valid format starting with iqn, eui, or naa";
    let iqn = source.field("iqn");
    match is_initiator(iqn.str()) {
        _ if iqn.str().is_empty() => {}
        None => errors.invalid(&iqn, START),
        Some(false) => errors.invalid(&iqn, "must be valid format"),
        Some(true) => {}
    }
    errors.in_range(&source.field("lun"), 0, 255);
    let asks = source.field("chapAuthDiscovery").is_true() || source.field("chapAuthSession").is_true();
    if asks && !source.has("secretRef") {
        errors.required(&source.field("secretRef"), "");
    }
    let initiator = source.field("initiatorName");
    if initiator.is_set() {
        let start = errors.0.len();
        let named = source.field("initiatorname").with(initiator.value);
        match is_initiator(initiator.str()) {
            None => errors.invalid(&named, START),
            Some(false) => errors.invalid(&named, "must be valid format"),
            Some(true) => {}
        }
        errors.place(start, &initiator);
    }
}

/// Whether a name that says its format keeps to it; `None` where it says none.
fn is_initiator(name: &str) -> Option<bool> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|c| c.is_ascii_digit());
    let letters = |text: &str, count: usize| text.len() == count && text.bytes().all(|c| c.is_ascii_alphanumeric());
    let of_company = |rest: &str| {
        let (date, rest) = rest.split_at_checked(8)?;
        let good_date = digits(&date[..4], 4) && &date[4..5] == "-" && digits(&date[5..7], 2) && date.ends_with('.');
        let (company, disk) = rest.split_once(':')?;
        let good_company = !company.is_empty() && company.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.'));
        let good_disk = !disk.is_empty() && !disk.contains(|c: char| ",;*&$|".contains(c) || c.is_ascii_whitespace());
        Some(good_date && good_company && good_disk)
    };
    match name.get(..3) {
        Some("iqn") => Some(name.is_ascii() && name.strip_prefix("iqn.").and_then(of_company) == Some(true)),
        Some("eui") => Some(name.get(4..).is_some_and(|rest| letters(rest, 16))),
        Some("naa") => Some(name.get(4..).is_some_and(|rest| letters(rest, 32))),
        _ => None,
    }
}

/// Both names become one, which must not be long where the initiator has a name.
pub(super) fn initiator_length(volume: &Here, source: &Here, errors: &mut Errors) {
    let name = volume.text("name");
    if source.has("initiatorName") && name.len() + 1 + source.text("targetPortal").len() > 64 {
        let detail =
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
        errors.invalid_value(&volume.field("name"), name, detail);
    }
}

fn fibre_channel(source: &Here, errors: &mut Errors) {
    let (targets, ids, lun) = (source.field("targetWWNs"), source.field("wwids"), source.field("lun"));
    match (targets.list().is_empty(), ids.list().is_empty()) {
        (true, true) => errors.required(&targets, "must specify either targetWWNs or wwids, but not both"),
        (false, false) => errors.invalid(&targets, "targetWWNs and wwids can not be specified simultaneously"),
        _ => {}
    }
    if !targets.list().is_empty() {
        if lun.is_set() {
            errors.in_range(&lun, 0, 255);
        } else {
            errors.required(&lun, "lun is required if targetWWNs is specified");
        }
    }
}

fn flocker(source: &Here, errors: &mut Errors) {
    let (name, id) = (source.field("datasetName"), source.text("datasetUUID"));
    match (name.str().is_empty(), id.is_empty()) {
        (true, true) => errors.required(source, "one of datasetName and datasetUUID is required"),
        (false, false) => {
            let detail = "datasetName and datasetUUID can not be specified simultaneously";
            errors.invalid_value(source, BadValue::from("resource"), detail);
        }
        _ => {}
    }
    if name.str().contains('/') {
        errors.invalid(&name, "must not contain '/'");
    }
}

fn quobyte(source: &Here, errors: &mut Errors) {
    let registry = source.field("registry");
    if registry.str().is_empty() {
        errors.required(&registry, HOST_PORTS);
    } else if source.text("tenant").len() >= 65 {
        errors.required(&source.field("tenant"), "must be a UUID and may not exceed a length of 64 characters");
    } else {
        let is_pair = |pair: &&str| pair.rsplit_once(':').is_none_or(|(host, _)| host.contains(':') && !host.ends_with(']'));
        registry.str().split(',').filter(is_pair).for_each(|_| errors.invalid(&registry, HOST_PORTS));
    }
    errors.not_empty(&source.field("volume"));
}

fn flex_options(options: &Here, errors: &mut Errors) {
    for (key, here) in options.entries() {
        let domain = format!(".{}", key.split_once('/').map_or(key, |(domain, _)| domain).to_lowercase());
        if domain.ends_with(".kubernetes.io") || domain.ends_with(".k8s.io") {
            errors.invalid_value(&here, key, "kubernetes.io and k8s.io namespaces are reserved");
        }
    }
}

fn azure_disk(source: &Here, errors: &mut Errors) {
    errors.optional_one_of(&source.field("cachingMode"), &["None", "ReadOnly", "ReadWrite"]);
    let (kind, uri) = (source.field("kind"), source.field("diskURI"));
    errors.optional_one_of(&kind, &["Dedicated", "Managed", "Shared"]);
    let (start, supported): (&str, &'static [&'static str]) = match kind.str() {
        "Managed" => (
            "/subscriptions/",
            &["/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"],
        ),
        _ => ("https://", &["https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"]),
    };
    if kind.is_set() && !uri.str().starts_with(start) {
        errors.push(&uri, Cause::NotSupported { value: uri.str().into(), supported });
    }
}
