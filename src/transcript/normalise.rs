//! What is hidden before two sessions are compared: all that no two clusters have in common, and nothing else.

use std::sync::OnceLock;

use regex::Regex;

const AGE: &str = "(?:<invalid>|<unknown>|(?:[0-9]+[ywdhms])+)";
/// What stands before a further value of a key in `describe`.
const FURTHER_VALUE: &str = "    ";
const AGE_COLUMNS: [&str; 4] = ["AGE", "LAST SEEN", "FIRST SEEN", "Age"];

/// Patterns that may stand anywhere, and what is written in their place. The addresses come last: not every command shows them.
const MASKS: [(&str, &str); 10] = [
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| ?[+-]\d\d:?\d\d)", "<TIME>"),
    (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", "<TIME>"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<UID>"),
    (r"(containerd://)[0-9a-f]{64}", "${1}<ID>"),
    (r"sha256:[0-9a-f]{64}", "sha256:<DIGEST>"),
    (r#"("?resourceVersion"?: ?)"\d+""#, "${1}\"<RV>\""),
    (
        r"in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes",
        "in <DURATION> (<DURATION> including waiting). Image size: <SIZE> bytes",
    ),
    (r"/tmp/(LIVE|MERGED)-\d+/", "/tmp/${1}-<TMP>/"),
    (r"/tmp/kubectl-edit-\d+\.yaml", "/tmp/kubectl-edit-<TMP>.yaml"),
    (r"\b10\.\d+\.\d+\.\d+\b", "<IP>"),
];

fn regex(pattern: &str) -> Regex {
    // The patterns are constants, or made of names that are escaped.
    Regex::new(pattern).expect("a pattern of this file")
}

struct Patterns {
    masks: Vec<(Regex, &'static str)>,
    event: Regex,
    age: Regex,
    age_alone: Regex,
    restarts: Regex,
    column: Regex,
    head: Regex,
    dashes: Regex,
    dashes_of_table: Regex,
    end_of_table: Regex,
    key: Regex,
    has_age: Regex,
    blanks: Regex,
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    PATTERNS.get_or_init(|| Patterns {
        masks: MASKS.iter().map(|(pattern, to)| (regex(pattern), *to)).collect(),
        event: regex(r"\.[0-9a-f]{16}\b"),
        age: regex(&format!(r"{AGE}(?: \(x\d+ over {AGE}\))?")),
        age_alone: regex(&format!(r"(\s){AGE}(\s|$)")),
        restarts: regex(&format!(r"\d+ \({AGE} ago\)")),
        column: regex(r"\S+(?: \S+)*"),
        head: regex(r"^[A-Z][A-Z0-9()/.-]*(?: [A-Z-]+)*(?:\s{2,}[A-Z][A-Z0-9()/_.-]*(?: [A-Z-]+)*)*\s*$"),
        dashes: regex(r"^\s*-{2,}(\s+-{2,})*\s*$"),
        dashes_of_table: regex(r"^\s*-{2,}(\s+-{2,})+\s*$"),
        end_of_table: regex(r"^(Error from server|error: |Warning: |No resources found|[a-z.]+/\S+ condition met)"),
        key: regex(r"^(\s*\S[^:]*: {2,})\S"),
        has_age: regex(r"(^|\s)(Age|AGE|LAST SEEN)(\s|$)"),
        blanks: regex(r" {2,}"),
    })
}

/// Names and hashes that are hidden.
struct Hidden {
    hashes: Vec<Regex>,
    pods: Vec<(Regex, String)>,
}

impl Hidden {
    fn new(owners: &[String], hashes: &[String]) -> Self {
        let mut owners: Vec<&String> = owners.iter().collect();
        owners.sort_by_key(|owner| std::cmp::Reverse(owner.len()));
        let pod = |owner: &&String| {
            let pattern = format!(r"(^|[^\w.-]){}-[bcdfghjklmnpqrstvwxz2456789]{{5}}([^A-Za-z0-9-]|$)", regex::escape(owner));
            (regex(&pattern), format!("${{1}}{owner}-<POD>${{2}}"))
        };
        Self {
            hashes: hashes.iter().map(|hash| regex(&format!(r"\b{}\b", regex::escape(hash)))).collect(),
            pods: owners.iter().map(pod).collect(),
        }
    }

