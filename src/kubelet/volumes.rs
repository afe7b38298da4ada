//! What a pod needs before it can start: ConfigMaps, Secrets, claims, and paths of the machine.
//!
//! Models what of `pkg/kubelet/volumemanager` and `pkg/volume` can be seen: `FailedMount` events, and containers that wait for
//! their environment.

use smol_str::format_smolstr;

use crate::apiserver::Store;
use crate::object::{Kind, Object, ObjectKey, SmolStr, Value};
use crate::runtime::events::EventType;

use super::worker::Surroundings;

/// The first pause between attempts, in milliseconds; it doubles up to [`LONGEST_MS`].
const FIRST_MS: u64 = 500;
/// The longest pause between attempts, in milliseconds (2 minutes and 2 seconds).
const LONGEST_MS: u64 = 122_000;
/// How long a kubelet waits for all volumes before it says that they are late, in milliseconds.
const LATE_MS: u64 = 123_000;

/// The attempts to set up a pod's volumes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    count: u32,
    late_ms: u64,
    again_ms: u64,
}

/// Why a volume cannot be set up.
enum Problem {
    /// Its setting up fails: the volume and the error.
    SetUp(SmolStr, String),
    /// What it stands for cannot be found out: the volume and the error.
    Claim(SmolStr, String),
}

impl Attempts {
    /// Tries to set up all volumes. `None` when they are there; else when to try again, in milliseconds.
    pub fn attempt(&mut self, pod: &Object, around: &mut Surroundings<'_>) -> Option<u64> {
        let problem = problem(around.store, pod)?;
        let now_ms = around.now_ms;
        if self.count == 0 {
            self.late_ms = now_ms + LATE_MS;
        }
        match problem {
            Problem::SetUp(volume, error) => {
                if self.again_ms <= now_ms {
                    let message = format_smolstr!("MountVolume.SetUp failed for volume {volume:?} : {error}");
                    around.say(None, EventType::Warning, "FailedMount", message);
                    self.again_ms = now_ms + (FIRST_MS << self.count.min(10)).min(LONGEST_MS);
                    self.count += 1;
                }
                if self.late_ms <= now_ms {
                    let message = format_smolstr!(
                        "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], \
                         failed to process volumes=[]: context deadline exceeded"
                    );
                    around.say(None, EventType::Warning, "FailedMount", message);
                    self.late_ms = now_ms + LATE_MS;
                }
                Some(self.again_ms.min(self.late_ms))
            }
            Problem::Claim(volume, error) => {
                let message = format_smolstr!(
                    "Unable to attach or mount volumes: unmounted volumes=[{volume}], unattached volumes=[], \
                     failed to process volumes=[{volume}]: {error}"
                );
                around.say(None, EventType::Warning, "FailedMount", message);
                self.count += 1;
                Some(now_ms + around.duration_ms(10_000..15_000))
            }
        }
    }
}

/// Whether a volume of the pod is not there now.
pub fn lacks_one(store: &Store, pod: &Object) -> bool {
    problem(store, pod).is_some()
}

fn problem(store: &Store, pod: &Object) -> Option<Problem> {
    let namespace = &pod.key().namespace;
    pod.value.list_at(&["spec", "volumes"]).iter().find_map(|volume| {
        let name = SmolStr::from(volume.str_at(&["name"]));
        if let Some(claim) = volume.at(&["persistentVolumeClaim", "claimName"]).as_str() {
            return claim_problem(store, namespace, claim).map(|error| Problem::Claim(name, error));
        }
        volume_problem(store, namespace, volume).map(|error| Problem::SetUp(name, error))
    })
}

