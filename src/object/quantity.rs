//! Quantities of resources, such as `250m` or `1536Mi`: read, compared, added and written as Kubernetes does it.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::{SmolStr, Value};

/// An exact decimal number with the notation that it was written in.
///
/// Models `resource.Quantity` of `k8s.io/apimachinery`. Numbers beyond the range of Kubernetes' 64-bit fast path are kept
/// to a thousand-millionth, up to about 10²⁹, and stay there when they would grow further.
///
/// Two quantities are equal when their values are, whatever their notation.
///
/// ```
/// use daemonset_lab::object::Quantity;
/// let request: Quantity = "1.5Gi".parse().unwrap();
/// assert_eq!(request.to_string(), "1536Mi");
/// assert_eq!(request.value(), 1_610_612_736);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Quantity {
    /// The value is `mantissa` × 10^`scale`.
    mantissa: i128,
    scale: i32,
    /// Whether Kubernetes keeps it as an arbitrary decimal (`inf.Dec`) instead of 64 bits and a scale.
    is_decimal: bool,
    format: QuantityFormat,
    /// The text that it was read from, where Kubernetes deems it canonical and writes it out again.
    text: Option<SmolStr>,
}

/// The notation of a [`Quantity`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuantityFormat {
    /// Powers of ten as letters: `12M`.
    #[default]
    DecimalSI,
    /// Powers of 1024 as letters: `12Mi`.
    BinarySI,
    /// Powers of ten as exponents: `12e6`.
    DecimalExponent,
}

/// Why a text is no quantity; the texts are those of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseQuantityError {
    /// It has characters in places where none may be.
    Format,
    /// Its digits are beyond what can be read.
    Numeric,
    /// Its unit is unknown.
    Suffix,
}

impl fmt::Display for ParseQuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            Self::Numeric => "unable to parse numeric part of quantity",
            Self::Suffix => "unable to parse quantity's suffix",
        })
    }
}

impl std::error::Error for ParseQuantityError {}

impl QuantityFormat {
    /// Its name in Go.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DecimalSI => "DecimalSI",
            Self::BinarySI => "BinarySI",
            Self::DecimalExponent => "DecimalExponent",
        }
    }
}

