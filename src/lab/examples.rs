//! Manifests to begin with.

/// A manifest that can be opened in the editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// The name of its file.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All of them; the first one is open on a first visit.
pub static EXAMPLES: &[Example] = &[
    Example { file: "kube-proxy.yaml", text: include_str!("examples/kube-proxy.yaml") },
    Example { file: "fluentd.yaml", text: include_str!("examples/fluentd.yaml") },
    Example { file: "node-exporter.yaml", text: include_str!("examples/node-exporter.yaml") },
    Example { file: "gpu-device-plugin.yaml", text: include_str!("examples/gpu-device-plugin.yaml") },
];

/// The manifest that is open on a first visit.
pub fn first() -> &'static Example {
    &EXAMPLES[0]
}
