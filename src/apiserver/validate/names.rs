//! The syntax of names, ports and paths, and what is said when it is broken.
//!
//! Models `k8s.io/apimachinery/pkg/util/validation`.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use super::errors::Errors;
use super::here::Here;
use crate::object::label;

type Messages = Vec<&'static str>;

/// Said of what is no DNS subdomain.
pub const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
/// Said of what is no DNS label.
pub const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SEARCH: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
const CONFIG_MAP_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const ENV_NAME: &str = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
const IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
/// Said of what stands twice.
pub const UNIQUE: &str = "must be unique";
/// Said of paths that climb.
pub(super) const BACKSTEP: &str = "must not contain '..'";

fn is_label(text: &str) -> bool {
    let plain = |byte: Option<&u8>| byte.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let bytes = text.as_bytes();
    plain(bytes.first()) && plain(bytes.last()) && bytes.iter().all(|c| plain(Some(c)) || *c == b'-')
}

/// A check of a name with the part of a generated name that is known.
pub(super) type NameCheck = fn(&str) -> Messages;

pub(super) fn dns_subdomain(text: &str) -> Messages {
    let mut messages = Vec::new();
    if text.len() > 253 {
        messages.push("must be no more than 253 characters");
    }
    if !text.split('.').all(is_label) {
        messages.push(SUBDOMAIN);
    }
    messages
}

/// The same with a leading `_` before each part and others within them, as DNS searches have them.
pub(super) fn dns_search(text: &str) -> Messages {
    let part = |part: &str| {
        let part = part.strip_prefix('_').unwrap_or(part);
        is_label(&part.replace('_', "-"))
    };
    let mut messages = Vec::new();
    if text.len() > 253 {
        messages.push("must be no more than 253 characters");
    }
    if !text.split('.').all(part) {
        messages.push(SEARCH);
    }
    messages
}

/// A subdomain to which something may be appended. Models `NameIsDNSSubdomain` with a prefix.
pub(super) fn generated_subdomain(text: &str) -> Messages {
    dns_subdomain(&mask_trailing_dash(text))
}

/// A generated name ends in letters, whatever its stem ends in. Models `maskTrailingDash`.
pub(super) fn mask_trailing_dash(stem: &str) -> Cow<'_, str> {
    match stem.len().checked_sub(2).and_then(|length| stem.get(..length)) {
        Some(start) if stem.ends_with('-') => Cow::Owned(format!("{start}a")),
        _ => Cow::Borrowed(stem),
    }
}

pub(super) fn dns_label(text: &str) -> Messages {
    let mut messages = Vec::new();
    if text.len() > 63 {
        messages.push("must be no more than 63 characters");
    }
    if !is_label(text) {
        messages.push(if text.split('.').all(is_label) { DOTS_IN_LABEL } else { LABEL });
    }
    messages
}

/// Said of a label that would be a subdomain.
pub const DOTS_IN_LABEL: &str = "must not contain dots";

pub(super) fn config_map_key(text: &str) -> Messages {
    let mut messages = Vec::new();
    if text.len() > 253 {
        messages.push("must be no more than 253 characters");
    }
    if text.is_empty() || !text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._".contains(&c)) {
        messages.push(CONFIG_MAP_KEY);
    }
    match text {
        "." => messages.push("must not be '.'"),
        ".." => messages.push("must not be '..'"),
        _ if text.starts_with("..") => messages.push("must not start with '..'"),
        _ => {}
    }
    messages
}

pub(super) fn env_name(text: &str) -> Messages {
    if text.bytes().all(|c| matches!(c, b' '..=b'~') && c != b'=') { Vec::new() } else { vec![ENV_NAME] }
}

pub(super) fn http_header(text: &str) -> Messages {
    let good = !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    if good { Vec::new() } else { vec![HEADER] }
}

pub(super) fn port_name(text: &str) -> Messages {
    let mut messages = Vec::new();
    if text.len() > 15 {
        messages.push("must be no more than 15 characters");
    }
    if text.is_empty() || !text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-') {
        messages.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if !text.bytes().any(|c| c.is_ascii_lowercase()) {
        messages.push("must contain at least one letter (a-z)");
    }
    if text.contains("--") {
        messages.push("must not contain consecutive hyphens");
    }
    if text.starts_with('-') || text.ends_with('-') {
        messages.push("must not begin or end with a hyphen");
    }
    messages
}

/// An address as old fields take it. Models `IsValidIPForLegacyField` with its strict checks.
pub(super) fn ip(text: &str) -> Messages {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => vec!["must not be an IPv4-mapped IPv6 address"],
        Ok(_) => Vec::new(),
        Err(_) if has_leading_zeros(text) => vec!["must not have leading 0s"],
        Err(_) => vec![IP],
    }
}

