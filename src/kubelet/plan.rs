//! What a kubelet reads of a pod's spec, read once.

use std::sync::Arc;

use smol_str::format_smolstr;

use crate::object::{Object, SmolStr, Value};

use super::probe::{NEVER, Probe, ProbeKind};
use super::status::Fixed;

/// What is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The init containers in their order, then the others in theirs.
    pub containers: Vec<ContainerPlan>,
    /// `restartPolicy`.
    pub restart: RestartPolicy,
    /// `hostNetwork`.
    pub host_network: bool,
    /// Whether anything must be there before the pod can start.
    pub has_volumes: bool,
    /// `activeDeadlineSeconds`, in milliseconds; [`NEVER`] when there is none.
    pub deadline_ms: u64,
}

/// The plans that were read last. Pods of one template have one plan.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    recent: Vec<(Parts, Arc<Plan>)>,
}

/// What of a pod's spec its plan is read from.
type Parts = [Value; PARTS.len()];

const PARTS: [&str; 7] =
    ["activeDeadlineSeconds", "containers", "hostNetwork", "initContainers", "restartPolicy", "securityContext", "volumes"];

/// How many plans are remembered.
const REMEMBERED: usize = 8;

impl Plans {
    /// The plan of a pod.
    pub fn of(&mut self, pod: &Object) -> Arc<Plan> {
        let parts = PARTS.map(|part| pod.value.at(&["spec", part]).clone());
        if let Some((_, plan)) = self.recent.iter().find(|(known, _)| *known == parts) {
            return Arc::clone(plan);
        }
        let plan = Arc::new(Plan::read(pod));
        self.recent.truncate(REMEMBERED - 1);
        self.recent.insert(0, (parts, Arc::clone(&plan)));
        plan
    }
}

/// One container.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerPlan {
    /// `name`.
    pub name: SmolStr,
    /// `image`, as written.
    pub image: SmolStr,
    /// What it is for.
    pub role: Role,
    /// Its place in its list of the spec.
    pub index: usize,
    /// `imagePullPolicy`.
    pub pull: PullPolicy,
    /// Its probes, by [`ProbeKind`].
    pub probes: [Option<Probe>; 3],
    /// How long its postStart hook takes, in milliseconds, and how it ends.
    pub post_start: Option<(u64, u8)>,
    /// How long its preStop hook takes, in milliseconds.
    pub pre_stop_ms: u64,
    /// When and with what its command ends by itself; `None` when it runs for ever, or when nobody can tell.
    pub ends: Option<(u64, u8)>,
    /// Whether its environment comes from ConfigMaps or Secrets.
    pub has_config: bool,
    /// Whether it may take only so much memory.
    pub has_memory_limit: bool,
    /// What its status says whatever happens.
    pub fixed: Fixed,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Must end before the next one starts.
    Init,
    /// An init container that goes on running (`restartPolicy: Always`).
    Sidecar,
    /// What the pod is there for.
    Main,
}

/// When an image is pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullPolicy {
    /// At each start.
    Always,
    /// When it is not there.
    IfNotPresent,
    /// Not at all.
    Never,
}

/// What becomes of a container that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartPolicy {
    /// It is started again.
    Always,
    /// It is started again when it failed.
    OnFailure,
    /// It stays as it is.
    Never,
}

/// How long an init container that nobody knows takes, in milliseconds.
const INIT_MS: u64 = 800;

impl Plan {
    /// Reads a pod.
    pub fn read(pod: &Object) -> Self {
        let spec = pod.value.at(&["spec"]);
        let pods = spec.at(&["securityContext"]);
        let init = spec.list_at(&["initContainers"]).iter().enumerate();
        let init = init.map(|(index, it)| {
            let role = if it.str_at(&["restartPolicy"]) == "Always" { Role::Sidecar } else { Role::Init };
            ContainerPlan::read(it, pods, index, role)
        });
        let main =
            spec.list_at(&["containers"]).iter().enumerate().map(|(index, it)| ContainerPlan::read(it, pods, index, Role::Main));
        Self {
            containers: init.chain(main).collect(),
            restart: match spec.str_at(&["restartPolicy"]) {
                "OnFailure" => RestartPolicy::OnFailure,
                "Never" => RestartPolicy::Never,
                _ => RestartPolicy::Always,
            },
            host_network: spec.at(&["hostNetwork"]).as_bool() == Some(true),
            has_volumes: !spec.list_at(&["volumes"]).is_empty(),
            deadline_ms: match spec.at(&["activeDeadlineSeconds"]).as_i64() {
                Some(seconds) => u64::try_from(seconds).unwrap_or(0).saturating_mul(1000),
                None => NEVER,
            },
        }
    }

    /// Whether a container that ended is started again.
    pub fn restarts(&self, role: Role, code: u8) -> bool {
        match (role, self.restart) {
            (Role::Sidecar, _) | (Role::Main, RestartPolicy::Always) => true,
            (_, RestartPolicy::Never) => false,
            (Role::Init, _) | (Role::Main, RestartPolicy::OnFailure) => code != 0,
        }
    }
}

