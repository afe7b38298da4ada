//! What is the matter with a pod, in English.

use super::Why;
use crate::i18n::{clock, duration};
use crate::lab::{Exit, ImageCause, Lack, Pause, ProbeName, Trouble};

/// What is the matter.
pub(super) fn trouble(trouble: &Trouble) -> Why {
    let (title, detail) = match trouble {
        Trouble::Unscheduled { lack, message, since_seconds } => {
            let title = match lack {
                Lack::Resources => "No room on the node.",
                Lack::Port => "Its port on the node is taken.",
                Lack::Other => "The scheduler refuses it.",
            };
            let since = clock(*since_seconds);
            (
                title.into(),
                format!(
                    "Pending since {since}: it is meant for this node alone, so no other can take it. The scheduler says: {message}"
                ),
            )
        }
        Trouble::Image { container, image, cause, pause } => image_missing(container, image, *cause, *pause),
        Trouble::Crash { container, exit, restarts, pause } => {
            let ended = match exit {
                Exit::OutOfMemory { limited: true } => "was killed because it took more memory than its limit".to_owned(),
                Exit::OutOfMemory { limited: false } => {
                    "was killed because its node had no memory left: it has no limit of its own".to_owned()
                }
                Exit::Code(0) => "ended by itself with exit code 0, and a DaemonSet’s pods must go on".to_owned(),
                Exit::Code(code) => format!("ended with exit code {code}"),
            };
            let times = super::counted(*restarts as usize, "restart");
            (
                "The container ends again and again.".into(),
                format!("Container {container} {ended} ({times} so far). {}", next(*pause, "starts it", "is starting it")),
            )
        }
        Trouble::Probe { container, probe, failures, threshold, period_seconds, output } => {
            let field = probe.field();
            let times = if *failures == 1 { "once".to_owned() } else { format!("{failures} times in a row") };
            let follows = match probe {
                ProbeName::Readiness => format!("from {threshold} on the pod does not count as ready"),
                _ => format!("at {threshold} the container is restarted"),
            };
            let said = if output.is_empty() { String::new() } else { format!(" It got to hear: {output}") };
            let detail = format!(
                "The {field} of container {container}, asked every {period_seconds} s, has failed {times}; {follows}.{said}"
            );
            (format!("The {field} does not pass."), detail)
        }
        Trouble::Unready { container } => (
            "It runs and is not ready.".into(),
            format!(
                "The lab holds container {container} back, because its image’s tag says unready or because it was made so on the stage. It has no readinessProbe: outside the lab it would count as ready as soon as it runs."
            ),
        ),
        Trouble::Config { container, message } => (
            "The container cannot be configured.".into(),
            format!("Container {container} needs what is not there: {message}. The kubelet looks again every 10 s or so."),
        ),
        Trouble::Volume { message } => ("A volume is not there.".into(), format!("Its containers wait for it: {message}")),
        Trouble::Over { reason, message } => {
            let reason = if reason.is_empty() { String::new() } else { format!("{reason}: ") };
            let message = match message.trim().trim_end_matches('.') {
                "" => "all of its containers have ended",
                message => message,
            };
            (
                "The pod is over.".into(),
                format!("{reason}{message}. The controller deletes it and makes another, after growing pauses."),
            )
        }
    };
    Why { title, detail }
}

fn image_missing(container: &str, image: &str, cause: ImageCause, pause: Pause) -> (String, String) {
    let (title, why) = match cause {
        ImageCause::NotFound => ("The image cannot be pulled.", "which its registry does not have"),
        ImageCause::InvalidName => ("The image has an impossible name.", "which is no name of an image"),
        ImageCause::NeverPulled => ("The image is not on the machine.", "which imagePullPolicy Never forbids to pull"),
    };
    (title.into(), format!("Container {container} wants {image}, {why}. {}", next(pause, "tries again", "is trying again")))
}

/// What a kubelet does when, and how long its pause is.
fn next(pause: Pause, does: &str, is_doing: &str) -> String {
    let back_off = match pause.seconds {
        0 => String::new(),
        300.. => " (back-off 5m, the longest)".into(),
        seconds => format!(" (back-off {}, twice as long each time, up to 5m)", duration(seconds)),
    };
    match pause.until_seconds {
        Some(until) => format!("The kubelet {does} at {}{back_off}.", clock(until)),
        None => format!("The kubelet {is_doing} now{back_off}."),
    }
}

/// What can be done about it. `has_former` says whether there is a revision to go back to.
pub(super) fn mend(trouble: &Trouble, has_former: bool) -> String {
    let back = if has_former { ", or go back to the revision before (kubectl rollout undo)" } else { "" };
    match trouble {
        Trouble::Unscheduled { lack: Lack::Resources, .. } => {
            "Make room: take other pods off the node, let the template request less, or give it a higher priorityClassName."
                .into()
        }
        Trouble::Unscheduled { lack: Lack::Port, .. } => {
            "Free the port: delete the pod that has it, or let the template ask for another hostPort.".into()
        }
        Trouble::Unscheduled { lack: Lack::Other, .. } => {
            format!("Change what the scheduler names, on the node or in the template{back}.")
        }
        Trouble::Image { .. } => format!("Correct the image in the template and apply it{back}."),
        Trouble::Crash { exit: Exit::OutOfMemory { limited: true }, .. } => {
            format!("Raise resources.limits.memory in the template{back}.")
        }
        Trouble::Crash { exit: Exit::OutOfMemory { limited: false }, .. } => {
            format!("Request the memory that it needs in the template (resources.requests.memory), or correct the image{back}.")
        }
        Trouble::Crash { .. } | Trouble::Over { .. } => {
            format!("Correct the command, the image or the configuration in the template{back}.")
        }
        Trouble::Probe { .. } => {
            format!("Correct the probe (port, path, initialDelaySeconds) or the image in the template{back}.")
        }
        Trouble::Unready { .. } => format!("Take that back in the pod’s menu, or give it another image{back}."),
        Trouble::Config { .. } => "Create the ConfigMap or Secret that is named, or correct its name in the template.".into(),
        Trouble::Volume { .. } => "Create what the volume refers to, or correct its name in the template.".into(),
    }
}
