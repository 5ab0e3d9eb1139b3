//! What the page shows, where it cannot show everything at once.

use vpcheck_core::language::Language;
use yew::prelude::*;

use crate::state::Pane;
use crate::words;

/// Properties of [`Tabs`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// What a narrow screen shows.
    pub pane: Pane,
    /// What a wide screen shows beside the editor.
    pub beside: Pane,
    /// The language of the page.
    pub language: Language,
    /// How many findings count, once that is known.
    pub findings: Option<usize>,
    /// A part was asked for.
    pub on_pane: Callback<Pane>,
}

/// The tabs of a narrow screen, and those over the right half of a wide one. The styles show one of the two groups.
#[component]
pub(crate) fn Tabs(props: &Props) -> Html {
    html! {
        <>
            { group(props, "tabs narrow", props.pane, &Pane::ALL) }
            { group(props, "tabs wide", props.beside, &BESIDE) }
        </>
    }
}

/// What a wide screen shows beside the template.
const BESIDE: [Pane; 5] = [Pane::Findings, Pane::Diagram, Pane::Paths, Pane::Endpoints, Pane::Cost];

fn group(props: &Props, class: &'static str, current: Pane, panes: &[Pane]) -> Html {
    let language = props.language;
    html! {
        <div {class} role="group" aria-label={words::tabs_name().get(language).to_owned()}>
            { for panes.iter().map(|pane| tab(props, *pane, *pane == current)) }
        </div>
    }
}

fn tab(props: &Props, pane: Pane, is_current: bool) -> Html {
    let language = props.language;
    let count = props.findings.filter(|_| pane == Pane::Findings);
    html! {
        <button type="button" aria-pressed={is_current.to_string()} onclick={props.on_pane.reform(move |_| pane)}>
            { words::pane(pane).get(language).to_owned() }
            if let Some(count) = count { <span class="tab-count">{ count }</span> }
        </button>
    }
}
