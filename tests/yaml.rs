//! What the lab prints as YAML means the same to an independent reader, and to its own.

use daemonset_lab::object::{Map, SmolStr, Value, emit, map, yaml};
use proptest::prelude::*;

/// Text with what YAML gives a meaning to: indicators, line breaks, words and numbers that are not strings in some version.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "yes",
        "NO",
        "on",
        "y",
        "null",
        "~",
        "",
        "true",
        "1",
        "0x1f",
        "0o17",
        "017",
        "1_000",
        "1:30",
        "1e3",
        ".5",
        "-.inf",
        "2026-01-01",
        "- a",
        "a: b",
        "a #b",
        "#",
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "{a",
        "[a",
        "'",
        "\"",
        "\\",
        "---",
        "...",
        "=",
        "<<",
    ]);
    prop_oneof![
        3 => word.prop_map(str::to_owned),
        3 => "[a-z0-9./:-]{0,40}",
        2 => "[ -~]{0,100}",
        2 => "[ a-z\n\t:#-]{0,30}",
        1 => "[日志é😀\u{85}\u{feff}\u{1}\u{7f} a\n]{0,12}",
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        4 => text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..5).prop_map(|fields| Value::Map(
                fields.into_iter().map(|(key, value)| (SmolStr::from(key), value)).collect::<Map>()
            )),
        ]
    })
}

/// An object: what is printed is never a bare list or scalar.
fn object() -> impl Strategy<Value = Value> {
    tree().prop_map(|value| map! { "object" => value })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_printed_means_the_same_to_an_independent_reader(value in object()) {
        let printed = emit::yaml(&value);
        let read: Value = serde_yaml::from_str(&printed).map_err(|e| TestCaseError::fail(format!("{e}\n{printed}")))?;
        prop_assert_eq!(read, value, "{}", printed);
    }

    #[test]
    fn what_is_printed_means_the_same_to_the_own_reader(value in object()) {
        let printed = emit::yaml(&value);
        let stream = yaml::parse(&printed);
        prop_assert!(stream.error.is_none(), "{:?}\n{}", stream.error, printed);
        prop_assert_eq!(stream.documents.len(), 1, "{}", printed);
        prop_assert_eq!(&stream.documents[0].value, &value, "{}", printed);
    }
}
