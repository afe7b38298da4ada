//! A node as a card.

use std::rc::Rc;

use yew::Html;
use yew::virtual_dom::ListenerKind;

use crate::i18n::{Strings, bytes, cores, label, short_key, taint};
use crate::lab::{Absence, LabelChip, NodeCard, PodChip, TaintChip, Usage};
use crate::object::TaintEffect;
use crate::ui::element::{El, Ui, button, el, icon, icon_button};
use crate::ui::memo::{address, memo};
use crate::ui::message::{FormKind, Msg, Popover};
use crate::ui::widgets::menu_button;

use super::look::{dot_class, hue_class, is_off, node_sentence, node_status, pod_status, state_class};
use super::roving::MARK;

/// How a card is drawn, beside what it shows.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "they have nothing to do with each other")]
pub struct Manner {
    /// Whether it is the one that is explained.
    pub selected: bool,
    /// Whether Tab stops at it and what is on it.
    pub tab_stop: bool,
    /// Whether all its labels are shown.
    pub unfolded: bool,
    /// Whether a menu of it is open.
    pub opened: bool,
}

impl Manner {
    /// Different for each manner, and for each of the other numbers.
    pub fn marks(self, other: usize) -> usize {
        let marks = [self.selected, self.tab_stop, self.unfolded, self.opened];
        marks.into_iter().fold(other, |bits, mark| bits << 1 | usize::from(mark))
    }
}

/// A node with its state, its pods or why it has none, its taints and labels, and what of it is in use; and pods that have
/// just gone, which fade away.
pub fn card(ui: &Ui, node: &Rc<NodeCard>, gone: &[PodChip], manner: Manner) -> Html {
    let shown = [address(node), manner.marks(gone.len()), std::ptr::from_ref(ui.words).addr()];
    let (ui, node, gone) = (ui.clone(), Rc::clone(node), gone.to_vec());
    memo(&node.name.clone(), shown, Rc::new(move || draw(&ui, &node, &gone, manner).done()))
}

fn draw(ui: &Ui, node: &NodeCard, gone: &[PodChip], manner: Manner) -> El {
    let words = ui.words;
    let pods = node.pods.iter().map(|pod| draw_pod(ui, pod, manner).done());
    let gone = gone.iter().map(|pod| draw_gone(pod, words).done());
    el("div")
        .classes(&["node", if manner.selected { "sel" } else { "" }, if is_off(node) { "off" } else { "" }])
        .on(ui.click(Msg::Select(node.name.clone())))
        .on(ui.on(ListenerKind::onfocusin, Msg::Focused(node.name.clone())))
        .with(draw_head(ui, node, manner))
        .maybe((dot_class(node) != "ok").then(|| {
            let status = [&node_status(node, words), " · ", &count_pods(node, words)].concat();
            el("p").class("sub status").text(status)
        }))
        .with(
            el("div")
                .class("pods")
                .all(pods.chain(gone).collect())
                .maybe(node.absence.as_ref().map(|absence| draw_absence(absence, words))),
        )
        .with(draw_chips(ui, node, manner))
        .with(el("div").class("bars").with(draw_usage(words, words.node.cpu, node.cpu, cores)).with(draw_usage(
            words,
            words.node.memory,
            node.memory,
            bytes,
        )))
}

fn count_pods(node: &NodeCard, words: &Strings) -> String {
    (words.node.pods)(node.pods.len(), node.other_pods)
}

fn draw_head(ui: &Ui, node: &NodeCard, manner: Manner) -> El {
    let words = ui.words;
    // A node with a line about its state counts its pods there.
    let count = || el("span").class("sub").text(count_pods(node, words));
    let name = button("node-name")
        .set(MARK, node.name.to_string())
        .truth("aria-pressed", manner.selected)
        .set("aria-label", node_sentence(node, words))
        .set("title", node.name.to_string())
        .tab_stop(manner.tab_stop)
        .text(node.name.to_string());
    let menu = icon_button("icon-button menu-button", (words.node.menu)(&node.name), "more").tab_stop(manner.tab_stop);
    el("div")
        .class("node-head")
        .with(el("span").classes(&["dot", dot_class(node)]).set("aria-hidden", "true"))
        .with(el("h3").with(name))
        .maybe((dot_class(node) == "ok").then(count))
        .with(menu_button(ui, menu, Popover::Node(node.name.clone()), manner.opened))
}

