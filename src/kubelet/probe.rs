//! Probes: when one is asked, what it answers, and from when on an answer counts.
//!
//! Models `pkg/kubelet/prober`. A probe whose answers cannot change any more is not asked again until something is switched, so
//! that thousands of healthy pods cost nothing.

use std::fmt::Write;

use crate::object::Value;

use super::image::{Behaviour, Fault};

/// Never.
pub const NEVER: u64 = u64::MAX;

/// The three probes of a container; they index its list of probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeKind {
    /// Holds the others back until it passed once.
    Startup,
    /// Restarts the container when it fails.
    Liveness,
    /// Takes the pod out of service while it fails.
    Readiness,
}

impl ProbeKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Startup, Self::Liveness, Self::Readiness];

    /// The field of a container that describes it.
    pub fn field(self) -> &'static str {
        ["startupProbe", "livenessProbe", "readinessProbe"][self as usize]
    }

    /// Its name in an event.
    pub fn title(self) -> &'static str {
        ["Startup", "Liveness", "Readiness"][self as usize]
    }
}

/// The numbers of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// `initialDelaySeconds`, in milliseconds.
    pub initial_delay_ms: u64,
    /// `periodSeconds`, in milliseconds, at least 1 second.
    pub period_ms: u64,
    /// `timeoutSeconds`, in milliseconds.
    pub timeout_ms: u64,
    /// `successThreshold`, at least 1.
    pub success_threshold: u32,
    /// `failureThreshold`, at least 1.
    pub failure_threshold: u32,
    /// `terminationGracePeriodSeconds`, in milliseconds, when the probe has its own.
    pub grace_ms: Option<u64>,
}

impl Probe {
    /// Reads a probe; `None` where there is none.
    pub fn read(probe: &Value) -> Option<Self> {
        probe.as_map()?;
        let number = |field, default| probe.at(&[field]).as_i64().unwrap_or(default);
        let ms = |seconds: i64| u64::try_from(seconds).unwrap_or(0).saturating_mul(1000);
        let count = |field, default| u32::try_from(number(field, default).max(1)).unwrap_or(u32::MAX);
        Some(Self {
            initial_delay_ms: ms(number("initialDelaySeconds", 0)),
            period_ms: ms(number("periodSeconds", 10).max(1)),
            timeout_ms: ms(number("timeoutSeconds", 1).max(1)),
            success_threshold: count("successThreshold", 1),
            failure_threshold: count("failureThreshold", 3),
            grace_ms: probe.at(&["terminationGracePeriodSeconds"]).as_i64().map(ms),
        })
    }

    /// The first time at which it is asked: its ticks begin when the kubelet sees the container, and those before the initial
    /// delay are passed over.
    pub fn first_ms(&self, seen_ms: u64, started_ms: u64) -> u64 {
        let early_ms = started_ms.saturating_add(self.initial_delay_ms).saturating_sub(seen_ms);
        seen_ms.saturating_add(early_ms.div_ceil(self.period_ms).saturating_mul(self.period_ms))
    }
}

/// What a probe gets to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// All is well.
    Success,
    /// Nobody listens yet.
    Refused,
    /// Somebody answers that it is not well.
    Unwell,
    /// Nobody answers in time.
    Timeout,
}

impl Answer {
    /// What a container answers that was started so many milliseconds ago.
    pub fn of(kind: ProbeKind, behaviour: &Behaviour, age_ms: u64) -> Self {
        match behaviour.fault {
            Some(Fault::Hang) => Self::Timeout,
            _ if age_ms < behaviour.ready_ms() => Self::Refused,
            Some(Fault::Unready) if kind == ProbeKind::Readiness => Self::Unwell,
            _ => Self::Success,
        }
    }

