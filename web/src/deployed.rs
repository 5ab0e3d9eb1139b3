//! The box for what describe calls print: dropped, chosen or pasted.

use vpcheck_core::Source;
use vpcheck_core::language::Language;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, FileList, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::context::{ContextFile, Problem};
use crate::inputs::Field;
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
    /// A file could not be read.
    pub on_unreadable: Callback<()>,
}

/// The box, and under it what was read.
#[component]
pub(crate) fn Deployed(props: &Props) -> Html {
    let language = props.language;
    let field = use_node_ref();
    let is_over = use_state_eq(|| false);
    let take = {
        let (on_add, on_unreadable) = (props.on_add.clone(), props.on_unreadable.clone());
        move |files: Option<FileList>| {
            let (on_add, on_unreadable) = (on_add.clone(), on_unreadable.clone());
            // The list itself empties with the input that it comes from.
            let files: Vec<File> = files
                .map(|files| (0..files.length()).filter_map(|at| files.get(at)).collect())
                .unwrap_or_default();
            spawn_local(async move {
                let (sources, all_read) = read(&files).await;
                if !sources.is_empty() {
                    on_add.emit(sources);
                }
                if !all_read {
                    on_unreadable.emit(());
                }
            });
        }
    };
    let over = {
        let is_over = is_over.setter();
        Callback::from(move |event: DragEvent| {
            // Without this the browser would open the file in place of the page.
            event.prevent_default();
            is_over.set(true);
        })
    };
    let leave = {
        let is_over = is_over.setter();
        Callback::from(move |_: DragEvent| is_over.set(false))
    };
    let drop = {
        let (take, is_over) = (take.clone(), is_over.setter());
        Callback::from(move |event: DragEvent| {
            let files = event.data_transfer().and_then(|data| data.files());
            is_over.set(false);
            // Dropped text goes into the field by itself.
            if files.as_ref().is_some_and(|files| files.length() > 0) {
                event.prevent_default();
                take(files);
            }
        })
    };
    let chosen = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        take(input.files());
        // The same file may be chosen again after it was taken away.
        input.set_value("");
    });
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
            class={classes!("deployed", is_over.then_some("over"))}
            aria-labelledby="deployed-title"
            onsubmit={add}
            ondragover={over}
            ondragleave={leave}
            ondrop={drop}
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
                    <input id="context-files" type="file" multiple=true accept=".json,application/json" onchange={chosen} />
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

/// The texts of files, and whether all of them could be read.
async fn read(files: &[File]) -> (Vec<Source>, bool) {
    let mut sources = Vec::new();
    let mut all_read = true;
    for file in files {
        match JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()) {
            Some(text) => sources.push(Source { path: file.name(), text }),
            None => all_read = false,
        }
    }
    (sources, all_read)
}
