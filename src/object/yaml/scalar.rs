//! What a scalar means: the rules of YAML 1.1 as goyaml v2 applies them, which is what kubectl reads.

use crate::object::Value;

/// What a plain scalar was resolved to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    String(String),
}

const TRUE: [&str; 9] = ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true"];
const FALSE: [&str; 9] = ["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false"];

/// Models `resolve` of goyaml v2 for a scalar without quotes and tag.
pub(super) fn resolve(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "True" | "TRUE" => return Scalar::Bool(true),
        "False" | "FALSE" => return Scalar::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ if TRUE.contains(&text) => return Scalar::Bool(true),
        _ if FALSE.contains(&text) => return Scalar::Bool(false),
        _ => {}
    }
    let number = match text.as_bytes().first() {
        Some(b'.') => decimal(text).map(Scalar::Float),
        // A timestamp stays the text that it is.
        Some(b'0'..=b'9' | b'+' | b'-') if !is_timestamp(text) => number(&text.replace('_', "")),
        _ => None,
    };
    number.unwrap_or_else(|| Scalar::String(text.into()))
}

fn number(text: &str) -> Option<Scalar> {
    if let Some(number) = integer(text) {
        return Some(number);
    }
    decimal(text).map(Scalar::Float)
}

/// Models `strconv.ParseInt` and `ParseUint` with base 0: the prefixes `0x`, `0o`, `0b` and a leading `0` for octal.
fn integer(text: &str) -> Option<Scalar> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // Rust would accept another sign here.
    if !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    let size = u64::from_str_radix(digits, base).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(size).map(Scalar::Int);
    }
    match i64::try_from(size) {
        Ok(number) => Some(Scalar::Int(number)),
        // ParseUint takes no sign.
        Err(_) => (!text.starts_with('+')).then_some(Scalar::Unsigned(size)),
    }
}

/// Models goyaml's `yamlStyleFloat`: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn decimal(text: &str) -> Option<f64> {
    let bare = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (bare, None),
    };
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let well_formed = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    if !well_formed {
        return None;
    }
    // As JSON, whose reader the page has anyway; like Go's, it refuses what does not fit.
    let [whole, fraction] = [whole.trim_start_matches('0'), fraction].map(|digits| if digits.is_empty() { "0" } else { digits });
    let sign = if text.starts_with('-') { "-" } else { "" };
    let power = exponent_of(text);
    serde_json::from_str(&format!("{sign}{whole}.{fraction}{power}")).ok()
}

/// The exponent of a decimal, with its `e`.
fn exponent_of(text: &str) -> &str {
    text.find(['e', 'E']).map_or("", |start| &text[start..])
}

/// Models goyaml's `parseTimestamp`: `2006-1-2`, and the same with a time behind `T`, `t` or a space.
fn is_timestamp(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 4 || text.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    let date_end = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let mut date = text[..date_end].split('-').map(|part| (part.len(), part.parse::<u8>()));
    date.next();
    let part_of_date =
        |part: Option<(usize, Result<u8, _>)>, most| matches!(part, Some((1 | 2, Ok(number))) if (1..=most).contains(&number));
    let date_is_good = part_of_date(date.next(), 12) && part_of_date(date.next(), 31) && date.next().is_none();
    date_is_good && (date_end == text.len() || text[date_end + 1..].contains(':'))
}

