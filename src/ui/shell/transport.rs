//! The cluster's clock: what it shows, and whether and how fast it runs.

use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::ui::session::{Speed, use_hands};
use crate::ui::widgets::Icon;
use crate::ui::words::use_words;

/// The clock's controls.
#[derive(Properties, PartialEq)]
pub struct TransportProps {
    /// Whether it runs.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
}

/// Time, play or pause, one step, speed.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let transport = &words.transport;
    let toggle = {
        let (hands, playing) = (hands.clone(), props.playing);
        move |_: MouseEvent| if playing { hands.pause() } else { Rc::clone(&hands.0).play() }
    };
    let step = {
        let hands = hands.clone();
        move |_: MouseEvent| hands.step()
    };
    let choose = move |event: Event| {
        if let Some(speed) = event.target_dyn_into::<HtmlSelectElement>().and_then(|select| Speed::parse(&select.value())) {
            hands.set_speed(speed);
        }
    };
    let name = if props.playing { transport.pause } else { transport.play };
    html! {
        <div class="transport" role="group" aria-label={transport.name}>
            <Clock />
            <button type="button" class="icon-button primary" aria-label={name} title={name} onclick={toggle}>
                <Icon name={if props.playing { "pause" } else { "play" }} />
            </button>
            <button type="button" class="icon-button framed" aria-label={transport.step} title={transport.step} onclick={step}>
                <Icon name="step" />
            </button>
            <select aria-label={transport.speed} title={transport.speed} onchange={choose}>
                { for Speed::ALL.map(|speed| html! {
                    <option value={speed.label()} selected={speed == props.speed}>{ speed.label() }</option>
                }) }
            </select>
        </div>
    }
}

/// Only the clock is drawn when nothing but time has passed.
#[component]
fn Clock() -> Html {
    let (words, hands) = (use_words(), use_hands());
    let seconds = use_state_eq(|| 0);
    {
        let seconds = seconds.setter();
        use_effect_with(hands, move |hands| {
            hands.watch_clock(Callback::from(move |now_ms: u64| seconds.set(now_ms / 1000)));
        });
    }
    html! { <time class="clock" role="timer" aria-live="off" aria-label={words.transport.clock} title={words.transport.clock}>{ clock(*seconds) }</time> }
}

/// Hours, minutes, seconds; days only when there are any.
fn clock(seconds: u64) -> String {
    let (days, rest) = (seconds / 86400, seconds % 86400);
    let time = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days == 0 { time } else { format!("{days}d {time}") }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn the_clock_counts_to_days() {
        let cases = [(0, "00:00:00"), (107, "00:01:47"), (3_661, "01:01:01"), (86_399, "23:59:59"), (90_000, "1d 01:00:00")];
        for (seconds, shown) in cases {
            assert_eq!(clock(seconds), shown);
        }
    }
}
