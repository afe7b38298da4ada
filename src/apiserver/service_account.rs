//! Who a pod is: its service account and the volume with its token.
//!
//! Models the admission plugin ServiceAccount.

use fastrand::Rng;

use crate::object::{Kind, ObjectKey, SmolStr, Value, map};

use super::admission::forbidden;
use super::registry::random_letters;
use super::{Refusal, Store};

/// Where containers find the token.
const MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// Seconds, seven more than an hour so that it can be told from tokens that somebody asked for.
const TOKEN_SECONDS: i64 = 3607;
/// The account of pods that name none.
pub const DEFAULT: &str = "default";
/// The ConfigMap with the certificate of the API server, which every namespace has.
pub const ROOT_CERTIFICATE: &str = "kube-root-ca.crt";

/// Gives a new pod its account and its token.
///
/// # Errors
/// When there is no such account.
pub(super) fn admit(store: &Store, pod: &mut Value, rng: &mut Rng) -> Result<(), Refusal> {
    // A pod of a kubelet's own has no account.
    if pod.at(&["metadata", "annotations"]).get("kubernetes.io/config.mirror").is_some() {
        return Ok(());
    }
    let namespace = SmolStr::from(pod.str_at(&["metadata", "namespace"]));
    let given = ["serviceAccountName", "serviceAccount"].map(|field| pod.str_at(&["spec", field]));
    let name = SmolStr::from(given.into_iter().find(|it| !it.is_empty()).unwrap_or(DEFAULT));
    let Some(account) = store.get(Kind::ServiceAccount, &ObjectKey::new(namespace.clone(), name.clone())) else {
        let missing = format!("error looking up service account {namespace}/{name}: serviceaccount {name:?} not found");
        return Err(forbidden(Kind::Pod, pod, missing));
    };
    let wants = |of: &Value| of.at(&["automountServiceAccountToken"]).as_bool();
    let mounts = wants(pod.at(&["spec"])).or_else(|| wants(&account.value)).unwrap_or(true);
    let secrets = account.value.at(&["imagePullSecrets"]).clone();
    let spec = pod.at_mut(&["spec"]);
    spec.set(&["serviceAccountName"], name);
    if mounts {
        mount_token(spec, rng);
    }
    if spec.list_at(&["imagePullSecrets"]).is_empty() && !secrets.list_at(&[]).is_empty() {
        spec.set(&["imagePullSecrets"], secrets);
    }
    Ok(())
}

/// Models `mountServiceAccountToken`: every container that has nothing at that path gets the volume.
fn mount_token(spec: &mut Value, rng: &mut Rng) {
    let mut name = String::from("kube-api-access-");
    random_letters(rng, &mut name);
    let mut is_needed = false;
    for list in ["initContainers", "containers"] {
        if spec.list_at(&[list]).is_empty() {
            continue;
        }
        for container in spec.at_mut(&[list]).make_list() {
            let mounts = container.list_at(&["volumeMounts"]);
            if !mounts.iter().any(|it| it.str_at(&["mountPath"]) == MOUNT_PATH) {
                let mount = map! { "name" => name.as_str(), "readOnly" => true, "mountPath" => MOUNT_PATH };
                container.at_mut(&["volumeMounts"]).make_list().push(mount);
                is_needed = true;
            }
        }
    }
    if is_needed {
        let namespace =
            map! { "path" => "namespace", "fieldRef" => map! { "apiVersion" => "v1", "fieldPath" => "metadata.namespace" } };
        let certificate = map! { "key" => "ca.crt", "path" => "ca.crt" };
        let sources = vec![
            map! { "serviceAccountToken" => map! { "expirationSeconds" => TOKEN_SECONDS, "path" => "token" } },
            map! { "configMap" => map! { "name" => ROOT_CERTIFICATE, "items" => vec![certificate] } },
            map! { "downwardAPI" => map! { "items" => vec![namespace] } },
        ];
        let projected = map! { "sources" => sources, "defaultMode" => 0o644 };
        spec.at_mut(&["volumes"]).make_list().push(map! { "name" => name, "projected" => projected });
    }
}
