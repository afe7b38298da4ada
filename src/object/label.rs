//! The syntax of label keys and values, as `k8s.io/apimachinery/pkg/util/validation` checks it.

const MAX_NAME_BYTES: usize = 63;
const MAX_SUBDOMAIN_BYTES: usize = 253;
const NAME: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// Whether a text is a qualified name: at most 63 characters, with or without a DNS subdomain and `/` in front.
pub fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// What keeps a text from being a label's key; nothing for one that is. Models `content.IsLabelKey`.
pub fn key_errors(text: &str) -> Vec<String> {
    let mut errors = Vec::new();
    let name = match text.split('/').collect::<Vec<_>>()[..] {
        [name] => name,
        [prefix, name] => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".into());
            } else {
                errors.extend(dns_subdomain_errors(prefix).iter().map(|error| format!("prefix part {error}")));
            }
            name
        }
        _ => {
            let optional = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![format!("a valid label key {NAME} {optional}")];
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".into());
    } else if name.len() > MAX_NAME_BYTES {
        errors.push(format!("name part {}", too_long(MAX_NAME_BYTES)));
    }
    if !has_syntax_of_name(name) {
        errors.push(format!("name part {NAME}"));
    }
    errors
}

/// Whether a text can be a label's value: empty, or at most 63 characters of a name.
pub fn is_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

/// What keeps a text from being a label's value; nothing for one that is. Models `content.IsLabelValue`.
pub fn value_errors(text: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if text.len() > MAX_NAME_BYTES {
        errors.push(too_long(MAX_NAME_BYTES));
    }
    if !text.is_empty() && !has_syntax_of_name(text) {
        errors.push(VALUE.into());
    }
    errors
}

/// Whether a text is an RFC 1123 subdomain of at most 253 characters.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= MAX_SUBDOMAIN_BYTES && has_syntax_of_subdomain(text)
}

/// What keeps a text from being an RFC 1123 subdomain; nothing for one that is. Models `content.IsDNS1123Subdomain`.
pub fn dns_subdomain_errors(text: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if text.len() > MAX_SUBDOMAIN_BYTES {
        errors.push(too_long(MAX_SUBDOMAIN_BYTES));
    }
    if !has_syntax_of_subdomain(text) {
        errors.push(SUBDOMAIN.into());
    }
    errors
}

fn too_long(limit: usize) -> String {
    format!("must be no more than {limit} bytes")
}

fn has_syntax_of_subdomain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(|&it| plain(it))
            && bytes.last().is_some_and(|&it| plain(it))
            && bytes.iter().all(|&it| plain(it) || it == b'-')
    };
    text.split('.').all(part)
}

fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME_BYTES && has_syntax_of_name(text)
}

fn has_syntax_of_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_follow_the_syntax_of_qualified_names() {
        let long = "x".repeat(64);
        for key in ["a", "a.b_c-d", "example.com/a", "node-role.kubernetes.io/control-plane"] {
            assert!(is_key(key) && key_errors(key).is_empty(), "{key}");
        }
        for key in ["", "-a", "a-", "a b", "/a", "Example.com/a", "a/b/c", "a/", &long] {
            assert!(!is_key(key) && !key_errors(key).is_empty(), "{key}");
        }
        assert!(is_value("") && is_value("A.1") && !is_value("a b") && !is_value(&long));
    }
}
