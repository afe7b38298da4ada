//! What the browser tells and is told: languages, the system's theme, attributes of the document.

use gloo::utils::{document, document_element, window};
use wasm_bindgen::JsValue;
use yew::prelude::*;

use crate::i18n::Lang;

use super::settings::Theme;

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
#[hook]
pub fn use_document(theme: Theme, lang: Lang) {
    use_effect_with((theme, lang), |(theme, lang)| {
        let root = document_element();
        // Setting an attribute of a name that is well formed does not fail.
        let _ = root.set_attribute("data-theme", theme.as_str());
        let _ = root.set_attribute("lang", lang.tag());
    });
}

/// Puts the focus on the stage.
pub fn focus_stage() {
    if let Some(stage) =
        document().get_element_by_id("stage").and_then(|stage| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(stage).ok())
    {
        // A stage that cannot take the focus leaves it where it is.
        let _ = stage.focus();
    }
}
