//! The dialog with the report of a breakdown.

use std::rc::Rc;

use vpcheck_core::language::{Language, Phrase};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use crate::analyzer::build;
use crate::failure::{Failure, Surroundings};
use crate::share_dialog::copy;
use crate::words::{self, failure, share};

/// Properties of [`FailureDialog`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// What is reported, while it is open.
    pub failure: Option<Rc<Failure>>,
    /// The language of the page.
    pub language: Language,
    /// It was closed.
    pub on_close: Callback<()>,
}

/// A dialog that stands in the page and is shown while there is something to report.
#[component]
pub(crate) fn FailureDialog(props: &Props) -> Html {
    let dialog = use_node_ref();
    let said = use_state_eq(|| None::<Phrase>);
    let with_template = use_state_eq(|| false);
    {
        let (dialog, said, with_template) = (dialog.clone(), said.setter(), with_template.setter());
        use_effect_with(props.failure.is_some(), move |is_open| {
            let Some(dialog) = dialog.cast::<HtmlDialogElement>() else { return };
            if !is_open {
                dialog.close();
            } else if !dialog.open() {
                said.set(None);
                // Chosen anew each time: it is another template.
                with_template.set(false);
                // It fails only where the dialog is not in the page, and here it is.
                let _ = dialog.show_modal();
            }
        });
    }
    let language = props.language;
    let say = |phrase: Phrase| phrase.get(language).to_owned();
    let on_close = props.on_close.reform(|_: Event| ());
    let on_button = props.on_close.reform(|_: MouseEvent| ());
    let on_template = {
        let (with_template, said) = (with_template.setter(), said.setter());
        Callback::from(move |event: Event| {
            said.set(None);
            with_template.set(event.target_unchecked_into::<HtmlInputElement>().checked());
        })
    };
    let issue = props.failure.as_ref().map(|failure| failure.issue(&around(), *with_template, language));
    let on_copy = {
        let (issue, said) = (issue.clone().unwrap_or_default(), said.setter());
        Callback::from(move |_: MouseEvent| {
            let (issue, said) = (issue.clone(), said.clone());
            spawn_local(async move {
                said.set(Some(if copy(&issue).await { share::copied() } else { share::not_copied() }));
            });
        })
    };
    html! {
        <dialog class="document share" ref={dialog} onclose={on_close} aria-labelledby="failure-title">
            <div class="document-sheet">
                <header class="document-head">
                    <h2 id="failure-title">{ say(failure::title()) }</h2>
                    <p class="share-said" role="status">{ said.as_ref().map(|said| say(said.clone())) }</p>
                    <button type="button" class="quiet" onclick={on_button}>{ say(words::close()) }</button>
                </header>
                if let Some(issue) = issue {
                    <section class="share-part">
                        <p>{ say(failure::more()) }</p>
                        <label class="share-check">
                            <input type="checkbox" checked={*with_template} onchange={on_template} />
                            { say(failure::with_template()) }
                        </label>
                        <p>{ say(failure::with_template_more()) }</p>
                        <div class="share-box">
                            <textarea
                                id="failure-report"
                                readonly=true
                                spellcheck="false"
                                rows="14"
                                aria-label={say(failure::text())}
                                value={issue}
                            />
                            <button type="button" class="plain" onclick={on_copy}>{ say(share::copy()) }</button>
                        </div>
                    </section>
                }
            </div>
        </dialog>
    }
}

fn around() -> Surroundings {
    let navigator = web_sys::window().map(|window| window.navigator());
    Surroundings {
        build: format!("{} ({})", env!("CARGO_PKG_VERSION"), build()),
        browser: navigator.and_then(|navigator| navigator.user_agent().ok()).unwrap_or_default(),
    }
}
