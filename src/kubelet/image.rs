//! What images do when they are pulled and run: a catalogue of well-known agents, tags for teaching, and switches.
//!
//! No image is really run, so how one behaves is data. Sizes and times are those of a small machine with a registry near by, rounded.

use serde::{Deserialize, Serialize};

use crate::object::{ObjectKey, SmolStr};

/// Something that is wrong with an image or with a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// It cannot be pulled. Tag: `bad`.
    NotFound,
    /// It ends with 1 soon after it was started, again and again. Tag: `crash`.
    Crash,
    /// It runs and never gets ready. Tag: `unready`.
    Unready,
    /// It takes long to pull and to start. Tag: `slow`.
    Slow,
    /// It runs and answers nobody any more.
    Hang,
    /// It takes more memory than it may and is killed for it, again and again.
    OutOfMemory,
    /// It does not end when it is asked to, only when it is killed.
    IgnoreTerm,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::NotFound, Self::Crash, Self::Unready, Self::Slow, Self::Hang, Self::OutOfMemory, Self::IgnoreTerm];

    /// The name under which it is saved.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Crash => "crash",
            Self::Unready => "unready",
            Self::Slow => "slow",
            Self::Hang => "hang",
            Self::OutOfMemory => "out-of-memory",
            Self::IgnoreTerm => "ignore-term",
        }
    }

    /// The fault of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

/// The words in tags, the strongest first.
const TAGS: [(&str, Fault); 4] =
    [("bad", Fault::NotFound), ("crash", Fault::Crash), ("unready", Fault::Unready), ("slow", Fault::Slow)];

/// How an image behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// Compressed size in megabytes.
    pub megabytes: u32,
    /// From its start until its probes are answered, in milliseconds.
    pub start_ms: u64,
    /// From SIGTERM until it ends, in milliseconds.
    pub stop_ms: u64,
    /// With what it ends then.
    pub stop_code: u8,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

/// An image that is not in the catalogue.
const ORDINARY: Behaviour = Behaviour { megabytes: 30, start_ms: 300, stop_ms: 1_000, stop_code: 0, fault: None };

struct Agent {
    name: &'static str,
    megabytes: u32,
    start_ms: u64,
    stop_ms: u64,
    stop_code: u8,
}

/// A row of the catalogue; the name is the end of an image's path.
const fn agent(name: &'static str, megabytes: u32, start_ms: u64, stop_ms: u64, stop_code: u8) -> Agent {
    Agent { name, megabytes, start_ms, stop_ms, stop_code }
}

/// A process that never heard of SIGTERM, as a shell that is process 1, is killed after the grace period.
const NEVER: u64 = u64::MAX;