impl ContainerPlan {
    fn read(container: &Value, pods: &Value, index: usize, role: Role) -> Self {
        let ends = ends_by_itself(container);
        Self {
            name: container.text_at(&["name"]),
            image: container.text_at(&["image"]),
            role,
            index,
            pull: match container.str_at(&["imagePullPolicy"]) {
                "Always" => PullPolicy::Always,
                "Never" => PullPolicy::Never,
                _ => PullPolicy::IfNotPresent,
            },
            probes: ProbeKind::ALL.map(|kind| Probe::read(container.at(&[kind.field()]))),
            post_start: hook(container.at(&["lifecycle", "postStart"])),
            pre_stop_ms: hook(container.at(&["lifecycle", "preStop"])).map_or(0, |(ms, _)| ms),
            ends: if role == Role::Init { ends.or(Some((INIT_MS, 0))) } else { ends },
            fixed: Fixed::read(container, pods),
            has_memory_limit: !container.at(&["resources", "limits", "memory"]).is_null(),
            has_config: !container.list_at(&["envFrom"]).is_empty()
                || container.list_at(&["env"]).iter().any(|it| !it.at(&["valueFrom"]).is_null()),
        }
    }

    /// The container in the pod's tree.
    pub fn tree<'a>(&self, pod: &'a Object) -> &'a Value {
        static NOTHING: Value = Value::Null;
        pod.value.list_at(&["spec", self.list()]).get(self.index).unwrap_or(&NOTHING)
    }

    /// The list of the spec that it stands in.
    pub fn list(&self) -> &'static str {
        if self.role == Role::Main { "containers" } else { "initContainers" }
    }

    /// Its place in its pod, as events name it.
    pub fn field_path(&self) -> SmolStr {
        format_smolstr!("spec.{}{{{}}}", self.list(), self.name)
    }
}

fn words<'a>(container: &'a Value, fields: &[&str]) -> Vec<&'a str> {
    fields.iter().flat_map(|field| container.list_at(&[field])).filter_map(Value::as_str).collect()
}

/// How long a hook takes, and how it ends.
fn hook(hook: &Value) -> Option<(u64, u8)> {
    if hook.is_null() {
        return None;
    }
    match hook.at(&["sleep", "seconds"]).as_i64() {
        Some(seconds) => Some((u64::try_from(seconds).unwrap_or(0).saturating_mul(1000), 0)),
        None => ends(&words(hook.at(&["exec"]), &["command"])).or(Some((300, 0))),
    }
}

/// When the command of a container ends, for the few commands of which that can be told.
fn ends_by_itself(container: &Value) -> Option<(u64, u8)> {
    ends(&words(container, &["command", "args"]))
}

fn ends(words: &[&str]) -> Option<(u64, u8)> {
    let (program, rest) = words.split_first()?;
    match program.rsplit('/').next().unwrap_or(program) {
        "sleep" => Some((seconds_ms(rest.first()?)?, 0)),
        "true" | "echo" | "date" | "printf" => Some((50, 0)),
        "false" => Some((50, 1)),
        "sh" | "bash" | "ash" => script_ends(rest.iter().skip_while(|it| it.starts_with('-')).copied().next()?),
        _ => None,
    }
}

/// A script of which every line ends; the last one decides.
fn script_ends(script: &str) -> Option<(u64, u8)> {
    let mut total = (0, 0);
    for line in script.split([';', '\n', '&']).map(str::trim).filter(|it| !it.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["exit", rest @ ..] = words.as_slice() {
            return Some((total.0, rest.first().map_or(Some(total.1), |code| code.parse().ok())?));
        }
        let (ms, code) = ends(&words)?;
        total = (total.0.saturating_add(ms), code);
    }
    Some(total)
}

fn seconds_ms(text: &str) -> Option<u64> {
    text.trim_end_matches('s').parse::<u64>().ok()?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_end_by_themselves_are_known() {
        for (words, end) in [
            (vec![], None),
            (vec!["sleep", "infinity"], None),
            (vec!["sleep", "5"], Some((5_000, 0))),
            (vec!["/bin/true"], Some((50, 0))),
            (vec!["sh", "-c", "echo hi"], Some((50, 0))),
            (vec!["sh", "-c", "sleep 3; exit 7"], Some((3_000, 7))),
            (vec!["sh", "-c", "while true; do date; done"], None),
            (vec!["sh", "-c", "sleep 18446744073709551; sleep 18446744073709551"], Some((u64::MAX, 0))),
            (vec!["sh", "-c", "exec agent"], None),
            (vec!["/agent", "--v=2"], None),
        ] {
            assert_eq!(ends(&words), end, "{words:?}");
        }
    }

    #[test]
    fn what_is_started_again_depends_on_role_policy_and_exit_code() {
        use RestartPolicy::{Always, Never, OnFailure};
        use Role::{Init, Main, Sidecar};
        for (role, restart, code, again) in [
            (Main, Always, 0, true),
            (Main, OnFailure, 0, false),
            (Main, OnFailure, 1, true),
            (Main, Never, 1, false),
            (Init, Always, 0, false),
            (Init, Always, 1, true),
            (Init, Never, 1, false),
            (Sidecar, Never, 0, true),
        ] {
            let plan = Plan { containers: Vec::new(), restart, host_network: false, has_volumes: false, deadline_ms: NEVER };
            assert_eq!(plan.restarts(role, code), again, "{role:?} {restart:?} {code}");
        }
    }
}
