//! What the fuzz targets do with an input. Each returns when all is well and panics when it is not.
#![allow(dead_code, reason = "each target uses one of these")]

use daemonset_lab::apiserver::patch::{json_patch, merge_patch, strategic_merge_patch, three_way};
use daemonset_lab::apiserver::{Call, DeleteOptions, FieldValidation, PatchType, Propagation, Selection, Verb, admit};
use daemonset_lab::cluster::{Cluster, Input};
use daemonset_lab::kubectl::{Edited, Files, Output, State, manifest};
use daemonset_lab::lab::preset;
use daemonset_lab::object::{Kind, ObjectKey, Value, emit, schema, yaml};
use daemonset_lab::shell::{Job, World, complete};
use daemonset_lab::transcript::normalise;

/// A text is read as a manifest; what can be read is decoded, defaulted and validated, and what is valid stays so.
pub fn decode(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let stream = yaml::parse(text);
    for error in &manifest::of(&stream).errors {
        let _ = error.message("a.yaml").to_string();
    }
    for document in &stream.documents {
        if document.value.as_map().is_none() {
            continue;
        }
        // What was read can be written and read again.
        let again = yaml::parse(&emit::yaml(&document.value));
        assert!(again.error.is_none(), "{:?}", again.error);
        if !has_fractions(&document.value) {
            assert_eq!(again.documents.first().map(|it| &it.value), Some(&document.value));
        }
        for kind in Kind::all() {
            let mut object = document.value.clone();
            object.set(&["apiVersion"], kind.api_version());
            object.set(&["kind"], kind.name());
            let Ok(decoded) = admit::decode(kind, &object) else { continue };
            let once = admit::decode(kind, &decoded).expect("what was decoded can be decoded");
            assert_eq!(once, decoded, "decoding twice changes nothing");
            if let Ok(valid) = admit::validate_new(kind, decoded) {
                admit::validate_update(kind, valid.clone(), &valid).expect("a valid object may stay as it is");
            }
        }
    }
}

/// Such numbers are read to the last digit but one.
fn has_fractions(value: &Value) -> bool {
    match value {
        Value::Float(_) => true,
        Value::List(items) => items.iter().any(has_fractions),
        Value::Map(fields) => fields.iter().any(|(_, field)| has_fractions(field)),
        _ => false,
    }
}

/// Up to three documents are a stored object, a patch or what is wanted, and what was applied last.
pub fn patch(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let documents = yaml::parse(text).documents;
    let value = |index: usize| documents.get(index).map(|it| it.value.clone()).unwrap_or_default();
    let (stored, patch, last) = (value(0), value(1), value(2));
    let _ = json_patch(&stored, &patch);
    let _ = merge_patch(&stored, &patch);
    for kind in [Kind::DaemonSet, Kind::Pod, Kind::Node, Kind::Service, Kind::ControllerRevision] {
        let of = schema::of(kind);
        let _ = strategic_merge_patch(&stored, &mut patch.clone(), of);
        if let Ok(mut made) = three_way(&last, &patch, &stored, of) {
            let _ = strategic_merge_patch(&stored, &mut made, of);
        }
    }
}

/// Bytes are a script of requests and of time that passes. A refusal changes nothing, what is stored can be decoded, and the
/// same script gives the same history.
pub fn calls(input: &[u8]) {
    let script = &input[..input.len().min(96)];
    let cluster = run(script);
    let mut again = Cluster::new(1);
    for (at_ms, input) in cluster.inputs().iter() {
        again.run_until(*at_ms, &mut || true);
        again.input(input.clone()).expect("it was accepted before");
    }
    again.run_until(cluster.now_ms(), &mut || true);
    for kind in Kind::all() {
        for (one, other) in cluster.runtime.store.list(kind).zip(again.runtime.store.list(kind)) {
            assert_eq!(one, other);
        }
        assert_eq!(cluster.runtime.store.count(kind), again.runtime.store.count(kind));
    }
}

