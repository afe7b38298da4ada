//! Reading an object strictly, as the API server does: every field must be known and hold what its type says.
//!
//! Models decoding with sigs.k8s.io/json and `fieldValidation=Strict`. What comes out is what Go would write again: fields
//! that say nothing are gone, and quantities are in their canonical form.

use crate::object::path::{At, FieldPath};
use crate::object::schema::{Base, Field, Shape, Type};
use crate::object::{Kind, List, Map, Quantity, SmolStr, TEMPLATE_GENERATION_ANNOTATION, Value, schema, time};

use super::error::go_quoted;

/// Something in an object that cannot be decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeError {
    /// Where it is.
    pub place: FieldPath,
    /// What is wrong.
    pub cause: DecodeCause,
}

/// What keeps a field from being decoded.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodeCause {
    /// There is no such field; with the name of the type that it was looked for in.
    UnknownField(&'static str),
    /// It holds something else than its type; in Go's words.
    WrongType {
        /// Go's words.
        message: String,
        /// Whether Go stops reading here; it goes on otherwise, and only reports the first.
        stops: bool,
        /// What is expected, as Go calls it: `int32`, `[]v1.Container`.
        expected: String,
    },
    /// It is read by a type of its own, such as a quantity, which refuses it.
    Unreadable {
        /// The words.
        message: String,
        /// What is expected.
        expected: &'static str,
    },
}

/// What was read, and all that is wrong with it.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The object, without what could not be decoded.
    pub value: Value,
    /// Everything that is wrong, in the order of the fields' names.
    pub errors: Vec<DecodeError>,
}

impl Decoded {
    /// What the API server answers; `None` when everything could be decoded.
    ///
    /// Go stops at a type that reads itself, or else reports the first wrong type, or else all unknown fields.
    pub fn refusal(&self) -> Option<String> {
        let stop = self.errors.iter().find_map(|error| match &error.cause {
            DecodeCause::Unreadable { message, .. } | DecodeCause::WrongType { message, stops: true, .. } => Some(message),
            _ => None,
        });
        let first = || {
            self.errors.iter().find_map(|error| match &error.cause {
                DecodeCause::WrongType { message, .. } => Some(message),
                _ => None,
            })
        };
        if let Some(message) = stop.or_else(first) {
            return Some(message.clone());
        }
        let unknown = self.unknown_fields();
        (!unknown.is_empty()).then(|| format!("strict decoding error: {}", unknown.join(", ")))
    }

    /// What is said of each unknown field; of a hundred at most.
    pub fn unknown_fields(&self) -> Vec<String> {
        let unknown = self.errors.iter().filter(|error| matches!(error.cause, DecodeCause::UnknownField(_)));
        unknown.map(|error| format!("unknown field \"{}\"", error.place)).take(100).collect()
    }
}

/// Decodes an object of a kind.
pub fn decode(kind: Kind, value: &Value) -> Decoded {
    let mut decoded = decode_type(schema::of(kind), value);
    if kind == Kind::DaemonSet {
        template_generation(&mut decoded);
    }
    decoded
}

/// An object as Go writes what it holds, with the structs that are empty: so kubectl prints what it makes itself.
pub fn typed(kind: Kind, value: &Value) -> Value {
    let mut typed = decode(kind, value).value;
    if let Some(status) = schema::of(kind).field("status").filter(|_| typed.get("status").is_none()) {
        *typed.at_mut(&["status"]) = zero(status);
    }
    typed
}

/// The template generation is a field of the internal type, so that its annotation is read with the rest.
fn template_generation(decoded: &mut Decoded) {
    let path = ["metadata", "annotations", TEMPLATE_GENERATION_ANNOTATION];
    let Some(text) = decoded.value.at(&path).as_str() else { return };
    let wrong_types = decoded.errors.iter().any(|error| !matches!(error.cause, DecodeCause::UnknownField(_)));
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let fault = match text.parse::<i64>() {
        Ok(_) => return,
        Err(_) if !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) => "value out of range",
        Err(_) => "invalid syntax",
    };
    if !wrong_types {
        let message = format!("strconv.ParseInt: parsing {}: {fault}", go_quoted(text));
        let cause = DecodeCause::Unreadable { message, expected: "a whole number" };
        decoded.errors.push(DecodeError { place: FieldPath::fields(&path), cause });
    }
}

/// Decodes what kubectl reads itself before it sends anything: an object's `metadata`.
pub fn decode_metadata(value: &Value) -> Decoded {
    let mut decoder = Decoder { errors: Vec::new(), fields: vec!["metadata"], structs: vec!["metadataOnlyObject"] };
    let metadata = schema::of(Kind::DaemonSet).field("metadata");
    let value = match (metadata, value.get("metadata")) {
        (Some(field), Some(metadata)) => decoder.field(field, metadata, &At::ROOT.field("metadata")),
        _ => None,
    };
    decoder.errors.retain(|error| !matches!(error.cause, DecodeCause::UnknownField(_)));
    Decoded { value: value.unwrap_or_default(), errors: decoder.errors }
}

