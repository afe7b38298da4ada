//! Forms for a node's labels and taints, and for machines that join.

use std::collections::BTreeSet;

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlSelectElement};
use yew::AttrValue;
use yew::virtual_dom::ListenerKind;

use crate::i18n::Strings;
use crate::lab::preset::{POOL_LABEL, ZONE_LABEL};
use crate::lab::{Action, MOST_NODES, Stage};
use crate::object::{SmolStr, TaintEffect};
use crate::ui::element::{El, Ui, button, el};
use crate::ui::message::{FormKind, Msg};

use super::suggest;

/// How many nodes can join at a time.
pub const COUNTS: (usize, usize) = (1, MOST_NODES);

impl FormKind {
    fn is_taint(&self) -> bool {
        matches!(self, Self::NewTaint | Self::Taint { .. })
    }

    /// The key of what is there already.
    pub fn key(&self) -> Option<&SmolStr> {
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

    /// The effect that is chosen at first.
    pub fn effect(&self) -> TaintEffect {
        match self {
            Self::Taint { effect, .. } => *effect,
            _ => TaintEffect::NoSchedule,
        }
    }

    /// The title of the form.
    pub fn title(&self, words: &Strings) -> &'static str {
        match self {
            Self::NewLabel => words.form.new_label,
            Self::Label { .. } => words.form.label,
            Self::NewTaint => words.form.new_taint,
            Self::Taint { .. } => words.form.taint,
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

/// What saving the form does, in order. A taint whose effect changed is a new one, and the old one goes.
pub fn actions_of(kind: &FormKind, node: &SmolStr, key: SmolStr, value: SmolStr, effect: TaintEffect) -> Vec<Action> {
    let node = node.clone();
    match kind {
        FormKind::NewLabel | FormKind::Label { .. } => vec![Action::SetLabel { node, key, value }],
        FormKind::Taint { effect: old, .. } if *old != effect => vec![
            Action::SetTaint { node: node.clone(), key: key.clone(), value, effect },
            Action::RemoveTaint { node, key, effect: *old },
        ],
        FormKind::NewTaint | FormKind::Taint { .. } => vec![Action::SetTaint { node, key, value, effect }],
    }
}

/// The form for a label or taint. It stays open, with what was typed, until the API server agrees.
pub fn node_form(ui: &Ui, stage: &Stage, node: &SmolStr, kind: &FormKind, effect: TaintEffect, refused: Option<AttrValue>) -> El {
    let words = &ui.words.form;
    let known = match kind {
        FormKind::Label { key, .. } => suggest::label_values(stage, key),
        _ => BTreeSet::new(),
    };
    let key = if let Some(key) = kind.key() {
        el("p").class("fixed-key").with(el("code").text(key.to_string()))
    } else if kind.is_taint() {
        field(words.key, "key", "", "dedicated", Some(&suggest::taint_keys(stage)), true)
    } else {
        field(words.key, "key", "", "disk", Some(&suggest::label_keys(stage)), true)
    };
    let hint = if kind.is_taint() { words.optional } else { "ssd" };
    let value = field(words.value, "value", kind.value(), hint, Some(&known), kind.key().is_some());
    let form = form(ui, kind.title(ui.words)).with(key).with(value);
    let form =
        if kind.is_taint() { effect_field(ui, effect, form) } else { form.with(el("p").class("rule").text(words.label_rule)) };
    let remove = kind.remove(node).map(|action| button("danger").text(words.remove).on(ui.click(Msg::Act(action))));
    finish(ui, form, refused, remove, words.save)
}

fn effect_field(ui: &Ui, effect: TaintEffect, form: El) -> El {
    let words = &ui.words.form;
    let meaning = match effect {
        TaintEffect::NoSchedule => words.no_schedule,
        TaintEffect::PreferNoSchedule => words.prefer_no_schedule,
        TaintEffect::NoExecute => words.no_execute,
    };
    let effects = [TaintEffect::NoSchedule, TaintEffect::PreferNoSchedule, TaintEffect::NoExecute];
    let option = |each: TaintEffect| el("option").flag("selected", each == effect).text(each.as_str()).done();
    let select = el("select").on(ui.ask(ListenerKind::onchange, chosen_effect)).all(effects.into_iter().map(option).collect());
    form.with(el("label").class("field").text(words.effect).with(select))
        .with(el("p").class("rule").text([words.taint_rule, " "].concat()).with(el("b").text(meaning)))
}

fn chosen_effect(event: &Event) -> Option<Msg> {
    let select: HtmlSelectElement = event.target()?.dyn_into().ok()?;
    Some(Msg::Effect(TaintEffect::parse(&select.value())?))
}

/// The form that lets machines join: how many, what they are called, and their zone and pool.
pub fn add_nodes_form(ui: &Ui, stage: &Stage, refused: Option<AttrValue>) -> El {
    let words = &ui.words.form;
    let count = field(words.count, "count", "1", "", None, true);
    let stem = field(words.stem, "stem", suggest::FIRST_STEM, "", None, false);
    let zone = field(words.zone, "zone", "", words.optional, Some(&suggest::label_values(stage, ZONE_LABEL)), false);
    let pool = field(words.pool, "pool", "", words.optional, Some(&suggest::label_values(stage, POOL_LABEL)), false);
    let form = form(ui, ui.words.stage.add_nodes)
        .with(el("div").class("two").with(count).with(stem))
        .with(el("p").class("rule").text(words.stem_rule))
        .with(el("div").class("two").with(zone).with(pool));
    finish(ui, form, refused, None, words.add)
}

/// A count of nodes, if it is one.
pub fn read_count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|count| (COUNTS.0..=COUNTS.1).contains(count))
}

fn form(ui: &Ui, title: &'static str) -> El {
    el("form")
        .flag("novalidate", true)
        .set("autocomplete", "off")
        .on(ui.on(ListenerKind::onsubmit, Msg::Submit))
        .with(el("p").class("title").text(title))
}

/// A field that begins with that value; then it is the learner's.
fn field(
    label: &'static str,
    name: &'static str,
    first: &str,
    hint: &'static str,
    known: Option<&BTreeSet<SmolStr>>,
    first_focus: bool,
) -> El {
    let input = el("input")
        .set("name", name)
        .set("value", first.to_owned())
        .set("placeholder", hint)
        .flag("autofocus", first_focus)
        .set("spellcheck", "false")
        .set("autocapitalize", "off");
    let input = if name == "count" { input.set("inputmode", "numeric") } else { input };
    let place = el("label").class("field").text(label);
    let Some(known) = known else { return place.with(input) };
    let options = known.iter().map(|value| el("option").set("value", value.to_string()).done()).collect();
    let list = ["known-", name].concat();
    place.with(input.set("list", list.clone())).with(el("datalist").set("id", list).all(options))
}

fn finish(ui: &Ui, form: El, refused: Option<AttrValue>, first: Option<El>, save: &'static str) -> El {
    let foot = el("div")
        .class("form-foot")
        .maybe(first)
        .with(el("span").class("spacer"))
        .with(button("").text(ui.words.form.cancel).on(ui.click(Msg::Close(true))))
        .with(el("button").set("type", "submit").class("primary").text(save));
    form.maybe(refused.map(|message| el("p").class("refused").set("role", "alert").text(message))).with(foot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_effect_is_another_taint_and_the_old_one_goes() {
        let old = FormKind::Taint { key: "k".into(), value: "v".into(), effect: TaintEffect::NoSchedule };
        let same = actions_of(&old, &"n".into(), "k".into(), "w".into(), TaintEffect::NoSchedule);
        assert_eq!(same.len(), 1);
        let other = actions_of(&old, &"n".into(), "k".into(), "v".into(), TaintEffect::NoExecute);
        assert_eq!(other[1], Action::RemoveTaint { node: "n".into(), key: "k".into(), effect: TaintEffect::NoSchedule });
    }

    #[test]
    fn only_what_is_there_can_be_removed() {
        assert_eq!(FormKind::NewLabel.remove(&"n".into()), None);
        assert_eq!(FormKind::NewTaint.remove(&"n".into()), None);
        let label = FormKind::Label { key: "k".into(), value: "v".into() };
        assert_eq!(label.remove(&"n".into()), Some(Action::RemoveLabel { node: "n".into(), key: "k".into() }));
    }

    #[test]
    fn only_whole_numbers_within_bounds_are_counts() {
        let cases = [("1", Some(1)), ("5000", Some(5000)), ("0", None), ("5001", None), ("-1", None), ("1.5", None), ("", None)];
        for (text, count) in cases {
            assert_eq!(read_count(text), count, "{text:?}");
        }
    }
}
