//! What the controllers report.

use std::rc::Rc;

use yew::prelude::*;

use crate::i18n::duration;
use crate::lab::EventLine;
use crate::lab::EventType;
use crate::ui::widgets::Icon;
use crate::ui::words::use_words;

/// So many events are listed; older ones are only counted.
const MOST: usize = 200;

/// The events.
#[derive(Properties, PartialEq)]
pub struct EventsProps {
    /// Oldest first.
    pub events: Rc<Vec<EventLine>>,
}

/// A table, newest first.
#[component]
pub fn Events(props: &EventsProps) -> Html {
    let words = use_words();
    let dock = &words.dock;
    if props.events.is_empty() {
        return html! { <p class="hint">{ dock.no_events }</p> };
    }
    let older = props.events.len().saturating_sub(MOST);
    html! {
        <div class="events">
            <table>
                <thead><tr>
                    <th scope="col">{ dock.age }</th><th scope="col">{ dock.kind }</th><th scope="col">{ dock.reason }</th>
                    <th scope="col">{ dock.object }</th><th scope="col">{ dock.message }</th>
                </tr></thead>
                <tbody>{ for props.events.iter().rev().take(MOST).map(|event| html! { <Row event={event.clone()} /> }) }</tbody>
            </table>
            if older > 0 {
                <p class="hint">{ (dock.older)(older) }</p>
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    event: EventLine,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let event = &props.event;
    let (kind, warning) = match event.kind {
        EventType::Normal => ("Normal", false),
        EventType::Warning => ("Warning", true),
    };
    html! {
        <tr class={classes!(warning.then_some("warning"))} lang="en">
            <td class="age">{ duration(event.age_seconds) }</td>
            <td>if warning { <Icon name="alert" /> }{ kind }</td>
            <td>{ event.reason.as_str() }</td>
            <td><code>{ event.object.as_str() }</code></td>
            <td>{ &event.message }if event.count > 1 { <span class="count">{ format!(" ×{}", event.count) }</span> }</td>
        </tr>
    }
}
