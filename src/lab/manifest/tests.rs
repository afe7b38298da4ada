use super::*;
use proptest::prelude::*;

const AGENT: &str = "apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  selector:
    matchLabels: {app: agent}
  updateStrategy:
    rollingUpdate: {maxUnavailable: 1}
  template:
    metadata:
      labels: {app: agent}
    spec:
      containers:
      - name: c
        image: nginx:1.29
        resources: {requests: {cpu: 100m}}
        volumeMounts:
        - {name: data, mountPath: /data}
      volumes:
      - name: data
        hostPath: {path: /data}
";

/// What is found when one piece of the good manifest is replaced: line, text that is underlined, and message.
fn found(piece: &str, by: &str) -> Vec<(usize, String, String)> {
    assert!(AGENT.contains(piece), "{piece}");
    let text = AGENT.replacen(piece, by, 1);
    check(&text).into_iter().map(|problem| (problem.span.start.line, underlined(&text, problem.span), problem.message)).collect()
}

fn underlined(text: &str, span: Span) -> String {
    let line = text.lines().nth(span.start.line - 1).unwrap_or_default();
    line.chars().skip(span.start.column - 1).take(span.end.column.saturating_sub(span.start.column)).collect()
}

#[test]
fn a_good_manifest_has_no_problems() {
    assert_eq!(check(AGENT), []);
    assert_eq!(check(""), []);
}

#[test]
fn each_problem_is_at_its_line_with_the_words_of_the_server() {
    for (piece, by, line, under, words) in [
        (
            "maxUnavailable",
            "maxUnavailabel",
            9,
            "maxUnavailabel",
            "unknown field \"spec.updateStrategy.rollingUpdate.maxUnavailabel\"",
        ),
        (
            "image: nginx:1.29",
            "image: 1",
            16,
            "1",
            "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.image of type string",
        ),
        (
            "cpu: 100m",
            "cpu: lots",
            17,
            "lots",
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            "labels: {app: agent}",
            "labels: {app: other}",
            12,
            "{app: other}",
            "spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: `selector` does not match template `labels`",
        ),
        (
            "maxUnavailable: 1",
            "maxUnavailable: 0",
            9,
            "0",
            "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
        ),
        ("- name: c\n", "- args: []\n", 15, "a", "spec.template.spec.containers[0].name: Required value"),
        (
            "{name: data, mountPath",
            "{name: dat, mountPath",
            19,
            "dat",
            "spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"dat\"",
        ),
        ("kind: DaemonSet", "kind: DaemonSets", 2, "DaemonSets", "no matches for kind \"DaemonSets\" in version \"apps/v1\""),
        (
            "apps/v1",
            "extensions/v1beta1",
            1,
            "extensions/v1beta1",
            "no matches for kind \"DaemonSet\" in version \"extensions/v1beta1\"",
        ),
        ("kind: DaemonSet\n", "", 1, "a", "kind not set"),
        ("  name: agent\n", "  name: agent\n  name: agent\n", 5, "name", "duplicate field \"metadata.name\""),
        (
            "metadata:\n  name",
            "metadata:\n\tname",
            4,
            "\t",
            "error converting YAML to JSON: yaml: line 4: found character that cannot start any token",
        ),
        // Noticed a line later, mended here.
        ("metadata:\n", "metadata\n", 3, "m", "error converting YAML to JSON: yaml: line 4: could not find expected ':'"),
        (
            "spec:\n  selector:",
            "spec:\n  minReadySeconds 10\n  selector:",
            6,
            "m",
            "error converting YAML to JSON: yaml: line 7: mapping values are not allowed in this context",
        ),
        (
            "image: nginx:1.29",
            "image: \"nginx:1.29",
            16,
            "\"",
            "error converting YAML to JSON: yaml: line 23: found unexpected end of stream",
        ),
        (
            "app: agent}\n    spec",
            "app: agent, b: a b}\n    spec",
            12,
            "a b",
            "spec.template.labels: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ),
    ] {
        assert_eq!(found(piece, by), [(line, under.to_owned(), words.to_owned())], "{by}");
    }
}

#[test]
fn all_problems_of_all_documents_are_found() {
    let text = format!(
        "{}---\n{}",
        AGENT.replace("kind: DaemonSet\n", "kind: DaemonSet\nspecs: 1\nfoo: 2\n"),
        AGENT.replace("name: c", "name: C")
    );
    let lines: Vec<(usize, usize)> = check(&text).iter().map(|problem| (problem.document, problem.span.start.line)).collect();
    assert_eq!(lines, [(0, 3), (0, 4), (1, 40)]);
}

#[test]
fn advice_says_what_would_be_right() {
    let advice = |piece: &str, by: &str| check(&AGENT.replacen(piece, by, 1)).remove(0).advice;
    assert_eq!(advice("maxUnavailable", "maxUnavailabel"), Advice::UnknownField { nearest: Some("maxUnavailable".into()) });
    assert_eq!(advice("image: nginx:1.29", "image: 1"), Advice::WrongType { expected: Expected::Text, quotes: true });
    assert_eq!(
        advice("labels: {app: agent}", "labels: {app: b}"),
        Advice::SelectorMismatch { wanted: vec!["app: agent".into()] }
    );
    assert_eq!(
        advice("matchLabels: {app: agent}", "matchExpressions: [{key: app, operator: In, values: [a, b]}]"),
        Advice::SelectorMismatch { wanted: vec!["app In (a, b)".into()] }
    );
    assert_eq!(advice("{name: data, mountPath", "{name: dat, mountPath"), Advice::NotThere { known: vec!["data".into()] });
    assert_eq!(
        advice("apps/v1", "v1"),
        Advice::UnknownKind { nearest: Some(crate::object::Kind::DaemonSet), version_only: true }
    );
    assert_eq!(advice("maxUnavailable: 1", "maxUnavailable: 1, maxSurge: 1"), Advice::BudgetBoth);
    assert_eq!(advice("name: c\n", "name: Main\n"), Advice::NotAName { dots: false, limit: 63 });
    assert_eq!(advice("image: nginx:1.29", "image: {{ .image }}"), Advice::Template);
    assert_eq!(advice("metadata:\n  name", "metadata:\n\tname"), Advice::Tab);
    let elsewhere = |place: &str| Advice::Elsewhere { place: place.into() };
    assert_eq!(advice("  selector:", "  containers: []\n  selector:"), elsewhere("spec.template.spec.containers"));
    assert_eq!(
        advice("      volumes:", "      livenessProbe: {}\n      volumes:"),
        elsewhere("spec.template.spec.containers[].livenessProbe")
    );
    assert_eq!(
        advice("  selector:", "  replicas: 3\n  selector:"),
        Advice::OfOtherKinds { kinds: vec![Kind::Deployment, Kind::ReplicaSet] }
    );
    assert_eq!(advice("kind: DaemonSet", "kind: Deployment"), Advice::OfOtherKinds { kinds: vec![Kind::DaemonSet] });
    assert_eq!(advice("  selector:", "  colour: red\n  selector:"), Advice::UnknownField { nearest: None });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn no_mutation_of_a_good_manifest_panics(
        cuts in prop::collection::vec((0..AGENT.len(), 0..30usize, "[-\\[\\]{}:,#&*!|>'\"%@`a-z0-9 \n\t]{0,6}"), 1..4)
    ) {
        let mut text = AGENT.to_owned();
        for (at, length, by) in cuts {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            text.replace_range(at..end, &by);
        }
        for problem in check(&text) {
            prop_assert!(problem.span.start.line >= 1 && problem.span.start < problem.span.end, "{:?}", problem);
        }
    }
}
