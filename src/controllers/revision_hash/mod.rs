//! The hash by which a ControllerRevision, and the pods made from it, are known.
//!
//! Models `ComputeHash` of `pkg/controller/controller_utils.go`: the FNV-1a hash of a pod template as Go's `spew` prints
//! it, written in letters that spell no words. The text is some 13,000 characters long, so it is hashed while it is made.

use std::fmt::{self, Write};

use crate::object::go_types::{GoField, GoKind, GoType, GoTypes};
use crate::object::{Map, Quantity, SmolStr, Value};

/// The `controller-revision-hash` of a pod template with all defaults filled in, 1 to 10 characters.
///
/// `collision_count` is the DaemonSet's `status.collisionCount`. An empty list or map counts as absent, as it does for an
/// object that comes out of storage.
pub fn hash(template: &Value, collision_count: Option<i64>) -> SmolStr {
    let mut fnv = Fnv1a::default();
    // Writing to a hash does not fail.
    let _ = write_template(template, &mut fnv);
    if let Some(count) = collision_count {
        // Go takes the low 32 bits and writes them into an array of eight.
        fnv.update(&(count & 0xffff_ffff).to_le_bytes());
    }
    safe_encode(fnv.sum)
}

/// What is hashed: the template as Go prints it.
pub fn dump(template: &Value) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_template(template, &mut text);
    text
}

/// Models `rand.SafeEncodeString` of the decimal digits.
fn safe_encode(sum: u32) -> SmolStr {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let letter = |digit: u8| char::from(ALPHABET[usize::from(digit) % ALPHABET.len()]);
    sum.to_string().bytes().map(letter).collect()
}

/// Fowler, Noll and Vo's hash, 32 bits wide.
struct Fnv1a {
    sum: u32,
}

impl Default for Fnv1a {
    fn default() -> Self {
        Self { sum: 0x811c_9dc5 }
    }
}

impl Fnv1a {
    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.sum = (self.sum ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
}

impl Write for Fnv1a {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.update(text.as_bytes());
        Ok(())
    }
}

fn write_template(template: &Value, out: &mut impl Write) -> fmt::Result {
    out.write_str("(v1.PodTemplateSpec)")?;
    write_struct(GoTypes::get().fields("v1.PodTemplateSpec"), template, out)
}

fn write_struct(fields: &[GoField], value: &Value, out: &mut impl Write) -> fmt::Result {
    for (index, field) in fields.iter().enumerate() {
        out.write_char(if index == 0 { '{' } else { ' ' })?;
        write!(out, "{}:({})", field.name, field.go_type.name)?;
        let field_value = field.json.as_ref().map_or(value, |json| value.at(&[json]));
        write_value(&field.go_type, field_value, out)?;
    }
    out.write_str(if fields.is_empty() { "{}" } else { "}" })
}

fn write_value(go_type: &GoType, value: &Value, out: &mut impl Write) -> fmt::Result {
    match &go_type.kind {
        GoKind::String => out.write_str(value.as_str().unwrap_or_default()),
        GoKind::Bool => write!(out, "{}", value.as_bool().unwrap_or_default()),
        GoKind::Int => write!(out, "{}", value.as_i64().unwrap_or_default()),
        GoKind::Pointer(_) if value.is_null() => out.write_str("<nil>"),
        GoKind::Pointer(pointee) => write_value(pointee, value, out),
        GoKind::Slice(item) => write_slice(item, value.as_list().unwrap_or_default(), out),
        GoKind::Map(item) => write_map(item, value.as_map(), out),
        GoKind::Quantity => write_quantity(value, out),
        GoKind::IntOrString => write_int_or_string(value, out),
        // No template has a time of its own: its metadata is that of pods to come.
        GoKind::Time => out.write_str("{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"),
        GoKind::Struct => write_struct(GoTypes::get().fields(go_type.name), value, out),
    }
}

fn write_slice(item: &GoType, values: &[Value], out: &mut impl Write) -> fmt::Result {
    if values.is_empty() {
        return out.write_str("<nil>");
    }
    for (index, value) in values.iter().enumerate() {
        out.write_char(if index == 0 { '[' } else { ' ' })?;
        write_value(item, value, out)?;
    }
    out.write_char(']')
}