/// A pod: its hue is its revision, its shape and glyph are its state. A button that opens its menu.
pub fn draw_pod(ui: &Ui, pod: &PodChip, manner: Manner) -> El {
    let (status, revision) = pod_words(pod, ui.words);
    let pod_button = el("button")
        .set("type", "button")
        .key(&pod.key.name)
        .classes(&["menu-button pod", hue_class(pod.revision), state_class(pod.state)])
        .name([&pod.key.name, " ", &status, " · ", &revision].concat())
        .tab_stop(manner.tab_stop);
    menu_button(ui, fill_pod(pod_button, pod, status), Popover::Pod(pod.key.clone()), manner.opened)
}

fn draw_gone(pod: &PodChip, words: &Strings) -> El {
    let place = el("div").key(&pod.key.name).classes(&["pod gone", hue_class(pod.revision), state_class(pod.state)]);
    fill_pod(place.set("aria-hidden", "true"), pod, pod_words(pod, words).0)
}

fn fill_pod(place: El, pod: &PodChip, status: String) -> El {
    place
        .with(icon("state"))
        .with(el("span").class("pod-name").text(pod.key.name.to_string()))
        .text(" ")
        .with(el("small").text(status))
}

/// The pod's state and revision.
pub fn pod_words(pod: &PodChip, words: &Strings) -> (String, String) {
    let revision = pod.revision.map_or(words.pod.no_revision.to_owned(), |revision| (words.pod.revision)(revision.number));
    (pod_status(pod, words), revision)
}

/// Why there is no pod: a title and a sentence.
fn draw_absence(absence: &Absence, words: &Strings) -> El {
    let why = (words.node.absence)(absence);
    let awaited = *absence == Absence::Awaited;
    el("p")
        .key("why")
        .class(if awaited { "why awaited" } else { "why" })
        .with(icon(if awaited { "hourglass" } else { "none" }))
        .with(el("span").with(el("b").text(why.title)).text(" ").text(why.detail))
}

/// Taints, then labels.
fn draw_chips(ui: &Ui, node: &NodeCard, manner: Manner) -> El {
    let mut chips = taint_chips(ui, node, manner);
    chips.extend(label_chips(ui, node, manner));
    el("div").class("chips").all(chips)
}

/// A chip that opens its form.
fn form_chip(ui: &Ui, node: &NodeCard, manner: Manner, class: &[&str], kind: FormKind) -> El {
    let form = Popover::Form(node.name.clone(), kind);
    el("button").set("type", "button").classes(class).tab_stop(manner.tab_stop).on(ui.click(Msg::Open(form)))
}

/// The taints, each a button that opens its form.
pub fn taint_chips(ui: &Ui, node: &NodeCard, manner: Manner) -> Vec<Html> {
    let chip = |class: &[&str], kind: FormKind| form_chip(ui, node, manner, class, kind);
    node.taints.iter().map(|taint| draw_taint(taint, ui.words, &chip)).collect()
}

/// The labels, each a button that opens its form; the usual ones are folded unless the DaemonSet looks at them.
pub fn label_chips(ui: &Ui, node: &NodeCard, manner: Manner) -> Vec<Html> {
    let words = ui.words;
    let chip = |class: &[&str], kind: FormKind| form_chip(ui, node, manner, class, kind);
    let (usual, own): (Vec<_>, Vec<_>) = node.labels.iter().partition(|label| is_usual(label));
    let unfolded: &[&LabelChip] = if manner.unfolded { &usual } else { &[] };
    let mut chips: Vec<Html> = own.iter().chain(unfolded).map(|label| draw_label(label, words, &chip)).collect();
    if !usual.is_empty() {
        let (name, shown) = if manner.unfolded {
            (words.node.fewer_labels.to_owned(), words.node.fewer_labels.to_owned())
        } else {
            ((words.node.more_labels)(usual.len()), ["+", &usual.len().to_string()].concat())
        };
        let fold = button("chip fold").key("usual").tab_stop(manner.tab_stop).truth("aria-expanded", manner.unfolded);
        chips.push(fold.set("aria-label", name).text(shown).on(ui.click(Msg::Unfold(node.name.clone()))).done());
    }
    chips.push(chip(&["chip add"], FormKind::NewLabel).key("add").name(words.node.add_label).with(icon("plus")).done());
    chips
}

