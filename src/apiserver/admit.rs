//! The way of a new object to the store: decoded, defaulted, validated.

use super::error::{Invalid, Status};
use super::{decode, default, validate};
use crate::object::{Kind, Value};

/// Decodes an object strictly.
///
/// # Errors
/// When it is not of that kind, has fields that the kind has not, or values of other types.
pub fn decode(kind: Kind, value: &Value) -> Result<Value, Status> {
    let version = kind.api_version().rsplit('/').next().unwrap_or_default();
    let written = value.str_at(&["kind"]);
    let refused = |message: String| {
        let message = format!("{written} in version \"{version}\" cannot be handled as a {}: {message}", kind.name());
        Err(Status::BadRequest(message))
    };
    if written != kind.name() {
        let scheme = "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30";
        let of_version = format!("for version \"{}\" in scheme \"{scheme}\"", kind.api_version());
        return refused(format!("no kind \"{written}\" is registered {of_version}"));
    }
    let decoded = decode::decode(kind, value);
    match decoded.refusal() {
        None => Ok(decoded.value),
        Some(message) => refused(message),
    }
}

/// Fills in the defaults of a decoded object and validates it.
///
/// # Errors
/// When it breaks rules.
pub fn validate_new(kind: Kind, mut object: Value) -> Result<Value, Status> {
    default::default(kind, &mut object);
    let errors = validate::create(kind, &object);
    if errors.is_empty() {
        return Ok(object);
    }
    let name = object.str_at(&["metadata", "name"]).into();
    Err(Status::Invalid(Invalid { kind: kind.name().into(), name, errors }))
}

/// Fills in the defaults of a decoded object and validates it as the next version of another.
///
/// # Errors
/// When it breaks rules.
pub fn validate_update(kind: Kind, mut object: Value, old: &Value) -> Result<Value, Status> {
    default::default(kind, &mut object);
    let errors = validate::update(kind, &object, old);
    if errors.is_empty() {
        return Ok(object);
    }
    let name = object.str_at(&["metadata", "name"]).into();
    Err(Status::Invalid(Invalid { kind: kind.name().into(), name, errors }))
}

/// All three steps for a new object.
///
/// # Errors
/// When it cannot be decoded or breaks rules.
pub fn admit_new(kind: Kind, value: &Value) -> Result<Value, Status> {
    validate_new(kind, decode(kind, value)?)
}
