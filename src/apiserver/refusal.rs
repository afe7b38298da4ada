//! Why a request is refused.

use std::fmt;

use crate::object::{Kind, SmolStr};

use super::Status;

/// A refusal that has to do with what is stored or how it was asked for, not with the object that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such object.
    NotFound {
        /// What was asked for.
        kind: Kind,
        /// Its name.
        name: SmolStr,
    },
    /// The name is taken.
    AlreadyExists {
        /// What was to be created.
        kind: Kind,
        /// Its name.
        name: SmolStr,
    },
    /// Somebody else was faster, or a precondition does not hold.
    Conflict {
        /// What was to be changed.
        kind: Kind,
        /// Its name.
        name: SmolStr,
        /// Why, such as [`Refusal::MODIFIED`].
        reason: String,
    },
    /// An admission step said no.
    Forbidden {
        /// What was to be done something with.
        kind: Kind,
        /// Its name, or the stem that it was to be generated from.
        name: SmolStr,
        /// Why, in the words of the admission step.
        reason: String,
    },
    /// Anything else.
    Other {
        /// The reason in the API's status: `BadRequest`, `TooManyRequests`, `Invalid`; empty where Kubernetes gives none.
        reason: &'static str,
        /// The whole message.
        message: String,
    },
}

impl Refusal {
    /// Why a write with an old `resourceVersion` conflicts.
    pub const MODIFIED: &str = "the object has been modified; please apply your changes to the latest version and try again";

    /// The end of the reason why nothing is created in a namespace that is being deleted.
    pub(super) const ENDING_NAMESPACE: &str = "because it is being terminated";

    /// The reason in the API's status: what stands in brackets behind `Error from server`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "NotFound",
            Self::AlreadyExists { .. } => "AlreadyExists",
            Self::Conflict { .. } => "Conflict",
            Self::Forbidden { .. } => "Forbidden",
            Self::Other { reason, .. } => reason,
        }
    }

    /// Whether nothing can be created because the namespace is being deleted. Models `NamespaceTerminatingCause`.
    pub fn is_of_ending_namespace(&self) -> bool {
        matches!(self, Self::Forbidden { reason, .. } if reason.ends_with(Self::ENDING_NAMESPACE))
    }

    /// A request that makes no sense.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::Other { reason: "BadRequest", message: message.into() }
    }
}

/// The message of the API's status.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { kind, name } => write!(f, "{} {name:?} not found", kind.resource()),
            Self::AlreadyExists { kind, name } => write!(f, "{} {name:?} already exists", kind.resource()),
            Self::Conflict { kind, name, reason } => {
                write!(f, "Operation cannot be fulfilled on {} {name:?}: {reason}", kind.resource())
            }
            Self::Forbidden { kind, name, reason } => write!(f, "{} {name:?} is forbidden: {reason}", kind.resource()),
            Self::Other { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for Refusal {}

/// Why something was not done; nothing was changed then.
///
/// `Display` is what kubectl prints about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// What was sent is wrong.
    Invalid(Status),
    /// It does not go with what is stored.
    Store(Refusal),
}

impl Refused {
    /// The reason in the API's status; empty where Kubernetes gives none.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(status) => status.reason(),
            Self::Store(refusal) => refusal.reason(),
        }
    }

    /// Whether there is no such object.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Store(Refusal::NotFound { .. }))
    }

    /// Whether the name is taken.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::Store(Refusal::AlreadyExists { .. }))
    }

    /// The message of the API's status.
    pub fn message(&self) -> String {
        match self {
            Self::Invalid(Status::Invalid(invalid)) => invalid.message(),
            Self::Invalid(Status::BadRequest(message)) => message.clone(),
            Self::Store(refusal) => refusal.to_string(),
        }
    }

    /// What kubectl prints, with the words that it puts before the message, such as `error when creating "a.yaml": `. What is
    /// wrong with an object that has a name is said without them. Models `checkErr` of `kubectl/pkg/cmd/util`.
    pub fn printed(&self, doing: &str) -> String {
        match self {
            Self::Invalid(Status::Invalid(invalid)) => invalid.to_string(),
            Self::Store(Refusal::Other { reason: "Invalid", message }) => format!("The request is invalid: {doing}{message}"),
            _ if self.reason().is_empty() => format!("Error from server: {doing}{}", self.message()),
            _ => format!("Error from server ({}): {doing}{}", self.reason(), self.message()),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.printed(""))
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
