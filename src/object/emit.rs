//! Writing objects as YAML, as `kubectl get -o yaml` prints them.
//!
//! Models the emitter of goyaml v2 for what comes out of JSON: fields sorted by name, two blanks of indentation, lists
//! not indented below their field, and quotes exactly where a plain word would mean something else.

use super::Value;
use super::yaml::reads_as_string;

/// Names of fields with more bytes get a question mark before them.
const LONGEST_PLAIN_KEY: usize = 128;

/// Writes a value as a YAML document, with a line break at its end.
///
/// ```
/// use daemonset_lab::object::{emit, map};
/// let object = map! { "on" => "yes", "text" => "a\nb\n", "list" => vec![1.into(), "1".into()] };
/// assert_eq!(emit::yaml(&object), "list:\n- 1\n- \"1\"\n\"on\": \"yes\"\ntext: |\n  a\n  b\n");
/// ```
pub fn yaml(value: &Value) -> String {
    let mut text = String::new();
    nested(&mut text, value, 0);
    text
}

/// Writes an item of a list whose field begins its line.
pub fn yaml_item(text: &mut String, item: &Value) {
    text.push_str("- ");
    nested(text, item, 1);
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n("  ", depth));
}

/// Writes fields; the first one stands where the text ends.
fn mapping(text: &mut String, value: &Value, depth: usize) {
    let Some(fields) = value.as_map() else { return };
    for (number, (name, value)) in fields.iter().enumerate() {
        if number > 0 {
            indent(text, depth);
        }
        if name.len() > LONGEST_PLAIN_KEY {
            text.push_str("? ");
            string(text, name, None);
            text.push('\n');
            indent(text, depth);
            text.push_str(": ");
            nested(text, value, depth + 1);
            continue;
        }
        string(text, name, None);
        text.push(':');
        match value {
            Value::Map(fields) if !fields.is_empty() => {
                text.push('\n');
                indent(text, depth + 1);
                mapping(text, value, depth + 1);
            }
            Value::List(_) if !value.list_at(&[]).is_empty() => {
                text.push('\n');
                indent(text, depth);
                sequence(text, value, depth);
            }
            _ => {
                text.push(' ');
                leaf(text, value, depth + 1);
                text.push('\n');
            }
        }
    }
}

fn sequence(text: &mut String, value: &Value, depth: usize) {
    for (number, item) in value.list_at(&[]).iter().enumerate() {
        if number > 0 {
            indent(text, depth);
        }
        text.push_str("- ");
        nested(text, item, depth + 1);
    }
}

/// Writes a value that begins on the line of its sign.
fn nested(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Map(fields) if !fields.is_empty() => mapping(text, value, depth),
        Value::List(_) if !value.list_at(&[]).is_empty() => sequence(text, value, depth),
        _ => {
            leaf(text, value, depth);
            text.push('\n');
        }
    }
}

fn leaf(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => text.push_str(&number.to_string()),
        Value::Float(number) => text.push_str(&float(*number)),
        Value::String(words) => string(text, words, Some(depth)),
        Value::List(_) => text.push_str("[]"),
        Value::Map(_) => text.push_str("{}"),
    }
}