#[rustfmt::skip]
const CATALOGUE: [Agent; 44] = [
    //    name                          MB   start   stop   code
    agent("kube-proxy",                 28,    800,    300, 0),
    agent("fluent-bit",                 35,    700,  1_500, 0),
    agent("fluentd",                    70,  4_000,  2_000, 0),
    agent("fluentd-kubernetes-daemonset", 110, 5_000, 2_000, 0),
    agent("logstash",                  420, 25_000,  5_000, 0),
    agent("filebeat",                  130,  1_500,  1_000, 0),
    agent("metricbeat",                160,  1_500,  1_000, 0),
    agent("vector",                     60,    800,  1_000, 0),
    agent("promtail",                   75,  1_000,  1_000, 0),
    agent("alloy",                     120,  2_000,  1_000, 0),
    agent("opentelemetry-collector",    50,    800,    800, 0),
    agent("opentelemetry-collector-contrib", 90, 1_200, 800, 0),
    agent("node-exporter",              12,    200,    200, 143),
    agent("cadvisor",                   35,  1_500,    300, 143),
    agent("dcgm-exporter",             330,  6_000,    800, 0),
    agent("agent",                      40,    500,  1_000, 0),
    agent("datadog/agent",             260,  8_000,  3_000, 0),
    agent("node-problem-detector",      60,    600,    300, 0),
    agent("calico/node",               150,  6_000,  1_500, 0),
    agent("calico/cni",                 90,    400,    400, 0),
    agent("flannel",                    35,  1_200,    500, 0),
    agent("cilium",                    230,  9_000,  2_000, 0),
    agent("cilium-envoy",               65,  1_500,  1_000, 0),
    agent("weave-kube",                 40,  2_000,    700, 0),
    agent("kindnetd",                   35,    700,    300, 0),
    agent("aws-k8s-cni",                45,  3_000,    800, 0),
    agent("multus-cni",                 60,    800,    500, 0),
    agent("kube-vip",                   16,    700,    300, 0),
    agent("metallb/speaker",            25,  1_000,    500, 0),
    agent("ingress-nginx/controller",  110,  3_000, 10_000, 0),
    agent("traefik",                    45,  1_000,  1_000, 0),
    agent("haproxy-ingress",            60,  2_000,  2_000, 0),
    agent("cephcsi",                   560,  4_000,  1_000, 0),
    agent("csi-node-driver-registrar",  12,    300,    200, 0),
    agent("livenessprobe",              12,    200,    200, 0),
    agent("gluster-centos",            180, 12_000,  4_000, 0),
    agent("longhorn-manager",          110,  8_000,  1_500, 0),
    agent("k8s-device-plugin",         190,  2_000,    500, 0),
    agent("node-feature-discovery",     55,    800,    400, 0),
    agent("falco",                      90,  3_000,    800, 0),
    agent("nginx",                      70,    300,    300, 0),
    agent("pause",                       1,     20,     20, 0),
    agent("busybox",                     3,     50,  NEVER, 0),
    agent("alpine",                      4,     50,  NEVER, 0),
];

/// What is switched by hand, and whether the catalogue counts.
#[derive(Clone, Debug, Default)]
pub struct Behaviours {
    switched: Vec<(Subject, Option<Fault>)>,
    /// Every image behaves as an ordinary one, so that nothing depends on what is in the catalogue.
    pub(super) plain: bool,
}

/// Whose behaviour is switched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// Every container that runs this image, written as in the pod.
    Image(SmolStr),
    /// Every container of this pod.
    Pod(ObjectKey),
}

impl Subject {
    /// What can be made to go wrong with it: with an image what every pod has that uses it, with a pod what its running
    /// containers can do.
    pub fn faults(&self) -> &'static [Fault] {
        match self {
            Self::Image(_) => &[Fault::NotFound, Fault::Slow, Fault::Unready, Fault::Crash],
            Self::Pod(_) => &[Fault::Unready, Fault::Crash, Fault::Hang, Fault::OutOfMemory, Fault::IgnoreTerm],
        }
    }
}

impl Behaviours {
    /// Lets an image or a pod have a fault from now on, or none, whatever its tag says.
    pub fn switch(&mut self, subject: Subject, fault: Option<Fault>) {
        self.switched.retain(|(known, _)| *known != subject);
        self.switched.push((subject, fault));
    }

    /// Forgets a pod that is gone; another of its name begins afresh.
    pub fn forget(&mut self, pod: &ObjectKey) {
        if !self.switched.is_empty() {
            self.switched.retain(|(subject, _)| !matches!(subject, Subject::Pod(key) if key == pod));
        }
    }

    /// How an image behaves in a pod. What was switched for the pod outweighs what was switched for the image.
    pub fn of(&self, image: &str, pod: &ObjectKey) -> Behaviour {
        let own = self.switched.iter().find(|(subject, _)| matches!(subject, Subject::Pod(key) if key == pod));
        let shared = || self.switched.iter().find(|(subject, _)| matches!(subject, Subject::Image(name) if name == image));
        let fault = own.or_else(shared).map_or_else(|| tag_fault(image), |(_, fault)| *fault);
        Behaviour { fault, ..if self.plain { ORDINARY } else { catalogued(image) } }
    }
}

