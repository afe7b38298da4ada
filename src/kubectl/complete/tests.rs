//! A table: what is typed, up to the cursor, and what can stand there.

use super::*;
use crate::cluster::Input;
use crate::kubectl::{Output, State};
use crate::lab::ClusterPreset;
use crate::shell::{Job, World};

struct TwoFiles;

impl Files for TwoFiles {
    fn read(&self, _: &str) -> Option<String> {
        Some(AGENT.to_owned())
    }

    fn names(&self) -> Vec<String> {
        ["agent.yaml", "notes.txt", "web.json"].map(str::to_owned).to_vec()
    }
}

const AGENT: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, labels: {tier: node}}\nspec:\n  \
                     selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}\n    \
                     spec: {containers: [{name: main, image: 'nginx:1'}, {name: side, image: 'nginx:1'}]}\n";

/// Nodes, a DaemonSet with two revisions, a label and a taint.
fn cluster() -> Cluster {
    let mut cluster = Cluster::new(1);
    for node in ClusterPreset::ControlPlaneAndThree.nodes() {
        cluster.input(Input::Create(node)).expect("a node");
    }
    let script = "kubectl apply -f agent.yaml\nsleep 30\nkubectl annotate ds agent kubernetes.io/change-cause=second\n\
                  kubectl set image ds agent main=nginx:2\nsleep 30\nkubectl label node worker-1 disk=ssd\n\
                  kubectl taint node worker-2 gpu=yes:NoSchedule\n";
    let mut out = Output::default();
    let mut job = Job::new(script).expect("a script");
    loop {
        let mut world = World { cluster: &mut cluster, files: &TwoFiles, history: &[], out: &mut out };
        match job.go_on(&mut world) {
            State::Done(0) => return cluster,
            State::Waiting(Some(until_ms)) => cluster.run_until(until_ms, &mut || true),
            other => panic!("{other:?}: {}", out.text()),
        }
    }
}

/// The words of the candidates; `=` at the end of one that goes on is its own, all else that goes on gets a `…`.
fn words(cluster: &Cluster, line: &str) -> Vec<String> {
    let found = crate::shell::complete(line, line.len(), cluster, &TwoFiles);
    let shown =
        |it: &Candidate| if it.ends || it.word.ends_with(['=', '/']) { it.word.clone() } else { format!("{}…", it.word) };
    found.listed.iter().map(shown).collect()
}

