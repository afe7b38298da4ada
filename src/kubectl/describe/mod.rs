//! `kubectl describe`.
//!
//! Models `k8s.io/kubectl/pkg/describe`. Texts are made with tabs between their cells; the columns are laid out at the end.

mod generic;
mod node;
mod pod;
mod small;
pub mod template;
mod workload;

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::sync::Arc;

use super::client::{self, Filter};
use super::event::{self, Kept, Said};
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, done};
use super::resource;
use super::select::{self, Ask, Info, namespace};
use super::tabwriter::{DESCRIBE, align};
use crate::cluster::Cluster;
use crate::cluster::apply::LAST_APPLIED;
use crate::object::{Kind, Object, Value};

/// Annotations that are longer, with their keys, stand on lines of their own.
const LONG_ANNOTATION: usize = 140;

/// What one sees of a cluster when several of its objects are described: what would be looked for again and again is put in order once.
struct View<'a> {
    cluster: &'a Cluster,
    pods: OnceCell<Vec<(&'a str, &'a Arc<Object>)>>,
}

impl<'a> View<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        Self { cluster, pods: OnceCell::new() }
    }

    /// The pods that are bound to a node, in the order of their names.
    fn pods_of_node(&self, node: &str) -> impl Iterator<Item = &'a Arc<Object>> {
        let pods = self.pods.get_or_init(|| {
            let bound = |pod: &'a Arc<Object>| (pod.value.str_at(&["spec", "nodeName"]), pod);
            let mut pods: Vec<_> = self.cluster.runtime.store.list(Kind::Pod).map(bound).collect();
            pods.sort_by_key(|(node, _)| *node);
            pods
        });
        let first = pods.partition_point(|(other, _)| *other < node);
        let count = pods[first..].partition_point(|(other, _)| *other == node);
        pods[first..first + count].iter().map(|(_, pod)| *pod)
    }
}

type Describer = fn(&View<'_>, &Value) -> String;

const DESCRIBERS: &[(&str, Describer)] = &[
    ("ConfigMap", small::config_map),
    ("DaemonSet", workload::daemonset),
    ("Deployment", workload::deployment),
    ("Namespace", small::namespace),
    ("Node", node::describe),
    ("PersistentVolume", small::volume),
    ("PersistentVolumeClaim", small::claim),
    ("Pod", pod::describe),
    ("PodDisruptionBudget", small::budget),
    ("PriorityClass", small::priority_class),
    ("ReplicaSet", workload::replica_set),
    ("Secret", small::secret),
    ("Service", small::service),
    ("ServiceAccount", small::service_account),
];

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if flags.args.is_empty() && flags.list("filename").is_empty() {
        let words = "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.";
        return Err(Fault::client(words).into());
    }
    let selection = select::select(ctx, flags, &flags.args, Ask { kind_means_all: true, latest: true, only_files: false })?;
    let mut faults = Vec::new();
    let infos = selection.infos;
    for fault in selection.faults {
        let found = by_prefix(ctx, flags, &fault);
        if found.is_empty() {
            faults.push(fault);
        }
        print(ctx, flags, &found, "", "\n");
    }
    if infos.is_empty() && faults.is_empty() && flags.args.len() != 2 {
        ctx.warn(&match namespace(flags) {
            "" => "No resources found".to_owned(),
            namespace => format!("No resources found in {namespace} namespace."),
        });
    }
    print(ctx, flags, &infos, "\n\n", "");
    done(faults)
}

/// Describes each of these objects, with something between them and something behind each.
fn print(ctx: &mut Context<'_>, flags: &Flags, infos: &[Info], between: &str, behind: &str) {
    let view = View::of(ctx.cluster);
    let events = if flags.is_on("show-events") { event::about(ctx.cluster, infos) } else { Vec::new() };
    ctx.out.print_parts(infos.len(), &mut |number, text| {
        text.push_str(if number > 0 { between } else { "" });
        text.push_str(&describe(&view, &infos[number], events.get(number).map(Vec::as_slice)));
        text.push_str(behind);
    });
}