/// A range of addresses as old fields take it. Models `IsValidCIDRForLegacyField` with its strict checks.
pub(super) fn cidr(text: &str) -> Messages {
    let wrong = vec!["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"];
    let Some((address, length)) = text.split_once('/') else { return wrong };
    let Some(bits) = length.bytes().all(|it| it.is_ascii_digit()).then(|| length.parse::<u32>().ok()).flatten() else {
        return wrong;
    };
    let (address, has_zeros) = match address.parse::<IpAddr>() {
        Ok(address) => (address, length.len() > 1 && length.starts_with('0')),
        Err(_) if has_leading_zeros(address) => (Ipv4Addr::UNSPECIFIED.into(), true),
        Err(_) => return wrong,
    };
    // What stands behind the prefix, moved to the front.
    let (most, beyond) = match address {
        IpAddr::V4(address) => (32, u128::from(address.to_bits().checked_shl(bits).unwrap_or(0))),
        IpAddr::V6(address) => (128, address.to_bits().checked_shl(bits).unwrap_or(0)),
    };
    let is_mapped = matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some());
    match () {
        () if bits > most => wrong,
        () if has_zeros => vec!["must not have leading 0s in IP or prefix length"],
        () if is_mapped => vec!["must not have an IPv4-mapped IPv6 address"],
        () if beyond != 0 => vec!["must not have bits set beyond the prefix length"],
        () => Vec::new(),
    }
}

/// Whether a text would be an IPv4 address but for zeros in front of its numbers.
fn has_leading_zeros(text: &str) -> bool {
    let numbers = text.split('.').map(|number| {
        let rest = number.trim_start_matches('0');
        if rest.is_empty() && !number.is_empty() { "0" } else { rest }
    });
    numbers.collect::<Vec<_>>().join(".").parse::<Ipv4Addr>().is_ok()
}

/// Whether a path climbs.
pub(super) fn has_backsteps(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

impl Errors {
    pub(super) fn dns_label(&mut self, here: &Here) {
        self.each(here, here.str(), dns_label(here.str()));
    }

    /// Checks a DNS label that must be there.
    pub(super) fn named(&mut self, here: &Here) {
        if here.str().is_empty() { self.required(here, "") } else { self.dns_label(here) }
    }

    /// Checks a name that may be absent.
    pub(super) fn optional_subdomain(&mut self, here: &Here) {
        if !here.str().is_empty() {
            self.each(here, here.str(), dns_subdomain(here.str()));
        }
    }

    /// Checks the key of a label.
    pub(super) fn label_key(&mut self, here: &Here) {
        self.each_of(here, here.str(), label::key_errors(here.str()));
    }

    /// Checks the value of a label.
    pub(super) fn label_value(&mut self, here: &Here) {
        self.each_of(here, here.str(), label::value_errors(here.str()));
    }

    pub(super) fn port_number(&mut self, here: &Here) {
        self.in_range(here, 1, 65535);
    }

    /// A path that stays below where it starts.
    pub(super) fn descending_path(&mut self, here: &Here, path: &str) {
        if path.starts_with('/') {
            self.invalid_value(here, path, "must be a relative path");
        }
        self.no_backsteps(here, path);
    }

    pub(super) fn no_backsteps(&mut self, here: &Here, path: &str) {
        if has_backsteps(path) {
            self.invalid_value(here, path, BACKSTEP);
        }
    }

    /// The name of a file that is mounted among others.
    pub(super) fn file_in_volume(&mut self, here: &Here) {
        let path = here.str();
        self.descending_path(here, path);
        if path.starts_with("..") && !path.starts_with("../") {
            self.invalid(here, "must not start with '..'");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_addresses_is_written_in_one_way() {
        const WRONG: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
        const ZEROS: &str = "must not have leading 0s in IP or prefix length";
        const MAPPED: &str = "must not have an IPv4-mapped IPv6 address";
        const BEYOND: &str = "must not have bits set beyond the prefix length";
        for (text, message) in [
            ("10.244.1.0/24", None),
            ("0.0.0.0/0", None),
            ("10.0.0.1/32", None),
            ("2001:db8::/64", None),
            ("::/0", None),
            ("2001:db8::1/128", None),
            ("10.0.0.0", Some(WRONG)),
            ("10.0.0.0/", Some(WRONG)),
            ("10.0.0.0/+8", Some(WRONG)),
            ("10.0.0.0/33", Some(WRONG)),
            ("2001:db8::/129", Some(WRONG)),
            ("10.0.0/8", Some(WRONG)),
            ("010.0.0.0/8", Some(ZEROS)),
            ("010.0.0.0/33", Some(WRONG)),
            ("10.0.0.0/08", Some(ZEROS)),
            ("::ffff:10.0.0.0/104", Some(MAPPED)),
            ("10.0.0.1/8", Some(BEYOND)),
            ("10.0.0.1/0", Some(BEYOND)),
            ("2001:db8::1/64", Some(BEYOND)),
        ] {
            assert_eq!(cidr(text), Vec::from_iter(message), "{text}");
        }
    }
}
