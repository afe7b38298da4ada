//! Names and numbers that a container runtime gives to images and containers.

use std::fmt::Write;

use crate::object::ImageReference;

/// A number that is always the same for a text (FNV-1a).
pub fn number(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// 64 hexadecimal digits that are always the same for a number.
pub fn digits(seed: u64) -> String {
    let mut text = String::with_capacity(64);
    let mut state = seed;
    for _ in 0..4 {
        // SplitMix64: neighbouring seeds give unlike digits.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let nibble = |at: u32| char::from_digit(u32::try_from(mixed >> (4 * at) & 0xf).unwrap_or_default(), 16);
        text.extend((0..16).rev().filter_map(nibble));
    }
    text
}

/// An image's name with registry and tag, as containerd knows it: `docker.io/library/nginx:latest`.
pub fn full_name(image: &str) -> String {
    let mut full = repository(image);
    if let Some(reference) = ImageReference::parse(image) {
        // Writing to a string cannot fail.
        let _ = match (reference.tag, reference.digest) {
            (_, digest) if !digest.is_empty() => write!(full, "@{digest}"),
            (tag, _) => write!(full, ":{tag}"),
        };
    }
    full
}

/// The image's `imageID`: its repository and its digest.
pub fn image_id(image: &str) -> String {
    let digest = ImageReference::parse(image).map(|it| it.digest).filter(|it| !it.is_empty());
    match digest {
        Some(digest) => format!("{}@{digest}", repository(image)),
        None => format!("{}@sha256:{}", repository(image), digits(number(image))),
    }
}

fn repository(image: &str) -> String {
    let name = ImageReference::parse(image).map_or(image, |it| it.name);
    let registry = name.split_once('/').map(|(first, _)| first);
    match registry {
        None => format!("docker.io/library/{name}"),
        Some(first) if first.contains(['.', ':']) || first == "localhost" => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_get_their_full_names() {
        for (image, full) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("busybox:1.37", "docker.io/library/busybox:1.37"),
            ("prom/node-exporter:v1.8.2", "docker.io/prom/node-exporter:v1.8.2"),
            ("example.com/agent:1.0", "example.com/agent:1.0"),
            ("localhost/agent", "localhost/agent:latest"),
        ] {
            assert_eq!(full_name(image), full);
        }
        let id = image_id("prom/node-exporter:v1.8.2");
        assert!(id.starts_with("docker.io/prom/node-exporter@sha256:") && id.len() == 36 + 64, "{id}");
        assert_ne!(digits(1), digits(2));
    }
}
