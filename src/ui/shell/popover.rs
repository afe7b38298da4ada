//! A small pane that hangs from a control: a menu, a form, or the legend. There is one at a time.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, HtmlElement, KeyboardEvent, Node};
use yew::virtual_dom::ListenerKind;
use yew::{AttrValue, NodeRef};

use gloo::utils::window;

use crate::kubelet::image::{Fault, Subject};
use crate::lab::examples::EXAMPLES;
use crate::lab::{Action, ClusterPreset, DaemonSetSummary, NodeCard, history_command};
use crate::ui::element::{El, Ui, el};
use crate::ui::message::{FormKind, Msg, Opened, Popover};
use crate::ui::model::Model;
use crate::ui::stage::card::pod_words;
use crate::ui::stage::{add_nodes_form, legend, node_form};
use crate::ui::widgets::{MenuItem, Rect, Step, closest, menu, move_focus, place};

/// What is open, above everything else.
pub fn popover(ui: &Ui, model: &Model, opened: &Opened, node_ref: &NodeRef) -> El {
    let class = match &opened.what {
        Popover::Legend => "popover legend",
        popover if popover.is_menu() => "popover menu",
        _ => "popover form",
    };
    let place = el("div")
        .key(class)
        .class(class)
        .node_ref(node_ref)
        .set("popover", "manual")
        .set("role", if opened.what.is_menu() { "menu" } else { "dialog" })
        .set("aria-label", label(ui, model, &opened.what))
        .truth("aria-busy", opened.waits.is_some())
        .on(ui.ask(ListenerKind::onkeydown, on_key))
        .on(ui.ask(ListenerKind::onfocusout, on_focus_out));
    match &opened.what {
        Popover::Form(node, kind) => place.with(node_form(ui, &model.stage, node, kind, opened.effect, opened.refused.clone())),
        Popover::AddNodes => place.with(add_nodes_form(ui, &model.stage, opened.refused.clone())),
        Popover::Legend => legend(ui).into_iter().fold(place, El::child),
        popover => {
            let (note, items) = items(ui, model, popover);
            place.with(menu(ui, note, items))
        }
    }
}

fn label(ui: &Ui, model: &Model, popover: &Popover) -> AttrValue {
    let words = ui.words;
    match popover {
        Popover::Node(node) => (words.node.menu)(node).into(),
        Popover::Pod(pod) => (words.pod.menu)(&pod.name).into(),
        Popover::Image(image) => (words.pod.image)(image).into(),
        Popover::DaemonSet => words.stage.daemonset_menu.into(),
        Popover::Clusters => words.preset.menu.into(),
        Popover::File => (words.editor.file_menu)(&model.files.active().name).into(),
        Popover::NewFile => words.editor.add_file.into(),
        Popover::Form(node, kind) => [node, ": ", kind.title(words)].concat().into(),
        Popover::AddNodes => words.stage.add_nodes.into(),
        Popover::Legend => words.stage.legend.into(),
    }
}

/// What stands in a menu: a line above it, and the items.
fn items(ui: &Ui, model: &Model, popover: &Popover) -> (Option<AttrValue>, Vec<MenuItem>) {
    let words = ui.words;
    match popover {
        Popover::Node(name) => (None, model.stage.find(name).map(|node| node_items(ui, node)).unwrap_or_default()),
        Popover::Pod(key) => {
            let here = model.stage.nodes().find_map(|node| Some((node, node.pods.iter().find(|pod| pod.key == *key)?)));
            let note = here
                .map(|(_, pod)| pod)
                .map(|pod| pod_words(pod, words))
                .map(|(status, revision)| [status, revision].join(" · ").into());
            let delete = Msg::Act(Action::DeletePod { pod: key.clone() });
            let mut items: Vec<MenuItem> = here.iter().map(|(node, _)| explain_item(ui, node)).collect();
            items.extend(fault_items(ui, &Subject::Pod(key.clone())));
            if let Some((_, pod)) = here {
                let image = Popover::Image(pod.image.clone());
                items.push(MenuItem::new((words.pod.image)(&pod.image), "alert", Msg::Open(image)));
            }
            items.push(MenuItem::new(words.pod.delete, "trash", delete).danger());
            (note, items)
        }
        Popover::Image(image) => (Some(words.pod.image_note.into()), fault_items(ui, &Subject::Image(image.clone()))),
        Popover::DaemonSet => (None, model.stage.daemonset.iter().flat_map(|shown| daemonset_items(ui, shown)).collect()),
        Popover::File => {
            let file = model.files.active();
            let close = MenuItem::new((words.editor.close_file)(&file.name), "close", Msg::CloseFile(file.id));
            (None, vec![MenuItem::new(words.editor.rename, "pencil", Msg::Rename(file.id)), close])
        }
        Popover::NewFile => {
            let mut items = vec![MenuItem::new(words.editor.empty_file, "plus", Msg::OpenFile("manifest.yaml", ""))];
            items.extend(EXAMPLES.iter().map(|it| MenuItem::new(it.file, "file", Msg::OpenFile(it.file, it.text))));
            (Some(words.editor.examples_note.into()), items)
        }
        _ => {
            let item = |preset| MenuItem::new((words.preset.title)(preset), "cluster", Msg::NewCluster(preset));
            (Some(words.preset.note.into()), ClusterPreset::ALL.into_iter().map(item).collect())
        }
    }
}

