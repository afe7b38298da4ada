//! The cluster's clock: what it shows, and whether and how fast it runs.

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlSelectElement};
use yew::NodeRef;
use yew::virtual_dom::ListenerKind;

use crate::ui::element::{El, Ui, el, icon_button};
use crate::ui::message::Msg;
use crate::ui::model::Model;
use crate::ui::speed::Speed;

/// Time, play or pause, one step, speed. The time is written into its place without drawing the page again.
pub fn transport(ui: &Ui, model: &Model, place: &NodeRef) -> El {
    let words = &ui.words.transport;
    let (name, picture) = if model.playing { (words.pause, "pause") } else { (words.play, "play") };
    let time = el("time").class("clock").set("role", "timer").set("aria-live", "off").name(words.clock).node_ref(place);
    let option = |speed: Speed| el("option").flag("selected", speed == model.speed).text(speed.label()).done();
    let speeds = el("select").name(words.speed).on(ui.ask(ListenerKind::onchange, chosen));
    el("div")
        .class("transport")
        .set("role", "group")
        .set("aria-label", words.name)
        .with(time)
        .with(icon_button("icon-button primary", name, picture).on(ui.click(Msg::Play(!model.playing))))
        .with(icon_button("icon-button framed", words.step, "step").on(ui.click(Msg::Step)))
        .with(speeds.all(Speed::ALL.into_iter().map(option).collect()))
}

fn chosen(event: &Event) -> Option<Msg> {
    let select: HtmlSelectElement = event.target()?.dyn_into().ok()?;
    Some(Msg::Speed(select.value().into()))
}

#[cfg(test)]
mod tests {
    use crate::i18n::clock;

    #[test]
    fn the_clock_counts_to_days() {
        let cases = [(0, "00:00:00"), (107, "00:01:47"), (3_661, "01:01:01"), (86_399, "23:59:59"), (90_000, "1d 01:00:00")];
        for (seconds, shown) in cases {
            assert_eq!(clock(seconds), shown);
        }
    }
}
