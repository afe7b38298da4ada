//! Reading manifests: what kubectl checks itself before it sends anything.
//!
//! Models the builder and the visitors of k8s.io/cli-runtime's `resource` package.

use std::fmt;

use crate::apiserver::decode::{self, DecodeError};
use crate::apiserver::error::go_quoted;
use crate::object::path::FieldPath;
use crate::object::yaml::{Document, Stream, SyntaxError};
use crate::object::{Kind, SmolStr, Value, yaml};

/// What kubectl makes of a text.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// The objects that can be sent, in their order.
    pub objects: Vec<Sendable>,
    /// What kubectl says about the rest. It goes on after some errors, and stops after others.
    pub errors: Vec<ManifestError>,
}

/// An object that can be sent.
#[derive(Clone, Debug)]
pub struct Sendable {
    /// The number of its document, from 0.
    pub document: usize,
    /// The kind that the server will take it for.
    pub kind: Kind,
    /// The object as it was written.
    pub value: Value,
}

/// Why a document cannot be sent.
#[derive(Clone, Debug)]
pub struct ManifestError {
    /// The number of the document, from 0.
    pub document: usize,
    /// What is wrong.
    pub cause: ManifestCause,
}

/// What is wrong with a document.
#[derive(Clone, Debug)]
pub enum ManifestCause {
    /// It cannot be read.
    Syntax(SyntaxError),
    /// It is no object, or does not say of which kind; the words of each fault, and the field where there is one.
    Unidentified(Vec<(String, Option<&'static str>)>),
    /// Its metadata cannot be decoded: kubectl's words, where, and all that is wrong with it.
    Metadata(String, FieldPath, Vec<DecodeError>),
    /// The cluster knows no such kind.
    UnknownKind {
        /// `apiVersion`.
        api_version: SmolStr,
        /// `kind`.
        kind: SmolStr,
        /// `metadata.name`.
        name: SmolStr,
        /// `metadata.namespace`.
        namespace: SmolStr,
    },
}

impl ManifestError {
    /// What kubectl prints, without `error: ` before it. `source` is the file's name, or `STDIN`.
    pub fn message(&self, source: &str) -> impl fmt::Display {
        let source = go_quoted(source);
        match &self.cause {
            ManifestCause::Syntax(error) => format!("error parsing {}: {error}", source.trim_matches('"')),
            ManifestCause::Unidentified(faults) => {
                let words: Vec<&str> = faults.iter().map(|(words, _)| words.as_str()).collect();
                let words = if let [one] = words[..] { one.to_owned() } else { format!("[{}]", words.join(", ")) };
                let hint = "if you choose to ignore these errors, turn validation off with --validate=false";
                format!("error validating {source}: error validating data: {words}; {hint}")
            }
            ManifestCause::Metadata(words, ..) => format!("unable to decode {source}: {words}"),
            ManifestCause::UnknownKind { api_version, kind, name, namespace } => {
                let [name, namespace, kind, version] = [name, namespace, kind, api_version].map(|text| go_quoted(text));
                let found = format!("resource mapping not found for name: {name} namespace: {namespace} from {source}");
                format!("{found}: no matches for kind {kind} in version {version}\nensure CRDs are installed first")
            }
        }
    }
}

/// Reads a text with any number of documents.
pub fn read(text: &str) -> Manifest {
    of(&yaml::parse(text))
}

/// What kubectl makes of a text that was read.
pub fn of(stream: &Stream) -> Manifest {
    let mut manifest = Manifest::default();
    for (number, document) in stream.documents.iter().enumerate() {
        if let Err(cause) = identify(&document.value) {
            manifest.errors.push(ManifestError { document: number, cause });
            return manifest;
        }
        manifest.add(number, document);
    }
    if let Some(error) = &stream.error {
        manifest.errors.push(ManifestError { document: error.document, cause: ManifestCause::Syntax(error.clone()) });
    }
    manifest
}

impl Manifest {
    fn add(&mut self, number: usize, document: &Document) {
        // A list stands for its items.
        if let Some(items) = document.value.get("items").and_then(Value::as_list) {
            for item in items {
                self.add_object(number, item);
            }
        } else {
            self.add_object(number, &document.value);
        }
    }

    fn add_object(&mut self, document: usize, value: &Value) {
        match sendable(value) {
            Ok(kind) => self.objects.push(Sendable { document, kind, value: value.clone() }),
            Err(cause) => self.errors.push(ManifestError { document, cause }),
        }
    }
}

/// Models `getObjectKind`: whether a document says what it is.
fn identify(value: &Value) -> Result<(), ManifestCause> {
    let Some(fields) = value.as_map() else {
        return Err(ManifestCause::Unidentified(vec![("invalid object to validate".into(), None)]));
    };
    let mut faults = Vec::new();
    match fields.get("apiVersion") {
        None | Some(Value::Null) => faults.push(("apiVersion not set".into(), Some("apiVersion"))),
        Some(Value::String(version)) if version.matches('/').count() > 1 => {
            faults.push((format!("unexpected GroupVersion string: {version}"), Some("apiVersion")));
        }
        Some(Value::String(_)) => {}
        Some(_) => faults.push(("apiVersion isn't string type".into(), Some("apiVersion"))),
    }
    match fields.get("kind") {
        None | Some(Value::Null) => faults.push(("kind not set".into(), Some("kind"))),
        Some(Value::String(_)) => {}
        Some(_) => faults.push(("kind isn't string type".into(), Some("kind"))),
    }
    if faults.is_empty() { Ok(()) } else { Err(ManifestCause::Unidentified(faults)) }
}

/// The kind of an object whose metadata kubectl can read.
fn sendable(value: &Value) -> Result<Kind, ManifestCause> {
    let (api_version, kind) = (value.str_at(&["apiVersion"]), value.str_at(&["kind"]));
    if kind.is_empty() {
        let words = format!("Object 'Kind' is missing in '{value}'");
        return Err(ManifestCause::Metadata(words, FieldPath::fields(&["kind"]), Vec::new()));
    }
    let decoded = decode::decode_metadata(value);
    if let (Some(words), Some(error)) = (decoded.refusal(), decoded.errors.first()) {
        return Err(ManifestCause::Metadata(words, error.place.clone(), decoded.errors.clone()));
    }
    known_kind(api_version, kind).ok_or_else(|| ManifestCause::UnknownKind {
        api_version: match api_version {
            "/" => "".into(),
            version => version.into(),
        },
        kind: kind.into(),
        name: value.str_at(&["metadata", "name"]).into(),
        namespace: value.str_at(&["metadata", "namespace"]).into(),
    })
}

/// The kind of that name; kubectl also finds it in lower case, which the server then refuses.
fn known_kind(api_version: &str, name: &str) -> Option<Kind> {
    let lower = |kind: &Kind| kind.api_version() == api_version && kind.name().to_ascii_lowercase() == name;
    Kind::find(api_version, name).or_else(|| Kind::all().find(lower))
}
