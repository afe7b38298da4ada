//! A stand-in for the lab with the cluster of the design, until the lab itself is there.
#![allow(missing_docs, dead_code, clippy::all, clippy::pedantic)]

use std::rc::Rc;

use crate::lab::*;
use crate::object::{ObjectKey, SmolStr, TaintEffect};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterPreset {
    OneNode,
    ThreeNodes,
    ControlPlaneAndThree,
    ThreeZones,
    MixedPools,
}
impl ClusterPreset {
    pub const ALL: [Self; 5] = [Self::OneNode, Self::ThreeNodes, Self::ControlPlaneAndThree, Self::ThreeZones, Self::MixedPools];
}
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    pub command: String,
    pub output: String,
}
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub command: String,
    pub message: String,
}
use crate::lab::manifest::Problem;
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventType {
    Normal,
    Warning,
}
#[derive(Clone, Debug, PartialEq)]
pub struct EventLine {
    pub age_seconds: u64,
    pub kind: EventType,
    pub reason: SmolStr,
    pub object: SmolStr,
    pub message: String,
    pub count: u32,
}
#[derive(Clone, Debug, PartialEq)]
pub struct CheckLine {
    pub check: Check,
    pub passed: Option<bool>,
}
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    NodeName { wanted: Option<SmolStr> },
    NodeSelector { wanted: Vec<SmolStr>, missing: Option<SmolStr> },
    NodeAffinity { terms: Option<usize>, failed: Option<SmolStr> },
    Taints { taints: Vec<SmolStr>, untolerated: Option<SmolStr>, tolerations: usize, may_stay: bool },
}
#[derive(Clone)]
pub struct Lab {
    now: u64,
    version: u64,
    stage: Stage,
    empty: bool,
    compact: usize,
}

