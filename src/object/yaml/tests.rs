use super::*;
use proptest::prelude::*;

fn json(text: &str) -> String {
    let stream = parse(text);
    let documents: Vec<String> = stream.documents.iter().map(|document| document.value.to_string()).collect();
    match stream.error {
        None => documents.join(" "),
        Some(error) => format!("{} {error}", documents.join(" ")).trim_start().into(),
    }
}

#[test]
fn texts_mean_what_they_mean_to_kubectl() {
    for (text, meant) in [
        ("a: 1\nb: [x, 'y', \"z\\n\"]", r#"{"a":1,"b":["x","y","z\n"]}"#),
        ("a:\n- 1\n-\n  b: c\n- - d\n  - e", r#"{"a":[1,{"b":"c"},["d","e"]]}"#),
        ("a: {b: {c: http://x/y}, d}", r#"{"a":{"b":{"c":"http://x/y"},"d":null}}"#),
        ("a: |\n  x\n\n  y\nb: >-\n  x\n  y\n\n  z\n", r#"{"a":"x\n\ny\n","b":"x y\nz"}"#),
        ("a: |2+\n   x\n\nb: |-\n  y", r#"{"a":" x\n\n","b":"y"}"#),
        ("a: >\n  x\n    y\n  z\n", r#"{"a":"x\n  y\nz\n"}"#),
        ("a: one\n  two\n\n  three", r#"{"a":"one two\nthree"}"#),
        ("a: 'it''s\n  so'\nb: \"x\\\n   y\"", r#"{"a":"it's so","b":"xy"}"#),
        ("a: &x {k: v}\nb: *x\nc: {<<: *x, m: o}", r#"{"a":{"k":"v"},"b":{"k":"v"},"c":{"k":"v","m":"o"}}"#),
        ("a: &x {k: v}\nb: {k: w, <<: [*x]}", r#"{"a":{"k":"v"},"b":{"k":"v"}}"#),
        ("1: a\ntrue: b\n1.5: c", r#"{"1":"a","1.5":"c","true":"b"}"#),
        ("a: !!str 12\nb: !!int '12'\nc: !local x\nd: !!binary aGk=", r#"{"a":"12","b":12,"c":"x","d":"hi"}"#),
        ("? a\n: b\n? - x\n", "error converting YAML to JSON: yaml: invalid map key: []interface {}{\"x\"}"),
        ("a: b # c\r\nd: e#f\r\n", r#"{"a":"b","d":"e#f"}"#),
        ("\u{feff}a: b", r#"{"a":"b"}"#),
        ("---\n# nothing\n---\na: b\n...\nrest\n--- # more\nc: d\n", r#"{"a":"b"} {"c":"d"}"#),
        ("a: 1\na: 2", r#"{"a":2}"#),
        ("just some text", r#""just some text""#),
        ("{\"a\": [1, 2.0]}\n{\"b\": \"\\/\"}", r#"{"a":[1,2]} {"b":"/"}"#),
        ("{a: b}", r#"{"a":"b"}"#),
        ("{\"a\": 1}\n---\nb: 2\n", r#"{"a":1} {"b":2}"#),
        ("a: \"\\u65e5\\x41\"", r#"{"a":"日A"}"#),
        ("a:\n  b:\n  - c\nd:", r#"{"a":{"b":["c"]},"d":null}"#),
        ("", ""),
        ("# only a comment", ""),
    ] {
        assert_eq!(json(text), meant, "{text}");
    }
}

#[test]
fn broken_texts_are_refused_in_goyamls_words() {
    for (text, words) in [
        ("a: b: c", "yaml: mapping values are not allowed in this context"),
        ("a: b\nc:\n\td: e", "yaml: line 3: found character that cannot start any token"),
        ("a: b\n c: d", "yaml: line 2: mapping values are not allowed in this context"),
        ("a:\n  b: c\n d: e", "yaml: line 2: did not find expected key"),
        ("a: b\nc: {d: e: f}", "yaml: line 1: did not find expected ',' or '}'"),
        ("a: b\nc: \"d\n", "yaml: line 3: found unexpected end of stream"),
        ("a: b\nc: [d\ne: f", "yaml: line 2: did not find expected ',' or ']'"),
        ("%YAML 1.1\n---\na: b", "yaml: line 1: did not find expected <document start>"),
        ("a: [\n- b\n", "yaml: line 1: did not find expected node content"),
        ("a: b\nc d\ne: f", "yaml: line 3: could not find expected ':'"),
        ("a: *x", "yaml: unknown anchor 'x' referenced"),
        ("a: &x [*x]", "yaml: anchor 'x' value contains itself"),
        ("a: !!int x", "yaml: cannot decode !!str `x` as a !!int"),
        ("a: b\nc: <<\n<<: d", "yaml: map merge requires map or sequence of maps as the value"),
        ("a: .inf", "json: unsupported value: +Inf"),
        (
            "image: {{ .Values.image }}",
            "yaml: invalid map key: map[interface {}]interface {}{\".Values.image\":interface {}(nil)}",
        ),
        ("a: \"\\q\"", "yaml: found unknown escape character"),
        ("a: b\nc: @d", "yaml: line 2: found character that cannot start any token"),
        ("- a\nb: c", "yaml: line 1: did not find expected '-' indicator"),
        ("a:\n- b\nc\n", "yaml: line 4: could not find expected ':'"),
        ("a: \u{1}", "yaml: control characters are not allowed"),
    ] {
        assert_eq!(json(text), format!("error converting YAML to JSON: {words}"), "{text}");
    }
    assert_eq!(json("a: b\n--- c\nd: e"), "invalid Yaml document separator: c");
    assert_eq!(json("{\"a\": [}"), "json: offset 8: invalid character '}' looking for beginning of value");
}

#[test]
fn every_part_has_its_place() {
    let stream = parse("# comment\nmetadata:\n  name: agent\n---\nspec:\n  list:\n  - 日: x\n");
    let document = &stream.documents[1];
    let place = |text: &str| {
        let mut path = FieldPath::fields(&["spec", "list"]);
        path.0.push(super::super::path::Step::Index(0));
        path.0.push(super::super::path::Step::Field(text.into()));
        let (found, whole) = document.positions.nearest(&path);
        (found.key.map(|key| key.start), found.value.start, whole)
    };
    let at = |line, column| Position { line, column };
    assert_eq!(place("日"), (Some(at(7, 5)), at(7, 8), true));
    assert_eq!(place("absent"), (None, at(7, 5), false));
}

#[test]
fn a_name_that_stands_twice_is_found() {
    let stream = parse("a:\n  b: 1\n  c: 2\n  b: 3\n");
    let [Finding::DuplicateKey(found)] = &stream.documents[0].findings[..] else { panic!("one finding") };
    assert_eq!((found.path.to_string().as_str(), found.first.start.line, found.again.start.line), ("a.b", 2, 4));
}

#[test]
fn a_small_text_that_means_a_huge_one_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text = format!("{text}a{level}: &a{level} [{items}]\n");
    }
    assert_eq!(json(&text), "error converting YAML to JSON: yaml: document contains excessive aliasing");
}

#[test]
fn deep_texts_are_refused() {
    for text in [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "[{a: ".repeat(100_000),
        format!("{{\"a\":{}1{}}}", "[".repeat(9999), "]".repeat(9999)),
    ] {
        assert!(json(&text).contains("exceeded max depth"), "{}", &text[..8]);
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        parse(&text);
    }

    #[test]
    fn no_text_of_signs_panics(text in "[-?:,\\[\\]{}#&*!|>'\"%@` \t\n\\\\ax01.~<]{0,60}") {
        parse(&text);
    }
}
