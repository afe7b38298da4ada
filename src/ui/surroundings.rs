//! What the browser tells and is told: languages, the system's theme, attributes of the document.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::{document, document_element, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, EventTarget, HtmlElement, HtmlInputElement};
use yew::Callback;

use super::message::{Message, Msg};
use super::settings::Theme;
use crate::i18n::Lang;
use crate::object::SmolStr;

/// The best language for the browser's list.
pub fn browser_lang() -> Lang {
    let wanted: Vec<String> = window().navigator().languages().iter().filter_map(|tag: JsValue| tag.as_string()).collect();
    Lang::best_of(wanted.iter().map(String::as_str))
}

/// Whether that theme is dark now.
pub fn is_dark(theme: Theme) -> bool {
    match theme {
        Theme::Light => false,
        Theme::Dark => true,
        Theme::System => window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches()),
    }
}

/// Writes theme and language to the document, where the style sheet, the browser and screen readers find them.
pub fn tell_document(theme: Theme, lang: Lang) {
    let root = document_element();
    // Setting an attribute of a name that is well formed does not fail.
    let _ = root.set_attribute("data-theme", theme.as_str());
    let _ = root.set_attribute("lang", lang.tag());
}

/// Puts the text on the clipboard. Whether the browser let us.
pub async fn copy(text: &str) -> bool {
    // Only a page that came over a safe line has a clipboard, whatever the type says.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("clipboard"));
    match clipboard.ok().and_then(|clipboard| clipboard.dyn_into::<web_sys::Clipboard>().ok()) {
        Some(clipboard) => JsFuture::from(clipboard.write_text(text)).await.is_ok(),
        None => false,
    }
}

/// Milliseconds since the page was opened.
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// The first element in the page that the selector finds.
pub fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Puts the focus on the first element that the selector finds. Where there is none, the focus stays.
pub fn focus(selector: &str) {
    if let Some(element) = find(selector) {
        let _ = element.focus();
    }
}

/// Scrolls as little as it takes for the element to be in sight.
pub fn show(element: &HtmlElement) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Whether a control has the focus; the page itself is none.
pub fn has_focus() -> bool {
    document().active_element().is_some_and(|element| element.tag_name() != "BODY")
}

/// Reports what the function makes of the events of a kind; as long as the listener is kept.
#[inline(never)]
pub fn listen(
    target: &EventTarget,
    kind: &'static str,
    link: &Callback<Message>,
    meaning: fn(&Event) -> Option<Msg>,
) -> EventListener {
    let link = link.clone();
    let options = EventListenerOptions { phase: gloo::events::EventListenerPhase::Capture, passive: false };
    EventListener::new_with_options(target, kind, options, move |event| {
        if let Some(msg) = meaning(event) {
            link.emit(Message { msg, event: Some(event.clone()) });
        }
    })
}

/// What stands in the field of that name, in the form where the event happened.
pub fn field(event: &Event, name: &str) -> SmolStr {
    let form = event.target().and_then(|form| form.dyn_into::<web_sys::Element>().ok());
    let found = form.and_then(|form| form.query_selector(&["[name=", name, "]"].concat()).ok().flatten());
    found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok()).map(|input| input.value().trim().into()).unwrap_or_default()
}
