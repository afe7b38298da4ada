//! What the value of a flag can be.

use super::found::{containers, distinct, keys, kind_named, labels, named_objects, names, revisions};
use super::{Candidate, FlagSpec, Situation};
use crate::object::Kind;

/// What `-o` takes, in most commands.
const FORMATS: &[&str] = &[
    "go-template",
    "go-template-file",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "name",
    "template",
    "templatefile",
    "yaml",
];
/// What `kubectl get -o` takes besides.
const TABLES: &[&str] = &["custom-columns", "custom-columns-file", "wide"];
/// What is written behind an equals sign in these formats.
const WITH_TEMPLATE: &[&str] = &["custom-columns", "go-template", "jsonpath", "jsonpath-as-json", "template"];
/// What `-o` takes in other commands.
const FORMATS_OF: &[(&str, &[&str])] = &[
    ("api-resources", &["name", "wide"]),
    ("delete", &["name"]),
    ("edit", &["json", "yaml"]),
    ("explain", &["plaintext", "plaintext-openapiv2"]),
    ("version", &["json", "yaml"]),
];

/// The values of flags that take one of a few, as `COMMAND FLAG`; a flag alone for all commands.
const ENUMERATIONS: &[(&str, &[&str])] = &[
    ("cascade", &["background", "foreground", "orphan"]),
    ("dry-run", &["client", "none", "server"]),
    ("events types", &["Normal", "Warning"]),
    ("image-pull-policy", &["Always", "IfNotPresent", "Never"]),
    ("patch type", &["json", "merge", "strategic"]),
    ("preemption-policy", &["Never", "PreemptLowerPriority"]),
    ("restart", &["Always", "Never", "OnFailure"]),
    ("subresource", &["scale", "status"]),
    ("validate", &["ignore", "strict", "warn"]),
];
/// Fields that pods can be selected by.
const POD_FIELDS: &[&str] = &["metadata.name", "metadata.namespace", "spec.nodeName", "spec.restartPolicy", "status.phase"];
const PHASES: &[&str] = &["Failed", "Pending", "Running", "Succeeded", "Unknown"];
/// What the other kinds can be selected by.
const FIELDS: &[&str] = &["metadata.name", "metadata.namespace"];
/// What is often sorted by.
const SORTS: &[&str] = &[".metadata.creationTimestamp", ".metadata.name"];
const POD_SORTS: &[&str] = &[".metadata.creationTimestamp", ".metadata.name", ".spec.nodeName", ".status.startTime"];

/// The candidates for a flag's value, each with what stands before it in the word.
pub(super) fn of(situation: &Situation<'_>, flag: &FlagSpec, word: &str, before: &str) -> Vec<Candidate> {
    let command = situation.command.name;
    let in_command = format!("{command} {}", flag.name);
    let some = ENUMERATIONS.iter().find(|(name, _)| *name == flag.name || *name == in_command);
    let mut candidates = match (flag.name, some) {
        (_, Some((_, words))) => plain(words, word),
        ("output", _) => formats(command, word),
        ("namespace", _) => names(situation, "namespaces", word, ""),
        ("filename" | "kustomize", _) => files(situation, word),
        ("selector", _) => selector(situation, kind_named(situation), word),
        ("pod-selector", _) => selector(situation, Some(Kind::Pod), word),
        ("label-columns", _) => label_columns(situation, word),
        ("field-selector", _) => field_selector(situation, word),
        ("containers", _) => of_list(&containers(&named_objects(situation), "name"), word),
        ("to-revision" | "revision", _) => {
            let fitting = revisions(situation).into_iter().filter(|(number, _)| number.starts_with(word));
            fitting.map(|(number, cause)| Candidate::new(number, cause)).collect()
        }
        ("for", _) if command == "wait" => conditions(situation, word),
        ("sort-by", _) if kind_named(situation) == Some(Kind::Pod) => plain(POD_SORTS, word),
        ("sort-by", _) => plain(SORTS, word),
        _ => Vec::new(),
    };
    if !["to-revision", "revision"].contains(&flag.name) {
        candidates.sort();
    }
    candidates.into_iter().map(|it| Candidate { word: format!("{before}{}", it.word), ..it }).collect()
}

