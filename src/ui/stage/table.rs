//! The nodes as a table: the same picture for those who read it row by row.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::Event;
use yew::Html;
use yew::virtual_dom::ListenerKind;

use crate::i18n::{Strings, label, taint};
use crate::lab::{NodeCard, NodeGroup};
use crate::ui::element::{El, Ui, button, el};
use crate::ui::memo::{address, memo};
use crate::ui::message::Msg;
use crate::ui::model::Model;

use super::card::pod_words;
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
            let selected = model.selected.as_ref() == Some(&node.name);
            let shown = [address(node), usize::from(selected), std::ptr::from_ref(ui.words).addr() ^ index];
            let (ui, node) = (ui.clone(), Rc::clone(node));
            let draw = move |ui: &Ui, node: &NodeCard| draw_node(ui, node, selected, index).done();
            memo(&["node ", &node.name].concat(), shown, Rc::new(move || draw(&ui, &node)))
        }
    }
}

fn draw_node(ui: &Ui, node: &NodeCard, selected: bool, index: usize) -> El {
    let words = ui.words;
    let name = button("node-name").set(MARK, node.name.to_string()).truth("aria-pressed", selected).text(node.name.to_string());
    let taints = node.taints.iter().map(|it| el("code").text(taint(&it.key, &it.value, it.effect)).done());
    let labels = node.labels.iter().map(|it| {
        let code = el("code").text(label(&it.key, &it.value));
        if it.watched { code.class("hit").done() } else { code.done() }
    });
    el("tr")
        .class(if selected { "sel" } else { "" })
        // The first row is that of the headings.
        .set("aria-rowindex", (index + 2).to_string())
        .on(ui.click(Msg::Select(node.name.clone())))
        .with(el("th").set("scope", "row").with(name))
        .with(
            el("td")
                .with(el("span").classes(&["dot", dot_class(node)]).set("aria-hidden", "true"))
                .text(node_status(node, words)),
        )
        .with(draw_pods(node, words))
        .with(el("td").all(taints.collect()))
        .with(el("td").all(labels.collect()))
}

fn draw_pods(node: &NodeCard, words: &Strings) -> El {
    let pod = |pod: &crate::lab::PodChip| {
        let (status, revision) = pod_words(pod, words);
        let line = [" ", &status, " · ", &revision].concat();
        el("div").with(el("code").text(pod.key.name.to_string())).text(line).done()
    };
    let why = node.absence.as_ref().map(|absence| {
        let why = (words.node.absence)(absence);
        el("span").text([&why.title, " ", &why.detail].concat())
    });
    el("td").all(node.pods.iter().map(pod).collect()).maybe(why)
}
