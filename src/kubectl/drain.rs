//! `kubectl drain`.
//!
//! Models `k8s.io/kubectl/pkg/drain`.

use super::client::{self, DryRun, Filter};
use super::fault::Fault;
use super::flags::{Flags, duration_text};
use super::node::{nodes, set_unschedulable};
use super::process::{Answer, Context, Going, Next, done};
use super::resource;
use super::said::Reporter;
use super::select::Info;
use crate::apiserver::error::go_quoted;
use crate::apiserver::{Call, DeleteOptions, Verb};
use crate::object::{Kind, LabelSelector, SmolStr, Value};

/// How long drain waits until it asks again for a pod that may not be disrupted, in milliseconds.
const RETRY_MS: u64 = 5_000;

const DAEMONSET: [&str; 2] =
    ["cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)", "ignoring DaemonSet-managed Pods"];
const STORAGE: [&str; 2] =
    ["cannot delete Pods with local storage (use --delete-emptydir-data to override)", "deleting Pods with local storage"];
const ALONE: [&str; 2] =
    ["cannot delete Pods that declare no controller (use --force to override)", "deleting Pods that declare no controller"];

/// What drain makes of a pod.
#[derive(Debug, Default)]
struct Verdict {
    deletes: bool,
    warning: Option<String>,
    error: Option<String>,
}

impl Verdict {
    fn ok() -> Self {
        Self { deletes: true, ..Self::default() }
    }

    fn error(words: &str) -> Self {
        Self { error: Some(words.to_owned()), ..Self::default() }
    }

    fn warning(deletes: bool, words: &str) -> Self {
        Self { deletes, warning: Some(words.to_owned()), error: None }
    }
}

/// Models the filters of `k8s.io/kubectl/pkg/drain`.
fn judge(ctx: &Context<'_>, flags: &Flags, pod: &Value) -> Verdict {
    let finished = ["Succeeded", "Failed"].contains(&pod.str_at(&["status", "phase"]));
    let owners = pod.list_at(&["metadata", "ownerReferences"]);
    let controller = owners.iter().find(|it| it.at(&["controller"]).as_bool() == Some(true));
    let mut verdict = Verdict::ok();
    if let Some(owner) = controller.filter(|it| it.str_at(&["kind"]) == "DaemonSet" && !finished) {
        let resource = resource::Resource::of(Kind::DaemonSet);
        let found = client::get(ctx.cluster, resource, pod.str_at(&["metadata", "namespace"]), owner.str_at(&["name"]));
        match found {
            Err(fault) if flags.is_on("force") => verdict = Verdict::warning(true, &fault.message),
            Err(fault) => return Verdict::error(&fault.message),
            Ok(_) if !flags.is_on("ignore-daemonsets") => return Verdict::error(DAEMONSET[0]),
            Ok(_) => return Verdict::warning(false, DAEMONSET[1]),
        }
    }
    if !pod.at(&["metadata", "annotations", "kubernetes.io/config.mirror"]).is_null() {
        return Verdict::default();
    }
    if !finished && pod.list_at(&["spec", "volumes"]).iter().any(|it| !it.at(&["emptyDir"]).is_null()) {
        if !flags.is_on("delete-emptydir-data") {
            return Verdict::error(STORAGE[0]);
        }
        verdict = Verdict::warning(true, STORAGE[1]);
    }
    match controller {
        None if finished => verdict,
        None if flags.is_on("force") => Verdict::warning(true, ALONE[1]),
        None => Verdict::error(ALONE[0]),
        Some(_) => verdict,
    }
}

/// What is said, and about which pods.
type Complaint = (String, Vec<String>);

/// Where a pod stands on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It is asked for at this time, in milliseconds.
    Ask(u64),
    /// It is going.
    Going,
    /// It was not let go in time.
    Late,
    /// It is gone.
    Gone,
}

struct Leaving {
    info: Info,
    uid: SmolStr,
    stage: Stage,
}

/// Nodes that are drained one after the other.
struct Drain {
    nodes: Vec<Info>,
    /// How many nodes have been begun.
    begun: usize,
    pods: Vec<Leaving>,
    faults: Vec<Fault>,
    failed: Vec<SmolStr>,
    until_ms: Option<u64>,
}

