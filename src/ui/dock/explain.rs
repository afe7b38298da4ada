//! Why a node has a pod of the DaemonSet, or none: each check of the controller.

use web_sys::MouseEvent;
use yew::prelude::*;

use crate::i18n::{Strings, label, taint};
use crate::lab::{Absence, Action, NodeCard, Stage};
use crate::lab::{Check, CheckLine};
use crate::object::{ObjectKey, SmolStr};
use crate::ui::same::Same;
use crate::ui::session::{Hands, use_hands};
use crate::ui::stage::{MOST_CARDS, NodeCardView};
use crate::ui::widgets::Icon;
use crate::ui::words::use_words;

/// The node that is explained.
#[derive(Properties, PartialEq)]
pub struct ExplainProps {
    /// The last picture.
    pub stage: Same<Stage>,
    /// The node, if one is selected.
    pub selected: Option<SmolStr>,
}

/// The question, the checks in their order, and what follows. Where nodes are only cells, also the node as a card.
#[component]
pub fn Explain(props: &ExplainProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let nodes = || props.stage.groups.iter().flat_map(|group| &group.nodes);
    let Some(node) = props.selected.as_ref().and_then(|name| nodes().find(|node| node.name == *name)) else {
        return html! { <p class="hint">{ words.dock.no_node }</p> };
    };
    let card =
        (nodes().count() > MOST_CARDS).then(|| html! { <NodeCardView node={Same::from(node)} selected=true tab_stop=true /> });
    let Some(daemonset) = &props.stage.daemonset else {
        return html! { <div class="explain">{ card }<p class="hint">{ words.dock.no_daemonset }</p></div> };
    };
    let lines = hands.explain(&node.name, &daemonset.key);
    html! {
        <div class="explain">
            { card }
            { draw_question(node, &daemonset.key, &words) }
            <ol class="checks" role="list">{ for lines.iter().map(|line| draw_check(line, &words)) }</ol>
            { draw_conclusion(node, &lines, &words, &hands) }
        </div>
    }
}

fn draw_question(node: &NodeCard, daemonset: &ObjectKey, words: &Strings) -> Html {
    let ask = if node.pods.is_empty() { words.dock.why_no_pod } else { words.dock.why_pod };
    html! {
        <div class="verdict">
            <h3>{ ask(&node.name, &daemonset.name) }</h3>
            <p>{ words.dock.order }</p>
        </div>
    }
}

fn draw_check(line: &CheckLine, words: &Strings) -> Html {
    let (class, icon, answer) = match line.passed {
        Some(true) => ("yes", "check", words.dock.passed),
        Some(false) => ("no", "close", words.dock.failed),
        None => ("skipped", "skip", words.dock.skipped),
    };
    let finding = if line.passed.is_some() { (words.dock.finding)(&line.check) } else { words.dock.skipped.to_owned() };
    html! {
        <li {class}>
            <Icon name={icon} /><span class="sr">{ answer }</span>
            <span><b>{ (words.dock.check)(&line.check) }</b>{ finding }</span>
        </li>
    }
}

fn draw_conclusion(node: &NodeCard, lines: &[CheckLine], words: &Strings, hands: &Hands) -> Html {
    let failed = lines.iter().find(|line| line.passed == Some(false));
    let why = match (&node.absence, failed) {
        // Only a taint can be one that new pods heed and old ones do not.
        (_, Some(line)) => (words.dock.no_new_pod)(matches!(line.check, Check::Taints { may_stay: true, .. })).to_owned(),
        (Some(absence), None) => {
            let why = (words.node.absence)(absence);
            format!("{} {}", why.title, why.detail)
        }
        (None, None) => words.dock.keeps_pod.to_owned(),
    };
    let remedy = node.absence.as_ref().and_then(|absence| remedy(&node.name, absence, words)).map(|(name, action)| {
        let hands = hands.clone();
        // A refusal shows in the line above the dock.
        let onclick = Callback::from(move |_: MouseEvent| drop(hands.act(&action)));
        html! { <button type="button" {onclick}>{ name }</button> }
    });
    html! { <div class="verdict"><h3>{ words.dock.so }</h3><p>{ why }</p>{ remedy }</div> }
}

/// What could be done on the node so that it gets a pod: a name for the button, and the action.
fn remedy(node: &SmolStr, absence: &Absence, words: &Strings) -> Option<(String, Action)> {
    let node = node.clone();
    match absence {
        Absence::NodeSelector { key, wanted, .. } => Some((
            (words.dock.set_label)(&label(key, wanted)),
            Action::SetLabel { node, key: key.clone(), value: wanted.clone() },
        )),
        Absence::Taint { key, value, effect } => Some((
            (words.dock.remove_taint)(&taint(key, value, *effect)),
            Action::RemoveTaint { node, key: key.clone(), effect: *effect },
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use crate::object::TaintEffect;

    #[test]
    fn a_missing_label_and_an_unwanted_taint_can_be_mended_on_the_node() {
        let words = Lang::En.strings();
        let selector = Absence::NodeSelector { key: "disk".into(), wanted: "ssd".into(), found: None };
        let (name, action) = remedy(&"n".into(), &selector, words).expect("a remedy");
        assert!(name.contains("disk=ssd"), "{name}");
        assert_eq!(action, Action::SetLabel { node: "n".into(), key: "disk".into(), value: "ssd".into() });
        let taint = Absence::Taint { key: "k".into(), value: "v".into(), effect: TaintEffect::NoExecute };
        let (name, action) = remedy(&"n".into(), &taint, words).expect("a remedy");
        assert!(name.contains("k=v:NoExecute"), "{name}");
        assert_eq!(action, Action::RemoveTaint { node: "n".into(), key: "k".into(), effect: TaintEffect::NoExecute });
        assert_eq!(remedy(&"n".into(), &Absence::Awaited, words), None);
    }
}