/// The smallest fraction that a quantity keeps: a thousand-millionth.
const NANO: i32 = -9;
const DECIMAL_UNITS: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY_UNITS: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl Quantity {
    /// A whole number in decimal notation.
    pub fn whole(value: i64) -> Self {
        Self { mantissa: value.into(), ..Self::default() }
    }

    /// Thousandths in decimal notation, as CPU time is counted.
    pub fn milli(value: i64) -> Self {
        Self { mantissa: value.into(), scale: -3, ..Self::default() }
    }

    /// Reads a quantity as the API does: a text, or a number, which is taken for its decimal text.
    ///
    /// # Errors
    /// When the text is no quantity.
    pub fn read(value: &Value) -> Result<Self, ParseQuantityError> {
        match value {
            Value::Null => Ok(Self::default()),
            Value::String(text) => text.trim().parse(),
            other => other.to_string().parse(),
        }
    }

    /// The notation.
    pub fn format(&self) -> QuantityFormat {
        self.format
    }

    /// Mantissa and power of ten, as Kubernetes keeps them.
    pub fn unscaled(&self) -> (i128, i32) {
        (self.mantissa, self.scale)
    }

    /// Whether Kubernetes keeps this one as an arbitrary decimal (`inf.Dec`) instead of 64 bits and a scale.
    pub fn is_decimal(&self) -> bool {
        self.is_decimal
    }

    /// The text it was read from, where Kubernetes keeps it to be written out again.
    pub fn cached_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Whether the value is nothing.
    pub fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// Whether the value is below zero.
    pub fn is_negative(&self) -> bool {
        self.mantissa < 0
    }

    /// The value as a whole number; fractions are rounded away from zero, and too large values stay at the limit.
    pub fn value(&self) -> i64 {
        self.scaled_value(0)
    }

    /// The value in thousandths; smaller fractions are rounded away from zero, and too large values stay at the limit.
    pub fn milli_value(&self) -> i64 {
        self.scaled_value(-3)
    }

    /// Models `Quantity.ScaledValue`: the value in units of 10^`scale`.
    fn scaled_value(&self, scale: i32) -> i64 {
        let scaled = rescale(self.mantissa, self.scale, scale);
        i64::try_from(scaled).unwrap_or(if scaled < 0 { i64::MIN } else { i64::MAX })
    }

    /// Models `Quantity.Add`. The notation is kept, unless this was zero.
    pub fn add(&mut self, other: &Self) {
        self.add_signed(other.mantissa, other);
    }

    /// Models `Quantity.Sub`. The notation is kept, unless this was zero.
    pub fn sub(&mut self, other: &Self) {
        self.add_signed(other.mantissa.saturating_neg(), other);
    }

    fn add_signed(&mut self, mantissa: i128, other: &Self) {
        self.text = None;
        if self.is_zero() {
            self.format = other.format;
            self.scale = other.scale;
        }
        let distance = self.scale.abs_diff(other.scale);
        // Where the larger power of ten cannot be written out, the other number is too small to count.
        if self.scale < other.scale {
            if let Some(mantissa) = checked_raise(mantissa, distance) {
                self.mantissa = self.mantissa.saturating_add(mantissa);
            } else {
                (self.mantissa, self.scale) = (mantissa, other.scale);
            }
        } else if let Some(raised) = checked_raise(self.mantissa, distance) {
            self.mantissa = raised.saturating_add(mantissa);
            self.scale = other.scale;
        }
        self.is_decimal |= other.is_decimal || i64::try_from(self.mantissa).is_err();
    }

    /// Mantissa without trailing zeros, and the power of ten that belongs to it.
    fn reduced(&self) -> (i128, i32) {
        let (mut mantissa, mut scale) = (self.mantissa, self.scale);
        while mantissa != 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale = scale.saturating_add(1);
        }
        (mantissa, scale)
    }

    /// Models the decimal branches of `CanonicalizeBytes`: the power of ten becomes a multiple of three.
    fn fmt_decimal(&self, f: &mut fmt::Formatter<'_>, format: QuantityFormat) -> fmt::Result {
        let (mantissa, scale) = self.reduced();
        let excess = scale.rem_euclid(3).unsigned_abs();
        let exponent = scale.saturating_sub_unsigned(excess);
        write!(f, "{}", checked_raise(mantissa, excess).unwrap_or(mantissa))?;
        if format == QuantityFormat::DecimalExponent {
            return if exponent == 0 { Ok(()) } else { write!(f, "e{exponent}") };
        }
        // Beyond the last letter Kubernetes writes none.
        let unit = DECIMAL_UNITS.iter().find(|(_, power)| *power == exponent);
        f.write_str(unit.map_or("", |(name, _)| name))
    }

    /// Models the binary branch of `CanonicalizeBytes`.
    fn fmt_binary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = rescale(self.mantissa, self.scale, 0);
        let mut power = 0;
        while value % 1024 == 0 {
            value /= 1024;
            power += 1;
        }
        write!(f, "{value}")?;
        let unit = usize::checked_sub(power, 1).and_then(|index| BINARY_UNITS.get(index));
        f.write_str(unit.unwrap_or(&""))
    }
}

/// The canonical text, as `Quantity.String` of Kubernetes.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.text {
            return f.write_str(text);
        }
        if self.is_zero() {
            return f.write_str("0");
        }
        match self.format {
            QuantityFormat::BinarySI => {
                let is_small = rescale(self.mantissa, self.scale, 0).unsigned_abs() < 1024;
                let has_fraction = self.reduced().1 < 0;
                if is_small || has_fraction { self.fmt_decimal(f, QuantityFormat::DecimalSI) } else { self.fmt_binary(f) }
            }
            format => self.fmt_decimal(f, format),
        }
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((left, left_scale), (right, right_scale)) = (self.reduced(), other.reduced());
        if left.signum() != right.signum() || left == 0 {
            return left.cmp(&right);
        }
        let by_size = |order: Ordering| if left < 0 { order.reverse() } else { order };
        // Numbers of different length need not be written out; those of the same length can be.
        let length = |mantissa: i128, scale: i32| i64::from(mantissa.unsigned_abs().ilog10()) + i64::from(scale);
        let lengths = length(left, left_scale).cmp(&length(right, right_scale));
        let distance = left_scale.abs_diff(right_scale);
        by_size(lengths.then_with(|| match left_scale.cmp(&right_scale) {
            Ordering::Less => {
                checked_raise(right, distance).map_or(Ordering::Less, |right| left.unsigned_abs().cmp(&right.unsigned_abs()))
            }
            _ => checked_raise(left, distance).map_or(Ordering::Greater, |left| left.unsigned_abs().cmp(&right.unsigned_abs())),
        }))
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