/// Runs `kubectl drain`.
///
/// # Errors
/// What goes wrong.
pub fn drain(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if LabelSelector::parse(flags.text("pod-selector")).is_err() {
        return Err(Fault::client("--pod-selector=<pod_selector> must be a valid label selector").into());
    }
    let nodes = nodes(ctx, flags)?;
    set_unschedulable(ctx, flags, &nodes, true)?;
    let timeout = u64::try_from(flags.duration_ms("timeout")).ok().filter(|ms| *ms > 0);
    let until_ms = timeout.map(|ms| ctx.cluster.now_ms() + ms);
    Ok(Next::GoOn(Box::new(Drain { nodes, begun: 0, pods: Vec::new(), faults: Vec::new(), failed: Vec::new(), until_ms })))
}

impl Going for Drain {
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
        loop {
            if self.pods.iter().any(|pod| pod.stage != Stage::Gone) {
                let wait = self.let_go(ctx, flags)?;
                if let Some(until) = wait {
                    return Ok(Next::Wait(until));
                }
            }
            if let Some(node) =
                self.begun.checked_sub(1).and_then(|at| self.nodes.get(at)).filter(|node| !self.failed.contains(&node.name))
            {
                Reporter::of(flags, ctx)?.say(ctx, flags, &node.value, "drained")?;
            }
            self.pods.clear();
            if self.begun == self.nodes.len() {
                return self.end(ctx);
            }
            self.begun += 1;
            self.begin(ctx, flags)?;
        }
    }
}

impl Drain {
    fn end(&mut self, ctx: &mut Context<'_>) -> Answer {
        if !self.failed.is_empty() {
            ctx.warn("There are pending nodes to be drained:");
            self.failed.iter().for_each(|name| ctx.warn(&format!(" {name}")));
        }
        done(std::mem::take(&mut self.faults))
    }