fn pod(name: &str, rev: i64, state: PodState, status: &str) -> PodChip {
    PodChip {
        key: ObjectKey::new("logging", name),
        revision: Some(Revision { number: rev, hue: (rev % 3) as u8 }),
        state,
        status: status.into(),
        restarts: 0,
    }
}
fn node(
    name: &str,
    pods: Vec<PodChip>,
    absence: Option<Absence>,
    taints: &[(&str, TaintEffect)],
    labels: &[(&str, &str)],
    use_: (i64, i64),
) -> Rc<NodeCard> {
    let mut all: Vec<LabelChip> =
        labels.iter().map(|(k, v)| LabelChip { key: (*k).into(), value: (*v).into(), watched: *k == "logging" }).collect();
    for (k, v) in [
        ("kubernetes.io/hostname", name),
        ("kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "amd64"),
        ("beta.kubernetes.io/arch", "amd64"),
    ] {
        all.push(LabelChip { key: k.into(), value: v.into(), watched: false });
    }
    Rc::new(NodeCard {
        name: name.into(),
        ready: NodeReady::Ready,
        cordoned: false,
        stopped: false,
        pods,
        other_pods: 1,
        absence,
        taints: taints
            .iter()
            .map(|(k, e)| TaintChip { key: (*k).into(), value: "".into(), effect: *e, tolerated: Some(false) })
            .collect(),
        labels: all,
        cpu: Usage { requested: use_.0 * 40, allocatable: 4000 },
        memory: Usage { requested: use_.1 * 80 << 20, allocatable: 8000 << 20 },
    })
}
fn sample_stage(many: usize) -> Stage {
    let on = ("logging", "on");
    let mut b5 = (*node(
        "node-b5",
        vec![pod("fluentd-j2m6k", 3, PodState::Available, "Running")],
        None,
        &[("node.kubernetes.io/unschedulable", TaintEffect::NoSchedule)],
        &[on],
        (30, 33),
    ))
    .clone();
    b5.cordoned = true;
    b5.taints[0].tolerated = Some(true);
    let mut b6 = (*node(
        "node-b6",
        vec![],
        Some(Absence::NodeSelector { key: "logging".into(), wanted: "on".into(), found: None }),
        &[("node.kubernetes.io/unreachable", TaintEffect::NoExecute)],
        &[],
        (0, 0),
    ))
    .clone();
    b6.ready = NodeReady::NotReady { since_seconds: 12 };
    b6.stopped = true;
    b6.taints[0].tolerated = Some(true);
    let a = vec![
        node(
            "node-a1",
            vec![pod("fluentd-9x2lq", 4, PodState::Available, "Running")],
            None,
            &[],
            &[on, ("disk", "ssd")],
            (48, 30),
        ),
        node("node-a2", vec![pod("fluentd-mk7d4", 4, PodState::Available, "Running")], None, &[], &[on], (22, 36)),
        node(
            "node-a3",
            vec![
                pod("fluentd-old12", 3, PodState::Terminating, "Terminating"),
                pod("fluentd-brk34", 4, PodState::Broken, "ImagePullBackOff"),
            ],
            None,
            &[("gpu", TaintEffect::PreferNoSchedule)],
            &[on],
            (22, 36),
        ),
    ];
    let mut b = vec![
        node("node-b1", vec![pod("fluentd-tt6wz", 4, PodState::Creating, "ContainerCreating")], None, &[], &[on], (18, 12)),
        node(
            "node-b2",
            vec![pod("fluentd-c8p4v", 4, PodState::Ready { available_in_seconds: 6 }, "Running")],
            None,
            &[],
            &[on, ("gpu", "a100")],
            (62, 71),
        ),
        node("node-b3", vec![pod("fluentd-5zqrn", 3, PodState::Available, "Running")], None, &[], &[on], (80, 55)),
        node("node-b4", vec![pod("fluentd-x4hw8", 4, PodState::Running, "Running")], None, &[], &[on], (26, 20)),
        Rc::new(b5),
        Rc::new(b6),
    ];
    for i in 0..many {
        let p = pod(
            &format!("fluentd-{i:05}"),
            3 + (i % 2) as i64,
            if i % 7 == 0 { PodState::Creating } else { PodState::Available },
            "Running",
        );
        b.push(node(&format!("node-c{i}"), vec![p], None, &[], &[on], (26, 20)));
    }
    Stage {
        now_ms: 107_000,
        daemonset: Some(Rc::new(DaemonSetSummary {
            key: ObjectKey::new("logging", "fluentd"),
            desired: 7,
            current: 7,
            ready: 5,
            up_to_date: 4,
            available: 5,
            misscheduled: 0,
            revision_from: Some(3),
            revision: Some(4),
            bar: vec![
                BarSegment { revision: Some(Revision { number: 4, hue: 1 }), available: true, count: 2 },
                BarSegment { revision: Some(Revision { number: 4, hue: 1 }), available: false, count: 2 },
                BarSegment { revision: Some(Revision { number: 3, hue: 0 }), available: true, count: 2 },
                BarSegment { revision: None, available: false, count: 1 },
            ],
            deleting: false,
        })),
        daemonsets: Rc::new(vec![ObjectKey::new("kube-system", "kube-proxy"), ObjectKey::new("logging", "fluentd")]),
        groups: vec![
            NodeGroup {
                by: GroupBy::ControlPlane,
                nodes: vec![node(
                    "control-plane",
                    vec![],
                    Some(Absence::Taint {
                        key: "node-role.kubernetes.io/control-plane".into(),
                        value: "".into(),
                        effect: TaintEffect::NoSchedule,
                    }),
                    &[("node-role.kubernetes.io/control-plane", TaintEffect::NoSchedule)],
                    &[on, ("node-role.kubernetes.io/control-plane", "")],
                    (34, 41),
                )],
            },
            NodeGroup { by: GroupBy::Zone("zone-a".into()), nodes: a },
            NodeGroup { by: GroupBy::Zone("zone-b".into()), nodes: b },
        ],
    }
}
impl Lab {
    pub fn new(preset: ClusterPreset, _seed: u64) -> Self {
        let compact = if preset == ClusterPreset::MixedPools { 400 } else { 0 };
        Self { now: 107_000, version: 1, stage: sample_stage(compact), empty: preset == ClusterPreset::OneNode, compact }
    }
    pub fn now_ms(&self) -> u64 {
        self.now
    }
    pub fn advance(&mut self, until_ms: u64, _keep_going: &mut dyn FnMut() -> bool) {
        if until_ms / 500 != self.now / 500 {
            self.version += 1;
            let tick = (until_ms / 500) as usize;
            for group in &mut self.stage.groups {
                let n = group.nodes.len();
                let card = Rc::make_mut(&mut group.nodes[tick % n]);
                for pod in &mut card.pods {
                    pod.state = match pod.state {
                        PodState::Creating => PodState::Running,
                        PodState::Running => PodState::Ready { available_in_seconds: 3 },
                        PodState::Ready { .. } => PodState::Available,
                        PodState::Terminating => PodState::Creating,
                        PodState::Available => PodState::Terminating,
                        other => other,
                    };
                    pod.status = match pod.state {
                        PodState::Creating => "ContainerCreating",
                        PodState::Terminating => "Terminating",
                        PodState::Broken => "ImagePullBackOff",
                        _ => "Running",
                    }
                    .into();
                }
            }
        }
        self.now = until_ms;
    }
    pub fn step(&mut self) {
        self.advance(self.now / 500 * 500 + 500, &mut || true);
    }
    pub fn version(&self) -> u64 {
        self.version
    }
    pub fn stage(&mut self, _selected: Option<&ObjectKey>) -> Stage {
        let mut s = self.stage.clone();
        s.now_ms = self.now;
        if self.empty {
            s.daemonset = None;
            s.daemonsets = Rc::default();
            for g in &mut s.groups {
                for n in &mut g.nodes {
                    let n = Rc::make_mut(n);
                    n.pods.clear();
                    n.absence = None;
                    n.taints.iter_mut().for_each(|t| t.tolerated = None);
                }
            }
        }
        s
    }
    fn card(&mut self, name: &str) -> Option<&mut NodeCard> {
        self.version += 1;
        self.stage.groups.iter_mut().flat_map(|g| g.nodes.iter_mut()).find(|n| n.name == name).map(Rc::make_mut)
    }
    pub fn act(&mut self, action: &Action) -> Result<Done, Refusal> {
        let done = |c: String, o: String| Ok(Done { command: c, output: o });
        match action {
            Action::SetLabel { node, key, value } => {
                let command = format!("kubectl label node {node} {key}={value} --overwrite");
                if value.contains(' ') {
                    return Err(Refusal {
                        command,
                        message: format!(
                            "The Node \"{node}\" is invalid: metadata.labels: Invalid value: \"{value}\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
                        ),
                    });
                }
                if let Some(card) = self.card(node) {
                    card.labels.retain(|l| l.key != *key);
                    card.labels.push(LabelChip { key: key.clone(), value: value.clone(), watched: false });
                }
                done(command, format!("node/{node} labeled"))
            }
            Action::RemoveLabel { node, key } => {
                if let Some(card) = self.card(node) {
                    card.labels.retain(|l| l.key != *key);
                }
                done(format!("kubectl label node {node} {key}-"), format!("node/{node} unlabeled"))
            }
            Action::SetTaint { node, key, value, effect } => {
                if let Some(card) = self.card(node) {
                    card.taints.push(TaintChip {
                        key: key.clone(),
                        value: value.clone(),
                        effect: *effect,
                        tolerated: Some(false),
                    });
                }
                done(format!("kubectl taint node {node} {key}={value}:{effect}"), format!("node/{node} tainted"))
            }
            Action::RemoveTaint { node, key, effect } => {
                if let Some(card) = self.card(node) {
                    card.taints.retain(|t| t.key != *key);
                }
                done(format!("kubectl taint node {node} {key}:{effect}-"), format!("node/{node} untainted"))
            }
            Action::Cordon { node } => {
                if let Some(card) = self.card(node) {
                    card.cordoned = true;
                }
                done(format!("kubectl cordon {node}"), format!("node/{node} cordoned"))
            }
            Action::Uncordon { node } => {
                if let Some(card) = self.card(node) {
                    card.cordoned = false;
                }
                done(format!("kubectl uncordon {node}"), format!("node/{node} uncordoned"))
            }
            Action::StopNode { node } => {
                if let Some(card) = self.card(node) {
                    card.stopped = true;
                }
                done(format!("# switch {node} off"), String::new())
            }
            Action::StartNode { node } => {
                if let Some(card) = self.card(node) {
                    card.stopped = false;
                }
                done(format!("# switch {node} on"), String::new())
            }
            Action::DeleteNode { node } => {
                self.version += 1;
                for g in &mut self.stage.groups {
                    g.nodes.retain(|n| n.name != *node);
                }
                self.stage.groups.retain(|g| !g.nodes.is_empty());
                done(format!("kubectl delete node {node}"), format!("node \"{node}\" deleted"))
            }
            other => done(format!("{other:?}"), String::new()),
        }
    }
    pub fn apply(&mut self, file: &str, text: &str) -> Result<Done, Vec<Problem>> {
        let problems = Self::check(text);
        if !problems.is_empty() {
            return Err(problems);
        }
        self.empty = false;
        self.version += 1;
        Ok(Done { command: format!("kubectl apply -f {file}"), output: "daemonset.apps/fluentd created".into() })
    }
    pub fn delete_manifest(&mut self, file: &str, _text: &str) -> Result<Done, Vec<Problem>> {
        self.empty = true;
        self.version += 1;
        Ok(Done { command: format!("kubectl delete -f {file}"), output: "daemonset.apps \"fluentd\" deleted".into() })
    }
    pub fn check(text: &str) -> Vec<Problem> {
        crate::lab::manifest::check(text)
    }
    pub fn events(&self) -> Vec<EventLine> {
        if self.empty {
            return vec![];
        }
        (0..34)
            .map(|i| EventLine {
                age_seconds: (40 - i) * 7,
                kind: if i % 9 == 5 { EventType::Warning } else { EventType::Normal },
                reason: if i % 9 == 5 { "FailedDaemonPod" } else { "SuccessfulCreate" }.into(),
                object: "daemonset/fluentd".into(),
                message: format!("Created pod: fluentd-{i:05}"),
                count: 1 + (i as u32 % 3),
            })
            .collect()
    }
    pub fn explain(&self, _node: &str, _ds: &ObjectKey) -> Vec<CheckLine> {
        vec![
            CheckLine { check: Check::NodeName { wanted: None }, passed: Some(true) },
            CheckLine { check: Check::NodeSelector { wanted: vec!["logging=on".into()], missing: None }, passed: Some(true) },
            CheckLine { check: Check::NodeAffinity { terms: None, failed: None }, passed: Some(true) },
            CheckLine {
                check: Check::Taints {
                    taints: vec!["control-plane:NoSchedule".into()],
                    untolerated: Some("control-plane:NoSchedule".into()),
                    tolerations: 6,
                    may_stay: true,
                },
                passed: Some(false),
            },
        ]
    }
    pub fn save(&self) -> String {
        String::from(if self.empty { "0" } else { "1" })
    }
    pub fn restore(text: &str) -> Option<Self> {
        let mut lab = Self::new(ClusterPreset::ThreeZones, 1);
        lab.empty = text == "0";
        Some(lab)
    }
}