/// Shows why the node has a pod or none, and what is the matter with it.
fn explain_item(ui: &Ui, node: &NodeCard) -> MenuItem {
    MenuItem::new((ui.words.dock.explain_node)(&node.name), "question", Msg::Explain(node.name.clone()))
}

fn daemonset_items(ui: &Ui, shown: &DaemonSetSummary) -> Vec<MenuItem> {
    let words = &ui.words.stage;
    let key = || shown.key.clone();
    let mut items = vec![MenuItem::new(words.restart, "restart", Msg::Act(Action::RestartDaemonSet { daemonset: key() }))];
    if shown.has_former {
        items.push(MenuItem::new(words.undo_rollout, "undo", Msg::Act(Action::UndoDaemonSet { daemonset: key() })));
    }
    items.push(MenuItem::new(words.history, "list", Msg::Run(history_command(&shown.key))));
    items.push(MenuItem::new(words.delete_daemonset, "trash", Msg::Act(Action::DeleteDaemonSet { daemonset: key() })).danger());
    items
}

/// What can go wrong, and that it goes right again.
fn fault_items(ui: &Ui, subject: &Subject) -> Vec<MenuItem> {
    let item = |fault: Option<Fault>| {
        let msg = Msg::Act(Action::SetBehaviour { subject: subject.clone(), fault });
        MenuItem::new((ui.words.pod.fault)(fault), if fault.is_some() { "alert" } else { "check" }, msg)
    };
    subject.faults().iter().copied().map(Some).chain([None]).map(item).collect()
}

fn node_items(ui: &Ui, node: &NodeCard) -> Vec<MenuItem> {
    let words = &ui.words.node;
    let name = || node.name.clone();
    let form = |kind: FormKind| Msg::Open(Popover::Form(name(), kind));
    let cordon = if node.cordoned {
        MenuItem::new(words.uncordon, "unlock", Msg::Act(Action::Uncordon { node: name() }))
    } else {
        MenuItem::new(words.cordon, "lock", Msg::Act(Action::Cordon { node: name() }))
    };
    let power = if node.stopped {
        MenuItem::new(words.start, "power", Msg::Act(Action::StartNode { node: name() }))
    } else {
        MenuItem::new(words.stop, "power", Msg::Act(Action::StopNode { node: name() }))
    };
    let mut items = vec![
        explain_item(ui, node),
        MenuItem::new(words.add_label, "label", form(FormKind::NewLabel)),
        MenuItem::new(words.add_taint, "taint", form(FormKind::NewTaint)),
        cordon,
        power,
    ];
    items.extend(["MemoryPressure", "DiskPressure", "PIDPressure"].map(|condition| {
        let status = !node.pressures.iter().any(|it| it == condition);
        let act = Msg::Act(Action::SetCondition { node: name(), condition: condition.into(), status });
        MenuItem::new((words.pressure)(condition, status), if status { "alert" } else { "check" }, act)
    }));
    items.push(MenuItem::new(words.delete, "trash", Msg::Act(Action::DeleteNode { node: name() })).danger());
    items
}

/// Esc closes; arrow keys move between the items of a menu.
fn on_key(event: &Event) -> Option<Msg> {
    let key = event.dyn_ref::<KeyboardEvent>()?.key();
    if key == "Escape" {
        event.prevent_default();
        return Some(Msg::Close(true));
    }
    let (menu, step) = (closest(event, "[role=menu]")?, Step::vertical(&key)?);
    event.prevent_default();
    move_focus(&menu, "[role=menuitem]", step);
    None
}

/// The focus went elsewhere.
fn on_focus_out(event: &Event) -> Option<Msg> {
    let next: Node = event.dyn_ref::<web_sys::FocusEvent>()?.related_target()?.dyn_into().ok()?;
    (!closest(event, ".popover")?.contains(Some(&next))).then_some(Msg::Close(false))
}

/// Whether an event happened inside that element.
pub fn contains(element: &HtmlElement, event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
    target.is_some_and(|target| element.contains(Some(&target)))
}

/// Puts the popover next to the control that it hangs from.
pub fn put(element: &HtmlElement, anchor: &HtmlElement) {
    let side = |size: Result<JsValue, JsValue>| size.ok().and_then(|size| size.as_f64()).unwrap_or_default();
    let size = Rect::of(element);
    let window = (side(window().inner_width()), side(window().inner_height()));
    let (left, top) = place(Rect::of(anchor), (size.width, size.height), window);
    let style = element.style();
    let _ = style.set_property("left", &[&left.to_string(), "px"].concat());
    let _ = style.set_property("top", &[&top.to_string(), "px"].concat());
}
