//! What every component of a running cluster may use: the API server, the clock, the queue of what is to happen, the one
//! source of randomness, and the recorder of events.
//!
//! Nothing here knows what the components do. They put [`Task`]s into the queue; [`crate::cluster`] hands each to its component
//! when its time has come. Everything is a persistent structure or small, so that a copy is cheap.

pub mod events;
mod queue;

use std::sync::Arc;

use crate::persistent::Vector;
use fastrand::Rng;

use crate::apiserver::{Call, Change, DeleteOptions, Refusal, Refused, Reply, Request, Selection, Store};
use crate::object::{Kind, Object, ObjectKey, SmolStr, Value, time};

pub use crate::object::condition::{set_condition, set_pod_condition};
pub use queue::Queue;

/// The beginning of every cluster's time, `2026-01-01T00:00:00Z`, in seconds since 1970.
pub const EPOCH: i64 = 1_767_225_600;

/// Something that a component wants to do at a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// Watchers receive the changes that are due.
    Deliver,
    /// The DaemonSet controller takes a key from its queue.
    SyncDaemonSet(ObjectKey),
    /// The DaemonSet controller goes on with a sync: the next batch of API calls, or its end.
    ContinueDaemonSet(ObjectKey),
    /// The DaemonSet controller puts a key into its queue (a timer that it set).
    EnqueueDaemonSet(ObjectKey),
    /// The scheduler takes the next pod.
    Schedule,
    /// The timer of the scheduler's queue rings.
    FlushScheduling,
    /// The Deployment controller looks at a Deployment.
    SyncDeployment(ObjectKey),
    /// The ReplicaSet controller looks at a ReplicaSet.
    SyncReplicaSet(ObjectKey),
    /// The disruption controller looks at a PodDisruptionBudget.
    SyncBudget(ObjectKey),
    /// The persistent volume controller looks at a claim.
    SyncClaim(ObjectKey),
    /// A provisioner has made the volume of a claim.
    ProvisionVolume(ObjectKey),
    /// A kubelet goes on with a pod, known by its UID.
    Kubelet {
        /// The node.
        node: SmolStr,
        /// The pod's UID.
        uid: SmolStr,
    },
    /// A node's kubelet looks whether there is something new to report about its node.
    ReportNode(SmolStr),
    /// A node's kubelet looks at what its machine has too little of.
    Pressure(SmolStr),
    /// The node lifecycle controller looks at the heartbeats.
    MonitorNodes,
    /// The node lifecycle controller hands out taints that throw pods out.
    TaintNodes,
    /// The taint eviction controller evicts a pod, if that was not cancelled.
    EvictPod(ObjectKey),
    /// The pod garbage collector looks for pods of missing nodes.
    CollectPods,
    /// The garbage collector takes the next dependents.
    CollectGarbage,
    /// The namespace controller deletes what is in a namespace that ends.
    EmptyNamespace(SmolStr),
}

/// A cluster's machinery.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// The API server's store.
    pub store: Store,
    /// Everything that was said about objects.
    pub events: events::EventLog,
    now_ms: u64,
    queue: Queue,
    rng: Rng,
    in_flight: Vector<(u64, Change)>,
}

impl Runtime {
    /// An empty cluster at time 0.
    pub fn new(seed: u64) -> Self {
        Self {
            store: Store::default(),
            events: events::EventLog::default(),
            now_ms: 0,
            queue: Queue::default(),
            rng: Rng::with_seed(seed),
            in_flight: Vector::new(),
        }
    }

    /// Milliseconds since the cluster began.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Milliseconds since 1970.
    pub fn unix_ms(&self) -> i64 {
        EPOCH * 1000 + i64::try_from(self.now_ms).unwrap_or(i64::MAX / 2)
    }

    /// Seconds since 1970, cut off as times in objects are.
    pub fn unix(&self) -> i64 {
        self.unix_ms() / 1000
    }

    /// The time as objects carry it.
    pub fn timestamp(&self) -> SmolStr {
        time::format(self.unix())
    }

    /// Lets a task come after some milliseconds.
    pub fn after(&mut self, delay_ms: u64, task: Task) {
        self.queue.push(self.now_ms.saturating_add(delay_ms), task);
    }

    /// When the next task is due.
    pub fn next_at_ms(&self) -> Option<u64> {
        self.queue.next_at_ms()
    }

    /// Takes the next task if it is due until then, and moves the clock to its time.
    pub fn take_task(&mut self, until_ms: u64) -> Option<Task> {
        let (at_ms, task) = self.queue.pop_until(until_ms)?;
        self.now_ms = self.now_ms.max(at_ms);
        Some(task)
    }

    /// Moves the clock on, over a time in which nothing happens.
    pub fn sleep_until(&mut self, at_ms: u64) {
        self.now_ms = self.now_ms.max(at_ms);
    }

    /// A plausible duration: milliseconds from a range, the same for the same seed and history.
    pub fn duration_ms(&mut self, range: std::ops::Range<u64>) -> u64 {
        self.rng.u64(range)
    }

    /// How long a call to the API server takes.
    pub fn call_ms(&mut self) -> u64 {
        self.duration_ms(3..8)
    }

