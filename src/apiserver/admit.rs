//! The way of a new object to the store: decoded, defaulted, validated.

use super::error::{FieldError, Invalid, Status};
use super::{FieldValidation, decode, default, validate};
use crate::object::{Kind, Value};

/// Decodes an object strictly.
///
/// # Errors
/// When it is not of that kind, has fields that the kind has not, or values of other types.
pub fn decode(kind: Kind, value: &Value) -> Result<Value, Status> {
    decode_with(kind, value, FieldValidation::Strict, &mut Vec::new())
}

/// Decodes an object; its unknown fields are refused, warned of, or just dropped.
///
/// # Errors
/// When it is not of that kind, or has values of other types.
pub fn decode_with(kind: Kind, value: &Value, validation: FieldValidation, warnings: &mut Vec<String>) -> Result<Value, Status> {
    let version = kind.api_version().rsplit('/').next().unwrap_or_default();
    let written = value.str_at(&["kind"]);
    let refused = |message: String| {
        let message = format!("{written} in version \"{version}\" cannot be handled as a {}: {message}", kind.name());
        Err(Status::BadRequest(message))
    };
    if written != kind.name() {
        return refused(not_registered(written, kind.api_version()));
    }
    match read(kind, value, validation, warnings) {
        Ok(decoded) => Ok(decoded),
        Err(message) => refused(message.text),
    }
}

/// What the decoder says of a kind that it does not know.
pub(super) fn not_registered(kind: &str, api_version: &str) -> String {
    let scheme = "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30";
    format!("no kind \"{kind}\" is registered for version \"{api_version}\" in scheme \"{scheme}\"")
}

/// Why an object cannot be read.
pub(super) struct Unreadable {
    /// In the words of the decoder for JSON.
    pub(super) text: String,
    /// Whether there are only unknown fields.
    pub(super) strict: bool,
    /// Everything that is wrong.
    pub(super) errors: Vec<decode::DecodeError>,
}

/// Reads an object of a kind.
pub(super) fn read(
    kind: Kind,
    value: &Value,
    validation: FieldValidation,
    warnings: &mut Vec<String>,
) -> Result<Value, Unreadable> {
    let decoded = decode::decode(kind, value);
    let strict = decoded.errors.iter().all(|error| matches!(error.cause, decode::DecodeCause::UnknownField(_)));
    if strict && validation != FieldValidation::Strict {
        if validation == FieldValidation::Warn {
            warnings.extend(decoded.unknown_fields());
        }
        return Ok(decoded.value);
    }
    match decoded.refusal() {
        None => Ok(decoded.value),
        Some(text) => Err(Unreadable { text, strict, errors: decoded.errors }),
    }
}

/// Fills in the defaults of a decoded object and validates it.
///
/// # Errors
/// When it breaks rules.
pub fn validate_new(kind: Kind, mut object: Value) -> Result<Value, Status> {
    default::default(kind, &mut object);
    match invalid(kind, &object, validate::create(kind, &object)) {
        None => Ok(object),
        Some(status) => Err(status),
    }
}

/// Fills in the defaults of a decoded object and validates it as the next version of another.
///
/// # Errors
/// When it breaks rules.
pub fn validate_update(kind: Kind, mut object: Value, old: &Value) -> Result<Value, Status> {
    default::default(kind, &mut object);
    match invalid(kind, &object, validate::update(kind, &object, old)) {
        None => Ok(object),
        Some(status) => Err(status),
    }
}

/// The refusal of an object in which something is wrong.
pub(super) fn invalid(kind: Kind, object: &Value, errors: Vec<FieldError>) -> Option<Status> {
    let name = object.str_at(&["metadata", "name"]).into();
    (!errors.is_empty()).then(|| Status::Invalid(Invalid { kind: kind.name().into(), name, errors }))
}

/// All three steps for a new object.
///
/// # Errors
/// When it cannot be decoded or breaks rules.
pub fn admit_new(kind: Kind, value: &Value) -> Result<Value, Status> {
    validate_new(kind, decode(kind, value)?)
}
