//! `kubectl get --sort-by`.
//!
//! Models `SortingPrinter` and `RuntimeSorter` of kubectl, with all that comes of a table being one object for them, and of the printer's
//! faults being passed over: a table of several rows that cannot be sorted is not printed, and several tables cannot be sorted.

use super::fault::Fault;
use super::flags::Flags;
use super::print::jsonpath::{Template, relaxed};
use super::select::Info;
use crate::apiserver::error::go_quoted;
use crate::object::{Quantity, Value};

/// Sorts what was found.
///
/// # Errors
/// In kubectl's words, where it says any.
pub fn sort(infos: Vec<Info>, flags: &Flags, is_table: bool) -> Result<Vec<Info>, Fault> {
    let by = flags.text("sort-by");
    if by.is_empty() {
        return Ok(infos);
    }
    let by_name = flags.args.len() > 1 || flags.args.iter().any(|arg| arg.contains('/'));
    let several = infos.windows(2).any(|pair| by_name || !std::ptr::eq(pair[0].resource, pair[1].resource));
    let sorted = sorted(infos, by, if is_table || by_name { 2 } else { 1 });
    match sorted {
        _ if is_table && several => Err(not_found(by)),
        Err(_) if is_table => Ok(Vec::new()),
        sorted => sorted,
    }
}

fn not_found(by: &str) -> Fault {
    let path = go_quoted(&relaxed(by).unwrap_or_else(|_| by.to_owned()));
    Fault::client(format!("couldn't find any field with path {path} in the list of objects"))
}

/// What is no list is not sorted, and neither is a table of one row.
fn sorted(infos: Vec<Info>, by: &str, least: usize) -> Result<Vec<Info>, Fault> {
    if infos.len() < least {
        return Ok(infos);
    }
    let template = Template::parse_relaxed(by).map_err(Fault::client)?;
    let mut sorted: Vec<(Option<Value>, Info)> = Vec::new();
    for info in infos {
        let key = template.find(&info.value, true).map_err(Fault::client)?.into_iter().next();
        insert(&mut sorted, key, info);
    }
    if sorted.iter().all(|(key, _)| key.is_none()) {
        return Err(not_found(by));
    }
    Ok(sorted.into_iter().map(|(_, info)| info).collect())
}

/// Go sorts up to twelve so, which shows when each of two is less than the other.
fn insert<T>(sorted: &mut Vec<(Option<Value>, T)>, key: Option<Value>, item: T) {
    let at = sorted.partition_point(|(it, _)| !is_less(key.as_ref(), it.as_ref()));
    sorted.insert(at, (key, item));
}

/// Models `TableSorter.Less`: what has no value is less than all, even than another without one.
fn is_less(a: Option<&Value>, b: Option<&Value>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return a.is_none() };
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a < b,
        (Value::Float(a), Value::Float(b)) => a < b,
        (Value::String(x), Value::String(y)) => match (Quantity::read(a), Quantity::read(b)) {
            (Ok(a), Ok(b)) => a.milli_value() < b.milli_value(),
            _ => natural_less(x, y),
        },
        (a, b) => a.is_null() && !b.is_null(),
    }
}

/// Whether a text is before another when numbers in them are compared as such. Models `NaturalLess` of fvbommel/sortorder.
fn natural_less(one: &str, other: &str) -> bool {
    let (mut a, mut b) = (one.as_bytes(), other.as_bytes());
    while let ([x, ..], [y, ..]) = (a, b) {
        match (x.is_ascii_digit(), y.is_ascii_digit()) {
            (false, false) if x != y => return x < y,
            (false, false) => (a, b) = (&a[1..], &b[1..]),
            (true, true) => {
                let (left, right) = (number(&mut a), number(&mut b));
                if left != right {
                    return left < right;
                }
            }
            (is_digit, _) => return is_digit,
        }
    }
    one.len() < other.len()
}

/// Takes a number: how long it is without zeros, its digits, and how many zeros stand before it.
fn number<'a>(text: &mut &'a [u8]) -> (usize, &'a [u8], usize) {
    let count = |of: &[u8], is: fn(&u8) -> bool| of.iter().take_while(|it| is(it)).count();
    let zeros = count(text, |it| *it == b'0');
    let digits = count(&text[zeros..], u8::is_ascii_digit);
    let (taken, rest) = text.split_at(zeros + digits);
    *text = rest;
    (digits, &taken[zeros..], zeros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts_are_compared_as_numbers() {
        let sorted = ["", "1", "01", "2", "10", "a", "a1", "a1b", "a2", "a10", "a10b2", "a10b10", "b"];
        for (at, one) in sorted.iter().enumerate() {
            for (place, other) in sorted.iter().enumerate() {
                assert_eq!(natural_less(one, other), at < place, "{one} {other}");
            }
        }
    }

    #[test]
    fn what_has_no_value_comes_first_the_last_one_before_all() {
        let cases: [(&[Option<Value>], &[usize]); 4] = [
            (&[None, Some("b".into()), None, Some("a".into()), None], &[4, 2, 0, 3, 1]),
            (&[Some("1Gi".into()), Some("512Mi".into()), Some(Value::Null)], &[2, 1, 0]),
            (&[Some("n10".into()), Some("n9".into()), Some("n10".into())], &[1, 0, 2]),
            (&[Some(2.into()), Some(10.into()), Some(1.into())], &[2, 0, 1]),
        ];
        for (values, expected) in cases {
            let mut sorted = Vec::new();
            for (at, value) in values.iter().enumerate() {
                insert(&mut sorted, value.clone(), at);
            }
            assert_eq!(sorted.iter().map(|(_, at)| *at).collect::<Vec<_>>(), expected, "{values:?}");
        }
    }
}