const OBJECTS: [&str; 12] = [
    "{apiVersion: v1, kind: Node, metadata: {name: a}}",
    "{apiVersion: v1, kind: Node, metadata: {name: b, labels: {x: y}}, spec: {taints: [{key: k, effect: NoExecute}]}}",
    "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: 'nginx:1'}]}}}}",
    "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: b, namespace: a}, spec: {selector: {matchLabels: {app: a}}, updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}, template: {metadata: {labels: {app: a}, finalizers: [x/y]}, spec: {priorityClassName: a, containers: [{name: c, image: 'nginx:bad'}]}}}}",
    "{apiVersion: v1, kind: Namespace, metadata: {name: a}}",
    "{apiVersion: v1, kind: Pod, metadata: {generateName: a, labels: {app: a}}, spec: {containers: [{name: c, image: 'nginx:1'}]}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: b, finalizers: [x/y]}, spec: {nodeName: a, containers: [{name: c, image: 'nginx:crash'}]}}",
    "{apiVersion: v1, kind: Secret, metadata: {name: a, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: a, uid: x}]}}",
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, immutable: true}",
    "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: a}, value: 5, globalDefault: true}",
    "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}}",
    "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}",
];

const PATCHES: [&str; 16] = [
    "{metadata: {labels: {app: b}}}",
    "{metadata: {labels: {app: null}}}",
    "{metadata: {finalizers: null}}",
    "{metadata: {finalizers: [a/b]}}",
    "{metadata: {ownerReferences: null}}",
    "{metadata: {resourceVersion: '1'}}",
    "{spec: {template: {spec: {containers: [{name: c, image: 'nginx:2'}]}}}}",
    "{spec: {template: {spec: {containers: [{name: c, $patch: delete}, {name: d, image: i}]}}}}",
    "{spec: {template: {metadata: {labels: {b: c}}, $patch: replace}}}",
    "{spec: {updateStrategy: {type: OnDelete, rollingUpdate: null}}}",
    "{spec: {unschedulable: true}}",
    "{spec: {taints: [{key: k, effect: NoSchedule}]}}",
    "{status: {phase: Failed}}",
    "{status: {disruptionsAllowed: 1, observedGeneration: 1}}",
    "[{op: add, path: /metadata/labels, value: {app: a}}]",
    "[{op: remove, path: /spec}]",
];

/// The next byte of a script; zero when it is over.
fn next(script: &mut std::slice::Iter<'_, u8>) -> usize {
    script.next().copied().unwrap_or(0).into()
}

fn run(script: &[u8]) -> Cluster {
    let mut cluster = Cluster::new(1);
    let mut script = script.iter();
    while !script.as_slice().is_empty() {
        let call = match next(&mut script) % 10 {
            0 => {
                let until_ms = cluster.now_ms() + [10, 500, 3_000, 60_000][next(&mut script) % 4];
                cluster.run_until(until_ms, &mut || true);
                continue;
            }
            1 => {
                let name = ["a", "b"][next(&mut script) % 2].into();
                let switch = if next(&mut script).is_multiple_of(2) { Input::StopNode(name) } else { Input::StartNode(name) };
                cluster.input(switch).expect("a switch always moves");
                continue;
            }
            2 => {
                let _ = cluster.input(Input::Apply(read(OBJECTS[next(&mut script) % OBJECTS.len()])));
                continue;
            }
            other => call(other, &mut script),
        };
        assert_eq!(Call::read(&call.write()), Some(call.clone()));
        let before = cluster.runtime.store.resource_version();
        let (kind, dry_run) = (call.kind, call.dry_run);
        match cluster.call(call) {
            Err(refused) => {
                assert!(!refused.to_string().is_empty());
                assert_eq!(cluster.runtime.store.resource_version(), before, "{refused}");
            }
            Ok(reply) => {
                assert!(!dry_run || cluster.runtime.store.resource_version() == before);
                for object in &reply.objects {
                    admit::decode(kind, &object.value).expect("what is stored can be decoded");
                }
            }
        }
    }
    cluster.run_until(cluster.now_ms() + 10_000, &mut || true);
    cluster
}

