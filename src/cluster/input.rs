//! What comes from outside: requests of users, and machines that are switched off and on.

use serde::{Deserialize, Serialize};

use crate::apiserver::{Call, DeleteOptions, PatchType, Refused, Reply, Status, Verb};
use crate::kubelet::image::{Fault, Subject};
use crate::object::{Kind, ObjectKey, SmolStr, Value};

use super::{Cluster, apply};

/// One thing that is done to a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// An object is applied, as `kubectl apply` does.
    Apply(Value),
    /// An object is created by something that needs no validation: a machine that joins, a preset.
    Create(Value),
    /// Something else is asked of the API server.
    Call(#[serde(with = "written")] Call),
    /// A machine is switched off.
    StopNode(SmolStr),
    /// A machine is switched on.
    StartNode(SmolStr),
    /// A kubelet reports one of its conditions otherwise.
    NodeCondition {
        /// The node.
        node: SmolStr,
        /// `Ready`, `MemoryPressure`, `DiskPressure` or `PIDPressure`.
        condition: SmolStr,
        /// Whether it holds.
        status: bool,
    },
    /// An image or a pod gets a fault, or loses the one that it has.
    Behaviour {
        /// Whose behaviour.
        subject: Subject,
        /// What is wrong from now on.
        fault: Option<Fault>,
    },
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is new.
    Created,
    /// It is another now.
    Configured,
    /// It was so already.
    Unchanged,
    /// It is gone, or marked.
    Deleted,
    /// A machine was switched.
    Switched,
}

/// A call is kept as the tree that it can be written as.
mod written {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::{Serialize, Serializer};

    use crate::apiserver::Call;
    use crate::object::Value;

    pub(super) fn serialize<S: Serializer>(call: &Call, serializer: S) -> Result<S::Ok, S::Error> {
        call.write().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Call, D::Error> {
        Call::read(&Value::deserialize(deserializer)?).ok_or_else(|| Error::custom("no call to the API server"))
    }
}

impl Input {
    /// A merge patch for an object.
    pub fn patch(kind: Kind, key: ObjectKey, patch: Value) -> Self {
        Self::Call(Call::patch(kind, key, PatchType::Merge, patch))
    }

    /// The deletion of an object.
    pub fn delete(kind: Kind, key: ObjectKey) -> Self {
        Self::Call(Call::delete(kind, key, DeleteOptions::default()))
    }
}

impl Cluster {
    /// Asks something of the API server, as `kubectl` does, and remembers it. A dry run changes nothing and is not remembered.
    ///
    /// What is stored is read through [`Runtime::read`](crate::runtime::Runtime::read) and
    /// [`Runtime::select`](crate::runtime::Runtime::select).
    ///
    /// # Errors
    /// What the API server refuses; then nothing was changed.
    pub fn call(&mut self, call: Call) -> Result<Reply, Refused> {
        let reply = self.runtime.call(&call)?;
        if !call.dry_run {
            self.inputs.push_back((self.now_ms(), Input::Call(call)));
        }
        Ok(reply)
    }

    /// Does something to the cluster now, and remembers it.
    ///
    /// # Errors
    /// What the API server refuses; then nothing was changed.
    pub fn input(&mut self, input: Input) -> Result<Answer, Refused> {
        let answer = self.perform_input(&input)?;
        self.inputs.push_back((self.now_ms(), input));
        Ok(answer)
    }

    fn perform_input(&mut self, input: &Input) -> Result<Answer, Refused> {
        let runtime = &mut self.runtime;
        match input {
            Input::Apply(value) => apply::apply(runtime, value),
            Input::Create(value) => {
                let (kind, mut value) = (kind_of(value)?, value.clone());
                if kind == Kind::Node {
                    self.kubelets.register(runtime, &mut value);
                }
                runtime.create(kind, value)?;
                Ok(Answer::Created)
            }
            Input::Call(call) => {
                let before = runtime.store.get(call.kind, &call.key).map(|it| it.meta.resource_version);
                let reply = runtime.call(call)?;
                let after = reply.object().map(|it| it.meta.resource_version);
                Ok(match call.verb {
                    Verb::Create(_) => Answer::Created,
                    Verb::Apply { .. } if before.is_none() => Answer::Created,
                    Verb::Replace(_) | Verb::Patch(..) | Verb::Apply { .. } if before == after => Answer::Unchanged,
                    Verb::Replace(_) | Verb::Patch(..) | Verb::Apply { .. } => Answer::Configured,
                    Verb::Delete(_) | Verb::DeleteCollection(..) | Verb::Evict(_) => Answer::Deleted,
                })
            }
            Input::StopNode(name) => {
                self.kubelets.stop(name, runtime.now_ms());
                Ok(Answer::Switched)
            }
            Input::StartNode(name) => {
                self.kubelets.start(runtime, name);
                Ok(Answer::Switched)
            }
            Input::NodeCondition { node, condition, status } => {
                self.kubelets.set_condition(runtime, node, condition, *status);
                Ok(Answer::Switched)
            }
            Input::Behaviour { subject, fault } => {
                self.kubelets.switch(runtime, subject, *fault);
                Ok(Answer::Switched)
            }
        }
    }
}

/// The kind of a tree.
///
/// # Errors
/// When the lab has no such kind.
pub fn kind_of(value: &Value) -> Result<Kind, Refused> {
    let (api_version, name) = (value.str_at(&["apiVersion"]), value.str_at(&["kind"]));
    let words = || format!("no matches for kind {name:?} in version {api_version:?}");
    Kind::find(api_version, name).ok_or_else(|| Refused::Invalid(Status::BadRequest(words())))
}