/// `mantissa` × 10^`power`, if it fits.
fn checked_raise(mantissa: i128, power: u32) -> Option<i128> {
    if mantissa == 0 {
        return Some(0);
    }
    mantissa.checked_mul(10_i128.checked_pow(power)?)
}

/// `mantissa` × 10^`from` in units of 10^`to`: rounded away from zero, and held at the limit.
fn rescale(mantissa: i128, from: i32, to: i32) -> i128 {
    let distance = from.abs_diff(to);
    if from >= to {
        let limit = if mantissa < 0 { i128::MIN } else { i128::MAX };
        return checked_raise(mantissa, distance).unwrap_or(limit);
    }
    let Some(divisor) = 10_i128.checked_pow(distance) else { return mantissa.signum() };
    let rounded = mantissa / divisor;
    if mantissa % divisor == 0 { rounded } else { rounded + mantissa.signum() }
}

/// A text of a quantity, cut into its parts. Models `parseQuantityString`.
struct Parts<'a> {
    is_negative: bool,
    /// Digits before the point, without leading zeros, but at least one.
    whole: &'a str,
    /// Digits after the point.
    fraction: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, ParseQuantityError> {
        let is_negative = text.starts_with('-');
        let rest = text.strip_prefix(['-', '+']).unwrap_or(text).trim_start_matches('0');
        let (whole, rest) = split_digits(rest);
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split_digits);
        let exponent = suffix.trim_start_matches(['e', 'E', 'i', 'n', 'u', 'm', 'k', 'K', 'M', 'G', 'T', 'P']);
        if !split_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)).1.is_empty() {
            return Err(ParseQuantityError::Format);
        }
        Ok(Self { is_negative, whole: if whole.is_empty() { "0" } else { whole }, fraction, suffix })
    }

    /// The digits on both sides of the point as one number, if it has room.
    fn digits(&self) -> Option<i128> {
        let digits = self.whole.bytes().chain(self.fraction.bytes());
        digits.into_iter().try_fold(0_i128, |number, digit| number.checked_mul(10)?.checked_add(i128::from(digit - b'0')))
    }

    fn digit_count(&self) -> usize {
        self.whole.len() + self.fraction.len()
    }

    /// The power of ten that the fraction stands for, beside that of the unit.
    fn fraction_scale(&self) -> i32 {
        i32::try_from(self.fraction.len()).map_or(i32::MIN, |length| -length)
    }

    fn signed(&self, mantissa: i128) -> i128 {
        if self.is_negative { -mantissa } else { mantissa }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// What a suffix multiplies by.
enum Unit {
    /// A power of ten, and the notation.
    Ten(i32, QuantityFormat),
    /// A power of two.
    Two(u32),
}

impl Unit {
    fn read(suffix: &str) -> Option<Self> {
        if let Some((_, power)) = DECIMAL_UNITS.iter().find(|(name, _)| *name == suffix) {
            return Some(Self::Ten(*power, QuantityFormat::DecimalSI));
        }
        if let Some(power) = (10..).step_by(10).zip(BINARY_UNITS).find_map(|(power, name)| (name == suffix).then_some(power)) {
            return Some(Self::Two(power));
        }
        let exponent: i64 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
        let limit = if exponent < 0 { i32::MIN } else { i32::MAX };
        Some(Self::Ten(i32::try_from(exponent).unwrap_or(limit), QuantityFormat::DecimalExponent))
    }
}

impl FromStr for Quantity {
    type Err = ParseQuantityError;

    /// Models `ParseQuantity`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ParseQuantityError::Format);
        }
        if text == "0" {
            return Ok(Self { text: Some(text.into()), ..Self::default() });
        }
        let parts = Parts::split(text)?;
        let quantity = match Unit::read(parts.suffix).ok_or(ParseQuantityError::Suffix)? {
            Unit::Ten(power, format) => parse_decimal(text, &parts, power, format)?,
            Unit::Two(power) => parse_binary(text, &parts, power),
        };
        Ok(quantity)
    }
}

