//! Forms for a node's labels and taints.

use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::i18n::Strings;
use crate::lab::{Action, LabelChip, TaintChip};
use crate::object::{SmolStr, TaintEffect};
use crate::ui::session::{Driver, use_hands};
use crate::ui::widgets::Popover;
use crate::ui::words::use_words;

use super::suggest;

/// What a form is about.
#[derive(Clone, Debug, PartialEq)]
pub enum FormKind {
    /// A label to add.
    NewLabel,
    /// A label to change or remove.
    Label {
        /// Its key, which stays.
        key: SmolStr,
        /// Its value so far.
        value: SmolStr,
    },
    /// A taint to add.
    NewTaint,
    /// A taint to change or remove.
    Taint {
        /// Its key, which stays.
        key: SmolStr,
        /// Its value so far.
        value: SmolStr,
        /// Its effect so far.
        effect: TaintEffect,
    },
}

impl FormKind {
    /// The form of a label.
    pub fn label(label: &LabelChip) -> Self {
        Self::Label { key: label.key.clone(), value: label.value.clone() }
    }

    /// The form of a taint.
    pub fn taint(taint: &TaintChip) -> Self {
        Self::Taint { key: taint.key.clone(), value: taint.value.clone(), effect: taint.effect }
    }

    fn is_taint(&self) -> bool {
        matches!(self, Self::NewTaint | Self::Taint { .. })
    }

    fn key(&self) -> Option<&SmolStr> {
        match self {
            Self::Label { key, .. } | Self::Taint { key, .. } => Some(key),
            Self::NewLabel | Self::NewTaint => None,
        }
    }

    fn value(&self) -> &str {
        match self {
            Self::Label { value, .. } | Self::Taint { value, .. } => value,
            Self::NewLabel | Self::NewTaint => "",
        }
    }

    fn effect(&self) -> TaintEffect {
        match self {
            Self::Taint { effect, .. } => *effect,
            _ => TaintEffect::NoSchedule,
        }
    }

    fn title<'a>(&self, words: &'a Strings) -> &'a str {
        match self {
            Self::NewLabel => words.form.new_label,
            Self::Label { .. } => words.form.label,
            Self::NewTaint => words.form.new_taint,
            Self::Taint { .. } => words.form.taint,
        }
    }

    /// What saving does, in order. A taint whose effect changed is a new one, and the old one goes.
    fn save(&self, node: &SmolStr, key: SmolStr, value: SmolStr, effect: TaintEffect) -> Vec<Action> {
        let node = node.clone();
        match self {
            Self::NewLabel | Self::Label { .. } => vec![Action::SetLabel { node, key, value }],
            Self::Taint { effect: old, .. } if *old != effect => vec![
                Action::SetTaint { node: node.clone(), key: key.clone(), value, effect },
                Action::RemoveTaint { node, key, effect: *old },
            ],
            Self::NewTaint | Self::Taint { .. } => vec![Action::SetTaint { node, key, value, effect }],
        }
    }

    fn remove(&self, node: &SmolStr) -> Option<Action> {
        let node = node.clone();
        match self {
            Self::Label { key, .. } => Some(Action::RemoveLabel { node, key: key.clone() }),
            Self::Taint { key, effect, .. } => Some(Action::RemoveTaint { node, key: key.clone(), effect: *effect }),
            Self::NewLabel | Self::NewTaint => None,
        }
    }
}

/// A form about a node.
#[derive(Properties, PartialEq)]
pub struct NodeFormProps {
    /// The node.
    pub node: SmolStr,
    /// What it is about.
    pub kind: FormKind,
    /// The control that it hangs from.
    pub anchor: HtmlElement,
    /// It is done, or given up.
    pub on_close: Callback<()>,
}

/// Does all of it, until something is refused; the refusal, in the API server's words.
fn act_all(hands: &Driver, actions: &[Action]) -> Result<(), AttrValue> {
    actions.iter().try_for_each(|action| hands.act(action))
}

/// A form that stays open, with what was typed, until the API server agrees.
#[component]
pub fn NodeForm(props: &NodeFormProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let refused = use_state_eq(|| None::<AttrValue>);
    let effect = use_state_eq(|| props.kind.effect());
    let (key, value) = (use_node_ref(), use_node_ref());
    use_first_value(&value, props.kind.value());
    let attempt = {
        let (hands, refused, on_close, anchor) = (hands.clone(), refused.clone(), props.on_close.clone(), props.anchor.clone());
        move |actions: &[Action]| match act_all(&hands, actions) {
            Ok(()) => {
                on_close.emit(());
                let _ = anchor.focus();
            }
            Err(message) => refused.set(Some(message)),
        }
    };
    let onsubmit = {
        let (kind, node, attempt) = (props.kind.clone(), props.node.clone(), attempt.clone());
        let (key, value, effect) = (key.clone(), value.clone(), *effect);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let text =
                |input: &NodeRef| input.cast::<HtmlInputElement>().map(|input| input.value().trim().into()).unwrap_or_default();
            let key = kind.key().cloned().unwrap_or_else(|| text(&key));
            attempt(&kind.save(&node, key, text(&value), effect));
        })
    };
    let remove = props.kind.remove(&props.node).map(|action| {
        let attempt = attempt.clone();
        Callback::from(move |_: MouseEvent| attempt(std::slice::from_ref(&action)))
    });
    let cancel = {
        let (on_close, anchor) = (props.on_close.clone(), props.anchor.clone());
        Callback::from(move |_: MouseEvent| {
            on_close.emit(());
            let _ = anchor.focus();
        })
    };
    let title = format!("{}: {}", props.node, props.kind.title(&words));
    html! {
        <Popover anchor={props.anchor.clone()} on_close={props.on_close.clone()} label={title} class="form">
            <form {onsubmit} novalidate=true autocomplete="off">
                <p class="title">{ props.kind.title(&words) }</p>
                { draw_key(&props.kind, &words, &key, &hands) }
                { draw_value(&props.kind, &words, &value, &hands) }
                if props.kind.is_taint() {
                    { draw_effect(&words, &effect) }
                } else {
                    <p class="rule" id="form-rule">{ words.form.label_rule }</p>
                }
                if let Some(message) = (*refused).clone() {
                    <p class="refused" role="alert" lang="en">{ message }</p>
                }
                <div class="form-foot">
                    if let Some(onclick) = remove {
                        <button type="button" class="danger" {onclick}>{ words.form.remove }</button>
                    }
                    <span class="spacer" />
                    <button type="button" onclick={cancel}>{ words.form.cancel }</button>
                    <button type="submit" class="primary">{ words.form.save }</button>
                </div>
            </form>
        </Popover>
    }
}