    /// The text behind `Readiness probe failed: `. `ports` are the container's, by whose names the probe may call one; `address` is
    /// the pod's.
    pub fn output(self, probe: &Value, ports: &[Value], address: &str) -> String {
        let mut text = String::new();
        let (http, tcp, grpc) = (probe.at(&["httpGet"]), probe.at(&["tcpSocket"]), probe.at(&["grpc"]));
        let handler = [http, tcp, grpc].into_iter().find(|it| !it.is_null()).unwrap_or(&Value::Null);
        let host = match handler.str_at(&["host"]) {
            "" => address,
            host => host,
        };
        let named =
            |name: &str| ports.iter().find(|it| it.str_at(&["name"]) == name).and_then(|it| it.at(&["containerPort"]).as_i64());
        let port = handler.at(&["port"]);
        let port = port.as_i64().or_else(|| named(port.as_str()?)).unwrap_or(80);
        // Writing to a string cannot fail.
        let _ = match (self, http.is_null(), tcp.is_null(), grpc.is_null()) {
            (Self::Success, ..) => Ok(()),
            (Self::Unwell, false, ..) => write!(text, "HTTP probe failed with statuscode: 503"),
            (_, false, ..) => {
                let scheme = http.str_at(&["scheme"]).to_ascii_lowercase();
                let scheme = if scheme.is_empty() { "http" } else { &scheme };
                let path = http.str_at(&["path"]);
                let path = path.strip_prefix('/').unwrap_or(path);
                let error = match self {
                    Self::Timeout => "context deadline exceeded (Client.Timeout exceeded while awaiting headers)".to_owned(),
                    _ => format!("dial tcp {host}:{port}: connect: connection refused"),
                };
                write!(text, "Get \"{scheme}://{host}:{port}/{path}\": {error}")
            }
            (Self::Timeout, _, false, _) => write!(text, "dial tcp {host}:{port}: i/o timeout"),
            (_, _, false, _) => write!(text, "dial tcp {host}:{port}: connect: connection refused"),
            (Self::Unwell, _, _, false) => write!(text, "service unhealthy (responded with \"NOT_SERVING\")"),
            (Self::Timeout, _, _, false) => {
                let seconds = probe.at(&["timeoutSeconds"]).as_i64().unwrap_or(1);
                write!(text, "timeout: failed to connect service \"{host}:{port}\" within {seconds}s: context deadline exceeded")
            }
            (_, _, _, false) => write!(
                text,
                "error: failed to connect service \"{host}:{port}\": connection error: desc = \"transport: Error while dialing: \
                 dial tcp {host}:{port}: connect: connection refused\""
            ),
            (Self::Timeout, ..) => {
                let seconds = probe.at(&["timeoutSeconds"]).as_i64().unwrap_or(1);
                write!(text, "command timed out: timeout {seconds}s exceeded")
            }
            // A command that fails without a word.
            _ => Ok(()),
        };
        text
    }
}

/// How far a probe of a running container has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeState {
    /// When it is asked next, in milliseconds; [`NEVER`] while it rests.
    pub due_ms: u64,
    /// The time of one of its ticks, in milliseconds.
    pub tick_ms: u64,
    /// Whether it was asked and waits for an answer that will not come.
    pub waits: bool,
    /// What was decided: `None` before the first time.
    pub result: Option<bool>,
    last: Option<bool>,
    run: u32,
}

impl Default for ProbeState {
    fn default() -> Self {
        Self { due_ms: NEVER, tick_ms: 0, waits: false, result: None, last: None, run: 0 }
    }
}

impl ProbeState {
    /// Begins to ask at a time.
    pub fn begin(&mut self, at_ms: u64) {
        *self = Self { due_ms: at_ms, tick_ms: at_ms, ..Self::default() };
    }

    /// Takes an answer in; says what was decided when that is something new.
    ///
    /// ```text
    /// failureThreshold 3:  ok  no  no  no     successThreshold 2:  no  ok  ok
    ///                      ↑ yes       ↑ no                                ↑ yes
    /// ```
    pub fn take(&mut self, success: bool, probe: &Probe) -> Option<bool> {
        self.run = if self.last == Some(success) { self.run.saturating_add(1) } else { 1 };
        self.last = Some(success);
        let threshold = if success { probe.success_threshold } else { probe.failure_threshold };
        if self.run < threshold || self.result == Some(success) {
            return None;
        }
        self.result = Some(success);
        self.result
    }

    /// How often it failed in a row, up to now.
    pub fn failures(&self) -> u32 {
        if self.last == Some(false) { self.run } else { 0 }
    }

    /// The next tick after a time, or rest, when the answer stays the same and is good.
    pub fn proceed(&mut self, now_ms: u64, probe: &Probe, stays_good: bool) {
        self.waits = false;
        self.tick_ms = tick_after(self.tick_ms, now_ms, probe.period_ms);
        self.due_ms = if stays_good && self.result == Some(true) { NEVER } else { self.tick_ms };
    }

