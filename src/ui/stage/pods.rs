//! The pods of the shown DaemonSet on one node.

use yew::prelude::*;

use crate::lab::{Action, PodChip};
use crate::ui::session::use_hands;
use crate::ui::widgets::{Icon, Menu, MenuItem};
use crate::ui::words::use_words;

use super::look::{hue_class, pod_status, state_class};

/// One pod.
#[derive(Properties, PartialEq)]
pub struct PodProps {
    /// The pod.
    pub pod: PodChip,
    /// Whether Tab stops at it.
    pub tab_stop: bool,
}

/// A pod: its hue is its revision, its shape and glyph are its state. A button that opens its menu.
#[component]
pub fn PodView(props: &PodProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let pod = &props.pod;
    let delete = {
        let pod = pod.key.clone();
        // A refusal shows in the line above the dock.
        move || drop(hands.act(&Action::DeletePod { pod: pod.clone() }))
    };
    let revision = pod.revision.map_or(words.pod.no_revision.to_owned(), |revision| (words.pod.revision)(revision.number));
    let status = pod_status(pod, &words);
    html! {
        <Menu label={format!("{} {status} · {revision}", pod.key.name)} note={format!("{status} · {revision}")} tab_stop={props.tab_stop}
            class={classes!("pod", hue_class(pod.revision), state_class(pod.state))}
            items={vec![MenuItem::new(words.pod.delete, "trash", delete).danger()]}>
            <Icon name="state" />
            <span class="pod-name">{ pod.key.name.as_str() }</span>
            { " " }
            <small>{ status.clone() }</small>
        </Menu>
    }
}
