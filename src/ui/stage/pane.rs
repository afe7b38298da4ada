//! The stage as a whole.

use yew::prelude::*;

use crate::lab::Stage;
use crate::object::SmolStr;
use crate::ui::same::Same;
use crate::ui::shell::View;
use crate::ui::words::use_words;

use super::grid::Grid;
use super::summary::Summary;
use super::table::Table;
use super::toolbar::Toolbar;

/// The stage.
#[derive(Properties, PartialEq)]
pub struct StagePaneProps {
    /// The last picture.
    pub stage: Same<Stage>,
    /// The node that is explained.
    pub selected: Option<SmolStr>,
    /// How the nodes are shown.
    pub view: View,
    /// They should be shown in another way.
    pub on_view: Callback<View>,
    /// The name of the file that is in front in the editor.
    pub file: AttrValue,
    /// Applies that file.
    pub on_apply: Callback<()>,
}

/// The DaemonSet above, its nodes below.
#[component]
pub fn StagePane(props: &StagePaneProps) -> Html {
    let words = use_words();
    let stage = &props.stage;
    html! {
        <section id="stage" class="stage" aria-label={words.stage.name} tabindex="-1">
            <Summary daemonset={stage.daemonset.clone()} daemonsets={stage.daemonsets.clone()} file={props.file.clone()} on_apply={props.on_apply.clone()} />
            <Toolbar view={props.view} on_view={props.on_view.clone()} />
            <div class="nodes">
                if stage.groups.is_empty() {
                    <div class="empty-state"><h2>{ words.stage.no_nodes_title }</h2><p>{ words.stage.no_nodes_detail }</p></div>
                } else if props.view == View::Table {
                    <Table stage={stage.clone()} selected={props.selected.clone()} />
                } else {
                    <Grid stage={stage.clone()} selected={props.selected.clone()} />
                }
            </div>
        </section>
    }
}