    fn mask(&self, line: &str, addresses: bool) -> String {
        let patterns = patterns();
        let masks = if addresses { &patterns.masks[..] } else { &patterns.masks[..MASKS.len() - 1] };
        let mut text = line.to_owned();
        for (pattern, to) in masks {
            text = pattern.replace_all(&text, *to).into_owned();
        }
        for hash in &self.hashes {
            text = hash.replace_all(&text, "<HASH>").into_owned();
        }
        for (pod, to) in &self.pods {
            // Two names may share the blank between them.
            for _ in 0..2 {
                text = pod.replace_all(&text, to).into_owned();
            }
        }
        patterns.event.replace_all(&text, ".<EVENT>").into_owned()
    }
}

/// Columns are as wide as their widest cell, so their width says nothing; the indentation stays.
fn squeeze(line: &str) -> String {
    let body = line.trim_start_matches(' ');
    let indentation = &line[..line.len() - body.len()];
    format!("{indentation}{}", patterns().blanks.replace_all(body.trim_end(), "  "))
}

/// The part of a line from a column to another, counted in characters.
fn cut(line: &str, from: usize, to: usize) -> (usize, usize) {
    let at = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    (at(from), at(to.max(from)))
}

/// One table: a head and its rows. Cells are found by where the head's words begin.
fn table(lines: &[&str], hidden: &Hidden, sort: bool) -> Vec<String> {
    let patterns = patterns();
    let Some((head, rows)) = lines.split_first() else { return Vec::new() };
    let columns: Vec<(&str, usize)> =
        patterns.column.find_iter(head).map(|it| (it.as_str(), head[..it.start()].chars().count())).collect();
    let mut out = Vec::new();
    for row in rows.iter().filter(|row| !patterns.dashes.is_match(row)) {
        let mut row = (*row).to_owned();
        for (index, (name, start)) in columns.iter().enumerate().rev() {
            let end = columns.get(index + 1).map_or(usize::MAX, |next| next.1);
            let (from, to) = cut(&row, *start, end);
            let cell = &row[from..to];
            let cell = match *name {
                name if AGE_COLUMNS.contains(&name) => patterns.age.replace_all(cell, "<AGE>").into_owned(),
                "RESTARTS" => patterns.restarts.replace_all(cell, "<N> (<AGE> ago)").into_owned(),
                _ => continue,
            };
            row = format!("{}{cell}{}", &row[..from], &row[to..]);
        }
        out.push(squeeze(&hidden.mask(&row, true)));
    }
    if sort {
        out.sort();
    }
    out.insert(0, squeeze(head));
    out
}

/// The verb of a command and its output format.
fn verb_and_output(command: &str) -> (String, String) {
    let mut words = crate::shell::split_words(command);
    if words.is_empty() {
        // A quote that does not end.
        words = command.split_whitespace().map(str::to_owned).collect();
    }
    let (mut verb, mut output) = (String::new(), String::new());
    let mut index = 1;
    while let Some(word) = words.get(index) {
        let next = || words.get(index + 1).cloned().unwrap_or_default();
        match word.as_str() {
            "-n" | "--namespace" => index += 1,
            "-o" | "--output" => {
                output = next();
                index += 1;
            }
            word if word.starts_with("--output=") || word.starts_with("-o") => {
                let with_equals = word.split('{').next().is_some_and(|it| it.contains('='));
                let value = if with_equals { word.split_once('=').map_or("", |(_, rest)| rest) } else { &word[2..] };
                value.clone_into(&mut output);
            }
            word if !word.starts_with('-') && verb.is_empty() => {
                verb = if word == "rollout" { format!("{word} {}", next()) } else { word.to_owned() };
            }
            _ => {}
        }
        index += 1;
    }
    (verb, output)
}

fn is_head(line: &str, after: &str, verb: &str) -> bool {
    // In `describe`, a table's head has a line of dashes below it.
    if verb == "describe" { patterns().dashes_of_table.is_match(after) } else { patterns().head.is_match(line) }
}

/// What `explain` says of a field is prose; its structure is compared, the prose is not.
fn explain(lines: &[&str]) -> Vec<String> {
    const PROSE: &str = "    <DESCRIPTION>";
    let mut out: Vec<&str> = Vec::new();
    let (mut described, mut fields) = (false, false);
    for line in lines {
        fields |= *line == "FIELDS:";
        described = *line == "DESCRIPTION:" || (described && !fields);
        let prose = line.starts_with("    ") && (described || (fields && !line.contains("\t<")));
        out.push(if prose { PROSE } else { line });
    }
    // Paragraphs that follow each other are one.
    let mut joined: Vec<String> = Vec::new();
    for (index, line) in out.iter().enumerate() {
        let rest = &out[index + 1..];
        let next = rest.iter().position(|it| !it.is_empty()).filter(|blank| *blank <= 1).map(|at| rest[at]);
        let dropped = (*line == PROSE && next == Some(PROSE))
            || (line.is_empty() && next == Some(PROSE) && index > 0 && out[index - 1] == PROSE);
        if !dropped {
            joined.push((*line).to_owned());
        }
    }
    joined
}

/// Makes what a command printed comparable. `owners` are the names of all DaemonSets so far, `hashes` all revision hashes.
pub fn normalise(command: &str, text: &str, owners: &[String], hashes: &[String]) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let hidden = Hidden::new(owners, hashes);
    let (verb, output) = verb_and_output(command);
    let sort = !command.contains("--sort-by");
    let lines: Vec<&str> = text.trim_end_matches('\n').split('\n').map(str::trim_end).collect();
    let is_tree = ["yaml", "json", "go-template", "name"].iter().any(|it| output.starts_with(it));
    let lines = if verb == "explain" {
        explain(&lines)
    } else if ["get", "events", "describe", "api-resources"].contains(&verb.as_str()) && !is_tree {
        tables(&lines, command, &verb, &hidden, sort)
    } else {
        let mut masked: Vec<String> = lines.iter().map(|line| hidden.mask(line, verb == "get")).collect();
        if output == "name" && verb == "get" && sort {
            masked.sort();
        }
        match verb.as_str() {
            "rollout status" => rollout_status(masked),
            "drain" => drain(masked),
            _ => masked,
        }
    };
    lines.join("\n").trim_matches('\n').to_owned() + "\n"
}