/// Models `strconv.FormatFloat` with the format `g` and the shortest precision.
pub(crate) fn float(number: f64) -> String {
    // The page has this way to the shortest digits anyway; Rust's own costs as much as the rest of this file.
    let json = Value::Float(number.abs()).to_string();
    let (mantissa, exponent) = json.split_once('e').unwrap_or((&json, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let leading_zeros = all.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    let places = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    // The decimal point stands before `digits`, moved right by so much.
    let point = exponent.parse::<i32>().unwrap_or(0) + places(whole.len()) - places(leading_zeros);
    let sign = if number.is_sign_negative() { "-" } else { "" };
    match usize::try_from(point) {
        _ if digits.is_empty() => format!("{sign}0"),
        Ok(point) if (1..=6).contains(&point) && digits.len() <= point => format!("{sign}{digits:0<point$}"),
        Ok(point) if (1..=6).contains(&point) => format!("{sign}{}.{}", &digits[..point], &digits[point..]),
        _ if (-3..=0).contains(&point) => format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            let power = point - 1;
            format!("{sign}{first}{dot}{rest}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
        }
    }
}

/// Behind this column goyaml breaks a line at the next blank.
const WIDTH: usize = 80;

/// Writes a string. Where there is a depth, it may take several lines, the others indented to it; names stay on one.
fn string(text: &mut String, words: &str, depth: Option<usize>) {
    if is_word(words) {
        return text.push_str(words);
    }
    let look = Look::of(words);
    match depth {
        Some(depth) if words.contains('\n') && look.block => block(text, words, depth),
        // No name is read beyond its line.
        None if words.contains(is_break) => double_quoted(text, words, depth),
        _ if words.contains('\n') || !reads_as_string(words) => double_quoted(text, words, depth),
        _ if look.plain => folded(text, words, depth, str::to_owned),
        _ if look.single_quoted => {
            text.push('\'');
            folded(text, words, depth, |part| part.replace('\'', "''"));
            text.push('\'');
        }
        _ => double_quoted(text, words, depth),
    }
}

/// Whether it is a name such as most texts are: one word that stands in a line as it is, and cannot be read as anything but a string.
fn is_word(words: &str) -> bool {
    let simple = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'-' | b'_');
    // `false` is the longest word that is none.
    words.starts_with(|c: char| c.is_ascii_alphabetic())
        && words.bytes().all(simple)
        && (words.len() > 5 || reads_as_string(words))
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}') || c >= '\u{10000}'
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// In which styles a text can be written (`yaml_emitter_analyze_scalar`).
struct Look {
    plain: bool,
    single_quoted: bool,
    block: bool,
}

impl Look {
    fn of(words: &str) -> Self {
        let beside = |first: fn(char) -> bool, second: fn(char) -> bool| {
            words.chars().zip(words.chars().skip(1)).any(|(one, next)| first(one) && second(next))
        };
        let is_blank = |c: char| c == ' ';
        let special = beside(is_blank, is_break) || words.chars().any(|c| !is_printable(c));
        let edge = |c: char| c == ' ' || is_break(c);
        let one_line = !words.starts_with(edge) && !words.ends_with(edge) && !words.contains(is_break);
        Self {
            plain: one_line && !special && !words.is_empty() && !has_indicators(words),
            single_quoted: !special && !beside(is_break, is_blank),
            block: !special && !words.ends_with([' ', '\u{2028}', '\u{2029}']),
        }
    }
}

/// Whether a plain scalar of these words would be taken for something else.
fn has_indicators(words: &str) -> bool {
    if words.starts_with("---") || words.starts_with("...") {
        return true;
    }
    let mut before = ' ';
    let mut characters = words.chars().peekable();
    let mut first = true;
    while let Some(c) = characters.next() {
        let blank_follows = characters.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
        let indicates = match c {
            ':' => blank_follows,
            '?' | '-' => first && blank_follows,
            '#' => before == ' ',
            _ => first && ",[]{}&*!|>'\"%@`".contains(c),
        };
        if indicates {
            return true;
        }
        (before, first) = (c, false);
    }
    false
}

/// Writes words and breaks the line at single blanks behind the width.
fn folded(text: &mut String, words: &str, depth: Option<usize>, escape: impl Fn(&str) -> String) {
    let mut column = text.rsplit('\n').next().map_or(0, |line| line.chars().count());
    let mut after_blank = false;
    for (number, part) in words.split(' ').enumerate() {
        if number > 0 {
            match depth {
                Some(depth) if column > WIDTH && !part.is_empty() && !after_blank => {
                    text.push('\n');
                    indent(text, depth);
                    column = depth * 2;
                }
                _ => {
                    text.push(' ');
                    column += 1;
                }
            }
        }
        after_blank = part.is_empty();
        let part = escape(part);
        column += part.chars().count();
        text.push_str(&part);
    }
}

fn block(text: &mut String, words: &str, depth: usize) {
    text.push('|');
    if words.starts_with(|c| c == ' ' || is_break(c)) {
        text.push('2');
    }
    let body = words.trim_end_matches('\n');
    match words.len() - body.len() {
        0 => text.push('-'),
        1 if !body.is_empty() && !body.ends_with(is_break) => {}
        _ => text.push('+'),
    }
    text.push('\n');
    let mut begins = true;
    for c in words.strip_suffix('\n').unwrap_or(words).chars() {
        let breaks = is_break(c);
        if begins && !breaks {
            indent(text, depth);
        }
        text.push(c);
        begins = breaks;
    }
}

fn double_quoted(text: &mut String, words: &str, depth: Option<usize>) {
    text.push('"');
    folded(text, words, depth, |part| part.chars().map(escaped).collect());
    text.push('"');
}

fn escaped(c: char) -> String {
    let escape = match c {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        _ if is_printable(c) => return c.to_string(),
        _ => {
            let code = u32::from(c);
            return if code <= 0xff { format!("\\x{code:02X}") } else { format!("\\u{code:04X}") };
        }
    };
    escape.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{map, yaml as reader};
    use proptest::prelude::*;

    #[test]
    fn a_long_name_of_a_field_gets_a_question_mark() {
        let name = "n".repeat(129);
        for (value, written) in [
            (Value::from(1), "1"),
            (map! { "a" => map! { "b" => 1 }, "c" => 2 }, "a:\n      b: 1\n    c: 2"),
            (vec![1.into(), map! { "a" => 1, "b" => 2 }].into(), "- 1\n    - a: 1\n      b: 2"),
        ] {
            let outer = map! { "x" => map! { name.as_str() => value } };
            let text = yaml(&outer);
            assert_eq!(text, format!("x:\n  ? {name}\n  : {written}\n"));
            assert_eq!(reader::parse(&text).documents[0].value, outer);
        }
    }

    #[test]
    fn a_name_with_any_line_break_stays_on_its_line() {
        let object = map! { "a\nb" => 1, "c\u{2028}d: e" => 2 };
        assert_eq!(yaml(&object), "\"a\\nb\": 1\n\"c\\Ld: e\": 2\n");
        assert_eq!(reader::parse(&yaml(&object)).documents[0].value, object);
    }

    #[test]
    fn a_block_is_indented_behind_every_line_break() {
        let object = map! { "a" => "b\n\nc\u{2028}d\u{2029}\u{2029}e\n" };
        assert_eq!(yaml(&object), "a: |\n  b\n\n  c\u{2028}  d\u{2029}\u{2029}  e\n");
        assert_eq!(reader::parse(&yaml(&object)).documents[0].value, object);
    }

    #[test]
    fn strings_are_quoted_exactly_where_goyaml_quotes_them() {
        for (words, written) in [
            ("agent", "agent"),
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("n", "\"n\""),
            ("~", "\"~\""),
            ("0644", "\"0644\""),
            ("1e3", "\"1e3\""),
            ("2024-05-01", "\"2024-05-01\""),
            ("12:30", "\"12:30\""),
            ("<<", "\"<<\""),
            ("10%", "10%"),
            ("100m", "100m"),
            ("a: b", "'a: b'"),
            ("a:b", "a:b"),
            ("- a", "'- a'"),
            ("-a", "-a"),
            ("*", "'*'"),
            ("it's", "it's"),
            ("'it'", "'''it'''"),
            ("a #b", "'a #b'"),
            ("a#b", "a#b"),
            (" a", "' a'"),
            ("a\tb", "\"a\\tb\""),
            ("日志", "日志"),
            ("a\nb", "|-\n  a\n  b"),
            ("a\n\n", "|+\n  a\n"),
            (" a\nb\n", "|2\n   a\n  b"),
            ("a \nb", "\"a \\nb\""),
        ] {
            assert_eq!(yaml(&map! { "x" => words }), format!("x: {written}\n"), "{words:?}");
        }
    }

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        for (number, written) in [
            (0.0, "0"),
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (123_456.0, "123456"),
            (1_234_567.5, "1.2345675e+06"),
            (1e21, "1e+21"),
            (0.1, "0.1"),
        ] {
            assert_eq!(float(number), written);
        }
    }

    #[test]
    fn long_lines_are_broken_behind_column_80() {
        let start = "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane:";
        let rest = "}, 2 Insufficient memory.";
        let object = map! { "message" => format!("{start} {rest}") };
        assert_eq!(yaml(&object), format!("message: '{start}\n  {rest}'\n"));
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            "[-:#'\" \n\tayn01.\\\\{}é~]{0,12}".prop_map(Value::from),
            "[a-z ]{100,200}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[-:# ayn1.\\n]{0,5}", inner), 0..4)
                    .prop_map(|fields| Value::Map(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(tree in tree()) {
            let tree = map! { "tree" => tree };
            let text = yaml(&tree);
            let read = reader::parse(&text);
            prop_assert_eq!(&read.error, &None, "{}", text);
            prop_assert_eq!(&read.documents[0].value, &tree, "{}", text);
        }
    }
}
