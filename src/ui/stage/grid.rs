//! The nodes, group by group: as cards, or as cells where there are many.

use yew::Html;
use yew::virtual_dom::ListenerKind;

use crate::lab::preset::{POOL_LABEL, ZONE_LABEL};
use crate::lab::{Action, GroupBy, NodeCard, NodeGroup};
use crate::ui::element::{El, Ui, el, icon_button};
use crate::ui::message::{Msg, Popover};
use crate::ui::model::Model;

use super::card::{Manner, card};
use super::cells::cells;
use super::{roving, suggest};

/// Tab stops at one node; arrow keys move between them.
pub fn grid(ui: &Ui, model: &Model) -> El {
    let tab_stop = model.tab_stop();
    let groups = model.stage.groups.iter().enumerate();
    let groups: Vec<Html> = groups.map(|(number, group)| draw_group(ui, group, number, tab_stop, model).done()).collect();
    el("div").class(groups_class(&model.stage.groups)).on(ui.ask(ListenerKind::onkeydown, roving::on_keydown)).all(groups)
}

/// Where the largest groups have three nodes, three or six columns make whole rows.
fn groups_class(groups: &[NodeGroup]) -> &'static str {
    let largest = groups.iter().map(|group| group.nodes.len()).max();
    if largest == Some(3) { "groups threes" } else { "groups" }
}

fn draw_group(ui: &Ui, group: &NodeGroup, number: usize, tab_stop: Option<(usize, usize)>, model: &Model) -> El {
    let own = tab_stop.filter(|(group, _)| *group == number).map(|(_, index)| index);
    let nodes = if model.is_compact() {
        let own = own.and_then(|index| Some((index, &**group.nodes.get(index)?)));
        cells(ui, group, number, own, model)
    } else {
        let cards = group.nodes.iter().enumerate().map(|(index, node)| {
            let gone = model.gone_from(&node.name);
            el("li").key(&node.name).child(card(ui, node, gone, manner(model, node, own == Some(index)))).done()
        });
        el("ul").class("cards").set("role", "list").all(cards.collect())
    };
    el("section")
        .key(&group_key(&group.by))
        .class(if model.is_compact() { "group wide" } else { "group" })
        .set("style", ["--n:", &group.nodes.len().to_string()].concat())
        .with(draw_heading(ui, group))
        .with(nodes)
}

/// How the page shows a node now.
pub fn manner(model: &Model, node: &NodeCard, tab_stop: bool) -> Manner {
    let opened = model.popover.as_ref().is_some_and(|popover| match &popover.what {
        Popover::Node(name) => *name == node.name,
        Popover::Pod(key) => node.pods.iter().any(|pod| pod.key == *key),
        _ => false,
    });
    Manner {
        selected: model.selected.as_ref() == Some(&node.name),
        tab_stop,
        unfolded: model.unfolded.contains(&node.name),
        opened,
    }
}

fn group_key(by: &GroupBy) -> String {
    match by {
        GroupBy::All => "all".into(),
        GroupBy::ControlPlane => "control-plane".into(),
        GroupBy::Zone(name) => ["zone ", name].concat(),
        GroupBy::Pool(name) => ["pool ", name].concat(),
    }
}

fn draw_heading(ui: &Ui, group: &NodeGroup) -> El {
    let words = &ui.words.stage;
    let title = (words.group)(&group.by);
    let head = el("div").class("group-head");
    let (name, labels) = match &group.by {
        GroupBy::Zone(zone) => (zone.to_string(), vec![(ZONE_LABEL.into(), zone.clone())]),
        GroupBy::Pool(pool) => (pool.to_string(), vec![(POOL_LABEL.into(), pool.clone())]),
        GroupBy::All => (title.clone(), vec![]),
        GroupBy::ControlPlane => return head.with(el("h2").text(title)),
    };
    let names: Vec<&str> = group.nodes.iter().map(|node| node.name.as_str()).collect();
    let action = Action::AddNodes { count: 1, labels, stem: suggest::stem(&names) };
    let add_one = icon_button("icon-button", [&title, ": ", words.add_node_here].concat(), "plus");
    head.with(el("h2").name(title).text(name))
        .with(el("span").class("sub").text((words.nodes)(group.nodes.len())))
        .with(add_one.on(ui.click(Msg::Act(action))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{ClusterPreset, Lab};

    #[test]
    fn columns_follow_the_largest_group() {
        let class = |preset| groups_class(&Lab::new(preset, 1).stage(None).groups);
        assert_eq!(class(ClusterPreset::ThreeZones), "groups threes");
        assert_eq!(class(ClusterPreset::OneNode), "groups");
        let mut uneven = Lab::new(ClusterPreset::ThreeZones, 1).stage(None).groups;
        let removed = uneven[1].nodes.pop().expect("a node");
        assert_eq!(groups_class(&uneven), "groups threes");
        uneven[0].nodes.push(removed);
        assert_eq!(groups_class(&uneven), "groups");
        assert_eq!(groups_class(&[]), "groups");
    }
}
