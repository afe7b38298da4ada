//! Icons are drawn by the style sheet (`icons.css`), in the colour of the text around them.

use yew::prelude::*;

/// What to draw.
#[derive(Properties, PartialEq)]
pub struct IconProps {
    /// The name of the icon in the style sheet.
    pub name: &'static str,
}

/// A picture that says nothing to a screen reader: the control that it stands in has a name.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    html! { <span class={classes!("icon", format!("i-{}", props.name))} aria-hidden="true" /> }
}
