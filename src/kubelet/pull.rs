//! Images on their way: pulls, their failures, and the pauses between them.
//!
//! Models `pkg/kubelet/images`: a machine pulls one image after the other.

use smol_str::format_smolstr;

use crate::object::{ImageReference, Object, SmolStr};
use crate::runtime::events::EventType;

use super::backoff::go_duration;
use super::container::Next;
use super::image::Fault;
use super::plan::PullPolicy;
use super::worker::{Surroundings, Worker};

/// How long it takes to ask a registry whether an image that is there is the newest, in milliseconds.
const ASK_MS: u64 = 350;
/// How long a registry takes to say that it does not have an image, in milliseconds.
const REFUSED_MS: std::ops::Range<u64> = 500..1_000;
/// From a failed pull until the kubelet looks again and finds that there is a pause, in milliseconds.
const NOTICE_MS: u64 = 2_000;

impl Worker {
    /// A container's turn has come: its image is pulled if need be.
    pub(super) fn start(&mut self, index: usize, pod: &Object, around: &mut Surroundings<'_>) {
        let planned = &self.plan.containers[index];
        let (image, policy) = (planned.image.clone(), planned.pull);
        let present = around.images.has(&image);
        if ImageReference::parse(&image).is_none() {
            let message = format_smolstr!(
                "Failed to apply default image tag {image:?}: couldn't parse image name {image:?}: invalid reference format"
            );
            return self.cannot_pull(index, around, "InspectFailed", "InvalidImageName", message);
        }
        match policy {
            PullPolicy::IfNotPresent | PullPolicy::Never if present => {
                let message =
                    format_smolstr!("Container image {image:?} already present on machine and can be accessed by the pod");
                around.say(Some(index), EventType::Normal, "Pulled", message);
                self.launch(index, pod, around);
            }
            PullPolicy::Never => {
                let message = format_smolstr!("Container image {image:?} is not present with pull policy of Never");
                self.cannot_pull(index, around, "ErrImageNeverPull", "ErrImageNeverPull", message);
            }
            _ => {
                around.say(Some(index), EventType::Normal, "Pulling", format_smolstr!("Pulling image {image:?}"));
                let behaviour = self.behaviour(index, around);
                let own_ms = match present {
                    true => ASK_MS,
                    false if around.behaviours.plain => 1_000,
                    false if behaviour.fault == Some(Fault::NotFound) => around.duration_ms(REFUSED_MS),
                    false => around.duration_ms(behaviour.pull_ms()),
                };
                let done_ms = around.images.queue(around.now_ms, own_ms);
                self.containers[index].schedule(Next::Pulled { asked_ms: around.now_ms, own_ms }, done_ms);
                self.holds_pull(Some(index));
            }
        }
    }

    fn cannot_pull(
        &mut self,
        index: usize,
        around: &mut Surroundings<'_>,
        event: &'static str,
        reason: &'static str,
        message: SmolStr,
    ) {
        around.say(Some(index), EventType::Warning, event, message.clone());
        around.say(Some(index), EventType::Warning, "Failed", format_smolstr!("Error: {reason}"));
        let again_ms = around.now_ms + around.duration_ms(10_000..15_000);
        let container = &mut self.containers[index];
        container.wait(reason, message);
        container.schedule(Next::Start, again_ms);
        self.is_new = true;
    }

    /// A pull is over.
    pub(super) fn pulled(&mut self, index: usize, pod: &Object, around: &mut Surroundings<'_>, asked_ms: u64, own_ms: u64) {
        let image = self.plan.containers[index].image.clone();
        self.holds_pull(None);
        let behaviour = self.behaviour(index, around);
        if behaviour.fault != Some(Fault::NotFound) {
            around.images.add(image.clone());
            let (own, whole) = (go_duration(own_ms), go_duration(around.now_ms - asked_ms));
            // Every image has its own odd size.
            let bytes = u64::from(behaviour.megabytes) * 1_000_000 + super::identity::number(&image) % 999_983;
            let message = format_smolstr!(
                "Successfully pulled image {image:?} in {own} ({whole} including waiting). Image size: {bytes} bytes."
            );
            around.say(Some(index), EventType::Normal, "Pulled", message);
            return self.launch(index, pod, around);
        }
        let error = pull_error(&image);
        around.say(Some(index), EventType::Warning, "Failed", format_smolstr!("Failed to pull image {image:?}: {error}"));
        around.say(Some(index), EventType::Warning, "Failed", SmolStr::new_static("Error: ErrImagePull"));
        let container = &mut self.containers[index];
        container.pulls.grow(around.now_ms);
        container.wait("ErrImagePull", error);
        container.schedule(Next::ShowPullBackoff, around.now_ms + NOTICE_MS);
        self.is_new = true;
    }

    /// A kubelet looks at a pod whose image could not be pulled: after the pause it tries again.
    pub(super) fn pull_again(&mut self, index: usize, around: &mut Surroundings<'_>) {
        let over_ms = self.containers[index].pulls.over_since_update_ms();
        if over_ms <= around.now_ms {
            self.containers[index].schedule(Next::Start, around.now_ms);
            return;
        }
        let image = self.plan.containers[index].image.clone();
        around.say(Some(index), EventType::Normal, "BackOff", format_smolstr!("Back-off pulling image {image:?}"));
        around.say(Some(index), EventType::Warning, "Failed", SmolStr::new_static("Error: ImagePullBackOff"));
        if self.containers[index].next == Next::ShowPullBackoff {
            let message = format_smolstr!("Back-off pulling image {image:?}: ErrImagePull: {}", pull_error(&image));
            self.containers[index].wait("ImagePullBackOff", message);
            self.is_new = true;
        }
        let again_ms = if around.behaviours.plain { super::probe::NEVER } else { around.look_again_ms(over_ms) };
        self.containers[index].schedule(Next::PullAgain, again_ms);
    }
}

/// What containerd says about an image that its registry does not have.
fn pull_error(image: &str) -> SmolStr {
    let full = super::identity::full_name(image);
    format_smolstr!(
        "rpc error: code = NotFound desc = failed to pull and unpack image {full:?}: failed to resolve reference {full:?}: {full}: not found"
    )
}
