//! What comes from outside: requests of users, and machines that are switched off and on.

use serde::{Deserialize, Serialize};

use crate::apiserver::{DeleteOptions, Refusal, Status};
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
    /// A merge patch (RFC 7386).
    Patch {
        /// `apiVersion` and `kind` of the object.
        kind: (SmolStr, SmolStr),
        /// Its name.
        key: ObjectKey,
        /// The patch.
        patch: Value,
    },
    /// An object is deleted.
    Delete {
        /// `apiVersion` and `kind` of the object.
        kind: (SmolStr, SmolStr),
        /// Its name.
        key: ObjectKey,
    },
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

/// Why something was not done; nothing was changed then.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// What was sent is wrong.
    Invalid(Status),
    /// It does not go with what is stored.
    Store(Refusal),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid(status) => status.fmt(f),
            Self::Store(refusal) => write!(f, "Error from server ({}): {refusal}", refusal.reason()),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Store(refusal)
    }
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        Self::Invalid(status)
    }
}

impl Input {
    /// A merge patch for an object.
    pub fn patch(kind: Kind, key: ObjectKey, patch: Value) -> Self {
        Self::Patch { kind: (kind.api_version().into(), kind.name().into()), key, patch }
    }

    /// The deletion of an object.
    pub fn delete(kind: Kind, key: ObjectKey) -> Self {
        Self::Delete { kind: (kind.api_version().into(), kind.name().into()), key }
    }
}

impl Cluster {
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
                    self.kubelets.register(&mut value);
                }
                runtime.create(kind, value)?;
                Ok(Answer::Created)
            }
            Input::Patch { kind, key, patch } => {
                let kind = find(kind)?;
                let Some(stored) = runtime.store.get(kind, key) else {
                    return Err(Refusal::NotFound { kind, name: key.name.clone() }.into());
                };
                let patched = apply::merge_patch(&stored.value, patch);
                apply::update(runtime, kind, patched)
            }
            Input::Delete { kind, key } => {
                runtime.delete(find(kind)?, key, DeleteOptions::default())?;
                Ok(Answer::Deleted)
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
    find(&(value.str_at(&["apiVersion"]).into(), value.str_at(&["kind"]).into()))
}

fn find((api_version, name): &(SmolStr, SmolStr)) -> Result<Kind, Refused> {
    let found = Kind::find(api_version, name);
    found.ok_or_else(|| Refused::Invalid(Status::BadRequest(format!("no matches for kind {name:?} in version {api_version:?}"))))
}