/// A name that is not there may be the beginning of others: in `describe TYPE NAME`, and nowhere else.
fn by_prefix(ctx: &Context<'_>, flags: &Flags, fault: &Fault) -> Vec<Info> {
    let ([kind, prefix], true) = (&flags.args[..], fault.is_not_found()) else { return Vec::new() };
    let Ok(resource) = resource::find(kind) else { return Vec::new() };
    let filter = Filter { namespace: if resource.namespaced { namespace(flags) } else { "" }, ..Filter::default() };
    let found = client::list(ctx.cluster, resource, filter).unwrap_or_default();
    let fits = |value: &Value| value.str_at(&["metadata", "name"]).starts_with(prefix.as_str());
    found.into_iter().filter(fits).map(|value| select::info(resource, value, String::new())).collect()
}

fn describe(view: &View<'_>, info: &Info, events: Option<&[Kept<'_>]>) -> String {
    let found = DESCRIBERS.iter().find(|(kind, _)| *kind == info.resource.kind);
    let mut text = found.map_or(generic::describe as Describer, |(_, describe)| *describe)(view, &info.value);
    // Namespaces and what holds only data have no events of their own.
    if let Some(events) = events.filter(|_| !["Namespace", "Secret"].contains(&info.resource.kind)) {
        text.push_str(&said(view.cluster, events));
    }
    align(&text, DESCRIBE, None)
}

fn said(cluster: &Cluster, events: &[Kept<'_>]) -> String {
    if events.is_empty() {
        return "Events:\t<none>\n".into();
    }
    let now = cluster.runtime.unix();
    let mut text = "Events:\n  Type\tReason\tAge\tFrom\tMessage\n  ----\t------\t----\t----\t-------\n".to_owned();
    for kept in events {
        let it = Said::of(*kept);
        let when = it.ago(now, |times| times.0);
        let colon = if it.part.is_empty() { "" } else { ": " };
        let _ = writeln!(text, "  {}\t{}\t{when}\t{}\t{}{colon}{}", it.kind, it.reason, it.source.0, it.part, it.message);
    }
    text
}

/// A key with several values, each on its own line.
fn lines(text: &mut String, title: &str, values: &[String]) {
    text.push_str(title);
    text.push(':');
    if values.is_empty() {
        text.push_str("\t<none>\n");
    }
    for value in values {
        let _ = writeln!(text, "\t{value}");
    }
}

/// Labels, or a selector of nodes.
fn labels(text: &mut String, title: &str, labels: &Value) {
    let values: Vec<String> =
        labels.fields_at(&[]).map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    lines(text, title, &values);
}

/// Annotations, without the note of what was applied last.
fn annotations(text: &mut String, title: &str, annotations: &Value) {
    let mut values = Vec::new();
    for (key, value) in annotations.fields_at(&[]).filter(|(key, _)| *key != LAST_APPLIED) {
        let value = value.as_str().unwrap_or_default();
        let value = value.strip_suffix('\n').unwrap_or(value);
        if key.len() + value.len() + 2 > LONG_ANNOTATION || value.contains('\n') {
            values.push(format!("{key}:"));
            values.extend(value.split('\n').map(|line| format!("  {}", shortened(line))));
        } else {
            values.push(format!("{key}: {value}"));
        }
    }
    lines(text, title, &values);
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONG_ANNOTATION - 2) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line.to_owned(),
    }
}

/// What most objects begin with.
fn heading(object: &Value) -> String {
    let name = object.str_at(&["metadata", "name"]);
    let mut text = format!("Name:\t{name}\n");
    if !object.at(&["metadata", "namespace"]).is_null() {
        let _ = writeln!(text, "Namespace:\t{}", object.str_at(&["metadata", "namespace"]));
    }
    text
}

/// Labels and annotations of an object.
fn marks(text: &mut String, object: &Value) {
    labels(text, "Labels", object.at(&["metadata", "labels"]));
    annotations(text, "Annotations", object.at(&["metadata", "annotations"]));
}

/// Who controls an object.
fn controlled_by(text: &mut String, object: &Value) {
    let owners = object.list_at(&["metadata", "ownerReferences"]);
    if let Some(owner) = owners.iter().find(|it| it.at(&["controller"]).as_bool() == Some(true)) {
        let _ = writeln!(text, "Controlled By:\t{}/{}", owner.str_at(&["kind"]), owner.str_at(&["name"]));
    }
}

/// A value as it stands behind a key: a word as it is.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}