fn decode_type(of: &'static Type, value: &Value) -> Decoded {
    let mut decoder = Decoder { errors: Vec::new(), fields: Vec::new(), structs: Vec::new() };
    let value = match value {
        Value::Map(fields) => decoder.fields(of, fields, &At::ROOT),
        _ => Value::object(),
    };
    Decoded { value, errors: decoder.errors }
}

struct Decoder {
    errors: Vec<DecodeError>,
    /// Go's path: names only, and those of embedded structs among them.
    fields: Vec<&'static str>,
    /// The structs that are being read; the last one stands in Go's message.
    structs: Vec<&'static str>,
}

impl Decoder {
    fn fields(&mut self, of: &'static Type, fields: &Map, at: &At) -> Value {
        self.structs.push(of.name);
        let mut decoded: Vec<(SmolStr, Value)> = Vec::with_capacity(fields.len());
        for (name, value) in fields.iter() {
            let here = at.field(name);
            let Some(field) = of.field(name) else {
                self.errors.push(DecodeError { place: here.to_path(), cause: DecodeCause::UnknownField(of.name) });
                continue;
            };
            let depth = self.fields.len();
            self.fields.extend((!field.embedded.is_empty()).then_some(field.embedded));
            self.fields.push(field.name);
            if let Some(value) = self.field(field, value, &here) {
                decoded.push((name.clone(), value));
            }
            self.fields.truncate(depth);
        }
        for field in &of.fields {
            if !decoded.iter().any(|(name, _)| name == field.name) {
                decoded.extend(when_absent(field).map(|value| (field.name.into(), value)));
            }
        }
        self.structs.pop();
        Value::Map(decoded.into_iter().collect())
    }

    /// Reads a field; `None` when it is as good as absent.
    fn field(&mut self, field: &'static Field, value: &Value, at: &At) -> Option<Value> {
        let decoded = match (field.shape, value) {
            (_, Value::Null) => return None,
            (Shape::One, _) => self.one(field, value, at)?,
            (Shape::List, Value::List(items)) => self.list(field, items, at),
            (Shape::Map, Value::Map(entries)) => self.map(field, entries, at),
            _ => {
                self.wrong(at, value, go_type(field), false);
                return None;
            }
        };
        let says_something = field.required || field.pointer || !is_zero(&decoded) || is_struct(field);
        says_something.then_some(decoded)
    }

    fn list(&mut self, field: &'static Field, items: &List, at: &At) -> Value {
        let items = items.iter().enumerate();
        items.map(|(index, item)| self.one(field, item, &at.index(index)).unwrap_or_else(|| zero(field))).collect()
    }

    fn map(&mut self, field: &'static Field, entries: &Map, at: &At) -> Value {
        let entries = entries.iter();
        let decoded = entries.map(|(key, value)| {
            let value = self.one(field, value, &at.key(key)).unwrap_or_else(|| zero(field));
            (key.clone(), value)
        });
        Value::Map(decoded.collect())
    }

    /// Reads a value without its list or map; `None` for null and for what cannot be read.
    fn one(&mut self, field: &'static Field, value: &Value, at: &At) -> Option<Value> {
        match (field.base, value) {
            (_, Value::Null) => None,
            (Base::String, Value::String(_)) | (Base::Bool, Value::Bool(_)) | (Base::Int64, Value::Int(_)) | (Base::Any, _) => {
                Some(value.clone())
            }
            (Base::Int32, Value::Int(number)) if i32::try_from(*number).is_ok() => Some(value.clone()),
            (Base::IntOrString, _) => self.int_or_string(value, at),
            (Base::Quantity, _) => self.quantity(value, at),
            (Base::Bytes, Value::String(text)) => self.bytes(value, text, at),
            (Base::Time | Base::MicroTime, _) => self.time(field.base, value, at),
            (Base::Struct(_), Value::Map(fields)) => field.part().map(|part| self.fields(part, fields, at)),
            _ => {
                self.wrong(at, value, go_base(field), false);
                None
            }
        }
    }

    fn int_or_string(&mut self, value: &Value, at: &At) -> Option<Value> {
        match value {
            Value::String(_) => Some(value.clone()),
            Value::Int(number) if i32::try_from(*number).is_ok() => Some(value.clone()),
            _ => {
                self.wrong(at, value, "int32".into(), true);
                None
            }
        }
    }

    fn quantity(&mut self, value: &Value, at: &At) -> Option<Value> {
        match Quantity::read(value) {
            Ok(quantity) => Some(quantity.to_string().into()),
            Err(error) => {
                self.unreadable(at, error.to_string(), "a quantity");
                None
            }
        }
    }

    fn bytes(&mut self, value: &Value, text: &str, at: &At) -> Option<Value> {
        match base64_fault(text) {
            None => Some(value.clone()),
            Some(offset) => {
                let message = format!("illegal base64 data at input byte {offset}");
                let cause = DecodeCause::WrongType { message, stops: false, expected: "base64".into() };
                self.errors.push(DecodeError { place: at.to_path(), cause });
                None
            }
        }
    }

