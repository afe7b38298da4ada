//! Probes, hooks, and the actions of both.

use super::container::Pod;
use super::errors::Errors;
use super::here::Here;
use super::names::{http_header, port_name};
use crate::object::Value;

/// Said of a probe or a hook that does nothing.
pub const NO_HANDLER: &str = "must specify a handler type";
const RESTART: &str = "may not be set for init containers without restartPolicy=Always";

/// The hooks and probes of a container that runs on.
pub(super) fn running(container: &Here, pod: &Pod, errors: &mut Errors) {
    let lifecycle = container.field("lifecycle");
    for hook in ["postStart", "preStop"] {
        if lifecycle.has(hook) {
            handler(&lifecycle.field(hook), pod, errors);
        }
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if container.has(name) {
            probe(&container.field(name), pod, name == "readinessProbe", errors);
        }
    }
}

/// What init containers that end do not have.
pub(super) fn ending(container: &Here, errors: &mut Errors) {
    for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        if container.has(field) {
            errors.forbidden(&container.field(field), RESTART);
        }
    }
}

/// Models `validateProbe` and what each kind of probe adds.
fn probe(probe: &Here, pod: &Pod, is_readiness: bool, errors: &mut Errors) {
    handler(probe, pod, errors);
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        errors.not_negative(&probe.field(field));
    }
    let grace = probe.field("terminationGracePeriodSeconds");
    if grace.is_set() && grace.int() <= 0 {
        errors.invalid(&grace, "must be greater than 0");
    }
    if grace.is_set() && is_readiness {
        errors.invalid(&grace, "must not be set for readinessProbes");
    }
    let successes = probe.field("successThreshold");
    if !is_readiness && successes.int() != 1 {
        errors.invalid(&successes, "must be 1");
    }
}

/// Models `validateHandler`.
fn handler(handler: &Here, pod: &Pod, errors: &mut Errors) {
    let mut count = 0;
    for name in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"].into_iter().filter(|name| handler.has(name)) {
        let action = handler.field(name);
        count += 1;
        match name {
            _ if count > 1 => errors.forbidden(&action, "may not specify more than 1 handler type"),
            "exec" if action.field("command").list().is_empty() => errors.required(&action.field("command"), ""),
            "exec" => {}
            "httpGet" => http_get(&action, errors),
            "sleep" => {
                let seconds = action.number("seconds");
                if !(0..=pod.grace_seconds).contains(&seconds) {
                    let limit = pod.grace_seconds;
                    let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({limit})");
                    errors.invalid_value(&action, seconds, detail);
                }
            }
            _ => port(&action.field("port"), errors),
        }
    }
    if count == 0 {
        errors.required(handler, NO_HANDLER);
    }
}

/// Models `validateHTTPGetAction`, which names the list of headers and not its item.
fn http_get(action: &Here, errors: &mut Errors) {
    errors.not_empty(&action.field("path"));
    port(&action.field("port"), errors);
    errors.one_of(&action.field("scheme"), &["HTTP", "HTTPS"]);
    let headers = action.field("httpHeaders");
    for header in headers.items() {
        let start = errors.0.len();
        errors.each(&headers, header.text("name"), http_header(header.text("name")));
        errors.place(start, &header.field("name"));
    }
}

/// Models `ValidatePortNumOrName`.
fn port(port: &Here, errors: &mut Errors) {
    match port.value {
        Value::String(name) => errors.each(port, name, port_name(name)),
        _ => errors.port_number(port),
    }
}
