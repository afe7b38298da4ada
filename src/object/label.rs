//! The syntax of label keys and values, as `k8s.io/apimachinery/pkg/util/validation` checks it.

/// Whether a text is a qualified name: at most 63 characters, with or without a DNS subdomain and `/` in front.
pub fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// Whether a text can be a label's value: empty, or at most 63 characters of a name.
pub fn is_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

/// Whether a text is an RFC 1123 subdomain of at most 253 characters.
pub fn is_dns_subdomain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(|&it| plain(it))
            && bytes.last().is_some_and(|&it| plain(it))
            && bytes.iter().all(|&it| plain(it) || it == b'-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() <= 63
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
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
            assert!(is_key(key), "{key}");
        }
        for key in ["", "-a", "a-", "a b", "/a", "Example.com/a", "a/b/c", "a/", &long] {
            assert!(!is_key(key), "{key}");
        }
        assert!(is_value("") && is_value("A.1") && !is_value("a b") && !is_value(&long));
    }
}