fn call(verb: usize, script: &mut std::slice::Iter<'_, u8>) -> Call {
    let object = read(OBJECTS[next(script) % OBJECTS.len()]);
    let kind = Kind::find(object.str_at(&["apiVersion"]), object.str_at(&["kind"])).expect("a kind of the lab");
    let namespace = if kind.is_namespaced() { ["default", "default", "a"][next(script) % 3] } else { "" };
    let key = ObjectKey::new(namespace, ["a", "b"][next(script) % 2]);
    let options = next(script);
    let delete = DeleteOptions {
        grace_seconds: [None, Some(0), Some(-1), Some(5)][options % 4],
        propagation: [None, Some(Propagation::Background), Some(Propagation::Foreground), Some(Propagation::Orphan)]
            [options / 4 % 4],
    };
    let verb = match verb {
        3 | 4 => Verb::Create(object),
        5 if options % 5 == 4 => Verb::Apply { said: object, force: options.is_multiple_of(2) },
        5 => Verb::Replace(object),
        6 | 7 => {
            let patch = next(script) % PATCHES.len();
            let patch_type = if patch > 13 { PatchType::Json } else { [PatchType::Strategic, PatchType::Merge][options % 2] };
            Verb::Patch(patch_type, read(PATCHES[patch]))
        }
        8 => Verb::Delete(delete),
        _ if options.is_multiple_of(2) => Verb::DeleteCollection(delete, Selection { labels: "app=a".into(), fields: "".into() }),
        _ => Verb::Evict(delete),
    };
    let mut call = Call::new(kind, key, verb).dry_run(options > 240);
    call.status = options > 200 && options < 220;
    call.manager = ["", "kubectl", "other", "kubectl-client-side-apply"][options % 4].into();
    call.validation = [FieldValidation::Strict, FieldValidation::Warn, FieldValidation::Ignore][options % 3];
    call
}

fn read(text: &str) -> Value {
    yaml::parse(text).documents.into_iter().next().map(|it| it.value).unwrap_or_default()
}

/// What can stand on a line behind a digit, so that the fuzzer need not find every word by itself.
const WORDS: &str = "kubectl get describe apply create delete patch label annotate taint cordon drain rollout status history undo restart \
    set image env resources diff explain wait events scale expose run edit replace -f a.yaml - ds/agent ds pods nodes node worker-1 -n \
    default -A -o yaml json name wide jsonpath={.items[*].metadata.name} custom-columns=A:.metadata.name go-template={{.kind}} \
    --sort-by=.metadata.name -l app=agent --field-selector spec.nodeName=worker-1 --for=delete -w --dry-run=server --force --all | grep \
    head sort wc watch sleep 5 -p {\"spec\":{\"minReadySeconds\":3}} --type=merge a=b:NoSchedule a=b a- --revision=1 <<EOF EOF";

struct OneFile;

impl Files for OneFile {
    fn read(&self, name: &str) -> Option<String> {
        (name == "a.yaml").then(|| AGENT.to_owned())
    }

    fn names(&self) -> Vec<String> {
        vec!["a.yaml".to_owned()]
    }

    fn edit(&self, _: &str, text: &str) -> Edited {
        Edited::Saved(text.replace("agent", "other"))
    }
}

const AGENT: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  selector: {matchLabels: {app: agent}}\n  \
                     template:\n    metadata: {labels: {app: agent}}\n    spec: {containers: [{name: c, image: nginx}]}\n";

/// Bytes above 127 are words of [`WORDS`] with blanks around them, all others stand for themselves. The lines are typed one after the
/// other; each gets an answer, at the latest when it is interrupted after a minute.
pub fn kubectl(input: &[u8]) {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut text = String::new();
    for byte in input {
        match byte.checked_sub(128) {
            Some(number) => text.extend([" ", words[usize::from(number) % words.len()], " "]),
            None => text.push(char::from(*byte)),
        }
    }
    let mut cluster = Cluster::new(1);
    for name in ["worker-1", "worker-2"] {
        cluster.input(Input::Create(preset::node(name))).expect("a node");
    }
    let mut out = Output::default();
    for line in ["kubectl apply -f a.yaml", "sleep 8", &text] {
        type_line(&mut cluster, line, &mut out);
    }
    // Wherever the cursor stands, its word is completed or not.
    for cursor in 0..=text.len() {
        let found = complete(&text, cursor, &cluster, &OneFile);
        assert!(found.start <= text.len() && found.listed.len() <= found.count);
    }
    normalise("kubectl describe", &out.text(), &["agent".to_owned()], &[]);
}

fn type_line(cluster: &mut Cluster, line: &str, out: &mut Output) {
    let Ok(mut job) = Job::new(line) else { return };
    let until_ms = cluster.now_ms() + 60_000;
    loop {
        let mut world = World { cluster, files: &OneFile, history: &[], out };
        match job.go_on(&mut world) {
            State::Done(_) => return,
            State::Waiting(_) if cluster.now_ms() >= until_ms => {
                job.interrupt();
                return;
            }
            State::Waiting(until) => {
                let until = until.unwrap_or(until_ms).clamp(cluster.now_ms() + 1, until_ms.max(cluster.now_ms() + 1));
                if !cluster.run_next(until) {
                    cluster.run_until(until, &mut || true);
                }
            }
        }
    }
}