    fn time(&mut self, base: Base, value: &Value, at: &At) -> Option<Value> {
        let Value::String(text) = value else {
            self.wrong(at, value, "string".into(), true);
            return None;
        };
        if text.is_empty() || time::read(value).is_some() || base == Base::MicroTime {
            return (!text.is_empty()).then(|| value.clone());
        }
        let layout = "2006-01-02T15:04:05Z07:00";
        let message = format!("parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\"");
        self.unreadable(at, message, "a time");
        None
    }

    fn unreadable(&mut self, at: &At, message: String, expected: &'static str) {
        self.errors.push(DecodeError { place: at.to_path(), cause: DecodeCause::Unreadable { message, expected } });
    }

    fn wrong(&mut self, at: &At, value: &Value, expected: String, stops: bool) {
        let found = go_name_of(value, &expected);
        let last = self.structs.last().copied().unwrap_or_default();
        let path = self.fields.join(".");
        let message = format!("json: cannot unmarshal {found} into Go struct field {last}.{path} of type {expected}");
        let cause = DecodeCause::WrongType { message, stops, expected };
        self.errors.push(DecodeError { place: at.to_path(), cause });
    }
}

/// What an absent field holds in Go, where Go writes it all the same. A status is written by others.
fn when_absent(field: &Field) -> Option<Value> {
    let scalar = matches!(field.base, Base::String | Base::Bool | Base::Int32 | Base::Int64 | Base::IntOrString);
    let required = field.required && !field.pointer && field.shape == Shape::One && scalar;
    (field.name != "status" && (required || is_struct(field))).then(|| zero(field))
}

/// Whether Go writes it even when it is empty, because it is a struct.
fn is_struct(field: &Field) -> bool {
    field.shape == Shape::One && !field.pointer && matches!(field.base, Base::Struct(_) | Base::Quantity)
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::String(text) => text.is_empty(),
        Value::List(_) => value.list_at(&[]).is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

fn zero(field: &Field) -> Value {
    match field.base {
        Base::String | Base::Bytes => "".into(),
        Base::Bool => false.into(),
        Base::Int32 | Base::Int64 | Base::IntOrString => 0.into(),
        Base::Quantity => "0".into(),
        Base::Time | Base::MicroTime | Base::Any => Value::Null,
        Base::Struct(_) => match field.part() {
            Some(part) => Value::Map(part.fields.iter().filter_map(|it| Some((it.name, when_absent(it)?))).collect()),
            None => Value::object(),
        },
    }
}

/// A field's type as Go prints it.
fn go_type(field: &Field) -> String {
    match (field.shape, field.base) {
        (Shape::One, _) => go_base(field),
        (Shape::List, _) => format!("[]{}", go_base(field)),
        (Shape::Map, Base::Quantity) => "v1.ResourceList".into(),
        (Shape::Map, _) => format!("map[string]{}", go_base(field)),
    }
}

fn go_base(field: &Field) -> String {
    match field.base {
        Base::String if field.go_name.is_empty() => "string".into(),
        Base::String if field.go_name.contains('.') => field.go_name.into(),
        Base::String => format!("v1.{}", field.go_name),
        Base::Bool => "bool".into(),
        Base::Int32 => "int32".into(),
        Base::Int64 => "int64".into(),
        Base::Bytes => "[]uint8".into(),
        Base::Time => "v1.Time".into(),
        Base::MicroTime => "v1.MicroTime".into(),
        Base::Quantity => "resource.Quantity".into(),
        Base::IntOrString => "intstr.IntOrString".into(),
        Base::Any => "runtime.RawExtension".into(),
        Base::Struct(name) => format!("v1.{name}"),
    }
}

/// What JSON calls a value, as Go's errors do: with the number where a whole number was expected.
fn go_name_of(value: &Value, expected: &str) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::String(_) => "string".into(),
        Value::List(_) => "array".into(),
        Value::Map(_) => "object".into(),
        Value::Int(_) | Value::Float(_) if !expected.starts_with("int") => "number".into(),
        Value::Int(number) => format!("number {number}"),
        Value::Float(number) => format!("number {}", go_json_float(*number)),
    }
}

/// A number as `encoding/json` writes it.
fn go_json_float(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        return match text.split_once('e') {
            Some((mantissa, exponent)) if !exponent.starts_with('-') => format!("{mantissa}e+{exponent}"),
            _ => text,
        };
    }
    number.to_string()
}

/// Where Go's decoder of base64 stops, in bytes; `None` where it does not.
fn base64_fault(text: &str) -> Option<usize> {
    let letter = |c: u8| c.is_ascii_alphanumeric() || c == b'+' || c == b'/';
    let mut letters = 0;
    let mut bytes = text.bytes().enumerate().filter(|(_, c)| !matches!(c, b'\r' | b'\n'));
    while let Some((offset, c)) = bytes.next() {
        if letter(c) {
            letters += 1;
            continue;
        }
        if c != b'=' || letters % 4 < 2 {
            return Some(offset);
        }
        if letters % 4 == 2 {
            match bytes.next() {
                Some((_, b'=')) => {}
                Some((offset, _)) => return Some(offset),
                None => return Some(text.len()),
            }
        }
        return bytes.next().map(|(offset, _)| offset);
    }
    (letters % 4 != 0).then(|| text.len() - letters % 4)
}