/// Lines up to the cursor, each with the candidates.
#[rustfmt::skip]
const CASES: &[(&str, &[&str])] = &[
    // Programs, and what they read.
    ("ku", &["kubectl"]),
    ("kubectl get pods | gr", &["grep"]),
    ("cat n", &["notes.txt"]),
    ("watch -n 1 kubectl ro", &["rollout"]),
    ("watch k version --o", &["--output"]),
    ("ls ", &[]),
    // Commands.
    ("kubectl ex", &["exec", "explain", "expose"]),
    ("kubectl -n kube-system desc", &["describe"]),
    ("kubectl rollout ", &["history", "pause", "restart", "resume", "status", "undo"]),
    ("kubectl create po", &["poddisruptionbudget"]),
    ("kubectl frobnicate ", &[]),
    // Flags.
    ("kubectl rollout undo --to", &["--to-revision", "--token"]),
    ("kubectl cordon --dr", &["--dry-run"]),
    ("kubectl get pods -A -", &["-L", "-R", "-f", "-h", "-k", "-l", "-n", "-o", "-s", "-v", "-w"]),
    ("kubectl get pods -w --watch", &["--watch-only"]),
    ("kubectl get pods -- -", &[]),
    // Values of flags.
    (
        "kubectl get pods -o ",
        &[
            "custom-columns…",
            "custom-columns-file",
            "go-template…",
            "go-template-file",
            "json",
            "jsonpath…",
            "jsonpath-as-json…",
            "jsonpath-file",
            "name",
            "template…",
            "templatefile",
            "wide",
            "yaml",
        ],
    ),
    ("kubectl get pods -oj", &["-ojson", "-ojsonpath…", "-ojsonpath-as-json…", "-ojsonpath-file"]),
    ("kubectl get pods -Ao=y", &["-Ao=yaml"]),
    ("kubectl apply --output=y", &["--output=yaml"]),
    ("kubectl api-resources -o ", &["name", "wide"]),
    ("kubectl delete ds agent --cascade=", &["--cascade=background", "--cascade=foreground", "--cascade=orphan"]),
    ("kubectl apply -f agent.yaml --dry-run=s", &["--dry-run=server"]),
    ("kubectl patch ds agent --type ", &["json", "merge", "strategic"]),
    ("kubectl get pods -n kube-", &["kube-node-lease", "kube-public", "kube-system"]),
    ("kubectl --namespace=kube-s", &["--namespace=kube-system"]),
    ("kubectl apply -f ", &["agent.yaml", "web.json"]),
    ("kubectl delete --filename=w", &["--filename=web.json"]),
    ("kubectl get nodes -l di", &["disk="]),
    ("kubectl get nodes -l disk=", &["disk=ssd"]),
    ("kubectl get pods -l app=agent,pod", &["app=agent,pod-template-generation="]),
    ("kubectl drain -l di", &["disk="]),
    ("kubectl get ds -L tier,t", &["tier,tier"]),
    ("kubectl get pods --field-selector spec.n", &["spec.nodeName="]),
    (
        "kubectl get pods --field-selector=spec.nodeName=worker-1,status.phase=R",
        &["--field-selector=spec.nodeName=worker-1,status.phase=Running"],
    ),
    ("kubectl rollout undo ds/agent --to-revision=", &["--to-revision=1", "--to-revision=2"]),
    ("kubectl rollout history ds agent --revision ", &["1", "2"]),
    ("kubectl set env ds/agent -c s", &["side"]),
    ("kubectl wait --for=", &["--for=condition=", "--for=create", "--for=delete", "--for=jsonpath="]),
    ("kubectl wait node worker-1 --for=condition=R", &["--for=condition=Ready"]),
    ("kubectl events --types N", &["Normal"]),
    // Types.
    ("kubectl get dae", &["daemonsets.apps"]),
    ("kubectl get ds", &["ds"]),
    ("kubectl get no", &["nodes"]),
    ("kubectl get pods,no", &["pods,nodes"]),
    ("kubectl rollout status d", &["daemonset", "deployment"]),
    ("kubectl rollout pause ", &["deployment"]),
    ("kubectl explain ds.spec.t", &["ds.spec.template"]),
    ("kubectl explain ds.spec.template.spec.nodeS", &["ds.spec.template.spec.nodeSelector"]),
    // Names.
    ("kubectl describe node w", &["worker-1", "worker-2", "worker-3"]),
    ("kubectl describe node worker-1 w", &["worker-2", "worker-3"]),
    ("kubectl get node/worker-1 n", &["namespaces/", "networkpolicies.networking.k8s.io/", "nodes/"]),
    ("kubectl delete node/worker-1 node/w", &["node/worker-2", "node/worker-3"]),
    ("kubectl rollout status ds a", &["agent"]),
    ("kubectl rollout status ds agent ", &[]),
    ("kubectl rollout restart ds/", &["ds/agent"]),
    ("kubectl get ds -n kube-system ", &[]),
    ("kubectl cordon worker-", &["worker-1", "worker-2", "worker-3"]),
    ("kubectl cordon worker-1 w", &[]),
    ("kubectl get nonsense a", &[]),
    // What is changed of an object.
    ("kubectl label node worker-1 di", &["disk-", "disk="]),
    ("kubectl label node worker-1 disk=", &["disk=ssd"]),
    ("kubectl label node di", &[]),
    ("kubectl annotate ds agent kubernetes.io/c", &["kubernetes.io/change-cause-"]),
    ("kubectl taint node worker-2 g", &["gpu:NoSchedule-", "gpu=yes:NoSchedule"]),
    ("kubectl taint nodes worker-1 x:No", &["x:NoExecute", "x:NoSchedule"]),
    ("kubectl set image ds agent ", &["main=", "side="]),
    ("kubectl set image ds/agent main=", &["main=nginx:1", "main=nginx:2"]),
    // Nothing follows.
    ("kubectl get pods # no", &[]),
    ("kubectl apply -f - <<E", &[]),
];

#[test]
fn each_word_can_become_what_kubectl_offers() {
    let cluster = cluster();
    let mut wrong = String::new();
    for (line, expected) in CASES {
        let found = words(&cluster, line);
        // With all flags asked for, the short ones stand first; the long ones are many.
        let found = if line.ends_with(" -") { found.into_iter().filter(|it| !it.starts_with("--")).collect() } else { found };
        if found != *expected {
            wrong.extend([*line, "\n  ", &found.join(" "), "\n"]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_all_candidates_begin_with_is_typed_as_the_shell_reads_it() {
    let cluster = cluster();
    let cases = [
        ("kubectl logs age", 13, "agent-", 3),
        ("kubectl exec -it age", 17, "agent-", 3),
        ("kubectl logs daem", 13, "daemonsets/", 1),
        ("kubectl logs ds/a", 13, "ds/agent ", 1),
        ("kubectl describe node w", 22, "worker-", 3),
        ("kubectl describe node worker-1", 22, "worker-1 ", 1),
        ("kubectl get pods -o js", 20, "json", 4),
        ("kubectl explain ds.spec.template.m", 16, "ds.spec.template.metadata ", 1),
        ("kubectl get pods 'a b", 17, "", 0),
        ("kubectl wait --for=c", 13, "--for=c", 2),
    ];
    for (line, start, common, count) in cases {
        let found = crate::shell::complete(line, line.len(), &cluster, &TwoFiles);
        assert_eq!((found.start, found.common.as_str(), found.count), (start, common, count), "{line}");
    }
    // Only what stands before the cursor counts.
    let found = crate::shell::complete("kube get", 4, &cluster, &TwoFiles);
    assert_eq!((found.start, found.common.as_str()), (0, "kubectl "));
}

#[test]
fn candidates_say_what_they_are() {
    let cluster = cluster();
    let hint = |line: &str| {
        let found = crate::shell::complete(line, line.len(), &cluster, &TwoFiles);
        found.listed.first().map(|it| it.hint.clone()).unwrap_or_default()
    };
    assert_eq!(hint("kubectl get dae"), "DaemonSet, ds");
    assert_eq!(hint("kubectl cord"), "Mark node as unschedulable");
    assert_eq!(hint("kubectl get --output"), "-o string");
    assert_eq!(hint("kubectl rollout undo ds/agent --to-revision 2"), "second");
}
