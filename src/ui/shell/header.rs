//! The top of the page.

use yew::prelude::*;

use crate::i18n::Lang;
use crate::ui::widgets::Icon;
use crate::ui::words::use_words;

use super::settings::{Settings, SettingsAction, Theme};
use super::surroundings::focus_stage;

/// The header.
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// The language that is spoken.
    pub lang: Lang,
    /// Theme and language as chosen.
    pub settings: UseReducerHandle<Settings>,
}

/// The brand, where one is, and the switches for language and theme.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let words = use_words();
    let shell = &words.shell;
    let skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus_stage();
    });
    html! {
        <header class="top">
            <a class="skip" href="#stage" onclick={skip}>{ shell.skip }</a>
            <h1 class="brand"><Brand />{ "DaemonSet Lab" }</h1>
            <nav class="crumb" aria-label={shell.whereabouts}><span aria-current="page">{ shell.sandbox }</span></nav>
            <span class="spacer" />
            { draw_language(props, shell.switch_language) }
            { draw_theme(props, [shell.theme_system, shell.theme_light, shell.theme_dark]) }
        </header>
    }
}

fn draw_language(props: &HeaderProps, name: &'static str) -> Html {
    let other = props.lang.other();
    let settings = props.settings.dispatcher();
    html! {
        <button type="button" lang={other.tag()} aria-label={name} title={name}
            onclick={move |_| settings.dispatch(SettingsAction::Lang(other))}>{ other.own_name() }</button>
    }
}

fn draw_theme(props: &HeaderProps, [system, light, dark]: [&'static str; 3]) -> Html {
    let theme = props.settings.theme;
    let (name, icon) = match theme {
        Theme::System => (system, "theme-system"),
        Theme::Light => (light, "theme-light"),
        Theme::Dark => (dark, "theme-dark"),
    };
    let settings = props.settings.dispatcher();
    html! {
        <button type="button" class="icon-button framed" aria-label={name} title={name}
            onclick={move |_| settings.dispatch(SettingsAction::Theme(theme.next()))}><Icon name={icon} /></button>
    }
}

/// Four nodes, three pods, and one to come.
#[component]
fn Brand() -> Html {
    let corners = [(1.5, 1.5), (12.5, 1.5), (1.5, 12.5), (12.5, 12.5)];
    html! {
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            { for corners.iter().enumerate().map(|(index, (x, y))| html! {
                <>
                    <rect x={x.to_string()} y={y.to_string()} width="8" height="8" rx="2" stroke-dasharray={(index == 3).then_some("2.4 2")} />
                    if index < 3 { <circle cx={(x + 4.0).to_string()} cy={(y + 4.0).to_string()} r="1.8" /> }
                </>
            }) }
        </svg>
    }
}
