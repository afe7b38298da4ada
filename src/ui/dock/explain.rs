//! Why a node has a pod of the DaemonSet, or none: each check of the controller; what is the matter with its pods; and what the
//! rollout waits for.

use crate::i18n::{Strings, label, taint};
use crate::lab::{Absence, Check, CheckLine, NodeCard, NodeReady, PodTrouble};
use crate::object::ObjectKey;
use crate::ui::element::{El, Ui, button, el, icon};
use crate::ui::message::Msg;
use crate::ui::model::Model;
use crate::ui::stage::card::card;
use crate::ui::stage::manner;

/// The question, the checks in their order, and what follows. Where nodes are only cells, also the node as a card.
pub fn explain(ui: &Ui, model: &Model) -> El {
    let words = &ui.words.dock;
    let Some(node) = model.selected_node() else {
        return el("div")
            .class("explain alone")
            .maybe(draw_rollout(model, ui.words))
            .with(el("p").class("hint").text(words.no_node));
    };
    let place = el("div").class("explain");
    let place = if model.is_compact() { place.child(card(ui, node, &[], manner(model, node, true))) } else { place };
    let Some(daemonset) = &model.stage.daemonset else { return place.with(el("p").class("hint").text(words.no_daemonset)) };
    let checks = &model.explanation.checks;
    let lines = checks.iter().map(|line| draw_check(line, ui.words).done());
    place
        .maybe(draw_troubles(model, node, ui.words))
        .maybe(draw_rollout(model, ui.words).map(|it| it.classes(&["verdict", "of-rollout"])))
        .with(draw_question(node, &daemonset.key, ui.words))
        .with(el("ol").class("checks").set("role", "list").all(lines.collect()))
        .with(draw_conclusion(ui, node, checks))
}

fn draw_question(node: &NodeCard, daemonset: &ObjectKey, words: &Strings) -> El {
    let ask = if node.pods.is_empty() { words.dock.why_no_pod } else { words.dock.why_pod };
    let question = el("div").class("verdict").with(el("h3").text(ask(&node.name, &daemonset.name)));
    question.with(el("p").text(words.dock.order))
}

/// What is the matter with the machine or with the pods on it; it comes before everything else.
fn draw_troubles(model: &Model, node: &NodeCard, words: &Strings) -> Option<El> {
    let has_former = model.stage.daemonset.as_ref().is_some_and(|it| it.has_former);
    let machine = state_of_machine(node, words).map(|said| el("p").class("machine").text(said).done());
    let pods = model.explanation.troubles.iter().map(|it| draw_trouble(it, has_former, words).done());
    let all: Vec<_> = machine.into_iter().chain(pods).collect();
    (!all.is_empty()).then(|| el("div").class("troubles").with(icon("alert")).with(el("div").all(all)))
}

/// A pod by its name, what is the matter with it, and what can be done.
fn draw_trouble(trouble: &PodTrouble, has_former: bool, words: &Strings) -> El {
    let why = (words.dock.trouble)(&trouble.trouble);
    let name = el("code").set("lang", "en").text([&trouble.pod, " · ", &trouble.status].concat());
    el("div")
        .class("trouble")
        .key(&trouble.pod)
        .with(el("h3").text([&why.title, " "].concat()).with(name))
        .with(el("p").text(why.detail))
        .with(el("p").class("mend").text((words.dock.mend)(&trouble.trouble, has_former)))
}

/// What the rollout waits for, while there is one; or why the DaemonSet is not available everywhere.
fn draw_rollout(model: &Model, words: &Strings) -> Option<El> {
    let (progress, daemonset) = (model.rollout.as_ref()?, model.stage.daemonset.as_ref()?);
    let (way_out, budget) = ((words.stage.way_out)(progress), (words.stage.budget)(progress));
    let ask = if progress.budget.is_some() { words.dock.why_waits } else { words.dock.why_lacks };
    Some(
        el("div")
            .class("verdict")
            .with(el("h3").text(ask(&daemonset.key.name)))
            .maybe((!budget.is_empty()).then(|| el("p").text(budget)))
            .with(el("p").text((words.stage.waits)(progress)))
            .maybe((!way_out.is_empty()).then(|| el("p").text(way_out))),
    )
}

/// What follows from a machine that does not run.
fn state_of_machine(node: &NodeCard, words: &Strings) -> Option<&'static str> {
    match node.ready {
        NodeReady::NotReady { .. } => Some(words.dock.node_silent),
        _ => node.stopped.then_some(words.dock.machine_off),
    }
}

fn draw_check(line: &CheckLine, words: &Strings) -> El {
    let (class, picture, answer) = match line.passed {
        Some(true) => ("yes", "check", words.dock.passed),
        Some(false) => ("no", "close", words.dock.failed),
        None => ("skipped", "skip", words.dock.skipped),
    };
    let finding = if line.passed.is_some() { (words.dock.finding)(&line.check) } else { words.dock.skipped.to_owned() };
    el("li")
        .class(class)
        .with(icon(picture))
        .with(el("span").class("sr").text(answer))
        .with(el("span").with(el("b").text((words.dock.check)(&line.check))).text(finding))
}

fn draw_conclusion(ui: &Ui, node: &NodeCard, lines: &[CheckLine]) -> El {
    let words = ui.words;
    let failed = lines.iter().find(|line| line.passed == Some(false));
    let why = match (&node.absence, failed) {
        // Only a taint can be one that new pods heed and old ones do not.
        (_, Some(line)) => (words.dock.no_new_pod)(matches!(line.check, Check::Taints { may_stay: true, .. })).to_owned(),
        (Some(absence), None) => {
            let why = (words.node.absence)(absence);
            [&why.title, " ", &why.detail].concat()
        }
        (None, None) => words.dock.keeps_pod.to_owned(),
    };
    let remedy = node.absence.as_ref().and_then(|absence| draw_remedy(ui, node, absence));
    el("div").class("verdict").with(el("h3").text(words.dock.so)).with(el("p").text(why)).maybe(remedy)
}

/// A button for what could be done on the node so that it gets a pod.
fn draw_remedy(ui: &Ui, node: &NodeCard, absence: &Absence) -> Option<El> {
    let action = absence.remedy(&node.name)?;
    let words = &ui.words.dock;
    let name = match absence {
        Absence::NodeSelector { key, wanted, .. } => (words.set_label)(&label(key, wanted)),
        Absence::Taint { key, value, effect } => (words.remove_taint)(&taint(key, value, *effect)),
        _ => return None,
    };
    Some(button("").text(name).on(ui.click(Msg::Act(action))))
}
