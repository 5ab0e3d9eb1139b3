//! The facts of a box, in a panel over the picture.

use std::rc::Rc;

use vpcheck_core::language::{Language, Phrase};
use yew::prelude::*;

use crate::diagram::Shown;
use crate::findings::severity_mark;
use crate::prose::prose;
use crate::report::Report;
use crate::words;

/// Properties of [`Facts`].
#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// The box.
    pub shown: Shown,
    /// The report on the text in the editor.
    pub report: Option<Rc<Report>>,
    /// Whether the picture is of an older text than the editor's.
    pub is_older: bool,
    /// The language of the page.
    pub language: Language,
    /// The box was chosen.
    pub on_pick: Callback<String>,
    /// A finding was.
    pub on_choose: Callback<usize>,
    /// The panel is to be left.
    pub on_leave: Callback<()>,
}

/// Its name, what it is, where it stands, what leads there and away, and what is found about it.
#[component]
pub(super) fn Facts(props: &Props) -> Html {
    let Props { shown, language, .. } = props;
    let language = *language;
    let on_keydown = {
        let on_leave = props.on_leave.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                on_leave.emit(());
            }
        })
    };
    let pick = {
        let id = shown.id.clone();
        props.on_pick.reform(move |_: MouseEvent| id.clone())
    };
    let act = match (shown.folded, shown.place) {
        (true, _) => Some(words::diagram::open_group()),
        (false, Some(_)) => Some(words::diagram::show_text()),
        (false, None) => None,
    };
    // Of an older text the numbers are those of other findings.
    let findings = if props.is_older { &[][..] } else { &shown.findings };
    let kind = if shown.kind == shown.name { "" } else { &shown.kind };
    html! {
        <div class="facts" onkeydown={on_keydown}>
            <p class="facts-name">{ &shown.name }</p>
            if !shown.folded && !kind.is_empty() { <p class="facts-kind">{ kind }</p> }
            if !shown.facts.is_empty() {
                <ul class="facts-lines">{ for shown.facts.iter().map(|fact| html! { <li>{ fact }</li> }) }</ul>
            }
            { for findings.iter().filter_map(|index| {
                let found = props.report.as_ref()?.findings.get(*index)?;
                let index = *index;
                Some(html! {
                    <button
                        type="button"
                        class="facts-finding"
                        data-severity={found.severity.name()}
                        onclick={props.on_choose.reform(move |_| index)}
                    >
                        { severity_mark(found.severity) }
                        <span>{ prose(found.message.get(language)) }</span>
                    </button>
                })
            }) }
            if let Some(act) = act {
                <button type="button" class="plain" onclick={pick}>{ say(&act, language) }</button>
            }
        </div>
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