/// How many digits Kubernetes reads into 64 bits.
const MAX_INT64_DIGITS: usize = 19;

fn parse_decimal(text: &str, parts: &Parts<'_>, power: i32, format: QuantityFormat) -> Result<Quantity, ParseQuantityError> {
    let scale = power.saturating_add(parts.fraction_scale());
    if parts.digit_count() > MAX_INT64_DIGITS || scale < NANO {
        let digits = parts.digits().unwrap_or(i128::MAX);
        return Ok(arbitrary(parts, digits, scale, format));
    }
    let digits = parts.digits().and_then(|digits| i64::try_from(digits).ok()).ok_or(ParseQuantityError::Numeric)?;
    let ends_in_thousand = parts.whole.bytes().chain(parts.fraction.bytes()).rev().take(3).eq(*b"000");
    let is_canonical = scale % 3 == 0 && !ends_in_thousand && !parts.whole.starts_with('0');
    let text = is_canonical.then(|| text.into());
    Ok(Quantity { mantissa: parts.signed(digits.into()), scale, is_decimal: false, format, text })
}

fn parse_binary(text: &str, parts: &Parts<'_>, power: u32) -> Quantity {
    let factor = 1_i128 << power;
    // A kibi unit costs about three decimal digits of the fifteen that are sure to fit.
    let has_room = parts.fraction.is_empty() && parts.whole.len() + power as usize * 3 / 10 < 15;
    let digits = parts.digits();
    if let Some(digits) = digits.filter(|_| has_room) {
        let mantissa = parts.signed(digits * factor);
        let text = (digits % 8 != 0).then(|| text.into());
        return Quantity { mantissa, scale: 0, is_decimal: false, format: QuantityFormat::BinarySI, text };
    }
    let product = digits.and_then(|digits| digits.checked_mul(factor)).unwrap_or(i128::MAX);
    let mut quantity = arbitrary(parts, product, parts.fraction_scale(), QuantityFormat::BinarySI);
    let max = Quantity::whole(i64::MAX);
    let size = Quantity { mantissa: quantity.mantissa.saturating_abs(), ..quantity.clone() };
    if size > max {
        quantity.mantissa = parts.signed(max.mantissa);
        quantity.scale = 0;
    }
    // Less than one is not written in powers of 1024.
    if !size.is_zero() && size < Quantity::whole(1) {
        quantity.format = QuantityFormat::DecimalSI;
    }
    quantity
}