fn write_map(item: &GoType, map: Option<&Map>, out: &mut impl Write) -> fmt::Result {
    let Some(map) = map.filter(|map| !map.is_empty()) else { return out.write_str("<nil>") };
    for (index, (key, value)) in map.iter().enumerate() {
        out.write_str(if index == 0 { "map[" } else { " " })?;
        write!(out, "{key}:")?;
        write_value(item, value, out)?;
    }
    out.write_char(']')
}

fn write_int_or_string(value: &Value, out: &mut impl Write) -> fmt::Result {
    let is_string = value.as_str().is_some();
    let (number, text) = (value.as_i64().unwrap_or_default(), value.as_str().unwrap_or_default());
    write!(out, "{{Type:(intstr.Type){} IntVal:(int32){number} StrVal:(string){text}}}", u8::from(is_string))
}

/// The hash sees more than the value: its notation, how Go holds it, and the text if Go kept that.
fn write_quantity(value: &Value, out: &mut impl Write) -> fmt::Result {
    let quantity = Quantity::read(value).ok().filter(|_| !value.is_null());
    let format = quantity.as_ref().map_or("", |it| it.format().as_str());
    let quantity = quantity.unwrap_or_default();
    let (mantissa, scale) = quantity.unscaled();
    let (small, small_scale) = if quantity.is_decimal() { (0, 0) } else { (mantissa, scale) };
    write!(out, "{{i:(resource.int64Amount){{value:(int64){small} scale:(resource.Scale){small_scale}}} ")?;
    out.write_str("d:(resource.infDecAmount){Dec:(*inf.Dec)")?;
    if quantity.is_decimal() {
        write!(out, "{{unscaled:(big.Int){{neg:(bool){} abs:(big.nat)", mantissa < 0)?;
        write_big_nat(mantissa.unsigned_abs(), out)?;
        write!(out, "}} scale:(inf.Scale){}}}", scale.saturating_neg())?;
    } else {
        out.write_str("<nil>")?;
    }
    let text = quantity.cached_text().unwrap_or_default();
    write!(out, "}} s:(string){text} Format:(resource.Format){format}}}")
}

/// The 64-bit words of a `big.nat`, the lowest first.
fn write_big_nat(number: u128, out: &mut impl Write) -> fmt::Result {
    let (low, high) = (number & u128::from(u64::MAX), number >> 64);
    match (low, high) {
        (0, 0) => out.write_str("<nil>"),
        (low, 0) => write!(out, "[{low}]"),
        (low, high) => write!(out, "[{low} {high}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn quantities_are_dumped_as_go_holds_them() {
        let cases = [
            (
                "100m",
                "{i:(resource.int64Amount){value:(int64)100 scale:(resource.Scale)-3} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)100m Format:(resource.Format)DecimalSI}",
            ),
            (
                "64Mi",
                "{i:(resource.int64Amount){value:(int64)67108864 scale:(resource.Scale)0} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string) Format:(resource.Format)BinarySI}",
            ),
            (
                "0",
                "{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)0 Format:(resource.Format)DecimalSI}",
            ),
            (
                "1Pi",
                "{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0} d:(resource.infDecAmount){Dec:(*inf.Dec){unscaled:(big.Int){neg:(bool)false abs:(big.nat)[2882303761517117440 61035]} scale:(inf.Scale)9}} s:(string) Format:(resource.Format)BinarySI}",
            ),
        ];
        for (text, expected) in cases {
            let mut dumped = String::new();
            write_quantity(&text.into(), &mut dumped).expect("strings take all");
            assert_eq!(dumped, expected, "{text}");
        }
    }

    #[test]
    fn an_empty_list_hashes_as_an_absent_one_and_an_empty_object_does_not() {
        let with = |field: &str, value: Value| hash(&map! { "spec" => map! { field => value } }, None);
        let without = hash(&map! { "spec" => Value::object() }, None);
        assert_eq!(with("volumes", Vec::<Value>::new().into()), without);
        assert_eq!(with("nodeSelector", Value::object()), without);
        assert_ne!(with("securityContext", Value::object()), without);
    }
}