impl Behaviour {
    /// How long a pull takes when nothing else is pulled: shortest and longest, in milliseconds.
    pub fn pull_ms(&self) -> std::ops::Range<u64> {
        let usual_ms = 400 + u64::from(self.megabytes) * 20;
        let usual_ms = if self.fault == Some(Fault::Slow) { usual_ms + 30_000 } else { usual_ms };
        usual_ms * 4 / 5..usual_ms * 6 / 5
    }

    /// From its start until its probes are answered, in milliseconds.
    pub fn ready_ms(&self) -> u64 {
        if self.fault == Some(Fault::Slow) { self.start_ms + 20_000 } else { self.start_ms }
    }

    /// Whether its readiness is answered well once it has run for long enough.
    pub fn gets_ready(&self) -> bool {
        !matches!(self.fault, Some(Fault::Unready | Fault::Hang))
    }

    /// How long it takes to end when asked to, in milliseconds; `None` when it never does.
    pub fn end_ms(&self) -> Option<u64> {
        let deaf = matches!(self.fault, Some(Fault::Hang | Fault::IgnoreTerm)) || self.stop_ms == NEVER;
        (!deaf).then_some(self.stop_ms)
    }
}

fn catalogued(image: &str) -> Behaviour {
    let path = image.split('@').next().unwrap_or(image);
    let path = path.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(path, |(path, _)| path);
    let is_end = |name: &str| path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'));
    // The longer of two names that fit says more.
    let found = CATALOGUE.iter().filter(|row| is_end(row.name)).max_by_key(|row| row.name.len());
    found.map_or(ORDINARY, |row| Behaviour {
        megabytes: row.megabytes,
        start_ms: row.start_ms,
        stop_ms: row.stop_ms,
        stop_code: row.stop_code,
        fault: None,
    })
}

fn tag_fault(image: &str) -> Option<Fault> {
    let name = image.rsplit('/').next().unwrap_or(image);
    let tag = name.split('@').next().and_then(|it| it.split_once(':')).map_or("", |(_, tag)| tag);
    TAGS.into_iter().find(|(word, _)| tag.contains(word)).map(|(_, fault)| fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_says_what_is_wrong_with_an_image() {
        let pod = ObjectKey::new("default", "agent");
        for (image, fault) in [
            ("example.com/agent:1.0", None),
            ("example.com/agent:bad", Some(Fault::NotFound)),
            ("example.com/agent:v2-crash", Some(Fault::Crash)),
            ("example.com/agent:1-unready", Some(Fault::Unready)),
            ("example.com/agent:slow", Some(Fault::Slow)),
            ("bad.example.com:5000/agent", None),
            ("agent:1@sha256:bad", None),
        ] {
            assert_eq!(Behaviours::default().of(image, &pod).fault, fault, "{image}");
        }
    }

    #[test]
    fn a_switch_for_a_pod_outweighs_one_for_its_image_and_that_its_tag() {
        let (pod, other) = (ObjectKey::new("default", "a"), ObjectKey::new("default", "b"));
        let mut behaviours = Behaviours::default();
        behaviours.switch(Subject::Image("agent:crash".into()), None);
        behaviours.switch(Subject::Pod(pod.clone()), Some(Fault::Unready));
        let fault = |behaviours: &Behaviours, pod| behaviours.of("agent:crash", pod).fault;
        assert_eq!((fault(&behaviours, &pod), fault(&behaviours, &other)), (Some(Fault::Unready), None));
        behaviours.forget(&pod);
        assert_eq!(fault(&behaviours, &pod), None);
    }

    #[test]
    fn the_catalogue_knows_agents_by_the_end_of_their_path() {
        for (image, megabytes) in [
            ("registry.aliyuncs.com/google_containers/kube-proxy:v1.23.12", 28),
            ("docker.io/datadog/agent:7", 260),
            ("agent", 40),
            ("localhost:5000/my-kube-proxy:1", ORDINARY.megabytes),
            ("calico/node@sha256:00", 150),
        ] {
            assert_eq!(catalogued(image).megabytes, megabytes, "{image}");
        }
    }
}