    /// Looks at the pods of the next node.
    fn begin(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Result<(), Fault> {
        let Some(name) = self.nodes.get(self.begun - 1).map(|node| node.name.clone()) else { return Ok(()) };
        let fields = format!("spec.nodeName={name}");
        let filter = Filter { namespace: "", labels: flags.text("pod-selector"), fields: &fields };
        let pods = resource::Resource::of(Kind::Pod);
        let (mut warnings, mut errors): (Vec<Complaint>, Vec<Complaint>) = (Vec::new(), Vec::new());
        let mut leaving = Vec::new();
        let now_ms = ctx.cluster.now_ms();
        for value in client::list(ctx.cluster, pods, filter)? {
            let [namespace, own] = ["namespace", "name"].map(|field| SmolStr::new(value.str_at(&["metadata", field])));
            let verdict = judge(ctx, flags, &value);
            for (list, words) in [(&mut warnings, verdict.warning), (&mut errors, verdict.error)] {
                let Some(words) = words else { continue };
                let whole = format!("{namespace}/{own}");
                match list.iter_mut().find(|(known, _)| *known == words) {
                    Some((_, names)) => names.push(whole),
                    None => list.push((words, vec![whole])),
                }
            }
            if verdict.deletes {
                let uid = SmolStr::new(value.str_at(&["metadata", "uid"]));
                let info = Info { resource: pods, namespace, name: own, value, source: String::new() };
                leaving.push(Leaving { info, uid, stage: Stage::Ask(now_ms) });
            }
        }
        let lines = |list: &[(String, Vec<String>)]| {
            list.iter().map(|(words, names)| format!("{words}: {}", names.join(", "))).collect::<Vec<_>>()
        };
        if !errors.is_empty() {
            let errors = lines(&errors);
            self.fail(ctx, &name, &errors);
            return Ok(());
        }
        if !warnings.is_empty() {
            ctx.warn(&format!("Warning: {}", lines(&warnings).join("; ")));
        }
        let dry_run = DryRun::of(flags)?;
        if dry_run == DryRun::Client {
            for pod in &leaving {
                ctx.say(&format!("evicting pod {}/{} (dry run)", pod.info.namespace, pod.info.name));
            }
            leaving.clear();
        }
        self.pods = leaving;
        Ok(())
    }

    fn fail(&mut self, ctx: &mut Context<'_>, name: &SmolStr, errors: &[String]) {
        let all = if let [one] = errors { one.clone() } else { format!("[{}]", errors.join(", ")) };
        ctx.warn(&format!("error: unable to drain node {} due to error: {all}, continuing command...", go_quoted(name)));
        self.failed.push(name.clone());
        self.faults.extend(errors.iter().map(|error| Fault::plain(error.clone())));
    }

    /// Evicts pods and looks which of them are gone. Answers when to look again, while some are there.
    #[allow(clippy::option_option, reason = "whether to wait, and until when")]
    fn let_go(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Result<Option<Option<u64>>, Fault> {
        let now_ms = ctx.cluster.now_ms();
        let evicts = !flags.is_on("disable-eviction");
        for pod in &mut self.pods {
            if matches!(pod.stage, Stage::Ask(at) if at <= now_ms) {
                let is_late = self.until_ms.is_some_and(|until| now_ms >= until);
                pod.stage = ask(ctx, flags, &pod.info, evicts, is_late)?;
            }
            let is_there =
                |pod: &Leaving| pod.info.fetch(ctx.cluster).is_ok_and(|live| live.str_at(&["metadata", "uid"]) == pod.uid);
            let tried_only = DryRun::of(flags)? == DryRun::Server;
            if pod.stage == Stage::Going && (tried_only || !is_there(pod)) {
                pod.stage = Stage::Gone;
                if tried_only {
                    continue;
                }
                let word = if evicts { "evicted" } else { "deleted" };
                Reporter::of(flags, ctx)?.say(ctx, flags, &pod.info.value, word)?;
            }
        }
        let there: Vec<&Leaving> = self.pods.iter().filter(|pod| pod.stage != Stage::Gone).collect();
        if there.is_empty() {
            return Ok(None);
        }
        // One that was refused is looked at when it is asked for again.
        let given_up = |pod: &&Leaving| !matches!(pod.stage, Stage::Ask(_));
        if self.until_ms.is_some_and(|until| now_ms >= until) && there.iter().all(given_up) {
            let timeout = duration_text(flags.duration_ms("timeout"));
            let errors: Vec<String> = there.iter().map(|pod| too_late(pod, &timeout)).collect();
            let names: Vec<SmolStr> = there.iter().map(|pod| pod.info.name.clone()).collect();
            let node = self.nodes.get(self.begun - 1).map(|node| node.name.clone()).unwrap_or_default();
            let all = if let [one] = &errors[..] { one.clone() } else { format!("[{}]", errors.join(", ")) };
            ctx.warn(&format!("There are pending pods in node {} when an error occurred: {all}", go_quoted(&node)));
            for name in &names {
                ctx.warn(&format!("pod/{name}"));
            }
            self.fail(ctx, &node, &errors);
            return Ok(None);
        }
        let asks = there.iter().filter_map(|pod| if let Stage::Ask(at) = pod.stage { Some(at) } else { None });
        Ok(Some(asks.chain(self.until_ms.filter(|until| *until > now_ms)).min()))
    }
}

fn too_late(pod: &Leaving, timeout: &str) -> String {
    let [name, namespace] = [&pod.info.name, &pod.info.namespace].map(|text| go_quoted(text));
    match pod.stage {
        Stage::Late => format!("error when evicting pods/{name} -n {namespace}: global timeout reached: {timeout}"),
        _ => {
            format!("error when waiting for pod {name} in namespace {namespace} to terminate: global timeout reached: {timeout}")
        }
    }
}

/// Asks for one pod.
fn ask(ctx: &mut Context<'_>, flags: &Flags, info: &Info, evicts: bool, is_late: bool) -> Result<Stage, Fault> {
    let options = DeleteOptions { grace_seconds: Some(flags.int("grace-period")).filter(|it| *it >= 0), propagation: None };
    let key = client::key(info.resource, &info.namespace, &info.name);
    let dry_run = DryRun::of(flags)?;
    if evicts {
        let line = format!("evicting pod {}/{}{}", info.namespace, info.name, dry_run.said());
        ctx.say(&line);
        if is_late {
            return Ok(Stage::Late);
        }
    }
    let verb = if evicts { Verb::Evict(options) } else { Verb::Delete(options) };
    match client::send(ctx, Call::new(Kind::Pod, key, verb).dry_run(dry_run == DryRun::Server)) {
        Ok(_) => Ok(Stage::Going),
        Err(fault) if fault.is_not_found() => Ok(Stage::Going),
        Err(fault) if fault.reason == "TooManyRequests" => {
            let [name, namespace] = [&info.name, &info.namespace].map(|text| go_quoted(text));
            ctx.warn(&format!("error when evicting pods/{name} -n {namespace} (will retry after 5s): {}", fault.message));
            Ok(Stage::Ask(ctx.cluster.now_ms() + RETRY_MS))
        }
        Err(fault) => {
            let [name, namespace] = [&info.name, &info.namespace].map(|text| go_quoted(text));
            Err(fault.wrapped(&format!("error when evicting pods/{name} -n {namespace}: ")))
        }
    }
}
