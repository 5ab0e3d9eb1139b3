//! Sentences of the core quote names and code in backticks.

use yew::prelude::*;

/// `sentence` with its code set as code.
pub(crate) fn prose(sentence: &str) -> Html {
    let parts: Vec<&str> = sentence.split('`').collect();
    let part = |(index, part): (usize, &&str)| {
        // A last backtick without a partner is a character like any other.
        match index % 2 {
            1 if index + 1 < parts.len() => html! { <code>{ part }</code> },
            1 => html! { { format!("`{part}") } },
            _ => html! { { part } },
        }
    };
    parts.iter().enumerate().map(part).collect()
}
