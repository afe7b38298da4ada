//! Says what changes on the stage to those who listen to the page, not more often than one can listen.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::ui::session::{News, use_hands};
use crate::ui::words::use_words;

/// So long news are gathered before they are said, in milliseconds.
const GATHER_MS: u32 = 2500;

/// The news.
#[derive(Properties, PartialEq)]
pub struct AnnouncerProps {
    /// What changed and was not said yet.
    pub news: News,
}

/// A live region that nobody sees.
#[component]
pub fn Announcer(props: &AnnouncerProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let said = use_state_eq(String::new);
    let latest = use_mut_ref(News::default);
    *latest.borrow_mut() = props.news.clone();
    {
        let said = said.setter();
        use_effect_with(props.news.is_empty(), move |nothing| {
            let soon = (!nothing).then(|| {
                Timeout::new(GATHER_MS, move || {
                    said.set(latest.borrow().say(&words));
                    hands.news_read();
                })
            });
            move || drop(soon)
        });
    }
    html! { <div class="sr" role="status" aria-live="polite">{ &*said }</div> }
}
