//! How much of a node is requested.

use yew::prelude::*;

use crate::i18n::{bytes, cores};
use crate::lab::Usage;
use crate::ui::words::use_words;

/// Both of a node's resources.
#[derive(Properties, PartialEq)]
pub struct UsageProps {
    /// In thousandths of a core.
    pub cpu: Usage,
    /// In bytes.
    pub memory: Usage,
}

/// Two small bars.
#[component]
pub fn UsageBars(props: &UsageProps) -> Html {
    let words = use_words();
    let bar = |name: &'static str, usage: Usage, quantity: fn(i64) -> String| {
        let percent = percent(usage);
        let text = (words.node.usage)(name, &quantity(usage.requested), &quantity(usage.allocatable), percent);
        html! {
            <span class="bar" title={text.clone()}>
                <span aria-hidden="true">{ name }</span>
                <i role="meter" aria-label={name} aria-valuemin="0" aria-valuemax="100" aria-valuenow={percent.min(100).to_string()}
                    aria-valuetext={text} style={format!("--v:{}%", percent.min(100))} />
            </span>
        }
    };
    html! {
        <div class="bars">
            { bar(words.node.cpu, props.cpu, cores) }
            { bar(words.node.memory, props.memory, bytes) }
        </div>
    }
}

/// How much of it is requested, rounded; 0 where there is nothing to give.
fn percent(usage: Usage) -> u64 {
    let (requested, allocatable) = (usage.requested.max(0), usage.allocatable.max(0));
    if allocatable == 0 {
        return 0;
    }
    let rounded = (i128::from(requested) * 100 + i128::from(allocatable) / 2) / i128::from(allocatable);
    u64::try_from(rounded).unwrap_or(u64::MAX)
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
