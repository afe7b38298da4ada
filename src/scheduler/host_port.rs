//! The ports of a node that its pods have taken.

use crate::object::{SmolStr, Value};

const ANY_ADDRESS: &str = "0.0.0.0";

/// A port on an address of a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPort {
    /// Address; `0.0.0.0` stands for all of them.
    pub ip: SmolStr,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: SmolStr,
    /// Number, above 0.
    pub port: i64,
}

impl HostPort {
    /// The host ports of a pod's containers and sidecars. Models `GetHostPorts`.
    pub fn of_pod_spec(spec: &Value) -> Vec<Self> {
        let sidecars = spec.list_at(&["initContainers"]).iter().filter(|it| it.str_at(&["restartPolicy"]) == "Always");
        let containers = sidecars.chain(spec.list_at(&["containers"]));
        containers.flat_map(|container| container.list_at(&["ports"])).filter_map(Self::read).collect()
    }

    fn read(port: &Value) -> Option<Self> {
        let or = |field, default| SmolStr::from(Some(port.str_at(&[field])).filter(|text| !text.is_empty()).unwrap_or(default));
        let number = port.at(&["hostPort"]).as_i64().filter(|number| *number > 0)?;
        Some(Self { ip: or("hostIP", ANY_ADDRESS), protocol: or("protocol", "TCP"), port: number })
    }

    /// Whether both cannot be taken at once.
    pub fn conflicts_with(&self, other: &Self) -> bool {
        let shares_address = self.ip == other.ip || self.ip == ANY_ADDRESS || other.ip == ANY_ADDRESS;
        shares_address && self.port == other.port && self.protocol == other.protocol
    }
}

/// The host ports that a node's pods have taken. Models `HostPortInfo`.
///
/// As in Kubernetes this is a set: when two pods hold the same port, which only pods that were bound past the scheduler
/// do, the port is free again as soon as one of them goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsedPorts(Vec<HostPort>);

impl UsedPorts {
    /// Takes a port.
    pub fn add(&mut self, port: &HostPort) {
        if !self.0.contains(port) {
            self.0.push(port.clone());
        }
    }

    /// Gives a port back.
    pub fn remove(&mut self, port: &HostPort) {
        self.0.retain(|other| other != port);
    }

    /// The first of the wanted ports that is taken.
    pub fn conflict<'a>(&self, wanted: &'a [HostPort]) -> Option<&'a HostPort> {
        wanted.iter().find(|port| self.0.iter().any(|used| used.conflicts_with(port)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    fn port(ip: &str, protocol: &str, port: i64) -> HostPort {
        HostPort::read(&map! { "hostIP" => ip, "protocol" => protocol, "hostPort" => port }).expect("a host port")
    }

    #[test]
    fn ports_conflict_on_the_same_or_any_address() {
        let cases = [
            (port("", "", 80), port("127.0.0.1", "TCP", 80), true),
            (port("10.0.0.1", "", 80), port("127.0.0.1", "", 80), false),
            (port("127.0.0.1", "", 80), port("127.0.0.1", "", 80), true),
            (port("", "UDP", 80), port("", "TCP", 80), false),
            (port("", "", 80), port("", "", 81), false),
        ];
        for (left, right, expected) in cases {
            assert_eq!((left.conflicts_with(&right), right.conflicts_with(&left)), (expected, expected), "{left:?} {right:?}");
        }
        assert_eq!(HostPort::read(&map! { "containerPort" => 80 }), None);
    }
}