fn plain(words: &[&str], word: &str) -> Vec<Candidate> {
    words.iter().filter(|it| it.starts_with(word)).map(|it| Candidate::new(*it, "")).collect()
}

/// The last word of a list with commas.
fn of_list(words: &[String], word: &str) -> Vec<Candidate> {
    let (before, last) = word.rfind(',').map_or(("", word), |at| word.split_at(at + 1));
    words.iter().filter(|it| it.starts_with(last)).map(|it| Candidate::new(format!("{before}{it}"), "")).collect()
}

fn formats(command: &str, word: &str) -> Vec<Candidate> {
    let formats = match FORMATS_OF.iter().find(|(name, _)| *name == command) {
        Some((_, formats)) => formats.to_vec(),
        None if command == "get" => [FORMATS, TABLES].concat(),
        None => FORMATS.to_vec(),
    };
    let fitting = formats.into_iter().filter(|it| it.starts_with(word));
    fitting.map(|it| if WITH_TEMPLATE.contains(&it) { Candidate::begin(it, "") } else { Candidate::new(it, "") }).collect()
}

/// Files that can hold objects.
fn files(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    let fits = |name: &String| [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end)) && name.starts_with(word);
    situation.files.names().into_iter().filter(fits).map(|name| Candidate::new(name, "")).collect()
}

/// `app=agent,tier=`: keys, and the values of a key.
fn selector(situation: &Situation<'_>, kind: Option<Kind>, word: &str) -> Vec<Candidate> {
    let Some(kind) = kind else { return Vec::new() };
    let (before, last) = word.rfind(',').map_or(("", word), |at| word.split_at(at + 1));
    if let Some(at) = last.rfind('=') {
        let (key, value) = last.split_at(at + 1);
        let known = labels(situation, kind, key.trim_end_matches(['=', '!']));
        let fitting = known.into_iter().filter(|it| it.starts_with(value));
        return fitting.map(|it| Candidate::new(format!("{before}{key}{it}"), "")).collect();
    }
    let fitting = keys(situation, kind).into_iter().filter(|it| it.starts_with(last));
    fitting.map(|key| Candidate::begin(format!("{before}{key}="), "label")).collect()
}

fn label_columns(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    kind_named(situation).map_or_else(Vec::new, |kind| of_list(&keys(situation, kind), word))
}

fn field_selector(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    let (before, last) = word.rfind(',').map_or(("", word), |at| word.split_at(at + 1));
    let fields = if kind_named(situation) == Some(Kind::Pod) { POD_FIELDS } else { FIELDS };
    let Some((field, value)) = last.split_once('=') else {
        let fitting = fields.iter().filter(|it| it.starts_with(last));
        return fitting.map(|it| Candidate::begin(format!("{before}{it}="), "")).collect();
    };
    let values = match field.trim_end_matches('!') {
        "spec.nodeName" => names(situation, "nodes", value, ""),
        "metadata.namespace" => names(situation, "namespaces", value, ""),
        "status.phase" => plain(PHASES, value),
        _ => Vec::new(),
    };
    values.into_iter().map(|it| Candidate::new(format!("{before}{field}={}", it.word), "")).collect()
}

/// What `kubectl wait --for` takes.
fn conditions(situation: &Situation<'_>, word: &str) -> Vec<Candidate> {
    let Some(begun) = word.strip_prefix("condition=") else {
        let fitting = ["condition=", "create", "delete", "jsonpath="].into_iter().filter(|it| it.starts_with(word));
        return fitting.map(|it| if it.ends_with('=') { Candidate::begin(it, "") } else { Candidate::new(it, "") }).collect();
    };
    let objects = named_objects(situation);
    let known =
        distinct(objects.iter().flat_map(|it| it.list_at(&["status", "conditions"])).map(|it| it.str_at(&["type"]).to_owned()));
    known.into_iter().filter(|it| it.starts_with(begun)).map(|it| Candidate::new(format!("condition={it}"), "")).collect()
}