fn claim_problem(store: &Store, namespace: &str, claim: &str) -> Option<String> {
    let error = match store.get(Kind::PersistentVolumeClaim, &ObjectKey::new(namespace, claim)) {
        None => format!("failed to fetch PVC from API server: persistentvolumeclaims {claim:?} not found"),
        Some(stored) => match stored.value.str_at(&["status", "phase"]) {
            "Bound" => return None,
            phase => {
                let phase = if phase.is_empty() { "Pending" } else { phase };
                format!("PVC {namespace}/{claim} has non-bound phase ({phase:?}) or empty pvc.Spec.VolumeName (\"\")")
            }
        },
    };
    Some(format!("error processing PVC {namespace}/{claim}: {error}"))
}

fn volume_problem(store: &Store, namespace: &str, volume: &Value) -> Option<String> {
    let keys = |source: &Value| source.list_at(&["items"]).iter().map(|it| SmolStr::from(it.str_at(&["key"]))).collect();
    let (config_map, secret) = (volume.at(&["configMap"]), volume.at(&["secret"]));
    if !config_map.is_null() {
        return missing(store, Kind::ConfigMap, namespace, config_map, "name", keys(config_map));
    }
    if !secret.is_null() {
        return missing(store, Kind::Secret, namespace, secret, "secretName", keys(secret));
    }
    let problems: Vec<String> = volume
        .list_at(&["projected", "sources"])
        .iter()
        .filter_map(|source| {
            let (config_map, secret) = (source.at(&["configMap"]), source.at(&["secret"]));
            match (config_map.is_null(), secret.is_null()) {
                (false, _) => missing(store, Kind::ConfigMap, namespace, config_map, "name", keys(config_map)),
                (_, false) => missing(store, Kind::Secret, namespace, secret, "name", keys(secret)),
                _ => None,
            }
        })
        .collect();
    match problems.as_slice() {
        [] => host_path_problem(volume.at(&["hostPath"])),
        [only] => Some(only.clone()),
        several => Some(format!("[{}]", several.join(", "))),
    }
}

/// Whether a ConfigMap or Secret, or one of the keys asked of it, is not there. An optional one need not be.
fn missing(store: &Store, kind: Kind, namespace: &str, source: &Value, field: &str, keys: Vec<SmolStr>) -> Option<String> {
    let name = source.str_at(&[field]);
    if source.at(&["optional"]).as_bool() == Some(true) {
        return None;
    }
    let Some(stored) = store.get(kind, &ObjectKey::new(namespace, name)) else {
        return Some(format!("{} {name:?} not found", kind.singular()));
    };
    let word = if kind == Kind::Secret { "secret" } else { "config" };
    let absent = keys.into_iter().find(|key| !has_key(stored, key))?;
    Some(format!("references non-existent {word} key: {absent}"))
}

fn has_key(stored: &Object, key: &str) -> bool {
    ["data", "binaryData", "stringData"].iter().any(|field| stored.value.at(&[field]).get(key).is_some())
}

/// What keeps a container from being made: a ConfigMap or Secret that its environment comes from.
pub fn environment_problem(store: &Store, pod: &Object, container: &Value) -> Option<String> {
    let namespace = &pod.key().namespace;
    let whole = container.list_at(&["envFrom"]).iter().find_map(|source| {
        let (config_map, secret) = (source.at(&["configMapRef"]), source.at(&["secretRef"]));
        match (config_map.is_null(), secret.is_null()) {
            (false, _) => missing(store, Kind::ConfigMap, namespace, config_map, "name", Vec::new()),
            (_, false) => missing(store, Kind::Secret, namespace, secret, "name", Vec::new()),
            _ => None,
        }
    });
    whole.or_else(|| {
        container.list_at(&["env"]).iter().find_map(|variable| {
            let (config_map, secret) =
                (variable.at(&["valueFrom", "configMapKeyRef"]), variable.at(&["valueFrom", "secretKeyRef"]));
            let (kind, source, title) =
                if secret.is_null() { (Kind::ConfigMap, config_map, "ConfigMap") } else { (Kind::Secret, secret, "Secret") };
            if source.is_null() {
                return None;
            }
            missing(store, kind, namespace, source, "name", Vec::new()).or_else(|| {
                let (name, key) = (source.str_at(&["name"]), source.str_at(&["key"]));
                let optional = source.at(&["optional"]).as_bool() == Some(true);
                let stored = store.get(kind, &ObjectKey::new(namespace.clone(), name))?;
                let absent = !optional && !has_key(stored, key);
                absent.then(|| format!("couldn't find key {key} in {title} {namespace}/{name}"))
            })
        })
    })
}