    /// Something was switched: it is asked again from its next tick on, if it was asked at all.
    pub fn wake(&mut self, now_ms: u64, probe: &Probe) {
        if self.due_ms == NEVER && self.result.is_some() {
            self.tick_ms = tick_after(self.tick_ms, now_ms, probe.period_ms);
            self.due_ms = self.tick_ms;
        }
    }
}

/// The first tick after a time, reckoned from any earlier one.
fn tick_after(tick_ms: u64, now_ms: u64, period_ms: u64) -> u64 {
    let gone = now_ms.saturating_sub(tick_ms) / period_ms + 1;
    tick_ms.saturating_add(gone.saturating_mul(period_ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    fn probe(success_threshold: u32, failure_threshold: u32) -> Probe {
        Probe { success_threshold, failure_threshold, ..Probe::read(&Value::object()).expect("a probe") }
    }

    #[test]
    fn absent_numbers_are_kubernetes_defaults() {
        let read = Probe::read(&map! { "httpGet" => map! { "port" => 80 } }).expect("a probe");
        assert_eq!((read.initial_delay_ms, read.period_ms, read.timeout_ms), (0, 10_000, 1_000));
        assert_eq!((read.success_threshold, read.failure_threshold, read.grace_ms), (1, 3, None));
        assert_eq!(Probe::read(&Value::Null), None);
    }

    #[test]
    fn a_result_counts_after_its_threshold() {
        for (success_threshold, failure_threshold, answers, decided) in [
            (1, 3, "y", "y"),
            (1, 3, "ynny", "y..."),
            (1, 3, "ynnn", "y..n"),
            (2, 1, "yy", ".y"),
            (2, 1, "yyny", ".yn."),
            (1, 3, "nnnn", "..n."),
        ] {
            let (mut state, probe) = (ProbeState::default(), probe(success_threshold, failure_threshold));
            let taken: String = answers
                .chars()
                .map(|answer| state.take(answer == 'y', &probe).map_or('.', |it| if it { 'y' } else { 'n' }))
                .collect();
            assert_eq!(taken, decided, "{answers}");
        }
    }

    #[test]
    fn ticks_before_the_initial_delay_are_passed_over() {
        for (delay_ms, period_ms, first_ms) in
            [(0, 10_000, 700), (500, 10_000, 700), (5_000, 10_000, 10_700), (15_000, 5_000, 15_700)]
        {
            let probe = Probe { initial_delay_ms: delay_ms, period_ms, ..probe(1, 3) };
            assert_eq!(probe.first_ms(700, 0), first_ms, "{delay_ms} {period_ms}");
        }
    }

    #[test]
    fn a_good_probe_rests_and_keeps_its_ticks_when_it_is_woken() {
        let (mut state, probe) = (ProbeState::default(), probe(1, 3));
        state.begin(1_700);
        state.take(true, &probe);
        state.proceed(1_700, &probe, true);
        assert_eq!(state.due_ms, NEVER);
        state.wake(3_600_000, &probe);
        assert_eq!(state.due_ms, 3_601_700);
    }

    #[test]
    fn failures_are_told_in_the_kubelets_words() {
        let http = map! { "httpGet" => map! { "path" => "/healthz", "port" => 8080, "scheme" => "HTTP" } };
        let tcp = map! { "tcpSocket" => map! { "port" => 53 } };
        let named = map! { "tcpSocket" => map! { "port" => "web" } };
        for (answer, probe, text) in [
            (Answer::Refused, &http, "Get \"http://10.0.0.1:8080/healthz\": dial tcp 10.0.0.1:8080: connect: connection refused"),
            (Answer::Unwell, &http, "HTTP probe failed with statuscode: 503"),
            (
                Answer::Timeout,
                &http,
                "Get \"http://10.0.0.1:8080/healthz\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
            ),
            (Answer::Refused, &tcp, "dial tcp 10.0.0.1:53: connect: connection refused"),
            (Answer::Timeout, &tcp, "dial tcp 10.0.0.1:53: i/o timeout"),
            (Answer::Timeout, &named, "dial tcp 10.0.0.1:8080: i/o timeout"),
        ] {
            assert_eq!(answer.output(probe, &[map! { "name" => "web", "containerPort" => 8080 }], "10.0.0.1"), text);
        }
    }
}
