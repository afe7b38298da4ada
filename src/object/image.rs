//! References to container images: `registry:5000/team/agent:v1@sha256:…`.

/// The parts of a reference to an image. Models `parsers.ParseImageName` of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageReference<'a> {
    /// The registry and the path, as written.
    pub name: &'a str,
    /// The tag; `latest` where there is neither tag nor digest, empty where there is only a digest.
    pub tag: &'a str,
    /// The digest, or empty.
    pub digest: &'a str,
}

impl<'a> ImageReference<'a> {
    /// Reads a reference; `None` when it is none, for example because its path has capital letters.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (rest, digest) = text.split_once('@').unwrap_or((text, ""));
        let (name, tag) = match rest.rsplit_once(':') {
            // A colon before a slash belongs to the registry's port.
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        let good = is_name(name) && tag.is_none_or(is_tag) && (!text.contains('@') || is_digest(digest));
        let tag = tag.unwrap_or(if digest.is_empty() { "latest" } else { "" });
        good.then_some(Self { name, tag, digest })
    }
}

/// Whether a text has the form of a reference, as clients look at it: a digest may be of any algorithm. Models `ReferenceRegexp`.
pub fn is_reference(text: &str) -> bool {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let is_id = rest.len() == 64 && rest.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
    let is_algorithm = |text: &str| {
        let parts = text.split(['-', '_', '+', '.']);
        parts
            .into_iter()
            .all(|it| it.starts_with(|c: char| c.is_ascii_alphabetic()) && it.bytes().all(|c| c.is_ascii_alphanumeric()))
    };
    let is_hex = |text: &str| text.len() >= 32 && text.bytes().all(|c| c.is_ascii_hexdigit());
    let good = |digest: &str| digest.split_once(':').is_some_and(|(algorithm, hex)| is_algorithm(algorithm) && is_hex(hex));
    (is_id || ImageReference::parse(rest).is_some()) && digest.is_none_or(good)
}

fn is_name(name: &str) -> bool {
    let (domain, path) = match name.split_once('/') {
        Some((first, path))
            if first.contains(['.', ':']) || first == "localhost" || first.contains(|c: char| c.is_ascii_uppercase()) =>
        {
            (first, path)
        }
        _ => ("", name),
    };
    let is_id = path.len() == 64 && path.bytes().all(|c| c.is_ascii_hexdigit()) && domain.is_empty();
    let (host, port) = domain.split_once(':').unwrap_or((domain, "0"));
    let is_host = |label: &str| {
        let edges = !label.starts_with('-') && !label.ends_with('-');
        edges && !label.is_empty() && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
    };
    let good_domain =
        domain.is_empty() || (host.split('.').all(is_host) && !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit()));
    name.len() <= 255 && !is_id && good_domain && path.split('/').all(is_path_component)
}

/// Small letters and digits with single `.` or `_`, double `_`, or any number of `-` between them.
fn is_path_component(part: &str) -> bool {
    let plain = |c: Option<&u8>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let bytes = part.as_bytes();
    let separators = part.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()).filter(|it| !it.is_empty());
    let good = |separator: &str| matches!(separator, "." | "_" | "__") || separator.bytes().all(|c| c == b'-');
    plain(bytes.first()) && plain(bytes.last()) && separators.into_iter().all(good)
}

fn is_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.starts_with(word) && tag.len() <= 128 && tag.chars().all(|c| word(c) || matches!(c, '.' | '-'))
}

fn is_digest(digest: &str) -> bool {
    let lengths = [("sha256", 64), ("sha384", 96), ("sha512", 128)];
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        lengths.contains(&(algorithm, hex.len())) && hex.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart_as_kubernetes_does() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let both = format!("nginx:latest@{digest}");
        let only_digest = format!("quay.io/a/nginx@{digest}");
        for (text, parts) in [
            ("nginx", Some(("nginx", "latest", ""))),
            ("nginx:1.29", Some(("nginx", "1.29", ""))),
            ("registry:5000/a/nginx", Some(("registry:5000/a/nginx", "latest", ""))),
            ("registry:5000/a/nginx:v1", Some(("registry:5000/a/nginx", "v1", ""))),
            (&both, Some(("nginx", "latest", digest.as_str()))),
            (&only_digest, Some(("quay.io/a/nginx", "", digest.as_str()))),
            ("Nginx", None),
            ("nginx:", None),
            ("nginx:a b", None),
            ("nginx@sha256:0123", None),
            ("a//b", None),
            ("", None),
        ] {
            let found = ImageReference::parse(text).map(|it| (it.name, it.tag, it.digest));
            assert_eq!(found, parts, "{text}");
        }
    }

    #[test]
    fn clients_look_at_the_form_only() {
        let hex = "0a".repeat(32);
        for (text, is_good) in [
            ("nginx:1.29", true),
            ("localhost:5000/a/b@sha256:0123456789abcdef0123456789abcdef", true),
            (&format!("nginx@md5+x:{hex}"), true),
            (&hex, true),
            ("Nginx", false),
            ("é", false),
            ("a b", false),
            ("nginx@sha256:0123", false),
            (&format!("nginx@5:{hex}"), false),
        ] {
            assert_eq!(is_reference(text), is_good, "{text}");
        }
    }
}
