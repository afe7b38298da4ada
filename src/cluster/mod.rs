//! A whole cluster: its machinery, its control plane and its machines, as a function of a seed and of what was done to it.
//!
//! A [`Cluster`] is cheap to clone, because all its state is shared until it is written to: a copy is a moment to come back to, or
//! a fork to try something on. [`Cluster::inputs`] is all that came from outside; the same seed and the same inputs at the same
//! times give the same history.

pub mod apply;
mod input;

use crate::persistent::Vector;

use crate::apiserver::{namespace, system_objects};
use crate::controllers::daemonset::Controller;
use crate::controllers::garbage_collector::GarbageCollector;
use crate::controllers::node_lifecycle::{self, Machines, NodeLifecycle};
use crate::controllers::pod_gc::{self, PodGc};
use crate::controllers::taint_eviction::TaintEviction;
use crate::controllers::{deployment, disruption, namespace as namespaces, replicaset, volumes};
use crate::kubelet::Kubelets;
use crate::object::Kind;
use crate::runtime::{Runtime, Task};
use crate::scheduler::Scheduler;

pub use crate::apiserver::Refused;
pub use input::{Answer, Input, kind_of};

/// The namespaces that every cluster has.
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// A running cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Store, clock, queue, randomness and events.
    pub runtime: Runtime,
    /// The DaemonSet controller.
    pub daemonsets: Controller,
    /// The scheduler.
    pub scheduler: Scheduler,
    /// The machines.
    pub kubelets: Kubelets,
    node_lifecycle: NodeLifecycle,
    taint_eviction: TaintEviction,
    deployments: deployment::Controller,
    replicasets: replicaset::Controller,
    disruption: disruption::Controller,
    pod_gc: PodGc,
    garbage_collector: GarbageCollector,
    inputs: Vector<(u64, Input)>,
}

impl Cluster {
    /// A cluster without nodes, at time 0.
    pub fn new(seed: u64) -> Self {
        let mut runtime = Runtime::new(seed);
        // Nothing is stored yet, so no name is taken.
        for name in NAMESPACES {
            let _ = runtime.create(Kind::Namespace, namespace(name));
            namespaces::furnish(&mut runtime, &name.into());
        }
        for (kind, object) in system_objects() {
            let _ = runtime.create(kind, object);
        }
        runtime.after(node_lifecycle::MONITOR_PERIOD_MS, Task::MonitorNodes);
        runtime.after(pod_gc::PERIOD_MS, Task::CollectPods);
        Self {
            runtime,
            daemonsets: Controller::default(),
            scheduler: Scheduler::default(),
            kubelets: Kubelets::default(),
            node_lifecycle: NodeLifecycle::default(),
            taint_eviction: TaintEviction::default(),
            deployments: deployment::Controller::default(),
            replicasets: replicaset::Controller::default(),
            disruption: disruption::Controller::default(),
            pod_gc: PodGc::default(),
            garbage_collector: GarbageCollector::default(),
            inputs: Vector::new(),
        }
    }

    /// Milliseconds since the cluster began.
    pub fn now_ms(&self) -> u64 {
        self.runtime.now_ms()
    }

    /// What was done to the cluster, with the times in milliseconds.
    pub fn inputs(&self) -> &Vector<(u64, Input)> {
        &self.inputs
    }

    /// Lets time pass, event by event. Stops early when `keep_going` says so; asked between events.
    pub fn run_until(&mut self, until_ms: u64, keep_going: &mut dyn FnMut() -> bool) {
        while let Some(task) = self.runtime.take_task(until_ms) {
            self.perform(task);
            if !keep_going() {
                return;
            }
        }
        self.runtime.sleep_until(until_ms);
    }

    /// Lets the next thing happen that is due until then. Answers whether there was one.
    pub fn run_next(&mut self, until_ms: u64) -> bool {
        let Some(task) = self.runtime.take_task(until_ms) else { return false };
        self.perform(task);
        true
    }

    fn perform(&mut self, task: Task) {
        let runtime = &mut self.runtime;
        match task {
            Task::Deliver => self.deliver(),
            Task::SyncDaemonSet(key) => self.daemonsets.sync(runtime, &key),
            Task::ContinueDaemonSet(key) => self.daemonsets.proceed(runtime, &key),
            Task::EnqueueDaemonSet(key) => self.daemonsets.enqueue(runtime, &key, 0),
            Task::Schedule => self.scheduler.schedule_next(runtime),
            Task::FlushScheduling => self.scheduler.flush(runtime),
            Task::SyncDeployment(key) => self.deployments.sync(runtime, &key),
            Task::SyncReplicaSet(key) => self.replicasets.sync(runtime, &key),
            Task::SyncBudget(key) => self.disruption.sync(runtime, &key),
            Task::SyncClaim(key) => volumes::sync_claim(runtime, &key),
            Task::ProvisionVolume(key) => volumes::provisioned(runtime, &key),
            Task::Kubelet { node, uid } => self.kubelets.proceed(runtime, &node, &uid),
            Task::ReportNode(name) => self.kubelets.report(runtime, &name),
            Task::Pressure(name) => self.kubelets.look_at_pressures(runtime, &name),
            Task::MonitorNodes => self.node_lifecycle.monitor(runtime, &self.kubelets),
            Task::TaintNodes => self.node_lifecycle.hand_out_taints(runtime),
            Task::EvictPod(key) => self.taint_eviction.evict_due(runtime, &key),
            Task::CollectPods => self.pod_gc.run(runtime),
            Task::CollectGarbage => self.garbage_collector.run(runtime),
            Task::EmptyNamespace(name) => namespaces::empty(runtime, &name),
        }
    }

    /// Every component hears of the changes that have arrived, in their order.
    fn deliver(&mut self) {
        let runtime = &mut self.runtime;
        while let Some(change) = runtime.receive() {
            self.daemonsets.observe(runtime, &change);
            self.scheduler.observe(runtime, &change);
            self.kubelets.observe(runtime, &change);
            self.node_lifecycle.observe(runtime, &change);
            self.taint_eviction.observe(runtime, &change, &|node| self.kubelets.pods_on(node));
            self.deployments.observe(runtime, &change);
            self.replicasets.observe(runtime, &change);
            self.disruption.observe(runtime, &change);
            volumes::observe(runtime, &change);
            self.pod_gc.observe(runtime, &change);
            self.garbage_collector.observe(runtime, &change);
            namespaces::observe(runtime, &change);
        }
    }
}

#[cfg(test)]
mod tests;
