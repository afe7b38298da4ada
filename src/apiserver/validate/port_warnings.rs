//! Warnings about ports that are the same or get into each other's way.

use super::here::Here;
use super::warnings::Warnings;
use super::windows::CONTAINERS;
use crate::apiserver::error::go_quoted;
use crate::object::path::FieldPath;

impl Warnings {
    /// Ports of all containers that are the same or get into each other's way.
    pub(super) fn ports(&mut self, spec: &Here) {
        let mut seen: Vec<HostPort> = Vec::new();
        let mut names: Vec<(String, FieldPath)> = Vec::new();
        let mut same_names = Warnings(Vec::new());
        for list in CONTAINERS {
            for container in spec.field(list).items() {
                for port in container.field("ports").items() {
                    let new = HostPort::read(&port);
                    if !new.address.is_empty() && new.number == 0 {
                        self.push(&port, format!("hostIP set without hostPort: {}", go_port(&port)));
                    }
                    for other in &seen {
                        if let Some(words) = new.beside(other) {
                            self.push(&port, format!("{words} port definition with {}", other.path));
                        }
                    }
                    seen.push(new);
                    let name = port.text("name");
                    if let Some((_, other)) = names.iter().find(|(known, _)| known == name) {
                        let effect = format!("services and probes that select ports by name will use {other}");
                        let text = format!("duplicate port name {} with {other}, {effect}", go_quoted(name));
                        same_names.push(&port, text);
                    } else if !name.is_empty() {
                        names.push((name.to_owned(), port.path()));
                    }
                }
            }
        }
        self.0.append(&mut same_names.0);
    }
}

/// A port on the host, as far as it may be another's.
struct HostPort {
    /// The port within the container, and its protocol.
    inner: (i64, String),
    number: i64,
    address: String,
    path: FieldPath,
}

impl HostPort {
    fn read(port: &Here) -> Self {
        let inner = (port.number("containerPort"), port.text("protocol").to_owned());
        Self { inner, number: port.number("hostPort"), address: port.text("hostIP").to_owned(), path: port.path() }
    }

    /// What two ports of the same number and protocol are to each other.
    fn beside(&self, other: &Self) -> Option<&'static str> {
        if self.inner != other.inner {
            None
        } else if self.address == other.address && self.number == other.number {
            Some("duplicate")
        } else if self.number == 0 || other.number == 0 {
            Some("overlapping")
        } else if self.number == other.number && self.address.is_empty() != other.address.is_empty() {
            Some("dangerously ambiguous")
        } else {
            None
        }
    }
}

/// A port as Go's `%+v` prints it.
fn go_port(port: &Here) -> String {
    let [name, protocol, address] = ["name", "protocol", "hostIP"].map(|field| port.text(field));
    let [host, inner] = ["hostPort", "containerPort"].map(|field| port.number(field));
    format!("{{Name:{name} HostPort:{host} ContainerPort:{inner} Protocol:{protocol} HostIP:{address}}}")
}
