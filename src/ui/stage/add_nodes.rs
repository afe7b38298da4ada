//! The form that lets machines join.

use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::lab::preset::{POOL_LABEL as POOL, ZONE_LABEL as ZONE};
use crate::lab::{Action, MOST_NODES, Stage};
use crate::object::SmolStr;
use crate::ui::session::use_hands;
use crate::ui::widgets::Popover;
use crate::ui::words::use_words;

use super::node_form::use_first_value;
use super::suggest;

/// How many nodes can join at a time.
const COUNTS: (usize, usize) = (1, MOST_NODES);

/// The form.
#[derive(Properties, PartialEq)]
pub struct AddNodesProps {
    /// The control that it hangs from.
    pub anchor: HtmlElement,
    /// It is done, or given up.
    pub on_close: Callback<()>,
}

/// How many, what they are called, and their zone and pool.
#[component]
pub fn AddNodes(props: &AddNodesProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let refused = use_state_eq(|| None::<AttrValue>);
    let (count, stem, zone, pool) = (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    let known = hands.last_picture();
    use_first_value(&stem, suggest::FIRST_STEM);
    use_first_value(&count, "1");
    let onsubmit = {
        let fields = [count.clone(), stem.clone(), zone.clone(), pool.clone()];
        let (refused, on_close, anchor) = (refused.clone(), props.on_close.clone(), props.anchor.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let [count, stem, zone, pool] = fields.clone().map(|field| text(&field));
            let answer = match read_count(&count) {
                Some(count) => hands.act(&Action::AddNodes { count, stem, labels: labels(zone, pool) }),
                None => Err((words.form.count_rule)(COUNTS.0, COUNTS.1).into()),
            };
            match answer {
                Ok(()) => {
                    on_close.emit(());
                    let _ = anchor.focus();
                }
                Err(message) => refused.set(Some(message)),
            }
        })
    };
    let cancel = {
        let (on_close, anchor) = (props.on_close.clone(), props.anchor.clone());
        Callback::from(move |_: MouseEvent| {
            on_close.emit(());
            let _ = anchor.focus();
        })
    };
    let most = COUNTS.1.to_string();
    html! {
        <Popover anchor={props.anchor.clone()} on_close={props.on_close.clone()} label={words.stage.add_nodes} class="form">
            <form {onsubmit} novalidate=true autocomplete="off">
                <p class="title">{ words.stage.add_nodes }</p>
                <div class="two">
                    <label class="field">{ words.form.count }
                        <input ref={count} type="number" inputmode="numeric" min="1" max={most} autofocus=true /></label>
                    <label class="field">{ words.form.stem }
                        <input ref={stem} spellcheck="false" autocapitalize="off" /></label>
                </div>
                <p class="rule">{ words.form.stem_rule }</p>
                <div class="two">
                    { draw_choice(words.form.zone, "known-zones", &zone, ZONE, &known, words.form.optional) }
                    { draw_choice(words.form.pool, "known-pools", &pool, POOL, &known, words.form.optional) }
                </div>
                if let Some(message) = (*refused).clone() {
                    <p class="refused" role="alert">{ message }</p>
                }
                <div class="form-foot">
                    <span class="spacer" />
                    <button type="button" onclick={cancel}>{ words.form.cancel }</button>
                    <button type="submit" class="primary">{ words.form.add }</button>
                </div>
            </form>
        </Popover>
    }
}

fn draw_choice(name: &'static str, id: &'static str, input: &NodeRef, label: &str, known: &Stage, hint: &'static str) -> Html {
    html! {
        <label class="field">{ name }
            <input ref={input} list={id} placeholder={hint} spellcheck="false" autocapitalize="off" />
            <datalist {id}>
                { for suggest::label_values(known, label).iter().map(|value| html! { <option value={value.to_string()} /> }) }
            </datalist>
        </label>
    }
}

fn text(input: &NodeRef) -> SmolStr {
    input.cast::<HtmlInputElement>().map(|input| input.value().trim().into()).unwrap_or_default()
}

fn read_count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|count| (COUNTS.0..=COUNTS.1).contains(count))
}

fn labels(zone: SmolStr, pool: SmolStr) -> Vec<(SmolStr, SmolStr)> {
    [(ZONE, zone), (POOL, pool)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (key.into(), value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_within_bounds_are_counts() {
        let cases = [("1", Some(1)), ("5000", Some(5000)), ("0", None), ("5001", None), ("-1", None), ("1.5", None), ("", None)];
        for (text, count) in cases {
            assert_eq!(read_count(text), count, "{text:?}");
        }
    }

    #[test]
    fn empty_fields_are_no_labels() {
        assert_eq!(labels("".into(), "".into()), []);
        assert_eq!(labels("a".into(), "".into()), [(ZONE.into(), "a".into())]);
        assert_eq!(labels("".into(), "gpu".into()), [(POOL.into(), "gpu".into())]);
    }
}