/// A number beyond 64 bits: rounded up to the smallest fraction.
fn arbitrary(parts: &Parts<'_>, digits: i128, scale: i32, format: QuantityFormat) -> Quantity {
    let (mantissa, scale) = if digits == 0 { (0, scale) } else { (rescale(digits, scale, NANO), NANO) };
    Quantity { mantissa: parts.signed(mantissa), scale, is_decimal: true, format, text: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn texts_become_canonical_as_in_kubernetes() {
        let cases = [
            ("0", "0"),
            ("0.0", "0"),
            ("-0", "0"),
            ("1", "1"),
            ("0.5", "500m"),
            ("1.5", "1500m"),
            ("100m", "100m"),
            ("1000m", "1"),
            ("1000", "1k"),
            ("1500", "1500"),
            ("1e3", "1e3"),
            ("1000e3", "1e6"),
            ("12e5", "1200e3"),
            ("1E", "1E"),
            ("1E5", "100e3"),
            ("1024Ki", "1Mi"),
            ("64Mi", "64Mi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Mi", "512Ki"),
            ("0.5Ki", "512"),
            ("1Ei", "1Ei"),
            ("8Ei", "9223372036854775807"),
            ("0.1m", "100u"),
            ("0.1n", "1n"),
            ("1.0000000001", "1000000001n"),
            ("-1.5", "-1500m"),
            ("-0.1n", "-1n"),
            (".5", "500m"),
            ("5.", "5."),
            ("+5", "+5"),
            ("1.500", "1.500"),
            ("007", "007"),
            ("1000000E", "1"),
            ("100000000000000000000", "100E"),
            ("1023Mi", "1023Mi"),
            ("1.0001Ki", "1024102400u"),
        ];
        for (text, canonical) in cases {
            assert_eq!(quantity(text).to_string(), canonical, "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_quantity_are_refused_in_the_words_of_kubernetes() {
        use ParseQuantityError::{Format, Numeric, Suffix};
        let cases = [
            ("", Format),
            ("100x", Format),
            ("a", Format),
            ("1.2.3", Format),
            ("1 Gi", Format),
            ("１", Format),
            ("1e", Suffix),
            ("1Kii", Suffix),
            ("1ki", Suffix),
            ("1K", Suffix),
            ("100mi", Suffix),
            ("1e9223372036854775808", Suffix),
            ("9999999999999999999", Numeric),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Quantity>().err(), Some(error), "{text}");
        }
        assert!(Format.to_string().ends_with("'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"));
    }

    #[test]
    fn whole_and_milli_values_round_away_from_zero_and_stop_at_the_limit() {
        let cases = [
            ("1500m", 2, 1500),
            ("1", 1, 1000),
            ("1n", 1, 1),
            ("-1500m", -2, -1500),
            ("1Gi", 1 << 30, (1 << 30) * 1000),
            ("1e30", i64::MAX, i64::MAX),
            ("-1e1000000000", i64::MIN, i64::MIN),
            ("1e-1000000000", 1, 1),
        ];
        for (text, value, milli) in cases {
            assert_eq!((quantity(text).value(), quantity(text).milli_value()), (value, milli), "{text}");
        }
    }

    #[test]
    fn quantities_are_ordered_by_value_whatever_their_notation() {
        let ascending = [
            "-1e1000000000",
            "-1Ki",
            "-1",
            "0",
            "1n",
            "999999n",
            "1m",
            "1",
            "1k",
            "1Ki",
            "1E",
            "1Ei",
            "1e30",
            "99999999999999999999999999",
            "1e1000000000",
        ];
        for (i, left) in ascending.iter().enumerate() {
            for (j, right) in ascending.iter().enumerate() {
                let expected = if (i, j) == (12, 13) || (i, j) == (13, 12) { j.cmp(&i) } else { i.cmp(&j) };
                assert_eq!(quantity(left).cmp(&quantity(right)), expected, "{left} and {right}");
            }
        }
        assert_eq!(quantity("1000m"), quantity("1e0"));
        assert_eq!(quantity("1Gi"), quantity("1073741824"));
    }

    #[test]
    fn sums_keep_the_notation_of_the_first_unless_it_is_zero() {
        let cases = [
            ("1Gi", "512Mi", "1536Mi", "512Mi"),
            ("1", "500m", "1500m", "500m"),
            ("0", "1Gi", "1Gi", "-1Gi"),
            ("100m", "1Gi", "1073741824100m", "-1073741823900m"),
            ("1e40", "1", "10e39", "10e39"),
        ];
        for (left, right, sum, difference) in cases {
            let (mut added, mut taken) = (quantity(left), quantity(left));
            added.add(&quantity(right));
            taken.sub(&quantity(right));
            assert_eq!((added.to_string().as_str(), taken.to_string().as_str()), (sum, difference), "{left} and {right}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_a_canonical_text_means_the_same(text in "[+-]?[0-9.]{0,45}[eEinumkKMGTP]{0,2}[-+]?[0-9]{0,12}") {
            if let Ok(read) = text.parse::<Quantity>() {
                let mut sum = read.clone();
                sum.add(&Quantity::milli(1));
                sum.sub(&read);
                let _ = (sum.to_string(), sum.value(), sum.milli_value());
                if read.format() != QuantityFormat::DecimalSI {
                    let again = quantity(&read.to_string());
                    proptest::prop_assert_eq!(again, read);
                }
            }
        }
    }
}