fn tables(lines: &[&str], command: &str, verb: &str, hidden: &Hidden, sort: bool) -> Vec<String> {
    let patterns = patterns();
    if command.contains("--no-headers") {
        // The cells of such rows are told apart by two blanks or more.
        let row = |line: &&str| {
            let mut line = (*line).to_owned();
            for _ in 0..2 {
                line = patterns.age_alone.replace_all(&line, "${1}<AGE>${2}").into_owned();
            }
            squeeze(&hidden.mask(&line, true))
        };
        let mut rows: Vec<String> = lines.iter().map(row).collect();
        if sort {
            rows.sort();
        }
        return rows;
    }
    let mut out = Vec::new();
    let (mut index, mut column) = (0, 0);
    while let Some(line) = lines.get(index) {
        let indentation = line.len() - line.trim_start().len();
        if verb == "describe" && column > 0 && indentation == column {
            // One more value of the key above.
            out.push(format!("{FURTHER_VALUE}{}", squeeze(&hidden.mask(line.trim(), true))));
            index += 1;
            continue;
        }
        column = patterns.key.captures(line).and_then(|it| it.get(1)).map_or(0, |it| it.as_str().chars().count());
        if is_head(line, lines.get(index + 1).copied().unwrap_or_default(), verb) {
            let belongs = |it: &&str| {
                !it.trim().is_empty() && !patterns.end_of_table.is_match(it) && (verb != "describe" || it.starts_with("  "))
            };
            let length = 1 + lines[index + 1..].iter().take_while(|it| belongs(it)).count();
            let rows = &lines[index..index + length];
            out.extend(table(rows, hidden, sort && (verb != "describe" || patterns.has_age.is_match(line))));
            index += length;
        } else {
            let masked = hidden.mask(line, true);
            out.push(if verb == "describe" { squeeze(&masked) } else { masked });
            index += 1;
        }
    }
    out
}

