//! What several commands read and write of pod templates.

use super::fault::Fault;
use super::resource::Resource;
use crate::object::Value;

/// Where an object of a kind has its pod's spec; `None` for kinds without one.
pub fn spec_path(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet" | "Job" | "ReplicationController" => {
            &["spec", "template", "spec"]
        }
        _ => return None,
    })
}

/// The same, or what is said about other kinds.
///
/// # Errors
/// When there is none.
pub fn spec_of(resource: &Resource, name: &str) -> Result<&'static [&'static str], Fault> {
    spec_path(resource.kind).ok_or_else(|| {
        Fault::client(format!(
            "{}/{name} the object is not a pod or does not have a pod template: *{}.{}",
            resource.plural,
            resource.version(),
            resource.kind
        ))
    })
}

/// Changes the containers whose names fit a pattern with `*` and `?`; answers how many there are.
pub fn for_each_container(spec: &mut Value, list: &str, pattern: &str, change: &mut dyn FnMut(&mut Value)) -> usize {
    if spec.list_at(&[list]).is_empty() {
        return 0;
    }
    let mut found = 0;
    for container in spec.at_mut(&[list]).make_list() {
        if fits(pattern, container.str_at(&["name"])) {
            change(container);
            found += 1;
        }
    }
    found
}

/// Whether a name fits a pattern with `*` and `?`.
pub fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Which beginnings of the name fit the pattern so far.
    let mut fits = vec![false; name.len() + 1];
    fits[0] = true;
    for p in pattern {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            next[at] = match p {
                '*' => fits[at] || (at > 0 && next[at - 1]),
                p => at > 0 && fits[at - 1] && (p == '?' || p == name[at - 1]),
            };
        }
        fits = next;
    }
    fits.last().copied().unwrap_or_default()
}

/// Why a name cannot be that of an environment variable on the command line, which is stricter than the API server is; nothing when it
/// can. Models `IsEnvVarName`.
pub fn not_a_variable(name: &str) -> Option<&'static str> {
    let is_letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '.' | '_');
    match name {
        "." => Some("must not be '.'"),
        ".." => Some("must not be '..'"),
        name if name.starts_with("..") => Some("must not start with '..'"),
        name if name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit()) => None,
        _ => Some(
            "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a \
             digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        assert!(fits("*", "main") && fits("m*n", "main") && fits("ma?n", "main") && fits("main", "main"));
        assert!(!fits("m", "main") && !fits("?", "main") && !fits("", "main") && fits("*", ""));
    }
}
