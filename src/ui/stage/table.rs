//! The nodes as a table: the same picture for those who read it row by row, with the same controls.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::Event;
use yew::Html;
use yew::virtual_dom::ListenerKind;

use crate::lab::{NodeCard, NodeGroup};
use crate::ui::element::{El, Ui, button, el, icon_button};
use crate::ui::memo::{address, memo};
use crate::ui::message::{Msg, Popover};
use crate::ui::model::Model;
use crate::ui::widgets::menu_button;

use super::card::{Manner, draw_pod, label_chips, taint_chips};
use super::grid::manner;
use super::look::{dot_class, node_status};
use super::roving::{self, MARK};

/// With more rows than this, only those in sight are drawn, each as high as the others.
const MOST_ROWS: usize = 200;
/// The height of such a row, in CSS pixels; the style sheet says the same.
const ROW_HEIGHT: usize = 34;
/// So many rows are drawn around the first one in sight.
const AROUND: usize = 40;

/// One row for each node; the name selects it.
pub fn table(ui: &Ui, model: &Model) -> El {
    let words = &ui.words.stage;
    let headings = [words.column_node, words.column_status, words.column_pods, words.column_taints, words.column_labels];
    let heading = |text: &'static str| el("th").set("scope", "col").text(text).done();
    let rows: Vec<Row> = model.stage.groups.iter().flat_map(rows_of).collect();
    let windowed = rows.len() > MOST_ROWS;
    let from = if windowed { (model.scrolled / ROW_HEIGHT).saturating_sub(AROUND / 2).min(rows.len()) } else { 0 };
    let to = if windowed { (from + 2 * AROUND).min(rows.len()) } else { rows.len() };
    let drawn = (from..to).map(|index| draw_row(ui, &rows[index], index, model));
    let room = |rows: usize| {
        let style = ["height:", &(rows * ROW_HEIGHT).to_string(), "px"].concat();
        el("tbody").set("aria-hidden", "true").with(el("tr").with(el("td").set("colspan", "5").set("style", style)))
    };
    let table = el("table")
        .class(if windowed { "nodes-table even" } else { "nodes-table" })
        .set("aria-rowcount", (rows.len() + 1).to_string())
        .with(el("thead").with(el("tr").all(headings.into_iter().map(heading).collect())))
        .maybe((from > 0).then(|| room(from)))
        .with(el("tbody").all(drawn.collect()))
        .maybe((to < rows.len()).then(|| room(rows.len() - to)));
    el("div").class("table-scroll").on(ui.ask(ListenerKind::onkeydown, roving::on_keydown)).with(table)
}

/// Scrolling brings other rows into sight.
pub fn on_scroll(event: &Event) -> Option<Msg> {
    let element: web_sys::Element = event.target()?.dyn_into().ok()?;
    element.query_selector(".nodes-table.even").ok()??;
    Some(Msg::Scrolled(element.scroll_top()))
}

/// Whether rows that were not drawn come into sight when the table is scrolled from one place to another.
pub fn is_far(from: usize, to: usize) -> bool {
    from.abs_diff(to) > AROUND / 4 * ROW_HEIGHT
}

enum Row<'a> {
    Group(&'a NodeGroup),
    Node(&'a Rc<NodeCard>),
}

fn rows_of(group: &NodeGroup) -> impl Iterator<Item = Row<'_>> {
    std::iter::once(Row::Group(group)).chain(group.nodes.iter().map(Row::Node))
}

fn draw_row(ui: &Ui, row: &Row, index: usize, model: &Model) -> Html {
    match row {
        Row::Group(group) => {
            let title = (ui.words.stage.group)(&group.by);
            let cell = el("th").class("group-row").set("colspan", "5").set("scope", "rowgroup").text(title.clone());
            el("tr").key(&["group ", &title].concat()).with(cell).done()
        }
        Row::Node(node) => {
            let own = model.tab_stop().and_then(|(group, index)| model.stage.groups.get(group)?.nodes.get(index));
            let manner = manner(model, node, own.is_some_and(|own| own.name == node.name));
            let shown = [address(node), manner.marks(index), std::ptr::from_ref(ui.words).addr()];
            let (ui, node) = (ui.clone(), Rc::clone(node));
            memo(&["node ", &node.name].concat(), shown, Rc::new(move || draw_node(&ui, &node, manner, index).done()))
        }
    }
}

fn draw_node(ui: &Ui, node: &NodeCard, manner: Manner, index: usize) -> El {
    let words = ui.words;
    let name = button("node-name")
        .set(MARK, node.name.to_string())
        .truth("aria-pressed", manner.selected)
        .tab_stop(manner.tab_stop)
        .text(node.name.to_string());
    let menu = icon_button("icon-button menu-button", (words.node.menu)(&node.name), "more").tab_stop(manner.tab_stop);
    let menu = menu_button(ui, menu, Popover::Node(node.name.clone()), manner.opened);
    el("tr")
        .class(if manner.selected { "sel" } else { "" })
        // The first row is that of the headings.
        .set("aria-rowindex", (index + 2).to_string())
        .on(ui.click(Msg::Select(node.name.clone())))
        .on(ui.on(ListenerKind::onfocusin, Msg::Focused(node.name.clone())))
        .with(el("th").set("scope", "row").with(el("div").class("row-head").with(name).with(menu)))
        .with(
            el("td")
                .with(el("span").classes(&["dot", dot_class(node)]).set("aria-hidden", "true"))
                .text(node_status(node, words)),
        )
        .with(draw_pods(ui, node, manner))
        .with(el("td").with(el("div").class("chips").all(taint_chips(ui, node, manner))))
        .with(el("td").with(el("div").class("chips").all(label_chips(ui, node, manner))))
}

fn draw_pods(ui: &Ui, node: &NodeCard, manner: Manner) -> El {
    let why = node.absence.as_ref().map(|absence| {
        let why = (ui.words.node.absence)(absence);
        el("span").text([&why.title, " ", &why.detail].concat())
    });
    el("td").all(node.pods.iter().map(|pod| draw_pod(ui, pod, manner).done()).collect()).maybe(why)
}
