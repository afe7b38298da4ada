//! The top of the page.

use web_sys::Event;
use yew::virtual_dom::ListenerKind;

use crate::i18n::Lang;
use crate::ui::element::{El, Ui, button, el, icon, icon_button};
use crate::ui::message::Msg;
use crate::ui::settings::Theme;

/// The brand, where one is, and the switches for language and theme.
pub fn header(ui: &Ui, lang: Lang, theme: Theme) -> El {
    let words = &ui.words.shell;
    let other = lang.other();
    let (name, picture) = match theme {
        Theme::System => (words.theme_system, "theme-system"),
        Theme::Light => (words.theme_light, "theme-light"),
        Theme::Dark => (words.theme_dark, "theme-dark"),
    };
    let skip = el("a").class("skip").set("href", "#stage").text(words.skip).on(ui.ask(ListenerKind::onclick, skip_to_stage));
    let here = el("span").set("aria-current", "page").text(words.sandbox);
    let language = button("").set("lang", other.tag()).name(words.switch_language).text(other.own_name());
    el("header")
        .class("top")
        .with(skip)
        .with(el("h1").class("brand").with(icon("brand")).text("DaemonSet Lab"))
        .with(el("nav").class("crumb").set("aria-label", words.whereabouts).with(here))
        .with(el("span").class("spacer"))
        .with(language.on(ui.click(Msg::Lang(other))))
        .with(icon_button("icon-button framed", name, picture).on(ui.click(Msg::Theme)))
}

/// The address is a route, so the link must not change it.
#[allow(clippy::unnecessary_wraps, reason = "as every question to an event is answered")]
fn skip_to_stage(event: &Event) -> Option<Msg> {
    event.prevent_default();
    Some(Msg::SkipToStage)
}