    /// Sends the changes that were just written on their way to the watchers, who see them a few milliseconds later, in
    /// their order.
    pub fn publish(&mut self) {
        while let Some(change) = self.store.take_change() {
            let last_at_ms = self.in_flight.back().map_or(0, |(at_ms, _)| *at_ms);
            let at_ms = (self.now_ms + self.rng.u64(1..4)).max(last_at_ms);
            if self.in_flight.is_empty() {
                self.queue.push(at_ms, Task::Deliver);
            }
            self.in_flight.push_back((at_ms, change));
        }
    }

    /// The next change that has reached the watchers. After the last one, their next delivery is set up.
    pub fn receive(&mut self) -> Option<Change> {
        match self.in_flight.front() {
            Some((at_ms, _)) if *at_ms <= self.now_ms => self.in_flight.pop_front().map(|(_, change)| change),
            Some((at_ms, _)) => {
                self.queue.push(*at_ms, Task::Deliver);
                None
            }
            None => None,
        }
    }

    /// Creates an object.
    ///
    /// # Errors
    /// What the API server refuses.
    pub fn create(&mut self, kind: Kind, value: Value) -> Result<Arc<Object>, Refusal> {
        let (now, mut rng) = (self.unix(), self.rng.clone());
        let created = self.store.create(kind, value, &mut Request { now, rng: &mut rng });
        if created.is_ok() {
            self.rng = rng;
        }
        self.publish();
        created
    }

    /// Writes a new version of an object, but for its status.
    ///
    /// # Errors
    /// What the API server refuses.
    pub fn update(&mut self, kind: Kind, value: Value) -> Result<Arc<Object>, Refusal> {
        let updated = self.store.update(kind, value);
        self.publish();
        updated
    }

    /// Writes an object's status.
    ///
    /// # Errors
    /// What the API server refuses.
    pub fn update_status(&mut self, kind: Kind, key: &ObjectKey, status: Value) -> Result<Arc<Object>, Refusal> {
        let updated = self.store.update_status(kind, key, status);
        self.publish();
        updated
    }

    /// Deletes an object, or marks it when somebody has to do something first.
    ///
    /// # Errors
    /// What the API server refuses.
    pub fn delete(&mut self, kind: Kind, key: &ObjectKey, options: DeleteOptions) -> Result<(), Refusal> {
        let now = self.unix();
        let deleted = self.store.delete(kind, key, options, now);
        self.publish();
        deleted.map(drop)
    }

    /// Asks something of the API server from outside: what is sent is decoded, completed and validated.
    ///
    /// # Errors
    /// What the API server refuses; then nothing was changed.
    pub fn call(&mut self, call: &Call) -> Result<Reply, Refused> {
        let (now, mut rng) = (self.unix(), self.rng.clone());
        let reply = self.store.call(call, &mut Request { now, rng: &mut rng });
        if reply.is_ok() {
            self.rng = rng;
        }
        self.publish();
        reply
    }

    /// Reads an object, an event among them.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn read(&self, kind: Kind, key: &ObjectKey) -> Result<Arc<Object>, Refused> {
        if kind != Kind::Event {
            return Ok(self.store.read(kind, key)?.clone());
        }
        let is_it =
            |(number, event): &(usize, &events::Event)| event.namespace() == key.namespace && event.name(*number) == key.name;
        let found = self.events.numbered(self.unix()).find(is_it).map(|(number, event)| Arc::new(event.object(number)));
        Ok(found.ok_or_else(|| Refusal::NotFound { kind, name: key.name.clone() })?)
    }

    /// Reads the objects of a kind that are selected, events among them, in the order of namespaces and names; of one
    /// namespace, or of all.
    ///
    /// # Errors
    /// When a selector cannot be read, or names a field that the kind does not have.
    pub fn select(&self, kind: Kind, namespace: Option<&str>, by: &Selection) -> Result<Vec<Arc<Object>>, Refused> {
        if kind != Kind::Event {
            return Ok(self.store.select(kind, namespace, by)?);
        }
        let in_namespace = |event: &events::Event| namespace.is_none_or(|namespace| event.namespace() == namespace);
        let kept = self.events.numbered(self.unix()).filter(|(_, event)| in_namespace(event));
        let mut events: Vec<_> = kept.map(|(number, event)| Arc::new(event.object(number))).collect();
        events.sort_by(|a, b| a.key().cmp(b.key()));
        by.select(kind, &mut events)?;
        Ok(events)
    }

    /// Binds a pod to a node, as the scheduler's binding does.
    ///
    /// # Errors
    /// When there is no such pod.
    pub fn bind(&mut self, key: &ObjectKey, node: &str) -> Result<Arc<Object>, Refusal> {
        let Some(stored) = self.store.get(Kind::Pod, key) else {
            return Err(Refusal::NotFound { kind: Kind::Pod, name: key.name.clone() });
        };
        let mut value = stored.value.clone();
        value.set(&["spec", "nodeName"], node);
        let generation = stored.meta.generation;
        set_pod_condition(value.at_mut(&["status"]), generation, &self.timestamp(), "PodScheduled", "True", &[]);
        let object = self.store.put(Kind::Pod, value);
        self.publish();
        Ok(object)
    }
}
