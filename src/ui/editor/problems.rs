//! What is wrong with the file in front.

use std::rc::Rc;

use yew::prelude::*;

use crate::lab::manifest::{Problem, Severity};
use crate::ui::words::use_words;

/// The problems.
#[derive(Properties, PartialEq)]
pub struct ProblemsProps {
    /// In the order of the text.
    pub problems: Rc<Vec<Problem>>,
}

/// Each problem with its place, in the server's words; nothing when there is none.
#[component]
pub fn Problems(props: &ProblemsProps) -> Html {
    let words = use_words();
    let row = |problem: &Problem| {
        let start = problem.span.start;
        let advice = (words.editor.advice)(&problem.advice);
        let class = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        html! {
            <li {class}>
                <span class="place">{ (words.editor.place)(start.line, start.column) }</span>
                <span class="message" lang="en">{ &problem.message }</span>
                if !advice.is_empty() {
                    <span class="advice">{ advice }</span>
                }
            </li>
        }
    };
    html! {
        <section class="problems" aria-label={words.editor.problems} aria-live="polite">
            if !props.problems.is_empty() {
                <h3>{ (words.editor.problem_count)(props.problems.len()) }</h3>
                <ul role="list">{ for props.problems.iter().map(row) }</ul>
            }
        </section>
    }
}