impl Scalar {
    /// Its name as a YAML tag, as goyaml prints it.
    pub(super) fn tag(&self) -> &'static str {
        match self {
            Scalar::Null => "!!null",
            Scalar::Bool(_) => "!!bool",
            Scalar::Int(_) | Scalar::Unsigned(_) => "!!int",
            Scalar::Float(_) => "!!float",
            Scalar::String(_) => "!!str",
        }
    }

    /// The value after the way through JSON, on which whole floats become whole numbers. Not-a-number and the
    /// infinities have no JSON.
    pub(super) fn into_value(self) -> Option<Value> {
        Some(match self {
            Scalar::Null => Value::Null,
            Scalar::Bool(flag) => flag.into(),
            Scalar::Int(number) => number.into(),
            #[allow(clippy::cast_precision_loss, reason = "JSON numbers beyond i64 are floats in Go, too")]
            Scalar::Unsigned(number) => Value::Float(number as f64),
            Scalar::Float(number) if !number.is_finite() => return None,
            #[allow(clippy::cast_possible_truncation, reason = "whole and small enough, checked here")]
            Scalar::Float(number) if number.fract() == 0.0 && number.abs() < 9.2e18 => Value::Int(number as i64),
            Scalar::Float(number) => Value::Float(number),
            Scalar::String(text) => text.into(),
        })
    }

    /// The scalar as the name of a field, as sigs.k8s.io/yaml writes names that are no strings; `None` for those that it refuses.
    pub(super) fn into_key(self) -> Option<String> {
        Some(match self {
            Scalar::Null | Scalar::Unsigned(_) => return None,
            Scalar::Bool(flag) => flag.to_string(),
            Scalar::Int(number) => number.to_string(),
            Scalar::Float(number) if number.is_nan() => ".nan".into(),
            Scalar::Float(number) if number.is_infinite() => if number > 0.0 { ".inf" } else { "-.inf" }.into(),
            Scalar::Float(number) => crate::object::emit::float(number),
            Scalar::String(text) => text,
        })
    }
}

/// Whether goyaml reads these words, without quotes, as the string that they are.
pub(in crate::object) fn reads_as_string(words: &str) -> bool {
    words != "<<" && !is_timestamp(words) && !is_base_60(words) && matches!(resolve(words), Scalar::String(_))
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`, a number to other readers of YAML 1.1, so that goyaml quotes it.
fn is_base_60(words: &str) -> bool {
    let bare = words.strip_prefix(['-', '+']).unwrap_or(words);
    let (bare, fraction) = bare.split_once('.').unwrap_or((bare, ""));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit() || c == b'_');
    let mut parts = bare.split(':');
    let whole = parts.next().unwrap_or_default();
    let minutes = |part: &str| (1..=2).contains(&part.len()) && digits(part) && part.parse::<u8>().is_ok_and(|part| part < 60);
    whole.starts_with(|c: char| c.is_ascii_digit())
        && digits(whole)
        && digits(fraction)
        && bare.contains(':')
        && parts.all(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_they_mean_to_kubectl() {
        use Scalar::{Bool, Float, Int, Null, Unsigned};
        let text = |text: &str| Scalar::String(text.into());
        for (written, meant) in [
            ("", Null),
            ("~", Null),
            ("NULL", Null),
            ("nULL", text("nULL")),
            ("yes", Bool(true)),
            ("Off", Bool(false)),
            ("y", Bool(true)),
            ("oN", text("oN")),
            ("0644", Int(420)),
            ("0o644", Int(420)),
            ("0x10", Int(16)),
            ("0b11", Int(3)),
            ("-0b11", Int(-3)),
            ("1_000", Int(1000)),
            ("089", Float(89.0)),
            ("+12", Int(12)),
            ("-9223372036854775808", Int(i64::MIN)),
            ("18446744073709551615", Unsigned(u64::MAX)),
            ("1e3", Float(1000.0)),
            (".5", Float(0.5)),
            ("5.", Float(5.0)),
            (".", text(".")),
            ("-", text("-")),
            ("--1", text("--1")),
            ("1e", text("1e")),
            ("1e999", text("1e999")),
            ("12:30", text("12:30")),
            ("2024-05-01", text("2024-05-01")),
            ("2024-05-01T10:00:00Z", text("2024-05-01T10:00:00Z")),
            ("100m", text("100m")),
            ("10%", text("10%")),
            ("inf", text("inf")),
        ] {
            assert_eq!(resolve(written), meant, "{written}");
        }
    }

    #[test]
    fn whole_floats_become_whole_numbers_on_the_way_through_json() {
        assert_eq!(Scalar::Float(5.0).into_value(), Some(Value::Int(5)));
        assert_eq!(Scalar::Float(1.5).into_value(), Some(Value::Float(1.5)));
        assert_eq!(Scalar::Float(f64::INFINITY).into_value(), None);
    }

    #[test]
    fn names_that_are_no_strings_become_strings() {
        assert_eq!(resolve("0x10").into_key().as_deref(), Some("16"));
        assert_eq!(resolve("on").into_key().as_deref(), Some("true"));
        assert_eq!(resolve("1.5").into_key().as_deref(), Some("1.5"));
        assert_eq!(resolve("~").into_key(), None);
    }
}