/// Whether the label is one that Kubernetes gives to every node, and nothing looks at it.
fn is_usual(label: &LabelChip) -> bool {
    !label.watched && short_key(&label.key) != label.key
}

fn draw_taint(shown: &TaintChip, words: &Strings, chip: &dyn Fn(&[&str], FormKind) -> El) -> Html {
    let answer = match shown.tolerated {
        Some(true) => words.node.tolerated,
        Some(false) => words.node.not_tolerated,
        None => "",
    };
    let effect = match shown.effect {
        TaintEffect::NoExecute => "exec",
        TaintEffect::NoSchedule => "sched",
        TaintEffect::PreferNoSchedule => "prefer",
    };
    let tolerated = shown.tolerated == Some(true);
    let full = full_taint(shown);
    let kind = FormKind::Taint { key: shown.key.clone(), value: shown.value.clone(), effect: shown.effect };
    chip(&["chip taint", effect, if tolerated { "tolerated" } else { "" }], kind)
        .key(&["t ", &full].concat())
        .set("title", if answer.is_empty() { full.clone() } else { [&full, " · ", answer].concat() })
        .set("aria-label", [&(words.node.edit_taint)(&full), " ", answer].concat())
        .maybe(tolerated.then(|| icon("check")))
        .with(breakable(&taint(&shown.key, &shown.value, shown.effect)))
        .done()
}

fn full_taint(chip: &TaintChip) -> String {
    let equals = if chip.value.is_empty() { "" } else { "=" };
    [&chip.key, equals, &chip.value, ":", chip.effect.as_str()].concat()
}

fn draw_label(shown: &LabelChip, words: &Strings, chip: &dyn Fn(&[&str], FormKind) -> El) -> Html {
    let full = [&shown.key, "=", &shown.value].concat();
    let watched = if shown.watched { words.node.watched } else { "" };
    chip(
        &["chip", if shown.watched { "hit" } else { "" }],
        FormKind::Label { key: shown.key.clone(), value: shown.value.clone() },
    )
    .key(&["l ", &shown.key].concat())
    .set("title", if shown.watched { [&full, " · ", watched].concat() } else { full.clone() })
    .set("aria-label", [&(words.node.edit_label)(&full), " ", watched].concat())
    .with(breakable(&label(&shown.key, &shown.value)))
    .done()
}

/// A text that a line may end in after each of its signs.
fn breakable(text: &str) -> El {
    let parts = text.split_inclusive([':', '=', '/']).enumerate();
    parts.fold(el("span"), |place, (index, part)| {
        let place = if index > 0 { place.with(el("wbr")) } else { place };
        place.text(part.to_owned())
    })
}

/// How much of a resource is requested, as a small bar.
fn draw_usage(words: &Strings, name: &'static str, usage: Usage, quantity: fn(i64) -> String) -> El {
    if usage.requested <= 0 {
        let nothing = (words.node.usage)(name, &quantity(0), &quantity(usage.allocatable), 0);
        return el("span").class("bar none").set("title", nothing).text([name, " 0"].concat());
    }
    let percent = percent(usage);
    let text = (words.node.usage)(name, &quantity(usage.requested), &quantity(usage.allocatable), percent);
    let shown = percent.min(100).to_string();
    let meter = el("i")
        .set("role", "meter")
        .set("aria-label", name)
        .set("aria-valuemin", "0")
        .set("aria-valuemax", "100")
        .set("style", ["--v:", &shown, "%"].concat())
        .set("aria-valuenow", shown)
        .set("aria-valuetext", text.clone());
    el("span").class("bar").set("title", text).with(el("span").set("aria-hidden", "true").text(name)).with(meter)
}

/// How much of it is requested, rounded; 0 where there is nothing to give.
fn percent(usage: Usage) -> u64 {
    let (requested, allocatable) = (u64::try_from(usage.requested).unwrap_or(0), u64::try_from(usage.allocatable).unwrap_or(0));
    requested.saturating_mul(100).saturating_add(allocatable / 2).checked_div(allocatable).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_rounded_and_never_divides_by_nothing() {
        let cases = [(0, 0, 0), (1, 0, 0), (1, 3, 33), (2, 3, 67), (5, 4, 125), (-1, 4, 0), (i64::MAX, 1, u64::MAX)];
        for (requested, allocatable, expected) in cases {
            assert_eq!(percent(Usage { requested, allocatable }), expected, "{requested} of {allocatable}");
        }
    }
}
