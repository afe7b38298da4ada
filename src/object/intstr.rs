//! Numbers that may be given as a percentage of something, such as `maxUnavailable`.

use std::fmt;

use super::{SmolStr, Value};

/// Models `intstr.IntOrString` where a text must be a percentage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntOrPercent {
    /// A number.
    Int(i64),
    /// A text; only `N%` can be scaled.
    Text(SmolStr),
}

/// Why a text cannot be scaled; the texts are those of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsePercentError {
    /// It does not end in `%`.
    NotAPercentage,
    /// What stands before `%` is no whole number.
    InvalidNumber(SmolStr),
}

impl fmt::Display for ParsePercentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid value for IntOrString: ")?;
        match self {
            Self::NotAPercentage => f.write_str("invalid type: string is not a percentage"),
            Self::InvalidNumber(text) => {
                write!(f, "invalid value {text:?}: strconv.Atoi: parsing {:?}: invalid syntax", text.trim_end_matches('%'))
            }
        }
    }
}

impl std::error::Error for ParsePercentError {}

impl IntOrPercent {
    /// Reads a field; `None` when it is neither a number nor a text.
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Int(*number)),
            Value::String(text) => Some(Self::Text(text.clone())),
            _ => None,
        }
    }

    /// How many that is of `total`; a fraction is rounded up. Models `GetScaledValueFromIntOrPercent(…, true)`.
    ///
    /// # Errors
    /// When it is a text but no percentage.
    pub fn scaled_up(&self, total: usize) -> Result<i64, ParsePercentError> {
        let percent = match self {
            Self::Int(number) => return Ok(*number),
            Self::Text(text) => read_percent(text)?,
        };
        let product = i128::from(percent) * i128::try_from(total).unwrap_or(i128::MAX >> 64);
        let whole = product / 100 + i128::from(product > 0 && product % 100 != 0);
        Ok(i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX }))
    }

    /// How many that is of `total`; a fraction is rounded down. Models `GetScaledValueFromIntOrPercent(…, false)`.
    ///
    /// # Errors
    /// When it is a text but no percentage.
    pub fn scaled_down(&self, total: usize) -> Result<i64, ParsePercentError> {
        let percent = match self {
            Self::Int(number) => return Ok(*number),
            Self::Text(text) => read_percent(text)?,
        };
        let product = i128::from(percent) * i128::try_from(total).unwrap_or(i128::MAX >> 64);
        Ok(i64::try_from(product.div_euclid(100)).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX }))
    }
}

fn read_percent(text: &SmolStr) -> Result<i64, ParsePercentError> {
    let digits = text.strip_suffix('%').ok_or(ParsePercentError::NotAPercentage)?;
    digits.parse().map_err(|_| ParsePercentError::InvalidNumber(text.clone()))
}

impl fmt::Display for IntOrPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_up_and_numbers_stay() {
        let cases = [
            (Value::from(3), 10, Ok(3)),
            (Value::from("10%"), 5000, Ok(500)),
            (Value::from("10%"), 3, Ok(1)),
            (Value::from("100%"), 7, Ok(7)),
            (Value::from("0%"), 7, Ok(0)),
            (Value::from("34%"), 3, Ok(2)),
            (Value::from("-10%"), 5, Ok(0)),
            (Value::from("200%"), 3, Ok(6)),
            (Value::from("10"), 3, Err(ParsePercentError::NotAPercentage)),
            (Value::from("x%"), 3, Err(ParsePercentError::InvalidNumber("x%".into()))),
            (Value::from("9223372036854775807%"), usize::MAX, Ok(i64::MAX)),
        ];
        for (value, total, expected) in cases {
            let read = IntOrPercent::read(&value).expect("a number or a text");
            assert_eq!(read.scaled_up(total), expected, "{read} of {total}");
        }
    }
}
