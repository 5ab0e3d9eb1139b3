//! The lines that a fix changes, shown before it is applied.

use vpcheck_core::language::Language;
use yew::prelude::*;

use crate::preview::{Kind, Line, preview};
use crate::report::Fix;
use crate::words;

/// Properties of [`Difference`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The text as it stands.
    pub text: std::rc::Rc<str>,
    /// The fix.
    pub fix: Fix,
    /// The language of the page.
    pub language: Language,
    /// What takes the keyboard when it opens.
    pub focus: NodeRef,
}

/// Signs and words tell what goes and what comes; colour only helps.
#[component]
pub(crate) fn Difference(props: &Props) -> Html {
    let language = props.language;
    let hunks = preview(&props.text, &props.fix.edits);
    html! {
        <div
            ref={props.focus.clone()}
            class="difference"
            role="region"
            tabindex="0"
            aria-label={words::change_lines().get(language).to_owned()}
        >
            { for hunks.iter().map(|hunk| html! {
                <ol class="hunk">{ for hunk.lines.iter().map(|line| row(line, language)) }</ol>
            }) }
        </div>
    }
}

fn row(line: &Line, language: Language) -> Html {
    let spoken = match line.kind {
        Kind::Kept => None,
        Kind::Removed => Some(words::line_removed()),
        Kind::Added => Some(words::line_added()),
    };
    html! {
        <li data-kind={line.kind.name()}>
            <span class="difference-line">{ line.number }</span>
            <span class="difference-sign" aria-hidden="true">{ line.kind.sign() }</span>
            if let Some(spoken) = spoken {
                <span class="unseen">{ spoken.get(language).to_owned() }</span>
            }
            <code>{ &line.text }</code>
        </li>
    }
}