/// What a recording says, in the form in which it is compared with the lab's answer. Names and times are hidden in it already, and
/// nothing else is taken away from it. Some recordings still have all that `rollout status` said on its way to a success, or further
/// values of a key below the first one, as far to the right as that cluster's columns were wide; these are written as they would be
/// written today.
pub fn recorded(command: &str, printed: &str, answered: &str) -> String {
    let (verb, _) = verb_and_output(command);
    let lines: Vec<String> = printed.lines().map(str::to_owned).collect();
    let lines = match verb.as_str() {
        "rollout status" => rollout_status(lines),
        "describe" => {
            let mut answered = answered.lines();
            lines.into_iter().map(|line| shifted(line, answered.next().unwrap_or_default())).collect()
        }
        _ => return printed.to_owned(),
    };
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// A further value of a key stands below the first one, and as far to the right as the lab says. All else stays as it was recorded.
fn shifted(line: String, answered: &str) -> String {
    let body = line.trim_start_matches(' ');
    let is_further_value = answered.strip_prefix(FURTHER_VALUE) == Some(body) && line.len() - body.len() > FURTHER_VALUE.len();
    if is_further_value && !body.is_empty() { answered.to_owned() } else { line }
}

/// How often and with which counts it says "Waiting" before the end is a matter of timing.
fn rollout_status(mut lines: Vec<String>) -> Vec<String> {
    if lines.iter().any(|line| line.ends_with("successfully rolled out")) {
        for line in &mut lines {
            if line.starts_with("Waiting for daemon set") {
                "Waiting for daemon set <PROGRESS>".clone_into(line);
            }
        }
    }
    lines.retain(|line| line != "Waiting for daemon set spec update to be observed...");
    lines.dedup();
    lines
}

/// Pods are evicted side by side, and complaints come in any order.
fn drain(lines: Vec<String>) -> Vec<String> {
    let kind = |line: &str| {
        let mut words = line.strip_prefix("pod/").unwrap_or_default().split(' ');
        let named = words.next().is_some_and(|name| !name.is_empty() && !name.contains(char::is_whitespace));
        let done = named && words.next().is_some_and(|word| word.starts_with("evicted") || word.starts_with("deleted"));
        match line {
            _ if line.starts_with("evicting pod ") => 1,
            _ if done => 2,
            _ if line.starts_with("cannot delete ") => 3,
            _ => 0,
        }
    };
    let mut lines: Vec<String> = lines.into_iter().map(|line| ordered(&line)).collect();
    let mut from = 0;
    while from < lines.len() {
        let length = lines[from..].iter().take_while(|line| kind(line) == kind(&lines[from])).count();
        if kind(&lines[from]) > 0 {
            lines[from..from + length].sort();
        }
        from += length;
    }
    lines
}

fn ordered(line: &str) -> String {
    if let Some(rest) = line.strip_prefix("Warning: ") {
        let mut parts: Vec<&str> = rest.split("; ").collect();
        parts.sort_unstable();
        return format!("Warning: {}", parts.join("; "));
    }
    let (start, end) = ("due to error: [", "], continuing");
    let (Some(from), Some(to)) = (line.find(start).map(|at| at + start.len()), line.find(end)) else { return line.to_owned() };
    if from > to {
        return line.to_owned();
    }
    let inside = line[from..to].strip_prefix("cannot").unwrap_or(&line[from..to]);
    let mut parts: Vec<&str> = inside.split(", cannot").collect();
    parts.sort_unstable();
    format!("{}cannot{}{}", &line[..from], parts.join(", cannot"), &line[to..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hide(command: &str, text: &str) -> String {
        normalise(command, text, &["agent".to_owned()], &["7d4f5b6c9".to_owned()])
    }

    #[test]
    fn tables_are_sorted_and_their_ages_hidden() {
        let text = "NAME          READY   STATUS    RESTARTS      AGE\nagent-zz2b4   1/1     Running   3 (12s ago)   5m2s\nagent-bcdfg   1/1     Running   0             5m2s\n";
        let expected = "NAME  READY  STATUS  RESTARTS  AGE\nagent-<POD>  1/1  Running  0  <AGE>\nagent-<POD>  1/1  Running  <N> (<AGE> ago)  <AGE>\n";
        assert_eq!(hide("kubectl get pods", text), expected);
    }

    #[test]
    fn what_drain_and_rollout_status_say_in_any_order_is_ordered() {
        let text = "evicting pod default/b\nevicting pod default/a\npod/b evicted\npod/a evicted\nnode/n drained\n";
        assert_eq!(
            hide("kubectl drain n", text),
            "evicting pod default/a\nevicting pod default/b\npod/a evicted\npod/b evicted\nnode/n drained\n"
        );
        let text = "Waiting for daemon set \"a\" rollout to finish: 1 of 3\nWaiting for daemon set \"a\" rollout to finish: 2 of 3\ndaemon set \"a\" successfully rolled out\n";
        let expected = "Waiting for daemon set <PROGRESS>\ndaemon set \"a\" successfully rolled out\n";
        assert_eq!(hide("kubectl rollout status ds/a", text), expected);
    }

    #[test]
    fn names_hashes_and_times_are_hidden() {
        let text = "agent-bcdfg agent-hjklm agent-7d4f5b6c9 agent-abcde 2026-01-01T00:00:00Z 10.0.0.1\n";
        assert_eq!(hide("kubectl delete", text), "agent-<POD> agent-<POD> agent-<HASH> agent-abcde <TIME> 10.0.0.1\n");
    }

    #[test]
    fn only_the_old_forms_of_a_recording_are_written_anew() {
        let cases = [
            // A further value of a key, and a line of the same text that the lab did not print as one.
            ("kubectl describe ds", "Labels:  a=b\n              c=d\n", "Labels:  a=b\n    c=d\n", "Labels:  a=b\n    c=d\n"),
            (
                "kubectl describe ds",
                "Labels:  a=b\n              c=d\n",
                "Labels:  a=b\n    c=e\n",
                "Labels:  a=b\n              c=d\n",
            ),
            ("kubectl describe ds", "a:\n            b\n", "a:\n            b\n", "a:\n            b\n"),
            ("kubectl get ds", "              c=d\n", "    c=d\n", "              c=d\n"),
            (
                "kubectl rollout status ds/a",
                "Waiting for daemon set \"a\" rollout to finish: 1 of 3\n[exit 1]\n",
                "",
                "Waiting for daemon set \"a\" rollout to finish: 1 of 3\n[exit 1]\n",
            ),
        ];
        for (command, printed, answered, expected) in cases {
            assert_eq!(recorded(command, printed, answered), expected, "{command}");
        }
    }
}