/// What there is on every machine: a path and the type of it.
#[rustfmt::skip]
const PATHS: [(&str, &str); 40] = [
    ("/", "Directory"), ("/bin", "Directory"), ("/boot", "Directory"), ("/dev", "Directory"), ("/etc", "Directory"),
    ("/etc/cni/net.d", "Directory"), ("/etc/kubernetes", "Directory"), ("/etc/ssl/certs", "Directory"), ("/home", "Directory"),
    ("/lib", "Directory"), ("/lib/modules", "Directory"), ("/mnt", "Directory"), ("/opt", "Directory"), ("/opt/cni/bin", "Directory"),
    ("/proc", "Directory"), ("/root", "Directory"), ("/run", "Directory"), ("/run/containerd", "Directory"), ("/sys", "Directory"),
    ("/sys/fs/bpf", "Directory"), ("/sys/fs/cgroup", "Directory"), ("/tmp", "Directory"), ("/usr", "Directory"),
    ("/usr/share", "Directory"), ("/usr/src", "Directory"), ("/var", "Directory"), ("/var/lib", "Directory"),
    ("/var/lib/containerd", "Directory"), ("/var/lib/kubelet", "Directory"), ("/var/lib/kubelet/device-plugins", "Directory"),
    ("/var/lib/kubelet/plugins_registry", "Directory"), ("/var/lib/kubelet/pods", "Directory"), ("/var/log", "Directory"),
    ("/var/log/pods", "Directory"), ("/var/run", "Directory"), ("/etc/hosts", "File"), ("/etc/machine-id", "File"),
    ("/etc/os-release", "File"), ("/run/containerd/containerd.sock", "Socket"), ("/dev/kmsg", "CharDevice"),
];

/// Models the check of a `hostPath`'s type. Types that create what is missing, and no type at all, always pass.
fn host_path_problem(source: &Value) -> Option<String> {
    let (path, wanted) = (source.str_at(&["path"]), source.str_at(&["type"]));
    let title = match wanted {
        "Directory" => "directory",
        "File" => "file",
        "Socket" => "socket file",
        "CharDevice" => "character device",
        "BlockDevice" => "block device",
        _ => return None,
    };
    let trimmed = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    // The kernel's own trees hold more than can be listed, and nearly always what is asked for.
    let kernel = ["/proc/", "/sys/"].iter().any(|it| path.starts_with(it)) && matches!(wanted, "Directory" | "File");
    // `/var/run` is a link to `/run`.
    let same =
        |known: &str| known == trimmed || trimmed.strip_prefix("/var").is_some_and(|it| known == it && it.starts_with("/run"));
    let fits = kernel || PATHS.iter().any(|(known, kind)| *kind == wanted && same(known));
    (!fits).then(|| format!("hostPath type check failed: {path} is not a {title}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn host_paths_are_checked_by_their_type() {
        for (path, kind, problem) in [
            ("/nowhere", "", None),
            ("/nowhere", "DirectoryOrCreate", None),
            ("/var/log", "Directory", None),
            ("/var/run/containerd/containerd.sock", "Socket", None),
            ("/sys/class/net", "Directory", None),
            ("/nowhere", "Directory", Some("hostPath type check failed: /nowhere is not a directory")),
            ("/var/log", "File", Some("hostPath type check failed: /var/log is not a file")),
            ("/var/run/docker.sock", "Socket", Some("hostPath type check failed: /var/run/docker.sock is not a socket file")),
        ] {
            let source = map! { "path" => path, "type" => kind };
            assert_eq!(host_path_problem(&source).as_deref(), problem, "{path} {kind}");
        }
    }
}
