//! The browser's front door.

use std::rc::Rc;

use daemonset_lab::ui::code_editor::{CodeEditor, EditorProblem, Pos, Severity};
use yew::prelude::*;

const TEXT: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: fluentd # the agent\n  labels: {app: fluentd}\nspec:\n  updateStrategy:\n    rollingUpdate:\n      maxUnavailable: 30%\n  template:\n    spec:\n      priority: 100\n      image: \"fluentd:v1\"\n      hostNetwork: true\n";

#[component]
fn App() -> Html {
    let text = use_state(|| AttrValue::from(TEXT));
    let doc = use_state(|| AttrValue::from("daemonset.yaml"));
    let on_change = {
        let text = text.clone();
        move |t: String| text.set(t.into())
    };
    let problems = Rc::new(vec![EditorProblem {
        from: Pos { line: 12, column: 17 },
        to: Pos { line: 12, column: 20 },
        severity: Severity::Error,
        message: "spec.template.spec.priority: Forbidden".into(),
    }]);
    html! { <main style="height:60vh"><h1>{ "Demo" }</h1>
    <CodeEditor doc={(*doc).clone()} text={(*text).clone()} label="Manifest" {on_change} {problems} changed_lines={Rc::new(vec![9, 13])} />
    <p id="length">{ text.len() }</p></main> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
