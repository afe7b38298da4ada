//! How fast the engine is: a placement decision, one sync of 5,000 nodes, a whole rolling update of 5,000 and 50,000 nodes.
#![cfg(not(target_arch = "wasm32"))]

mod rollout;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use daemonset_lab::controllers::daemonset::snapshot::{NodeRow, Snapshot};
use daemonset_lab::controllers::daemonset::{Placement, manage, rolling_update, status};
use daemonset_lab::object::{DaemonSet, Kind, Map, Object, SmolStr, Taint, TaintEffect, Value, time};
use daemonset_lab::runtime::EPOCH;

use rollout::json;

/// The allocator of `dslab`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NODES: usize = 5_000;

fn varied_nodes() -> Vec<(SmolStr, Map, Vec<Taint>)> {
    let taint = |key: &str, effect| Taint { key: key.into(), value: SmolStr::default(), effect };
    let node = |index: usize| {
        let name = format!("node-{index}");
        let labels: Map = [
            ("kubernetes.io/hostname", name.clone()),
            ("kubernetes.io/os", if index.is_multiple_of(7) { "windows" } else { "linux" }.to_owned()),
            ("kubernetes.io/arch", if index.is_multiple_of(5) { "arm64" } else { "amd64" }.to_owned()),
            ("topology.kubernetes.io/zone", format!("zone-{}", index % 3)),
            ("disk", if index.is_multiple_of(2) { "ssd" } else { "hdd" }.to_owned()),
            ("cores", format!("{}", 4 << (index % 5))),
        ]
        .into_iter()
        .map(|(key, value)| (key, Value::from(value)))
        .collect();
        let mut taints = Vec::new();
        if index.is_multiple_of(11) {
            taints.push(taint("node-role.kubernetes.io/control-plane", TaintEffect::NoSchedule));
        }
        if index.is_multiple_of(13) {
            taints.push(taint("node.kubernetes.io/disk-pressure", TaintEffect::NoSchedule));
        }
        if index.is_multiple_of(17) {
            taints.push(taint("maintenance", TaintEffect::NoExecute));
        }
        (SmolStr::from(name), labels, taints)
    };
    (0..NODES).map(node).collect()
}

fn placement(criterion: &mut Criterion) {
    let nodes = varied_nodes();
    let spec = json(
        r#"{"nodeSelector":{"kubernetes.io/os":"linux"},"tolerations":[{"key":"node-role.kubernetes.io/control-plane","operator":"Exists"},
        {"key":"dedicated","value":"agents","effect":"NoSchedule"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
        {"nodeSelectorTerms":[{"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"In","values":["zone-0","zone-1"]},
        {"key":"cores","operator":"Gt","values":["4"]}]},{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]}]}}}}"#,
    );
    let placement = Placement::of_pod_spec(&spec);
    let mut group = criterion.benchmark_group("placement");
    group.throughput(Throughput::Elements(NODES as u64));
    group.bench_function("decisions about 5,000 varied nodes", |bencher| {
        bencher.iter(|| {
            for (name, labels, taints) in &nodes {
                black_box(placement.decide(name, labels, taints));
            }
        });
    });
    group.finish();
}

fn sync(criterion: &mut Criterion) {
    let daemonset = DaemonSet::read(&json(
        r#"{"spec":{"selector":{"matchLabels":{"app":"agent"}},"updateStrategy":{"type":"RollingUpdate","rollingUpdate":
        {"maxUnavailable":"10%","maxSurge":0}},"template":{"spec":{"nodeSelector":{"kubernetes.io/os":"linux"}}}}}"#,
    ));
    let nodes = varied_nodes();
    let pod = |index: usize| {
        let hash = if index < 3_243 { "old" } else { "new" };
        Arc::new(Object::read(
            Kind::Pod,
            json(&format!(
                r#"{{"metadata":{{"name":"agent-{index}","namespace":"default","creationTimestamp":"2026-01-01T00:00:00Z",
                "labels":{{"app":"agent","controller-revision-hash":"{hash}"}}}},"spec":{{"nodeName":"node-{index}"}},"status":{{"phase":"Running",
                "conditions":[{{"type":"Ready","status":"True","lastTransitionTime":"{}"}}]}}}}"#,
                time::format(EPOCH)
            )),
        ))
    };
    let pods: Vec<[Arc<Object>; 1]> = (0..NODES).map(|index| [pod(index)]).collect();
    let placement = Placement::of_pod_spec(daemonset.template.at(&["spec"]));
    criterion.bench_function("one sync over 5,000 nodes with 3,243 old pods", |bencher| {
        bencher.iter(|| {
            let rows: Vec<NodeRow<'_>> = nodes
                .iter()
                .zip(&pods)
                .map(|((name, labels, taints), pods)| NodeRow {
                    name,
                    decision: Some(placement.decide(name, labels, taints)),
                    pods,
                })
                .collect();
            let snapshot = Snapshot {
                daemonset: &daemonset,
                hash: "new",
                template_generation: "",
                now_unix_ms: (EPOCH + 60) * 1000,
                nodes: &rows,
            };
            black_box(manage::manage(&snapshot, &mut |_| None));
            black_box(rolling_update::rolling_update(&snapshot));
            black_box(status::status(&snapshot));
        });
    });
}

fn update(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a whole rolling update at 10 %");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for nodes in [NODES, 10 * NODES] {
        let before = rollout::settled(nodes, &mut || ());
        group.bench_function(format!("{nodes} nodes"), |bencher| {
            bencher.iter_batched(
                || before.clone(),
                // Letting go of a cluster is no part of its rollout, so it is handed out.
                |mut cluster| {
                    rollout::update(&mut cluster, nodes, &mut || ());
                    cluster
                },
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, placement, sync, update);
criterion_main!(benches);