/// Fills the field in once. Afterwards it is the learner's: drawing the form again changes nothing in it.
#[hook]
pub fn use_first_value(input: &NodeRef, value: &str) {
    let (input, value) = (input.clone(), value.to_owned());
    use_effect_with((), move |()| {
        if let Some(input) = input.cast::<HtmlInputElement>() {
            input.set_value(&value);
            if input.has_attribute("autofocus") {
                input.select();
            }
        }
    });
}

fn draw_key(kind: &FormKind, words: &Strings, input: &NodeRef, hands: &Driver) -> Html {
    if let Some(key) = kind.key() {
        return html! { <p class="fixed-key"><code>{ key.as_str() }</code></p> };
    }
    let stage = hands.last_picture();
    let known = if kind.is_taint() { suggest::taint_keys(&stage) } else { suggest::label_keys(&stage) };
    html! {
        <label class="field">{ words.form.key }
            <input ref={input} list="known-keys" autofocus=true spellcheck="false" autocapitalize="off"
                placeholder={if kind.is_taint() { "dedicated" } else { "disk" }} />
            <datalist id="known-keys">{ for known.iter().map(|key| html! { <option value={key.to_string()} /> }) }</datalist>
        </label>
    }
}

fn draw_value(kind: &FormKind, words: &Strings, input: &NodeRef, hands: &Driver) -> Html {
    let known = match kind {
        FormKind::Label { key, .. } => suggest::label_values(&hands.last_picture(), key),
        _ => std::collections::BTreeSet::default(),
    };
    html! {
        <label class="field">{ words.form.value }
            <input ref={input} list="known-values" autofocus={kind.key().is_some()} spellcheck="false" autocapitalize="off"
                placeholder={if kind.is_taint() { words.form.optional } else { "ssd" }} />
            <datalist id="known-values">{ for known.iter().map(|value| html! { <option value={value.to_string()} /> }) }</datalist>
        </label>
    }
}

fn draw_effect(words: &Strings, effect: &UseStateHandle<TaintEffect>) -> Html {
    let onchange = {
        let effect = effect.clone();
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|select| TaintEffect::parse(&select.value()));
            if let Some(chosen) = chosen {
                effect.set(chosen);
            }
        })
    };
    let meaning = match **effect {
        TaintEffect::NoSchedule => words.form.no_schedule,
        TaintEffect::PreferNoSchedule => words.form.prefer_no_schedule,
        TaintEffect::NoExecute => words.form.no_execute,
    };
    let option =
        |each: TaintEffect| html! { <option value={each.as_str()} selected={each == **effect}>{ each.as_str() }</option> };
    html! {
        <>
            <label class="field">{ words.form.effect }
                <select {onchange}>
                    { for [TaintEffect::NoSchedule, TaintEffect::PreferNoSchedule, TaintEffect::NoExecute].map(option) }
                </select>
            </label>
            <p class="rule">{ words.form.taint_rule }{ " " }<b>{ meaning }</b></p>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_effect_is_another_taint_and_the_old_one_goes() {
        let old = FormKind::Taint { key: "k".into(), value: "v".into(), effect: TaintEffect::NoSchedule };
        let same = old.save(&"n".into(), "k".into(), "w".into(), TaintEffect::NoSchedule);
        assert_eq!(same.len(), 1);
        let other = old.save(&"n".into(), "k".into(), "v".into(), TaintEffect::NoExecute);
        assert_eq!(other[1], Action::RemoveTaint { node: "n".into(), key: "k".into(), effect: TaintEffect::NoSchedule });
    }

    #[test]
    fn only_what_is_there_can_be_removed() {
        assert_eq!(FormKind::NewLabel.remove(&"n".into()), None);
        assert_eq!(FormKind::NewTaint.remove(&"n".into()), None);
        let label = FormKind::Label { key: "k".into(), value: "v".into() };
        assert_eq!(label.remove(&"n".into()), Some(Action::RemoveLabel { node: "n".into(), key: "k".into() }));
    }
}
