//! A machine: what it has, what runs on it, and what it is under.

use smol_str::format_smolstr;

use crate::object::SmolStr;
use crate::scheduler::NodeFacts;

use super::worker::Worker;

/// How often a kubelet renews its lease, in milliseconds.
pub const RENEWAL_MS: u64 = 10_000;

/// One machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its number, from which its addresses are made.
    pub number: u32,
    /// When its kubelet began to run, in milliseconds.
    pub booted_ms: u64,
    /// Since when it is switched off, in milliseconds.
    pub stopped_at_ms: Option<u64>,
    /// Its images.
    pub images: Images,
    /// The pods that are bound to it, in the order in which they came.
    pub workers: Vec<Worker>,
    /// Its node as admission reads it, and the version that was read.
    pub facts: (u64, NodeFacts),
    /// The conditions that say what it has too little of, and since when it has enough again, in milliseconds.
    pub pressures: Vec<(Pressure, Option<u64>)>,
    /// Whether its kubelet reports that it is not ready.
    pub is_unready: bool,
    /// Whether its node was cordoned when its kubelet looked last.
    pub is_cordoned: bool,
    /// Whether its next look at pressures is in the queue.
    pub looks: bool,
    addresses: u32,
}

/// What a machine can have too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// Memory.
    Memory,
    /// Disk.
    Disk,
    /// Process IDs.
    Pid,
}

/// The images of a machine.
#[derive(Clone, Debug, Default)]
pub struct Images {
    present: Vec<SmolStr>,
    pulling_until_ms: u64,
}

impl Machine {
    /// A machine that runs since a time, in milliseconds.
    pub fn new(number: u32, booted_ms: u64) -> Self {
        Self {
            number,
            booted_ms,
            stopped_at_ms: None,
            images: Images::default(),
            workers: Vec::new(),
            facts: (0, NodeFacts::default()),
            pressures: Vec::new(),
            is_unready: false,
            is_cordoned: false,
            looks: false,
            addresses: 0,
        }
    }

    /// The machine's own address.
    pub fn address(&self) -> SmolStr {
        address_of(self.number)
    }

    /// An address for the next pod.
    pub fn next_pod_address(&mut self) -> SmolStr {
        self.addresses = self.addresses % 253 + 1;
        format_smolstr!("10.{}.{}.{}", 128 + (self.number >> 8) % 128, self.number & 0xff, self.addresses + 1)
    }

    /// The pod of that UID.
    pub fn worker(&self, uid: &str) -> Option<usize> {
        self.workers.iter().position(|it| it.uid == uid)
    }

    /// When its kubelet renewed its lease last, in milliseconds. Nobody is woken for it: it is reckoned when somebody asks.
    pub fn renewed_ms(&self, now_ms: u64) -> u64 {
        let until_ms = self.stopped_at_ms.unwrap_or(now_ms);
        let running_ms = until_ms.saturating_sub(self.booted_ms);
        self.booted_ms + running_ms / RENEWAL_MS * RENEWAL_MS
    }
}

/// The address of the machine with a number.
pub fn address_of(number: u32) -> SmolStr {
    format_smolstr!("10.0.{}.{}", (number >> 8) & 0xff, number & 0xff)
}

impl Pressure {
    /// All of them, in the order in which a kubelet names them.
    pub const ALL: [Self; 3] = [Self::Memory, Self::Disk, Self::Pid];

    /// The condition that says so.
    pub fn condition(self) -> &'static str {
        ["MemoryPressure", "DiskPressure", "PIDPressure"][self as usize]
    }

    /// The resource in the words of an eviction.
    pub fn resource(self) -> &'static str {
        ["memory", "ephemeral-storage", "pids"][self as usize]
    }
}

impl Images {
    /// Whether an image is there.
    pub fn has(&self, image: &str) -> bool {
        self.present.iter().any(|it| it == image)
    }

    /// An image has arrived.
    pub fn add(&mut self, image: SmolStr) {
        if !self.has(&image) {
            self.present.push(image);
        }
    }

    /// Puts a pull at the end of the queue; answers when it is over, in milliseconds.
    pub fn queue(&mut self, now_ms: u64, own_ms: u64) -> u64 {
        self.pulling_until_ms = self.pulling_until_ms.max(now_ms) + own_ms;
        self.pulling_until_ms
    }

    /// The machine was switched off: what was under way is lost, what has arrived is kept.
    pub fn stop(&mut self) {
        self.pulling_until_ms = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_renewed_every_ten_seconds_until_the_machine_stops() {
        let mut machine = Machine::new(1, 3_000);
        assert_eq!((machine.renewed_ms(3_000), machine.renewed_ms(12_999), machine.renewed_ms(33_000)), (3_000, 3_000, 33_000));
        machine.stopped_at_ms = Some(40_000);
        assert_eq!(machine.renewed_ms(100_000), 33_000);
    }

    #[test]
    fn images_are_pulled_one_after_the_other() {
        let mut images = Images::default();
        assert_eq!((images.queue(1_000, 500), images.queue(1_100, 500), images.queue(9_000, 500)), (1_500, 2_000, 9_500));
    }
}
