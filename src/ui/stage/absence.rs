//! Why a node has no pod.

use yew::prelude::*;

use crate::lab::Absence;
use crate::ui::widgets::Icon;
use crate::ui::words::use_words;

/// The reason.
#[derive(Properties, PartialEq)]
pub struct AbsenceProps {
    /// The reason.
    pub absence: Absence,
}

/// The reason in words: a title and a sentence.
#[component]
pub fn AbsenceView(props: &AbsenceProps) -> Html {
    let words = use_words();
    let why = (words.node.absence)(&props.absence);
    let awaited = props.absence == Absence::Awaited;
    html! {
        <p class={classes!("why", awaited.then_some("awaited"))}>
            <Icon name={if awaited { "hourglass" } else { "none" }} />
            <span><b>{ why.title }</b>{ " " }{ why.detail }</span>
        </p>
    }
}
