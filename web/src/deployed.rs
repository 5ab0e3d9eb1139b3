//! The box for what describe calls print: chosen or pasted. What is dropped goes by the whole page.

use vpcheck_core::Source;
use vpcheck_core::language::Language;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::context::{ContextFile, Problem};
use crate::files::Files;
use crate::inputs::Field;
use crate::opening::on_choice;
use crate::prose::prose;
use crate::words;

/// Properties of [`Deployed`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// What was made of the texts so far.
    pub files: Vec<ContextFile>,
    /// The language of the page.
    pub language: Language,
    /// Texts were added.
    pub on_add: Callback<Vec<Source>>,
    /// One was taken away.
    pub on_remove: Callback<usize>,
    /// Files were chosen.
    pub on_files: Callback<Files>,
}

/// The box, and under it what was read.
#[component]
pub(crate) fn Deployed(props: &Props) -> Html {
    let language = props.language;
    let field = use_node_ref();
    let add = {
        let (field, on_add) = (field.clone(), props.on_add.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(field) = field.cast::<HtmlTextAreaElement>() else { return };
            let text = field.value();
            if !text.trim().is_empty() {
                field.set_value("");
                let path = words::context_pasted().get(language).to_owned();
                on_add.emit(vec![Source { path, text }]);
            }
        })
    };
    html! {
        <form
            class="deployed"
            aria-labelledby="deployed-title"
            onsubmit={add}
        >
            <h3 id="deployed-title">{ words::context().get(language).to_owned() }</h3>
            <p>{ prose(words::context_more().get(language)) }</p>
            <label class="unseen" for={Field::Context.element()}>
                { words::context_paste().get(language).to_owned() }
            </label>
            <textarea
                id={Field::Context.element()}
                ref={field}
                rows="2"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder={"{\"Subnets\": [...]}"}
            />
            <div class="deployed-actions">
                <button type="submit" class="plain">{ words::context_add().get(language).to_owned() }</button>
                // The input itself takes the keyboard; the label is what is seen of it.
                <span class="file-choice">
                    <input id="context-files" type="file" multiple=true accept=".json,application/json" onchange={on_choice(props.on_files.clone())} />
                    <label for="context-files" class="plain">{ words::context_files().get(language).to_owned() }</label>
                </span>
            </div>
            if !props.files.is_empty() {
                <ul class="context-files">
                    { for props.files.iter().enumerate().map(|(index, file)| {
                        file_item(index, file, language, &props.on_remove)
                    }) }
                </ul>
            }
        </form>
    }
}

fn file_item(index: usize, file: &ContextFile, language: Language, on_remove: &Callback<usize>) -> Html {
    let (skipped, wrong): (Vec<&Problem>, Vec<&Problem>) =
        file.problems.iter().partition(|problem| problem.skipped);
    let remove = words::remove().get(language).to_owned();
    html! {
        <li class="context-file">
            <div class="context-file-head">
                <code>{ &file.name }</code>
                <button
                    type="button"
                    class="quiet"
                    aria-label={format!("{remove}: {}", file.name)}
                    onclick={on_remove.reform(move |_| index)}
                >
                    { &remove }
                </button>
            </div>
            <p>
                if file.lists.is_empty() {
                    { words::context_nothing().get(language).to_owned() }
                } else {
                    { words::lists(&file.lists) }
                }
            </p>
            { for wrong.into_iter().map(|problem| problem_item(problem, language)) }
            { for skipped.into_iter().map(|problem| problem_item(problem, language)) }
        </li>
    }
}

fn problem_item(problem: &Problem, language: Language) -> Html {
    html! {
        <p class="context-problem" data-skipped={problem.skipped.to_string()}>
            if let Some((line, column)) = problem.position {
                <span class="place">{ format!("{line}:{column}") }</span>
                { " " }
            }
            { prose(problem.message.get(language)) }
        </p>
    }
}
